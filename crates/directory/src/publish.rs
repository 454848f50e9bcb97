//! Publishing: an organisation, a place, the taxonomy, a service. Each is one transaction that ends in an
//! announcement, which every node hears and answers by forgetting its kept pages and renewing its index.

use crate::{
    draft::{LocationDraft, OrganizationDraft, ServiceDraft, TermDraft},
    model::{LocationId, OrganizationId, Point, ServiceId, Term},
    store as rows,
    vocabulary::PointQuality,
};
use anyhow::{Context, bail};
use kernel::{Fault, Instant};
use settings::Council;
use std::collections::{HashMap, HashSet};
use store::{Tx, outbox};
use uuid::Uuid;

/// What this room announces when anything that families see has changed.
pub const ANNOUNCEMENTS: [&str; 6] = [
    "organization_published",
    "location_published",
    "taxonomy_published",
    "service_published",
    "postcodes_imported",
    "words_settled",
];

/// Before the name of an area in a draft: it is a neighbour's.
pub(crate) const OUTSIDE: &str = "outside:";
/// How it is said.
pub(crate) const OUTSIDE_SAID: &str = " (outside ";

/// Publishes an organisation, new or reworded.
pub fn publish_organization(
    tx: &mut Tx,
    draft: &OrganizationDraft,
    now: Instant,
) -> Result<OrganizationId, Fault> {
    if draft.description.trim().is_empty() {
        bail!("{}: Open Referral UK asks for a description of every organisation", draft.slug);
    }
    let id = rows::set_organization(tx, draft, now)?;
    outbox::announce(
        tx,
        "organization_published",
        Some(id.uuid()),
        &serde_json::json!({"slug": draft.slug}),
        now,
    )?;
    Ok(id)
}

/// Publishes a place. A point that the draft does not give comes from its postcode, if that is known, said to be no
/// more exact than it is. A sensitive place gets none.
pub fn publish_location(
    tx: &mut Tx,
    draft: &LocationDraft,
    council: &Council,
    now: Instant,
) -> Result<LocationId, Fault> {
    let point = match (&draft.point, &draft.postal_code) {
        _ if draft.sensitive => None,
        (Some((latitude, longitude)), _) => {
            if !(49.0..=61.0).contains(latitude) || !(-9.0..=2.0).contains(longitude) {
                bail!(
                    "{}: a place in the United Kingdom lies between 49 and 61 north, 9 west and 2 east",
                    draft.slug
                );
            }
            Some(Point { latitude: *latitude, longitude: *longitude, quality: PointQuality::Exact })
        }
        (None, Some(postcode)) => crate::near::point_of(tx, postcode)?,
        (None, None) => None,
    };
    let id = rows::set_location(tx, draft, point, county_of(draft, council), now)?;
    outbox::announce(
        tx,
        "location_published",
        Some(id.uuid()),
        &serde_json::json!({"slug": draft.slug}),
        now,
    )?;
    Ok(id)
}

/// The county of a place's address: its own; of a place that was made here the council's area, once that has a name.
pub(crate) fn county_of<'a>(draft: &'a LocationDraft, council: &'a Council) -> &'a str {
    match &draft.county {
        Some(county) => county,
        None if council.area_name == Council::unnamed().area_name => "",
        None => &council.area_name,
    }
}

/// Publishes the needs families choose from; says how many.
pub fn publish_taxonomy(tx: &mut Tx, terms: &[TermDraft], now: Instant) -> Result<usize, Fault> {
    let written = rows::insert_taxonomy(tx, terms)?;
    outbox::announce(tx, "taxonomy_published", None, &serde_json::json!({"terms": written}), now)?;
    Ok(written)
}

/// Publishes a service whole, new or changed. What it names must be there already.
pub fn publish_service(
    tx: &mut Tx,
    draft: &ServiceDraft,
    council: &Council,
    now: Instant,
) -> Result<ServiceId, Fault> {
    publish_services(tx, std::slice::from_ref(draft), council, now).map(|ids| ids[0])
}

