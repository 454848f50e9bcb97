//! The inverted index: from a word's stem to the entries that hold it, with how much it says about each.

use crate::document::{Document, Field, Kind};
use crate::filters::{Bits, Columns};
use crate::fusion::Meanings;
use crate::phrases::Phrases;
use crate::spelling::Speller;
use crate::spoken;
use crate::synonyms::Synonyms;
use crate::text::{self, stem};
use std::collections::HashMap;
use std::sync::Mutex;

/// All documents, ready to be searched. It never changes: a new one is built and put in its place.
#[derive(Debug)]
pub struct Index {
    pub(crate) documents: Vec<Document>,
    pub(crate) synonyms: Synonyms,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) postings: Vec<Postings>,
    pub(crate) phrases: Phrases,
    pub(crate) columns: Columns,
    pub(crate) speller: Speller,
    pub(crate) sections: HashMap<u32, Vec<SectionTerms>>,
    pub(crate) baby: Bits,
    pub(crate) loss: Bits,
    pub(crate) about_site: Bits,
    pub(crate) title_order: Vec<u32>,
    /// Beside each other, and not in the documents: a search reads one for every entry it scores.
    pub(crate) weights: Vec<f32>,
    pub(crate) meanings: Meanings,
    pub(crate) by_slug: HashMap<(Kind, String), u32>,
    pub(crate) scratch: Mutex<Vec<crate::search::Scratch>>,
}

/// What is known of the words.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Words as written to the number of their stem, and which of its words each is.
    surfaces: HashMap<Box<str>, Surface>,
    /// The words of each stem, in the order they were met.
    words: Vec<Vec<Box<str>>>,
    stems: HashMap<Box<str>, u32>,
}

/// A word as written: its stem, and its place among that stem's words.
#[derive(Clone, Copy, Debug)]
struct Surface {
    stem: u32,
    place: u8,
}

impl Vocabulary {
    pub fn stem_number(&self, stem: &str) -> Option<u32> {
        self.stems.get(stem).copied()
    }

    /// The number of a word's stem. A word met before costs one look and no stemming.
    pub fn number_of(&self, word: &str) -> Option<u32> {
        self.surfaces.get(word).map(|known| known.stem).or_else(|| self.stem_number(&stem(word)))
    }

    /// Whether some entry has the word, with whatever ending.
    pub fn knows(&self, word: &str) -> bool {
        self.number_of(word).is_some()
    }

    /// Which of an entry's words has the stem: the one that was typed if it is there, else the first that is.
    pub fn word_of(&self, stem: u32, written: Written, typed: &str) -> Option<&str> {
        let is_there = |known: &&Surface| known.stem == stem && written.places >> known.place & 1 == 1;
        let place = self.surfaces.get(typed).filter(is_there).map(|known| known.place);
        let place = place.or((written.places != 0).then_some(written.first))?;
        self.words.get(stem as usize)?.get(usize::from(place)).map(|word| &**word)
    }

    fn learn(&mut self, word: &str) -> Surface {
        if let Some(&known) = self.surfaces.get(word) {
            return known;
        }
        let next = self.stems.len() as u32;
        let stem = *self.stems.entry(stem(word).into()).or_insert(next);
        if stem == next {
            self.words.push(Vec::new());
        }
        let words = &mut self.words[stem as usize];
        let place = words.len().min(PLACES_MAX) as u8;
        if words.len() <= PLACES_MAX {
            words.push(word.into());
        }
        let surface = Surface { stem, place };
        self.surfaces.insert(word.into(), surface);
        surface
    }
}

/// Words of one stem that are told apart; the few beyond share the last place.
const PLACES_MAX: usize = 15;

/// Which words of a stem an entry has in the first of its fields that has any: what a result says it was found by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    places: u16,
    first: u8,
}

impl Written {
    fn add(&mut self, place: u8) {
        if self.places == 0 {
            self.first = place;
        }
        self.places |= 1 << place;
    }
}

/// Where one stem is found: document, weight as a share of 65,535, fields as bits.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    pub documents: Vec<u32>,
    pub weights: Vec<u16>,
    pub fields: Vec<u8>,
    pub written: Vec<Written>,
    pub rarity: f32,
}

/// The words of one section of a page.
#[derive(Debug)]
pub(crate) struct SectionTerms {
    pub heading: Vec<u32>,
    pub text: Vec<u32>,
}

