//! A guide as a picture: columns from left to right by how many answers lead there, a box for each step with a row for
//! each way on, and a line from the row to the box it leads to. Pure, and the same for the same guide.

use askama::Template;
use flows::{Graph, GraphEdge, GraphNode};
use std::collections::HashMap;

const BOX_WIDTH: usize = 250;
const COLUMN_GAP: usize = 90;
const ROW_GAP: usize = 26;
const MARGIN: usize = 16;
const LINE: usize = 18;
const HEAD: usize = 26;
/// Letters that fit beside each other in a box.
const LETTERS: usize = 32;
const LINES_MAX: usize = 3;
/// How often columns are put in the order of what leads to them.
const SWEEPS: usize = 4;

/// The picture, ready to be put on a page.
#[derive(Template)]
#[template(path = "picture.html")]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    boxes: Vec<BoxView>,
    lines: Vec<LineView>,
    label: String,
}

struct BoxView {
    key: String,
    href: String,
    kind: &'static str,
    kind_words: &'static str,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    text_x: usize,
    head_y: usize,
    lines: Vec<(usize, String)>,
    ways: Vec<(usize, String)>,
    reached: Reached,
    walked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Yes,
    Never,
}

struct LineView {
    path: String,
    walked: bool,
    back: bool,
}

/// Where a box stands.
struct Place {
    column: usize,
    y: usize,
    height: usize,
}

/// What stands over the box of a kind.
pub(crate) fn kind_words(kind: &str) -> &'static str {
    match kind {
        "choice" => "Question",
        "date" => "Asks for a day",
        "words" => "Asks for words",
        "say" => "Says",
        "work_out" => "Works out days",
        "branch" => "Goes by what is known",
        "services" => "Services",
        "hand_over" => "Hands over",
        _ => "End",
    }
}

/// Draws a guide. `href` gives the address of a step's form; `walked` are the steps of a walk, in their order.
pub(crate) fn picture(
    graph: &Graph,
    title: &str,
    href: &dyn Fn(&str) -> String,
    walked: &[String],
) -> Picture {
    let columns = columns(graph);
    let heights: HashMap<&str, usize> =
        graph.nodes.iter().map(|node| (node.key.as_str(), height_of(node, graph))).collect();
    let columns = in_order(columns, graph);
    let places = places(&columns, &heights);
    let x_of = |column: usize| MARGIN + column * (BOX_WIDTH + COLUMN_GAP);
    let boxes = graph.nodes.iter().filter_map(|node| {
        let place = places.get(node.key.as_str())?;
        let (x, y) = (x_of(place.column), place.y);
        let words = wrapped(&node.words);
        let after = y + HEAD + words.len() * LINE + 8;
        Some(BoxView {
            href: href(&node.key),
            kind: node.kind,
            kind_words: kind_words(node.kind),
            x,
            y,
            width: BOX_WIDTH,
            height: place.height,
            text_x: x + 12,
            head_y: y + 19,
            lines: words
                .into_iter()
                .enumerate()
                .map(|(at, line)| (y + HEAD + 14 + at * LINE, line))
                .collect(),
            ways: ways(node, graph)
                .enumerate()
                .map(|(at, edge)| (after + 14 + at * LINE, shortened(&edge.words)))
                .collect(),
            reached: if node.depth.is_some() { Reached::Yes } else { Reached::Never },
            walked: walked.contains(&node.key),
            key: node.key.clone(),
        })
    });
    let boxes: Vec<BoxView> = boxes.collect();
    let lines = graph.nodes.iter().flat_map(|node| {
        let from = places.get(node.key.as_str());
        let places = &places;
        ways(node, graph).enumerate().filter_map(move |(at, edge)| {
            let (from, to) = (from?, places.get(edge.to.as_str())?);
            let start = (
                x_of(from.column) + BOX_WIDTH,
                from.y + HEAD + wrapped(&node.words).len() * LINE + 17 + at * LINE,
            );
            let end = (x_of(to.column), to.y + HEAD / 2);
            let went = walked.windows(2).any(|two| two[0] == edge.from && two[1] == edge.to);
            Some(LineView { path: curve(start, end), walked: went, back: to.column <= from.column })
        })
    });
    let lines = lines.collect();
    let last = columns.len().saturating_sub(1);
    Picture {
        width: x_of(last) + BOX_WIDTH + MARGIN,
        height: places.values().map(|place| place.y + place.height).max().unwrap_or(0) + MARGIN,
        label: format!("{title}: {} steps and how one leads to another", graph.nodes.len()),
        boxes,
        lines,
    }
}

/// The ways on from a step. Several answers that lead to one place are still told one by one.
fn ways<'a>(node: &'a GraphNode, graph: &'a Graph) -> impl Iterator<Item = &'a GraphEdge> {
    graph.edges.iter().filter(|edge| edge.from == node.key)
}

fn height_of(node: &GraphNode, graph: &Graph) -> usize {
    HEAD + (wrapped(&node.words).len() + ways(node, graph).count()) * LINE + 18
}

