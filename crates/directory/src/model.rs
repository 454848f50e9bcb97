//! The nouns of the room as they are read back: a service with everything families ask of it, a place, an
//! organisation, a need. What is not given is `None` or empty, and every page must say so in words.

use crate::vocabulary::{
    Access, Attending, Audience, Cost, Feature, Frequency, LocationType, OrganizationKind, PointQuality,
    Season, SendNeed, Severity, State, Status, Thrive, WayIn, day_words,
};
use kernel::{Date, Id, Instant};

/// Marks ids of organisations.
#[derive(Debug)]
pub enum OrganizationMark {}
/// Marks ids of services.
#[derive(Debug)]
pub enum ServiceMark {}
/// Marks ids of places.
#[derive(Debug)]
pub enum LocationMark {}
/// Marks ids of taxonomy terms.
#[derive(Debug)]
pub enum TermMark {}
/// An organisation's id.
pub type OrganizationId = Id<OrganizationMark>;
/// A service's id.
pub type ServiceId = Id<ServiceMark>;
/// A place's id.
pub type LocationId = Id<LocationMark>;
/// A need's id.
pub type TermId = Id<TermMark>;

/// An organisation.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What kind of body it is.
    pub kind: OrganizationKind,
    /// Its website.
    pub website: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to phone.
    pub phone: Option<String>,
}

/// A place.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Physical, postal, virtual.
    pub kind: LocationType,
    /// Whether it is a family hub.
    pub hub: bool,
    /// A few words about it.
    pub description: String,
    /// The town, or empty.
    pub town: String,
    /// Where it is, and how exactly that is known. A sensitive place has none.
    pub point: Option<Point>,
    /// Street and number.
    pub address_1: Option<String>,
    /// Its postcode.
    pub postal_code: Option<String>,
    /// Its own telephone.
    pub phone: Option<String>,
    /// A refuge.
    pub sensitive: bool,
    /// How to get there.
    pub transportation: Option<String>,
    /// Where its facts come from.
    pub source: String,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// What may have changed.
    pub doubt: Option<String>,
    /// What it has, has not, or nobody has told us.
    pub accessibility: Vec<Accessibility>,
    /// When it is open.
    pub schedules: Vec<Schedule>,
}

/// Degrees (WGS84).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// North.
    pub latitude: f64,
    /// East.
    pub longitude: f64,
    /// How exactly it is known.
    pub quality: PointQuality,
}

/// A feature of a place.
#[derive(Clone, Debug)]
pub struct Accessibility {
    /// Which.
    pub feature: Feature,
    /// Yes, no, not given.
    pub state: State,
    /// More about it.
    pub details: String,
}

/// A need.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its id.
    pub id: TermId,
    /// Its address on the site.
    pub slug: String,
    /// In families' words.
    pub name: String,
    /// One soft line under it.
    pub line: String,
    /// A symbol of the sprite; a narrower need has its wider one's.
    pub icon: String,
    /// Its place on the home page.
    pub tile: Option<i64>,
    /// Its page has a neutral title and an exit.
    pub sensitive: bool,
    /// The wider need's slug.
    pub parent: Option<String>,
}

/// A service with everything families ask of it.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// Who runs it: slug and name.
    pub organization: (String, String),
    /// Needs it meets, narrow and wide.
    pub topics: Vec<Term>,
    /// Who it is for.
    pub who_for: Option<String>,
    /// Ages in months.
    pub ages: Option<Ages>,
    /// Whom it welcomes in particular.
    pub audiences: Vec<Audience>,
    /// Where help is given.
    pub access: Vec<Access>,
    /// How people get in.
    pub way_in: Vec<WayIn>,
    /// The same as a sentence.
    pub how_to_get_in: Option<String>,
    /// Steps after one gets in touch.
    pub what_happens: Vec<String>,
    /// What it offers: title and things.
    pub offers: Vec<(String, Vec<String>)>,
    /// What it costs.
    pub cost: Cost,
    /// More about that.
    pub cost_note: Option<String>,
    /// Prices in words.
    pub cost_options: Vec<String>,
    /// Rules of who may use it.
    pub eligibility: Option<String>,
    /// THRIVE groups; for practitioners' views only.
    pub thrive: Vec<Thrive>,
    /// Severities; for practitioners' views only.
    pub severity: Vec<Severity>,
    /// Types of need.
    pub send_needs: Vec<SendNeed>,
    /// What people also say.
    pub aliases: Vec<String>,
    /// Numbers to phone or text.
    pub phones: Vec<ServicePhone>,
    /// Where to write.
    pub email: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// Where it is.
    pub locations: Vec<Location>,
    /// Whom it serves, in words and as a code.
    pub area: Option<Area>,
    /// When it is on or answers.
    pub schedules: Vec<Schedule>,
    /// BCP 47 codes.
    pub languages: Vec<String>,
    /// Whether an interpreter can come.
    pub interpretation: Option<String>,
    /// Whether it is running.
    pub status: Status,
    /// A short warning.
    pub alert: Option<String>,
    /// As the service gave it, and when.
    pub waiting_time: Option<(String, Option<Date>)>,
    /// Its page has a neutral title and an exit.
    pub sensitive: bool,
    /// About babies or pregnancy.
    pub baby: bool,
    /// For someone who has lost a baby.
    pub loss: bool,
    /// Where its facts come from.
    pub source: String,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// What may have changed.
    pub doubt: Option<String>,
    /// When a row of it last changed.
    pub last_modified: Instant,
}

