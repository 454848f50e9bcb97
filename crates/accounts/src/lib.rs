//! People: who they are, how they sign in, what they agreed to, and their right to a copy or to be forgotten.

mod people;

pub use people::{Keeper, LinkWanted, find_name, issue_link, list_keepers, set_keeper};
