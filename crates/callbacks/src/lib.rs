//! Call backs: a family asks to be rung, is told by when, and can take it back; a worker rings and says how it ended.
//!
//! What is promised is the end of the next working day in the hours that staff set, without the bank holidays of
//! `data/bank_holidays.toml`. A request is *asked*, then *taken* by a worker, perhaps *rung* without an answer, then *closed*;
//! or *cancelled* by the family. Each step names the version that it was decided on, so that of two workers one does it.
//! One number has one open request: whoever asks again is thanked in the same words and *joined* to it, so that nobody
//! learns from the thanks whether somebody else has asked. Whoever rings sees the strictest of what all of them said of the
//! phone. Taking one back takes all back: after somebody with a page for a number said stop, it is not rung. Where more than one
//! name was given, what each chose stands beside the other's, and nobody says that it was the family who took it back.
//! A form that is sent twice is one request; with other words in it, or after the first one was over, it is another.
//!
//! It must never ring a number that costs whoever rings it much, say on a public page whose request it is, let a request be
//! lost when its worker goes, keep who asked for longer than 90 days after the end, or promise an hour in which nobody works.
//!
//! To add what a request may be about: a line in [`ABOUT`]. To add how a ring may end: a `Deed` with its words in `model.rs`, what
//! follows from it in `decide_deed`, a row in the table of its test.

mod hours;
mod joined;
mod model;

mod setting;

mod ask_call_back;
mod show_call_back;

mod keep_hours;
mod list_call_backs;
mod work_call_back;

mod tell_workers;

mod personal_data;
mod store;
mod words;

#[cfg(test)]
mod model_tests;

pub use crate::store::MIGRATIONS;
pub use model::{ABOUT, CallBackId};
pub use personal_data::{
    FORGET_CALL_BACKS, KEPT_DAYS, erase, erase_number, export_about, export_about_number, forget_who_asked,
};
pub use setting::is_open;

use ::store::Tx;
use access::{Browse, CallBack};
use jobs::Runner;
use kernel::{Fault, Instant};
use notify::Template;
use web::{Door, Site};

/// What is announced when somebody asks to be rung: with what it is about and by when, and nothing of who.
pub const CALL_BACK_ASKED: &str = "call_back_asked";

/// Every message this room sends, to those who ring: whoever asks is rung.
pub static TEMPLATES: &[&Template] = &[&tell_workers::SOMEBODY_WAITS, &tell_workers::CALL_BACK_IS_LATE];

const TEN_MINUTES: i64 = 10 * 60;

const DAY: i64 = 24 * 60 * 60;

/// The room's public addresses.
pub fn routes(site: &Site) -> Door {
    Door::new()
        .get::<Browse, _, _>("/call-back", ask_call_back::get)
        .post::<Browse, _, _>("/call-back", ask_call_back::post)
        .get::<Browse, _, _>("/call-back/{secret}", show_call_back::get)
        .post::<Browse, _, _>("/call-back/{secret}", show_call_back::post)
        .with_state(site.clone())
}

/// The room's addresses for staff.
pub fn staff_door(site: &Site) -> Door {
    Door::new()
        .get::<CallBack, _, _>("/admin/call-backs", list_call_backs::get)
        .get::<CallBack, _, _>("/admin/call-backs/hours", keep_hours::get)
        .post::<CallBack, _, _>("/admin/call-backs/hours", keep_hours::post)
        .get::<CallBack, _, _>("/admin/call-backs/{id}", work_call_back::get)
        .post::<CallBack, _, _>("/admin/call-backs/{id}", work_call_back::post)
        .with_state(site.clone())
}

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, _site: &Site) -> Runner {
    runner
        .on(FORGET_CALL_BACKS, personal_data::forget_call_backs)
        .schedule(FORGET_CALL_BACKS, DAY)
        .on(tell_workers::TELL_WORKERS_THAT_SOMEBODY_WAITS, tell_workers::tell_workers)
        .schedule(tell_workers::TELL_WORKERS_THAT_SOMEBODY_WAITS, TEN_MINUTES)
}

/// How many requests nobody has taken, and how many are open past the hour that was promised: for the council's first page.
pub fn count_waiting(tx: &mut Tx<'_>, now: Instant) -> Result<(i64, i64), Fault> {
    crate::store::count_waiting(tx, now)
}
