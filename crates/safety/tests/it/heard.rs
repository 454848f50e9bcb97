//! Cries for help that a fresh reader found the screen deaf to, and harmless lines that lie near to them. Here the card
//! that leads is counted, not only that there is one: the right level with the wrong card is a miss.

use safety::{Category, Level, Screen, Verdict};

/// One line of the crisis set: its level, or a loss, the cards that may lead, and the words.
struct Line<'a> {
    level: &'a str,
    may_lead: Vec<&'a str>,
    message: &'a str,
}

fn lines(file: &str) -> Vec<Line<'_>> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let columns: Vec<&str> = line.splitn(4, '\t').collect();
            let [level, may_lead, _, message] = columns[..] else { panic!("a line has not four columns") };
            Line { level, may_lead: may_lead.split(',').collect(), message }
        })
        .collect()
}

fn is_right(line: &Line<'_>, verdict: &Verdict) -> bool {
    if line.level == "loss" {
        return verdict.loss
            && verdict.level != Level::Red
            && !verdict.categories.contains(&Category::MissingChild);
    }
    let leads = verdict.first().map_or("none", Category::as_str);
    let led = line.may_lead.iter().any(|may| match may.strip_suffix(":them") {
        Some(may) => may == leads && verdict.someone_else,
        None => *may == leads,
    });
    led && verdict.level.as_str() == line.level
}

#[test]
fn what_was_not_heard_is_heard_and_the_right_card_leads() {
    let screen = Screen::new().unwrap();
    let all = lines(include_str!("../data/crisis_own_now.tsv"));
    let mut wrong = Vec::new();
    for line in &all {
        let screened = screen.read(line.message);
        if !is_right(line, screened.verdict()) {
            let entries = screen.entries_matched(line.message);
            wrong.push(format!("{} {}: {:?} {entries:?}", line.level, line.message, screened.verdict()));
        }
    }
    println!("heard: {} of {}", all.len() - wrong.len(), all.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_lies_near_to_those_cries_is_left_alone() {
    let screen = Screen::new().unwrap();
    let file = include_str!("../data/harmless_own_now.tsv");
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut wrong = Vec::new();
    for line in lines {
        let (style, message) = line.split_once('\t').expect("a line has two columns");
        let level = screen.read(message).verdict().level;
        if level == Level::Red || level == Level::Amber && style != "amber_ok" {
            wrong.push(format!("{}: {message} {:?}", level.as_str(), screen.entries_matched(message)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
