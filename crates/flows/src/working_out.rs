//! Days that are counted from days, with the sums written out so that anybody can check them.

use crate::flow::{Rule, Unit};
use kernel::{Date, Span};
use serde::{Deserialize, Serialize};
use web::say::count;

/// One day that was worked out, or the reason that it could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedLine {
    /// The name of the sum.
    pub name: String,
    /// What stands before the day.
    pub words: String,
    /// The day; nothing when a day that it needs is not known.
    pub day: Option<Date>,
    /// The sum: 'Monday 5 January 2026 + 6 weeks = Monday 16 February 2026'.
    pub sum: String,
    /// What else to know of this day: that it is a bank holiday, or past.
    pub notes: Vec<String>,
}

/// 'Monday 5 January 2026'.
pub fn day_in_words(day: Date) -> String {
    let name = match day.weekday().to_monday_zero_offset() {
        0 => "Monday",
        1 => "Tuesday",
        2 => "Wednesday",
        3 => "Thursday",
        4 => "Friday",
        5 => "Saturday",
        _ => "Sunday",
    };
    format!("{name} {}", web::say::day_month_year(day))
}

/// Works one day out. `certificate` is the day of the mediation certificate, where a tribunal rule has one.
pub(crate) fn work_out(from: Date, rule: &Rule, certificate: Option<Date>) -> Option<(Date, String)> {
    match rule {
        Rule::Add { number, unit } => add(from, *number, *unit),
        Rule::Tribunal { .. } => tribunal(from, certificate),
    }
}

fn add(from: Date, number: i32, unit: Unit) -> Option<(Date, String)> {
    let day = plus(from, number, unit)?;
    let sign = if number < 0 { '-' } else { '+' };
    let many = usize::try_from(number.unsigned_abs()).ok()?;
    let amount = match unit {
        Unit::Days => count(many, "day", "days"),
        Unit::Weeks => count(many, "week", "weeks"),
        Unit::Months => count(many, "month", "months"),
    };
    Some((day, format!("{} {sign} {amount} = {}", day_in_words(from), day_in_words(day))))
}

fn plus(from: Date, number: i32, unit: Unit) -> Option<Date> {
    let span = match unit {
        Unit::Days => Span::new().try_days(number),
        Unit::Weeks => Span::new().try_weeks(number),
        Unit::Months => Span::new().try_months(number),
    };
    from.checked_add(span.ok()?).ok()
}

/// Two months from the letter or one month from the certificate, whichever is later. A last day from 25 December to
/// 1 January becomes the next working day in January; one in August, the first working day of September: as the guidance
/// of the Tribunal tells it. Any other last day that is no working day is in time on the next one (rule 12 of the Tribunal
/// Procedure (First-tier Tribunal) (Health, Education and Social Care Chamber) Rules 2008). A flow that uses the rule cites where that is written and when it was read.
fn tribunal(letter: Date, certificate: Option<Date>) -> Option<(Date, String)> {
    let by_letter = plus(letter, 2, Unit::Months)?;
    let mut sum = format!("{} + 2 months = {}", day_in_words(letter), day_in_words(by_letter));
    let mut last = by_letter;
    if let Some(certificate) = certificate {
        let by_certificate = plus(certificate, 1, Unit::Months)?;
        last = by_letter.max(by_certificate);
        sum.push_str(&format!(
            ". {} + 1 month = {}. The later of the two counts",
            day_in_words(certificate),
            day_in_words(by_certificate)
        ));
    }
    let moved = match (last.month(), last.day()) {
        (12, 25..) => Some((Date::new(last.year().checked_add(1)?, 1, 2).ok()?, "Christmas")),
        (1, 1) => Some((Date::new(last.year(), 1, 2).ok()?, "Christmas")),
        (8, _) => Some((Date::new(last.year(), 9, 1).ok()?, "August")),
        _ => None,
    };
    let Some((first, why)) = moved else {
        let in_time = next_working_day(last)?;
        if in_time != last {
            sum.push_str(&format!(
                ". That is not a working day, so it is in time on the next one, {} (rule 12)",
                day_in_words(in_time)
            ));
        }
        return Some((in_time, sum));
    };
    let moved = next_working_day(first)?;
    sum.push_str(&format!(
        ". {} does not count for the Tribunal, so the last day is {}",
        if why == "August" { "A last day in August" } else { "A last day from 25 December to 1 January" },
        day_in_words(moved)
    ));
    Some((moved, sum))
}

fn next_working_day(mut day: Date) -> Option<Date> {
    for _ in 0..15 {
        let is_weekend = day.weekday().to_monday_zero_offset() >= 5;
        if !is_weekend && bank_holiday(day).is_none() {
            return Some(day);
        }
        day = day.tomorrow().ok()?;
    }
    Some(day)
}

/// What to know of a day that was worked out.
pub(crate) fn notes_on(day: Date, today: Date) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(name) = bank_holiday(day) {
        notes.push(format!("This is a bank holiday ({name}). The date stays the same."));
    } else if day.weekday().to_monday_zero_offset() >= 5 {
        notes.push("This is at a weekend. The date stays the same.".to_owned());
    }
    match day.cmp(&today) {
        std::cmp::Ordering::Less => notes.push("This day has passed.".to_owned()),
        std::cmp::Ordering::Equal => notes.push("This is today.".to_owned()),
        std::cmp::Ordering::Greater => {}
    }
    notes
}

