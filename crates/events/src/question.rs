//! What somebody asks of what's on, as the address of the page says it, and which dates answer. Nothing here waits,
//! stores or answers: the page does.

use crate::{
    in_directory::minutes,
    model::{Feature, Kind},
    shelf::At,
};
use calendar::{AgeBand, Weekday};
use directory::TypedPlace;
use kernel::{Date, Span};
use search::{Slot, metres_between, slot_is_within};

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Today,
    Week,
    Month,
}

impl Reach {
    /// Each of them, as the tabs show them: the value in the address, the words, how many days.
    pub const ALL: [(Reach, &'static str, &'static str, i32); 3] = [
        (Reach::Today, "today", "Today", 1),
        (Reach::Week, "week", "This week", 7),
        (Reach::Month, "month", "This month", 28),
    ];

    pub fn key(self) -> &'static str {
        Reach::ALL[self as usize].1
    }

    pub fn days(self) -> i32 {
        Reach::ALL[self as usize].3
    }
}

/// As what the dates are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// Day by day, with the week at a glance above it where it is a week.
    #[default]
    Usual,
    /// Day by day alone.
    List,
    /// Place by place, with a map where the council has one.
    Map,
}

impl View {
    fn key(self) -> &'static str {
        match self {
            View::Usual => "",
            View::List => "list",
            View::Map => "map",
        }
    }
}

/// A question. An answer that is not known narrows nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub reach: Reach,
    /// The first day, if one was named.
    pub from: Option<Date>,
    pub view: View,
    /// Words that the session must hold.
    pub words: String,
    /// Where they are, as it was typed.
    pub postcode: String,
    /// No further than so many miles from there.
    pub within: String,
    pub place: String,
    pub age: String,
    pub days: Vec<String>,
    /// Morning, afternoon or evening.
    pub time: String,
    pub how: String,
    pub with: Vec<String>,
    pub is_free: String,
}

/// How one comes, as a family tells them apart.
pub(crate) const HOW: [(&str, &str); 3] =
    [("drop-in", "Just come along"), ("book", "Book first"), ("asked", "By invitation or referral")];
/// Times of day as the search offers them: minutes after midnight, from and until.
pub(crate) const TIMES: [(&str, &str, (u16, u16)); 3] = [
    ("morning", "Morning", (360, 720)),
    ("afternoon", "Afternoon", (720, 1_020)),
    ("evening", "Evening", (1_020, 1_320)),
];
/// Distances as the search offers them, in miles.
pub(crate) const MILES: [&str; 4] = ["1", "3", "5", "10"];
/// The international mile.
const METRES_A_MILE: f64 = 1_609.344;
/// Words that say nothing of what is looked for.
const SMALL_WORDS: [&str; 24] = [
    "a",
    "an",
    "and",
    "any",
    "anything",
    "at",
    "for",
    "i",
    "in",
    "is",
    "me",
    "my",
    "near",
    "of",
    "on",
    "or",
    "something",
    "the",
    "there",
    "to",
    "want",
    "what",
    "whats",
    "with",
];
/// More letters than this are no name of anything.
const WORDS_MAX: usize = 200;
/// Ages as the search offers them, in months: from, and under.
pub(crate) const AGES: [(&str, &str, u16, u16); 7] = [
    ("0-1", "0 to 1", 0, 12),
    ("1-2", "1 to 2", 12, 24),
    ("2-4", "2 to 4", 24, 54),
    ("starting-school", "Starting school", 48, 66),
    ("5-11", "5 to 11", 60, 144),
    ("12-18", "12 to 18", 144, 228),
    ("18-25", "18 to 25, SEND", 216, 312),
];
pub(crate) const WITH: [(&str, Feature); 5] = [
    ("dads", Feature::Dads),
    ("send", Feature::SendFriendly),
    ("quiet", Feature::Quiet),
    ("interpreter", Feature::Interpreter),
    ("step-free", Feature::StepFree),
];
pub(crate) const DAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "Monday", Weekday::Monday),
    ("tuesday", "Tuesday", Weekday::Tuesday),
    ("wednesday", "Wednesday", Weekday::Wednesday),
    ("thursday", "Thursday", Weekday::Thursday),
    ("friday", "Friday", Weekday::Friday),
    ("saturday", "Saturday", Weekday::Saturday),
    ("sunday", "Sunday", Weekday::Sunday),
];

