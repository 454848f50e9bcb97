//! The words of a question that tell something, and which sentences of a source hold most of them.

use crate::{
    hurting,
    passages::{Part, Passages, Piece, Quotable, Quote, stems},
    small_words::is_well,
    together::{says_together, units},
    wanted::{Asks, asks, wants},
    whether_safe,
};
use meaning::{Table, Vector};
use search::{AgeAsked, How, Match, PartFilter};
use std::collections::HashSet;

pub(crate) use crate::{
    small_words::{is_small, is_whose_child},
    wanted::Wants,
};

/// A question's words, each with every form in which a source may have it.
#[derive(Clone, Debug, Default)]
pub struct AskedWords {
    terms: Vec<Term>,
    /// Every word, small ones too, in every form: headings are questions of small words.
    all: HashSet<String>,
    /// What the whole of it means.
    meant: Option<Vector>,
    wants: Wants,
    asks: Asks,
    /// What a child of the age that was told is called, in every form.
    stage: HashSet<String>,
    /// Whether something is safe for a child, with every word of it.
    whether_safe: Option<Vec<String>>,
    /// It is the own child who hurts another.
    own_child_hurts: bool,
    /// Words that mean something only together: 'morning after pill'.
    only_together: HashSet<String>,
}

#[derive(Clone, Debug)]
struct Term {
    typed: String,
    forms: HashSet<String>,
    rarity: f32,
}

impl Term {
    fn is_in(&self, stems: &HashSet<String>) -> bool {
        self.forms.iter().any(|form| stems.contains(form))
    }
}

/// A title that holds this much of a question asks it.
const ASKED_BY_TITLE: f32 = 0.85;
/// What counts how much for a part: that its words hold the question, that its heading does or asks the very same,
const HELD: f32 = 0.6;
const HEADING_HOLDS: f32 = 1.2;
const ASKED_BY_HEADING: f32 = 1.0;
/// that the index, which knows families' words and their slips, found its words there,
const FOUND_THERE: f32 = 0.2;
/// that it is near in meaning, nearer than the others of its page,
const NEAR_IN_MEANING: f32 = 0.4;
const NEARER_IN_MEANING: f32 = 1.2;
/// and where it stands. These weights were found on the questions of the measured set, each rounded to where a little
/// more or less changes nothing.
const STANDS_FIRST: f32 = 0.2;
const TELLS_WHEN: f32 = 0.6;
const OF_THAT_AGE: f32 = 0.8;
const FIRST_ANSWERS: f32 = 0.25;
const FIRST_SAYS_LITTLE: f32 = -0.5;

/// How many sentences a quotation has at most, and how many points of a list.
const SENTENCES_MAX: usize = 3;
const POINTS_MAX: usize = 7;

