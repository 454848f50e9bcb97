//! What may be quoted: the council's own pages, cut into parts and sentences as they stand, and the words of entries
//! that were checked lately. What is past its review date is not here.

use content::Library;
use kernel::Date;
use meaning::{Table, Vector};
use search::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A table that has more rows than this is left to the page.
pub(crate) const ROWS_MAX: usize = 7;
/// What cannot be cut and has more letters than this is linked to and not quoted.
const LETTERS_QUOTED_MAX: usize = 600;

/// The pages, and how rare each word is in them.
pub struct Passages {
    pages: BTreeMap<String, Quotable>,
    parts_with: HashMap<String, u32>,
    parts: u32,
}

/// A page or an entry that can be quoted.
#[derive(Clone, Debug)]
pub struct Quotable {
    /// What it is.
    pub kind: Kind,
    /// Unique within its kind.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// When it was last checked.
    pub checked_on: Option<Date>,
    /// From this day on it is not quoted any more.
    pub review_by: Option<Date>,
    /// Its parts in their order.
    pub parts: Vec<Part>,
    pub(crate) title_stems: HashSet<String>,
}

/// A part of it, under one heading.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What comes after `#`.
    pub anchor: String,
    /// Its heading; empty before the first.
    pub heading: String,
    /// Its sentences and points.
    pub pieces: Vec<Piece>,
    pub(crate) heading_stems: HashSet<String>,
    /// What it means; none for the words of an entry.
    pub(crate) meant: Option<Vector>,
}

impl Part {
    /// Whether any of these forms stands in it.
    pub(crate) fn has(&self, forms: &HashSet<String>) -> bool {
        let is_in = |stems: &HashSet<String>| forms.iter().any(|form| stems.contains(form));
        is_in(&self.heading_stems) || self.pieces.iter().any(|piece| is_in(&piece.stems))
    }

    /// Whether its heading has any of these words.
    pub(crate) fn names_any(&self, stems: &HashSet<String>) -> bool {
        stems.iter().any(|stem| self.heading_stems.contains(stem))
    }

    /// Whether its heading asks when things happen or how long they take.
    pub(crate) fn tells_when(&self) -> bool {
        let words = search::words(&self.heading);
        words.iter().any(|word| word == "when" || word == "deadline" || word == "deadlines")
            || words.windows(2).any(|pair| pair[0] == "how" && pair[1] == "long")
    }

    /// From which piece to which a quotation reaches so that nothing that limits it is cut off: a list with the line
    /// that leads to it, a paragraph that says 'do not' or 'if' as a whole, and the paragraph after it that begins so.
    pub(crate) fn whole(&self, first: usize, last: usize) -> (usize, usize) {
        let pieces = &self.pieces;
        let (Some(opens), Some(ends)) = (pieces.get(first), pieces.get(last)) else { return (first, last) };
        let in_block = |piece: &Piece| piece.block >= opens.block && piece.block <= ends.block;
        let start = pieces.iter().position(in_block).unwrap_or(first);
        let end = pieces.iter().rposition(in_block).unwrap_or(last);
        // A list that no line of its own leads to stands behind the paragraph before it.
        let start = match pieces.get(start.wrapping_sub(1)) {
            Some(before) if pieces[start].is_point && !before.is_point => {
                pieces.iter().position(|piece| piece.block == before.block).unwrap_or(start)
            }
            _ => start,
        };
        let is_list = pieces[start..=end].iter().any(|piece| piece.is_point);
        let is_limited = (start..=end).any(|at| !(first..=last).contains(&at) && pieces[at].limits());
        let (first, mut last) = if is_list || is_limited { (start, end) } else { (first, last) };
        let goes_on = pieces.get(end + 1).is_some_and(|next| !next.is_point && next.begins_with_a_limit());
        if goes_on {
            let block = pieces[end + 1].block;
            last = pieces.iter().rposition(|piece| piece.block == block).unwrap_or(last);
        }
        (if last > end { start } else { first }, last)
    }

