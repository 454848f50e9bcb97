//! The text of a flow, read into what cannot be wrong. The format is told in `docs/flows.md`.

use crate::{
    flow::{
        Case, Choice, Day, Flow, HandOver, Node, NodeKind, NodeWords, Rule, Source, Test, Translation, Unit,
        Urgent, WorkStep,
    },
    format_check::check,
};
use kernel::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most letters a flow's text may have.
const TEXT_MAX: usize = 300_000;
/// The most nodes.
const NODES_MAX: usize = 1_000;

/// Something in the text of a flow that keeps it from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The line of the text, where it is known.
    pub line: Option<usize>,
    /// The node it is about, or empty.
    pub node: String,
    /// What is wrong and what to do, in a sentence.
    pub words: String,
}

impl Trouble {
    pub(crate) fn at(node: &str, words: impl Into<String>) -> Trouble {
        Trouble { line: None, node: node.to_owned(), words: words.into() }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.node.as_str()) {
            (Some(line), _) => write!(f, "line {line}: {}", self.words),
            (None, "") => f.write_str(&self.words),
            (None, node) => write!(f, "{node}: {}", self.words),
        }
    }
}

/// Reads the text of a flow, or says everything that keeps it from running.
pub fn parse(text: &str) -> Result<Flow, Vec<Trouble>> {
    if text.len() > TEXT_MAX {
        return Err(vec![Trouble::at("", "The guide is too long. Make two of it.")]);
    }
    let raw: RawFlow = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
        vec![Trouble { line, node: String::new(), words: error.message().to_owned() }]
    })?;
    let mut troubles = Vec::new();
    let flow = raw.into_flow(&mut troubles);
    if flow.nodes.len() > NODES_MAX {
        troubles.push(Trouble::at("", format!("Use {NODES_MAX} nodes or fewer.")));
    }
    check(&flow, &mut troubles);
    for trouble in &mut troubles {
        trouble.line = trouble.line.or_else(|| line_of(text, &trouble.node));
    }
    if troubles.is_empty() { Ok(flow) } else { Err(troubles) }
}

/// The line on which a node's key stands.
fn line_of(text: &str, node: &str) -> Option<usize> {
    if node.is_empty() {
        return None;
    }
    let mut in_node = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            in_node = line.starts_with("[[node]]");
        }
        let key = line.rsplit("[[node]]").next().unwrap_or(line).trim();
        let value = key.strip_prefix("key").and_then(|rest| rest.trim_start().strip_prefix('='));
        let quoted = value.map(|rest| rest.trim().trim_start_matches('"'));
        if in_node && quoted.is_some_and(|rest| rest.split('"').next() == Some(node)) {
            return Some(number + 1);
        }
    }
    None
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlow {
    slug: String,
    title: String,
    summary: String,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    also_say: Vec<String>,
    owner: String,
    checked_on: RawDate,
    review_by: RawDate,
    #[serde(default = "english")]
    languages: Vec<String>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    baby: bool,
    #[serde(default)]
    loss: bool,
    minutes: Option<u32>,
    start: String,
    #[serde(default)]
    source: Vec<RawSource>,
    #[serde(default)]
    urgent: Vec<RawUrgent>,
    #[serde(default)]
    node: Vec<RawNode>,
    #[serde(default)]
    translations: BTreeMap<String, RawTranslation>,
}

fn english() -> Vec<String> {
    vec!["en".to_owned()]
}

/// A day as TOML writes it, with or without quotation marks.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawDate {
    Toml(toml::value::Datetime),
    Text(String),
}

