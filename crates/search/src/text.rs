//! From what a person typed to words that can be compared: no case, accents, apostrophes or hyphens.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer 'words' are noise or an attack; their beginning is enough.
const WORD_LETTERS_MAX: usize = 40;

/// The words of a text, folded, in order.
pub fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_word(text, |word, _| out.push(word.to_owned()));
    out
}

/// Calls `take` with each folded word. The second argument is true when the word is a hyphenated pair written as
/// one ('dropin' from 'drop-in'), which is given after its parts so that either way of typing finds it.
pub fn each_word(text: &str, mut take: impl FnMut(&str, bool)) {
    let mut word = String::new();
    let mut previous = String::new();
    let mut hyphen_before = false;
    let mut finish = |word: &mut String, ends_with_hyphen: bool, previous: &mut String, before: &mut bool| {
        if !word.is_empty() {
            take(word, false);
            let letters_only = |w: &str| w.bytes().all(|b| b.is_ascii_alphabetic());
            if *before && !previous.is_empty() && letters_only(previous) && letters_only(word) {
                previous.push_str(word);
                take(previous, true);
            }
            std::mem::swap(previous, word);
            word.clear();
        }
        *before = ends_with_hyphen;
    };
    for c in text.chars() {
        match fold_char(c) {
            Folded::Nothing => {}
            Folded::Letter(letter) if word.len() < WORD_LETTERS_MAX => word.push(letter),
            Folded::Letter(_) => {}
            Folded::Gap => {
                let hyphen = matches!(c, '-' | '\u{2010}' | '\u{2011}');
                finish(&mut word, hyphen, &mut previous, &mut hyphen_before);
            }
            Folded::Several => {
                for part in c.nfkd().flat_map(char::to_lowercase) {
                    // Marks first: those of Arabic count as letters too.
                    if is_combining_mark(part) {
                        continue;
                    }
                    if part.is_alphanumeric() {
                        if word.len() < WORD_LETTERS_MAX {
                            word.push(part);
                        }
                    } else {
                        finish(&mut word, false, &mut previous, &mut hyphen_before);
                    }
                }
            }
        }
    }
    finish(&mut word, false, &mut previous, &mut hyphen_before);
}

enum Folded {
    Letter(char),
    Several,
    Nothing,
    Gap,
}

fn fold_char(c: char) -> Folded {
    if c.is_ascii_alphanumeric() {
        return Folded::Letter(c.to_ascii_lowercase());
    }
    match c {
        '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{00b4}' | '\u{00ad}' | '\u{200d}' => {
            Folded::Nothing
        }
        _ if c.is_ascii() => Folded::Gap,
        _ if is_combining_mark(c) => Folded::Nothing,
        _ => Folded::Several,
    }
}

/// The folded text with single spaces: for comparing whole phrases.
pub fn fold(text: &str) -> String {
    words(text).join(" ")
}

/// What is left of a folded word without its plainest endings. Light on purpose: it must bring 'latching' to
/// 'latch' and 'nappies' to 'nappy', and must not bring 'universal' to 'university'.
pub fn stem(word: &str) -> String {
    if word.len() <= 3 || !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    if KEPT_WHOLE.contains(&word) {
        return word.to_owned();
    }
    if word.ends_with("children") {
        return word[..word.len() - 3].to_owned();
    }
    let singular = without_plural(word);
    let base = without_ending(&singular);
    let has_final_e = base.len() >= 4 && base.ends_with('e') && !base.ends_with("ee");
    if has_final_e { base[..base.len() - 1].to_owned() } else { base }
}

/// Words that only look as if they had an ending.
const KEPT_WHOLE: &[&str] = &[
    "evening",
    "morning",
    "nothing",
    "something",
    "anything",
    "everything",
    "during",
    "thing",
    "things",
    "bus",
    "gas",
    "always",
    "perhaps",
    "news",
    "this",
    "does",
    "was",
    "has",
    "his",
    "yes",
    "red",
    "hundred",
    "wing",
];

