//! The feed: the directory as open data, in Open Referral UK v3 under `/oruk/v3/`, as one file, and measured by its
//! own rules.
//!
//! Records are a projection: the job `renew_feed` writes them when something was announced, and only where they say
//! something else than before, so that `last_modified` means what it says. Filters and counts are answered from
//! memory; the records of a page are read by key as they are sent. [`open_to_all`] stands around the whole house, so
//! that even its refusals may be read from any site.
//!
//! It must never publish what families do not see: nothing hidden, replaced, defunct or unpublished, no sensitive
//! place, nothing made for practitioners, no name of whoever checked a fact; never change an id; never answer a
//! parameter it cannot read as if it had not been sent; never hold a transaction open for a slow reader.
//!
//! To add a field: `oruk::model`, a line in `record.rs`, one in `openapi.rs`, and the next number of `PROJECTION` in
//! `renew.rs`. To add a parameter: `ask.rs`, a column in `shelf.rs` with its fact in `facts.rs`, `openapi.rs`, and a
//! sentence on the page for developers.

mod entity;
mod facts;
mod record;
mod terms;

mod renew;

mod answer;
mod ask;
mod describe;
mod limits;
mod list_records;
mod open_to_all;
mod openapi;
mod shelf;
mod show_record;

mod export;
mod feed;
mod self_check;
mod store;

pub use crate::store::MIGRATIONS;
pub use export::{Exported, export};
pub use feed::{CHECK_FEED_ANEW, Feed, FeedConfig, RENEW_FEED, jobs};
pub use open_to_all::open_to_all;
pub use renew::Renewed;
pub use self_check::{RuleCount, SelfCheck, self_check};

use access::{Browse, CheckEntries};
use web::Door;

/// The public addresses. [`open_to_all`] must stand around the house that mounts them.
pub fn routes(feed: &Feed) -> Door {
    Door::new()
        .get::<Browse, _, _>("/developers", describe::developers)
        .get::<Browse, _, _>("/oruk/v3", describe::details)
        .get::<Browse, _, _>("/oruk/v3/", describe::details)
        .get::<Browse, _, _>("/oruk/v3/openapi.json", describe::document)
        .get::<Browse, _, _>("/oruk/v3/removed", describe::removed)
        .get::<Browse, _, _>("/oruk/v3/services", list_records::services)
        .get::<Browse, _, _>("/oruk/v3/services/{id}", show_record::service)
        .get::<Browse, _, _>("/oruk/v3/service_at_locations", list_records::service_at_locations)
        .get::<Browse, _, _>("/oruk/v3/service_at_locations/{id}", show_record::service_at_location)
        .get::<Browse, _, _>("/oruk/v3/organizations", list_records::organizations)
        .get::<Browse, _, _>("/oruk/v3/organizations/{id}", show_record::organization)
        .get::<Browse, _, _>("/oruk/v3/taxonomies", list_records::taxonomies)
        .get::<Browse, _, _>("/oruk/v3/taxonomies/{id}", show_record::taxonomy)
        .get::<Browse, _, _>("/oruk/v3/taxonomy_terms", list_records::taxonomy_terms)
        .get::<Browse, _, _>("/oruk/v3/taxonomy_terms/{id}", show_record::taxonomy_term)
        .with_state(feed.clone())
}

/// For the council's people who check entries.
pub fn admin_door(feed: &Feed) -> Door {
    Door::new()
        .get::<CheckEntries, _, _>("/admin/self-check", self_check::get)
        .get::<CheckEntries, _, _>("/admin/self-check.json", self_check::json)
        .get::<CheckEntries, _, _>("/admin/self-check/{slug}", self_check::entry)
        .with_state(feed.clone())
}
