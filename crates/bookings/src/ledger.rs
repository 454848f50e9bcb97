//! Places come and go here and nowhere else: a booking's turn from one state to the next, with the counts of its dates,
//! what is announced, and the offers to those who wait, all in the transaction that holds the session's row.

use crate::{
    model::{
        BookingId, Counted, Room, State, Waiter, decide_hopeful, decide_move, decide_offer_end, decide_offers,
    },
    store::{self as rows, BookingRow},
};
use anyhow::{Context, anyhow};
use events::{BookableDate, SessionId};
use jiff::SignedDuration;
use jobs::Announced;
use kernel::{Fault, Instant};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Tx, outbox};
use uuid::Uuid;

/// What the room announces, each with the booking as its subject. `booking_turned`: its new state, what it was before and
/// its session. `booking_dates_given_up`: the dates, the turn, and whether
/// any date is left to come. `booking_moved`: the dates it left, those it went to, and the session
/// it belongs to now.
pub const ANNOUNCEMENTS: &[&str] = &["booking_turned", "booking_dates_given_up", "booking_moved"];

/// The job that ends holds and offers.
pub(crate) const LAPSE_ENDED: &str = "end_holds_and_offers";

/// The job that gives the dates of a session the places that it says now, and offers what became free.
pub const RENEW_PLACES: &str = "renew_booking_places";

/// Who got an offer.
pub type Freed = Vec<BookingId>;

/// The rooms of these dates, with the places that the session gives them today.
pub(crate) fn rooms(tx: &mut Tx, dates: &[BookableDate]) -> Result<BTreeMap<Uuid, (SessionId, Room)>, Fault> {
    let ids: Vec<Uuid> = dates.iter().map(|date| date.id).collect();
    let known = rows::list_places(tx, &ids)?;
    Ok(dates
        .iter()
        .map(|date| {
            let kept = known.get(&date.id).map(|row| row.room()).unwrap_or_default();
            (date.id, (date.session_id, Room { capacity: date.places.unwrap_or(0), ..kept }))
        })
        .collect())
}

/// Writes a booking that is new.
pub(crate) fn begin(
    tx: &mut Tx,
    booking: &BookingRow,
    dates: &[BookableDate],
    rooms: &BTreeMap<Uuid, (SessionId, Room)>,
    what: &str,
) -> Result<(), Fault> {
    let state = State::of(&booking.state).context("a booking's state")?;
    rows::insert_booking(tx, booking, dates, what)?;
    if state.counted() != Counted::Nowhere {
        for (date, (session, room)) in rooms {
            let by = decide_move(booking.places, Counted::Nowhere, state.counted());
            rows::set_places(tx, *date, *session, (room.capacity, room.allowance), by)?;
        }
    }
    end_in_time(tx, booking)?;
    if state == State::Waiting && dates.len() > 1 {
        let starts: Vec<Instant> = dates.iter().map(|date| date.starts_at).collect();
        look_again_in_time(tx, booking.session_id, &starts, booking.changed_at)?;
    }
    announce(tx, booking, None)
}

/// Who waits for several dates waits in vain once one of them is too near, and then holds up nobody on the others. That
/// comes with the time alone, so a job looks at the queue then.
pub(crate) fn look_again_in_time(
    tx: &mut Tx,
    session: SessionId,
    starts: &[Instant],
    now: Instant,
) -> Result<(), Fault> {
    let before = SignedDuration::from_mins(rows::find_rules(tx)?.last_offer_minutes);
    let word = Announced {
        sequence: 0,
        topic: "queued_date_too_near".to_owned(),
        subject: Some(session.uuid()),
        payload: serde_json::Value::Null,
    };
    for at in starts.iter().map(|starts_at| *starts_at - before).filter(|at| *at > now) {
        jobs::enqueue(tx, RENEW_PLACES, &word, at, now, Some(&format!("{session}/{at}")))?;
    }
    Ok(())
}

/// A booking's turn to another state: its row, its trail, the counts of its dates, and the word to the family.
pub(crate) fn turn(
    tx: &mut Tx,
    booking: &mut BookingRow,
    to: State,
    what: &str,
    now: Instant,
) -> Result<(), Fault> {
    let from = State::of(&booking.state).context("a booking's state")?;
    booking.state = to.key().to_owned();
    booking.turn += 1;
    booking.changed_at = now;
    if !matches!(to, State::Held | State::Offered) {
        booking.until_at = None;
    }
    rows::set_state(tx, booking, what)?;
    if from.counted() != to.counted() {
        let dates = rows::list_session_dates_of(tx, booking.id)?;
        move_places(tx, &dates, booking.places, from.counted(), to.counted())?;
    }
    end_in_time(tx, booking)?;
    announce(tx, booking, Some(from))
}