/// How much a word says in each field, by the order of [`Field::ALL`], and how far long fields are held against it.
/// A name is short and chosen; a text is long and mentions much.
const FIELD_WEIGHTS: [f32; FIELDS] = [3.0, 2.5, 1.8, 1.3, 1.0, 0.8];
const FIELD_LENGTHS: [f32; FIELDS] = [0.4, 0.2, 0.3, 0.5, 0.75, 0.3];
const FIELDS: usize = 6;
/// A second mention counts for less than the first.
const SATURATION: f32 = 1.2;

impl Index {
    /// Reads all documents once. About a second for fifty thousand.
    pub fn build(mut documents: Vec<Document>, synonyms: &Synonyms) -> Index {
        let meanings = Meanings::gather(documents.iter_mut().map(|document| document.vector.take()));
        let mut gathered = Gathered::default();
        let mut sections = HashMap::new();
        for (number, document) in documents.iter().enumerate() {
            gathered.add(document);
            if !document.sections.is_empty() {
                sections.insert(number as u32, gathered.section_terms(document));
            }
        }
        let speller = gathered.speller(synonyms);
        let count = documents.len();
        let mut by_slug = HashMap::with_capacity(count);
        for (number, document) in documents.iter().enumerate() {
            by_slug.entry((document.kind, document.slug.clone())).or_insert(number as u32);
        }
        let (vocabulary, postings) = gathered.finish(count);
        let phrases = Phrases::build(&documents, &vocabulary, &postings);
        Index {
            columns: Columns::build(&documents),
            baby: Bits::of(count, |at| documents[at].baby && !documents[at].loss),
            loss: Bits::of(count, |at| documents[at].loss),
            about_site: Bits::of(count, |at| documents[at].about_site),
            title_order: title_order(&documents),
            weights: documents.iter().map(|document| document.weight.max(0.0)).collect(),
            synonyms: synonyms.clone(),
            documents,
            vocabulary,
            postings,
            phrases,
            speller,
            sections,
            meanings,
            by_slug,
            scratch: Mutex::default(),
        }
    }

    /// Everything in it, in the order given.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The document of that kind and slug.
    pub fn find(&self, kind: Kind, slug: &str) -> Option<&Document> {
        let number = self.by_slug.get(&(kind, slug.to_owned()))?;
        self.documents.get(*number as usize)
    }
}

/// Equal titles fall back to the order given, so that pages never overlap.
fn title_order(documents: &[Document]) -> Vec<u32> {
    let mut sorted: Vec<(String, u32)> = documents
        .iter()
        .enumerate()
        .map(|(number, document)| (text::fold(&document.title), number as u32))
        .collect();
    sorted.sort_unstable();
    let mut order = vec![0; documents.len()];
    for (place, (_, number)) in sorted.into_iter().enumerate() {
        order[number as usize] = place as u32;
    }
    order
}

#[derive(Default)]
struct Gathered {
    vocabulary: Vocabulary,
    surface_counts: HashMap<Box<str>, u32>,
    /// For each stem its documents, with how it is mentioned there.
    mentions: Vec<Vec<(u32, Mention)>>,
    lengths: Vec<[u16; FIELDS]>,
    one_document: HashMap<u32, (Spot, Mention)>,
}

/// How one entry has one stem: how often in each field, five bits a field, and in which words.
#[derive(Clone, Copy)]
struct Mention {
    counts: u32,
    written: Written,
}

/// A field of an entry; of its text, one piece. Words are noted of the first that has any.
#[derive(Clone, Copy, PartialEq)]
struct Spot {
    field: usize,
    piece: usize,
}

const MENTION_BITS: u32 = 5;
const MENTIONS_MAX: u32 = (1 << MENTION_BITS) - 1;

impl Gathered {
    fn add(&mut self, document: &Document) {
        let number = self.lengths.len() as u32;
        self.lengths.push([0; FIELDS]);
        self.one_document.clear();
        for (at, field) in Field::ALL.into_iter().enumerate() {
            let mut spot = Spot { field: at, piece: 0 };
            each_text(document, field, |text| {
                self.add_text(spot, true, text);
                if matches!(field, Field::Alias) {
                    spoken::each_respelt(text, |plain| self.add_text(spot, false, plain));
                }
                spot.piece += usize::from(field == Field::Text);
            });
        }
        let mut found: Vec<(u32, Mention)> =
            self.one_document.drain().map(|(stem, (_, mention))| (stem, mention)).collect();
        found.sort_unstable_by_key(|(stem, _)| *stem);
        for (stem, mention) in found {
            self.mentions[stem as usize].push((number, mention));
        }
    }