impl AskedWords {
    /// The words of a question, with what the index read them as.
    pub fn of<'m>(text: &str, matched: impl Iterator<Item = &'m Match>, passages: &Passages) -> AskedWords {
        let words = search::words(text);
        let mut terms: Vec<Term> = Vec::new();
        let tells = |at: usize, word: &str| {
            let says_well = word == "fine" && is_well(&words, at);
            !says_well && !is_small(word) && !is_whose_child(word)
        };
        let telling = words.iter().enumerate().filter(|(at, word)| tells(*at, word)).map(|(_, word)| word);
        for word in telling.take(40) {
            let stem = search::stem(word);
            if terms.iter().any(|term| term.forms.contains(&stem)) {
                continue;
            }
            let rarity = passages.rarity(&stem);
            terms.push(Term { typed: word.clone(), forms: HashSet::from([stem]), rarity });
        }
        let mut only_together: HashSet<String> = HashSet::new();
        for one in matched {
            if one.how == How::Synonym && one.typed.contains(' ') {
                only_together.extend(one.typed.split(' ').map(str::to_owned));
            }
            let stems: HashSet<String> =
                search::words(&one.found).into_iter().map(|word| search::stem(&word)).collect();
            // Of several words that mean one thing, none means it alone.
            let Some(term) = terms.iter_mut().find(|term| term.typed == one.typed) else { continue };
            term.forms.extend(stems);
            // A word that means another, or was meant to be another, is as rare as that.
            term.rarity = term.forms.iter().map(|form| passages.rarity(form)).fold(term.rarity, f32::min);
        }
        let mut all: HashSet<String> = words.iter().map(|word| search::stem(word)).collect();
        all.extend(terms.iter().flat_map(|term| term.forms.iter().cloned()));
        let meant = Table::builtin().vector(text);
        let (wants, asks) = (wants(&words), asks(&words));
        let own_child_hurts = hurting::own_child_hurts(&words);
        let (stage, whether_safe) = (HashSet::new(), None);
        AskedWords { terms, all, meant, wants, asks, stage, whether_safe, own_child_hurts, only_together }
    }

    /// The same, of a question that was typed like this: what was understood of it as an age is still said in it.
    pub fn typed_as(mut self, typed: &str) -> AskedWords {
        let words = search::words(typed);
        self.whether_safe = whether_safe::is_asked(&words).then_some(words);
        self
    }

    /// The same, of a child of this age: a heading may call them by it.
    pub fn of_age(mut self, parts: &[search::Part]) -> AskedWords {
        let ages = parts.iter().find_map(|part| match part.filter {
            PartFilter::Age(AgeAsked::Months(months)) => Some((months, months)),
            PartFilter::Age(AgeAsked::Band { from_months, until_months }) => {
                Some((from_months, until_months.saturating_sub(1)))
            }
            _ => None,
        });
        self.stage = match ages {
            Some((from, until)) if from >= 13 * 12 && until < 20 * 12 => stems("teenager teenagers teen"),
            Some((from, until)) if from >= 12 && until < 48 => stems("toddler toddlers"),
            _ => HashSet::new(),
        };
        self
    }

    /// Whether it is asked if something is safe for a child.
    pub fn asks_whether_safe(&self) -> bool {
        self.whether_safe.is_some()
    }

    /// The words of such a question that say what is asked.
    fn deciding(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| !whether_safe::is_beside(&term.typed))
    }

    fn is_said_in(term: &Term, stems: &HashSet<String>) -> bool {
        let other = whether_safe::answered_as(&term.typed);
        term.is_in(stems) || other.into_iter().any(|word| stems.contains(&search::stem(word)))
    }

    /// How many of the words that say what is asked stand anywhere on a page.
    pub fn deciding_on(&self, of: &Quotable) -> usize {
        let is_there =
            |term: &&Term| term.is_in(&of.title_stems) || of.parts.iter().any(|part| part.has(&term.forms));
        self.deciding().filter(is_there).count()
    }

    /// Whether it is asked if something is safe in a pregnancy.
    pub fn is_of_a_pregnancy(&self) -> bool {
        let words = self.whether_safe.as_deref().unwrap_or_default();
        words.iter().any(|word| word.starts_with("pregnan"))
    }

    /// Whether words may stand as the answer. Whether something is safe is answered only by words that speak of all that
    /// is asked, the thing and what is done with it, and of both in one breath.
    pub fn is_answered_by(&self, of: &Quotable, quote: &Quote) -> bool {
        let Some(typed) = &self.whether_safe else { return true };
        let named = stems(&format!("{} {}", quote.heading, of.title));
        let says_it = |unit: &String| {
            let own = stems(unit);
            let mut decides = false;
            let all = self.deciding().all(|term| {
                let in_text = Self::is_said_in(term, &own);
                decides |= in_text && !term.is_in(&of.title_stems);
                in_text || Self::is_said_in(term, &named)
            });
            all && decides
        };
        units(quote).iter().any(says_it)
            && whether_safe::speaks_of_the_act(
                typed,
                &format!("{} {} {}", quote.text(), quote.heading, of.title),
            )
    }

    /// Whether what a quotation has of the question stands together, and is more than one wide word of many: 'drink' of
    /// one point and 'night' of another say nothing about drinking every night.
    pub fn is_said_together_in(&self, of: &Quotable, quote: &Quote) -> bool {
        let forms: Vec<&HashSet<String>> = self.terms.iter().map(|term| &term.forms).collect();
        let named = stems(&format!("{} {}", quote.heading, of.title));
        says_together(&forms, &named, &units(quote))
    }

    fn is_half_a_phrase(&self, is_there: impl Fn(&Term) -> bool) -> bool {
        let is_of_it = |term: &&Term| self.only_together.contains(&term.typed);
        let (of_it, others): (Vec<&Term>, Vec<&Term>) = self.terms.iter().partition(is_of_it);
        let there = of_it.iter().filter(|term| is_there(term)).count();
        there > 0 && there < of_it.len() && !others.into_iter().any(is_there)
    }

    /// How much of what a name says is in the question.
    pub fn share_said_of(&self, name: &str) -> f32 {
        let words = search::words(name);
        let telling: Vec<&String> =
            words.iter().filter(|word| !is_small(word) && !is_whose_child(word)).collect();
        let is_said = |word: &&&String| {
            let stem = search::stem(word);
            self.terms.iter().any(|term| term.forms.contains(&stem))
        };
        if telling.is_empty() {
            0.0
        } else {
            telling.iter().filter(is_said).count() as f32 / telling.len() as f32
        }
    }

    /// What kind of answer is looked for.
    pub fn wants(&self) -> Wants {
        self.wants
    }

    /// How many words tell something.
    pub fn telling(&self) -> usize {
        self.terms.len()
    }

    /// Whether every word that tells something is of this sort.
    pub fn all_typed(&self, is: impl Fn(&str) -> bool) -> bool {
        self.terms.iter().all(|term| is(&term.typed))
    }

    /// What share of the question these matches answer, rare words counting most.
    pub fn answered_by(&self, matched: &[Match]) -> f32 {
        // What was typed together may have been found together: 'wont latch'.
        let held: HashSet<&str> = matched.iter().flat_map(|one| one.typed.split(' ')).collect();
        self.share(|term| held.contains(term.typed.as_str()))
    }

    fn covered(&self, stems: &HashSet<String>) -> f32 {
        self.share(|term| term.is_in(stems))
    }

    fn share(&self, is_covered: impl Fn(&Term) -> bool) -> f32 {
        self.share_of(|term| if is_covered(term) { 1.0 } else { 0.0 })
    }

    fn share_of(&self, weight: impl Fn(&Term) -> f32) -> f32 {
        let all: f32 = self.terms.iter().map(|term| term.rarity).sum();
        if all <= 0.0 {
            return 0.0;
        }
        self.terms.iter().map(|term| weight(term) * term.rarity).sum::<f32>() / all
    }

    /// How much of the question a source and these words of it hold together.
    pub fn held_by(&self, of: &Quotable, quote: &Quote) -> f32 {
        let words = stems(&[quote.text().as_str(), &quote.heading].join(" "));
        self.share(|term| term.is_in(&words) || term.is_in(&of.title_stems))
    }

    /// How much of the question a name holds.
    pub fn named_by(&self, name: &str) -> f32 {
        self.covered(&stems(name))
    }

    /// Whether a name says these words and nothing else.
    pub fn is_all_of(&self, name: &str) -> bool {
        let mut words = search::words(name).into_iter().filter(|word| !is_small(word)).peekable();
        words.peek().is_some()
            && words.all(|word| self.terms.iter().any(|term| term.forms.contains(&search::stem(&word))))
    }

    /// Whether a part's heading asks the same: all of its words are in the question, or nearly all.
    fn asked_by(&self, part: &Part) -> f32 {
        const ASKING: &[&str] = &[
            "what", "how", "who", "when", "where", "will", "do", "is", "can", "could", "am", "are", "which",
        ];
        let words = search::words(&part.heading);
        let is_question = words.first().is_some_and(|first| ASKING.contains(&first.as_str()));
        let tells = words.iter().any(|word| !is_small(word) && self.all.contains(&search::stem(word)));
        if words.len() < 2 || !(is_question && words.len() > 2 || tells) {
            return 0.0;
        }
        let held = words.iter().filter(|word| self.all.contains(&search::stem(word))).count();
        match held as f32 / words.len() as f32 {
            all if all >= 1.0 => 1.0,
            most if most >= 0.75 => 0.5,
            _ => 0.0,
        }
    }

    fn closeness(&self, part: &Part) -> Option<f32> {
        Some(self.meant.as_ref()?.closeness(part.meant.as_ref()?))
    }

    fn mean_closeness(&self, of: &Quotable) -> f32 {
        let all: Vec<f32> = of.parts.iter().filter_map(|part| self.closeness(part)).collect();
        if all.is_empty() { 0.0 } else { all.iter().sum::<f32>() / all.len() as f32 }
    }

    /// What kind of words suits what is wanted.
    fn suits(&self, pieces: &[Piece]) -> f32 {
        let figures = pieces.iter().any(|piece| piece.text.contains(|c: char| c.is_ascii_digit()));
        let says_who = ["must ", "If you get ", "you may get ", "who get "];
        let criteria = pieces.iter().any(|piece| says_who.iter().any(|words| piece.text.contains(words)));
        let says =
            |what: &[&str]| pieces.iter().any(|piece| what.iter().any(|word| piece.text.contains(word)));
        match self.asks {
            Asks::Time if figures && says(&[" day", " week", " month", " year", " hour"]) => return 0.25,
            Asks::Money if says(&["£", "free", "cost", "pay"]) => return 0.15,
            _ => {}
        }
        match self.wants {
            Wants::Criteria if criteria => 0.5,
            Wants::Field | Wants::Criteria if figures => 0.12,
            Wants::Steps if pieces.iter().any(|piece| piece.is_point) => 0.08,
            _ => 0.0,
        }
    }

    /// The sentences of a source that hold most of the question: one to three that stand together, the line before a
    /// list with its points, or a small table.
    pub fn best_quote(&self, of: &Quotable) -> Option<BestQuote> {
        self.best_quote_near(of, "")
    }

    /// The same, where the index says which part of it has the words.
    pub fn best_quote_near(&self, of: &Quotable, found_in: &str) -> Option<BestQuote> {
        let title = self.covered(&of.title_stems);
        let beside_title = self
            .share(|term| !term.is_in(&of.title_stems) && of.parts.iter().any(|part| part.has(&term.forms)));
        let mean = self.mean_closeness(of);
        // A question that the title asks, and nothing beside it, is answered by what stands first. Any other is answered
        // further down: what stands first says a little of everything.
        let asked_below = of.parts.iter().any(|part| self.asked_by(part) >= 1.0);
        let is_asked_by_title = title >= ASKED_BY_TITLE && beside_title < 0.2 && !asked_below;
        let mut best: Option<(f32, usize, Window)> = None;
        let may_be_said = |part: &Part| self.own_child_hurts || !hurting::is_of_ones_own_child(&part.heading);
        for (number, part) in of.parts.iter().enumerate().filter(|(_, part)| may_be_said(part)) {
            let Some(window) = self.best_window(of, number, part) else { continue };
            let heading =
                self.share_of(|term| match (term.is_in(&part.heading_stems), term.is_in(&of.title_stems)) {
                    (false, _) => 0.0,
                    (true, true) => 0.3,
                    (true, false) => 1.0,
                });
            let closeness = self.closeness(part).unwrap_or(mean);
            let opening = match (number, is_asked_by_title) {
                (0, true) => FIRST_ANSWERS,
                (0, false) if of.parts.len() > 1 => FIRST_SAYS_LITTLE,
                _ => 0.0,
            };
            let fit = HELD * window.held + window.suits - window.untidy
                + HEADING_HOLDS * heading
                + ASKED_BY_HEADING * self.asked_by(part)
                + if !found_in.is_empty() && part.anchor == found_in { FOUND_THERE } else { 0.0 }
                + NEARER_IN_MEANING * (closeness - mean)
                + NEAR_IN_MEANING * closeness
                + if window.first == 0 { STANDS_FIRST } else { 0.0 }
                + if self.asks == Asks::Time && part.tells_when() { TELLS_WHEN } else { 0.0 }
                + if part.names_any(&self.stage) { OF_THAT_AGE } else { 0.0 }
                + opening;
            if best.as_ref().is_none_or(|(most, ..)| fit > *most) {
                best = Some((fit, number, window));
            }
        }
        let (fit, number, window) = best?;
        let part = of.parts.get(number)?;
        let (first, last) = part.whole(window.first, window.last);
        let is_there = |term: &&Term| term.is_in(&of.title_stems) || part.has(&term.forms);
        Some(BestQuote {
            quote: of.quote(number, first, last)?,
            is_short: part.is_short(first, last),
            fit,
            own: window.score() + 0.3 * title,
            held_there: self.share(|term| term.is_in(&of.title_stems) || part.has(&term.forms)),
            terms_there: self.terms.iter().filter(is_there).count(),
            is_half_a_phrase: self.is_half_a_phrase(|term| is_there(&term)),
        })
    }

    /// Of one part the sentences, the list or the table that hold most.
    fn best_window(&self, of: &Quotable, number: usize, part: &Part) -> Option<Window> {
        let may_stand = |(first, last): &(usize, usize)| {
            let (first, last) = part.whole(*first, *last);
            part.is_contiguous(first, last)
                && !part.is_past(first, last)
                && of.quote(number, first, last).is_some_and(|quote| self.is_answered_by(of, &quote))
        };
        let window = |(first, last): (usize, usize)| {
            let pieces = &part.pieces[first..=last];
            let stems: HashSet<&String> = pieces.iter().flat_map(|piece| &piece.stems).collect();
            // What the title says already tells little about which of its sentences is meant.
            let held = self.share_of(|term| {
                let weight = if term.is_in(&of.title_stems) { 0.4 } else { 1.0 };
                if term.forms.iter().any(|form| stems.contains(form)) { weight } else { 0.0 }
            });
            Window { first, last, held, suits: self.suits(pieces), untidy: untidy(part, pieces) }
        };
        // Of two that are as good, the first.
        windows(part)
            .into_iter()
            .filter(may_stand)
            .map(window)
            .reduce(|best, other| if other.score() > best.score() { other } else { best })
    }

    /// The parts of all pages that are nearest to the question in meaning, as their addresses.
    pub fn nearest_parts(&self, passages: &Passages, most: usize) -> Vec<String> {
        let mut parts: Vec<(f32, &Quotable, &Part)> = passages
            .pages()
            .flat_map(|page| page.parts.iter().map(move |part| (page, part)))
            .filter_map(|(page, part)| Some((self.closeness(part)?, page, part)))
            .collect();
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        parts.into_iter().take(most).map(|(_, page, part)| page.url_of(part)).collect()
    }
}

