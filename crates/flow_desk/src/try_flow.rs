//! `/admin/flows/{slug}/try`: a walk through the guide as it is on the desk. Nothing of it is kept: the whole walk stands
//! in the page's own address, as keys of answers and days.

use crate::{
    FlowDesk,
    picture::kind_words,
    show_flow::{checked, drawn, state},
    working::find_working,
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Asks, Flow, Flows, Input, Output, Simulated, simulate, to_html};
use kernel::Date;
use web::{Page, Params, Reply, Who, missing, say, see_other, show};

/// The longest walk.
const STEPS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "flow_try.html")]
struct TryView {
    slug: String,
    title: String,
    state: String,
    checked: String,
    today: String,
    turns: Vec<TurnView>,
    /// What can be done now: words and address.
    choices: Vec<(String, String)>,
    asks_day: bool,
    steps: Vec<String>,
    back: Option<String>,
    again: String,
    picture: String,
    is_over: bool,
}

struct TurnView {
    chose: String,
    said: Vec<SaidView>,
}

struct SaidView {
    node: String,
    kind: &'static str,
    html: String,
    lines: Vec<String>,
    sources: Vec<String>,
}

pub(crate) async fn get(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let today = params.get("today").parse().unwrap_or_else(|_| desk.site().clock().today());
    let mut steps: Vec<String> = params.all("step").take(STEPS_MAX).map(str::to_owned).collect();
    if let Ok(day) = params.get("day").parse::<Date>() {
        steps.push(format!("d:{day}"));
    }
    let walk = walk(flow, &steps, today);
    let address = |steps: &[String]| {
        let all: String = steps.iter().map(|step| format!("&step={}", encoded(step))).collect();
        format!("/admin/flows/{slug}/try?today={today}{all}")
    };
    let then = |step: &str| {
        let mut steps = steps.clone();
        steps.push(step.to_owned());
        address(&steps)
    };
    let mut choices = Vec::new();
    let mut asks_day = false;
    if let Some(Output::Asked { kind, choices: offered, explains, .. }) =
        walk.last().and_then(|turn| turn.outputs.last())
    {
        choices
            .extend(offered.iter().map(|choice| (choice.words.clone(), then(&format!("c:{}", choice.key)))));
        asks_day = *kind == Asks::Day;
        if *kind != Asks::Choice {
            choices.push(("I do not know, or leave it out".to_owned(), then("u")));
        }
        choices.push(("An answer nobody foresaw".to_owned(), then("w")));
        if *explains {
            choices.push(("Explain that".to_owned(), then("e")));
        }
    }
    let walked: Vec<String> = nodes_walked(&walk);
    let body = TryView {
        title: working.title(),
        state: state(&working),
        checked: checked(flow),
        today: today.to_string(),
        turns: walk
            .iter()
            .enumerate()
            .map(|(at, turn)| turn_view(flow, steps_before(&steps, at), turn))
            .collect(),
        back: (!steps.is_empty()).then(|| address(&steps[..steps.len() - 1])),
        again: address(&[]),
        picture: drawn(&slug, flow, &walked)?,
        is_over: walk.last().is_some_and(|turn| turn.state.over),
        choices,
        asks_day,
        steps,
        slug: slug.clone(),
    };
    show(desk.site(), &Page::new(format!("Walk {}", body.title)), &body)
}

fn steps_before(steps: &[String], at: usize) -> &str {
    at.checked_sub(1).and_then(|at| steps.get(at)).map_or("", String::as_str)
}

/// A walk: its beginning and one turn for each step.
pub(crate) fn walk(flow: &Flow, steps: &[String], today: Date) -> Vec<Simulated> {
    let inputs: Vec<Input> = steps.iter().filter_map(|step| input(step)).collect();
    simulate(flow, flow.own_language(), &inputs, today)
}

/// `c:KEY` a choice, `d:2026-01-05` a day, `u` 'I do not know', `w` words that fit nothing, `e` 'explain that'.
fn input(step: &str) -> Option<Input> {
    Some(match step.split_once(':') {
        Some(("c", key)) => Input::Choice { node: None, key: key.to_owned() },
        Some(("d", day)) => Input::Day { node: None, day: day.parse().ok()? },
        _ => match step {
            "u" => Input::DoNotKnow { node: None },
            "w" => Input::Words("qzx qzx".to_owned()),
            "e" => Input::Explain,
            _ => return None,
        },
    })
}

