//! What each typed word may reach in the index: itself, a slip put right, a family's word, a beginning.

use crate::index::Index;
use crate::languages;
use crate::phrases::share_of;
use crate::query::How;
use crate::spoken;
use crate::text::{self, Says, stem};
use std::collections::HashSet;

/// One thing the person said, and the stems it may be found under.
#[derive(Debug)]
pub(crate) struct Said {
    pub typed: String,
    pub rarity: f32,
    pub reaches: Vec<Reach>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reach {
    pub stem: u32,
    pub weight: f32,
    pub how: How,
}

/// One word as sayings are compared with it: grammar too, for 'not feeding' is not 'feeding'.
#[derive(Debug)]
pub(crate) struct Unit {
    pub weight: f32,
    pub tells: bool,
    pub reaches: Vec<Reach>,
}

/// The typed words, understood.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub said: Vec<Said>,
    pub units: Vec<Unit>,
    pub corrected: Vec<(String, String)>,
    /// Nothing but small talk could be searched for.
    pub only_chat: bool,
    /// Every word that was typed is grammar or small talk.
    pub small_talk: bool,
    /// There was at least one word to search for.
    pub any_words: bool,
    /// A loss was heard in another language.
    pub speaks_of_loss: bool,
    /// What was typed in plain spelling, word by word.
    pub words: Vec<String>,
}

impl Reading {
    /// What was typed, in plain spelling and with slips put right: what its meaning is read from.
    pub fn in_plain_words(&self) -> String {
        let mut plain = String::new();
        for word in &self.words {
            let slip = self.corrected.iter().find(|(typed, _)| typed == word);
            if !plain.is_empty() {
                plain.push(' ');
            }
            plain.push_str(slip.map_or(word, |(_, meant)| meant));
        }
        plain
    }
}

/// A letter of four thousand characters is still searched for what matters in it.
const SAID_MAX: usize = 24;
const WORDS_MAX: usize = 1_000;
const UNITS_MAX: usize = 60;

const SPELLING_WEIGHTS: [f32; 2] = [0.75, 0.5];
const SYNONYM_WEIGHT: f32 = 0.6;
const BEGINNING_WEIGHT: f32 = 0.35;
/// A word inside a phrase that means something else ('half' in 'other half').
const WITHIN_PHRASE_WEIGHT: f32 = 0.25;
const BEGINNINGS_MAX: usize = 12;

impl Index {
    /// The words among these that nothing here holds and no slip or meaning leads to, in plain spelling.
    pub fn list_not_understood(&self, typed: &str) -> Vec<String> {
        let said = self.read(typed).said.into_iter();
        said.filter(|said| said.reaches.is_empty()).map(|said| said.typed).collect()
    }

    pub(crate) fn read(&self, typed: &str) -> Reading {
        let mut words = Vec::new();
        text::each_word(typed, |word, joined| {
            if joined || words.len() >= WORDS_MAX {
                return;
            }
            match spoken::plain(word) {
                Some(plain) => words.extend(plain.iter().map(|word| (*word).to_owned())),
                None => words.push(self.sounded(word)),
            }
        });
        forget_what_is_not(&mut words);
        let mut reading = Reading { any_words: !words.is_empty(), ..Reading::default() };
        if let Some(english) = self.read_another_language(&words, &mut reading.corrected) {
            reading.speaks_of_loss = languages::speaks_of_loss(&english);
            words = english;
        }
        reading.small_talk = words.iter().all(|word| text::says(word) != Says::Much);
        self.read_words(&words, &mut reading);
        if reading.said.iter().all(|said| said.reaches.is_empty()) {
            reading.only_chat = true;
            let nothing_but_grammar = words.iter().all(|word| text::says(word) == Says::Little);
            for says in [Says::Chat, Says::Little] {
                if says == Says::Chat || nothing_but_grammar {
                    let plain = words.iter().filter(|word| text::says(word) == says);
                    reading.said.extend(plain.map(|word| self.say(word, self.own_reach(word))));
                }
            }
            if let ([word], true) = (&words[..], reading.said.iter().all(|said| said.reaches.is_empty()))
                && text::says(word) == Says::Much
            {
                let beginnings = self.beginnings(word);
                reading.said.push(self.say(word, beginnings));
            }
        }
        keep_the_rarest(&mut reading.said);
        self.add_units(&words, &mut reading);
        reading.words = words;
        reading
    }