/// Publishes many, reading what they name once. Each that says something new becomes a version.
pub fn publish_services(
    tx: &mut Tx,
    drafts: &[ServiceDraft],
    council: &Council,
    now: Instant,
) -> Result<Vec<ServiceId>, Fault> {
    publish_versions(tx, drafts, &Provenance::default(), council, now)
}

/// Who published a version, and why.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Provenance<'a> {
    /// The person; nobody when the house did it by itself.
    pub by: Option<Uuid>,
    /// In a few words, without names.
    pub why: &'a str,
    /// The change that was sent and checked, if it came from one.
    pub change: Option<Uuid>,
}

pub(crate) fn publish_versions(
    tx: &mut Tx,
    drafts: &[ServiceDraft],
    provenance: &Provenance,
    council: &Council,
    now: Instant,
) -> Result<Vec<ServiceId>, Fault> {
    let terms = rows::list_terms(tx)?;
    let organizations: HashMap<String, OrganizationId> =
        rows::list_organizations(tx)?.into_iter().map(|o| (o.slug, o.id)).collect();
    let mut ids = Vec::with_capacity(drafts.len());
    let mut seen = HashSet::with_capacity(drafts.len());
    let mut batch = Batch::default();
    for draft in drafts {
        let wrong = draft.check();
        if !wrong.is_empty() {
            bail!("{}: {}", draft.slug, wrong.join(". "));
        }
        // One that comes twice in a batch is written twice, the second upon the first.
        if !seen.insert(draft.slug.as_str()) {
            std::mem::take(&mut batch).write(tx, provenance, now)?;
            seen = HashSet::from([draft.slug.as_str()]);
        }
        let organization = *organizations
            .get(draft.organization.as_str())
            .with_context(|| format!("{}: there is no organisation {}", draft.slug, draft.organization))?;
        let before = keep_what_stood_before(tx, draft, now)?;
        let resolved = batch.resolve(tx, draft, organization, &terms, council)?;
        let text = serde_json::to_value(draft)?;
        let is_new = before.as_ref().is_none_or(|(_, before)| *before != text);
        let version = is_new.then(|| (before.map_or(0, |(number, _)| number) + 1, text));
        ids.push(rows::service_id(draft.slug.as_str()));
        batch.services.push((draft, resolved));
        batch.versions.push(version);
    }
    batch.write(tx, provenance, now)?;
    Ok(ids)
}

/// Entries that are written together.
#[derive(Default)]
struct Batch<'a> {
    services: Vec<(&'a ServiceDraft, rows::Resolved)>,
    /// Number and text of the version that each becomes, if it says something new.
    versions: Vec<Option<(i64, serde_json::Value)>>,
    locations: HashMap<String, LocationId>,
}

impl<'a> Batch<'a> {
    /// What a draft's slugs stand for.
    fn resolve(
        &mut self,
        tx: &mut Tx,
        draft: &ServiceDraft,
        organization: OrganizationId,
        terms: &[Term],
        council: &Council,
    ) -> Result<rows::Resolved, Fault> {
        let mut locations = HashMap::new();
        let named =
            draft.locations.iter().chain(draft.schedules.iter().filter_map(|schedule| schedule.at.as_ref()));
        for slug in named {
            let known = self.locations.get(slug.as_str()).copied();
            let id = match known {
                Some(id) => id,
                None => rows::find_location_id(tx, slug.as_str())?
                    .with_context(|| format!("{}: there is no place {slug}", draft.slug))?,
            };
            self.locations.insert(slug.as_str().to_owned(), id);
            locations.insert(slug.as_str().to_owned(), id);
        }
        let (topics, area) = (topics_of(draft, terms)?, area_of(draft, council)?);
        Ok(rows::Resolved { organization, topics, locations, area })
    }

    /// Writes the rows and the versions, and announces each entry.
    fn write(self, tx: &mut Tx, provenance: &Provenance, now: Instant) -> Result<(), Fault> {
        rows::set_services(tx, &self.services, now)?;
        let mut versions = Vec::new();
        for ((draft, _), version) in self.services.iter().zip(&self.versions) {
            let (service, slug) = (rows::service_id(draft.slug.as_str()), draft.slug.as_str());
            if let Some((number, draft)) = version {
                versions.push(rows::NewVersion { service, slug, number: *number, draft });
            }
            let what = serde_json::json!({"slug": slug});
            outbox::announce(tx, "service_published", Some(service.uuid()), &what, now)?;
        }
        rows::insert_versions(tx, &versions, provenance, now)
    }
}

