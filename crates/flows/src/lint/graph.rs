//! What follows from how nodes are joined: what cannot be reached, what cannot be left, and what goes in circles.

use super::{Findings, LintRule};
use crate::flow::{Flow, Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn look(flow: &Flow, found: &mut Findings) {
    let reached = reached(flow);
    let ending = able_to_end(flow);
    let circling = in_a_circle(flow);
    for node in &flow.nodes {
        let key = node.key.as_str();
        if !reached.contains(key) {
            found.add(key, LintRule::Unreachable, "No answer leads here. Lead to it, or take it out.");
            continue;
        }
        if leads_nowhere(flow, node) {
            found.add(
                key,
                LintRule::LeadsNowhere,
                "It leads nowhere. Say where it goes on, or make it an end.",
            );
        } else if !ending.contains(key) {
            found.add(key, LintRule::NoWayOut, "Whoever comes here goes round and never reaches an end.");
        }
        if circling.contains(key) {
            found.add(key, LintRule::Circle, "It comes back to itself without asking anything in between.");
        }
    }
}

/// Ends, and steps that hand over for good, may lead nowhere. A way to a node that is not there leads nowhere too.
fn leads_nowhere(flow: &Flow, node: &Node) -> bool {
    !is_an_end(node) && !node.ways().iter().any(|way| flow.node(&way.to).is_some())
}

fn is_an_end(node: &Node) -> bool {
    match &node.kind {
        NodeKind::End => true,
        NodeKind::Services { to, .. } | NodeKind::HandOver { to, .. } => to.is_none(),
        _ => false,
    }
}

/// From the beginning, and from every urgent sign: that leads on whatever is asked.
fn reached(flow: &Flow) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let signs = flow.urgent.iter().filter_map(|urgent| flow.node(&urgent.to));
    let mut ahead: Vec<&Node> = flow.node(&flow.start).into_iter().chain(signs).collect();
    while let Some(node) = ahead.pop() {
        if reached.insert(node.key.as_str()) {
            ahead.extend(node.ways().iter().filter_map(|way| flow.node(&way.to)));
        }
    }
    reached
}

/// The nodes from which an end can be reached: counted back from the ends.
fn able_to_end(flow: &Flow) -> BTreeSet<&str> {
    let mut into: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in &flow.nodes {
        for way in node.ways() {
            into.entry(way.to).or_default().push(node);
        }
    }
    let mut able = BTreeSet::new();
    let mut ahead: Vec<&Node> = flow.nodes.iter().filter(|node| is_an_end(node)).collect();
    while let Some(node) = ahead.pop() {
        if able.insert(node.key.as_str()) {
            ahead.extend(into.get(&node.key).into_iter().flatten());
        }
    }
    able
}

/// The nodes that come back to themselves over steps that do not wait for anybody.
fn in_a_circle(flow: &Flow) -> BTreeSet<&str> {
    let comes_back = |node: &Node| {
        let mut seen = BTreeSet::new();
        let mut ahead = node.ways();
        while let Some(way) = ahead.pop() {
            if way.to == node.key {
                return true;
            }
            let next = flow.node(&way.to).filter(|next| !next.kind.asks());
            if let Some(next) = next
                && seen.insert(next.key.as_str())
            {
                ahead.extend(next.ways());
            }
        }
        false
    };
    let silent = flow.nodes.iter().filter(|node| !node.kind.asks());
    silent.filter(|node| comes_back(node)).map(|node| node.key.as_str()).collect()
}
