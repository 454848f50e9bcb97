use store::{Db, Migration, args, migrate, testing};
use tokio::task::JoinSet;

const FIRST: Migration = Migration {
    room: "hubs",
    number: 1,
    name: "hubs",
    sql: "create table hub (
            sequence {serial}, id {id} not null, name {text} not null, open {bool} not null default true,
            metres {real}, seats {int}, opened_at {instant}
        ) {strict}",
};
const SECOND: Migration =
    Migration { room: "hubs", number: 2, name: "towns", sql: "alter table hub add column town {text}" };

#[tokio::test]
async fn what_is_missing_is_applied_once_and_in_order() {
    testing::both(&[], async |db| {
        assert_eq!(migrate(&db, &[&[FIRST]]).await.unwrap(), 1);
        assert_eq!(migrate(&db, &[&[FIRST]]).await.unwrap(), 0);
        assert_eq!(migrate(&db, &[&[FIRST, SECOND]]).await.unwrap(), 1);
        assert_eq!(migrate(&db, &[]).await.unwrap(), 0);
        db.read(|tx| tx.all::<(Option<String>,)>("select town from hub", args![])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_refused() {
    const CHANGED: Migration = Migration { sql: "create table hub (id {id}) {strict}", ..FIRST };
    const REFLOWED: Migration = Migration { sql: "alter table hub\r\n   add column town {text}", ..SECOND };
    testing::both(&[&[FIRST, SECOND]], async |db| {
        let fault = migrate(&db, &[&[CHANGED, SECOND]]).await.unwrap_err();
        assert!(fault.to_string().contains("is not the one this database was made with"), "{fault}");
        assert_eq!(migrate(&db, &[&[FIRST, REFLOWED]]).await.unwrap(), 0, "line breaks are not a change");
    })
    .await;
}

#[tokio::test]
async fn an_older_house_does_not_start_on_a_newer_database() {
    testing::both(&[&[FIRST, SECOND]], async |db| {
        let fault = migrate(&db, &[&[FIRST]]).await.unwrap_err();
        assert!(fault.to_string().contains("newer"), "{fault}");
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself_or_of_the_others() {
    const BROKEN: Migration = Migration {
        room: "hubs",
        number: 2,
        name: "broken",
        sql: "create table half (id {id}) {strict}; nonsense",
    };
    testing::both(&[], async |db| {
        let fault = migrate(&db, &[&[FIRST, BROKEN]]).await.unwrap_err();
        assert!(format!("{fault:#}").contains("migration 2 of hubs"), "{fault:#}");
        assert!(db.read(|tx| tx.all::<(i64,)>("select 1 from half", args![])).await.is_err());
        assert_eq!(migrate(&db, &[&[FIRST, SECOND]]).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_left_out_is_refused() {
    testing::both(&[], async |db| {
        assert!(migrate(&db, &[&[SECOND]]).await.is_err());
        assert!(migrate(&db, &[&[FIRST, FIRST]]).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_at_once_apply_each_migration_once() {
    for made in testing::databases(&[]).await {
        let mut starting = JoinSet::new();
        for _ in 0..4 {
            let url = made.url.clone();
            starting.spawn(async move {
                let db = Db::open(&url).await.unwrap();
                migrate(&db, &[&[FIRST, SECOND]]).await.unwrap()
            });
        }
        assert_eq!(starting.join_all().await.iter().sum::<usize>(), 2);
    }
}
