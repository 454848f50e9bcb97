use crate::{
    draft::{AccessibilityDraft, LocationDraft, OrganizationDraft, ScheduleDraft, TermDraft},
    model::{
        Accessibility, Location, LocationId, Organization, OrganizationId, Point, Schedule, Term, TermId,
    },
    vocabulary::{PointQuality, day_bits},
};
use kernel::{Date, Fault, Id, Instant};
use std::collections::HashMap;
use store::{Tx, Value, args, row};

/// The council's own source name, from which ids of entries are made that must stay the same.
pub(super) const SOURCE: &str = "https://hearth.example/directory";

pub(crate) fn set_organization(
    tx: &mut Tx,
    draft: &OrganizationDraft,
    now: Instant,
) -> Result<OrganizationId, Fault> {
    let id: OrganizationId = Id::named(SOURCE, &format!("organization/{}", draft.slug));
    tx.exec(
        "insert into organization (id, slug, name, description, kind, website, email, phone, source, assured_date, last_modified)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (id) do update set name = excluded.name, description = excluded.description, kind = excluded.kind,
            website = excluded.website, email = excluded.email, phone = excluded.phone, source = excluded.source,
            assured_date = excluded.assured_date, last_modified = excluded.last_modified",
        args![id, draft.slug.as_str(), draft.name.as_str(), draft.description.as_str(), draft.kind.as_str(), draft.website.clone(), draft.email.as_ref().map(|e| e.as_str().to_owned()), draft.phone.as_ref().map(|p| p.as_str().to_owned()), draft.source.clone(), draft.checked_on, now],
    )?;
    tx.exec("delete from organization_identifier where organization_id = $1", args![id])?;
    for identifier in &draft.identifiers {
        tx.exec(
            "insert into organization_identifier (id, organization_id, identifier_scheme, identifier_type, identifier) values ($1, $2, $3, $4, $5)",
            args![Id::<()>::named(SOURCE, &format!("identifier/{}/{}", draft.slug, identifier.identifier)), id, identifier.scheme.as_str(), identifier.kind.as_str(), identifier.identifier.as_str()],
        )?;
    }
    Ok(id)
}

pub(crate) fn find_organization(tx: &mut Tx, slug: &str) -> Result<Option<Organization>, Fault> {
    Ok(list_organizations(tx)?.into_iter().find(|organization| organization.slug == slug))
}

row! {
    struct OrganizationRow {
        id: OrganizationId, slug: String, name: String, description: String, kind: String,
        website: Option<String>, email: Option<String>, phone: Option<String>,
    }
}

pub(crate) fn list_organizations(tx: &mut Tx) -> Result<Vec<Organization>, Fault> {
    let rows: Vec<OrganizationRow> = tx.all(
        "select id, slug, name, description, kind, website, email, phone from organization order by name",
        args![],
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Organization {
                id: row.id,
                slug: row.slug,
                name: row.name,
                description: row.description,
                kind: row.kind.parse()?,
                website: row.website,
                email: row.email,
                phone: row.phone,
            })
        })
        .collect()
}

/// Saves a place. A point that is not given is taken from its postcode by the caller.
pub(crate) fn set_location(
    tx: &mut Tx,
    draft: &LocationDraft,
    point: Option<Point>,
    county: &str,
    now: Instant,
) -> Result<LocationId, Fault> {
    let id: LocationId = Id::named(SOURCE, &format!("location/{}", draft.slug));
    let quality = point.map(|p| p.quality.as_str());
    tx.exec(
        "insert into location (id, slug, location_type, name, description, town, hub, sensitive, latitude, longitude, point_quality, transportation, source, assured_date, doubt, last_modified)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (id) do update set location_type = excluded.location_type, name = excluded.name, description = excluded.description,
            town = excluded.town, hub = excluded.hub, sensitive = excluded.sensitive, latitude = excluded.latitude,
            longitude = excluded.longitude, point_quality = excluded.point_quality, transportation = excluded.transportation,
            source = excluded.source, assured_date = excluded.assured_date, doubt = excluded.doubt, last_modified = excluded.last_modified",
        args![id, draft.slug.as_str(), draft.kind.as_str(), draft.name.as_str(), draft.description.as_str(), draft.town.as_str(), draft.hub, draft.sensitive, point.map(|p| p.latitude), point.map(|p| p.longitude), quality, draft.transportation.clone(), draft.source.as_str(), draft.checked_on, draft.doubt.clone(), now],
    )?;
    for sql in [
        "delete from address where location_id = $1",
        "delete from accessibility where location_id = $1",
        "delete from phone where location_id = $1",
        "delete from schedule where location_id = $1 and service_id is null",
    ] {
        tx.exec(sql, args![id])?;
    }
    let named = |part: &str| Id::<()>::named(SOURCE, &format!("location/{}/{part}", draft.slug));
    // A refuge's address is not kept here at all: what is not in the database cannot leak from it.
    if !draft.sensitive && (draft.address_1.is_some() || draft.postal_code.is_some()) {
        tx.exec(
            "insert into address (id, location_id, address_type, address_1, city, state_province, postal_code, country) values ($1, $2, 'physical', $3, $4, $5, $6, 'GB')",
            args![named("address"), id, draft.address_1.clone(), draft.town.as_str(), county, draft.postal_code.as_ref().map(|p| p.as_str().to_owned())],
        )?;
    }
    for AccessibilityDraft { feature, state, details } in &draft.accessibility {
        tx.exec(
            "insert into accessibility (id, location_id, feature, state, details) values ($1, $2, $3, $4, $5)",
            args![named(feature.as_str()), id, feature.as_str(), state.as_str(), details.as_str()],
        )?;
    }
    if let Some(phone) = &draft.phone {
        tx.exec(
            "insert into phone (id, location_id, position, number, description, hours) values ($1, $2, 0, $3, '', '')",
            args![named("phone"), id, phone.as_str()],
        )?;
    }
    for (position, schedule) in draft.schedules.iter().enumerate() {
        insert_schedule(tx, schedule, &named(&format!("schedule/{position}")), None, None, Some(id))?;
    }
    Ok(id)
}

