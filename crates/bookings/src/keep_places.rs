//! `GET` and `POST /admin/sessions/{slug}/places`: how full each coming date is, who is over where places were cut, and how
//! many more may be booked than there are places, with who allowed it, when and why.

use crate::{
    allow_overbooking::allow_overbooking,
    desk::Desk,
    ledger::{self, is_held},
    model::{Over, Room, Unit, decide_allowance, decide_over},
    store as rows,
    words::date_words,
};
use access::{Action, AllowOverbooking, May, On, audit};
use askama::Template;
use axum::{
    extract::{Path, State as With},
    http::StatusCode,
};
use events::SessionRow;
use kernel::{Fault, Instant, Refusal, london};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, say, see_other, show_with,
};

/// How many of the coming dates the page shows and 'all' means.
const DATES_MAX: usize = 60;
/// The longest reason, in letters.
const WHY_MAX: usize = 200;
/// The dates that are meant when none is.
const ALL: &str = "all";

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    saved: bool,
    dates: Vec<DateView>,
    over: Vec<OverView>,
    chosen: String,
    date_error: Option<String>,
    boxes: String,
    seen: bool,
}

struct DateView {
    id: Uuid,
    words: String,
    /// How full it is, beside its bar.
    says: String,
    room: Room,
    free: i64,
    waiting: usize,
    /// The parts of the bar, in hundredths of its length: where each begins and how long it is.
    taken: (i64, i64),
    held: (i64, i64),
    /// Who allowed it, when and why.
    allowed: Option<String>,
}

struct OverView {
    words: String,
    sentence: String,
    bookings: Vec<String>,
}

/// A session and its coming dates.
struct Found {
    row: SessionRow,
    dates: Vec<FoundDate>,
}

struct FoundDate {
    id: Uuid,
    starts_at: Instant,
    room: Room,
    waiting: usize,
    /// Who is booked beyond the places, the last to book first.
    over: Vec<Over>,
    allowed: Option<String>,
}

#[derive(Default)]
struct Typed {
    date: String,
    unit: String,
    amount: String,
    why: String,
    /// Whether they saw the card for what they typed and sent it again.
    seen: bool,
}

fn find(tx: &mut Tx, slug: &str, now: Instant) -> Result<Option<Found>, Fault> {
    let Some(row) = events::find_session_by_slug(tx, slug)? else { return Ok(None) };
    let ids: Vec<Uuid> = events::list_dates_of(tx, row.id, now)?
        .into_iter()
        .filter(|date| date.is_held() && date.starts_at > now && date.places.is_some())
        .take(DATES_MAX)
        .map(|date| date.id)
        .collect();
    let bookable: Vec<_> = events::list_bookable_dates(tx, &ids)?.into_iter().filter(is_held).collect();
    let rooms = ledger::rooms(tx, &bookable)?;
    let queue = rows::list_queue(tx, &[row.id.uuid()])?;
    let mut dates = Vec::new();
    for date in bookable {
        let Some((_, room)) = rooms.get(&date.id) else { continue };
        let over = if room.free() < 0 {
            decide_over(*room, rows::list_last_booked(tx, date.id)?)
        } else {
            Vec::new()
        };
        dates.push(FoundDate {
            id: date.id,
            starts_at: date.starts_at,
            room: *room,
            waiting: queue.iter().filter(|waiter| waiter.dates.contains(&date.id)).count(),
            over,
            allowed: if room.allowance > 0 { who_allowed(tx, date.id)? } else { None },
        });
    }
    Ok(Some(Found { row, dates }))
}

/// The latest word of the trail on the allowance of a date.
fn who_allowed(tx: &mut Tx, date: Uuid) -> Result<Option<String>, Fault> {
    let filter = audit::Filter {
        record: Some(date),
        action: Some(Action::AllowOverbooking),
        ..audit::Filter::default()
    };
    let (entries, _) = audit::search(tx, &filter, 1, 0)?;
    let Some(entry) = entries.into_iter().next() else { return Ok(None) };
    let who = match entry.actor_id {
        Some(person) => accounts::find_name(tx, kernel::Id::from_uuid(person))?,
        None => None,
    };
    let who = who.unwrap_or_else(|| {
        if entry.actor_kind == "operator" { "An operator" } else { "Somebody" }.to_owned()
    });
    let at = entry.at.to_zoned(london()).datetime();
    Ok(Some(format!("{who}, {}: {}", calendar::moment(at), entry.why)))
}

