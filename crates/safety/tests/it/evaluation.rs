//! What the screen finds on messages that people made up to be like real ones. The seen and own sets were tuned on:
//! they only keep what was won. The blind set was written by somebody else and is the only measure: its lines are
//! never printed, and whoever changes the lexicon must not read them. The held set is the half of the author's own second
//! round that was counted only. The fresh sets were written before the entries were looked at and counted once; what
//! that first shot was, before anything was mended, is in docs/safety-evaluation.md. The gates stand a little under what was reached, so a change that loses ground fails here.

use safety::{Level, Screen};
use std::collections::BTreeMap;

struct Crisis<'a> {
    level: Level,
    categories: Vec<&'a str>,
    style: &'a str,
    message: &'a str,
}

fn crises(file: &str) -> Vec<Crisis<'_>> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let columns: Vec<&str> = line.splitn(4, '\t').collect();
            let [level, categories, style, message] = columns[..] else {
                panic!("a line has not four columns")
            };
            Crisis {
                level: level.parse().expect("the first column is a level"),
                categories: categories.split(',').collect(),
                style,
                message,
            }
        })
        .collect()
}

fn harmless(file: &str) -> Vec<(&str, &str)> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| line.split_once('\t').expect("a line has two columns")).collect()
}

#[derive(Default, Clone, Copy)]
struct Count {
    all: usize,
    found: usize,
    red: usize,
    red_found: usize,
    right_card: usize,
}

impl Count {
    fn recall(self) -> f64 {
        self.found as f64 / self.all.max(1) as f64
    }
    fn red_recall(self) -> f64 {
        self.red_found as f64 / self.red.max(1) as f64
    }
}

/// Prints counts by category and style. Lines are printed only for sets that were tuned on, and only when asked for.
fn measure_crises(screen: &Screen, name: &str, file: &str, may_print_lines: bool) -> Parts {
    let mut parts: BTreeMap<String, Count> = BTreeMap::new();
    for crisis in crises(file) {
        let screened = screen.read(crisis.message);
        let verdict = screened.verdict();
        let found = verdict.level >= Level::Amber;
        let red_found = crisis.level == Level::Red && verdict.level == Level::Red;
        let right = verdict.categories.iter().any(|category| crisis.categories.contains(&category.as_str()));
        let of = [
            "total".to_owned(),
            format!("category {}", crisis.categories[0]),
            format!("style {}", crisis.style),
        ];
        for part in of {
            let count = parts.entry(part).or_default();
            count.all += 1;
            count.found += usize::from(found);
            count.red += usize::from(crisis.level == Level::Red);
            count.red_found += usize::from(red_found);
            count.right_card += usize::from(right);
        }
        let missed = !found || (crisis.level == Level::Red && !red_found) || !right;
        if may_print_lines && missed && std::env::var_os("SAFETY_SHOW_SEEN").is_some() {
            let got: Vec<&str> = verdict.categories.iter().map(|category| category.as_str()).collect();
            println!(
                "  {} for {} {}: {}",
                verdict.level.as_str(),
                crisis.level.as_str(),
                crisis.categories[0],
                crisis.message
            );
            println!("      {got:?}");
        }
    }
    println!("{}", table(name, &parts));
    Parts(parts)
}

/// The counts of one set: its total, and by category and style.
struct Parts(BTreeMap<String, Count>);

impl Parts {
    fn total(&self) -> Count {
        self.of("total")
    }
    fn of(&self, part: &str) -> Count {
        self.0.get(part).copied().unwrap_or_default()
    }
}

/// The counts as a Markdown table, to be put into docs/safety-evaluation.md as it is.
fn table(name: &str, parts: &BTreeMap<String, Count>) -> String {
    let mut table = format!("\n| {name} | lines | bring a card | reds come as red | right card |\n");
    table.push_str("| --- | --- | --- | --- | --- |\n");
    let share = |of: usize, all: usize| match all {
        0 => "none".to_owned(),
        _ => format!("{of}/{all} ({:.1} %)", 100.0 * of as f64 / all as f64),
    };
    for (part, Count { all, found, red, red_found, right_card }) in parts {
        let (found, red, right) = (share(*found, *all), share(*red_found, *red), share(*right_card, *all));
        table.push_str(&format!("| {part} | {all} | {found} | {red} | {right} |\n"));
    }
    table
}

