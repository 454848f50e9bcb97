//! An entry as its keeper opens it: one button when nothing has changed, and the parts to change when something has.

use crate::{
    entry::{
        Kept, Working, card_for, day_words, find_kept, find_working, list_names, list_unseen, person_of,
    },
    fields::{Names, Section},
    model::changed,
    pages::{Said, lines},
    store as rows,
};
use access::{KeepEntry, May, Role};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::{
    Freshness, ReportLine,
    upkeep::{self, Assurance, Assured, CheckedBy},
};
use kernel::{Date, Fault, Instant};
use store::Tx;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Textarea},
    missing, show_with,
};

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryView {
    card: Option<CardView>,
    errors: String,
    slug: String,
    name: String,
    organization: String,
    published: bool,
    checked: String,
    fresh: bool,
    lines: Vec<EntryLine>,
    sections: Vec<SectionLine>,
    can_send: bool,
    saved: String,
    begun: bool,
    thrown: String,
    note: String,
    at_odds: bool,
    watching: bool,
    waiting: Vec<String>,
    reports: Vec<(String, String, String)>,
}

/// What families read of one field, and where it is changed.
struct EntryLine {
    label: &'static str,
    section: &'static str,
    key: &'static str,
    values: Vec<String>,
    given: bool,
}

struct SectionLine {
    key: &'static str,
    title: &'static str,
    state: &'static str,
    class: &'static str,
}

/// What the page is made of.
pub(crate) struct Opened {
    pub kept: Kept,
    pub working: Working,
    names: Names,
    at_odds: bool,
    thrown_at: Option<Instant>,
    watching: bool,
    waiting: Vec<String>,
    reports: Vec<ReportLine>,
}

/// `GET /provider/entries/{slug}`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some(opened) = open(&site, &who, slug).await? else {
        return Ok(missing());
    };
    show(&site, &opened, "", None, &Errors::default())
}

/// Reads an entry for somebody who may keep it. What visitors reported is read with it, so that is written down.
pub(crate) async fn open(site: &Site, who: &Who, slug: String) -> Result<Option<Opened>, Fault> {
    let (council, now, who) = (site.council(), site.clock().now(), who.clone());
    let opened = site
        .db()
        .read(move |tx| {
            let Some(kept) = find_kept(tx, &slug)? else {
                return Ok(None);
            };
            let may = kept.may::<KeepEntry>(&who)?;
            let working = find_working(tx, &kept, person_of(&may)?)?;
            let unseen = list_unseen(tx, &kept, person_of(&may)?, &working)?;
            let begun = working.saved_at.is_some();
            let at_odds = begun && (working.base_version != kept.version || !unseen.is_empty());
            let waiting = rows::list_open_changes_of(tx, kept.id.uuid())?
                .iter()
                .map(|change| {
                    let fields = usize::try_from(change.fields).unwrap_or_default();
                    let fields = web::say::count(fields, "change", "changes");
                    format!(
                        "Being checked: {fields}, sent on {}. Reference {}",
                        day_words(change.sent_at),
                        change.reference
                    )
                })
                .collect();
            let thrown = rows::find_thrown_draft(tx, kept.id.uuid(), person_of(&may)?.uuid())?;
            let thrown_at = thrown.and_then(|draft| draft.thrown_at);
            let names = list_names(tx, &council, now)?;
            let reports = directory::list_reports_of(tx, kept.id)?;
            let watching = rows::list_watchers(tx, kept.id.uuid())?.contains(&person_of(&may)?.uuid());
            Ok(Some((Opened { kept, working, names, at_odds, thrown_at, watching, waiting, reports }, may)))
        })
        .await?;
    let Some((opened, may)) = opened else {
        return Ok(None);
    };
    if !opened.reports.is_empty() {
        site.db()
            .write(move |tx| {
                access::audit::record(tx, &may, "read what visitors reported", "", now);
                Ok(())
            })
            .await?;
    }
    Ok(Some(opened))
}

