use kernel::{Fault, Instant};
use store::{Tx, args};

/// The terms as they were entered, as JSON.
pub(crate) fn find_term_dates(tx: &mut Tx) -> Result<Option<serde_json::Value>, Fault> {
    Ok(tx
        .opt::<(serde_json::Value,)>("select dates from term_calendar where single = 1", args![])?
        .map(|(dates,)| dates))
}

/// Keeps the terms.
pub(crate) fn set_term_dates(tx: &mut Tx, dates: &serde_json::Value, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into term_calendar (single, dates, changed_at) values (1, $1, $2)
         on conflict (single) do update set dates = excluded.dates, changed_at = excluded.changed_at",
        args![dates.to_string(), now],
    )?;
    Ok(())
}
