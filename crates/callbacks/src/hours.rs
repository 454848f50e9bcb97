//! When somebody rings back: the hours of each weekday, the bank holidays of England, and what follows for what is promised.
//! No database, no clock, no page.

use anyhow::Context;
use jiff::civil::{Date, DateTime, Weekday};
use kernel::{Fault, Instant, london};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::OnceLock};
use web::say;

/// From and until in minutes of the day, or shut.
pub(crate) type DayHours = Option<(u16, u16)>;

/// The hours of a week, Monday first. At least one day has some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hours {
    pub days: [DayHours; 7],
}

/// The days of the week, Monday first.
pub(crate) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When it is good to ring: the key kept, the words, and the minutes of the day.
pub(crate) const TIMES: [(&str, &str, (u16, u16)); 4] = [
    ("any", "Any time in these hours", (0, 1_440)),
    ("morning", "Before midday", (0, 720)),
    ("midday", "Midday to 2pm", (720, 840)),
    ("afternoon", "After 2pm", (840, 1_440)),
];

/// As far as anybody looks ahead: no council shuts for so long.
const LOOKED_AT_DAYS: usize = 60;

impl Default for Hours {
    /// The hours of most councils, until somebody says better.
    fn default() -> Hours {
        let day = Some((540, 1_020));
        Hours { days: [day, day, day, day, day, None, None] }
    }
}

impl Hours {
    /// Whether anybody ever rings.
    pub fn has_any(&self) -> bool {
        self.days.iter().any(|day| day.is_some_and(|(from, until)| from < until))
    }

    /// The hours of a date; none on a bank holiday.
    pub fn on(&self, date: Date, holidays: &BankHolidays) -> DayHours {
        if holidays.has(date) { None } else { self.days[at(date.weekday())] }
    }

    /// 'Monday to Thursday, 9am to 5pm. Friday, 9am to 4:30pm'.
    pub fn words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut first = 0;
        while first < DAYS.len() {
            let Some((from, until)) = self.days[first] else {
                first += 1;
                continue;
            };
            let same = self.days[first..].iter().take_while(|day| **day == Some((from, until))).count();
            let last = first + same - 1;
            let days = match same {
                1 => DAYS[first].to_owned(),
                2 => format!("{} and {}", DAYS[first], DAYS[last]),
                _ => format!("{} to {}", DAYS[first], DAYS[last]),
            };
            parts.push(format!("{days}, {} to {}", say::time_of_day(from), say::time_of_day(until)));
            first = last + 1;
        }
        parts.join(". ")
    }

    /// The times that may be asked for: those in which somebody ever rings.
    pub fn times(&self) -> Vec<(&'static str, &'static str)> {
        TIMES
            .iter()
            .filter(|(_, _, (from, until))| {
                self.days.iter().flatten().any(|(opens, shuts)| opens.max(from) < shuts.min(until))
            })
            .map(|(key, words, _)| (*key, *words))
            .collect()
    }
}

fn at(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)
}

/// The end of the next working day after the day of asking: what is promised. `None` when nobody ever rings.
pub(crate) fn decide_due(now: Instant, hours: &Hours, holidays: &BankHolidays) -> Option<Instant> {
    let today = now.to_zoned(london()).date();
    let following = std::iter::successors(today.tomorrow().ok(), |date| date.tomorrow().ok());
    let (date, shuts) = following
        .take(LOOKED_AT_DAYS)
        .find_map(|date| hours.on(date, holidays).map(|(_, shuts)| (date, shuts)))?;
    let shuts = shuts.min(1_439);
    let civil = date.at(i8::try_from(shuts / 60).ok()?, i8::try_from(shuts % 60).ok()?, 0, 0);
    civil.to_zoned(london()).ok().map(|zoned| zoned.timestamp())
}

/// '5pm on Tuesday 24 November'.
pub(crate) fn due_words(due: Instant) -> String {
    let civil: DateTime = due.to_zoned(london()).datetime();
    let minutes = u16::try_from(i32::from(civil.hour()) * 60 + i32::from(civil.minute())).unwrap_or(0);
    format!("{} on {}", say::time_of_day(minutes), day_words(due))
}

/// 'Tuesday 24 November'.
pub(crate) fn day_words(instant: Instant) -> String {
    let date = instant.to_zoned(london()).date();
    let full = say::day_month_year(date);
    let without_year = full.rsplit_once(' ').map_or(full.as_str(), |(day, _)| day);
    format!("{} {without_year}", DAYS[at(date.weekday())])
}

