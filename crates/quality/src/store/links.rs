use kernel::{Date, Fault, Instant};
use store::{Tx, args, row};

row! {
    /// What is known of an address.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct LinkRow {
        address: String, host: String, state: String, status: Option<i64>, sends_to: Option<String>, refusal: String,
        failures: i64, failed_on: Option<Date>, etag: Option<String>, last_modified: Option<String>,
        checked_at: Option<Instant>, due_at: Instant,
    }
}

const LINKS: &str =
    "select address, host, state, status, sends_to, refusal, failures, failed_on, etag, last_modified,
    checked_at, due_at from link_check";

/// Every address.
pub(crate) fn list_links(tx: &mut Tx) -> Result<Vec<LinkRow>, Fault> {
    tx.all(&format!("{LINKS} order by host, address"), args![])
}

/// Those that are to be looked at now, the one that waits longest first.
pub(crate) fn list_links_due(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<LinkRow>, Fault> {
    tx.all(&format!("{LINKS} where due_at <= $1 order by due_at, address limit $2"), args![now, limit])
}

pub(crate) fn find_link(tx: &mut Tx, address: &str) -> Result<Option<LinkRow>, Fault> {
    tx.opt(&format!("{LINKS} where address = $1"), args![address])
}

/// Makes an address known, or says that it is still in use.
pub(crate) fn set_link_known(
    tx: &mut Tx,
    address: &str,
    host: &str,
    due: Instant,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into link_check (address, host, state, refusal, failures, known_since, seen_at, due_at)
            values ($1, $2, 'new', '', 0, $4, $4, $3)
            on conflict (address) do update set seen_at = excluded.seen_at",
        args![address, host, due, now],
    )?;
    Ok(())
}

/// Forgets what nothing names any more.
pub(crate) fn delete_links_not_seen(tx: &mut Tx, since: Instant) -> Result<u64, Fault> {
    tx.exec("delete from link_check where seen_at < $1", args![since])
}

/// Keeps what a look found.
pub(crate) fn set_link(tx: &mut Tx, link: &LinkRow) -> Result<(), Fault> {
    tx.exec(
        "update link_check set state = $2, status = $3, sends_to = $4, refusal = $5, failures = $6, failed_on = $7,
            etag = $8, last_modified = $9, checked_at = $10, due_at = $11 where address = $1",
        args![
            link.address.as_str(),
            link.state.as_str(),
            link.status,
            link.sends_to.clone(),
            link.refusal.as_str(),
            link.failures,
            link.failed_on,
            link.etag.clone(),
            link.last_modified.clone(),
            link.checked_at,
            link.due_at
        ],
    )?;
    Ok(())
}

/// Looks at an address again as soon as the job runs. False when nobody knows it.
pub(crate) fn set_due_now(tx: &mut Tx, address: &str, now: Instant) -> Result<bool, Fault> {
    Ok(tx.exec("update link_check set due_at = $2 where address = $1", args![address, now])? == 1)
}

/// Leaves a whole host alone until then.
pub(crate) fn set_host_due(tx: &mut Tx, host: &str, due: Instant) -> Result<(), Fault> {
    tx.exec("update link_check set due_at = $2 where host = $1 and due_at < $2", args![host, due])?;
    Ok(())
}
