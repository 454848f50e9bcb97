//! Every statement of the room.

mod checks;
mod days;
mod families;
mod programmes;
mod schema;
mod tickets;

pub(crate) use checks::*;
pub(crate) use days::*;
pub(crate) use families::*;
pub(crate) use programmes::*;
pub use schema::MIGRATIONS;
pub(crate) use tickets::*;
