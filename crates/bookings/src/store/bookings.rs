use crate::model::{BookingId, Guest, Waiter};
use events::{BookableDate, SessionId};
use kernel::{Date, Fault, Instant};
use store::{Tx, Value, args, places as marks, row};
use uuid::Uuid;

row! {
    /// A booking as it is kept.
    #[derive(Clone, Debug)]
    pub struct BookingRow {
        /// Its id.
        id: BookingId,
        /// What a family says on the phone.
        reference: String,
        /// The key of the form it came by.
        form_key: String,
        /// What the form said, as a hash: the same key with other content is refused.
        form_hash: String,
        /// The session of its first date.
        session_id: SessionId,
        /// Who holds it.
        organization_id: Uuid,
        /// As [`State::key`].
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
        /// The invitation it came by.
        invitation_id: Option<Uuid>,
        /// How often it changed.
        turn: i64,
        /// When it took its place in the queue, which it may take again.
        queued_at: Option<Instant>,
        /// When a hold or an offer ends.
        until_at: Option<Instant>,
        /// How many of its offers nobody answered.
        lapses: i64,
        /// When it was made.
        made_at: Instant,
        /// When it changed last.
        changed_at: Instant,
        /// When the last of its dates was to start, as it was booked: what is forgotten is counted from then.
        last_at: Instant,
    }
}

const BOOKINGS: &str = "select id, reference, form_key, form_hash, session_id, organization_id, state, places, made_by,
    contact_name, email, phone, note, invitation_id, turn, queued_at, until_at, lapses, made_at, changed_at, last_at from booking";

pub(crate) fn find_booking(tx: &mut Tx, id: BookingId) -> Result<Option<BookingRow>, Fault> {
    tx.opt(&format!("{BOOKINGS} where id = $1"), args![id])
}

pub(crate) fn find_booking_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<BookingRow>, Fault> {
    tx.opt(&format!("{BOOKINGS} where form_key = $1"), args![form_key])
}

/// The booking of a reference, in capitals as [`crate::reference_of`] gives it.
pub fn find_booking_by_reference(tx: &mut Tx, reference: &str) -> Result<Option<BookingRow>, Fault> {
    tx.opt(&format!("{BOOKINGS} where reference = $1"), args![reference])
}

/// Keeps a new booking with its dates and the first of its turns.
pub(crate) fn insert_booking(
    tx: &mut Tx,
    booking: &BookingRow,
    dates: &[BookableDate],
    what: &str,
) -> Result<(), Fault> {
    tx.exec(
        "insert into booking (id, reference, form_key, form_hash, session_id, organization_id, state, places, made_by,
            contact_name, email, phone, note, invitation_id, turn, queued_at, until_at, lapses, made_at, changed_at, last_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        args![booking.id, booking.reference.as_str(), booking.form_key.as_str(), booking.form_hash.as_str(), booking.session_id, booking.organization_id, booking.state.as_str(), booking.places, booking.made_by.as_str(), booking.contact_name.as_str(), booking.email.clone(), booking.phone.clone(), booking.note.as_str(), booking.invitation_id, booking.turn, booking.queued_at, booking.until_at, booking.lapses, booking.made_at, booking.changed_at, booking.last_at],
    )?;
    for date in dates {
        tx.exec(
            "insert into booking_date (booking_id, date_id, session_id, known_state, known_starts_at) values ($1, $2, $3, $4, $5)",
            args![booking.id, date.id, date.session_id, date.state.as_str(), date.starts_at],
        )?;
    }
    insert_turn(tx, booking, what)
}

/// Keeps who is coming, in place of who was said to come before.
pub(crate) fn set_guests(tx: &mut Tx, booking: BookingId, party: &[Guest]) -> Result<(), Fault> {
    tx.exec("delete from booking_guest where booking_id = $1", args![booking])?;
    insert_guests(tx, booking, party)
}

/// Keeps who is coming by a new booking.
pub(crate) fn insert_guests(tx: &mut Tx, booking: BookingId, party: &[Guest]) -> Result<(), Fault> {
    for (number, guest) in party.iter().enumerate() {
        tx.exec(
            "insert into booking_guest (booking_id, number, name, born, grown_up, needs) values ($1, $2, $3, $4, $5, $6)",
            args![booking, i64::try_from(number)? + 1, guest.name.as_str(), guest.born, guest.grown_up, guest.needs.as_str()],
        )?;
    }
    Ok(())
}

/// Who is coming. Whoever shows it to anybody but the family writes the read into the trail.
pub fn list_guests(tx: &mut Tx, booking: BookingId) -> Result<Vec<Guest>, Fault> {
    let rows: Vec<(String, Option<Date>, bool, String)> = tx.all(
        "select name, born, grown_up, needs from booking_guest where booking_id = $1 order by number",
        args![booking],
    )?;
    Ok(rows.into_iter().map(|(name, born, grown_up, needs)| Guest { name, born, grown_up, needs }).collect())
}

/// Keeps where a booking stands now, and that it came to stand there.
pub(crate) fn set_state(tx: &mut Tx, booking: &BookingRow, what: &str) -> Result<(), Fault> {
    tx.exec(
        "update booking set state = $2, turn = $3, queued_at = $4, until_at = $5, lapses = $6, changed_at = $7, places = $8,
            contact_name = $9, email = $10, phone = $11, note = $12, form_hash = $13, session_id = $14, organization_id = $15,
            last_at = $16 where id = $1",
        args![booking.id, booking.state.as_str(), booking.turn, booking.queued_at, booking.until_at, booking.lapses, booking.changed_at, booking.places, booking.contact_name.as_str(), booking.email.clone(), booking.phone.clone(), booking.note.as_str(), booking.form_hash.as_str(), booking.session_id, booking.organization_id, booking.last_at],
    )?;
    insert_turn(tx, booking, what)
}