/// Ages in months from birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// From conception.
    pub pregnancy: bool,
    /// Youngest.
    pub from_months: Option<u16>,
    /// The first month that is too old.
    pub until_months: Option<u16>,
}

/// A number to phone or text.
#[derive(Clone, Debug)]
pub struct ServicePhone {
    /// As people read it aloud.
    pub number: String,
    /// What it is for.
    pub description: String,
    /// When it answers.
    pub hours: String,
}

/// Whom a service serves.
#[derive(Clone, Debug)]
pub struct Area {
    /// In words.
    pub name: String,
    /// A code of the place, such as `E06000006` or `WA8`; empty when it is wider than the council.
    pub code: String,
}

impl Area {
    /// Whether it is a neighbour's: families are told so wherever the entry is named.
    pub fn is_outside(&self) -> bool {
        self.name.contains(crate::publish::OUTSIDE_SAID)
    }
}

/// When something is on.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Every week or every month.
    pub freq: Frequency,
    /// Days as bits, Monday lowest.
    pub days: u8,
    /// Which of its weekdays in a month.
    pub nth: Option<i64>,
    /// Minutes of the day; `until` may pass midnight.
    pub minutes: Option<(u16, u16)>,
    /// First and last day.
    pub valid: (Option<Date>, Option<Date>),
    /// Term time, holidays, all year.
    pub season: Season,
    /// How one attends.
    pub attending: Option<Attending>,
    /// At which place.
    pub location: Option<LocationId>,
    /// In words.
    pub description: String,
}

impl Schedule {
    /// 'Monday to Thursday, 9am to 5pm', 'Any hour, every day'.
    pub fn words(&self) -> String {
        let days = match (self.freq, self.nth) {
            (Frequency::Monthly, Some(nth)) => {
                format!("{} {} of the month", ordinal(nth), day_words(self.days))
            }
            (Frequency::Monthly, None) => "Once a month".to_owned(),
            (Frequency::Weekly, _) => day_words(self.days),
        };
        let hours = match self.minutes {
            Some((0, 1_440)) => "any hour".to_owned(),
            Some((from, until)) => {
                format!("{} to {}", web::say::time_of_day(from), web::say::time_of_day(until))
            }
            None => "times not given".to_owned(),
        };
        let season = if self.season == Season::AllYear {
            String::new()
        } else {
            format!(", {}", self.season.words().to_lowercase())
        };
        if days.is_empty() {
            format!("Days not given, {hours}{season}")
        } else {
            format!("{days}, {hours}{season}")
        }
    }

    /// The same with the days between which it runs: 'until 18 July 2026', '5 June to 31 July 2027', 'starts on ...'.
    pub fn words_on(&self, today: Date) -> String {
        let day = web::say::day_month_year;
        let when = match self.valid {
            (Some(first), Some(last)) if first == last => format!("on {}", day(first)),
            (Some(first), Some(last)) if first > today => web::say::from_to(first, last),
            (Some(first), None) if first > today => format!("starts on {}", day(first)),
            (_, Some(last)) => format!("until {}", day(last)),
            _ => return self.words(),
        };
        format!("{}, {when}", self.words())
    }

    /// Its last day, once that is over.
    pub fn ended(&self, today: Date) -> Option<Date> {
        self.valid.1.filter(|last| *last < today)
    }

