use crate::document::{Field, Kind};
use kernel::Date;

/// What is asked of the index. Everything but `words` is a filter, and every filter can be taken off.
#[derive(Clone, Debug)]
pub struct Query {
    /// In the person's own words.
    pub words: String,
    /// Where they are.
    pub near: Option<Near>,
    /// For whom.
    pub age: Option<AgeAsked>,
    /// Any value within a group, all groups together.
    pub tags: Vec<(String, Vec<String>)>,
    /// Monday is bit 0; 0 is any day.
    pub days: u8,
    /// Minutes after midnight, from and until; past 1440 it goes on into the next day.
    pub time: Option<(u16, u16)>,
    /// The day it is. Slots that have ended or not begun by then answer nothing; without a day all of them do.
    pub today: Option<Date>,
    /// Only these kinds; empty is all of them.
    pub kinds: Vec<Kind>,
    /// Only these, by their numbers in [`crate::Index::documents`]; empty is all of them. No filter that a person sets.
    pub only: Vec<u32>,
    /// What their words say besides, which orders and does not shut out.
    pub leanings: Leanings,
    /// The person has spoken of losing a baby. Heard in `words` as well.
    pub loss: bool,
    /// The order.
    pub sort: Sort,
    /// Counted from 1, as in the address; 0 is the first page too.
    pub page: usize,
    /// At most [`Query::PER_PAGE_MAX`].
    pub per_page: usize,
    /// Choices that are no tags, to be counted as facets are.
    pub what_if: Vec<WhatIf>,
    /// Ranked by words and by nothing else: for staff and for measuring what meaning adds.
    pub lexical_alone: bool,
}

/// A choice that could be made instead of the one of its kind that stands now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WhatIf {
    /// This age.
    Age(AgeAsked),
    /// These days and this time, both in one slot.
    When {
        /// Monday is bit 0; 0 is any day.
        days: u8,
        /// Minutes after midnight, from and until.
        time: Option<(u16, u16)>,
    },
    /// No further than so many metres.
    Within(f64),
}

impl WhatIf {
    /// The filters that it would take the place of.
    pub(crate) fn instead_of(&self) -> &'static [FilterRef] {
        match self {
            WhatIf::Age(_) => &[FilterRef::Age],
            WhatIf::When { .. } => &[FilterRef::Days, FilterRef::Time],
            WhatIf::Within(_) => &[FilterRef::Distance],
        }
    }
}

impl Query {
    /// More than this on one page helps nobody.
    pub const PER_PAGE_MAX: usize = 200;

    /// Words and no filter.
    pub fn of(words: &str) -> Query {
        Query { words: words.to_owned(), ..Query::default() }
    }
}

impl Default for Query {
    fn default() -> Query {
        Query {
            words: String::new(),
            near: None,
            age: None,
            tags: Vec::new(),
            days: 0,
            time: None,
            today: None,
            kinds: Vec::new(),
            only: Vec::new(),
            leanings: Leanings::default(),
            loss: false,
            sort: Sort::Best,
            page: 1,
            per_page: 20,
            what_if: Vec::new(),
            lexical_alone: false,
        }
    }
}

/// What was heard in a person's words and not ticked: it lifts what fits and lowers what is for others. 'Not given' is
/// not 'no', so an entry that says nothing of it stays where its words put it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leanings {
    /// For whom.
    pub age: Option<AgeAsked>,
    /// Any value within a group.
    pub tags: Vec<(String, Vec<String>)>,
    /// Monday is bit 0; 0 is any day. Entries whose given days do not fit are left out.
    pub days: u8,
    /// Minutes after midnight, likewise.
    pub time: Option<(u16, u16)>,
}

/// A point the person gave.
#[derive(Clone, Debug)]
pub struct Near {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Only places no further than this. A place not given is then left out; reading is not.
    pub within_metres: Option<f64>,
    /// Codes of the areas the point is in: entries that serve only others are left out.
    pub areas: Vec<String>,
    /// As told to the person, 'WA8 7'.
    pub label: String,
}

