//! Words and meaning together. Words lead: what was plainly named stays as words ranked it. Where words leave a doubt,
//! an entry near in meaning is lifted among those found, and the few nearest of the others come in beside them.
//!
//! What was measured on 98 seen questions and 392 of the regression set (none of them blind), with the table's vectors:
//! where entries have their 'people also say', a right one is among the first three for 90 of 100 by words alone, and
//! by both for as many, with three questions gained and none lost. Where those sayings were taken away it is 72 of 100,
//! with six gained and three lost. More weight, or a say where words leave no doubt, lost more than it gained. So what
//! editors collect is worth far more than vectors, and vectors help most where nobody has collected any.

use crate::text::{self, Says};
use meaning::{Table, Vector};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// Words leave a doubt when the best match has less than this of a perfect one. Where they leave none, nothing here is
/// asked at all.
pub const DOUBT_BELOW: f32 = 0.45;
/// An entry comes in beside those found by words when it is at least so near in meaning,
pub const NEAR_ENOUGH: f32 = 0.35;
/// and at most so many do. They are chosen from everything that may be shown before any filter, so that a filter only
/// ever takes away, and every count agrees with the list.
pub const BROUGHT_IN_MAX: usize = 3;
/// How much meaning says beside words.
const WEIGHT: f32 = 0.2;
/// What is nearer than this is as good as the same.
const AS_GOOD_AS_SAME: f32 = 0.8;

/// A score by words and meaning. `full` is what an entry would get by its words if it were the best match. Each entry
/// is weighed by itself, so whether one has a vector changes nobody else's score.
pub(crate) fn fused(by_words: f32, closeness: f32, full: f32) -> f32 {
    let near = (closeness / AS_GOOD_AS_SAME).clamp(0.0, 1.0);
    (1.0 - WEIGHT) * by_words + WEIGHT * near * full
}

/// Whether what was typed are words at all. Where none of them is in any entry, only real ones may bring something in:
/// a cat on the keyboard means nothing, though every piece of what it typed has a vector.
pub(crate) fn are_words(typed: &[String]) -> bool {
    typed
        .iter()
        .filter(|word| text::says(word) == Says::Much)
        .all(|word| REAL.binary_search(&key(word)).is_ok())
}

/// Keys of the words that the table knows whole: made when it is first asked, and a tenth of what the words would take.
static REAL: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut keys: Vec<u64> = Table::builtin().pieces().map(|(piece, _)| key(&piece)).collect();
    keys.sort_unstable();
    keys.shrink_to_fit();
    keys
});

fn key(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// The vectors of those entries that have one, beside each other, so that all are compared in one run through memory.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    vectors: Vec<Vector>,
    /// Whose each is.
    documents: Vec<u32>,
    /// Where each entry's is; [`NONE`] where it has none. Empty when nobody has one.
    places: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Meanings {
    /// Gathers what each entry has, in order.
    pub fn gather(each: impl ExactSizeIterator<Item = Option<Vector>>) -> Meanings {
        let mut meanings = Meanings { places: vec![NONE; each.len()], ..Meanings::default() };
        for (number, vector) in each.enumerate() {
            if let Some(vector) = vector {
                meanings.places[number] = meanings.vectors.len() as u32;
                meanings.documents.push(number as u32);
                meanings.vectors.push(vector);
            }
        }
        if meanings.vectors.is_empty() {
            meanings.places = Vec::new();
        }
        meanings.vectors.shrink_to_fit();
        meanings.documents.shrink_to_fit();
        meanings
    }

    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// How near an entry is to what was meant; `None` where the entry has no vector.
    pub fn closeness(&self, asked: &Vector, document: usize) -> Option<f32> {
        let place = self.places.get(document).filter(|place| **place != NONE)?;
        Some(asked.closeness(&self.vectors[*place as usize]))
    }

    /// The nearest entries that may come in, none further than [`NEAR_ENOUGH`]: nearest first, equal ones in the order
    /// of the index.
    pub fn nearest(&self, asked: &Vector, may_come_in: impl Fn(usize) -> bool) -> Vec<(u32, f32)> {
        let mut nearest: Vec<(u32, f32)> = Vec::with_capacity(BROUGHT_IN_MAX + 1);
        let mut least = NEAR_ENOUGH;
        for (vector, &document) in self.vectors.iter().zip(&self.documents) {
            let closeness = asked.closeness(vector);
            if closeness < least || !may_come_in(document as usize) {
                continue;
            }
            let at = nearest.partition_point(|(_, other)| *other >= closeness);
            nearest.insert(at, (document, closeness));
            nearest.truncate(BROUGHT_IN_MAX);
            if let (BROUGHT_IN_MAX, Some((_, furthest))) = (nearest.len(), nearest.last()) {
                least = *furthest;
            }
        }
        nearest
    }
}
