//! The word to the family when their booking turned: booked, waiting, offered, lapsed, cancelled.

use crate::{
    desk::Desk,
    mails::{BOOKED, CANCELLED, LAPSED, OFFERED, WAITING},
    model::{BookingId, State},
    store::{self as rows, BookingRow},
};
use anyhow::Context;
use jobs::{Announced, JobContext, Outcome};
use kernel::{Fault, Id, Instant, london};
use notify::{Message, Template, To};
use serde::Deserialize;
use store::Tx;
use uuid::Uuid;

/// The job that writes to the family.
pub const SEND_BOOKING_MESSAGE: &str = "send_booking_message";

/// Where a booking's own page is, behind its reference and its secret.
const BOOKING_PAGES: &str = "/bookings";

#[derive(Deserialize)]
struct Turned {
    state: State,
    from: Option<State>,
    turn: i64,
}

/// Puts the message of a turn into the outbox, once.
pub(crate) async fn send_booking_message(job: JobContext, desk: Desk) -> Result<Outcome, Fault> {
    let announced: Announced = job.payload()?;
    let id: BookingId = Id::from_uuid(announced.subject.context("a booking that turned")?);
    let turned: Turned = serde_json::from_value(announced.payload).context("reading a turn")?;
    let Some(template) = decide_template(turned.state, turned.from) else { return Ok(Outcome::Done) };
    if desk.site().council().public_url.is_empty() {
        // `hearth check` says so too. The booking stands, and its page has shown its link.
        tracing::warn!(booking.id = %id, "no message was sent: the settings do not say the site's own address");
        return Ok(Outcome::Done);
    }
    let held = job.clone();
    job.db
        .write(move |tx| {
            held.hold(tx)?;
            let Some(booking) = rows::find_booking(tx, id)? else { return held.finish(tx) };
            // Who said yes before we wrote needs no word of the offer: the next turn has its own.
            if State::of(&booking.state) == Some(turned.state)
                && let Some(to) = address_of(&booking)
            {
                let message = Message {
                    template,
                    to,
                    person: None,
                    values: values(tx, &desk, &booking)?,
                    once: Some(format!("{id}/{}", turned.turn)),
                };
                notify::queue(tx, &message, &held.dice, held.clock.now())?;
            }
            held.finish(tx)
        })
        .await?;
    Ok(Outcome::Done)
}

/// Nobody is told what they have just done on the page where they did it, but where it is worth keeping.
fn decide_template(state: State, from: Option<State>) -> Option<&'static Template> {
    match (state, from) {
        (State::Booked, _) => Some(&BOOKED),
        (State::Waiting, _) => Some(&WAITING),
        (State::Offered, _) => Some(&OFFERED),
        (State::Lapsed, Some(State::Offered)) => Some(&LAPSED),
        (State::Cancelled, Some(State::Booked | State::Waiting | State::Offered)) => Some(&CANCELLED),
        (State::Held | State::Lapsed | State::Cancelled | State::Declined, _) => None,
    }
}

fn address_of(booking: &BookingRow) -> Option<To> {
    let email = booking.email.as_ref().and_then(|email| email.parse().ok()).map(To::Email);
    email.or_else(|| booking.phone.as_ref().and_then(|phone| phone.parse().ok()).map(To::Phone))
}

fn values(tx: &mut Tx, desk: &Desk, booking: &BookingRow) -> Result<Vec<(&'static str, String)>, Fault> {
    let ids: Vec<Uuid> =
        rows::list_session_dates_of(tx, booking.id)?.into_iter().map(|(date, _)| date).collect();
    let dates = events::list_bookable_dates(tx, &ids)?;
    let session = events::find_session(tx, booking.session_id)?.context("the session of a booking")?;
    let when = |at: Instant| calendar::moment(at.to_zoned(london()).datetime());
    let lines: Vec<String> = dates.iter().map(|date| when(date.starts_at)).collect();
    let (reference, secret) = (&booking.reference, desk.link_secret(booking.id));
    let mut values = vec![
        ("session", session.title),
        ("dates_lines", lines.join("\n")),
        ("reference", reference.clone()),
        ("manage_link", format!("{}{BOOKING_PAGES}/{reference}/{secret}", desk.site().council().public_url)),
    ];
    values.extend(booking.until_at.map(|until| ("until", when(until))));
    Ok(values)
}
