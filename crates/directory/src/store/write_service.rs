use super::places::{INSERT_SCHEDULE, SOURCE, schedule_row};
use crate::{
    draft::ServiceDraft,
    model::{LocationId, OrganizationId, ServiceId, Term},
};
use kernel::{Fault, Id, Instant};
use std::collections::HashMap;
use store::{Tx, Value, args, insert_many};

/// What a draft's slugs stand for.
pub(crate) struct Resolved {
    pub organization: OrganizationId,
    pub topics: Vec<Term>,
    pub locations: HashMap<String, LocationId>,
    /// Name and code of the area served.
    pub area: Option<(String, String)>,
}

/// The id that a service's slug always gives.
pub(crate) fn service_id(slug: &str) -> ServiceId {
    Id::named(SOURCE, &format!("service/{slug}"))
}

/// Saves services whole: their rows, and everything that hangs on them anew. What hangs on many is written table by
/// table, many rows in a statement: taking in a feed is mostly this.
pub(crate) fn set_services(
    tx: &mut Tx,
    services: &[(&ServiceDraft, Resolved)],
    now: Instant,
) -> Result<(), Fault> {
    let mut parts = Parts::default();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(services.len());
    for (draft, resolved) in services {
        let id = service_id(draft.slug.as_str());
        let there: Option<(ServiceId,)> = tx.opt("select id from service where id = $1", args![id])?;
        if there.is_some() {
            delete_parts(tx, id)?;
        }
        rows.push(service_row(draft, resolved, now)?);
        parts.of(draft, resolved, id)?;
    }
    insert_many(
        tx,
        "insert into service (id, slug, organization_id, name, summary, description, status, alert, url, email, who_for, eligibility_description,
            pregnancy, age_from_months, age_until_months, application_process, what_happens, offers, cost, fees_description,
            interpretation_services, wait_time, wait_time_on, sensitive, baby, loss, source, source_url, doubt, assured_date, last_modified)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
         on conflict (id) do update set organization_id = excluded.organization_id, name = excluded.name, summary = excluded.summary,
            description = excluded.description, status = excluded.status, alert = excluded.alert, url = excluded.url, email = excluded.email,
            who_for = excluded.who_for, eligibility_description = excluded.eligibility_description, pregnancy = excluded.pregnancy,
            age_from_months = excluded.age_from_months, age_until_months = excluded.age_until_months,
            application_process = excluded.application_process, what_happens = excluded.what_happens, offers = excluded.offers,
            cost = excluded.cost, fees_description = excluded.fees_description, interpretation_services = excluded.interpretation_services,
            wait_time = excluded.wait_time, wait_time_on = excluded.wait_time_on, sensitive = excluded.sensitive, baby = excluded.baby,
            loss = excluded.loss, source = excluded.source, source_url = excluded.source_url, doubt = excluded.doubt,
            assured_date = excluded.assured_date, last_modified = excluded.last_modified",
        &rows,
    )?;
    parts.insert(tx)
}

fn service_row(draft: &ServiceDraft, resolved: &Resolved, now: Instant) -> Result<Vec<Value>, Fault> {
    let age = draft.age;
    let today = kernel::civil_today(now);
    Ok(args![
        service_id(draft.slug.as_str()),
        draft.slug.as_str(),
        resolved.organization,
        draft.name.as_str(),
        draft.summary.as_str(),
        draft.description.as_str(),
        draft.status_on(today).as_str(),
        draft.alert_on(today),
        draft.website.clone(),
        draft.email.as_ref().map(|e| e.as_str().to_owned()),
        draft.who_for.clone(),
        draft.eligibility.clone(),
        age.is_some_and(|a| a.pregnancy),
        age.and_then(|a| a.from_months),
        age.and_then(|a| a.until_months),
        draft.how_to_get_in.clone(),
        serde_json::to_string(&draft.what_happens)?,
        serde_json::to_string(&draft.offers)?,
        draft.cost.as_str(),
        draft.cost_note.clone(),
        draft.interpretation.clone(),
        draft.waiting_time.clone(),
        draft.waiting_time_on,
        draft.sensitive,
        draft.baby,
        draft.loss,
        draft.source.as_str(),
        draft.source_url.clone(),
        draft.doubt.clone(),
        draft.checked_on,
        now
    ]
    .to_vec())
}

/// What hangs on services, row by row of each table.
#[derive(Default)]
struct Parts {
    values: Vec<Vec<Value>>,
    attributes: Vec<Vec<Value>>,
    places: Vec<Vec<Value>>,
    schedules: Vec<Vec<Value>>,
    areas: Vec<Vec<Value>>,
    phones: Vec<Vec<Value>>,
    languages: Vec<Vec<Value>>,
    cost_options: Vec<Vec<Value>>,
    funding: Vec<Vec<Value>>,
    assurances: Vec<Vec<Value>>,
}