/// The name of the bank holiday of England and Wales on a day: as the Banking and Financial Dealings Act 1971 and the
/// yearly proclamations give them. A day that is proclaimed for one year only is not foreseen.
pub fn bank_holiday(day: Date) -> Option<&'static str> {
    let year = day.year();
    let nth = |month: i8, day: i8| Date::new(year, month, day).ok();
    let monday = |first: Option<Date>| -> Option<Date> {
        let first = first?;
        let ahead = (7 - first.weekday().to_monday_zero_offset()) % 7;
        plus(first, i32::from(ahead), Unit::Days)
    };
    let easter = easter_sunday(year)?;
    let christmas = nth(12, 25)?;
    // A holiday at a weekend has its day off on the next weekday that is not one already.
    let (day_of_christmas, day_of_boxing) = match christmas.weekday().to_monday_zero_offset() {
        4 => (nth(12, 25), nth(12, 28)),
        5 => (nth(12, 27), nth(12, 28)),
        6 => (nth(12, 27), nth(12, 26)),
        _ => (nth(12, 25), nth(12, 26)),
    };
    let new_year = nth(1, 1)?;
    let day_of_new_year = match new_year.weekday().to_monday_zero_offset() {
        5 => nth(1, 3),
        6 => nth(1, 2),
        _ => Some(new_year),
    };
    let days = [
        (day_of_new_year, "New Year's Day"),
        (plus(easter, -2, Unit::Days), "Good Friday"),
        (plus(easter, 1, Unit::Days), "Easter Monday"),
        (monday(nth(5, 1)), "Early May bank holiday"),
        (monday(nth(5, 25)), "Spring bank holiday"),
        (monday(nth(8, 25)), "Summer bank holiday"),
        (day_of_christmas, "Christmas Day"),
        (day_of_boxing, "Boxing Day"),
    ];
    days.into_iter().find(|(date, _)| *date == Some(day)).map(|(_, name)| name)
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter_sunday(year: i16) -> Option<Date> {
    let year_of = i32::from(year);
    let (a, b, c) = (year_of % 19, year_of / 100, year_of % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn bank_holidays_are_those_of_england_and_wales() {
        // gov.uk/bank-holidays, England and Wales, 2025 to 2028.
        for given in [
            "2025-01-01",
            "2025-04-18",
            "2025-04-21",
            "2025-05-05",
            "2025-05-26",
            "2025-08-25",
            "2025-12-25",
            "2025-12-26",
            "2026-01-01",
            "2026-04-03",
            "2026-04-06",
            "2026-05-04",
            "2026-05-25",
            "2026-08-31",
            "2026-12-25",
            "2026-12-28",
            "2027-01-01",
            "2027-03-26",
            "2027-03-29",
            "2027-05-03",
            "2027-05-31",
            "2027-08-30",
            "2027-12-27",
            "2027-12-28",
            "2028-01-03",
            "2028-04-14",
            "2028-04-17",
        ] {
            assert!(bank_holiday(day(given)).is_some(), "{given}");
        }
        for given in ["2026-12-26", "2027-12-25", "2026-05-18", "2026-02-16", "2028-01-01"] {
            assert_eq!(bank_holiday(day(given)), None, "{given}");
        }
        let mut number = 0;
        let mut date = day("2026-01-01");
        while date.year() < 2036 {
            number += usize::from(bank_holiday(date).is_some());
            date = date.tomorrow().unwrap();
        }
        assert_eq!(number, 80, "eight in each of ten years");
    }

    #[test]
    fn the_tribunals_last_day_is_the_later_of_two_and_a_working_day_and_never_in_august_or_at_christmas() {
        for (letter, certificate, last) in [
            ("2026-01-05", None, "2026-03-05"),
            ("2026-01-05", Some("2026-01-20"), "2026-03-05"),
            ("2026-01-05", Some("2026-02-20"), "2026-03-20"),
            // Christmas: 2 January 2027 is a Saturday.
            ("2026-10-25", None, "2027-01-04"),
            ("2026-11-01", None, "2027-01-04"),
            ("2026-10-24", None, "2026-12-24"),
            // August: 1 September 2026 is a Tuesday, in 2029 a Saturday.
            ("2026-06-15", None, "2026-09-01"),
            ("2029-06-15", None, "2029-09-03"),
            ("2026-07-01", None, "2026-09-01"),
            // A month that is too short ends on its last day.
            ("2025-12-31", None, "2026-03-02"),
            ("2027-12-31", None, "2028-02-29"),
            // A Saturday, a Sunday, Good Friday and a bank holiday are in time on the next working day (rule 12).
            ("2026-03-16", None, "2026-05-18"),
            ("2026-03-17", None, "2026-05-18"),
            ("2026-02-03", None, "2026-04-07"),
            ("2026-02-06", None, "2026-04-07"),
            ("2026-03-04", None, "2026-05-05"),
            // A certificate in July may lead into August as well.
            ("2026-05-01", Some("2026-07-10"), "2026-09-01"),
        ] {
            let rule = Rule::Tribunal { certificate: None };
            let (worked, sum) = work_out(day(letter), &rule, certificate.map(day)).unwrap();
            assert_eq!(worked, day(last), "{sum}");
            assert!(sum.contains(&day_in_words(day(last))), "{sum}");
        }
    }

    #[test]
    fn a_day_that_no_calendar_has_is_not_worked_out() {
        let far = Rule::Add { number: 10_000, unit: Unit::Months };
        assert_eq!(work_out(day("9999-12-31"), &far, None), None);
        assert_eq!(work_out(day("9999-12-31"), &Rule::Tribunal { certificate: None }, None), None);
        assert_eq!(bank_holiday(day("-009999-01-02")), None);
    }
}
