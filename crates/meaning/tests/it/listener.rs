//! The second net, counted on messages that may be looked at. `cargo test -p meaning --test it listener -- --nocapture`.

use crate::weights;

use meaning::Listener;
use safety::{Category, Level, Screen};
use std::sync::LazyLock;
use weights::ENCODER;

static LISTENER: LazyLock<Listener> =
    LazyLock::new(|| Listener::new(ENCODER.clone()).expect("it learnt from this encoder"));

const HARMLESS: &str = concat!(
    include_str!("../../../safety/tests/data/harmless_seen.tsv"),
    include_str!("../../../safety/tests/data/harmless_own.tsv"),
    include_str!("../../../safety/tests/data/harmless_own_more.tsv")
);
const CRISES: &str = concat!(
    include_str!("../../../safety/tests/data/crisis_seen.tsv"),
    include_str!("../../../safety/tests/data/crisis_own.tsv"),
    include_str!("../../../safety/tests/data/crisis_own_more.tsv")
);

fn rows(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

/// The listener learnt from these, so this only keeps what was won: `make_listener` prints what it does to messages that were
/// left out (52 of 100 cries, at 2 needless cards in 100), and the next test asks about sentences of another hand.
#[test]
fn calm_messages_bring_no_card_and_cries_are_heard() {
    let screen = Screen::new().unwrap();
    let calm: Vec<&str> =
        rows(HARMLESS).filter(|row| row[0] != "amber_ok").step_by(3).map(|row| row[1]).collect();
    let needless: Vec<&&str> = calm.iter().filter(|text| LISTENER.hear(text).is_some()).collect();
    let (mut all, mut heard, mut right, mut missed, mut missed_heard) = (0, 0, 0, 0, 0);
    for (at, row) in rows(CRISES).enumerate() {
        let is_missed = screen.read(row[3]).verdict().level == Level::Clear;
        if !is_missed && at % 3 != 0 {
            continue;
        }
        let found = LISTENER.hear(row[3]);
        all += 1;
        heard += usize::from(found.is_some());
        right += usize::from(found.is_some_and(|kind| row[1].split(',').any(|wanted| wanted == kind)));
        missed += usize::from(is_missed);
        missed_heard += usize::from(is_missed && found.is_some());
    }
    println!(
        "needless {} of {}; heard {heard} of {all}, the right card {right}; of {missed} that the screen missed {missed_heard}",
        needless.len(),
        calm.len()
    );
    assert!(calm.len() > 500 && needless.len() * 100 <= calm.len() * 2, "{needless:?}");
    assert!(heard * 100 >= all * 50, "{heard} of {all} cries are heard");
    assert!(right * 100 >= heard * 60, "{right} of {heard} bring the right card");
}

#[test]
fn of_sentences_from_which_it_did_not_learn_it_hears_half_and_few_of_the_calm_ones() {
    let rows: Vec<Vec<&str>> = rows(include_str!("../data/exemplars.tsv")).collect();
    let (calm, cries): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row[0] == "calm");
    let heard = |rows: &[&Vec<&str>]| rows.iter().filter(|row| LISTENER.hear(row[1]).is_some()).count();
    let (needless, heard) = (heard(&calm), heard(&cries));
    println!("needless {needless} of {}, heard {heard} of {}", calm.len(), cries.len());
    assert!(needless <= 4 && heard * 100 >= cries.len() * 45, "{needless} {heard}");
}

#[test]
fn every_kind_is_a_category_of_the_safety_screen_and_none_is_missing() {
    let mut kinds = LISTENER.kinds().to_vec();
    let mut categories: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
    categories.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(kinds, categories);
}

#[test]
fn what_is_said_last_in_a_long_text_is_read() {
    let chatter =
        "We had a lovely time at the park with the ducks and then we went home for tea. ".repeat(60);
    assert_eq!(LISTENER.hear(&chatter), None);
    assert_eq!(
        LISTENER.hear(&format!("{chatter} I do not want to live any more.")),
        Some("suicide_selfharm")
    );
    assert_eq!(LISTENER.hear(""), None);
    assert_eq!(LISTENER.hear("?!\u{0} translate 7 !"), None);
}
