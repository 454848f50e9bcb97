//! `/admin/flows/{slug}/steps/{key}`: one step in a form. What is changed is that step's part of the text; everything else
//! stays as it was written.

use crate::{
    FlowDesk,
    picture::kind_words,
    show_flow,
    working::{self, Kept, Working, find_working, keep, tell_troubles},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flow, Flows, HandOver, Node, NodeKind};
use kernel::{Fault, Refusal, Slug, one_line};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Textarea},
    missing, see_other, show, show_with,
};

/// Rows for answers that are not there yet.
const NEW_CHOICES: usize = 2;
const CHOICES_MAX: usize = 12;

#[derive(Template)]
#[template(path = "flow_step.html")]
struct StepView {
    card: Option<CardView>,
    slug: String,
    title: String,
    key: String,
    kind: &'static str,
    summary: String,
    edition: i64,
    fields: Vec<String>,
    sources: Vec<(String, String, bool)>,
    no_facts: bool,
    choices: Vec<ChoiceView>,
    ways: Vec<WayView>,
    targets: Vec<(String, String)>,
    /// Steps that lead here.
    led_from: Vec<String>,
    /// What this form does not change.
    only_in_text: bool,
}

struct ChoiceView {
    number: usize,
    key: String,
    words: String,
    also: String,
    to: String,
    error: Option<String>,
}

struct WayView {
    name: &'static str,
    label: &'static str,
    value: String,
    may_be_empty: bool,
}

pub(crate) async fn get(
    State(desk): State<FlowDesk>,
    Path((slug, key)): Path<(String, String)>,
    who: Who,
) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let Some(node) = flow.node(&key) else { return Ok(missing()) };
    let typed = Typed::of(node);
    let body = view(&working, flow, node, &typed, working.edition, &Errors::default(), None)?;
    show(desk.site(), &Page::new(format!("Step {key}")), &body)
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path((slug, key)): Path<(String, String)>,
    who: Who,
    form: Form,
) -> Reply {
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let seen: i64 = form.get("edition").parse().unwrap_or(0);
    let is_out = form.get("do") == "remove";
    let Some(node) = flow.node(&key) else {
        // A second press of 'Take this step out' finds it gone.
        let is_gone = is_out && working.is_draft() && seen < working.edition;
        return if is_gone { show_flow::saved(&desk, &slug, None).await } else { Ok(missing()) };
    };
    let typed = Typed::read(&form);
    let card = working::card(desk.site(), &typed.all_words(), &working.text);
    let mut errors = typed.check(node);
    if seen != working.edition {
        if !is_out && errors.is_empty() && working.says(&with(&working.text, node, &typed)?) {
            let card = working::card_again(&desk, &working, seen, &typed.all_words()).await?;
            return show_flow::saved(&desk, &slug, card).await;
        }
        let words =
            "Somebody else saved this guide meanwhile. Look at the step as it is now, then save yours again";
        errors.0.push(Refusal::at("say", words));
    }
    if errors.is_empty() {
        let text = if is_out { without(&working.text, &key)? } else { with(&working.text, node, &typed)? };
        match keep(&desk, &may, &slug, &text, seen).await? {
            Kept::Yes => return show_flow::saved(&desk, &slug, card).await,
            Kept::Newer => errors.0.push(Refusal::at("say", "Somebody else saved this guide meanwhile")),
            Kept::CannotRun(troubles) => tell_troubles(&mut errors, "say", &key, troubles),
        }
    }
    let (status, title) = errors.page("Step");
    let body = view(&working, flow, node, &typed, working.edition, &errors, card)?;
    show_with(desk.site(), status, &Page::new(title), &body)
}

