//! What may leave the house as open data: every entry that families see, with what stands beneath it, and nothing
//! that is not theirs to read. What must not leave is taken out here, once, whoever asks: sensitive places, what only
//! practitioners see, who checked a fact, and every doubt. How quiet a page is leaves with it: whoever takes it in must
//! not make a loud one of it, and everybody who opens the page can see it.

use crate::{
    draft::{IdentifierDraft, ServiceDraft},
    model::{LocationId, OrganizationId, Point, ServiceId, TermId},
    store as rows,
    vocabulary::{Feature, LocationType, OrganizationKind, State, Status},
};
use kernel::{Date, Fault, Id, Postcode};
use std::collections::HashMap;
use store::Tx;
use uuid::Uuid;

pub use crate::draft::ScheduleDraft;
pub use crate::vocabulary::{Frequency, PointQuality};

/// A service as families see it now.
#[derive(Clone, Debug)]
pub struct OpenService {
    /// Its id.
    pub id: ServiceId,
    /// Its address on the site.
    pub slug: String,
    /// Its text, without what must not leave the house.
    pub draft: ServiceDraft,
    /// Whether it is running, with its closures.
    pub status: Status,
    /// The warning families see first, with its closures.
    pub alert: Option<String>,
    /// Who runs it.
    pub organization: OpenOrganization,
    /// Where it is, in the order of the text. No sensitive place is among them.
    pub locations: Vec<OpenLocation>,
    /// The needs it meets, each followed by its wider one.
    pub topics: Vec<OpenTerm>,
    /// Whom it serves: name, and a code that may be empty.
    pub area: Option<(String, String)>,
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct OpenOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What kind of body it is.
    pub kind: OrganizationKind,
    /// With a scheme.
    pub website: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to phone.
    pub phone: Option<String>,
    /// Where its facts come from.
    pub source: Option<String>,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// Register numbers, with their ids.
    pub identifiers: Vec<(Uuid, IdentifierDraft)>,
}

/// A place that is not sensitive.
#[derive(Clone, Debug)]
pub struct OpenLocation {
    /// Its id.
    pub id: LocationId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Physical, postal, virtual.
    pub kind: LocationType,
    /// Whether it is a family hub.
    pub hub: bool,
    /// A few words about it.
    pub description: String,
    /// The town, or empty.
    pub town: String,
    /// Where it is, and how exactly that is known.
    pub point: Option<Point>,
    /// How to get there.
    pub transportation: Option<String>,
    /// Where its facts come from.
    pub source: String,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// What is known of its address.
    pub address: Option<OpenAddress>,
    /// Its own telephone, with its id.
    pub phone: Option<(Uuid, String)>,
    /// What it has and has not, with ids. What nobody has told us is not among them.
    pub accessibility: Vec<OpenFeature>,
    /// When it is open, with ids.
    pub schedules: Vec<(Uuid, ScheduleDraft)>,
}

/// An address, as far as it is known.
#[derive(Clone, Debug)]
pub struct OpenAddress {
    /// Its id.
    pub id: Uuid,
    /// Number and street.
    pub address_1: Option<String>,
    /// The town.
    pub city: String,
    /// The council's area.
    pub state_province: String,
    /// Its postcode.
    pub postal_code: Option<String>,
    /// `GB`.
    pub country: String,
}

/// A feature that a place has or has not.
#[derive(Clone, Debug)]
pub struct OpenFeature {
    /// Its id.
    pub id: Uuid,
    /// Which.
    pub feature: Feature,
    /// Yes or no.
    pub state: State,
    /// More about it.
    pub details: String,
}

/// A need.
#[derive(Clone, Debug)]
pub struct OpenTerm {
    /// Its id.
    pub id: TermId,
    /// Its address on the site.
    pub slug: String,
    /// In families' words.
    pub name: String,
    /// One soft line under it, or empty.
    pub line: String,
    /// The wider need.
    pub parent: Option<TermId>,
    /// Entries under it have a quiet page.
    pub sensitive: bool,
}

/// The list of needs, with its terms in the order of the site.
#[derive(Clone, Debug)]
pub struct OpenTaxonomy {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Its terms, wide ones before their narrow ones.
    pub terms: Vec<OpenTerm>,
}

/// What stands beneath services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beneath {
    /// Who runs them.
    Organization(Uuid),
    /// Where they are.
    Location(Uuid),
    /// A need they meet.
    Term(Uuid),
}

