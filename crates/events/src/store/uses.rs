use kernel::{Date, Fault};
use store::{Tx, args, row};

row! {
    /// How often a timetable was used in one way since a day.
    #[derive(Clone, Debug)]
    pub(crate) struct UseRow { slug: String, how: String, uses: i64 }
}

/// Adds to how often a timetable was used on a day.
pub(crate) fn insert_uses(tx: &mut Tx, slug: &str, day: Date, how: &str, uses: i64) -> Result<(), Fault> {
    tx.exec(
        "insert into timetable_use (slug, day, how, uses) values ($1, $2, $3, $4)
         on conflict (slug, day, how) do update set uses = timetable_use.uses + excluded.uses",
        args![slug, day, how, uses],
    )?;
    Ok(())
}

/// How often each was used since a day, that day too.
pub(crate) fn list_uses_since(tx: &mut Tx, first: Date) -> Result<Vec<UseRow>, Fault> {
    tx.all(
        "select slug, how, cast(sum(uses) as bigint) from timetable_use where day >= $1 group by slug, how order by slug, how",
        args![first],
    )
}

/// Forgets the counts of the days before one; says how many rows that was.
pub(crate) fn delete_uses_before(tx: &mut Tx, first: Date) -> Result<u64, Fault> {
    tx.exec("delete from timetable_use where day < $1", args![first])
}
