//! The room through its own door, with a real mail server and a GOV.UK Notify of our own.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

mod support;

mod fake_notify;
mod govuk;
mod mail;
mod outbox;
mod pages;
mod receipts;
mod sudden_death;
