//! What the room keeps about those who invite and whom they invited, for their own copy; and how it is forgotten.

use crate::store as rows;
use access::PersonId;
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use store::Tx;

/// Every invitation that somebody made.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let mut all = Vec::new();
    for row in rows::list_made_by(tx, person, Instant::UNIX_EPOCH)? {
        let session = events::find_session(tx, row.session_id)?.map(|session| session.title);
        all.push(json!({ "session": session, "first_name": row.first_name, "how": row.how, "made_at": row.made_at }));
    }
    Ok(all)
}

/// Forgets whom somebody invited. That there were so many invitations, and what became of them, stays. Says how many.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, _now: Instant) -> Result<u64, Fault> {
    rows::set_forgotten_of(tx, person)
}

/// Forgets the first names, and the hashes of addresses, of invitations that ended before an instant. Says of how many.
pub fn forget_whom_we_invited(tx: &mut Tx<'_>, before: Instant, _now: Instant) -> Result<u64, Fault> {
    rows::set_forgotten_before(tx, before)
}
