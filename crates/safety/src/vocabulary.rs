//! Which words of the lexicon a typed word could be: itself, a listed misspelling, a disguise, or near enough.

use crate::{
    normalise::{as_it_sounds, digits_as_letters, is_drawn_out, latin_twin, squeezed},
    pattern::{Atom, NUMBER},
};
use std::collections::{HashMap, HashSet};

/// Longer words than this are not guessed at: no key word is so long, and guessing must stay cheap.
const GUESSED_AT_MOST: usize = 20;
/// The longest word looked for inside words that were run together.
const CUT_AT_MOST: usize = 14;

#[derive(Debug)]
pub(crate) struct Vocabulary {
    exact: HashMap<String, Vec<Atom>>,
    /// In the order of the alphabet.
    starts: Vec<(String, Vec<Atom>)>,
    squeezed: HashMap<String, Vec<String>>,
    sounds: HashMap<String, Vec<String>>,
    spellings: HashMap<String, Vec<String>>,
    run_together: Vec<(String, Vec<String>)>,
    numbers: Vec<Atom>,
    near: HashMap<u64, Vec<String>>,
    key_words: HashSet<String>,
    never_guess: HashSet<String>,
}

/// What the lexicon lists about spelling.
#[derive(Default)]
pub(crate) struct Spelling {
    pub(crate) spellings: HashMap<String, String>,
    pub(crate) run_together: HashMap<String, String>,
    pub(crate) key_words: Vec<String>,
    pub(crate) near_words: Vec<String>,
}

impl Vocabulary {
    pub(crate) fn new(atoms: HashMap<Vec<String>, Atom>, spelling: Spelling) -> Vocabulary {
        let mut exact: HashMap<String, Vec<Atom>> = HashMap::new();
        let mut starts: HashMap<String, Vec<Atom>> = HashMap::new();
        let mut numbers = Vec::new();
        for (words, atom) in atoms {
            for word in words {
                match word.strip_suffix('*') {
                    Some(start) => starts.entry(start.to_owned()).or_default().push(atom),
                    None if word == NUMBER => numbers.push(atom),
                    None => exact.entry(word).or_default().push(atom),
                }
            }
        }
        let mut by_squeeze: HashMap<String, Vec<String>> = HashMap::new();
        let mut sounds: HashMap<String, Vec<String>> = HashMap::new();
        for word in exact.keys() {
            by_squeeze.entry(squeezed(word)).or_default().push(word.clone());
            if let Some(sound) = as_it_sounds(word) {
                sounds.entry(sound).or_default().push(word.clone());
            }
        }
        let mut near: HashMap<u64, Vec<String>> = HashMap::new();
        for word in &spelling.key_words {
            for cut in without_letters(word, slips_allowed(word)) {
                near.entry(cut).or_default().push(word.clone());
            }
        }
        let spaced = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut starts: Vec<(String, Vec<Atom>)> =
            starts.into_iter().filter(|(start, _)| start.len() <= GUESSED_AT_MOST).collect();
        starts.sort_unstable();
        // Longest first, so that the same text is taken apart the same way in every run.
        let mut run_together: Vec<(String, Vec<String>)> =
            spelling.run_together.into_iter().map(|(run, words)| (run, spaced(words))).collect();
        run_together.sort_by(|(one, _), (other, _)| (other.len(), one).cmp(&(one.len(), other)));
        Vocabulary {
            exact,
            starts,
            squeezed: by_squeeze,
            sounds,
            spellings: spelling.spellings.into_iter().map(|(wrong, right)| (wrong, spaced(right))).collect(),
            run_together,
            numbers,
            near,
            key_words: spelling.key_words.iter().cloned().collect(),
            never_guess: spelling.near_words.into_iter().collect(),
        }
    }

