mod dates;
mod open_data;
mod schema;
mod sessions;
mod terms;
mod uses;

pub use dates::{BookableDate, SessionDate, find_date, list_bookable_dates, list_dates_by_id, list_dates_of};
pub use schema::MIGRATIONS;
pub use sessions::{SessionRow, find_session, find_session_by_slug};

pub(crate) use dates::{insert_date, list_dates_from, set_date};
pub(crate) use open_data::{
    Place, ToldDate, list_told_dates, list_told_sessions, set_dates_told, set_told_at_place,
    set_told_of_organization,
};
pub(crate) use sessions::{
    insert_version, list_all_sessions, list_sessions, list_sessions_ever_seen, set_session,
};
pub(crate) use terms::{find_term_dates, set_term_dates};
pub(crate) use uses::{delete_uses_before, insert_uses, list_uses_since};
