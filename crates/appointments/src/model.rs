//! When a team can be seen, the times that this gives, and how an appointment ended: no database, no clock, no page.

use calendar::{
    AgeBand, Days, Ends, Exception, Frequency, Key, Occurrence, Plan, Rule, RuleParts, Season, Series,
    Standing, TermCalendar, Weekday, WeekdayOf, When, Zone,
};
use events::{SessionDraft, Wanted};
use kernel::{Date, Refusal, Slug, Span, Time};
use registers::Came;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name, in letters.
const TITLE_MAX: usize = 120;
/// The longest text, in letters.
const TEXT_MAX: usize = 2_000;
/// The shortest and the longest appointment, in minutes.
const MINUTES: std::ops::RangeInclusive<u16> = 5..=240;
/// The longest gap between two, in minutes.
const GAP_MAX: u16 = 120;
/// How far ahead times are offered, in days.
const AHEAD_DAYS: std::ops::RangeInclusive<u16> = 1..=120;
/// The longest notice, in hours.
const NOTICE_HOURS_MAX: u16 = 24 * 14;
/// The most different times of day: each is a part of the session.
const TIMES_MAX: usize = 48;
/// Addresses that pages of the room have.
const TAKEN: [&str; 2] = ["new", "for-families"];
/// The most days off.
const DAYS_OFF_MAX: usize = 60;

/// The days of a week, as the form names them.
pub(crate) const WEEKDAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "Monday", Weekday::Monday),
    ("tuesday", "Tuesday", Weekday::Tuesday),
    ("wednesday", "Wednesday", Weekday::Wednesday),
    ("thursday", "Thursday", Weekday::Thursday),
    ("friday", "Friday", Weekday::Friday),
    ("saturday", "Saturday", Weekday::Saturday),
    ("sunday", "Sunday", Weekday::Sunday),
];

/// A part of a weekday in which a team can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Window {
    /// Monday is 0.
    pub weekday: i8,
    /// From when.
    pub from: Time,
    /// Until when: the last appointment ends by then.
    pub until: Time,
}

/// Days on which nobody can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct DayOff {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// Why, for families. May be empty.
    #[serde(default)]
    pub reason: String,
}

/// When a team can be seen, one family at a time, as a form or the demonstration gives it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityDraft {
    /// In its address; never changes.
    pub slug: String,
    /// As families call it.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// The organisation, by its address in the directory.
    pub organization: String,
    /// The place, by its address in the directory. None for one that is only online.
    #[serde(default)]
    pub place: Option<String>,
    /// Where in the place. May be empty.
    #[serde(default)]
    pub room: String,
    /// Where to join online. Given to who has booked, not shown.
    #[serde(default)]
    pub online_link: String,
    /// The ages it is for.
    #[serde(default)]
    pub ages: AgeBand,
    /// Empty is 'not given'.
    #[serde(default)]
    pub cost: String,
    /// Who is seen, as a team or a role.
    #[serde(default)]
    pub led_by: String,
    /// What to bring. May be empty.
    #[serde(default)]
    pub bring: String,
    /// In which hours of the week.
    pub windows: Vec<Window>,
    /// How long one is.
    pub minutes: u16,
    /// How long between two.
    #[serde(default)]
    pub gap_minutes: u16,
    /// From which day on.
    pub first: Date,
    /// Until which day.
    #[serde(default)]
    pub last: Option<Date>,
    /// How many days ahead times are offered.
    pub ahead_days: u16,
    /// How many hours before, the last booking is taken.
    #[serde(default)]
    pub notice_hours: u16,
    /// When nobody can be seen.
    #[serde(default)]
    pub days_off: Vec<DayOff>,
    /// In which part of the year, and whether on bank holidays.
    #[serde(default)]
    pub when: When,
    /// Whether it is to be seen.
    pub wanted: Wanted,
    /// Where the facts come from.
    pub source: String,
}