    /// Words that were run together, and listed misspellings that are two words, taken apart.
    pub(crate) fn taken_apart(&self, words: Vec<String>) -> Vec<String> {
        let mut out: Vec<String> = Vec::with_capacity(words.len());
        for word in words {
            // `sui cide`: two pieces of a key word.
            let short = |before: &&String| before.len() + word.len() <= GUESSED_AT_MOST;
            if let Some(whole) = out.last().filter(short).map(|before| [before.as_str(), &word].concat())
                && self.key_words.contains(&whole)
            {
                out.pop();
                out.push(whole);
                continue;
            }
            if let Some(apart) = self.spellings.get(&word).filter(|apart| apart.len() > 1) {
                out.extend(apart.iter().cloned());
                continue;
            }
            // `icant`, and `i c u t` that was spelt out.
            let after_i =
                word.strip_prefix('i').filter(|rest| rest.len() >= 3 && self.exact.contains_key(*rest));
            if let Some(rest) = after_i.filter(|_| !self.exact.contains_key(&word)) {
                out.extend(["i".to_owned(), rest.to_owned()]);
                continue;
            }
            let worth_a_look = word.len() >= 7 && word.len() <= 64 && !self.exact.contains_key(&word);
            let found = worth_a_look
                .then(|| self.run_together.iter().find(|(run, _)| word.contains(run.as_str())))
                .flatten();
            match found {
                Some((_, apart)) => out.extend(apart.iter().cloned()),
                None => match self.cut_into_known_words(&word) {
                    Some(cut) => out.extend(cut),
                    None => out.push(word),
                },
            }
        }
        out
    }

    /// `hesgoingtohurtme`: three words or more with nothing left over. Two would make `the rapist` of a therapist.
    fn cut_into_known_words(&self, word: &str) -> Option<Vec<String>> {
        let worth_a_cut =
            (10..=64).contains(&word.len()) && word.is_ascii() && !self.exact.contains_key(word);
        if !worth_a_cut || self.never_guess.contains(word) || self.is_misspelt(word) {
            return None;
        }
        // For each place, the fewest words that reach it and where the last of them began.
        let mut reached: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        reached[0] = Some((0, 0));
        for from in 0..word.len() {
            let Some((count, _)) = reached[from] else { continue };
            for to in from + 1..=word.len().min(from + CUT_AT_MOST) {
                let piece = &word[from..to];
                let known = if piece.len() == 1 { piece == "i" } else { self.exact.contains_key(piece) };
                if known && reached[to].is_none_or(|(fewest, _)| count + 1 < fewest) {
                    reached[to] = Some((count + 1, from));
                }
            }
        }
        let mut cut = Vec::new();
        let mut to = word.len();
        while to > 0 {
            let (_, from) = reached[to]?;
            cut.push(word[from..to].to_owned());
            to = from;
        }
        cut.reverse();
        (cut.len() >= 3).then_some(cut)
    }

    /// A slip away from a word of the lexicon: `paracetomol` is that word, whatever short words it could be cut into.
    fn is_misspelt(&self, word: &str) -> bool {
        let mut near = Vec::new();
        self.guess(word, &mut near);
        self.spellings.contains_key(word) || !near.is_empty()
    }

