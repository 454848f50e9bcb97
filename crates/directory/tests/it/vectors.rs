//! What documents mean, through the job that makes it, on both databases. Needs the encoder's files: see scripts/test.

use directory::{Directory, NoSessions, OrganizationDraft, ServiceDraft, VECTORS_MADE, with_vector_jobs};
use jobs::Runner;
use kernel::{Clock, Dice, Span};
use meaning::Encoder;
use settings::Council;
use std::{path::PathBuf, sync::Arc};
use store::{Db, args, outbox, testing::both};
use web::Site;

const MIGRATIONS: &[&[store::Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, directory::MIGRATIONS];
const NOW: &str = "2026-11-23T09:00:00Z";

fn encoder() -> Arc<Encoder> {
    let folder = std::env::var_os("HEARTH_TEST_ENCODER").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/encoder")),
        PathBuf::from,
    );
    let encoder = Encoder::open(&folder);
    Arc::new(encoder.expect("run scripts/test, which fetches the encoder, or set HEARTH_TEST_ENCODER"))
}

fn organization() -> OrganizationDraft {
    serde_json::from_value(serde_json::json!({
        "slug": "example-charity", "name": "Example charity", "description": "Helps.", "kind": "charity"
    }))
    .unwrap()
}

fn service(slug: &str, name: &str) -> ServiceDraft {
    serde_json::from_value(serde_json::json!({
        "slug": slug, "name": name, "organization": "example-charity", "summary": "A service for this test.",
        "description": "It helps.", "topics": ["feeding"], "way_in": ["self"], "access": ["phone"], "cost": "free",
        "status": "active", "source": "this test", "checked_on": "2026-01-10",
        "phones": [{"number": "0151 496 0000", "description": "", "hours": "9 to 5"}]
    }))
    .unwrap()
}

async fn publish(db: &Db, services: Vec<ServiceDraft>) {
    let now = Clock::standing_at(NOW).now();
    db.write(move |tx| {
        let need = serde_json::from_value(serde_json::json!({"slug": "feeding", "name": "Feeding"}))?;
        directory::publish_taxonomy(tx, &[need], now)?;
        directory::publish_organization(tx, &organization(), now)?;
        directory::publish_services(tx, &services, &Council::unnamed(), now)
    })
    .await
    .unwrap();
}

fn later(clock: &Clock) {
    clock.set(clock.now().checked_add(Span::new().minutes(2)).unwrap());
}

/// Slug, hash of the words and digits of every vector that is kept.
async fn kept(db: &Db) -> Vec<(String, String, String, String)> {
    db.read(|tx| tx.all("select slug, words, encoder, vector from document_vector order by slug", args![]))
        .await
        .unwrap()
}

#[tokio::test]
async fn with_an_encoder_only_what_is_missing_or_changed_is_made_and_every_node_hears_of_it() {
    let encoder = encoder();
    both(MIGRATIONS, async |db| {
        let clock = Clock::standing_at(NOW);
        publish(&db, vec![service("clinic", "Baby clinic"), service("toys", "Toy library")]).await;
        let site = Site::open(db.clone(), clock.clone(), Dice::loaded(3)).await.unwrap();
        let nothing = Arc::new(|_: &dyn Fn(&str) -> Vec<(String, String)>| Vec::new());
        let open = Directory::open_with_encoder(&site, nothing, Arc::new(NoSessions), Some(encoder.clone()));
        let directory = open.await.unwrap();
        let runner = Runner::new(db.clone(), clock.clone(), Dice::loaded(4));
        let runner = with_vector_jobs(runner, &directory);
        runner.run_until_empty().await.unwrap();
        let first = kept(&db).await;
        assert_eq!(first.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["clinic", "toys"]);
        assert!(first.iter().all(|row| row.2 == encoder.name()));
        let heard = db.read(|tx| outbox::last_sequence(tx, &[VECTORS_MADE])).await.unwrap();
        assert!(heard > 0, "the nodes are told");

        // Nothing changed: nothing is made, and nobody is told.
        later(&clock);
        directory.renew().await.unwrap();
        runner.run_until_empty().await.unwrap();
        assert_eq!(kept(&db).await, first);
        assert_eq!(db.read(|tx| outbox::last_sequence(tx, &[VECTORS_MADE])).await.unwrap(), heard);

        // One has other words, one is new: the third stays as it was.
        publish(&db, vec![service("clinic", "Weigh your baby"), service("bank", "Food bank")]).await;
        later(&clock);
        directory.renew().await.unwrap();
        runner.run_until_empty().await.unwrap();
        let second = kept(&db).await;
        assert_eq!(second.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["bank", "clinic", "toys"]);
        assert_ne!((&second[1].1, &second[1].3), (&first[0].1, &first[0].3));
        assert_eq!(second[2], first[1]);

        // Another encoder: all are made again.
        db.write(|tx| tx.exec("update document_vector set encoder = 'another'", args![])).await.unwrap();
        later(&clock);
        runner.run_until_empty().await.unwrap();
        assert_eq!(kept(&db).await, second);
    })
    .await;
}