    /// Whether its first day has come and its last has not gone by.
    pub fn runs_on(&self, today: Date) -> bool {
        self.ended(today).is_none() && self.valid.0.is_none_or(|first| first <= today)
    }

    /// Whether it holds on a civil day at a minute of it.
    pub fn open_at(&self, today: Date, minute: u16) -> bool {
        let held = |date: Date, minute: u16| {
            let bit = 1 << date.weekday().to_monday_zero_offset();
            self.freq == Frequency::Weekly
                && self.runs_on(date)
                && self.days & bit != 0
                && self.minutes.is_some_and(|(from, until)| (from..until).contains(&minute))
        };
        held(today, minute) || today.yesterday().is_ok_and(|yesterday| held(yesterday, minute + 1_440))
    }
}

/// 'No sessions now: the last ended on 18 July 2026', once every one of them has ended.
pub(crate) fn no_sessions_now(schedules: &[Schedule], today: Date) -> Option<String> {
    let ended: Option<Vec<Date>> = schedules.iter().map(|schedule| schedule.ended(today)).collect();
    let last = ended?.into_iter().max()?;
    Some(format!("No sessions now: the last ended on {}", web::say::day_month_year(last)))
}

fn ordinal(nth: i64) -> &'static str {
    match nth {
        1 => "First",
        2 => "Second",
        3 => "Third",
        4 => "Fourth",
        _ => "Last",
    }
}

/// How fresh a fact is. Six months is the line the field uses (the banner of earlier directories, and the look).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Checked within six months.
    Fresh(Date),
    /// Older: phone first.
    Old(Date),
    /// Nobody has checked it.
    Never,
}

impl Freshness {
    /// Of a date, as of today.
    pub fn of(checked_on: Option<Date>, today: Date) -> Freshness {
        match checked_on {
            None => Freshness::Never,
            Some(date) if (today - date).get_days() <= 183 => Freshness::Fresh(date),
            Some(date) => Freshness::Old(date),
        }
    }

    /// Whether it is within the line.
    pub fn is_fresh(self) -> bool {
        matches!(self, Freshness::Fresh(_))
    }

    /// 'Checked October 2026', 'Last checked October 2024. Phone first'.
    pub fn words(self) -> String {
        self.words_and("Phone first")
    }

    /// The same with what to do first where it is old: nobody can phone where there is no number.
    pub(crate) fn words_and(self, first: &str) -> String {
        match self {
            Freshness::Fresh(date) => format!("Checked {}", web::say::month_year(date)),
            Freshness::Old(date) => format!("Last checked {}. {first}", web::say::month_year(date)),
            Freshness::Never => format!("Not checked yet. {first}"),
        }
    }
}

impl Ages {
    /// 'From pregnancy to 2 years', '5 to 11 years', 'Under 1'.
    pub fn words(&self) -> String {
        let until = self.until_months;
        match (self.pregnancy, self.from_months, until) {
            (true, None, None) => "From pregnancy".to_owned(),
            (true, _, Some(0)) => "In pregnancy".to_owned(),
            (true, _, None) => "From pregnancy on".to_owned(),
            (true, _, Some(until)) => format!("From pregnancy until {}", age(until)),
            (false, None | Some(0), None) => "Any age".to_owned(),
            (false, None | Some(0), Some(until)) => format!("Under {}", age(until)),
            (false, Some(from), None) => format!("{} and over", age(from)),
            (false, Some(from), Some(until)) => format!("{} until {}", age(from), age(until)),
        }
    }
}

fn age(months: u16) -> String {
    match months {
        m if m < 24 && !m.is_multiple_of(12) => web::say::count(usize::from(m), "month", "months"),
        m if m.is_multiple_of(12) => web::say::count(usize::from(m / 12), "year", "years"),
        m => format!("{} years {} months", m / 12, m % 12),
    }
}

impl Location {
    /// 'Naylor Road, Widnes, WA8 0BS', or what is known of it. A sensitive place gives only its town.
    pub fn address_words(&self) -> String {
        if self.sensitive {
            return format!("{}. The address is kept private to keep people safe", self.town);
        }
        let parts: Vec<&str> =
            [self.address_1.as_deref(), Some(self.town.as_str()), self.postal_code.as_deref()]
                .into_iter()
                .flatten()
                .filter(|p| !p.is_empty())
                .collect();
        parts.join(", ")
    }