    /// Whether the paragraph that pieces stand in tells how things were.
    pub(crate) fn is_past(&self, first: usize, last: usize) -> bool {
        let (Some(opens), Some(ends)) = (self.pieces.get(first), self.pieces.get(last)) else { return false };
        let in_block = |piece: &&Piece| piece.block >= opens.block && piece.block <= ends.block;
        self.pieces.iter().filter(in_block).any(Piece::is_past)
    }

    /// Whether pieces stand on the page as they are quoted, with nothing left out between them. A list may stop
    /// before its end: then the quotation says so.
    pub(crate) fn is_contiguous(&self, first: usize, last: usize) -> bool {
        let pieces = self.pieces.get(first..=last).unwrap_or_default();
        let has_gap = pieces.iter().skip(1).any(|piece| piece.follows_gap);
        // After a list and the paragraph behind it comes no second list: its points would stand with the first.
        let mut kinds: Vec<bool> = pieces.iter().map(|piece| piece.is_point).collect();
        kinds.dedup();
        let lists = kinds.iter().filter(|is_point| **is_point).count();
        !has_gap && lists <= 1
    }

    /// Whether pieces are few enough to be quoted. A table is bounded by its rows.
    pub(crate) fn is_short(&self, first: usize, last: usize) -> bool {
        let pieces = self.pieces.get(first..=last).unwrap_or_default();
        let letters: usize = pieces.iter().map(|piece| piece.text.chars().count()).sum();
        letters <= LETTERS_QUOTED_MAX || pieces.iter().any(Piece::is_row)
    }
}

/// One sentence or one point of a list, word for word.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// It is a point of a list, or a row of a table.
    pub is_point: bool,
    /// Pieces of one paragraph, or of one list with the line that leads to it, have one number.
    pub block: u32,
    /// Words of the page that are not quoted stand between it and the piece before it.
    pub(crate) follows_gap: bool,
    /// The last point of a list that goes on with points that are not quoted.
    pub(crate) stops_short: bool,
    pub(crate) stems: HashSet<String>,
}

impl Piece {
    /// Whether it takes something back or makes it hang on something: without it, what stands beside it may say the
    /// opposite.
    fn limits(&self) -> bool {
        const LIMITS: [&str; 13] = [
            "do not", "dont", "never", "unless", "only", "but", "except", "if", "must not", "avoid",
            "however", "cannot", "until",
        ];
        let said = format!(" {} ", search::words(&self.text).join(" "));
        LIMITS.iter().any(|limit| said.contains(&format!(" {limit} ")))
    }

    fn begins_with_a_limit(&self) -> bool {
        const BEGINS: [&str; 8] =
            ["Do not ", "Don’t ", "Never ", "Unless ", "Only ", "But ", "Except ", "However"];
        BEGINS.iter().any(|begin| self.text.starts_with(begin))
    }

    /// Whether it tells how things were, and not how they are.
    fn is_past(&self) -> bool {
        let said = format!(" {} ", search::words(&self.text).join(" "));
        let passive =
            ["is", "are", "be", "been", "was", "were", "being", "only", "get", "got", "getting", "not"];
        let used_to = said.split(" used to ").collect::<Vec<_>>();
        let was_so = used_to[..used_to.len() - 1]
            .iter()
            .any(|before| !before.split(' ').next_back().is_some_and(|word| passive.contains(&word)));
        was_so || said.contains(" in the past ") || said.contains(" no longer ")
    }

    /// Whether it is a row of a table, which has its cells on lines of their own.
    pub(crate) fn is_row(&self) -> bool {
        self.text.contains('\n')
    }
}

/// Which pieces were quoted: what is kept of a turn instead of the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteRef {
    /// `page` or `service`.
    pub kind: String,
    /// Which one.
    pub slug: String,
    /// Which part of it.
    pub part: usize,
    /// The first piece and the last.
    pub first: usize,
    /// See `first`.
    pub last: usize,
    /// The check it rested on: after another one the words may be others.
    pub checked_on: Option<Date>,
}

