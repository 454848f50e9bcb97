//! What becomes of a booking after it was made: confirmed, accepted, declined, cancelled, lapsed, or back in the queue.

use crate::{
    book::{Booked, Contact, answer, find_out_of_age, places_of},
    desk::Desk,
    ledger::{self, Freed, is_held, look_again_in_time, move_places, offer_freed, turn},
    model::{BookingId, Counted, Guest, Refused, State},
    over_sessions::{is_covered, over_sessions},
    store::{self as rows, BookingRow},
};
use anyhow::Context;
use events::{BookableDate, SessionId};
use kernel::{Fault, Instant};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Tx, outbox};
use uuid::Uuid;

/// How many holds and offers one run of the job ends; the next goes on.
const ENDED_MAX: i64 = 500;

/// What is done with a booking.
#[derive(Clone, Debug)]
pub enum Settle {
    /// The places that were held are booked: who comes is known now. The party takes as many places as were held.
    Confirm {
        /// Who comes.
        party: Vec<Guest>,
        /// Whom to write to.
        contact: Contact,
        /// What the family wants to say.
        note: String,
    },
    /// The offer is taken.
    Accept,
    /// The offer is not wanted.
    Decline,
    /// Taken back, by the family or by staff; why, in a few words for the trail, without a name.
    Cancel(&'static str),
    /// After an offer that lapsed: back to the old place in the queue.
    Rejoin,
}

/// Settles a booking. What that frees is offered in the same transaction. Doing the same again gives the same answer.
pub async fn settle(desk: &Desk, id: BookingId, what: Settle) -> Result<Result<Booked, Refused>, Fault> {
    over_sessions(desk, id, Vec::new(), move |tx, sessions, now| settle_one(tx, id, &what, sessions, now))
        .await
}

fn settle_one(
    tx: &mut Tx,
    id: BookingId,
    what: &Settle,
    sessions: &[Uuid],
    now: Instant,
) -> Result<Result<Booked, Refused>, Fault> {
    let Some(mut booking) = rows::find_booking(tx, id)? else { return Ok(Err(Refused::Over)) };
    let state = State::of(&booking.state).unwrap_or(State::Cancelled);
    let has_ended = booking.until_at.is_some_and(|until| until <= now);
    match (what, state) {
        (Settle::Confirm { party, contact, note }, State::Held) if !has_ended => {
            if party.is_empty() || (contact.email.is_none() && contact.phone.is_none()) {
                return Ok(Err(Refused::Party));
            }
            booking.contact_name.clone_from(&contact.name);
            booking.email = contact.email.as_ref().map(|email| email.as_str().to_owned());
            booking.phone = contact.phone.as_ref().map(|phone| phone.as_str().to_owned());
            booking.note.clone_from(note);
            let dates = dates_of(tx, id)?;
            if let Some(why) = not_held(&dates, now).or(find_out_of_age(&dates, party)?) {
                return Ok(Err(why));
            }
            // As many as were held: names came to the places, not places to the names.
            for date in &dates {
                if places_of(date, party)? > booking.places {
                    return Ok(Err(Refused::Party));
                }
            }
            rows::set_guests(tx, id, party)?;
            turn(tx, &mut booking, State::Booked, "booked what was held", now)?;
        }
        (Settle::Accept, State::Offered) if !has_ended => {
            // A date that was cancelled since it was offered is no reason to lose the others.
            let mut dates = dates_of(tx, id)?;
            if dates.iter().any(is_held) {
                dates.retain(is_held);
            }
            if let Some(why) = not_held(&dates, now) {
                return Ok(Err(why));
            }
            turn(tx, &mut booking, State::Booked, "took the offer", now)?;
        }
        (Settle::Confirm { .. } | Settle::Accept, State::Booked) => {}
        (Settle::Confirm { .. } | Settle::Accept, State::Held | State::Offered | State::Lapsed) => {
            return Ok(Err(Refused::Ended));
        }
        (Settle::Decline, State::Offered) => {
            turn(tx, &mut booking, State::Declined, "declined the offer", now)?;
            offer_freed(tx, sessions, now)?;
        }
        (Settle::Decline, State::Declined) | (Settle::Cancel(_), State::Cancelled) => {}
        (Settle::Cancel(why), State::Held | State::Waiting | State::Offered | State::Booked) => {
            if cancel(tx, &mut booking, why, now)? == Cancelled::TooLate {
                return Ok(Err(Refused::TooLate));
            }
            offer_freed(tx, sessions, now)?;
        }
        (Settle::Rejoin, State::Waiting) => {}
        (Settle::Rejoin, State::Lapsed) if booking.queued_at.is_some() => {
            if let Some(why) = not_held(&dates_of(tx, id)?, now) {
                return Ok(Err(why));
            }
            if booking.lapses > rows::find_rules(tx)?.rejoins {
                booking.queued_at = Some(ledger::end_of_queue(tx, booking.session_id, now)?);
            }
            turn(tx, &mut booking, State::Waiting, "back in the queue", now)?;
            offer_freed(tx, sessions, now)?;
            booking = ledger::found(tx, id)?;
        }
        _ => return Ok(Err(Refused::Over)),
    }
    answer(tx, &booking).map(Ok)
}

/// How far a booking could be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// All of it.
    Whole,
    /// What was still to come. What is over stays booked, and counted: whether they came is the register's to say.
    Rest,
    /// Everything is over.
    TooLate,
}

