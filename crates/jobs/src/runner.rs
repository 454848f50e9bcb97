//! The worker: takes due jobs, hands them to their handlers, and writes down how they ended.

use crate::job::{self, Ending, Taken};
use anyhow::{Context, anyhow, bail};
use kernel::{Clock, Dice, Fault, Instant};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, pin::Pin, sync::Arc, time::Duration};
use store::{Db, Tx, outbox};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

/// How a handler leaves its job. A fault or a panic is a retry.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Something stood in the way that may be gone later. The reason is kept, so it names no people.
    Retry {
        /// What stood in the way.
        reason: String,
    },
    /// It will never work. A person should look.
    GiveUp {
        /// Why not.
        reason: String,
    },
}

/// An announcement as a subscribed job gets it: its payload, read with `job.payload::<Announced>()`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announced {
    /// Its place in the order of things.
    pub sequence: i64,
    /// What kind of thing.
    pub topic: String,
    /// What it happened to.
    pub subject: Option<uuid::Uuid>,
    /// The rest.
    pub payload: serde_json::Value,
}

/// What a handler is given.
#[derive(Clone)]
pub struct JobContext {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub dice: Dice,
    /// The job's number.
    pub id: i64,
    /// Which try this is, from 1.
    pub attempt: i64,
    payload: serde_json::Value,
    fence: i64,
}

impl JobContext {
    /// What was enqueued with it.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_value(self.payload.clone()).context("a job's payload is not what its handler reads")
    }

    /// Refuses to go on when the lease has run out and the job may be somebody else's; otherwise holds it until this
    /// transaction ends. First in a transaction whose effects must not happen twice.
    pub fn hold(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        if job::holds(tx, self.id, self.fence, self.clock.now())? {
            Ok(())
        } else {
            bail!("the lease of job {} has run out", self.id)
        }
    }

    /// Marks the job done in the transaction of its effects: they and the mark are kept together or not at all. Then
    /// give [`Outcome::Done`].
    pub fn finish(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        if job::settle(tx, self.id, self.fence, &Ending::Done, self.clock.now())? {
            Ok(())
        } else {
            bail!("the lease of job {} has run out", self.id)
        }
    }
}

type Working = Pin<Box<dyn Future<Output = Result<Outcome, Fault>> + Send>>;
type Handler = Arc<dyn Fn(JobContext) -> Working + Send + Sync>;

/// Runs jobs. As many nodes may run one as there are.
#[derive(Clone)]
pub struct Runner {
    db: Db,
    clock: Clock,
    dice: Dice,
    handlers: BTreeMap<&'static str, Handler>,
    schedules: Vec<(&'static str, i64)>,
    subscriptions: Vec<(&'static str, &'static str)>,
    lease_seconds: i64,
    attempts_max: i64,
    workers: usize,
}

impl Runner {
    /// A runner that knows no jobs yet.
    pub fn new(db: Db, clock: Clock, dice: Dice) -> Runner {
        Runner {
            db,
            clock,
            dice,
            handlers: BTreeMap::new(),
            schedules: Vec::new(),
            subscriptions: Vec::new(),
            lease_seconds: 300,
            attempts_max: 10,
            workers: 2,
        }
    }

    /// Who does the jobs of this kind. Kinds nobody here does are left for a node that can.
    pub fn on<F, W>(mut self, kind: &'static str, handler: F) -> Runner
    where
        F: Fn(JobContext) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Outcome, Fault>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |context| Box::pin(handler(context)));
        assert!(self.handlers.insert(kind, handler).is_none(), "{kind} has two handlers");
        self
    }

    /// A job every so many seconds, counted from midnight UTC on 1 January 1970: once in each such slot whatever the
    /// number of nodes, and once, not many times, after a night in which nobody worked.
    pub fn schedule(mut self, kind: &'static str, every_seconds: i64) -> Runner {
        assert!(every_seconds > 0, "{kind} must have some time between its runs");
        self.schedules.push((kind, every_seconds));
        self
    }

    /// Every announcement of a topic becomes a job of this kind, exactly once. Its payload is an [`Announced`]. A new
    /// subscription begins with the oldest announcement that is kept.
    pub fn subscribe(mut self, topic: &'static str, kind: &'static str) -> Runner {
        self.subscriptions.push((topic, kind));
        self
    }

