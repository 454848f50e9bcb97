//! `GET` and `POST /admin/sessions/{slug}/dates/{key}`: one date alone is cancelled with a reason, moved, or held again
//! as it was; and `/admin/sessions/{slug}/add-date`: a date besides those of the rule.

use crate::{
    lines::day_words,
    list_sessions::keeps,
    look::{COUNT_CHANGED, NOT_TICKED, affected_words},
    model::SessionDraft,
    parts::{Select, Ticks, date_of, render},
    publish::publish_session,
    shelf::{Events, times},
    store::{self as rows, SessionDate, SessionRow},
};
use access::{Denied, KeepSessions, On};
use askama::Template;
use axum::extract::{Path, State};
use calendar::{Exception, Key, Series};
use kernel::{Fault, Refusal, Time};
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "session_date.html")]
struct DateView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    heading: String,
    action: String,
    /// How it stands now; empty for a date that is not there yet.
    standing: String,
    what: String,
    reason: String,
    day: String,
    starts: String,
    place: String,
    knows: String,
    button: &'static str,
}

/// What was typed, put back as it was.
#[derive(Default)]
struct Typed {
    what: String,
    reason: String,
    day: String,
    starts: String,
    place: String,
}

const FIELDS: [&str; 5] = ["what", "reason", "day", "starts", "place"];
const REASON_MAX: usize = 200;

impl Typed {
    fn read(form: &Form) -> Typed {
        let [what, reason, day, starts, place] = FIELDS.map(|name| form.get(name).to_owned());
        Typed { what, reason, day, starts, place }
    }
}

/// The session and, for an address with a key, the date.
struct Found {
    row: SessionRow,
    draft: SessionDraft,
    date: Option<SessionDate>,
    places: Vec<(String, String)>,
    /// How many bookings families have of the date.
    booked: i64,
}

async fn find(events: &Events, who: &Who, slug: &str, key: Option<&str>) -> Result<Option<Found>, Fault> {
    let (slug, key, counting) = (slug.to_owned(), key.map(str::to_owned), events.clone());
    let found = events
        .site()
        .db()
        .read(move |tx| {
            let Some(row) = rows::find_session_by_slug(tx, &slug)? else { return Ok(None) };
            let date = match &key {
                Some(key) => match rows::find_date(tx, crate::publish::date_id(row.id, key))? {
                    Some(date) => Some(date),
                    None => return Ok(None),
                },
                None => None,
            };
            let places = directory::list_places(tx)?;
            let places = places.into_iter().filter(|place| !place.sensitive);
            let places = places.map(|place| (place.slug, place.name)).collect();
            let booked = match &date {
                Some(date) => counting.count_taken(tx, &[date.id])?,
                None => 0,
            };
            Ok(Some(Found { draft: row.draft()?, row, date, places, booked }))
        })
        .await?;
    if let Some(found) = &found
        && !keeps(who, found.row.organization_id)
    {
        return Err(Denied { action: access::Action::KeepSessions, signed_in: true }.into());
    }
    Ok(found)
}

pub(crate) async fn get(
    State(events): State<Events>,
    who: Who,
    Path((slug, key)): Path<(String, String)>,
) -> Reply {
    let Some(found) = find(&events, &who, &slug, Some(&key)).await? else { return Ok(missing()) };
    page(&events, &found, &Typed::default(), &Errors::default(), None)
}

pub(crate) async fn get_new(State(events): State<Events>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some(found) = find(&events, &who, &slug, None).await? else { return Ok(missing()) };
    page(&events, &found, &Typed::default(), &Errors::default(), None)
}

