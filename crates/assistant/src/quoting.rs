//! Which words of which source answer a question: of the pages that were found, the part that speaks of it; otherwise
//! words of the best entry, or none. Nothing is better than words about something else.

use crate::{
    asked_words::{BestQuote, Wants},
    passages::{Passages, Quotable, Quote},
    steps::{Found, opening_of},
};
use directory::AskHit;
use search::{Field, How, Kind, Match};

/// A page is named by the question when its names hold this share of it, rare words counting most.
const NAMED_MIN: f32 = 0.55;
/// So much of what families call a page is said in the question, where nothing but that led to it.
const MOST_OF_A_NAME: f32 = 0.6;
/// A sentence that holds less than this is not put forward as the answer.
const QUOTED_MIN: f32 = 0.3;
/// A part that fits less is not the answer, even of the page that was found first.
const FIT_MIN: f32 = 1.6;
/// A part holds at least this much of the question, however near it is in meaning,
const HELD_MIN: f32 = 0.2;
/// and this much where meaning and words do not point to the same part.
const HELD_ALONE_MIN: f32 = 0.6;
/// A single word of several holds at least so much of the question, or it is not what is asked.
const ONE_WORD_MIN: f32 = 0.5;
/// Words read from another language are all held, or nothing is quoted.
const HELD_TRANSLATED: f32 = 0.99;
/// So many parts of all pages are near to a question in meaning, and so many very near.
const NEAR_PARTS: usize = 12;
const VERY_NEAR_PARTS: usize = 4;
/// So many pages lead among all that was found; so many more are looked at where all speaks for them.
const LEADING: usize = 2;
const FOLLOWING: usize = 4;
/// As good as all of a question.
pub(crate) const NEARLY_ALL: f32 = 0.8;
/// Two sources that are both about as good are both looked at.
pub(crate) const AS_GOOD: f32 = 0.85;

/// A page that the index found.
pub(crate) struct FoundPage {
    slug: String,
    /// The part that has most of the words, as the index sees it.
    found_in: String,
    /// Beside the best page of this answer: 1 for that.
    beside: f32,
    /// Where it stands among all that was found.
    place: Option<usize>,
    /// How much of the question led to it, also by what families call it.
    led: f32,
    /// No other page was found before it. Of another language only needs are read, and no page is first by them.
    is_first_page: bool,
}

impl FoundPage {
    fn of(hit: &AskHit, found: &Found) -> FoundPage {
        let best = found.pages.first().map_or(1.0, |hit| hit.score).max(f32::EPSILON);
        let document = hit.entry.document();
        let section = hit.section.and_then(|at| document.sections.get(at));
        let is_it = |first: &AskHit| {
            first.entry.document().kind == Kind::Page && first.entry.document().slug == document.slug
        };
        // Words that mean another together, such as 'morning after pill', may have led here by one of its words.
        let led: Vec<Match> = hit.matched.iter().filter(|one| one.how != How::Synonym).cloned().collect();
        FoundPage {
            slug: document.slug.clone(),
            is_first_page: !found.is_translated
                && found.pages.first().is_some_and(|first| first.entry.document().slug == document.slug),
            found_in: section.map(|section| section.anchor.clone()).unwrap_or_default(),
            beside: if hit.pinned { 1.0 } else { 0.55 + 0.45 * (hit.score / best).min(1.0) },
            place: found.found.hits.iter().position(is_it),
            led: found.words.answered_by(&led),
        }
    }

    /// How much speaks for the page before its words are read.
    fn prior(&self) -> f32 {
        let by_place = match self.place {
            Some(0) => 0.6,
            Some(1) => 0.4,
            _ => 0.0,
        };
        self.beside + by_place
    }

