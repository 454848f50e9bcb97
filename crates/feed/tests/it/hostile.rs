//! Checks 21 to 25: odd and hostile requests get a plain answer.

use crate::support::{BASE, Home, generous, over_decoys};
use axum::{body::Body, http::Request};
use feed::FeedConfig;

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    over_decoys(generous(), async |home: Home| {
        let long = "a".repeat(10_000);
        for id in
            ["12", "%00", "..%2Forganizations", "%27", long.as_str(), "00000000-0000-4000-8000-000000000000"]
        {
            for list in ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"]
            {
                let answer = home.ask(&format!("/{list}/{id}")).await;
                assert_eq!(answer.status, 404, "{list}/{}", &id[..id.len().min(40)]);
            }
        }
        assert_eq!(home.ask("/services/%ff").await.status, 400);
        let id = directory::entry_id("rich").to_string();
        let capitals = home.get(&format!("/services/{}", id.to_uppercase())).await;
        assert_eq!(capitals["id"], id, "capitals are the same id");
    })
    .await;
}

#[tokio::test]
async fn hostile_searches_are_only_words() {
    over_decoys(generous(), async |home: Home| {
        let words = home.slugs("search=or+1").await;
        assert_eq!(home.slugs("search='+OR+1=1--").await, words, "signs part words, and that is all");
        assert_eq!(
            home.slugs("search=$ne").await,
            home.slugs("search=ne").await,
            "the beginning of a last word"
        );
        let (letters, many) = ("a".repeat(60_000), "word+".repeat(5_000));
        for search in [
            "%25",
            "_",
            "*",
            "%22",
            "\\",
            "(",
            ":*",
            "%7B%22$gt%22:%22%22%7D",
            "%3Cscript%3E",
            "../../etc",
            "%00",
            "%F0%9F%91%B6",
            "%E2%80%AEabc",
            letters.as_str(),
            many.as_str(),
        ] {
            let answer = home.ask(&format!("/services?search={search}")).await;
            match answer.status {
                200 => assert_eq!(answer.json()["total_items"], 0, "{}", &search[..search.len().min(30)]),
                status => assert_eq!((status, answer.wrong().as_str()), (400, "search")),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_sent_twice_or_is_unknown_or_is_no_text_has_a_plain_answer() {
    over_decoys(generous(), async |home: Home| {
        let all = home.get("/services").await["total_items"].clone();
        for unknown in ["nonsense=1", "page%5B%5D=1", "=", "&&", "PAGE=7"] {
            assert_eq!(home.get(&format!("/services?{unknown}")).await["total_items"], all, "{unknown}");
        }
        for twice in ["page=1&page=2", "day=MO&day=TU", "search=a&search=b", "full=true&full=true"] {
            assert_eq!(home.ask(&format!("/services?{twice}")).await.status, 400, "{twice}");
        }
        assert_eq!(home.ask("/services?search=%ff").await.wrong(), "search");
        for accept in ["text/html", "application/xml", "*/*;q=0", "nonsense"] {
            let request = Request::get(format!("{BASE}/services")).header("accept", accept);
            let answer = home.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{accept}");
        }
        assert_eq!(home.ask("/services?format=xml").await.wrong(), "format");
    })
    .await;
}

#[tokio::test]
async fn a_burst_is_told_to_wait_and_the_pages_stay_up() {
    let config = FeedConfig { requests_at_once: 20, requests_each_second: 2, ..FeedConfig::default() };
    over_decoys(config, async |home: Home| {
        let mut refused = 0;
        for _ in 0..30 {
            let answer = home.ask("/services").await;
            if answer.status == 429 {
                refused += 1;
                assert_eq!(answer.header("access-control-allow-origin"), "*");
                assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
                assert!(answer.json()["error"]["message"].is_string());
            }
        }
        assert_eq!(refused, 10);
        let page = home.page(web::Who { actor: access::Actor::Visitor }, "/developers").await;
        assert_eq!(page.status, 200);
        home.clock.set("2026-11-22T09:00:01Z".parse().unwrap());
        assert_eq!(home.ask("/services").await.status, 200);
    })
    .await;
}
