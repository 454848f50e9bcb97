//! Sources that are pulled by the clock: which are due, how a pull goes, and when the next is. A pull that takes longer
//! than a job may is a chain of jobs: each goes on where the one before it stopped.

use crate::{
    intake::{Begin, Beside, Intake, Loss, WAITS, on, plan, take_in},
    model::{Totals, decide_wait_hours},
    parts::{PART_SECONDS, Parts},
    progress::nobody,
    read::{incoming_of, organizations_of},
    store::{self as rows, PullKey, Run, RunEnd, Source},
    terms::terms_of,
    walk::{Halt, Trouble, Walked, walk},
};
use access::May;
use fetch::Validators;
use jobs::{JobContext, Outcome, Runner};
use kernel::{Fault, Id, Instant, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Tx;

/// The job that looks every hour which sources are due.
pub const HARVEST_SOURCES: &str = "harvest_sources";
/// The job that pulls one source, or only looks what pulling it would do.
pub const HARVEST_SOURCE: &str = "harvest_source";

const HOUR_SECONDS: i64 = 3_600;
/// What was read of a pull that nobody went on with is forgotten after this.
const PULL_KEPT_HOURS: i64 = 48;

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, intake: &Intake) -> Runner {
    jobs_when_asked(runner, intake).schedule(HARVEST_SOURCES, HOUR_SECONDS)
}

/// The same without the clock: a source is pulled when somebody asks for it, and by itself never.
pub fn jobs_when_asked(runner: Runner, intake: &Intake) -> Runner {
    let one = intake.clone();
    runner
        .on(HARVEST_SOURCES, |context: JobContext| async move {
            let now = context.clock.now();
            let long_ago = later(now, -PULL_KEPT_HOURS)?;
            context
                .db
                .write(move |tx| {
                    rows::delete_pulls_before(tx, long_ago)?;
                    enqueue_due(tx, now)
                })
                .await?;
            Ok(Outcome::Done)
        })
        .on(HARVEST_SOURCE, move |context: JobContext| {
            let intake = one.clone();
            async move {
                let Asked { slug, only_look } = context.payload()?;
                harvest(&intake, &slug, only_look).await?;
                // How it went is kept with the source, which says itself when it is asked again.
                Ok(Outcome::Done)
            }
        })
}

#[derive(Deserialize, Serialize)]
struct Asked {
    slug: String,
    only_look: bool,
}

fn enqueue_due(tx: &mut Tx, now: Instant) -> Result<(), Fault> {
    for source in rows::list_due(tx, now)? {
        enqueue_pull(tx, &source, now)?;
    }
    Ok(())
}

/// Wants a source pulled now. Asked for twice before it is done, it is done once.
pub(crate) fn enqueue_pull(tx: &mut Tx, source: &Source, now: Instant) -> Result<(), Fault> {
    let due = source.next_run.unwrap_or(now);
    let key = format!("{} {}", source.draft.slug, due.as_microsecond());
    let asked = Asked { slug: source.draft.slug.to_string(), only_look: false };
    jobs::enqueue(tx, HARVEST_SOURCE, &asked, now, now, Some(&key))?;
    Ok(())
}

/// Wants to know what pulling a source would do.
pub(crate) fn enqueue_look(tx: &mut Tx, slug: &str, now: Instant) -> Result<(), Fault> {
    let asked = Asked { slug: slug.to_owned(), only_look: true };
    jobs::enqueue(
        tx,
        HARVEST_SOURCE,
        &asked,
        now,
        now,
        Some(&format!("look {slug} {}", now.as_microsecond())),
    )?;
    Ok(())
}

/// Wants the next part of a pull.
fn enqueue_part(tx: &mut Tx, slug: &str, key: PullKey, now: Instant) -> Result<(), Fault> {
    let Some(pull) = rows::find_pull(tx, key)? else { return Ok(()) };
    let asked = Asked { slug: slug.to_owned(), only_look: key.purpose == LOOK };
    let unique = format!("{} {slug} {} part {}", key.purpose, pull.begun_at.as_microsecond(), pull.parts + 1);
    jobs::enqueue(tx, HARVEST_SOURCE, &asked, now, now, Some(&unique))?;
    Ok(())
}