    /// Whether the page and one of its parts are about the question at all: words of which the part holds so much, and
    /// its place among the parts that are near in meaning. What neither the index nor the meaning puts forward is left
    /// out, for words about something else are worse than none.
    fn is_meant(&self, best: &BestQuote, telling: usize, near: Option<usize>) -> bool {
        let held_there = best.held_there;
        // One word of several, not the weightiest, and not near in meaning either.
        let is_lone = telling > 1 && best.terms_there <= 1 && held_there.max(self.led) < ONE_WORD_MIN;
        let is_near = near.is_some_and(|near| near < VERY_NEAR_PARTS);
        if best.is_half_a_phrase || is_lone && !is_near {
            return false;
        }
        let place = self.place.unwrap_or(usize::MAX);
        let leads = place < LEADING && (near.is_some() || held_there > HELD_ALONE_MIN)
            || self.is_first_page && near.is_some_and(|near| near < VERY_NEAR_PARTS);
        let follows = place < FOLLOWING
            && near.is_some_and(|near| near < VERY_NEAR_PARTS)
            && held_there > HELD_ALONE_MIN;
        held_there >= HELD_MIN && (leads || follows)
    }
}

/// What is quoted, and what is only linked to: words and address.
#[derive(Default)]
pub(crate) struct Quoted {
    pub quotes: Vec<Quote>,
    pub links: Vec<(String, String)>,
}

/// The best words of the best source; both where two are as good and their figures are not the same. Words that may not
/// be cut and are too many to quote, and pages near a question of what is safe, are linked to.
pub(crate) fn best_quotes(passages: &Passages, found: &Found) -> Quoted {
    let best = best_words(passages, found);
    let (short, long): (Vec<_>, Vec<_>) = best.into_iter().partition(|best| best.is_short);
    let quotes: Vec<Quote> = short.into_iter().map(|best| best.quote).collect();
    let mut links: Vec<(String, String)> = Vec::new();
    if quotes.is_empty() {
        links.extend(long.into_iter().map(|best| link_to(&best.quote)));
        links.extend(page_near(passages, found).filter(|_| links.is_empty()));
    }
    Quoted { quotes, links }
}

fn link_to(quote: &Quote) -> (String, String) {
    let words = if quote.heading.is_empty() {
        quote.title.clone()
    } else {
        format!("{}: {}", quote.title, quote.heading)
    };
    (words, quote.url.clone())
}

/// The page about children that holds most of what is asked, where it is asked whether something is safe.
fn page_near(passages: &Passages, found: &Found) -> Option<(String, String)> {
    if !found.words.asks_whether_safe() {
        return None;
    }
    let pages = found.pages.iter().filter(|hit| hit.entry.document().baby);
    let pages = pages.filter_map(|hit| passages.page(&hit.entry.document().slug, found.today));
    let held = pages.map(|page| (found.words.deciding_on(page), page)).filter(|(held, _)| *held > 0);
    // Of two that hold as much, the first.
    let best = held.reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.map(|(_, page)| (page.title.clone(), page.url.clone()))
}

fn best_words(passages: &Passages, found: &Found) -> Vec<BestQuote> {
    let leads = found.found.hits.first().map(|hit| hit.entry.document());
    let is_asked_by_name = leads
        .filter(|leads| !leads.kind.is_reading())
        .is_some_and(|leads| found.words.named_by(&leads.title) >= NEARLY_ALL);
    let named_min = if is_asked_by_name { 0.5 } else { 0.0 };
    let pages: Vec<FoundPage> = found
        .pages
        .iter()
        .filter(|hit| !hit.entry.document().about_site)
        .map(|hit| FoundPage::of(hit, found))
        .collect();
    let quotes = page_quotes(passages, found, &pages, named_min);
    if quotes.is_empty() {
        let other = entry_quote(found).or_else(|| opening_quote(passages, found));
        return other.filter(|_| !found.is_translated).into_iter().collect();
    }
    quotes
}

