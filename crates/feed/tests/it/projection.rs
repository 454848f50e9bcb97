//! The records are a projection: made once, made again the same, and never lost half way.

use crate::support::{Home, MIGRATIONS, decoys, generous, over_decoys, service};
use feed::{Feed, RENEW_FEED, Renewed};
use jobs::Runner;
use kernel::Dice;
use serde_json::json;
use store::args;

#[tokio::test]
async fn doing_it_again_writes_nothing() {
    over_decoys(generous(), async |home: Home| {
        assert_eq!(home.feed.renew().await.unwrap(), Renewed::default());
        let before = home.walk().await;
        // As after a new edition of the projection, or a crash that lost the place.
        home.db
            .write(|tx| tx.exec("delete from feed_state where name = 'projection'", args![]))
            .await
            .unwrap();
        let again = home.feed.renew().await.unwrap();
        assert!(again.seen > 10);
        assert_eq!((again.written, again.removed), (0, 0));
        assert_eq!(home.walk().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_dies_at_any_step_leaves_the_rest_to_the_next() {
    over_decoys(generous(), async |home: Home| {
        let wanted = home.walk().await;
        // Every record is gone, and looked at again in single transactions, each of which may be the last of a node.
        home.db
            .write(|tx| {
                tx.exec("delete from feed_finding", args![])?;
                tx.exec("delete from feed_record", args![])?;
                tx.exec("delete from feed_state", args![])
            })
            .await
            .unwrap();
        for _ in 0..40 {
            let feed = Feed::open(&home.site, generous()).await.unwrap();
            let dying = tokio::spawn(async move { feed.renew().await });
            tokio::task::yield_now().await;
            dying.abort();
            let _ = dying.await;
        }
        home.feed.renew().await.unwrap();
        let found = home.walk().await;
        assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
        for (id, record) in found {
            let without = |mut it: serde_json::Value| {
                it["last_modified"] = json!("");
                it
            };
            assert_eq!(without(record), without(wanted[&id].clone()));
        }
    })
    .await;
}

#[tokio::test]
async fn one_job_answers_for_however_much_was_announced() {
    over_decoys(generous(), async |home: Home| {
        let site = home.site.clone();
        let drafts: Vec<_> = (0..30).map(|at| service(&format!("many-{at}"), json!({}))).collect();
        home.db
            .write(move |tx| {
                directory::publish_services(tx, &drafts, &site.council(), site.clock().now()).map(|_| ())
            })
            .await
            .unwrap();
        let listening = home.feed.clone();
        let listening = tokio::spawn(async move { listening.keep_fresh().await });
        let waiting = async || {
            let rows: Vec<(i64,)> = home
                .db
                .read(|tx| tx.all("select id from job where kind = $1", args![RENEW_FEED]))
                .await
                .unwrap();
            rows.len()
        };
        while waiting().await == 0 {
            tokio::task::yield_now().await;
        }
        listening.abort();
        assert_eq!(waiting().await, 1);
        let runner = Runner::new(home.db.clone(), home.clock.clone(), Dice::loaded(3));
        feed::jobs(runner, &home.feed).run_until_empty().await.unwrap();
        assert_eq!(home.get("/services?search=many").await["total_items"], 30);
    })
    .await;
}

#[tokio::test]
async fn an_export_is_the_records_taxonomies_first_and_the_same_each_time() {
    over_decoys(generous(), async |home: Home| {
        let mut files = [Vec::new(), Vec::new()];
        let mut lines = 0;
        for file in &mut files {
            let done = feed::export(&home.db, file, &mut |done| lines = done).await.unwrap();
            assert_eq!((done.services, done.organizations), (decoys().len() - 2, 1));
        }
        assert_eq!(files[0], files[1]);
        let text = String::from_utf8(files[0].clone()).unwrap();
        assert_eq!(text.lines().count(), lines);
        let records = home.walk().await;
        let mut order = Vec::new();
        for line in text.lines() {
            let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
            let entity = record.as_object_mut().unwrap().remove("entity").unwrap();
            if entity == "service" {
                assert_eq!(record, records[record["id"].as_str().unwrap()]);
            }
            order.push(entity.as_str().unwrap().to_owned());
        }
        let place =
            |entity: &str| ["taxonomy", "service", "organization"].iter().position(|it| *it == entity);
        assert!(order.is_sorted_by_key(|entity| place(entity)));
    })
    .await;
}

#[tokio::test]
async fn every_statement_can_be_prepared_on_both_databases() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for database in store::testing::databases(MIGRATIONS).await {
        let statements = store::testing::statements_in(&source);
        assert!(statements.len() > 20);
        let refused = store::testing::prepare_all(&database.db, statements).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }
}
