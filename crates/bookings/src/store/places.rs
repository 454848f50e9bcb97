use crate::model::{Over, Room};
use events::SessionId;
use kernel::{Fault, Instant};
use std::collections::BTreeMap;
use store::{Tx, Value, args, places as marks, row};
use uuid::Uuid;

/// Takes these sessions for this transaction alone, in the order of their ids. One that was never booked is made first.
pub(crate) fn take_sessions(tx: &mut Tx<'_>, sessions: &[Uuid]) -> Result<(), Fault> {
    let ids: Vec<Value> = sessions.iter().map(|id| Value::from(*id)).collect();
    let sql = format!(
        "select session_id from booked_session where session_id in ({}) order by session_id{}",
        marks(1, ids.len()),
        tx.for_update()
    );
    let known: Vec<(Uuid,)> = tx.all(&sql, &ids)?;
    if known.len() == sessions.len() {
        return Ok(());
    }
    for session in sessions {
        tx.exec(
            "insert into booked_session (session_id) values ($1) on conflict (session_id) do nothing",
            args![*session],
        )?;
    }
    tx.all::<(Uuid,)>(&sql, &ids).map(|_| ())
}

row! {
    /// The counts of one date.
    #[derive(Clone, Debug)]
    pub(crate) struct PlacesRow {
        date_id: Uuid, session_id: SessionId, capacity: i64, allowance: i64, taken: i64, held: i64,
    }
}

impl PlacesRow {
    pub(crate) fn room(&self) -> Room {
        Room { capacity: self.capacity, allowance: self.allowance, taken: self.taken, held: self.held }
    }
}

/// The counts of these dates, by date. The session's row is taken before.
pub(crate) fn list_places(tx: &mut Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, PlacesRow>, Fault> {
    if dates.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "select date_id, session_id, capacity, allowance, taken, held from date_places where date_id in ({})",
        marks(1, dates.len())
    );
    let ids: Vec<Value> = dates.iter().map(|id| Value::from(*id)).collect();
    let rows: Vec<PlacesRow> = tx.all(&sql, &ids)?;
    Ok(rows.into_iter().map(|row| (row.date_id, row)).collect())
}

/// Keeps how many places a date has, and adds to what is taken and held. The sum is made by the database from the row as
/// it is at that moment: were the session's row ever not taken, `date_places_not_over` would still refuse one too many.
/// Where more are booked than there are places (they were cut), the ceiling is what is booked, and only falls.
pub(crate) fn set_places(
    tx: &mut Tx,
    date: Uuid,
    session: SessionId,
    (capacity, allowance): (i64, i64),
    (taken, held): (i64, i64),
) -> Result<(), Fault> {
    let changed = tx.exec(
        "update date_places set capacity = $2, allowance = $3, taken = taken + $4, held = held + $5,
            ceiling = case when cast($2 as bigint) + cast($3 as bigint) > taken + held
                then cast($2 as bigint) + cast($3 as bigint) else taken + held end
            where date_id = $1",
        args![date, capacity, allowance, taken, held],
    )?;
    if changed == 0 {
        tx.exec(
            "insert into date_places (date_id, session_id, capacity, allowance, taken, held, ceiling)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![date, session, capacity, allowance, taken, held, capacity + allowance],
        )?;
    }
    Ok(())
}

/// How many families have a place on each of these dates, or are offered one. A date without any is not among them.
pub fn count_taken(tx: &mut Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, i64>, Fault> {
    let mut counts = BTreeMap::new();
    for some in dates.chunks(200) {
        let sql = format!(
            "select d.date_id, count(*) from booking_date d join booking b on b.id = d.booking_id
                where d.date_id in ({}) and d.given_up_at is null and b.state in ('booked', 'offered') group by d.date_id",
            marks(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        counts.extend(tx.all::<(Uuid, i64)>(&sql, &ids)?);
    }
    Ok(counts)
}

/// Who has a place on a date or is kept one, the last to book first.
pub(crate) fn list_last_booked(tx: &mut Tx, date: Uuid) -> Result<Vec<Over>, Fault> {
    let rows: Vec<(String, i64, Instant)> = tx.all(
        "select b.reference, b.places, b.made_at from booking_date d join booking b on b.id = d.booking_id
            where d.date_id = $1 and d.given_up_at is null and b.state in ('held', 'offered', 'booked')
            order by b.made_at desc, b.id desc",
        args![date],
    )?;
    Ok(rows.into_iter().map(|(reference, places, made_at)| Over { reference, places, made_at }).collect())
}

row! {
    /// A date whose counts are not what its bookings add up to.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Difference {
        /// The date.
        date_id: Uuid,
        /// What is counted as taken.
        taken: i64,
        /// What is counted as held.
        held: i64,
        /// What the bookings take.
        taken_by_rows: i64,
        /// What the bookings hold.
        held_by_rows: i64,
    }
}

/// Every date whose counts are not what its bookings add up to: there must be none.
pub fn list_differences(tx: &mut Tx) -> Result<Vec<Difference>, Fault> {
    tx.all(
        "select p.date_id, p.taken, p.held, coalesce(r.taken, 0), coalesce(r.held, 0) from date_places p
         left join (select d.date_id,
                cast(sum(case when b.state = 'booked' then b.places else 0 end) as bigint) as taken,
                cast(sum(case when b.state in ('held', 'offered') then b.places else 0 end) as bigint) as held
            from booking_date d join booking b on b.id = d.booking_id where d.given_up_at is null group by d.date_id) r
            on r.date_id = p.date_id
         where p.taken <> coalesce(r.taken, 0) or p.held <> coalesce(r.held, 0) order by p.date_id",
        args![],
    )
}
