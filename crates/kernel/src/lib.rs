//! Plain values that every room shares: ids, time, chance, the few types a form parses into, and the difference
//! between *refused* and *broken*.
//!
//! It must never do I/O, know a room, or grow clever: an edit here rebuilds the whole house.
//!
//! To add a value: it needs two rooms that already want it, a constructor that refuses what is wrong with a
//! sentence a person can act on, and a table of examples as its test.

mod clock;
mod dice;
mod fault;
mod id;
mod values;

pub use clock::{Clock, civil_today, london};
pub use dice::Dice;
pub use fault::{Fault, Refusal};
pub use id::Id;
pub use values::{Email, Phone, Postcode, Slug, one_line};

pub use jiff::civil::{Date, Time};
pub use jiff::{Span, Timestamp as Instant};
