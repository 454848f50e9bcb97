//! Who may do what, decided once and refused by default; and the trail of what was done.
//!
//! [`Grant`] by [`Grant`], the policy is one table of roles and actions, printed in `docs/policy.md`. A use case asks
//! for a [`May`]: `May<ReviewChange>` can only be had from [`May::decide`], so a function that takes one cannot be
//! called by somebody who may not. What was done is written to the [`audit`] trail in the transaction that did it.
//!
//! It must never know a room's tables, decide by anything but role, relationship and action, or keep a name or an
//! address in the trail: ids only, so that a person can be forgotten and the trail still holds.
//!
//! To add an action: a line in `policy.rs` with who may do it, the new table in `docs/policy.md` (a test prints it),
//! and the route that needs it in the room's door.

mod actor;
pub mod audit;
mod policy;
mod store;
mod witness;

pub use crate::store::MIGRATIONS;
pub use actor::{Actor, Person, PersonId, Role, Roles, Signed};
pub use policy::*;
pub use witness::{Denied, May, On};
