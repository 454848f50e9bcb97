//! What is asked here and is not ours: bins, doses, voting. Fixed words from a file that an editor can read.

use anyhow::Context;
use kernel::Fault;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

/// The file, read and ready: every pattern of every neighbour in one set, which is walked once.
#[derive(Debug)]
pub struct Neighbours {
    all: Vec<Neighbour>,
    patterns: RegexSet,
    /// Of each pattern, whose it is and what it says.
    of: Vec<(usize, Says)>,
}

/// What a pattern says where it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It is this neighbour,
    Yes,
    /// unless that stands there too.
    No,
}

/// The automaton may grow to so many bytes; beyond that it is walked more slowly.
const AUTOMATON_MAX: usize = 256 * 1024;

/// One thing that is not ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// What its tests call it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test names it"))]
    pub id: String,
    /// `out_of_scope`, or `clarify` for a greeting.
    pub kind: NeighbourKind,
    /// What is said.
    pub say: Vec<String>,
    /// Where to go instead: words and address.
    pub links: Vec<(String, String)>,
    phrases: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test runs them"))]
    examples: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test runs them"))]
    counter_examples: Vec<String>,
}

/// What kind of turn it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourKind {
    /// Not ours to answer.
    OutOfScope,
    /// A greeting.
    Clarify,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    neighbour: Vec<Neighbour>,
}

impl Neighbours {
    /// Those that come with the house. Refuses a pattern that is none.
    pub fn builtin() -> Result<Neighbours, Fault> {
        let file: File = toml::from_str(include_str!("../data/neighbours.toml"))?;
        let (mut patterns, mut of) = (Vec::new(), Vec::new());
        for (at, neighbour) in file.neighbour.iter().enumerate() {
            for (some, says) in [(&neighbour.phrases, Says::Yes), (&neighbour.unless, Says::No)] {
                patterns.extend(some.iter().map(String::as_str));
                of.extend(some.iter().map(|_| (at, says)));
            }
        }
        // The words are plain letters by then, and an automaton for every script would be many times as large.
        let patterns = RegexSetBuilder::new(patterns)
            .unicode(false)
            .dfa_size_limit(AUTOMATON_MAX)
            .build()
            .context("a pattern of the neighbours")?;
        Ok(Neighbours { all: file.neighbour, patterns, of })
    }

    /// The first that a text is about.
    pub fn find(&self, text: &str) -> Option<&Neighbour> {
        let words = plain(text);
        let found = self.patterns.matches(words.as_bytes());
        let said: Vec<(usize, Says)> = found.iter().filter_map(|at| self.of.get(at).copied()).collect();
        let is_it = |at: &usize| said.contains(&(*at, Says::Yes)) && !said.contains(&(*at, Says::No));
        (0..self.all.len()).find(is_it).and_then(|at| self.all.get(at))
    }
}

/// Small letters without accents or apostrophes, one space between words, as the patterns expect them. Sums keep their
/// signs.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_whitespace().take(400) {
        let word = match part {
            "+" | "*" => part.to_owned(),
            part => search::words(part).first().cloned().unwrap_or_default(),
        };
        let rest = search::words(part);
        if word.is_empty() {
            continue;
        }
        for (at, word) in std::iter::once(word).chain(rest.into_iter().skip(1)).enumerate() {
            // The pair of a hyphenated word comes after its parts and would say it twice.
            if at > 0 && out.ends_with(&word) {
                continue;
            }
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_neighbour_knows_its_examples_and_none_takes_a_counter_example() {
        let neighbours = Neighbours::builtin().unwrap();
        let mut wrong = Vec::new();
        for own in &neighbours.all {
            assert!(!own.say.is_empty() && own.examples.len() >= 3 && own.counter_examples.len() >= 2);
            for example in &own.examples {
                let found = neighbours.find(example).map(|found| found.id.as_str());
                if found != Some(&own.id) {
                    wrong.push(format!("‘{example}’ is {found:?}, not {}", own.id));
                }
            }
            for counter in &own.counter_examples {
                if let Some(found) = neighbours.find(counter) {
                    wrong.push(format!("‘{counter}’ is taken by {}", found.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
