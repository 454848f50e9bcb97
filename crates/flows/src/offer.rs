//! Which guide somebody's words are about, if that is certain. Precision first: a guide that is offered wrongly stands
//! between a family and what they asked for.

use crate::{
    catalogue::{Flows, Published},
    understand::plain,
};
use safety::{Level, Screened};

/// A guide that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Why, in a few words: what it is about, never what was typed.
    pub why: String,
}

/// More words than this are a story, and a phrase in it may be beside the point.
const WORDS_MAX: usize = 25;

impl Flows {
    /// The one guide that words are about, or nothing when it is not certain.
    pub fn offer(&self, words: &Screened) -> Option<Offer> {
        if words.verdict().level == Level::Red {
            return None;
        }
        if words.verdict().loss {
            return self
                .find_for_loss()
                .map(|published| offer_of(&published, "There is no rush. It asks very little"));
        }
        let typed = plain(words.as_typed());
        let mut found: Vec<(usize, Published)> = self
            .list()
            .iter()
            .filter_map(|published| Some((fit(published, &typed)?, published.clone())))
            .collect();
        found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        match found.as_slice() {
            [(_, only)] => Some(offer_of(only, &only.flow.summary)),
            [(first, best), (second, _), ..] if first > second => Some(offer_of(best, &best.flow.summary)),
            _ => None,
        }
    }
}

fn offer_of(published: &Published, why: &str) -> Offer {
    let flow = &published.flow;
    Offer { slug: flow.slug.clone(), title: flow.title.clone(), why: why.to_owned() }
}

/// How well words fit a guide: the letters of the longest of its phrases that they hold.
fn fit(published: &Published, typed: &str) -> Option<usize> {
    let flow = &published.flow;
    let phrases = flow.also_say.iter().chain([&flow.title]).map(|phrase| plain(phrase));
    phrases.filter(|phrase| holds(typed, phrase)).map(|phrase| phrase.len()).max()
}

fn holds(typed: &str, phrase: &str) -> bool {
    if phrase.is_empty() || typed.is_empty() {
        return false;
    }
    if typed == phrase {
        return true;
    }
    let words = |text: &str| text.split(' ').count();
    // One word of a sentence is not what the sentence is about, unless it is a long one.
    let is_enough = words(phrase) >= 2 || phrase.len() >= 9;
    let turns_it_round = has_not(typed) && !has_not(phrase);
    let within = format!(" {typed} ").contains(&format!(" {phrase} "));
    if within {
        return is_enough && words(typed) <= WORDS_MAX && !turns_it_round;
    }
    // The same words in another order, with little else: 'a dentist that will take us, none'.
    let content: Vec<&str> = phrase.split(' ').filter(|word| carries(word)).collect();
    let typed_words: Vec<&str> = typed.split(' ').collect();
    content.len() >= 3
        && typed_words.len() <= content.len() + 6
        && content.iter().all(|word| typed_words.contains(word))
        && !turns_it_round
}

fn has_not(text: &str) -> bool {
    ["not", "no", "dont", "never", "isnt", "without"]
        .iter()
        .any(|not| text.split(' ').any(|word| word == *not))
}

fn carries(word: &str) -> bool {
    const EMPTY: [&str; 24] = [
        "a", "an", "the", "my", "me", "i", "im", "its", "it", "is", "for", "of", "to", "and", "in", "on",
        "we", "our", "us", "will", "can", "be", "do", "with",
    ];
    !EMPTY.contains(&word)
}
