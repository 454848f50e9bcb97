//! Narrowing down and widening again: every number on the page is the number one gets.

use crate::support::{Found, Home, address, on_both};
use std::collections::BTreeSet;

#[test]
fn each_filter_narrows_and_leaves_nothing_in_that_was_not_there() {
    on_both(async |home| {
        let wide = everything(home, &[("q", "feeding my baby")]).await;
        let mut narrower = 0;
        for (name, value) in
            [("cost", "free"), ("how", "self"), ("age", "0-1"), ("day", "MO"), ("topic", "breastfeeding")]
        {
            let narrow = everything(home, &[("q", "feeding my baby"), (name, value)]).await;
            assert!(
                !narrow.is_empty() && narrow.is_subset(&wide),
                "{name}={value}: {} of {}",
                narrow.len(),
                wide.len()
            );
            narrower += usize::from(narrow.len() < wide.len());
        }
        assert!(narrower >= 4, "only {narrower} of five filters left anything out");
    });
}

#[test]
fn every_count_in_the_panel_is_what_ticking_it_gives() {
    on_both(async |home| {
        for fields in [
            vec![("q", "help with feeding")],
            vec![("q", "autism"), ("postcode", "WA8 7QF"), ("where", "phone")],
            vec![("q", ""), ("age", "2-4"), ("cost", "free"), ("cost", "unknown")],
            vec![("q", "free baby group on monday")],
        ] {
            let found = Found::of(home, &address("/search", &fields)).await;
            assert!(found.choices.len() > 10, "{fields:?}: {} counted choices", found.choices.len());
            for (name, value, count) in &found.choices {
                let mut ticked: Vec<(&str, &str)> =
                    fields.iter().copied().filter(|(have, _)| have != name).collect();
                ticked.push((name, value));
                let page = Found::of(home, &address("/search", &ticked)).await;
                assert_eq!(page.total, *count, "{ticked:?}");
            }
        }
    });
}

#[test]
fn a_day_and_a_time_are_for_one_session_however_each_was_said() {
    on_both(async |home| {
        let ticked = everything(home, &[("day", "SA"), ("time", "morning")]).await;
        let mixed = everything(home, &[("q", "saturday"), ("time", "morning")]).await;
        let turned = everything(home, &[("q", "morning"), ("day", "SA")]).await;
        let said = everything(home, &[("q", "saturday morning")]).await;
        assert!(!ticked.is_empty());
        assert_eq!([&mixed, &turned, &said], [&ticked; 3]);
        let all_saturday = everything(home, &[("q", "baby group saturday")]).await;
        let of_mornings = everything(home, &[("q", "baby group saturday"), ("time", "morning")]).await;
        assert!(
            of_mornings.is_subset(&all_saturday),
            "a time picked in the form keeps the day that was said"
        );
    });
}

#[test]
fn every_count_is_what_one_gets_for_any_words_with_any_ticks() {
    on_both(async |home| {
        let words = [
            "saturday",
            "baby group saturday",
            "runcorn free saturday 3 year old",
            "tonight",
            "open now",
            "group for dads in the morning",
            "free food",
            "my 3 year old",
        ];
        let ticks: [&[(&str, &str)]; 5] = [
            &[],
            &[("time", "morning")],
            &[("day", "MO")],
            &[("age", "0-1"), ("day", "SA"), ("time", "afternoon")],
            &[("cost", "free"), ("for", "dads")],
        ];
        for (at, q) in words.iter().enumerate() {
            for (turn, ticks) in ticks.iter().enumerate() {
                let fields = [&[("q", *q)], *ticks].concat();
                let found = Found::of(home, &address("/search", &fields)).await;
                // Every tenth choice, another ten for each pair: together they try each choice many times.
                for (name, value, count) in found.choices.iter().skip((at + turn) % 10).step_by(10) {
                    let mut ticked: Vec<(&str, &str)> =
                        fields.iter().copied().filter(|(have, _)| have != name).collect();
                    ticked.push((name, value));
                    let page = Found::of(home, &address("/search", &ticked)).await;
                    assert_eq!(page.total, *count, "{ticked:?}");
                }
                for (href, promised) in &found.loosened {
                    assert_eq!(Found::of(home, href).await.total, *promised, "{fields:?} promises at {href}");
                }
            }
        }
    });
}

