//! The index over services, pages, events and guides: in memory, in process, on every node.
//!
//! It answers one question, in four steps that can be read on their own:
//! 1. [`understand()`] takes out of a person's words what is a filter: a place, an age, a day, 'free'.
//! 2. [`Index::search`] scores what is left by BM25F with stems, slips and families' own words, and sets the filters
//!    against it as sets of bits, so that every count agrees with the list.
//! 3. Where words leave a doubt, what was meant has a say beside what was said ([`fusion`]).
//! 4. [`Results`] tells why each hit matched, and when little is left, which filter to drop and what that gives.
//!
//! It knows documents, not rooms: a room makes [`Document`]s of its own records. It must never keep, log or send on
//! what people type. Words of loss are a rule and not a ranking ([`speaks_of_loss`]).
//!
//! To add a family's word: write a line in `data/synonyms.txt`; a way of speaking or texting: in
//! `data/spoken.txt`; a word of another language: in `data/languages.txt`. To add a filter: a tag if it is one, else a column and
//! a [`FilterRef`] in `filters.rs`, with a line in the oracle of `tests/it/oracle.rs`. To understand something new in
//! what people type: a reader in `understand_*.rs` with rows in its table of examples, those that must not be taken
//! for it first.

mod document;
mod filters;
pub mod fusion;
mod hurting;
mod index;
mod languages;
mod loss;
pub mod measure;
mod phrases;
mod query;
mod reading;
mod search;
mod spelling;
mod spoken;
mod synonyms;
pub mod synthetic;
mod text;
mod understand;
mod understand_age;
mod understand_place;
mod understand_things;
mod understand_when;
mod when;

pub use document::{AgeBand, Document, Field, Kind, Section, Site, Slot, Tag};
pub use filters::metres_between;
pub use hurting::is_for_those_who_hurt;
pub use index::Index;
pub use loss::speaks_of_loss;
pub use query::{
    AgeAsked, FacetCount, FilterRef, Hit, How, Leanings, Loosened, Match, Near, Query, Results, Sort,
    Sureness, WhatIf,
};
pub use synonyms::{Problem, Synonyms};
pub use text::{fold, stem, tells, words};
pub use understand::{Context, Part, PartFilter, Town, TownKind, Understood, understand};
pub use understand_things::tags;
pub use when::slot_is_within;
