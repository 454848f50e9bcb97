use crate::model::{ChildId, FamilyId, Funding, ProgrammeId};
use events::SessionId;
use kernel::{Date, Fault, Instant};
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

row! {
    /// A day of a child.
    #[derive(Clone, Debug)]
    pub(crate) struct DayRow {
        child_id: ChildId,
        date_id: Uuid,
        programme_id: ProgrammeId,
        session_id: SessionId,
        day: Date,
        state: String,
        funding: String,
        form_key: String,
        booking_id: Option<Uuid>,
        changed_at: Instant,
    }
}

const DAYS: &str = "select child_id, date_id, programme_id, session_id, day, state, funding, form_key, booking_id, changed_at from holiday_day";

/// The days of a family's children that are wished, asked for or booked, in their order.
pub(crate) fn list_days_of_family(tx: &mut Tx, family: FamilyId) -> Result<Vec<DayRow>, Fault> {
    tx.all(
        &format!(
            "{DAYS} where child_id in (select id from holiday_child where family_id = $1) and state <> 'given_up'
                order by day, date_id, child_id"
        ),
        args![family],
    )
}

pub(crate) fn find_day(tx: &mut Tx, child: ChildId, date: Uuid) -> Result<Option<DayRow>, Fault> {
    tx.opt(&format!("{DAYS} where child_id = $1 and date_id = $2"), args![child, date])
}

/// Keeps a day of a child in a new state.
pub(crate) fn set_day(tx: &mut Tx, day: &DayRow) -> Result<(), Fault> {
    tx.exec(
        "insert into holiday_day (child_id, date_id, programme_id, session_id, day, state, funding, form_key, booking_id, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (child_id, date_id) do update set state = excluded.state, funding = excluded.funding,
            form_key = excluded.form_key, booking_id = excluded.booking_id, changed_at = excluded.changed_at, day = excluded.day",
        args![day.child_id, day.date_id, day.programme_id, day.session_id, day.day, day.state.as_str(), day.funding.as_str(), day.form_key.as_str(), day.booking_id, day.changed_at],
    )?;
    Ok(())
}

/// Child-days of a programme that are funded, and of them those for another reason.
pub(crate) fn count_funded(tx: &mut Tx, programme: ProgrammeId) -> Result<(i64, i64), Fault> {
    tx.one(
        "select count(*) filter (where funding in ('targeted', 'discretionary')), count(*) filter (where funding = 'discretionary')
            from holiday_day where programme_id = $1 and state in ('asked', 'booked')",
        args![programme],
    )
}

/// How many children of the programme come on each of these dates.
pub(crate) fn list_taken(tx: &mut Tx, dates: &[Uuid]) -> Result<Vec<(Uuid, i64)>, Fault> {
    let mut taken = Vec::new();
    for some in dates.chunks(200) {
        let sql = format!(
            "select date_id, count(*) from holiday_day where state in ('asked', 'booked') and date_id in ({}) group by date_id",
            places(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        taken.extend(tx.all::<(Uuid, i64)>(&sql, &ids)?);
    }
    Ok(taken)
}

/// What was asked of the booking desk and not answered before an instant: somebody went down in between.
pub(crate) fn list_left_asked(tx: &mut Tx, before: Instant) -> Result<Vec<DayRow>, Fault> {
    tx.all(
        &format!("{DAYS} where state = 'asked' and changed_at < $1 order by changed_at limit 500"),
        args![before],
    )
}

/// Everything that a programme's bookings are of: booking, date, child.
pub(crate) fn list_booked(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<(Uuid, Uuid, ChildId)>, Fault> {
    tx.all(
        "select booking_id, date_id, child_id from holiday_day where programme_id = $1 and booking_id is not null
            order by booking_id, date_id",
        args![programme],
    )
}

/// A booking came to nothing, or gave some of its dates up: its days are the child's again. Says how many.
pub(crate) fn set_given_up(
    tx: &mut Tx,
    booking: Uuid,
    dates: Option<&[Uuid]>,
    now: Instant,
) -> Result<u64, Fault> {
    let first = "update holiday_day set state = 'given_up', changed_at = $2 where booking_id = $1 and state <> 'given_up'";
    let Some(dates) = dates else { return tx.exec(first, args![booking, now]) };
    let mut many = 0;
    for date in dates {
        many += tx.exec(&format!("{first} and date_id = $3"), args![booking, now, *date])?;
    }
    Ok(many)
}

pub(crate) fn delete_wishes(tx: &mut Tx, family: FamilyId) -> Result<(), Fault> {
    tx.exec(
        "delete from holiday_day where state = 'wished' and child_id in (select id from holiday_child where family_id = $1)",
        args![family],
    )?;
    Ok(())
}

/// Which funding a child's days are counted under, after it changed.
pub(crate) fn set_days_funding(tx: &mut Tx, child: ChildId, funding: Funding) -> Result<(), Fault> {
    tx.exec(
        "update holiday_day set funding = $2 where child_id = $1 and state in ('wished', 'asked', 'booked')",
        args![child, funding.key()],
    )?;
    Ok(())
}

/// Which child walked in.
pub(crate) fn set_walk_in(
    tx: &mut Tx,
    walk_in: Uuid,
    programme: ProgrammeId,
    child: ChildId,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into holiday_walk_in (walk_in_id, programme_id, child_id, matched_at) values ($1, $2, $3, $4)
            on conflict (walk_in_id) do update set child_id = excluded.child_id, matched_at = excluded.matched_at",
        args![walk_in, programme, child, now],
    )?;
    Ok(())
}

pub(crate) fn list_walk_ins(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<(Uuid, ChildId)>, Fault> {
    tx.all("select walk_in_id, child_id from holiday_walk_in where programme_id = $1", args![programme])
}
