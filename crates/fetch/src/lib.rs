//! The one way by which the house fetches an address that somebody typed, or that a feed, a page or a redirect named.
//!
//! Whoever can make a server fetch what they like can make it look into its own network. So: only `http` and `https`,
//! no name and password in the address, no port below 1024 but the two of the web, and no address that is not out on
//! the open internet. A name is looked up once, all its answers are checked, and the connection goes to exactly the
//! address that was checked; a redirect is a new address and is checked like the first. What answers slowly, without
//! end, or with a little that unpacks to a lot is cut off.
//!
//! It must never keep a cookie, use a proxy that its surroundings name, follow a redirect by itself, or say in a
//! [`Refused`] more of an address than its host.
//!
//! ```
//! # async fn example() -> Result<(), fetch::Refused> {
//! let fetcher = fetch::Fetcher::new(fetch::FetchConfig::default())?;
//! let fetched = fetcher.get("https://council.example/feed", None).await?;
//! if fetched.status == 200 {
//!     let page = fetched.body.whole().await?;
//! }
//! # Ok(()) }
//! ```
//!
//! To refuse another kind of address: a line in the list of `guard.rs`, and one in its table of examples.

mod body;
mod fetcher;
mod guard;
mod names;
mod refused;

pub use body::Body;
pub use fetcher::{FetchConfig, Fetched, Fetcher, Reach, RetryAfter, SentOn, Validators};
pub use guard::Schemes;
pub use names::{LookUp, Names, SystemNames};
pub use refused::Refused;