impl AvailabilityDraft {
    /// What is wrong with it, each with the name of its field.
    pub(crate) fn check(&self) -> Vec<Refusal> {
        let mut wrong = Vec::new();
        let mut say = |field: &'static str, sentence: String| wrong.push(Refusal::at(field, sentence));
        if self.slug.parse::<Slug>().is_err() || TAKEN.contains(&self.slug.as_str()) {
            say("title", "Use letters and digits in the name, and more than one word".to_owned());
        }
        for (field, text, most) in [
            ("title", &self.title, TITLE_MAX),
            ("summary", &self.summary, TEXT_MAX),
            ("source", &self.source, TITLE_MAX),
        ] {
            if text.trim().is_empty() {
                say(field, "Fill this in".to_owned());
            } else if text.chars().count() > most {
                say(field, format!("Use {most} letters or fewer"));
            }
        }
        if self.place.is_none() && self.online_link.is_empty() {
            say("place", "Choose a place, or give the link to join online".to_owned());
        }
        if !self.online_link.is_empty() && !self.online_link.starts_with("https://") {
            say("online_link", "The link must begin with https://".to_owned());
        }
        if !MINUTES.contains(&self.minutes) {
            say("minutes", format!("Use from {} to {} minutes", MINUTES.start(), MINUTES.end()));
        } else if self.windows.is_empty() {
            say("monday", "Say on which day you can be seen".to_owned());
        } else if self.times().is_empty() {
            say("minutes", "No appointment of this length fits into the hours".to_owned());
        } else if self.times().len() > TIMES_MAX {
            say("monday", format!("Use at most {TIMES_MAX} different times of day in a week"));
        }
        if self.gap_minutes > GAP_MAX {
            say("gap_minutes", format!("Use {GAP_MAX} minutes or fewer"));
        }
        for (number, (name, words, _)) in WEEKDAYS.iter().enumerate() {
            let mut day: Vec<Window> =
                self.windows.iter().filter(|window| window.weekday == number as i8).copied().collect();
            day.sort_unstable();
            let crosses = day.windows(2).any(|pair| pair[1].from < pair[0].until);
            if day.iter().any(|window| window.until <= window.from) || crosses {
                say(name, format!("Check the hours on {words}: each ends after it begins, and none cross"));
            }
        }
        if self.last.is_some_and(|last| last < self.first) {
            say("last", "The last day must not be before the first".to_owned());
        }
        if !AHEAD_DAYS.contains(&self.ahead_days) {
            say("ahead_days", format!("Use from {} to {} days", AHEAD_DAYS.start(), AHEAD_DAYS.end()));
        }
        if self.notice_hours > NOTICE_HOURS_MAX {
            say("notice_hours", format!("Use {NOTICE_HOURS_MAX} hours or fewer"));
        }
        if self.days_off.len() > DAYS_OFF_MAX || self.days_off.iter().any(|off| off.last < off.first) {
            say("days_off", "Check the days off: each line is a day, or one day to a later one".to_owned());
        }
        wrong
    }

    /// The times of day at which one begins, with the weekdays on which it does.
    pub(crate) fn times(&self) -> BTreeMap<Time, BTreeSet<i8>> {
        let mut times: BTreeMap<Time, BTreeSet<i8>> = BTreeMap::new();
        let minutes_of = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        for window in &self.windows {
            let (mut at, until) = (minutes_of(window.from), minutes_of(window.until));
            while at + i32::from(self.minutes) <= until {
                if let Ok(time) = Time::new((at / 60) as i8, (at % 60) as i8, 0, 0) {
                    times.entry(time).or_default().insert(window.weekday);
                }
                at += i32::from(self.minutes) + i32::from(self.gap_minutes);
            }
        }
        times
    }

    /// Whether nobody can be seen on a day, and why.
    fn off(&self, day: Date) -> Option<&str> {
        let off = self.days_off.iter().find(|off| off.first <= day && day <= off.last)?;
        Some(if off.reason.is_empty() { "Nobody can be seen on this day" } else { &off.reason })
    }

    /// The last day for which times are offered today: to the end of a week, so that it moves on once a week.
    pub(crate) fn horizon(&self, today: Date) -> Date {
        let ahead = today.saturating_add(Span::new().days(i32::from(self.ahead_days)));
        let to_sunday = 6 - ahead.weekday().to_monday_zero_offset();
        let week = ahead.saturating_add(Span::new().days(to_sunday));
        // A team that begins later than that has its first week offered all the same.
        let week = week.max(self.first.saturating_add(Span::new().days(6)));
        self.last.map_or(week, |last| week.min(last.max(self.first)))
    }
}

/// A time that a family has booked: it stays, whatever the team changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BookedTime {
    pub key: Key,
    pub day: Date,
    pub starts: Time,
    pub minutes: u16,
    pub place: Option<String>,
}

/// The session that an availability is kept as, and the booked times that it would not give by itself.
pub(crate) struct Decided {
    pub session: SessionDraft,
    pub kept: Vec<BookedTime>,
}

