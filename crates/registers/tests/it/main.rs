//! Registers as they are kept: through the pages, from two tablets without a network, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod absences;
mod booked;
mod figures;
mod opening;
mod support;
mod tablets;
mod working;
