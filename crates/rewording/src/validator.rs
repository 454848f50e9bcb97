//! The nine checks that an answer passes, or is not shown. They are numbered here as in docs/adr, and none of them asks a
//! model: whatever bytes come in, what comes out stands in the pages that were found.
//!
//! A sentence that fails falls; an answer that fails falls whole, and the caller shows the quotation instead. Nothing is
//! ever sent back to be mended.

use crate::{
    Cite, Sentence,
    bears_out::bears_out,
    forbidden::is_forbidden,
    given::{Given, Part},
    text::{Leaning, Token, folded, leaning, sentences, sentences_around, tokens},
};
use regex::Regex;
use serde::Deserialize;
use std::{ops::Range, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// Fewer words than this are not a quote: any page has three words in a row that mean nothing.
const QUOTE_WORDS_MIN: usize = 4;
/// The most letters of a sentence and of a quote, and the most quotes of a sentence.
const SENTENCE_LETTERS_MAX: usize = 320;
const QUOTE_LETTERS_MAX: usize = 700;
const CITES_MAX: usize = 4;

/// A check by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// 1: it is the agreed JSON, not too long, and plain text.
    Shape,
    /// 2: every sentence cites what was given in this turn.
    Cited,
    /// 3: quotes are word for word, and long enough to mean something.
    Verbatim,
    /// 4: numbers, dates, times, amounts, ages, postcodes and names are the page's, in its order, and stand in the quotes.
    Figures,
    /// 5: `not`, `only`, `unless`, `if`, `must`, `should` and `may` are the page's.
    Polarity,
    /// 6: it says what one sentence of the page says, in its words and order but for some easier words, and behind the
    /// same sentence as there, where it speaks of what stands before.
    Overlap,
    /// 7: a second opinion, where a council has one. None comes with the house.
    Entailed,
    /// 8: no contact, no verdict on who is eligible, no dose, no diagnosis, no promise, no feeling.
    Forbidden,
    /// 9: who, when, where or how much was asked, and is still told.
    Facet,
}

impl Check {
    /// All of them, in their order.
    pub const ALL: [Check; 9] = [
        Check::Shape,
        Check::Cited,
        Check::Verbatim,
        Check::Figures,
        Check::Polarity,
        Check::Overlap,
        Check::Entailed,
        Check::Forbidden,
        Check::Facet,
    ];

    /// From 1 to 9.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// As it is counted.
    pub fn key(self) -> &'static str {
        match self {
            Check::Shape => "shape",
            Check::Cited => "cited",
            Check::Verbatim => "verbatim",
            Check::Figures => "figures",
            Check::Polarity => "polarity",
            Check::Overlap => "overlap",
            Check::Entailed => "entailed",
            Check::Forbidden => "forbidden",
            Check::Facet => "facet",
        }
    }
}

/// Check 7: says whether quotes bear a sentence out. A local model of that kind may stand here; it can only drop what the
/// other checks have let through.
pub trait Entailment: Send + Sync {
    /// Whether the quotes bear the sentence out.
    fn is_borne_out(&self, sentence: &str, quotes: &[&str]) -> bool;
}

/// What is left of an answer.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The sentences that may be shown. Empty when the answer fell.
    pub kept: Vec<Sentence>,
    /// The check of each sentence that fell.
    pub dropped: Vec<Check>,
    /// The check over which the whole answer fell.
    pub fell: Option<Check>,
}

impl Judged {
    fn fell(dropped: Vec<Check>, check: Check) -> Judged {
        Judged { kept: Vec::new(), dropped, fell: Some(check) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    sentences: Vec<Said>,
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "it is part of the agreed shape, and the caller says itself what it did not find"
    )]
    unanswered: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    text: String,
    cites: Vec<SaidCite>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidCite {
    chunk: String,
    quote: String,
}

/// What an answer is held against.
pub(crate) struct Limits<'a> {
    pub sentences_max: usize,
    pub entailment: Option<&'a dyn Entailment>,
}

/// Puts an answer through all checks.
pub(crate) fn judge(answer: &str, asked: &str, given: &Given<'_>, limits: &Limits<'_>) -> Judged {
    let Some(said) = read(answer, limits.sentences_max) else {
        return Judged::fell(Vec::new(), Check::Shape);
    };
    // Check 8 comes before those that only drop a sentence: what would have been dropped anyway still tells whom we deal with.
    if said.iter().any(|(text, _)| is_forbidden(text)) {
        return Judged::fell(Vec::new(), Check::Forbidden);
    }
    let mut judged = Judged::default();
    let mut places: Vec<Place<'_>> = Vec::new();
    for (text, cites) in said {
        match look_at(&text, &cites, given, limits.entailment) {
            Ok((_, place)) if !speaks_of_the_same(leaning(&text), place, &places) => {
                judged.dropped.push(Check::Overlap);
            }
            Ok((cites, place)) => {
                judged.kept.push(Sentence { text, cites });
                places.push(place);
            }
            Err(check) => judged.dropped.push(check),
        }
    }
    if !judged.kept.is_empty() && !is_answered(asked, given, &judged.kept) {
        return Judged::fell(judged.dropped, Check::Facet);
    }
    judged
}