    /// `written` is false for what nobody wrote: the plain spelling of a spoken word.
    fn add_text(&mut self, spot: Spot, written: bool, text: &str) {
        let Gathered { vocabulary, surface_counts, mentions, lengths, one_document } = self;
        text::each_word(text, |word, _| {
            let Surface { stem, place } = vocabulary.learn(word);
            mentions.resize_with(mentions.len().max(stem as usize + 1), Vec::new);
            match surface_counts.get_mut(word) {
                Some(count) => *count += 1,
                None => drop(surface_counts.insert(word.into(), 1)),
            }
            if let Some(length) = lengths.last_mut() {
                length[spot.field] = length[spot.field].saturating_add(1);
            }
            let nothing = Mention { counts: 0, written: Written::default() };
            let (first, mention) = one_document.entry(stem).or_insert((spot, nothing));
            let shift = spot.field as u32 * MENTION_BITS;
            if (mention.counts >> shift) & MENTIONS_MAX < MENTIONS_MAX {
                mention.counts += 1 << shift;
            }
            if written && *first == spot {
                mention.written.add(place);
            }
        });
    }

    fn section_terms(&self, document: &Document) -> Vec<SectionTerms> {
        let terms = |text: &str| {
            let mut found = Vec::new();
            text::each_word(text, |word, _| found.extend(self.vocabulary.number_of(word)));
            found.sort_unstable();
            found.dedup();
            found
        };
        let sections = document.sections.iter();
        sections
            .map(|section| SectionTerms { heading: terms(&section.heading), text: terms(&section.text) })
            .collect()
    }

    /// Words of the entries, of the list of families' words, and the plain ones: 'hlep' must find 'help' there.
    fn speller(&self, synonyms: &Synonyms) -> Speller {
        let mut words: HashMap<&str, u32> =
            self.surface_counts.iter().map(|(word, count)| (&**word, *count)).collect();
        for word in synonyms.words() {
            words.entry(word).or_insert(1);
        }
        for word in text::plain_words() {
            *words.entry(word).or_default() += 1_000;
        }
        Speller::build(words)
    }

    /// BM25F: each mention is weighed by its field and that field's length, then the sum is saturated once. All of
    /// it is known now, so that a search only multiplies and adds.
    fn finish(self, count: usize) -> (Vocabulary, Vec<Postings>) {
        let mut average = [0f32; FIELDS];
        for (field, average) in average.iter_mut().enumerate() {
            let sum: u64 = self.lengths.iter().map(|lengths| u64::from(lengths[field])).sum();
            *average = (sum as f32 / count.max(1) as f32).max(1.0);
        }
        let lengths = &self.lengths;
        let weigh = |document: u32, counts: u32| -> (u16, u8) {
            let (mut sum, mut fields) = (0f32, 0u8);
            for field in 0..FIELDS {
                let mentions = (counts >> (field as u32 * MENTION_BITS)) & MENTIONS_MAX;
                if mentions > 0 {
                    fields |= 1 << field;
                    let length = f32::from(lengths[document as usize][field]) / average[field];
                    let held = 1.0 - FIELD_LENGTHS[field] + FIELD_LENGTHS[field] * length;
                    sum += FIELD_WEIGHTS[field] * mentions as f32 / held;
                }
            }
            ((sum / (SATURATION + sum) * 65_535.0) as u16, fields)
        };
        let postings = self.mentions.into_iter().map(|mentions| {
            let df = mentions.len() as f32;
            let mut postings = Postings {
                documents: Vec::with_capacity(mentions.len()),
                weights: Vec::with_capacity(mentions.len()),
                fields: Vec::with_capacity(mentions.len()),
                written: Vec::with_capacity(mentions.len()),
                rarity: (1.0 + (count as f32 - df + 0.5) / (df + 0.5)).ln().max(0.01),
            };
            for (document, mention) in mentions {
                let (weight, fields) = weigh(document, mention.counts);
                postings.documents.push(document);
                postings.weights.push(weight.max(1));
                postings.fields.push(fields);
                postings.written.push(mention.written);
            }
            postings
        });
        let postings = postings.collect();
        (self.vocabulary, postings)
    }
}

/// Every piece of text of a field.
pub(crate) fn each_text(document: &Document, field: Field, mut take: impl FnMut(&str)) {
    match field {
        Field::Name => take(&document.title),
        Field::Alias => document.aliases.iter().for_each(|alias| take(alias)),
        Field::Term => document.terms.iter().for_each(|term| take(term)),
        Field::Summary => take(&document.summary),
        Field::Organization => take(&document.organization),
        Field::Text => {
            take(&document.text);
            for section in &document.sections {
                take(&section.heading);
                take(&section.text);
            }
        }
    }
}
