//! What stands, as somebody would have typed it.

use crate::{
    draft::{AccessibilityDraft, IdentifierDraft, LocationDraft, OrganizationDraft, ScheduleDraft},
    model::{LocationId, OrganizationId},
    vocabulary::PointQuality,
};
use kernel::{Date, Fault, Phone, Slug};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// An address on the site that is taken.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TakenSlug {
        /// `service`, `organization` or `location`.
        entity: String,
        /// The address.
        slug: String,
        /// The id of what has it.
        id: Uuid,
    }
}

/// What has an address, as [`TakenSlug`] says it.
pub struct SlugOwner;

impl SlugOwner {
    /// A service.
    pub const SERVICE: &'static str = "service";
    /// An organisation.
    pub const ORGANIZATION: &'static str = "organization";
    /// A place.
    pub const LOCATION: &'static str = "location";
}

pub(crate) fn list_taken_slugs(tx: &mut Tx) -> Result<Vec<TakenSlug>, Fault> {
    tx.all(
        "select 'service', slug, id from service union all select 'organization', slug, id from organization
         union all select 'location', slug, id from location",
        args![],
    )
}

row! {
    struct OrganizationText {
        id: OrganizationId, slug: Slug, name: String, description: String, kind: String, website: Option<String>,
        email: Option<String>, phone: Option<String>, source: Option<String>, assured_date: Option<Date>,
    }
}

pub(crate) fn find_organization_draft(tx: &mut Tx, slug: &str) -> Result<Option<OrganizationDraft>, Fault> {
    let Some(row) = tx.opt::<OrganizationText>(
        "select id, slug, name, description, kind, website, email, phone, source, assured_date
         from organization where slug = $1",
        args![slug],
    )?
    else {
        return Ok(None);
    };
    let identifiers: Vec<(String, String, String)> = tx.all(
        "select identifier_scheme, identifier_type, identifier from organization_identifier
         where organization_id = $1 order by identifier_scheme, identifier",
        args![row.id],
    )?;
    Ok(Some(OrganizationDraft {
        slug: row.slug,
        name: row.name,
        description: row.description,
        kind: row.kind.parse()?,
        website: row.website,
        email: row.email.and_then(|email| email.parse().ok()),
        phone: row.phone.and_then(|phone| phone.parse().ok()),
        source: row.source,
        checked_on: row.assured_date,
        identifiers: identifiers
            .into_iter()
            .map(|(scheme, kind, identifier)| IdentifierDraft { scheme, kind, identifier })
            .collect(),
    }))
}

row! {
    struct LocationText {
        id: LocationId, slug: Slug, name: String, location_type: String, hub: bool, town: String, description: String,
        latitude: Option<f64>, longitude: Option<f64>, point_quality: Option<String>, sensitive: bool,
        transportation: Option<String>, source: String, assured_date: Option<Date>, doubt: Option<String>,
    }
}

row! {
    struct ScheduleText {
        freq: String, byday: String, bymonthday: String, nth: Option<i64>, opens_at: Option<i64>, closes_at: Option<i64>,
        valid_from: Option<Date>, valid_to: Option<Date>, term: String, attending_type: Option<String>, description: String,
    }
}

pub(crate) fn find_location_draft(
    tx: &mut Tx,
    slug: &str,
) -> Result<Option<(LocationDraft, Option<PointQuality>)>, Fault> {
    let Some(row) = tx.opt::<LocationText>(
        "select id, slug, name, location_type, hub, town, description, latitude, longitude, point_quality, sensitive,
            transportation, source, assured_date, doubt from location where slug = $1",
        args![slug],
    )?
    else {
        return Ok(None);
    };
    let address: Option<(Option<String>, Option<String>, String)> = tx.opt(
        "select address_1, postal_code, state_province from address where location_id = $1",
        args![row.id],
    )?;
    let county = address.as_ref().map(|(.., county)| county.clone());
    let (address_1, postal_code, _) = address.unwrap_or_default();
    let phone: Option<(Phone,)> =
        tx.opt("select number from phone where location_id = $1 order by position", args![row.id])?;
    let features: Vec<(String, String, String)> = tx.all(
        "select feature, state, details from accessibility where location_id = $1 order by feature",
        args![row.id],
    )?;
    let schedules: Vec<ScheduleText> = tx.all(
        "select freq, byday, bymonthday, nth, opens_at, closes_at, valid_from, valid_to, term, attending_type, description
         from schedule where location_id = $1 and service_id is null order by byday, opens_at nulls last, description",
        args![row.id],
    )?;
    let draft = LocationDraft {
        slug: row.slug,
        name: row.name,
        kind: row.location_type.parse()?,
        hub: row.hub,
        town: row.town,
        description: row.description,
        address_1,
        postal_code: postal_code.and_then(|postcode| postcode.parse().ok()),
        county,
        point: row.latitude.zip(row.longitude),
        phone: phone.map(|(phone,)| phone),
        sensitive: row.sensitive,
        transportation: row.transportation,
        source: row.source,
        checked_on: row.assured_date,
        doubt: row.doubt,
        accessibility: features
            .into_iter()
            .map(|(feature, state, details)| {
                Ok(AccessibilityDraft { feature: feature.parse()?, state: state.parse()?, details })
            })
            .collect::<Result<_, Fault>>()?,
        schedules: schedules.into_iter().map(schedule_of).collect::<Result<_, Fault>>()?,
    };
    Ok(Some((draft, row.point_quality.map(|quality| quality.parse()).transpose()?)))
}

fn schedule_of(row: ScheduleText) -> Result<ScheduleDraft, Fault> {
    let time = |minutes: i64| {
        let minutes = if minutes > 1_440 { minutes - 1_440 } else { minutes };
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let parts = |text: &str| -> Vec<String> {
        text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    Ok(ScheduleDraft {
        freq: row.freq.parse()?,
        byday: parts(&row.byday),
        bymonthday: parts(&row.bymonthday).iter().filter_map(|day| day.parse().ok()).collect(),
        nth: row.nth,
        opens: row.opens_at.map(time),
        closes: row.closes_at.map(time),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        term: row.term.parse()?,
        attending: row.attending_type.map(|kept| kept.parse()).transpose()?,
        at: None,
        description: row.description,
    })
}