/// Words from a source, exactly as they stand there.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Where it can be found again.
    pub at: QuoteRef,
    /// The name of the source.
    pub title: String,
    /// The heading it stands under; may be empty.
    pub heading: String,
    /// Its address with its part.
    pub url: String,
    /// The lines before a list, or all where there is none.
    pub sentences: Vec<String>,
    /// Points of a list.
    pub points: Vec<String>,
    /// The lines behind the list.
    pub after: Vec<String>,
    /// The list goes on where it is.
    pub goes_on: bool,
    /// When the source was last checked.
    pub checked_on: Option<Date>,
}

impl Quote {
    /// The whole of it in the order of its page: the sentences of a paragraph on one line, and each point of its list on
    /// one of its own.
    pub fn text(&self) -> String {
        let on_one_line = |lines: &[String]| lines.join(" ").replace('\n', " ");
        let points = self.points.iter().map(|line| line.replace('\n', " "));
        let lines = std::iter::once(on_one_line(&self.sentences)).chain(points);
        let lines = lines.chain([on_one_line(&self.after)]).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Passages {
    /// Of every page.
    pub fn of(library: &Library) -> Passages {
        let pages: BTreeMap<String, Quotable> = library
            .list()
            .into_iter()
            .map(|page| {
                let quotable = Quotable {
                    kind: Kind::Page,
                    slug: page.slug.as_str().to_owned(),
                    title: page.head.title.clone(),
                    url: page.path(),
                    checked_on: Some(page.head.checked_on),
                    review_by: Some(page.head.review_by),
                    parts: with_meaning(parts_of_html(&page.html)),
                    title_stems: stems(&page.head.title),
                };
                (quotable.slug.clone(), quotable)
            })
            .collect();
        let mut parts_with: HashMap<String, u32> = HashMap::new();
        let mut parts = 0;
        for part in pages.values().flat_map(|page| &page.parts) {
            parts += 1;
            let mut seen: HashSet<&String> = part.heading_stems.iter().collect();
            seen.extend(part.pieces.iter().flat_map(|piece| &piece.stems));
            for stem in seen {
                *parts_with.entry(stem.clone()).or_default() += 1;
            }
        }
        Passages { pages, parts_with, parts }
    }

    /// All of them, also those past their review.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &Quotable> {
        self.pages.values()
    }

    /// A page that is still within its review date.
    pub fn page(&self, slug: &str, today: Date) -> Option<&Quotable> {
        self.pages.get(slug).filter(|page| page.review_by.is_none_or(|until| today <= until))
    }

    /// How much a word tells: a word of every part tells nearly nothing.
    pub fn rarity(&self, stem: &str) -> f32 {
        let with = self.parts_with.get(stem).copied().unwrap_or(0) as f32;
        (1.0 + (self.parts as f32 - with + 0.5) / (with + 0.5)).ln()
    }
}

impl Quotable {
    /// The words of an entry, which was checked lately: only those without a figure in them, for times, prices and
    /// numbers come from its fields and never from its prose.
    pub fn of_entry(document: &search::Document) -> Quotable {
        let mut pieces = Vec::new();
        for (block, paragraph) in
            [&document.summary, &document.text].iter().flat_map(|text| text.lines()).enumerate()
        {
            for sentence in sentences(paragraph) {
                let is_new = !pieces.iter().any(|piece: &Piece| piece.text == sentence);
                if is_new
                    && sentence.ends_with(['.', '?', '!'])
                    && !sentence.contains(|c: char| c.is_numeric() || c == '£')
                {
                    pieces.push(piece(sentence, false, u32::try_from(block).unwrap_or(u32::MAX)));
                }
            }
        }
        Quotable {
            kind: document.kind,
            slug: document.slug.clone(),
            title: document.title.clone(),
            url: document.url.clone(),
            checked_on: document.checked_on,
            review_by: None,
            parts: vec![Part { pieces, ..Part::default() }],
            title_stems: stems(&document.title),
        }
    }

