use crate::model::{Medium, Reason};
use kernel::{Fault, Instant};
use store::{Tx, args};

/// An empty template stands for every kind that can be turned off: after a complaint, or when the address is dead.
pub(crate) fn is_stopped(
    tx: &mut Tx<'_>,
    address_hash: &str,
    medium: Medium,
    template: &str,
) -> Result<bool, Fault> {
    let (stopped,): (bool,) = tx.one(
        "select exists (select 1 from message_stop
            where address_hash = $1 and medium = $2 and template in ('', $3))",
        args![address_hash, medium.key(), template],
    )?;
    Ok(stopped)
}

pub(crate) fn set_stop(
    tx: &mut Tx<'_>,
    address_hash: &str,
    medium: &str,
    template: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into message_stop (address_hash, medium, template, reason, since) values ($1, $2, $3, $4, $5)
         on conflict (address_hash, medium, template) do nothing",
        args![address_hash, medium, template, reason, now],
    )?;
    Ok(())
}

pub(crate) fn delete_stop(
    tx: &mut Tx<'_>,
    address_hash: &str,
    medium: &str,
    template: &str,
) -> Result<(), Fault> {
    tx.exec(
        "delete from message_stop where address_hash = $1 and medium = $2 and template = $3",
        args![address_hash, medium, template],
    )?;
    Ok(())
}

/// Everything an address turned off.
pub(crate) fn delete_stops_of(tx: &mut Tx<'_>, address_hash: &str) -> Result<u64, Fault> {
    tx.exec("delete from message_stop where address_hash = $1", args![address_hash])
}

/// Subject and text as an editor put them.
pub(crate) fn find_wording(tx: &mut Tx<'_>, template: &str) -> Result<Option<(String, String)>, Fault> {
    tx.opt("select subject, body from message_wording where template = $1", args![template])
}

pub(crate) fn list_reworded(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let rows: Vec<(String,)> = tx.all("select template from message_wording order by template", args![])?;
    Ok(rows.into_iter().map(|(template,)| template).collect())
}

pub(crate) fn set_wording(
    tx: &mut Tx<'_>,
    template: &str,
    subject: &str,
    body: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into message_wording (template, subject, body, reworded_at) values ($1, $2, $3, $4)
         on conflict (template) do update set subject = excluded.subject, body = excluded.body,
            reworded_at = excluded.reworded_at",
        args![template, subject, body, now],
    )?;
    Ok(())
}

pub(crate) fn delete_wording(tx: &mut Tx<'_>, template: &str) -> Result<(), Fault> {
    tx.exec("delete from message_wording where template = $1", args![template])?;
    Ok(())
}

/// A channel rests until then.
pub(crate) fn set_hold(tx: &mut Tx<'_>, medium: Medium, until: Instant, reason: Reason) -> Result<(), Fault> {
    tx.exec(
        "insert into message_hold (medium, until, reason) values ($1, $2, $3)
         on conflict (medium) do update set until = excluded.until, reason = excluded.reason",
        args![medium.key(), until, reason.key()],
    )?;
    Ok(())
}

/// What rests: medium, until when, why.
pub(crate) fn list_holds(tx: &mut Tx<'_>) -> Result<Vec<(String, Instant, String)>, Fault> {
    tx.all("select medium, until, reason from message_hold order by medium", args![])
}
