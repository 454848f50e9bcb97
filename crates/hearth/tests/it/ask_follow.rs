//! What Ask remembers between two questions, and what it leaves out: a place, a day or an age is changed and the rest
//! stays; after a loss no baby is shown unasked.

use crate::{
    ask_talk::{Said, cases, run_cases, said, said_next, text},
    support::{Home, on_both, on_both_anew},
};
use std::collections::BTreeSet;

#[test]
fn a_question_goes_on_from_the_one_before_it() {
    run_cases(cases![
        an_age_alone_is_asked_back_with_needs_of_that_age_and_is_kept_for_the_answer,
        a_place_or_a_day_without_a_subject_is_asked_back,
        after_a_loss_nothing_for_babies_comes_unasked,
        every_word_that_is_told_to_be_in_a_name_stands_in_it,
    ]);
}

fn services(said: &Said) -> Vec<String> {
    said.entries().into_iter().filter(|entry| !entry.starts_with("page/")).collect()
}

fn why(said: &Said) -> String {
    said.0["results"].as_array().unwrap().iter().map(|result| result["why"].to_string()).collect()
}

fn an_age_alone_is_asked_back_with_needs_of_that_age_and_is_kept_for_the_answer() {
    on_both(async |home| {
        for words in [
            "my boy is 3",
            "I have a 7 month old",
            "he's 15",
            "for a 10 year old",
            "she is 3, we live in Widnes",
        ] {
            let asked_back = said(home, words).await;
            assert_eq!(asked_back.kind(), "clarify", "{words}: {}", asked_back.0);
            assert!(asked_back.entries().is_empty(), "{words}: {}", asked_back.0);
            assert!((3..=4).contains(&asked_back.choices().len()), "{words}: {:?}", asked_back.choices());
            for choice in asked_back.choices() {
                let frightens = ["Not safe at home", "Loss and grief"].contains(&choice);
                assert!(!frightens, "{words}: {choice}");
            }
        }
        for (words, next) in
            [("my boy is 3", "groups"), ("my boy is 3", "Things to do"), ("he's 15", "someone to talk to")]
        {
            let asked_back = said(home, words).await;
            let answered = said_next(home, &asked_back, next).await;
            assert_eq!(answered.kind(), "answer", "{words}, {next}: {}", answered.0);
            assert!(why(&answered).contains("for age"), "{words}, {next}: {}", answered.0);
        }
        let else_ = said(home, "my boy is 3").await;
        let choice = said_next(home, &else_, "Something else").await;
        let answered = said_next(home, &choice, "swimming").await;
        assert!(why(&answered).contains("for age 3"), "{}", answered.0);
    });
}

fn a_place_or_a_day_without_a_subject_is_asked_back() {
    on_both(async |home| {
        for words in ["in Widnes", "and Tuesday?", "what about weekends", "is it free?", "near WA8 7QF"] {
            let asked_back = said(home, words).await;
            assert_eq!(asked_back.kind(), "clarify", "{words}: {}", asked_back.0);
            assert!(asked_back.entries().is_empty(), "{words}: {}", asked_back.0);
        }
        for words in ["what's on on Saturday", "what is open on Sunday", "somewhere to go on Monday"] {
            let answered = said(home, words).await;
            assert_ne!(answered.kind(), "clarify", "{words}: {}", answered.0);
        }
    });
}

#[test]
fn what_is_changed_changes_and_the_rest_stays() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        let first = said(home, "baby groups").await;
        let subject = found(home, "baby groups").await;
        for words in [
            "in Widnes",
            "and Tuesday?",
            "what about Runcorn",
            "is it free?",
            "what about weekends",
            "for a 4 year old",
        ] {
            let next = said_next(home, &first, words).await;
            assert!(!next.entries().is_empty(), "{words}: {}", next.0);
            for entry in services(&next) {
                assert!(subject.contains(&entry), "{words}: {entry} is no baby group: {subject:?}");
            }
        }
        let first = said(home, "dentist in Runcorn").await;
        let next = said_next(home, &first, "what about Widnes").await;
        assert!(next.entries().iter().any(|entry| entry.contains("dent")), "{}", next.0);
        let other = said_next(home, &next, "help with my gas bill").await;
        assert!(!other.entries().iter().any(|entry| entry.contains("dent")), "{}", other.0);
    });
}

