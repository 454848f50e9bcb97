//! The room through its own doors, on both databases.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

mod public;
mod staff;
mod support;
