//! What the jobs promise, each promise on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use jobs::{Announced, Counts, JobContext, Outcome, Runner, counts, enqueue, list_dead, prune, revive};
use kernel::{Clock, Dice, Fault, Instant};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::{Db, Migration, args, outbox, testing};

mod many_nodes;

const EFFECTS: &[Migration] = &[Migration {
    room: "effects",
    number: 1,
    name: "what the jobs of these tests do",
    sql: "create table effect (name {text} not null) {strict}",
}];

fn at_two() -> Clock {
    Clock::standing_at("2026-11-22T02:00:00Z")
}

fn pass(clock: &Clock, seconds: i64) {
    clock.set(Instant::from_second(clock.now().as_second() + seconds).unwrap());
}

fn runner(db: &Db, clock: &Clock) -> Runner {
    Runner::new(db.clone(), clock.clone(), Dice::loaded(1))
}

async fn want(db: &Db, clock: &Clock, kind: &'static str, payload: &str) {
    let (now, payload) = (clock.now(), payload.to_owned());
    assert!(db.write(move |tx| enqueue(tx, kind, &payload, now, now, None)).await.unwrap());
}

async fn counted(db: &Db, clock: &Clock) -> Counts {
    let now = clock.now();
    db.read(move |tx| counts(tx, now)).await.unwrap()
}

