//! Keeping it true: who is asked when an entry is due, what goes to the council, what is hidden because nobody knows
//! whether it is still right; visitors' reports with their 48 hours; and how fresh and whole the directory is, in
//! figures.
//!
//! It must never hide an entry that nobody was warned about, nor one of a public body or for a crisis; ask anybody twice
//! for the same step; count who opened a page rather than how often it was opened; show a score to families; or put
//! what a visitor typed into a mail, a log or the trail.
//!
//! To add a step: a variant of `model::Step` with its place in the chain, its key in the table's check (a new
//! migration), and what is done in `chase_entries.rs`; the properties in the model's tests hold it to the rest. To add
//! a figure: a field of `figures::Figures` (older days read as 0), a row on its page and in its download. To add a page:
//! a file named after what a person does there, a template, a line in [`admin_door`].

mod chase_entries;
mod completeness;
mod desk;
mod figures;
mod harm;
mod jobs;
pub mod mails;
mod model;
mod open_door;
mod see_automations;
mod set_schedule;
mod settle_report;
mod show_figures;
mod store;
mod work_entry;
mod work_queue;

pub use crate::jobs::{TAKE_DAILY_FIGURES, with_jobs};
pub use chase_entries::{CHASE_UNCHECKED_ENTRIES, Chased};
pub use completeness::{Completeness, Given, Need};
pub use desk::{Desk, Stewards, Tile, Tiles};
pub use figures::Figures;
pub use mails::TEMPLATES;
pub use store::MIGRATIONS;

use access::{
    ChaseEntries, OpenCouncilDoor, RestoreEntry, SeeAutomations, SeeFigures, SetKeepingRules, SettleReport,
};
use web::Door;

/// The room's addresses in the council's door.
pub fn admin_door(desk: &Desk) -> Door {
    Door::new()
        .get::<OpenCouncilDoor, _, _>("/admin", open_door::get)
        .get::<ChaseEntries, _, _>("/admin/freshness", work_queue::get)
        .get::<SetKeepingRules, _, _>("/admin/freshness/schedule", set_schedule::get)
        .post::<SetKeepingRules, _, _>("/admin/freshness/schedule", set_schedule::post)
        .get::<ChaseEntries, _, _>("/admin/freshness/{id}", work_entry::get)
        .post::<ChaseEntries, _, _>("/admin/freshness/{id}/remind", work_entry::remind)
        .post::<ChaseEntries, _, _>("/admin/freshness/{id}/checked", work_entry::checked)
        .post::<RestoreEntry, _, _>("/admin/freshness/{id}/hide", work_entry::put_away)
        .post::<RestoreEntry, _, _>("/admin/freshness/{id}/show", work_entry::bring_back)
        .post::<ChaseEntries, _, _>("/admin/freshness/checks/{check}/undo", work_entry::take_back)
        .get::<SettleReport, _, _>("/admin/reports", settle_report::list)
        .get::<SettleReport, _, _>("/admin/reports/{id}", settle_report::get)
        .post::<SettleReport, _, _>("/admin/reports/{id}", settle_report::post)
        .get::<SeeAutomations, _, _>("/admin/automations", see_automations::get)
        .post::<RestoreEntry, _, _>("/admin/automations/{effect}/undo", see_automations::undo)
        .get::<SeeFigures, _, _>("/admin/figures", show_figures::get)
        .get::<SeeFigures, _, _>("/admin/figures.csv", show_figures::download)
        .with_state(desk.clone())
}
