//! The checks on the council's own pages: sixty honest rewordings and sixty that are not, written by hand as a small model
//! would write them. Not one that is dishonest comes through.

use super::tests::answer;
use super::*;
use crate::Chunk;
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// So many of the honest ones come through, of a hundred. The others cost a family nothing: it reads the quotation.
const HONEST_KEPT_PERCENT: usize = 58;

/// Each part of a page as a model is given it: every sentence and every point on a line of its own.
fn parts_of(page: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/pages");
    let text = std::fs::read_to_string(folder.join(format!("{page}.md"))).unwrap();
    let body = text.splitn(3, "+++").nth(2).unwrap().to_owned();
    let link = Regex::new(r"\[([^\]]*)\]\([^)]*\)").unwrap();
    let body = link.replace_all(&body, "$1").replace("**", "");
    let lines_of = |part: &str| -> String {
        let lines =
            part.lines().skip_while(|line| line.starts_with("## ")).filter(|line| !line.starts_with('|'));
        let points = lines.map(|line| line.trim_start_matches(['-', ' ']).trim());
        let said =
            points.flat_map(|line| sentences(line).into_iter().map(|range| line[range].trim().to_owned()));
        said.collect::<Vec<_>>().join("\n")
    };
    body.split("\n## ").map(lines_of).collect()
}

/// The lines of a file of tests, without its head.
fn rows(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Whether all of these sentences are shown, each with its quote; nothing where the page has changed since.
fn is_shown(page: &str, said: &str, quotes: &str) -> Option<bool> {
    let parts = parts_of(page);
    let quotes: Vec<&str> = quotes.split(" | ").collect();
    let found = parts.into_iter().filter(|part| quotes.iter().any(|quote| folded(part).contains(quote)));
    let chunks: Vec<Chunk> = (1..)
        .zip(found)
        .map(|(number, text)| Chunk {
            key: format!("c{number}"),
            title: page.to_owned(),
            text,
            checked_on: kernel::Date::constant(2026, 11, 20),
        })
        .collect();
    // A quote over two sentences stands on two lines here.
    let cites: Vec<Vec<(&str, &str)>> = quotes
        .iter()
        .map(|quote| {
            let of = |chunk: &&Chunk| folded(&chunk.text).contains(*quote);
            chunks.iter().find(of).map(|chunk| vec![(chunk.key.as_str(), *quote)])
        })
        .collect::<Option<_>>()?;
    let said: Vec<&str> = said.split(" | ").collect();
    let said: Vec<(&str, &[(&str, &str)])> =
        said.iter().zip(&cites).map(|(said, cites)| (*said, &cites[..])).collect();
    let limits = Limits { sentences_max: 4, entailment: None };
    let judged = judge(&answer(&said), "tell me about it", &Given::of(&chunks), &limits);
    Some(judged.kept.len() == said.len())
}

#[test]
fn no_dishonest_rewording_of_a_page_comes_through() {
    let (mut shown, mut seen) = (Vec::new(), BTreeMap::<String, usize>::new());
    for row in rows("dishonest.tsv") {
        let [wrong, page, said, quote] = &row[..] else { panic!("{row:?}") };
        match is_shown(page, said, quote) {
            Some(true) => shown.push(format!("{wrong}: {said}")),
            Some(false) => *seen.entry(wrong.clone()).or_default() += 1,
            None => {}
        }
    }
    assert!(shown.is_empty(), "{shown:#?}");
    let many: usize = seen.values().sum();
    assert!(many >= 55 && seen.len() == 7, "so many of 60 were looked at: {many}, {seen:?}");
}

#[test]
fn more_than_half_of_the_honest_rewordings_of_a_page_come_through() {
    let (mut kept, mut seen, mut fell) = (0, 0, String::new());
    for row in rows("honest.tsv") {
        let [page, said, quote] = &row[..] else { panic!("{row:?}") };
        let Some(is_shown) = is_shown(page, said, quote) else { continue };
        seen += 1;
        if is_shown {
            kept += 1;
        } else {
            writeln!(fell, "{said}").unwrap();
        }
    }
    eprintln!("{kept} of {seen} honest rewordings come through; these do not:\n{fell}");
    assert!(seen >= 55, "the pages changed: only {seen} of 60 quotes stand in them");
    assert!(kept * 100 >= seen * HONEST_KEPT_PERCENT, "{kept} of {seen}:\n{fell}");
}
