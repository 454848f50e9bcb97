//! Matching: a practitioner describes a need and gets ranked services with the reason for each, what rules the others out,
//! ways to begin the conversation, and a list to hand over.
//!
//! The need is asked in a form that is sent with the page and answered. It stands in no address and no log, and is held for
//! ten minutes, sealed with a key that the browser alone has, so that who described it, and nobody else, can come back to
//! what was found. Of an address only the postcode is read. THRIVE groups and severity are the practitioner's own judgement;
//! they order what the directory says its services are meant for, rule nothing out, and are never told to families. What
//! rules a service out is what is known of it (not running, way in, age, area, waiting time); what is not given never does,
//! and is said.
//!
//! A list that is handed over is a code of twelve letters. The same choice handed over again, after a way back, is the same
//! list. It opens without an account for 90 days, by its link or by its code at `/l`, shows each service as it is today, and
//! is counted by day. Its title and notes are chosen from set sentences.
//!
//! It must never keep a word about a family that somebody could read, tell anybody but the one who made a list that they made
//! it, keep where a list was sent, tell where a secret place is, or score a person.
//!
//! Where the safety screen hears something in the words, the needs behind it lead, and what only shares a word comes last.
//!
//! To add something that rules a service out: a `BarKind` in `model.rs` with its words, a rule in `decide_bars`, a row in the table
//! of its test. To lead to another need where danger is heard: `slugs_of` in `heard.rs`. To add a way to begin a conversation:
//! `data/conversation_starters.toml`. To add a note for lists: a line in `list_model.rs`, which a test reads for what it might
//! give away.

mod model;
mod own_words;

mod heard;
mod man_is_hurt;

mod held;
mod languages;
mod match_services;
mod need_form;
mod starters;

mod list_model;

mod hand_over;
mod open_list;
mod own_lists;
mod qr;
mod type_code;

mod mails;
mod personal_data;
mod store;

#[cfg(test)]
mod model_tests;

pub use crate::store::MIGRATIONS;
pub use hand_over::{NewList, hand_over};
pub use list_model::{How, ListId, OPENS_DAYS, SERVICES_MAX};
pub use mails::TEMPLATES;
pub use personal_data::{FORGET_HELD_NEEDS, FORGET_OLD_LISTS, erase, export_about};

use access::{Browse, MatchServices};
use directory::Directory;
use jobs::Runner;
use web::Door;

const DAY: i64 = 24 * 60 * 60;
const TEN_MINUTES: i64 = 10 * 60;

/// The room's public addresses.
pub fn routes(directory: &Directory) -> Door {
    Door::new()
        .get::<Browse, _, _>("/l", type_code::get)
        .post::<Browse, _, _>("/l", type_code::post)
        // Who is told 'slash L slash', and then the code, may stop there.
        .get::<Browse, _, _>("/l/", type_code::get)
        .get::<Browse, _, _>("/l/{code}", open_list::get)
        .with_state(directory.clone())
}

/// The room's addresses for staff.
pub fn staff_door(directory: &Directory) -> Door {
    Door::new()
        .get::<MatchServices, _, _>("/practitioner/match", match_services::get)
        .post::<MatchServices, _, _>("/practitioner/match", match_services::post)
        .get::<MatchServices, _, _>("/practitioner/match/{key}", match_services::get_found)
        .get::<MatchServices, _, _>("/practitioner/lists", own_lists::list)
        .get::<MatchServices, _, _>("/practitioner/lists/new", hand_over::get)
        .post::<MatchServices, _, _>("/practitioner/lists/new", hand_over::post)
        .get::<MatchServices, _, _>("/practitioner/lists/{id}", own_lists::get)
        .post::<MatchServices, _, _>("/practitioner/lists/{id}", own_lists::post)
        .get::<MatchServices, _, _>("/practitioner/lists/{id}/print", own_lists::print)
        .with_state(directory.clone())
}

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, _directory: &Directory) -> Runner {
    runner
        .on(FORGET_OLD_LISTS, personal_data::forget_old_lists)
        .schedule(FORGET_OLD_LISTS, DAY)
        .on(FORGET_HELD_NEEDS, personal_data::forget_held_needs)
        .schedule(FORGET_HELD_NEEDS, TEN_MINUTES)
}
