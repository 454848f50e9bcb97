//! The directory on both databases.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod upkeep;
mod vectors;
mod what_families_see;