/// `GET /admin/sessions/{slug}/places`.
pub(crate) async fn get(With(desk): With<Desk>, who: Who, Path(slug): Path<String>, params: Params) -> Reply {
    let now = desk.site().clock().now();
    let found = desk.site().db().read(move |tx| find(tx, &slug, now)).await?;
    let Some(found) = found else { return Ok(missing()) };
    let may = who.may::<AllowOverbooking>(on_session(&found.row))?;
    if found.dates.iter().any(|date| !date.over.is_empty()) {
        // A reference says which family it is to whoever keeps the bookings.
        let note = move |tx: &mut Tx| {
            audit::record(tx, &may, "saw who is booked beyond the places", "", now);
            Ok(())
        };
        desk.site().db().write(note).await?;
    }
    let saved = !params.get("saved").is_empty();
    page(&desk, &found, &Typed::default(), (&Errors::default(), None), saved)
}

/// `POST /admin/sessions/{slug}/places`.
pub(crate) async fn post(With(desk): With<Desk>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let site = desk.site();
    let screened = site.screen(&form.typed(&["why"]));
    let card = site.card(screened.verdict()).map(CardView::above);
    let now = site.clock().now();
    let found = site.db().read(move |tx| find(tx, &slug, now)).await?;
    let Some(found) = found else { return Ok(missing()) };
    who.may::<AllowOverbooking>(on_session(&found.row))?;
    let [date, unit, amount, why] =
        ["date", "unit", "amount", "why"].map(|name| form.get(name).trim().to_owned());
    let mut typed = Typed { date, unit, amount, why, seen: !form.get("seen").is_empty() };
    // What is kept shows no card any more, so any card comes before it; sending it again is their own choice.
    if card.is_some() && !typed.seen {
        typed.seen = true;
        return page(&desk, &found, &typed, (&Errors::default(), card), false);
    }
    let allowances = match decide_allowances(&found, &typed) {
        Ok(allowances) => allowances,
        Err(errors) => return page(&desk, &found, &typed, (&errors, card), false),
    };
    let mut wishes: Vec<(May<AllowOverbooking>, Uuid, u32)> = Vec::new();
    for (date, places) in allowances {
        let on = On::one("session_date", date).of_organization(found.row.organization_id);
        wishes.push((who.may::<AllowOverbooking>(on)?, date, places));
    }
    let (why, clock) = (typed.why.clone(), site.clock().clone());
    site.db()
        .write(move |tx| {
            for (may, date, places) in &wishes {
                // One that was cancelled while somebody typed needs no allowance.
                drop(allow_overbooking(tx, may, *date, *places, &why, clock.now())?);
            }
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("/admin/sessions/{}/places?saved=1", found.row.slug)))
}

fn on_session(row: &SessionRow) -> On {
    On::one("session", row.id.uuid()).of_organization(row.organization_id)
}

/// How many more may be booked on which dates, or what is wrong with what was typed.
fn decide_allowances(found: &Found, typed: &Typed) -> Result<BTreeMap<Uuid, u32>, Errors> {
    let mut errors = Errors::default();
    let chosen: Vec<&FoundDate> =
        found.dates.iter().filter(|date| typed.date == ALL || typed.date == date.id.to_string()).collect();
    if chosen.is_empty() {
        errors.0.push(Refusal::at("date", "Choose a date from the list"));
    }
    let unit = Unit::of(&typed.unit);
    if unit.is_none() {
        errors.0.push(Refusal::at("unit", "Choose places or per cent"));
    }
    let unit = unit.unwrap_or(Unit::Places);
    let amount = typed.amount.trim_end_matches('%').trim().parse::<i64>().ok();
    let amount = amount.filter(|amount| (0..=unit.most()).contains(amount));
    if amount.is_none() {
        errors.0.push(Refusal::at("amount", format!("Type a whole number from 0 to {}", unit.most())));
    }
    let letters = typed.why.chars().count();
    if typed.why.is_empty() {
        errors.0.push(Refusal::at("why", "Say why, so that the next person knows"));
    } else if letters > WHY_MAX {
        errors.0.push(Refusal::at("why", format!("Use {WHY_MAX} letters or fewer. You have {letters}")));
    }
    match amount {
        Some(amount) if errors.is_empty() => Ok(chosen
            .into_iter()
            .map(|date| (date.id, decide_allowance(unit, amount, date.room.capacity)))
            .collect()),
        _ => Err(errors),
    }
}

