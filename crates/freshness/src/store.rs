//! All the SQL of the room. The tables lean on no other room's: an entry is only its id here.

use crate::model::{Schedule, Step, Taken};
use directory::ServiceId;
use kernel::{Date, Fault, Id, Instant};
use std::collections::HashMap;
use store::{Migration, Tx, args, row};

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "freshness", number: 1, name: "schedule, steps, runs, checks, figures", sql: CORE }];

const CORE: &str = "
create table reminder_schedule (
    id {int} not null constraint reminder_schedule_key primary key constraint reminder_schedule_one check (id = 1),
    due_after_days {int} not null, remind_again_after_days {int} not null, overdue_after_days {int} not null,
    escalate_after_days {int} not null, hide_after_days {int}, warn_before_days {int} not null,
    set_at {instant} not null
) {strict};
create table reminder_step (
    service_id {id} not null, cycle {text} not null,
    step {text} not null constraint reminder_step_known
        check (step in ('due','two_weeks','overdue','escalate','escalate_again','warn','hide')),
    taken_on {text} not null, mails {int} not null, taken_at {instant} not null,
    constraint reminder_step_key primary key (service_id, cycle, step)
) {strict};
create table automation_run (
    id {id} not null constraint automation_run_key primary key,
    job {text} not null, day {text} not null, ran_at {instant} not null,
    constraint automation_run_once unique (job, day)
) {strict};
create index automation_run_by_day on automation_run (day);
create table automation_effect (
    id {id} not null constraint automation_effect_key primary key,
    run_id {id} not null constraint automation_effect_run references automation_run (id) on delete cascade,
    position {int} not null, service_id {id} not null,
    what {text} not null, mails {int} not null, undone_at {instant}
) {strict};
create index automation_effect_by_run on automation_effect (run_id);
create table entry_check (
    id {id} not null constraint entry_check_key primary key,
    service_id {id} not null, date_before {text}, date_now {text} not null, was_hidden {bool} not null,
    how {text} not null, checked_at {instant} not null, taken_back_at {instant}
) {strict};
create index entry_check_by_service on entry_check (service_id);
create table freshness_snapshot (
    day {text} not null constraint freshness_snapshot_key primary key,
    figures {text} not null, taken_at {instant} not null
) {strict};
";

row! {
    struct ScheduleRow { due: i64, again: i64, overdue: i64, escalate: i64, hide: Option<i64>, warn: i64 }
}

/// The schedule an editor set, or what the guidance asks for.
pub(crate) fn find_schedule(tx: &mut Tx) -> Result<Schedule, Fault> {
    let row: Option<ScheduleRow> = tx.opt(
        "select due_after_days, remind_again_after_days, overdue_after_days, escalate_after_days, hide_after_days, warn_before_days
            from reminder_schedule where id = 1",
        args![],
    )?;
    Ok(row.map_or_else(Schedule::default, |row| Schedule {
        due_after_days: row.due,
        remind_again_after_days: row.again,
        overdue_after_days: row.overdue,
        escalate_after_days: row.escalate,
        hide_after_days: row.hide,
        warn_before_days: row.warn,
    }))
}

pub(crate) fn set_schedule(tx: &mut Tx, schedule: &Schedule, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into reminder_schedule (id, due_after_days, remind_again_after_days, overdue_after_days, escalate_after_days,
            hide_after_days, warn_before_days, set_at) values (1, $1, $2, $3, $4, $5, $6, $7)
            on conflict (id) do update set due_after_days = excluded.due_after_days,
            remind_again_after_days = excluded.remind_again_after_days, overdue_after_days = excluded.overdue_after_days,
            escalate_after_days = excluded.escalate_after_days, hide_after_days = excluded.hide_after_days,
            warn_before_days = excluded.warn_before_days, set_at = excluded.set_at",
        args![
            schedule.due_after_days,
            schedule.remind_again_after_days,
            schedule.overdue_after_days,
            schedule.escalate_after_days,
            schedule.hide_after_days,
            schedule.warn_before_days,
            now
        ],
    )?;
    Ok(())
}

/// Steps by entry and cycle.
pub(crate) type Steps = HashMap<(ServiceId, String), Vec<Taken>>;

