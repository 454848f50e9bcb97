//! What every node keeps in memory of the records: enough to filter, count and order them without the database. It is
//! replaced whole; whoever reads the old one finishes with it.

use crate::{
    entity::Entity,
    facts::{Facts, Tag, Time, fold},
    store as rows,
};
use kernel::Fault;
use std::collections::HashMap;
use store::Db;
use uuid::Uuid;

/// The records of one moment.
pub(crate) struct Shelf {
    /// The latest writing that is in it.
    pub stamp: i64,
    tables: Vec<(Entity, Table)>,
}

/// How many records are read at once.
const BATCH: i64 = 1_000;

impl Shelf {
    /// Reads it. What is written meanwhile may be in it or not; the stamp says that it is not.
    pub async fn read(db: &Db) -> Result<Shelf, Fault> {
        let stamp = db.read(rows::find_newest_stamp).await?;
        let mut tables = Vec::with_capacity(Entity::ALL.len());
        for entity in Entity::ALL {
            let mut making = Making::default();
            let mut after = 0;
            loop {
                let some = db.read(move |tx| rows::list_facts(tx, entity, after, BATCH)).await?;
                let Some(last) = some.last() else { break };
                after = last.sequence;
                for row in some {
                    making.add(row.id, row.modified_at.as_millisecond(), serde_json::from_str(&row.facts)?);
                }
            }
            tables.push((entity, making.finish()));
        }
        Ok(Shelf { stamp, tables })
    }

    /// The records of an entity.
    pub fn table(&self, entity: Entity) -> &Table {
        let found = self.tables.iter().find(|(each, _)| *each == entity);
        found.map_or(Table::none(), |(_, table)| table)
    }
}

/// The records of one entity in their order, a column for each fact.
#[derive(Default)]
pub(crate) struct Table {
    pub ids: Vec<Uuid>,
    modified: Vec<i64>,
    minimum_age: Vec<f64>,
    maximum_age: Vec<f64>,
    months: Vec<(i64, i64)>,
    times: Vec<(u32, Time)>,
    points: Vec<(u32, f64, f64)>,
    tags: HashMap<(Tag, Uuid), Vec<u32>>,
    /// Each word with the records that have it, by the alphabet.
    words: Vec<(Box<str>, Vec<u32>)>,
}

/// A record without an upper or lower age.
const ENDLESS: i64 = i64::MAX;

/// A table that is being filled.
#[derive(Default)]
struct Making {
    table: Table,
    words: HashMap<Box<str>, Vec<u32>>,
}

impl Making {
    fn add(&mut self, id: Uuid, modified: i64, facts: Facts) {
        let table = &mut self.table;
        let record = u32::try_from(table.ids.len()).unwrap_or(u32::MAX);
        table.ids.push(id);
        table.modified.push(modified);
        table.minimum_age.push(facts.minimum_age.unwrap_or(f64::NAN));
        table.maximum_age.push(facts.maximum_age.unwrap_or(f64::NAN));
        table.months.push((facts.from_months.unwrap_or(0), facts.until_months.unwrap_or(ENDLESS)));
        table.times.extend(facts.times.into_iter().map(|time| (record, time)));
        table.points.extend(facts.points.into_iter().map(|(north, east)| (record, north, east)));
        for tag in facts.tags {
            table.tags.entry(tag).or_default().push(record);
        }
        for word in facts.words.split(' ').filter(|word| !word.is_empty()) {
            match self.words.get_mut(word) {
                Some(records) => records.push(record),
                None => {
                    self.words.insert(word.into(), vec![record]);
                }
            }
        }
    }

    fn finish(mut self) -> Table {
        self.table.words = self.words.into_iter().collect();
        self.table.words.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        for (_, records) in &mut self.table.words {
            records.shrink_to_fit();
        }
        self.table
    }
}

/// What is asked of a list. All of it at once.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    pub tags: Vec<(Tag, Uuid)>,
    pub search: Option<String>,
    pub modified_after_millis: Option<i64>,
    pub minimum_age: Option<f64>,
    pub maximum_age: Option<f64>,
    pub age_months: Option<f64>,
    pub time: Option<TimeWanted>,
    pub near: Option<Near>,
}

/// One schedule must be all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeWanted {
    /// A bit; 0 is any day.
    pub day: u8,
    /// Opens then or later.
    pub from: Option<u16>,
    /// Closes then or earlier.
    pub until: Option<u16>,
}

/// Within so many metres of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Near {
    pub latitude: f64,
    pub longitude: f64,
    pub metres: f64,
}

/// Which records, as bits in their order.
pub(crate) struct Found {
    bits: Vec<u64>,
    pub total: usize,
}

