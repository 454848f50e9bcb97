//! What words mean, as directions in space: texts that mean the same point the same way, whatever their words.
//!
//! Two things say so. A [`Table`] of words and pieces of words lies in the program, needs no model and takes some hundredths
//! of a millisecond. The full [`Encoder`] that it was made from is for a council that names a folder with its weights; it reads
//! whole sentences and takes some milliseconds for each. Both speak of the same axes, so what one says can be held against
//! what the other says ([`Vector::closeness`]). With the encoder comes a [`Listener`] for cries for help.
//!
//! It must never keep, log or print a text or what was made of it, fetch anything, or decide anything: it says how near, and a
//! room decides what that is worth. Two documents whose vectors were made in different ways must not stand in one list.
//!
//! ```
//! let table = meaning::Table::builtin();
//! let asked = table.vector("how do i get my kid vaccinated").unwrap();
//! let near = table.vector_of_passages(&["Baby and child vaccines", "when are jabs due"]).unwrap();
//! let far = table.vector_of_passages(&["Debt advice", "help with arrears"]).unwrap();
//! assert!(asked.closeness(&near) > asked.closeness(&far));
//! ```
//!
//! **To make the table again** (other words are wanted, or another encoder): run `make_table` as its first lines say; the tests
//! make a part of it again from the encoder. **To teach the listener**: add made-up messages to those of the safety screen, and
//! run `make_listener`. **To know another encoder**: its sizes stand at the top of `encoder.rs`, the names of its matrices
//! where they are read; `tests/data/reference.tsv` must be made anew by its makers' own library.

mod encoder;
mod listener;
mod matrix;
mod pieces;
mod table;
mod vector;
mod weights;

pub use encoder::{Encoder, EncoderFault, WIDTH};
pub use listener::{LISTENER_MARK, Listener};
pub use table::{MARK as TABLE_MARK, PIECES_DATA, Table};
pub use vector::{DIMENSIONS, Vector};
