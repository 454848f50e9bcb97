//! What Ask must not say: words about something else that accuse or frighten, a guess about medicine; and that it keeps
//! whom to ring, and counts what is sent twice once.

use crate::{
    ask_talk::{Said, ask_json, cases, run_cases, said, said_next, text},
    support::{Home, on_both},
};
use serde_json::{Value, json};

#[test]
fn ask_speaks_of_what_was_asked() {
    run_cases(cases![
        one_wide_word_of_many_is_no_answer,
        whose_child_it_is_brings_nothing_up,
        what_is_safe_to_take_is_for_a_pharmacist_or_a_midwife,
        what_is_not_ours_is_not_called_council_tax,
        a_question_that_is_sent_twice_has_one_turn,
        a_later_card_leaves_the_numbers_of_the_first_in_sight,
    ]);
}

/// `slug#part` of each quotation.
fn quoted(said: &Said) -> Vec<&str> {
    said.cites().iter().map(|cite| text(&cite["url"])).collect()
}

fn one_wide_word_of_many_is_no_answer() {
    on_both(async |home| {
        for (words, never) in [
            ("im drinking every night", "fever-and-illness"),
            ("my daughter is being bullied", "if-your-child-is-the-one-doing-it"),
            ("had an abortion and cant stop crying", "feelings-after-birth"),
            ("im 8 weeks pregnant", "young-parents"),
            ("morning after pill", "wont-go-to-school"),
            ("we lost our home", "bullying"),
            ("bus to hub", "bullying"),
            ("wheezing 2 year old", "toilet-training"),
            ("baby has a cold", "fuel-and-bills"),
            ("my son hit his head", "behaviour"),
            ("he seems fine", "school-attendance"),
            ("can baby drink water at 3 months", "fever-and-illness"),
        ] {
            let said = said(home, words).await;
            assert!(!quoted(&said).iter().any(|url| url.contains(never)), "{words}: {}", said.0);
        }
        let machine = said(home, "we had to turn off his machine").await;
        assert!(!machine.entries().iter().any(|entry| entry.contains("priority-services")), "{}", machine.0);
        let young = said(home, "i think im pregnant and im in year 11").await;
        assert!(!young.entries().is_empty(), "{}", young.0);
    });
}

fn whose_child_it_is_brings_nothing_up() {
    on_both(async |home| {
        for words in [
            "my daughter is scared of dogs",
            "my daughter needs a coat",
            "my daughter has scarlet fever",
            "my daughter is 2 and not sleeping",
            "my daughter doesnt sleep",
            "my daughter is trans",
        ] {
            let said = said(home, words).await;
            for never in ["nspcc-fgm-helpline", "page/young-parents"] {
                assert!(!said.entries().iter().any(|entry| entry.contains(never)), "{words}: {}", said.0);
            }
        }
        let asked_for = said(home, "someone to talk to about fgm").await;
        assert!(asked_for.entries().iter().any(|entry| entry.contains("fgm")), "{}", asked_for.0);
    });
}

fn what_is_safe_to_take_is_for_a_pharmacist_or_a_midwife() {
    on_both(async |home| {
        for words in [
            "i want to come off my antidepressants im pregnant",
            "is it safe to take sertraline while breastfeeding",
            "ibuprofen pregnant",
            "codeine breastfeeding",
            "methadone and pregnant",
            "raw eggs pregnant",
        ] {
            let said = said(home, words).await;
            let all = said.text();
            assert!(all.contains("pharmacist") && all.contains("111"), "{words}: {}", said.0);
            assert!(!all.contains("a child’s age") && all.contains("midwife"), "{words}: {all}");
        }
        let honey = said(home, "is honey safe for a 6 month old").await;
        let of_danger = ["refuge", "icart", "domestic-abuse"];
        assert!(
            !honey.entries().iter().any(|entry| of_danger.iter().any(|word| entry.contains(word))),
            "{}",
            honey.0
        );
        let dizzy = said(home, "i feel dizzy pregnant").await;
        assert!(dizzy.text().contains("midwife") && dizzy.text().contains("111"), "{}", dizzy.0);
    });
}

fn what_is_not_ours_is_not_called_council_tax() {
    on_both(async |home| {
        let badge = said(home, "blue badge").await;
        assert!(badge.entries().iter().any(|entry| entry.contains("blue-badge")), "{}", badge.0);
        let passport = said(home, "passport for baby").await;
        assert!(passport.text().contains("GOV.UK"), "{}", passport.0);
        for said in [badge, passport, said(home, "report a pothole").await] {
            assert!(!said.text().contains("Council tax"), "{}", said.0);
        }
        assert!(said(home, "how do I pay my council tax").await.text().contains("Council tax"));
    });
}

async fn sent(home: &Home, before: &Said, words: &str, message: &str) -> Said {
    let question = json!({ "text": words, "conversation": before.conversation(), "message": message });
    let answer = ask_json(home, &question).await;
    assert_eq!(answer.status, 200, "{words}: {}", answer.text());
    Said(answer.json())
}

async fn turns(home: &Home, of: &Said) -> usize {
    home.page(&format!("/ask/{}", of.conversation())).await.matches("<li class=\"turn\"").count()
}

fn a_question_that_is_sent_twice_has_one_turn() {
    on_both(async |home| {
        let offered = said(home, "no dentist will take us").await;
        let guide = offered.choices()[0].to_owned();
        let begun = sent(home, &offered, &guide, "one").await;
        let again = sent(home, &offered, &guide, "one").await;
        assert_eq!((again.kind(), again.text()), (begun.kind(), begun.text()));
        assert_eq!(again.choices(), begun.choices());
        assert_eq!(turns(home, &offered).await, 2);
        // The guide goes on from where it was.
        let next = sent(home, &offered, begun.choices()[0], "two").await;
        assert_ne!(next.text(), begun.text());

        let first = said(home, "baby massage").await;
        let asked = sent(home, &first, "foodbank", "three").await;
        let again = sent(home, &first, "foodbank", "three").await;
        assert_eq!((asked.text(), asked.entries()), (again.text(), again.entries()));
        assert_eq!(turns(home, &first).await, 2);
        // Other words under the same number are another question, as after going back in the browser.
        let other = sent(home, &first, "dentist", "three").await;
        assert!(other.text() != asked.text() && turns(home, &first).await == 3, "{}", other.0);
    });
}

fn a_later_card_leaves_the_numbers_of_the_first_in_sight() {
    on_both(async |home| {
        let first = said(home, "my boyfriend tracks my phone").await;
        assert_eq!(first.category(), "domestic_abuse", "{}", first.0);
        let abuse: Vec<String> = first
            .numbers()
            .iter()
            .filter(|number| **number != "999")
            .map(|number| (*number).to_owned())
            .collect();
        let second = said_next(home, &first, "im really low since the baby").await;
        assert_ne!(second.level(), "", "{}", second.0);
        let third = said_next(home, &second, "foodbank").await;
        let still: Vec<&str> = third.0["still_to_ring"].as_array().unwrap().iter().map(number).collect();
        assert!(still.contains(&abuse[0].as_str()) && still.contains(&"111"), "{still:?}");
        assert!(still.len() <= 4, "{still:?}");
        for line in &still {
            assert_eq!(still.iter().filter(|other| *other == line).count(), 1, "{still:?}");
        }
    });
}

fn number(line: &Value) -> &str {
    text(&line["number"])
}
