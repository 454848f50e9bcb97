//! Single values as sources write them, read without guessing: what cannot be read is none, and the caller says so.

use crate::{
    check::formats::{DAYS, Link, is_email, is_uri, judge_link},
    words::line,
};
use kernel::{Date, Instant, Time};
use url::Url;

/// A day: `2026-11-22`, with or without a time after it, `22/11/2026` as this country writes it, `22 November 2026`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Some(date) = text.get(..10).filter(|date| date.as_bytes().get(4) == Some(&b'-')) {
        let rest = &text[10..];
        return (rest.is_empty() || rest.starts_with(['T', 't', ' '])).then(|| date.parse().ok()).flatten();
    }
    let text =
        text.split_once([' ', 'T']).filter(|(date, _)| date.contains('/')).map_or(text, |(date, _)| date);
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts[..] else {
        return None;
    };
    let day = day.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).parse().ok()?;
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let year: i16 = year.parse().ok().filter(|year| (1900..=2200).contains(year))?;
    Date::new(year, month, day).ok()
}

fn month_named(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = text.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).and_then(|at| i8::try_from(at + 1).ok())
}

/// A moment: with its zone, or a plain date and time, which is then UTC, or a day at its beginning.
pub(crate) fn moment(text: &str) -> Option<Instant> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| format!("{}Z", text.replacen(' ', "T", 1)).parse().ok())
        .or_else(|| format!("{}T00:00:00Z", day(text)?).parse().ok())
}