/// The ids of services that families see, in the order of ids, from behind one on.
pub fn list_open_ids(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, Fault> {
    rows::list_open_ids(tx, after, limit)
}

/// The ids of all services beneath which something stands, whether families see them or not.
pub fn list_ids_over(tx: &mut Tx, beneath: Beneath) -> Result<Vec<Uuid>, Fault> {
    rows::list_ids_over(tx, beneath)
}

/// Services whole, by their ids. One that families do not see is not among them. Some hundred at a time.
pub fn list_open_services(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<OpenService>, Fault> {
    let heads = rows::list_open_heads(tx, ids)?;
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = heads.iter().map(|head| head.id.uuid()).collect();
    let organizations: Vec<Uuid> = heads.iter().map(|head| head.organization_id.uuid()).collect();
    let organizations: HashMap<Uuid, OpenOrganization> = list_open_organizations(tx, &organizations)?
        .into_iter()
        .map(|organization| (organization.id.uuid(), organization))
        .collect();
    let mut drafts = rows::list_open_drafts(tx, &ids)?;
    let mut topics = rows::list_open_topics(tx, &ids)?;
    let mut at = rows::list_open_places(tx, &ids)?;
    let mut areas = rows::list_open_areas(tx, &ids)?;
    let places: Vec<Uuid> = at.values().flatten().copied().collect();
    let places = rows::list_open_locations(tx, &places)?;
    let mut out = Vec::with_capacity(heads.len());
    for head in heads {
        let id = head.id.uuid();
        let draft = match drafts.remove(&id) {
            Some(draft) => draft,
            // From before versions were kept.
            None => match rows::find_draft_from_rows(tx, &head.slug)? {
                Some(draft) => draft,
                None => continue,
            },
        };
        let Some(organization) = organizations.get(&head.organization_id.uuid()) else { continue };
        let here: Vec<&OpenLocation> =
            at.remove(&id).unwrap_or_default().iter().filter_map(|place| places.get(place)).collect();
        let draft = fit_to_leave(draft, head.assured_date, &here);
        let locations = in_order_of(&draft, here);
        out.push(OpenService {
            id: head.id,
            status: head.status.parse()?,
            alert: head.alert,
            organization: organization.clone(),
            topics: topics.remove(&id).unwrap_or_default(),
            area: areas.remove(&id),
            slug: head.slug,
            locations,
            draft,
        });
    }
    Ok(out)
}

/// The text without what must not leave the house. `places` are those that may be named.
fn fit_to_leave(mut draft: ServiceDraft, checked_on: Option<Date>, places: &[&OpenLocation]) -> ServiceDraft {
    let named = |slug: &kernel::Slug| places.iter().any(|place| place.slug == slug.as_str());
    draft.locations.retain(named);
    for schedule in &mut draft.schedules {
        schedule.at = schedule.at.take().filter(named);
    }
    draft.checked_on = checked_on;
    draft.thrive.clear();
    draft.severity.clear();
    draft.assured.clear();
    draft.doubt = None;
    draft
}

/// Its places in the order of the text; those that only a time names come last.
fn in_order_of(draft: &ServiceDraft, places: Vec<&OpenLocation>) -> Vec<OpenLocation> {
    let named = draft.locations.iter().chain(draft.schedules.iter().filter_map(|time| time.at.as_ref()));
    let order: Vec<&str> = named.map(kernel::Slug::as_str).collect();
    let mut places: Vec<OpenLocation> = places.into_iter().cloned().collect();
    places.sort_by_key(|place| {
        let at = order.iter().position(|slug| *slug == place.slug);
        (at.unwrap_or(usize::MAX), place.slug.clone())
    });
    places
}

/// Organisations by their ids. All of them are public: each has a page.
pub fn list_open_organizations(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<OpenOrganization>, Fault> {
    rows::list_open_organizations(tx, ids)
}

/// The ids of every organisation.
pub fn list_open_organization_ids(tx: &mut Tx) -> Result<Vec<Uuid>, Fault> {
    Ok(rows::list_organizations(tx)?.into_iter().map(|organization| organization.id.uuid()).collect())
}

/// The lists of needs.
pub fn list_open_taxonomies(tx: &mut Tx) -> Result<Vec<OpenTaxonomy>, Fault> {
    rows::list_open_taxonomies(tx)
}

/// The entry that stands for one that is gone.
pub fn find_successor(tx: &mut Tx, service: Uuid) -> Result<Option<Uuid>, Fault> {
    Ok(rows::find_replacement_of(tx, Id::from_uuid(service))?.map(ServiceId::uuid))
}

/// Where the middle of a postcode is, or of its sector when only that is known: north and east in degrees.
pub fn find_centroid(tx: &mut Tx, postcode: &Postcode) -> Result<Option<(f64, f64)>, Fault> {
    Ok(crate::near::point_of(tx, postcode)?.map(|point| (point.latitude, point.longitude)))
}

/// The id that a part of a service has in its row, such as `at/{slug of a place}`, `phone/0`, `topic/{slug}`.
pub fn part_id(service_slug: &str, part: &str) -> Uuid {
    rows::named_id(&format!("service/{service_slug}/{part}"))
}

/// The id of something else that a key of the directory names, such as `taxonomy/audience`.
pub fn named_id(key: &str) -> Uuid {
    rows::named_id(key)
}
