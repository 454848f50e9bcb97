use crate::model::SessionId;
use kernel::{Date, Fault, Instant};
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

row! {
    /// One date of a session: what a family books, and what stands in somebody's calendar.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SessionDate {
        /// Its id, which it keeps when it is moved or cancelled.
        id: Uuid,
        /// The session.
        session_id: SessionId,
        /// Which part of the session's rule gave it.
        part: i64,
        /// What it was first known by, in its id and in calendars: `20261130T0930`.
        date_key: String,
        /// What the rule calls it now. Another where the time of day of the whole session has changed since.
        rule_key: String,
        /// The day it is held now, in Europe/London.
        day: Date,
        /// The time it starts, as the clock on the wall shows it: `09:30`.
        starts: String,
        /// How long it is.
        minutes: i64,
        /// The instant at which it starts.
        starts_at: Instant,
        /// The instant at which it ends.
        ends_at: Instant,
        /// `on`, `moved` (held, elsewhere or at another time than first said), `cancelled`, or `dropped` (the rule no longer
        /// gives it).
        state: String,
        /// Why it was cancelled, for families. May be empty.
        reason: String,
        /// Where it is held, by its address in the directory.
        place_slug: Option<String>,
        /// Where in the place. May be empty.
        room: String,
        /// Places on this date.
        places: Option<i64>,
        /// How often it was changed since it was first announced: a calendar's SEQUENCE.
        changes: i64,
        /// When it was changed last.
        changed_at: Instant,
    }
}

impl SessionDate {
    /// Whether it is held.
    pub fn is_held(&self) -> bool {
        matches!(self.state.as_str(), "on" | "moved")
    }
}

row! {
    /// What a booking must know of a date, in one row.
    #[derive(Clone, Debug)]
    pub struct BookableDate {
        /// The date.
        id: Uuid,
        /// Its session.
        session_id: SessionId,
        /// The day it is held, in Europe/London.
        day: Date,
        /// The instant at which it starts.
        starts_at: Instant,
        /// As [`SessionDate::state`].
        state: String,
        /// Places on this date.
        places: Option<i64>,
        /// Who holds the session.
        organization_id: Uuid,
        /// How one comes.
        kind: String,
        /// Who takes up a place.
        counts: String,
        /// Whether the session is to be seen.
        wanted: String,
        /// The rest of the session, as JSON.
        draft: serde_json::Value,
    }
}

/// What a booking must know of these dates, in the order in which they are held. At most some hundred.
pub fn list_bookable_dates(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<BookableDate>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select d.id, d.session_id, d.day, d.starts_at, d.state, d.places, s.organization_id, s.kind, s.counts, s.wanted, s.draft
            from event_date d join event_session s on s.id = d.session_id where d.id in ({}) order by d.starts_at, d.id",
        places(1, ids.len())
    );
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.all(&sql, &ids)
}

const DATES: &str = "select id, session_id, part, date_key, rule_key, day, starts, minutes, starts_at, ends_at, state, reason, place_slug, room,
    places, changes, changed_at from event_date";

/// A date by its id.
pub fn find_date(tx: &mut Tx, id: Uuid) -> Result<Option<SessionDate>, Fault> {
    tx.opt(&format!("{DATES} where id = $1"), args![id])
}

/// The dates of these ids, in the order in which they are held. At most some hundred.
pub fn list_dates_by_id(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<SessionDate>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{DATES} where id in ({}) order by starts_at, id", places(1, ids.len()));
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.all(&sql, &ids)
}

/// The dates of a session that end after an instant, in their order: those that are cancelled or dropped too.
pub fn list_dates_of(tx: &mut Tx, session: SessionId, after: Instant) -> Result<Vec<SessionDate>, Fault> {
    tx.all(
        &format!("{DATES} where session_id = $1 and ends_at > $2 order by starts_at, id"),
        args![session, after],
    )
}

/// Every date that ends after one instant and starts before another, in their order.
pub(crate) fn list_dates_from(
    tx: &mut Tx,
    after: Instant,
    before: Instant,
) -> Result<Vec<SessionDate>, Fault> {
    tx.all(
        &format!("{DATES} where ends_at > $1 and starts_at < $2 order by starts_at, id"),
        args![after, before],
    )
}

pub(crate) fn insert_date(tx: &mut Tx, date: &SessionDate) -> Result<(), Fault> {
    tx.exec(
        "insert into event_date (id, session_id, part, date_key, rule_key, day, starts, minutes, starts_at, ends_at, state,
            reason, place_slug, room, places, changes, changed_at, told_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
        args![date.id, date.session_id, date.part, date.date_key.as_str(), date.rule_key.as_str(), date.day, date.starts.as_str(), date.minutes, date.starts_at, date.ends_at, date.state.as_str(), date.reason.as_str(), date.place_slug.clone(), date.room.as_str(), date.places, date.changes, date.changed_at],
    )?;
    Ok(())
}

pub(crate) fn set_date(tx: &mut Tx, date: &SessionDate) -> Result<(), Fault> {
    tx.exec(
        "update event_date set part = $2, day = $3, starts = $4, minutes = $5, starts_at = $6, ends_at = $7, state = $8,
            reason = $9, place_slug = $10, room = $11, places = $12, changes = $13, changed_at = $14, told_at = $14,
            rule_key = $15 where id = $1",
        args![date.id, date.part, date.day, date.starts.as_str(), date.minutes, date.starts_at, date.ends_at, date.state.as_str(), date.reason.as_str(), date.place_slug.clone(), date.room.as_str(), date.places, date.changes, date.changed_at, date.rule_key.as_str()],
    )?;
    Ok(())
}
