//! Which words of which source answer a question: of the pages that were found, the part that speaks of it; otherwise
//! words of the best entry, or none. Nothing is better than words about something else.

use crate::{
    asked_words::Wants,
    passages::{Passages, Quotable, Quote},
    steps::{Found, opening_of},
};
use directory::AskHit;
use kernel::Date;
use search::{Field, Kind, Match};

/// A page is named by the question when its names hold this share of it, rare words counting most.
const NAMED_MIN: f32 = 0.55;
/// A sentence that holds less than this is not put forward as the answer.
const QUOTED_MIN: f32 = 0.3;
/// A source and its words hold at least this much of the question together, or they are not the answer to it.
const HELD_MIN: f32 = 0.6;
/// So much is enough where the index itself puts a page first.
const LED_MIN: f32 = 0.3;
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
}

impl FoundPage {
    fn of(hit: &AskHit, found: &Found) -> FoundPage {
        let best = found.pages.first().map_or(1.0, |hit| hit.score).max(f32::EPSILON);
        let document = hit.entry.document();
        let section = hit.section.and_then(|at| document.sections.get(at));
        let is_it = |first: &AskHit| {
            first.entry.document().kind == Kind::Page && first.entry.document().slug == document.slug
        };
        FoundPage {
            slug: document.slug.clone(),
            found_in: section.map(|section| section.anchor.clone()).unwrap_or_default(),
            beside: if hit.pinned { 1.0 } else { 0.55 + 0.45 * (hit.score / best).min(1.0) },
            place: found.found.hits.iter().position(is_it),
        }
    }
}

/// The best words of the best source; both where two are as good and their figures are not the same.
pub(crate) fn best_quotes(passages: &Passages, found: &Found) -> Vec<Quote> {
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
    #[allow(clippy::all)]
    if let Ok(path) = std::env::var("PA_DUMP") {
        let matched: Vec<_> = found.found.hits.iter().chain(&found.pages).flat_map(|h| &h.matched).map(|m| (m.typed.clone(), m.found.clone())).collect();
        let hits: Vec<_> = found.found.hits.iter().map(|h| (h.entry.document().kind.as_str(), h.entry.document().slug.clone(), h.score)).collect();
        let pp: Vec<_> = pages.iter().map(|p| (p.slug.clone(), p.found_in.clone(), p.beside, p.place)).collect();
        let line = serde_json::json!({"left": found.found.words_left, "matched": matched, "hits": hits, "pages": pp, "named_min": named_min, "typed": found.asked.as_typed()});
        use std::io::Write;
        let mut f = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(f, "{line}").unwrap();
    }
    let quotes = page_quotes(passages, found.today, &found.words, &pages, named_min);
    if quotes.is_empty() {
        return entry_quote(found).or_else(|| opening_quote(passages, found)).into_iter().collect();
    }
    quotes
}