/// Adds a step that nothing leads to yet, and opens its form.
pub(crate) async fn add(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let kind = form.get("kind");
    let seen: i64 = form.get("edition").parse().unwrap_or(0);
    // A second press finds the step that the first one added, and adds no other.
    if seen == working.edition - 1
        && let Some(last) = flow.nodes.last()
        && is_as_added(last, kind)
    {
        return Ok(see_other(&format!("/admin/flows/{slug}/steps/{}", last.key)));
    }
    let key =
        (1..).map(|number| format!("step-{number}")).find(|key| flow.node(key).is_none()).unwrap_or_default();
    let end =
        flow.nodes.iter().rev().find(|node| node.kind == NodeKind::End).unwrap_or(&flow.nodes[0]).key.clone();
    let mut document: DocumentMut = working.text.parse()?;
    let mut table = Table::new();
    table["key"] = value(&key);
    table["kind"] = value(kind);
    table["say"] = value(first_words(kind));
    table["facts"] = value(false);
    match kind {
        "choice" => {
            table["otherwise"] = value(&end);
            let mut choice = Table::new();
            choice["key"] = value("yes");
            choice["words"] = value("Yes");
            choice["to"] = value(&end);
            let mut choices = ArrayOfTables::new();
            choices.push(choice);
            table["choice"] = Item::ArrayOfTables(choices);
        }
        "hand_over" => {
            table["what"] = value("page");
            table["target"] = value("/search");
            table["words"] = value("Find help near you");
            table["to"] = value(&end);
        }
        "services" => {
            table["words"] = value("family support");
            table["to"] = value(&end);
        }
        "words" => {
            table["to"] = value(&end);
            table["skip"] = value(&end);
        }
        "end" => {}
        _ => table["to"] = value(&end),
    }
    nodes_of(&mut document)?.push(table);
    let text = document.to_string();
    Ok(see_other(&match keep(&desk, &may, &slug, &text, seen).await? {
        Kept::Yes => format!("/admin/flows/{slug}/steps/{key}"),
        Kept::Newer | Kept::CannotRun(_) => format!("/admin/flows/{slug}?added=0"),
    }))
}

/// What a step says before somebody writes it.
fn first_words(kind: &str) -> String {
    let words =
        if matches!(kind, "choice" | "date" | "words") { "What do you ask?" } else { "What do you say?" };
    format!("(To be written) {words}")
}

/// Whether a step is one that was added and not written yet.
fn is_as_added(node: &Node, kind: &str) -> bool {
    node.key.starts_with("step-") && node.kind.key() == kind && node.say == first_words(kind)
}

/// What a form says of a step.
struct Typed {
    say: String,
    explain: String,
    cites: Vec<String>,
    facts: bool,
    choices: Vec<(String, String, String, String)>,
    ways: Vec<(&'static str, String)>,
    texts: Vec<(&'static str, String)>,
}

const WAYS: [&str; 4] = ["to", "otherwise", "unknown", "skip"];
const TEXTS: [&str; 4] = ["need", "words", "what", "target"];

impl Typed {
    fn of(node: &Node) -> Typed {
        let mut typed = Typed {
            say: node.say.clone(),
            explain: node.explain.clone(),
            cites: node.cites.clone(),
            facts: node.facts,
            choices: Vec::new(),
            ways: Vec::new(),
            texts: Vec::new(),
        };
        match &node.kind {
            NodeKind::Choice { choices, otherwise, .. } => {
                let line = |choice: &flows::Choice| {
                    (choice.key.clone(), choice.words.clone(), choice.also.join(", "), choice.to.clone())
                };
                typed.choices = choices.iter().map(line).collect();
                typed.ways = vec![("otherwise", otherwise.clone().unwrap_or_default())];
            }
            NodeKind::Date { to, unknown, .. } => {
                typed.ways = vec![("to", to.clone()), ("unknown", unknown.clone())];
            }
            NodeKind::Words { to, skip } => typed.ways = vec![("to", to.clone()), ("skip", skip.clone())],
            NodeKind::Say { to } | NodeKind::WorkOut { to, .. } => typed.ways = vec![("to", to.clone())],
            NodeKind::Branch { otherwise, .. } => typed.ways = vec![("otherwise", otherwise.clone())],
            NodeKind::Services { need, words, to } => {
                typed.ways = vec![("to", to.clone().unwrap_or_default())];
                typed.texts = vec![("need", need.clone()), ("words", words.clone())];
            }
            NodeKind::HandOver { what, target, words, to } => {
                typed.ways = vec![("to", to.clone().unwrap_or_default())];
                typed.texts = vec![
                    ("what", what.key().to_owned()),
                    ("target", target.clone()),
                    ("words", words.clone()),
                ];
            }
            NodeKind::End => {}
        }
        typed
    }

    fn read(form: &Form) -> Typed {
        let line = |number: usize| {
            let of = |name: &str| one_line(form.get(&format!("{name}-{number}")));
            (of("choice-key"), of("choice-words"), of("choice-also"), of("choice-to"))
        };
        Typed {
            say: form.get("say").replace("\r\n", "\n"),
            explain: form.get("explain").replace("\r\n", "\n"),
            cites: form.all("cites").map(str::to_owned).collect(),
            facts: form.get("facts") != "no",
            choices: (0..CHOICES_MAX).map(line).filter(|(_, words, _, _)| !words.is_empty()).collect(),
            ways: WAYS.iter().map(|name| (*name, one_line(form.get(name)))).collect(),
            texts: TEXTS.iter().map(|name| (*name, one_line(form.get(name)))).collect(),
        }
    }

    fn all_words(&self) -> String {
        let mut words = vec![self.say.clone(), self.explain.clone()];
        words.extend(self.choices.iter().map(|(_, words, also, _)| format!("{words}\n{also}")));
        words.extend(self.texts.iter().map(|(_, text)| text.clone()));
        words.join("\n")
    }

    fn way(&self, name: &str) -> &str {
        self.ways.iter().find(|(key, _)| *key == name).map_or("", |(_, to)| to)
    }

    fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(key, _)| *key == name).map_or("", |(_, text)| text)
    }