    /// The pieces from first to last of a part, as they stand.
    pub fn quote(&self, part: usize, first: usize, last: usize) -> Option<Quote> {
        let of = self.parts.get(part)?;
        let pieces = of.pieces.get(first..=last).filter(|pieces| !pieces.is_empty())?;
        let (before, rest) = pieces.split_at(pieces.iter().take_while(|piece| !piece.is_point).count());
        let (list, behind) = rest.split_at(rest.iter().take_while(|piece| piece.is_point).count());
        let words = |pieces: &[Piece]| pieces.iter().map(|piece| piece.text.clone()).collect::<Vec<_>>();
        let (mut sentences, points, after) = (words(before), words(list), words(behind));
        // A list that no line leads to is led to by its heading.
        if sentences.is_empty() && !of.heading.is_empty() {
            sentences.push(of.heading.clone());
        }
        Some(Quote {
            at: QuoteRef {
                kind: self.kind.as_str().to_owned(),
                slug: self.slug.clone(),
                part,
                first,
                last,
                checked_on: self.checked_on,
            },
            title: self.title.clone(),
            heading: of.heading.clone(),
            url: self.url_of(of),
            sentences,
            points,
            after,
            goes_on: pieces.iter().any(|piece| piece.stops_short),
            checked_on: self.checked_on,
        })
    }

    /// The address of a part of it.
    pub(crate) fn url_of(&self, part: &Part) -> String {
        if part.anchor.is_empty() { self.url.clone() } else { format!("{}#{}", self.url, part.anchor) }
    }

    /// The same words as once quoted, if the source was not checked anew since.
    pub fn quote_again(&self, at: &QuoteRef) -> Option<Quote> {
        (self.checked_on == at.checked_on).then(|| self.quote(at.part, at.first, at.last)).flatten()
    }
}

fn with_meaning(mut parts: Vec<Part>) -> Vec<Part> {
    for part in &mut parts {
        let mut passages = vec![part.heading.as_str(), part.heading.as_str()];
        passages.extend(part.pieces.iter().map(|piece| piece.text.as_str()));
        part.meant = Table::builtin().vector_of_passages(&passages);
    }
    parts
}

/// The stems of a text's words.
pub(crate) fn stems(text: &str) -> HashSet<String> {
    search::words(text).iter().map(|word| search::stem(word)).collect()
}

fn piece(text: &str, is_point: bool, block: u32) -> Piece {
    Piece {
        text: text.to_owned(),
        is_point,
        block,
        follows_gap: false,
        stops_short: false,
        stems: stems(text),
    }
}

/// Sentences of a paragraph, each as it stands.
pub(crate) fn sentences(paragraph: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, letter) in paragraph.char_indices() {
        if !matches!(letter, '.' | '?' | '!') {
            continue;
        }
        let end = at + letter.len_utf8();
        let ends = match paragraph[end..].chars().next() {
            None => true,
            Some(next) if next.is_whitespace() => {
                let after = paragraph[end..].trim_start().chars().next();
                after.is_none_or(|c| !c.is_lowercase()) && !paragraph[from..end].ends_with(" e.g.")
            }
            Some(_) => false,
        };
        if ends {
            let sentence = paragraph[from..end].trim();
            if !sentence.is_empty() {
                out.push(sentence);
            }
            from = end;
        }
    }
    let rest = paragraph[from..].trim();
    if !rest.is_empty() {
        out.push(rest);
    }
    out
}

/// A telephone number or the like: seven figures, with no more than a space between them.
fn has_number_to_ring(text: &str) -> bool {
    let mut figures = 0;
    for letter in text.chars() {
        match letter {
            c if c.is_ascii_digit() => figures += 1,
            ' ' => {}
            _ => figures = 0,
        }
        if figures >= 7 {
            return true;
        }
    }
    false
}