pub(crate) fn chose(flow: &Flow, step: &str) -> String {
    match step.split_once(':') {
        Some(("c", key)) => {
            let of = |node: &flows::Node| match &node.kind {
                flows::NodeKind::Choice { choices, .. } => {
                    choices.iter().find(|choice| choice.key == key).map(|choice| choice.words.clone())
                }
                _ => None,
            };
            flow.nodes.iter().find_map(of).unwrap_or_else(|| key.to_owned())
        }
        Some(("d", day)) => day.parse().map_or_else(|_| day.to_owned(), say::day_month_year),
        _ => match step {
            "u" => "I do not know".to_owned(),
            "w" => "(an answer nobody foresaw)".to_owned(),
            "e" => "Explain that".to_owned(),
            _ => String::new(),
        },
    }
}

/// The nodes that spoke, in their order.
fn nodes_walked(walk: &[Simulated]) -> Vec<String> {
    let mut nodes: Vec<String> =
        walk.iter().flat_map(|turn| &turn.outputs).map(|output| told(output).0.to_owned()).collect();
    nodes.retain(|node| !node.is_empty());
    nodes.dedup();
    nodes
}

/// The node, the words and the lines of one output.
fn told(output: &Output) -> (&str, String, Vec<String>, Vec<String>) {
    let names = |cites: &[flows::Cite]| {
        cites.iter().map(|cite| format!("{}, {}", cite.title, cite.publisher)).collect::<Vec<_>>()
    };
    match output {
        Output::Said { node, text, cites } => (node, text.clone(), Vec::new(), names(cites)),
        Output::Worked { node, text, lines, cites } => (
            node,
            text.clone(),
            lines
                .iter()
                .map(|line| {
                    [&[format!("{} {}", line.words, line.sum)], line.notes.as_slice()].concat().join(". ")
                })
                .collect(),
            names(cites),
        ),
        Output::Services { node, text, need, words, cites } => {
            (node, text.clone(), vec![format!("Services: {words} {need}")], names(cites))
        }
        Output::HandOver { node, text, target, words, cites, .. } => {
            (node, text.clone(), vec![format!("{words} ({target})")], names(cites))
        }
        Output::Asked { node, text, choices, cites, .. } => (
            node,
            text.clone(),
            choices.iter().map(|choice| format!("[ {} ]", choice.words)).collect(),
            names(cites),
        ),
        Output::Ended { node } => (node, "The guide ends here.".to_owned(), Vec::new(), Vec::new()),
        Output::NotUnderstood { times } => (
            "",
            format!("It did not understand, {times} in a row, and asks once more."),
            Vec::new(),
            Vec::new(),
        ),
        Output::Person => ("", "A person is offered.".to_owned(), Vec::new(), Vec::new()),
        Output::Explained { text } => ("", text.clone(), Vec::new(), Vec::new()),
        Output::Offered { title, .. } => {
            ("", format!("Another guide is offered: {title}"), Vec::new(), Vec::new())
        }
        Output::Circles => ("", "It went in circles and stopped.".to_owned(), Vec::new(), Vec::new()),
        Output::Aside | Output::Stop | Output::Changed => ("", String::new(), Vec::new(), Vec::new()),
    }
}

fn turn_view(flow: &Flow, step: &str, turn: &Simulated) -> TurnView {
    let said = turn.outputs.iter().map(|output| {
        let (node, text, lines, sources) = told(output);
        SaidView {
            kind: flow.node(node).map_or("", |of| kind_words(of.kind.key())),
            node: node.to_owned(),
            html: to_html(&text),
            lines,
            sources,
        }
    });
    TurnView { chose: chose(flow, step), said: said.collect() }
}

/// The walk as text: what is compared when the guide changes.
pub(crate) fn transcript(flow: &Flow, steps: &[String], today: Date) -> String {
    let mut out = String::new();
    for (at, turn) in walk(flow, steps, today).iter().enumerate() {
        if at > 0 {
            out.push_str(&format!("> {}\n", chose(flow, steps_before(steps, at))));
        }
        for (node, text, lines, _) in turn.outputs.iter().map(told) {
            out.push_str(&format!("{node}: {}\n", text.trim()));
            for line in lines {
                out.push_str(&format!("  {line}\n"));
            }
        }
    }
    out
}

fn encoded(step: &str) -> String {
    step.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ':' | '-' | '_'))
        .collect()
}
