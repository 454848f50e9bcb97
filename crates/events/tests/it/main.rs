//! The room through its own doors, on both databases.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

mod consent;
mod found_everywhere;
mod open_data;
mod paper;
mod public;
mod staff;
mod support;
mod time_of_day;
