//! What Ask says to whoever told of a loss and asks on: each short question without a subject of its own belongs to it.

use crate::{
    ask_talk::{Said, cases, run_cases, said, said_next, text},
    support::{Home, on_both},
};

#[test]
fn what_is_asked_after_a_loss_belongs_to_it() {
    run_cases(cases![
        a_short_question_after_a_loss_is_answered_as_of_it,
        another_subject_is_answered_as_it_was_asked,
        who_wants_to_be_with_the_dead_is_shown_whom_to_ring,
    ]);
}

/// The pages that are quoted.
fn quoted(said: &Said) -> Vec<&str> {
    said.cites().iter().map(|cite| text(&cite["slug"])).collect()
}

fn is_of_the_loss(said: &Said) -> bool {
    quoted(said).iter().all(|slug| ["loss-of-a-baby", "stop-messages"].contains(slug))
        && said.entries().iter().any(|entry| entry.contains("loss-of-a-baby"))
}

async fn lost(home: &Home) -> Said {
    said(home, "my baby died").await
}

fn a_short_question_after_a_loss_is_answered_as_of_it() {
    on_both(async |home| {
        for (words, says) in [
            ("i want to hold my baby", "see, hold or name your baby"),
            ("was it my fault", "does not mean that you did anything wrong"),
            ("why did it happen", "You can ask why it happened"),
            ("do i have to register it", "must be registered"),
            ("what about the funeral", "tell you about a funeral"),
            ("i want my baby back", "We are so sorry"),
            ("how do i stop the letters", "They can stop visits, letters and texts"),
            ("i cant sleep", "None of it is wrong"),
            ("what do i do now", "None of it is wrong"),
            ("help me", "None of it is wrong"),
        ] {
            let next = said_next(home, &lost(home).await, words).await;
            assert_eq!(next.kind(), "answer", "{words}: {}", next.0);
            assert!(next.text().contains(says) && is_of_the_loss(&next), "{words}: {}", next.0);
        }
        let first = said_next(home, &lost(home).await, "i cant sleep").await;
        let second = said_next(home, &first, "was it my fault").await;
        assert!(is_of_the_loss(&second), "it holds for every turn: {}", second.0);
        // Without a loss before them the same words are an ordinary question.
        assert!(!is_of_the_loss(&said(home, "how do i stop the letters").await));
    });
}

fn another_subject_is_answered_as_it_was_asked() {
    on_both(async |home| {
        let dentist = said_next(home, &lost(home).await, "dentist").await;
        let all = dentist.entries();
        assert!(all[0].contains("dent"), "{}", dentist.0);
        assert!(!all.iter().any(|entry| entry.contains("maternity-exemption")), "{}", dentist.0);
        let food = said_next(home, &dentist, "foodbank").await;
        assert!(food.entries().iter().any(|entry| entry.contains("foodbank")), "{}", food.0);
        let letters = said_next(home, &food, "how do i stop letters from the bailiffs").await;
        assert!(!is_of_the_loss(&letters), "{}", letters.0);
    });
}

fn who_wants_to_be_with_the_dead_is_shown_whom_to_ring() {
    on_both(async |home| {
        for words in ["i want to be with him", "I just want to be with my baby", "i want to join her"] {
            let next = said_next(home, &lost(home).await, words).await;
            assert_eq!((next.kind(), next.level()), ("crisis", "red"), "{words}: {}", next.0);
        }
        assert_ne!(said(home, "i want to be with him").await.level(), "red");
        let hold = said_next(home, &lost(home).await, "i want to hold him").await;
        assert_ne!(hold.level(), "red", "{}", hold.0);
    });
}
