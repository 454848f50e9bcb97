use kernel::{Date, Fault, Id, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

/// Marks ids of [`AssuranceRow`]s.
#[derive(Debug)]
pub(crate) enum SaidRight {}

row! {
    /// What pressing 'nothing has changed' did, for as long as it can be taken back.
    pub(crate) struct AssuranceRow {
        id: Id<SaidRight>, service_id: Uuid, date_before: Option<Date>, date_now: Date, was_hidden: bool, said_at: Instant,
    }
}

pub(crate) fn insert_assurance(tx: &mut Tx, said: &AssuranceRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_assurance (id, service_id, date_before, date_now, was_hidden, said_at)
         values ($1, $2, $3, $4, $5, $6)",
        args![said.id, said.service_id, said.date_before, said.date_now, said.was_hidden, said.said_at],
    )?;
    Ok(())
}

/// One of an entry, held until the transaction ends.
pub(crate) fn find_assurance(
    tx: &mut Tx,
    id: Id<SaidRight>,
    service: Uuid,
) -> Result<Option<AssuranceRow>, Fault> {
    let sql = format!(
        "select id, service_id, date_before, date_now, was_hidden, said_at from entry_assurance
         where id = $1 and service_id = $2{}",
        tx.for_update()
    );
    tx.opt(&sql, args![id, service])
}

pub(crate) fn delete_assurance(tx: &mut Tx, id: Id<SaidRight>) -> Result<u64, Fault> {
    tx.exec("delete from entry_assurance where id = $1", args![id])
}

pub(crate) fn delete_assurances_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from entry_assurance where said_at < $1", args![before])
}
