//! Which entries and which private places a session may name: an entry is its organisation's own, and a refuge is named
//! by those who run it and by nobody else.

use crate::model::SessionDraft;
use directory::Nameable;
use kernel::{Fault, Refusal};
use std::collections::BTreeSet;
use store::Tx;
use uuid::Uuid;

/// What is known of the entry and the place that somebody chose.
pub(crate) struct Chosen {
    /// Who runs the entry; none where no entry was chosen or there is none of that address.
    pub service_of: Option<Uuid>,
    /// Whether the place's address is secret.
    pub is_place_private: bool,
    /// The places at which the organisation that holds the session has entries. Read only for a private place.
    pub places_of_holder: BTreeSet<String>,
}

/// Who chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chooser {
    /// Somebody who keeps every session, whoever holds it.
    Council,
    /// Somebody who keeps the sessions of their own organisation.
    Provider,
}

/// What is wrong with the entry and the place of a session. What it had before stays as it was.
pub(crate) fn decide_choices(
    draft: &SessionDraft,
    before: Option<&SessionDraft>,
    chooser: Chooser,
    holder: Uuid,
    chosen: &Chosen,
) -> Vec<Refusal> {
    let same_holder = before.filter(|before| before.organization == draft.organization);
    let mut wrong = Vec::new();
    let is_service_new = same_holder.is_none_or(|before| before.service != draft.service);
    let is_of_holder = draft.service.is_none() || chosen.service_of == Some(holder);
    if chooser == Chooser::Provider && is_service_new && !is_of_holder {
        let sentence = "Choose an entry of the organisation that holds the session, or none. This one is another organisation’s";
        wrong.push(Refusal::at("service", sentence));
    }
    let is_place_new = same_holder.is_none_or(|before| before.place != draft.place);
    let is_at_home = draft.place.as_ref().is_some_and(|place| chosen.places_of_holder.contains(place));
    if chosen.is_place_private && is_place_new && !is_at_home {
        let sentence = "This is a private place. Only the organisation that has an entry there can hold sessions at it. Choose another";
        wrong.push(Refusal::at("place", sentence));
    }
    wrong
}

/// Reads what is known of what was chosen.
pub(crate) fn find_chosen(tx: &mut Tx, draft: &SessionDraft, holder: Uuid) -> Result<Chosen, Fault> {
    let service = match &draft.service {
        Some(slug) => directory::find_entry(tx, slug)?,
        None => None,
    };
    let is_chosen = |place: &Nameable| place.sensitive && Some(&place.slug) == draft.place.as_ref();
    let is_place_private = draft.place.is_some() && directory::list_places(tx)?.iter().any(is_chosen);
    let places_of_holder = if is_place_private { list_places_of(tx, &[holder])? } else { BTreeSet::new() };
    Ok(Chosen {
        service_of: service.map(|entry| entry.organization.id.uuid()),
        is_place_private,
        places_of_holder,
    })
}

/// The places, by their address, at which these organisations have entries.
pub(crate) fn list_places_of(tx: &mut Tx, organizations: &[Uuid]) -> Result<BTreeSet<String>, Fault> {
    let mut places = BTreeSet::new();
    for line in directory::list_entries_of(tx, organizations)? {
        if let Some(entry) = directory::find_entry(tx, &line.slug)? {
            places.extend(entry.draft.locations.iter().map(ToString::to_string));
        }
    }
    Ok(places)
}