const LOOK: &str = "look";

/// Pulls a source, or only looks. What goes wrong with the other side is no fault of ours: it is written down and the
/// source is left alone for longer.
async fn harvest(intake: &Intake, slug: &str, only_look: bool) -> Result<(), Fault> {
    let (db, now) = (intake.site.db(), intake.site.clock().now());
    let asked = slug.to_owned();
    let Some(source) = db.read(move |tx| rows::find_source(tx, &asked)).await? else { return Ok(()) };
    let Some(address) = source.draft.address.clone().filter(|_| source.stopped_at.is_none()) else {
        return Ok(());
    };
    let key = PullKey { source: source.id, purpose: if only_look { LOOK } else { "harvest" } };
    let begun = db.read(move |tx| rows::find_pull(tx, key)).await?.is_some();
    let is_due = begun || source.next_run.is_some_and(|due| due <= now);
    if !only_look && (source.paused || !is_due) {
        return Ok(());
    }
    if !only_look {
        // Asked for again later, whatever becomes of this node meanwhile: a pull that never ends is not the last one.
        let (id, next) = (source.id, later(now, decide_wait_hours(source.draft.every_hours, 0, None))?);
        db.write(move |tx| rows::set_next_run(tx, id, next)).await?;
    }
    let known = Some(&source.validators).filter(|_| !begun && !only_look && !source.accept_loss);
    let until = now.checked_add(Span::new().seconds(PART_SECONDS))?;
    let parts = Parts::kept(db, intake.site.clock(), key, until);
    let walked = walk(&intake.fetcher, &address, known, now, parts, &nobody).await;
    if let Err(Halt::Later) = walked {
        let now = intake.site.clock().now();
        let slug = slug.to_owned();
        return db.write(move |tx| enqueue_part(tx, &slug, key, now)).await;
    }
    let taken = take_what_came(intake, source, walked, only_look).await;
    if let Ok(End::Whole) = taken {
        db.write(move |tx| rows::delete_pull(tx, key)).await?;
    }
    taken.map(|_| ())
}

/// How a pull ended.
enum End {
    /// All of it came and was taken in or looked at: what was kept on the way can go.
    Whole,
    /// Not all of it came: what was read is kept for the next time, for as long as it is of use.
    Short,
}

async fn take_what_came(
    intake: &Intake,
    source: Source,
    walked: Result<Walked, Halt>,
    only_look: bool,
) -> Result<End, Fault> {
    match walked {
        Err(Halt::Broken(fault)) => Err(fault),
        Err(Halt::Later) => Ok(End::Short),
        Err(Halt::Trouble(trouble)) => {
            end_in_trouble(intake, source, trouble, only_look).await?;
            Ok(End::Short)
        }
        Ok(Walked::Unchanged) => {
            end_unchanged(intake, source).await?;
            Ok(End::Whole)
        }
        Ok(Walked::Records { kind, records, validators }) => {
            let mut draft = source.draft.clone();
            draft.kind = kind;
            let beside =
                Beside { terms: terms_of(&records), organizations: organizations_of(&draft, &records) };
            let incoming = Arc::new(incoming_of(&draft, records));
            let task = intake.task(draft).await?;
            let planned = plan(intake, &task, &incoming, &beside).await?;
            if only_look {
                keep_look(intake, source.id, planned, "planned", "").await?;
                return Ok(End::Whole);
            }
            if planned.sudden_loss && !source.accept_loss {
                keep_look(intake, source.id, planned, "waiting", WAITS).await?;
                settle(intake, source, "waiting", WAITS, Validators::default()).await?;
                return Ok(End::Whole);
            }
            let may = May::by_machine(HARVEST_SOURCE, on(source.id));
            let loss = if source.accept_loss { Loss::Accepted } else { Loss::Ask };
            let begin = Begin { may: &may, kind: "harvest", loss, progress: &nobody };
            let taken = take_in(intake, &task, &incoming, &beside, begin).await?;
            let words = taken.totals.words();
            settle(intake, source, "done", &words, validators).await?;
            Ok(End::Whole)
        }
    }
}

