//! Guided flows: text files that ask one question at a time and say what follows, for families that do not know which
//! question to ask. On the pages they are called *guides*. How to write one is told in `docs/flows.md`.
//!
//! A text is read into a [`Flow`] that cannot be wrong ([`parse`]); the engine is one pure function, [`step`]: where
//! somebody stands, what they answer and which day it is give where they stand then and what is said. Around it, this room
//! keeps revisions that never change, and sessions that stay on the revision they began with. An answer and its reply are
//! kept in one transaction under the key of the form, so a form that is sent twice, or again after a crash, gets the same
//! reply; two answers of one moment follow each other. Every guide can be left and come back to with a short code.
//!
//! What somebody typed goes through the safety screen before anything else, and is never kept: a session holds keys of
//! answers and days, no name and no words. After 90 days in which nobody came back the days are put away with all that was
//! said; after 90 more, the rest.
//!
//! It must never end a guide because of an answer nobody foresaw, move somebody onto another revision, count a day from a
//! guess, say that somebody is eligible, put a session's secret into a log, or let a model speak.
//!
//! To add a guide: a file in `flows/` (its lint and transcripts are tests). To add a kind of node: a variant of
//! [`NodeKind`] with its ways on, its line in `format.rs` and `format_check.rs`, what it does in `engine.rs`, how it looks
//! in `turn_view.rs`, and its row in `docs/flows.md`. Another room runs guides through [`Flows`]: [`Flows::offer`],
//! [`Flows::begin`], [`Flows::answer`], [`Flows::find_turn`].

mod days;
mod engine;
mod flow;
mod format;
mod format_check;
mod heard;
pub mod lint;
mod model;
mod understand;
mod working_out;

mod catalogue;
mod documents;
mod forget_sessions;
mod keep_drafts;
mod offer;
mod session;
mod simulate;
mod store;
mod take_turn;

mod list_guides;
mod markdown;
mod resume_page;
mod show_guide;
mod turn_page;
mod turn_view;

pub use catalogue::{ANNOUNCEMENTS, Flows, Published, builtin, on_flow};
pub use days::read_day;
pub use documents::documents;
pub use engine::{STEPS_MAX, begin, step, understands};
pub use flow::{
    Case, Choice, Day, Flow, HandOver, Node, NodeKind, NodeWords, Rule, Source, Test, Translation, Unit,
    Urgent, Way, WorkStep,
};
pub use forget_sessions::{FORGET_GUIDE_SESSIONS, KEPT_DAYS, jobs};
pub use format::{Trouble, parse};
pub use heard::Loss;
pub use keep_drafts::{Draft, Edition, Event, NotPublished, Revision, Saved, Standing};
pub use markdown::to_html;
pub use model::{Answered, Asks, Cite, Input, Kept, Offered, Output, Passed, State, Stepped};
pub use offer::Offer;
pub use session::{PastTurn, PutAway, Resumed, SessionId, Turn, read_code};
pub use simulate::{Graph, GraphEdge, GraphNode, Simulated, graph, simulate};
pub use store::MIGRATIONS;
pub use take_turn::Reply;
pub use working_out::{WorkedLine, bank_holiday, day_in_words};

use access::Browse;
use web::Door;

/// The room's public addresses. A session's own page is opened by its secret address, so it is everybody's who has that.
pub fn routes(flows: &Flows) -> Door {
    Door::new()
        .get::<Browse, _, _>("/guides", list_guides::get)
        .get::<Browse, _, _>("/guides/resume", resume_page::get)
        .post::<Browse, _, _>("/guides/resume", resume_page::post)
        .get::<Browse, _, _>("/guides/{slug}", show_guide::get)
        .post::<Browse, _, _>("/guides/{slug}", show_guide::post)
        .get::<Browse, _, _>("/guides/{slug}/{session}", turn_page::get)
        .post::<Browse, _, _>("/guides/{slug}/{session}", turn_page::post)
        .post::<Browse, _, _>("/guides/{slug}/{session}/back", turn_page::back)
        .post::<Browse, _, _>("/guides/{slug}/{session}/restart", turn_page::restart)
        .post::<Browse, _, _>("/guides/{slug}/{session}/language", turn_page::language)
        .with_state(flows.clone())
}
