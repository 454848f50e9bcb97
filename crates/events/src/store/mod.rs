mod dates;
mod schema;
mod sessions;
mod terms;

pub use dates::{BookableDate, SessionDate, find_date, list_bookable_dates, list_dates_by_id, list_dates_of};
pub use schema::MIGRATIONS;
pub use sessions::{SessionRow, find_session, find_session_by_slug};

pub(crate) use dates::{insert_date, list_dates_from, set_date};
pub(crate) use sessions::{
    insert_version, list_all_sessions, list_sessions, list_sessions_ever_seen, set_session,
};
pub(crate) use terms::{find_term_dates, set_term_dates};