/// A time of day as the clock on the wall shows it. A zone behind it is left out: sources write one without meaning
/// it, and a weekly time that holds in summer and in winter has none.
pub(crate) fn clock(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "noon" | "midday" | "12 noon" | "12noon" => return Time::new(12, 0, 0, 0).ok(),
        "midnight" | "12 midnight" | "24:00" | "24:00:00" => return Time::new(0, 0, 0, 0).ok(),
        _ => {}
    }
    let text =
        text.split_once('t').filter(|(date, _)| day(date).is_some()).map_or(text.as_str(), |(_, time)| time);
    let digits_end = text
        .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ':' | '.' | ' '))
        .unwrap_or(text.len());
    let (digits, zone_or_half) = text.split_at(digits_end);
    let half = zone_or_half.trim().replace(['.', ' '], "");
    let zoned = half.is_empty()
        || half == "z"
        || half == "utc"
        || half == "gmt"
        || half == "bst"
        || half
            .strip_prefix(['+', '-'])
            .is_some_and(|zone| zone.chars().all(|letter| letter.is_ascii_digit() || letter == ':'));
    let parts: Vec<&str> = digits
        .trim()
        .trim_end_matches([':', '.'])
        .split([':', '.', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [hour, minute] = match parts[..] {
        [whole] if whole.len() == 4 => [whole[..2].parse().ok()?, whole[2..].parse().ok()?],
        [hour] if hour.len() <= 2 && !zoned => [hour.parse().ok()?, 0],
        [hour, minute] | [hour, minute, _] | [hour, minute, _, _] if hour.len() <= 2 && minute.len() == 2 => {
            [hour.parse().ok()?, minute.parse().ok()?]
        }
        _ => return None,
    };
    let hour: i8 = match half.as_str() {
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ if zoned => hour,
        _ => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// A time of day in the standard's form.
pub(crate) fn clock_words(time: Time) -> String {
    format!("{:02}:{:02}:00", time.hour(), time.minute())
}

/// Days of the week from codes, names or short names in any order, Monday first, with any number before them kept.
pub(crate) fn days(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let whole = match text.trim() {
        "daily" | "every day" | "everyday" | "all week" => Some(0..7),
        "weekdays" | "monday to friday" | "monday - friday" | "mon-fri" | "mon - fri" | "mon to fri" => {
            Some(0..5)
        }
        "weekends" | "weekend" => Some(5..7),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(DAYS[whole].join(","));
    }
    let mut found: Vec<(usize, String)> = Vec::new();
    for word in text.split([',', ';', '/', '&', '+', ' ', '\n']).flat_map(|part| part.split(" and ")) {
        let word = word.trim_matches(['[', ']', '"', '\'', '.']);
        if word.is_empty() || word == "and" {
            continue;
        }
        let at = word.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (which, name) = word.split_at(at);
        let sound = which.is_empty()
            || which.parse::<i64>().is_ok_and(|number| number != 0 && (-5..=5).contains(&number));
        let day = day_named(name).filter(|_| sound)?;
        let one = format!("{}{}", which.trim_start_matches('+'), DAYS[day]);
        if !found.iter().any(|(_, known)| *known == one) {
            found.push((day, one));
        }
    }
    found.sort_by_key(|(day, _)| *day);
    (!found.is_empty()).then(|| found.into_iter().map(|(_, day)| day).collect::<Vec<_>>().join(","))
}

/// Which day of the week a name or a short name is, Monday 0.
fn day_named(name: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let name = name.strip_suffix("s").filter(|one| NAMES.contains(one)).unwrap_or(name);
    let short = (2..=5).contains(&name.len());
    NAMES.iter().position(|day| *day == name || (short && day.starts_with(name)))
}

/// Days of the month with commas.
pub(crate) fn month_days(text: &str) -> Option<String> {
    let days: Option<Vec<String>> = text
        .split([',', ';', ' '])
        .map(|day| day.trim_matches(['[', ']']))
        .filter(|day| !day.is_empty())
        .map(|day| {
            day.parse::<i64>()
                .ok()
                .filter(|day| *day != 0 && (-31..=31).contains(day))
                .map(|day| day.to_string())
        })
        .collect();
    days.filter(|days| !days.is_empty()).map(|days| days.join(","))
}

/// An address of a web page with its scheme. `Err` says in one word why it is left out.
pub(crate) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    if is_uri(text) && judge_link(text) == Link::Sound {
        return Some(text.to_owned());
    }
    let bare = !text.contains("://")
        && !text.contains('@')
        && !text.contains(char::is_whitespace)
        && text.split(['/', '?', '#']).next().is_some_and(is_host);
    let whole = if let Some(rest) = text.strip_prefix("//") {
        format!("https://{rest}")
    } else if bare {
        format!("https://{text}")
    } else {
        text.to_owned()
    };
    // Letters that may not stand in an address are written with percent signs; spaces inside mean two addresses.
    let known = ["http://", "https://"]
        .iter()
        .any(|scheme| whole.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if !known || whole.contains(char::is_whitespace) {
        return None;
    }
    Url::parse(&whole).ok().map(String::from).filter(|link| is_uri(link) && judge_link(link) == Link::Sound)
}

fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let last = labels
        .last()
        .is_some_and(|last| last.len() >= 2 && last.chars().all(|letter| letter.is_ascii_alphabetic()));
    labels.len() >= 2
        && last
        && labels.iter().all(|label| {
            !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        })
}

/// The first whole e-mail address in a text that holds nothing but addresses.
pub(crate) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"))
        .map_or(text, |start| &text[start.len()..]);
    let text = text.split('?').next().unwrap_or_default();
    let mut parts = text
        .split([',', ';', ' '])
        .map(|part| part.trim_matches(['<', '>', '.']))
        .filter(|part| !part.is_empty());
    let first = parts.next()?;
    let sound = |part: &str| is_email(part) && part.parse::<kernel::Email>().is_ok();
    (sound(first) && parts.all(sound)).then(|| first.to_owned())
}

/// The numbers in a text that holds one or several, each as people read it aloud with its extension.
pub(crate) fn phones(text: &str) -> Option<Vec<(String, Option<String>)>> {
    let text = line(text);
    let whole =
        text.trim_start_matches(|letter: char| letter.is_alphabetic() || matches!(letter, '.' | ':' | ' '));
    if let Some(one) = one_phone(whole) {
        return Some(vec![one]);
    }
    let parts: Vec<&str> = [" / ", "/", " or ", ";", ","]
        .iter()
        .find(|between| whole.contains(**between))
        .map(|between| whole.split(between).collect())?;
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(one_phone).collect()
}

fn one_phone(text: &str) -> Option<(String, Option<String>)> {
    if let Ok(phone) = text.parse::<kernel::Phone>() {
        return Some((phone.to_string(), None));
    }
    let small = text.to_ascii_lowercase();
    let (at, word) =
        ["extension", "ext.", "ext", " x"].iter().find_map(|word| small.find(word).map(|at| (at, word)))?;
    let extension = text.get(at + word.len()..)?.trim_matches([' ', '.', ':', '(', ')']);
    let phone: kernel::Phone = text.get(..at)?.trim_end_matches(['(', ' ', ',']).parse().ok()?;
    let sound = (1..=6).contains(&extension.len()) && extension.chars().all(|letter| letter.is_ascii_digit());
    sound.then(|| (phone.to_string(), Some(extension.to_owned())))
}

/// A number, also when it is written as text or with a pound sign.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('£').replace(',', "");
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// An age in years: a number, or months in words.
pub(crate) fn years(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let years = match ["months", "month", "mths"].iter().find_map(|unit| text.strip_suffix(unit)) {
        Some(months) => number(months)? / 12.0,
        None => {
            number(["years", "year", "yrs"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(&text))?
        }
    };
    Some(years)
}

/// The country's code when it is ours, however it is called.
pub(crate) fn country(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase().replace('.', "");
    let ours = [
        "gb",
        "uk",
        "gbr",
        "united kingdom",
        "great britain",
        "england",
        "wales",
        "scotland",
        "northern ireland",
        "cymru",
    ];
    ours.contains(&text.as_str()).then_some("GB")
}

/// A service's status from the words that sources use for one.
pub(crate) fn status(text: &str) -> Option<&'static str> {
    Some(match text.trim().to_ascii_lowercase().replace(['_', '-'], " ").as_str() {
        "active" | "live" | "open" | "published" | "running" | "approved" => "active",
        "inactive" | "archived" | "unpublished" | "draft" | "hidden" | "suspended" | "paused" => "inactive",
        "defunct" | "closed" | "ceased" | "permanently closed" | "deleted" => "defunct",
        "temporarily closed" | "closed temporarily" => "temporarily closed",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_times_are_read_as_the_clock_shows_them() {
        for (text, expected) in [
            ("10:00", "10:00:00"),
            ("10:00:00", "10:00:00"),
            ("10:00Z", "10:00:00"),
            ("10:00:00+01:00", "10:00:00"),
            ("10am", "10:00:00"),
            ("10 AM", "10:00:00"),
            ("12am", "00:00:00"),
            ("12pm", "12:00:00"),
            ("1.30pm", "13:30:00"),
            ("7:05 p.m.", "19:05:00"),
            ("0930", "09:30:00"),
            ("9.30", "09:30:00"),
            ("2021-05-01T09:15:00.000Z", "09:15:00"),
            ("noon", "12:00:00"),
            ("24:00", "00:00:00"),
            ("23:59:59", "23:59:00"),
        ] {
            assert_eq!(clock(text).map(clock_words).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "10", "25:00", "10:75", "late", "13pm", "10-12", "10:00 to 11:00", "é", "100000"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn odd_days_are_read() {
        let date = |text: &str| day(text).map(|day| day.to_string());
        for text in [
            "2026-03-09",
            "2026-03-09T00:00:00Z",
            "2026-03-09 10:00",
            "09/03/2026",
            "9/3/2026",
            "9 March 2026",
            "9th Mar 2026",
            "09-03-2026",
            "09/03/2026 00:00",
        ] {
            assert_eq!(date(text).as_deref(), Some("2026-03-09"), "{text}");
        }
        for wrong in ["", "03/2026", "2026", "31/02/2026", "9/3/26", "soon", "2026-03-09x", "éééééééééééé"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        for (text, expected) in [
            ("MO", "MO"),
            ("we,mo", "MO,WE"),
            ("Monday", "MO"),
            ("Mon & Wed", "MO,WE"),
            ("Tuesdays and Thursdays", "TU,TH"),
            ("2TU,-1FR", "2TU,-1FR"),
            ("Daily", "MO,TU,WE,TH,FR,SA,SU"),
            ("Mon-Fri", "MO,TU,WE,TH,FR"),
            ("Thurs", "TH"),
            ("[\"MO\",\"TU\"]", "MO,TU"),
        ] {
            assert_eq!(days(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "someday", "9MO", "m", "MO to TU", "0TU"] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn links_addresses_numbers_and_ages_are_mended_but_not_guessed() {
        for (text, expected) in [
            ("www.example.org", Some("https://www.example.org/")),
            ("example.org.uk/play group", None),
            ("example.org.uk/play", Some("https://example.org.uk/play")),
            ("HTTP://Example.org", Some("HTTP://Example.org")),
            ("https://example.org/caf\u{e9}", Some("https://example.org/caf%C3%A9")),
            ("https://a:b@example.org", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("n/a", None),
            ("ask", None),
            ("http:/example.org", None),
            ("https://localhost/", None),
            ("", None),
        ] {
            assert_eq!(link(text).as_deref(), expected, "{text}");
        }
        assert_eq!(email("mailto:hub@example.org?subject=x").as_deref(), Some("hub@example.org"));
        assert_eq!(email("a@example.org; b@example.org").as_deref(), Some("a@example.org"));
        assert_eq!(email("ring us or a@example.org"), None);
        assert_eq!(phones("Tel: 0151 496 0000").unwrap(), [("0151 496 0000".to_owned(), None)]);
        assert_eq!(
            phones("0151 496 0000 ext 12").unwrap(),
            [("0151 496 0000".to_owned(), Some("12".to_owned()))]
        );
        assert_eq!(phones("0151 496 0000 / 0151 496 0001").unwrap().len(), 2);
        assert_eq!(phones("ask at the desk"), None);
        assert_eq!(
            (years("18 months"), years("5 years"), years("12"), years("5+")),
            (Some(1.5), Some(5.0), Some(12.0), None)
        );
        assert_eq!((country("United Kingdom"), country("France")), (Some("GB"), None));
        assert_eq!((status("Temporarily_Closed"), status("maybe")), (Some("temporarily closed"), None));
        assert_eq!(moment("2026-11-22").unwrap().to_string(), "2026-11-22T00:00:00Z");
        assert_eq!(moment("2026-11-22 10:00:00").unwrap().to_string(), "2026-11-22T10:00:00Z");
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_reader(text in "\\PC{0,40}|[0-9:. apmTZ/+\\-]{0,24}") {
            let _ = (day(&text), moment(&text), clock(&text), days(&text), month_days(&text), number(&text), years(&text));
            let _ = (link(&text), email(&text), phones(&text), country(&text), status(&text));
            if let Some(link) = link(&text) { prop_assert!(is_uri(&link)); }
        }
    }
}
