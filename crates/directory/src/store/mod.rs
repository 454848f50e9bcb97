//! All the SQL of the room. Functions take a transaction and the room's types, and nothing else names a table.

mod places;
mod postcodes;
mod reports;
mod schema;
mod services;
mod write_service;

pub(crate) use places::{
    find_location_id, find_organization, insert_taxonomy, list_locations, list_organizations, list_terms,
    set_location, set_organization,
};
pub(crate) use postcodes::{PostcodeRow, find_postcode, insert_postcodes, list_postcodes};
pub(crate) use reports::{ReportRow, delete_settled_before, find_report_by_key, insert_report};
pub use schema::MIGRATIONS;
pub(crate) use services::{Which, list_services};
pub(crate) use write_service::{Resolved, set_service};
