//! The word to the family when their booking turned: booked, waiting, offered, lapsed, moved, cancelled.

use crate::{
    desk::Desk,
    follow_dates::{CALLED_OFF, IS_OVER, set_told},
    mails::{BOOKED, CANCELLED, LAPSED, MOVED, OFFERED, WAITING},
    model::{BookingId, State},
    news::decide_reminder_at,
    remind::REMIND_OF_BOOKINGS,
    store::{self as rows, BookingRow},
};
use anyhow::Context;
use events::SessionDate;
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

#[derive(Deserialize)]
struct Moved {
    turn: i64,
}

#[derive(Deserialize)]
struct GivenUp {
    turn: i64,
    some_left: bool,
}

/// What is told, of which turn, and the state in which the booking must still be: who said yes before we wrote needs no
/// word of the offer, for the next turn has its own.
struct Word {
    template: &'static Template,
    turn: i64,
    while_in: State,
}

/// Puts the message of a turn into the outbox, once.
pub(crate) async fn send_booking_message(job: JobContext, desk: Desk) -> Result<Outcome, Fault> {
    let announced: Announced = job.payload()?;
    let id: BookingId = Id::from_uuid(announced.subject.context("a booking that turned")?);
    let Some(word) = read_word(announced)? else { return Ok(Outcome::Done) };
    if desk.site().council().public_url.is_empty() {
        // `hearth check` says so too. The booking stands, and its page has shown its link.
        tracing::warn!(booking.id = %id, "no message was sent: the settings do not say the site's own address");
        return Ok(Outcome::Done);
    }
    let held = job.clone();
    job.db
        .write(move |tx| {
            held.hold(tx)?;
            tell(tx, &desk, &held, id, &word)?;
            held.finish(tx)
        })
        .await?;
    Ok(Outcome::Done)
}

fn read_word(announced: Announced) -> Result<Option<Word>, Fault> {
    let read = "reading what became of a booking";
    Ok(match announced.topic.as_str() {
        "booking_moved" => {
            let moved: Moved = serde_json::from_value(announced.payload).context(read)?;
            Some(Word { template: &MOVED, turn: moved.turn, while_in: State::Booked })
        }
        "booking_dates_given_up" => {
            let given: GivenUp = serde_json::from_value(announced.payload).context(read)?;
            let word = Word { template: &CANCELLED, turn: given.turn, while_in: State::Booked };
            (!given.some_left).then_some(word)
        }
        _ => {
            let turned: Turned = serde_json::from_value(announced.payload).context(read)?;
            decide_template(turned.state, turned.from).map(|template| Word {
                template,
                turn: turned.turn,
                while_in: turned.state,
            })
        }
    })
}

fn tell(tx: &mut Tx, desk: &Desk, job: &JobContext, id: BookingId, word: &Word) -> Result<(), Fault> {
    let Some(booking) = rows::find_booking(tx, id)? else { return Ok(()) };
    let what = rows::find_turn(tx, id, word.turn)?.map(|(_, what)| what);
    // What the session did is told with its reason, by `tell_of_change`.
    let by_session = matches!(what.as_deref(), Some(CALLED_OFF | IS_OVER));
    if State::of(&booking.state) != Some(word.while_in) || by_session {
        return Ok(());
    }
    let now = job.clock.now();
    let ids: Vec<Uuid> = rows::list_session_dates_of(tx, id)?.into_iter().map(|(date, _)| date).collect();
    let dates = events::list_dates_by_id(tx, &ids)?;
    if let Some(to) = address_of(&booking) {
        let message = Message {
            template: word.template,
            to,
            person: None,
            values: values(tx, desk, &booking, &dates)?,
            once: Some(format!("{id}/{}", word.turn)),
        };
        notify::queue(tx, &message, &job.dice, now)?;
    }
    if word.while_in == State::Booked {
        let rules = rows::find_rules(tx)?;
        for remind_at in dates.iter().map(|date| decide_reminder_at(date.starts_at, &rules)) {
            // One job for all whose reminders are due at the same moment.
            if remind_at > now {
                let key = remind_at.to_string();
                jobs::enqueue(tx, REMIND_OF_BOOKINGS, &serde_json::Value::Null, remind_at, now, Some(&key))?;
            }
        }
    }
    set_told(tx, &booking, &dates)
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

/// Where a family is written to: by e-mail if they gave an address, otherwise by text.
pub(crate) fn address_of(booking: &BookingRow) -> Option<To> {
    let email = booking.email.as_ref().and_then(|email| email.parse().ok()).map(To::Email);
    email.or_else(|| booking.phone.as_ref().and_then(|phone| phone.parse().ok()).map(To::Phone))
}

/// The address of a booking's own page, whole.
pub(crate) fn manage_link(desk: &Desk, booking: &BookingRow) -> String {
    let (reference, secret) = (&booking.reference, desk.link_secret(booking.id));
    format!("{}{BOOKING_PAGES}/{reference}/{secret}", desk.site().council().public_url)
}

/// 'Tuesday 1 December 2026, 9:30am'.
pub(crate) fn moment_words(at: Instant) -> String {
    calendar::moment(at.to_zoned(london()).datetime())
}

/// What stands in the places of a message about a booking.
pub(crate) fn values(
    tx: &mut Tx,
    desk: &Desk,
    booking: &BookingRow,
    dates: &[SessionDate],
) -> Result<Vec<(&'static str, String)>, Fault> {
    let session = events::find_session(tx, booking.session_id)?.context("the session of a booking")?;
    let line = |date: &SessionDate| {
        let when = moment_words(date.starts_at);
        if date.is_held() { when } else { format!("{when}: cancelled") }
    };
    let mut values = vec![
        ("session", session.title),
        ("dates_lines", dates.iter().map(line).collect::<Vec<_>>().join("\n")),
        ("reference", booking.reference.clone()),
        ("manage_link", manage_link(desk, booking)),
    ];
    values.extend(booking.until_at.map(|until| ("until", moment_words(until))));
    Ok(values)
}