pub(crate) async fn post(
    State(events): State<Events>,
    who: Who,
    Path((slug, key)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let Some(found) = find(&events, &who, &slug, Some(&key)).await? else { return Ok(missing()) };
    keep(&events, &who, found, &form).await
}

pub(crate) async fn post_new(
    State(events): State<Events>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let Some(found) = find(&events, &who, &slug, None).await? else { return Ok(missing()) };
    keep(&events, &who, found, &form).await
}

async fn keep(events: &Events, who: &Who, found: Found, form: &Form) -> Reply {
    let on = On::one("session", found.row.id.uuid()).of_organization(found.row.organization_id);
    let may = who.may::<KeepSessions>(on)?;
    let site = events.site();
    let screened = site.screen(&form.typed(&FIELDS));
    let card = site.card(screened.verdict()).map(CardView::above);
    let typed = Typed::read(form);
    let draft = match decide_date(&found, &typed) {
        Ok(draft) => draft,
        Err(errors) => return page(events, &found, &typed, &errors, card),
    };
    let touched: Vec<Uuid> = found.date.iter().filter(|_| draft != found.draft).map(|date| date.id).collect();
    let affected = if touched.is_empty() { 0 } else { found.booked };
    if affected > 0 && form.get("knows").parse() != Ok(affected) {
        let sentence = if form.get("knows").is_empty() { NOT_TICKED } else { COUNT_CHANGED };
        return page(events, &found, &typed, &Errors(vec![Refusal::at("knows", sentence)]), card);
    }
    let counting = events.clone();
    let (now, changes, slug) = (site.clock().now(), found.row.changes, found.draft.slug.clone());
    let kept = site
        .db()
        .write(move |tx| {
            let current = rows::find_session_by_slug(tx, &draft.slug)?.map(|row| row.changes);
            if current != Some(changes) {
                let sentence = "Somebody else changed this session meanwhile. Look at it again, then save";
                return Ok(Err(vec![Refusal::at("", sentence)]));
            }
            // Somebody may have booked since.
            if counting.count_taken(tx, &touched)? != affected {
                return Ok(Err(vec![Refusal::at("knows", COUNT_CHANGED)]));
            }
            Ok(publish_session(tx, &may, &draft, now)?.map(|_| ()))
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other(&format!("/admin/sessions/{slug}?saved=date"))),
        Err(wrong) => {
            let key = found.date.as_ref().map(|date| date.date_key.as_str());
            let Some(found) = find(events, who, &found.draft.slug, key).await? else { return Ok(missing()) };
            page(events, &found, &typed, &Errors(wrong), card)
        }
    }
}

/// The session with what was decided about the one date.
fn decide_date(found: &Found, typed: &Typed) -> Result<SessionDraft, Errors> {
    let mut errors = Errors::default();
    let mut draft = found.draft.clone();
    let last = draft.parts.len().saturating_sub(1);
    let part = found.date.as_ref().and_then(|date| usize::try_from(date.part).ok()).unwrap_or(last).min(last);
    let place = Some(typed.place.clone()).filter(|place| !place.is_empty());
    if place.as_ref().is_some_and(|place| found.places.iter().all(|(slug, _)| slug != place)) {
        errors.0.push(Refusal::at("place", "Choose a place from the list"));
    }
    let moment = |errors: &mut Errors| {
        let day = errors.take("day", date_of(&typed.day));
        let starts = typed.starts.parse::<Time>().map_err(|_| "Enter a time, like 09:30".to_owned());
        let starts = errors.take("starts", starts);
        day.zip(starts).map(|(day, starts)| day.to_datetime(starts))
    };
    let key = found.date.as_ref().and_then(|date| date.rule_key.parse::<Key>().ok());
    let exception = match (key, typed.what.as_str()) {
        (Some(key), "cancel") => {
            let reason = typed.reason.trim();
            if reason.is_empty() {
                errors.0.push(Refusal::at("reason", "Say why, so that families know"));
            } else if reason.chars().count() > REASON_MAX {
                errors.0.push(Refusal::at("reason", format!("Use {REASON_MAX} letters or fewer")));
            }
            Some(Exception::Cancelled { key, reason: reason.to_owned() })
        }
        (Some(key), "move") => {
            moment(&mut errors).map(|to| Exception::Moved { key, to, minutes: None, place })
        }
        (Some(_), "on") => None,
        (None, _) => match moment(&mut errors).map(Key::new) {
            Some(Ok(key)) => Some(Exception::Extra { key, minutes: None, place }),
            Some(Err(_)) => {
                errors.0.push(Refusal::at("starts", "Enter a time, like 09:30"));
                None
            }
            None => None,
        },
        _ => {
            errors.0.push(Refusal::at("what", "Choose what happens to this date"));
            None
        }
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let refused = |why: calendar::SeriesRefusal| Errors(vec![Refusal::at("", why.to_string())]);
    let series = Series::new(draft.parts[part].clone()).map_err(refused)?;
    let series = match (exception, key) {
        (Some(exception), _) => {
            // Moving a date that was cancelled means that it is held.
            let series = match (&exception, key) {
                (Exception::Moved { .. }, Some(key)) => held_again(&series, key).map_err(refused)?,
                _ => series,
            };
            series.with(exception).map_err(refused)?
        }
        (None, Some(key)) => held_again(&series, key).map_err(refused)?,
        (None, None) => series,
    };
    draft.parts[part] = series.plan().clone();
    Ok(draft)
}

/// As the rule, or whoever added the date, first said.
fn held_again(series: &Series, key: Key) -> Result<Series, calendar::SeriesRefusal> {
    let mut plan = series.plan().clone();
    plan.exceptions.retain(|known| known.key() != key || matches!(known, Exception::Extra { .. }));
    Series::new(plan)
}

fn page(events: &Events, found: &Found, typed: &Typed, errors: &Errors, card: Option<CardView>) -> Reply {
    let (heading, button, path) = match &found.date {
        Some(date) => {
            let heading = format!("{}, {}", day_words(date.day), times(date));
            (heading, "Save this date", format!("dates/{}", date.date_key))
        }
        None => ("Add a date".to_owned(), "Add this date", "add-date".to_owned()),
    };
    let what = Radios {
        name: "what",
        legend: "What happens to this date?",
        hint: "Only this date. Families see it at once, and it stays in their calendars.",
        answers: &[
            ("cancel", "It is cancelled"),
            ("move", "It is moved to another day, time or place"),
            ("on", "It is held as it was first planned"),
        ],
        value: &typed.what,
        error: errors.at("what"),
    };
    let hint = if found.date.is_some() { "Only if it is moved." } else { "" };
    let input = |name, label, hint, value, kind| Input {
        name,
        label,
        hint,
        value,
        kind,
        autocomplete: "off",
        error: errors.at(name),
    };
    let body = DateView {
        card,
        summary: render(&ErrorSummary { errors })?,
        slug: found.draft.slug.clone(),
        title: found.draft.title.clone(),
        action: format!("/admin/sessions/{}/{path}", found.draft.slug),
        standing: found.date.as_ref().map(standing).unwrap_or_default(),
        what: if found.date.is_some() { render(&what)? } else { String::new() },
        reason: render(&Textarea {
            name: "reason",
            label: "Why it is cancelled",
            hint: "One short sentence for families, like: The hall is being painted. No names.",
            value: &typed.reason,
            rows: 2,
            error: errors.at("reason"),
        })?,
        day: render(&input("day", "Day", hint, &typed.day, "date"))?,
        starts: render(&input("starts", "Start time", hint, &typed.starts, "time"))?,
        place: render(&Select {
            name: "place",
            label: "Place",
            hint,
            none: "The same place",
            answers: &found.places,
            value: &typed.place,
            error: errors.at("place"),
        })?,
        knows: knows(found, errors)?,
        button,
        heading: heading.clone(),
    };
    let (status, title) = errors.page(&heading);
    show_with(events.site(), status, &Page::new(title), &body)
}

/// The tick without which no booked date is moved or cancelled.
fn knows(found: &Found, errors: &Errors) -> Result<String, Fault> {
    if found.booked == 0 {
        return Ok(String::new());
    }
    let (value, words) = (found.booked.to_string(), affected_words(found.booked));
    render(&Ticks {
        name: "knows",
        legend: "Families have booked this date",
        hint: "",
        answers: &[(&value, &words)],
        values: &[],
        error: errors.at("knows"),
    })
}

fn standing(date: &SessionDate) -> String {
    match date.state.as_str() {
        "cancelled" if date.reason.is_empty() => "It is cancelled.".to_owned(),
        "cancelled" => format!("It is cancelled: {}.", date.reason.trim_end_matches('.')),
        "moved" => "It was moved.".to_owned(),
        "dropped" => "The session is no longer held on it.".to_owned(),
        _ => "It is held as planned.".to_owned(),
    }
}
