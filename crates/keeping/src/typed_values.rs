//! Times, prices, ages, numbers and addresses as people type them: read kindly, and refused with a sentence when they
//! cannot be what was meant.

use directory::ServiceDraft;
use kernel::{Date, Phone};
use serde_json::{Map, Value};

/// The longest that something may go on past midnight: longer is a slip, or day and night.
const PAST_MIDNIGHT_MINUTES: u16 = 16 * 60;
/// How far ahead a closure may reach.
const CLOSED_YEARS: i16 = 2;
/// How far back and ahead the days of a session may lie.
const SESSION_YEARS_BACK: i16 = 10;
const SESSION_YEARS_AHEAD: i16 = 5;
/// Numbers that are short and right.
const SHORT_NUMBERS: [&str; 7] = ["999", "112", "111", "101", "105", "08001111", "08454647"];

/// A time of day in minutes: `9am`, `9.30`, `18:00`, `noon`. Midnight is the end of a day, 1,440.
pub(crate) fn read_time(typed: &str) -> Result<u16, String> {
    let refused = || "type times like 9:30am or 18:00".to_owned();
    let text = typed.trim().trim_end_matches('.').to_lowercase().replace("a.m", "am").replace("p.m", "pm");
    match text.as_str() {
        "noon" | "midday" | "12 noon" => return Ok(720),
        "midnight" | "12 midnight" => return Ok(1_440),
        _ => {}
    }
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim(), Some(0)),
        (_, Some(clock)) => (clock.trim(), Some(12)),
        _ => (text.as_str(), None),
    };
    let all_digits = clock.bytes().all(|b| b.is_ascii_digit());
    let (hours, minutes) = match clock.split_once([':', '.']) {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        None if all_digits && clock.len() == 4 => clock.split_at(2),
        None if all_digits => (clock, "00"),
        _ => return Err(refused()),
    };
    let number = |part: &str| part.parse::<u16>().ok().filter(|_| (1..=2).contains(&part.len()));
    let (Some(hour), Some(minute)) = (number(hours), number(minutes)) else { return Err(refused()) };
    // '7' may be a breakfast club or an evening; '9' and '07:00' are not in doubt.
    if half.is_none() && hours.len() == 1 && (1..=7).contains(&hour) && !clock.contains(':') {
        return Err(format!("is ‘{typed}’ in the morning or later? Type {clock}am or {clock}pm"));
    }
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return Err(refused()),
        Some(later) => hour % 12 + later,
        None => hour,
    };
    let whole = hour * 60 + minute;
    if minute < 60 && whole <= 1_440 { Ok(whole) } else { Err(refused()) }
}

/// Takes 'next day' from the end of a time.
pub(crate) fn without_next_day(typed: &str) -> (&str, bool) {
    let lower = typed.to_lowercase();
    let end = [" the next day", " next day"].into_iter().find(|end| lower.ends_with(end));
    end.map_or((typed, false), |end| (typed[..typed.len() - end.len()].trim_end(), true))
}

/// `09:30` of 570.
pub(crate) fn kept_time(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Whether a session's end is on the next day, as it is kept: at or before its beginning.
pub(crate) fn ends_next_day(row: &Value) -> bool {
    let at = |key: &str| row[key].as_str().and_then(|time| directory::minutes(time).ok());
    matches!((at("opens"), at("closes")), (Some(opens), Some(closes)) if closes <= opens)
}

/// Refuses a session that cannot be meant. `is_next_day` is what was typed of its end.
pub(crate) fn check_times(opens: u16, closes: u16, is_next_day: IsNextDay) -> Result<(), String> {
    let (from, until) = (kept_time(opens), kept_time(closes));
    match is_next_day {
        IsNextDay::No if closes == opens => {
            Err("it begins and ends at the same time. For day and night type 00:00 and 24:00".to_owned())
        }
        IsNextDay::No if closes < opens => {
            Err(format!("{until} is before {from}. Does it end after midnight? Then type ‘{until} next day’"))
        }
        IsNextDay::Yes if closes >= opens || closes + 1_440 - opens > PAST_MIDNIGHT_MINUTES => Err(format!(
            "from {from} until {until} on the next day is longer than 16 hours. Check both times"
        )),
        _ => Ok(()),
    }
}

/// Whether somebody said that a session ends on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IsNextDay {
    Yes,
    No,
}

