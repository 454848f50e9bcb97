//! Needs that were just described, so that the way back from a service leads to what was found and not to a question of the
//! browser whether to send the form again. For ten minutes, on whichever node is asked next.
//!
//! The key stands in the address alone: the database holds its hash and letters that nobody can read without it. Who
//! described the need is sealed with it, and nobody else may open it.

use crate::{need_form::Typed, store as rows};
use jiff::SignedDuration;
use kernel::Fault;
use serde::{Deserialize, Serialize};
use store::{open_sealed, seal};
use web::Site;

/// What a need is sealed for.
const SEALED_FOR: &str = "hearth: a need that is held";
/// How long a need is held.
const HELD_MINUTES: i64 = 10;

/// A need as it was typed.
#[derive(Serialize, Deserialize)]
pub(crate) struct HeldNeed {
    /// The id of who typed it.
    pub person: String,
    pub typed: Typed,
}

/// Holds a need and gives its key.
pub(crate) async fn hold(site: &Site, need: &HeldNeed) -> Result<String, Fault> {
    let (key, now) = (site.dice().hex::<16>(), site.clock().now());
    let sealed = seal(SEALED_FOR, &key, &serde_json::to_vec(need)?)?;
    let (hash, ends_at) = (hash_of(&key), now + SignedDuration::from_mins(HELD_MINUTES));
    site.db()
        .write(move |tx| {
            rows::delete_needs_ended(tx, now)?;
            rows::insert_need(tx, &hash, &sealed, ends_at)
        })
        .await?;
    Ok(key)
}

/// What is held under a key.
pub(crate) async fn find(site: &Site, key: &str) -> Result<Option<HeldNeed>, Fault> {
    let (hash, now) = (hash_of(key), site.clock().now());
    let sealed = site.db().read(move |tx| rows::find_need(tx, &hash, now)).await?;
    let opened = |sealed: String| serde_json::from_slice(&open_sealed(SEALED_FOR, key, &sealed)?).ok();
    Ok(sealed.and_then(opened))
}

/// The key of the hand-over form under a match: the same on each way back, so that handing over again gives the same list.
pub(crate) fn form_key_of(key: &str) -> String {
    let derived = blake3::derive_key("hearth: the list under a match", key.as_bytes());
    blake3::Hash::from_bytes(derived).to_hex()[..32].to_owned()
}

fn hash_of(key: &str) -> String {
    let derived = blake3::derive_key("hearth: where a need is held", key.as_bytes());
    blake3::Hash::from_bytes(derived).to_hex().to_string()
}
