//! Putting one field of an entry, an organisation or a place as its source says it, or as it stood before.

use crate::{
    facts::{Whole, facts_of, facts_of_place, from_facts},
    model::{
        Entity, LOCATION_FIELDS, ORGANIZATION_FIELDS, SERVICE_FIELDS, WHOLE, hash_of_given, words_of_field,
    },
    store::{self as rows, HeldRow},
    to_place::Placed,
};
use access::{KeepSources, May, PersonId};
use directory::{
    LocationDraft, OrganizationDraft, Publication, Published, ServiceDraft,
    open_data::{Beneath, list_ids_over},
    taken_in::{
        PointQuality, find_location_draft, find_organization_draft, list_taken_slugs,
        publish_location_taken_in, publish_taken_in,
    },
};
use keeping::TwoPeople;
use kernel::{Fault, Instant};
use serde_json::{Map, Value};
use settings::Council;
use std::collections::HashSet;
use store::Tx;
use uuid::Uuid;

/// What became of one field.
pub(crate) enum Put {
    /// It is published; this stood before.
    Stood(Value),
    /// It touches what protects people, so one person is not enough.
    TakesTwo,
    /// It cannot be any more.
    Overtaken,
}

/// Publishes a thing with one field as it is said here.
pub(crate) fn put_field(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Put, Fault> {
    let entity: Entity = row.entity.parse()?;
    if row.field == WHOLE {
        return if is_second(may, row) {
            put_whole(tx, may, row, value, council, now)
        } else {
            Ok(Put::TakesTwo)
        };
    }
    if entity == Entity::Service {
        return put_of_entry(tx, may, row, value, council, now);
    }
    if !is_second(may, row) && stands_under_safety(tx, entity, &row.slug, council, now)? {
        return Ok(Put::TakesTwo);
    }
    match entity {
        Entity::Organization => put_of_organization(tx, row, value, now),
        _ => put_of_place(tx, row, value, council, now),
    }
}

/// Publishes a record that waited whole, without anything that tells its secret place. It is published once; what is to
/// be taken back of it then is hidden on its own page.
fn put_whole(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Put, Fault> {
    let Ok(whole) = serde_json::from_value::<Whole>(value.clone()) else { return Ok(Put::Overtaken) };
    if directory::find_entry(tx, &row.slug)?.is_some() {
        return Ok(Put::Overtaken);
    }
    let mut given = Vec::new();
    let mut owners = vec![(Entity::Service, row.slug.clone())];
    let mut keep = |entity: Entity, slug: &str, fields: &[&'static str], facts: &Map<String, Value>| {
        for field in fields {
            if let Some(hash) = facts.get(*field).and_then(hash_of_given) {
                given.push((entity, slug.to_owned(), *field, Some(hash)));
            }
        }
    };
    keep(Entity::Service, &row.slug, SERVICE_FIELDS, &facts_of(&whole.service)?);
    if let Some(part) = &whole.organization
        && find_organization_draft(tx, part.slug.as_str())?.is_none()
    {
        directory::publish_organization(tx, &part.draft, now)?;
        owners.push((Entity::Organization, part.slug.to_string()));
        keep(Entity::Organization, part.slug.as_str(), ORGANIZATION_FIELDS, &facts_of(&part.draft)?);
    }
    for part in &whole.places {
        let slug = part.slug.as_str();
        if find_location_draft(tx, slug)?.is_none() {
            publish_location_taken_in(tx, &part.draft.draft, part.draft.quality, council, now)?;
            owners.push((Entity::Location, slug.to_owned()));
            keep(Entity::Location, slug, LOCATION_FIELDS, &facts_of_place(&part.draft)?);
        }
    }
    publish_taken_in(tx, may, &[whole.service], "Taken in after two people looked", council, now)?;
    rows::insert_owners(tx, row.source_id, &owners, now)?;
    rows::set_given(tx, row.source_id, &given.into_iter().collect(), now)?;
    Ok(Put::Stood(Value::Null))
}

/// Whether somebody else has asked for it before.
pub(crate) fn is_second(may: &May<KeepSources>, row: &HeldRow) -> bool {
    let by = may.actor().person().map(PersonId::uuid);
    row.asked_by.is_some() && by.is_some() && row.asked_by != by
}

fn put_of_entry(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Put, Fault> {
    let Some(entry) = directory::find_entry(tx, &row.slug)? else { return Ok(Put::Overtaken) };
    let mut facts = facts_of(&entry.draft)?;
    let before = facts.insert(row.field.clone(), value.clone()).unwrap_or_default();
    let draft: ServiceDraft = from_facts(&facts)?;
    if !draft.check().is_empty() {
        return Ok(Put::Overtaken);
    }
    if TwoPeople::find(tx, council, now)?.are_needed(&entry.draft, &draft)? {
        return Ok(Put::TakesTwo);
    }
    let why = format!("Settled with its source: {}", words_of_field(&row.field));
    let publication = Publication { draft: &draft, base_version: entry.version, why: &why, change: None };
    match directory::publish(tx, may, &publication, council, now)? {
        Published::Version(_) => Ok(Put::Stood(before)),
        Published::Overtaken(_) => Ok(Put::Overtaken),
    }
}

fn put_of_organization(tx: &mut Tx, row: &HeldRow, value: &Value, now: Instant) -> Result<Put, Fault> {
    let Some(ours) = find_organization_draft(tx, &row.slug)? else { return Ok(Put::Overtaken) };
    let mut facts = facts_of(&ours)?;
    let before = facts.insert(row.field.clone(), value.clone()).unwrap_or_default();
    let draft: OrganizationDraft = from_facts(&facts)?;
    if draft.name.trim().is_empty() || draft.description.trim().is_empty() {
        return Ok(Put::Overtaken);
    }
    directory::publish_organization(tx, &draft, now)?;
    Ok(Put::Stood(before))
}

/// A place that has become secret since is nobody's to change by what a source says.
fn put_of_place(
    tx: &mut Tx,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Put, Fault> {
    let Some((ours, quality)) = find_location_draft(tx, &row.slug)? else { return Ok(Put::Overtaken) };
    if ours.sensitive {
        return Ok(Put::Overtaken);
    }
    let ours = Placed { draft: ours, quality: quality.unwrap_or(PointQuality::Exact) };
    let mut facts = facts_of_place(&ours)?;
    let before = facts.insert(row.field.clone(), value.clone()).unwrap_or_default();
    let quality = facts.remove("point_quality").and_then(|quality| quality.as_str()?.parse().ok());
    let draft: LocationDraft = from_facts(&facts)?;
    if draft.name.trim().is_empty() {
        return Ok(Put::Overtaken);
    }
    publish_location_taken_in(tx, &draft, quality.unwrap_or(PointQuality::Exact), council, now)?;
    Ok(Put::Stood(before))
}

/// Whether an entry stands on it of which the house's own rule says that a change of its words takes two people: who
/// runs it and where it is are words of that entry too.
fn stands_under_safety(
    tx: &mut Tx,
    entity: Entity,
    slug: &str,
    council: &Council,
    now: Instant,
) -> Result<bool, Fault> {
    let taken = list_taken_slugs(tx)?;
    let Some(thing) = taken.iter().find(|taken| taken.entity == entity.key() && taken.slug == slug) else {
        return Ok(false);
    };
    let beneath = match entity {
        Entity::Organization => Beneath::Organization(thing.id),
        _ => Beneath::Location(thing.id),
    };
    let over: HashSet<Uuid> = list_ids_over(tx, beneath)?.into_iter().collect();
    let rule = TwoPeople::find(tx, council, now)?;
    let entries = taken.iter().filter(|taken| taken.entity == Entity::Service.key());
    for entry in entries.filter(|entry| over.contains(&entry.id)) {
        let Some(entry) = directory::find_entry(tx, &entry.slug)? else { continue };
        let mut changed = entry.draft.clone();
        changed.description.push_str(" And more.");
        if rule.are_needed(&entry.draft, &changed)? {
            return Ok(true);
        }
    }
    Ok(false)
}
