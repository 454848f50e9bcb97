//! Ask through its own doors, on both databases.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod answering;
mod pages;
mod privacy;
mod safety_first;
mod staff;
mod support;