fn insert_turn(tx: &mut Tx, booking: &BookingRow, what: &str) -> Result<(), Fault> {
    tx.exec(
        "insert into booking_turn (booking_id, number, state, what, at) values ($1, $2, $3, $4, $5)",
        args![booking.id, booking.turn, booking.state.as_str(), what, booking.changed_at],
    )?;
    Ok(())
}

/// The dates of a booking that it has not given up, with their sessions, in the order of their ids.
pub(crate) fn list_session_dates_of(
    tx: &mut Tx,
    booking: BookingId,
) -> Result<Vec<(Uuid, SessionId)>, Fault> {
    tx.all(
        "select date_id, session_id from booking_date where booking_id = $1 and given_up_at is null order by date_id",
        args![booking],
    )
}

/// Gives one date of a booking up.
pub(crate) fn set_date_given_up(
    tx: &mut Tx,
    booking: BookingId,
    date: Uuid,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update booking_date set given_up_at = $3 where booking_id = $1 and date_id = $2 and given_up_at is null",
        args![booking, date, now],
    )?;
    Ok(())
}

/// Takes one more date into a booking, or again one that it had given up.
pub(crate) fn set_date_taken(tx: &mut Tx, booking: BookingId, date: &BookableDate) -> Result<(), Fault> {
    tx.exec(
        "insert into booking_date (booking_id, date_id, session_id, known_state, known_starts_at) values ($1, $2, $3, $4, $5)
            on conflict (booking_id, date_id) do update set given_up_at = null, known_state = excluded.known_state,
                known_starts_at = excluded.known_starts_at, known_place = null, reminded_for = null",
        args![booking, date.id, date.session_id, date.state.as_str(), date.starts_at],
    )?;
    Ok(())
}

/// The queue of these sessions, the first first.
pub(crate) fn list_queue(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<Waiter>, Fault> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select b.id, b.places, d.date_id from booking b join booking_date d on d.booking_id = b.id
            where b.session_id in ({}) and b.state = 'waiting' and d.given_up_at is null
            order by b.queued_at, b.id, d.date_id",
        marks(1, sessions.len())
    );
    let ids: Vec<Value> = sessions.iter().map(|id| Value::from(*id)).collect();
    let rows: Vec<(BookingId, i64, Uuid)> = tx.all(&sql, &ids)?;
    let mut queue: Vec<Waiter> = Vec::new();
    for (id, places, date) in rows {
        match queue.last_mut() {
            Some(last) if last.id == id => last.dates.push(date),
            _ => queue.push(Waiter { id, dates: vec![date], places }),
        }
    }
    Ok(queue)
}

/// The last place that anybody took in a session's queue.
pub(crate) fn find_last_queued(tx: &mut Tx, session: SessionId) -> Result<Option<Instant>, Fault> {
    let (last,): (Option<Instant>,) = tx.one(
        "select max(queued_at) from booking where session_id = $1 and state in ('waiting', 'offered', 'lapsed')",
        args![session],
    )?;
    Ok(last)
}

/// Holds and offers that ended before an instant, the longest ago first.
pub(crate) fn list_ended(tx: &mut Tx, before: Instant, limit: i64) -> Result<Vec<BookingId>, Fault> {
    let rows: Vec<(BookingId,)> = tx.all(
        "select id from booking where state in ('held', 'offered') and until_at <= $1 order by until_at, id limit $2",
        args![before, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Holds and offers of a session that ended before an instant, the longest ago first.
pub(crate) fn list_ended_of(tx: &mut Tx, session: Uuid, before: Instant) -> Result<Vec<BookingId>, Fault> {
    let rows: Vec<(BookingId,)> = tx.all(
        "select id from booking where session_id = $1 and state in ('held', 'offered') and until_at <= $2 order by until_at, id",
        args![session, before],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Every session that a booking has a date of.
pub(crate) fn list_sessions_of(tx: &mut Tx, booking: BookingId) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = tx.all(
        "select distinct session_id from booking_date where booking_id = $1 order by session_id",
        args![booking],
    )?;
    Ok(rows.into_iter().map(|(session,)| session).collect())
}

/// The bookings that name an e-mail address, the latest first.
pub(crate) fn list_bookings_of(tx: &mut Tx, email: &str) -> Result<Vec<BookingRow>, Fault> {
    tx.all(
        &format!("{BOOKINGS} where lower(email) = $1 order by made_at desc, id"),
        args![email.to_lowercase()],
    )
}

/// The bookings whose last date was to start before an instant and that still name somebody. At most some thousand.
pub(crate) fn list_unforgotten(tx: &mut Tx, before: Instant) -> Result<Vec<BookingId>, Fault> {
    let rows: Vec<(BookingId,)> = tx.all(
        "select id from booking where forgotten_at is null and last_at < $1 and changed_at < $1 order by last_at, id limit 5000",
        args![before],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes out of a booking who it was: how many came, and when, stays.
pub(crate) fn set_forgotten(tx: &mut Tx, booking: BookingId, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update booking set contact_name = '', email = null, phone = null, note = '', form_hash = '', forgotten_at = $2
            where id = $1",
        args![booking, now],
    )?;
    tx.exec(
        "update booking_guest set name = '', born = null, needs = '' where booking_id = $1",
        args![booking],
    )?;
    Ok(())
}
