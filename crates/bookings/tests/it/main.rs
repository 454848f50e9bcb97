//! Bookings through the desk, on both databases: what a family sees, and what happens when many come at once, a node
//! dies, or the clock moves on.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod allowance;
mod already;
mod core;
mod crowd;
mod door;
mod once;
mod own_server;
mod pages;
mod process;
mod queues;
mod simulation;
mod sudden_death;
mod support;
mod told;
mod working;
mod world;