#[test]
fn taking_off_what_was_ticked_never_leaves_fewer_and_what_was_read_from_the_words_goes_too() {
    on_both(async |home| {
        for path in [
            "/search?q=free+baby+group+on+monday+widnes",
            "/search?q=group&cost=free&age=0-1&day=TU&topic=things-to-do",
        ] {
            let found = Found::of(home, path).await;
            assert!(found.chips.len() >= 3, "{path}: {:?}", found.chips);
            for (href, words) in &found.chips {
                let wider = Found::of(home, href).await;
                // A part read from the words becomes words again, and those may well find less.
                let ticked = !href.contains("without=");
                assert!(
                    !ticked || wider.total >= found.total,
                    "{path}: without {words} {} of {}",
                    wider.total,
                    found.total
                );
                let left: Vec<&String> = wider.chips.iter().map(|(_, words)| words).collect();
                assert!(!left.contains(&words), "{words} is still on after it was taken off: {left:?}");
            }
        }
    });
}

#[test]
fn where_little_or_nothing_is_found_each_way_out_gives_what_it_promises() {
    on_both(async |home| {
        let (mut ways_out, mut nothing) = (0, 0);
        for fields in [
            vec![("q", "latch"), ("cost", "paid"), ("day", "SU")],
            vec![("q", "autism"), ("how", "open"), ("age", "pregnant"), ("time", "night")],
            vec![("q", "free dentist on sunday"), ("for", "dads")],
            vec![
                ("q", "baby group"),
                ("postcode", "WA8 7QF"),
                ("within", "1"),
                ("cost", "paid"),
                ("send", "HI"),
            ],
            vec![("q", "zzqqxx"), ("topic", "breastfeeding")],
            vec![("q", "free group for dads in runcorn on sunday evening"), ("send", "HI")],
            vec![("q", "my 3 year old"), ("cost", "paid"), ("topic", "breastfeeding")],
            vec![("q", "sleep"), ("day", "SU"), ("time", "morning"), ("where", "home")],
        ] {
            let path = address("/search", &fields);
            let found = Found::of(home, &path).await;
            nothing += usize::from(found.total == 0);
            for (href, promised) in &found.loosened {
                let wider = Found::of(home, href).await;
                assert_eq!(wider.total, *promised, "{path} promises {promised} at {href}");
            }
            ways_out += found.loosened.len();
        }
        assert!(ways_out >= 5 && nothing >= 3, "{ways_out} ways out of {nothing} dead ends");
        let lost = Found::of(home, "/search?q=zzqqxx").await;
        assert!(lost.html.contains("Rather ask a person?") && lost.results.is_empty());
    });
}

/// Kind and slug of everything that a question finds, page by page.
async fn everything(home: &Home, fields: &[(&str, &str)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for page in 1..100 {
        let number = page.to_string();
        let asked = [fields, &[("page", number.as_str())]].concat();
        let answer = home.get(&address("/api/v1/search", &asked)).await.json();
        let results = answer["results"].as_array().unwrap();
        if results.is_empty() {
            assert_eq!(
                answer["total"].as_u64().unwrap(),
                found.len() as u64,
                "{fields:?}: the total is exact"
            );
            return found;
        }
        for result in results {
            let name = format!("{}:{}", result["kind"].as_str().unwrap(), result["slug"].as_str().unwrap());
            assert!(found.insert(name.clone()), "{fields:?}: {name} is there twice");
        }
    }
    panic!("a search of a hundred pages");
}
