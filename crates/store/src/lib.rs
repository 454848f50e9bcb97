//! One text of SQL on two databases: SQLite for a council that wants one file, PostgreSQL for one that has a server.
//!
//! A transaction is a plain closure, `db.write(|tx| ...).await`, run on a thread that may block; there is no `.await`
//! in it, so nothing slow can happen while rows are held. What must happen later is announced in the same transaction
//! ([`outbox`]) or enqueued (the room `jobs`).
//!
//! ```
//! # async fn example(db: store::Db, id: kernel::Id<()>) -> Result<(), store::Fault> {
//! store::row! {
//!     /// What a list shows of a service.
//!     pub struct ServiceLine { slug: String, name: String }
//! }
//! let line: Option<ServiceLine> = db
//!     .read(move |tx| tx.opt("select slug, name from service where id = $1", store::args![id]))
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! It must never know a room's tables (beyond its own: outbox, job, migration), speak to anything but the database, or
//! let a value that a person typed into a fault. Drivers are named here and nowhere else.
//!
//! To add a place where the databases differ: a line in the list of [`dialect`](Dialect), a method beside it, and a
//! test that runs on both. To change the schema: `docs/changing-the-schema.md`.

mod db;
mod many;
mod together;
mod tx;

mod dialect;
mod postgres;
mod sqlite;
mod value;
mod violation;

mod backup;
mod migrate;
pub mod outbox;
mod scrub;
mod sealed;

#[cfg(feature = "testing")]
pub mod testing;

pub use backup::{backup, check};
pub use db::{Carried, Db};
pub use dialect::{Dialect, places};
pub use kernel::Fault;
pub use many::insert_many;
pub use migrate::{Migration, migrate};
pub use scrub::scrub;
pub use sealed::{open_sealed, seal};
pub use together::{TakeRows, Together};
pub use tx::Tx;
pub use value::{Column, FromRow, Raw, Row, Value};
pub use violation::{Violation, ViolationKind, refusal_for, violation};