/// Makes the session of an availability: one weekly rule for each time of day, without the days off. What a family has
/// booked is held even where the new hours would leave it out, and no time is offered that would cross it. What somebody
/// decided about single times by hand stays. `before` is the session as it was, with the days off it was made from.
pub(crate) fn decide_session(
    draft: &AvailabilityDraft,
    before: Option<(&SessionDraft, &[DayOff])>,
    booked: &[BookedTime],
    terms: &TermCalendar,
    today: Date,
) -> Result<Decided, Vec<Refusal>> {
    let refused = |why: String| vec![Refusal::at("monday", why)];
    let horizon = draft.horizon(today);
    let mut parts = Vec::new();
    for (time, weekdays) in draft.times() {
        let days = weekdays.iter().filter_map(|day| Weekday::from_monday_zero_offset(*day).ok());
        let rule = RuleParts {
            ends: Ends::On(horizon),
            days: days.map(WeekdayOf::every).collect(),
            ..RuleParts::every(Frequency::Weekly)
        };
        let plan = Plan {
            start: draft.first.to_datetime(time),
            minutes: draft.minutes,
            zone: Zone::london(),
            repeats: Some(Rule::new(rule).map_err(|why| refused(why.to_string()))?),
            when: draft.when,
            exceptions: Vec::new(),
        };
        // A time whose weekday does not come before the last day is no part of it.
        if Series::new(plan.clone()).is_ok() {
            parts.push(plan);
        }
    }
    if parts.is_empty() {
        return Err(refused("There is no such weekday between the first and the last day".to_owned()));
    }
    let kept = decide_exceptions(draft, before, booked, (terms, today, horizon), &mut parts);
    let mut session = match before {
        Some((session, _)) => session.clone(),
        None => serde_json::from_value(json!({
            "slug": draft.slug, "title": draft.title, "summary": draft.summary, "organization": draft.organization,
            "kind": "one_to_one", "counts": "families", "parts": [], "wanted": "draft", "source": draft.source,
        }))
        .map_err(|why| refused(why.to_string()))?,
    };
    session.title.clone_from(&draft.title);
    session.summary.clone_from(&draft.summary);
    session.organization.clone_from(&draft.organization);
    session.place.clone_from(&draft.place);
    session.room.clone_from(&draft.room);
    session.online_link.clone_from(&draft.online_link);
    session.ages = draft.ages;
    session.siblings_welcome = true;
    session.places = Some(1);
    session.cost.clone_from(&draft.cost);
    session.led_by.clone_from(&draft.led_by);
    session.bring.clone_from(&draft.bring);
    session.closes_minutes = i64::from(draft.notice_hours) * 60;
    session.parts = parts;
    session.wanted = draft.wanted;
    session.source.clone_from(&draft.source);
    Ok(Decided { session, kept })
}

/// Writes into the parts what differs from the rule. Gives the booked times that stand outside it, or on a day off.
fn decide_exceptions(
    draft: &AvailabilityDraft,
    before: Option<(&SessionDraft, &[DayOff])>,
    booked: &[BookedTime],
    (terms, today, horizon): (&TermCalendar, Date, Date),
    parts: &mut [Plan],
) -> Vec<BookedTime> {
    // What somebody decided by hand about a time to come, without what came from days off or crossed a kept time.
    let by_hand: Vec<Exception> = before.map_or_else(Vec::new, |(session, off)| {
        let was_off = |day: Date| off.iter().any(|off| off.first <= day && day <= off.last);
        let all = session.parts.iter().flat_map(|part| part.exceptions.iter().cloned());
        all.filter(|exception| match exception {
            Exception::Cancelled { key, reason } => !was_off(key.at().date()) && reason != CROSSES,
            Exception::Moved { .. } => true,
            Exception::Extra { .. } => false,
        })
        .filter(|exception| exception.key().at().date() >= today)
        .collect()
    });
    let given = occurrences(parts, terms, today, horizon);
    let is_booked = |key: Key| booked.iter().any(|time| time.key == key);
    let kept: Vec<BookedTime> =
        booked.iter().filter(|time| given.iter().all(|one| one.key != time.key)).cloned().collect();
    let off_but_booked: Vec<BookedTime> = booked
        .iter()
        .filter(|time| draft.off(time.day).is_some() && given.iter().any(|one| one.key == time.key))
        .cloned()
        .collect();
    let mut exceptions: Vec<Exception> = kept
        .iter()
        .map(|time| Exception::Extra {
            key: time.key,
            minutes: Some(time.minutes),
            place: time.place.clone(),
        })
        .collect();
    for one in given.iter().filter(|one| !is_booked(one.key)) {
        let cancelled_by_hand = by_hand
            .iter()
            .any(|exception| matches!(exception, Exception::Cancelled { key, .. } if *key == one.key));
        let crosses = booked.iter().any(|time| time.key != one.key && do_cross(time, one));
        let reason = draft.off(one.starts.date()).or(crosses.then_some(CROSSES));
        if let Some(reason) = reason.filter(|_| !cancelled_by_hand) {
            exceptions.push(Exception::Cancelled { key: one.key, reason: reason.to_owned() });
        }
    }
    exceptions.extend(by_hand);
    for exception in exceptions {
        let at = exception.key().at().time();
        let part = parts.iter().position(|part| part.start.time() == at).unwrap_or(0);
        parts[part].exceptions.push(exception);
    }
    kept.into_iter().chain(off_but_booked).collect()
}

