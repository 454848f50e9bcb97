//! The list of families' words, an editor's file: `left, left = right right`. Any phrase on the left also looks for
//! the words on the right, never the other way round.

use crate::spoken;
use crate::text::{self, stem};
use std::collections::HashMap;

/// What families say, and what the entries call it.
#[derive(Clone, Debug, Default)]
pub struct Synonyms {
    by_first: HashMap<String, Vec<Phrase>>,
    words: Vec<String>,
    problems: Vec<Problem>,
}

#[derive(Clone, Debug)]
struct Phrase {
    stems: Vec<String>,
    means: Vec<String>,
}

/// A line that could not be read, for the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What to do about it.
    pub says: String,
}

/// A phrase of the list found in what a person typed.
pub(crate) struct Found<'a> {
    pub length: usize,
    pub means: Vec<&'a str>,
}

impl Synonyms {
    /// The list that comes with the house.
    pub fn house() -> Synonyms {
        Synonyms::parse(include_str!("../data/synonyms.txt"))
    }

    /// The same with a council's own lines behind it.
    pub fn house_and(own: &str) -> Synonyms {
        Synonyms::parse(&format!("{}\n{own}", include_str!("../data/synonyms.txt")))
    }

    /// No list at all.
    pub fn none() -> Synonyms {
        Synonyms::default()
    }

    /// Reads a list. A line it cannot read is left out and told in [`Synonyms::problems`]: one slip of an editor
    /// must not take the other lines away from families.
    pub fn parse(list: &str) -> Synonyms {
        let mut synonyms = Synonyms::default();
        for (index, line) in list.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let mut problem =
                |says: &str| synonyms.problems.push(Problem { line: index + 1, says: says.to_owned() });
            let Some((left, right)) = line.split_once('=') else {
                problem("Put an equals sign between what people say and what we call it");
                continue;
            };
            let means: Vec<String> = stems(right);
            if means.is_empty() {
                problem("Write at least one word after the equals sign");
                continue;
            }
            let mut phrases = left.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()).peekable();
            if phrases.peek().is_none() {
                problem("Write at least one word before the equals sign");
                continue;
            }
            for phrase in phrases {
                synonyms.add(phrase, &means);
            }
        }
        for phrases in synonyms.by_first.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.stems.len()));
        }
        synonyms.words.sort();
        synonyms.words.dedup();
        synonyms
    }

    fn add(&mut self, phrase: &str, means: &[String]) {
        let words = plain_words(phrase);
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let Some(first) = stems.first().cloned() else { return };
        self.words.extend(words);
        let known = self.by_first.entry(first).or_default();
        match known.iter_mut().find(|phrase| phrase.stems == stems) {
            Some(phrase) => {
                for word in means {
                    if !phrase.means.contains(word) {
                        phrase.means.push(word.clone());
                    }
                }
            }
            None => known.push(Phrase { stems, means: means.to_vec() }),
        }
    }

    /// What could not be read.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many phrases are on the left-hand sides.
    pub fn len(&self) -> usize {
        self.by_first.values().map(Vec::len).sum()
    }

    /// True for an empty list.
    pub fn is_empty(&self) -> bool {
        self.by_first.is_empty()
    }

    /// Every word of the left-hand sides: dialect can be misspelt too.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// The longest phrase that starts the stems, if any.
    pub(crate) fn starting(&self, stems: &[String]) -> Option<Found<'_>> {
        let phrases = self.by_first.get(stems.first()?)?;
        let phrase = phrases.iter().find(|phrase| stems.starts_with(&phrase.stems))?;
        Some(Found { length: phrase.stems.len(), means: phrase.means.iter().map(String::as_str).collect() })
    }
}

/// Words without the joined form of hyphenated pairs: in a phrase each word is compared in its turn.
fn plain_words(phrase: &str) -> Vec<String> {
    let mut words = Vec::new();
    spoken::each_plain_word(phrase, |word| words.push(word.to_owned()));
    words
}

fn stems(phrase: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in plain_words(phrase) {
        let stem = stem(&word);
        if text::says(&word) != text::Says::Little && !out.contains(&stem) {
            out.push(stem);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editors_slip_costs_one_line_and_is_told() {
        let list = Synonyms::parse(
            "# kind words\nskint, brassic = money\noops\n= nothing\nother half = partner # yes\n a = ",
        );
        assert_eq!(list.len(), 3);
        assert_eq!(list.problems().iter().map(|problem| problem.line).collect::<Vec<_>>(), [3, 4, 6]);
    }

    #[test]
    fn the_longest_phrase_wins_and_endings_do_not_matter() {
        let list = Synonyms::parse("baby = infant\nbaby blues = low mood");
        let stems = |phrase: &str| text::words(phrase).iter().map(|word| stem(word)).collect::<Vec<_>>();
        let found = list.starting(&stems("babies blues help")).unwrap();
        assert_eq!((found.length, found.means), (2, vec!["low", "mood"]));
        assert_eq!(list.starting(&stems("baby help")).unwrap().means, ["infant"]);
        assert!(list.starting(&stems("help baby")).is_none());
    }

    #[test]
    fn the_house_list_reads_without_a_problem() {
        let house = Synonyms::house();
        assert_eq!(house.problems(), []);
        assert!(house.len() > 500, "{}", house.len());
    }
}
