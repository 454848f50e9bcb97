use super::places::SOURCE;
use crate::{
    draft::{IdentifierDraft, ScheduleDraft, ServiceDraft},
    model::{LocationId, OrganizationId, Point, ServiceId, TermId},
    open_data::{Beneath, OpenAddress, OpenFeature, OpenLocation, OpenOrganization, OpenTaxonomy, OpenTerm},
    vocabulary::{PointQuality, State},
};
use kernel::{Date, Fault, Id};
use std::collections::HashMap;
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

pub(crate) fn named_id(key: &str) -> Uuid {
    Id::<()>::named(SOURCE, key).uuid()
}

/// What families see: neither hidden nor gone nor replaced.
const OPEN: &str = "s.status <> 'defunct'
    and not exists (select 1 from service_hiding h where h.service_id = s.id)
    and not exists (select 1 from service_replacement r where r.service_id = s.id)";

fn values(ids: &[Uuid]) -> Vec<Value> {
    ids.iter().map(|id| Value::Id(*id)).collect()
}

pub(crate) fn list_open_ids(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = match after {
        Some(after) => tx.all(
            &format!("select s.id from service s where {OPEN} and s.id > $1 order by s.id limit $2"),
            args![after, limit],
        )?,
        None => {
            tx.all(&format!("select s.id from service s where {OPEN} order by s.id limit $1"), args![limit])?
        }
    };
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn list_ids_over(tx: &mut Tx, beneath: Beneath) -> Result<Vec<Uuid>, Fault> {
    let (sql, id) = match beneath {
        Beneath::Organization(id) => ("select id from service where organization_id = $1 order by id", id),
        Beneath::Location(id) => {
            ("select service_id from service_at_location where location_id = $1 order by service_id", id)
        }
        Beneath::Term(id) => {
            ("select distinct link_id from attribute where taxonomy_term_id = $1 order by link_id", id)
        }
    };
    Ok(tx.all::<(Uuid,)>(sql, args![id])?.into_iter().map(|(id,)| id).collect())
}

row! {
    /// What of an entry stands in its row.
    pub(crate) struct OpenHead {
        id: ServiceId, slug: String, status: String, alert: Option<String>, assured_date: Option<Date>,
        organization_id: OrganizationId,
    }
}

pub(crate) fn list_open_heads(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<OpenHead>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(
        &format!(
            "select s.id, s.slug, s.status, s.alert, s.assured_date, s.organization_id from service s where s.id in ({}) and {OPEN} order by s.id",
            places(1, ids.len())
        ),
        &values(ids),
    )
}

/// The texts that families see, by service.
pub(crate) fn list_open_drafts(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, ServiceDraft>, Fault> {
    let rows: Vec<(Uuid, serde_json::Value)> = tx.all(
        &format!(
            "select v.service_id, v.draft from service_version v where v.service_id in ({})
                and v.number = (select max(w.number) from service_version w where w.service_id = v.service_id)",
            places(1, ids.len())
        ),
        &values(ids),
    )?;
    rows.into_iter().map(|(id, draft)| Ok((id, serde_json::from_value(draft)?))).collect()
}

/// The needs of services, in their order.
pub(crate) fn list_open_topics(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<OpenTerm>>, Fault> {
    row! {
        struct TopicRow {
            service: Uuid, id: TermId, slug: String, name: String, line: String, parent: Option<TermId>,
            sensitive: bool,
        }
    }
    let rows: Vec<TopicRow> = tx.all(
        &format!(
            "select a.link_id, t.id, t.slug, t.name, t.description, t.parent_id, t.sensitive
             from attribute a join taxonomy_term t on t.id = a.taxonomy_term_id
             where a.link_id in ({}) and a.link_type = 'topic' order by a.link_id, a.position, t.slug",
            places(1, ids.len())
        ),
        &values(ids),
    )?;
    let mut out: HashMap<Uuid, Vec<OpenTerm>> = HashMap::new();
    for row in rows {
        let term = OpenTerm {
            id: row.id,
            slug: row.slug,
            name: row.name,
            line: row.line,
            parent: row.parent,
            sensitive: row.sensitive,
        };
        out.entry(row.service).or_default().push(term);
    }
    Ok(out)
}

/// The ids of the places of services.
pub(crate) fn list_open_places(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Fault> {
    let rows: Vec<(Uuid, Uuid)> = tx.all(
        &format!(
            "select a.service_id, a.location_id from service_at_location a join location l on l.id = a.location_id
             where a.service_id in ({}) and not l.sensitive order by a.service_id, a.location_id",
            places(1, ids.len())
        ),
        &values(ids),
    )?;
    let mut out: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (service, place) in rows {
        out.entry(service).or_default().push(place);
    }
    Ok(out)
}

/// Name and code of the areas of services.
pub(crate) fn list_open_areas(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, (String, String)>, Fault> {
    let rows: Vec<(Uuid, String, String)> = tx.all(
        &format!(
            "select service_id, name, code from service_area where service_id in ({}) order by id",
            places(1, ids.len())
        ),
        &values(ids),
    )?;
    Ok(rows.into_iter().map(|(id, name, code)| (id, (name, code))).collect())
}

row! {
    struct PlaceRow {
        id: LocationId, slug: String, kind: String, name: String, description: String, town: String, hub: bool,
        latitude: Option<f64>, longitude: Option<f64>, quality: Option<String>, transportation: Option<String>,
        source: String, assured_date: Option<Date>,
    }
}

/// Places that are not sensitive, with what hangs on them.
pub(crate) fn list_open_locations(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, OpenLocation>, Fault> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (list, values) = (places(1, ids.len()), values(&ids));
    let rows: Vec<PlaceRow> = tx.all(
        &format!(
            "select id, slug, location_type, name, description, town, hub, latitude, longitude, point_quality, transportation,
                source, assured_date from location where id in ({list}) and not sensitive"
        ),
        &values,
    )?;
    let mut addresses = list_addresses(tx, &list, &values)?;
    let mut features = list_features(tx, &list, &values)?;
    let mut schedules = list_opening(tx, &list, &values)?;
    let mut phones: HashMap<Uuid, (Uuid, String)> = tx
        .all::<(Uuid, Uuid, String)>(
            &format!("select location_id, id, number from phone where location_id in ({list}) order by position desc"),
            &values,
        )?
        .into_iter()
        .map(|(of, id, number)| (of, (id, number)))
        .collect();
    rows.into_iter()
        .map(|row| {
            let id = row.id.uuid();
            let point = match (row.latitude, row.longitude, row.quality) {
                (Some(latitude), Some(longitude), Some(quality)) => {
                    Some(Point { latitude, longitude, quality: quality.parse::<PointQuality>()? })
                }
                _ => None,
            };
            let location = OpenLocation {
                id: row.id,
                slug: row.slug,
                name: row.name,
                kind: row.kind.parse()?,
                hub: row.hub,
                description: row.description,
                town: row.town,
                point,
                transportation: row.transportation,
                source: row.source,
                checked_on: row.assured_date,
                address: addresses.remove(&id),
                phone: phones.remove(&id),
                accessibility: features.remove(&id).unwrap_or_default(),
                schedules: schedules.remove(&id).unwrap_or_default(),
            };
            Ok((id, location))
        })
        .collect()
}

fn list_addresses(tx: &mut Tx, list: &str, values: &[Value]) -> Result<HashMap<Uuid, OpenAddress>, Fault> {
    row! {
        struct AddressRow {
            of: Uuid, id: Uuid, address_1: Option<String>, city: String, state_province: String,
            postal_code: Option<String>, country: String,
        }
    }
    let rows: Vec<AddressRow> = tx.all(
        &format!("select location_id, id, address_1, city, state_province, postal_code, country from address where location_id in ({list})"),
        values,
    )?;
    let address = |row: AddressRow| OpenAddress {
        id: row.id,
        address_1: row.address_1,
        city: row.city,
        state_province: row.state_province,
        postal_code: row.postal_code,
        country: row.country,
    };
    Ok(rows.into_iter().map(|row| (row.of, address(row))).collect())
}

fn list_features(
    tx: &mut Tx,
    list: &str,
    values: &[Value],
) -> Result<HashMap<Uuid, Vec<OpenFeature>>, Fault> {
    let rows: Vec<(Uuid, Uuid, String, String, String)> = tx.all(
        &format!("select location_id, id, feature, state, details from accessibility where location_id in ({list}) order by location_id, feature"),
        values,
    )?;
    let mut out: HashMap<Uuid, Vec<OpenFeature>> = HashMap::new();
    for (of, id, feature, state, details) in rows {
        let state: State = state.parse()?;
        if state != State::Unknown {
            let feature = OpenFeature { id, feature: feature.parse()?, state, details };
            out.entry(of).or_default().push(feature);
        }
    }
    Ok(out)
}

row! {
    struct OpeningRow {
        of: Uuid, id: Uuid, freq: String, byday: String, bymonthday: String, nth: Option<i64>, opens_at: Option<i64>,
        closes_at: Option<i64>, valid_from: Option<Date>, valid_to: Option<Date>, term: String,
        attending_type: Option<String>, description: String,
    }
}

fn list_opening(
    tx: &mut Tx,
    list: &str,
    values: &[Value],
) -> Result<HashMap<Uuid, Vec<(Uuid, ScheduleDraft)>>, Fault> {
    let rows: Vec<OpeningRow> = tx.all(
        &format!(
            "select location_id, id, freq, byday, bymonthday, nth, opens_at, closes_at, valid_from, valid_to, term, attending_type, description
             from schedule where location_id in ({list}) and service_id is null order by location_id, opens_at nulls last, id"
        ),
        values,
    )?;
    let parts = |text: &str| -> Vec<String> {
        text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let time = |minutes: i64| {
        let minutes = if minutes > 1_440 { minutes - 1_440 } else { minutes };
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let mut out: HashMap<Uuid, Vec<(Uuid, ScheduleDraft)>> = HashMap::new();
    for row in rows {
        let schedule = ScheduleDraft {
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
        };
        out.entry(row.of).or_default().push((row.id, schedule));
    }
    Ok(out)
}

row! {
    struct OpenOrganizationRow {
        id: OrganizationId, slug: String, name: String, description: String, kind: String, website: Option<String>,
        email: Option<String>, phone: Option<String>, source: Option<String>, assured_date: Option<Date>,
    }
}

pub(crate) fn list_open_organizations(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<OpenOrganization>, Fault> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (list, values) = (places(1, ids.len()), values(&ids));
    let rows: Vec<OpenOrganizationRow> = tx.all(
        &format!("select id, slug, name, description, kind, website, email, phone, source, assured_date from organization where id in ({list}) order by id"),
        &values,
    )?;
    let mut identifiers: HashMap<Uuid, Vec<(Uuid, IdentifierDraft)>> = HashMap::new();
    for (of, id, scheme, kind, identifier) in tx.all::<(Uuid, Uuid, String, String, String)>(
        &format!("select organization_id, id, identifier_scheme, identifier_type, identifier from organization_identifier where organization_id in ({list}) order by organization_id, identifier_scheme, identifier"),
        &values,
    )? {
        identifiers.entry(of).or_default().push((id, IdentifierDraft { scheme, kind, identifier }));
    }
    rows.into_iter()
        .map(|row| {
            Ok(OpenOrganization {
                identifiers: identifiers.remove(&row.id.uuid()).unwrap_or_default(),
                id: row.id,
                slug: row.slug,
                name: row.name,
                description: row.description,
                kind: row.kind.parse()?,
                website: row.website,
                email: row.email,
                phone: row.phone,
                source: row.source,
                checked_on: row.assured_date,
            })
        })
        .collect()
}

pub(crate) fn list_open_taxonomies(tx: &mut Tx) -> Result<Vec<OpenTaxonomy>, Fault> {
    let rows: Vec<(Uuid, String, String)> =
        tx.all("select id, name, description from taxonomy order by slug", args![])?;
    let mut out = Vec::with_capacity(rows.len());
    for (id, name, description) in rows {
        let terms: Vec<(TermId, String, String, String, Option<TermId>, bool)> = tx.all(
            "select t.id, t.slug, t.name, t.description, t.parent_id, t.sensitive
             from taxonomy_term t left join taxonomy_term p on p.id = t.parent_id where t.taxonomy_id = $1
             order by coalesce(p.position, t.position), (t.parent_id is not null), t.position, t.slug",
            args![id],
        )?;
        let terms = terms
            .into_iter()
            .map(|(id, slug, name, line, parent, sensitive)| OpenTerm {
                id,
                slug,
                name,
                line,
                parent,
                sensitive,
            })
            .collect();
        out.push(OpenTaxonomy { id, name, description, terms });
    }
    Ok(out)
}
