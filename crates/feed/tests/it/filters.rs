//! Checks 12 to 15, 18 and 20: a record is found by its own values, and only where they hold.

use crate::support::{CENTRE, Home, everywhere, generous, over_decoys, set};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn a_name_is_found_however_it_is_typed() {
    over_decoys(generous(), async |home: Home| {
        for typed in [
            "Mum’s",
            "mum's",
            "MUMS",
            "café",
            "cafe",
            "CAFE%20",
            "dad%27s+cafe",
            "drop-in",
            "drop+in/stay",
            "mum & dad",
            "Mum%E2%80%99s%20%26%20Dad's",
            "stay",
            "sta",
        ] {
            let typed = typed
                .replace('’', "%E2%80%99")
                .replace('é', "%C3%A9")
                .replace(' ', "+")
                .replace("+&+", "+%26+");
            assert_eq!(home.slugs(&format!("search={typed}")).await, set(&["names"]), "{typed}");
        }
        assert_eq!(home.slugs("search=decoyword+rich").await, set(&["rich"]));
        for nothing in ["%25", "_", "*", "%22", "%5C", "(", ":*", "%F0%9F%98%80", "%00"] {
            let found = home.get(&format!("/services?search={nothing}")).await;
            assert_eq!(found["total_items"], 0, "{nothing} is no wildcard");
        }
    })
    .await;
}

#[tokio::test]
async fn every_carrier_of_an_id_is_found_and_nothing_else() {
    everywhere(async |home: Home| {
        let records = home.walk().await;
        let mut carriers: BTreeMap<(&str, String), BTreeSet<&String>> = BTreeMap::new();
        for (id, record) in &records {
            let mut carry = |name, value: &Value| {
                carriers.entry((name, value.as_str().unwrap().to_owned())).or_default().insert(id);
            };
            carry("organization_id", &record["organization_id"]);
            for attribute in record["attributes"].as_array().unwrap() {
                carry("taxonomy_term_id", &attribute["taxonomy_term_id"]);
                carry("taxonomy_id", &attribute["taxonomy_term"]["taxonomy_id"]);
            }
        }
        for ((name, value), wanted) in carriers {
            let found: BTreeSet<String> =
                home.ids(&format!("/services?{name}={value}")).await.into_iter().collect();
            assert_eq!(found.iter().collect::<BTreeSet<_>>(), wanted, "{name}={value}");
            assert_eq!(
                home.ids(&format!("/services?{name}={}", value.to_uppercase())).await.len(),
                found.len()
            );
        }
        let narrow = records.values().find(|it| it["slug"] == "rich").unwrap()["attributes"][0].clone();
        let wide = narrow["taxonomy_term"]["parent_id"].as_str().unwrap();
        let under = home.ids(&format!("/services?taxonomy_term_id={wide}")).await;
        assert!(under.len() > 10, "a wide need finds what meets its narrower ones");
    })
    .await;
}

#[tokio::test]
async fn filters_together_find_what_each_of_them_finds() {
    over_decoys(generous(), async |home: Home| {
        let rich = home.decoy("rich").await;
        let term = rich["attributes"][2]["taxonomy_term_id"].as_str().unwrap();
        let filters = [
            "search=decoyword".to_owned(),
            "search=toddlers".to_owned(),
            format!("taxonomy_term_id={term}"),
            format!("organization_id={}", rich["organization_id"].as_str().unwrap()),
            "minimum_age=1".to_owned(),
            "maximum_age=10".to_owned(),
            "age=3".to_owned(),
            "day=MO".to_owned(),
            "start_time=12:00".to_owned(),
            "postcode=ZE9+9AA&proximity=1000".to_owned(),
            "modified_after=2026-11-22T09:00:00Z".to_owned(),
        ];
        let mut alone = Vec::new();
        for filter in &filters {
            let found = home.slugs(filter).await;
            assert!(!found.is_empty(), "{filter} finds nothing, so it proves nothing");
            alone.push(found);
        }
        for one in 0..filters.len() {
            for other in one + 1..filters.len() {
                // A day and an hour are one condition, on one schedule; and a search is sent once.
                let pair = (filters[one].as_str(), filters[other].as_str());
                if pair == ("day=MO", "start_time=12:00") || pair.1.starts_with("search") {
                    continue;
                }
                let both = home.slugs(&format!("{}&{}", filters[one], filters[other])).await;
                let wanted: BTreeSet<String> = alone[one].intersection(&alone[other]).cloned().collect();
                assert_eq!(both, wanted, "{} and {}", filters[one], filters[other]);
            }
        }
        let twice = home.ask("/services?search=decoyword&search=rich").await;
        assert_eq!((twice.status, twice.wrong().as_str()), (400, "search"));
    })
    .await;
}

