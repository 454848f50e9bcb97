//! Ask: a person's own words in; the right number, a guide, a quotation with its source, or an honest 'I am not sure'
//! out.
//!
//! One list of steps ([`pipeline`](self)) decides every turn: each step goes on, or stops it with a [`Status`] and fixed
//! sentences. The safety screen is the first, over the whole text, and answers when everything else is down. Answers are
//! quotations: sentences of a checked page, word for word and never cut from what limits them, with a link to the exact part and the date of the
//! check; times, places and prices come only from an entry's own fields. A language model, where a council has one,
//! may shorten what was quoted, and never sees a turn that brought a card. To script the quotation is sent at once, and
//! the shorter words behind it when they are checked ([`in_parts`](self)); a page without script has both together.
//!
//! **What is kept.** No words. Of a turn the database holds its status, fixed sentences of ours, and the ids of what was
//! shown and of what was found, and each filter in our own words ('near Widnes', 'age 3'; of a postcode its first
//! half), so that 'and Tuesday?' need not say the rest again ([`about`](self)); of a conversation a random id, the hour
//! it began, the minute of its last use, its language and the id of a guide. Of amber cards their kinds are kept, such as
//! `domestic_abuse`, three at most, so that their first numbers stay in sight ([`after_card`](self)). A red card is never
//! kept, nor where it stood. Each turn has a number by which the server that made it, and nobody else, knows the same
//! question when it is sent again ([`sent_again`](self)). An hour after the last use all of it is forgotten. The person's own words and the reasons that hold them are
//! in the reply to the question itself: the form's answer leads to the conversation's page, and what that page shows
//! for the first time it takes, once, out of the memory of the server
//! that answered ([`fresh`](self)); shown again, it says 'You asked' and what was found. A person who wants their
//! words beside the answers keeps the page open. A test types a canary everywhere and looks for it in the database,
//! the log and every address.
//!
//! It must never keep or log what was typed, say what no source says, give a dose, tell anybody that they are entitled
//! to something, take an order from a text that it found, or let a step come before the safety screen.
//!
//! To add a step: a function in `steps.rs` that takes what it needs by name and stops with a status, and its line in
//! `pipeline.rs`. To add a way a turn can end: a line in `status.rs`. To add something that is not ours: an entry of
//! `data/neighbours.toml` with its examples. To add a language: an entry of `data/languages.toml`.

mod about;
mod after_card;
mod after_loss;
mod api;
mod ask_page;
mod asked_words;
mod client;
mod conversation;
mod death;
mod flow_steps;
mod for_some;
mod fresh;
mod heard;
mod hurting;
mod illness;
mod in_parts;
mod jobs;
mod json_text;
mod language;
mod limits;
mod loss_answer;
mod markdown;
mod neighbours;
mod paper;
mod passages;
mod pipeline;
mod quoting;
mod rates;
mod reasons;
mod reworded;
mod room;
mod say;
mod see_figures;
mod sent_again;
mod small_words;
mod status;
mod steps;
mod store;
mod switch;
mod tally;
mod together;
mod turn;
mod view;
mod wanted;
mod whats_on;
mod whether_safe;

pub use crate::jobs::{FORGET_IDLE_CONVERSATIONS, jobs};
pub use crate::store::MIGRATIONS;
pub use api::openapi;
pub use room::Assistant;
pub use status::{Kind, Status};
pub use tally::write_down_counts;

use access::{Browse, ChangeSettings, SeeAskFigures};
use web::{Door, FormLimit};

/// What a box of Ask may send. A text that is too long is still read for danger to its end, and put back.
const FORM_LIMIT: FormLimit = FormLimit { bytes: 1024 * 1024, letters: "4,000" };

/// The room's public addresses.
pub fn routes(assistant: &Assistant) -> Door {
    Door::new()
        .get::<Browse, _, _>("/ask", ask_page::get)
        .post_large::<Browse, _, _>("/ask", FORM_LIMIT, ask_page::post)
        .get::<Browse, _, _>("/ask/{conversation}", ask_page::get_conversation)
        .post::<Browse, _, _>("/ask/{conversation}/useful", ask_page::post_useful)
        .post::<Browse, _, _>("/ask/{conversation}/clear", ask_page::post_clear)
        .post::<Browse, _, _>("/api/v1/ask", api::post)
        .get::<Browse, _, _>("/api/v1/ask/openapi.json", api::get_openapi)
        .with_state(assistant.clone())
}

/// The room's addresses for staff.
pub fn staff_door(assistant: &Assistant) -> Door {
    Door::new()
        .get::<SeeAskFigures, _, _>("/admin/ask", see_figures::get)
        .post::<ChangeSettings, _, _>("/admin/ask/switch", switch::post)
        .with_state(assistant.clone())
}
