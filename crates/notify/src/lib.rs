//! Messages out: e-mail by SMTP, text messages and e-mail through GOV.UK Notify, behind one interface.
//!
//! A room words a [`Template`], keeps it in a `static`, and [`queue`]s a [`Message`] in the transaction of the fact it
//! tells of. From there on each message is accepted by a provider at most once and none is lost: how is told at the
//! head of `engine.rs`, and `simulation.rs` tries it with a thousand bad days on both databases.
//!
//! A message ends *sent*, *not sent* with its reason, or *in doubt*: by SMTP nobody can be asked afterwards whether a
//! message arrived, so one whose connection broke after the text was handed over is not sent again by itself; the staff
//! see it and may.
//!
//! What a person turned off, a complaint and a dead address stop only kinds that can be turned off. What somebody asks
//! for themselves, such as a link to sign in, is always tried.
//!
//! It must never send from inside a transaction, put a value into a message unwashed, keep the words of a message that
//! was sent (they hold links that sign people in), name a person in a provider's reference, or let anything out of the
//! demonstration.
//!
//! To add a kind of message: a `static` [`Template`] in your room with a sample for each place, its line in the list that
//! [`Notify::open`] is given, and `queue`. To add a provider: a file that implements `Channel`, and its part in the
//! configuration.

mod message;
mod model;

mod engine;
mod simulation;

mod address;
mod wording;

mod channel;
mod config;
mod govuk_notify;
mod smtp;
mod steady;

mod jobs;
mod receipt;

mod demo_outbox;
mod doors;
mod show_messages;
mod stop;
mod word_templates;

mod person;
mod store;

pub use crate::jobs::{ASK_AFTER_DELIVERIES, FORGET_OLD_MESSAGES, SEND_WAITING_MESSAGES, jobs};
pub use crate::store::{MIGRATIONS, PersonMessage};
pub use config::{GovUkNotifyConfig, NotifyConfig, Secret, SmtpConfig, Tls};
pub use doors::{demo_door, door};
pub use engine::Notify;
pub use message::{Message, MessageId, Template, To, queue};
pub use person::{forget_address, forget_number, forget_person, list_for_number, list_for_person};
pub use show_messages::count_in_doubt;
pub use steady::Steady;
