//! Small pieces of pages that several use.

use askama::Template;
use kernel::{Date, Fault};
use web::fields::{Errors, Input, Radios, Textarea};

pub(crate) fn input(
    name: &str,
    label: &str,
    hint: &str,
    value: &str,
    (kind, autocomplete): (&str, &str),
    errors: &Errors,
) -> Result<String, Fault> {
    Ok(Input { name, label, hint, value, kind, autocomplete, error: errors.at(name) }.render()?)
}

pub(crate) fn text(
    name: &str,
    label: &str,
    hint: &str,
    value: &str,
    rows: u8,
    errors: &Errors,
) -> Result<String, Fault> {
    Ok(Textarea { name, label, hint, value, rows, error: errors.at(name) }.render()?)
}

pub(crate) fn radios(
    name: &str,
    legend: &str,
    hint: &str,
    answers: &[(&str, &str)],
    value: &str,
    errors: &Errors,
) -> Result<String, Fault> {
    Ok(Radios { name, legend, hint, answers, value, error: errors.at(name) }.render()?)
}

/// A day as people type it: `27 3 2017`, `27/03/2017`, `2017-03-27`, `27 March 2017`.
pub(crate) fn read_day(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    let [first, middle, last] = parts.as_slice() else { return None };
    let month = middle.parse().ok().or_else(|| {
        MONTHS.iter().position(|name| middle.starts_with(name)).and_then(|at| i8::try_from(at + 1).ok())
    })?;
    let year = |text: &str| -> Option<i16> {
        let year: i16 = text.parse().ok()?;
        Some(if text.len() == 2 { 2000 + year } else { year })
    };
    if first.len() == 4 {
        Date::new(year(first)?, month, last.parse().ok()?).ok()
    } else {
        Date::new(year(last)?, month, first.parse().ok()?).ok()
    }
}

/// '2 3 2017', as it would be typed.
pub(crate) fn typed_day(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month(), day.year())
}