    /// What we can read of another language, when most of what was typed is no English that we know.
    fn read_another_language(
        &self,
        words: &[String],
        corrected: &mut Vec<(String, String)>,
    ) -> Option<Vec<String>> {
        let is_known = |word: &String| self.vocabulary.knows(word) && word.is_ascii();
        let telling = || words.iter().filter(|word| text::says(word) == Says::Much);
        let unknown = telling().filter(|word| !is_known(word)).count();
        let is_english = unknown == 0 || 2 * unknown < telling().count();
        if is_english || !telling().any(|word| !is_known(word) && languages::english(word).is_some()) {
            return None;
        }
        let mut english: Vec<String> = Vec::new();
        for word in words {
            match languages::english(word).filter(|_| text::says(word) == Says::Much) {
                Some(means) => {
                    if !corrected.iter().any(|(typed, _)| typed == word) {
                        corrected.push((word.clone(), means.to_owned()));
                    }
                    english.extend(means.split(' ').map(str::to_owned));
                }
                None if is_known(word) => english.push(word.clone()),
                None => {}
            }
        }
        Some(english)
    }

    /// A dropped h and 'in' for 'ing' are how people here speak: 'ousing', 'cryin'.
    fn sounded(&self, word: &str) -> String {
        let known = |word: &str| self.vocabulary.knows(word);
        if word.len() < 4 || !word.is_ascii() || known(word) || text::says(word) != Says::Much {
            return word.to_owned();
        }
        let ending = word.strip_suffix("in").map(|start| format!("{start}ing"));
        let with_h = |word: &str| word.starts_with(['a', 'e', 'i', 'o', 'u']).then(|| format!("h{word}"));
        let both = ending.as_deref().and_then(with_h);
        let tries = [ending.clone(), with_h(word), both];
        tries.into_iter().flatten().find(|word| known(word)).unwrap_or_else(|| word.to_owned())
    }

    /// Each different word once, with whatever else it may reach.
    fn add_units(&self, words: &[String], reading: &mut Reading) {
        let mut units: Vec<Unit> = Vec::new();
        for said in &reading.said {
            let weight = said.rarity;
            let reaches = said.reaches.iter().filter(|reach| reach.how != How::Exact).copied().collect();
            units.push(Unit { weight, tells: true, reaches });
        }
        let mut seen: HashSet<u32> = HashSet::new();
        for word in words.iter().take(UNITS_MAX) {
            let Some(stem) = self.vocabulary.number_of(word).filter(|stem| seen.insert(*stem)) else {
                continue;
            };
            let share = share_of(word);
            let own = Reach { stem, weight: 1.0, how: How::Exact };
            let of_said = reading.said.iter().position(|said| said.typed == *word);
            match of_said {
                Some(at) => {
                    units[at].reaches.insert(0, own);
                    units[at].weight = units[at].weight.max(self.rarity(stem) * share);
                    units[at].tells = share >= 1.0;
                }
                None => {
                    let weight = self.rarity(stem) * share;
                    units.push(Unit { weight, tells: share >= 1.0, reaches: vec![own] });
                }
            }
        }
        units.retain(|unit| !unit.reaches.is_empty());
        reading.units = units;
    }

