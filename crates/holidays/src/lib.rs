//! Holiday Activities and Food: programmes, who is eligible, the days each child has, opening mornings, and the return.
//!
//! The rules of a programme are data ([`Programme`]): days for each child, years, groups, reasons, the share of places that may
//! go to other reasons, and how booking opens. What follows from them is decided in `model.rs`, `opening.rs` and `figures.rs`,
//! which know no database. A child's *day* is written here first, under the programme's row, and then booked at the desk of
//! `bookings`, whose counts are its own; what happens to the booking there is followed.
//!
//! It must never keep a National Insurance number after the answer, tell one parent what another did, or answer a family with an
//! error because somebody else's service is down.
//!
//! To add a page: a file named after what a person does there, a template, a line in the door. To add a rule: a field of
//! [`Programme`] with its check and its box on the settings page. To ask another service: an [`EligibilityEngine`].

mod model;

mod figures;
mod opening;

mod engine;
mod room;

mod apply;
mod typed;

mod family_page;
mod give_proof;
mod show_line;
mod show_programmes;

mod book_basket;
mod check_eligibility;
mod follow_bookings;
mod open_morning;

mod keep_codes;
mod keep_programme;
mod keep_sessions;
mod settle_eligibility;
mod show_return;

mod catalogue;
mod jobs;
mod mails;
mod parts;
mod personal_data;
mod store;

pub use crate::jobs::jobs;
pub use crate::store::MIGRATIONS;
pub use book_basket::{Basket, Got, Mode, Refused, book_basket};
pub use check_eligibility::CHECK_ELIGIBILITY;
pub use engine::{
    Answer, Asking, EligibilityEngine, NationalEngine, NationalEngineConfig, NoEngine, Number, PretendEngine,
    Question,
};
pub use figures::{Came, CountedChild, CountedDate, Figures, Return, count_return, public_words};
pub use follow_bookings::{FOLLOW_BOOKING, LOOK_AFTER_ASKED_DAYS};
pub use keep_programme::publish_programme;
pub use keep_sessions::add_session;
pub use mails::TEMPLATES;
pub use model::{
    ChildId, FamilyId, Funding, Identity, Meal, Opening, Outcome, Programme, ProgrammeId, Reason, SendNeeds,
    Settled, Share, Standing, Tier, Wanted, decide_discretionary, decide_eligibility, decide_entitlement,
};
pub use open_morning::{DRAW_ORDER, take_ticket};
pub use opening::{commitment, decide_order, decide_turn};
pub use personal_data::{erase, export_about, forget_families};
pub use room::Holidays;

use access::{Browse, KeepHolidayProgramme, SettleEligibility};
use web::Door;

/// The room's public addresses. A family's own page is opened by its secret link, so it is everybody's who has that.
pub fn routes(room: &Holidays) -> Door {
    Door::new()
        .get::<Browse, _, _>("/holidays", show_programmes::list)
        .get::<Browse, _, _>("/holidays/{slug}", show_programmes::get)
        .get::<Browse, _, _>("/holidays/{slug}/apply", apply::get)
        .post::<Browse, _, _>("/holidays/{slug}/apply", apply::post)
        .get::<Browse, _, _>("/holidays/{slug}/draw", show_line::get_draw)
        .get::<Browse, _, _>("/holidays/family/{reference}/{secret}", family_page::get)
        .post::<Browse, _, _>("/holidays/family/{reference}/{secret}", family_page::post)
        .get::<Browse, _, _>("/holidays/family/{reference}/{secret}/line", show_line::get_line)
        .with_state(room.clone())
}

/// The room's addresses for staff.
pub fn staff_door(room: &Holidays) -> Door {
    Door::new()
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays", keep_programme::list)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/new", keep_programme::get_new)
        .post::<KeepHolidayProgramme, _, _>("/admin/holidays/new", keep_programme::post_new)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}", keep_programme::get)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/settings", keep_programme::get_settings)
        .post::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/settings", keep_programme::post_settings)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/sessions", keep_sessions::get)
        .post::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/sessions", keep_sessions::post)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/codes", keep_codes::get)
        .post::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/codes", keep_codes::post)
        .get::<SettleEligibility, _, _>("/admin/holidays/eligibility", settle_eligibility::list)
        .get::<SettleEligibility, _, _>("/admin/holidays/{slug}/eligibility", settle_eligibility::get)
        .post::<SettleEligibility, _, _>("/admin/holidays/{slug}/eligibility", settle_eligibility::post)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/return", show_return::get)
        .post::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/return", show_return::post)
        .get::<KeepHolidayProgramme, _, _>("/admin/holidays/{slug}/return.csv", show_return::csv)
        .with_state(room.clone())
}

#[cfg(test)]
pub(crate) fn sample_programme() -> Programme {
    Programme {
        slug: "summer-2027".to_owned(),
        name: "Summer 2027".to_owned(),
        summary: "Clubs of the test.".to_owned(),
        first: jiff::civil::date(2027, 7, 26),
        last: jiff::civil::date(2027, 8, 27),
        days_each: 16,
        hours: "four hours a day".to_owned(),
        from_year: calendar::SchoolYear::Reception,
        to_year: calendar::SchoolYear::Year(11),
        send_until: None,
        tiers: [Tier::Targeted].into(),
        reasons: vec![Reason {
            key: "ehcp".to_owned(),
            words: "An education, health and care plan".to_owned(),
        }],
        funded_places: 0,
        share_percent: 15,
        warn_percent: 14,
        opens_at: None,
        opening: Opening::FirstCome,
        line_per_minute: 120,
        paid: String::new(),
        wanted: Wanted::Published,
    }
}
