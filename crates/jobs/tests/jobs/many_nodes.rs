use super::*;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_on_two_nodes_runs_once_in_each_slot() {
    for made in testing::databases(&[]).await {
        let clock = at_two();
        let runs = Arc::new(AtomicUsize::new(0));
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let (db, counting) = (Db::open(&made.url).await.unwrap(), runs.clone());
            nodes.push(runner(&db, &clock).schedule("Tidy", 60).on("Tidy", move |_| {
                counting.fetch_add(1, Ordering::SeqCst);
                async { Ok(Outcome::Done) }
            }));
        }
        for slot in 1..=10 {
            let mut working = JoinSet::new();
            for turn in 0..4 {
                let node = nodes[turn % 2].clone();
                working.spawn(async move { node.run_until_empty().await.unwrap() });
            }
            assert_eq!(working.join_all().await.iter().sum::<usize>(), 1);
            assert_eq!(runs.load(Ordering::SeqCst), slot);
            pass(&clock, 60);
        }
        // A night in which nobody worked is made up for once.
        pass(&clock, 8 * 3_600);
        assert_eq!(nodes[0].run_until_empty().await.unwrap(), 1);
        assert_eq!(nodes[1].run_until_empty().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_jobs_are_each_done_once_by_four_workers_on_two_nodes() {
    for made in testing::databases(&[EFFECTS]).await {
        let clock = at_two();
        let now = clock.now();
        made.write(move |tx| {
            for number in 0..200 {
                enqueue(tx, "Note", &format!("{number:03}"), now, now, None)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let mut working = JoinSet::new();
        for _ in 0..2 {
            let db = Db::open(&made.url).await.unwrap();
            let runner = runner(&db, &clock).on("Note", |job: JobContext| async move {
                let name: String = job.payload()?;
                job.db
                    .write(move |tx| tx.exec("insert into effect (name) values ($1)", args![&name]))
                    .await?;
                Ok(Outcome::Done)
            });
            for _ in 0..2 {
                let runner = runner.clone();
                working.spawn(async move { runner.run_until_empty().await.unwrap() });
            }
        }
        assert_eq!(working.join_all().await.iter().sum::<usize>(), 200);
        let wanted: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
        assert_eq!(effects(&made).await, wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn announcements_made_while_two_nodes_listen_become_one_job_each() {
    for made in testing::databases(&[EFFECTS]).await {
        let clock = at_two();
        let now = clock.now();
        let mut busy = JoinSet::new();
        for writer in 0..4 {
            let db = made.db.clone();
            busy.spawn(async move {
                for turn in 0..25 {
                    let name = format!("{writer} {turn:02}");
                    db.write(move |tx| outbox::announce(tx, "Happened", None, &name, now)).await.unwrap();
                }
            });
        }
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let db = Db::open(&made.url).await.unwrap();
            let node =
                runner(&db, &clock).subscribe("Happened", "Note").on("Note", |job: JobContext| async move {
                    let announced: Announced = job.payload()?;
                    let name = announced.payload.as_str().unwrap_or_default().to_owned();
                    job.db
                        .write(move |tx| tx.exec("insert into effect (name) values ($1)", args![&name]))
                        .await?;
                    Ok(Outcome::Done)
                });
            nodes.push(node.clone());
            busy.spawn(async move {
                for _ in 0..10 {
                    node.run_until_empty().await.unwrap();
                }
            });
        }
        busy.join_all().await;
        nodes[0].run_until_empty().await.unwrap();
        let mut wanted: Vec<String> =
            (0..4).flat_map(|writer| (0..25).map(move |turn| format!("{writer} {turn:02}"))).collect();
        wanted.sort();
        assert_eq!(effects(&made).await, wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_works_until_it_is_told_to_stop_and_finishes_what_it_began() {
    for made in testing::databases(&[EFFECTS]).await {
        let clock = at_two();
        let (began, beginning) = tokio::sync::oneshot::channel::<()>();
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let (let_go, held) = tokio::sync::oneshot::channel::<()>();
        let once = Arc::new(Mutex::new(Some((began, held))));
        let runner = runner(&made, &clock).on("Note", move |job: JobContext| {
            let once = once.lock().unwrap().take();
            async move {
                if let Some((began, held)) = once {
                    let _ = began.send(());
                    let _ = held.await;
                }
                job.db.write(|tx| tx.exec("insert into effect (name) values ('ended')", args![])).await?;
                Ok(Outcome::Done)
            }
        });
        want(&made, &clock, "Note", "x").await;
        let running = tokio::spawn(async move {
            runner
                .run_forever(async {
                    let _ = stopping.await;
                })
                .await;
        });
        beginning.await.unwrap();
        stop.send(()).unwrap();
        let_go.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(effects(&made).await, ["ended"]);
        assert_eq!(counted(&made, &clock).await.running, 0);
    }
}