    fn read_words(&self, words: &[String], reading: &mut Reading) {
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut spelt = 0;
        let mut at = 0;
        while at < words.len() {
            let phrase = self.synonyms.starting(&stems[at..]);
            let length = phrase.as_ref().map_or(1, |phrase| phrase.length);
            let inside = &words[at..at + length];
            if let Some(phrase) = phrase {
                if seen.insert(&stems[at]) || length > 1 {
                    reading.said.push(self.say_phrase(inside, &stems[at..at + length], &phrase.means));
                }
            } else if text::says(&words[at]) == Says::Much && seen.insert(&stems[at]) {
                let mut reaches = self.own_reach(&words[at]);
                // The dictionary is walked for the first unknown words only: a page of gibberish must stay cheap.
                if reaches.is_empty() && spelt < SAID_MAX {
                    spelt += 1;
                    let last = at + 1 == words.len();
                    match self.mend(&words[at], words.get(at + 1), last, &mut reading.corrected) {
                        Some(mended) => reaches = mended,
                        None => {
                            at += 1;
                            continue;
                        }
                    }
                }
                reading.said.push(self.say(&words[at], reaches));
            }
            at += length;
        }
    }

    fn own_reach(&self, word: &str) -> Vec<Reach> {
        let number = self.vocabulary.number_of(word);
        number.map(|stem| Reach { stem, weight: 1.0, how: How::Exact }).into_iter().collect()
    }

    fn say(&self, typed: &str, reaches: Vec<Reach>) -> Said {
        let own =
            reaches.iter().filter(|reach| reach.how != How::Synonym).map(|reach| self.rarity(reach.stem));
        let any = reaches.iter().map(|reach| self.rarity(reach.stem) * reach.weight);
        let rarity = own.fold(None, |most: Option<f32>, r| Some(most.map_or(r, |m| m.max(r))));
        let rarity = rarity.or_else(|| any.reduce(f32::max)).unwrap_or_else(|| self.rarity_of_the_unknown());
        Said { typed: typed.to_owned(), rarity, reaches }
    }

    /// The words of the phrase themselves, and what the list says they mean.
    fn say_phrase(&self, words: &[String], stems: &[String], means: &[&str]) -> Said {
        let telling = words.iter().filter(|word| text::says(word) == Says::Much).count();
        let own_weight = |word: &str, stem: &String| match text::says(word) {
            _ if words.len() == 1 || means.contains(&stem.as_str()) => 1.0,
            Says::Much if telling == 1 => 1.0,
            Says::Much => WITHIN_PHRASE_WEIGHT,
            _ => 0.0,
        };
        let mut reaches: Vec<Reach> = Vec::new();
        for (word, stem) in words.iter().zip(stems) {
            let weight = own_weight(word, stem);
            if let Some(stem) = self.vocabulary.stem_number(stem).filter(|_| weight > 0.0) {
                reaches.push(Reach { stem, weight, how: How::Exact });
            }
        }
        self.add_meanings(means, 1.0, &mut reaches);
        self.say(&words.join(" "), reaches)
    }

    /// One meaning of two words is worth two words; five near meanings are not worth five.
    fn add_meanings(&self, means: &[&str], share: f32, reaches: &mut Vec<Reach>) {
        let weight = SYNONYM_WEIGHT * share * (2.0 / means.len().max(1) as f32).min(1.0);
        for stem in means.iter().filter_map(|stem| self.vocabulary.stem_number(stem)) {
            if !reaches.iter().any(|reach| reach.stem == stem) {
                reaches.push(Reach { stem, weight, how: How::Synonym });
            }
        }
    }

