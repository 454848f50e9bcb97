//! Holiday programmes through their real pages and use cases, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod baskets;
mod checks;
mod engine_server;
mod morning;
mod pages;
mod privacy;
mod returns;
mod support;