/// Why a free time is not offered that would cross a booked one.
const CROSSES: &str = "Another time has been booked";

fn do_cross(time: &BookedTime, one: &Occurrence) -> bool {
    let ends = |starts: calendar::DateTime, minutes: u16| {
        starts.saturating_add(Span::new().minutes(i64::from(minutes)))
    };
    let starts = time.day.to_datetime(time.starts);
    starts < ends(one.starts, one.minutes) && one.starts < ends(starts, time.minutes)
}

/// The times that parts give in some days, in their order.
pub(crate) fn occurrences(parts: &[Plan], terms: &TermCalendar, first: Date, last: Date) -> Vec<Occurrence> {
    let Ok(days) = Days::new(first, last) else { return Vec::new() };
    let series = parts.iter().filter_map(|part| Series::new(part.clone()).ok());
    let mut all: Vec<Occurrence> = series.flat_map(|series| series.occurrences(terms, days)).collect();
    all.sort_by_key(|one| (one.starts_at, one.key));
    all
}

/// The same without those that are not held.
pub(crate) fn held(parts: &[Plan], terms: &TermCalendar, first: Date, last: Date) -> Vec<Occurrence> {
    let mut all = occurrences(parts, terms, first, last);
    all.retain(|one| !matches!(one.standing, Standing::Cancelled { .. }));
    all
}

/// How an appointment ended, or stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is to come, or nobody has said yet how it ended.
    Booked,
    /// They were seen.
    Attended,
    /// They did not come, and nobody had been told.
    DidNotAttend,
    /// It was taken back.
    Cancelled(By),
    /// It was moved to another time, which is an appointment of its own.
    Rescheduled,
}

/// Who took an appointment back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The family, by its link or by telephone.
    Family,
    /// A professional who had booked for them.
    Practitioner,
    /// The team.
    Team,
}

impl By {
    /// As it is kept and exported.
    pub fn key(self) -> &'static str {
        match self {
            By::Family => "family",
            By::Practitioner => "practitioner",
            By::Team => "team",
        }
    }

    /// Reads what was kept.
    pub fn of(key: &str) -> Option<By> {
        [By::Family, By::Practitioner, By::Team].into_iter().find(|by| by.key() == key)
    }
}

impl Outcome {
    /// As the team reads it.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Booked => "Booked",
            Outcome::Attended => "Attended",
            Outcome::DidNotAttend => "Did not attend",
            Outcome::Cancelled(By::Family) => "Cancelled by the family",
            Outcome::Cancelled(By::Practitioner) => "Cancelled by a professional",
            Outcome::Cancelled(By::Team) => "Cancelled by the team",
            Outcome::Rescheduled => "Moved to another time",
        }
    }

    /// The `status` of FHIR's Appointment. A moved one is cancelled there, with the reason beside it.
    pub fn fhir_status(self) -> &'static str {
        match self {
            Outcome::Booked => "booked",
            Outcome::Attended => "fulfilled",
            Outcome::DidNotAttend => "noshow",
            Outcome::Cancelled(_) | Outcome::Rescheduled => "cancelled",
        }
    }
}

/// What is known of one appointment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    pub is_booked: bool,
    pub is_given_up: bool,
    pub has_another_time: bool,
    pub came: Option<Came>,
    pub is_time_off: bool,
    pub cancelled_by: Option<By>,
}

/// How an appointment ended. Who told beforehand that they could not come has cancelled.
pub(crate) fn decide_outcome(known: Known) -> Outcome {
    if known.is_given_up && known.has_another_time {
        return Outcome::Rescheduled;
    }
    if !known.is_booked || known.is_given_up || known.is_time_off {
        let by_team = known.is_time_off.then_some(By::Team);
        return Outcome::Cancelled(known.cancelled_by.or(by_team).unwrap_or(By::Family));
    }
    match known.came {
        None => Outcome::Booked,
        Some(Came::Came) => Outcome::Attended,
        Some(Came::Told) => Outcome::Cancelled(By::Family),
        Some(Came::DidNotCome) => Outcome::DidNotAttend,
    }
}

/// Whether a season is one that follows the council's terms.
pub(crate) fn follows_terms(when: When) -> bool {
    when.season != Season::AllYear
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
