//! What is found out about the entries, and its pages.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod labelled;
mod pages;
mod support;
