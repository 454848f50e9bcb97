//! One part of an entry: what is typed is saved at once, what cannot be read is kept as it was typed.

use crate::{
    entry::{Kept, Working, card_for},
    fields::{EntryText, Field, Names, Section},
    open_entry::{AtWork, find_at_work, find_at_work_to_change},
    pages::{field_html, typed_in},
    reading::Typed,
    two_windows::{self, Sent, decide_field, mark_of},
};
use askama::Template;
use axum::extract::{Path, State};
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
    /// Each field's key with a mark of what it says now.
    marks: Vec<(&'static str, String)>,
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
    let inner = site.clone();
    let found = site.db().read(move |tx| find_at_work(tx, &inner, &slug, &who)).await?;
    let Some((AtWork { kept, working, names, .. }, _)) = found else {
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
    let (inner, now, sent) = (site.clone(), site.clock().now(), form.clone());
    let saved = site
        .db()
        .write(move |tx| {
            let Some((at_work, may)) = find_at_work_to_change(tx, &inner, &slug, &who)? else {
                return Ok(None);
            };
            let AtWork { kept, person, mut working, names } = at_work;
            let stands = working.clone();
            let mut odd = Vec::new();
            for field in section.fields() {
                let typed = typed_in(field, &sent);
                match decide_field(field, &typed, &sent, &working, &names)? {
                    Sent::Leave => continue,
                    Sent::AtOdds => {
                        odd.push((field, typed));
                        continue;
                    }
                    Sent::Take => {}
                }
                match field.take(&typed, &mut working.text, &names) {
                    Ok(()) => working.typed.remove(field.key),
                    Err(_) => working.typed.insert(field.key.to_owned(), typed),
                };
            }
            if !odd.is_empty() {
                return Ok(Some(Saved { kept, working: stands, names, odd }));
            }
            // Written as the directory reads it, so that the same words always compare as the same.
            working.text = EntryText::read(working.text.value())?;
            working.save(tx, &kept, person, now)?;
            access::audit::record(tx, &may, format!("saved a draft: {}", section.key()), "", now);
            Ok(Some(Saved { kept, working, names, odd }))
        })
        .await?;
    let Some(Saved { kept, working, names, odd }) = saved else {
        return Ok(missing());
    };
    if !odd.is_empty() {
        return two_windows::show(&site, section, (&kept, &working, &names), &odd, &form, card);
    }
    let unreadable = section.fields().any(|field| working.typed.contains_key(field.key));
    if unreadable || card.is_some() {
        return show(&site, section, &kept, &working, &names, card);
    }
    see_other(&format!("/provider/entries/{}#send", kept.slug)).into_reply()
}

/// A draft after a press of 'Save', or before it when `odd` says what must be chosen first.
struct Saved {
    kept: Kept,
    working: Working,
    names: Names,
    odd: Vec<(&'static Field, Typed)>,
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
        marks: section.fields().map(|field| (field.key, mark_of(field, working))).collect(),
        proposals: section == Section::Needs,
    };
    let (status, title) = errors.page(&format!("{}: {}", section.title(), kept.name));
    show_with(site, status, &Page::new(title), &body)
}