/// Pounds: `2.50`, `2,50`, `£2.50`, `50p`.
pub(crate) fn read_price(typed: &str) -> Result<f64, String> {
    let refused = || "type the price in pounds, such as 2.50".to_owned();
    let text: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '£').collect();
    let (number, pence) = match text.strip_suffix(['p', 'P']) {
        Some(pence) if !text.contains(['.', ',']) => (pence.to_owned(), true),
        Some(_) => return Err(refused()),
        None => (text.clone(), false),
    };
    let number = match number.split_once(',') {
        Some((_, after)) if matches!(after.len(), 1 | 2) => number.replacen(',', ".", 1),
        _ => number.replace(',', ""),
    };
    if !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(refused());
    }
    let pounds: f64 = number.parse().map_err(|_| refused())?;
    let pounds = if pence { pounds / 100.0 } else { pounds };
    if (0.0..=10_000.0).contains(&pounds) { Ok(pounds) } else { Err(refused()) }
}

/// Months: `18m`, `18 months`, `5 years`, `2 and a half`, `birth`. A number alone is years.
pub(crate) fn read_months(typed: &str) -> Result<Option<i64>, String> {
    let refused = || "Ages: type months or years, such as ‘18 months’ or ‘5 years’".to_owned();
    let mut text = typed.trim().to_lowercase().replace('½', " half ");
    if text.is_empty() {
        return Ok(None);
    }
    if matches!(text.as_str(), "birth" | "newborn" | "from birth") {
        return Ok(Some(0));
    }
    // '18m' is a number and a word.
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    text = text.char_indices().fold(String::new(), |mut out, (at, letter)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|before| digits(before) != digits(letter)) {
            out.push(' ');
        }
        out.push(letter);
        out
    });
    let mut words = text.split_whitespace().filter(|word| !matches!(*word, "and" | "a" | "old")).peekable();
    let mut total = 0.0_f64;
    while let Some(word) = words.next() {
        let mut number: f64 = match word {
            "half" => 0.5,
            _ => word.parse().ok().filter(|number| (0.0..=1_200.0).contains(number)).ok_or_else(refused)?,
        };
        if word != "half" && words.next_if_eq(&"half").is_some() {
            number += 0.5;
        }
        let mut months = match words.next() {
            None => 12.0,
            Some("m" | "mo" | "mth" | "mths" | "month" | "months") => 1.0,
            Some("y" | "yr" | "yrs" | "year" | "years") => 12.0,
            Some(_) => return Err(refused()),
        } * number;
        // '2 years and a half'.
        if words.peek() == Some(&"half") && months % 12.0 == 0.0 {
            words.next();
            months += 6.0;
        }
        total += months;
    }
    let whole = total.round();
    if (whole - total).abs() > 1e-9 || !(0.0..=1_200.0).contains(&whole) {
        return Err(refused());
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number up to 1,200")]
    Ok(Some(whole as i64))
}

/// A number that can be dialled from anywhere here: with its area code, or one of the short ones everybody knows.
pub(crate) fn read_phone(typed: &str) -> Result<Phone, String> {
    let phone: Phone = typed.parse().map_err(uncapitalised)?;
    let digits: String = phone.dialled().chars().filter(char::is_ascii_digit).collect();
    // Text messages go to five or six digits; 116 000 and its like are six.
    let known = SHORT_NUMBERS.contains(&digits.as_str()) || matches!(digits.len(), 5 | 6);
    if digits.len() >= 10 || known {
        Ok(phone)
    } else {
        Err(format!("‘{typed}’ is too short. Give the number with its area code, like 0151 496 0000"))
    }
}

