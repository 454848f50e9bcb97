//! Checks 4, 5 and 6: whether one sentence of a page bears out what a model made of it.
//!
//! A sentence of the answer stands on one sentence of the page and not on two: what is said of one group and what is
//! said of another are both in the page, and together they can make a lie.

use crate::{
    text::{Operator, Token, is_plain, is_small},
    validator::Check,
};
use std::{collections::BTreeSet, ops::RangeInclusive};

/// So much of what a sentence says stands in its quotes, of a hundred.
const OVERLAP_PERCENT: usize = 60;

/// Looks for a sentence of the page that bears it out, and says what stood in the way of the one that came closest.
pub(crate) fn bears_out(said: &[Token], quoted: &[Vec<Token>], page: &[Vec<Token>]) -> Result<(), Check> {
    names_and_figures_are_quoted(said, quoted).then_some(()).ok_or(Check::Figures)?;
    let mut nearest = Check::Figures;
    for sentence in page {
        match stands_on(said, quoted, sentence) {
            Ok(()) => return Ok(()),
            Err(check) => nearest = nearest.max(check),
        }
    }
    Err(nearest)
}

fn stands_on(said: &[Token], quoted: &[Vec<Token>], page: &[Token]) -> Result<(), Check> {
    let is_there = |token: &Token| page.iter().any(|there| is_same(token, there));
    let names_stand = said.iter().enumerate().all(|(at, token)| !is_name(at, token) || is_there(token));
    (names_stand && figures_stand(said, page)).then_some(()).ok_or(Check::Figures)?;
    polarity_stands(said, page).then_some(()).ok_or(Check::Polarity)?;
    overlaps(said, quoted, page).then_some(()).ok_or(Check::Overlap)
}

/// Check 4, first half: each figure and each name is in a quote.
fn names_and_figures_are_quoted(said: &[Token], quoted: &[Vec<Token>]) -> bool {
    let is_quoted = |token: &Token| quoted.iter().flatten().any(|there| is_same(token, there));
    said.iter().enumerate().all(|(at, token)| !(token.is_figure || is_name(at, token)) || is_quoted(token))
}

/// The first word of a sentence has its capital from its place, so it is a name unless it is known. `Group A` is not `a
/// group`.
fn is_name(at: usize, token: &Token) -> bool {
    let is_common = token.operator.is_some() || (is_small(&token.word) && (at == 0 || token.word != "a"));
    token.is_capital && !is_common && (at > 0 || !is_plain(&token.lemma))
}

fn is_same(token: &Token, there: &Token) -> bool {
    token.lemma == there.lemma
}

/// Check 4, second half: all figures stand together in the page, in the same order with none between, so that Monday's
/// time cannot become Tuesday's; and they count what they count there.
fn figures_stand(said: &[Token], page: &[Token]) -> bool {
    let wanted: Vec<&Token> = said.iter().filter(|token| token.is_figure).collect();
    if wanted.is_empty() {
        return true;
    }
    let there: Vec<usize> = (0..page.len()).filter(|at| page[*at].is_figure).collect();
    let runs = there.windows(wanted.len()).enumerate();
    runs.into_iter().any(|(start, run)| {
        let end = start + run.len();
        let before = start.checked_sub(1).map(|at| there[at]);
        let is_cut = before.is_some_and(|before| are_joined(page, before, run[0]))
            || there.get(end).is_some_and(|after| are_joined(page, run[run.len() - 1], *after));
        let (first, last) = (page[run[0]].clause, page[run[run.len() - 1]].clause);
        let begins = before.is_none_or(|before| page[before].clause != first);
        let ends = there.get(end).is_none_or(|after| page[*after].clause != last);
        run.iter().zip(&wanted).all(|(at, token)| is_same(token, &page[*at]))
            && !is_cut
            // 'Mondays, 10am to noon' may be read as one; 'Monday 10am, Tuesday 2pm' holds no 'Tuesday 10am'.
            && (first == last || (begins && ends))
            && words_belong(said, page, &there, first..=last)
    }) && counted_things_stand(said, page)
}

/// Whether two figures of a page are one: 'within 6 weeks', '10am to noon'. Half of one is another.
fn are_joined(page: &[Token], one: usize, next: usize) -> bool {
    let between = &page[one + 1..next];
    page[one].clause == page[next].clause
        && (between.is_empty() || matches!(between, [word] if word.word == "to" || word.word == "of"))
}