/// Takes a booking back, as far as it is still to come. What that frees is not offered yet.
pub(crate) fn cancel(
    tx: &mut Tx,
    booking: &mut BookingRow,
    why: &str,
    now: Instant,
) -> Result<Cancelled, Fault> {
    if State::of(&booking.state) != Some(State::Booked) {
        turn(tx, booking, State::Cancelled, why, now)?;
        return Ok(Cancelled::Whole);
    }
    let (over, coming): (Vec<BookableDate>, Vec<_>) =
        dates_of(tx, booking.id)?.into_iter().partition(|date| date.starts_at <= now);
    match (over.is_empty(), coming.is_empty()) {
        (false, true) => return Ok(Cancelled::TooLate),
        (false, false) => {
            let coming: Vec<(Uuid, SessionId)> =
                coming.iter().map(|date| (date.id, date.session_id)).collect();
            give_up(tx, booking, &coming, why, now)?;
            return Ok(Cancelled::Rest);
        }
        (true, _) => turn(tx, booking, State::Cancelled, why, now)?,
    }
    Ok(Cancelled::Whole)
}

pub(crate) fn dates_of(tx: &mut Tx, id: BookingId) -> Result<Vec<BookableDate>, Fault> {
    let ids: Vec<Uuid> = rows::list_session_dates_of(tx, id)?.into_iter().map(|(date, _)| date).collect();
    events::list_bookable_dates(tx, &ids)
}

/// Why places on these dates can no longer be had.
fn not_held(dates: &[BookableDate], now: Instant) -> Option<Refused> {
    if !dates.iter().all(is_held) {
        return Some(Refused::NotHeld);
    }
    dates.iter().any(|date| date.starts_at <= now).then_some(Refused::TooLate)
}

/// Gives some dates of a booking up and keeps the others; with none left it is cancelled.
pub async fn give_up_dates(
    desk: &Desk,
    id: BookingId,
    dates: Vec<Uuid>,
) -> Result<Result<Booked, Refused>, Fault> {
    over_sessions(desk, id, Vec::new(), move |tx, sessions, now| {
        let Some(mut booking) = rows::find_booking(tx, id)? else { return Ok(Err(Refused::Over)) };
        let state = State::of(&booking.state).unwrap_or(State::Cancelled);
        let all = rows::list_session_dates_of(tx, id)?;
        let (gone, kept): (Vec<(Uuid, SessionId)>, Vec<_>) =
            all.into_iter().partition(|(date, _)| dates.contains(date));
        if state == State::Cancelled || (gone.is_empty() && !kept.is_empty()) {
            return answer(tx, &booking).map(Ok);
        }
        if kept.is_empty() {
            return settle_one(tx, id, &Settle::Cancel("gave every date up"), sessions, now);
        }
        if !matches!(state, State::Booked | State::Offered | State::Waiting) {
            return Ok(Err(Refused::Over));
        }
        let going: Vec<Uuid> = gone.iter().map(|(date, _)| *date).collect();
        let is_over = |date: &BookableDate| date.starts_at <= now;
        if events::list_bookable_dates(tx, &going)?.iter().any(is_over) {
            return Ok(Err(Refused::TooLate));
        }
        give_up(tx, &mut booking, &gone, "gave dates up", now)?;
        offer_freed(tx, sessions, now)?;
        let booking = ledger::found(tx, id)?;
        answer(tx, &booking).map(Ok)
    })
    .await
}

