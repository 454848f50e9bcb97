//! A guide tried out without anybody: no session, no time, nothing kept.

use crate::{
    engine::{begin, step},
    flow::Flow,
    markdown::first_block,
    model::{Answered, Input, Output, State},
};
use kernel::Date;

/// One turn of a trial.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// What would be kept of the answer.
    pub answered: Answered,
    /// What the guide says.
    pub outputs: Vec<Output>,
    /// Where it stands then.
    pub state: State,
}

/// Plays a guide with these answers on this day. The first turn is its beginning.
pub fn simulate(flow: &Flow, language: &str, inputs: &[Input], today: Date) -> Vec<Simulated> {
    let first = begin(flow, language, today);
    let mut turns = vec![Simulated { answered: first.answered, outputs: first.outputs, state: first.state }];
    for input in inputs {
        let Some(last) = turns.last() else { break };
        let stepped = step(flow, &last.state, input, today);
        turns.push(Simulated { answered: stepped.answered, outputs: stepped.outputs, state: stepped.state });
    }
    turns
}

/// A guide as a picture: what is asked or said, and what leads where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The nodes in the order they are written.
    pub nodes: Vec<GraphNode>,
    /// The ways between them.
    pub edges: Vec<GraphEdge>,
}

/// A node of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// Its key.
    pub key: String,
    /// Its kind, as the file says it.
    pub kind: &'static str,
    /// The first words of what it says.
    pub words: String,
    /// Over how many ways it is reached at the least; nothing when it never is.
    pub depth: Option<usize>,
}

/// A way of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// From here.
    pub from: String,
    /// To there.
    pub to: String,
    /// What it is called: an answer's words, 'otherwise', or nothing.
    pub words: String,
}

/// The picture of a guide.
pub fn graph(flow: &Flow) -> Graph {
    let depths = depths(flow);
    let node = |node: &crate::Node| GraphNode {
        key: node.key.clone(),
        kind: node.kind.key(),
        words: first_words(&node.say),
        depth: depths.iter().find(|(key, _)| *key == node.key).map(|(_, depth)| *depth),
    };
    let edges = flow.nodes.iter().flat_map(|node| {
        node.ways().into_iter().map(|way| GraphEdge { from: node.key.clone(), to: way.to, words: way.words })
    });
    Graph { nodes: flow.nodes.iter().map(node).collect(), edges: edges.collect() }
}

/// By the answers first; what only an urgent sign leads to is one way from the beginning.
fn depths(flow: &Flow) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut next = 0;
    let signs = flow.urgent.iter().map(|urgent| (urgent.to.clone(), 1));
    for (key, depth) in std::iter::once((flow.start.clone(), 0)).chain(signs) {
        add_depth(&mut found, key, depth);
        while let Some((key, depth)) = found.get(next).cloned() {
            next += 1;
            for way in flow.node(&key).map(crate::Node::ways).unwrap_or_default() {
                add_depth(&mut found, way.to, depth + 1);
            }
        }
    }
    found
}

fn add_depth(found: &mut Vec<(String, usize)>, key: String, depth: usize) {
    if !found.iter().any(|(known, _)| *known == key) {
        found.push((key, depth));
    }
}

fn first_words(say: &str) -> String {
    const LETTERS: usize = 90;
    let line = first_block(say);
    if line.chars().count() <= LETTERS {
        return line.trim().to_owned();
    }
    let cut: String = line.chars().take(LETTERS).collect();
    format!("{}...", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}
