use super::places::{SOURCE, insert_schedule};
use crate::{
    draft::ServiceDraft,
    model::{LocationId, OrganizationId, ServiceId, Term},
};
use kernel::{Fault, Id, Instant};
use std::collections::HashMap;
use store::{Tx, args};

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

/// Saves a service whole: its row, and everything that hangs on it anew.
pub(crate) fn set_service(
    tx: &mut Tx,
    draft: &ServiceDraft,
    resolved: &Resolved,
    now: Instant,
) -> Result<ServiceId, Fault> {
    let id = service_id(draft.slug.as_str());
    let age = draft.age;
    let today = kernel::civil_today(now);
    tx.exec(
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
        args![
            id, draft.slug.as_str(), resolved.organization, draft.name.as_str(), draft.summary.as_str(), draft.description.as_str(), draft.status_on(today).as_str(),
            draft.alert_on(today), draft.website.clone(), draft.email.as_ref().map(|e| e.as_str().to_owned()), draft.who_for.clone(), draft.eligibility.clone(),
            age.is_some_and(|a| a.pregnancy), age.and_then(|a| a.from_months), age.and_then(|a| a.until_months), draft.how_to_get_in.clone(),
            serde_json::to_string(&draft.what_happens)?, serde_json::to_string(&draft.offers)?, draft.cost.as_str(), draft.cost_note.clone(),
            draft.interpretation.clone(), draft.waiting_time.clone(), draft.waiting_time_on, draft.sensitive, draft.baby, draft.loss,
            draft.source.as_str(), draft.source_url.clone(), draft.doubt.clone(), draft.checked_on, now
        ],
    )?;
    delete_parts(tx, id)?;
    insert_lists(tx, draft, id)?;
    let named = |part: String| Id::<()>::named(SOURCE, &format!("service/{}/{part}", draft.slug));
    for (position, term) in resolved.topics.iter().enumerate() {
        tx.exec(
            "insert into attribute (id, link_id, link_entity, link_type, taxonomy_term_id, position) values ($1, $2, 'service', 'topic', $3, $4)",
            args![named(format!("topic/{}", term.slug)), id, term.id, i64::try_from(position)?],
        )?;
    }
    for (slug, location) in &resolved.locations {
        tx.exec(
            "insert into service_at_location (id, service_id, location_id) values ($1, $2, $3)",
            args![named(format!("at/{slug}")), id, *location],
        )?;
    }
    for (position, schedule) in draft.schedules.iter().enumerate() {
        let at = schedule.at.as_ref().and_then(|slug| resolved.locations.get(slug.as_str()));
        let at_id = schedule.at.as_ref().filter(|_| at.is_some()).map(|slug| named(format!("at/{slug}")));
        insert_schedule(tx, schedule, &named(format!("schedule/{position}")), Some(id), at_id, at.copied())?;
    }
    if let Some((name, code)) = &resolved.area {
        tx.exec(
            "insert into service_area (id, service_id, name, code) values ($1, $2, $3, $4)",
            args![named("area".to_owned()), id, name.as_str(), code.as_str()],
        )?;
    }
    for (position, phone) in draft.phones.iter().enumerate() {
        tx.exec(
            "insert into phone (id, service_id, position, number, description, hours) values ($1, $2, $3, $4, $5, $6)",
            args![named(format!("phone/{position}")), id, i64::try_from(position)?, phone.number.as_str(), phone.description.as_str(), phone.hours.as_str()],
        )?;
    }
    for code in &draft.languages {
        tx.exec(
            "insert into language (id, service_id, code) values ($1, $2, $3)",
            args![named(format!("language/{code}")), id, code.as_str()],
        )?;
    }
    for (position, option) in draft.cost_options.iter().enumerate() {
        tx.exec(
            "insert into cost_option (id, service_id, position, option, currency, amount, amount_description) values ($1, $2, $3, $4, 'GBP', $5, $6)",
            args![named(format!("cost/{position}")), id, i64::try_from(position)?, option.option.as_str(), option.amount, option.amount_description.as_str()],
        )?;
    }
    for (position, source) in draft.funding.iter().enumerate() {
        tx.exec(
            "insert into funding (id, service_id, source) values ($1, $2, $3)",
            args![named(format!("funding/{position}")), id, source.as_str()],
        )?;
    }
    for (position, assured) in draft.assured.iter().enumerate() {
        tx.exec(
            "insert into assurance (id, service_id, field, assured_on, assured_by, how) values ($1, $2, $3, $4, $5, $6)",
            args![named(format!("assured/{position}")), id, assured.field.as_str(), assured.on, assured.by.as_str(), assured.how.as_str()],
        )?;
    }
    Ok(id)
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

fn insert_lists(tx: &mut Tx, draft: &ServiceDraft, id: ServiceId) -> Result<(), Fault> {
    let mut put = |list: &str, values: Vec<&str>| -> Result<(), Fault> {
        for (position, value) in values.into_iter().enumerate() {
            tx.exec(
                "insert into service_value (service_id, list, position, value) values ($1, $2, $3, $4)",
                args![id, list, i64::try_from(position)?, value],
            )?;
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