/// The clean markup of a page as parts: paragraphs into sentences, lists into points, small tables of two columns into
/// rows. Other tables are left to the page.
fn parts_of_html(html: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let mut block = 0;
    let mut text = String::new();
    let (mut heading, mut point, mut leads, mut is_cut) = (None::<String>, false, false, false);
    // Words that are no piece were left out since the last one.
    let mut has_gap = false;
    let mut table: Option<Vec<Vec<String>>> = None;
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('>') else { break };
        let tag = &rest[open + 1..open + close];
        rest = &rest[open + close + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let ends = tag.starts_with('/');
        match name {
            "h2" if !ends => {
                text.clear();
                heading = Some(attribute(tag, "id"));
            }
            "h2" => {
                let words = one_line(&text);
                text.clear();
                let stems = stems(&words);
                let anchor = heading.take().unwrap_or_default();
                parts.push(Part { anchor, heading: words, heading_stems: stems, ..Part::default() });
                leads = false;
            }
            "table" if !ends => table = Some(Vec::new()),
            "table" => {
                block += 1;
                let rows = table.take().map(|rows| pieces_of_table(&rows, block)).unwrap_or_default();
                has_gap |= rows.is_empty();
                parts.last_mut().into_iter().for_each(|part| {
                    part.pieces.extend(rows.iter().cloned());
                });
            }
            "tr" if !ends => table.iter_mut().for_each(|rows| rows.push(Vec::new())),
            "td" | "th" if !ends => text.clear(),
            "td" | "th" => {
                let row = table.as_mut().and_then(|rows| rows.last_mut());
                row.into_iter().for_each(|row| row.push(one_line(&text)));
                text.clear();
            }
            "li" if !ends => {
                text.clear();
                point = true;
            }
            "p" | "li" | "h3" | "blockquote" if ends => {
                let words = one_line(&text);
                text.clear();
                let Some(part) = parts.last_mut().filter(|_| table.is_none() && !words.is_empty()) else {
                    continue;
                };
                // A list belongs to the line before it that ends with a colon.
                if !(point && leads) {
                    block += 1;
                }
                if point {
                    // What follows a point that is left out would stand beside the wrong one: the list ends there.
                    is_cut |= has_number_to_ring(&words);
                    if is_cut {
                        has_gap = true;
                        part.pieces.last_mut().into_iter().for_each(|last| last.stops_short = true);
                    } else {
                        let follows_gap = std::mem::take(&mut has_gap);
                        part.pieces.push(Piece { follows_gap, ..piece(&words, true, block) });
                    }
                    leads = true;
                } else if name == "p" {
                    (leads, is_cut) = (words.ends_with(':'), false);
                    for sentence in sentences(&words) {
                        if has_number_to_ring(sentence) {
                            block += 1;
                            has_gap = true;
                        } else {
                            let follows_gap = std::mem::take(&mut has_gap);
                            part.pieces.push(Piece { follows_gap, ..piece(sentence, false, block) });
                        }
                    }
                } else {
                    has_gap = true;
                }
                if name == "li" {
                    point = false;
                }
            }
            "ul" | "ol" => {
                is_cut &= !ends;
                leads &= !ends;
            }
            "br" => text.push(' '),
            _ => {}
        }
    }
    parts
}

/// The rows of a table, each with its two cells on two lines, under the names of its columns. A row means nothing without
/// them, so a table is quoted whole or not at all.
fn pieces_of_table(rows: &[Vec<String>], block: u32) -> Vec<Piece> {
    let is_whole = |row: &Vec<String>| row.len() == 2 && !row.iter().any(|cell| has_number_to_ring(cell));
    if rows.len() > ROWS_MAX + 1 || !rows.iter().all(is_whole) {
        return Vec::new();
    }
    rows.iter().enumerate().map(|(at, row)| piece(&row.join("\n"), at > 0, block)).collect()
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let value = tag.split_once(&start).map_or("", |(_, rest)| rest);
    value.split('"').next().unwrap_or_default().to_owned()
}

fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
#[path = "passages_tests.rs"]
mod tests;
