//! The editor's desk: every entry in views one can keep, many changed at once with a look first and a way back, the
//! words families use, and the council's own settings.
//!
//! It must never change an entry without a version that can be brought back, change one that somebody else changed
//! meanwhile, or show a term that few people searched for.
//!
//! To add a change to many: a variant of [`model::Change`] with what it does to one draft, its line in the form, and
//! an example in the test of the model.

mod change_many;
mod list_entries;
mod look_at_many;
mod model;
mod save_settings;
mod settle_words;
mod store;

pub use crate::store::MIGRATIONS;

use access::{ChangeSettings, EditMany, SettleWords};
use directory::Directory;
use web::Door;

/// The council's door.
pub fn admin_door(directory: &Directory) -> Door {
    Door::new()
        .get::<EditMany, _, _>("/admin/entries", list_entries::get)
        .post::<EditMany, _, _>("/admin/entries/views", list_entries::post_view)
        .post::<EditMany, _, _>("/admin/entries/views/{id}/remove", list_entries::post_remove_view)
        .post::<EditMany, _, _>("/admin/entries/preview", look_at_many::post_preview)
        .get::<EditMany, _, _>("/admin/entries/looks/{id}", look_at_many::get)
        .post::<EditMany, _, _>("/admin/entries/apply", change_many::post_apply)
        .get::<EditMany, _, _>("/admin/entries/changes", change_many::get_list)
        .get::<EditMany, _, _>("/admin/entries/changes/{id}", change_many::get)
        .post::<EditMany, _, _>("/admin/entries/changes/{id}/undo", change_many::post_undo)
        .get::<SettleWords, _, _>("/admin/words", settle_words::get)
        .post::<SettleWords, _, _>("/admin/words", settle_words::post)
        .post::<SettleWords, _, _>("/admin/words/{id}/remove", settle_words::post_remove)
        .get::<ChangeSettings, _, _>("/admin/settings", save_settings::get)
        .post::<ChangeSettings, _, _>("/admin/settings", save_settings::post)
        .with_state(directory.clone())
}