    /// Every atom that this word may stand for.
    pub(crate) fn atoms_of(&self, word: &str, into: &mut Vec<Atom>) {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            into.extend(&self.numbers);
            // `2` is also `to`, and `4` is `for`.
            self.known(word, into);
            return;
        }
        self.known(word, into);
        let known = self.exact.contains_key(word);
        for form in [latin_twin(word), digits_as_letters(word)].into_iter().flatten() {
            self.known(&form, into);
            self.guess(&form, into);
        }
        if is_drawn_out(word) {
            let squeezed = squeezed(word);
            for whole in self.squeezed.get(&squeezed).into_iter().flatten() {
                self.known(whole, into);
            }
            self.known(&squeezed, into);
        }
        if !known {
            self.guess(word, into);
            self.by_sound(word, into);
        }
    }

    /// `folowd` and `kikin`: words written as they sound, when they sound like a word of the lexicon.
    fn by_sound(&self, word: &str, into: &mut Vec<Atom>) {
        if word.len() > GUESSED_AT_MOST
            || self.never_guess.contains(word)
            || self.spellings.contains_key(word)
        {
            return;
        }
        let Some(alike) = as_it_sounds(word).and_then(|sound| self.sounds.get(&sound)) else { return };
        alike.iter().for_each(|whole| self.known(whole, into));
    }

    fn known(&self, word: &str, into: &mut Vec<Atom>) {
        into.extend(self.exact.get(word).into_iter().flatten());
        if let Some([right]) = self.spellings.get(word).map(Vec::as_slice) {
            into.extend(self.exact.get(right).into_iter().flatten());
            self.by_start(right, into);
        }
        self.by_start(word, into);
    }

    fn by_start(&self, word: &str, into: &mut Vec<Atom>) {
        // What the word starts with stands in the alphabet before it, and from its first letter on.
        let Some(first) = word.as_bytes().first() else { return };
        let from = self.starts.partition_point(|(start, _)| start.as_bytes().first() < Some(first));
        let near = self.starts[from..].iter().take_while(|(start, _)| start.as_str() <= word);
        for (_, atoms) in near.filter(|(start, _)| word.starts_with(start.as_str())) {
            into.extend(atoms);
        }
    }

    fn guess(&self, word: &str, into: &mut Vec<Atom>) {
        let letters = word.chars().count();
        if !(4..=GUESSED_AT_MOST).contains(&letters) || self.never_guess.contains(word) {
            return;
        }
        if self.spellings.contains_key(word) {
            return;
        }
        let cuts = without_letters(word, if letters >= 7 { 2 } else { 1 });
        let mut tried: Vec<&str> = Vec::new();
        for key in cuts.iter().filter_map(|cut| self.near.get(cut)).flatten() {
            if tried.contains(&key.as_str()) {
                continue;
            }
            tried.push(key);
            let slips = slips_between(word, key);
            let same_start = word.chars().next() == key.chars().next();
            if slips <= 1 || (slips <= slips_allowed(key) && same_start) {
                self.known(key, into);
            }
        }
    }
}

/// One slip in a word of five to seven letters, two in a longer one, none in a shorter one: a short word has too
/// many neighbours that mean something else.
fn slips_allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=4 => 0,
        5..=7 => 1,
        _ => 2,
    }
}

/// Marks of the word, and of the word with up to `slips` letters left out. Marks, not words: a long unknown word has
/// dozens of them, and making each would be most of the work. Two words that share a mark are compared in full.
fn without_letters(word: &str, slips: usize) -> Vec<u64> {
    let letters: Vec<char> = word.chars().collect();
    let mark = |out: &[usize]| {
        let kept = letters.iter().enumerate().filter(|(at, _)| !out.contains(at));
        kept.fold(0xcbf2_9ce4_8422_2325_u64, |mark, (_, &letter)| {
            (mark ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let mut out = vec![mark(&[])];
    for first in 0..letters.len() {
        if slips >= 1 {
            out.push(mark(&[first]));
        }
        // Two slips are only forgiven after the right first letter, so the first is never one of the two left out.
        if slips >= 2 && first > 0 {
            out.extend((first + 1..letters.len()).map(|second| mark(&[first, second])));
        }
    }
    out
}

/// Letters added, left out, changed or swapped with a neighbour.
fn slips_between(left: &str, right: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_added_left_out_changed_or_swapped() {
        for (left, right, slips) in [
            ("suicide", "suicide", 0),
            ("sucide", "suicide", 1),
            ("usicide", "suicide", 1),
            ("breathin", "breathing", 1),
        ] {
            assert_eq!(slips_between(left, right), slips, "{left} {right}");
        }
    }
}
