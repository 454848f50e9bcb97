//! All SQL of the room.

mod counts;
mod schema;
mod switch;
mod turns;

pub(crate) use counts::{CountRow, insert_counts, list_counts};
pub use schema::MIGRATIONS;
pub(crate) use switch::{SwitchRow, find_switch, set_switch};
pub(crate) use turns::{
    TurnDraft, TurnRow, delete_conversation, delete_idle, find_conversation, has_status, insert_turn,
    list_turns, set_status, set_useful, take_conversations,
};
