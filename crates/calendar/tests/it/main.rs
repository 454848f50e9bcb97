//! Dates that repeat: known ones, and rules that must hold for any.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod dates;
mod properties;
