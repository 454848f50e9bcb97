//! Words that were typed wrong. Only words that the index knows are offered in their place.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// How many letters may differ: none in short words, where every slip is another word.
fn slips_allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// English words that are no slips of others, whether or not an entry has them: an editor's file.
fn is_known(word: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let lines = include_str!("../data/known_words.txt").lines();
        lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
    });
    KNOWN.contains(word)
}

/// People hardly ever slip in the first letter, unless they swap it with the second.
fn begins_alike(typed: &str, word: &str) -> bool {
    let (mut left, mut right) = (typed.chars(), word.chars());
    let ((a, b), (c, d)) = ((left.next(), left.next()), (right.next(), right.next()));
    a == c || a == d && b == c
}

/// The dictionary of what may have been meant.
#[derive(Debug, Default)]
pub(crate) struct Speller {
    words: Vec<Box<str>>,
    /// Which letters a word has, one bit each: two words a slip apart differ in at most two bits, and this throws
    /// out nearly the whole vocabulary without looking at it.
    letters: Vec<u32>,
    lengths: Vec<u8>,
    how_common: Vec<u32>,
}

/// A word that may have been meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    pub word: &'a str,
    pub slips: usize,
}

impl Speller {
    /// From words and how often each is met.
    pub fn build(words: HashMap<&str, u32>) -> Speller {
        let mut sorted: Vec<(&str, u32)> = words.into_iter().filter(|(word, _)| is_a_word(word)).collect();
        sorted.sort();
        let mut speller = Speller::default();
        for (word, count) in sorted {
            speller.words.push(word.into());
            speller.letters.push(letters_of(word));
            speller.lengths.push(word.chars().count().min(255) as u8);
            speller.how_common.push(count);
        }
        speller
    }

    /// The nearest words, best first, at most three and all equally near.
    pub fn nearest(&self, typed: &str) -> Vec<Candidate<'_>> {
        let length = typed.chars().count();
        let allowed = slips_allowed(length);
        if allowed == 0 || !is_a_word(typed) || is_known(typed) {
            return Vec::new();
        }
        let letters = letters_of(typed);
        let mut found: Vec<(usize, bool, std::cmp::Reverse<u32>, usize)> = Vec::new();
        let mut allowed_now = allowed;
        for at in 0..self.words.len() {
            let differing = (self.letters[at] ^ letters).count_ones() as usize;
            if differing > 2 * allowed_now || usize::from(self.lengths[at]).abs_diff(length) > allowed_now {
                continue;
            }
            let word = &self.words[at];
            if !begins_alike(typed, word) {
                continue;
            }
            if let Some(slips) = distance_within(typed, word, allowed_now) {
                allowed_now = allowed_now.min(slips.max(1));
                let other_first_letter = typed.chars().next() != word.chars().next();
                found.push((slips, other_first_letter, std::cmp::Reverse(self.how_common[at]), at));
            }
        }
        found.sort();
        let best = found.first().map(|(slips, ..)| *slips);
        found
            .into_iter()
            .take_while(|(slips, ..)| Some(*slips) == best)
            .take(3)
            .map(|(slips, _, _, at)| Candidate { word: &self.words[at], slips })
            .collect()
    }

    /// Up to `most` commonest words that start with `typed`.
    pub fn starting(&self, typed: &str, most: usize) -> Vec<&str> {
        let from = self.words.partition_point(|word| &**word < typed);
        let mut found: Vec<usize> =
            (from..self.words.len()).take_while(|at| self.words[*at].starts_with(typed)).collect();
        found.sort_by_key(|at| (std::cmp::Reverse(self.how_common[*at]), *at));
        found.into_iter().take(most).map(|at| &*self.words[at]).collect()
    }
}

fn is_a_word(word: &str) -> bool {
    !word.bytes().any(|b| b.is_ascii_digit())
}

fn letters_of(word: &str) -> u32 {
    word.chars().fold(0, |bits, c| {
        let bit = if c.is_ascii_lowercase() { c as u32 - 'a' as u32 } else { 26 + (c as u32) % 6 };
        bits | (1 << bit)
    })
}

/// Letters put in, left out, changed, or swapped with their neighbour, if no more than `most`.
pub(crate) fn distance_within(left: &str, right: &str, most: usize) -> Option<usize> {
    const LETTERS_MAX: usize = 48;
    let mut a = ['\0'; LETTERS_MAX];
    let mut b = ['\0'; LETTERS_MAX];
    let (n, m) = (fill(&mut a, left)?, fill(&mut b, right)?);
    if n.abs_diff(m) > most {
        return None;
    }
    let mut before = [0usize; LETTERS_MAX + 1];
    let mut last = [0usize; LETTERS_MAX + 1];
    let mut row = [0usize; LETTERS_MAX + 1];
    for (j, cell) in last.iter_mut().enumerate().take(m + 1) {
        *cell = j;
    }
    for i in 1..=n {
        row[0] = i;
        let mut least = i;
        for j in 1..=m {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut cell = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(before[j - 2] + 1);
            }
            row[j] = cell;
            least = least.min(cell);
        }
        if least > most {
            return None;
        }
        (before, last) = (last, row);
    }
    (last[m] <= most).then_some(last[m])
}

fn fill(letters: &mut [char], word: &str) -> Option<usize> {
    let mut length = 0;
    for c in word.chars() {
        *letters.get_mut(length)? = c;
        length += 1;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_as_people_make_them() {
        for (typed, meant, slips) in [
            ("brestfeeding", "breastfeeding", Some(1)),
            ("hlep", "help", Some(1)),
            ("anxeity", "anxiety", Some(1)),
            ("same", "same", Some(0)),
            ("nursrey", "nursery", Some(1)),
            ("abcdefgh", "hgfedcba", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(distance_within(typed, meant, 2), slips, "{typed}");
        }
        assert_eq!(distance_within(&"a".repeat(60), "a", 2), None);
    }

    #[test]
    fn a_real_word_is_never_changed_into_another_nor_a_first_letter() {
        let known = ["raising", "want", "wanted", "eating", "forget", "reported", "ones", "housing"];
        let speller = Speller::build(known.map(|word| (word, 5)).into());
        for typed in ["raining", "unwanted", "repeat", "forge", "deported", "jones", "asylum"] {
            assert_eq!(speller.nearest(typed), [], "{typed}");
        }
        assert_eq!(speller.nearest("ohusing")[0].word, "housing", "but two swapped letters are a slip");
    }

    #[test]
    fn the_nearest_word_is_offered_and_short_words_are_left_alone() {
        let speller = Speller::build(HashMap::from([
            ("breastfeeding", 9),
            ("speech", 5),
            ("gp", 3),
            ("help", 99),
            ("heap", 1),
        ]));
        let words =
            |typed: &str| speller.nearest(typed).iter().map(|c| c.word.to_owned()).collect::<Vec<_>>();
        assert_eq!(words("brestfeding"), ["breastfeeding"]);
        assert_eq!(words("speach"), ["speech"]);
        assert_eq!(words("hlep"), ["help"]);
        assert_eq!(words("gb"), Vec::<String>::new());
        assert_eq!(words("wa87qf"), Vec::<String>::new());
        assert_eq!(speller.starting("bre", 5), ["breastfeeding"]);
    }
}
