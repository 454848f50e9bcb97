//! `GET` and `POST /bookings/{reference}/{secret}`: one booking, by its own link; and `/bookings`, where somebody who lost
//! the link sees by reference and address how it stands.

use crate::{
    book_page::is_live,
    desk::Desk,
    ledger::is_held,
    model::State,
    settle::{Settle, give_up_dates, settle},
    store::{self as rows, BookingRow},
    words::{date_words, refused_words, state_words, until_words},
};
use accounts::{Counter, Sent};
use askama::Template;
use axum::{
    extract::{Path, State as With},
    http::StatusCode,
};
use kernel::{Fault, Refusal};
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply,
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
}

async fn find(desk: &Desk, reference: String) -> Result<Option<Whole>, Fault> {
    desk.site()
        .db()
        .read(move |tx| {
            let Some(booking) = rows::find_booking_by_reference(tx, &reference)? else { return Ok(None) };
            let ids: Vec<Uuid> =
                rows::list_session_dates_of(tx, booking.id)?.into_iter().map(|(date, _)| date).collect();
            let session = events::find_session(tx, booking.session_id)?;
            let before = crate::book::answer(tx, &booking)?.before;
            Ok(Some(Whole {
                title: session.as_ref().map_or_else(String::new, |session| session.title.clone()),
                slug: session.map_or_else(String::new, |session| session.slug),
                dates: events::list_bookable_dates(tx, &ids)?,
                guests: rows::list_guests(tx, booking.id)?,
                before,
                booking,
            }))
        })
        .await
}

/// The booking of this link, or nothing: a wrong secret looks like no booking at all.
async fn by_link(desk: &Desk, reference: String, secret: &str) -> Result<Option<Whole>, Fault> {
    Ok(find(desk, reference).await?.filter(|whole| desk.is_link_secret(whole.booking.id, secret)))
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
        _ => return Ok(missing()),
    };
    match outcome {
        Ok(_) => Ok(see_other(&format!("/bookings/{reference}/{secret}"))),
        Err(why) => {
            let errors = Errors(vec![Refusal::at("", refused_words(&why).1)]);
            page(&desk, &whole, secret, &errors)
        }
    }
}

fn page(desk: &Desk, whole: &Whole, secret: String, errors: &Errors) -> Reply {
    let site = desk.site();
    let now = site.clock().now();
    let booking = &whole.booking;
    let state = State::of(&booking.state).unwrap_or(State::Cancelled);
    let all_over = whole.dates.iter().all(|date| date.starts_at <= now);
    let (status, title) = errors.page(state_words(state));
    let contacts = [booking.email.as_deref(), booking.phone.as_deref()];
    let body = BookingView {
        errors: ErrorSummary { errors }.render()?,
        heading: state_words(state),
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
        is_live: is_live(state) && !all_over,
        may_rejoin: state == State::Lapsed && booking.queued_at.is_some() && !all_over,
        contact: contacts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        phone: site.council().phone.clone(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

/// `GET /bookings`.
pub(crate) async fn look(With(desk): With<Desk>, params: Params) -> Reply {
    look_up(&desk, params.get("reference"), "", &Errors::default(), None, false)
}

/// `POST /bookings`: how a booking stands, for whoever knows its reference and the address it was made with. It shows no
/// name and changes nothing: that takes the booking's own link.
pub(crate) async fn find_by_reference(With(desk): With<Desk>, counter: Counter, form: Form) -> Reply {
    let site = desk.site();
    let reference: String =
        form.get("reference").chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let address = form.get("address").trim().to_owned();
    let mut errors = Errors::default();
    if reference.len() != 8 {
        errors.0.push(Refusal::at("reference", "Type the reference: 8 letters and digits, such as K7QM2XPD"));
    }
    if address.is_empty() {
        errors.0.push(Refusal::at("address", "Type the email or the mobile number that you booked with"));
    }
    if !errors.is_empty() {
        return look_up(&desk, form.get("reference"), &address, &errors, None, false);
    }
    let now = site.clock().now();
    if let Some(wait) = site.db().write(move |tx| counter.count(tx, Sent::LookUp, None, now)).await? {
        let errors =
            Errors(vec![Refusal::at("", "That was looked up too often from here. Try again in an hour")]);
        return Ok(wait.told(look_up(&desk, form.get("reference"), &address, &errors, None, false)?));
    }
    let same = |whole: &Whole| {
        let typed_phone = address.parse::<kernel::Phone>().ok().map(|phone| phone.as_str().to_owned());
        whole.booking.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(&address))
            || (whole.booking.phone.is_some() && whole.booking.phone == typed_phone)
    };
    let found = find(&desk, reference).await?.filter(same).map(|whole| {
        let state = State::of(&whole.booking.state).unwrap_or(State::Cancelled);
        let dates = whole.dates.iter().map(|date| date_words(date.starts_at)).collect();
        (state_words(state).to_owned(), whole.title, dates)
    });
    let nothing = found.is_none();
    look_up(&desk, form.get("reference"), &address, &Errors::default(), found, nothing)
}

fn look_up(
    desk: &Desk,
    reference: &str,
    address: &str,
    errors: &Errors,
    found: Option<(String, String, Vec<String>)>,
    nothing: bool,
) -> Reply {
    let boxes = [
        Input {
            name: "reference",
            label: "Your reference",
            hint: "8 letters and digits, such as K7QM2XPD",
            value: reference,
            kind: "text",
            autocomplete: "off",
            error: errors.at("reference"),
        }
        .render()?,
        Input {
            name: "address",
            label: "The email or mobile number you booked with",
            hint: "",
            value: address,
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
        boxes: boxes.concat(),
        found,
        nothing,
        phone: site.council().phone.clone(),
    };
    if errors.is_empty() {
        show(site, &Page::new(title), &body)
    } else {
        show_with(site, status, &Page::new(title), &body)
    }
}