#[tokio::test]
async fn a_postcode_finds_every_site_in_range_and_none_beyond() {
    over_decoys(generous(), async |home: Home| {
        let distance = |record: &Value| {
            let point = |key: &str| record["location"][key].as_f64().unwrap();
            let (north, east) = (point("latitude") - CENTRE.0, point("longitude") - CENTRE.1);
            assert!(east.abs() < 1e-9);
            north.to_radians() * 6_371_008.8
        };
        let all = home.get("/service_at_locations?per_page=500").await;
        let all = all["contents"].as_array().unwrap();
        for metres in [0.0, 399.0, 1_000.0, 1_001.0, 2_000.0, 1e9] {
            let wanted: BTreeSet<&str> =
                all.iter().filter(|it| distance(it) <= metres).map(|it| it["id"].as_str().unwrap()).collect();
            for typed in ["ZE9+9AA", "ze99aa", "ZE9%209AA", "%20ze9+9aa"] {
                let found =
                    home.ids(&format!("/service_at_locations?postcode={typed}&proximity={metres}")).await;
                let distinct: BTreeSet<&str> = found.iter().map(String::as_str).collect();
                assert_eq!(distinct.len(), found.len(), "each site once");
                assert_eq!(distinct, wanted, "{typed} {metres}");
            }
        }
        let near = home.ids("/service_at_locations?postcode=ZE9+9AA&proximity=1000").await;
        assert_eq!(near.len(), 4, "two sites of one service are two");
        assert_eq!(home.slugs("postcode=ZE9+9AA&proximity=500").await, set(&["rich", "two-sites"]));
        for (query, status, parameter) in [
            ("proximity=1000", 404, "postcode"),
            ("postcode=ZE9+9AA&proximity=-1", 400, "proximity"),
            ("postcode=ZE9+9AA&proximity=abc", 400, "proximity"),
            ("postcode=nowhere", 400, "postcode"),
            ("postcode=ZZ1+1ZZ", 404, "postcode"),
            ("postcode=", 400, "postcode"),
            ("postcode=BT1+5GS", 404, "postcode"),
        ] {
            let answer = home.ask(&format!("/service_at_locations?{query}")).await;
            assert_eq!((answer.status, answer.wrong().as_str()), (status, parameter), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn terms_are_found_by_their_list_and_their_wider_term() {
    everywhere(async |home: Home| {
        let all = home.get("/taxonomy_terms?per_page=500").await;
        let all: Vec<Value> = all["contents"].as_array().unwrap().clone();
        let of = |keep: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            all.iter().filter(|it| keep(it)).map(|it| it["id"].as_str().unwrap().to_owned()).collect()
        };
        let found = async |query: &str| -> BTreeSet<String> {
            home.ids(&format!("/taxonomy_terms?{query}")).await.into_iter().collect()
        };
        assert_eq!(found("top_only=true").await, of(&|it| it["parent_id"].is_null()));
        for parent in all.iter().filter_map(|it| it["parent_id"].as_str()).collect::<BTreeSet<_>>() {
            assert_eq!(found(&format!("parent_id={parent}")).await, of(&|it| it["parent_id"] == parent));
        }
        for list in all.iter().filter_map(|it| it["taxonomy_id"].as_str()).collect::<BTreeSet<_>>() {
            assert_eq!(found(&format!("taxonomy_id={list}")).await, of(&|it| it["taxonomy_id"] == list));
            let whole = home.get(&format!("/taxonomies/{list}")).await;
            let terms = whole["taxonomy_terms"].as_array().unwrap();
            assert_eq!(terms.len(), of(&|it| it["taxonomy_id"] == list).len());
        }
    })
    .await;
}
