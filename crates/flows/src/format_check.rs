//! What must hold of a flow before it can run: every name it uses is there.

use crate::{
    flow::{Case, Day, Flow, Node, NodeKind, Rule, Test},
    format::Trouble,
};
use std::collections::BTreeSet;

/// Names that a translation has for the flow itself, so no node may have them.
const RESERVED: [&str; 2] = ["title", "summary"];

/// Adds everything that keeps a flow from running.
pub(crate) fn check(flow: &Flow, troubles: &mut Vec<Trouble>) {
    check_head(flow, troubles);
    let names = Names::of(flow);
    let mut seen = BTreeSet::new();
    for node in &flow.nodes {
        let mut say = |words: String| troubles.push(Trouble::at(&node.key, words));
        if !is_key(&node.key) || RESERVED.contains(&node.key.as_str()) {
            say(format!("'{}' cannot be a node's key. Use small letters, digits and hyphens.", node.key));
        }
        if !seen.insert(node.key.as_str()) {
            say(format!("There are two nodes with the key '{}'.", node.key));
        }
        for way in node.ways() {
            if !way.to.is_empty() && flow.node(&way.to).is_none() {
                say(format!("It leads to '{}', and there is no such node.", way.to));
            }
        }
        for cite in node.cites.iter().filter(|cite| flow.source(cite).is_none()) {
            say(format!("It cites '{cite}', and there is no such source."));
        }
        check_kind(node, &names, &mut say);
        let texts = [node.say.as_str(), node.explain.as_str()];
        let translated = flow.translations.values().filter_map(|words| words.nodes.get(&node.key));
        let translated = translated.flat_map(|words| [words.say.as_str(), words.explain.as_str()]);
        for name in texts.into_iter().chain(translated).flat_map(placeholders) {
            if !names.days.contains(name) && !names.choices.contains(name) {
                say(format!("It says {{{{{name}}}}}, and nothing is kept or worked out under that name."));
            }
        }
    }
    check_translations(flow, troubles);
}

