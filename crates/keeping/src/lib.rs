//! Keeping entries true: providers say that theirs are right or change them, the council checks what was sent, and
//! every version can be looked at and brought back. New organisations ask to be listed here.
//!
//! It must never show families what has not been checked (but what the council's own rules let through), lose what
//! somebody typed, let one person alone change what protects people in danger, or put a name into the trail.
//!
//! To add a field: a line in `fields.rs` with its section, kind and trust; the directory's draft must know it. To add a
//! way of typing: a variant of `Kind` with its reading in `reading.rs` and its boxes in `pages.rs`. To add a page: a
//! file named after what a person does there, a template, and a line in one of the doors below.

mod fields;
mod marked_words;
mod model;
mod reading;
mod typed_values;

mod entry;
mod pages;
mod publishing;

mod begin_entry;
mod compare_changes;
mod edit_section;
mod my_entries;
mod open_entry;
mod preview_entry;
mod send_change;
mod throw_away;
mod two_windows;
mod upload_picture;

mod review_change;
mod review_pictures;
mod review_queue;
mod set_rules;
mod settled_already;
mod show_history;

mod apply_to_be_listed;
mod check_application;

mod jobs;
mod mails;
mod personal_data;
mod picture;
mod store;
mod waiting;

pub use crate::jobs::{FORGET_APPLICATIONS, RENEW_CLOSURES, forget_applications, renew_closures};
pub use crate::store::MIGRATIONS;
pub use entry::TwoPeople;
pub use mails::TEMPLATES;
pub use personal_data::{erase, export_about};
pub use waiting::{Waiting, count_waiting};

use access::{
    ApplyToBeListed, ApproveSensitive, Browse, CheckApplication, KeepEntry, OpenProviderDoor, RestoreEntry,
    ReviewChange, SetKeepingRules,
};
use axum::{extract::DefaultBodyLimit, handler::Handler};
use web::{Door, Site};

/// What everybody may: ask to be listed, and see a picture that has been checked.
pub fn public_door(site: &Site) -> Door {
    Door::new()
        .get::<ApplyToBeListed, _, _>("/list-your-service", apply_to_be_listed::get)
        .post::<ApplyToBeListed, _, _>("/list-your-service", apply_to_be_listed::post)
        .get::<ApplyToBeListed, _, _>("/list-your-service/confirm/{token}", apply_to_be_listed::confirm)
        .post::<ApplyToBeListed, _, _>("/list-your-service/confirm/{token}", apply_to_be_listed::post_confirm)
        .get::<Browse, _, _>("/pictures/{id}", upload_picture::serve)
        .with_state(site.clone())
}

/// For those who keep entries.
pub fn provider_door(site: &Site) -> Door {
    let upload = upload_picture::post.layer(DefaultBodyLimit::max(upload_picture::UPLOAD_LIMIT));
    Door::new()
        .get::<OpenProviderDoor, _, _>("/provider", my_entries::get)
        .get::<KeepEntry, _, _>("/provider/new", begin_entry::get)
        .post::<KeepEntry, _, _>("/provider/new", begin_entry::post)
        .get::<KeepEntry, _, _>("/provider/entries/{slug}", open_entry::get)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/still-right", open_entry::still_right)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/still-right/undo", open_entry::undo)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/watch", show_history::watch)
        .get::<KeepEntry, _, _>("/provider/entries/{slug}/preview", preview_entry::get)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/send", send_change::post)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/throw-away", throw_away::post)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/bring-back", throw_away::bring_back)
        .get::<KeepEntry, _, _>("/provider/entries/{slug}/compare", compare_changes::get)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/compare", compare_changes::post)
        .get::<KeepEntry, _, _>("/provider/entries/{slug}/pictures", upload_picture::get)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/pictures", upload)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/pictures/{id}/remove", upload_picture::remove)
        .get::<KeepEntry, _, _>("/provider/pictures/{id}", upload_picture::serve_unchecked)
        .get::<KeepEntry, _, _>("/provider/entries/{slug}/{section}", edit_section::get)
        .post::<KeepEntry, _, _>("/provider/entries/{slug}/{section}", edit_section::post)
        .with_state(site.clone())
}

/// For the council's people who check.
pub fn admin_door(site: &Site) -> Door {
    Door::new()
        .get::<ReviewChange, _, _>("/admin/review", review_queue::get)
        .get::<ApproveSensitive, _, _>("/admin/review/second", review_queue::second)
        .get::<SetKeepingRules, _, _>("/admin/review/rules", set_rules::get)
        .post::<SetKeepingRules, _, _>("/admin/review/rules", set_rules::post)
        .get::<ReviewChange, _, _>("/admin/review/pictures", review_pictures::get)
        .post::<ReviewChange, _, _>("/admin/review/pictures/{id}", review_pictures::post)
        .get::<ReviewChange, _, _>("/admin/review/{change}", review_change::get)
        .post::<ReviewChange, _, _>("/admin/review/{change}", review_change::post)
        .get::<ApproveSensitive, _, _>("/admin/review/{change}/second", review_change::second)
        .post::<ApproveSensitive, _, _>("/admin/review/{change}/second", review_change::post_second)
        .get::<RestoreEntry, _, _>("/admin/entries/{slug}/history", show_history::get)
        .post::<RestoreEntry, _, _>("/admin/entries/{slug}/history", show_history::post)
        .post::<KeepEntry, _, _>("/admin/entries/{slug}/watch", show_history::watch)
        .get::<CheckApplication, _, _>("/admin/applications", check_application::list)
        .get::<CheckApplication, _, _>("/admin/applications/{id}", check_application::get)
        .post::<CheckApplication, _, _>("/admin/applications/{id}", check_application::post)
        .with_state(site.clone())
}
