//! What Ask says is on, held against the page of what is on; and guides inside Ask that are taken up, left for a question,
//! put away and gone on with.

use crate::{
    ask_talk::{Said, ask_json, cases, run_cases, said, said_next, text},
    support::{Home, on_both, on_both_anew},
};
use kernel::{Date, Span};
use serde_json::json;
use std::collections::BTreeSet;

/// So many sessions are shown; the page has the rest.
const SHOWN: usize = 4;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn day_name(date: Date) -> &'static str {
    DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()]
}

/// The sessions that the page has for a date and whatever narrows it.
async fn on_the_page(home: &Home, date: Date, narrowed: &str) -> BTreeSet<String> {
    let page = home.page(&format!("/whats-on?when=today&from={date}{narrowed}")).await;
    let lines =
        page.split("<li class=\"session card\"").skip(1).filter(|line| !line.contains("Cancelled</span>"));
    lines.filter_map(|line| line.split("href=\"").nth(1)?.split('"').next()).map(str::to_owned).collect()
}

fn addresses(said: &Said) -> Vec<String> {
    said.0["results"].as_array().unwrap().iter().map(|result| text(&result["url"]).to_owned()).collect()
}

/// Everything that is said is on is on then, each with its time, and nothing is missing where all can be shown.
async fn is_as_on_the_page(home: &Home, said: &Said, date: Date, narrowed: &str) {
    let page = on_the_page(home, date, narrowed).await;
    let shown = addresses(said);
    let all: BTreeSet<String> = shown.iter().cloned().collect();
    assert!(all.is_subset(&page), "{date}{narrowed}: {shown:?} is not {page:?}");
    assert!(all == page || shown.len() == SHOWN, "{date}{narrowed}: {shown:?} is not all of {page:?}");
    let day = format!("{} {} November, ", day_name(date), date.day());
    for result in said.0["results"].as_array().unwrap() {
        assert!(text(&result["why"][0]).starts_with(&day), "{date}{narrowed}: {result}");
    }
    if page.is_empty() {
        assert!(said.text().contains("nothing that fits that day"), "{date}{narrowed}: {}", said.0);
    }
}

#[test]
fn what_is_on_is_what_the_page_has_for_that_date_town_and_age() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        let today: Date = "2026-11-22".parse().unwrap();
        let mut seen = 0;
        for on in 0..7 {
            let date = today.saturating_add(Span::new().days(on));
            let day = day_name(date);
            let alone = said(home, &format!("whats on on {day}")).await;
            is_as_on_the_page(home, &alone, date, "").await;
            seen += addresses(&alone).len();
            let town = said(home, &format!("whats on on {day} in Runcorn")).await;
            is_as_on_the_page(home, &town, date, "&where=runcorn").await;
            let age = said(home, &format!("what's on on {day} for my 3 year old")).await;
            is_as_on_the_page(home, &age, date, "&age=3").await;
        }
        assert!(seen > 7, "{seen}");
        is_as_on_the_page(home, &said(home, "whats on today").await, today, "").await;
        let tomorrow = today.saturating_add(Span::new().days(1));
        is_as_on_the_page(home, &said(home, "whats on tomorrow").await, tomorrow, "").await;
    });
}

#[test]
fn another_day_town_or_age_asks_what_is_on_again() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        let date = |date: &str| -> Date { date.parse().unwrap() };
        let first = said(home, "whats on saturday").await;
        is_as_on_the_page(home, &first, date("2026-11-28"), "").await;
        let town = said_next(home, &first, "in Widnes").await;
        is_as_on_the_page(home, &town, date("2026-11-28"), "&where=widnes").await;
        let day = said_next(home, &first, "and Tuesday?").await;
        is_as_on_the_page(home, &day, date("2026-11-24"), "&where=widnes").await;
        let age = said_next(home, &first, "18 months").await;
        is_as_on_the_page(home, &age, date("2026-11-24"), "&where=widnes&age=18+months").await;
        // Something else to do is no part of what was found before.
        let low = said(home, "im really low since the baby").await;
        said_next(home, &low, "something to do on saturday").await;
        let town = said_next(home, &low, "what about in Runcorn").await;
        assert!(!town.entries().iter().any(|entry| entry.contains("pandas")), "{}", town.0);
    });
}

#[test]
fn after_a_loss_nothing_untrue_is_said_of_what_is_on() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        let lost = said(home, "my baby died").await;
        let day = said_next(home, &lost, "whats on saturday").await;
        assert!(day.text().contains("I have left out what is for babies"), "{}", day.0);
        assert!(!day.text().contains("nothing that fits"), "{}", day.0);
        let older = said_next(home, &lost, "whats on saturday for my 3 year old").await;
        assert!(!addresses(&older).is_empty(), "{}", older.0);
        for result in older.0["results"].as_array().unwrap() {
            assert!(!text(&result["title"]).to_lowercase().contains("baby"), "{result}");
        }
    });
}

#[test]
fn guides_inside_ask_are_taken_up_and_left_as_people_say_it() {
    run_cases(cases![
        a_plain_yes_begins_the_guide_that_is_offered,
        who_wants_to_stop_is_let_go_and_may_go_on,
        another_need_is_answered_and_the_guide_waits,
        what_cannot_be_read_as_a_day_chooses_nothing,
        the_words_to_ring_999_stay,
        what_is_sent_twice_has_the_same_turn,
        a_field_alone_is_asked_of_what_was_found,
    ]);
}

