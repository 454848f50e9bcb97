//! Days as people type them. A day that is not certain is not taken: what follows is counted from it.

use crate::understand::plain;
use kernel::{Date, Span};

/// Why words that may be a day were not taken as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotADay {
    /// They do not read as a day.
    Unreadable,
    /// A day and a month, and no year.
    NoYear,
    /// No calendar has it, such as 31 April.
    NoSuchDay,
    /// A year in which nothing that a guide counts from can have been.
    OddYear,
    /// A day of the calendar that is another day of the week than the words say.
    OtherWeekday(Date),
}

/// A day as people type it: '5 January 2026', '5/1/26', '2026-01-05', 'yesterday'. Without a year it is not taken: a
/// deadline is never counted from a guess.
pub fn read_day(text: &str, today: Date) -> Option<Date> {
    day_of(text, today).ok()
}

/// The day that words tell, or why they tell none.
pub(crate) fn day_of(text: &str, today: Date) -> Result<Date, NotADay> {
    let typed = plain(text);
    match typed.as_str() {
        "today" => return Ok(today),
        "yesterday" => return today.checked_sub(Span::new().days(1)).map_err(|_| NotADay::Unreadable),
        _ => {}
    }
    if let Ok(day) = text.trim().parse::<Date>() {
        return sensible(day);
    }
    const NOTHING: [&str; 3] = ["on", "the", "of"];
    let parts: Vec<&str> = typed
        .split(' ')
        .filter(|word| !NOTHING.contains(word) && weekday(word).is_none() && !word.is_empty())
        .collect();
    let day = match parts.as_slice() {
        [day, month] => Err(day_and_month(day, month).map_or(NotADay::Unreadable, |_| NotADay::NoYear)),
        [year, month, day] if year.len() == 4 && year.parse::<i16>().is_ok() => day_in_year(day, month, year),
        [day, month, year] => day_in_year(day, month, year),
        _ => Err(NotADay::Unreadable),
    }?;
    let is_another = |named: i8| named != day.weekday().to_monday_zero_offset();
    if typed.split(' ').filter_map(weekday).any(is_another) {
        return Err(NotADay::OtherWeekday(day));
    }
    Ok(day)
}

/// Whether words are meant as a day, read or not: 'last week', '1/1/1999', 'the 3rd'. What nobody can read as a day leads
/// nowhere by itself, because what follows would be counted from it.
pub(crate) fn is_meant_as_a_day(text: &str, today: Date) -> bool {
    const WHEN: [&str; 9] =
        ["ago", "last", "next", "this", "since", "about", "around", "yesterday", "tomorrow"];
    const UNITS: [&str; 18] = [
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "fortnight",
        "spring",
        "summer",
        "autumn",
        "winter",
        "easter",
        "christmas",
        "yesterday",
        "tomorrow",
        "weekend",
    ];
    let typed = plain(text);
    let words: Vec<&str> = typed.split(' ').collect();
    let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty();
    let is_month = |word: &&str| word.len() >= 3 && *word != "may" && month(word).is_some();
    let is_day_name = |word: &&str| word.len() >= 6 && weekday(word).is_some();
    let has = |among: &[&str]| words.iter().any(|word| among.contains(word));
    day_of(text, today) != Err(NotADay::Unreadable)
        || has(&WHEN) && has(&UNITS)
        || words.len() >= 2 && words.iter().all(&is_number)
        || words.iter().any(|word| is_day_name(word) || !is_number(word) && is_month(word))
}

/// Which day of the week a word is, from Monday as 0: 'tuesday', 'tues', 'tue'.
fn weekday(word: &str) -> Option<i8> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = if word == "weds" { "wed" } else { word };
    let found = DAYS.iter().position(|day| word.len() >= 3 && day.starts_with(word));
    found.and_then(|place| i8::try_from(place).ok())
}

fn day_and_month(first: &str, second: &str) -> Option<(i8, i8)> {
    match (number(first), month(second)) {
        (Some(day), Some(month)) => Some((day, month)),
        _ => Some((number(second)?, month(first).filter(|_| first.parse::<i8>().is_err())?)),
    }
}

