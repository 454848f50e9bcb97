//! Two hundred book at once, and the application or the database is killed among them. What was acknowledged is there,
//! what is there is explained by somebody's form, and sending every form again makes nothing twice.

use crate::{
    own_server::OwnServer,
    process::{Process, Said},
    support::{Hall, MIGRATIONS, request},
};
use bookings::{Booked, Refused, book};
use std::collections::{BTreeMap, BTreeSet};
use store::{Db, args, migrate, testing};
use uuid::Uuid;

const FAMILIES: u64 = 200;
/// Fewer than ask, and more than one commit keeps: some commits are behind the kill, and some before it.
const PLACES: i64 = 150;
/// After how many of a node's answers the kill comes: it is asked by a hundred at the least.
const KILLS: &[usize] = &[1, 40, 64];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_application_killed_among_two_hundred_bookings_has_kept_what_it_acknowledged() {
    for made in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", made.db.dialect());
        let hall = Hall::open(made.db.clone(), made.url.clone()).await;
        hall.fill().await;
        let dates = hall.open_session("crowded", PLACES, KILLS.len() as i64).await;
        for (round, (kill_after, date)) in (0..).zip(KILLS.iter().zip(dates)) {
            let first = round * FAMILIES;
            // The second node lives on, as a council's would.
            let mut dies = Process::start(&made.url).await;
            let mut lives = Process::start(&made.url).await;
            dies.ask(date, first, FAMILIES / 2);
            lives.ask(date, first + FAMILIES / 2, FAMILIES / 2);
            let mut said = Vec::new();
            for _ in 0..*kill_after {
                said.extend(dies.next().await.filter(|said| *said != Said::Done));
            }
            dies.kill();
            said.extend(dies.rest().await);
            said.extend(lives.rest().await);
            drop(lives);
            expect_kept_and_send_again(&hall, date, first, &said).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_killed_among_two_hundred_bookings_has_kept_what_was_acknowledged() {
    let server = OwnServer::start();
    let db = Db::open(&server.url()).await.unwrap();
    migrate(&db, MIGRATIONS).await.unwrap();
    let hall = Hall::open(db, server.url()).await;
    hall.fill().await;
    let kills = &KILLS[1..];
    let dates = hall.open_session("crowded", PLACES, kills.len() as i64).await;
    for (round, (kill_after, date)) in (0..).zip(kills.iter().zip(dates)) {
        let first = round * FAMILIES;
        let mut process = Process::start(&server.url()).await;
        process.ask(date, first, FAMILIES);
        let mut said = Vec::new();
        for _ in 0..*kill_after {
            said.extend(process.next().await);
        }
        server.kill();
        // The application lives on without its database, and says so to who asks.
        said.extend(process.rest().await);
        assert!(server.open(), "the database comes back");
        let faults = said.iter().filter(|said| matches!(said, Said::Fault(_))).count();
        eprintln!("killed after {kill_after}: {} answers, {faults} of them apologies", said.len());
        expect_kept_and_send_again(&hall, date, first, &said).await;
    }
}

async fn expect_kept_and_send_again(hall: &Hall, date: Uuid, first: u64, said: &[Said]) {
    let keys: BTreeMap<String, u64> =
        (first..first + FAMILIES).map(|number| (request(number, &[date], 1).form_key, number)).collect();
    let before = kept(hall, date).await;
    assert!(before.keys().all(|key| keys.contains_key(key)), "a booking that nobody asked for");
    assert!(before.len() <= usize::try_from(PLACES).unwrap());
    let acknowledged: Vec<(&u64, &String)> = said
        .iter()
        .filter_map(|said| match said {
            Said::Booked(number, reference) => Some((number, reference)),
            _ => None,
        })
        .collect();
    assert!(!acknowledged.is_empty());
    for (number, reference) in &acknowledged {
        let key = request(**number, &[date], 1).form_key;
        assert_eq!(before.get(&key), Some(*reference), "{number} was acknowledged");
    }
    hall.expect_sound().await;
    // Every family sends its form again.
    let sent = (first..first + FAMILIES).map(|number| {
        let (desk, wish) = (hall.desk.clone(), request(number, &[date], 1));
        tokio::spawn(async move { (wish.form_key.clone(), book(&desk, wish).await.unwrap()) })
    });
    for sent in sent.collect::<Vec<_>>() {
        let (key, again): (String, Result<Booked, Refused>) = sent.await.unwrap();
        if let Some(reference) = before.get(&key) {
            assert_eq!(again.map(|booked| booked.reference).as_ref(), Ok(reference));
        }
    }
    let now = kept(hall, date).await;
    assert_eq!(now.len(), usize::try_from(PLACES).unwrap());
    assert!(before.iter().all(|(key, reference)| now.get(key) == Some(reference)));
    assert_eq!(now.values().collect::<BTreeSet<_>>().len(), now.len());
    assert_eq!(hall.taken(date).await, PLACES);
    hall.expect_sound().await;
}

/// The references of a date's bookings, by the keys of their forms.
async fn kept(hall: &Hall, date: Uuid) -> BTreeMap<String, String> {
    let kept = hall.db.read(move |tx| {
        tx.all::<(String, String)>(
            "select b.form_key, b.reference from booking b join booking_date d on d.booking_id = b.id where d.date_id = $1",
            args![date],
        )
    });
    kept.await.unwrap().into_iter().collect()
}