    /// How long a job may take (300 seconds). After that it is stopped, and may be taken by another node.
    pub fn lease_seconds(mut self, seconds: i64) -> Runner {
        self.lease_seconds = seconds.max(1);
        self
    }

    /// How often a job is tried before it is given up (10 times).
    pub fn attempts_max(mut self, attempts: i64) -> Runner {
        self.attempts_max = attempts.max(1);
        self
    }

    /// How many jobs are worked on at once by [`Runner::run_forever`] (2).
    pub fn workers(mut self, workers: usize) -> Runner {
        self.workers = workers.max(1);
        self
    }

    /// Runs what is due now until nothing is, and says how many runs that was. For tests, with a standing clock: a
    /// job that is to be tried later waits until the clock is moved.
    pub async fn run_until_empty(&self) -> Result<usize, Fault> {
        const RUNS_MAX: usize = 1_000;
        for runs in 0..RUNS_MAX {
            self.enqueue_due().await?;
            let Some(taken) = self.take().await? else { return Ok(runs) };
            self.clone().run(taken).await?;
        }
        bail!("after {RUNS_MAX} runs there was still a job due: one that enqueues itself?")
    }

    /// Works until `shutdown` comes, looking for new jobs every second; then finishes what was begun.
    pub async fn run_forever(&self, shutdown: impl Future<Output = ()>) {
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut working = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = working.join_next() => {}
                _ = second.tick() => {
                    if let Err(fault) = self.enqueue_due().await {
                        tracing::error!("jobs could not be enqueued: {fault:#}");
                    }
                }
            }
            while working.len() < self.workers {
                match self.take().await {
                    Ok(Some(taken)) => {
                        let runner = self.clone();
                        working.spawn(async move {
                            if let Err(fault) = runner.run(taken).await {
                                tracing::error!("a job's end could not be written down: {fault:#}");
                            }
                        });
                    }
                    Ok(None) => break,
                    Err(fault) => {
                        tracing::error!("jobs could not be taken: {fault:#}");
                        break;
                    }
                }
            }
        }
        while working.join_next().await.is_some() {}
    }

    /// Turns due slots and new announcements into jobs.
    async fn enqueue_due(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        for &(kind, every_seconds) in &self.schedules {
            let slot = Instant::from_second(now.as_second().div_euclid(every_seconds) * every_seconds)?;
            let last = self.db.read(move |tx| job::find_slot(tx, kind)).await?;
            if last.is_none_or(|last| last < slot) {
                self.db.write(move |tx| job::enqueue_slot(tx, kind, slot, now)).await?;
            }
        }
        for &(topic, kind) in &self.subscriptions {
            let subscriber = format!("{topic} becomes {kind}");
            let asked = subscriber.clone();
            while self
                .db
                .read({
                    let asked = asked.clone();
                    move |tx| outbox::is_waiting(tx, &asked)
                })
                .await?
            {
                let subscriber = subscriber.clone();
                self.db.write(move |tx| become_jobs(tx, &subscriber, topic, kind, now)).await?;
            }
        }
        Ok(())
    }

    async fn take(&self) -> Result<Option<Taken>, Fault> {
        if self.handlers.is_empty() {
            return Ok(None);
        }
        let kinds: Vec<&'static str> = self.handlers.keys().copied().collect();
        let now = self.clock.now();
        let lease_end = later(now, self.lease_seconds)?;
        let asked = kinds.clone();
        if !self.db.read(move |tx| job::is_due(tx, &asked, now)).await? {
            return Ok(None);
        }
        self.db.write(move |tx| job::take(tx, &kinds, now, lease_end)).await
    }

    async fn run(self, taken: Taken) -> Result<(), Fault> {
        let outcome = if taken.attempts > self.attempts_max {
            Ok(Outcome::GiveUp { reason: "it was begun again and again and never ended".to_owned() })
        } else {
            self.work(&taken).await
        };
        let now = self.clock.now();
        let ending = match outcome {
            Ok(Outcome::Done) => Ending::Done,
            Ok(Outcome::GiveUp { reason }) => Ending::Dead { reason: shortened(&reason) },
            Ok(Outcome::Retry { reason }) => self.again(&taken, &reason, now)?,
            Err(fault) => self.again(&taken, &format!("{fault:#}"), now)?,
        };
        match &ending {
            Ending::Done => tracing::info!(job.id = taken.id, job.kind = taken.kind, "a job is done"),
            Ending::Again { reason, .. } => {
                tracing::warn!(
                    job.id = taken.id,
                    job.kind = taken.kind,
                    reason,
                    "a job is to be tried again"
                );
            }
            Ending::Dead { reason } => {
                tracing::error!(job.id = taken.id, job.kind = taken.kind, reason, "a job was given up");
            }
        }
        let (id, fence) = (taken.id, taken.fence);
        let kept = self
            .db
            .write(move |tx| {
                Ok(job::settle(tx, id, fence, &ending, now)?
                    || (ending == Ending::Done && job::was_done(tx, id, fence)?))
            })
            .await?;
        if !kept {
            tracing::warn!(
                job.id = id,
                "a job's lease ran out before it ended, so its end was not written down"
            );
        }
        Ok(())
    }

    /// Calls the handler on a task of its own, so that its panic stays there, and no longer than the lease.
    async fn work(&self, taken: &Taken) -> Result<Outcome, Fault> {
        let handler =
            self.handlers.get(taken.kind.as_str()).context("a job of a kind that nobody here does")?;
        let context = JobContext {
            db: self.db.clone(),
            clock: self.clock.clone(),
            dice: self.dice.clone(),
            id: taken.id,
            attempt: taken.attempts,
            payload: taken.payload.clone(),
            fence: taken.fence,
        };
        let handler = handler.clone();
        let mut task = tokio::spawn(async move { handler(context).await });
        // A little less than the lease, to leave time to write down the end.
        let limit = Duration::from_secs(self.lease_seconds.unsigned_abs()).mul_f64(0.9);
        match timeout(limit, &mut task).await {
            Ok(Ok(outcome)) => outcome,
            // What a panic says may hold what a person typed.
            Ok(Err(_)) => Err(anyhow!("the handler panicked")),
            Err(_) => {
                task.abort();
                Err(anyhow!("the handler took longer than its lease"))
            }
        }
    }

    fn again(&self, taken: &Taken, reason: &str, now: Instant) -> Result<Ending, Fault> {
        let reason = shortened(reason);
        if taken.attempts >= self.attempts_max {
            return Ok(Ending::Dead { reason });
        }
        Ok(Ending::Again { at: later(now, wait_seconds(taken.attempts, &self.dice))?, reason })
    }
}

