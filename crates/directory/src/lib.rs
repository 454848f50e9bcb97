//! The directory: organisations, places, needs and services after Open Referral UK v3, with what parents need and the
//! standard leaves out; and the pages on which families find them.
//!
//! It must never show a sensitive place's address or point in any output; show 'no' where nobody has told us;
//! show THRIVE or severity to families; publish an entry without its source; or log what was searched for.
//!
//! To add a field: a column in `store/schema.rs` (a new migration), a key in `draft.rs` with its check, a line in
//! `model.rs`, a row on the page, and 'not given' where it is empty. To add a page: a file named after what a person
//! does there, a template, a line in [`routes`].

mod api;
mod cards;
mod catalogue;
mod draft;
mod find_help;
mod home;
mod import_postcodes;
mod keep_list;
mod model;
mod near;
mod publish;
mod query_of;
mod report_problem;
mod show_hubs;
mod show_organization;
mod show_service;
mod show_topic;
mod sitemap;
mod store;
mod vocabulary;
mod why;

pub use catalogue::{Directory, ExtraDocuments};
pub use draft::{AgeDraft, LocationDraft, OrganizationDraft, ServiceDraft, TermDraft};
pub use import_postcodes::{PostcodesImported, SectorDraft, import_postcodes, publish_sectors};
pub use model::{Freshness, Service};
pub use publish::{
    ANNOUNCEMENTS, publish_location, publish_organization, publish_service, publish_services,
    publish_taxonomy,
};
pub use report_problem::{FORGET_SETTLED_REPORTS, forget_settled_reports};
pub use store::MIGRATIONS;

use axum::{Router, routing::get};

/// The room's public addresses.
pub fn routes(directory: &Directory) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/search", get(find_help::get))
        .route("/topics", get(show_topic::list))
        .route("/topics/{slug}", get(show_topic::get))
        .route("/services/{slug}", get(show_service::get))
        .route("/services/{slug}/share", get(show_service::share))
        .route("/services/{slug}/report", get(report_problem::get).post(report_problem::post))
        .route("/organisations/{slug}", get(show_organization::get))
        .route("/hubs", get(show_hubs::list))
        .route("/hubs/{slug}", get(show_hubs::get))
        .route("/shortlist", get(keep_list::get).post(keep_list::post))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/openapi.json", get(api::openapi))
        .route("/sitemap.xml", get(sitemap::get))
        .route("/robots.txt", get(sitemap::robots))
        .with_state(directory.clone())
}
