//! `/admin/flows/{slug}`: one guide on the desk: what is wrong, its picture, its steps, its examples, its history.

use crate::{
    FlowDesk,
    examples::{ExampleView, example_views},
    picture::{kind_words, picture},
    working::{Working, find_working},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flow, Flows, Node, graph};
use web::{CardView, Page, Params, Reply, Who, missing, say, see_other, show};

#[derive(Template)]
#[template(path = "flow.html")]
struct FlowView {
    card: Option<CardView>,
    slug: String,
    title: String,
    state: String,
    saved: bool,
    /// Whether a step was asked for and could not be added.
    not_added: bool,
    /// What its text says instead of its address; empty where that is the same.
    other_address: String,
    is_draft: bool,
    /// What keeps it from being published, and what is advice.
    must: Vec<Wrong>,
    advice: Vec<Wrong>,
    picture: String,
    steps: Vec<StepView>,
    examples: Vec<ExampleView>,
    kinds: Vec<(&'static str, &'static str)>,
    edition: i64,
    can_run: bool,
}

/// What stands above the guide: what was done just now, and the card that its words called for.
#[derive(Default)]
pub(crate) struct Above {
    pub card: Option<CardView>,
    pub saved: bool,
    pub not_added: bool,
}

/// One thing to put right, with the step it is about.
pub(crate) struct Wrong {
    pub node: String,
    pub words: String,
}

struct StepView {
    key: String,
    kind: &'static str,
    words: String,
    ways: Vec<(String, String)>,
    wrong: usize,
}

pub(crate) async fn get(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let (saved, not_added) = (params.get("saved") == "1", params.get("added") == "0");
    page(&desk, &slug, Above { card: None, saved, not_added }).await
}

/// After a draft was saved. A card is not lost on the way to another page.
pub(crate) async fn saved(desk: &FlowDesk, slug: &str, card: Option<CardView>) -> Reply {
    if card.is_none() {
        return Ok(see_other(&format!("/admin/flows/{slug}?saved=1")));
    }
    page(desk, slug, Above { card, saved: true, not_added: false }).await
}

pub(crate) async fn page(desk: &FlowDesk, slug: &str, above: Above) -> Reply {
    let Some(working) = find_working(desk, slug).await? else { return Ok(missing()) };
    let examples = example_views(desk, &working).await?;
    let (must, advice) = wrongs(&working);
    let body = FlowView {
        title: working.title(),
        state: state(&working),
        card: above.card,
        saved: above.saved,
        not_added: above.not_added,
        other_address: working
            .flow()
            .filter(|flow| flow.slug != slug)
            .map(|flow| flow.slug.clone())
            .unwrap_or_default(),
        is_draft: working.is_draft(),
        picture: working.flow().map(|flow| drawn(slug, flow, &[])).transpose()?.unwrap_or_default(),
        steps: working.flow().map(|flow| steps(flow, &must)).unwrap_or_default(),
        can_run: working.flow().is_some(),
        kinds: KINDS.iter().map(|kind| (*kind, kind_words(kind))).collect(),
        edition: working.edition,
        must,
        advice,
        examples,
        slug: slug.to_owned(),
    };
    let title = body.title.clone();
    show(desk.site(), &Page::new(title), &body)
}

/// Those that can be added by a form; the others are written in the text.
const KINDS: [&str; 7] = ["choice", "date", "words", "say", "services", "hand_over", "end"];

/// The picture of a guide. Its boxes lead to where the guide stands, also while its text names another address.
pub(crate) fn drawn(slug: &str, flow: &Flow, walked: &[String]) -> Result<String, askama::Error> {
    let href = |key: &str| format!("/admin/flows/{slug}/steps/{key}");
    picture(&graph(flow), &flow.title, &href, walked).render()
}

pub(crate) fn state(working: &Working) -> String {
    match (&working.offered, working.is_draft()) {
        (Some(offered), true) => {
            format!("A draft. Families see revision {}, as it was.", offered.number)
        }
        (Some(offered), false) => format!("Families see this, revision {}.", offered.number),
        (None, true) => "A draft. Families do not see this guide.".to_owned(),
        (None, false) => "Not offered. Families do not see this guide.".to_owned(),
    }
}

pub(crate) fn wrongs(working: &Working) -> (Vec<Wrong>, Vec<Wrong>) {
    if let Err(troubles) = &working.parsed {
        let words = |trouble: &flows::Trouble| match trouble.line {
            Some(line) => format!("Line {line}: {}", trouble.words),
            None => trouble.words.clone(),
        };
        let must = troubles
            .iter()
            .map(|trouble| Wrong { node: trouble.node.clone(), words: words(trouble) })
            .collect();
        return (must, Vec::new());
    }
    let of = |must: bool| {
        let found = working.findings.iter().filter(|finding| finding.rule.keeps_from_publishing() == must);
        found.map(|finding| Wrong { node: finding.node.clone(), words: finding.words.clone() }).collect()
    };
    (of(true), of(false))
}

/// In the order in which somebody who walks meets them; what nobody meets comes last.
fn steps(flow: &Flow, must: &[Wrong]) -> Vec<StepView> {
    let graph = graph(flow);
    let depth = |key: &str| {
        graph.nodes.iter().find(|node| node.key == key).and_then(|node| node.depth).unwrap_or(usize::MAX)
    };
    let mut nodes: Vec<&Node> = flow.nodes.iter().collect();
    nodes.sort_by_key(|node| depth(&node.key));
    let step = |node: &Node| StepView {
        key: node.key.clone(),
        kind: kind_words(node.kind.key()),
        words: graph
            .nodes
            .iter()
            .find(|of| of.key == node.key)
            .map(|of| of.words.clone())
            .unwrap_or_default(),
        ways: node
            .ways()
            .into_iter()
            .map(|way| (if way.words.is_empty() { "Goes on".to_owned() } else { way.words }, way.to))
            .collect(),
        wrong: must.iter().filter(|wrong| wrong.node == node.key).count(),
    };
    nodes.into_iter().map(step).collect()
}

/// 'Checked on ...', for other pages of the desk.
pub(crate) fn checked(flow: &Flow) -> String {
    format!(
        "Checked {}. Look again by {}.",
        say::day_month_year(flow.checked_on),
        say::day_month_year(flow.review_by)
    )
}