fn become_jobs(
    tx: &mut Tx<'_>,
    subscriber: &str,
    topic: &str,
    kind: &'static str,
    now: Instant,
) -> Result<(), Fault> {
    for announcement in outbox::take(tx, subscriber, 200)? {
        if announcement.topic == topic {
            let announced = Announced {
                sequence: announcement.sequence,
                topic: announcement.topic,
                subject: announcement.subject,
                payload: announcement.payload,
            };
            job::enqueue(tx, kind, &announced, now, now, None)?;
        }
    }
    Ok(())
}

/// 10 seconds, 20, 40 ... to an hour, and up to a fifth more by chance, so that what failed together does not come
/// back together.
fn wait_seconds(attempts: i64, dice: &Dice) -> i64 {
    let doublings = attempts.clamp(1, 10) - 1;
    let seconds = (10_i64 << doublings).min(3_600);
    let [chance] = dice.bytes::<1>();
    seconds + seconds * i64::from(chance) / (5 * 256)
}

fn later(now: Instant, seconds: i64) -> Result<Instant, Fault> {
    Instant::from_microsecond(now.as_microsecond() + seconds * 1_000_000).context("a time too far away")
}

fn shortened(reason: &str) -> String {
    reason.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_an_hour_and_never_comes_too_soon() {
        let dice = Dice::loaded(3);
        for (attempts, least) in [(1, 10), (2, 20), (3, 40), (9, 2_560), (10, 3_600), (99, 3_600)] {
            let wait = wait_seconds(attempts, &dice);
            assert!((least..=least * 6 / 5).contains(&wait), "{attempts}: {wait}");
        }
    }
}
