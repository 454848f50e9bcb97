//! Filters as sets of bits: one bit an entry. Counting what is left, what one more tag would give, and what one
//! filter less would give is then the same cheap operation, and every count agrees with the list.

use crate::document::{AgeBand, Document, Kind};
use crate::query::{AgeAsked, FacetCount, FilterRef, Near, Query, WhatIf};
use crate::when::{When, slot_answers};
use kernel::Date;
use std::collections::HashMap;

/// A set of documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    pub fn none(length: usize) -> Bits {
        Bits { words: vec![0; length.div_ceil(64)] }
    }

    pub fn all(length: usize) -> Bits {
        let mut bits = Bits { words: vec![u64::MAX; length.div_ceil(64)] };
        if !length.is_multiple_of(64)
            && let Some(last) = bits.words.last_mut()
        {
            *last = (1 << (length % 64)) - 1;
        }
        bits
    }

    pub fn of(length: usize, holds: impl Fn(usize) -> bool) -> Bits {
        let mut bits = Bits::none(length);
        for (at, word) in bits.words.iter_mut().enumerate() {
            let from = at * 64;
            let mut gathered = 0u64;
            for bit in 0..64.min(length - from) {
                gathered |= u64::from(holds(from + bit)) << bit;
            }
            *word = gathered;
        }
        bits
    }

    pub fn set(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    pub fn clear(&mut self, at: usize) {
        self.words[at / 64] &= !(1 << (at % 64));
    }

    pub fn has(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    pub fn and(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    pub fn and_not(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
    }

    pub fn or(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn count_with(&self, other: &Bits) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

/// Everything about the documents that filters need, laid out by column.
#[derive(Debug)]
pub(crate) struct Columns {
    length: usize,
    values: Vec<(&'static str, String)>,
    value_bits: Vec<Bits>,
    value_numbers: HashMap<(String, String), usize>,
    tags_from: Vec<u32>,
    tags: Vec<u16>,
    kinds: [Bits; 4],
    reading: Bits,
    ages: Vec<(u16, u16)>,
    pregnancy: Bits,
    area_bits: HashMap<String, Bits>,
    serves_anyone: Bits,
    sites_from: Vec<u32>,
    sites: Vec<[f64; 3]>,
    /// Every site with its document, from south to north.
    by_height: Vec<([f64; 3], u32)>,
    reading_without_place: Bits,
    slots_from: Vec<u32>,
    slots: Vec<(u8, u16, u16)>,
    /// First and last day of each slot.
    lasting: Vec<(Date, Date)>,
    /// What is open on each day at any time, reading with it and slots that begin or end left out.
    on_day: [Bits; 7],
    /// Entries that have a slot with a first or a last day.
    dated: Vec<usize>,
}

/// Sets of entries, each with what it multiplies a score by.
#[derive(Debug)]
pub(crate) struct Fits {
    steps: Vec<(Bits, f32)>,
}

impl Fits {
    pub fn factor(&self, document: usize) -> f32 {
        let held = self.steps.iter().filter(|(bits, _)| bits.has(document));
        held.fold(1.0, |factor, (_, step)| factor * step)
    }
}

const AGE_FITS: f32 = 1.12;
const AGE_OF_OTHERS: f32 = 0.4;
const TAG_FITS: f32 = 1.6;
const TIME_FITS: f32 = 1.3;
/// Who says a day or a time looks for what is held then.
const HELD_THEN: f32 = 1.5;

/// The group under which kinds are counted.
pub(crate) const KIND_GROUP: &str = "kind";

impl Columns {
    pub fn build(documents: &[Document]) -> Columns {
        let length = documents.len();
        let mut columns = Columns {
            length,
            values: Vec::new(),
            value_bits: Vec::new(),
            value_numbers: HashMap::new(),
            tags_from: Vec::with_capacity(length + 1),
            tags: Vec::new(),
            kinds: Kind::ALL.map(|kind| Bits::of(length, |at| documents[at].kind == kind)),
            reading: Bits::of(length, |at| documents[at].kind.is_reading()),
            ages: documents.iter().map(|document| ages_of(document.ages)).collect(),
            pregnancy: Bits::of(length, |at| documents[at].ages.is_none_or(|band| band.pregnancy)),
            area_bits: HashMap::new(),
            serves_anyone: Bits::of(length, |at| documents[at].areas.is_none()),
            sites_from: Vec::with_capacity(length + 1),
            sites: Vec::new(),
            by_height: Vec::new(),
            reading_without_place: Bits::of(length, |at| {
                documents[at].kind.is_reading() && documents[at].sites.is_empty()
            }),
            slots_from: Vec::with_capacity(length + 1),
            slots: Vec::new(),
            lasting: Vec::new(),
            on_day: Default::default(),
            dated: Vec::new(),
        };
        columns.number_the_values(documents);
        for (at, document) in documents.iter().enumerate() {
            columns.add(at, document);
        }
        columns.by_height.sort_unstable_by(|a, b| a.0[2].total_cmp(&b.0[2]));
        columns.sites_from.push(columns.sites.len() as u32);
        columns.slots_from.push(columns.slots.len() as u32);
        columns.tags_from.push(columns.tags.len() as u32);
        columns.on_day = std::array::from_fn(|day| columns.always_on(1 << day));
        columns
    }

    /// Values in order of group and name, so that an answer never depends on the order of the documents.
    fn number_the_values(&mut self, documents: &[Document]) {
        let mut seen: HashMap<(&'static str, &str), ()> = HashMap::new();
        for tag in documents.iter().flat_map(|document| &document.tags) {
            seen.entry((tag.group, &tag.value)).or_default();
        }
        let mut sorted: Vec<(&'static str, &str)> = seen.into_keys().collect();
        sorted.sort_unstable();
        sorted.truncate(usize::from(u16::MAX));
        for (number, (group, value)) in sorted.into_iter().enumerate() {
            self.value_numbers.insert((group.to_owned(), value.to_owned()), number);
            self.values.push((group, value.to_owned()));
            self.value_bits.push(Bits::none(self.length));
        }
    }

    fn add(&mut self, at: usize, document: &Document) {
        self.tags_from.push(self.tags.len() as u32);
        for tag in &document.tags {
            let key = (tag.group.to_owned(), tag.value.clone());
            if let Some(&number) = self.value_numbers.get(&key)
                && !self.value_bits[number].has(at)
            {
                self.value_bits[number].set(at);
                self.tags.push(number as u16);
            }
        }
        for code in document.areas.iter().flatten() {
            let length = self.length;
            self.area_bits.entry(area_key(code)).or_insert_with(|| Bits::none(length)).set(at);
        }
        self.sites_from.push(self.sites.len() as u32);
        for site in &document.sites {
            let point = point(site.lat, site.lon);
            self.sites.push(point);
            self.by_height.push((point, at as u32));
        }
        self.slots_from.push(self.slots.len() as u32);
        self.slots.extend(document.slots.iter().map(|slot| (slot.days, slot.from, slot.until)));
        let lasting = document
            .slots
            .iter()
            .map(|slot| (slot.lasting.0.unwrap_or(Date::MIN), slot.lasting.1.unwrap_or(Date::MAX)));
        self.lasting.extend(lasting);
        if document.slots.iter().any(|slot| slot.lasting != (None, None)) {
            self.dated.push(at);
        }
    }

    /// The sets that a query asks for, each with the filter a person could drop. Words are added by the caller.
    pub fn asked(&self, query: &Query) -> Vec<(FilterRef, Bits)> {
        let mut filters = Vec::new();
        if let Some(near) = &query.near {
            if let Some(metres) = near.within_metres {
                filters.push((FilterRef::Distance, self.within(near, metres)));
            }
            if !near.areas.is_empty() {
                filters.push((FilterRef::Area, self.serving(near)));
            }
        }
        if let Some(age) = query.age {
            filters.push((FilterRef::Age, self.for_age(age)));
        }
        for (group, values) in merged(&query.tags) {
            let mut any = Bits::none(self.length);
            for value in values {
                if let Some(&number) = self.value_numbers.get(&(group.to_owned(), value.to_owned())) {
                    any.or(&self.value_bits[number]);
                }
            }
            filters.push((FilterRef::Tag(group.to_owned()), any));
        }
        if !query.kinds.is_empty() {
            let asked = |at: usize| query.kinds.contains(&Kind::ALL[at]);
            let mut any = Bits::none(self.length);
            (0..Kind::ALL.len()).filter(|&at| asked(at)).for_each(|at| any.or(&self.kinds[at]));
            filters.push((FilterRef::Kinds, any));
        }
        let when = When::of(query);
        if !when.is_any() {
            let what = if when.days != 0 { FilterRef::Days } else { FilterRef::Time };
            filters.push((what, self.open(when)));
        }
        filters
    }

    /// How many of what is left would fit a choice. Few are looked at one by one, many by a set of them all; where a
    /// set would be made by looking at each, only what is left is looked at.
    pub fn count_if(&self, query: &Query, choice: &WhatIf, left: &Bits) -> usize {
        let few = left.count() * 8 < self.length;
        match (choice, &query.near) {
            (WhatIf::Age(age), _) if few => left.iter().filter(|&at| self.is_for_age(at, *age)).count(),
            (WhatIf::Age(age), _) => left.count_with(&self.for_age(*age)),
            (WhatIf::When { days, time }, _) => {
                self.count_open(When { days: *days, time: *time, today: query.today }, left)
            }
            (WhatIf::Within(_), None) => left.count(),
            (WhatIf::Within(metres), Some(near)) if few => {
                let (here, most) = (point(near.lat, near.lon), chord_squared_of(*metres));
                let is_near = |at: usize| {
                    let sites = self.sites_of(at);
                    self.reading_without_place.has(at)
                        || sites.iter().any(|site| chord_squared(site, &here) <= most)
                };
                left.iter().filter(|&at| is_near(at)).count()
            }
            (WhatIf::Within(metres), Some(near)) => left.count_with(&self.within(near, *metres)),
        }
    }

    fn count_open(&self, when: When, left: &Bits) -> usize {
        match when.time {
            None => left.count_with(&self.open(when)),
            Some(_) => left.iter().filter(|&at| self.is_open(at, when)).count(),
        }
    }

    /// Only the band of sites between two parallels is looked at: of a country, a hundredth part.
    fn within(&self, near: &Near, metres: f64) -> Bits {
        let here = point(near.lat, near.lon);
        let most = chord_squared_of(metres);
        let mut near_enough = self.reading_without_place.clone();
        let band = most.max(0.0).sqrt();
        let from = self.by_height.partition_point(|(site, _)| site[2] < here[2] - band);
        for (site, document) in &self.by_height[from..] {
            if site[2] > here[2] + band {
                break;
            }
            if chord_squared(site, &here) <= most {
                near_enough.set(*document as usize);
            }
        }
        near_enough
    }

    fn serving(&self, near: &Near) -> Bits {
        let mut any = self.serves_anyone.clone();
        for code in &near.areas {
            if let Some(bits) = self.area_bits.get(&area_key(code)) {
                any.or(bits);
            }
        }
        any
    }

    fn for_age(&self, age: AgeAsked) -> Bits {
        match age {
            AgeAsked::Pregnant => self.pregnancy.clone(),
            _ => Bits::of(self.length, |at| self.is_for_age(at, age)),
        }
    }

    fn is_for_age(&self, at: usize, age: AgeAsked) -> bool {
        let (from, until) = match age {
            AgeAsked::Pregnant => return self.pregnancy.has(at),
            AgeAsked::Months(months) => (months, months.saturating_add(1)),
            AgeAsked::Band { from_months, until_months } => (from_months, until_months),
        };
        let (low, high) = self.ages[at];
        (low.max(from) < high.min(until)) & (from < until)
    }

    /// Open in one slot that answers both the day and the time. Reading is always open.
    pub fn open(&self, when: When) -> Bits {
        if when.time.is_some() {
            return Bits::of(self.length, |at| self.is_open(at, when));
        }
        let mut any = Bits::none(self.length);
        let asked = |day: usize| when.days & 0x7f == 0 || when.days >> day & 1 == 1;
        (0..7).filter(|&day| asked(day)).for_each(|day| any.or(&self.on_day[day]));
        self.dated.iter().filter(|&&at| self.is_open(at, when)).for_each(|&at| any.set(at));
        any
    }

    /// What is open on a day whatever the date.
    fn always_on(&self, days: u8) -> Bits {
        let any_date = When { days, time: None, today: None };
        let mut on = Bits::of(self.length, |at| self.is_open(at, any_date));
        let mut dated = Bits::none(self.length);
        self.dated.iter().for_each(|&at| dated.set(at));
        on.and_not(&dated);
        on
    }

    fn is_open(&self, at: usize, when: When) -> bool {
        let none_given = self.slots_from[at] == self.slots_from[at + 1];
        (none_given && self.reading.has(at)) || self.slot(at, when).is_some()
    }

    /// Entries whose days are given and do not fit what was said are left out; 'not given' is not 'no'.
    pub fn open_or_not_given(&self, when: When) -> Option<(FilterRef, Bits)> {
        if when.is_any() {
            return None;
        }
        let what = if when.days != 0 { FilterRef::Days } else { FilterRef::Time };
        let mut passing = Bits::of(self.length, |at| self.slots_from[at] == self.slots_from[at + 1]);
        passing.or(&self.open(when));
        Some((what, passing))
    }

    /// What fits and what is for others, of everything that was heard.
    pub fn leanings(&self, query: &Query) -> Fits {
        let leanings = &query.leanings;
        let mut fits = Fits { steps: Vec::new() };
        if let Some(age) = leanings.age {
            let given = Bits::of(self.length, |at| self.ages[at] != (0, u16::MAX));
            let mut fitting = self.for_age(age);
            let mut others = given.clone();
            others.and_not(&fitting);
            fitting.and(&given);
            fits.steps.push((fitting, AGE_FITS));
            fits.steps.push((others, AGE_OF_OTHERS));
        }
        for (group, values) in merged(&leanings.tags) {
            let mut any = Bits::none(self.length);
            for value in values {
                if let Some(&number) = self.value_numbers.get(&(group.to_owned(), value.to_owned())) {
                    any.or(&self.value_bits[number]);
                }
            }
            fits.steps.push((any, TAG_FITS));
        }
        let when = When::leaning(query);
        if !when.is_any() {
            let mut open = self.open(when);
            open.and_not(&self.reading);
            let mut held = open.clone();
            held.and(&self.kinds[Kind::Event as usize]);
            fits.steps.push((open, TIME_FITS));
            fits.steps.push((held, HELD_THEN));
        }
        fits
    }

    /// The first slot that answers.
    pub fn slot(&self, document: usize, when: When) -> Option<usize> {
        let places = self.slots_from[document] as usize..self.slots_from[document + 1] as usize;
        let runs =
            |(from, until): (Date, Date)| when.today.is_none_or(|today| from <= today && today <= until);
        let mut slots = self.slots[places.clone()].iter().zip(&self.lasting[places]);
        slots.position(|(slot, lasting)| runs(*lasting) && slot_answers(*slot, when.days, when.time))
    }

    /// The nearest site and how far it is.
    pub fn nearest(&self, document: usize, here: &[f64; 3]) -> Option<(usize, f64)> {
        let sites = self.sites_of(document).iter().map(|site| chord_squared(site, here)).enumerate();
        sites.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(site, chord)| (site, metres_of(chord)))
    }

    /// How far the nearest site is, straight through the earth: the same order at a fraction of the cost.
    pub fn straight_metres(&self, document: usize, here: &[f64; 3]) -> Option<f64> {
        let chords = self.sites_of(document).iter().map(|site| chord_squared(site, here));
        chords.min_by(f64::total_cmp).map(|chord| EARTH_METRES * chord.sqrt())
    }

    fn sites_of(&self, at: usize) -> &[[f64; 3]] {
        &self.sites[self.sites_from[at] as usize..self.sites_from[at + 1] as usize]
    }

    /// Counts every value of every group. `everything` is what is left under all filters; `without` gives what is
    /// left when one group's own filter is dropped, for within a group values stand beside each other.
    pub fn facets<'i>(
        &'i self,
        query: &Query,
        everything: &Bits,
        pinned: &Bits,
        without: impl Fn(&FilterRef) -> Bits,
    ) -> Vec<FacetCount<'i>> {
        let asked = merged(&query.tags);
        let mut counts = self.count_values(everything);
        for (group, _) in &asked {
            let base = without(&FilterRef::Tag((*group).to_owned()));
            for (number, (of, _)) in self.values.iter().enumerate() {
                if of == group {
                    counts[number] = base.count_with(&self.value_bits[number]);
                }
            }
        }
        let pinned_in_all = pinned.count();
        let mut facets: Vec<FacetCount> = Vec::with_capacity(self.values.len() + 4);
        let kinds_base = if query.kinds.is_empty() { everything.clone() } else { without(&FilterRef::Kinds) };
        for (kind, bits) in Kind::ALL.into_iter().zip(&self.kinds) {
            facets.push(FacetCount {
                group: KIND_GROUP,
                value: kind.as_str(),
                count: kinds_base.count_with(bits) + pinned_in_all,
                selected: query.kinds.contains(&kind),
            });
        }
        for (number, (group, value)) in self.values.iter().enumerate() {
            let selected = asked.iter().any(|(g, values)| g == group && values.contains(&value.as_str()));
            facets.push(FacetCount { group, value, count: counts[number] + pinned_in_all, selected });
        }
        facets
    }

    /// Few entries are counted one by one, many by whole words of bits.
    fn count_values(&self, base: &Bits) -> Vec<usize> {
        let left = base.count();
        let tags_each = self.tags.len() / self.length.max(1) + 1;
        if left * tags_each < self.values.len() * (self.length / 64 + 1) {
            let mut counts = vec![0; self.values.len()];
            for at in base.iter() {
                for &tag in &self.tags[self.tags_from[at] as usize..self.tags_from[at + 1] as usize] {
                    counts[usize::from(tag)] += 1;
                }
            }
            return counts;
        }
        self.value_bits.iter().map(|bits| base.count_with(bits)).collect()
    }
}

/// A group named twice is one group.
fn merged(tags: &[(String, Vec<String>)]) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (group, values) in tags.iter().filter(|(_, values)| !values.is_empty()) {
        let values = values.iter().map(String::as_str);
        match groups.iter_mut().find(|(known, _)| known == group) {
            Some((_, all)) => all.extend(values),
            None => groups.push((group, values.collect())),
        }
    }
    groups
}

fn area_key(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

fn ages_of(band: Option<AgeBand>) -> (u16, u16) {
    band.map_or((0, u16::MAX), |band| (band.from_months, band.until_months.unwrap_or(u16::MAX)))
}

/// The mean radius of the earth, as in the haversine formula.
const EARTH_METRES: f64 = 6_371_008.8;

/// A place on the unit sphere: the straight line between two of them grows with the way over the ground, and costs
/// no sine or cosine.
pub(crate) fn point(lat: f64, lon: f64) -> [f64; 3] {
    let (lat, lon) = (lat.to_radians(), lon.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

fn chord_squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

fn metres_of(chord_squared: f64) -> f64 {
    2.0 * EARTH_METRES * (chord_squared.sqrt() / 2.0).min(1.0).asin()
}

fn chord_squared_of(metres: f64) -> f64 {
    if metres.is_nan() || metres < 0.0 {
        return -1.0;
    }
    let half = (metres / (2.0 * EARTH_METRES)).min(std::f64::consts::FRAC_PI_2).sin();
    // The edge belongs to the circle, whatever the last digit says.
    4.0 * half * half * (1.0 + 1e-9) + 1e-18
}

/// Metres over the ground between two places, in degrees.
pub fn metres_between(a: (f64, f64), b: (f64, f64)) -> f64 {
    metres_of(chord_squared(&point(a.0, a.1), &point(b.0, b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_right_and_the_edge_is_inside() {
        let widnes = (53.3613, -2.7337);
        let runcorn = (53.3417, -2.7312);
        let metres = metres_between(widnes, runcorn);
        assert!((2_180.0..2_200.0).contains(&metres), "{metres}");
        assert!(
            chord_squared(&point(53.3613, -2.7337), &point(53.3417, -2.7312)) <= chord_squared_of(metres)
        );
        assert!(chord_squared(&point(53.0, -2.0), &point(53.0, -2.0)) <= chord_squared_of(0.0));
        assert!(chord_squared_of(f64::NAN) < 0.0 && chord_squared_of(-1.0) < 0.0);
        assert!(chord_squared_of(1e9) >= 4.0);
    }

    #[test]
    fn a_set_of_bits_holds_what_was_put_in() {
        let mut bits = Bits::none(130);
        [0, 63, 64, 129].into_iter().for_each(|at| bits.set(at));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert_eq!((bits.count(), Bits::all(130).count(), Bits::all(128).count()), (4, 130, 128));
        assert_eq!(Bits::of(130, |at| at % 64 == 0).count_with(&bits), 2);
    }
}
