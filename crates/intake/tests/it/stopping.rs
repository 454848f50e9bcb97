//! A run that is killed in its middle. The child is this very test program, told by its surroundings to take in.

use crate::support::{MIGRATIONS, again, house, records};
use intake::{Totals, command, nobody};
use kernel::Clock;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};
use store::{Db, args, testing};

const TOLD: &str = "HEARTH_TEST_TAKE_IN";
const COUNT: u128 = 230;

#[tokio::test]
async fn takes_in_when_told_to() {
    let Ok(url) = std::env::var(TOLD) else { return };
    let db = Db::open(&url).await.unwrap();
    let house = again(db, Clock::standing_at("2026-11-22T09:00:00Z")).await;
    let planned = house.plan(&records(COUNT)).await;
    let tell = |step: intake::Step| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "came to {step:?}");
        let _ = out.flush();
    };
    command::apply(&house.intake, planned, &tell).await.unwrap();
}

#[tokio::test]
async fn killed_at_every_step_and_run_again_it_ends_as_if_it_had_run_once() {
    for made in testing::databases(MIGRATIONS).await {
        house(made.db.clone()).await;
        // 0: while it reads and plans; then at each boundary of a batch, and a little after it.
        for steps in 0..6 {
            take_in_and_kill(&made.url, steps);
            let db = Db::open(&made.url).await.unwrap();
            let half: Vec<(String,)> = db
                .read(|tx| {
                    tx.all(
                        "select s.slug from service s left join source_record r on r.slug = s.slug where r.slug is null
                         union all select r.slug from source_record r left join service s on s.slug = r.slug where s.slug is null",
                        args![],
                    )
                })
                .await
                .unwrap();
            assert!(half.is_empty(), "an entry and its record come together: {half:?}");
        }
        let house = again(made.db.clone(), Clock::standing_at("2026-11-22T10:00:00Z")).await;
        house.take_in(&records(COUNT)).await;
        assert_eq!(house.count("select count(*) from service").await, COUNT as i64);
        assert_eq!(
            house.count("select count(*) from service_version").await,
            COUNT as i64,
            "each was written once"
        );
        assert_eq!(
            house.count("select count(*) from source_owner where entity = 'service'").await,
            COUNT as i64
        );
        let before = house.traces().await;
        let again = house.take_in(&records(COUNT)).await;
        assert_eq!(again.totals, Totals { same: COUNT as usize, ..Totals::default() });
        assert_eq!(house.traces().await, before);
    }
}

fn take_in_and_kill(url: &str, steps: usize) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stopping::takes_in_when_told_to", "--nocapture"])
        .env(TOLD, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok).filter(|line| line.contains("came to Taken")).take(steps.min(2)) {
        assert!(line.contains("of:"), "{line}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn stopped_between_two_batches_the_next_run_goes_on_from_there() {
    testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let planned = house.plan(&records(120)).await;
        let stop = |step: intake::Step| {
            if let intake::Step::Taken { done: 50, .. } = step {
                panic!("stopped at a boundary");
            }
        };
        let intake = house.intake.clone();
        let stopped =
            tokio::spawn(async move { command::apply(&intake, planned, &stop).await.map(|_| ()) }).await;
        assert!(stopped.is_err(), "it was stopped");
        assert_eq!(house.count("select count(*) from service").await, 50);
        let rest = house.take_in(&records(120)).await;
        assert_eq!((rest.totals.added, rest.totals.same), (70, 50));
        let planned = house.plan(&records(120)).await;
        let taken = command::apply(&house.intake, planned, &nobody).await.unwrap();
        assert_eq!(taken.totals.same, 120);
        assert_eq!(house.count("select count(*) from intake_run where outcome = 'failed'").await, 1);
    })
    .await;
}
