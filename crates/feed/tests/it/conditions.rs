//! Checks 15, 27 and the ways of a harvester: what changed, what is gone, what is still the same.

use crate::support::{BASE, Home, decoys, generous, over_decoys, place, service, set};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use std::io::Read;

fn modified(record: &Value) -> kernel::Instant {
    record["last_modified"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn modified_after_includes_the_moment_it_names_and_not_the_next() {
    over_decoys(generous(), async |home: Home| {
        home.clock.set("2026-11-23T10:00:00.123456Z".parse().unwrap());
        let draft = service("babies", json!({"name": "Another name"}));
        home.change(move |tx, council, now| directory::publish_service(tx, &draft, council, now).map(|_| ()))
            .await;
        let at = modified(&home.decoy("babies").await);
        assert_eq!(at.as_microsecond() % 1_000, 0, "milliseconds are all that is said");
        for same in [
            at.to_string(),
            "2026-11-23T11:00:00.123%2B01:00".to_owned(),
            "2026-11-23T11:00:00.123+01:00".to_owned(),
        ] {
            assert_eq!(home.slugs(&format!("modified_after={same}")).await, set(&["babies"]), "{same}");
        }
        assert_eq!(home.slugs("modified_after=2026-11-23T10:00:00.124Z").await, set(&[]));
        assert_eq!(home.slugs("modified_after=2026-11-23").await, set(&["babies"]));
        assert_eq!(home.slugs("modified_after=2026-11-24").await, set(&[]));
        for wrong in ["yesterday", "2026-13-01", ""] {
            assert_eq!(
                home.ask(&format!("/services?modified_after={wrong}")).await.wrong(),
                "modified_after"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_of_anything_beneath_a_service_moves_it_and_nothing_else_does() {
    over_decoys(generous(), async |home: Home| {
        let slugs = ["rich", "two-sites", "babies"];
        let moments = async || {
            let mut out = Vec::new();
            for slug in slugs {
                out.push(modified(&home.decoy(slug).await));
            }
            out
        };
        // The same words again: nothing.
        let before = moments().await;
        home.change(|tx, council, now| directory::publish_services(tx, &decoys(), council, now).map(|_| ())).await;
        assert_eq!(moments().await, before);
        // A place, under two of the three, at the very same moment by the clock.
        home.change(|tx, council, now| {
            let point = crate::support::north_of_centre(401.0);
            directory::publish_location(tx, &place("near-hall", json!({"point": point})), council, now).map(|_| ())
        })
        .await;
        let after_place = moments().await;
        assert!(after_place[0] > before[0] && after_place[1] > before[1] && after_place[2] == before[2]);
        // Its organisation, over all three.
        home.change(|tx, _, now| {
            let draft = json!({"slug": "decoy-charity", "name": "Renamed charity", "description": "For tests", "kind": "charity"});
            directory::publish_organization(tx, &serde_json::from_value(draft)?, now).map(|_| ())
        })
        .await;
        let after_name = moments().await;
        assert!(after_name.iter().zip(&after_place).all(|(after, before)| after > before));
        // A need's words, over all three.
        home.change(|tx, _, now| {
            let need = json!({"slug": "decoy-wide", "name": "Decoy wide", "children": [{"slug": "decoy-narrow", "name": "Reworded", "line": "A narrow need"}]});
            directory::publish_taxonomy(tx, &[serde_json::from_value(need)?], now).map(|_| ())
        })
        .await;
        let after_need = moments().await;
        assert!(after_need.iter().zip(&after_name).all(|(after, before)| after > before));
        // One schedule of one of them.
        home.change(|tx, council, now| {
            let draft = service("babies", json!({"age": {"from_months": 0, "until_months": 12}, "schedules": [{"byday": ["SU"], "opens": "10:00", "closes": "11:00"}]}));
            directory::publish_service(tx, &draft, council, now).map(|_| ())
        })
        .await;
        let last = moments().await;
        assert!(last[2] > after_need[2] && last[..2] == after_need[..2]);
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_says_so_and_comes_back_with_its_id() {
    over_decoys(generous(), async |home: Home| {
        let id = directory::entry_id("two-sites");
        let sequence = home.ids("/services").await;
        home.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
        home.change(move |tx, _, now| {
            let may = access::May::by_machine("test", access::On::one("service", id));
            directory::upkeep::hide(tx, &may, id, directory::upkeep::HideReason::ByHand, now).map(|_| ())
        })
        .await;
        let gone = home.ask(&format!("/services/{id}")).await;
        assert_eq!(gone.status, 410);
        assert_eq!(gone.json()["removed_at"], "2026-11-23T10:00:00Z");
        let removed = home.get("/removed?since=2026-11-23T10:00:00Z").await;
        let entities: Vec<&str> =
            removed["contents"].as_array().unwrap().iter().map(|it| it["entity"].as_str().unwrap()).collect();
        assert_eq!(entities.iter().filter(|it| **it == "service").count(), 1);
        assert_eq!(entities.iter().filter(|it| **it == "service_at_location").count(), 3);
        assert_eq!(home.get("/removed?since=2026-11-23T10:00:00.001Z").await["total_items"], 0);
        assert_eq!(home.ask("/removed?since=never").await.wrong(), "since");
        home.change(move |tx, _, now| {
            let may = access::May::by_machine("test", access::On::one("service", id));
            directory::upkeep::show(tx, &may, id, "it is there again", now).map(|_| ())
        })
        .await;
        assert!(modified(&home.decoy("two-sites").await) > "2026-11-23T10:00:00Z".parse().unwrap());
        assert_eq!(home.ids("/services").await, sequence, "in its old place");
    })
    .await;
}

#[tokio::test]
async fn what_was_made_one_with_another_leads_to_it() {
    over_decoys(generous(), async |home: Home| {
        let (gone, kept) = (directory::entry_id("babies"), directory::entry_id("toddlers"));
        home.change(move |tx, _, now| {
            let may =
                access::May::<access::MergeEntries>::by_machine("test", access::On::one("service", gone));
            directory::replace(tx, &may, gone, kept, uuid::Uuid::from_u128(5), now).map(|_| ())
        })
        .await;
        let answer = home.ask(&format!("/services/{gone}")).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (308, format!("{BASE}/services/{kept}").as_str())
        );
        let removed = home.get("/removed").await;
        assert!(
            removed["contents"].as_array().unwrap().iter().any(|it| it["replaced_by"] == kept.to_string())
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_still_the_same_is_not_sent_again_and_what_is_sent_can_be_small() {
    over_decoys(generous(), async |home: Home| {
        let id = directory::entry_id("rich");
        for path in [
            "".to_owned(),
            "/services?per_page=5".to_owned(),
            format!("/services/{id}"),
            "/openapi.json".to_owned(),
            "/taxonomies".to_owned(),
            "/removed".to_owned(),
            "/services?format=ndjson".to_owned(),
        ] {
            let first = home.ask(&path).await;
            let tag = first.header("etag").to_owned();
            assert!(!tag.is_empty() && first.header("cache-control").contains("max-age=60"), "{path}");
            let again = Request::get(format!("{BASE}{path}"))
                .header("if-none-match", &tag)
                .body(Body::empty())
                .unwrap();
            let again = home.send(again).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            assert_eq!(again.header("access-control-allow-origin"), "*");
        }
        let tag = home.ask("/services?per_page=5").await.header("etag").to_owned();
        let draft = service("grown", json!({"name": "Grown up"}));
        home.change(move |tx, council, now| directory::publish_service(tx, &draft, council, now).map(|_| ()))
            .await;
        assert_ne!(home.ask("/services?per_page=5").await.header("etag"), tag);
        for path in ["/services?full=true", "/services?format=ndjson"] {
            let request = Request::get(format!("{BASE}{path}")).header("accept-encoding", "gzip");
            let small = home.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(small.header("content-encoding"), "gzip");
            let mut text = String::new();
            flate2::read::GzDecoder::new(small.body.as_slice()).read_to_string(&mut text).unwrap();
            assert!(text.len() > 2 * small.body.len());
            assert_eq!(text, home.ask(path).await.text());
        }
    })
    .await;
}