/// What a source says best to a question.
pub struct BestQuote {
    /// The words, with all that they hang on.
    pub quote: Quote,
    /// They are few enough to be quoted; otherwise their part is linked to.
    pub is_short: bool,
    /// How well its part fits the question, for comparing parts and pages.
    pub fit: f32,
    /// How much of the question the words hold, and how well they read by themselves.
    pub own: f32,
    /// How much of the question its part holds, with the names of the part and the page.
    pub held_there: f32,
    /// How many words of the question that is.
    pub terms_there: usize,
    /// They are some of the words that mean something only together: 'morning' of 'morning after pill'.
    pub is_half_a_phrase: bool,
}

/// Pieces of a part, from one to another.
struct Window {
    first: usize,
    last: usize,
    held: f32,
    suits: f32,
    untidy: f32,
}

impl Window {
    fn score(&self) -> f32 {
        self.held + self.suits - self.untidy + if self.first == 0 { 0.08 } else { 0.0 }
    }
}

/// What makes words worse to quote: too few or too many, hanging on what stood before, a list of links.
fn untidy(part: &Part, pieces: &[Piece]) -> f32 {
    let points = pieces.iter().filter(|piece| piece.is_point).count();
    let sentences = pieces.len() - points;
    let words: usize = pieces.iter().map(|piece| piece.text.split(' ').count()).sum();
    let hangs = ["This ", "It ", "They ", "But ", "That ", "So ", "And ", "These ", "Then "];
    let first = pieces.first().map_or("", |piece| piece.text.as_str());
    let mut untidy = 0.03 * sentences.saturating_sub(1) as f32 + 0.03 * points.saturating_sub(3) as f32;
    let is_table = pieces.first().is_some_and(Piece::is_row);
    if is_table {
        return 0.0;
    }
    untidy += if words < 8 { 0.2 } else { 0.0 };
    untidy += if hangs.iter().any(|start| first.starts_with(start)) { 0.15 } else { 0.0 };
    let links = pieces.iter().filter(|piece| piece.is_point && piece.text.contains(": ")).count();
    untidy += if links * 2 > points { 1.0 } else { 0.0 };
    // A list without the line that leads to it.
    untidy += if sentences == 0 { 0.25 } else { 0.0 };
    untidy += if part.heading.starts_with("What happens next") { 0.15 } else { 0.0 };
    untidy
}

