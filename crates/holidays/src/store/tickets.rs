use crate::model::{FamilyId, ProgrammeId};
use kernel::{Fault, Instant};
use store::{Tx, args, row};

row! {
    /// A ticket of the line or the ballot.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct TicketRow {
        number: i64,
        family_id: FamilyId,
        place: Option<i64>,
        taken_at: Instant,
        served_at: Option<Instant>,
    }
}

const TICKETS: &str = "select number, family_id, place, taken_at, served_at from holiday_ticket";

pub(crate) fn find_ticket(
    tx: &mut Tx,
    programme: ProgrammeId,
    family: FamilyId,
) -> Result<Option<TicketRow>, Fault> {
    tx.opt(&format!("{TICKETS} where programme_id = $1 and family_id = $2"), args![programme, family])
}

/// Takes the next number. The programme's row is held.
pub(crate) fn insert_ticket(
    tx: &mut Tx,
    programme: ProgrammeId,
    family: FamilyId,
    place: Option<i64>,
    now: Instant,
) -> Result<(), Fault> {
    let (number,): (i64,) = tx.one(
        "select coalesce(max(number), 0) + 1 from holiday_ticket where programme_id = $1",
        args![programme],
    )?;
    tx.exec(
        "insert into holiday_ticket (programme_id, number, family_id, place, taken_at) values ($1, $2, $3, $4, $5)",
        args![programme, number, family, place, now],
    )?;
    Ok(())
}

/// Every ticket, in the order of the line, and those that have no place yet after them by their numbers.
pub(crate) fn list_tickets(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<TicketRow>, Fault> {
    tx.all(&format!("{TICKETS} where programme_id = $1 order by place nulls last, number"), args![programme])
}

pub(crate) fn count_places(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select coalesce(max(place), -1) + 1 from holiday_ticket where programme_id = $1",
        args![programme],
    )?;
    Ok(many)
}

pub(crate) fn set_place(tx: &mut Tx, programme: ProgrammeId, number: i64, place: i64) -> Result<(), Fault> {
    tx.exec(
        "update holiday_ticket set place = $3 where programme_id = $1 and number = $2",
        args![programme, number, place],
    )?;
    Ok(())
}

pub(crate) fn set_served(
    tx: &mut Tx,
    programme: ProgrammeId,
    number: i64,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update holiday_ticket set served_at = $3 where programme_id = $1 and number = $2",
        args![programme, number, now],
    )?;
    Ok(())
}
