//! What those who keep a session read of its bookings: registers, waiting lists, figures. Whoever shows a name of it writes
//! the read into the trail.

use super::{bookings as rows, find_rules, list_places, list_queue};
use crate::model::{BookingId, Room, State, Waiter, decide_hopeful, decide_offer_end};
use events::SessionId;
use kernel::{Date, Fault, Instant};
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, Value, args, places as marks, row};
use uuid::Uuid;

row! {
    /// A booking on one of its dates.
    #[derive(Clone, Debug)]
    pub struct BookedOn {
        /// The date.
        date_id: Uuid,
        /// The session of that date.
        session_id: SessionId,
        /// When the date was given up, if it was.
        given_up_at: Option<Instant>,
        /// The booking.
        booking_id: BookingId,
        /// What a family says on the phone.
        reference: String,
        /// As `State::key`.
        state: String,
        /// Places on each of its dates.
        places: i64,
        /// As `MadeBy::key`.
        made_by: String,
        /// Who is asked for on the phone. May be empty.
        contact_name: String,
        /// Where to write.
        email: Option<String>,
        /// Where to send a text.
        phone: Option<String>,
        /// What the family wants to say. May be empty.
        note: String,
        /// When it took its place in the queue.
        queued_at: Option<Instant>,
        /// When a hold or an offer ends.
        until_at: Option<Instant>,
        /// When it was made.
        made_at: Instant,
    }
}

const BOOKED_ON: &str =
    "select d.date_id, d.session_id, d.given_up_at, b.id, b.reference, b.state, b.places, b.made_by,
    b.contact_name, b.email, b.phone, b.note, b.queued_at, b.until_at, b.made_at
    from booking_date d join booking b on b.id = d.booking_id";

/// Every booking on these dates, whatever became of it: those in a queue by their place in it, the others by when they were
/// made.
pub fn list_booked_on(tx: &mut Tx, dates: &[Uuid]) -> Result<Vec<BookedOn>, Fault> {
    in_chunks(dates, |some| {
        let sql = format!(
            "{BOOKED_ON} where d.date_id in ({}) order by b.queued_at nulls last, b.made_at, b.id",
            marks(1, some.len())
        );
        tx.all(&sql, &values(some))
    })
}

/// Of these bookings those that were cancelled because their dates were, with where each stood before: whom to ring when a
/// date is called off.
pub fn list_called_off(tx: &mut Tx, bookings: &[BookingId]) -> Result<BTreeMap<BookingId, State>, Fault> {
    let ids: Vec<Uuid> = bookings.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(BookingId, String)> = in_chunks(&ids, |some| {
        let sql = format!(
            "select b.id, earlier.state from booking b
                join booking_turn t on t.booking_id = b.id and t.number = b.turn
                join booking_turn earlier on earlier.booking_id = b.id and earlier.number = b.turn - 1
                where b.state = 'cancelled' and t.what = $1 and b.id in ({})",
            marks(2, some.len())
        );
        let mut wanted = vec![Value::from(crate::follow_dates::CALLED_OFF)];
        wanted.extend(values(some));
        tx.all(&sql, &wanted)
    })?;
    Ok(rows.into_iter().filter_map(|(id, before)| Some((id, State::of(&before)?))).collect())
}

/// Every date of these bookings.
pub fn list_dates_booked(tx: &mut Tx, bookings: &[BookingId]) -> Result<Vec<BookedOn>, Fault> {
    let ids: Vec<Uuid> = bookings.iter().map(|id| id.uuid()).collect();
    in_chunks(&ids, |some| {
        let sql = format!("{BOOKED_ON} where b.id in ({}) order by b.id, d.date_id", marks(1, some.len()));
        tx.all(&sql, &values(some))
    })
}

row! {
    /// Somebody of a booking.
    #[derive(Clone, Debug)]
    pub struct GuestOf {
        /// The booking.
        booking_id: BookingId,
        /// Their number in it, from 1.
        number: i64,
        /// As they are called. Empty when it was forgotten.
        name: String,
        /// Date of birth, where it was asked.
        born: Option<Date>,
        /// A grown-up.
        grown_up: bool,
        /// What helps them to take part. May be empty.
        needs: String,
    }
}

/// Who comes by these bookings.
pub fn list_guests_of(tx: &mut Tx, bookings: &[BookingId]) -> Result<Vec<GuestOf>, Fault> {
    let ids: Vec<Uuid> = bookings.iter().map(|id| id.uuid()).collect();
    in_chunks(&ids, |some| {
        let sql = format!(
            "select booking_id, number, name, born, grown_up, needs from booking_guest where booking_id in ({})
                order by booking_id, number",
            marks(1, some.len())
        );
        tx.all(&sql, &values(some))
    })
}

