//! Ask through its own doors, on both databases.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod answering;
mod in_parts;
#[allow(dead_code, reason = "the room of the model uses more of it")]
#[path = "../../../rewording/tests/it/model_server.rs"]
mod model_server;
mod pages;
mod privacy;
mod safety_first;
mod staff;
mod support;
