use crate::model::{Came, DropIn, Mark, MarkKey, Meal, NewMark, Whom};
use bookings::BookingId;
use events::SessionId;
use kernel::{Date, Fault, Instant};
use std::collections::BTreeMap;
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

/// Takes the register of a date for this transaction alone. One that was never opened is made first.
pub(crate) fn take_register(
    tx: &mut Tx,
    date: Uuid,
    session: SessionId,
    day: Date,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into register (date_id, session_id, day, opened_at) values ($1, $2, $3, $4)
         on conflict (date_id) do nothing",
        args![date, session, day, now],
    )?;
    let sql = format!("select date_id from register where date_id = $1{}", tx.for_update());
    tx.one::<(Uuid,)>(&sql, args![date]).map(|_| ())
}

row! {
    struct MarkRow {
        device: Uuid, counter: i64, date_id: Uuid, kind: String, subject: Uuid, guest: i64, came: Option<String>,
        meal: String, marked_at: Instant, saw: String,
    }
}

impl MarkRow {
    fn mark(self) -> NewMark {
        NewMark {
            key: MarkKey { device: self.device, counter: self.counter },
            date_id: self.date_id,
            whom: whom(&self.kind, self.subject, self.guest),
            came: self.came.as_deref().and_then(Came::of),
            meal: Meal::of(&self.meal).unwrap_or_default(),
            marked_at: self.marked_at,
            saw: self.saw.split_whitespace().filter_map(MarkKey::of).collect(),
        }
    }
}

fn whom(kind: &str, subject: Uuid, guest: i64) -> Whom {
    if kind == "walk_in" { Whom::WalkIn(subject) } else { Whom::Booked(BookingId::from_uuid(subject), guest) }
}

fn parts(whom: Whom) -> (&'static str, Uuid, i64) {
    match whom {
        Whom::Booked(booking, guest) => ("booked", booking.uuid(), guest),
        Whom::WalkIn(id) => ("walk_in", id, 0),
    }
}

const MARKS: &str =
    "select device, counter, date_id, kind, subject, guest, came, meal, marked_at, saw from register_mark";

/// Every mark of a date, those too that no longer count, in the order in which they were made.
pub(crate) fn list_history(tx: &mut Tx, date: Uuid) -> Result<Vec<NewMark>, Fault> {
    let rows: Vec<MarkRow> =
        tx.all(&format!("{MARKS} where date_id = $1 order by marked_at, device, counter"), args![date])?;
    Ok(rows.into_iter().map(MarkRow::mark).collect())
}

/// Keeps a mark; says whether it was new. The register of its date is taken before.
pub(crate) fn insert_mark(
    tx: &mut Tx,
    mark: &NewMark,
    session: SessionId,
    made_by: Option<Uuid>,
    now: Instant,
) -> Result<Inserted, Fault> {
    let (kind, subject, guest) = parts(mark.whom);
    let saw: Vec<String> = mark.saw.iter().map(MarkKey::to_string).collect();
    let came = mark.came.map(Came::key);
    let many = tx.exec(
        "insert into register_mark (device, counter, date_id, session_id, kind, subject, guest, came, meal, marked_at,
            kept_at, saw, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (device, counter) do nothing",
        args![mark.key.device, mark.key.counter, mark.date_id, session, kind, subject, guest, came, mark.meal.key(), mark.marked_at, now, saw.join(" "), made_by],
    )?;
    Ok(if many == 0 { Inserted::Before } else { Inserted::Now })
}

/// Every mark about one person on a date.
pub(crate) fn list_marks_of(tx: &mut Tx, date: Uuid, whom: Whom) -> Result<Vec<NewMark>, Fault> {
    let (_, subject, guest) = parts(whom);
    let rows: Vec<MarkRow> = tx.all(
        &format!(
            "{MARKS} where date_id = $1 and subject = $2 and guest = $3 order by marked_at, device, counter"
        ),
        args![date, subject, guest],
    )?;
    Ok(rows.into_iter().map(MarkRow::mark).collect())
}

/// Keeps which mark of a person counts. The register of its date is taken before.
pub(crate) fn set_attendance(
    tx: &mut Tx,
    mark: &NewMark,
    (session, day): (SessionId, Date),
) -> Result<(), Fault> {
    let (kind, subject, guest) = parts(mark.whom);
    tx.exec(
        "insert into attendance (date_id, kind, subject, guest, session_id, day, came, meal, marked_at, device, counter)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (date_id, subject, guest) do update set came = excluded.came, meal = excluded.meal,
            marked_at = excluded.marked_at, device = excluded.device, counter = excluded.counter",
        args![mark.date_id, kind, subject, guest, session, day, mark.came.map(Came::key), mark.meal.key(), mark.marked_at, mark.key.device, mark.key.counter],
    )?;
    Ok(())
}

/// Whether a row is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It is.
    Now,
    /// It was there.
    Before,
}

row! {
    struct AttendanceRow {
        date_id: Uuid, session_id: SessionId, kind: String, subject: Uuid, guest: i64, came: String, meal: String,
        marked_at: Instant,
    }
}