/// Words of pages.
pub(crate) fn page_quotes(
    passages: &Passages,
    today: Date,
    words: &crate::asked_words::AskedWords,
    pages: &[FoundPage],
    named_min: f32,
) -> Vec<Quote> {
    // Who looks for a group wants its name and its time, and not what a page says beside it.
    let held_min = if words.wants() == Wants::Session { NEARLY_ALL } else { HELD_MIN };
    let mut candidates: Vec<Candidate> = Vec::new();
    for found in pages {
        let Some(page) = passages.page(&found.slug, today) else { continue };
        let Some((quote, own)) = words.best_quote_near(page, &found.found_in) else { continue };
        let held = words.held_by(page, &quote);
        let named = words.named_by(&format!("{} {}", page.title, quote.heading));
        // The index found it first, by words of families that the page does not have.
        let held_min = match found.place {
            Some(0) => 0.0,
            Some(1) => held_min.min(LED_MIN),
            _ => held_min,
        };
        if held >= held_min && named >= named_min {
            candidates.push(Candidate { quote, own, held, score: own * found.beside });
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    if candidates.first().is_none_or(|best| best.score < QUOTED_MIN) {
        return Vec::new();
    }
    let differs = matches!(&candidates[..], [one, other, ..] if one.differs_from(other));
    candidates.truncate(if differs { 2 } else { 1 });
    candidates.into_iter().map(|candidate| candidate.quote).collect()
}

/// Words of a page that could be the answer.
struct Candidate {
    quote: Quote,
    /// How good they are by themselves.
    own: f32,
    /// How much of the question they and their page hold.
    held: f32,
    /// How good they are with how well their page fits.
    score: f32,
}

impl Candidate {
    /// Both hold the whole question about as well, and their figures are not the same.
    fn differs_from(&self, other: &Candidate) -> bool {
        let are_as_good = self.held.min(other.held) >= NEARLY_ALL
            && self.own.min(other.own) >= self.own.max(other.own) * AS_GOOD;
        let (own, theirs) = (figures(&self.quote), figures(&other.quote));
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
fn entry_quote(found: &Found) -> Option<Quote> {
    let hit = found.found.hits.first()?;
    let is_entry = hit.entry.document().kind == Kind::Service && hit.entry.is_fresh;
    let of = is_entry.then(|| Quotable::of_entry(hit.entry.document()))?;
    found.words.best_quote(&of).filter(|(_, score)| *score >= QUOTED_MIN).map(|(quote, _)| quote)
}

/// A page that was found by what families also say, in words that it does not have itself: its first sentences.
fn opening_quote(passages: &Passages, found: &Found) -> Option<Quote> {
    let hit = found.pages.first()?;
    let is_what_it_is_called = |one: &&Match| matches!(one.field, Field::Name | Field::Alias | Field::Term);
    let called: Vec<Match> = hit.matched.iter().filter(is_what_it_is_called).cloned().collect();
    if found.words.answered_by(&called) < NAMED_MIN {
        return None;
    }
    let is_among_best =
        found.found.hits.iter().take(3).any(|best| best.entry.document().slug == hit.entry.document().slug);
    let page = passages.page(&hit.entry.document().slug, found.today).filter(|_| is_among_best)?;
    opening_of(page)
}

#[cfg(test)]
mod harness {
    use super::*;
    use crate::asked_words::AskedWords;
    use content::Library;
    use std::collections::HashMap;

    #[test]
    fn pa_harness() {
        let passages = Passages::of(&Library::builtin().unwrap());
        let today: Date = "2026-11-22".parse().unwrap();
        let file = std::fs::read_to_string("/work/main/crates/demo/tests/data/ask_questions.tsv").unwrap();
        let mut want: HashMap<String, (String, String)> = HashMap::new();
        for line in file.lines().filter(|l| !l.starts_with('#')) {
            let c: Vec<&str> = line.split('\t').collect();
            want.insert(c[2].to_owned(), (c[1].to_owned(), c[3].to_owned()));
        }
        let dump = std::fs::read_to_string("/tmp/s7/PA/dump.jsonl").unwrap();
        let (mut right, mut wrong_part, mut wrong_page, mut none) = (0, 0, 0, 0);
        let (mut odd, mut ok_odd) = (0, 0);
        for line in dump.lines() {
            let v: serde_json::Value = serde_json::from_str(line).unwrap();
            let typed = v["typed"].as_str().unwrap();
            let Some((_, right_ones)) = want.get(typed) else { continue };
            let matched: Vec<Match> = v["matched"].as_array().unwrap().iter().map(|m| Match {
                typed: m[0].as_str().unwrap().to_owned(), found: m[1].as_str().unwrap().to_owned(),
                field: Field::Text, how: search::How::Exact }).collect();
            let words = AskedWords::of(v["left"].as_str().unwrap(), matched.iter(), &passages);
            let pages: Vec<FoundPage> = v["pages"].as_array().unwrap().iter().map(|p| FoundPage {
                slug: p[0].as_str().unwrap().to_owned(), found_in: p[1].as_str().unwrap().to_owned(),
                beside: p[2].as_f64().unwrap() as f32, place: p[3].as_u64().map(|x| x as usize) }).collect();
            let quotes = page_quotes(&passages, today, &words, &pages, v["named_min"].as_f64().unwrap() as f32);
            let sections: Vec<&str> = right_ones.split(',').filter(|r| r.contains('#')).collect();
            let rpages: Vec<&str> = right_ones.split(',').filter(|r| r.starts_with("page/")).map(|r| r.split('#').next().unwrap()).collect();
            let at = |q: &Quote| (format!("page/{}", q.at.slug), q.url.replace("/pages/", "page/"));
            let tags: Vec<String> = quotes.iter().map(|q| at(q).1).collect();
            let is_page = quotes.iter().any(|q| rpages.contains(&at(q).0.as_str()));
            if sections.is_empty() {
                if !quotes.is_empty() { odd += 1; if is_page { ok_odd += 1; } 
                println!("{}\t{typed}\t{tags:?} {:?}\twant {right_ones}", if is_page {"OKPAGE"} else {"ODD"}, quotes.iter().map(|q| q.text()).collect::<Vec<_>>()); }
                continue;
            }
            let verdict = if quotes.is_empty() { none += 1; "NONE" }
                else if tags.iter().any(|t| sections.contains(&t.as_str())) { right += 1; "RIGHT" }
                else if is_page { wrong_part += 1; "PART" } else { wrong_page += 1; "PAGE" };
            println!("{verdict}\t{typed}\t{tags:?} {:?}\twant {sections:?} pages {:?}", quotes.iter().map(|q| q.text()).collect::<Vec<_>>(),
                pages.iter().map(|p| format!("{}#{} {:.2} {:?}", p.slug, p.found_in, p.beside, p.place)).collect::<Vec<_>>());
        }
        println!("SUM right {right} wrong part {wrong_part} wrong page {wrong_page} none {none}; others quoted {odd} of right page {ok_odd}");
    }
}
