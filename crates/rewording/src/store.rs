//! All SQL of the room: the switch, and how often what became of a question.

use kernel::{Date, Fault, Instant};
use store::{Migration, Tx, args, row};

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "rewording",
    number: 1,
    name: "the switch of the language model and its counts",
    sql: FIRST,
}];

// The switch has one row, so that two nodes cannot hold two of it; without the row it was never touched.
const FIRST: &str = "
create table language_model_switch (
    only_one {int} not null primary key constraint language_model_switch_only_one check (only_one = 1),
    turned {text} not null constraint language_model_switch_turned check (turned in ('on','off')),
    why {text} not null,
    changed_at {instant} not null
) {strict};
create table language_model_count (
    day {text} not null,
    what {text} not null,
    many {int} not null constraint language_model_count_many check (many > 0),
    last_at {instant} not null,
    constraint language_model_count_key primary key (day, what)
) {strict};
";

row! {
    /// How the switch stands.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct SwitchRow {
        turned: String,
        why: String,
        changed_at: Instant,
    }
}

row! {
    /// How often something came about.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Counted {
        /// What: the key of an [`crate::Outcome`], or of what became of a sentence.
        what: String,
        /// How often.
        many: i64,
        /// The last time.
        last_at: Instant,
    }
}

pub(crate) fn find_switch(tx: &mut Tx<'_>) -> Result<Option<SwitchRow>, Fault> {
    tx.opt("select turned, why, changed_at from language_model_switch where only_one = 1", args![])
}

pub(crate) fn set_switch(tx: &mut Tx<'_>, turned: &str, why: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into language_model_switch (only_one, turned, why, changed_at) values (1, $1, $2, $3)
         on conflict (only_one) do update set turned = excluded.turned, why = excluded.why, changed_at = excluded.changed_at",
        args![turned, why, now],
    )?;
    Ok(())
}

/// Adds to a day's count.
pub(crate) fn set_count(
    tx: &mut Tx<'_>,
    day: Date,
    what: &str,
    many: i64,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into language_model_count (day, what, many, last_at) values ($1, $2, $3, $4)
         on conflict (day, what) do update set many = language_model_count.many + excluded.many, last_at = excluded.last_at",
        args![day, what, many, now],
    )?;
    Ok(())
}

/// Forgets the days before one.
pub(crate) fn delete_counts_before(tx: &mut Tx<'_>, day: Date) -> Result<u64, Fault> {
    tx.exec("delete from language_model_count where day < $1", args![day])
}

/// What came about from a day on, added up.
pub(crate) fn list_counts_since(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Counted>, Fault> {
    tx.all(
        "select what, cast(sum(many) as bigint), max(last_at) from language_model_count where day >= $1 group by what order by what",
        args![day],
    )
}
