//! What a council owes the people it keeps records of, through the real router.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod canary;
mod common;
mod data_rights;
mod rights;