    fn check(&self, node: &Node) -> Errors {
        let mut errors = Errors::default();
        if self.say.trim().is_empty() && node.kind.key() != "branch" {
            errors.0.push(Refusal::at("say", "Type what families read"));
        }
        if node.kind.key() == "choice" && self.choices.is_empty() {
            errors.0.push(Refusal::at("choice-words-0", "Type at least one answer"));
        }
        errors
    }
}

fn nodes_of(document: &mut DocumentMut) -> Result<&mut ArrayOfTables, Fault> {
    let nodes = document.get_mut("node").and_then(Item::as_array_of_tables_mut);
    nodes.ok_or_else(|| anyhow::anyhow!("a guide that can be read has steps"))
}

/// The text with one step changed.
fn with(text: &str, node: &Node, typed: &Typed) -> Result<String, Fault> {
    let mut document: DocumentMut = text.parse()?;
    let nodes = nodes_of(&mut document)?;
    let table = nodes.iter_mut().find(|table| table.get("key").and_then(Item::as_str) == Some(&node.key));
    let Some(table) = table else { anyhow::bail!("the step was there a moment ago") };
    set_text(table, "say", &typed.say);
    set_text(table, "explain", &typed.explain);
    set_list(table, "cites", &typed.cites);
    match typed.facts {
        true => {
            table.remove("facts");
        }
        false => table["facts"] = value(false),
    }
    let kind = node.kind.key();
    for name in WAYS.iter().filter(|name| Typed::of(node).ways.iter().any(|(key, _)| key == *name)) {
        set_text(table, name, typed.way(name));
    }
    for name in TEXTS.iter().filter(|name| Typed::of(node).texts.iter().any(|(key, _)| key == *name)) {
        set_text(table, name, typed.text(name));
    }
    if kind == "choice" {
        let mut choices = ArrayOfTables::new();
        let mut taken: Vec<String> = Vec::new();
        for (key, words, also, to) in &typed.choices {
            let made = Slug::from_name(words).map(String::from).unwrap_or_else(|| "answer".to_owned());
            let mut key = if key.is_empty() { made } else { key.clone() };
            while taken.contains(&key) {
                key.push_str("-2");
            }
            taken.push(key.clone());
            let also: Vec<String> =
                also.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
            let mut choice = Table::new();
            choice["key"] = value(key);
            choice["words"] = value(words);
            set_list(&mut choice, "also", &also);
            choice["to"] = value(to);
            choices.push(choice);
        }
        table["choice"] = Item::ArrayOfTables(choices);
    }
    Ok(document.to_string())
}

/// The text without a step.
fn without(text: &str, key: &str) -> Result<String, Fault> {
    let mut document: DocumentMut = text.parse()?;
    nodes_of(&mut document)?.retain(|table| table.get("key").and_then(Item::as_str) != Some(key));
    Ok(document.to_string())
}

pub(crate) fn set_text(table: &mut Table, name: &str, text: &str) {
    if text.trim().is_empty() {
        table.remove(name);
    } else if table.get(name).and_then(Item::as_str) != Some(text) {
        table[name] = value(text);
    }
}

