//! Parts of the room's forms that the house's form kit has not: a list to choose from, and ticks.

use askama::Template;
use kernel::{Date, Fault};

/// One of many.
#[derive(Template)]
#[template(path = "part_select.html")]
pub(crate) struct Select<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    /// The words of choosing none; empty where one must be chosen.
    pub none: &'a str,
    /// Value and words.
    pub answers: &'a [(String, String)],
    pub value: &'a str,
    pub error: Option<&'a str>,
}

/// Any of a few.
#[derive(Template)]
#[template(path = "part_ticks.html")]
pub(crate) struct Ticks<'a> {
    pub name: &'a str,
    pub legend: &'a str,
    pub hint: &'a str,
    pub answers: &'a [(&'a str, &'a str)],
    pub values: &'a [String],
    pub error: Option<&'a str>,
}

impl Select<'_> {
    fn described_by(&self) -> String {
        described_by(self.name, self.hint, self.error)
    }

    fn is_chosen(&self, answer: &str) -> bool {
        self.value == answer
    }
}

impl Ticks<'_> {
    fn described_by(&self) -> String {
        described_by(self.name, self.hint, self.error)
    }

    fn is_ticked(&self, answer: &str) -> bool {
        self.values.iter().any(|value| value == answer)
    }
}

fn described_by(name: &str, hint: &str, error: Option<&str>) -> String {
    let hint = if hint.is_empty() { String::new() } else { format!("{name}-hint") };
    let error = error.map_or_else(String::new, |_| format!("{name}-error"));
    format!("{hint} {error}").trim().to_owned()
}

/// A field as the page shows it.
pub(crate) fn render<T: Template>(field: &T) -> Result<String, Fault> {
    Ok(field.render()?)
}

/// A date as a browser sends it or people write it: '2026-12-18', '18/12/2026'.
pub(crate) fn date_of(typed: &str) -> Result<Date, String> {
    let typed = typed.trim();
    let british = || {
        let mut parts = typed.split(['/', '.']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let found = typed.parse().ok().or_else(british);
    found
        .filter(|date: &Date| (1990..2150).contains(&date.year()))
        .ok_or_else(|| "Enter a date, like 18/12/2026".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_browsers_and_people_write_it() {
        for typed in ["2026-12-18", "18/12/2026", " 18.12.2026 "] {
            assert_eq!(date_of(typed).unwrap().to_string(), "2026-12-18", "{typed}");
        }
        for typed in ["", "tomorrow", "31/02/2026", "1/1/26", "12/2026"] {
            assert!(date_of(typed).is_err(), "{typed}");
        }
    }
}