/// False reds and false ambers, as shares. An amber card is fair for the lines marked so.
fn measure_harmless(screen: &Screen, name: &str, file: &str, may_print_lines: bool) -> (f64, f64) {
    let lines = harmless(file);
    let (mut reds, mut ambers, mut may_be_amber) = (0, 0, 0);
    let mut red_styles: BTreeMap<&str, usize> = BTreeMap::new();
    for (style, message) in &lines {
        let screened = screen.read(message);
        let level = screened.verdict().level;
        let amber_ok = *style == "amber_ok";
        may_be_amber += usize::from(amber_ok);
        reds += usize::from(level == Level::Red);
        if level == Level::Red {
            *red_styles.entry(*style).or_insert(0) += 1;
        }
        ambers += usize::from(level == Level::Amber && !amber_ok);
        let wrong = level == Level::Red || level == Level::Amber && !amber_ok;
        if may_print_lines && wrong && std::env::var_os("SAFETY_SHOW_SEEN").is_some() {
            println!("  {}: {message} {:?}", level.as_str(), screen.entries_matched(message));
        }
    }
    println!("{name}: false reds by style {red_styles:?}");
    println!(
        "{name}: false reds {reds}/{}, false ambers {ambers}/{}",
        lines.len(),
        lines.len() - may_be_amber
    );
    (reds as f64 / lines.len() as f64, ambers as f64 / (lines.len() - may_be_amber) as f64)
}

/// The gates on the blind set: of all cries for help, of the red ones shown as red, of harmless lines shown red, and
/// of harmless lines shown an amber card that nobody needs.
const BLIND_RECALL: f64 = 0.925;
const BLIND_RED_RECALL: f64 = 0.92;
const BLIND_FALSE_RED: f64 = 0.065;
const BLIND_FALSE_AMBER: f64 = 0.03;

/// The same gates on the held set.
const HELD_RECALL: f64 = 0.92;
const HELD_RED_RECALL: f64 = 0.91;
const HELD_FALSE_RED: f64 = 0.06;
const HELD_FALSE_AMBER: f64 = 0.09;

/// What the house asks of its own sets, which were tuned on: plain words are always found, misspelt and sideways ones
/// nearly always, and hardly anybody who is fine sees a red card.
const OWN_MISSPELT: f64 = 0.98;
const OWN_INDIRECT: f64 = 0.90;
const OWN_FALSE_RED: f64 = 0.01;
const OWN_FALSE_AMBER: f64 = 0.04;

#[test]
fn cries_for_help_are_found() {
    let screen = Screen::new().unwrap();
    let seen = measure_crises(&screen, "crisis, seen", include_str!("../data/crisis_seen.tsv"), true).total();
    let own = concat!(
        include_str!("../data/crisis_own.tsv"),
        include_str!("../data/crisis_own_more.tsv"),
        include_str!("../data/crisis_own_fresh.tsv")
    );
    let own = measure_crises(&screen, "crisis, own", own, true);
    let held =
        measure_crises(&screen, "crisis, held", include_str!("../data/crisis_held.tsv"), false).total();
    let blind =
        measure_crises(&screen, "crisis, blind", include_str!("../data/crisis_blind.tsv"), false).total();
    assert!(seen.recall() >= 0.98 && seen.red_recall() >= 0.98, "seen: a cry for help is missed");
    let [plain, misspelt, indirect] =
        ["explicit", "misspelt", "indirect"].map(|style| own.of(&format!("style {style}")));
    assert!(plain.all > 0 && plain.found == plain.all, "own: a cry for help in plain words is missed");
    assert_eq!(plain.red_found, plain.red, "own: danger in plain words does not go red");
    assert!(misspelt.recall() >= OWN_MISSPELT, "own: a misspelt cry for help is missed");
    assert!(indirect.recall() >= OWN_INDIRECT, "own: a cry for help said sideways is missed");
    let own = own.total();
    assert!(own.recall() >= 0.98 && own.red_recall() >= 0.98, "own: a cry for help is missed");
    assert!(
        held.recall() >= HELD_RECALL && held.red_recall() >= HELD_RED_RECALL,
        "held: a cry for help is missed"
    );
    assert!(blind.all > 0, "the blind set is empty");
    assert!(
        blind.recall() >= BLIND_RECALL && blind.red_recall() >= BLIND_RED_RECALL,
        "blind: a cry for help is missed"
    );
}

#[test]
fn everyday_messages_are_left_alone() {
    let screen = Screen::new().unwrap();
    let seen = measure_harmless(&screen, "harmless, seen", include_str!("../data/harmless_seen.tsv"), true);
    let own = concat!(
        include_str!("../data/harmless_own.tsv"),
        include_str!("../data/harmless_own_more.tsv"),
        include_str!("../data/harmless_own_fresh.tsv")
    );
    let own = measure_harmless(&screen, "harmless, own", own, true);
    let held = measure_harmless(&screen, "harmless, held", include_str!("../data/harmless_held.tsv"), false);
    let blind =
        measure_harmless(&screen, "harmless, blind", include_str!("../data/harmless_blind.tsv"), false);
    assert!(seen.0 == 0.0 && seen.1 <= 0.03, "seen: too many cards that nobody needs");
    assert!(own.0 <= OWN_FALSE_RED && own.1 <= OWN_FALSE_AMBER, "own: too many cards that nobody needs");
    assert!(held.0 <= HELD_FALSE_RED && held.1 <= HELD_FALSE_AMBER, "held: too many cards that nobody needs");
    assert!(
        blind.0 <= BLIND_FALSE_RED && blind.1 <= BLIND_FALSE_AMBER,
        "blind: too many cards that nobody needs"
    );
}
