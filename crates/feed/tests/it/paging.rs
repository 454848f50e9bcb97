//! Checks 7 to 11: pages are exact.

use crate::support::{Home, everywhere, generous, over_decoys, service};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

#[tokio::test]
async fn a_page_holds_as_many_as_it_says_and_says_where_it_stands() {
    everywhere(async |home: Home| {
        for list in ["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"] {
            let total = home.get(&format!("/{list}")).await["total_items"].as_u64().unwrap();
            let pages = total.div_ceil(5);
            for page in [1, 2, pages / 2, pages - 1, pages] {
                if page == 0 || page > pages {
                    continue;
                }
                let got = home.get(&format!("/{list}?per_page=5&page={page}")).await;
                let size = if page == pages { total - 5 * (pages - 1) } else { 5 };
                let wanted = json!([total, pages, page, size, page == 1, page == pages, false]);
                assert_eq!(numbers(&got), wanted, "{list} {page}");
                assert_eq!(got["contents"].as_array().unwrap().len() as u64, size);
            }
        }
    })
    .await;
}

fn numbers(page: &Value) -> Value {
    json!([
        page["total_items"],
        page["total_pages"],
        page["page_number"],
        page["size"],
        page["first_page"],
        page["last_page"],
        page["empty"]
    ])
}

#[tokio::test]
async fn every_record_is_on_one_page_however_pages_are_cut_and_whatever_is_edited_meanwhile() {
    over_decoys(generous(), async |home: Home| {
        let all = home.ids("/services").await;
        // Which decoy is edited before which page.
        let plan = (1_usize..7, proptest::collection::vec((0_usize..4, 0_u32..1_000), 0..4));
        let mut runner = TestRunner::new(ProptestConfig { cases: 12, ..ProptestConfig::default() });
        let mut cases = Vec::new();
        for _ in 0..runner.config().cases {
            cases.push(plan.new_tree(&mut runner).unwrap().current());
        }
        for (per_page, edits) in cases {
            let mut seen = Vec::new();
            for page in 1.. {
                for (_, name) in edits.iter().filter(|(at, _)| at + 1 == page) {
                    let draft = service("babies", json!({"name": format!("Edited {name}")}));
                    home.change(move |tx, council, now| {
                        directory::publish_service(tx, &draft, council, now).map(|_| ())
                    })
                    .await;
                }
                let got = home.get(&format!("/services?per_page={per_page}&page={page}")).await;
                let contents = got["contents"].as_array().unwrap();
                seen.extend(contents.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
                if got["last_page"] == true {
                    break;
                }
            }
            assert_eq!(seen, all, "by {per_page}");
        }
    })
    .await;
}

#[tokio::test]
async fn odd_pages_are_refused_by_name_and_never_break_anything() {
    over_decoys(generous(), async |home: Home| {
        for name in ["page", "per_page"] {
            for value in ["0", "-1", "abc", "1.5", "", "%00", "1%20", "+1"] {
                let answer = home.ask(&format!("/services?{name}={value}")).await;
                assert_eq!((answer.status, answer.wrong().as_str()), (400, name), "{name}={value}");
            }
        }
        assert_eq!(home.ask("/services?page=99999999999999999999").await.status, 400);
        let total = home.get("/services").await["total_items"].as_u64().unwrap();
        let behind = home.get("/services?per_page=5&page=900000").await;
        assert_eq!(numbers(&behind), json!([total, total.div_ceil(5), 900_000, 0, false, false, true]));
        let capped = home.get("/taxonomy_terms?per_page=1000000").await;
        assert!(capped["size"].as_u64().unwrap() <= 500);
        let nothing = home.get("/services?search=zzzzqqq").await;
        assert_eq!(numbers(&nothing), json!([0, 0, 1, 0, true, true, true]));
        assert_eq!(nothing["contents"], json!([]));
    })
    .await;
}
