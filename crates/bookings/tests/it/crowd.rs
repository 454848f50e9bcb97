//! Many come for few places at the same moment, again and again, and what would happen without what guards them.

use crate::{
    process::{Process, Said},
    support::{Hall, MIGRATIONS, request},
};
use bookings::{Desk, Refused, Settle, book, settle};
use kernel::Fault;
use store::{Tx, testing};
use uuid::Uuid;

const ROUNDS: i64 = 50;
/// With two processes on PostgreSQL, whose every statement goes over a wire.
const ROUNDS_OF_PROCESSES: i64 = 16;
const PLACES: usize = 10;
const FAMILIES: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_times_two_hundred_ask_two_nodes_for_ten_places() {
    let made = testing::sqlite(MIGRATIONS).await;
    let hall = Hall::open(made.db.clone(), made.url.clone()).await;
    hall.fill().await;
    let desks = [hall.desk.clone(), hall.second_node().await];
    for (round, date) in (0..).zip(hall.open_session("crowded", 10, ROUNDS).await) {
        let crowd = ask(&desks, date, round * FAMILIES).await;
        assert_eq!((crowd.booked, crowd.full), (PLACES, 190), "round {round}: {crowd:?}");
    }
    hall.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_times_two_hundred_ask_two_processes_for_ten_places() {
    let made = testing::postgres(MIGRATIONS).await;
    let hall = Hall::open(made.db.clone(), made.url.clone()).await;
    hall.fill().await;
    let mut processes = [Process::start(&made.url).await, Process::start(&made.url).await];
    for (round, date) in (0..).zip(hall.open_session("crowded", 10, ROUNDS_OF_PROCESSES).await) {
        for (node, process) in (0..).zip(&mut processes) {
            process.ask(date, round * FAMILIES + node * (FAMILIES / 2), FAMILIES / 2);
        }
        let mut answers = Vec::new();
        for process in &mut processes {
            answers.extend(process.rest().await);
        }
        let booked = answers.iter().filter(|said| matches!(said, Said::Booked(..))).count();
        let full = answers.iter().filter(|said| matches!(said, Said::Full(_))).count();
        assert_eq!((booked, full), (PLACES, 190), "round {round}: {answers:?}");
    }
    hall.expect_sound().await;
}

// What follows is on PostgreSQL only. SQLite lets one transaction write at a time, in one process or in many (`begin
// immediate`), so a booking reads and writes with nobody between whether or not it takes the session's row: there is no
// lock of ours to take out.

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_lock_and_without_the_check_ten_places_are_sold_to_more_than_ten() {
    let most = most_sold(Lock::Out, Check::Out).await;
    assert!(most > PLACES, "{most}: the test of the crowd would not see a missing lock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_lock_the_check_alone_sells_no_more_than_ten() {
    assert_eq!(most_sold(Lock::Out, Check::In).await, PLACES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_check_the_lock_alone_sells_no_more_than_ten() {
    assert_eq!(most_sold(Lock::In, Check::Out).await, PLACES);
}

#[derive(PartialEq)]
enum Lock {
    In,
    Out,
}
#[derive(PartialEq)]
enum Check {
    In,
    Out,
}

fn take_no_rows(_: &mut Tx<'_>, _: &[Uuid]) -> Result<(), Fault> {
    Ok(())
}

/// How many of ten places were sold in the worst of some crowds over two nodes. One that bought too much is enough.
async fn most_sold(lock: Lock, check: Check) -> usize {
    // Without a guard it is up to chance; with one it must never be.
    let crowds = if (&lock, &check) == (&Lock::Out, &Check::Out) { 20 } else { 6 };
    let made = testing::postgres(MIGRATIONS).await;
    let hall = Hall::open(made.db.clone(), made.url.clone()).await;
    hall.fill().await;
    if check == Check::Out {
        let drop_check = "alter table date_places drop constraint date_places_not_over";
        hall.db.write(move |tx| tx.script(drop_check)).await.unwrap();
    }
    let sites = [hall.desk.site().clone(), hall.second_site().await];
    let mut desks = Vec::new();
    for site in &sites {
        desks.push(match lock {
            Lock::In => Desk::open(site).await.unwrap(),
            Lock::Out => Desk::open_with(site, take_no_rows).await.unwrap(),
        });
    }
    let mut most = 0;
    for (round, date) in (0..).zip(hall.open_session("crowded", 10, crowds).await) {
        // Somebody was there before, so that the row with the counts is.
        let early = book(&hall.desk, request(1_000_000 + round, &[date], 1)).await.unwrap().unwrap();
        settle(&hall.desk, early.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        let crowd = ask(&desks, date, round * FAMILIES).await;
        // Two lines may refuse one another by the check: then the family sees an apology, and no place is sold twice.
        assert!(check == Check::In || crowd.faults == 0, "{crowd:?}");
        assert_eq!(i64::try_from(crowd.booked).unwrap(), hall.taken(date).await, "{crowd:?}");
        most = most.max(crowd.booked);
        if most > PLACES {
            break;
        }
    }
    most
}

#[derive(Debug, Default)]
struct Crowd {
    booked: usize,
    full: usize,
    faults: usize,
}

/// Two hundred families, in turn at each of the desks, all at once.
async fn ask(desks: &[Desk], date: Uuid, first: u64) -> Crowd {
    let asked = (first..first + FAMILIES)
        .zip(desks.iter().cycle().cloned())
        .map(|(number, desk)| tokio::spawn(async move { book(&desk, request(number, &[date], 1)).await }));
    let mut crowd = Crowd::default();
    for asked in asked.collect::<Vec<_>>() {
        match asked.await.unwrap() {
            Ok(Ok(_)) => crowd.booked += 1,
            Ok(Err(Refused::Full(_))) => crowd.full += 1,
            _ => crowd.faults += 1,
        }
    }
    crowd
}
