//! `GET` and `POST /bookings/{reference}/{secret}`: one booking, by its own link, where it is moved, cut down or cancelled; and `/bookings`, where somebody who lost
//! the link sees by reference and address how it stands.

use crate::{
    book_page::is_live,
    desk::Desk,
    ledger::{self, is_held},
    model::{Room, State, read_mobile},
    move_booking::move_booking,
    settle::{Settle, give_up_dates, settle},
    store::{self as rows, BookingRow},
    words::{date_words, left_words, refused_words, state_words, until_words},
};
use accounts::{Counter, Sent, Wait};
use askama::Template;
use axum::{
    extract::{Path, State as With},
    http::StatusCode,
};
use events::{Kind, SessionDraft, SessionRow};
use kernel::{Fault, Instant, Refusal};
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply,
    fields::{ErrorSummary, Errors, Input},
    missing, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "booking.html")]
struct BookingView {
    errors: String,
    heading: &'static str,
    state: &'static str,
    reference: String,
    secret: String,
    session: String,
    session_slug: String,
    dates: Vec<DateView>,
    several: bool,
    guests: Vec<String>,
    before: usize,
    until: String,
    is_live: bool,
    may_rejoin: bool,
    contact: String,
    phone: String,
    online_link: String,
    others: Vec<OtherView>,
    /// Which of several dates is moved; empty for a booking of one.
    moves_from: Vec<(Uuid, String)>,
    from_error: Option<String>,
    to_error: Option<String>,
    give_up_error: Option<String>,
}

struct OtherView {
    id: Uuid,
    words: String,
    left: String,
}

struct DateView {
    id: Uuid,
    words: String,
    is_off: bool,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "look_up.html")]
struct LookUpView {
    card: Option<CardView>,
    errors: String,
    boxes: String,
    found: Option<(String, String, Vec<String>)>,
    nothing: bool,
    phone: String,
}

struct Whole {
    booking: BookingRow,
    title: String,
    slug: String,
    dates: Vec<events::BookableDate>,
    guests: Vec<crate::Guest>,
    before: usize,
    /// Where to join online.
    online_link: String,
    /// Other dates of the session that have room for them, while they may move.
    others: Vec<(Uuid, Instant, Room)>,
}

/// How many other dates are offered to a family that moves.
const OTHERS_MAX: usize = 12;

async fn find(desk: &Desk, reference: String) -> Result<Option<Whole>, Fault> {
    let now = desk.site().clock().now();
    desk.site()
        .db()
        .read(move |tx| {
            let Some(booking) = rows::find_booking_by_reference(tx, &reference)? else { return Ok(None) };
            let ids: Vec<Uuid> =
                rows::list_session_dates_of(tx, booking.id)?.into_iter().map(|(date, _)| date).collect();
            let session = events::find_session(tx, booking.session_id)?;
            let before = crate::book::answer(tx, &booking)?.before;
            let draft = session.as_ref().map(SessionRow::draft).transpose()?;
            let others = match &draft {
                Some(draft) if may_move(&booking, draft) => list_others(tx, &booking, draft, &ids, now)?,
                _ => Vec::new(),
            };
            Ok(Some(Whole {
                title: session.as_ref().map_or_else(String::new, |session| session.title.clone()),
                slug: session.map_or_else(String::new, |session| session.slug),
                dates: events::list_bookable_dates(tx, &ids)?,
                guests: rows::list_guests(tx, booking.id)?,
                before,
                online_link: draft.map_or_else(String::new, |draft| draft.online_link),
                others,
                booking,
            }))
        })
        .await
}

/// Whether a family moves its own booking here: not a course, which is booked whole, and not what another page of the
/// house keeps the rules of.
fn may_move(booking: &BookingRow, draft: &SessionDraft) -> bool {
    booking.state == State::Booked.key()
        && draft.booked_through.is_none()
        && matches!(draft.kind, Kind::BookOn | Kind::OneToOne | Kind::Invitation)
}

