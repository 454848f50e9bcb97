use kernel::{Date, Fault, Instant};
use store::{Tx, args};

/// Keeps the figures of a week: the first that are taken in it stand.
pub(crate) fn insert_week(tx: &mut Tx, monday: Date, figures: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into quality_week (monday, figures, taken_at) values ($1, $2, $3) on conflict (monday) do nothing",
        args![monday, figures, now],
    )?;
    Ok(())
}

/// Whether the figures of a week are kept.
pub(crate) fn find_week(tx: &mut Tx, monday: Date) -> Result<bool, Fault> {
    let found: Option<(Date,)> =
        tx.opt("select monday from quality_week where monday = $1", args![monday])?;
    Ok(found.is_some())
}

/// The figures of each week since a day, oldest first.
pub(crate) fn list_weeks(tx: &mut Tx, since: Date) -> Result<Vec<(Date, String)>, Fault> {
    tx.all("select monday, figures from quality_week where monday >= $1 order by monday", args![since])
}
