//! One part of an entry: what is typed is saved at once, what cannot be read is kept as it was typed.

use crate::{
    entry::{
        Kept, Working, card_for, find_kept, find_working, find_working_to_change, list_names, person_of,
    },
    fields::{EntryText, Names, Section},
    open_entry::find_mine,
    pages::{field_html, typed_in},
};
use access::KeepEntry;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use kernel::Refusal;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "section.html")]
struct SectionView {
    card: Option<CardView>,
    errors: String,
    slug: String,
    name: String,
    key: &'static str,
    title: &'static str,
    fields: Vec<String>,
    proposals: bool,
}

/// `GET /provider/entries/{slug}/{section}`.
pub(crate) async fn get(
    State(site): State<Site>,
    who: Who,
    Path((slug, section)): Path<(String, String)>,
) -> Reply {
    let Some(section) = Section::parse(&section) else {
        return Ok(missing());
    };
    let (council, now) = (site.council(), site.clock().now());
    let found = site
        .db()
        .read(move |tx| {
            let Some(kept) = find_kept(tx, &slug)? else {
                return Ok(None);
            };
            let may = kept.may::<KeepEntry>(&who)?;
            let working = find_working(tx, &kept, person_of(&may)?)?;
            Ok(Some((kept, working, list_names(tx, &council, now)?)))
        })
        .await?;
    let Some((kept, working, names)) = found else {
        return Ok(missing());
    };
    show(&site, section, &kept, &working, &names, None)
}

/// `POST /provider/entries/{slug}/{section}`.
pub(crate) async fn post(
    State(site): State<Site>,
    who: Who,
    Path((slug, section)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let card = card_for(&site, &form);
    let Some(section) = Section::parse(&section) else {
        return Ok(missing());
    };
    let (council, now) = (site.council(), site.clock().now());
    let saved = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            let person = person_of(&may)?;
            let names = list_names(tx, &council, now)?;
            let mut working = find_working_to_change(tx, &kept, person)?;
            for field in section.fields() {
                let typed = typed_in(field, &form);
                match field.take(&typed, &mut working.text, &names) {
                    Ok(()) => working.typed.remove(field.key),
                    Err(_) => working.typed.insert(field.key.to_owned(), typed),
                };
            }
            // Written as the directory reads it, so that the same words always compare as the same.
            working.text = EntryText::read(working.text.value())?;
            working.save(tx, &kept, person, now)?;
            access::audit::record(tx, &may, format!("saved a draft: {}", section.key()), "", now);
            Ok(Some((kept, working, names)))
        })
        .await?;
    let Some((kept, working, names)) = saved else {
        return Ok(missing());
    };
    let unreadable = section.fields().any(|field| working.typed.contains_key(field.key));
    if unreadable || card.is_some() {
        return show(&site, section, &kept, &working, &names, card);
    }
    see_other(&format!("/provider/entries/{}#send", kept.slug)).into_reply()
}

/// A response as a reply.
pub(crate) trait IntoReply {
    fn into_reply(self) -> Reply;
}

impl IntoReply for axum::response::Response {
    fn into_reply(self) -> Reply {
        Ok(self)
    }
}

fn show(
    site: &Site,
    section: Section,
    kept: &Kept,
    working: &Working,
    names: &Names,
    card: Option<CardView>,
) -> Reply {
    let mut errors = Errors::default();
    let mut fields = Vec::new();
    for field in section.fields() {
        let typed = working.typed.get(field.key).cloned().unwrap_or_else(|| field.typed(&working.text));
        if working.typed.contains_key(field.key)
            && let Err(sentence) = field.take(&typed, &mut working.text.clone(), names)
        {
            errors.0.push(Refusal::at(field.key, sentence));
        }
        fields.push(field_html(field, &typed, errors.at(field.key), names)?);
    }
    let body = SectionView {
        card,
        errors: ErrorSummary { errors: &errors }.render()?,
        slug: kept.slug.clone(),
        name: kept.name.clone(),
        key: section.key(),
        title: section.title(),
        fields,
        proposals: section == Section::Needs,
    };
    let (status, start) =
        if errors.is_empty() { (StatusCode::OK, "") } else { (StatusCode::UNPROCESSABLE_ENTITY, "Error: ") };
    show_with(site, status, &Page::new(format!("{start}{}: {}", section.title(), kept.name)), &body)
}
