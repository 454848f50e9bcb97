//! All the SQL of the room. Functions take a transaction and the room's types, and nothing else names a table.

mod open_data;
mod pictures;
mod places;
mod postcodes;
mod replaced;
mod reports;
mod schema;
mod services;
mod taken_in;
mod upkeep;
mod vectors;
mod versions;
mod words;
mod write_service;

pub(crate) use open_data::{
    list_ids_over, list_open_areas, list_open_drafts, list_open_heads, list_open_ids, list_open_locations,
    list_open_organizations, list_open_places, list_open_taxonomies, list_open_topics, named_id,
};
pub(crate) use pictures::{list_pictures, set_pictures};
pub(crate) use places::{
    find_location_id, find_organization, insert_taxonomy, list_locations, list_organizations, list_terms,
    set_location, set_organization,
};
pub(crate) use postcodes::{PostcodeRow, find_postcode, insert_postcodes, list_postcodes};
pub(crate) use replaced::{
    delete_replacement, find_replacement, find_replacement_of, find_replacement_row, find_slug,
    insert_replacement, list_comparable, list_merged_into, list_replaced, list_replaced_by, set_replacement,
};
pub(crate) use reports::{
    ReportRow, delete_settled_before, find_report_by_key, find_report_sent, insert_report,
};
pub use schema::MIGRATIONS;
pub(crate) use services::{Which, list_services};
pub use taken_in::{SlugOwner, TakenSlug};
pub(crate) use taken_in::{find_location_draft, find_organization_draft, list_taken_slugs};
pub use upkeep::{Report, ReportLine, UpkeepLine};
pub(crate) use upkeep::{
    delete_assurance, delete_hiding, delete_hiding_unchecked, delete_opens_before, find_assured,
    find_checked_by, find_hidden, find_report_line, find_report_words, find_upkeep_line, insert_assurance,
    insert_hiding, insert_opens, list_settled_since, list_unsettled, list_upkeep_lines, set_assured,
    set_settled,
};
pub(crate) use vectors::{VectorKey, VectorRow, delete_vector, list_vector_keys, list_vectors, set_vector};
pub(crate) use versions::{
    EntryRow, NewVersion, find_current_version, find_draft_from_rows, find_entry_row, find_version,
    find_version_number, insert_versions, list_assured, list_closing, list_entry_rows, list_reports_of,
    list_versions, lock_service,
};
pub use words::{MissedLine, WordsLine};
pub(crate) use words::{
    delete_missed_before, delete_missed_term, delete_words, find_or_insert_missed_key, find_words,
    insert_missed, insert_words, list_missed, list_words,
};
pub(crate) use write_service::{Resolved, service_id, set_services};
