//! Whatever bytes a model answers, what comes out stands in the pages. The test looks for itself: it uses none of the
//! checks.

use crate::{
    Chunk, Sentence,
    given::Given,
    validator::{Limits, judge},
    wire::content_of,
};
use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Value, json};

const PAGES: [(&str, &str); 3] = [
    (
        "c1",
        "Stay and Play meets on Mondays, 10am to noon, at Example Library. You do not need to book a place. Children must stay \
         with an adult. A visit costs £2.50 for each family that comes.",
    ),
    (
        "c2",
        "Anyone can ask the council for an assessment. The council must reply within 6 weeks. Ring the example team on \
         0151 496 0000 or write to team@example.org. See https://www.example.org/plans for more about plans.",
    ),
    (
        "c3",
        "You do not need to:\n- bring your own paint to the morning session\n- pay £3 before 14 December 2026 at the desk",
    ),
];

fn chunks() -> Vec<Chunk> {
    PAGES
        .map(|(key, text)| Chunk {
            key: key.to_owned(),
            title: "A page".to_owned(),
            text: text.to_owned(),
            checked_on: kernel::Date::constant(2026, 11, 20),
        })
        .into()
}

fn shown(body: &[u8]) -> Vec<Sentence> {
    let chunks = chunks();
    let given = Given::of(&chunks);
    let limits = Limits { sentences_max: 4, entailment: None };
    content_of(body).map(|said| judge(&said, "tell me about it", &given, &limits).kept).unwrap_or_default()
}

fn runs(text: &str, is_part: impl Fn(char) -> bool) -> Vec<&str> {
    text.split(|letter| !is_part(letter)).filter(|run| !run.is_empty()).collect()
}

/// What every sentence is held to.
fn stands(sentence: &Sentence) -> Result<(), TestCaseError> {
    prop_assert!(!sentence.cites.is_empty());
    for cite in &sentence.cites {
        let page = PAGES.iter().find(|(key, _)| *key == cite.chunk);
        prop_assert!(page.is_some_and(|(_, text)| text.contains(&cite.quote)), "{cite:?}");
    }
    let quotes: Vec<&str> = sentence.cites.iter().map(|cite| cite.quote.as_str()).collect();
    let quotes = quotes.join(" ");
    for number in runs(&sentence.text, char::is_numeric) {
        prop_assert!(runs(&quotes, char::is_numeric).contains(&number), "{number} in {}", sentence.text);
    }
    let digits = sentence.text.chars().filter(char::is_ascii_digit).count();
    prop_assert!(digits < 12, "{}", sentence.text);
    for never in ["@", "http", "www", "://", ".org", ".uk", "{", "}", "<", ">", "0151", "0900", "[", "]("] {
        prop_assert!(!sentence.text.to_lowercase().contains(never), "{never} in {}", sentence.text);
    }
    prop_assert!(!sentence.text.chars().any(char::is_control));
    Ok(())
}

