//! The house through its own door: every test sends requests to the real router, on SQLite and on PostgreSQL.
//!
//! To add a journey: a file named after what a person does, and a line here. One that only reads shares the prepared
//! house ([`support::on_both`]); one that writes gets a house of its own ([`support::on_both_anew`]).
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

mod support;

// The walls between the rooms.
mod layering;

mod pages;

mod facets;
mod search;
mod search_quality;

mod report;
mod shortlist;

mod private_places;
mod quiet_elsewhere;
mod quiet_logs;

mod odd_requests;

mod renewing;

mod checking;
mod postcodes;
mod sudden_death;

mod intruder;
mod policy;
mod statements;
mod walk;

mod ask_abuse;
mod ask_after_loss;
mod ask_answers;
mod ask_follow;
mod ask_plainly;
mod ask_privacy;
mod ask_quality;
mod ask_safety;
mod ask_talk;
mod ask_threads;
