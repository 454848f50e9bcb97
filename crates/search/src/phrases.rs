//! Each saying of an entry on its own: its name and every 'people also say'. A saying that a person nearly spoke is
//! worth more than the same words strewn over a page, so an entry is as good as its best saying and no better.

use crate::document::Document;
use crate::index::{Postings, Vocabulary};
use crate::query::How;
use crate::reading::Unit;
use crate::spoken;
use crate::text::{self, Says};

/// All sayings, found by the stems of their words.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    /// For each stem the sayings that hold it.
    of_stem: Vec<Vec<u32>>,
    /// Whose saying it is.
    documents: Vec<u32>,
    /// What all its words weigh together.
    masses: Vec<f32>,
    /// What each stem weighs: rare words much, grammar little.
    weights: Vec<f32>,
    /// Each step of a share, from none to all, to its power.
    powers: Vec<f32>,
}

/// Room for one search.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spoken {
    unit: u32,
    gain: f32,
    said: f32,
    tells: bool,
}

/// What a saying gave: to which entry, how much, and whether it can bring that entry by itself.
pub(crate) struct Found {
    pub document: u32,
    pub value: f32,
    pub stands_alone: bool,
    /// All of it was said, and nothing else.
    pub is_what_was_said: bool,
}

/// Grammar and small talk count for less than the thing itself, but 'nothing in the cupboards' is not 'in the cupboards'.
const LITTLE_SHARE: f32 = 0.2;
const CHAT_SHARE: f32 = 0.4;
/// A saying made of small talk alone ('who can I talk to') brings its entry when most of it was said.
const SAID_NEARLY_ALL: f32 = 0.7;
/// Two sums of the same weights differ by their last digits.
const SAID_ALL: f32 = 0.999;
/// A saying half said is worth a little more than half of what was said of it.
const SHARE_POWER: f32 = 0.7;
/// That power is read from a table of so many steps: a search needs it some hundred times, and it is dear to work out.
const POWER_STEPS: u16 = 1_024;
/// A stem that is in more sayings than this tells nothing, and costs time.
const SAYINGS_MAX: usize = 60_000;

/// How much a word weighs in a saying beside its rarity.
pub(crate) fn share_of(word: &str) -> f32 {
    match text::says(word) {
        Says::Little => LITTLE_SHARE,
        Says::Chat => CHAT_SHARE,
        Says::Much => 1.0,
    }
}

impl Phrases {
    /// Reads the sayings of all documents; the vocabulary knows all their words by now.
    pub fn build(documents: &[Document], vocabulary: &Vocabulary, postings: &[Postings]) -> Phrases {
        let mut phrases = Phrases {
            of_stem: vec![Vec::new(); postings.len()],
            weights: postings.iter().map(|postings| postings.rarity).collect(),
            powers: (0..=POWER_STEPS)
                .map(|step| (f32::from(step) / f32::from(POWER_STEPS)).powf(SHARE_POWER))
                .collect(),
            ..Phrases::default()
        };
        let mut weighed = vec![false; postings.len()];
        for (number, document) in documents.iter().enumerate() {
            for saying in std::iter::once(&document.title).chain(&document.aliases) {
                let mut stems: Vec<u32> = Vec::new();
                spoken::each_plain_word(saying, |word| {
                    let Some(stem) = vocabulary.number_of(word) else { return };
                    if !std::mem::replace(&mut weighed[stem as usize], true) {
                        phrases.weights[stem as usize] *= share_of(word);
                    }
                    if !stems.contains(&stem) {
                        stems.push(stem);
                    }
                });
                if stems.is_empty() {
                    continue;
                }
                let phrase = phrases.documents.len() as u32;
                phrases.documents.push(number as u32);
                phrases.masses.push(0.0);
                stems.iter().for_each(|stem| phrases.of_stem[*stem as usize].push(phrase));
            }
        }
        // A stem's weight is settled only when all its words were met.
        for (stem, holding) in phrases.of_stem.iter().enumerate() {
            for phrase in holding {
                phrases.masses[*phrase as usize] += phrases.weights[stem];
            }
        }
        phrases
    }

    /// What a share is worth, between the two steps that it lies between.
    fn worth(&self, share: f32) -> f32 {
        let place = share * f32::from(POWER_STEPS);
        let below = (place as usize).min(usize::from(POWER_STEPS) - 1);
        let (low, high) = (self.powers[below], self.powers[below + 1]);
        low + (high - low) * (place - below as f32)
    }

    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Weighs every saying that holds something said. `room` is all zero before, and `touched` says what to clear.
    pub fn weigh(
        &self,
        units: &[Unit],
        room: &mut [Spoken],
        touched: &mut Vec<u32>,
        mut take: impl FnMut(Found),
    ) {
        for (number, unit) in units.iter().enumerate() {
            let number = number as u32 + 1;
            for reach in &unit.reaches {
                let holding = &self.of_stem[reach.stem as usize];
                if holding.len() > SAYINGS_MAX {
                    continue;
                }
                let gain = unit.weight.min(self.weights[reach.stem as usize]) * reach.weight;
                for &phrase in holding {
                    let place = &mut room[phrase as usize];
                    if place.unit == 0 {
                        touched.push(phrase);
                    }
                    if place.unit != number {
                        (place.unit, place.gain) = (number, 0.0);
                    }
                    place.said += (gain - place.gain).max(0.0);
                    place.gain = place.gain.max(gain);
                    place.tells |= unit.tells;
                }
            }
        }
        // A phrase of the list of families' words is counted by its words.
        let is_a_word = |unit: &&Unit| unit.reaches.iter().any(|reach| reach.how != How::Synonym);
        let asked: f32 = units.iter().filter(is_a_word).map(|unit| unit.weight).sum();
        for &phrase in touched.iter() {
            let place = room[phrase as usize];
            let share = (place.said / self.masses[phrase as usize].max(f32::MIN_POSITIVE)).min(1.0);
            take(Found {
                document: self.documents[phrase as usize],
                value: place.said * self.worth(share),
                stands_alone: place.tells || share >= SAID_NEARLY_ALL,
                is_what_was_said: share >= SAID_ALL && place.said >= asked * SAID_ALL,
            });
        }
    }
}