impl Table {
    fn none() -> &'static Table {
        static NONE: std::sync::OnceLock<Table> = std::sync::OnceLock::new();
        NONE.get_or_init(Table::default)
    }

    /// The records that carry a tag, in their order.
    pub fn tagged(&self, tag: Tag, id: Uuid) -> &[u32] {
        self.tags.get(&(tag, id)).map_or(&[], Vec::as_slice)
    }

    /// Finds what is wanted.
    pub fn find(&self, wanted: &Wanted) -> Found {
        let count = self.ids.len();
        let mut bits = Bits::all(count);
        for (tag, id) in &wanted.tags {
            bits.keep(&Bits::of(count, self.tagged(*tag, *id).iter().copied()));
        }
        if let Some(search) = &wanted.search {
            self.keep_words(&mut bits, search);
        }
        if let Some(after) = wanted.modified_after_millis {
            bits.keep_where(&self.modified, |modified| *modified >= after);
        }
        // What gives no age is not a number, and no number is above or below it.
        if let Some(least) = wanted.minimum_age {
            bits.keep_where(&self.minimum_age, |age| *age >= least);
        }
        if let Some(most) = wanted.maximum_age {
            bits.keep_where(&self.maximum_age, |age| *age <= most);
        }
        if let Some(age) = wanted.age_months {
            bits.keep_where(&self.months, |(from, until)| {
                *from as f64 <= age && (*until == ENDLESS || age < *until as f64)
            });
        }
        if let Some(time) = &wanted.time {
            let fits = self.times.iter().filter(|(_, (days, hours))| time.holds(*days, *hours));
            bits.keep(&Bits::of(count, fits.map(|(record, ..)| *record)));
        }
        if let Some(near) = &wanted.near {
            let fits = self.points.iter().filter(|(_, north, east)| near.holds(*north, *east));
            bits.keep(&Bits::of(count, fits.map(|(record, ..)| *record)));
        }
        let total = bits.0.iter().map(|word| word.count_ones() as usize).sum();
        Found { bits: bits.0, total }
    }

    /// Keeps the records in which every word that was typed begins a word. Without a letter or digit nothing does.
    fn keep_words(&self, bits: &mut Bits, search: &str) {
        let mut typed = fold(search);
        typed.sort_unstable();
        typed.dedup();
        if typed.is_empty() {
            bits.0.fill(0);
        }
        for word in typed {
            let from = self.words.partition_point(|(each, _)| **each < *word);
            let begin = self.words[from..].iter().take_while(|(each, _)| each.starts_with(&word));
            let records = begin.flat_map(|(_, records)| records.iter().copied());
            bits.keep(&Bits::of(self.ids.len(), records));
        }
    }
}

impl Found {
    /// Some of them, in their order.
    pub fn page(&self, offset: usize, limit: usize) -> Vec<u32> {
        let mut out = Vec::with_capacity(limit.min(self.total.saturating_sub(offset)));
        let mut passed = 0;
        for (at, word) in self.bits.iter().enumerate() {
            let here = word.count_ones() as usize;
            if passed + here <= offset {
                passed += here;
                continue;
            }
            let mut rest = *word;
            while rest != 0 && out.len() < limit {
                if passed >= offset {
                    out.push(u32::try_from(at * 64).unwrap_or(u32::MAX) + rest.trailing_zeros());
                }
                passed += 1;
                rest &= rest - 1;
            }
            if out.len() == limit {
                break;
            }
        }
        out
    }
}

struct Bits(Vec<u64>);

impl Bits {
    fn all(count: usize) -> Bits {
        let mut words = vec![u64::MAX; count.div_ceil(64)];
        if let Some(last) = words.last_mut()
            && !count.is_multiple_of(64)
        {
            *last = (1 << (count % 64)) - 1;
        }
        Bits(words)
    }

    fn of(count: usize, records: impl Iterator<Item = u32>) -> Bits {
        let mut words = vec![0; count.div_ceil(64)];
        for record in records {
            words[record as usize / 64] |= 1 << (record % 64);
        }
        Bits(words)
    }