fn check_head(flow: &Flow, troubles: &mut Vec<Trouble>) {
    let mut say = |words: String| troubles.push(Trouble::at("", words));
    if !is_key(&flow.slug) || flow.slug == "resume" {
        say(format!("'{}' cannot be a guide's slug. Use small letters, digits and hyphens.", flow.slug));
    }
    if flow.title.trim().is_empty() || flow.summary.trim().is_empty() {
        say("Give the guide a title and a summary.".to_owned());
    }
    if flow.languages.is_empty() || flow.languages.iter().any(|language| !is_key(language)) {
        say("Name the languages by their short names, such as languages = [\"en\"].".to_owned());
    }
    if flow.node(&flow.start).is_none() {
        say(format!("It starts at '{}', and there is no such node.", flow.start));
    }
    for urgent in &flow.urgent {
        if flow.node(&urgent.to).is_none() {
            say(format!("An urgent sign leads to '{}', and there is no such node.", urgent.to));
        }
        if urgent.words.is_empty() || urgent.words.iter().any(|words| words.trim().is_empty()) {
            say("Say which words are an urgent sign.".to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    for source in &flow.sources {
        if !seen.insert(source.key.as_str()) {
            say(format!("There are two sources with the key '{}'.", source.key));
        }
        if !source.url.is_empty() && !web::may_lead_to(&source.url) {
            say(format!("The address of the source '{}' leads nowhere.", source.key));
        }
    }
}

fn check_kind(node: &Node, names: &Names<'_>, say: &mut impl FnMut(String)) {
    match &node.kind {
        NodeKind::Choice { choices, keep, .. } => {
            if choices.is_empty() {
                say("It has no answers to choose from.".to_owned());
            }
            let mut seen = BTreeSet::new();
            for choice in choices {
                if !is_key(&choice.key) || !seen.insert(choice.key.as_str()) {
                    say(format!("The answer '{}' needs a key of its own, in small letters.", choice.key));
                }
                if choice.words.trim().is_empty() {
                    say(format!("The answer '{}' has no words for its button.", choice.key));
                }
            }
            expect_name(keep, say);
        }
        NodeKind::Date { keep, .. } => expect_name(keep, say),
        NodeKind::WorkOut { steps, .. } => {
            if steps.is_empty() {
                say("It works nothing out.".to_owned());
            }
            for step in steps {
                expect_name(&step.name, say);
                let certificate = match &step.rule {
                    Rule::Tribunal { certificate } => certificate.as_ref(),
                    Rule::Add { .. } => None,
                };
                for name in [Some(&step.from), certificate].into_iter().flatten() {
                    if name != "today" && !names.days.contains(name.as_str()) {
                        say(format!("It counts from '{name}', and no day is kept under that name."));
                    }
                }
            }
        }
        NodeKind::Branch { cases, .. } => cases.iter().for_each(|case| check_case(case, names, say)),
        NodeKind::HandOver { target, .. } if !target.is_empty() && !web::may_lead_to(target) => {
            say(format!("'{target}' leads nowhere. Begin it with / or https:// or tel:"));
        }
        _ => {}
    }
    let is_silent = matches!(node.kind, NodeKind::Branch { .. });
    if is_silent && !node.say.is_empty() {
        say("A branch says nothing. Put the words into a node of their own.".to_owned());
    }
    if node.kind.asks() && node.say.trim().is_empty() {
        say("It asks nothing.".to_owned());
    }
}

fn check_case(case: &Case, names: &Names<'_>, say: &mut impl FnMut(String)) {
    let is_day = names.days.contains(case.of.as_str()) || case.of == "today";
    let is_choice = names.choices.contains(case.of.as_str());
    if !is_day && !is_choice {
        say(format!("It looks at '{}', and nothing is kept or worked out under that name.", case.of));
        return;
    }
    match &case.test {
        Test::Is(key) if !names.answers.contains(&(case.of.as_str(), key.as_str())) => {
            say(format!("'{key}' is not an answer that is kept under '{}'.", case.of));
        }
        Test::Before(day) | Test::After(day) => {
            if !is_day {
                say(format!("'{}' is not a day, so nothing is before or after it.", case.of));
            }
            if let Day::Named(name) = day
                && !names.days.contains(name.as_str())
            {
                say(format!("'{name}' is neither a day, as 2026-11-20, nor kept or worked out."));
            }
        }
        _ => {}
    }
}

fn check_translations(flow: &Flow, troubles: &mut Vec<Trouble>) {
    for (language, words) in &flow.translations {
        for (key, words) in &words.nodes {
            let Some(node) = flow.node(key) else {
                let trouble = format!("The language '{language}' has words for '{key}', which is no node.");
                troubles.push(Trouble::at("", trouble));
                continue;
            };
            let known: BTreeSet<&str> = match &node.kind {
                NodeKind::Choice { choices, .. } => {
                    choices.iter().map(|choice| choice.key.as_str()).collect()
                }
                NodeKind::WorkOut { steps, .. } => steps.iter().map(|step| step.name.as_str()).collect(),
                _ => BTreeSet::new(),
            };
            for name in words.choice.keys().chain(words.step.keys()) {
                if !known.contains(name.as_str()) {
                    let trouble =
                        format!("The language '{language}' has words for '{name}', which is not there.");
                    troubles.push(Trouble::at(key, trouble));
                }
            }
        }
    }
}

/// What is kept and worked out anywhere in a flow.
struct Names<'a> {
    days: BTreeSet<&'a str>,
    choices: BTreeSet<&'a str>,
    answers: BTreeSet<(&'a str, &'a str)>,
}

impl Names<'_> {
    fn of(flow: &Flow) -> Names<'_> {
        let mut names = Names { days: BTreeSet::new(), choices: BTreeSet::new(), answers: BTreeSet::new() };
        for node in &flow.nodes {
            match &node.kind {
                NodeKind::Choice { keep, choices, .. } => {
                    names.choices.insert(keep);
                    names.answers.extend(choices.iter().map(|choice| (keep.as_str(), choice.key.as_str())));
                }
                NodeKind::Date { keep, .. } => {
                    names.days.insert(keep);
                }
                NodeKind::WorkOut { steps, .. } => {
                    names.days.extend(steps.iter().map(|step| step.name.as_str()));
                }
                _ => {}
            }
        }
        names
    }
}

fn expect_name(name: &str, say: &mut impl FnMut(String)) {
    let fits = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
    if !fits || name == "today" {
        say(format!("'{name}' cannot be the name of what is kept. Use small letters, digits and _."));
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 80
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The names in `{{...}}`.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim()).collect()
}