async fn end_in_trouble(
    intake: &Intake,
    source: Source,
    trouble: Trouble,
    only_look: bool,
) -> Result<(), Fault> {
    let (now, run) = (intake.site.clock().now(), new_run(intake));
    let failures = if only_look { source.failures } else { source.failures + 1 };
    let hours = decide_wait_hours(source.draft.every_hours, failures, trouble.wait_seconds);
    let next = if only_look { source.next_run } else { Some(later(now, hours)?) };
    let (id, why) = (source.id, trouble.why);
    tracing::info!(source = source.draft.slug.as_str(), failures, "a source could not be pulled");
    intake
        .site
        .db()
        .write(move |tx| {
            rows::insert_run(tx, run, id, if only_look { "preview" } else { "harvest" }, now)?;
            rows::set_run(tx, run, "failed", &Totals::default(), &why, now)?;
            rows::delete_old_runs(tx, id)?;
            let end = RunEnd {
                outcome: "failed",
                why: &why,
                failures,
                next_run: next,
                validators: None,
                good: None,
            };
            rows::set_run_end(tx, id, &end, now)
        })
        .await
}

async fn end_unchanged(intake: &Intake, source: Source) -> Result<(), Fault> {
    let (now, run, id) = (intake.site.clock().now(), new_run(intake), source.id);
    intake
        .site
        .db()
        .write(move |tx| {
            rows::insert_run(tx, run, id, "harvest", now)?;
            rows::set_run(tx, run, "unchanged", &Totals::default(), "It says that nothing has changed", now)?;
            rows::delete_old_runs(tx, id)
        })
        .await?;
    let validators = source.validators.clone();
    settle(intake, source, "unchanged", "It says that nothing has changed", validators).await
}

/// Keeps what a pull would have done as a run of its own.
async fn keep_look(
    intake: &Intake,
    id: crate::SourceId,
    planned: crate::Plan,
    outcome: &'static str,
    why: &'static str,
) -> Result<(), Fault> {
    let (now, run) = (intake.site.clock().now(), new_run(intake));
    intake
        .site
        .db()
        .write(move |tx| {
            rows::insert_run(tx, run, id, "preview", now)?;
            rows::insert_lines(tx, run, 0, &planned.lines)?;
            let why = if planned.sudden_loss && why.is_empty() { WAITS } else { why };
            rows::set_run(tx, run, outcome, &planned.totals, why, now)?;
            rows::delete_old_runs(tx, id)
        })
        .await
}

/// The other side answered: it is asked again after its own time.
async fn settle(
    intake: &Intake,
    source: Source,
    outcome: &'static str,
    why: &str,
    validators: Validators,
) -> Result<(), Fault> {
    let now = intake.site.clock().now();
    let next = later(now, decide_wait_hours(source.draft.every_hours, 0, None))?;
    let why = why.to_owned();
    intake
        .site
        .db()
        .write(move |tx| {
            let good = (outcome != "waiting").then_some(now);
            let end = RunEnd {
                outcome,
                why: &why,
                failures: 0,
                next_run: Some(next),
                validators: Some(&validators),
                good,
            };
            rows::set_run_end(tx, source.id, &end, now)
        })
        .await
}

fn new_run(intake: &Intake) -> Id<Run> {
    Id::new(intake.site.clock(), intake.site.dice())
}

fn later(now: Instant, hours: i64) -> Result<Instant, Fault> {
    Ok(now.checked_add(Span::new().try_hours(hours)?)?)
}
