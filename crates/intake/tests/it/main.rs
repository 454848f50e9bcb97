//! Taking in, on both databases.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod harvesting;
mod protecting;
mod settling;
mod stopping;
mod support;
mod taking_in;
