//! A booking goes to other dates in one step: the old ones are given up and the new ones taken, or nothing is changed.

use crate::{
    book::{Booked, Contact, How, Request, Through, answer, decide_plan, fits, is_sound_choice},
    desk::Desk,
    ledger::{self, move_places, offer_freed, rooms},
    model::{Answer, BookingId, Counted, MadeBy, Refused, State},
    over_sessions::over_sessions,
    settle::lapse_ended_of,
    store::{self as rows, BookingRow},
};
use anyhow::Context;
use events::{BookableDate, SessionId};
use kernel::{Fault, Instant};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Tx, outbox};
use uuid::Uuid;

/// Gives the coming dates of a booking up and takes `to` in their place, of the same session or of others, in one
/// transaction. When `to` is full, or waited for, the booking stays as it was. What is over stays with the booking. The
/// reference and the link stay the same; the family is told. Only what is booked is moved: who waits has nothing to
/// give up, and whoever has an offer answers that first.
///
/// It asks nothing of the page that a session is booked through: a room that has such a page decides before it moves.
pub async fn move_booking(
    desk: &Desk,
    id: BookingId,
    to: Vec<Uuid>,
) -> Result<Result<Booked, Refused>, Fault> {
    if !is_sound_choice(&to) {
        return Ok(Err(Refused::Dates));
    }
    let asked = to.clone();
    let more = desk.site().db().read(move |tx| {
        let sessions: BTreeSet<Uuid> =
            events::list_bookable_dates(tx, &asked)?.iter().map(|date| date.session_id.uuid()).collect();
        Ok(sessions.into_iter().collect())
    });
    let more: Vec<Uuid> = more.await?;
    over_sessions(desk, id, more, move |tx, sessions, now| move_one(tx, id, &to, sessions, now)).await
}

fn move_one(
    tx: &mut Tx,
    id: BookingId,
    to: &[Uuid],
    sessions: &[Uuid],
    now: Instant,
) -> Result<Result<Booked, Refused>, Fault> {
    let Some(mut booking) = rows::find_booking(tx, id)? else { return Ok(Err(Refused::Over)) };
    if State::of(&booking.state) != Some(State::Booked) {
        return Ok(Err(Refused::Over));
    }
    let own = rows::list_session_dates_of(tx, id)?;
    let ids: Vec<Uuid> = own.iter().map(|(date, _)| *date).collect();
    let over: BTreeSet<Uuid> = events::list_bookable_dates(tx, &ids)?
        .into_iter()
        .filter(|date| date.starts_at <= now)
        .map(|date| date.id)
        .collect();
    let (kept, gone): (Vec<(Uuid, SessionId)>, Vec<_>) =
        own.into_iter().partition(|(date, _)| over.contains(date) || to.contains(date));
    if gone.is_empty() && to.iter().all(|date| ids.contains(date)) {
        return answer(tx, &booking).map(Ok);
    }
    if gone.is_empty() {
        // Nothing to give up is one more date, which is another booking.
        return Ok(Err(if kept.iter().all(|(date, _)| over.contains(date)) {
            Refused::TooLate
        } else {
            Refused::Dates
        }));
    }
    let fresh: Vec<Uuid> = to.iter().copied().filter(|date| !ids.contains(date)).collect();
    let dates = events::list_bookable_dates(tx, &fresh)?;
    let places = match places_on(tx, &booking, (&fresh, &dates), sessions, now)? {
        Ok(places) if kept.is_empty() || places == booking.places => places,
        // A booking takes as many places on each of its dates; these are counted in another way.
        Ok(_) => return Ok(Err(Refused::NotThisWay)),
        Err(why) => return Ok(Err(why)),
    };
    for (date, _) in &gone {
        rows::set_date_given_up(tx, id, *date, now)?;
    }
    move_places(tx, &gone, booking.places, Counted::Taken, Counted::Nowhere)?;
    booking.places = places;
    for date in &dates {
        rows::set_date_taken(tx, id, date)?;
    }
    let taken: Vec<(Uuid, SessionId)> = dates.iter().map(|date| (date.id, date.session_id)).collect();
    move_places(tx, &taken, places, Counted::Nowhere, Counted::Taken)?;
    if kept.is_empty()
        && let Some(first) = dates.first()
    {
        (booking.session_id, booking.organization_id) = (first.session_id, first.organization_id);
    }
    booking.last_at = dates.iter().map(|date| date.starts_at).fold(booking.last_at, Instant::max);
    booking.turn += 1;
    booking.changed_at = now;
    rows::set_state(tx, &booking, "moved to other dates")?;
    let from: Vec<Uuid> = gone.iter().map(|(date, _)| *date).collect();
    let word = json!({
        "turn": booking.turn, "session": booking.session_id.to_string(), "from": from, "to": fresh,
    });
    outbox::announce(tx, "booking_moved", Some(id.uuid()), &word, now)?;
    offer_freed(tx, sessions, now)?;
    let booking = ledger::found(tx, id)?;
    answer(tx, &booking).map(Ok)
}

/// How many places the booking takes on each of the dates that it would go to, if it may go there and there is room.
fn places_on(
    tx: &mut Tx,
    booking: &BookingRow,
    (fresh, dates): (&[Uuid], &[BookableDate]),
    sessions: &[Uuid],
    now: Instant,
) -> Result<Result<i64, Refused>, Fault> {
    if fresh.is_empty() {
        return Ok(Ok(booking.places));
    }
    let wish = wish_of(tx, booking, fresh.to_vec())?;
    let places = match decide_plan(&wish, dates, now)? {
        Ok(plan) => plan.places,
        Err(why) => return Ok(Err(why)),
    };
    let there = rooms(tx, dates)?;
    let mut answer = fits(tx, &there, places, sessions, now)?;
    if answer != Answer::Fits && !lapse_ended_of(tx, sessions, now)?.is_empty() {
        // Somebody's hold or offer had ended and nobody had come to say so yet.
        offer_freed(tx, sessions, now)?;
        let there = rooms(tx, dates)?;
        answer = fits(tx, &there, places, sessions, now)?;
    }
    Ok(match answer {
        Answer::Fits => Ok(places),
        Answer::Full(full) => Err(Refused::Full(full)),
    })
}

/// The booking as if its family asked for these dates now, so that every rule of booking holds for moving too.
fn wish_of(tx: &mut Tx, booking: &BookingRow, dates: Vec<Uuid>) -> Result<Request, Fault> {
    Ok(Request {
        form_key: booking.form_key.clone(),
        how: How::Booked,
        dates,
        party: rows::list_guests(tx, booking.id)?,
        contact: Contact::default(),
        note: String::new(),
        made_by: MadeBy::of(&booking.made_by).context("who made a booking")?,
        invitation: booking.invitation_id,
        through: Through::Programme,
    })
}
