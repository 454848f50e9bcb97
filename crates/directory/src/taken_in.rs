//! What the room that takes in feeds and files asks for: which addresses are taken, what stands of an organisation or
//! a place as a draft, and publication of many entries that somebody else wrote, with where they came from in each
//! version's reason.

use crate::{
    draft::{LocationDraft, OrganizationDraft, ServiceDraft},
    entries::keep_upkeep,
    model::{LocationId, Point, ServiceId},
    publish::{Provenance, publish_versions},
    store as rows,
};
use access::{Act, May, PersonId};
use kernel::{Date, Fault, Instant};
use settings::Council;
use store::{Tx, outbox};

pub use crate::draft::{
    AccessibilityDraft, AssuranceDraft, CostOptionDraft, IdentifierDraft, OfferDraft, PhoneDraft,
    ScheduleDraft,
};
pub use crate::store::{SlugOwner, TakenSlug};
pub use crate::vocabulary::{Feature, Frequency, LocationType, PointQuality, State};

/// The area of an entry that a neighbour's source gives: it is shown as outside the council's own.
pub fn area_outside(name: &str) -> String {
    format!("{}{}", crate::publish::OUTSIDE, name.trim())
}

/// Every address on the site that is taken, of services, organisations and places.
pub fn list_taken_slugs(tx: &mut Tx) -> Result<Vec<TakenSlug>, Fault> {
    rows::list_taken_slugs(tx)
}

/// An organisation as somebody would have typed it.
pub fn find_organization_draft(tx: &mut Tx, slug: &str) -> Result<Option<OrganizationDraft>, Fault> {
    rows::find_organization_draft(tx, slug)
}

/// A place as somebody would have typed it, its point included, and how exactly that is known.
pub fn find_location_draft(
    tx: &mut Tx,
    slug: &str,
) -> Result<Option<(LocationDraft, Option<PointQuality>)>, Fault> {
    rows::find_location_draft(tx, slug)
}

/// Publishes entries that come from elsewhere, reading what they name once. What people here say of when and by whom
/// an entry was checked stays, but a later day of checking that its source gives is taken: a date never goes back.
pub fn publish_taken_in<A: Act>(
    tx: &mut Tx,
    may: &May<A>,
    drafts: &[ServiceDraft],
    why: &str,
    council: &Council,
    now: Instant,
) -> Result<Vec<ServiceId>, Fault> {
    let mut whole = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut draft = draft.clone();
        if let Some(row) = rows::find_entry_row(tx, draft.slug.as_str())? {
            let checked_there: Option<Date> = draft.checked_on;
            rows::lock_service(tx, row.id)?;
            keep_upkeep(tx, &row, &mut draft)?;
            draft.checked_on = draft.checked_on.max(checked_there);
        }
        whole.push(draft);
    }
    let provenance = Provenance { by: may.actor().person().map(PersonId::uuid), why, change: None };
    publish_versions(tx, &whole, &provenance, council, now)
}

/// Publishes a place whose point is known no better than its source says.
pub fn publish_location_taken_in(
    tx: &mut Tx,
    draft: &LocationDraft,
    quality: PointQuality,
    council: &Council,
    now: Instant,
) -> Result<LocationId, Fault> {
    let Some((latitude, longitude)) =
        draft.point.filter(|_| !draft.sensitive && quality != PointQuality::Exact)
    else {
        return crate::publish::publish_location(tx, draft, council, now);
    };
    let point = Point { latitude, longitude, quality };
    let id = rows::set_location(tx, draft, Some(point), crate::publish::county_of(draft, council), now)?;
    outbox::announce(
        tx,
        "location_published",
        Some(id.uuid()),
        &serde_json::json!({"slug": draft.slug}),
        now,
    )?;
    Ok(id)
}