/// Where a page names figures in several places, what the sentence speaks of is not named only beside the other ones.
fn words_belong(said: &[Token], page: &[Token], figures: &[usize], run: RangeInclusive<usize>) -> bool {
    let others: Vec<usize> =
        figures.iter().map(|at| page[*at].clause).filter(|clause| !run.contains(clause)).collect();
    let (Some(first), Some(last)) = (others.iter().min(), others.iter().max()) else { return true };
    let strange = (*first.min(run.start())..=*last.max(run.end())).filter(|clause| !run.contains(clause));
    let strange: Vec<usize> = strange.collect();
    // 'The group meets Monday 10am, Tuesday 2pm': where the place of the figures names nothing itself, it speaks of what
    // stands before all figures.
    let names_nothing = !page.iter().any(|token| run.contains(&token.clause) && token.is_content());
    let is_shared = |at: usize| names_nothing && figures.first().is_some_and(|first| at < *first);
    let names = said.iter().filter(|token| token.is_content() || (token.is_capital && token.word == "a"));
    names.into_iter().all(|token| {
        let mut there = page.iter().enumerate().filter(|(_, there)| is_same(token, there)).peekable();
        there.peek().is_none() || there.any(|(at, there)| !strange.contains(&there.clause) || is_shared(at))
    })
}

/// What stands right behind a figure is what it counts: '6 visits' is not '6 parents'.
fn counted_things_stand(said: &[Token], page: &[Token]) -> bool {
    said.windows(2).filter(|pair| pair[0].is_figure && pair[1].is_content()).all(|pair| {
        page.iter().enumerate().any(|(at, token)| {
            is_same(&pair[0], token) && page[at + 1..].iter().take(3).any(|next| is_same(&pair[1], next))
        })
    })
}

/// Check 5. Each word stands under the same `not`, `only`, `must` ... as in the page, clause by clause; and a condition
/// of the page is not left out. The page is read to the end of its sentence, so that a quote cannot be cut off from its
/// `not`.
fn polarity_stands(said: &[Token], page: &[Token]) -> bool {
    let (said, page) = (clauses_of(said), clauses_of(page));
    let words_stand = said.iter().all(|clause| {
        let is_somewhere =
            clause.operators.is_empty() || page.iter().any(|other| other.operators == clause.operators);
        is_somewhere
            && clause.lemmas.iter().all(|lemma| {
                let mut there = page.iter().filter(|other| other.lemmas.contains(lemma)).peekable();
                there.peek().is_none() || there.any(|other| other.operators == clause.operators)
            })
    });
    words_stand && conditions(&said) == conditions(&page)
}

fn conditions(clauses: &[Clause<'_>]) -> BTreeSet<Operator> {
    let all = clauses.iter().flat_map(|clause| clause.operators.iter().copied());
    all.filter(|one| matches!(one, Operator::Only | Operator::Unless | Operator::If | Operator::But))
        .collect()
}

/// The words of a clause and what is done to them. A figure is a word here too: 'not on Mondays'.
struct Clause<'a> {
    lemmas: BTreeSet<&'a str>,
    operators: BTreeSet<Operator>,
}

fn clauses_of(tokens: &[Token]) -> Vec<Clause<'_>> {
    let clauses = tokens.chunk_by(|one, next| one.clause == next.clause);
    clauses
        .map(|clause| Clause {
            lemmas: clause
                .iter()
                .filter(|token| token.is_figure || token.is_content())
                .map(|token| token.lemma.as_str())
                .collect(),
            operators: clause.iter().filter_map(|token| token.operator).collect(),
        })
        .collect()
}

/// Check 6. What is quoted and stands in this sentence of the page counts; what is neither may only be plain.
fn overlaps(said: &[Token], quoted: &[Vec<Token>], page: &[Token]) -> bool {
    let content: Vec<&Token> = said.iter().filter(|token| token.is_content() || token.is_figure).collect();
    let is_there = |token: &Token| {
        quoted.iter().flatten().any(|there| is_same(token, there))
            && page.iter().any(|there| is_same(token, there))
    };
    let there = content.iter().filter(|token| is_there(token)).count();
    let new_are_plain = content
        .iter()
        .filter(|token| !is_there(token))
        .all(|token| !token.is_figure && is_plain(&token.lemma));
    there > 0 && there * 100 >= content.len() * OVERLAP_PERCENT && new_are_plain
}
