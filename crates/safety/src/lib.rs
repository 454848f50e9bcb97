//! The safety screen: it looks at every text that anyone types, before anything else does, and says whether a card
//! with urgent help comes first.
//!
//! It is for the parent who types "i cant do this any more" into a search box at two in the morning. It runs in the
//! process, with no network, no database and no model, so it works when all of those are down, and says the same
//! thing every time. Its words, phrases and numbers are files in `data/` that an editor can read.
//!
//! It must never do I/O, never log or print a text, never give a score or say how much at risk somebody is, never
//! blame, never promise, and never send anything to anybody. A miss may cost a life; a needless card costs a moment.
//! Where the two pull apart, show the card. (NICE NG225: do not predict; offer help.)
//!
//! ```
//! use safety::{Category, Level, LocalContacts, Screen};
//! let screen = Screen::new()?;
//! let screened = screen.read("he puts his hands round my neck");
//! assert_eq!(screened.verdict().level, Level::Red);
//! assert_eq!(screened.verdict().first(), Some(Category::DomesticAbuse));
//! let card = screen.card(screened.verdict(), &LocalContacts::none(), kernel::Date::constant(2026, 11, 22));
//! assert!(card.is_some_and(|card| card.exit && card.contacts[0].number == "999"));
//! # Ok::<(), safety::LexiconFault>(())
//! ```
//!
//! **To add an entry**: find its card's file in `data/`, and add a phrase to an entry that means the same, or a new
//! `[[entry]]` with an `id`, what it `shows` and its `level`, `phrases`, an `example` that must match and a
//! `counter_example` that must not. `data/words.toml` has lists (`<child>`), misspellings and words that must never
//! be guessed at; misspellings are in the two `spellings` files. What people say sideways, or about somebody else, is in
//! the `indirect` and `sideways` files, and whom the words are about is in `voice.toml`. The few signs
//! the phrases use are in `src/pattern.rs`. Then run `cargo test -p safety`: it runs both examples of every entry, and
//! measures what the change does to the evaluation sets. An entry may say `instead_of`: cards that its words are not
//! about, though their entries know some of the words (`data/harm_now.toml`).
//!
//! **To cancel a figure of speech**: add it to `data/idioms.toml`, or to `data/calm.toml` when it is about a course, a
//! job, the past or everyday family life. Only its own words are put aside. There is no rule
//! about 'not', and there must not be one: "I don't want to live" holds a 'not'.
//!
//! **Words said sideways**: a file that begins with `said = "sideways"` holds words that go around the danger. When no plain
//! word stands beside them, an everyday question (`data/everyday.toml`) lowers their card from red to amber. It never takes it away.
//!
//! **To change a number**: edit `data/contacts.toml` with the day it was checked and the day to check it next.

mod cards;
mod contacts;
mod leads;
mod lexicon;
mod normalise;
mod pattern;
mod screen;
mod second_net;
mod verdict;
mod vocabulary;

pub use cards::{Card, CardContact, UrgentGroup};
pub use contacts::{Contact, LocalContacts, Reach};
pub use lexicon::LexiconFault;
pub use screen::{EntryView, Screen};
pub use second_net::SecondNet;
pub use verdict::{Category, Level, Screened, Verdict};
