//! Open Referral UK, and the other formats in which councils pass their directories on, as plain values: read, checked
//! and written here, with no database and no network.
//!
//! It must never touch a database, a file or the network; never guess a fact that a source does not give; never let a
//! value through that the official schemas refuse; never write a null, an empty text or an empty list.
//!
//! What it gives, in the order of a record's way through the house:
//!
//! - [`read_page`] and [`read_ndjson_line`] take an answer of a feed apart; [`read_v3::read_service`] and
//!   [`read_v1::read_service`] read one record of it, [`mapping::read_csv_row`] a row of somebody's spreadsheet,
//!   [`ofsted::read_register`] the register of childcare providers. All end in [`Read`]: a [`model::Service`], what was
//!   mended or left out, and whether it is refused.
//! - [`tidy`] makes a service fit to be written; a tidy one is exactly what reading it back gives.
//! - [`check`] says what is wrong with a record: what the official schemas refuse, what the official guidance asks for,
//!   what families would stumble over.
//!
//! To add a field: a line in [`model`] with the standard's own name, its place in `entities.rs` or `read_v3.rs`, and its
//! rule in `check/rules.rs` if it has one. To add a rule: a row of [`check::RULES`] with its two examples, and its place
//! in `check/ours.rs`. To add a format: a file of its own that ends in [`Read`].

pub mod check;
pub mod csv_file;
mod entities;
mod lenient;
pub mod mapping;
pub mod model;
pub mod ofsted;
mod page;
mod read;
pub mod read_v1;
pub mod read_v3;
mod tidy;
mod words;

pub use check::{Finding, Level};
pub use mapping::Mapping;
pub use page::{read_ndjson_line, read_page};
pub use read::Read;
pub use tidy::tidy;

/// What `GET /` says it speaks. The official checker reads the number after the last dash.
pub const VERSION: &str = "HSDS-UK-3.0";
/// The profile's address, as `GET /` gives it.
pub const PROFILE: &str = "https://docs.openreferraluk.org/en/latest/";

/// What an attribute's term says of a service: the `link_type` we write and read back.
pub mod link {
    /// A need it meets.
    pub const TOPIC: &str = "topic";
    /// Whom it welcomes in particular.
    pub const AUDIENCE: &str = "audience";
    /// Where help is given.
    pub const ACCESS: &str = "access";
    /// How people get in.
    pub const WAY_IN: &str = "way_in";
    /// A type of special educational need, as the Department for Education codes them.
    pub const SEND_NEED: &str = "send_need";
    /// Whether it costs anything.
    pub const COST: &str = "cost";
    /// All of them but the needs: each is a small taxonomy of its own with the closed words of the directory.
    pub const CLOSED: [&str; 5] = [AUDIENCE, ACCESS, WAY_IN, SEND_NEED, COST];
}
