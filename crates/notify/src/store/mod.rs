//! All the SQL of the room.

mod messages;
mod schema;
mod stops;

pub use messages::PersonMessage;
#[cfg(test)]
pub(crate) use messages::find_state;
pub(crate) use messages::{
    Counted, Listed, Open, RowToInsert, Settled, count_by_state, delete_old, find_by_token, find_listed,
    find_open, insert_message, list_for_address, list_for_person, list_held, list_latest, list_outbox,
    list_still, list_stuck_deliveries, set_address_forgotten, set_delivery, set_delivery_seen, set_forgotten,
    set_queued_again, set_settled, set_taken, set_wiped_old,
};
pub use schema::MIGRATIONS;
pub(crate) use stops::{
    delete_stop, delete_stops_of, delete_wording, find_wording, is_stopped, list_holds, list_reworded,
    set_hold, set_stop, set_wording,
};
