//! The search, held against what a reader would expect and against a slow and simple one.

mod finding;
mod fusion;
mod oracle;
mod understanding;
