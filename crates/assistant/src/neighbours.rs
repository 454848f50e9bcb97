//! What is asked here and is not ours: bins, doses, voting. Fixed words from a file that an editor can read.

use anyhow::Context;
use kernel::Fault;
use regex::{Regex, RegexSet};
use serde::Deserialize;

/// The file, read and ready.
#[derive(Debug)]
pub struct Neighbours(Vec<Ready>);

#[derive(Debug)]
struct Ready {
    neighbour: Neighbour,
    phrases: RegexSet,
    unless: Option<Regex>,
}

/// One thing that is not ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// What the report calls it.
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
        let ready = |neighbour: Neighbour| {
            let what = || format!("the neighbour '{}'", neighbour.id);
            let phrases = RegexSet::new(&neighbour.phrases).with_context(what)?;
            let unless = match &neighbour.unless[..] {
                [] => None,
                some => Some(Regex::new(&some.join("|")).with_context(what)?),
            };
            Ok(Ready { phrases, unless, neighbour })
        };
        Ok(Neighbours(file.neighbour.into_iter().map(ready).collect::<Result<_, Fault>>()?))
    }

    /// The first that a text is about.
    pub fn find(&self, text: &str) -> Option<&Neighbour> {
        let words = plain(text);
        let is_about = |ready: &&Ready| {
            ready.phrases.is_match(&words) && !ready.unless.as_ref().is_some_and(|not| not.is_match(&words))
        };
        self.0.iter().find(is_about).map(|ready| &ready.neighbour)
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
        for ready in &neighbours.0 {
            let own = &ready.neighbour;
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