pub(super) fn insert_schedule(
    tx: &mut Tx,
    schedule: &ScheduleDraft,
    id: &Id<()>,
    service: Option<crate::model::ServiceId>,
    at: Option<Id<()>>,
    location: Option<LocationId>,
) -> Result<(), Fault> {
    tx.exec(INSERT_SCHEDULE, &schedule_row(schedule, id, service, at, location)?)?;
    Ok(())
}

pub(super) const INSERT_SCHEDULE: &str =
    "insert into schedule (id, service_id, service_at_location_id, location_id, freq, byday, bymonthday, nth, interval, opens_at, closes_at, valid_from, valid_to, term, attending_type, description)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $13, $14, $15)";

pub(super) fn schedule_row(
    schedule: &ScheduleDraft,
    id: &Id<()>,
    service: Option<crate::model::ServiceId>,
    at: Option<Id<()>>,
    location: Option<LocationId>,
) -> Result<Vec<Value>, Fault> {
    let minutes = schedule.minutes()?;
    let month_days: Vec<String> = schedule.bymonthday.iter().map(ToString::to_string).collect();
    Ok(args![
        *id,
        service,
        at,
        location,
        schedule.freq.as_str(),
        schedule.byday.join(",").to_uppercase(),
        month_days.join(","),
        schedule.nth,
        minutes.map(|m| i64::from(m.0)),
        minutes.map(|m| i64::from(m.1)),
        schedule.valid_from,
        schedule.valid_to,
        schedule.term.as_str(),
        schedule.attending.map(|a| a.as_str()),
        schedule.description.as_str()
    ]
    .to_vec())
}

pub(crate) fn find_location_id(tx: &mut Tx, slug: &str) -> Result<Option<LocationId>, Fault> {
    Ok(tx.opt::<(LocationId,)>("select id from location where slug = $1", args![slug])?.map(|(id,)| id))
}

row! {
    struct LocationRow {
        id: LocationId, slug: String, location_type: String, name: String, description: String, town: String,
        hub: bool, sensitive: bool, latitude: Option<f64>, longitude: Option<f64>, point_quality: Option<String>,
        transportation: Option<String>, source: String, assured_date: Option<Date>, doubt: Option<String>,
        address_1: Option<String>, postal_code: Option<String>, phone: Option<String>,
    }
}

/// Every place with what hangs on it. A council has some hundreds, so they are read whole.
pub(crate) fn list_locations(tx: &mut Tx) -> Result<Vec<Location>, Fault> {
    let rows: Vec<LocationRow> = tx.all(
        "select l.id, l.slug, l.location_type, l.name, l.description, l.town, l.hub, l.sensitive, l.latitude, l.longitude, l.point_quality,
                l.transportation, l.source, l.assured_date, l.doubt, a.address_1, a.postal_code, p.number
         from location l
         left join address a on a.location_id = l.id
         left join phone p on p.location_id = l.id
         order by l.name",
        args![],
    )?;
    let mut features: HashMap<LocationId, Vec<Accessibility>> = HashMap::new();
    for (of, feature, state, details) in tx.all::<(LocationId, String, String, String)>(
        "select location_id, feature, state, details from accessibility order by feature",
        args![],
    )? {
        features.entry(of).or_default().push(Accessibility {
            feature: feature.parse()?,
            state: state.parse()?,
            details,
        });
    }
    let mut schedules: HashMap<LocationId, Vec<Schedule>> = HashMap::new();
    let sql = format!("select {SCHEDULE_COLUMNS} from schedule where service_id is null order by id");
    for row in tx.all::<ScheduleRow>(&sql, args![])? {
        if let Some(of) = row.location_id {
            schedules.entry(of).or_default().push(row.schedule()?);
        }
    }
    rows.into_iter()
        .map(|row| {
            let point = match (row.latitude, row.longitude, row.point_quality) {
                (Some(latitude), Some(longitude), Some(quality)) => {
                    Some(Point { latitude, longitude, quality: quality.parse::<PointQuality>()? })
                }
                _ => None,
            };
            Ok(Location {
                accessibility: features.remove(&row.id).unwrap_or_default(),
                schedules: schedules.remove(&row.id).unwrap_or_default(),
                id: row.id,
                slug: row.slug,
                name: row.name,
                kind: row.location_type.parse()?,
                hub: row.hub,
                description: row.description,
                town: row.town,
                point,
                address_1: row.address_1,
                postal_code: row.postal_code,
                phone: row.phone,
                sensitive: row.sensitive,
                transportation: row.transportation,
                source: row.source,
                checked_on: row.assured_date,
                doubt: row.doubt,
            })
        })
        .collect()
}