async fn effects(db: &Db) -> Vec<String> {
    let rows: Vec<(String,)> =
        db.read(|tx| tx.all("select name from effect order by name", args![])).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

/// A handler that notes its payloads.
type Notes = Arc<Mutex<Vec<String>>>;
fn noting(
    notes: &Notes,
) -> impl Fn(JobContext) -> std::future::Ready<Result<Outcome, Fault>> + Send + Sync + use<> {
    let notes = notes.clone();
    move |job| {
        notes.lock().unwrap().push(job.payload().unwrap());
        std::future::ready(Ok(Outcome::Done))
    }
}

#[tokio::test]
async fn a_job_runs_once_when_it_is_due_and_not_before() {
    testing::both(&[], async |db| {
        let (clock, notes) = (at_two(), Notes::default());
        let runner = runner(&db, &clock).on("SendMail", noting(&notes));
        let now = clock.now();
        db.write(move |tx| {
            let tomorrow = Instant::from_second(now.as_second() + 86_400)?;
            enqueue(tx, "SendMail", &"tomorrow", tomorrow, now, None)?;
            enqueue(tx, "SendMail", &"now", now, now, None)?;
            enqueue(tx, "SomebodyElsesJob", &"left alone", now, now, None)
        })
        .await
        .unwrap();
        assert_eq!(runner.run_until_empty().await.unwrap(), 1);
        assert_eq!(runner.run_until_empty().await.unwrap(), 0);
        pass(&clock, 86_400);
        assert_eq!(runner.run_until_empty().await.unwrap(), 1);
        assert_eq!(*notes.lock().unwrap(), ["now", "tomorrow"]);
        assert_eq!(
            counted(&db, &clock).await,
            Counts { waiting: 1, running: 0, dead: 0, oldest_due_at: Some(now) }
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_transaction_that_was_undone_never_was() {
    testing::both(&[], async |db| {
        let clock = at_two();
        let now = clock.now();
        let undone: Result<(), Fault> = db
            .write(move |tx| {
                enqueue(tx, "SendMail", &"x", now, now, None)?;
                Err(anyhow::anyhow!("no"))
            })
            .await;
        assert!(undone.is_err());
        assert_eq!(counted(&db, &clock).await.waiting, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_enqueued_once_even_after_it_was_done() {
    testing::both(&[], async |db| {
        let (clock, notes) = (at_two(), Notes::default());
        let runner = runner(&db, &clock).on("SendMail", noting(&notes));
        let now = clock.now();
        let again =
            |key: &'static str| db.write(move |tx| enqueue(tx, "SendMail", &key, now, now, Some(key)));
        assert!(again("booking 1").await.unwrap());
        assert!(!again("booking 1").await.unwrap());
        runner.run_until_empty().await.unwrap();
        assert!(!again("booking 1").await.unwrap());
        assert!(again("booking 2").await.unwrap());
        runner.run_until_empty().await.unwrap();
        assert_eq!(*notes.lock().unwrap(), ["booking 1", "booking 2"]);
        pass(&clock, 60);
        let later = clock.now();
        assert_eq!(db.write(move |tx| prune(tx, later)).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_each_time_and_then_given_up() {
    testing::both(&[], async |db| {
        let (clock, tries) = (at_two(), Arc::new(Mutex::new(Vec::new())));
        let noted = tries.clone();
        let runner = runner(&db, &clock).attempts_max(4).on("SendMail", move |job: JobContext| {
            noted.lock().unwrap().push((job.attempt, job.clock.now().as_second()));
            async move {
                match job.attempt {
                    1 => Ok(Outcome::Retry { reason: "the mail server is away".to_owned() }),
                    2 => Err(anyhow::anyhow!("a fault")),
                    3 => panic!("a bug"),
                    _ => Err(anyhow::anyhow!("still a fault").context("sending")),
                }
            }
        });
        want(&db, &clock, "SendMail", "x").await;
        for _ in 0..40 {
            runner.run_until_empty().await.unwrap();
            pass(&clock, 5);
        }
        let tries = tries.lock().unwrap().clone();
        assert_eq!(tries.iter().map(|(attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let waits: Vec<i64> = tries.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
        for (wait, least) in waits.iter().zip([10, 20, 40]) {
            assert!((least..=least * 6 / 5 + 5).contains(wait), "{waits:?}");
        }
        let dead = db.read(list_dead).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].attempts, dead[0].reason.as_deref()), (4, Some("sending: still a fault")));
        assert_eq!(counted(&db, &clock).await.dead, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_given_up_is_a_dead_letter_that_a_person_can_revive() {
    testing::both(&[], async |db| {
        let (clock, runs) = (at_two(), Arc::new(AtomicUsize::new(0)));
        let counting = runs.clone();
        let runner = runner(&db, &clock).on("SendMail", move |_| {
            let first = counting.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                let reason = "the address is gone".to_owned();
                Ok(if first { Outcome::GiveUp { reason } } else { Outcome::Done })
            }
        });
        want(&db, &clock, "SendMail", "x").await;
        assert_eq!(runner.run_until_empty().await.unwrap(), 1);
        let dead = db.read(list_dead).await.unwrap();
        assert_eq!(dead[0].reason.as_deref(), Some("the address is gone"));
        assert_eq!(dead[0].payload, serde_json::json!("x"));
        let (id, now) = (dead[0].id, clock.now());
        assert!(db.write(move |tx| revive(tx, id, now)).await.unwrap());
        assert!(!db.write(move |tx| revive(tx, id, now)).await.unwrap());
        assert_eq!(runner.run_until_empty().await.unwrap(), 1);
        assert!(db.read(list_dead).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_can_neither_write_nor_say_that_the_job_is_done() {
    testing::both(&[EFFECTS], async |db| {
        let (clock, began) = (at_two(), Arc::new(AtomicUsize::new(0)));
        let handler = {
            let (clock, began) = (clock.clone(), began.clone());
            move |job: JobContext| {
                let (clock, began) = (clock.clone(), began.clone());
                async move {
                    if began.fetch_add(1, Ordering::SeqCst) == 0 {
                        // This worker sleeps through its lease, and a second one takes the job meanwhile.
                        pass(&clock, 301);
                        let second = Runner::new(job.db.clone(), clock.clone(), job.dice.clone()).on(
                            "SendMail",
                            |job: JobContext| async move {
                                let held = job.clone();
                                job.db
                                    .write(move |tx| {
                                        held.hold(tx)?;
                                        tx.exec("insert into effect (name) values ('second')", args![])
                                    })
                                    .await?;
                                Ok(Outcome::Retry { reason: "the second one's word stands".to_owned() })
                            },
                        );
                        assert_eq!(second.run_until_empty().await.unwrap(), 1);
                        let held = job.clone();
                        let late = job
                            .db
                            .write(move |tx| {
                                held.hold(tx)?;
                                tx.exec("insert into effect (name) values ('first')", args![])
                            })
                            .await;
                        assert!(late.is_err());
                        let finishing = job.clone();
                        assert!(job.db.write(move |tx| finishing.finish(tx)).await.is_err());
                    }
                    Ok(Outcome::Done)
                }
            }
        };
        let first = runner(&db, &clock).on("SendMail", handler);
        want(&db, &clock, "SendMail", "x").await;
        assert_eq!(first.run_until_empty().await.unwrap(), 1);
        assert_eq!(began.load(Ordering::SeqCst), 1);
        assert_eq!(effects(&db).await, ["second"]);
        let now = counted(&db, &clock).await;
        assert_eq!((now.waiting, now.running), (1, 0), "the first worker's `done` was not believed");
        pass(&clock, 25);
        assert_eq!(first.run_until_empty().await.unwrap(), 1);
        assert_eq!(counted(&db, &clock).await.waiting, 0);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_not_a_lease_even_when_nobody_else_has_come() {
    testing::both(&[], async |db| {
        let (clock, began) = (at_two(), Arc::new(AtomicUsize::new(0)));
        let (standing, counting) = (clock.clone(), began.clone());
        let runner = runner(&db, &clock).attempts_max(3).on("SendMail", move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
            pass(&standing, 301);
            async { Ok(Outcome::Done) }
        });
        want(&db, &clock, "SendMail", "x").await;
        assert_eq!(runner.run_until_empty().await.unwrap(), 4);
        assert_eq!(began.load(Ordering::SeqCst), 3, "a job that always outlives its lease has a limit too");
        assert_eq!(counted(&db, &clock).await.dead, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_finished_in_the_transaction_of_its_effects_happens_once() {
    testing::both(&[EFFECTS], async |db| {
        let clock = at_two();
        let runner = runner(&db, &clock).on("Note", |job: JobContext| async move {
            let finishing = job.clone();
            job.db
                .write(move |tx| {
                    tx.exec("insert into effect (name) values ('once')", args![])?;
                    finishing.finish(tx)
                })
                .await?;
            // As if the node had died here: what comes now changes nothing any more.
            Err(anyhow::anyhow!("too late to fail"))
        });
        want(&db, &clock, "Note", "x").await;
        assert_eq!(runner.run_until_empty().await.unwrap(), 1);
        pass(&clock, 86_400);
        assert_eq!(runner.run_until_empty().await.unwrap(), 0);
        assert_eq!(effects(&db).await, ["once"]);
    })
    .await;
}

#[tokio::test]
async fn an_announcement_becomes_one_job_for_each_subscription() {
    testing::both(&[], async |db| {
        let (clock, heard) = (at_two(), Arc::new(Mutex::new(Vec::new())));
        let hearing = |name: &'static str| {
            let heard = heard.clone();
            move |job: JobContext| {
                let announced: Announced = job.payload().unwrap();
                heard.lock().unwrap().push((name, announced.subject, announced.payload));
                async { Ok(Outcome::Done) }
            }
        };
        let runner = runner(&db, &clock)
            .on("SendMail", hearing("mail"))
            .on("Count", hearing("count"))
            .subscribe("Booked", "SendMail")
            .subscribe("Booked", "Count")
            .subscribe("Cancelled", "SendMail");
        let (now, subject) = (clock.now(), Some(uuid::Uuid::from_u128(7)));
        db.write(move |tx| {
            outbox::announce(tx, "Booked", subject, &1, now)?;
            outbox::announce(tx, "Closed", None, &2, now)?;
            outbox::announce(tx, "Cancelled", subject, &3, now)
        })
        .await
        .unwrap();
        assert_eq!(runner.run_until_empty().await.unwrap(), 3);
        assert_eq!(runner.run_until_empty().await.unwrap(), 0);
        let mut heard = heard.lock().unwrap().clone();
        heard.sort_by_key(|(name, _, payload)| (*name, payload.as_i64()));
        let numbers: Vec<_> =
            heard.iter().map(|(name, _, payload)| (*name, payload.as_i64().unwrap())).collect();
        assert_eq!(numbers, [("count", 1), ("mail", 1), ("mail", 3)]);
        assert!(heard.iter().all(|(_, about, _)| *about == subject));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_enqueues_itself_for_ever_is_told_apart_from_much_work() {
    let db = testing::sqlite(&[]).await;
    let clock = at_two();
    let runner = runner(&db, &clock).on("Loop", |job: JobContext| async move {
        let now = job.clock.now();
        job.db.write(move |tx| enqueue(tx, "Loop", &0, now, now, None)).await?;
        Ok(Outcome::Done)
    });
    let now = clock.now();
    db.write(move |tx| enqueue(tx, "Loop", &0, now, now, None)).await.unwrap();
    assert!(runner.run_until_empty().await.unwrap_err().to_string().contains("enqueues itself"));
}

#[tokio::test]
async fn every_statement_of_the_jobs_is_one_that_both_databases_know() {
    let statements = testing::statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(statements.len() >= 10, "{statements:#?}");
    for db in testing::databases(&[]).await {
        let refused = testing::prepare_all(&db, statements.clone()).await;
        assert_eq!(refused, Vec::<String>::new(), "on {:?}", db.dialect());
    }
}