/// Where a sentence stands: in which of the chunks, and as which of its sentences.
#[derive(Clone, Copy)]
struct Place<'a> {
    chunk: &'a str,
    at: usize,
}

/// Check 6, last part. 'It' and 'they' speak of what stands before: behind another sentence they speak of something else.
/// The sentences of a page come in its order, for the second step may not come before the first.
fn speaks_of_the_same(leaning: Leaning, place: Place<'_>, shown: &[Place<'_>]) -> bool {
    let is_right_behind =
        shown.last().is_some_and(|last| last.chunk == place.chunk && last.at + 1 == place.at);
    let is_in_order = !shown.iter().any(|other| other.chunk == place.chunk && other.at >= place.at);
    is_right_behind
        || match leaning {
            Leaning::Whole => false,
            Leaning::Partly => shown.is_empty(),
            Leaning::Not => is_in_order,
        }
}

/// Check 1. The texts come out in one spelling of each letter, without the tokens of sources they cite.
fn read(answer: &str, sentences_max: usize) -> Option<Vec<(String, Vec<SaidCite>)>> {
    let answer: Answer = serde_json::from_str(answer).ok()?;
    if answer.sentences.len() > sentences_max {
        return None;
    }
    answer.sentences.into_iter().map(|said| Some((plain(&said.text, &said.cites)?, said.cites))).collect()
}

static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*\{\{src:(\d{1,3})\}\}").expect("a pattern of ours is a pattern"));

/// Plain text of one sentence, or nothing. `{{src:2}}` may stand where the second source is cited; code makes the link,
/// so here it only goes away. Any other token is not ours.
fn plain(text: &str, cites: &[SaidCite]) -> Option<String> {
    let is_cited = |number: &str| cites.iter().any(|cite| cite.chunk.strip_prefix('c') == Some(number));
    if SOURCE.captures_iter(text).any(|found| !is_cited(&found[1])) {
        return None;
    }
    let text = SOURCE.replace_all(text, "");
    // Half-hidden letters would pass what looks for whole words.
    if text.chars().any(|letter| !is_allowed(letter)) {
        return None;
    }
    let text = folded(&text.nfkc().collect::<String>());
    let is_plain = text.chars().all(is_allowed)
        && !text.chars().any(|letter| letter.is_numeric() && !letter.is_ascii_digit())
        && text.chars().any(char::is_alphabetic)
        && text.chars().count() <= SENTENCE_LETTERS_MAX
        && sentences(&text).len() == 1;
    is_plain.then_some(text)
}

fn is_allowed(letter: char) -> bool {
    letter.is_alphanumeric()
        || matches!(
            letter,
            ' ' | '\u{a0}'
                | '.'
                | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | '\''
                | '"'
                | '('
                | ')'
                | '-'
                | '/'
                | '&'
                | '£'
                | '%'
                | '+'
                | '\u{2010}'
                ..='\u{2015}' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{2026}'
        )
}

/// Checks 2 to 7 of one sentence.
fn look_at<'a>(
    text: &str,
    cites: &[SaidCite],
    given: &'a Given<'a>,
    entailment: Option<&dyn Entailment>,
) -> Result<(Vec<Cite>, Place<'a>), Check> {
    let evidence = find_evidence(cites, given)?;
    let quoted: Vec<Token> = evidence.iter().flat_map(|found| tokens(found.quote())).collect();
    let (places, page): (Vec<Place<'a>>, Vec<Vec<Token>>) = evidence
        .iter()
        .flat_map(|found| {
            let around = sentences_around(found.part.text(), &found.place);
            around.into_iter().map(|sentence| {
                (Place { chunk: &found.part.chunk.key, at: sentence.at }, tokens(&sentence.text))
            })
        })
        .unzip();
    let place = places[bears_out(&tokens(text), &quoted, &page)?];
    let quotes: Vec<&str> = evidence.iter().map(Evidence::quote).collect();
    if entailment.is_some_and(|second| !second.is_borne_out(text, &quotes)) {
        return Err(Check::Entailed);
    }
    let cite =
        |found: &Evidence<'_>| Cite { chunk: found.part.chunk.key.clone(), quote: found.quote().to_owned() };
    Ok((evidence.iter().map(cite).collect(), place))
}

/// A quote that was found.
struct Evidence<'a> {
    part: &'a Part<'a>,
    place: Range<usize>,
}

