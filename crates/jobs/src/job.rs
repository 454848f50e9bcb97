//! The job as a row: how it is enqueued, taken under a lease, and settled.

use anyhow::Context;
use kernel::{Fault, Instant};
use serde::Serialize;
use store::{Tx, Value, args, row};

/// Enqueues a job to be run at `run_at` or soon after. With a `unique_key`, only the first of its kind and key is kept,
/// for as long as the row is (see [`prune`]); says whether this was it. A job that may be wanted again has what makes
/// it different in its key, such as a version or a date.
pub fn enqueue(
    tx: &mut Tx<'_>,
    kind: &'static str,
    payload: &impl Serialize,
    run_at: Instant,
    now: Instant,
    unique_key: Option<&str>,
) -> Result<bool, Fault> {
    let payload = serde_json::to_string(payload).context("writing a job")?;
    let kept = tx.exec(
        "insert into job (kind, unique_key, payload, state, due_at, enqueued_at) values ($1, $2, $3, 'waiting', $4, $5)
            on conflict (kind, unique_key) do nothing",
        args![kind, unique_key, payload, run_at, now],
    )?;
    Ok(kept == 1)
}

row! {
    /// A job that nobody will try again until a person has looked.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeadJob {
        /// Its number.
        id: i64,
        /// What it was to do.
        kind: String,
        /// With what.
        payload: serde_json::Value,
        /// How often it was tried.
        attempts: i64,
        /// Why it failed the last time.
        reason: Option<String>,
        /// When it was given up.
        finished_at: Instant,
    }
}

/// The jobs that were given up, latest first.
pub fn list_dead(tx: &mut Tx<'_>) -> Result<Vec<DeadJob>, Fault> {
    tx.all(
        "select id, kind, payload, attempts, reason, finished_at from job where state = 'dead'
            order by finished_at desc, id desc limit 200",
        args![],
    )
}

/// Gives a dead job a new start. Says whether it was one.
pub fn revive(tx: &mut Tx<'_>, id: i64, now: Instant) -> Result<bool, Fault> {
    let revived = tx.exec(
        "update job set state = 'waiting', attempts = 0, due_at = $2, finished_at = null
            where id = $1 and state = 'dead'",
        args![id, now],
    )?;
    Ok(revived == 1)
}

/// Forgets the jobs that were done before this, and says how many. Dead ones stay until a person has looked.
pub fn prune(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from job where state = 'done' and finished_at < $1", args![before])
}

row! {
    /// How the work stands, for the health page.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Counts {
        /// Not begun, or to be tried again.
        waiting: i64,
        /// Being worked on.
        running: i64,
        /// Given up.
        dead: i64,
        /// When the job that has waited longest was due. Long ago means that nobody is working.
        oldest_due_at: Option<Instant>,
    }
}

/// How the work stands.
pub fn counts(tx: &mut Tx<'_>, now: Instant) -> Result<Counts, Fault> {
    tx.one(
        "select count(*) filter (where state = 'waiting'), count(*) filter (where state = 'running'),
            count(*) filter (where state = 'dead'),
            min(due_at) filter (where state in ('waiting', 'running') and due_at <= $1)
            from job where state in ('waiting', 'running', 'dead')",
        args![now],
    )
}

row! {
    /// A job taken under a lease. The fence is the number of the taking: only the latest may settle it.
    #[derive(Clone, Debug)]
    pub(crate) struct Taken {
        id: i64,
        kind: String,
        payload: serde_json::Value,
        attempts: i64,
        fence: i64,
    }
}

/// Whether a job of these kinds is due. A read, so that an idle house writes nothing.
pub(crate) fn is_due(tx: &mut Tx<'_>, kinds: &[&'static str], now: Instant) -> Result<bool, Fault> {
    let sql = format!(
        "select exists (select 1 from job where state in ('waiting', 'running') and due_at <= $1 and kind in ({}))",
        store::places(2, kinds.len())
    );
    let (due,): (bool,) = tx.one(&sql, &with_kinds(args![now], kinds))?;
    Ok(due)
}

/// Takes the job that has been due longest: one that waits, or one whose lease ran out.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    kinds: &[&'static str],
    now: Instant,
    lease_end: Instant,
) -> Result<Option<Taken>, Fault> {
    let sql = format!(
        "update job set state = 'running', attempts = attempts + 1, fence = fence + 1, due_at = $2 where id = (
            select id from job where state in ('waiting', 'running') and due_at <= $1 and kind in ({})
            order by due_at, id limit 1{}) returning id, kind, payload, attempts, fence",
        store::places(3, kinds.len()),
        tx.skip_locked()
    );
    tx.opt(&sql, &with_kinds(args![now, lease_end], kinds))
}

fn with_kinds(first: &[Value], kinds: &[&'static str]) -> Vec<Value> {
    first.iter().cloned().chain(kinds.iter().map(|kind| Value::from(*kind))).collect()
}

/// Whether the lease still holds, and keeps anybody else from taking the job until this transaction ends.
pub(crate) fn holds(tx: &mut Tx<'_>, id: i64, fence: i64, now: Instant) -> Result<bool, Fault> {
    let sql = format!(
        "select id from job where id = $1 and fence = $2 and state = 'running' and due_at > $3{}",
        tx.for_update()
    );
    Ok(tx.opt::<(i64,)>(&sql, args![id, fence, now])?.is_some())
}

/// How a job is left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    Done,
    Again { at: Instant, reason: String },
    Dead { reason: String },
}

/// Writes down how a job was left. False when the lease ran out meanwhile: then it is somebody else's to say.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    id: i64,
    fence: i64,
    ending: &Ending,
    now: Instant,
) -> Result<bool, Fault> {
    let (state, due_at, reason, finished_at) = match ending {
        Ending::Done => ("done", now, None, Some(now)),
        Ending::Again { at, reason } => ("waiting", *at, Some(reason), None),
        Ending::Dead { reason } => ("dead", now, Some(reason), Some(now)),
    };
    let settled = tx.exec(
        "update job set state = $4, due_at = $5, reason = $6, finished_at = $7
            where id = $1 and fence = $2 and state = 'running' and due_at > $3",
        args![id, fence, now, state, due_at, reason, finished_at],
    )?;
    Ok(settled == 1)
}

/// Whether this very taking was settled as done already, by [`crate::JobContext::finish`].
pub(crate) fn was_done(tx: &mut Tx<'_>, id: i64, fence: i64) -> Result<bool, Fault> {
    let sql = "select id from job where id = $1 and fence = $2 and state = 'done'";
    Ok(tx.opt::<(i64,)>(sql, args![id, fence])?.is_some())
}

/// The latest slot of a repeated job that was enqueued.
pub(crate) fn find_slot(tx: &mut Tx<'_>, kind: &str) -> Result<Option<Instant>, Fault> {
    let found: Option<(Instant,)> = tx.opt("select slot from job_schedule where kind = $1", args![kind])?;
    Ok(found.map(|(slot,)| slot))
}

/// Enqueues the job of a slot unless somebody has. Says whether it did.
pub(crate) fn enqueue_slot(
    tx: &mut Tx<'_>,
    kind: &'static str,
    slot: Instant,
    now: Instant,
) -> Result<bool, Fault> {
    let first = tx.exec(
        "insert into job_schedule (kind, slot) values ($1, $2)
            on conflict (kind) do update set slot = excluded.slot where job_schedule.slot < excluded.slot",
        args![kind, slot],
    )?;
    let key = format!("slot {slot}");
    Ok(first == 1 && enqueue(tx, kind, &serde_json::Value::Null, now, now, Some(&key))?)
}