/// An address on the web, with the name of a server in it.
pub(crate) fn read_web(value: &str) -> Result<Value, String> {
    if value.is_empty() {
        return Ok(Value::Null);
    }
    let address = if value.contains("://") { value.to_owned() } else { format!("https://{value}") };
    if ServiceDraft::takes_website(&address) && address.len() <= 500 {
        Ok(serde_json::json!(address))
    } else {
        Err("Enter a website, like https://www.example.org".to_owned())
    }
}

/// A date as a browser sends it, or as people write it here: `24/12/2026`.
pub(crate) fn read_date(typed: &str) -> Option<Date> {
    let parts: Vec<i16> = typed
        .split(['/', '.'])
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()
        .unwrap_or_default();
    match parts[..] {
        [day, month, year] if year >= 1_900 => {
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        }
        _ => typed.parse().ok(),
    }
}

/// Refuses days that are over, in the wrong order, or too far away to be meant.
pub(crate) fn check_days(row: &Map<String, Value>, today: Date) -> Result<(), String> {
    let date = |key: &str| row.get(key).and_then(Value::as_str).and_then(|day| day.parse::<Date>().ok());
    let years = |from: Date, years: i16| from.checked_add(kernel::Span::new().years(years)).unwrap_or(from);
    if let (Some(from), Some(until)) = (date("from"), date("until")) {
        let far = "if it has closed for good, say so under ‘Is it running?’";
        return match () {
            () if until < from => Err("the last day must not be before the first".to_owned()),
            () if until < today => {
                Err("these days are over. Take them away, or put the right year".to_owned())
            }
            () if until > years(today, CLOSED_YEARS) || until > years(from, CLOSED_YEARS) => Err(format!(
                "a closure can be up to two years long and two years ahead. Check the year; {far}"
            )),
            () => Ok(()),
        };
    }
    let (first, last) = (date("valid_from"), date("valid_to"));
    let far_ahead = years(today, SESSION_YEARS_AHEAD);
    match (first, last) {
        (Some(first), Some(last)) if last < first => {
            Err("the last day must not be before the first".to_owned())
        }
        (_, Some(last)) if last < today => {
            Err("its last day is over. Take it away, or put the right day".to_owned())
        }
        (Some(first), _) if first < years(today, -SESSION_YEARS_BACK) => {
            Err("its first day is long ago. Leave it empty, or check the year".to_owned())
        }
        (first, last) if first.max(last).is_some_and(|day| day > far_ahead) => {
            Err("that day is more than five years ahead. Check the year".to_owned())
        }
        _ => Ok(()),
    }
}