/// Every step that was taken of entries that are still chased: a few rows for each.
pub(crate) fn list_steps(tx: &mut Tx) -> Result<Steps, Fault> {
    let rows: Vec<(ServiceId, String, String, Date)> = tx.all(
        "select service_id, cycle, step, taken_on from reminder_step order by service_id, taken_at",
        args![],
    )?;
    Ok(grouped(rows))
}

/// The steps of one entry, the earliest first, with its cycles.
pub(crate) fn list_steps_of(tx: &mut Tx, service: ServiceId) -> Result<Steps, Fault> {
    let rows: Vec<(ServiceId, String, String, Date)> = tx.all(
        "select service_id, cycle, step, taken_on from reminder_step where service_id = $1 order by taken_at",
        args![service],
    )?;
    Ok(grouped(rows))
}

fn grouped(rows: Vec<(ServiceId, String, String, Date)>) -> Steps {
    let mut steps: Steps = HashMap::new();
    for (service, cycle, step, on) in rows {
        if let Some(step) = Step::parse(&step) {
            steps.entry((service, cycle)).or_default().push(Taken { step, on });
        }
    }
    steps
}

/// Keeps a step. False when it had been taken already, by another run or another node.
pub(crate) fn insert_step(
    tx: &mut Tx,
    service: ServiceId,
    cycle: &str,
    taken: Taken,
    now: Instant,
) -> Result<bool, Fault> {
    let kept = tx.exec(
        "insert into reminder_step (service_id, cycle, step, taken_on, mails, taken_at) values ($1, $2, $3, $4, 0, $5)
            on conflict (service_id, cycle, step) do nothing",
        args![service, cycle, taken.step.key(), taken.on, now],
    )?;
    Ok(kept == 1)
}

/// Says how many mails a step sent.
pub(crate) fn set_step_mails(
    tx: &mut Tx,
    service: ServiceId,
    cycle: &str,
    step: Step,
    mails: i64,
) -> Result<(), Fault> {
    tx.exec(
        "update reminder_step set mails = $4 where service_id = $1 and cycle = $2 and step = $3",
        args![service, cycle, step.key(), mails],
    )?;
    Ok(())
}

/// Marks ids of runs.
#[derive(Debug)]
pub(crate) enum Run {}
/// Marks ids of effects.
#[derive(Debug)]
pub(crate) enum Effect {}

/// Begins the run of a job on a day. False when it has run on that day.
pub(crate) fn insert_run(
    tx: &mut Tx,
    id: Id<Run>,
    job: &str,
    day: Date,
    now: Instant,
) -> Result<bool, Fault> {
    let begun = tx.exec(
        "insert into automation_run (id, job, day, ran_at) values ($1, $2, $3, $4) on conflict (job, day) do nothing",
        args![id, job, day, now],
    )?;
    Ok(begun == 1)
}

/// Whether a job has run on a day.
pub(crate) fn find_run(tx: &mut Tx, job: &str, day: Date) -> Result<bool, Fault> {
    let found: Option<(Id<Run>,)> =
        tx.opt("select id from automation_run where job = $1 and day = $2", args![job, day])?;
    Ok(found.is_some())
}

pub(crate) fn insert_effect(
    tx: &mut Tx,
    run: Id<Run>,
    position: usize,
    service: ServiceId,
    what: &str,
    mails: i64,
) -> Result<(), Fault> {
    let id: Id<Effect> = Id::named("freshness", &format!("{run}/{position}"));
    tx.exec(
        "insert into automation_effect (id, run_id, position, service_id, what, mails) values ($1, $2, $3, $4, $5, $6)",
        args![id, run, i64::try_from(position)?, service, what, mails],
    )?;
    Ok(())
}

row! {
    /// A run as the page shows it.
    pub(crate) struct RunRow { id: Id<Run>, job: String, day: Date, ran_at: Instant }
}

row! {
    /// What a run did to one entry.
    #[derive(Clone)]
    pub(crate) struct EffectRow {
        id: Id<Effect>, run: Id<Run>, service: ServiceId, what: String, mails: i64, undone_at: Option<Instant>,
    }
}

