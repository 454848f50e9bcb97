//! What the store promises, each promise on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod backup;
mod crash;
mod migrations;
mod outbox;
mod scrub;
mod statements;
mod together;
mod transactions;
mod values;
mod violations;