/// The next dates of the session that have room for the whole party and that nobody waits for.
fn list_others(
    tx: &mut Tx,
    booking: &BookingRow,
    draft: &SessionDraft,
    own: &[Uuid],
    now: Instant,
) -> Result<Vec<(Uuid, Instant, Room)>, Fault> {
    let closes = jiff::SignedDuration::from_mins(draft.closes_minutes);
    let ids: Vec<Uuid> = events::list_dates_of(tx, booking.session_id, now)?
        .into_iter()
        .filter(|date| date.is_held() && date.starts_at - closes > now && !own.contains(&date.id))
        .take(DATES_LOOKED_AT)
        .map(|date| date.id)
        .collect();
    let bookable = events::list_bookable_dates(tx, &ids)?;
    let rooms = ledger::rooms(tx, &bookable)?;
    let queue = rows::list_queue(tx, &[booking.session_id.uuid()])?;
    let is_waited_for = |date: Uuid| queue.iter().any(|waiter| waiter.dates.contains(&date));
    let fits = bookable.iter().filter_map(|date| {
        let (_, room) = rooms.get(&date.id)?;
        let fits = room.free() >= booking.places && !is_waited_for(date.id);
        fits.then_some((date.id, date.starts_at, *room))
    });
    Ok(fits.take(OTHERS_MAX).collect())
}

/// How many coming dates are looked through for room: two weeks of appointments.
const DATES_LOOKED_AT: usize = 200;

/// The booking of this link, or nothing: a wrong secret looks like no booking at all.
async fn by_link(desk: &Desk, reference: String, secret: &str) -> Result<Option<Whole>, Fault> {
    Ok(find(desk, reference).await?.filter(|whole| desk.is_link_secret(whole.booking.id, secret)))
}

/// The same, for a page that shows less of it.
pub(crate) async fn by_link_only(
    desk: &Desk,
    reference: String,
    secret: &str,
) -> Result<Option<BookingRow>, Fault> {
    let found = desk.site().db().read(move |tx| rows::find_booking_by_reference(tx, &reference)).await?;
    Ok(found.filter(|booking| desk.is_link_secret(booking.id, secret)))
}

/// `GET /bookings/{reference}/{secret}`.
pub(crate) async fn get(With(desk): With<Desk>, Path((reference, secret)): Path<(String, String)>) -> Reply {
    match by_link(&desk, reference, &secret).await? {
        Some(whole) => page(&desk, &whole, secret, &Errors::default()),
        None => Ok(missing()),
    }
}

