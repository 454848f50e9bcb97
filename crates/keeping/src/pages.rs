//! The pieces that the room's pages are made of: a field as a form shows it, and a page that only says something.

use crate::{
    fields::{Cell, EntryText, Field, Kind, Must, Names},
    reading::{ROWS_MAX, Typed},
};
use access::Action;
use askama::Template;
use directory::DAYS;
use kernel::Fault;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{Input, Radios, Textarea},
    show_with,
};

/// A page that says one thing and offers the next.
#[derive(Template, Default)]
#[template(path = "said.html")]
pub(crate) struct Said {
    pub card: Option<CardView>,
    pub title: String,
    pub paragraphs: Vec<String>,
    /// What somebody typed that could not be used, under what it was typed for.
    pub typed: Vec<(&'static str, String)>,
    /// Address and words of each way on.
    pub ways: Vec<(String, String)>,
}

impl Said {
    pub fn show(self, site: &Site) -> Reply {
        let page = Page::new(self.title.clone());
        show_with(site, axum::http::StatusCode::OK, &page, &self)
    }
}

#[derive(Template)]
#[template(path = "ticks.html")]
struct Ticks<'a> {
    name: &'a str,
    legend: &'a str,
    hint: &'a str,
    answers: Vec<(String, String, bool)>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "ages.html")]
struct AgesView<'a> {
    name: &'a str,
    legend: &'a str,
    hint: &'a str,
    pregnancy: bool,
    from: &'a str,
    until: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "rows.html")]
struct RowsView<'a> {
    name: &'a str,
    legend: &'a str,
    hint: &'a str,
    rows: Vec<RowView>,
    error: Option<&'a str>,
}

struct RowView {
    number: usize,
    /// Not the empty one at the end.
    kept: bool,
    cells: Vec<CellView>,
}

struct CellView {
    id: String,
    label: &'static str,
    value: String,
    kind: &'static str,
    /// Value, words and whether it is chosen; for days and choices.
    choices: Vec<(String, String, bool)>,
}

/// The page before one of the pages of review: the list of changes for who checks them, the council's door for others.
pub(crate) fn before_review(who: &Who) -> (&'static str, &'static str) {
    if Action::ReviewChange.is_open_to(&who.actor) {
        ("/admin/review", "Changes to check")
    } else {
        ("/admin", "To do")
    }
}

/// A field with what stands in it and what is wrong with it.
pub(crate) fn field_html(
    field: &Field,
    typed: &Typed,
    error: Option<&str>,
    names: &Names,
) -> Result<String, Fault> {
    let optional = format!("{} (optional)", field.label);
    let label = if field.required == Must::Give { field.label } else { optional.as_str() };
    let (name, hint) = (field.key, field.hint);
    let one = match typed {
        Typed::One(value) => value.as_str(),
        _ => "",
    };
    let html = match (&field.kind, typed) {
        (Kind::Area(max), _) => {
            let rows = if *max > 1_000 { 8 } else { 3 };
            Textarea { name, label, hint, value: one, rows, error }.render()?
        }
        (Kind::Lines, _) => Textarea { name, label, hint, value: one, rows: 4, error }.render()?,
        (Kind::One(source), _) => {
            let mut choices = source.choices(names);
            if !one.is_empty() && choices.iter().all(|(value, _)| value != one) {
                choices.push((one.to_owned(), one.to_owned()));
            }
            let answers: Vec<(&str, &str)> =
                choices.iter().map(|(value, words)| (value.as_str(), words.as_str())).collect();
            Radios { name, legend: label, hint, answers: &answers, value: one, error }.render()?
        }
        (Kind::Many(source), Typed::Many(values)) => {
            // A secret place is offered only where the entry names it already: its name alone tells something.
            let offered = |value: &String| !names.places_sensitive.contains(value) || values.contains(value);
            let answers = source
                .choices(names)
                .into_iter()
                .filter(|(value, _)| offered(value))
                .map(|(value, words)| {
                    let ticked = values.contains(&value);
                    (value, words, ticked)
                })
                .collect();
            Ticks { name, legend: label, hint, answers, error }.render()?
        }
        (Kind::Tick(words), _) => {
            let answers = vec![("yes".to_owned(), (*words).to_owned(), one == "yes")];
            Ticks { name, legend: label, hint, answers, error }.render()?
        }
        (Kind::Ages, Typed::Many(parts)) => {
            let part = |at: usize| parts.get(at).map_or("", String::as_str);
            let (pregnancy, from, until) = (part(0) == "yes", part(1), part(2));
            AgesView { name, legend: label, hint, pregnancy, from, until, error }.render()?
        }
        (Kind::Rows(columns), Typed::Rows(rows)) => {
            let empty: Vec<String> = columns.iter().map(|_| String::new()).collect();
            let shown = rows.iter().chain(std::iter::once(&empty)).take(ROWS_MAX).enumerate();
            let rows = shown.filter(|(_, row)| !row.is_empty()).map(|(number, row)| RowView {
                number,
                kept: number < rows.len(),
                cells: columns
                    .iter()
                    .zip(row)
                    .map(|(column, value)| cell_view(field.key, number, column, value, names))
                    .collect(),
            });
            RowsView { name, legend: label, hint, rows: rows.collect(), error }.render()?
        }
        _ => {
            let (kind, autocomplete) = match field.kind {
                Kind::Email => ("email", "email"),
                Kind::Web => ("text", "url"),
                _ => ("text", ""),
            };
            Input { name, label, hint, value: one, kind, autocomplete, error }.render()?
        }
    };
    Ok(html)
}

