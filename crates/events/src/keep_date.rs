//! `GET` and `POST /admin/sessions/{slug}/dates/{key}`: one date alone is cancelled with a reason, moved, or held again
//! as it was; and `/admin/sessions/{slug}/add-date`: a date besides those of the rule.

use crate::{
    lines::day_words,
    list_sessions::keeps,
    look::{COUNT_CHANGED, NOT_TICKED, READ_AGAIN, affected_words, occurrences},
    model::{Kind, SessionDraft},
    parts::{Select, Ticks, date_of, render},
    publish::publish_session_as,
    shelf::{Events, times},
    store::{self as rows, SessionDate, SessionRow},
    terms::find_terms,
};
use access::{Denied, KeepSessions, On};
use askama::Template;
use axum::extract::{Path, State};
use calendar::{DateTime, Days, Exception, Key, Series, Standing, TermCalendar, Zone};
use kernel::{Fault, Instant, Refusal, Span, Time};
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
    /// The words over which the card was shown, so that they are taken the second time.
    carded: String,
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
    terms: TermCalendar,
    /// How many bookings families have of the date.
    booked: i64,
}

impl Found {
    /// The date is cancelled, and families could book it: their bookings were cancelled with it.
    fn is_cancelled_and_was_booked(&self) -> bool {
        let is_cancelled = self.date.as_ref().is_some_and(|date| date.state == "cancelled");
        is_cancelled && self.draft.kind != Kind::DropIn
    }
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
            Ok(Some(Found { draft: row.draft()?, row, date, places, terms: find_terms(tx)?, booked }))
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
    page(&events, &found, &Typed::default(), &Errors::default(), Shown::default())
}

pub(crate) async fn get_new(State(events): State<Events>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some(found) = find(&events, &who, &slug, None).await? else { return Ok(missing()) };
    page(&events, &found, &Typed::default(), &Errors::default(), Shown::default())
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
    let hash = web::content_hash(typed.reason.as_bytes());
    let is_card_read = card.is_none() || form.get("carded") == hash;
    let shown = Shown { carded: if card.is_some() { hash } else { String::new() }, card };
    let now = site.clock().now();
    let draft = match decide_date(&found, &typed, now) {
        Ok(draft) => draft,
        Err(errors) => return page(events, &found, &typed, &errors, shown),
    };
    let touched: Vec<Uuid> = found.date.iter().filter(|_| draft != found.draft).map(|date| date.id).collect();
    let affected = if touched.is_empty() { 0 } else { found.booked };
    let is_put_back = found.is_cancelled_and_was_booked() && !touched.is_empty() && typed.what != "cancel";
    let mut errors = Errors::default();
    if !is_card_read {
        errors.0.push(Refusal::at("reason", READ_AGAIN));
    }
    if (affected > 0 || is_put_back) && form.get("knows").parse() != Ok(affected) {
        let sentence = match (form.get("knows").is_empty(), is_put_back) {
            (true, true) => NOT_TICKED_BACK,
            (true, false) => NOT_TICKED,
            (false, _) => COUNT_CHANGED,
        };
        errors.0.push(Refusal::at("knows", sentence));
    }
    if !errors.is_empty() {
        return page(events, &found, &typed, &errors, shown);
    }
    let did = match (typed.what.as_str(), &found.date) {
        (_, None) => "added a date",
        ("cancel", _) => "cancelled a date",
        ("move", _) => "moved a date",
        _ => "put a date back",
    };
    let counting = events.clone();
    let (changes, slug) = (found.row.changes, found.draft.slug.clone());
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
            Ok(publish_session_as(tx, &may, &draft, did, now)?.map(|_| ()))
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other(&format!("/admin/sessions/{slug}?saved=date"))),
        Err(wrong) => {
            let key = found.date.as_ref().map(|date| date.date_key.as_str());
            let Some(found) = find(events, who, &found.draft.slug, key).await? else { return Ok(missing()) };
            page(events, &found, &typed, &Errors(wrong), shown)
        }
    }
}

/// What is wrong where a cancelled date is put back on without the tick.
const NOT_TICKED_BACK: &str = "Tick that you know what happened to the bookings of this date";

/// The session with what was decided about the one date.
fn decide_date(found: &Found, typed: &Typed, now: Instant) -> Result<SessionDraft, Errors> {
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
        let to = day.zip(starts).map(|(day, starts)| day.to_datetime(starts))?;
        if let Err(refusal) = decide_moment(found, to, now) {
            errors.0.push(refusal);
            return None;
        }
        Some(to)
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
        (Some(key), "on") => {
            let is_elsewise = found.date.as_ref().is_some_and(|date| date.state != "on");
            if let Some(refusal) = decide_moment(found, key.at(), now).err().filter(|_| is_elsewise) {
                errors.0.push(Refusal::at("what", refusal.sentence));
            }
            None
        }
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

/// Whether a date may be held then: not once it is over, and not where the session has another.
fn decide_moment(found: &Found, to: DateTime, now: Instant) -> Result<(), Refusal> {
    if Zone::london().instant(to) <= now {
        return Err(Refusal::at("day", "This day and time are over. Choose a later one"));
    }
    // Any time at all may have been moved to this day, from as far away as dates are worked out.
    let around = Span::new().days(LOOK_AROUND_DAYS);
    let days = Days::new(to.date().saturating_sub(around), to.date().saturating_add(around));
    let own = found.date.as_ref().map(|date| date.rule_key.as_str());
    let others = days.map(|days| occurrences(&found.draft, &found.terms, days)).unwrap_or_default();
    let mut others = others.into_iter().filter(|other| Some(other.key.to_string().as_str()) != own);
    // A date that is added is known by its time: one that was moved away from then still has that name.
    let is_new = found.date.is_none();
    let clash = others.find(|other| other.starts == to || (is_new && other.key.at() == to));
    let sentence = match clash {
        None => return Ok(()),
        Some(other) if other.starts != to => {
            "A date of this session was moved away from this day and time. Open that one and move it back, or choose another time"
        }
        Some(other) if matches!(other.standing, Standing::Cancelled { .. }) => {
            "The session has a date then, which is cancelled. Open that one and put it back on, or choose another time"
        }
        Some(_) => "The session has a date then already. Choose another day or time",
    };
    Err(Refusal::at("starts", sentence))
}

/// How far from its first day another date may have been moved to be found.
const LOOK_AROUND_DAYS: i32 = 400;

/// As the rule, or whoever added the date, first said.
fn held_again(series: &Series, key: Key) -> Result<Series, calendar::SeriesRefusal> {
    let mut plan = series.plan().clone();
    plan.exceptions.retain(|known| known.key() != key || matches!(known, Exception::Extra { .. }));
    Series::new(plan)
}

/// What a page shows besides the form.
#[derive(Default)]
struct Shown {
    card: Option<CardView>,
    carded: String,
}

fn page(events: &Events, found: &Found, typed: &Typed, errors: &Errors, shown: Shown) -> Reply {
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
        card: shown.card,
        carded: shown.carded,
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
    if found.is_cancelled_and_was_booked() {
        let hint = match found.booked {
            0 => String::new(),
            many => format!("Bookings that still stand, and are being cancelled: {many}."),
        };
        let words = "I know that any bookings of it were cancelled and stay cancelled. Nobody is told that it is back on";
        return render(&Ticks {
            name: "knows",
            legend: "If this date is put back on",
            hint: &hint,
            answers: &[(&found.booked.to_string(), words)],
            values: &[],
            error: errors.at("knows"),
        });
    }
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
