//! All the SQL of the room.

mod pulls;
mod records;
mod runs;
mod schema;
mod settling;
mod sources;

pub(crate) use pulls::*;
pub(crate) use records::*;
pub(crate) use runs::*;
pub use schema::MIGRATIONS;
pub(crate) use settling::*;
pub(crate) use sources::*;
