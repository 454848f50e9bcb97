//! The few things that families ask for, in other languages: 'gorączka' is 'fever'. Only where most of what was typed is
//! no English that we know, and told to the person as what we read, for it is a guess and no translation.

use crate::loss;
use crate::text;
use std::collections::HashMap;
use std::sync::LazyLock;

/// `data/languages.txt`: what a word begins with, and the English words for it.
static LIST: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let mut list = HashMap::new();
    let lines = include_str!("../data/languages.txt").lines();
    for line in lines.map(|line| line.split('#').next().unwrap_or_default()) {
        let Some((left, right)) = line.split_once('=') else { continue };
        for beginning in left.split(',').map(str::trim).filter(|beginning| !beginning.is_empty()) {
            let is_whole = beginning.ends_with('.');
            let folded = text::fold(beginning);
            let more_at_most = if is_whole { 0 } else { letters_more(&folded) };
            list.entry(folded).or_insert(Entry { more_at_most, english: right.trim() });
        }
    }
    list
});

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// So many letters may stand behind the beginning; 0 is the word and nothing behind it.
    more_at_most: usize,
    english: &'static str,
}

/// The fewer letters of ours a beginning has, the more of our own words begin like it: 'zęb' is no zebra, 'fata' not fatal.
fn letters_more(beginning: &str) -> usize {
    match beginning.len() {
        _ if !beginning.is_ascii() => usize::MAX,
        0..=3 => 0,
        4 => 3,
        _ => usize::MAX,
    }
}

/// Arabic writes 'the', 'and' and 'for' as one word with what follows.
const LEADING: &[&str] = &["وال", "بال", "لل", "ال", "و", "ب", "ل"];

/// The plain English words for a folded word of another language.
pub(crate) fn english(word: &str) -> Option<&'static str> {
    let without = LEADING.iter().filter_map(|leading| word.strip_prefix(leading));
    std::iter::once(word).chain(without).find_map(longest_beginning)
}

fn longest_beginning(word: &str) -> Option<&'static str> {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    let beginnings = ends.rev().map(|end| (&word[..end], &word[end..]));
    let mut known = beginnings.filter_map(|(beginning, rest)| Some((LIST.get(beginning)?, rest)));
    known.find(|(entry, rest)| rest.chars().count() <= entry.more_at_most).map(|(entry, _)| entry.english)
}

/// Whether English words read from another language speak of a loss. Grammar is lost in such a reading, so it errs
/// further towards hearing one than the rule for English does.
pub(crate) fn speaks_of_loss(english: &[String]) -> bool {
    let has = |words: &[&str]| english.iter().any(|word| words.contains(&word.as_str()));
    has(&["miscarriage"])
        || has(&["lost", "died"]) && has(&["baby", "child", "pregnant", "birth", "son", "daughter"])
        || loss::speaks_of_loss(&english.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_families_ask_for_is_read_in_their_language() {
        for (word, meant) in [
            ("Gorączkę", "fever illness"),
            ("дитина", "child"),
            ("الأطفال", "child"),
            ("copilului", "child"),
            ("szkole", "school"),
            ("بچے", "child"),
            ("ysgol", "school"),
            ("escuelas", "school"),
        ] {
            assert_eq!(english(&text::fold(word)), Some(meant), "{word}");
        }
        for word in [
            "breastfeedin",
            "worrid",
            "jabz",
            "halp",
            "skool",
            "zebra",
            "disco",
            "asia",
            "avocado",
            "dormouse",
            "bonanza",
            "",
        ] {
            assert_eq!(english(word), None, "{word}");
        }
    }

    #[test]
    fn every_line_of_the_list_can_be_read() {
        for line in include_str!("../data/languages.txt").lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (left, right) = line.split_once('=').expect(line);
            assert!(!right.trim().is_empty() && right.is_ascii(), "{line}");
            for beginning in left.split(',').map(str::trim) {
                let folded = text::fold(beginning);
                assert!(!folded.is_empty() && !folded.contains(' '), "{beginning} in {line}");
                let is_short = folded.chars().count() < 3 && folded.is_ascii();
                assert!(
                    !is_short || beginning.ends_with('.'),
                    "{beginning} would be found in too many words"
                );
            }
        }
    }

    #[test]
    fn a_loss_is_heard_in_another_language() {
        for words in [["lost", "child"], ["miscarriage", "help"], ["child", "died"]] {
            assert!(speaks_of_loss(&words.map(str::to_owned)), "{words:?}");
        }
        assert!(!speaks_of_loss(&["child", "school"].map(str::to_owned)));
    }
}
