//! What this room holds about a person, and how it forgets them.

use crate::store as rows;
use access::PersonId;
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use store::Tx;

/// Everything about a person: drafts, what they sent with their notes, what they applied for.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Value, Fault> {
    let id = person.uuid();
    let drafts: Vec<Value> = rows::list_drafts_of(tx, id)?
        .into_iter()
        .map(|draft| json!({"entry": draft.draft["name"], "draft": draft.draft, "saved_at": draft.saved_at}))
        .collect();
    let sent: Vec<Value> = rows::list_changes_of_sender(tx, id)?
        .into_iter()
        .map(|change| json!({"reference": change.reference, "entry": change.name, "note": change.note, "proposed": change.proposed, "sent_at": change.sent_at, "state": change.state}))
        .collect();
    let applications: Vec<Value> = rows::list_applications_of(tx, id)?
        .into_iter()
        .map(|it| json!({"reference": it.reference, "organisation": it.organization, "what": it.what, "name": it.contact, "email": it.email, "evidence": it.evidence, "applied_at": it.applied_at, "state": it.state}))
        .collect();
    Ok(json!({"drafts": drafts, "sent_for_checking": sent, "applications": applications}))
}

/// Forgets a person: their drafts, notes, watches and applications. What was published stays the organisation's, under
/// an id that no longer leads to anybody. Says how many rows were touched.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, _now: Instant) -> Result<u64, Fault> {
    let id = person.uuid();
    Ok(rows::delete_drafts_of(tx, id)?
        + rows::delete_watches_of(tx, id)?
        + rows::set_notes_blank(tx, id)?
        + rows::set_applicant_forgotten(tx, id)?
        + rows::set_senders_forgotten(tx, id)?)
}
