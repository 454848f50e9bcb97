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
//! To add a field of a session: a column (a new migration in `store/schema.rs`), a field of [`SessionDraft`] with its
//! check, a row on its page, 'not given' where it is empty. To add a page: a file named after what a person does there, a
//! template, a line in the door.

mod model;
mod publish;
mod store;
mod terms;

pub use model::{Counts, Feature, Kind, SessionDraft, SessionId, Wanted};
pub use publish::{ANNOUNCEMENTS, date_id, publish_session, session_id, work_out_dates};
pub use store::{
    BookableDate, MIGRATIONS, SessionDate, SessionRow, find_date, find_session, find_session_by_slug,
    list_bookable_dates, list_dates_by_id, list_dates_of,
};
pub use terms::{find_terms, set_terms};