/// The runs since a civil day, latest first.
pub(crate) fn list_runs(tx: &mut Tx, since: Date) -> Result<Vec<RunRow>, Fault> {
    tx.all(
        "select id, job, day, ran_at from automation_run where day >= $1 order by day desc, ran_at desc, job",
        args![since],
    )
}

/// What they did.
pub(crate) fn list_effects(tx: &mut Tx, since: Date) -> Result<Vec<EffectRow>, Fault> {
    tx.all(
        "select e.id, e.run_id, e.service_id, e.what, e.mails, e.undone_at from automation_effect e
            join automation_run r on r.id = e.run_id where r.day >= $1 order by r.day desc, e.run_id, e.position",
        args![since],
    )
}

pub(crate) fn find_effect(tx: &mut Tx, id: Id<Effect>) -> Result<Option<EffectRow>, Fault> {
    let sql = format!(
        "select id, run_id, service_id, what, mails, undone_at from automation_effect where id = $1{}",
        tx.for_update()
    );
    tx.opt(&sql, args![id])
}

pub(crate) fn set_undone(tx: &mut Tx, id: Id<Effect>, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update automation_effect set undone_at = $2 where id = $1 and undone_at is null",
        args![id, now],
    )?;
    Ok(())
}

/// Forgets runs before a civil day, and what they did.
pub(crate) fn delete_runs_before(tx: &mut Tx, day: Date) -> Result<u64, Fault> {
    tx.exec("delete from automation_run where day < $1", args![day])
}

/// Marks ids of checks.
#[derive(Debug)]
pub(crate) enum Check {}

row! {
    /// Somebody at the council checked an entry.
    pub(crate) struct CheckRow {
        id: Id<Check>, service: ServiceId, before: Option<Date>, on: Date, was_hidden: bool, how: String,
        checked_at: Instant, taken_back_at: Option<Instant>,
    }
}

pub(crate) fn insert_check(tx: &mut Tx, check: &CheckRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_check (id, service_id, date_before, date_now, was_hidden, how, checked_at) values ($1, $2, $3, $4, $5, $6, $7)",
        args![check.id, check.service, check.before, check.on, check.was_hidden, check.how.as_str(), check.checked_at],
    )?;
    Ok(())
}

pub(crate) fn find_check(tx: &mut Tx, id: Id<Check>) -> Result<Option<CheckRow>, Fault> {
    let sql = format!(
        "select id, service_id, date_before, date_now, was_hidden, how, checked_at, taken_back_at from entry_check where id = $1{}",
        tx.for_update()
    );
    tx.opt(&sql, args![id])
}

/// The latest checks of an entry.
pub(crate) fn list_checks(tx: &mut Tx, service: ServiceId) -> Result<Vec<CheckRow>, Fault> {
    tx.all(
        "select id, service_id, date_before, date_now, was_hidden, how, checked_at, taken_back_at from entry_check
            where service_id = $1 order by checked_at desc, id limit 10",
        args![service],
    )
}

pub(crate) fn set_taken_back(tx: &mut Tx, id: Id<Check>, now: Instant) -> Result<(), Fault> {
    tx.exec("update entry_check set taken_back_at = $2 where id = $1", args![id, now])?;
    Ok(())
}

/// Keeps the figures of a day: the first that are taken on it stand.
pub(crate) fn insert_snapshot(tx: &mut Tx, day: Date, figures: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into freshness_snapshot (day, figures, taken_at) values ($1, $2, $3) on conflict (day) do nothing",
        args![day, figures, now],
    )?;
    Ok(())
}

/// Whether the figures of a day are kept.
pub(crate) fn find_snapshot(tx: &mut Tx, day: Date) -> Result<bool, Fault> {
    let found: Option<(Date,)> = tx.opt("select day from freshness_snapshot where day = $1", args![day])?;
    Ok(found.is_some())
}

/// The figures of each day since one, oldest first.
pub(crate) fn list_snapshots(tx: &mut Tx, since: Date) -> Result<Vec<(Date, String)>, Fault> {
    tx.all("select day, figures from freshness_snapshot where day >= $1 order by day", args![since])
}