impl Evidence<'_> {
    fn quote(&self) -> &str {
        &self.part.text()[self.place.clone()]
    }
}

/// Checks 2 and 3. One cite that does not hold is enough: a sentence that needs it is not borne out by the others.
fn find_evidence<'a>(cites: &[SaidCite], given: &'a Given<'a>) -> Result<Vec<Evidence<'a>>, Check> {
    if cites.is_empty() || cites.len() > CITES_MAX {
        return Err(Check::Cited);
    }
    let find = |cite: &SaidCite| {
        let part = given.part(&cite.chunk).ok_or(Check::Cited)?;
        let quote = folded(&given.with_contacts(&cite.quote));
        let place = part.find(&quote).ok_or(Check::Verbatim)?;
        let words = tokens(&quote)
            .iter()
            .filter(|token| token.is_figure || !crate::text::is_small(&token.word))
            .count();
        let is_long_enough = words >= QUOTE_WORDS_MIN && quote.chars().count() <= QUOTE_LETTERS_MAX;
        is_long_enough.then_some(Evidence { part, place }).ok_or(Check::Verbatim)
    };
    cites.iter().map(find).collect()
}

static STAND_IN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\w+\]").expect("a pattern of ours is a pattern"));

/// What was asked for.
#[derive(Clone, Copy)]
enum Facet {
    Who,
    When,
    Where,
    HowMuch,
}

/// Check 9. What the found pages tell about who, when, where or how much, when that was asked, must not have been lost on
/// the way. Whom to ring is never in a sentence, so such a question is always answered by the page itself.
fn is_answered(asked: &str, given: &Given<'_>, kept: &[Sentence]) -> bool {
    // What stands in for a number or an address of the person's own asks for nothing.
    let asked = tokens(&STAND_IN.replace_all(asked, " "));
    let has = |words: &[&str]| asked.iter().any(|token| words.contains(&token.word.as_str()));
    let follows = |first: &str, second: &[&str]| {
        asked.windows(2).any(|pair| pair[0].word == first && second.contains(&pair[1].word.as_str()))
    };
    let own = ["my", "our", "his", "her", "their", "insurance", "ni", "nhs"];
    let asks_number =
        asked.windows(2).any(|pair| pair[1].word == "number" && !own.contains(&pair[0].word.as_str()));
    if asks_number || has(&["phone", "telephone", "email", "website", "contact"]) {
        return false;
    }
    let facets = [
        (has(&["who"]), Facet::Who),
        (
            has(&["when", "time", "times", "hours", "opening", "date", "dates", "deadline"])
                || follows("how", &["long", "soon", "often", "old"])
                || follows("what", &["time", "day", "days", "age", "ages"]),
            Facet::When,
        ),
        (has(&["where", "address", "postcode", "venue"]), Facet::Where),
        (
            has(&["cost", "costs", "price", "prices", "pay", "free", "charge", "fee", "fees"])
                || follows("how", &["much", "many"]),
            Facet::HowMuch,
        ),
    ];
    facets.iter().filter(|(is_asked, _)| *is_asked).all(|(_, facet)| {
        let is_known = given.parts.iter().any(|part| tells(&tokens(part.text()), *facet));
        !is_known || kept.iter().any(|sentence| tells(&tokens(&sentence.text), *facet))
    })
}

fn tells(tokens: &[Token], facet: Facet) -> bool {
    let has = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.lemma.as_str()));
    let has_digit = || tokens.iter().any(|token| token.word.contains(|letter: char| letter.is_ascii_digit()));
    match facet {
        Facet::When => tokens.iter().any(|token| token.is_figure),
        Facet::HowMuch => {
            has_digit()
                || has(&["fre", "cost", "charg", "pay", "pric", "fe", "fund"])
                || tokens.iter().any(|token| token.is_figure)
        }
        Facet::Where => has(&[
            "street", "road", "avenu", "lan", "drive", "centr", "hub", "library", "school", "hall", "church",
            "room", "park", "hous", "build", "clinic", "hospital", "nursery", "hom", "onlin",
        ]),
        Facet::Who => {
            tokens.iter().skip(1).any(|token| token.is_capital && token.is_content())
                || has(&[
                    "parent", "carer", "family", "child", "baby", "worker", "team", "visitor", "midwif",
                    "council", "school", "teacher", "doctor", "gp", "nurs", "adult", "person", "peopl",
                    "service", "servic", "staff", "dad", "mum",
                ])
        }
    }
}

#[cfg(test)]
#[path = "validator_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "wording_tests.rs"]
mod wording_tests;

#[cfg(test)]
#[path = "page_tests.rs"]
mod page_tests;
