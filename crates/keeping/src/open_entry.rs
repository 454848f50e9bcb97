//! An entry as its keeper opens it: one button when nothing has changed, and the parts to change when something has.

use crate::{
    entry::{
        Kept, Working, card_for, day_words, find_kept, find_working, find_working_to_change, list_names,
        list_unseen, person_of,
    },
    fields::{Field, Names, Section},
    model::changed,
    pages::{Said, lines},
    store::{self as rows, AssuranceRow, SaidRight},
};
use access::{KeepEntry, May, PersonId, Role};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::{
    Freshness, ReportLine,
    upkeep::{self, Assurance, Assured, CheckedBy},
};
use jiff::SignedDuration;
use kernel::{Fault, Id, Instant};
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
    /// What was changed and not sent, in words; empty when nothing was.
    unsent: String,
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
    let (inner, now, who) = (site.clone(), site.clock().now(), who.clone());
    let opened = site
        .db()
        .read(move |tx| {
            let Some((at_work, may)) = find_at_work(tx, &inner, &slug, &who)? else {
                return Ok(None);
            };
            let AtWork { kept, person, working, names } = at_work;
            let unseen = list_unseen(tx, &kept, person, &working)?;
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
            let thrown = rows::find_thrown_draft(tx, kept.id.uuid(), person.uuid())?;
            let thrown_at = thrown.and_then(|draft| draft.thrown_at);
            let reports = directory::list_reports_of(tx, kept.id)?;
            let watching = rows::list_watchers(tx, kept.id.uuid())?.contains(&person.uuid());
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
            .filter_map(|key| Field::find(key))
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
        unsent: unsent_words(working),
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
    let (status, title) = errors.page(&format!("Is this still right? {}", kept.name));
    show_with(site, status, &Page::new(title), &body)
}

/// 'Name and What it costs': what somebody has changed and not sent.
fn unsent_words(working: &Working) -> String {
    let unreadable = working.typed.keys().filter_map(|key| Field::find(key));
    let mut labels: Vec<&str> = Vec::new();
    for field in changed(&working.base, &working.text).into_iter().chain(unreadable) {
        if !labels.contains(&field.label) {
            labels.push(field.label);
        }
    }
    web::say::list(&labels)
}

#[derive(Template)]
#[template(path = "unsent.html")]
struct Unsent {
    slug: String,
    name: String,
    unsent: String,
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct Thanks {
    slug: String,
    name: String,
    unsent: String,
    checked: String,
    said: Id<SaidRight>,
}

/// How long a press of 'nothing has changed' can be taken back.
const UNDO_HOURS: i64 = 24;

/// What came of 'nothing has changed'.
enum Pressed {
    /// Something was changed and not sent: that is shown first.
    Unsent(Kept, String),
    Done(Kept, String, Assured),
}

/// `POST /provider/entries/{slug}/still-right`: nothing has changed. With a change that was not sent, only when the form
/// says that it is about what families see.
pub(crate) async fn still_right(
    State(site): State<Site>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let about_families = form.get("about") == "families";
    let (now, today) = (site.clock().now(), site.clock().today());
    let said = Id::new(site.clock(), site.dice());
    let done = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            let unsent = unsent_words(&find_working(tx, &kept, person_of(&may)?)?);
            if !unsent.is_empty() && !about_families {
                return Ok(Some(Pressed::Unsent(kept, unsent)));
            }
            let by = if may.actor().roles().has(Role::ProviderEditor) {
                CheckedBy::Service
            } else {
                CheckedBy::Council
            };
            let assurance = Assurance { on: today, by, how: "said that nothing has changed" };
            let Some(assured) = upkeep::assure(tx, &may, kept.id, &assurance, now)? else {
                return Ok(None);
            };
            rows::delete_assurances_before(tx, now - SignedDuration::from_hours(UNDO_HOURS))?;
            rows::insert_assurance(
                tx,
                &AssuranceRow {
                    id: said,
                    service_id: kept.id.uuid(),
                    date_before: assured.before,
                    date_now: assured.on,
                    was_hidden: assured.was_hidden,
                    said_at: now,
                },
            )?;
            Ok(Some(Pressed::Done(kept, unsent, assured)))
        })
        .await?;
    let (kept, unsent, assured) = match done {
        None => return Ok(missing()),
        Some(Pressed::Unsent(kept, unsent)) => {
            let body = Unsent { slug: kept.slug, name: kept.name, unsent };
            let page = Page::new("You have changed something and not sent it");
            return show_with(&site, StatusCode::OK, &page, &body);
        }
        Some(Pressed::Done(kept, unsent, assured)) => (kept, unsent, assured),
    };
    let body = Thanks {
        slug: kept.slug,
        name: kept.name,
        unsent,
        checked: Freshness::of(Some(assured.on), today).words(),
        said,
    };
    show_with(&site, StatusCode::OK, &Page::new("Thank you"), &body)
}

