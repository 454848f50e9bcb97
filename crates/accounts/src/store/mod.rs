//! All SQL of the room.

pub(crate) mod data_rights;
pub(crate) mod factors;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod links;
pub(crate) mod oidc;
pub(crate) mod passkeys;
pub(crate) mod people;
mod schema;
pub(crate) mod sessions;
pub(crate) mod staff_people;
pub(crate) mod steps;

pub use schema::MIGRATIONS;
