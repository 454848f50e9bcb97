use kernel::{Date, Fault};
use store::{Tx, args, row};

row! {
    /// How often something was counted in a week.
    #[derive(Clone, Debug, PartialEq)]
    pub struct CountRow {
        /// The Monday.
        week: Date,
        /// `status`, `language`, `latency`, `useful` or `safety`.
        what: String,
        /// Which.
        value: String,
        /// How often.
        count: i64,
    }
}

/// Adds to the counts of a week.
pub(crate) fn insert_counts(
    tx: &mut Tx<'_>,
    week: Date,
    what: &str,
    value: &str,
    count: i64,
) -> Result<(), Fault> {
    tx.exec(
        "insert into ask_count (week, what, value, count) values ($1, $2, $3, $4)
         on conflict (week, what, value) do update set count = ask_count.count + excluded.count",
        args![week, what, value, count],
    )?;
    Ok(())
}

/// Every count since a week, oldest first.
pub(crate) fn list_counts(tx: &mut Tx<'_>, since: Date) -> Result<Vec<CountRow>, Fault> {
    tx.all(
        "select week, what, value, count from ask_count where week >= $1 order by week, what, value",
        args![since],
    )
}
