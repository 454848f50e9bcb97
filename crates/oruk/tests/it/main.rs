//! Our records, held against the official schemas and against each other.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod properties;
mod schemas;
mod whole;
