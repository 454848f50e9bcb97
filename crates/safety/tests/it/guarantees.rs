//! What holds for every text: nothing is changed, nothing panics, nothing is printed, and time grows with length.

use proptest::prelude::*;
use safety::{Category, Level, Screen};
use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

static SCREEN: LazyLock<Screen> = LazyLock::new(|| Screen::new().expect("the lexicon is sound"));

fn quickest(text: &str, tries: usize) -> Duration {
    (0..tries)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(SCREEN.read(text));
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// Texts made to be slow: every phrase half begun, words that are nearly key words, marks, emoji, one endless word.
fn hard_texts() -> Vec<String> {
    let from_entries: String = SCREEN.entries().map(|entry| entry.example).collect::<Vec<_>>().join(" ");
    [
        "i want to ",
        "my baby he is ",
        "i ",
        "a",
        "suicidex overdosee strangledd ",
        "🔪😭",
        "k.m.s ",
        "e\u{301}",
        "my phone died ",
        "х",
        "1 2 3 ",
        "he hits my milestones me ",
        "su*cide-",
        "killmyselfwanttodie",
        "\u{200d}",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([from_entries])
    .map(|part| part.chars().cycle().take(4_000).collect())
    .collect()
}

#[test]
fn eight_times_the_text_takes_less_than_sixteen_times_as_long() {
    for text in hard_texts() {
        let long_text = text.repeat(8);
        // A busy machine can spoil a try, never improve one: one fair pair of tries in twenty is proof enough.
        let fair = (0..20).any(|_| quickest(&long_text, 1) < quickest(&text, 1) * 16);
        assert!(fair, "{:?}...", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn four_thousand_hard_characters_are_read_at_once() {
    let bound = if cfg!(debug_assertions) { Duration::from_millis(500) } else { Duration::from_millis(5) };
    let mut slowest = Duration::ZERO;
    for text in hard_texts() {
        let taken = quickest(&text, 7);
        slowest = slowest.max(taken);
        assert!(taken < bound, "{:?}... took {taken:?}", &text.chars().take(20).collect::<String>());
    }
    println!("slowest hard text: {slowest:?}");
}

/// The measured share of random and hard texts, printed for the report. The gate is in the tests above, which take
/// the quickest of several tries so that a busy machine cannot fail them.
#[test]
fn the_slowest_one_in_a_hundred_is_printed() {
    let words: Vec<&str> = SCREEN.entries().flat_map(|entry| entry.example.split(' ')).collect();
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut times: Vec<Duration> = (0..if cfg!(debug_assertions) { 20 } else { 1_000 })
        .map(|_| {
            let mut text = String::new();
            while text.chars().count() < 4_000 {
                match next(4) {
                    0 => (0..next(12)).for_each(|_| text.push((b'a' + next(26) as u8) as char)),
                    _ => text.push_str(words[next(words.len())]),
                }
                text.push(' ');
            }
            let start = Instant::now();
            std::hint::black_box(SCREEN.read(&text));
            start.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "4,000 characters: median {:?}, p99 {:?}",
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
}

#[test]
fn a_megabyte_and_ten_thousand_marks_are_read_without_fuss() {
    let marks = format!("a{}", "\u{301}".repeat(10_000));
    assert_eq!(SCREEN.read(&marks).verdict().level, Level::Clear);
    let long = format!("{} I want to die", "play group ".repeat(90_000));
    assert_eq!(SCREEN.read(&long).verdict().level, Level::Red);
    let hidden: String =
        "I want to die".chars().map(|c| char::from_u32(0xE0000 + c as u32).unwrap()).collect();
    assert_eq!(
        SCREEN.read(&hidden).verdict().level,
        Level::Clear,
        "tags cannot be seen, so nobody said them"
    );
    assert_eq!(SCREEN.read("I want\u{0} to die").verdict().level, Level::Red);
    assert_eq!(SCREEN.read("I wa\u{e0041}nt to\u{e0042} die").verdict().level, Level::Red);
}

#[test]
fn a_debug_line_never_holds_the_text() {
    let screened = SCREEN.read("canaryword I want to die");
    let shown = format!("{screened:?}");
    assert!(
        !shown.contains("canaryword") && !shown.contains("die") && shown.contains("SuicideSelfharm"),
        "{shown}"
    );
}

#[test]
fn the_same_text_gives_the_same_verdict() {
    for entry in SCREEN.entries() {
        let (one, two) = (SCREEN.read(entry.example), Screen::new().unwrap().read(entry.example));
        assert_eq!(one.verdict(), two.verdict());
        let mut sorted = one.verdict().categories.clone();
        sorted.dedup();
        assert_eq!(sorted, one.verdict().categories);
        if SCREEN.entries().position(|other| other.id == entry.id) > Some(12) {
            break;
        }
    }
    assert!(Category::MedicalEmergency < Category::SuicideSelfharm);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_handed_back_as_it_was_typed(text in "(?s).{0,200}") {
        let screened = SCREEN.read(&text);
        prop_assert_eq!(screened.as_typed(), &text);
    }

    #[test]
    fn a_cry_for_help_is_found_among_any_words(before in "[a-z ]{0,80}", after in "[a-z ]{0,80}") {
        // A figure of speech may use the words beside it, so they are kept apart from the cry.
        let screened = SCREEN.read(&format!("{before}. hello hello I want to kill myself hello hello. {after}"));
        prop_assert_eq!(screened.verdict().level, Level::Red);
    }
}
