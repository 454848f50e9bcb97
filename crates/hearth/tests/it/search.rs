//! What people type at 2 a.m., and what they get.

use crate::support::{Found, address, on_both};

#[test]
fn a_parent_whose_baby_wont_latch_finds_feeding_help_first() {
    on_both(async |home| {
        for words in ["she wont latch", "she won’t latch", "SHE WONT LATCH!!", "shes not latchin"] {
            let found = Found::of(home, &address("/search", &[("q", words)])).await;
            let first = found.addresses().first().copied().unwrap_or_default().to_owned();
            let feeding = ["infant-feeding-team", "feeding-worries", "tongue-tie-help", "breastfeeding"];
            assert!(feeding.iter().any(|part| first.contains(part)), "{words}: {first}");
        }
    });
}

#[test]
fn a_postcode_gives_the_same_order_however_it_is_typed() {
    on_both(async |home| {
        let mut orders = Vec::new();
        for typed in ["WA8 7QF", "wa87qf", " wa8  7qf ", "WA8-7QF", "Wa8.7Qf"] {
            let path = address("/search", &[("q", "baby group"), ("postcode", typed)]);
            let found = Found::of(home, &path).await;
            assert!(found.html.contains("Near WA8 7QF"), "{typed}");
            orders.push(found.results);
        }
        assert!(orders[0].len() > 3 && orders.iter().all(|order| *order == orders[0]), "{orders:?}");
    });
}

#[test]
fn a_place_nobody_knows_is_said_beside_its_box_and_the_search_goes_on() {
    on_both(async |home| {
        let found = Found::of(home, "/search?q=baby+group&postcode=ZZ99").await;
        assert!(found.html.contains("id=\"postcode-error\"") && !found.results.is_empty());
        assert!(found.html.contains("value=\"ZZ99\""), "what was typed is put back");
    });
}

#[test]
fn words_of_loss_bring_the_page_about_loss_and_no_baby_entry() {
    on_both(async |home| {
        let babies: Vec<(String,)> = home
            .house
            .site
            .db()
            .read(|tx| tx.all("select slug from service where baby", store::args![]))
            .await
            .unwrap();
        let mut babies: Vec<String> = babies.into_iter().map(|(slug,)| format!("/services/{slug}")).collect();
        babies.extend(home.house.library.list().iter().filter(|page| page.head.baby).map(|page| page.path()));
        assert!(babies.len() > 20);
        for words in ["we lost our baby", "my baby died", "miscarriage at 12 weeks", "stillborn last month"] {
            for path in [
                address("/search", &[("q", words)]),
                address("/search", &[("q", words), ("carry", "on")]),
                address("/search", &[("q", words), ("age", "0-1")]),
                address("/search", &[("q", words), ("postcode", "WA8 7QF"), ("sort", "nearest")]),
            ] {
                let found = Found::of(home, &path).await;
                if found.html.contains("crisis-red") && found.results.is_empty() {
                    continue;
                }
                let ten = found.addresses();
                let page = ten.iter().position(|found| found.starts_with("/pages/loss-of-a-baby"));
                assert!(page.is_some_and(|place| place < 3), "{path}: {ten:?}");
                assert!(
                    found.html.contains("For anyone who has lost a baby"),
                    "{path} says why they come first"
                );
                let shown: Vec<&String> =
                    babies.iter().filter(|baby| found.html.contains(&format!("href=\"{baby}\""))).collect();
                assert!(shown.is_empty(), "{path} shows {shown:?}");
            }
        }
    });
}

#[test]
fn a_message_of_danger_shows_the_card_alone_until_the_person_carries_on() {
    on_both(async |home| {
        let words = "baby group i want to kill myself";
        let alone = Found::of(home, &address("/search", &[("q", words), ("cost", "free")])).await;
        assert!(
            alone.html.contains("class=\"crisis crisis-red\"") && alone.html.contains("href=\"tel:999\"")
        );
        assert!(!alone.html.contains("result card") && !alone.html.contains("aria-label=\"Main\""));
        let carry = crate::support::between(&alone.html, "<a class=\"btn btn-2\" href=\"", "\"");
        let carry = crate::support::unescaped(carry);
        assert!(carry.contains("carry=on") && carry.contains("cost=free"), "{carry}");
        let after = Found::of(home, &carry).await;
        let (card, results) = (after.html.find("crisis-red"), after.html.find("result card"));
        assert!(
            card.is_some() && results.is_some() && card < results,
            "the card stays above: {card:?} {results:?}"
        );
    });
}