/// The file of bank holidays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BankHolidays {
    pub reviewed_on: Date,
    /// The last day the list knows of.
    pub until: Date,
    dates: BTreeSet<Date>,
}

impl BankHolidays {
    fn has(&self, date: Date) -> bool {
        self.dates.contains(&date)
    }

    /// Whether the list ends within two months: staff are told, so that no promise is made for a holiday.
    pub fn ends_soon(&self, today: Date) -> bool {
        (self.until - today).get_days() < 62
    }
}

/// The file, read once.
pub(crate) fn bank_holidays() -> Result<&'static BankHolidays, Fault> {
    static READ: OnceLock<Result<BankHolidays, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        toml::from_str(include_str!("../data/bank_holidays.toml")).map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| anyhow::anyhow!(error.clone())).context("reading the bank holidays")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn due(now: &str) -> String {
        let due = decide_due(now.parse().unwrap(), &Hours::default(), bank_holidays().unwrap()).unwrap();
        due.to_zoned(london()).datetime().to_string()
    }

    #[test]
    fn the_promise_is_the_end_of_the_next_working_day() {
        for (now, promised) in [
            ("2026-11-23T09:00:00Z", "2026-11-24T17:00:00"), // A Monday.
            ("2026-11-23T23:30:00Z", "2026-11-24T17:00:00"),
            ("2026-11-27T10:00:00Z", "2026-11-30T17:00:00"), // A Friday.
            ("2026-11-28T10:00:00Z", "2026-11-30T17:00:00"),
            ("2026-11-29T10:00:00Z", "2026-11-30T17:00:00"),
            ("2026-12-24T10:00:00Z", "2026-12-29T17:00:00"), // Christmas Eve: Friday, and Monday for Boxing Day.
            ("2027-03-25T10:00:00Z", "2027-03-30T17:00:00"), // Before Good Friday.
            ("2026-06-30T23:30:00Z", "2026-07-02T17:00:00"), // In London it is the first of July already.
        ] {
            assert_eq!(due(now), promised, "{now}");
        }
    }

    #[test]
    fn hours_and_promises_read_as_people_say_them() {
        let mut hours = Hours::default();
        assert_eq!(hours.words(), "Monday to Friday, 9am to 5pm");
        hours.days[4] = Some((540, 990));
        hours.days[1] = None;
        assert_eq!(
            hours.words(),
            "Monday, 9am to 5pm. Wednesday and Thursday, 9am to 5pm. Friday, 9am to 4:30pm"
        );
        assert_eq!(due_words("2026-11-24T17:00:00Z".parse().unwrap()), "5pm on Tuesday 24 November");
        let mornings = Hours { days: [Some((540, 720)), None, None, None, None, None, None] };
        let keys: Vec<&str> = mornings.times().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["any", "morning"]);
        assert!(!Hours { days: [None; 7] }.has_any());
    }

    #[test]
    fn no_bank_holiday_stands_on_a_weekend_and_each_year_has_eight() {
        let holidays = bank_holidays().unwrap();
        assert!(
            holidays.dates.iter().all(|date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
        );
        for year in 2026..=holidays.until.year() {
            assert_eq!(holidays.dates.iter().filter(|date| date.year() == year).count(), 8, "{year}");
        }
    }

    proptest! {
        #[test]
        fn a_promise_is_always_for_a_working_day_to_come_and_none_before_it_is_passed_over(
            seconds in 1_790_000_000i64..1_860_000_000,
            open in proptest::collection::vec(proptest::option::of((0u16..700, 720u16..1_440)), 7),
        ) {
            let hours = Hours { days: open.try_into().unwrap() };
            let (now, holidays) = (Instant::from_second(seconds).unwrap(), bank_holidays().unwrap());
            let today = now.to_zoned(london()).date();
            match decide_due(now, &hours, holidays) {
                None => prop_assert!(!hours.has_any()),
                Some(due) => {
                    let on = due.to_zoned(london()).date();
                    prop_assert!(due > now && on > today);
                    prop_assert!(hours.on(on, holidays).is_some());
                    let mut between = today.tomorrow().unwrap();
                    while between < on {
                        prop_assert!(hours.on(between, holidays).is_none(), "{} was passed over", between);
                        between = between.tomorrow().unwrap();
                    }
                }
            }
        }
    }
}
