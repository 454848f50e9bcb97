use crate::{
    fake_notify::FakeNotify,
    support::{LINK, REMINDER, ROOMS, Room, email, phone, someone},
};
use jobs::Runner;
use kernel::Dice;
use notify::{Message, NotifyConfig};
use store::{
    args,
    testing::{both, prepare_all, statements_in},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_undone_is_never_sent_and_what_was_kept_is_sent_by_its_job() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db.clone()).await;
        let (dice, now) = (Dice::real(), room.clock.now());
        let undone: Result<(), _> = db
            .write(move |tx| {
                let values = vec![("name", "Baby group".to_owned())];
                let to = email("parent@example.org");
                let message = Message { template: &REMINDER, to, person: None, values, once: None };
                notify::queue(tx, &message, &dice, now)?;
                anyhow::bail!("the fact was undone")
            })
            .await;
        assert!(undone.is_err());
        let id = room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        let runner = Runner::new(db.clone(), room.clock.clone(), Dice::real());
        notify::jobs(runner, &room.notify).run_until_empty().await.unwrap();
        assert_eq!(room.state(id).await, "accepted");
        let (all,): (i64,) = db.read(|tx| tx.one("select count(*) from message", args![])).await.unwrap();
        assert_eq!(all, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_way_out_messages_wait_and_somebody_is_told() {
    both(ROOMS, async |db| {
        let room = Room::open(db, NotifyConfig::default()).await;
        let id = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        assert_eq!(room.send().await, 0);
        room.pass(2 * 3_600);
        assert_eq!(room.state(id).await, "queued");
        let findings = room.notify.findings().await.unwrap();
        assert!(findings[0].contains("no way out for e-mail"), "{findings:?}");
        assert!(findings.iter().any(|each| each.contains("waiting, the oldest")), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_copied_and_forgotten_and_what_waits_for_them_is_not_sent() {
    both(ROOMS, async |db| {
        let room = Room::open(db.clone(), NotifyConfig::default()).await;
        let fake = FakeNotify::start(&room.clock).await;
        let id = room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        let copy = db.read(|tx| notify::list_for_person(tx, someone())).await.unwrap();
        assert_eq!((copy.len(), copy[0].to_address.as_str()), (1, "parent@example.org"));
        assert_eq!(db.write(|tx| notify::forget_person(tx, someone())).await.unwrap(), 1);
        let notify = notify::Notify::open(&room.site, fake.config(), &crate::support::TEMPLATES).unwrap();
        notify.send_waiting().await.unwrap();
        assert_eq!(fake.requests().len(), 0);
        assert_eq!(room.standing(id).await, ("failed".to_owned(), Some("erased".to_owned()), false));
        let left: Vec<(String,)> =
            db.read(|tx| tx.all("select to_address from message", args![])).await.unwrap();
        assert_eq!(left, [(String::new(),)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_wiped_after_ninety_days_and_messages_after_four_hundred() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db.clone()).await;
        room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.send().await;
        let rows = async |days: i64| -> Vec<(String,)> {
            room.pass(days * 24 * 3_600);
            let runner = Runner::new(db.clone(), room.clock.clone(), Dice::real());
            notify::jobs(runner, &room.notify).run_until_empty().await.unwrap();
            db.read(|tx| tx.all("select to_address from message", args![])).await.unwrap()
        };
        assert_eq!(rows(89).await, [("+447700900123".to_owned(),)]);
        assert_eq!(rows(2).await, [(String::new(),)]);
        assert_eq!(rows(310).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_room_is_understood_by_both_databases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let statements = statements_in(&folder);
    assert!(statements.len() > 20, "{} statements", statements.len());
    both(ROOMS, async |db| {
        let refused = prepare_all(&db, statements.clone()).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}
