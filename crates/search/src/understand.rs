//! What a person's words ask for besides their words: a place, an age, a day, 'free'. Each becomes a part that is
//! shown back and can be taken off. A part read wrongly hides help, so every reader would rather miss than mistake.

use crate::query::{AgeAsked, Near, Query};
use crate::understand_things::tags;
use crate::{loss, understand_age, understand_place, understand_things, understand_when};
use jiff::civil::DateTime;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Reads the filters out of what was typed.
pub fn understand(text: &str, context: &Context) -> Understood {
    let mut sentence = Sentence::of(text);
    let mut parts = Vec::new();
    let wanted = |key: &str| !context.without.contains(&key);
    // In this order: a postcode before numbers, an age before times ('after 6 months'), days before times.
    if wanted("postcode") || wanted("place") {
        understand_place::read(&mut sentence, context, &mut parts);
    }
    if wanted("age") {
        understand_age::read(&mut sentence, &mut parts);
    }
    if wanted("day") || wanted("time") {
        understand_when::read(&mut sentence, context, &mut parts);
    }
    understand_things::read(&mut sentence, context, &mut parts);
    Understood { words: sentence.left(), parts, loss: loss::speaks_of_loss(text) }
}

/// What the reader must know of here and now.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// In Europe/London: 'tomorrow' and 'tonight' are reckoned from it.
    pub now_local: DateTime,
    /// Towns and hubs of the area.
    pub towns: &'a [Town],
    /// Keys of the parts that the person took off: their words are words again.
    pub without: &'a [&'a str],
}

/// A place that people name.
#[derive(Clone, Debug)]
pub struct Town {
    /// As shown.
    pub name: String,
    /// Other ways to say it.
    pub also: Vec<String>,
    /// Whether its name alone is taken for a place.
    pub kind: TownKind,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Codes of the areas it is in.
    pub areas: Vec<String>,
}

/// How a place's name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TownKind {
    /// A town or a part of one: its name is a place and nothing else.
    Town,
    /// A hub: its name is looked for as a word too, and is a place only after 'near', 'at' and the like.
    Hub,
}

/// The words and what was read out of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    /// What is left to search for. Words that say something besides ('pregnant', 'dads') stay in it.
    pub words: String,
    /// At most one of each key.
    pub parts: Vec<Part>,
    /// The person speaks of losing a baby.
    pub loss: bool,
}

impl Understood {
    /// Sets the parts on a query, and its words. Ages, days and audiences lean: what a person said in passing must not
    /// hide help from them; what they tick does. A postcode is for the caller to look up: see
    /// [`PartFilter::Postcode`].
    pub fn apply(&self, query: &mut Query) {
        query.words = self.words.clone();
        query.loss |= self.loss;
        for part in &self.parts {
            match &part.filter {
                PartFilter::Near(near) => query.near = Some(near.clone()),
                PartFilter::Age(age) => query.leanings.age = Some(*age),
                PartFilter::When { days, time } => {
                    let leanings = &mut query.leanings;
                    leanings.days = if *days == 0 { leanings.days } else { *days };
                    leanings.time = time.or(leanings.time);
                }
                PartFilter::Tags { group, values } if *group == tags::AUDIENCE => {
                    let values = values.iter().map(|value| (*value).to_owned()).collect();
                    query.leanings.tags.push(((*group).to_owned(), values));
                }
                PartFilter::Tags { group, values } => {
                    let values = values.iter().map(|value| (*value).to_owned()).collect();
                    query.tags.push(((*group).to_owned(), values));
                }
                PartFilter::Postcode(_) | PartFilter::AskPlace => {}
            }
        }
    }
}

/// One thing understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// `place`, `postcode`, `age`, `day`, `time`, `cost`, `access`, `audience`, `way_in` or `accessibility`.
    pub key: &'static str,
    /// As told back: '18 months', 'Tuesday', 'Near WA8 7'.
    pub label: String,
    /// The person's own words for it.
    pub typed: String,
    /// What it filters by.
    pub filter: PartFilter,
}

/// What a part filters by.
#[derive(Clone, Debug, PartialEq)]
pub enum PartFilter {
    /// A place whose point is known.
    Near(Near),
    /// A postcode such as `WA8 7QF`, or an outward code such as `WA8`, for the caller to find on the map.
    Postcode(String),
    /// 'near me': nothing to filter by until they say where that is.
    AskPlace,
    /// An age.
    Age(AgeAsked),
    /// Days (0 is any) and minutes of the day. A day and a time together are for one slot.
    When {
        /// Monday is bit 0.
        days: u8,
        /// From and until.
        time: Option<(u16, u16)>,
    },
    /// Any of these values of a group.
    Tags {
        /// The group.
        group: &'static str,
        /// The values.
        values: Vec<&'static str>,
    },
}

impl PartialEq for Near {
    fn eq(&self, other: &Near) -> bool {
        let rest =
            |near: &Near| (near.within_metres.map(f64::to_bits), near.areas.clone(), near.label.clone());
        (self.lat, self.lon) == (other.lat, other.lon) && rest(self) == rest(other)
    }
}

/// A folded word and where it stood.
#[derive(Debug)]
struct Token {
    word: String,
    from: usize,
    until: usize,
    taken: bool,
}