impl Parts {
    fn of(&mut self, draft: &ServiceDraft, resolved: &Resolved, id: ServiceId) -> Result<(), Fault> {
        self.lists_of(draft, id)?;
        let named = |part: String| Id::<()>::named(SOURCE, &format!("service/{}/{part}", draft.slug));
        for (position, term) in resolved.topics.iter().enumerate() {
            self.attributes.push(
                args![named(format!("topic/{}", term.slug)), id, term.id, i64::try_from(position)?].to_vec(),
            );
        }
        for (slug, location) in &resolved.locations {
            self.places.push(args![named(format!("at/{slug}")), id, *location].to_vec());
        }
        for (position, schedule) in draft.schedules.iter().enumerate() {
            let at = schedule.at.as_ref().and_then(|slug| resolved.locations.get(slug.as_str()));
            let at_id = schedule.at.as_ref().filter(|_| at.is_some()).map(|slug| named(format!("at/{slug}")));
            let schedule_id = named(format!("schedule/{position}"));
            self.schedules.push(schedule_row(schedule, &schedule_id, Some(id), at_id, at.copied())?);
        }
        if let Some((name, code)) = &resolved.area {
            self.areas.push(args![named("area".to_owned()), id, name.as_str(), code.as_str()].to_vec());
        }
        for (position, phone) in draft.phones.iter().enumerate() {
            self.phones.push(
                args![
                    named(format!("phone/{position}")),
                    id,
                    i64::try_from(position)?,
                    phone.number.as_str(),
                    phone.description.as_str(),
                    phone.hours.as_str()
                ]
                .to_vec(),
            );
        }
        for code in &draft.languages {
            self.languages.push(args![named(format!("language/{code}")), id, code.as_str()].to_vec());
        }
        for (position, option) in draft.cost_options.iter().enumerate() {
            self.cost_options.push(
                args![
                    named(format!("cost/{position}")),
                    id,
                    i64::try_from(position)?,
                    option.option.as_str(),
                    option.amount,
                    option.amount_description.as_str()
                ]
                .to_vec(),
            );
        }
        for (position, source) in draft.funding.iter().enumerate() {
            self.funding.push(args![named(format!("funding/{position}")), id, source.as_str()].to_vec());
        }
        for (position, assured) in draft.assured.iter().enumerate() {
            self.assurances.push(
                args![
                    named(format!("assured/{position}")),
                    id,
                    assured.field.as_str(),
                    assured.on,
                    assured.by.as_str(),
                    assured.how.as_str()
                ]
                .to_vec(),
            );
        }
        Ok(())
    }

    fn lists_of(&mut self, draft: &ServiceDraft, id: ServiceId) -> Result<(), Fault> {
        let mut put = |list: &str, values: Vec<&str>| -> Result<(), Fault> {
            for (position, value) in values.into_iter().enumerate() {
                self.values.push(args![id, list, i64::try_from(position)?, value].to_vec());
            }
            Ok(())
        };
        put("alias", draft.aliases.iter().map(String::as_str).collect())?;
        put("access", draft.access.iter().map(|v| v.as_str()).collect())?;
        put("way_in", draft.way_in.iter().map(|v| v.as_str()).collect())?;
        put("audience", draft.audiences.iter().map(|v| v.as_str()).collect())?;
        put("thrive", draft.thrive.iter().map(|v| v.as_str()).collect())?;
        put("severity", draft.severity.iter().map(|v| v.as_str()).collect())?;
        put("send_need", draft.send_needs.iter().map(|v| v.as_str()).collect())
    }

    fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        for (sql, rows) in [
            (
                "insert into service_value (service_id, list, position, value) values ($1, $2, $3, $4)",
                &self.values,
            ),
            (
                "insert into attribute (id, link_id, link_entity, link_type, taxonomy_term_id, position) values ($1, $2, 'service', 'topic', $3, $4)",
                &self.attributes,
            ),
            (
                "insert into service_at_location (id, service_id, location_id) values ($1, $2, $3)",
                &self.places,
            ),
            (INSERT_SCHEDULE, &self.schedules),
            ("insert into service_area (id, service_id, name, code) values ($1, $2, $3, $4)", &self.areas),
            (
                "insert into phone (id, service_id, position, number, description, hours) values ($1, $2, $3, $4, $5, $6)",
                &self.phones,
            ),
            ("insert into language (id, service_id, code) values ($1, $2, $3)", &self.languages),
            (
                "insert into cost_option (id, service_id, position, option, currency, amount, amount_description) values ($1, $2, $3, $4, 'GBP', $5, $6)",
                &self.cost_options,
            ),
            ("insert into funding (id, service_id, source) values ($1, $2, $3)", &self.funding),
            (
                "insert into assurance (id, service_id, field, assured_on, assured_by, how) values ($1, $2, $3, $4, $5, $6)",
                &self.assurances,
            ),
        ] {
            insert_many(tx, sql, rows)?;
        }
        Ok(())
    }
}

fn delete_parts(tx: &mut Tx, id: ServiceId) -> Result<(), Fault> {
    for sql in [
        "delete from service_value where service_id = $1",
        "delete from attribute where link_id = $1",
        "delete from schedule where service_id = $1",
        "delete from service_at_location where service_id = $1",
        "delete from service_area where service_id = $1",
        "delete from language where service_id = $1",
        "delete from phone where service_id = $1",
        "delete from cost_option where service_id = $1",
        "delete from funding where service_id = $1",
        "delete from assurance where service_id = $1",
    ] {
        tx.exec(sql, args![id])?;
    }
    Ok(())
}
