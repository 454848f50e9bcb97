//! All the SQL of the room. It knows its own tables only; the directory is asked through its own functions.

mod records;
mod schema;

pub(crate) use records::{
    FindingRow, KeptRow, RecordRow, count_due, count_findings, count_records, count_removed, delete_due,
    find_kept, find_newest_stamp, find_one, find_stand, hold, insert_due, insert_findings, insert_record,
    list_alive_ids, list_alive_of, list_bodies, list_bodies_after, list_due, list_facts, list_findings,
    list_findings_of, list_kept, list_removed, list_thin, next_sequence, set_facts, set_record, set_removed,
    set_stand,
};
pub use schema::MIGRATIONS;