    fn keep(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    fn keep_where<T>(&mut self, column: &[T], fits: impl Fn(&T) -> bool) {
        for (word, values) in self.0.iter_mut().zip(column.chunks(64)) {
            let kept =
                values.iter().enumerate().fold(0, |kept, (at, value)| kept | u64::from(fits(value)) << at);
            *word &= kept;
        }
    }
}

impl TimeWanted {
    /// Whether one schedule is all that is asked. An end before the beginning means the next day's.
    pub fn holds(&self, days: u8, hours: Option<(u16, u16)>) -> bool {
        if self.day != 0 && days & self.day == 0 {
            return false;
        }
        if self.from.is_none() && self.until.is_none() {
            return true;
        }
        let Some((opens, closes)) = hours else { return false };
        let until = match (self.from, self.until) {
            (Some(from), Some(until)) if until <= from => Some(until + 1_440),
            (_, until) => until,
        };
        self.from.is_none_or(|from| opens >= from) && until.is_none_or(|until| closes <= until)
    }
}

/// The mean radius of the Earth in metres (IUGG).
const EARTH: f64 = 6_371_008.8;

impl Near {
    fn holds(&self, latitude: f64, longitude: f64) -> bool {
        // A degree of latitude is never less than 110 km: most are too far away without a sine.
        (latitude - self.latitude).abs() * 110_000.0 <= self.metres
            && distance_metres((self.latitude, self.longitude), (latitude, longitude)) <= self.metres
    }
}

/// The great-circle distance between two points in degrees.
pub(crate) fn distance_metres(one: (f64, f64), other: (f64, f64)) -> f64 {
    let (north, other_north) = (one.0.to_radians(), other.0.to_radians());
    let across = ((other.1 - one.1).to_radians() / 2.0).sin();
    let along = ((other_north - north) / 2.0).sin();
    let chord = along * along + north.cos() * other_north.cos() * across * across;
    2.0 * EARTH * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(facts: Vec<Facts>) -> Table {
        let mut making = Making::default();
        for (at, facts) in facts.into_iter().enumerate() {
            making.add(Uuid::from_u128(at as u128), at as i64, facts);
        }
        making.finish()
    }

    fn found(table: &Table, wanted: Wanted) -> Vec<u32> {
        let found = table.find(&wanted);
        let page = found.page(0, usize::MAX);
        assert_eq!(page.len(), found.total);
        page
    }

    #[test]
    fn a_day_and_hours_must_be_of_one_schedule() {
        let (monday, tuesday) = (1, 2);
        let decoy = Facts {
            times: vec![(monday, Some((600, 720))), (tuesday, Some((1_080, 1_200)))],
            ..Facts::default()
        };
        let evening = Facts { times: vec![(monday, Some((1_080, 1_200)))], ..Facts::default() };
        let night = Facts { times: vec![(monday, Some((1_320, 1_560)))], ..Facts::default() };
        let table = table(vec![decoy, evening, night]);
        let asked = |from, until| {
            let time = Some(TimeWanted { day: monday, from, until });
            found(&table, Wanted { time, ..Wanted::default() })
        };
        assert_eq!(asked(Some(1_080), Some(1_200)), [1]);
        assert_eq!(asked(Some(1_320), Some(120)), [2], "its own times find it across midnight");
        assert_eq!(asked(Some(1_080), None), [1, 2]);
        assert_eq!(asked(None, None), [0, 1, 2]);
    }

    #[test]
    fn a_kilometre_is_a_kilometre() {
        let widnes = (53.363, -2.732);
        let one_minute_north = (widnes.0 + 1.0 / 60.0, widnes.1);
        let metres = distance_metres(widnes, one_minute_north);
        assert!((metres - 1_853.25).abs() < 1.0, "{metres}");
    }

    proptest! {
        /// Every page of what is found, one after the other, is what is found.
        #[test]
        fn pages_together_are_the_whole(
            marks in proptest::collection::vec(any::<bool>(), 0..300), size in 1_usize..40,
        ) {
            let id = Uuid::from_u128(7);
            let facts = marks.iter().map(|marked| Facts {
                tags: marked.then_some((Tag::Term, id)).into_iter().collect(), ..Facts::default()
            });
            let table = table(facts.collect());
            let found = table.find(&Wanted { tags: vec![(Tag::Term, id)], ..Wanted::default() });
            let pages: Vec<u32> =
                (0..found.total.div_ceil(size)).flat_map(|page| found.page(page * size, size)).collect();
            let wanted: Vec<u32> =
                marks.iter().enumerate().filter(|(_, marked)| **marked).map(|(at, _)| at as u32).collect();
            prop_assert_eq!(pages, wanted);
        }

        /// Two filters together find what each of them finds.
        #[test]
        fn filters_together_are_what_each_finds(
            records in proptest::collection::vec((0_u8..4, 0_f64..20.0, 0_u8..8, 0_u16..1_400), 1..120),
            term in 0_u8..4, age in 0_f64..20.0, day in 1_u8..8, from in 0_u16..1_400,
        ) {
            let table = table(records.iter().map(|(term, age, days, opens)| Facts {
                tags: vec![(Tag::Term, Uuid::from_u128(u128::from(*term)))],
                minimum_age: Some(*age),
                times: vec![(*days, Some((*opens, *opens + 60)))],
                ..Facts::default()
            }).collect());
            let tags = vec![(Tag::Term, Uuid::from_u128(u128::from(term)))];
            let time = Some(TimeWanted { day, from: Some(from), until: None });
            let alone = [
                found(&table, Wanted { tags: tags.clone(), ..Wanted::default() }),
                found(&table, Wanted { minimum_age: Some(age), ..Wanted::default() }),
                found(&table, Wanted { time, ..Wanted::default() }),
            ];
            let both = found(&table, Wanted { tags, minimum_age: Some(age), time, ..Wanted::default() });
            let each: Vec<u32> =
                alone[0].iter().copied().filter(|it| alone[1].contains(it) && alone[2].contains(it)).collect();
            prop_assert_eq!(both, each);
        }
    }
}