fn uncapitalised(sentence: String) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them_and_asked_about_when_in_doubt() {
        for (typed, kept) in [
            ("9am", "09:00"),
            ("9", "09:00"),
            ("9.30", "09:30"),
            ("9:30pm", "21:30"),
            ("9.30 p.m.", "21:30"),
            ("18:00", "18:00"),
            ("7:15", "07:15"),
            ("0930", "09:30"),
            ("12am", "00:00"),
            ("12pm", "12:00"),
            ("noon", "12:00"),
            ("midnight", "24:00"),
            ("24:00", "24:00"),
            ("07.30", "07:30"),
            ("2pm", "14:00"),
        ] {
            assert_eq!(read_time(typed).map(kept_time).as_deref(), Ok(kept), "{typed}");
        }
        for wrong in ["", "2", "7.30", "25:00", "13pm", "9:5", "9:75", "soon", "-1", "9::30", "12345"] {
            assert!(read_time(wrong).is_err(), "{wrong}");
        }
        assert!(read_time("2").unwrap_err().contains("Type 2am or 2pm"));
    }

    #[test]
    fn an_end_before_the_beginning_is_asked_about() {
        let at = |time: &str| read_time(time).unwrap();
        let check = |from: &str, until: &str, next| check_times(at(from), at(until), next);
        assert!(check("17:00", "09:00", IsNextDay::No).unwrap_err().contains("Does it end after midnight?"));
        assert!(check("09:00", "09:00", IsNextDay::No).is_err());
        assert!(check("09:00", "09:00", IsNextDay::Yes).is_err());
        assert!(check("16:00", "09:00", IsNextDay::Yes).is_err(), "17 hours");
        assert_eq!(check("17:00", "09:00", IsNextDay::Yes), Ok(()));
        assert_eq!(check("00:00", "24:00", IsNextDay::No), Ok(()));
        assert_eq!(without_next_day("9am Next Day"), ("9am", true));
        assert_eq!(without_next_day("09:00 the next day"), ("09:00", true));
        assert_eq!(without_next_day("09:00"), ("09:00", false));
    }

    #[test]
    fn prices_ages_and_numbers_are_read_as_people_type_them() {
        for (typed, pounds) in
            [("2.50", 2.5), ("2,50", 2.5), ("£2.50", 2.5), ("£ 3", 3.0), ("50p", 0.5), ("1,000", 1_000.0)]
        {
            assert_eq!(read_price(typed), Ok(pounds), "{typed}");
        }
        for wrong in ["two", "-1", "NaN", "1e3", "2.5.0", "£", "2.50p", "99999"] {
            assert!(read_price(wrong).is_err(), "{wrong}");
        }
        for (typed, months) in [
            ("18m", 18),
            ("18 months", 18),
            ("5", 60),
            ("5 years", 60),
            ("2 and a half", 30),
            ("2½", 30),
            ("2 and a half years", 30),
            ("2 years and a half", 30),
            ("2.5", 30),
            ("1 year 6 months", 18),
            ("birth", 0),
            ("3yrs", 36),
        ] {
            assert_eq!(read_months(typed), Ok(Some(months)), "{typed}");
        }
        assert_eq!(read_months(" "), Ok(None));
        for wrong in ["small", "18 weeks", "5 to 7", "2.3 months", "900 years", "-1"] {
            assert!(read_months(wrong).is_err(), "{wrong}");
        }
        for right in
            ["0151 496 0000", "+44 151 496 0000", "999", "111", "116123", "116 000", "85258", "0800 1111"]
        {
            assert!(read_phone(right).is_ok(), "{right}");
        }
        for wrong in ["123", "496 0000", "none", "01514"] {
            assert_eq!(
                read_phone(wrong).is_ok(),
                wrong == "01514",
                "{wrong}: five digits may be a text number"
            );
        }
    }

    #[test]
    fn an_address_on_the_web_has_a_server_with_a_name() {
        for right in ["www.example.org", "https://a-b.example.org:8080/x?y=1", "http://example.org."] {
            assert!(read_web(right).is_ok(), "{right}");
        }
        for wrong in [
            "http://.",
            "https://..",
            "http://x",
            "https://.org",
            "ftp://example.org",
            "https://exa mple.org",
        ] {
            assert!(read_web(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_that_are_over_or_far_away_are_refused() {
        let today: Date = "2026-11-22".parse().unwrap();
        let row = |one: (&str, &str), other: (&str, &str)| {
            let pair = |(key, day): (&str, &str)| (key.to_owned(), serde_json::json!(day));
            check_days(&Map::from_iter([pair(one), pair(other)]), today)
        };
        let closed = |from, until| row(("from", from), ("until", until));
        assert_eq!(closed("2026-11-20", "2026-11-22"), Ok(()));
        assert!(closed("2026-11-01", "2026-11-21").is_err(), "over");
        assert!(closed("2026-12-24", "9999-12-31").is_err());
        assert!(closed("2026-12-24", "2026-12-23").is_err());
        let held = |first, last| row(("valid_from", first), ("valid_to", last));
        assert_eq!(held("2024-09-01", "2027-07-20"), Ok(()));
        assert!(held("2027-07-20", "2026-12-01").is_err(), "the wrong order");
        assert!(held("2025-09-01", "2026-07-20").is_err(), "over");
        assert!(held("1926-09-01", "2027-07-20").is_err());
        assert!(held("2026-09-01", "2126-07-20").is_err());
        assert_eq!(read_date("24/12/2026"), "2026-12-24".parse().ok());
        assert_eq!(read_date("2026-12-24"), "2026-12-24".parse().ok());
        assert_eq!(read_date("31/02/2026"), None);
    }
}
