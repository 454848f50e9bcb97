//! Work that happens after the page has gone: mails, reminders, indexes, tidying.
//!
//! A job is a row, written in the transaction of the fact that wants it ([`enqueue`]), so it can neither be lost nor
//! happen for something that was undone. A [`Runner`] on any node takes it under a lease and says afterwards that it
//! is done, is to be tried again, or is given up. A job may run twice (a node can die after the work and before the
//! word), so its work is safe to repeat, or ends with [`JobContext::finish`] in the transaction of its effects.
//!
//! ```
//! # use jobs::{Outcome, Runner};
//! # fn example(db: store::Db, clock: kernel::Clock, dice: kernel::Dice) -> Runner {
//! Runner::new(db, clock, dice)
//!     .on("SendBookingMail", async |job| {
//!         let booking: String = job.payload()?;
//!         // ... send it ...
//!         Ok(Outcome::Done)
//!     })
//!     .subscribe("Booked", "SendBookingMail")
//!     .schedule("ForgetOldJobs", 86_400)
//! # }
//! ```
//!
//! It must never hold a transaction open while a handler works, nor know what any job is about.
//!
//! To add a job: a name that is a sentence, a handler that is safe to run twice, `.on(...)` where the house is put
//! together, and a test with [`Runner::run_until_empty`] and a standing clock.

mod job;
mod runner;

pub use job::{Counts, DeadJob, counts, enqueue, list_dead, prune, revive};
pub use runner::{Announced, JobContext, Outcome, Runner};