/// The name of a weekday.
pub(crate) fn day_name(date: Date) -> &'static str {
    DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)].1
}

/// A town as addresses name it.
pub(crate) fn town_slug(town: &str) -> String {
    let plain = town.to_lowercase();
    plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

impl Question {
    /// Reads an address. `all` gives every value of a field.
    pub fn read(get: impl Fn(&str) -> Vec<String>) -> Question {
        let one = |name: &str| get(name).into_iter().next().unwrap_or_default();
        let reach = Reach::ALL.iter().find(|(_, key, ..)| *key == one("when")).map(|(reach, ..)| *reach);
        let known = |name: &str, values: &[&str]| -> Vec<String> {
            let mut found: Vec<String> =
                get(name).into_iter().filter(|value| values.contains(&value.as_str())).collect();
            found.sort();
            found.dedup();
            found
        };
        Question {
            reach: reach.unwrap_or(Reach::Week),
            view: [View::List, View::Map]
                .into_iter()
                .find(|view| view.key() == one("view"))
                .unwrap_or_default(),
            words: one("q").chars().take(WORDS_MAX).collect(),
            postcode: one("postcode").chars().take(60).collect(),
            within: known("within", &MILES).pop().unwrap_or_default(),
            time: known("time", &TIMES.map(|(key, ..)| key)).pop().unwrap_or_default(),
            from: one("from").parse().ok().filter(|date: &Date| (2000..2200).contains(&date.year())),
            place: one("where"),
            age: one("age").to_lowercase().chars().take(30).collect(),
            days: known("day", &DAYS.map(|(key, ..)| key)),
            how: known("how", &HOW.map(|(key, _)| key)).pop().unwrap_or_default(),
            with: known("with", &WITH.map(|(key, _)| key)),
            is_free: known("cost", &["free"]).pop().unwrap_or_default(),
        }
    }

    /// The first and the last day.
    pub fn days(&self, today: Date) -> (Date, Date) {
        let first = self.from.unwrap_or(today);
        (first, first.saturating_add(Span::new().days(self.reach.days() - 1)))
    }

    /// Whether it asks for less than everything.
    pub fn is_narrowed(&self) -> bool {
        !self.pairs_narrowing().is_empty() || !self.within.is_empty()
    }

    fn pairs_narrowing(&self) -> Vec<(&'static str, &str)> {
        let ones = [
            ("q", &self.words),
            ("where", &self.place),
            ("age", &self.age),
            ("time", &self.time),
            ("how", &self.how),
            ("cost", &self.is_free),
        ];
        let many = [("day", &self.days), ("with", &self.with)];
        let ones = ones.into_iter().filter(|(_, value)| !value.is_empty());
        ones.map(|(name, value)| (name, value.as_str()))
            .chain(
                many.into_iter().flat_map(|(name, all)| all.iter().map(move |value| (name, value.as_str()))),
            )
            .collect()
    }

    fn pairs_near(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let near = [("postcode", self.postcode.as_str()), ("within", self.within.as_str())];
        near.into_iter().filter(|(_, value)| !value.is_empty())
    }

    /// Everything it asks, as fields of a form, without those that the form asks for itself.
    pub fn carried(&self, but: &[&str]) -> Vec<(&'static str, String)> {
        let when = (self.reach != Reach::Week).then(|| ("when", self.reach.key().to_owned()));
        let from = self.from.map(|from| ("from", from.to_string()));
        let view = (self.view != View::Usual).then(|| ("view", self.view.key().to_owned()));
        let rest = self.pairs_near().chain(self.pairs_narrowing());
        let rest = rest.map(|(name, value)| (name, value.to_owned()));
        let all = when.into_iter().chain(from).chain(view).chain(rest);
        all.filter(|(name, _)| !but.contains(name)).collect()
    }

    /// What narrows it, as the address of a calendar says it; empty when nothing does. Where somebody is stays out of it.
    pub fn narrowing(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs_narrowing()).finish()
    }

    /// The address that asks this.
    pub fn href(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.carried(&[])).finish();
        if query.is_empty() { "/whats-on".to_owned() } else { format!("/whats-on?{query}") }
    }

    /// The same with one of its narrowings let go, each with the words of that.
    pub fn each_let_go(&self) -> Vec<(&'static str, Question)> {
        let without = |name: &'static str, words: &'static str, is_on: bool| {
            let mut other = self.clone();
            match name {
                "q" => other.words.clear(),
                "within" => other.within.clear(),
                "where" => other.place.clear(),
                "age" => other.age.clear(),
                "day" => other.days.clear(),
                "time" => other.time.clear(),
                "how" => other.how.clear(),
                _ => other.is_free.clear(),
            }
            is_on.then_some((words, other))
        };
        let ones = [
            without("q", "Any words", !self.words.is_empty()),
            without("within", "Any distance", !self.within.is_empty()),
            without("where", "Any town or hub", !self.place.is_empty()),
            without("age", "Any age", !self.age.is_empty()),
            without("day", "Any day", !self.days.is_empty()),
            without("time", "Any time of day", !self.time.is_empty()),
            without("how", "Any way to come", !self.how.is_empty()),
            without("cost", "Any cost", !self.is_free.is_empty()),
        ];
        let with =
            WITH.iter().filter(|(key, _)| self.with.iter().any(|with| with == key)).map(|(key, feature)| {
                let kept = self.with.iter().filter(|with| with != key).cloned().collect();
                (let_go_words(*feature), Question { with: kept, ..self.clone() })
            });
        ones.into_iter().flatten().chain(with).collect()
    }

    /// The same without what narrows it.
    pub fn cleared(&self) -> Question {
        Question {
            words: String::new(),
            within: String::new(),
            place: String::new(),
            age: String::new(),
            days: Vec::new(),
            time: String::new(),
            how: String::new(),
            with: Vec::new(),
            is_free: String::new(),
            ..self.clone()
        }
    }

    /// What of it is worked out once and not for each date.
    pub fn read_once(&self, here: Option<&TypedPlace>) -> ReadOnce {
        let stems =
            search::words(&self.words).into_iter().filter(|word| !SMALL_WORDS.contains(&word.as_str()));
        ReadOnce {
            band: band_of(&self.age),
            stems: stems.map(|word| search::stem(&word)).collect(),
            time: time_of(&self.time),
            within: here.zip(metres_of(&self.within)).map(|(here, most)| (point_of(here), most)),
        }
    }

    /// Which of its groups a date does not fit, a bit for each.
    pub fn misses(&self, once: &ReadOnce, at: &At) -> u16 {
        let mut misses = 0;
        let mut miss = |group: usize, fits: bool| misses |= u16::from(!fits) << group;
        miss(PLACE, self.place.is_empty() || is_at(at, &self.place));
        miss(AGE, once.band.is_none_or(|band| is_of_age(at, band)));
        miss(TIME, once.time.is_none_or(|time| is_within(at, time)));
        miss(WORDS, once.stems.iter().all(|stem| at.session.says(stem)));
        miss(DISTANCE, once.within.is_none_or(|(here, most)| is_near(at, here, most)));
        miss(DAY, self.days.is_empty() || self.days.iter().any(|day| is_on(at, day)));
        miss(HOW_ONE_COMES, self.how.is_empty() || how(at) == self.how);
        miss(COST, self.is_free.is_empty() || at.session.draft.is_free());
        for (number, (key, feature)) in WITH.iter().enumerate() {
            miss(FEATURES + number, !self.with.iter().any(|with| with == key) || at.has(*feature));
        }
        misses
    }

    /// Whether a date answers it.
    pub fn holds(&self, at: &At) -> bool {
        self.misses(&self.read_once(None), at) == 0
    }

    /// Whether the age that was typed could be read.
    pub fn is_age_known(&self) -> bool {
        self.age.is_empty() || band_of(&self.age).is_some()
    }
}