#[test]
fn a_worrying_message_shows_the_card_first_and_the_results_under_it() {
    on_both(async |home| {
        let amber = "i cant cope any more with the baby crying";
        let level = home.house.site.screen(amber).verdict().level;
        assert_eq!(level, safety::Level::Amber, "the words this test goes by");
        let found = Found::of(home, &address("/search", &[("q", amber)])).await;
        let (card, results) = (found.html.find("class=\"crisis\""), found.html.find("result card"));
        assert!(card.is_some() && results.is_some() && card < results);
    });
}

#[test]
fn the_machine_address_answers_as_promised() {
    on_both(async |home| {
        let answer = home.get("/api/v1/search?q=she+wont+latch").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        let json = answer.json();
        assert_eq!(json["query"], "she wont latch");
        assert!(json["card"].is_null() && json["total"].as_u64().unwrap() > 0);
        for result in json["results"].as_array().unwrap() {
            assert!(matches!(result["kind"].as_str(), Some("service" | "page" | "event" | "flow")));
            for key in ["slug", "title", "url"] {
                assert!(result[key].as_str().is_some_and(|value| !value.is_empty()), "{key}");
            }
            assert!(result["why"].is_array());
            assert_eq!(home.get(result["url"].as_str().unwrap()).await.status, 200);
        }
        let page = Found::of(home, "/search?q=she+wont+latch").await;
        assert_eq!(json["total"].as_u64().unwrap(), page.total as u64, "the page and the machine agree");
        let red = home.get("/api/v1/search?q=i+want+to+kill+myself").await.json();
        assert_eq!(red["card"]["level"], "red");
        assert_eq!(red["card"]["category"], "suicide_selfharm");
        assert_eq!((red["results"].as_array().unwrap().len(), red["total"].as_u64()), (0, Some(0)));
        let spec = home.get("/api/v1/openapi.json").await.json();
        assert!(spec["paths"]["/api/v1/search"]["get"].is_object());
    });
}

#[test]
fn a_page_number_past_the_end_or_not_a_number_is_still_a_page() {
    on_both(async |home| {
        for page in ["0", "-1", "2", "9999999999999999999999", "abc", "1e9", "٣", ""] {
            let answer = home.get(&address("/search", &[("q", "baby"), ("page", page)])).await;
            assert_eq!(answer.status, 200, "page {page}");
            let answer = home.get(&address("/api/v1/search", &[("q", "baby"), ("page", page)])).await;
            assert_eq!(answer.status, 200, "page {page}");
        }
    });
}

#[test]
fn the_first_answers_to_a_few_plain_words_are_of_use() {
    on_both(async |home| {
        for (words, wanted, among) in [
            ("no food till friday", "foodbank", 2),
            ("no nappies", "money-is-short", 2),
            ("prison", "early-help", 6),
        ] {
            let found = Found::of(home, &address("/search", &[("q", words)])).await;
            let first: Vec<&str> = found.addresses().into_iter().take(among).collect();
            assert!(first.iter().any(|address| address.contains(wanted)), "{words}: {first:?}");
        }
    });
}

#[test]
fn without_words_help_comes_before_reading_and_pages_about_the_site_wait_to_be_named() {
    on_both(async |home| {
        for words in ["tonight", "sunday", "open now"] {
            let found = Found::of(home, &address("/search", &[("q", words)])).await;
            let first = found.addresses();
            assert!(first.iter().all(|address| address.starts_with("/services/")), "{words}: {first:?}");
            assert!(!found.html.contains("Accessibility statement"), "{words}");
        }
        let named = Found::of(home, "/search?q=accessibility+statement").await;
        assert!(named.addresses().iter().any(|address| address.contains("accessibility")));
    });
}
