//! Check 26: nothing leaves that is not families' to read.

use crate::support::{Home, everywhere};
use serde_json::Value;

#[tokio::test]
async fn nothing_private_is_in_any_answer() {
    everywhere(async |home: Home| {
        let mut all = String::new();
        for list in ["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"] {
            all.push_str(&home.ask(&format!("/{list}?format=ndjson&full=true")).await.text());
            all.push_str(&home.ask(&format!("/{list}?per_page=500")).await.text());
        }
        let mut file = Vec::new();
        feed::export(&home.db, &mut file, &mut |_| {}).await.unwrap();
        all.push_str(&String::from_utf8(file).unwrap());
        for secret in [
            "Secretword",
            "secret-house",
            "Hiddenword",
            "Defunctword",
            "Doubtword",
            "Checkerword",
            "getting_risk_support",
            "\"severity\"",
            "\"thrive\"",
            "\"sensitive\"",
            "\"baby\"",
            "\"loss\"",
            "\"doubt\"",
            "\"assured\"",
        ] {
            assert!(!all.contains(secret), "{secret} leaks");
        }
        let refuge = home.decoy("refuge").await;
        assert_eq!(
            refuge["service_at_locations"].as_array().unwrap().len(),
            1,
            "only the place that may be named"
        );
        assert_eq!(refuge["schedules"][0]["service_at_location_id"], Value::Null);
        for slug in ["hidden", "gone"] {
            let answer = home.ask(&format!("/services/{}", directory::entry_id(slug))).await;
            assert_eq!(answer.status, 404, "{slug} was never published");
        }
    })
    .await;
}

#[tokio::test]
async fn a_place_that_becomes_secret_leaves_every_answer() {
    everywhere(async |home: Home| {
        let before = home.decoy("two-sites").await;
        let at = before["service_at_locations"][0]["id"].as_str().unwrap().to_owned();
        home.change(|tx, council, now| {
            let draft = crate::support::place("near-hall", serde_json::json!({"sensitive": true}));
            directory::publish_location(tx, &draft, council, now).map(|_| ())
        })
        .await;
        assert_eq!(home.ask(&format!("/service_at_locations/{at}")).await.status, 410);
        for slug in ["two-sites", "rich"] {
            let after = home.decoy(slug).await;
            assert!(!after.to_string().contains("near-hall"), "{slug}");
            assert_eq!(after["schedules"][0]["service_at_location_id"], Value::Null);
        }
    })
    .await;
}
