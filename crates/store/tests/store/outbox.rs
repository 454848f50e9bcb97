use kernel::{Clock, Fault, Instant};
use std::collections::HashSet;
use store::{Db, Migration, args, outbox, testing};
use tokio::task::JoinSet;

const FACTS: &[Migration] = &[Migration {
    room: "facts",
    number: 1,
    name: "facts",
    sql: "create table fact (id {int} not null primary key) {strict};
        create table had (subscriber {text} not null, id {int} not null) {strict}",
}];

fn now() -> Instant {
    Clock::standing_at("2026-11-22T02:00:00Z").now()
}

async fn happen(db: &Db, id: i64) -> Result<(), Fault> {
    db.write(move |tx| {
        // Announced before the fact: it is written down last all the same.
        outbox::announce(tx, "Happened", None, &id, now())?;
        tx.exec("insert into fact (id) values ($1)", args![id])?;
        if id % 10 == 9 { Err(anyhow::anyhow!("undone")) } else { Ok(()) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_announcement_is_lost_or_doubled_while_eight_write_and_three_take() {
    const EACH: i64 = 100;
    testing::both(&[FACTS], async |db| {
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let db = db.clone();
            writers.spawn(async move {
                for turn in 0..EACH {
                    let _ = happen(&db, writer * EACH + turn).await;
                }
            });
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut takers = JoinSet::new();
        // Two nodes share one subscription, a third has its own, and a fourth reads by its own place in memory.
        for subscriber in ["mail", "mail", "index"] {
            let (db, stopped) = (db.clone(), stopped.clone());
            takers.spawn(async move {
                loop {
                    let last_round = *stopped.borrow();
                    let waiting = db.read(move |tx| outbox::is_waiting(tx, subscriber)).await.unwrap();
                    if waiting {
                        db.write(move |tx| {
                            for announcement in outbox::take(tx, subscriber, 7)? {
                                let id: i64 = announcement.payload_as()?;
                                tx.exec(
                                    "insert into had (subscriber, id) values ($1, $2)",
                                    args![subscriber, id],
                                )?;
                            }
                            Ok(())
                        })
                        .await
                        .unwrap();
                    } else if last_round {
                        return;
                    }
                }
            });
        }
        let reader = tokio::spawn({
            let db = db.clone();
            async move {
                let (mut at, mut read) = (0, Vec::new());
                loop {
                    let last_round = *stopped.borrow();
                    let found = db.read(move |tx| outbox::list_after(tx, at, 50)).await.unwrap();
                    if found.is_empty() && last_round {
                        return read;
                    }
                    for announcement in found {
                        at = announcement.sequence;
                        read.push(announcement.payload_as::<i64>().unwrap());
                    }
                }
            }
        });
        writers.join_all().await;
        stop.send(true).unwrap();
        takers.join_all().await;
        let read = reader.await.unwrap();

        let facts: Vec<(i64,)> = db.read(|tx| tx.all("select id from fact", args![])).await.unwrap();
        let facts: HashSet<i64> = facts.into_iter().map(|(id,)| id).collect();
        assert_eq!(facts.len(), 720);
        for subscriber in ["mail", "index"] {
            let had: Vec<(i64,)> = db
                .read(move |tx| tx.all("select id from had where subscriber = $1", args![subscriber]))
                .await
                .unwrap();
            assert_eq!(had.len(), 720, "{subscriber}");
            assert_eq!(had.into_iter().map(|(id,)| id).collect::<HashSet<_>>(), facts, "{subscriber}");
        }
        assert_eq!(read.len(), 720);
        assert_eq!(read.into_iter().collect::<HashSet<_>>(), facts);
    })
    .await;
}

#[tokio::test]
async fn an_announcement_of_an_attempt_that_failed_is_not_made() {
    testing::both(&[FACTS], async |db| {
        db.write(|tx| {
            outbox::announce(tx, "Happened", None, &1, now())?;
            let _: Result<(), Fault> = tx.attempt(|tx| {
                outbox::announce(tx, "Happened", None, &2, now())?;
                Err(anyhow::anyhow!("no"))
            });
            Ok(())
        })
        .await
        .unwrap();
        let made = db.read(|tx| outbox::list_after(tx, 0, 10)).await.unwrap();
        assert_eq!(made.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_every_subscriber_has_had_is_forgotten_but_the_last_sequence_never_goes_back() {
    testing::both(&[FACTS], async |db| {
        for id in 0..5 {
            happen(&db, id).await.unwrap();
        }
        let subject = Some(uuid::Uuid::from_u128(5));
        db.write(move |tx| outbox::announce(tx, "Closed", subject, &"x", now())).await.unwrap();
        let last = |topics: &'static [&'static str]| db.read(move |tx| outbox::last_sequence(tx, topics));
        let (happened, both) =
            (last(&["Happened"]).await.unwrap(), last(&["Happened", "Closed"]).await.unwrap());
        assert!(0 < happened && happened < both);
        assert_eq!(last(&[]).await.unwrap(), 0);
        let later: Instant = "2026-12-22T02:00:00Z".parse().unwrap();
        assert_eq!(db.write(move |tx| outbox::prune(tx, later)).await.unwrap(), 0, "nobody has had them");
        db.write(|tx| outbox::take(tx, "mail", 3)).await.unwrap();
        db.write(|tx| outbox::take(tx, "index", 100)).await.unwrap();
        assert_eq!(db.write(move |tx| outbox::prune(tx, later)).await.unwrap(), 3, "the mail has had three");
        let rest = db.write(|tx| outbox::take(tx, "mail", 100)).await.unwrap();
        assert_eq!(rest.len(), 3);
        assert_eq!(rest[2].subject, subject);
        assert_eq!(rest[2].announced_at, now());
        assert_eq!(db.write(move |tx| outbox::prune(tx, now())).await.unwrap(), 0, "they are not old");
        assert_eq!(db.write(move |tx| outbox::prune(tx, later)).await.unwrap(), 1);
        assert_eq!(last(&["Happened"]).await.unwrap(), happened);
        assert_eq!(last(&["Happened", "Closed"]).await.unwrap(), both);
    })
    .await;
}
