//! The flow engine, its sessions and its pages, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod desk;
mod engine;
mod house_guides;
mod pages;
mod properties;
mod sessions;
mod statements;
mod sudden_death;
mod support;