fn without_plural(word: &str) -> String {
    let cut = |n: usize| &word[..word.len() - n];
    if word.ends_with("ies") && word.len() > 4 {
        return format!("{}y", cut(3));
    }
    if ["sses", "ches", "shes", "xes", "zes"].iter().any(|end| word.ends_with(end)) {
        return cut(2).to_owned();
    }
    let plural = word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    if plural { cut(1).to_owned() } else { word.to_owned() }
}

fn without_ending(word: &str) -> String {
    if word.ends_with("ied") && word.len() > 4 {
        return format!("{}y", &word[..word.len() - 3]);
    }
    let cut = if word.ends_with("ing") {
        3
    } else if word.ends_with("ed") && !word.ends_with("eed") {
        2
    } else {
        return word.to_owned();
    };
    let base = &word[..word.len() - cut];
    let has_vowel = base.bytes().any(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'));
    if base.len() < 3 || !has_vowel {
        return word.to_owned();
    }
    let bytes = base.as_bytes();
    let last = bytes[bytes.len() - 1];
    let doubled = bytes[bytes.len() - 2] == last && !matches!(last, b'l' | b's' | b'z' | b'f' | b'e' | b'o');
    if doubled { base[..base.len() - 1].to_owned() } else { base.to_owned() }
}

/// How much a word says about what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Grammar: counts only when there is nothing else at all.
    Little,
    /// What people say round the thing ('please help me'), and whose child it is ('my son'): counts only when nothing else
    /// is found.
    Chat,
    /// The thing itself.
    Much,
}

/// Whether a word tells what is looked for, and is no grammar or small talk.
pub fn tells(word: &str) -> bool {
    says(word) == Says::Much
}

/// Sorts a folded word.
pub fn says(word: &str) -> Says {
    if LITTLE.binary_search(&word).is_ok() {
        Says::Little
    } else if CHAT.binary_search(&word).is_ok() || is_a_small_number(word) {
        Says::Chat
    } else {
        Says::Much
    }
}

/// '2', '14', '2nd': how old, how many, how long. '111' and '999' are somebody to ring.
fn is_a_small_number(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && matches!(&word[digits..], "" | "st" | "nd" | "rd" | "th" | "am" | "pm")
}

/// Both lists, for the spelling dictionary: 'hlep' is 'help', not 'heap'.
pub(crate) fn plain_words() -> impl Iterator<Item = &'static str> {
    LITTLE.iter().chain(CHAT).copied()
}

const LITTLE: &[&str] = &[
    "a",
    "about",
    "after",
    "again",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "arent",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "cannot",
    "cant",
    "could",
    "couldnt",
    "did",
    "didnt",
    "do",
    "does",
    "doesnt",
    "doing",
    "dont",
    "every",
    "for",
    "from",
    "had",
    "hadnt",
    "has",
    "hasnt",
    "have",
    "havent",
    "having",
    "he",
    "hed",
    "her",
    "here",
    "hers",
    "herself",
    "hes",
    "him",
    "himself",
    "his",
    "how",
    "i",
    "id",
    "if",
    "im",
    "in",
    "into",
    "is",
    "isnt",
    "it",
    "itll",
    "its",
    "ive",
    "just",
    "may",
    "me",
    "might",
    "must",
    "my",
    "myself",
    "n",
    "no",
    "not",
    "of",
    "off",
    "on",
    "onto",
    "or",
    "our",
    "ourselves",
    "out",
    "over",
    "r",
    "s",
    "shall",
    "she",
    "shes",
    "should",
    "shouldnt",
    "so",
    "some",
    "such",
    "t",
    "than",
    "that",
    "thats",
    "the",
    "their",
    "them",
    "themselves",
    "then",
    "there",
    "theres",
    "these",
    "they",
    "theyll",
    "theyre",
    "theyve",
    "this",
    "those",
    "to",
    "too",
    "u",
    "until",
    "upon",
    "ur",
    "us",
    "very",
    "was",
    "wasnt",
    "we",
    "were",
    "werent",
    "weve",
    "what",
    "whats",
    "when",
    "where",
    "wheres",
    "whether",
    "which",
    "while",
    "who",
    "whos",
    "why",
    "will",
    "with",
    "wont",
    "would",
    "wouldnt",
    "you",
    "your",
    "youre",
    "yourself",
    "youve",
];