/// All that words find, as the search page has it.
async fn found(home: &Home, words: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for page in 1..=4 {
        let path = format!("/api/v1/search?q={}&page={page}", words.replace(' ', "+"));
        let answer = home.get(&path).await.json();
        for result in answer["results"].as_array().unwrap() {
            all.insert(format!("{}/{}", text(&result["kind"]), text(&result["slug"])));
        }
    }
    all
}

fn after_a_loss_nothing_for_babies_comes_unasked() {
    on_both(async |home| {
        let lost = said(home, "we lost the baby").await;
        for words in
            ["groups near me", "groups", "support", "is there a group", "somewhere to go in Runcorn", "help"]
        {
            let next = said_next(home, &lost, words).await;
            for result in next.0["results"].as_array().unwrap() {
                let all = result.to_string().to_lowercase();
                let is_of_loss =
                    ["loss", "lost", "bereave", "grief", "died"].iter().any(|word| all.contains(word));
                assert!(
                    is_of_loss
                        || !["baby", "babies", "toddler", "stay and play"]
                            .iter()
                            .any(|word| all.contains(word)),
                    "{words}: {result}"
                );
            }
        }
        let asked_for = said_next(home, &lost, "baby massage").await;
        assert!(asked_for.entries().iter().any(|entry| entry.contains("baby-massage")), "{}", asked_for.0);
        let other = said_next(home, &lost, "dentist").await;
        assert!(other.entries()[0].contains("dent"), "{}", other.0);
    });
}

fn every_word_that_is_told_to_be_in_a_name_stands_in_it() {
    on_both(async |home| {
        let file = include_str!("../../../demo/tests/data/ask_questions.tsv");
        let questions =
            file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').nth(2));
        let mut told = 0;
        for words in questions.chain(["baby groups", "baby group in Widnes"]) {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
            let answer = home.get(&format!("/api/v1/search?{query}")).await.json();
            for result in answer["results"].as_array().into_iter().flatten() {
                let reasons = result["why"].as_array().unwrap().iter().map(text);
                for reason in reasons.filter(|reason| reason.ends_with("in its name")) {
                    let name = search::words(text(&result["title"]));
                    for word in reason.split('‘').skip(1).filter_map(|part| part.split('’').next()) {
                        told += 1;
                        let is_there = search::words(word).iter().all(|word| name.contains(word));
                        assert!(is_there, "{words}: {reason}: {}", result["title"]);
                    }
                }
            }
        }
        assert!(told > 300, "{told}");
    });
}

/// A canary in every kind of question that goes on from another, and a whole postcode.
#[test]
fn nothing_that_was_typed_is_kept_for_the_next_question() {
    on_both_anew(async |home| {
        let canary = "zqfollowcanaryqz";
        let first = said(home, &format!("baby groups near WA8 7QF {canary}")).await;
        for words in ["and Tuesday?", "my boy is 3", "near WA7 4XY", "groups"] {
            said_next(home, &first, words).await;
            said_next(home, &first, &format!("{words} {canary}")).await;
        }
        let alone = said(home, "near WA8 7QF").await;
        said_next(home, &alone, &format!("{canary} dentist")).await;
        home.house.close().await;
        let kept: Vec<(String,)> =
            home.database.read(|tx| tx.all("select kept from ask_turn", store::args![])).await.unwrap();
        assert!(kept.len() > 8, "{}", kept.len());
        for (kept,) in kept {
            assert!(!kept.contains(canary) && !kept.contains("7QF") && !kept.contains("4XY"), "{kept}");
        }
    });
}