/// From which piece to which: runs of sentences of one paragraph, and lists with the line before them.
fn windows(part: &Part) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let pieces = &part.pieces;
    for first in 0..pieces.len() {
        if pieces[first].is_point && first > 0 && pieces[first - 1].block == pieces[first].block {
            continue;
        }
        let block = pieces[first].block;
        let end = pieces[first..].iter().take_while(|piece| piece.block == block).count() + first;
        let leads = pieces[first].text.ends_with(':') || pieces[first].is_point || pieces[first].is_row();
        if leads {
            let points = pieces[first + 1..end].iter().take_while(|piece| piece.is_point).count();
            if points > 0 {
                out.push((first, first + points.min(POINTS_MAX)));
            }
            continue;
        }
        let together = pieces.iter().enumerate().take(end.min(first + SENTENCES_MAX)).skip(first);
        let is_quotable = |piece: &Piece| !piece.is_point && !piece.text.ends_with(':');
        out.extend(together.filter(|(_, piece)| is_quotable(piece)).map(|(last, _)| (first, last)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use content::Library;

    fn quoted(text: &str, slug: &str) -> Quote {
        let passages = Passages::of(&Library::builtin().unwrap());
        let words = AskedWords::of(text, std::iter::empty(), &passages);
        let page = passages.page(slug, "2026-11-23".parse().unwrap()).unwrap();
        words.best_quote(page).unwrap().quote
    }

    #[test]
    fn the_sentences_that_hold_most_of_the_question_are_quoted_and_their_list_with_them() {
        for (text, slug, anchor, holds) in [
            ("what does working mean for funded hours", "funded-childcare", "what-does-working-mean", "work"),
            (
                "can i give aspirin",
                "fever-and-illness",
                "what-about-medicine",
                "Never give aspirin to a child.",
            ),
            (
                "should i ring 999 he is floppy",
                "fever-and-illness",
                "when-to-ring-999",
                "is floppy, or you cannot wake them",
            ),
        ] {
            let quote = quoted(text, slug);
            assert!(quote.url.ends_with(&format!("#{anchor}")), "{text}: {}", quote.url);
            assert!(quote.text().contains(holds), "{text}: {}", quote.text());
            assert!(quote.text().chars().count() <= 620, "{text}: {}", quote.text());
        }
    }
}
