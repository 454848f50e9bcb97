//! The demonstration, as its rooms hold it.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod appointments;
mod work;