/// The words in order, with those marked that a reader has taken out.
#[derive(Debug)]
pub(crate) struct Sentence<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

/// More words than this are searched for, but no longer read for filters.
const TOKENS_MAX: usize = 1_000;

impl<'a> Sentence<'a> {
    pub fn of(text: &'a str) -> Sentence<'a> {
        let mut sentence = Sentence { text, tokens: Vec::new() };
        let mut word = String::new();
        let mut from = 0;
        let mut letters = text.char_indices().peekable();
        let mut before = ' ';
        while let Some((at, c)) = letters.next() {
            let next = letters.peek().map_or(' ', |(_, c)| *c);
            let between_digits =
                before.is_ascii_digit() && next.is_ascii_digit() && matches!(c, '.' | '/' | '+' | ':');
            match c {
                '\'' | '\u{2019}' | '\u{2018}' | '`' => continue,
                '½' | '¼' | '¾' => {
                    sentence.push(&mut word, from, at);
                    let fraction = match c {
                        '½' => "1/2",
                        '¼' => "1/4",
                        _ => "3/4",
                    };
                    sentence.push(&mut fraction.to_owned(), at, at + c.len_utf8());
                }
                _ if c.is_ascii_alphanumeric() || between_digits => {
                    if word.is_empty() {
                        from = at;
                    }
                    word.push(c.to_ascii_lowercase());
                }
                _ if !c.is_ascii() && (c.is_alphanumeric() || is_combining_mark(c)) => {
                    if word.is_empty() {
                        from = at;
                    }
                    let folded = c.nfkd().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
                    word.extend(folded);
                }
                _ => sentence.push(&mut word, from, at),
            }
            before = c;
        }
        sentence.push(&mut word, from, text.len());
        sentence
    }

    fn push(&mut self, word: &mut String, from: usize, until: usize) {
        if !word.is_empty() && self.tokens.len() < TOKENS_MAX {
            let plain = crate::spoken::plain_word(word).to_owned();
            self.tokens.push(Token { word: plain, from, until, taken: false });
        }
        word.clear();
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at a place; nothing beyond either end, or where a reader has taken it.
    pub fn at(&self, place: usize) -> &str {
        self.tokens.get(place).filter(|token| !token.taken).map_or("", |token| &token.word)
    }

    /// The word `back` places before, taken or not.
    pub fn before(&self, place: usize, back: usize) -> &str {
        place.checked_sub(back).and_then(|place| self.tokens.get(place)).map_or("", |token| &token.word)
    }

    /// The word `on` places after, taken or not.
    pub fn after(&self, place: usize, on: usize) -> &str {
        self.tokens.get(place + on).map_or("", |token| &token.word)
    }

    /// True when only a hyphen or a dash stands between a word and the next.
    pub fn is_hyphen_after(&self, place: usize) -> bool {
        let ends = self.tokens.get(place).zip(self.tokens.get(place + 1));
        let between =
            ends.and_then(|(left, right)| self.text.get(left.until..right.from)).unwrap_or_default();
        matches!(between.trim(), "-" | "\u{2013}" | "\u{2014}")
    }

    pub fn is_taken(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|token| token.taken)
    }

    pub fn has_phrase(&self, place: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(on, word)| self.at(place + on) == *word)
    }

    /// True when any word of the sentence is one of these. Ask once a sentence, not once a word.
    pub fn has_any(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| words.contains(&token.word.as_str()))
    }

    /// True when any word of the sentence starts with this letter.
    pub fn has_start(&self, letter: char) -> bool {
        self.tokens.iter().any(|token| token.word.starts_with(letter))
    }

    /// The person's own words from one place to another.
    pub fn typed(&self, from: usize, until: usize) -> String {
        match (self.tokens.get(from), self.tokens.get(until.saturating_sub(1))) {
            (Some(first), Some(last)) if first.from <= last.until => {
                self.text[first.from..last.until].to_owned()
            }
            _ => String::new(),
        }
    }

    pub fn take(&mut self, from: usize, until: usize) {
        let end = until.min(self.tokens.len());
        for token in self.tokens.get_mut(from..end).unwrap_or_default() {
            token.taken = true;
        }
    }

    /// The person's words without those taken, punctuation kept where nothing was taken beside it.
    fn left(&self) -> String {
        if self.tokens.iter().all(|token| !token.taken) {
            return self.text.trim().to_owned();
        }
        let mut left = String::new();
        for token in self.tokens.iter().filter(|token| !token.taken) {
            if !left.is_empty() {
                left.push(' ');
            }
            left.push_str(&self.text[token.from..token.until]);
        }
        if let Some(last) = self.tokens.last().filter(|_| self.tokens.len() == TOKENS_MAX) {
            left.push_str(&self.text[last.until..]);
        }
        left
    }
}

/// Adds a part unless one of its key is there or the person took it off; true when it was added.
pub(crate) fn add(parts: &mut Vec<Part>, context_without: &[&str], part: Part) -> bool {
    let known = parts.iter().any(|known| known.key == part.key) || context_without.contains(&part.key);
    if !known {
        parts.push(part);
    }
    !known
}
