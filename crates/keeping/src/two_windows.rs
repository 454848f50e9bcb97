//! One person has a part of an entry open in two windows, and saves in both. The second never overwrites the first
//! unasked: each field of the form carries a mark of what it said when the page was made.

use crate::{
    entry::{Kept, Working},
    fields::{EntryText, Field, Names, Section},
    pages::lines,
    reading::Typed,
};
use askama::Template;
use kernel::{Fault, Refusal};
use serde_json::{Value, json};
use web::{
    CardView, Form, Page, Reply, Site,
    fields::{ErrorSummary, Errors},
    show_with,
};

/// What to do with a field that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Take it: nobody saved anything else meanwhile, or it was chosen.
    Take,
    /// Leave what stands: this window did not touch it, or the other's words were chosen.
    Leave,
    /// Both windows say something of their own.
    AtOdds,
}

/// What becomes of one field of a form.
pub(crate) fn decide_field(
    field: &Field,
    typed: &Typed,
    form: &Form,
    working: &Working,
    names: &Names,
) -> Result<Sent, Fault> {
    let seen = form.get(&format!("was-{}", field.key)).to_owned();
    let now = mark_of(field, working);
    let choice = form.get(&format!("choose-{}", field.key)).to_owned();
    let was_asked = !form.get(&format!("ask-{}", field.key)).is_empty();
    if seen.is_empty() || seen == now {
        return Ok(match choice.as_str() {
            "theirs" => Sent::Leave,
            "mine" => Sent::Take,
            _ if was_asked => Sent::AtOdds,
            _ => Sent::Take,
        });
    }
    let mine = mark(&said(field, typed, &working.text, names)?);
    Ok(if mine == now || mine == seen { Sent::Leave } else { Sent::AtOdds })
}

/// A short mark of what a field says in a draft.
pub(crate) fn mark_of(field: &Field, working: &Working) -> String {
    match working.typed.get(field.key) {
        Some(typed) => mark(&json!({ "typed": typed })),
        None => mark(working.text.at(field.keys[0])),
    }
}

/// What a field would say, written as it is kept, so that the same words have the same mark.
fn said(field: &Field, typed: &Typed, text: &EntryText, names: &Names) -> Result<Value, Fault> {
    let mut would = text.clone();
    Ok(match field.take(typed, &mut would, names) {
        Ok(()) => EntryText::read(would.value())?.at(field.keys[0]).clone(),
        Err(_) => json!({ "typed": typed }),
    })
}

fn mark(value: &Value) -> String {
    web::content_hash(value.to_string().as_bytes())
}

#[derive(Template)]
#[template(path = "two_windows.html")]
struct TwoWindows {
    card: Option<CardView>,
    errors: String,
    slug: String,
    name: String,
    section: &'static str,
    title: &'static str,
    fields: Vec<Both>,
    /// Everything else that the form held.
    held: Vec<(String, String)>,
}

struct Both {
    key: &'static str,
    label: &'static str,
    mine: Vec<String>,
    theirs: Vec<String>,
    error: String,
}

/// Both windows' words side by side, and the form as it was sent.
pub(crate) fn show(
    site: &Site,
    section: Section,
    (kept, working, names): (&Kept, &Working, &Names),
    odd: &[(&'static Field, Typed)],
    form: &Form,
    card: Option<CardView>,
) -> Reply {
    let sentence = |field: &Field| format!("{}: choose one of the two", field.label);
    let errors =
        Errors(odd.iter().map(|(field, _)| Refusal::at(field.key, sentence(field))).collect::<Vec<_>>());
    let is_odd = |name: &str| {
        let key = ["was-", "ask-", "choose-"].into_iter().find_map(|start| name.strip_prefix(start));
        key.is_some_and(|key| odd.iter().any(|(field, _)| field.key == key))
    };
    let mut held: Vec<(String, String)> = form
        .each()
        .filter(|(name, _)| !is_odd(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (field, _) in odd {
        held.push((format!("was-{}", field.key), mark_of(field, working)));
        held.push((format!("ask-{}", field.key), "yes".to_owned()));
    }
    let mut fields = Vec::with_capacity(odd.len());
    for (field, typed) in odd {
        let mut mine = working.text.clone();
        let readable = field.take(typed, &mut mine, names).is_ok();
        fields.push(Both {
            key: field.key,
            label: field.label,
            mine: if readable { lines(field, &mine, names) } else { raw(typed) },
            theirs: working.typed.get(field.key).map_or_else(|| lines(field, &working.text, names), raw),
            error: sentence(field),
        });
    }
    let body = TwoWindows {
        card,
        errors: ErrorSummary { errors: &errors }.render()?,
        slug: kept.slug.clone(),
        name: kept.name.clone(),
        section: section.key(),
        title: section.title(),
        fields,
        held,
    };
    let (status, title) = errors.page(&format!("{}: {}", section.title(), kept.name));
    show_with(site, status, &Page::new(title), &body)
}

/// What could not be read, as it was typed.
fn raw(typed: &Typed) -> Vec<String> {
    match typed {
        Typed::One(text) => text.lines().map(str::to_owned).collect(),
        Typed::Many(parts) => vec![parts.join(", ")],
        Typed::Rows(rows) => rows.iter().map(|row| row.join(" | ")).collect(),
    }
}