const CHAT: &[&str] = &[
    "able",
    "actually",
    "advice",
    "ago",
    "along",
    "already",
    "another",
    "anybody",
    "anyhow",
    "anyone",
    "anything",
    "anywhere",
    "around",
    "ask",
    "asked",
    "asking",
    "available",
    "away",
    "back",
    "bit",
    "both",
    "bring",
    "called",
    "came",
    "come",
    "daughter",
    "daughters",
    "day",
    "days",
    "done",
    "down",
    "each",
    "eight",
    "else",
    "end",
    "ends",
    "even",
    "ever",
    "everybody",
    "everyone",
    "everything",
    "few",
    "find",
    "first",
    "five",
    "four",
    "get",
    "getting",
    "give",
    "go",
    "going",
    "gonna",
    "good",
    "got",
    "half",
    "hello",
    "help",
    "helping",
    "hi",
    "hour",
    "hours",
    "idea",
    "keep",
    "keeps",
    "kind",
    "know",
    "last",
    "left",
    "let",
    "like",
    "little",
    "loads",
    "long",
    "look",
    "looking",
    "lot",
    "made",
    "make",
    "many",
    "maybe",
    "mean",
    "month",
    "months",
    "more",
    "much",
    "near",
    "nearest",
    "need",
    "needs",
    "never",
    "new",
    "next",
    "nine",
    "nobody",
    "nothing",
    "now",
    "often",
    "ok",
    "old",
    "one",
    "other",
    "own",
    "people",
    "place",
    "places",
    "please",
    "pls",
    "plz",
    "pm",
    "problem",
    "problems",
    "put",
    "question",
    "really",
    "right",
    "row",
    "rung",
    "said",
    "same",
    "say",
    "says",
    "second",
    "see",
    "seems",
    "service",
    "services",
    "seven",
    "side",
    "six",
    "somebody",
    "someone",
    "something",
    "somewhere",
    "son",
    "sons",
    "soon",
    "sort",
    "started",
    "still",
    "stuff",
    "support",
    "supposed",
    "sure",
    "take",
    "tell",
    "ten",
    "thank",
    "thanks",
    "thing",
    "things",
    "think",
    "though",
    "three",
    "time",
    "times",
    "today",
    "told",
    "took",
    "try",
    "trying",
    "two",
    "use",
    "used",
    "usually",
    "want",
    "wants",
    "way",
    "week",
    "weeks",
    "well",
    "went",
    "whole",
    "without",
    "wonder",
    "wondering",
    "worse",
    "wrong",
    "year",
    "years",
    "yes",
    "yet",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_apostrophes_and_hyphens_never_matter() {
        for (typed, folded) in [
            ("Won\u{2019}t LATCH", "wont latch"),
            ("Café", "cafe"),
            ("co-sleeping", "co sleeping cosleeping"),
            ("0-19", "0 19"),
            ("Mum & Dad/Gran", "mum dad gran"),
            ("ﬁne", "fine"),
            ("👶🏽 help", "help"),
            ("", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
        }
    }

    #[test]
    fn endings_fall_away_lightly() {
        for family in [
            &["latch", "latching", "latched", "latches"][..],
            &["baby", "babies"],
            &["hit", "hits", "hitting"],
            &["bite", "bites", "biting"],
            &["bully", "bullied", "bullies", "bullying"],
            &["nappy", "nappies"],
            &["class", "classes"],
            &["feed", "feeding", "feeds"],
            &["make", "making", "makes"],
            &["house", "housing", "houses"],
            &["grandchild", "grandchildren"],
        ] {
            let first = stem(family[0]);
            for word in family {
                assert_eq!(stem(word), first, "{word}");
            }
        }
        assert_ne!(stem("universal"), stem("university"));
        assert_ne!(stem("evening"), stem("even"));
        assert_eq!(stem("bus"), "bus");
    }

    #[test]
    fn the_lists_of_plain_words_are_in_order() {
        assert!(LITTLE.is_sorted() && CHAT.is_sorted());
        assert_eq!(says("my"), Says::Little);
        assert_eq!(says("please"), Says::Chat);
        assert_eq!(says("daughter"), Says::Chat, "whose child it is brings nothing up");
        assert_eq!(says("latch"), Says::Much);
    }
}