/// How everybody came to these dates, as it counts now, in the order of the dates and of the bookings. Who is not marked
/// is not there.
pub fn list_marks(tx: &mut Tx, dates: &[Uuid]) -> Result<Vec<Mark>, Fault> {
    let mut marks = Vec::new();
    for some in dates.chunks(200) {
        let sql = format!(
            "select date_id, session_id, kind, subject, guest, came, meal, marked_at from attendance
                where came is not null and date_id in ({}) order by date_id, subject, guest",
            places(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        let rows: Vec<AttendanceRow> = tx.all(&sql, &ids)?;
        marks.extend(rows.into_iter().filter_map(|row| {
            let whom = whom(&row.kind, row.subject, row.guest);
            let (booking_id, walk_in) = match whom {
                Whom::Booked(booking, _) => (Some(booking), None),
                Whom::WalkIn(id) => (None, Some(id)),
            };
            Some(Mark {
                date_id: row.date_id,
                session_id: row.session_id,
                booking_id,
                guest: row.guest,
                walk_in,
                came: Came::of(&row.came)?,
                meal: Meal::of(&row.meal).unwrap_or_default(),
                marked_at: row.marked_at,
            })
        }));
    }
    Ok(marks)
}

row! {
    /// Somebody who had not booked.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WalkIn {
        /// Its id.
        id: Uuid,
        /// The date.
        date_id: Uuid,
        /// As they were called. May be empty.
        name: String,
        /// A grown-up.
        grown_up: bool,
        /// A key of [`crate::AGE_BANDS`], of a child; empty for a grown-up.
        age_band: String,
        /// When they were put down.
        added_at: Instant,
    }
}

/// Who walked in on a date, in the order in which they were put down.
pub fn list_walk_ins(tx: &mut Tx, date: Uuid) -> Result<Vec<WalkIn>, Fault> {
    tx.all(
        "select id, date_id, name, grown_up, age_band, added_at from walk_in where date_id = $1 order by added_at, id",
        args![date],
    )
}

/// Keeps a walk-in; says whether it was new.
pub(crate) fn insert_walk_in_row(
    tx: &mut Tx,
    walk_in: &WalkIn,
    session: SessionId,
) -> Result<Inserted, Fault> {
    let many = tx.exec(
        "insert into walk_in (id, date_id, session_id, name, grown_up, age_band, added_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
        args![
            walk_in.id,
            walk_in.date_id,
            session,
            walk_in.name.as_str(),
            walk_in.grown_up,
            walk_in.age_band.as_str(),
            walk_in.added_at
        ],
    )?;
    Ok(if many == 0 { Inserted::Before } else { Inserted::Now })
}

/// Takes the names of walk-ins from before an instant; that they came stays. Says how many.
pub(crate) fn set_walk_ins_forgotten(tx: &mut Tx, before: Instant, now: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update walk_in set name = '', forgotten_at = $2 where forgotten_at is null and added_at < $1",
        args![before, now],
    )
}

/// Keeps one press of a drop-in's buttons, once.
pub(crate) fn insert_step(
    tx: &mut Tx,
    key: MarkKey,
    (date, session, day): (Uuid, SessionId, Date),
    step: DropIn,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into drop_in_step (device, counter, date_id, session_id, day, children, grown_ups, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (device, counter) do nothing",
        args![key.device, key.counter, date, session, day, step.children, step.grown_ups, now],
    )?;
    Ok(())
}

/// How many came to a drop-in; none where nobody counted.
pub fn count_drop_in(tx: &mut Tx, date: Uuid) -> Result<Option<DropIn>, Fault> {
    Ok(count_drop_ins(tx, &[date])?.remove(&date))
}

/// How many came to each of these drop-ins that somebody counted.
pub fn count_drop_ins(tx: &mut Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, DropIn>, Fault> {
    let mut counts = sum_steps(tx, dates)?;
    for count in counts.values_mut() {
        // Two tablets may each have taken somebody off; nobody can be fewer than none.
        *count = DropIn { children: count.children.max(0), grown_ups: count.grown_ups.max(0) };
    }
    Ok(counts)
}

/// What the presses of the buttons come to, which may be below none.
pub(crate) fn sum_steps(tx: &mut Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, DropIn>, Fault> {
    let mut all = BTreeMap::new();
    for some in dates.chunks(200) {
        let sql = format!(
            "select date_id, cast(sum(children) as bigint), cast(sum(grown_ups) as bigint) from drop_in_step
                where date_id in ({}) group by date_id",
            places(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        let rows: Vec<(Uuid, i64, i64)> = tx.all(&sql, &ids)?;
        all.extend(
            rows.into_iter().map(|(date, children, grown_ups)| (date, DropIn { children, grown_ups })),
        );
    }
    Ok(all)
}

/// How the people of a booking were marked: day, number, how they came, what they ate.
pub(crate) fn list_attendance_of(
    tx: &mut Tx,
    booking: BookingId,
) -> Result<Vec<(Date, i64, String, String)>, Fault> {
    tx.all(
        "select day, guest, came, meal from attendance where kind = 'booked' and subject = $1 and came is not null
            order by day, guest",
        args![booking],
    )
}