/// Takes the places of these dates from one count to another.
pub(crate) fn move_places(
    tx: &mut Tx,
    dates: &[(Uuid, SessionId)],
    places: i64,
    from: Counted,
    to: Counted,
) -> Result<(), Fault> {
    let ids: Vec<Uuid> = dates.iter().map(|(date, _)| *date).collect();
    let bookable = events::list_bookable_dates(tx, &ids)?;
    for (date, (session, room)) in rooms(tx, &bookable)? {
        rows::set_places(tx, date, session, (room.capacity, room.allowance), decide_move(places, from, to))?;
    }
    Ok(())
}

/// The place behind everybody who has one in a session's queue, or may take one again: no two are alike.
pub(crate) fn end_of_queue(tx: &mut Tx, session: SessionId, now: Instant) -> Result<Instant, Fault> {
    let last = rows::find_last_queued(tx, session)?;
    Ok(last.map_or(now, |last| now.max(last + SignedDuration::from_micros(1))))
}

/// Those who wait for dates of some sessions, without those who wait for what cannot come any more.
pub(crate) struct Queue {
    /// The first first.
    pub(crate) waiters: Vec<Waiter>,
    rooms: BTreeMap<Uuid, (SessionId, Room)>,
    /// When an offer of each date would end. A date that is over, is not held, or is too near for anybody to answer has
    /// none.
    ends: BTreeMap<Uuid, Instant>,
}

pub(crate) fn queue_of(tx: &mut Tx, sessions: &[Uuid], now: Instant) -> Result<Queue, Fault> {
    let queue = rows::list_queue(tx, sessions)?;
    if queue.is_empty() {
        return Ok(Queue { waiters: queue, rooms: BTreeMap::new(), ends: BTreeMap::new() });
    }
    let rules = rows::find_rules(tx)?;
    let mut ids: Vec<Uuid> = queue.iter().flat_map(|waiter| waiter.dates.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    let dates = events::list_bookable_dates(tx, &ids)?;
    let rooms = rooms(tx, &dates)?;
    let held = dates.iter().filter(|date| is_held(date));
    let ends: BTreeMap<Uuid, Instant> =
        held.filter_map(|date| Some((date.id, decide_offer_end(now, date.starts_at, &rules)?))).collect();
    let most_of = |date: Uuid| ends.get(&date).and(rooms.get(&date)).map(|(_, room)| room.most());
    Ok(Queue { waiters: decide_hopeful(queue, most_of), rooms, ends })
}

/// Offers what is free in these sessions to those who wait, in their order. Called after everything that may free a
/// place, in the same transaction: there is no moment at which a newcomer could come first.
pub(crate) fn offer_freed(tx: &mut Tx, sessions: &[Uuid], now: Instant) -> Result<Freed, Fault> {
    let Queue { waiters, rooms, ends } = queue_of(tx, sessions, now)?;
    if waiters.is_empty() {
        return Ok(Vec::new());
    }
    let rule = rows::find_rules(tx)?.queue;
    let room_of = |date: Uuid| rooms.get(&date).map_or(0, |(_, room)| room.free());
    let (offered, passed) = decide_offers(&waiters, rule, room_of);
    for id in &passed {
        let mut booking = found(tx, *id)?;
        booking.turn += 1;
        booking.changed_at = now;
        rows::set_state(tx, &booking, "passed by a party that fits")?;
    }
    for id in &offered {
        let waiter = waiters.iter().find(|waiter| waiter.id == *id).context("who is offered, waited")?;
        let until =
            waiter.dates.iter().filter_map(|date| ends.get(date)).min().copied().context("an offer ends")?;
        let mut booking = found(tx, *id)?;
        booking.until_at = Some(until);
        turn(tx, &mut booking, State::Offered, "offered freed places", now)?;
    }
    Ok(offered)
}

/// Whether a date is held and its session is to be seen.
pub(crate) fn is_held(date: &BookableDate) -> bool {
    matches!(date.state.as_str(), "on" | "moved") && date.wanted == "published"
}

pub(crate) fn found(tx: &mut Tx, id: BookingId) -> Result<BookingRow, Fault> {
    rows::find_booking(tx, id)?.ok_or_else(|| anyhow!("a booking that was there is gone"))
}

/// The job that ends a hold or an offer is there as soon as it is.
fn end_in_time(tx: &mut Tx, booking: &BookingRow) -> Result<(), Fault> {
    let Some(until) = booking.until_at else { return Ok(()) };
    let key = format!("{}/{}", booking.id, booking.turn);
    jobs::enqueue(tx, LAPSE_ENDED, &serde_json::Value::Null, until, booking.changed_at, Some(&key))
        .map(|_| ())
}

fn announce(tx: &mut Tx, booking: &BookingRow, from: Option<State>) -> Result<(), Fault> {
    let word = json!({ "state": booking.state, "from": from.map(State::key), "turn": booking.turn, "session": booking.session_id.to_string() });
    outbox::announce(tx, "booking_turned", Some(booking.id.uuid()), &word, booking.changed_at)
}
