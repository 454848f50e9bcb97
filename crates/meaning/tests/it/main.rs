//! The table, the encoder and the second net, held against each other.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod encoder;
mod listener;
mod table;
mod weights;