fn let_go_words(feature: Feature) -> &'static str {
    match feature {
        Feature::Dads => "Not only where dads are named",
        Feature::SendFriendly => "Not only SEND friendly",
        Feature::Quiet => "Not only quiet sessions",
        Feature::Interpreter => "Not only with an interpreter",
        Feature::StepFree => "Not only step-free",
    }
}

pub(crate) const PLACE: usize = 0;
pub(crate) const AGE: usize = 1;
pub(crate) const DAY: usize = 2;
pub(crate) const HOW_ONE_COMES: usize = 3;
pub(crate) const COST: usize = 4;
pub(crate) const TIME: usize = 5;
pub(crate) const WORDS: usize = 6;
pub(crate) const DISTANCE: usize = 7;
pub(crate) const FEATURES: usize = 8;

/// What of a question is worked out once.
pub(crate) struct ReadOnce {
    pub band: Option<AgeBand>,
    stems: Vec<String>,
    time: Option<(u16, u16)>,
    within: Option<((f64, f64), f64)>,
}

pub(crate) fn point_of(here: &TypedPlace) -> (f64, f64) {
    (here.latitude, here.longitude)
}

pub(crate) fn metres_of(miles: &str) -> Option<f64> {
    miles.parse::<f64>().ok().map(|miles| miles * METRES_A_MILE)
}