/// Words of pages.
fn page_quotes(passages: &Passages, asked: &Found, pages: &[FoundPage], named_min: f32) -> Vec<BestQuote> {
    let (today, words) = (asked.today, &asked.words);
    // Who looks for a group wants its name and its time, and not what a page says beside it.
    let held_min = if words.wants() == Wants::Session { NEARLY_ALL } else { 0.0 };
    let nearest = words.nearest_parts(passages, NEAR_PARTS);
    let mut candidates: Vec<Candidate> = Vec::new();
    for found in pages {
        let Some(page) = passages.page(&found.slug, today) else { continue };
        let Some(best) = words.best_quote_near(page, &found.found_in) else { continue };
        let held = words.held_by(page, &best.quote);
        // Of another language only needs are read: words that hold some of them may be about something frightening.
        if asked.is_translated && held < HELD_TRANSLATED {
            continue;
        }
        let named = words.named_by(&format!("{} {}", page.title, best.quote.heading));
        let place = nearest.iter().position(|part| *part == best.quote.url);
        let is_meant =
            found.is_meant(&best, words.telling(), place) && words.is_said_together_in(page, &best.quote);
        if held >= held_min && named >= named_min && is_meant {
            candidates.push(Candidate { fit: best.fit + found.prior(), best, held });
        }
    }
    candidates.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    if candidates.first().is_none_or(|best| best.fit < FIT_MIN) {
        return Vec::new();
    }
    let differs = matches!(&candidates[..], [one, other, ..] if one.differs_from(other));
    candidates.truncate(if differs { 2 } else { 1 });
    candidates.into_iter().map(|candidate| candidate.best).collect()
}

/// Words of a page that could be the answer.
struct Candidate {
    best: BestQuote,
    /// How much of the question they and their page hold.
    held: f32,
    /// How well they fit, with how well their page does.
    fit: f32,
}

impl Candidate {
    /// Both hold the whole question about as well, and their figures are not the same.
    fn differs_from(&self, other: &Candidate) -> bool {
        let are_as_good = self.held.min(other.held) >= NEARLY_ALL
            && self.fit.min(other.fit) >= self.fit.max(other.fit) * AS_GOOD;
        let (own, theirs) = (figures(&self.best.quote), figures(&other.best.quote));
        are_as_good && !own.is_empty() && !theirs.is_empty() && own != theirs
    }
}

fn figures(quote: &Quote) -> Vec<String> {
    let text = quote.text();
    let figures = text.split(|c: char| !c.is_ascii_digit()).filter(|figure| !figure.is_empty());
    let mut figures: Vec<String> = figures.map(str::to_owned).collect();
    figures.sort();
    figures
}

/// Words of the best entry, where it was checked lately and they hold the question.
fn entry_quote(found: &Found) -> Option<BestQuote> {
    let hit = found.found.hits.first()?;
    let is_entry = hit.entry.document().kind == Kind::Service && hit.entry.is_fresh;
    let of = is_entry.then(|| Quotable::of_entry(hit.entry.document()))?;
    found.words.best_quote(&of).filter(|best| best.own >= QUOTED_MIN)
}

/// A page that was found by what families also say, in words that it does not have itself: the part that is near to the
/// question in meaning, or else its first sentences.
fn opening_quote(passages: &Passages, found: &Found) -> Option<BestQuote> {
    let hit = found.pages.first()?;
    let is_what_it_is_called = |one: &&Match| matches!(one.field, Field::Name | Field::Alias | Field::Term);
    let called: Vec<Match> = hit.matched.iter().filter(is_what_it_is_called).cloned().collect();
    // 'Lost her friends' is no name for whoever lost their home: most of one name is said.
    let document = hit.entry.document();
    let names = std::iter::once(&document.title).chain(&document.aliases).chain(&document.terms);
    let is_called_so = names.map(|name| found.words.share_said_of(name)).any(|said| said >= MOST_OF_A_NAME);
    if found.words.answered_by(&called) < NAMED_MIN || !is_called_so {
        return None;
    }
    let is_among_best =
        found.found.hits.iter().take(3).any(|best| best.entry.document().slug == hit.entry.document().slug);
    let page = passages.page(&hit.entry.document().slug, found.today).filter(|_| is_among_best)?;
    let nearest = found.words.nearest_parts(passages, NEAR_PARTS);
    let fits = |best: &BestQuote| {
        nearest.contains(&best.quote.url) && found.words.is_said_together_in(page, &best.quote)
    };
    let best = found.words.best_quote(page).filter(fits);
    let opening = || {
        let quote = opening_of(page).filter(|quote| found.words.is_answered_by(page, quote))?;
        Some(BestQuote {
            quote,
            is_short: true,
            fit: 0.0,
            own: 0.0,
            held_there: 0.0,
            terms_there: 0,
            is_half_a_phrase: false,
        })
    };
    best.or_else(opening)
}
