//! Call backs through the room's own doors, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod doors;
mod joined;
mod support;
