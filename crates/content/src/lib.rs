//! Pages: short answers to what parents most ask that is not a service. Markdown files with a title, a summary,
//! sources, the date they were checked and the date by which somebody must look again.
//!
//! It must never show a page without its date, give a dose, a diagnosis or a legal deadline as a certainty, or let a
//! link to a page that is not there through (a test reads every link).
//!
//! To add a page: put `pages/SLUG.md` beside the others with every key of [`Page`] that applies, and run the tests.
//! Editing in the browser comes with a later room.

mod documents;
mod library;
mod markdown;
mod show_page;

pub use documents::documents;
pub use library::{BUILTIN_AREA, Library, Page, Section};
pub use show_page::{paths, routes};
