//! Small pieces of pages that several use.

use askama::Template;
use kernel::{Date, Fault, one_line};
use web::{
    CardView, Form, Site,
    fields::{Errors, Input, Radios, Textarea},
};

/// What the safety screen found in what somebody wants to keep.
#[derive(Default)]
pub(crate) struct Looked {
    /// The card that the words call for.
    pub card: Option<CardView>,
    /// Sent back with the form by whoever has seen the card for these very words. Empty without a card.
    pub seen: String,
    /// Whether the card has not been seen, so that nothing is kept yet.
    pub stops: bool,
}

/// Looks at words before they are kept. A card is shown once for them; sending them again is the person's own choice.
pub(crate) fn look(site: &Site, words: &str, form: &Form) -> Looked {
    let screened = site.screen(words);
    let Some(card) = site.card(screened.verdict()).map(CardView::above) else { return Looked::default() };
    let seen = blake3::hash(words.as_bytes()).to_hex().to_string();
    Looked { card: Some(card), stops: form.get("seen") != seen, seen }
}

/// The lines of a text that are not among those that are kept: what was read before is nobody's words of today.
pub(crate) fn new_lines(typed: &str, kept: &str) -> String {
    let kept: Vec<String> = kept.lines().map(one_line).collect();
    let lines = typed.lines().map(one_line).filter(|line| !line.is_empty() && !kept.contains(line));
    lines.collect::<Vec<_>>().join("\n")
}

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
