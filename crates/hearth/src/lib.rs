//! The house put together: which rooms are mounted at which door ([`doors`]), which announcement wakes which job
//! ([`subscriptions`]), and the commands of the one binary.
//!
//! It must hold no rule of any room. To add a room: its migrations in [`House::open`], its routes in [`doors`], its
//! jobs in [`subscriptions`], and what it tells others about itself (messages, data about people, what waits) in `rooms`.

pub mod check;
pub mod config;
pub mod doors;
mod guides;
mod house;
mod rooms;
pub mod serve;
pub mod subscriptions;

pub use house::{House, MIGRATIONS, OutgoingConfig, Setup};
