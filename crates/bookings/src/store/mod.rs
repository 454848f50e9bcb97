mod bookings;
mod places;
mod rules;
mod schema;

pub use bookings::{BookingRow, find_booking_by_reference, list_guests};
pub use places::{Difference, list_differences};
pub use rules::{find_rules, set_rules};
pub use schema::MIGRATIONS;

pub(crate) use bookings::{
    find_booking, find_booking_by_key, find_last_queued, insert_booking, list_bookings_of, list_ended,
    list_ended_of, list_queue, list_session_dates_of, list_sessions_of, list_unforgotten, set_date_given_up,
    set_forgotten, set_guests, set_state,
};
pub(crate) use places::{list_places, set_places, take_sessions};
pub(crate) use rules::find_or_insert_key;