/// Writes an entry's rows anew and makes no version of it.
pub(crate) fn rewrite(
    tx: &mut Tx,
    draft: &ServiceDraft,
    council: &Council,
    now: Instant,
) -> Result<ServiceId, Fault> {
    let terms = rows::list_terms(tx)?;
    let organization = rows::find_organization(tx, draft.organization.as_str())?
        .with_context(|| format!("{}: there is no organisation {}", draft.slug, draft.organization))?;
    let mut batch = Batch::default();
    let resolved = batch.resolve(tx, draft, organization.id, &terms, council)?;
    batch.services.push((draft, resolved));
    batch.write(tx, &Provenance::default(), now)?;
    Ok(rows::service_id(draft.slug.as_str()))
}

/// The current version. A service from before versions were kept gets its first from its rows, so that it too can be
/// restored.
fn keep_what_stood_before(
    tx: &mut Tx,
    draft: &ServiceDraft,
    now: Instant,
) -> Result<Option<(i64, serde_json::Value)>, Fault> {
    let Some(row) = rows::find_entry_row(tx, draft.slug.as_str())? else {
        return Ok(None);
    };
    rows::lock_service(tx, row.id)?;
    if let Some(current) = rows::find_current_version(tx, row.id)? {
        return Ok(Some(current));
    }
    let Some(stood) = rows::find_draft_from_rows(tx, &row.slug)? else {
        return Ok(None);
    };
    let text = serde_json::to_value(&stood)?;
    let provenance = Provenance { why: "As it stood before versions were kept", ..Provenance::default() };
    let first = rows::NewVersion { service: row.id, slug: &row.slug, number: 1, draft: &text };
    rows::insert_versions(tx, &[first], &provenance, now)?;
    Ok(Some((1, text)))
}

/// The needs a draft names, each followed by its wider one.
pub(crate) fn topics_of(draft: &ServiceDraft, terms: &[Term]) -> Result<Vec<Term>, Fault> {
    let find = |slug: &str| terms.iter().find(|term| term.slug == slug);
    let mut topics: Vec<Term> = Vec::new();
    let mut add = |term: &Term| {
        if topics.iter().all(|have| have.slug != term.slug) {
            topics.push(term.clone());
        }
    };
    for slug in &draft.topics {
        let term = find(slug.as_str()).with_context(|| format!("{}: there is no need {slug}", draft.slug))?;
        add(term);
        if let Some(wider) = term.parent.as_deref().and_then(find) {
            add(wider);
        }
    }
    Ok(topics)
}

/// Name and code of the area a service serves. Wider areas than the council have no code: they leave nobody out.
pub(crate) fn area_of(draft: &ServiceDraft, council: &Council) -> Result<Option<(String, String)>, Fault> {
    let Some(area) = draft.area.as_deref() else {
        return Ok(None);
    };
    let known = match area {
        "england" => ("England".to_owned(), String::new()),
        "uk" => ("United Kingdom".to_owned(), String::new()),
        "cheshire-and-merseyside" => ("Cheshire and Merseyside".to_owned(), String::new()),
        // A neighbour's entry says so in words wherever its area is shown.
        place if place.starts_with(OUTSIDE) => {
            (format!("{}{OUTSIDE_SAID}{})", &place[OUTSIDE.len()..], council.area_name), String::new())
        }
        place if place.eq_ignore_ascii_case(&council.area_name) => {
            (council.area_name.clone(), council.area_code.clone())
        }
        place => match council.towns.iter().find(|town| town.name.eq_ignore_ascii_case(place)) {
            Some(town) => (town.name.clone(), town.outward.first().cloned().unwrap_or_default()),
            None => bail!("{}: the area {place:?} is not known", draft.slug),
        },
    };
    Ok(Some(known))
}