/// Parts that a sly model would build a sentence of.
fn part() -> impl Strategy<Value = String> {
    let known: Vec<&'static str> =
        PAGES.iter().flat_map(|(_, text)| text.split([' ', '\n'])).filter(|word| !word.is_empty()).collect();
    prop_oneof![
        8 => prop::sample::select(known).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "not", "must", "only", "16", "60", "£20", "noon", "Tuesday", "0900 123 456", "www.evil.example", "you are eligible",
            "{{contact:1}}", "{{contact:2}}", "{{src:1}}", "{{svc:1}}", "call", "five", "\u{ff10}\u{ff19}00", "<b>", "a\u{200b}b",
            "evil\u{2024}org", "٣", "½", "2026-12-14", "10\u{200b}0", "tel:", "mg", "5ml", "at", "dot com",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

fn quote() -> impl Strategy<Value = String> {
    let sentences: Vec<&'static str> =
        PAGES.iter().flat_map(|(_, text)| text.split_inclusive(['.', '\n'])).map(str::trim).collect();
    prop_oneof![
        6 => prop::sample::select(sentences.clone()).prop_map(str::to_owned),
        1 => (prop::sample::select(sentences), 0_usize..40, 0_usize..40).prop_map(|(text, from, many)| {
            text.chars().skip(from).take(many).collect()
        }),
        1 => prop::collection::vec(part(), 0..8).prop_map(|parts| parts.join(" ")),
    ]
}

/// What an honest model says, each with its quote.
const HONEST: [(&str, &str); 8] = [
    (
        "Stay and Play meets on Mondays from 10am to noon, at Example Library.",
        "Stay and Play meets on Mondays, 10am to noon, at Example Library.",
    ),
    ("You don't need to book a place.", "You do not need to book a place."),
    ("Children must stay with an adult.", "Children must stay with an adult."),
    ("A visit costs £2.50 for each family that comes.", "A visit costs £2.50 for each family that comes."),
    ("Anybody can ask the council for an assessment.", "Anyone can ask the council for an assessment."),
    ("The council must reply within 6 weeks.", "The council must reply within 6 weeks."),
    (
        "You do not need to bring your own paint to the morning session.",
        "bring your own paint to the morning session",
    ),
    (
        "You do not need to pay £3 before 14 December 2026 at the desk.",
        "pay £3 before 14 December 2026 at the desk",
    ),
];

fn sentence() -> impl Strategy<Value = Value> {
    let cites = prop::collection::vec((prop::sample::select(vec!["c1", "c2", "c3", "c4"]), quote()), 0..3);
    // Many of the sentences are nearly or wholly honest, so that they come through and the test looks at something.
    let near = (quote(), any::<prop::sample::Index>(), part()).prop_map(|(quote, at, part)| {
        let mut words: Vec<String> = quote.split(' ').map(str::to_owned).collect();
        let at = at.index(words.len());
        words[at] = part;
        (words.join(" "), Some(quote))
    });
    let honest = prop::sample::select(HONEST.to_vec())
        .prop_map(|(said, quote)| (said.to_owned(), Some(quote.to_owned())));
    let far = prop::collection::vec(part(), 1..9).prop_map(|parts| (parts.join(" "), None));
    (prop_oneof![2 => near, 2 => honest, 1 => far], cites).prop_map(|((text, own), cites)| {
        let mut cites: Vec<Value> =
            cites.into_iter().map(|(chunk, quote)| json!({"chunk": chunk, "quote": quote})).collect();
        if let Some(own) = own {
            let chunk = PAGES.iter().find(|(_, page)| page.contains(&own)).map_or("c1", |(key, _)| key);
            cites.truncate(usize::from(text.len() % 5 == 0));
            cites.push(json!({"chunk": chunk, "quote": own}));
        }
        json!({"text": text, "cites": cites})
    })
}

fn envelope(content: &str) -> Vec<u8> {
    json!({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}).to_string().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_sentences_a_model_writes_those_that_come_out_stand_in_the_pages(
        sentences in prop::collection::vec(sentence(), 0..4)
    ) {
        for sentence in shown(&envelope(&json!({"sentences": sentences}).to_string())) {
            stands(&sentence)?;
        }
    }

    #[test]
    fn whatever_bytes_come_in_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(shown(&bytes).is_empty());
        prop_assert!(shown(&envelope(&String::from_utf8_lossy(&bytes))).is_empty());
    }

    #[test]
    fn an_answer_with_some_bytes_changed_is_shown_as_it_should_be_or_not_at_all(
        sentence in sentence(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = envelope(&json!({"sentences": [sentence]}).to_string());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for sentence in shown(&bytes) {
            stands(&sentence)?;
        }
    }
}

#[test]
fn many_of_the_sentences_that_the_property_makes_do_come_out() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut many = 0;
    for _ in 0..300 {
        let sentence = sentence().new_tree(&mut runner).unwrap().current();
        many += shown(&envelope(&json!({"sentences": [sentence]}).to_string())).len();
    }
    assert!(many > 60, "{many} of 300: the property would look at nothing");
}