/// The places of these dates. A date that was never booked has no row and is not among them.
pub fn list_rooms(tx: &mut Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, Room>, Fault> {
    let mut rooms = BTreeMap::new();
    for some in dates.chunks(200) {
        rooms.extend(list_places(tx, some)?.into_iter().map(|(date, row)| (date, row.room())));
    }
    Ok(rooms)
}

/// The queue of a session as those who keep it see it.
#[derive(Clone, Debug, Default)]
pub struct QueueSeen {
    /// The first first.
    pub waiters: Vec<Waiter>,
    /// Who would be offered a place if one came free on the dates they wait for.
    pub next: Vec<BookingId>,
    /// Who waits for what cannot come any more, and so holds nobody up.
    pub in_vain: BTreeSet<BookingId>,
    /// Who was passed by a party that fits, and how often.
    pub passed: BTreeMap<BookingId, i64>,
}

/// The queue of a session, with who would be next and who was passed.
pub fn find_queue_seen(tx: &mut Tx, session: SessionId, now: Instant) -> Result<QueueSeen, Fault> {
    let waiters = list_queue(tx, &[session.uuid()])?;
    if waiters.is_empty() {
        return Ok(QueueSeen::default());
    }
    let rules = find_rules(tx)?;
    let ids: BTreeSet<Uuid> = waiters.iter().flat_map(|waiter| waiter.dates.iter().copied()).collect();
    let dates = events::list_bookable_dates(tx, &ids.into_iter().collect::<Vec<_>>())?;
    let rooms = crate::ledger::rooms(tx, &dates)?;
    let offers: BTreeSet<Uuid> = dates
        .iter()
        .filter(|date| {
            crate::ledger::is_held(date) && decide_offer_end(now, date.starts_at, &rules).is_some()
        })
        .map(|date| date.id)
        .collect();
    let most_of =
        |date: Uuid| rooms.get(&date).filter(|_| offers.contains(&date)).map(|(_, room)| room.most());
    let hopeful = decide_hopeful(waiters.clone(), most_of);
    let in_vain = waiters.iter().filter(|waiter| !hopeful.contains(waiter)).map(|waiter| waiter.id).collect();
    Ok(QueueSeen { next: next_of(&hopeful), in_vain, passed: count_passed(tx, session)?, waiters })
}

/// Before whom nobody waits on any of their dates: whoever fits may pass them only where they themselves do not.
fn next_of(hopeful: &[Waiter]) -> Vec<BookingId> {
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let mut next = Vec::new();
    for waiter in hopeful {
        let is_first = waiter.dates.iter().all(|date| !seen.contains(date));
        seen.extend(waiter.dates.iter().copied());
        if is_first {
            next.push(waiter.id);
        }
    }
    next
}

fn count_passed(tx: &mut Tx, session: SessionId) -> Result<BTreeMap<BookingId, i64>, Fault> {
    let rows: Vec<(BookingId, i64)> = tx.all(
        "select t.booking_id, count(*) from booking_turn t join booking b on b.id = t.booking_id
            where b.session_id = $1 and b.state = 'waiting' and t.what = 'passed by a party that fits' group by t.booking_id",
        args![session],
    )?;
    Ok(rows.into_iter().collect())
}

/// The bookings that name an e-mail address, with their references.
pub fn list_references_of(tx: &mut Tx, email: &str) -> Result<Vec<(BookingId, String)>, Fault> {
    Ok(rows::list_bookings_of(tx, email)?
        .into_iter()
        .map(|booking| (booking.id, booking.reference))
        .collect())
}

row! {
    /// How many people were booked on the dates of a session in a month.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BookedInMonth {
        /// The session.
        session_id: SessionId,
        /// `2026-11`.
        month: String,
        /// People.
        people: i64,
    }
}

/// How many people were booked on dates that were held in these days, by session and month.
pub fn count_booked_by_month(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<BookedInMonth>, Fault> {
    tx.all(
        "select d.session_id, substr(e.day, 1, 7), count(*) from booking_date d
            join booking b on b.id = d.booking_id join booking_guest g on g.booking_id = b.id
            join event_date e on e.id = d.date_id
         where b.state = 'booked' and d.given_up_at is null and e.state in ('on', 'moved')
            and e.day >= $1 and e.day <= $2
         group by d.session_id, substr(e.day, 1, 7) order by substr(e.day, 1, 7), d.session_id",
        args![first, last],
    )
}

fn values(ids: &[Uuid]) -> Vec<Value> {
    ids.iter().map(|id| Value::from(*id)).collect()
}

fn in_chunks<T>(
    ids: &[Uuid],
    mut read: impl FnMut(&[Uuid]) -> Result<Vec<T>, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    for some in ids.chunks(200) {
        all.extend(read(some)?);
    }
    Ok(all)
}
