mod bookings;
mod invited;
mod known;
mod places;
mod register_reads;
mod rules;
mod schema;
mod twice;

pub use bookings::{BookingRow, find_booking_by_reference, list_guests};
pub use invited::{BookedDate, InvitedDate, list_booked_dates_since, list_dates_by_invitation};
pub use places::{Difference, count_taken, list_differences};
pub use register_reads::{
    BookedInMonth, BookedOn, GuestOf, QueueSeen, count_booked_by_month, find_queue_seen, list_booked_on,
    list_called_off, list_dates_booked, list_guests_of, list_references_of, list_rooms,
};
pub use rules::{find_rules, set_rules};
pub use schema::MIGRATIONS;

pub(crate) use bookings::{
    find_booking, find_booking_by_key, find_last_queued, insert_booking, insert_guests, list_bookings_of,
    list_ended, list_ended_of, list_queue, list_session_dates_of, list_sessions_of, list_unforgotten,
    set_date_given_up, set_date_taken, set_forgotten, set_guests, set_state,
};
pub(crate) use invited::is_invitation_taken;
pub(crate) use known::{
    KnownDate, NearDate, OwnDate, find_turn, list_known_dates, list_live_on, list_own_dates, list_to_remind,
    list_waiting_too_long, set_known, set_reminded,
};
pub(crate) use places::{list_last_booked, list_places, set_places, take_sessions};
pub(crate) use rules::find_or_insert_key;
pub(crate) use twice::{find_tries, insert_try, list_live_of_contact, set_told_again};