fn time_of(key: &str) -> Option<(u16, u16)> {
    TIMES.iter().find(|(known, ..)| *known == key).map(|(_, _, time)| *time)
}

/// As the search reads a time of day: some of the session lies in it.
pub(crate) fn is_within(at: &At, time: (u16, u16)) -> bool {
    let (from, until) = minutes(at);
    let slot = Slot { days: 0x7f, from, until, lasting: (None, None), next: None, label: String::new() };
    slot_is_within(&slot, 0, Some(time))
}

/// How far a date is held from a place, in metres.
pub(crate) fn metres_away(at: &At, here: (f64, f64)) -> Option<f64> {
    at.place.and_then(|place| place.point).map(|there| metres_between(here, there))
}

pub(crate) fn is_near(at: &At, here: (f64, f64), most: f64) -> bool {
    metres_away(at, here).is_some_and(|metres| metres <= most)
}

pub(crate) fn is_at(at: &At, asked: &str) -> bool {
    at.place.is_some_and(|place| place.slug == asked || town_slug(&place.town) == asked)
}

pub(crate) fn is_on(at: &At, day: &str) -> bool {
    DAYS.iter().any(|(key, _, weekday)| *key == day && *weekday == at.date.day.weekday())
}

pub(crate) fn is_of_age(at: &At, asked: AgeBand) -> bool {
    let ages = at.session.draft.ages;
    let begins = asked.under_months.is_none_or(|under| ages.from_months < under);
    begins && ages.under_months.is_none_or(|under| asked.from_months < under)
}

pub(crate) fn how(at: &At) -> &'static str {
    match at.session.draft.kind {
        Kind::DropIn => "drop-in",
        Kind::BookOn | Kind::Course | Kind::OneToOne => "book",
        Kind::Invitation | Kind::Referral => "asked",
    }
}

/// An age as an address gives it: one of the list, or what people write: '3', '18 months', '2 years', '2y'.
fn band_of(age: &str) -> Option<AgeBand> {
    if let Some((_, _, from, under)) = AGES.iter().find(|(key, ..)| *key == age) {
        return Some(AgeBand { from_months: *from, under_months: Some(*under) });
    }
    let digits = age.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(age.len());
    let number: u16 = age[..digits].parse().ok().filter(|number| *number < 400)?;
    let months = match age[digits..].trim() {
        "" | "y" | "yr" | "yrs" | "year" | "years" | "years old" | "year old" => number * 12,
        "m" | "mo" | "month" | "months" | "months old" | "month old" => number,
        _ => return None,
    };
    Some(AgeBand { from_months: months, under_months: Some(months + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Question {
        Question::read(|name| {
            form_urlencoded::parse(query.as_bytes())
                .filter(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.into_owned())
                .collect()
        })
    }

    #[test]
    fn a_question_is_read_as_it_is_written_and_what_is_not_known_narrows_nothing() {
        let question =
            read("when=month&from=2026-12-01&where=widnes&day=monday&day=friday&with=dads&cost=free");
        assert_eq!(
            question.href(),
            "/whats-on?when=month&from=2026-12-01&where=widnes&cost=free&day=friday&day=monday&with=dads"
        );
        assert_eq!(read(&question.href()[10..]), question);
        let odd = read("when=never&from=tomorrow&day=someday&how=flying&with=x&cost=0&page=3");
        assert_eq!((odd.href().as_str(), odd.is_narrowed()), ("/whats-on", false));
        assert_eq!(question.cleared().href(), "/whats-on?when=month&from=2026-12-01");
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(odd.days(today).1.to_string(), "2026-11-28");
    }

    #[test]
    fn an_age_is_read_however_it_is_written() {
        for (typed, from) in [
            ("3", Some(36)),
            ("18 months", Some(18)),
            ("18m", Some(18)),
            ("2 years", Some(24)),
            ("0-1", Some(0)),
            ("soon", None),
            ("99999", None),
            ("", None),
        ] {
            assert_eq!(band_of(typed).map(|band| band.from_months), from, "{typed}");
        }
    }
}
