//! What changed between two texts, line by line, and between two guides, step by step. Pure.

use flows::{Flow, Node, Translation};
use web::say;

/// More lines than this are not compared one by one.
const LINES_MAX: usize = 2_000;

/// The lines of both, each with ' ' (both), '-' (only before) or '+' (only now).
pub(crate) fn lines(before: &str, now: &str) -> Vec<(char, String)> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), now.lines().collect());
    if a.len() > LINES_MAX || b.len() > LINES_MAX {
        let gone = a.iter().map(|line| ('-', (*line).to_owned()));
        return gone.chain(b.iter().map(|line| ('+', (*line).to_owned()))).collect();
    }
    // The longest common part, from the back.
    let mut common = vec![vec![0u16; b.len() + 1]; a.len() + 1];
    for at in (0..a.len()).rev() {
        for other in (0..b.len()).rev() {
            common[at][other] = if a[at] == b[other] {
                common[at + 1][other + 1] + 1
            } else {
                common[at + 1][other].max(common[at][other + 1])
            };
        }
    }
    let (mut at, mut other, mut out) = (0, 0, Vec::new());
    while at < a.len() || other < b.len() {
        if at < a.len() && other < b.len() && a[at] == b[other] {
            out.push((' ', a[at].to_owned()));
            (at, other) = (at + 1, other + 1);
        } else if other == b.len() || (at < a.len() && common[at + 1][other] >= common[at][other + 1]) {
            out.push(('-', a[at].to_owned()));
            at += 1;
        } else {
            out.push(('+', b[other].to_owned()));
            other += 1;
        }
    }
    out
}

/// What became of one step.
#[derive(Debug, PartialEq)]
pub(crate) struct StepChange {
    pub key: String,
    pub what: &'static str,
    /// Before and now, as plain lines; empty where the step was not there.
    pub before: Vec<String>,
    pub now: Vec<String>,
}

/// What differs: the guide's own facts first, then the steps in the order of the new guide, then those that are gone.
pub(crate) fn changes(before: &Flow, now: &Flow) -> Vec<StepChange> {
    facts(before, now).into_iter().chain(steps(before, now)).collect()
}

/// What the guide says of itself, where that differs.
fn facts(before: &Flow, now: &Flow) -> Option<StepChange> {
    let (old, new) = (facts_told(before), facts_told(now));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (before, now) = (only(&old, &new), only(&new, &old));
    let differs = !before.is_empty() || !now.is_empty();
    differs.then(|| StepChange { key: "About the guide".to_owned(), what: "Changed", before, now })
}

fn facts_told(flow: &Flow) -> Vec<String> {
    let mut lines = vec![
        format!("Its name: {}", flow.title),
        format!("What it helps with: {}", flow.summary),
        format!("What families type: {}", flow.also_say.join(", ")),
        format!("Needs: {}", flow.topics.join(", ")),
        format!("Who looks after it: {}", flow.owner),
        format!("Checked on {}", say::day_month_year(flow.checked_on)),
        format!("Look again by {}", say::day_month_year(flow.review_by)),
        format!("Languages: {}", flow.languages.join(", ")),
        format!("It begins with {}", flow.start),
    ];
    lines.extend(flow.minutes.map(|minutes| format!("It takes about {minutes} minutes")));
    let kinds = [
        (flow.sensitive, "It has a neutral title"),
        (flow.baby, "It is about babies or pregnancy"),
        (flow.loss, "It is for somebody who has lost a baby"),
    ];
    lines.extend(kinds.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned()));
    lines.extend(flow.sources.iter().map(|source| {
        let checked = say::day_month_year(source.checked_on);
        format!(
            "Source {}: {}, {}, {}, checked on {checked}",
            source.key, source.title, source.publisher, source.url
        )
    }));
    lines.extend(
        flow.urgent
            .iter()
            .map(|urgent| format!("Urgent: {} leads to {}", urgent.words.join(", "), urgent.to)),
    );
    lines.extend(flow.translations.iter().flat_map(|(language, words)| translated(language, words)));
    lines
}

fn translated(language: &str, words: &Translation) -> Vec<String> {
    let mut lines = vec![
        format!("Its name in {language}: {}", words.title),
        format!("What it helps with in {language}: {}", words.summary),
    ];
    for (step, words) in &words.nodes {
        let said = [&words.say, &words.explain, &words.words].into_iter().chain(words.choice.values());
        let said = said.chain(words.step.values()).filter(|said| !said.is_empty());
        lines.extend(said.map(|said| format!("{step} in {language}: {said}")));
    }
    lines
}

/// The steps that differ.
fn steps(before: &Flow, now: &Flow) -> Vec<StepChange> {
    let changed = now.nodes.iter().filter_map(|node| match before.node(&node.key) {
        None => Some(StepChange { key: node.key.clone(), what: "New", before: Vec::new(), now: told(node) }),
        Some(old) if old == node => None,
        Some(old) => {
            Some(StepChange { key: node.key.clone(), what: "Changed", before: told(old), now: told(node) })
        }
    });
    let gone = before.nodes.iter().filter(|node| now.node(&node.key).is_none());
    let gone = gone.map(|node| StepChange {
        key: node.key.clone(),
        what: "Gone",
        before: told(node),
        now: Vec::new(),
    });
    changed.chain(gone).collect()
}

fn told(node: &Node) -> Vec<String> {
    let mut lines: Vec<String> = node.say.lines().map(str::to_owned).collect();
    lines.extend(node.ways().into_iter().map(|way| match way.words.as_str() {
        "" => format!("goes on to {}", way.to),
        words => format!("{words}: goes to {}", way.to),
    }));
    if !node.cites.is_empty() {
        lines.push(format!("sources: {}", node.cites.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_texts_can_be_read_back_from_what_changed(
            before in proptest::collection::vec("[abc]", 0..12),
            now in proptest::collection::vec("[abc]", 0..12),
        ) {
            let found = lines(&before.join("\n"), &now.join("\n"));
            let of = |gone: char| -> Vec<String> {
                found.iter().filter(|(sign, _)| *sign != gone).map(|(_, line)| line.clone()).collect()
            };
            prop_assert_eq!(of('+'), before);
            prop_assert_eq!(of('-'), now);
        }
    }
}
