//! Checks 4, 5 and 6: whether one sentence of a page bears out what a model made of it.
//!
//! A sentence of the answer stands on one sentence of the page and not on two: what is said of one group and what is
//! said of another are both in the page, and together they can make a lie. It says it in the page's own words and order
//! (`wording.rs`), and most of what it stands on is quoted. Where none does, the checks only tell what was wrong.

use crate::{
    text::{Operator, Token, is_small},
    validator::Check,
    wording::is_worded_as,
};
use std::collections::BTreeSet;

/// So much of what a sentence of a page says stands in the quotes, of a hundred.
const QUOTED_PERCENT: usize = 60;

/// Which of the page's sentences bears it out, or what stood in the way of the one that came closest.
pub(crate) fn bears_out(said: &[Token], quoted: &[Token], page: &[Vec<Token>]) -> Result<usize, Check> {
    match page.iter().position(|sentence| is_worded_as(said, sentence)) {
        Some(at) => is_quoted(&page[at], quoted).map(|()| at),
        None => {
            Err(page.iter().map(|sentence| what_is_wrong(said, sentence)).max().unwrap_or(Check::Figures))
        }
    }
}

/// Each figure and each name is in a quote, and so are most of the other words: who looks at the quotes sees it all.
fn is_quoted(sentence: &[Token], quoted: &[Token]) -> Result<(), Check> {
    let must = sentence.iter().enumerate().filter(|(at, token)| token.is_figure || is_name(*at, token));
    if must.into_iter().any(|(_, token)| !stands_in(token, quoted)) {
        return Err(Check::Figures);
    }
    let content: Vec<&Token> =
        sentence.iter().filter(|token| token.is_content() || token.is_figure).collect();
    let there = content.iter().filter(|token| stands_in(token, quoted)).count();
    let is_enough = there > 0 && there * 100 >= content.len() * QUOTED_PERCENT;
    is_enough.then_some(()).ok_or(Check::Overlap)
}

/// The first word of a sentence has its capital from its place. `Group A` is not `a group`.
fn is_name(at: usize, token: &Token) -> bool {
    let is_common = token.operator.is_some() || (is_small(&token.word) && token.word != "a");
    at > 0 && token.is_capital && !is_common
}

fn stands_in(token: &Token, tokens: &[Token]) -> bool {
    tokens.iter().any(|there| there.lemma == token.lemma)
}

/// The first of the checks that sees why a sentence is not the page's.
fn what_is_wrong(said: &[Token], page: &[Token]) -> Check {
    let (ours, theirs) = (figures(said), figures(page));
    let is_run = ours.is_empty() || theirs.windows(ours.len()).any(|run| run == ours);
    let names_stand =
        said.iter().enumerate().all(|(at, token)| !is_name(at, token) || stands_in(token, page));
    if !is_run || !names_stand {
        return Check::Figures;
    }
    if operators(said) == operators(page) { Check::Overlap } else { Check::Polarity }
}

fn figures(tokens: &[Token]) -> Vec<&str> {
    tokens.iter().filter(|token| token.is_figure).map(|token| token.lemma.as_str()).collect()
}

fn operators(tokens: &[Token]) -> BTreeSet<Operator> {
    tokens.iter().filter_map(|token| token.operator).collect()
}
