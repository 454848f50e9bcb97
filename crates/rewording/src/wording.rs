//! Check 6: who does what to whom. A sentence says the words of one sentence of the page, in their order and with the same
//! marks between them, but for a fixed list of easier words for harder ones.
//!
//! Without a reader of grammar nobody can tell which word may go: 'what 16 hours a week pays' without 'pays' is another sum,
//! and 'parents of disabled children' without 'disabled' is everybody. A reason may be a condition. So no word goes but those
//! that say nothing, and the example at the end.
//!
//! To add a pair: only where the one can stand for the other in every sentence, with the same number and tense.

use crate::text::{Operator, Token};
use std::{collections::BTreeSet, sync::LazyLock};

/// What may stand for what. The longer ones come first where one begins another. 'Is required to' is not among them by
/// itself: in 'a form is required to join' nobody says that a form must join.
const EASIER: &[(&str, &str)] = &[
    ("do not have to", "do not need to"),
    ("does not have to", "does not need to"),
    ("you are not required to", "you do not need to"),
    ("you are required to", "you must"),
    ("you have to", "you must"),
    ("they have to", "they must"),
    ("are able to", "can"),
    ("is able to", "can"),
    ("in order to", "to"),
    ("make an application", "apply"),
    ("free of charge", "free"),
    ("prior to", "before"),
    ("additional", "extra"),
    ("anybody", "anyone"),
    ("assistance", "help"),
    ("assist", "help"),
    ("assists", "helps"),
    ("attend", "go to"),
    ("attends", "goes to"),
    ("begin", "start"),
    ("begins", "starts"),
    ("commence", "start"),
    ("commences", "starts"),
    ("discuss", "talk about"),
    ("enquire", "ask"),
    ("ensure", "make sure"),
    ("everybody", "everyone"),
    ("father", "dad"),
    ("fathers", "dads"),
    ("individuals", "people"),
    ("inform", "tell"),
    ("informs", "tells"),
    ("mother", "mum"),
    ("mothers", "mums"),
    ("nobody", "no one"),
    ("obtain", "get"),
    ("obtains", "gets"),
    ("perhaps", "maybe"),
    ("purchase", "buy"),
    ("purchases", "buys"),
    ("receive", "get"),
    ("receives", "gets"),
    ("regarding", "about"),
    ("remain", "stay"),
    ("remains", "stays"),
    ("require", "need"),
    ("requires", "needs"),
    ("reside", "live"),
    ("resides", "lives"),
    ("select", "choose"),
    ("somebody", "someone"),
    ("speak", "talk"),
    ("speaks", "talks"),
    ("sufficient", "enough"),
    ("utilise", "use"),
    ("whilst", "while"),
];

/// What says nothing where it stands.
const FILLERS: [&str; 5] = ["please", "also", "therefore", "kindly", "simply"];

/// Short forms and what they are short for.
const SHORT: &[(&str, &str)] = &[
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("don't", "do not"),
    ("doesn't", "does not"),
    ("isn't", "is not"),
    ("aren't", "are not"),
    ("mustn't", "must not"),
    ("shouldn't", "should not"),
    ("you're", "you are"),
    ("they're", "they are"),
    ("we're", "we are"),
    ("it's", "it is"),
    ("you'll", "you will"),
    ("they'll", "they will"),
    ("we'll", "we will"),
    ("it'll", "it will"),
    ("you've", "you have"),
    ("they've", "they have"),
    ("there's", "there is"),
    ("that's", "that is"),
    ("let's", "let us"),
    ("hasn't", "has not"),
    ("haven't", "have not"),
    ("didn't", "did not"),
    ("wasn't", "was not"),
    ("weren't", "were not"),
    ("couldn't", "could not"),
    ("wouldn't", "would not"),
];

type Pair = (Vec<&'static str>, Vec<&'static str>);

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
    EASIER.iter().map(|(harder, easier)| (words(harder), words(easier))).collect()
});

/// Whether a sentence says what a sentence of a page says, in its words and its order.
pub(crate) fn is_worded_as(said: &[Token], page: &[Token]) -> bool {
    let (ours, theirs) = (words_of(said), words_of(page));
    if ours == theirs {
        return true;
    }
    !ours.is_empty() && theirs.starts_with(&ours) && may_go(page, &theirs[ours.len()..], &ours)
}

