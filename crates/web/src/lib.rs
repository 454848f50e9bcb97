//! The shell that every page stands in: layout, form kit, error sentences, guards, caching, assets.
//!
//! It knows the council and the safety screen, and no room. It must never log, echo in an error or put into a
//! redirect what a person typed; never serve a page without its security headers; never ask a browser for anything
//! from another server.
//!
//! To add a page: a room makes a typed body (an askama template with no decisions in it), names it with [`Page`] and
//! hands both to [`show`] or, when it is the same for everybody, to [`cached`]. To add a form: read it with [`Form`],
//! screen every text with [`Site::screen`], and render fields with [`fields`], which put back what was typed.

pub mod assets;
mod cache;
mod door;
pub mod fields;
mod guard;
mod input;
mod layout;
mod links;
mod reply;
pub mod say;
mod site;
mod urgent_help;

pub use assets::icon;
pub use cache::{Asked, cached};
pub use door::{Door, Route, Who, with_doors};
pub use guard::shell;
pub use input::{BODY_LIMIT, Form, FormLimit, Params};
pub use layout::{CardView, Nav, Page, render, show, show_with};
pub use links::{is_path, may_lead_to};
pub use reply::{Html, Meant, Oops, Reply, content_hash, json_error, missing, not_modified_or, see_other};
pub use site::Site;
pub use urgent_help::routes;
