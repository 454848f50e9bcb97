//! The council that runs this Hearth: its name, area, contacts, colours and switches. One deployment, one council,
//! one row.
//!
//! It must never hold a secret (those stand in the configuration file), and never save a theme that cannot be read.
//!
//! To add a setting: give it a field in [`Council`] with a `serde` default, so that an older database still opens,
//! and a line in `docs/operating.md`.

mod council;
mod language;
mod logo;
mod read;
mod store;
mod theme;

pub use council::{Council, MapTiles, ParentNeed, Town};
pub use logo::{Logo, LogoRefused};
pub use read::read_settings;
pub use store::{MIGRATIONS, find_council, find_logo, set_council, set_logo};
pub use theme::{Theme, ThemeRefused};