fn page(
    desk: &Desk,
    found: &Found,
    typed: &Typed,
    (errors, card): (&Errors, Option<CardView>),
    saved: bool,
) -> Reply {
    let boxes = [
        Radios {
            name: "unit",
            legend: "Counted in",
            hint: "Per cent is of the places of each date, rounded down. 20 per cent of 10 places is 2 more.",
            answers: &[("places", "Places"), ("percent", "Per cent")],
            value: &typed.unit,
            error: errors.at("unit"),
        }
        .render()?,
        Input {
            name: "amount",
            label: "How many more may be booked",
            hint: "0 takes the allowance back. Nobody who is booked is dropped for that.",
            value: &typed.amount,
            kind: "text",
            autocomplete: "off",
            error: errors.at("amount"),
        }
        .render()?,
        Textarea {
            name: "why",
            label: "Why",
            hint: "For the record, such as: a fifth did not come last month. No names.",
            value: &typed.why,
            rows: 2,
            error: errors.at("why"),
        }
        .render()?,
    ];
    let (status, title) = errors.page(&format!("Places: {}", found.row.title));
    let status = if card.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    let body = PlacesView {
        card,
        summary: ErrorSummary { errors }.render()?,
        slug: found.row.slug.clone(),
        title: found.row.title.clone(),
        saved,
        dates: found.dates.iter().map(date_view).collect(),
        over: found.dates.iter().filter(|date| !date.over.is_empty()).map(over_view).collect(),
        chosen: typed.date.clone(),
        date_error: errors.at("date").map(str::to_owned),
        boxes: boxes.concat(),
        seen: typed.seen,
    };
    show_with(desk.site(), status, &Page::new(title), &body)
}

fn date_view(date: &FoundDate) -> DateView {
    let room = date.room;
    let length = room.most().max(room.taken + room.held).max(1);
    let share = |places: i64| places * 100 / length;
    DateView {
        id: date.id,
        words: date_words(date.starts_at),
        says: says(room, date.waiting),
        room,
        free: room.free().max(0),
        waiting: date.waiting,
        taken: (0, share(room.taken)),
        held: (share(room.taken), share(room.held)),
        allowed: date.allowed.clone(),
    }
}

/// '3 of 6, 1 more allowed, 4 free, 2 waiting': short, as it stands beside a bar.
fn says(room: Room, waiting: usize) -> String {
    let mut parts = vec![format!("{} of {}", room.taken + room.held, room.capacity)];
    if room.allowance > 0 {
        parts.push(format!("{} more allowed", room.allowance));
    }
    parts.push(format!("{} free", room.free().max(0)));
    if waiting > 0 {
        parts.push(format!("{waiting} waiting"));
    }
    parts.join(", ")
}

fn over_view(date: &FoundDate) -> OverView {
    let room = date.room;
    let booked = usize::try_from(room.taken + room.held).unwrap_or(0);
    OverView {
        words: date_words(date.starts_at),
        sentence: format!(
            "{} are booked or kept and there are {}. Nobody was dropped.",
            say::count(booked, "place", "places"),
            room.most()
        ),
        bookings: date
            .over
            .iter()
            .map(|over| {
                let places = say::count(usize::try_from(over.places).unwrap_or(0), "place", "places");
                format!(
                    "{}: {places}, booked {}",
                    over.reference,
                    calendar::moment(over.made_at.to_zoned(london()).datetime())
                )
            })
            .collect(),
    }
}
