//! The chase of what is out of date, and its pages.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod chase;
mod pages;
mod support;