/// `POST /bookings/{reference}/{secret}`: take an offer, say no, cancel, give dates up, wait again.
pub(crate) async fn post(
    With(desk): With<Desk>,
    Path((reference, secret)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let Some(whole) = by_link(&desk, reference.clone(), &secret).await? else { return Ok(missing()) };
    let id = whole.booking.id;
    let outcome = match form.get("do") {
        "accept" => settle(&desk, id, Settle::Accept).await?,
        "decline" => settle(&desk, id, Settle::Decline).await?,
        "rejoin" => settle(&desk, id, Settle::Rejoin).await?,
        "cancel" => settle(&desk, id, Settle::Cancel("cancelled by the family")).await?,
        "give_up" => {
            let dates: Vec<Uuid> = form.all("date").filter_map(|date| date.parse().ok()).collect();
            if dates.is_empty() {
                let errors = Errors(vec![Refusal::at("date", "Choose the dates that you cannot come to")]);
                return page(&desk, &whole, secret, &errors);
            }
            give_up_dates(&desk, id, dates).await?
        }
        "move" => {
            let chosen = |name: &str| form.get(name).parse::<Uuid>().ok();
            let coming: Vec<Uuid> = coming_dates(&whole, desk.site().clock().now());
            let from = chosen("move_from").or_else(|| (coming.len() == 1).then(|| coming[0]));
            let to = chosen("move_to").filter(|to| whole.others.iter().any(|(date, ..)| date == to));
            let mut errors = Errors::default();
            let from = from.filter(|from| coming.contains(from));
            if from.is_none() {
                errors.0.push(Refusal::at("move_from", "Choose the date that you cannot come to"));
            }
            if to.is_none() {
                errors.0.push(Refusal::at("move_to", "Choose the new date from the list"));
            }
            let (Some(from), Some(to)) = (from, to) else { return page(&desk, &whole, secret, &errors) };
            let kept = coming.into_iter().filter(|date| *date != from);
            move_booking(&desk, id, kept.chain([to]).collect()).await?
        }
        _ => return Ok(missing()),
    };
    match outcome {
        Ok(_) => Ok(see_other(&format!("/bookings/{reference}/{secret}"))),
        Err(why) => {
            let waits = whole.booking.state == State::Waiting.key();
            let words = match form.get("do") {
                "accept" | "decline" if waits => {
                    "No place has come free yet. We tell you when one does".to_owned()
                }
                _ => refused_words(&why).1,
            };
            page(&desk, &whole, secret, &Errors(vec![Refusal::at("", words)]))
        }
    }
}

/// The dates of a booking that are still to come.
fn coming_dates(whole: &Whole, now: Instant) -> Vec<Uuid> {
    whole.dates.iter().filter(|date| date.starts_at > now).map(|date| date.id).collect()
}

fn page(desk: &Desk, whole: &Whole, secret: String, errors: &Errors) -> Reply {
    let site = desk.site();
    let now = site.clock().now();
    let booking = &whole.booking;
    let state = State::of(&booking.state).unwrap_or(State::Cancelled);
    let all_over = whole.dates.iter().all(|date| date.starts_at <= now);
    let coming = coming_dates(whole, now);
    let is_live = is_live(state) && !all_over;
    let heading =
        if state == State::Booked && all_over { "This booking is over" } else { state_words(state) };
    let contacts = [booking.email.as_deref(), booking.phone.as_deref()];
    let (status, title) = errors.page(heading);
    let body = BookingView {
        errors: ErrorSummary { errors }.render()?,
        heading,
        state: state.key(),
        reference: booking.reference.clone(),
        secret,
        session: whole.title.clone(),
        session_slug: whole.slug.clone(),
        several: whole.dates.len() > 1,
        dates: whole
            .dates
            .iter()
            .map(|date| DateView {
                id: date.id,
                words: date_words(date.starts_at),
                is_off: !is_held(date),
                is_over: date.starts_at <= now,
            })
            .collect(),
        guests: whole.guests.iter().map(|guest| guest.name.clone()).collect(),
        before: whole.before,
        until: booking.until_at.map(until_words).unwrap_or_default(),
        is_live,
        may_rejoin: state == State::Lapsed && booking.queued_at.is_some() && !all_over,
        contact: contacts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        phone: site.council().phone.clone(),
        online_link: if state == State::Booked && !all_over {
            whole.online_link.clone()
        } else {
            String::new()
        },
        others: whole
            .others
            .iter()
            .map(|(id, starts_at, room)| OtherView {
                id: *id,
                words: date_words(*starts_at),
                left: left_words(*room, 0),
            })
            .collect(),
        moves_from: whole
            .dates
            .iter()
            .filter(|date| coming.len() > 1 && coming.contains(&date.id))
            .map(|date| (date.id, date_words(date.starts_at)))
            .collect(),
        from_error: errors.at("move_from").map(str::to_owned),
        to_error: errors.at("move_to").map(str::to_owned),
        give_up_error: errors.at("date").map(str::to_owned),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

/// `GET /bookings`.
pub(crate) async fn look(With(desk): With<Desk>, params: Params) -> Reply {
    let looked = LookedUp { reference: params.get("reference").to_owned(), ..LookedUp::default() };
    look_up(&desk, looked, &Errors::default())
}

/// What was typed to look a booking up, and what came of it.
#[derive(Default)]
struct LookedUp {
    reference: String,
    address: String,
    card: Option<CardView>,
    found: Option<(String, String, Vec<String>)>,
    nothing: bool,
}

/// How often a reference may be tried in vain in an hour, from wherever.
const TRIES_MAX: i64 = 5;

/// `POST /bookings`: how a booking stands, for whoever knows its reference and the address it was made with. It shows no
/// name and changes nothing: that takes the booking's own link.
pub(crate) async fn find_by_reference(With(desk): With<Desk>, counter: Counter, form: Form) -> Reply {
    let site = desk.site();
    let screened = site.screen(&format!("{}\n{}", form.get("reference"), form.get("address")));
    let mut looked = LookedUp {
        reference: form.get("reference").to_owned(),
        address: form.get("address").trim().to_owned(),
        card: site.card(screened.verdict()).map(CardView::above),
        ..LookedUp::default()
    };
    let reference: String =
        looked.reference.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let mut errors = Errors::default();
    if reference.len() != 8 {
        errors.0.push(Refusal::at("reference", "Type the reference: 8 letters and digits, such as K7QM2XPD"));
    }
    if looked.address.is_empty() {
        errors.0.push(Refusal::at("address", "Type the email or the mobile number that you booked with"));
    }
    if !errors.is_empty() {
        return look_up(&desk, looked, &errors);
    }
    let now = site.clock().now();
    let an_hour_ago = now - jiff::SignedDuration::from_hours(1);
    let tried = blake3::derive_key("hearth: a reference that was tried", reference.as_bytes());
    let tried = blake3::Hash::from(tried).to_hex().to_string();
    let hash = tried.clone();
    let wait = site.db().write(move |tx| {
        if let Some(wait) = counter.count(tx, Sent::LookUp, None, now)? {
            return Ok(Some(wait));
        }
        Ok((rows::find_tries(tx, &hash, an_hour_ago)? >= TRIES_MAX).then_some(Wait::AnHour))
    });
    if let Some(wait) = wait.await? {
        let words = "That was looked up too often. Try again in an hour";
        return Ok(wait.told(look_up(&desk, looked, &Errors(vec![Refusal::at("", words)]))?));
    }
    let found = find(&desk, reference).await?.filter(|whole| is_contact(&whole.booking, &looked.address));
    looked.found = found.map(|whole| {
        let state = State::of(&whole.booking.state).unwrap_or(State::Cancelled);
        let dates = whole.dates.iter().map(|date| date_words(date.starts_at)).collect();
        (state_words(state).to_owned(), whole.title, dates)
    });
    looked.nothing = looked.found.is_none();
    if looked.nothing {
        site.db().write(move |tx| rows::insert_try(tx, &tried, now, an_hour_ago)).await?;
    }
    look_up(&desk, looked, &Errors::default())
}

/// Whether a booking was made with this e-mail address or number, in whichever way that is written.
fn is_contact(booking: &BookingRow, typed: &str) -> bool {
    let is_phone = |kept: &str| {
        let number =
            |text: &str| read_mobile(text).or_else(|| text.parse().ok()).map(|phone| phone.dialled());
        number(kept).is_some() && number(kept) == number(typed)
    };
    booking.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(typed))
        || booking.phone.as_deref().is_some_and(is_phone)
}

fn look_up(desk: &Desk, looked: LookedUp, errors: &Errors) -> Reply {
    let boxes = [
        Input {
            name: "reference",
            label: "Your reference",
            hint: "8 letters and digits, such as K7QM2XPD",
            value: &looked.reference,
            kind: "text",
            autocomplete: "off",
            error: errors.at("reference"),
        }
        .render()?,
        Input {
            name: "address",
            label: "The email or mobile number you booked with",
            hint: "",
            value: &looked.address,
            kind: "text",
            autocomplete: "email",
            error: errors.at("address"),
        }
        .render()?,
    ];
    let site = desk.site();
    let (status, title) = errors.page("Find a booking");
    let body = LookUpView {
        errors: ErrorSummary { errors }.render()?,
        card: looked.card,
        boxes: boxes.concat(),
        found: looked.found,
        nothing: looked.nothing,
        phone: site.council().phone.clone(),
    };
    if errors.is_empty() {
        show(site, &Page::new(title), &body)
    } else {
        show_with(site, status, &Page::new(title), &body)
    }
}