/// `POST /provider/entries/{slug}/still-right/undo`. The form names what was said; the dates are ours.
pub(crate) async fn undo(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let now = site.clock().now();
    let said = form.get("said").parse::<Id<SaidRight>>().ok();
    let done = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            let Some(said) = said else { return Ok(None) };
            let oldest = now - SignedDuration::from_hours(UNDO_HOURS);
            let found = rows::find_assurance(tx, said, kept.id.uuid())?;
            let Some(row) = found.filter(|row| row.said_at >= oldest) else {
                return Ok(Some((Undone::TooLate, kept)));
            };
            let assured = Assured {
                service: kept.id,
                before: row.date_before,
                on: row.date_now,
                was_hidden: row.was_hidden,
            };
            // Spent either way: what was said once is taken back once.
            rows::delete_assurance(tx, row.id)?;
            let done = upkeep::take_back_assurance(tx, &may, &assured, now)?;
            Ok(Some((if done { Undone::Yes } else { Undone::CheckedSince }, kept)))
        })
        .await?;
    let Some((undone, kept)) = done else {
        return Ok(missing());
    };
    let (title, words) = match undone {
        Undone::Yes => ("Taken back", "The date is as it was before. Nothing else has changed."),
        Undone::CheckedSince => {
            ("The date stays", "Somebody has checked this entry again since, so the date stays.")
        }
        Undone::TooLate => (
            "The date stays",
            "This was taken back before, or was said more than a day ago. Send a change if something is not right.",
        ),
    };
    Said {
        card,
        title: title.to_owned(),
        paragraphs: vec![words.to_owned()],
        ways: vec![(format!("/provider/entries/{}", kept.slug), format!("Back to {}", kept.name))],
        ..Said::default()
    }
    .show(&site)
}

/// An entry as one of those who keep it works on it.
pub(crate) struct AtWork {
    pub kept: Kept,
    pub person: PersonId,
    pub working: Working,
    pub names: Names,
}

/// An entry, what somebody who may keep it has typed so far, and what it can name today: to look at.
pub(crate) fn find_at_work(
    tx: &mut Tx,
    site: &Site,
    slug: &str,
    who: &Who,
) -> Result<Option<(AtWork, May<KeepEntry>)>, Fault> {
    at_work(tx, site, slug, who, find_working)
}

/// The same, held until the transaction ends.
pub(crate) fn find_at_work_to_change(
    tx: &mut Tx,
    site: &Site,
    slug: &str,
    who: &Who,
) -> Result<Option<(AtWork, May<KeepEntry>)>, Fault> {
    at_work(tx, site, slug, who, find_working_to_change)
}

fn at_work(
    tx: &mut Tx,
    site: &Site,
    slug: &str,
    who: &Who,
    find: impl Fn(&mut Tx, &Kept, PersonId) -> Result<Working, Fault>,
) -> Result<Option<(AtWork, May<KeepEntry>)>, Fault> {
    let Some((kept, may)) = find_mine(tx, slug, who)? else {
        return Ok(None);
    };
    let person = person_of(&may)?;
    let working = find(tx, &kept, person)?;
    let names = list_names(tx, &site.council(), site.clock().now())?;
    Ok(Some((AtWork { kept, person, working, names }, may)))
}

/// What became of taking it back.
enum Undone {
    Yes,
    CheckedSince,
    TooLate,
}

/// An entry and the right to keep it.
pub(crate) fn find_mine(tx: &mut Tx, slug: &str, who: &Who) -> Result<Option<(Kept, May<KeepEntry>)>, Fault> {
    let Some(kept) = find_kept(tx, slug)? else {
        return Ok(None);
    };
    let may = kept.may::<KeepEntry>(who)?;
    Ok(Some((kept, may)))
}
