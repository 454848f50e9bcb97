//! All the SQL of the room. The tables lean on no other room's: an entry is only its id here.

mod figures;
mod links;
mod merges;
mod pairs;
mod schema;

pub(crate) use figures::{find_week, insert_week, list_weeks};
pub(crate) use links::{
    LinkRow, delete_links_not_seen, find_link, list_links, list_links_due, set_due_now, set_host_due,
    set_link, set_link_known,
};
pub(crate) use merges::{
    Merge, MergeRow, count_waiting_merges, find_merge, find_merge_to_change, find_standing_merge,
    insert_merge, list_merges, set_merge_done, set_merge_refused, set_merge_undone,
};
pub(crate) use pairs::{
    ApartRow, PairRow, count_pairs, delete_apart, delete_pairs, delete_pairs_of, find_look, find_pair,
    insert_apart, insert_pair, list_apart, list_pairs, set_look,
};
pub use schema::MIGRATIONS;
