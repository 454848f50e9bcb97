use crate::model::{Line, SourceId, Totals, What};
use kernel::{Fault, Id, Instant};
use store::{Tx, Value, args, insert_many, row};

/// How many runs of a source are kept with their lines.
const RUNS_KEPT: i64 = 30;

/// A run's mark for its id.
pub(crate) struct Run;

row! {
    /// A run as a list shows it.
    pub(crate) struct RunRow {
        id: Id<Run>, kind: String, started: Instant, finished: Option<Instant>, outcome: String, totals: serde_json::Value, why: String,
    }
}

pub(crate) fn insert_run(
    tx: &mut Tx,
    id: Id<Run>,
    source: SourceId,
    kind: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into intake_run (id, source_id, kind, started, outcome, totals, why) values ($1, $2, $3, $4, 'running', $5, '')
         on conflict (id) do nothing",
        args![id, source, kind, now, serde_json::to_value(Totals::default())?],
    )?;
    Ok(())
}

/// A run that was stopped in its middle never said so itself.
pub(crate) fn set_run_broken_off(tx: &mut Tx, source: SourceId, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update intake_run set outcome = 'failed', finished = $2, why = 'It was stopped before it was done'
         where source_id = $1 and outcome = 'running'",
        args![source, now],
    )?;
    Ok(())
}

pub(crate) fn set_run(
    tx: &mut Tx,
    id: Id<Run>,
    outcome: &str,
    totals: &Totals,
    why: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update intake_run set finished = $2, outcome = $3, totals = $4, why = $5 where id = $1",
        args![id, now, outcome, serde_json::to_value(totals)?, why],
    )?;
    Ok(())
}

/// Writes the lines that say something, in their order after those that are there.
pub(crate) fn insert_lines(tx: &mut Tx, run: Id<Run>, from: usize, lines: &[Line]) -> Result<usize, Fault> {
    let telling: Vec<&Line> = lines.iter().filter(|line| line.what != What::Same).collect();
    let rows = telling
        .iter()
        .enumerate()
        .map(|(place, line)| {
            Ok(args![
                run,
                i64::try_from(from + place)?,
                line.what.key(),
                line.key.as_str(),
                line.slug.clone(),
                line.name.as_str(),
                line.fields.join(", "),
                line.why.as_str()
            ]
            .to_vec())
        })
        .collect::<Result<Vec<Vec<Value>>, Fault>>()?;
    insert_many(
        tx,
        "insert into intake_line (run_id, position, what, key, slug, name, fields, why) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (run_id, position) do nothing",
        &rows,
    )?;
    Ok(from + rows.len())
}

/// The latest runs of a source.
pub(crate) fn list_runs(tx: &mut Tx, source: SourceId, limit: i64) -> Result<Vec<RunRow>, Fault> {
    tx.all(
        "select id, kind, started, finished, outcome, totals, why from intake_run where source_id = $1
         order by started desc, id desc limit $2",
        args![source, limit],
    )
}

row! {
    /// A line of a run's report.
    pub(crate) struct LineRow { what: String, key: String, slug: Option<String>, name: String, fields: String, why: String }
}

pub(crate) fn list_lines(tx: &mut Tx, run: Id<Run>, limit: i64) -> Result<Vec<LineRow>, Fault> {
    tx.all(
        "select what, key, slug, name, fields, why from intake_line where run_id = $1 order by position limit $2",
        args![run, limit],
    )
}

/// Forgets the runs before the latest, with their lines.
pub(crate) fn delete_old_runs(tx: &mut Tx, source: SourceId) -> Result<(), Fault> {
    let old =
        "select id from intake_run where source_id = $1 order by started desc, id desc limit 10000 offset $2";
    tx.exec(&format!("delete from intake_line where run_id in ({old})"), args![source, RUNS_KEPT])?;
    tx.exec(&format!("delete from intake_run where id in ({old})"), args![source, RUNS_KEPT])?;
    Ok(())
}