pub(crate) fn set_list(table: &mut Table, name: &str, list: &[String]) {
    if list.is_empty() {
        table.remove(name);
    } else {
        table[name] = value(list.iter().map(String::as_str).collect::<Array>());
    }
}

fn view(
    working: &Working,
    flow: &Flow,
    node: &Node,
    typed: &Typed,
    edition: i64,
    errors: &Errors,
    card: Option<CardView>,
) -> Result<StepView, Fault> {
    let area = |name, label, hint, value, rows| {
        Textarea { name, label, hint, value, rows, error: errors.at(name) }.render()
    };
    let input = |name, label, hint, value| {
        Input { name, label, hint, value, kind: "text", autocomplete: "", error: errors.at(name) }.render()
    };
    let mut fields = vec![
        area("say", "What families read", "Short. At most 120 words", &typed.say, 6)?,
        area(
            "explain",
            "What 'Explain that' says",
            "Leave empty if there is nothing to explain",
            &typed.explain,
            2,
        )?,
    ];
    let whats = format!("One of: {}", HandOver::ALL.map(|(_, key)| key).join(", "));
    for (name, _) in &Typed::of(node).texts {
        let value = typed.text(name);
        fields.push(match *name {
            "need" => input("need", "Need", "The last part of its address, such as send", value)?,
            "words" if node.kind.key() == "services" => input("words", "What is searched for", "", value)?,
            "words" => input("words", "What the link says", "", value)?,
            "what" => input("what", "Hands over to", &whats, value)?,
            _ => input("target", "Address or number", "/pages/..., https://... or tel:...", value)?,
        });
    }
    let blank = (String::new(), String::new(), String::new(), String::new());
    let rows = typed.choices.iter().chain(std::iter::repeat_n(&blank, NEW_CHOICES));
    let choices = rows.take(CHOICES_MAX).enumerate().map(|(number, (key, words, also, to))| ChoiceView {
        number,
        key: key.clone(),
        words: words.clone(),
        also: also.clone(),
        to: to.clone(),
        error: errors.at(&format!("choice-words-{number}")).map(str::to_owned),
    });
    let label = |name: &str| match name {
        "otherwise" => "An answer nobody foresaw leads to",
        "unknown" => "'I do not know' leads to",
        "skip" => "Leaving it out leads to",
        _ => "Then it goes on to",
    };
    let may_end = matches!(node.kind, NodeKind::Services { .. } | NodeKind::HandOver { .. });
    let ways = Typed::of(node).ways.into_iter().map(|(name, _)| WayView {
        name,
        label: label(name),
        value: typed.way(name).to_owned(),
        may_be_empty: may_end || (name == "otherwise" && node.kind.key() == "choice"),
    });
    let first = |node: &Node| node.say.chars().take(40).collect::<String>().replace('\n', " ");
    Ok(StepView {
        card,
        slug: working.slug.clone(),
        title: working.title(),
        key: node.key.clone(),
        kind: kind_words(node.kind.key()),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        edition,
        fields,
        sources: flow
            .sources
            .iter()
            .map(|source| (source.key.clone(), source.title.clone(), typed.cites.contains(&source.key)))
            .collect(),
        no_facts: !typed.facts,
        choices: if node.kind.key() == "choice" { choices.collect() } else { Vec::new() },
        ways: ways.collect(),
        targets: flow.nodes.iter().map(|node| (node.key.clone(), first(node))).collect(),
        led_from: flow
            .nodes
            .iter()
            .filter(|from| from.ways().iter().any(|way| way.to == node.key))
            .map(|from| from.key.clone())
            .collect(),
        only_in_text: matches!(node.kind, NodeKind::WorkOut { .. } | NodeKind::Branch { .. }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flows::parse;

    #[test]
    fn a_step_saved_as_it_is_changes_nothing_in_any_guide() {
        for text in flows::builtin() {
            let flow = parse(&text).expect("what comes with the house can be read");
            for node in &flow.nodes {
                let saved = with(&text, node, &Typed::of(node)).expect("it can be written");
                let again =
                    parse(&saved).unwrap_or_else(|wrong| panic!("{} of {}: {wrong:?}", node.key, flow.slug));
                assert_eq!(again, flow, "{} of {}", node.key, flow.slug);
            }
        }
    }
}