fn cell_view(
    field: &str,
    number: usize,
    column: &crate::fields::Column,
    value: &str,
    names: &Names,
) -> CellView {
    let chosen = |choices: Vec<(String, String)>| {
        choices
            .into_iter()
            .map(|(each, words)| {
                let is = each == value;
                (each, words, is)
            })
            .collect()
    };
    let (kind, choices) = match column.cell {
        Cell::Days => {
            let has = |code: &str| value.split(',').any(|each| each == code);
            let days = DAYS.iter().map(|(code, day)| ((*code).to_owned(), (*day).to_owned(), has(code)));
            ("days", days.collect())
        }
        Cell::One(source) => {
            let mut choices = source.choices(names);
            choices.retain(|(each, _)| each == value || !names.places_sensitive.contains(each));
            ("one", chosen(choices))
        }
        Cell::Date | Cell::MustDate => ("date", Vec::new()),
        Cell::Time => ("time", Vec::new()),
        Cell::Phone => ("tel", Vec::new()),
        _ => ("text", Vec::new()),
    };
    let id = format!("{field}-{number}-{}", column.key);
    CellView { id, label: column.label, value: value.to_owned(), kind, choices }
}

/// What was typed into a field of a form.
pub(crate) fn typed_in(field: &Field, form: &Form) -> Typed {
    let get = |name: &str| form.get(name).to_owned();
    match field.kind {
        Kind::Many(_) => Typed::Many(form.all(field.key).map(str::to_owned).collect()),
        Kind::Ages => Typed::Many(
            ["pregnancy", "from", "until"].map(|part| get(&format!("{}-{part}", field.key))).to_vec(),
        ),
        Kind::Rows(columns) => {
            // A row that was taken away leaves its place empty, so that those after it stay what they are.
            let row = |number: usize| -> Vec<String> {
                let id = |part: &str| format!("{}-{number}-{part}", field.key);
                if !get(&id("remove")).is_empty() {
                    return Vec::new();
                }
                let cells: Vec<String> = columns
                    .iter()
                    .map(|column| match column.cell {
                        Cell::Days => form.all(&id(column.key)).collect::<Vec<_>>().join(","),
                        _ => get(&id(column.key)),
                    })
                    .collect();
                // A row with nothing typed in it is the empty one at the end, whatever its lists stand on.
                let said = columns
                    .iter()
                    .zip(&cells)
                    .any(|(column, value)| !value.is_empty() && !matches!(column.cell, Cell::One(_)));
                if said { cells } else { Vec::new() }
            };
            let mut rows: Vec<Vec<String>> = (0..=ROWS_MAX).map(row).collect();
            while rows.last().is_some_and(Vec::is_empty) {
                rows.pop();
            }
            Typed::Rows(rows)
        }
        _ => Typed::One(get(field.key)),
    }
}

/// The words of a field line by line, for a page.
pub(crate) fn lines(field: &Field, text: &EntryText, names: &Names) -> Vec<String> {
    field.words(text, names).lines().map(str::to_owned).collect()
}
