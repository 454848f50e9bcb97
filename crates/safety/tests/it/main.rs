//! The safety screen: its lexicon, its cards, what it guarantees and how well it hears.

mod cards;
mod evaluation;
mod guarantees;
mod heard;
mod lexicon;
mod phrases;