const FIRST_OF_THE_PLAN: &str = "Where are you now?";

/// A conversation in which the guide to a plan has just begun.
async fn at_the_plan(home: &Home) -> Said {
    let offered = said(home, "how long does an ehcp take").await;
    let begun = said_next(home, &offered, "yes").await;
    assert!(begun.text().contains(FIRST_OF_THE_PLAN), "{}", begun.0);
    begun
}

fn a_plain_yes_begins_the_guide_that_is_offered() {
    on_both(async |home| {
        for yes in ["yeah", "yes please", "yes please but im scared", "ok", "ok then"] {
            let offered = said(home, "no dentist will take us").await;
            let begun = said_next(home, &offered, yes).await;
            assert!(begun.text().contains("Is anybody in pain"), "{yes}: {}", begun.0);
        }
        let offered = said(home, "no dentist will take us").await;
        let other = said_next(home, &offered, "ok so where is the foodbank").await;
        assert!(!other.text().contains("Is anybody in pain"), "{}", other.0);
    });
}

fn who_wants_to_stop_is_let_go_and_may_go_on() {
    on_both(async |home| {
        for words in ["stop", "cancel", "exit", "no thanks", "not now", "later", "never mind"] {
            let begun = at_the_plan(home).await;
            let stopped = said_next(home, &begun, words).await;
            assert!(stopped.text().contains("your place is kept"), "{words}: {}", stopped.0);
            assert!(!stopped.text().contains(FIRST_OF_THE_PLAN), "{words}: {}", stopped.0);
            assert_eq!(stopped.choices(), ["Go on with the guide"], "{words}");
            let on = said_next(home, &begun, "Go on with the guide").await;
            assert!(on.text().contains(FIRST_OF_THE_PLAN), "{words}: {}", on.0);
            said_next(home, &begun, words).await;
            let other = said_next(home, &begun, "is there a foodbank").await;
            assert!(!other.entries().is_empty(), "{words}: {}", other.0);
            assert!(!other.text().contains(FIRST_OF_THE_PLAN), "{words}: {}", other.0);
        }
        let lost = said(home, "my baby died").await;
        said_next(home, &lost, "After a loss").await;
        let left = said_next(home, &lost, "go away").await;
        assert!(!left.text().contains("What would you like?"), "{}", left.0);
    });
}

fn another_need_is_answered_and_the_guide_waits() {
    on_both(async |home| {
        for words in ["no dentist", "baby massage", "is there a foodbank"] {
            let begun = at_the_plan(home).await;
            let aside = said_next(home, &begun, words).await;
            assert!(!aside.text().contains("did not understand"), "{words}: {}", aside.0);
            assert!(!aside.entries().is_empty(), "{words}: {}", aside.0);
            assert!(aside.choices().contains(&"I have asked, and I am waiting"), "{words}: {}", aside.0);
        }
        for words in ["hello", "purple bananas"] {
            let begun = at_the_plan(home).await;
            let missed = said_next(home, &begun, words).await;
            assert!(missed.text().contains(FIRST_OF_THE_PLAN), "{words}: {}", missed.0);
        }
    });
}

fn what_cannot_be_read_as_a_day_chooses_nothing() {
    on_both(async |home| {
        let begun = at_the_plan(home).await;
        for words in ["last week", "1/1/1999", "2 weeks ago", "31/02/2026"] {
            let asked = said_next(home, &begun, words).await;
            assert!(asked.text().contains(FIRST_OF_THE_PLAN), "{words}: {}", asked.0);
        }
    });
}

fn the_words_to_ring_999_stay() {
    on_both(async |home| {
        let offered = said(home, "no dentist will take us").await;
        for words in ["yes", "the face or mouth is swollen", "now what", "yes", "now what"] {
            let turn = said_next(home, &offered, words).await;
            assert!(!turn.text().contains("There is no rush"), "{words}: {}", turn.0);
            assert!(turn.text().contains("ing 999"), "{words}: {}", turn.0);
        }
    });
}

fn what_is_sent_twice_has_the_same_turn() {
    on_both(async |home| {
        let begun = at_the_plan(home).await;
        let lost = said(home, "my baby died").await;
        said_next(home, &lost, "After a loss").await;
        // The second one ends its guide.
        for (before, words) in
            [(&begun, "I have asked, and I am waiting"), (&lost, "Nothing. I only wanted to look")]
        {
            let question = json!({
                "text": words, "conversation": before.conversation(), "message": "sent-twice-1",
            });
            let once = Said(ask_json(home, &question).await.json());
            let twice = Said(ask_json(home, &question).await.json());
            assert_eq!(once.kind(), "flow", "{words}: {}", once.0);
            assert_eq!((once.text(), once.choices()), (twice.text(), twice.choices()), "{words}");
        }
    });
}

fn a_field_alone_is_asked_of_what_was_found() {
    on_both(async |home| {
        let first = said(home, "baby massage").await;
        for words in ["how much", "where", "when", "how do i book"] {
            let next = said_next(home, &first, words).await;
            assert!(
                next.entries().iter().any(|entry| entry == "service/baby-massage"),
                "{words}: {}",
                next.0
            );
        }
    });
}