/// A word as it is compared. What a word does to its sentence is not: the same words do the same.
#[derive(Clone, Debug)]
struct Word {
    word: String,
    /// A comma or another mark stands before it.
    is_marked: bool,
    /// It is a name, a figure, or turns its sentence, so it may not go.
    weighs: bool,
    turns: Option<Operator>,
}

impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.word == other.word && self.is_marked == other.is_marked
    }
}

fn words_of(tokens: &[Token]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let short = SHORT.iter().find(|(short, _)| *short == token.word).map(|(_, long)| *long);
        for (part, word) in short.unwrap_or(&token.word).split(' ').enumerate() {
            words.push(Word {
                word: word.to_owned(),
                is_marked: part == 0 && at > 0 && token.is_marked,
                weighs: token.is_figure || token.operator.is_some() || (at > 0 && token.is_capital),
                turns: token.operator,
            });
        }
    }
    without_fillers(easier(words, &names(tokens)))
}

/// Words with a capital that does not come from their place. The first word is taken for a name too ('Assist runs a
/// group'), unless what follows shows that it is none: 'Obtain a form'.
fn names(tokens: &[Token]) -> BTreeSet<&str> {
    let shows_none = |next: &Token| {
        matches!(
            next.word.as_str(),
            "a" | "an" | "the" | "this" | "these" | "your" | "their" | "our" | "if" | "to"
        )
    };
    let first_is_none = tokens.get(1).is_none_or(shows_none);
    let capitals = tokens.iter().enumerate().filter(|(_, token)| token.is_capital);
    capitals.filter(|(at, _)| *at > 0 || !first_is_none).map(|(_, token)| token.word.as_str()).collect()
}

/// The easier words stand for the harder ones on both sides. A part of a name stays.
fn easier(words: Vec<Word>, names: &BTreeSet<&str>) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let fits = |harder: &[&str]| {
            rest.len() >= harder.len()
                && harder.iter().zip(rest).all(|(want, word)| *want == word.word)
                && !rest[1..harder.len()].iter().any(|word| word.is_marked)
                && !(harder.len() == 1 && names.contains(harder[0]))
        };
        let Some((harder, easier)) = PAIRS.iter().find(|(harder, _)| fits(harder)) else {
            found.push(rest[0].clone());
            at += 1;
            continue;
        };
        found.extend(easier.iter().enumerate().map(|(place, word)| Word {
            word: (*word).to_owned(),
            is_marked: place == 0 && rest[0].is_marked,
            ..rest[0].clone()
        }));
        at += harder.len();
    }
    found
}

/// 'From 10am to noon' is '10am to noon', whether or not a comma stood there.
fn without_fillers(words: Vec<Word>) -> Vec<Word> {
    let has_digit = |word: &Word| word.word.starts_with(|letter: char| letter.is_ascii_digit());
    let is_span = |at: usize| {
        words.get(at).is_some_and(has_digit) && words.get(at + 1).is_some_and(|next| next.word == "to")
    };
    let mut found: Vec<Word> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        if (word.word == "from" && is_span(at + 1)) || FILLERS.contains(&word.word.as_str()) {
            continue;
        }
        let is_marked = word.is_marked && !found.is_empty() && !is_span(at);
        found.push(Word { is_marked, ..word.clone() });
    }
    found
}

/// Whether the end of a page's sentence may go: it only gives an example, weighs nothing, and nothing before it hangs on
/// a condition or a `not`, which it could belong to.
fn may_go(page: &[Token], end: &[Word], kept: &[Word]) -> bool {
    let is_example = end.len() > 2 && end[0].word == "for" && end[1].word == "example" && end[0].is_marked;
    is_example
        && !end.iter().any(|word| word.weighs)
        && kept.iter().all(|word| matches!(word.turns, None | Some(Operator::Must | Operator::Should)))
        && !page
            .iter()
            .any(|token| matches!(token.word.as_str(), "who" | "which" | "that" | "whose" | "where"))
}
