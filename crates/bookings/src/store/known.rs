use crate::model::BookingId;
use events::{SessionDate, SessionId};
use kernel::{Fault, Instant};
use store::{Tx, Value, args, places as marks, row};
use uuid::Uuid;

row! {
    /// A date of a booking, and what its family was told of it last.
    #[derive(Clone, Debug)]
    pub(crate) struct KnownDate {
        date_id: Uuid, session_id: SessionId, known_state: Option<String>, known_starts_at: Option<Instant>,
        known_place: Option<String>, reminded_for: Option<Instant>,
    }
}

/// The dates that a booking has not given up, with what the family knows of each.
pub(crate) fn list_known_dates(tx: &mut Tx, booking: BookingId) -> Result<Vec<KnownDate>, Fault> {
    tx.all(
        "select date_id, session_id, known_state, known_starts_at, known_place, reminded_for from booking_date
            where booking_id = $1 and given_up_at is null order by known_starts_at, date_id",
        args![booking],
    )
}

/// Keeps that the family of a booking knows how a date stands.
pub(crate) fn set_known(tx: &mut Tx, booking: BookingId, date: &SessionDate) -> Result<(), Fault> {
    tx.exec(
        "update booking_date set known_state = $3, known_starts_at = $4, known_place = $5
            where booking_id = $1 and date_id = $2",
        args![
            booking,
            date.id,
            date.state.as_str(),
            date.starts_at,
            date.place_slug.clone().unwrap_or_default()
        ],
    )?;
    Ok(())
}

/// Keeps that the family of a booking needs no reminder of a date's start any more.
pub(crate) fn set_reminded(
    tx: &mut Tx,
    booking: BookingId,
    date: Uuid,
    starts_at: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update booking_date set reminded_for = $3 where booking_id = $1 and date_id = $2",
        args![booking, date, starts_at],
    )?;
    Ok(())
}

/// The bookings that wait for, are offered or have a place on any of these dates.
pub(crate) fn list_live_on(tx: &mut Tx, dates: &[Uuid]) -> Result<Vec<BookingId>, Fault> {
    let mut all = Vec::new();
    for some in dates.chunks(200) {
        let sql = format!(
            "select distinct b.id from booking_date d join booking b on b.id = d.booking_id
                where d.date_id in ({}) and d.given_up_at is null and b.state in ('waiting', 'offered', 'booked') order by b.id",
            marks(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        all.extend(tx.all::<(BookingId,)>(&sql, &ids)?.into_iter().map(|(id,)| id));
    }
    Ok(all)
}

/// Bookings that wait for a date which, as far as they know, has begun.
pub(crate) fn list_waiting_too_long(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<BookingId>, Fault> {
    let rows: Vec<(BookingId,)> = tx.all(
        "select distinct b.id from booking b join booking_date d on d.booking_id = b.id
            where b.state = 'waiting' and d.given_up_at is null and d.known_starts_at <= $1 order by b.id limit $2",
        args![now, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

row! {
    /// A date of a booking that is near.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct NearDate { booking_id: BookingId, date_id: Uuid, session_id: SessionId }
}

/// Booked dates that start between two instants and of whose start nobody reminded yet, from after one of them on, in the
/// order of their ids.
pub(crate) fn list_to_remind(
    tx: &mut Tx,
    (from, until): (Instant, Instant),
    after: Option<NearDate>,
    limit: i64,
) -> Result<Vec<NearDate>, Fault> {
    let (booking, date) =
        after.map_or((Uuid::nil(), Uuid::nil()), |near| (near.booking_id.uuid(), near.date_id));
    tx.all(
        "select d.booking_id, d.date_id, d.session_id from booking_date d join booking b on b.id = d.booking_id
            where d.known_starts_at > $1 and d.known_starts_at <= $2 and d.given_up_at is null and b.state = 'booked'
                and (d.reminded_for is null or d.reminded_for <> d.known_starts_at)
                and (d.booking_id > $3 or (d.booking_id = $3 and d.date_id > $4))
            order by d.booking_id, d.date_id limit $5",
        args![from, until, booking, date, limit],
    )
}

/// One turn of a booking: the state it came to, and what was done.
pub(crate) fn find_turn(
    tx: &mut Tx,
    booking: BookingId,
    number: i64,
) -> Result<Option<(String, String)>, Fault> {
    tx.opt(
        "select state, what from booking_turn where booking_id = $1 and number = $2",
        args![booking, number],
    )
}

row! {
    /// A date that a booking has or had.
    #[derive(Clone, Debug)]
    pub(crate) struct OwnDate { date_id: Uuid, given_up_at: Option<Instant> }
}

/// Every date that a booking has or had.
pub(crate) fn list_own_dates(tx: &mut Tx, booking: BookingId) -> Result<Vec<OwnDate>, Fault> {
    tx.all(
        "select date_id, given_up_at from booking_date where booking_id = $1 order by date_id",
        args![booking],
    )
}