    /// What is known of a feature.
    pub fn state(&self, feature: Feature) -> State {
        self.accessibility
            .iter()
            .find(|each| each.feature == feature)
            .map_or(State::Unknown, |each| each.state)
    }
}

impl Service {
    /// The first wide need, which gives the page its icon and its way back.
    pub fn main_topic(&self) -> Option<&Term> {
        self.topics.iter().find(|term| term.parent.is_none()).or_else(|| self.topics.first())
    }

    /// Whether a family can come without anybody's referral; `None` when nobody knows.
    pub fn no_referral(&self) -> Option<bool> {
        if self.way_in.iter().any(|way| matches!(way, WayIn::Open | WayIn::OwnReferral | WayIn::Family)) {
            Some(true)
        } else if self.way_in.contains(&WayIn::Professional) {
            Some(false)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_months_is_the_line_between_fresh_and_old() {
        let today: Date = "2026-11-22".parse().unwrap();
        let of = |date: &str| Freshness::of(Some(date.parse().unwrap()), today);
        assert!(of("2026-11-01").is_fresh() && of("2026-05-24").is_fresh() && !of("2026-05-20").is_fresh());
        assert_eq!(of("2024-10-01").words(), "Last checked October 2024. Phone first");
        assert!(!Freshness::of(None, today).is_fresh());
    }

    #[test]
    fn ages_read_as_people_say_them() {
        let ages =
            |pregnancy, from_months, until_months| Ages { pregnancy, from_months, until_months }.words();
        assert_eq!(ages(true, Some(0), Some(24)), "From pregnancy until 2 years");
        assert_eq!(ages(false, Some(0), Some(12)), "Under 1 year");
        assert_eq!(ages(false, Some(60), Some(144)), "5 years until 12 years");
        assert_eq!(ages(false, Some(18), None), "18 months and over");
    }

    #[test]
    fn a_session_says_between_which_days_it_runs() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let of = |first: Option<&str>, last: Option<&str>| Schedule {
            freq: Frequency::Weekly,
            days: 0b1,
            nth: None,
            minutes: Some((540, 600)),
            valid: (first.map(day), last.map(day)),
            season: Season::AllYear,
            attending: None,
            location: None,
            description: String::new(),
        };
        let today = day("2026-06-10");
        for (first, last, words) in [
            (None, None, "Monday, 9am to 10am"),
            (Some("2025-09-01"), None, "Monday, 9am to 10am"),
            (None, Some("2026-07-18"), "Monday, 9am to 10am, until 18 July 2026"),
            (Some("2026-06-10"), Some("2026-07-18"), "Monday, 9am to 10am, until 18 July 2026"),
            (Some("2027-06-05"), Some("2027-07-31"), "Monday, 9am to 10am, 5 June to 31 July 2027"),
            (
                Some("2026-12-07"),
                Some("2027-01-25"),
                "Monday, 9am to 10am, 7 December 2026 to 25 January 2027",
            ),
            (Some("2027-06-05"), None, "Monday, 9am to 10am, starts on 5 June 2027"),
            (Some("2026-06-15"), Some("2026-06-15"), "Monday, 9am to 10am, on 15 June 2026"),
        ] {
            assert_eq!(of(first, last).words_on(today), words);
        }
        let ended = [of(None, Some("2026-05-30")), of(None, Some("2026-06-09"))];
        let said = Some("No sessions now: the last ended on 9 June 2026".to_owned());
        assert_eq!(no_sessions_now(&ended, today), said);
        assert_eq!(no_sessions_now(&ended, day("2026-06-09")), None);
        assert_eq!(no_sessions_now(&[], today), None);
    }

    #[test]
    fn a_line_that_crosses_midnight_is_open_after_it() {
        let schedule = Schedule {
            freq: Frequency::Weekly,
            days: 0b1,
            nth: None,
            minutes: Some((1_320, 1_560)),
            valid: (None, None),
            season: Season::AllYear,
            attending: None,
            location: None,
            description: String::new(),
        };
        let monday: Date = "2026-11-23".parse().unwrap();
        assert!(schedule.open_at(monday, 1_400) && schedule.open_at(monday.tomorrow().unwrap(), 60));
        assert!(!schedule.open_at(monday, 60) && !schedule.open_at(monday.tomorrow().unwrap(), 130));
    }
}