/// By depth; what is never reached stands in a column of its own at the end.
fn columns(graph: &Graph) -> Vec<Vec<&str>> {
    let deepest = graph.nodes.iter().filter_map(|node| node.depth).max().unwrap_or(0);
    let mut columns: Vec<Vec<&str>> = vec![Vec::new(); deepest + 1];
    for node in &graph.nodes {
        if let Some(depth) = node.depth {
            columns[depth].push(&node.key);
        }
    }
    let never: Vec<&str> =
        graph.nodes.iter().filter(|node| node.depth.is_none()).map(|node| node.key.as_str()).collect();
    if !never.is_empty() {
        columns.push(never);
    }
    columns
}

/// Each column in the order of what leads to it, so that few lines cross.
fn in_order<'a>(mut columns: Vec<Vec<&'a str>>, graph: &'a Graph) -> Vec<Vec<&'a str>> {
    for _ in 0..SWEEPS {
        for at in 1..columns.len() {
            let before: HashMap<&str, usize> =
                columns[at - 1].iter().enumerate().map(|(place, key)| (*key, place)).collect();
            let weight = |key: &str| {
                let from: Vec<usize> = graph
                    .edges
                    .iter()
                    .filter(|edge| edge.to == key)
                    .filter_map(|edge| before.get(edge.from.as_str()).copied())
                    .collect();
                // A thousandth is near enough, and whole numbers sort the same everywhere.
                from.iter().sum::<usize>() * 1_000 / from.len().max(1)
            };
            columns[at].sort_by_key(|key| weight(key));
        }
    }
    columns
}

fn places<'a>(columns: &[Vec<&'a str>], heights: &HashMap<&str, usize>) -> HashMap<&'a str, Place> {
    let mut places = HashMap::new();
    for (column, keys) in columns.iter().enumerate() {
        let mut y = MARGIN;
        for key in keys {
            let height = heights.get(key).copied().unwrap_or(HEAD);
            places.insert(*key, Place { column, y, height });
            y += height + ROW_GAP;
        }
    }
    places
}

fn curve(start: (usize, usize), end: (usize, usize)) -> String {
    let (x, y) = start;
    let (to_x, to_y) = end;
    let bend = if to_x > x { (to_x - x) / 2 } else { COLUMN_GAP };
    let before = to_x.saturating_sub(bend);
    format!("M{x} {y} C{} {y} {before} {to_y} {to_x} {to_y}", x + bend)
}

fn wrapped(words: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.chars().take(LETTERS).collect()),
        }
    }
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        if let Some(line) = lines.last_mut() {
            line.push_str(" ...");
        }
    }
    lines
}

fn shortened(words: &str) -> String {
    let words = if words.is_empty() { "goes on" } else { words };
    if words.chars().count() <= LETTERS - 2 {
        return words.to_owned();
    }
    let cut: String = words.chars().take(LETTERS - 5).collect();
    format!("{}...", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_guide() -> impl Iterator<Item = flows::Flow> {
        flows::builtin()
            .into_iter()
            .map(|text| flows::parse(&text).expect("what comes with the house can be read"))
    }

    #[test]
    fn every_step_of_every_guide_has_one_box_and_every_way_one_line() {
        for flow in every_guide() {
            let graph = flows::graph(&flow);
            let drawn = picture(&graph, &flow.title, &|key| format!("#{key}"), &[]);
            let mut keys: Vec<&str> = drawn.boxes.iter().map(|one| one.key.as_str()).collect();
            keys.sort_unstable();
            let mut wanted: Vec<&str> = flow.nodes.iter().map(|node| node.key.as_str()).collect();
            wanted.sort_unstable();
            assert_eq!(keys, wanted, "{}", flow.slug);
            let ways: usize = flow.nodes.iter().map(|node| node.ways().len()).sum();
            assert_eq!(drawn.lines.len(), ways, "{}", flow.slug);
        }
    }

    #[test]
    fn no_two_boxes_overlap_and_all_are_inside() {
        for flow in every_guide() {
            let drawn = picture(&flows::graph(&flow), &flow.title, &|_| String::new(), &[]);
            for (at, one) in drawn.boxes.iter().enumerate() {
                assert!(one.x + one.width <= drawn.width && one.y + one.height <= drawn.height);
                for other in &drawn.boxes[at + 1..] {
                    let apart = one.x + one.width <= other.x
                        || other.x + other.width <= one.x
                        || one.y + one.height <= other.y
                        || other.y + other.height <= one.y;
                    assert!(apart, "{} and {} of {}", one.key, other.key, flow.slug);
                }
            }
        }
    }

    #[test]
    fn what_nobody_reaches_stands_apart_and_a_walk_is_marked() {
        let step = |key: &str, depth| GraphNode { key: key.into(), kind: "say", words: key.into(), depth };
        let way = |from: &str, to: &str| GraphEdge { from: from.into(), to: to.into(), words: String::new() };
        let graph = Graph {
            nodes: vec![step("a", Some(0)), step("b", Some(1)), step("lost", None)],
            edges: vec![way("a", "b"), way("b", "a"), way("lost", "b")],
        };
        let drawn = picture(&graph, "Try", &|_| String::new(), &["a".into(), "b".into()]);
        let of = |key: &str| drawn.boxes.iter().find(|one| one.key == key).expect("it is drawn");
        assert!(of("lost").reached == Reached::Never && of("lost").x > of("b").x);
        let walked: Vec<(bool, bool)> = drawn.lines.iter().map(|line| (line.walked, line.back)).collect();
        assert_eq!(walked, [(true, false), (false, true), (false, true)]);
    }
}