fn day_in_year(day: &str, month: &str, written: &str) -> Result<Date, NotADay> {
    let (day, month) = day_and_month(day, month).ok_or(NotADay::Unreadable)?;
    let year: i16 = written.parse().map_err(|_| NotADay::Unreadable)?;
    let year = match year {
        0..100 if written.len() == 2 => year + 2_000,
        _ => year,
    };
    sensible(Date::new(year, month, day).map_err(|_| NotADay::NoSuchDay)?)
}

fn sensible(day: Date) -> Result<Date, NotADay> {
    if (2_010..=2_100).contains(&day.year()) { Ok(day) } else { Err(NotADay::OddYear) }
}

fn number(word: &str) -> Option<i8> {
    ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).parse().ok()
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if let Ok(number) = word.parse::<i8>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let found = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(word) || word == "sept" && *name == "september");
    found.and_then(|place| i8::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_type_them_and_never_guessed() {
        let today: Date = "2026-11-23".parse().unwrap();
        for typed in [
            "5 January 2026",
            "5 jan 26",
            "05/01/2026",
            "5.1.26",
            "2026-01-05",
            "Monday the 5th of January 2026",
            "January 5 2026",
            "mon 5 jan 2026",
        ] {
            assert_eq!(read_day(typed, today), Some("2026-01-05".parse().unwrap()), "{typed}");
        }
        assert_eq!(read_day("sat 7 nov 2026", today), Some("2026-11-07".parse().unwrap()));
        assert_eq!(read_day("tues 3 november 2026", today), Some("2026-11-03".parse().unwrap()));
        assert_eq!(read_day("weds 4/11/26", today), Some("2026-11-04".parse().unwrap()));
        assert_eq!(read_day("yesterday", today), Some("2026-11-22".parse().unwrap()));
        for typed in [
            "",
            "5 January",
            "soon",
            "last week",
            "31 February 2026",
            "5/13/2026",
            "1/2/3/4",
            "99999999999 1 1",
            "1 1 0001",
        ] {
            assert_eq!(read_day(typed, today), None, "{typed}");
        }
    }

    #[test]
    fn why_words_are_no_day_is_known_so_that_it_can_be_said() {
        let today: Date = "2026-11-23".parse().unwrap();
        for (typed, why) in [
            ("29 February 2026", NotADay::NoSuchDay),
            ("31/04/2026", NotADay::NoSuchDay),
            ("2026-04-31", NotADay::NoSuchDay),
            ("1.1.1890", NotADay::OddYear),
            ("5 May 2009", NotADay::OddYear),
            ("5 May 2206", NotADay::OddYear),
            ("5 May", NotADay::NoYear),
            ("the 5th of May", NotADay::NoYear),
            ("May 5", NotADay::NoYear),
            ("some time in spring", NotADay::Unreadable),
            ("no idea", NotADay::Unreadable),
            ("Monday 1 November 2026", NotADay::OtherWeekday("2026-11-01".parse().unwrap())),
            ("thurs 3 nov 2026", NotADay::OtherWeekday("2026-11-03".parse().unwrap())),
        ] {
            assert_eq!(day_of(typed, today), Err(why), "{typed}");
        }
        assert_eq!(day_of("28 February 2026", today), Ok("2026-02-28".parse().unwrap()));
    }

    #[test]
    fn what_is_meant_as_a_day_is_known_though_it_cannot_be_read_as_one() {
        let today: Date = "2026-11-23".parse().unwrap();
        for typed in [
            "last week",
            "2 weeks ago",
            "1/1/1999",
            "31/02/2026",
            "5/13/2026",
            "sometime in october",
            "on monday",
            "yesterday",
            "the 5th of May",
        ] {
            assert!(is_meant_as_a_day(typed, today), "{typed}");
        }
        for typed in
            ["", "purple bananas", "5", "the letter", "may i ask", "he is a leo", "20 weeks", "hello"]
        {
            assert!(!is_meant_as_a_day(typed, today), "{typed}");
        }
    }
}
