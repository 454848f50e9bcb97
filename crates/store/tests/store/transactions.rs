use kernel::Fault;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store::{Db, Migration, args, testing};
use tokio::task::JoinSet;

const SESSIONS: &[Migration] = &[Migration {
    room: "sessions",
    number: 1,
    name: "sessions and places",
    sql: "create table session (id {int} not null primary key, places_left {int} not null) {strict};
        create table place (session {int} not null references session (id), family {text} not null) {strict};
        insert into session (id, places_left) values (1, 100)",
}];

async fn count(db: &Db) -> i64 {
    db.read(|tx| tx.one::<(i64,)>("select count(*) from place", args![])).await.unwrap().0
}

#[tokio::test]
async fn what_a_failed_closure_wrote_is_undone() {
    testing::both(&[SESSIONS], async |db| {
        let refused: Result<(), Fault> = db
            .write(|tx| {
                tx.exec("insert into place (session, family) values ($1, $2)", args![1, "a"])?;
                Err(anyhow::anyhow!("no"))
            })
            .await;
        assert!(refused.is_err());
        assert_eq!(count(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_panicking_closure_wrote_is_undone_and_the_connection_lives_on() {
    testing::both(&[SESSIONS], async |db| {
        for _ in 0..12 {
            let broken: Result<(), Fault> = db
                .write(|tx| {
                    tx.exec("insert into place (session, family) values ($1, $2)", args![1, "a"])?;
                    panic!("a bug in a closure")
                })
                .await;
            assert!(broken.unwrap_err().to_string().contains("panicked"));
        }
        assert_eq!(count(&db).await, 0);
        db.write(|tx| tx.exec("insert into place (session, family) values (1, 'b')", args![])).await.unwrap();
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_went_on_after_a_failed_statement_is_not_kept() {
    testing::both(&[SESSIONS], async |db| {
        let outcome = db
            .write(|tx| {
                tx.exec("insert into place (session, family) values (1, 'a')", args![])?;
                let _ = tx.exec("insert into session (id, places_left) values (1, 1)", args![]);
                Ok(())
            })
            .await;
        assert!(outcome.unwrap_err().to_string().contains("can only be rolled back"));
        assert_eq!(count(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_fails_leaves_the_rest_of_the_transaction_whole() {
    testing::both(&[SESSIONS], async |db| {
        db.write(|tx| {
            tx.exec("insert into place (session, family) values (1, 'before')", args![])?;
            let tried = tx.attempt(|tx| {
                tx.exec("insert into place (session, family) values (1, 'within')", args![])?;
                tx.exec("insert into place (session, family) values (99, 'nowhere')", args![])
            });
            assert!(tried.is_err());
            tx.attempt(|tx| tx.exec("insert into place (session, family) values (1, 'after')", args![]))
        })
        .await
        .unwrap();
        let kept: Vec<(String,)> =
            db.read(|tx| tx.all("select family from place order by family", args![])).await.unwrap();
        assert_eq!(kept, [("after".to_owned(),), ("before".to_owned(),)]);
    })
    .await;
}

#[tokio::test]
async fn a_reading_transaction_cannot_write() {
    testing::both(&[SESSIONS], async |db| {
        let sql = "insert into place (session, family) values (1, 'a')";
        assert!(db.read(move |tx| tx.exec(sql, args![])).await.is_err());
        assert!(db.snapshot(move |tx| tx.exec(sql, args![])).await.is_err());
        assert_eq!(count(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_a_snapshot_sees_the_same_moment() {
    testing::both(&[SESSIONS], async |db| {
        let (read_once, told) = std::sync::mpsc::channel::<()>();
        let (go_on, waited) = std::sync::mpsc::channel::<()>();
        let waited = std::sync::Mutex::new(waited);
        let reader = db.clone();
        let work = move |tx: &mut store::Tx<'_>| {
            let before: (i64,) = tx.one("select count(*) from place", args![])?;
            read_once.send(())?;
            waited.lock().unwrap().recv()?;
            let after: (i64,) = tx.one("select count(*) from place", args![])?;
            Ok((before, after))
        };
        let reading = tokio::spawn(async move { reader.snapshot(work).await });
        tokio::task::spawn_blocking(move || told.recv()).await.unwrap().unwrap();
        db.write(|tx| tx.exec("insert into place (session, family) values (1, 'a')", args![])).await.unwrap();
        go_on.send(()).unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), ((0,), (0,)));
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

/// Takes a place if one is left.
async fn take_place(db: &Db, family: String) -> Result<bool, Fault> {
    db.write(move |tx| {
        let sql = format!("select places_left from session where id = $1{}", tx.for_update());
        let (left,): (i64,) = tx.one(&sql, args![1])?;
        if left == 0 {
            return Ok(false);
        }
        tx.exec("update session set places_left = $2 where id = $1", args![1, left - 1])?;
        tx.exec("insert into place (session, family) values ($1, $2)", args![1, &family])?;
        Ok(true)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_tasks_that_want_the_last_of_a_hundred_places_take_exactly_a_hundred() {
    testing::both(&[SESSIONS], async |db| {
        let mut tasks = JoinSet::new();
        for task in 0..8 {
            let db = db.clone();
            tasks.spawn(async move {
                let mut taken = 0;
                for turn in 0.. {
                    if !take_place(&db, format!("family {task} {turn}")).await.unwrap() {
                        break;
                    }
                    taken += 1;
                }
                taken
            });
        }
        assert_eq!(tasks.join_all().await.iter().sum::<i32>(), 100);
        assert_eq!(count(&db).await, 100);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_transactions_that_cross_on_postgres_are_both_kept_in_the_end() {
    let db = testing::postgres(&[SESSIONS]).await;
    db.write(|tx| tx.exec("insert into session (id, places_left) values (2, 0), (3, 0)", args![]))
        .await
        .unwrap();
    let both_hold_one = Arc::new(std::sync::Barrier::new(2));
    let runs = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for (first, second) in [(2, 3), (3, 2)] {
        let (db, barrier, runs) = (db.db.clone(), both_hold_one.clone(), runs.clone());
        tasks.spawn(async move {
            let met = AtomicUsize::new(0);
            db.write(move |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                tx.exec("update session set places_left = places_left + 1 where id = $1", args![first])?;
                if met.fetch_add(1, Ordering::SeqCst) == 0 {
                    barrier.wait();
                }
                tx.exec("update session set places_left = places_left + 1 where id = $1", args![second])
            })
            .await
            .unwrap();
        });
    }
    tasks.join_all().await;
    let left: Vec<(i64,)> =
        db.read(|tx| tx.all("select places_left from session where id > 1", args![])).await.unwrap();
    assert_eq!(left, [(2,), (2,)]);
    assert!(runs.load(Ordering::SeqCst) >= 3, "one of the two was run again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_postgres_connection_is_replaced_without_a_fault() {
    let db = testing::postgres(&[SESSIONS]).await;
    let others = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    // Several connections in the pool, all of them cut by one more from outside.
    let mut warm = JoinSet::new();
    for turn in 0..8 {
        let db = db.db.clone();
        warm.spawn(async move { take_place(&db, format!("warm {turn}")).await.unwrap() });
    }
    warm.join_all().await;
    let outside = Db::open(&db.url).await.unwrap();
    let (cut,): (i64,) = outside.read(move |tx| tx.one(others, args![])).await.unwrap();
    assert!(cut >= 1);
    for turn in 0..10 {
        assert!(take_place(&db, format!("after {turn}")).await.unwrap());
        assert_eq!(count(&db).await, 9 + turn);
    }
    // And in the middle of a transaction, which is then run again from its beginning.
    let own = "select pg_backend_pid()";
    let tried = AtomicUsize::new(0);
    let killer = outside.clone();
    let handle = tokio::runtime::Handle::current();
    db.write(move |tx| {
        tx.exec("insert into place (session, family) values (1, 'once')", args![])?;
        let (pid,): (i64,) = tx.one(own, args![])?;
        if tried.fetch_add(1, Ordering::SeqCst) == 0 {
            let cut = killer.read(move |tx| {
                tx.one::<(bool,)>("select pg_terminate_backend(cast($1 as integer))", args![pid])
            });
            handle.block_on(cut)?;
        }
        tx.exec("insert into place (session, family) values (1, 'twice')", args![])
    })
    .await
    .unwrap();
    assert_eq!(count(&db).await, 20);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped_on_postgres() {
    let made = testing::postgres(&[]).await;
    let join = if made.url.contains('?') { "&" } else { "?" };
    let db = Db::open(&format!("{}{join}statement_timeout=1&pool=1", made.url)).await.unwrap();
    let fault = db.read(|tx| tx.one::<(i64,)>("select 1 from pg_sleep(30)", args![])).await.unwrap_err();
    assert!(format!("{fault:#}").contains("statement timeout"), "{fault:#}");
    db.read(|tx| tx.one::<(i64,)>("select 1", args![])).await.unwrap();
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused_with_a_sentence_that_holds_no_password() {
    for url in ["mysql://x", "sqlite://", "sqlite://:memory:", "postgres://u:secret@h/d?sslmode=perhaps"] {
        let fault = Db::open(url).await.err().unwrap();
        assert!(!format!("{fault:#}").contains("secret"), "{fault:#}");
    }
}

#[tokio::test]
async fn a_sqlite_file_and_its_folder_are_made_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/house.db");
    let db = Db::open(&format!("sqlite://{}", path.display())).await.unwrap();
    assert!(!db.is_postgres());
    for (path, mode) in [(path.as_path(), 0o600), (path.parent().unwrap(), 0o700)] {
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[tokio::test]
async fn postgres_is_spoken_to_in_private_and_only_when_its_certificate_is_trusted() {
    let plain = testing::postgres(&[]).await;
    let read = "select pg_read_file(current_setting('ssl_cert_file')) where current_setting('ssl') = 'on'";
    let certificate: Option<(String,)> = plain.read(move |tx| tx.opt(read, args![])).await.unwrap();
    let (certificate,) =
        certificate.expect("the test's server speaks TLS: scripts/postgres makes one that does");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.crt");
    std::fs::write(&path, certificate).unwrap();
    let url = format!("{}{}", plain.url, if plain.url.contains('?') { "&" } else { "?" });

    let trusted =
        Db::open(&format!("{url}sslmode=verify-full&sslrootcert={}", path.display())).await.unwrap();
    let private = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    assert_eq!(trusted.read(move |tx| tx.one::<(bool,)>(private, args![])).await.unwrap(), (true,));

    let stranger = Db::open(&format!("{url}sslmode=require")).await.err().unwrap();
    assert!(format!("{stranger:#}").contains("certificate"), "{stranger:#}");
}