/// Takes some dates out of a booking whose state stays, with their places.
fn give_up(
    tx: &mut Tx,
    booking: &mut BookingRow,
    gone: &[(Uuid, SessionId)],
    what: &str,
    now: Instant,
) -> Result<(), Fault> {
    let state = State::of(&booking.state).context("a booking's state")?;
    for (date, _) in gone {
        rows::set_date_given_up(tx, booking.id, *date, now)?;
    }
    move_places(tx, gone, booking.places, state.counted(), Counted::Nowhere)?;
    booking.turn += 1;
    booking.changed_at = now;
    rows::set_state(tx, booking, what)?;
    let ids: Vec<Uuid> = gone.iter().map(|(date, _)| *date).collect();
    let some_left = dates_of(tx, booking.id)?.iter().any(|date| date.starts_at > now);
    let word = json!({ "dates": ids, "turn": booking.turn, "some_left": some_left });
    outbox::announce(tx, "booking_dates_given_up", Some(booking.id.uuid()), &word, now)
}

/// Ends the holds and offers whose time is over, and offers what that frees. Says how many ended.
pub async fn lapse_ended(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.site().clock().now();
    let ended = desk.site().db().read(move |tx| {
        let ids = rows::list_ended(tx, now, ENDED_MAX)?;
        ids.into_iter()
            .map(|id| rows::list_sessions_of(tx, id))
            .collect::<Result<BTreeSet<Vec<Uuid>>, Fault>>()
    });
    let mut many = 0;
    for sessions in ended.await? {
        let taken = sessions.clone();
        many += desk
            .line()
            .write(sessions, move |tx| {
                let ended = lapse_ended_of(tx, &taken, now)?;
                offer_freed(tx, &taken, now)?;
                Ok(ended.len())
            })
            .await?;
    }
    Ok(many)
}

/// Ends what is over of these sessions, whose rows are taken. Does not offer yet. A booking that reaches into a session
/// whose row is not taken is left to whoever takes both.
pub(crate) fn lapse_ended_of(tx: &mut Tx, sessions: &[Uuid], now: Instant) -> Result<Freed, Fault> {
    let mut lapsed = Vec::new();
    for session in sessions {
        for id in rows::list_ended_of(tx, *session, now)? {
            if !is_covered(tx, id, sessions)? {
                continue;
            }
            let mut booking = ledger::found(tx, id)?;
            let what = if booking.state == State::Held.key() { "the hold ended" } else { "the offer ended" };
            booking.lapses += 1;
            turn(tx, &mut booking, State::Lapsed, what, now)?;
            lapsed.push(id);
        }
    }
    Ok(lapsed)
}

/// After a session changed: its dates' places are what the session says now, and what became free is offered. Nobody is
/// dropped where there are fewer places than bookings.
pub async fn renew_places(desk: &Desk, session: SessionId) -> Result<Freed, Fault> {
    let now = desk.site().clock().now();
    desk.line()
        .write(vec![session.uuid()], move |tx| {
            let ids: Vec<Uuid> =
                events::list_dates_of(tx, session, now)?.into_iter().map(|date| date.id).collect();
            for some in ids.chunks(200) {
                let known = rows::list_places(tx, some)?;
                let dates: Vec<_> = events::list_bookable_dates(tx, some)?
                    .into_iter()
                    .filter(|date| known.contains_key(&date.id))
                    .collect();
                for (date, (session, room)) in ledger::rooms(tx, &dates)? {
                    if known[&date].room() != room {
                        rows::set_places(tx, date, session, (room.capacity, room.allowance), (0, 0))?;
                    }
                }
            }
            let waiters = rows::list_queue(tx, &[session.uuid()])?;
            let several = waiters.into_iter().filter(|waiter| waiter.dates.len() > 1);
            let waited_for: BTreeSet<Uuid> = several.flat_map(|waiter| waiter.dates).collect();
            for some in waited_for.into_iter().collect::<Vec<_>>().chunks(200) {
                let dates = events::list_bookable_dates(tx, some)?;
                let starts: Vec<Instant> = dates.iter().map(|date| date.starts_at).collect();
                look_again_in_time(tx, session, &starts, now)?;
            }
            offer_freed(tx, &[session.uuid()], now)
        })
        .await
}
