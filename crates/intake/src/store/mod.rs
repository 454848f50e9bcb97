//! All the SQL of the room.

mod many;
mod records;
mod runs;
mod schema;
mod settling;
mod sources;

pub(crate) use records::*;
pub(crate) use runs::*;
pub use schema::MIGRATIONS;
pub(crate) use settling::*;
pub(crate) use sources::*;