impl RawDate {
    fn read(&self, node: &str, troubles: &mut Vec<Trouble>) -> Date {
        let text = match self {
            RawDate::Toml(date) => date.to_string(),
            RawDate::Text(text) => text.clone(),
        };
        text.parse().unwrap_or_else(|_| {
            troubles.push(Trouble::at(node, "Write the day as 2026-11-20."));
            Date::constant(2000, 1, 1)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    key: String,
    title: String,
    publisher: String,
    url: String,
    checked_on: RawDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUrgent {
    words: Vec<String>,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNode {
    key: String,
    kind: String,
    #[serde(default)]
    say: String,
    #[serde(default)]
    explain: String,
    #[serde(default)]
    cites: Vec<String>,
    #[serde(default = "yes")]
    facts: bool,
    keep: Option<String>,
    choice: Option<Vec<RawChoice>>,
    ages: Option<BTreeMap<String, (u16, u16)>>,
    otherwise: Option<String>,
    to: Option<String>,
    unknown: Option<String>,
    skip: Option<String>,
    step: Option<Vec<RawStep>>,
    case: Option<Vec<RawCase>>,
    need: Option<String>,
    words: Option<String>,
    what: Option<String>,
    target: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChoice {
    key: String,
    words: String,
    #[serde(default)]
    also: Vec<String>,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    name: String,
    from: String,
    add: Option<String>,
    rule: Option<String>,
    certificate: Option<String>,
    words: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    of: String,
    is: Option<String>,
    before: Option<RawDate>,
    after: Option<RawDate>,
    to: String,
}

#[derive(Deserialize)]
struct RawTranslation {
    #[serde(default)]
    title: String,
    #[serde(default)]
    summary: String,
    #[serde(flatten)]
    nodes: BTreeMap<String, RawNodeWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNodeWords {
    #[serde(default)]
    say: String,
    #[serde(default)]
    explain: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    choice: BTreeMap<String, String>,
    #[serde(default)]
    step: BTreeMap<String, String>,
}

impl RawFlow {
    fn into_flow(self, troubles: &mut Vec<Trouble>) -> Flow {
        let mut source = |raw: RawSource| Source {
            checked_on: raw.checked_on.read("", troubles),
            key: raw.key,
            title: raw.title,
            publisher: raw.publisher,
            url: raw.url,
        };
        let sources = self.source.into_iter().map(&mut source).collect();
        Flow {
            checked_on: self.checked_on.read("", troubles),
            review_by: self.review_by.read("", troubles),
            slug: self.slug,
            title: self.title,
            summary: self.summary,
            topics: self.topics,
            also_say: self.also_say,
            owner: self.owner,
            languages: self.languages,
            sensitive: self.sensitive,
            baby: self.baby,
            loss: self.loss,
            minutes: self.minutes,
            start: self.start,
            sources,
            urgent: self.urgent.into_iter().map(|raw| Urgent { words: raw.words, to: raw.to }).collect(),
            nodes: self.node.into_iter().map(|node| node.into_node(troubles)).collect(),
            translations: self.translations.into_iter().map(|(key, words)| (key, words.into())).collect(),
        }
    }
}

impl From<RawTranslation> for Translation {
    fn from(raw: RawTranslation) -> Translation {
        let words = |raw: RawNodeWords| NodeWords {
            say: raw.say,
            explain: raw.explain,
            words: raw.words,
            choice: raw.choice,
            step: raw.step,
        };
        Translation {
            title: raw.title,
            summary: raw.summary,
            nodes: raw.nodes.into_iter().map(|(key, raw)| (key, words(raw))).collect(),
        }
    }
}

impl RawNode {
    fn into_node(mut self, troubles: &mut Vec<Trouble>) -> Node {
        let kind = self.read_kind(troubles);
        let left = [
            ("keep", self.keep.is_some()),
            ("choice", self.choice.is_some()),
            ("ages", self.ages.is_some()),
            ("otherwise", self.otherwise.is_some()),
            ("to", self.to.is_some()),
            ("unknown", self.unknown.is_some()),
            ("skip", self.skip.is_some()),
            ("step", self.step.is_some()),
            ("case", self.case.is_some()),
            ("need", self.need.is_some()),
            ("words", self.words.is_some()),
            ("what", self.what.is_some()),
            ("target", self.target.is_some()),
        ];
        for (name, _) in left.iter().filter(|(_, is_left)| *is_left) {
            let words = format!("A node of the kind '{}' has no '{name}'. Take it out.", self.kind);
            troubles.push(Trouble::at(&self.key, words));
        }
        Node {
            key: self.key,
            say: self.say.trim().to_owned(),
            explain: self.explain.trim().to_owned(),
            cites: self.cites,
            facts: self.facts,
            kind,
        }
    }

    /// Its answers with the ages that the node names for them.
    fn take_choices(&mut self, troubles: &mut Vec<Trouble>) -> Vec<Choice> {
        let mut ages = self.ages.take().unwrap_or_default();
        let choices = self.choice.take().unwrap_or_default().into_iter().map(|raw| Choice {
            ages: ages.remove(&raw.key),
            key: raw.key,
            words: raw.words,
            also: raw.also,
            to: raw.to,
        });
        let choices: Vec<Choice> = choices.collect();
        for key in ages.keys() {
            troubles.push(Trouble::at(
                &self.key,
                format!("It names ages for '{key}', which is no answer of it."),
            ));
        }
        for choice in choices.iter().filter(|choice| choice.ages.is_some_and(|(from, until)| from >= until)) {
            let words = format!("The ages of '{}' end before they begin. Write them as [9, 24].", choice.key);
            troubles.push(Trouble::at(&self.key, words));
        }
        choices
    }

    /// Takes what its kind has out of the node: what is left over is a slip of the keyboard.
    fn read_kind(&mut self, troubles: &mut Vec<Trouble>) -> NodeKind {
        let key = self.key.clone();
        let mut must = |value: Option<String>, name: &str| {
            value.unwrap_or_else(|| {
                troubles.push(Trouble::at(&key, format!("Say '{name}' for it.")));
                String::new()
            })
        };
        match self.kind.as_str() {
            "choice" => NodeKind::Choice {
                keep: self.keep.take().unwrap_or_else(|| self.key.clone()),
                choices: self.take_choices(troubles),
                otherwise: self.otherwise.take(),
            },
            "date" => {
                let to = must(self.to.take(), "to");
                NodeKind::Date {
                    keep: self.keep.take().unwrap_or_else(|| self.key.clone()),
                    unknown: self.unknown.take().unwrap_or_else(|| to.clone()),
                    to,
                }
            }
            "words" => {
                let to = must(self.to.take(), "to");
                NodeKind::Words { skip: self.skip.take().unwrap_or_else(|| to.clone()), to }
            }
            "say" => NodeKind::Say { to: must(self.to.take(), "to") },
            "work_out" => {
                let to = must(self.to.take(), "to");
                let steps = self.step.take().unwrap_or_default();
                NodeKind::WorkOut {
                    steps: steps.into_iter().map(|step| step.into_step(&self.key, troubles)).collect(),
                    to,
                }
            }
            "branch" => {
                let otherwise = must(self.otherwise.take(), "otherwise");
                let cases = self.case.take().unwrap_or_default();
                NodeKind::Branch {
                    cases: cases.into_iter().map(|case| case.into_case(&self.key, troubles)).collect(),
                    otherwise,
                }
            }
            "services" => NodeKind::Services {
                need: self.need.take().unwrap_or_default(),
                words: self.words.take().unwrap_or_default(),
                to: self.to.take(),
            },
            "hand_over" => {
                let (target, words) = (must(self.target.take(), "target"), must(self.words.take(), "words"));
                let said = must(self.what.take(), "what");
                let what = HandOver::ALL.iter().find(|(_, key)| *key == said).map(|(what, _)| *what);
                if what.is_none() && !said.is_empty() {
                    let known: Vec<&str> = HandOver::ALL.iter().map(|(_, key)| *key).collect();
                    let words = format!("'{said}' is nothing to hand over to. Use {}.", known.join(", "));
                    troubles.push(Trouble::at(&self.key, words));
                }
                NodeKind::HandOver { what: what.unwrap_or(HandOver::Page), target, words, to: self.to.take() }
            }
            "end" => NodeKind::End,
            other => {
                let words = format!(
                    "'{other}' is no kind. Use choice, date, words, say, work_out, branch, services, hand_over or end."
                );
                troubles.push(Trouble::at(&self.key, words));
                NodeKind::End
            }
        }
    }
}

impl RawStep {
    fn into_step(self, node: &str, troubles: &mut Vec<Trouble>) -> WorkStep {
        let rule = match (self.add.as_deref(), self.rule.as_deref()) {
            (Some(add), None) => read_add(add).unwrap_or_else(|| {
                let words =
                    format!("'{add}' cannot be counted. Write it as '6 weeks', '15 days' or '2 months'.");
                troubles.push(Trouble::at(node, words));
                Rule::Add { number: 0, unit: Unit::Days }
            }),
            (None, Some("tribunal")) => Rule::Tribunal { certificate: self.certificate.clone() },
            (None, Some(other)) => {
                troubles.push(Trouble::at(node, format!("There is no rule '{other}'. There is 'tribunal'.")));
                Rule::Add { number: 0, unit: Unit::Days }
            }
            _ => {
                let words = format!("Say either 'add' or 'rule' for the sum '{}'.", self.name);
                troubles.push(Trouble::at(node, words));
                Rule::Add { number: 0, unit: Unit::Days }
            }
        };
        WorkStep { name: self.name, from: self.from, rule, words: self.words }
    }
}

/// '6 weeks', '-15 days', '1 month'.
fn read_add(text: &str) -> Option<Rule> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i32 = number.parse().ok()?;
    let unit = match unit.trim().trim_end_matches('s') {
        "day" => Unit::Days,
        "week" => Unit::Weeks,
        "month" => Unit::Months,
        _ => return None,
    };
    // Nothing a family waits for is further away than this.
    (number.abs() <= 10_000).then_some(Rule::Add { number, unit })
}

impl RawCase {
    fn into_case(self, node: &str, troubles: &mut Vec<Trouble>) -> Case {
        let mut day = |raw: RawDate| match raw {
            RawDate::Text(text) if text == "today" => Day::Today,
            RawDate::Text(text) => text.parse().map_or(Day::Named(text), Day::On),
            date => Day::On(date.read(node, troubles)),
        };
        let test = match (self.is, self.before, self.after) {
            (Some(is), None, None) if is == "known" => Test::Known,
            (Some(is), None, None) if is == "unknown" => Test::Unknown,
            (Some(is), None, None) => Test::Is(is),
            (None, Some(before), None) => Test::Before(day(before)),
            (None, None, Some(after)) => Test::After(day(after)),
            _ => {
                troubles.push(Trouble::at(node, "Say one of 'is', 'before' and 'after' in each case."));
                Test::Unknown
            }
        };
        Case { of: self.of, test, to: self.to }
    }
}