/// The age asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeAsked {
    /// During pregnancy.
    Pregnant,
    /// A child of this age.
    Months(u16),
    /// Any age in the band; entries that overlap it are shown. A band that ends where it starts holds nobody.
    Band {
        /// From this age.
        from_months: u16,
        /// Up to but not including.
        until_months: u16,
    },
}

/// The order of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best match first; what is nearer gets a little more.
    #[default]
    Best,
    /// Nearest first; no place given comes last.
    Nearest,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Results<'a> {
    /// How many there are in all, exactly.
    pub total: usize,
    /// How many each of [`Query::what_if`] would give, in its order.
    pub what_if: Vec<usize>,
    /// This page of them.
    pub hits: Vec<Hit>,
    /// Every value of every group, with what one would get.
    pub facets: Vec<FacetCount<'a>>,
    /// Words read as other words: as typed, as read.
    pub corrected: Vec<(String, String)>,
    /// When little or nothing is left: which filter to drop, and how many that gives. Most first.
    pub loosened: Vec<Loosened>,
    /// When little or nothing is left: the nearest to what was asked.
    pub near_misses: Vec<Hit>,
    /// Even the best match is a poor one: 'not sure, these may be near it'.
    pub weak: bool,
    /// How sure we can be of the best one, for whoever must rather say nothing than something wrong.
    pub sureness: Sureness,
}

/// How well the best result answers what was typed. All shares are from 0 to 1; without words all are 0. What is pinned
/// by rule is not meant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sureness {
    /// What the best match of all, whatever is ticked, has of a perfect one by its words alone. The steadiest of these
    /// to abstain by: [`Results::weak`] is made of it.
    pub lexical_share: f32,
    /// What the best result has of a perfect match by words and meaning together.
    pub fused_share: f32,
    /// How far the best result is ahead of the next, as a share of its own score. 1 when it is the only one.
    pub margin: f32,
    /// How much of what was typed the best result holds, rare words counting for more.
    pub covered: f32,
}

/// One result.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its number in [`crate::Index::documents`].
    pub document: u32,
    /// For comparing within one answer only.
    pub score: f32,
    /// To the nearest of all its sites.
    pub distance_metres: Option<f64>,
    /// Which site that is; without a point, its first.
    pub site: Option<usize>,
    /// The slot that answers the day and time asked.
    pub slot: Option<usize>,
    /// The best section of a page.
    pub section: Option<usize>,
    /// Shown first by rule, not by rank.
    pub pinned: bool,
    /// How much of what was typed it holds, from 0 to 1, rare words counting for more.
    pub covered: f32,
    /// How near it is in meaning, from -1 to 1, where that was asked and is known.
    pub closeness: Option<f32>,
    /// Why it is here.
    pub matched: Vec<Match>,
}

impl Hit {
    /// No word led here, only what the words mean.
    pub fn is_by_meaning_alone(&self) -> bool {
        !self.matched.is_empty() && self.matched.iter().all(|matched| matched.how == How::Meaning)
    }
}

/// A word that led to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// As the person wrote it, folded.
    pub typed: String,
    /// As the entry has it.
    pub found: String,
    /// Where in the entry.
    pub field: Field,
    /// How one led to the other.
    pub how: How,
}

/// How a typed word led to one in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The same word.
    Exact,
    /// The same word with another ending, or its beginning.
    Stem,
    /// A likely slip.
    Spelling,
    /// By the list of families' words.
    Synonym,
    /// By no word at all: it is near in meaning. Such a match has no words of its own.
    Meaning,
}

/// A value to filter by, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount<'a> {
    /// Its group; `kind` is one too.
    pub group: &'static str,
    /// Its value, as the index holds it.
    pub value: &'a str,
    /// How many results have it, with every filter of the other groups.
    pub count: usize,
    /// It is asked for now.
    pub selected: bool,
}

/// A filter that could be dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterRef {
    /// What was typed.
    Words,
    /// The distance.
    Distance,
    /// Only what serves the area.
    Area,
    /// The age.
    Age,
    /// A group of tags.
    Tag(String),
    /// The day.
    Days,
    /// The time of day.
    Time,
    /// The kind of thing.
    Kinds,
}

/// What dropping one filter gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosened {
    /// Drop this.
    pub what: FilterRef,
    /// And get this many.
    pub total: usize,
}
