//! How many bookings a second are kept: `cargo run --release -p bookings --example bookings_bench`. Prints a table and ends with 1
//! when a target is missed. SQLite waits for the disk at every commit. PostgreSQL is a server of the bench's own that
//! does the same, for that of the tests does not.
//!
//! At the door of an opening morning 2,500 families come within ten seconds for 300 sessions. Nobody may wait for two
//! seconds but one in twenty, and places go by the order in which they came.
#![allow(clippy::unwrap_used, reason = "a measurement stops where something is wrong")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/own_server.rs"]
mod own_server;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use bookings::{Desk, How, Request, State, book};
use kernel::{Clock, Dice};
use own_server::OwnServer;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use store::{Db, args, migrate};
use support::{Hall, MIGRATIONS, dates_of, request, weekly};
use uuid::Uuid;

const BOOKINGS: u64 = 1_800;
/// The most that a date may have.
const MANY_PLACES: i64 = 2_000;
const SESSIONS: usize = 300;
/// Who book at once, as so many open pages would.
const AT_ONCE: usize = 64;
const FAMILIES: u64 = 2_500;
/// Of each session of the morning: less than come for it.
const PLACES: usize = 6;
const MORNING: Duration = Duration::from_secs(10);
const P95_MAX: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    println!(
        "| database | one hot session | {SESSIONS} sessions | at least | {FAMILIES} families in {} s: p50, p95, longest | order of arrival |",
        MORNING.as_secs()
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    let folder = tempfile::tempdir().unwrap();
    let mut missed =
        measure("SQLite", &format!("sqlite://{}/bench.db", folder.path().display()), 300.0).await;
    let server = OwnServer::start();
    missed |= measure("PostgreSQL", &server.url(), 500.0).await;
    drop(server);
    if missed {
        std::process::exit(1);
    }
}

async fn measure(name: &str, url: &str, at_least: f64) -> bool {
    let db = Db::open(url).await.unwrap();
    migrate(&db, MIGRATIONS).await.unwrap();
    let hall = Hall::open_at(db.clone(), url.to_owned(), Clock::real()).await;
    hall.fill().await;
    let hot = open_session(&hall, "hot".to_owned(), MANY_PLACES).await;
    let (mut many, mut few) = (Vec::new(), Vec::new());
    for number in 0..SESSIONS {
        many.push(open_session(&hall, format!("many-{number}"), MANY_PLACES).await);
        few.push(open_session(&hall, format!("morning-{number}"), PLACES as i64).await);
    }
    let warm = open_session(&hall, "warm".to_owned(), MANY_PLACES).await;
    rate(&hall.desk, &[warm], 10_000_000, 300).await;
    let on_one = rate(&hall.desk, &[hot], 0, BOOKINGS).await;
    let on_many = rate(&hall.desk, &many, BOOKINGS, BOOKINGS).await;
    let (took, in_order) = morning(&hall, &few).await;
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "| {name} | {on_one:.0} a second | {on_many:.0} a second | {at_least:.0} | {:.0} ms, {:.0} ms, {:.0} ms | {} |",
        at(0.5).as_secs_f64() * 1e3,
        at(0.95).as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3,
        if in_order { "kept" } else { "broken" }
    );
    hall.expect_sound().await;
    on_one < at_least || on_many < at_least || at(0.95) > P95_MAX || !in_order
}

/// Held once, a week from today.
async fn open_session(hall: &Hall, slug: String, places: i64) -> Uuid {
    let mut draft = weekly(&slug, places, 1);
    let day = hall.clock.today().checked_add(kernel::Span::new().days(7)).unwrap();
    draft.parts[0].start = day.at(9, 30, 0, 0);
    hall.publish(draft.clone()).await;
    dates_of(&draft, 1)[0]
}

/// Bookings a second.
async fn rate(desk: &Desk, dates: &[Uuid], first: u64, many: u64) -> f64 {
    let begun = Instant::now();
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|worker| {
            let (desk, dates) = (desk.clone(), dates.to_vec());
            tokio::spawn(async move {
                for number in (first..first + many).skip(worker).step_by(AT_ONCE) {
                    let date = dates[usize::try_from(number).unwrap() % dates.len()];
                    book(&desk, request(number, &[date], 1)).await.unwrap().unwrap();
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    many as f64 / begun.elapsed().as_secs_f64()
}

/// How long each family waited for its answer, the shortest first; and whether places went by the order of arrival.
async fn morning(hall: &Hall, dates: &[Uuid]) -> (Vec<Duration>, bool) {
    let begun = Instant::now();
    let dice = Dice::loaded(20_261_123);
    let families: Vec<_> = (0..FAMILIES)
        .map(|number| {
            let desk = hall.desk.clone();
            let date = dates[usize::from(u16::from_le_bytes(dice.bytes())) % dates.len()];
            let comes = MORNING.mul_f64(number as f64 / FAMILIES as f64);
            tokio::spawn(async move {
                tokio::time::sleep_until((begun + comes).into()).await;
                let came = Instant::now();
                let wish = Request { how: How::BookedOrWaiting, ..request(20_000_000 + number, &[date], 1) };
                let booked = book(&desk, wish).await.unwrap().unwrap();
                (date, number, booked.state, came.elapsed())
            })
        })
        .collect();
    let mut took = Vec::new();
    let mut came: BTreeMap<Uuid, Vec<(u64, State)>> = BTreeMap::new();
    for family in families {
        let (date, number, state, waited) = family.await.unwrap();
        took.push(waited);
        came.entry(date).or_default().push((number, state));
    }
    took.sort_unstable();
    let mut in_order = true;
    for (date, mut families) in came {
        families.sort_unstable_by_key(|(number, _)| *number);
        let kept: Vec<(String, String)> = hall
            .db
            .read(move |tx| {
                tx.all(
                    "select b.form_key, b.state from booking b join booking_date d on d.booking_id = b.id where d.date_id = $1
                        order by b.made_at, b.queued_at nulls first",
                    args![date],
                )
            })
            .await
            .unwrap();
        let arrived = families.iter().map(|(number, _)| format!("{:032x}", 20_000_000 + number));
        let places = kept.iter().take_while(|(_, state)| state == "booked").count();
        in_order &= kept.iter().map(|(key, _)| key.clone()).eq(arrived)
            && kept[places..].iter().all(|(_, state)| state == "waiting")
            && places == families.len().min(PLACES);
    }
    (took, in_order)
}