pub(super) const SCHEDULE_COLUMNS: &str = "service_id, location_id, freq, byday, nth, opens_at, closes_at, valid_from, valid_to, term, attending_type, description";

row! {
    pub(super) struct ScheduleRow {
        service_id: Option<crate::model::ServiceId>, location_id: Option<LocationId>, freq: String, byday: String, nth: Option<i64>,
        opens_at: Option<i64>, closes_at: Option<i64>, valid_from: Option<Date>, valid_to: Option<Date>, term: String,
        attending_type: Option<String>, description: String,
    }
}

impl ScheduleRow {
    pub(super) fn schedule(self) -> Result<Schedule, Fault> {
        let minutes = |at: i64| u16::try_from(at).unwrap_or_default();
        Ok(Schedule {
            freq: self.freq.parse()?,
            days: day_bits(self.byday.split(',').filter(|day| !day.is_empty())).unwrap_or_default(),
            nth: self.nth,
            minutes: self.opens_at.zip(self.closes_at).map(|(from, until)| (minutes(from), minutes(until))),
            valid: (self.valid_from, self.valid_to),
            season: self.term.parse()?,
            attending: self.attending_type.map(|kept| kept.parse()).transpose()?,
            location: self.location_id,
            description: self.description,
        })
    }
}

/// Writes the taxonomy of needs: adds and rewords, and never takes a term away from under an entry.
pub(crate) fn insert_taxonomy(tx: &mut Tx, terms: &[TermDraft]) -> Result<usize, Fault> {
    let taxonomy = Id::<()>::named(SOURCE, "taxonomy/needs");
    tx.exec(
        "insert into taxonomy (id, slug, name, description) values ($1, 'needs', 'Needs', 'What families look for, in their own words') on conflict (id) do nothing",
        args![taxonomy],
    )?;
    let mut written = 0;
    for (position, term) in terms.iter().enumerate() {
        let parent = set_term(tx, taxonomy, term, None, term, position)?;
        for (below, child) in term.children.iter().enumerate() {
            set_term(tx, taxonomy, child, Some(parent), term, below)?;
            written += 1;
        }
        written += 1;
    }
    Ok(written)
}

fn set_term(
    tx: &mut Tx,
    taxonomy: Id<()>,
    term: &TermDraft,
    parent: Option<TermId>,
    main: &TermDraft,
    position: usize,
) -> Result<TermId, Fault> {
    let id: TermId = Id::named(SOURCE, &format!("term/{}", term.slug));
    tx.exec(
        "insert into taxonomy_term (id, taxonomy_id, slug, name, description, parent_id, icon, tile, position, sensitive)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (id) do update set name = excluded.name, description = excluded.description, parent_id = excluded.parent_id,
            icon = excluded.icon, tile = excluded.tile, position = excluded.position, sensitive = excluded.sensitive",
        args![id, taxonomy, term.slug.as_str(), term.name.as_str(), term.line.as_str(), parent, main.icon.as_str(), term.tile, i64::try_from(position)?, main.sensitive || term.sensitive],
    )?;
    Ok(id)
}

row! {
    struct TermRow {
        id: TermId, slug: String, name: String, description: String, icon: String, tile: Option<i64>, sensitive: bool, parent: Option<String>,
    }
}

pub(crate) fn list_terms(tx: &mut Tx) -> Result<Vec<Term>, Fault> {
    let rows: Vec<TermRow> = tx.all(
        "select t.id, t.slug, t.name, t.description, t.icon, t.tile, t.sensitive, p.slug
         from taxonomy_term t left join taxonomy_term p on p.id = t.parent_id
         order by coalesce(p.position, t.position), (t.parent_id is not null), t.position",
        args![],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Term {
            id: row.id,
            slug: row.slug,
            name: row.name,
            line: row.description,
            icon: row.icon,
            tile: row.tile,
            sensitive: row.sensitive,
            parent: row.parent,
        })
        .collect())
}
