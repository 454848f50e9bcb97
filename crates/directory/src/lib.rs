//! The directory: organisations, places, needs and services after Open Referral UK v3, with what parents need and the
//! standard leaves out; and the pages on which families find them.
//!
//! It must never show a sensitive place's address or point in any output; show 'no' where nobody has told us;
//! show THRIVE or severity to families; publish an entry without its source; or log what was searched for.
//!
//! Sessions are another room's. What it tells this one, so that they are found by the same search and stand on the pages
//! of those who hold them, is [`SessionsHeld`].
//!
//! To add a field: a column in `store/schema.rs` (a new migration), a key in `draft.rs` with its check, a line in
//! `model.rs`, a row on the page, and 'not given' where it is empty. To add a page: a file named after what a person
//! does there, a template, a line in [`routes`].

mod api;
mod ask_index;
mod cards;
mod catalogue;
mod count_opens;
mod draft;
mod entries;
mod find_help;
mod home;
mod import_postcodes;
mod keep_list;
mod match_services;
pub mod missed;
mod model;
mod near;
pub mod open_data;
mod panel;
mod publish;
mod query_of;
mod replaced;
mod report_problem;
mod sessions_held;
mod show_hubs;
mod show_organization;
mod show_service;
mod show_topic;
mod sitemap;
mod store;
pub mod taken_in;
pub mod upkeep;
mod vectors;
mod vocabulary;
mod waiting;
mod why;
pub mod words;

pub use api::openapi;
pub use ask_index::{AskEntry, AskFound, AskHit, AskWith};
pub use catalogue::{Directory, ExtraDocuments};
pub use count_opens::write_down_opens;
pub use draft::{AgeDraft, ClosureDraft, LocationDraft, OrganizationDraft, ServiceDraft, TermDraft, minutes};
pub use entries::{
    Entry, EntryLine, EntryPicture, Nameable, OrganizationLine, Publication, Published, ReportLine, Version,
    entry_id, find_entry, find_version, list_closing, list_entries, list_entries_of, list_needs,
    list_organizations, list_places, list_reports_of, list_versions, list_wider_needs, preview_html, publish,
    renew_rows, set_pictures,
};
pub use import_postcodes::{PostcodesImported, SectorDraft, import_postcodes, publish_sectors};
pub use match_services::{
    Listed, MatchAges, MatchNear, MatchNeed, MatchPlace, MatchService, RankedWords, find_match_near,
    list_match_needs, list_match_services, list_match_services_named, rank_words,
};
pub use model::{Freshness, OrganizationId, Service, ServiceId};
pub use near::{TypedPlace, find_typed_place};
pub use publish::{
    ANNOUNCEMENTS, publish_location, publish_organization, publish_service, publish_services,
    publish_taxonomy,
};
pub use replaced::{
    BroughtBack, Comparable, ComparablePlace, OrganizationAddress, Pregnancy, Replaced, Replacing,
    bring_back, find_replacement, list_comparable, list_organization_addresses, list_replaced, replace,
};
pub use report_problem::{FORGET_SETTLED_REPORTS, forget_settled_reports};
pub use sessions_held::{HeldBy, HeldDate, HeldNext, HeldSession, NoSessions, SessionsHeld};
pub use store::MIGRATIONS;
pub use vectors::{MAKE_DOCUMENT_VECTORS, VECTORS_MADE, with_vector_jobs};
pub use vocabulary::{
    Access, Attending, Audience, Cost, DAYS, OrganizationKind, Season, SendNeed, Severity, Status, Thrive,
    WayIn,
};

use access::Browse;
use web::Door;

/// The room's public addresses.
pub fn routes(directory: &Directory) -> Door {
    Door::new()
        .get::<Browse, _, _>("/", home::get)
        .get::<Browse, _, _>("/search", find_help::get)
        .get::<Browse, _, _>("/topics", show_topic::list)
        .get::<Browse, _, _>("/topics/{slug}", show_topic::get)
        .get::<Browse, _, _>("/services/{slug}", show_service::get)
        .get::<Browse, _, _>("/services/{slug}/share", show_service::share)
        .get::<Browse, _, _>("/services/{slug}/report", report_problem::get)
        .post::<Browse, _, _>("/services/{slug}/report", report_problem::post)
        .get::<Browse, _, _>("/organisations/{slug}", show_organization::get)
        .get::<Browse, _, _>("/hubs", show_hubs::list)
        .get::<Browse, _, _>("/hubs/{slug}", show_hubs::get)
        .get::<Browse, _, _>("/shortlist", keep_list::get)
        .post::<Browse, _, _>("/shortlist", keep_list::post)
        .get::<Browse, _, _>("/api/v1/search", api::search)
        .get::<Browse, _, _>("/sitemap.xml", sitemap::get)
        .get::<Browse, _, _>("/robots.txt", sitemap::robots)
        .with_state(directory.clone())
}
