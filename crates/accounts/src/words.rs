//! Times and lengths of time as staff and people read them.

use kernel::{Date, Instant, civil_today, london};

/// '22 November 2026'.
pub(crate) fn day_of(at: Instant) -> String {
    web::say::day_month_year(civil_today(at))
}

/// '22 November 2026 at 9:05am', by the clock in London.
pub(crate) fn day_and_time(at: Instant) -> String {
    let time = at.to_zoned(london()).time();
    let minutes = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    format!("{} at {}", day_of(at), web::say::time_of_day(minutes))
}

/// '2026-11-22T09:05:07Z', for tables that are read by programs.
pub(crate) fn exactly(at: Instant) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// '1 day', '30 days', 'About 6 years'.
pub(crate) fn days(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        730.. => format!("About {} years", days / 365),
        _ => format!("{days} days"),
    }
}

/// '12 days left', 'Due today', '3 days late'.
pub(crate) fn days_left(left: i32) -> String {
    match left {
        0 => "Due today".to_owned(),
        1 => "1 day left".to_owned(),
        -1 => "1 day late".to_owned(),
        left if left < 0 => format!("{} days late", -left),
        left => format!("{left} days left"),
    }
}

/// '22 November 2026'.
pub(crate) fn day(date: Date) -> String {
    web::say::day_month_year(date)
}

/// The first letters of an id: enough to tell two apart on a page.
pub(crate) fn short(id: uuid::Uuid) -> String {
    let text = id.simple().to_string();
    // The end is chance; the beginning is the time and the same for many.
    text[text.len() - 8..].to_owned()
}