    /// What an unknown word may have been. `None` when it was small talk typed in a hurry.
    fn mend(
        &self,
        word: &str,
        next: Option<&String>,
        last: bool,
        corrected: &mut Vec<(String, String)>,
    ) -> Option<Vec<Reach>> {
        let mut reaches: Vec<Reach> = Vec::new();
        if let Some(joined) = next.map(|next| format!("{word}{next}"))
            && let Some(stem) = self.vocabulary.number_of(&joined)
        {
            reaches.push(Reach { stem, weight: 1.0, how: How::Exact });
            return Some(reaches);
        }
        let beginnings = if last && word.chars().count() >= 3 { self.beginnings(word) } else { Vec::new() };
        let candidates = self.speller.nearest(word);
        if let Some(best) = candidates.first() {
            if text::says(best.word) != Says::Much {
                corrected.push((word.to_owned(), best.word.to_owned()));
                return None;
            }
            if beginnings.is_empty() || best.slips == 1 {
                corrected.push((word.to_owned(), best.word.to_owned()));
            }
        }
        for (place, candidate) in candidates.iter().enumerate() {
            let share = SPELLING_WEIGHTS[(candidate.slips.max(1) - 1).min(1)] / (place + 1) as f32;
            if let Some(stem) = self.vocabulary.number_of(candidate.word)
                && !reaches.iter().any(|reach| reach.stem == stem)
            {
                reaches.push(Reach { stem, weight: share, how: How::Spelling });
            }
            if place == 0
                && let Some(phrase) = self.synonyms.starting(&[stem(candidate.word)])
            {
                self.add_meanings(&phrase.means, share, &mut reaches);
            }
        }
        for reach in beginnings {
            if !reaches.iter().any(|known| known.stem == reach.stem) {
                reaches.push(reach);
            }
        }
        if reaches.is_empty() {
            reaches = self.two_words_in_one(word, corrected);
        }
        Some(reaches)
    }

    fn beginnings(&self, word: &str) -> Vec<Reach> {
        let starting = self.speller.starting(word, BEGINNINGS_MAX).into_iter();
        let numbers = starting.filter_map(|found| self.vocabulary.number_of(found));
        let mut reaches: Vec<Reach> = Vec::new();
        for stem in numbers {
            if !reaches.iter().any(|reach| reach.stem == stem) {
                reaches.push(Reach { stem, weight: BEGINNING_WEIGHT, how: How::Stem });
            }
        }
        reaches
    }

    /// 'foodbank' where the entries say 'food bank'.
    fn two_words_in_one(&self, word: &str, corrected: &mut Vec<(String, String)>) -> Vec<Reach> {
        for (cut, _) in word.char_indices().skip(3) {
            let (left, right) = word.split_at(cut);
            if right.len() < 3 {
                break;
            }
            let known =
                |part: &str| self.vocabulary.number_of(part).filter(|_| text::says(part) == Says::Much);
            if let (Some(left_stem), Some(right_stem)) = (known(left), known(right)) {
                corrected.push((word.to_owned(), format!("{left} {right}")));
                let reach = |stem| Reach { stem, weight: SPELLING_WEIGHTS[0], how: How::Spelling };
                return vec![reach(left_stem), reach(right_stem)];
            }
        }
        Vec::new()
    }

    fn rarity(&self, stem: u32) -> f32 {
        self.postings[stem as usize].rarity
    }

    fn rarity_of_the_unknown(&self) -> f32 {
        (2.0 * (self.documents.len() as f32 + 1.0)).ln()
    }
}

/// 'Not pregnant' asks for nothing about being pregnant. 'Not sleeping' and 'not talking' do ask for sleep and talk, so
/// this is for a state that shuts others out and for nothing else.
fn forget_what_is_not(words: &mut Vec<String>) {
    const STATES: &[&str] = &["pregnant", "expecting", "urgent", "suicidal"];
    let denied = |at: usize| {
        at > 0 && matches!(words[at - 1].as_str(), "not" | "isnt") && STATES.contains(&words[at].as_str())
    };
    if let Some(at) = (0..words.len()).find(|at| denied(*at))
        && words.len() > 2
    {
        words.drain(at - 1..=at);
    }
}

fn keep_the_rarest(said: &mut Vec<Said>) {
    if said.len() > SAID_MAX {
        said.sort_by(|a, b| {
            a.reaches.is_empty().cmp(&b.reaches.is_empty()).then(b.rarity.total_cmp(&a.rarity))
        });
        said.truncate(SAID_MAX);
    }
}
