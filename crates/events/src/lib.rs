//! What's on: sessions that families come to, the terms they follow, each date of them, and the timetables and calendar
//! feeds that are made from those.
//!
//! A *session* is what is held ("Stay and play, Mondays"); a *date* is one of the times it is held. The rule is kept, as
//! `calendar` reads it; the dates of the next months are rows worked out from it, each under an id that it keeps when it
//! is moved or cancelled, because bookings and calendars of other people hang on it.
//!
//! It must never move or drop a date in silence (what others hold is told by `session_changed`), forget a date that was
//! once announced, show the address of a sensitive place, or count who opened a timetable rather than how often.
//!
//! The directory's search finds each session with its next date: what it is told stands in `in_directory.rs`, and whatever
//! both it and what's on can be narrowed by finds the same sessions in both (a property test holds them to it).
//!
//! To add a field of a session: a column (a new migration in `store/schema.rs`), a field of [`SessionDraft`] with its
//! check, a row on its page, 'not given' where it is empty. To add a page: a file named after what a person does there, a
//! template, a line in the door.

mod answer;
mod calendar_feeds;
mod choices;
mod count_uses;
mod event_data;
mod in_directory;
mod jobs;
mod keep_date;
mod keep_session;
mod keep_terms;
mod lines;
mod list_sessions;
mod look;
mod look_at_terms;
mod model;
mod open_active;
mod parts;
mod pdf;
mod publish;
mod qr;
mod question;
mod roll_over;
mod rpde;
mod see_uses;
mod session_form;
mod shelf;
mod show_session;
mod show_timetable;
mod store;
mod terms;
mod timetable;
mod timetable_paper;
mod whats_on;

pub use count_uses::{TIMETABLE_USES_KEPT_DAYS, forget_timetable_uses};
pub use jobs::{WORK_OUT_SESSION_DATES, with_jobs};
pub use model::{Counts, Feature, Kind, SessionDraft, SessionId, Wanted};
pub use publish::{ANNOUNCEMENTS, date_id, publish_session, session_id, work_out_dates};
pub use roll_over::findings;
pub use shelf::{CountTaken, Events, Renewed};
pub use store::{
    BookableDate, MIGRATIONS, SessionDate, SessionRow, find_date, find_session, find_session_by_slug,
    list_bookable_dates, list_dates_by_id, list_dates_of,
};
pub use terms::{find_terms, set_terms};

use access::{Browse, KeepSessions, KeepTerms, SeeBookingFigures};
use web::Door;

/// The room's public addresses.
pub fn routes(events: &Events) -> Door {
    Door::new()
        .get::<Browse, _, _>("/whats-on", whats_on::get)
        .get::<Browse, _, _>("/whats-on/{slug}", show_session::get)
        .get::<Browse, _, _>("/calendar/whats-on.ics", calendar_feeds::whats_on)
        .get::<Browse, _, _>("/calendar/session/{file}", calendar_feeds::session)
        .get::<Browse, _, _>("/calendar/place/{file}", calendar_feeds::place)
        .with_state(events.clone())
        .and(show_timetable::door(events))
        .and(rpde::door(events))
}

/// The room's addresses in the council's door.
pub fn admin_door(events: &Events) -> Door {
    Door::new()
        .get::<KeepSessions, _, _>("/admin/sessions", list_sessions::get)
        .get::<KeepSessions, _, _>("/admin/sessions/new", keep_session::get_new)
        .post::<KeepSessions, _, _>("/admin/sessions/new", keep_session::post_new)
        .get::<KeepSessions, _, _>("/admin/sessions/{slug}", keep_session::get)
        .post::<KeepSessions, _, _>("/admin/sessions/{slug}", keep_session::post)
        .get::<KeepSessions, _, _>("/admin/sessions/{slug}/add-date", keep_date::get_new)
        .post::<KeepSessions, _, _>("/admin/sessions/{slug}/add-date", keep_date::post_new)
        .get::<KeepSessions, _, _>("/admin/sessions/{slug}/dates/{key}", keep_date::get)
        .post::<KeepSessions, _, _>("/admin/sessions/{slug}/dates/{key}", keep_date::post)
        .get::<SeeBookingFigures, _, _>("/admin/timetables", see_uses::get)
        .get::<KeepTerms, _, _>("/admin/terms", keep_terms::get)
        .post::<KeepTerms, _, _>("/admin/terms", keep_terms::post)
        .with_state(events.clone())
}
