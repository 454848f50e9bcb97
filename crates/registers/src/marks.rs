//! A mark is made, a walk-in put down, somebody counted: each once, whatever way it came, and with its line in the trail.

use crate::{
    model::{Came, DropIn, MarkKey, Meal, NewMark, Whom, decide_standing},
    store::{self as rows, Inserted, WalkIn},
};
use access::{KeepBookings, May, audit};
use anyhow::Context;
use events::SessionDate;
use kernel::{Fault, Instant};
use store::{Tx, outbox};
use uuid::Uuid;

/// What the room announces: `attendance_marked`, with the date, in the transaction that marked somebody.
pub const ANNOUNCEMENTS: &[&str] = &["attendance_marked"];

/// Somebody who had not booked, as they are put down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWalkIn {
    /// Made by whoever puts them down: the same id is the same walk-in, however often it is sent.
    pub id: Uuid,
    /// The date.
    pub date_id: Uuid,
    /// As they are called, after the safety screen. May be empty.
    pub name: String,
    /// A grown-up.
    pub grown_up: bool,
    /// A key of [`crate::AGE_BANDS`], of a child; empty for a grown-up.
    pub age_band: String,
    /// What they were given to eat.
    pub meal: Meal,
    /// When they came.
    pub added_at: Instant,
}

/// Keeps a mark, once. A mark that comes late or twice changes nothing that counts.
pub fn set_mark(tx: &mut Tx, may: &May<KeepBookings>, mark: &NewMark, now: Instant) -> Result<(), Fault> {
    set_marks(tx, may, std::slice::from_ref(mark), now).map(|_| ())
}

/// Keeps several marks of one date or more, and says how many were new. The trail has one line for all of them.
pub fn set_marks(
    tx: &mut Tx,
    may: &May<KeepBookings>,
    marks: &[NewMark],
    now: Instant,
) -> Result<usize, Fault> {
    let made_by = may.actor().person().map(|person| person.uuid());
    let mut dates: Vec<Uuid> = marks.iter().map(|mark| mark.date_id).collect();
    dates.sort_unstable();
    dates.dedup();
    let mut many = 0;
    for date in dates {
        let date = take(tx, date, now)?;
        let mut new = 0;
        for mark in marks.iter().filter(|mark| mark.date_id == date.id) {
            if keep(tx, mark, &date, made_by, now)? == Inserted::Now {
                new += 1;
            }
        }
        if new > 0 {
            announce(tx, &date, now)?;
        }
        many += new;
    }
    if many > 0 {
        audit::record(tx, may, format!("marked {many} in a register"), "", now);
    }
    Ok(many)
}

/// Puts down somebody who had not booked, and that they came. Gives their id.
pub fn insert_walk_in(
    tx: &mut Tx,
    may: &May<KeepBookings>,
    new: &NewWalkIn,
    now: Instant,
) -> Result<Uuid, Fault> {
    let date = take(tx, new.date_id, now)?;
    let row = WalkIn {
        id: new.id,
        date_id: new.date_id,
        name: new.name.clone(),
        grown_up: new.grown_up,
        age_band: new.age_band.clone(),
        added_at: new.added_at,
    };
    if rows::insert_walk_in_row(tx, &row, date.session_id)? == Inserted::Before {
        return Ok(new.id);
    }
    let mark = NewMark {
        // Its own id is the device: nobody else can have made this mark.
        key: MarkKey { device: new.id, counter: 0 },
        date_id: new.date_id,
        whom: Whom::WalkIn(new.id),
        came: Some(Came::Came),
        meal: new.meal,
        marked_at: new.added_at,
        saw: Vec::new(),
    };
    let made_by = may.actor().person().map(|person| person.uuid());
    keep(tx, &mark, &date, made_by, now)?;
    announce(tx, &date, now)?;
    audit::record(tx, may, "put down a walk-in", "", now);
    Ok(new.id)
}

/// Counts somebody at a drop-in, or takes them off, once for each key.
pub fn count_at_drop_in(
    tx: &mut Tx,
    may: &May<KeepBookings>,
    date: Uuid,
    key: MarkKey,
    step: DropIn,
    now: Instant,
) -> Result<(), Fault> {
    let date = take(tx, date, now)?;
    rows::insert_step(tx, key, (date.id, date.session_id, date.day), step, now)?;
    audit::record(tx, may, "counted at a drop-in", "", now);
    announce(tx, &date, now)
}

/// Keeps a mark, and which of all about the same person counts now.
fn keep(
    tx: &mut Tx,
    mark: &NewMark,
    date: &SessionDate,
    made_by: Option<Uuid>,
    now: Instant,
) -> Result<Inserted, Fault> {
    let inserted = rows::insert_mark(tx, mark, date.session_id, made_by, now)?;
    if inserted == Inserted::Now {
        let all = rows::list_marks_of(tx, mark.date_id, mark.whom)?;
        if let Some(standing) = decide_standing(&all) {
            rows::set_attendance(tx, standing.counts, (date.session_id, date.day))?;
        }
    }
    Ok(inserted)
}

/// Takes the register of a date for this transaction alone: what is read of it after this is what is changed.
pub(crate) fn take(tx: &mut Tx, date: Uuid, now: Instant) -> Result<SessionDate, Fault> {
    let date = events::find_date(tx, date)?.context("the date of a register")?;
    rows::take_register(tx, date.id, date.session_id, date.day, now)?;
    Ok(date)
}

fn announce(tx: &mut Tx, date: &SessionDate, now: Instant) -> Result<(), Fault> {
    let word = serde_json::json!({ "session": date.session_id.to_string() });
    outbox::announce(tx, "attendance_marked", Some(date.id), &word, now)
}
