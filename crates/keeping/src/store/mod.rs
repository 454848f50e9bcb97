//! All the SQL of the room.

mod applications;
mod assurances;
mod changes;
mod drafts;
mod pictures;
mod schema;

pub(crate) use applications::*;
pub(crate) use assurances::*;
pub(crate) use changes::*;
pub(crate) use drafts::*;
pub(crate) use pictures::*;
pub use schema::MIGRATIONS;