/// The page, again with what was typed when it could not be sent.
pub(crate) fn show(
    site: &Site,
    opened: &Opened,
    note: &str,
    card: Option<CardView>,
    errors: &Errors,
) -> Reply {
    let Opened { kept, working, names, .. } = opened;
    let edited = changed(&working.base, &working.text);
    let sections = Section::ALL.into_iter().map(|section| {
        let unreadable = section.fields().any(|field| working.typed.contains_key(field.key));
        let missing = section.fields().any(|field| {
            let mut again = working.text.clone();
            field.take(&field.typed(&working.text), &mut again, names).is_err()
        });
        let (state, class) = match () {
            () if unreadable => ("To put right", "tag-warn"),
            () if missing => ("To fill in", "tag-warn"),
            () if edited.iter().any(|field| field.section == section) => ("Changed, not sent yet", "tag-new"),
            () => ("As families see it", "tag-ok"),
        };
        let state = if class == "tag-ok" && !kept.is_published() { "Begun" } else { state };
        SectionLine { key: section.key(), title: section.title(), state, class }
    });
    let short = [
        "name",
        "summary",
        "who_for",
        "how_to_get_in",
        "phones",
        "email",
        "website",
        "cost",
        "schedules",
        "locations",
        "status",
    ];
    let draft = kept.text.draft()?;
    let freshness = Freshness::of(draft.checked_on, site.clock().today());
    let body = EntryView {
        card,
        errors: ErrorSummary { errors }.render()?,
        slug: kept.slug.clone(),
        name: kept.name.clone(),
        organization: kept.organization_name.clone(),
        published: kept.is_published(),
        checked: freshness.words(),
        fresh: freshness.is_fresh(),
        lines: short
            .iter()
            .filter_map(|key| crate::fields::Field::find(key))
            .map(|field| {
                let values = lines(field, &kept.text, names);
                let given = values.iter().any(|value| value != "Not given");
                EntryLine { label: field.label, section: field.section.key(), key: field.key, values, given }
            })
            .collect(),
        sections: sections.collect(),
        can_send: !working.is_empty(),
        saved: working.saved_at.map(day_words).unwrap_or_default(),
        begun: working.saved_at.is_some(),
        thrown: opened.thrown_at.map(day_words).unwrap_or_default(),
        note: Textarea {
            name: "note",
            label: "A note for whoever checks it (optional)",
            hint: "Please leave out names and private things.",
            value: note,
            rows: 3,
            error: errors.at("note"),
        }
        .render()?,
        at_odds: opened.at_odds,
        watching: opened.watching,
        waiting: opened.waiting.clone(),
        reports: opened
            .reports
            .iter()
            .map(|report| {
                let words = match &report.words {
                    Some(words) if words.is_empty() => "They wrote nothing more.".to_owned(),
                    Some(words) => words.clone(),
                    None => "The council is reading what they wrote.".to_owned(),
                };
                (report.about.to_owned(), words, day_words(report.reported_at))
            })
            .collect(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let start = if errors.is_empty() { "" } else { "Error: " };
    show_with(site, status, &Page::new(format!("{start}Is this still right? {}", kept.name)), &body)
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct Thanks {
    slug: String,
    name: String,
    checked: String,
    before: String,
    on: String,
    was_hidden: bool,
}

/// `POST /provider/entries/{slug}/still-right`: nothing has changed.
pub(crate) async fn still_right(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let (now, today) = (site.clock().now(), site.clock().today());
    let done = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            let by = if may.actor().roles().has(Role::ProviderEditor) {
                CheckedBy::Service
            } else {
                CheckedBy::Council
            };
            let assurance = Assurance { on: today, by, how: "said that nothing has changed" };
            Ok(upkeep::assure(tx, &may, kept.id, &assurance, now)?.map(|assured| (kept, assured)))
        })
        .await?;
    let Some((kept, assured)) = done else {
        return Ok(missing());
    };
    let body = Thanks {
        slug: kept.slug,
        name: kept.name,
        checked: Freshness::of(Some(assured.on), today).words(),
        before: assured.before.map(|date| date.to_string()).unwrap_or_default(),
        on: assured.on.to_string(),
        was_hidden: assured.was_hidden,
    };
    show_with(&site, StatusCode::OK, &Page::new("Thank you"), &body)
}

/// `POST /provider/entries/{slug}/still-right/undo`.
pub(crate) async fn undo(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let now = site.clock().now();
    let date = |name: &str| form.get(name).parse::<Date>().ok();
    let (before, on, was_hidden) = (date("before"), date("on"), form.get("hidden") == "1");
    let done = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            // The form is the browser's word: a date may go back to an older one, never to one that is still to come.
            let on = on.filter(|on| before.is_none_or(|before| before <= *on));
            let Some(on) = on else { return Ok(None) };
            let assured = Assured { service: kept.id, before, on, was_hidden };
            Ok(Some((upkeep::take_back_assurance(tx, &may, &assured, now)?, kept)))
        })
        .await?;
    let Some((taken_back, kept)) = done else {
        return Ok(missing());
    };
    let words = if taken_back {
        "The date is as it was before. Nothing else has changed."
    } else {
        "Somebody has checked this entry again since, so the date stays."
    };
    Said {
        card,
        title: if taken_back { "Taken back" } else { "The date stays" }.to_owned(),
        paragraphs: vec![words.to_owned()],
        ways: vec![(format!("/provider/entries/{}", kept.slug), format!("Back to {}", kept.name))],
    }
    .show(&site)
}

/// An entry and the right to keep it.
pub(crate) fn find_mine(tx: &mut Tx, slug: &str, who: &Who) -> Result<Option<(Kept, May<KeepEntry>)>, Fault> {
    let Some(kept) = find_kept(tx, slug)? else {
        return Ok(None);
    };
    let may = kept.may::<KeepEntry>(who)?;
    Ok(Some((kept, may)))
}
