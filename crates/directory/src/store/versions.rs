use crate::{
    draft::{AgeDraft, AssuranceDraft, CostOptionDraft, OfferDraft, PhoneDraft, ScheduleDraft, ServiceDraft},
    model::{OrganizationId, Service, ServiceId},
    publish::Provenance,
    store::{Which, list_services, places::SOURCE},
};
use kernel::{Date, Fault, Id, Instant, Slug};
use store::{Tx, Value, args, insert_many, row};
use uuid::Uuid;

row! {
    /// What a list of entries shows of each.
    pub(crate) struct EntryRow {
        id: ServiceId, slug: String, name: String, status: String, assured_date: Option<Date>, doubt: Option<String>,
        sensitive: bool, organization_id: OrganizationId, organization_slug: String, organization_name: String, reports: i64,
    }
}

const ENTRIES: &str =
    "select s.id, s.slug, s.name, s.status, s.assured_date, s.doubt, s.sensitive, o.id, o.slug, o.name,
        (select count(*) from problem_report r where r.service_id = s.id and r.settled_at is null)
    from service s join organization o on o.id = s.organization_id";

pub(crate) fn find_entry_row(tx: &mut Tx, slug: &str) -> Result<Option<EntryRow>, Fault> {
    tx.opt(&format!("{ENTRIES} where s.slug = $1"), args![slug])
}

/// The entries of an organisation, or all, by name.
pub(crate) fn list_entry_rows(tx: &mut Tx, organization: Option<Uuid>) -> Result<Vec<EntryRow>, Fault> {
    match organization {
        // Who keeps entries keeps the one that stands for both. The council's own list has every one.
        Some(id) => tx.all(
            &format!(
                "{ENTRIES} where o.id = $1 and not exists (select 1 from service_replacement p where p.service_id = s.id) order by s.name, s.id"
            ),
            args![id],
        ),
        None => tx.all(&format!("{ENTRIES} order by s.name, s.id"), args![]),
    }
}

/// Holds a service until the transaction ends, so that two publications of it come one after the other.
pub(crate) fn lock_service(tx: &mut Tx, id: ServiceId) -> Result<(), Fault> {
    let sql = format!("select id from service where id = $1{}", tx.for_update());
    tx.opt::<(ServiceId,)>(&sql, args![id])?;
    Ok(())
}

/// A version to be kept.
pub(crate) struct NewVersion<'a> {
    pub service: ServiceId,
    pub slug: &'a str,
    pub number: i64,
    pub draft: &'a serde_json::Value,
}

pub(crate) fn insert_versions(
    tx: &mut Tx,
    versions: &[NewVersion],
    provenance: &Provenance,
    now: Instant,
) -> Result<(), Fault> {
    let rows: Vec<Vec<Value>> = versions
        .iter()
        .map(|version| {
            let id = Id::<()>::named(SOURCE, &format!("service/{}/version/{}", version.slug, version.number));
            args![
                id,
                version.service,
                version.number,
                version.draft,
                now,
                provenance.by,
                provenance.why,
                provenance.change
            ]
            .to_vec()
        })
        .collect();
    insert_many(
        tx,
        "insert into service_version (id, service_id, number, draft, published_at, published_by, why, change_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &rows,
    )
}

/// Number and text of the version that families see.
pub(crate) fn find_current_version(
    tx: &mut Tx,
    service: ServiceId,
) -> Result<Option<(i64, serde_json::Value)>, Fault> {
    tx.opt(
        "select number, draft from service_version where service_id = $1 order by number desc limit 1",
        args![service],
    )
}

/// The number alone; 0 when there is none.
pub(crate) fn find_version_number(tx: &mut Tx, service: ServiceId) -> Result<i64, Fault> {
    let (number,): (i64,) =
        tx.one("select coalesce(max(number), 0) from service_version where service_id = $1", args![service])?;
    Ok(number)
}

pub(crate) fn find_version(
    tx: &mut Tx,
    service: ServiceId,
    number: i64,
) -> Result<Option<serde_json::Value>, Fault> {
    Ok(tx
        .opt::<(serde_json::Value,)>(
            "select draft from service_version where service_id = $1 and number = $2",
            args![service, number],
        )?
        .map(|(draft,)| draft))
}

row! {
    /// A version without its text.
    pub(crate) struct VersionRow {
        number: i64, published_at: Instant, published_by: Option<Uuid>, why: String, change_id: Option<Uuid>,
    }
}

/// The versions of a service, the latest first.
pub(crate) fn list_versions(tx: &mut Tx, service: ServiceId) -> Result<Vec<VersionRow>, Fault> {
    tx.all(
        "select number, published_at, published_by, why, change_id from service_version where service_id = $1 order by number desc",
        args![service],
    )
}

/// Services whose current version names a closure: their pages change with the days.
pub(crate) fn list_closing(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx
        .all::<(String,)>(
            "select s.slug from service s join service_version v on v.service_id = s.id
             where v.number = (select max(w.number) from service_version w where w.service_id = s.id)
               and v.draft like '%\"closures\":[{%' order by s.slug",
            args![],
        )?
        .into_iter()
        .map(|(slug,)| slug)
        .collect())
}

row! {
    /// What a visitor reported.
    pub(crate) struct OpenReportRow {
        reference: String, field: String, words: String, safety_level: String, reported_at: Instant,
    }
}

/// The reports that nobody has settled, oldest first.
pub(crate) fn list_reports_of(tx: &mut Tx, service: ServiceId) -> Result<Vec<OpenReportRow>, Fault> {
    tx.all(
        "select reference, field, words, safety_level, reported_at from problem_report
         where service_id = $1 and settled_at is null order by reported_at, id",
        args![service],
    )
}

pub(crate) fn list_assured(tx: &mut Tx, service: ServiceId) -> Result<Vec<AssuranceDraft>, Fault> {
    let rows: Vec<(String, Date, String, String)> = tx.all(
        "select field, assured_on, assured_by, how from assurance where service_id = $1 order by field, assured_on, id",
        args![service],
    )?;
    Ok(rows.into_iter().map(|(field, on, by, how)| AssuranceDraft { field, on, by, how }).collect())
}

/// What an editor would have typed to make the rows: for a service from before versions were kept.
pub(crate) fn find_draft_from_rows(tx: &mut Tx, slug: &str) -> Result<Option<ServiceDraft>, Fault> {
    let Some(service) = list_services(tx, &Which::Slug(slug))?.into_iter().next() else {
        return Ok(None);
    };
    let (source_url,): (Option<String>,) =
        tx.one("select source_url from service where id = $1", args![service.id])?;
    let cost_options = tx
        .all::<(String, Option<f64>, String)>(
            "select option, amount, amount_description from cost_option where service_id = $1 order by position",
            args![service.id],
        )?
        .into_iter()
        .map(|(option, amount, amount_description)| CostOptionDraft { option, amount, amount_description })
        .collect();
    let funding = tx
        .all::<(String,)>("select source from funding where service_id = $1 order by id", args![service.id])?
        .into_iter()
        .map(|(source,)| source)
        .collect();
    let assured = list_assured(tx, service.id)?;
    let days: Vec<(String, String)> = tx.all(
        "select byday, bymonthday from schedule where service_id = $1 order by opens_at nulls last, id",
        args![service.id],
    )?;
    let schedules = service.schedules.iter().zip(days).map(|(schedule, days)| {
        let time = |minutes: u16| {
            let minutes = if minutes > 1_440 { minutes - 1_440 } else { minutes };
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        let at = service.locations.iter().find(|location| Some(location.id) == schedule.location);
        let parts = |text: &str| text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let monthly: Vec<String> = parts(&days.1);
        ScheduleDraft {
            freq: schedule.freq,
            byday: parts(&days.0),
            bymonthday: monthly.iter().filter_map(|day| day.parse().ok()).collect(),
            nth: schedule.nth,
            opens: schedule.minutes.map(|(from, _)| time(from)),
            closes: schedule.minutes.map(|(_, until)| time(until)),
            valid_from: schedule.valid.0,
            valid_to: schedule.valid.1,
            term: schedule.season,
            attending: schedule.attending,
            at: at.and_then(|location| location.slug.parse().ok()),
            description: schedule.description.clone(),
        }
    });
    let schedules = schedules.collect();
    Ok(Some(draft_of(service, source_url, cost_options, funding, assured, schedules)?))
}

fn draft_of(
    service: Service,
    source_url: Option<String>,
    cost_options: Vec<CostOptionDraft>,
    funding: Vec<String>,
    assured: Vec<AssuranceDraft>,
    schedules: Vec<ScheduleDraft>,
) -> Result<ServiceDraft, Fault> {
    let slugs =
        |slugs: Vec<String>| -> Vec<Slug> { slugs.iter().filter_map(|slug| slug.parse().ok()).collect() };
    let refused = |sentence: String| anyhow::anyhow!("a kept slug reads no more: {sentence}");
    let (waiting_time, waiting_time_on) =
        service.waiting_time.map_or((None, None), |(words, on)| (Some(words), on));
    Ok(ServiceDraft {
        slug: service.slug.parse().map_err(refused)?,
        organization: service.organization.0.parse().map_err(refused)?,
        name: service.name,
        summary: service.summary,
        description: service.description,
        topics: slugs(service.topics.into_iter().map(|term| term.slug).collect()),
        who_for: service.who_for,
        age: service.ages.map(|ages| AgeDraft {
            pregnancy: ages.pregnancy,
            from_months: ages.from_months.map(i64::from),
            until_months: ages.until_months.map(i64::from),
        }),
        audiences: service.audiences,
        access: service.access,
        way_in: service.way_in,
        how_to_get_in: service.how_to_get_in,
        what_happens: service.what_happens,
        offers: service.offers.into_iter().map(|(title, items)| OfferDraft { title, items }).collect(),
        cost: service.cost,
        cost_note: service.cost_note,
        cost_options,
        eligibility: service.eligibility,
        thrive: service.thrive,
        severity: service.severity,
        send_needs: service.send_needs,
        aliases: service.aliases,
        phones: service
            .phones
            .into_iter()
            .filter_map(|phone| {
                let number = phone.number.parse().ok()?;
                Some(PhoneDraft { number, description: phone.description, hours: phone.hours })
            })
            .collect(),
        email: service.email.and_then(|email| email.parse().ok()),
        website: service.website,
        locations: slugs(service.locations.into_iter().map(|location| location.slug).collect()),
        area: service.area.map(|area| match area.name.as_str() {
            "England" => "england".to_owned(),
            "United Kingdom" => "uk".to_owned(),
            "Cheshire and Merseyside" => "cheshire-and-merseyside".to_owned(),
            place => place.to_lowercase(),
        }),
        schedules,
        languages: service.languages,
        interpretation: service.interpretation,
        funding,
        status: service.status,
        alert: service.alert,
        waiting_time,
        waiting_time_on,
        sensitive: service.sensitive,
        baby: service.baby,
        loss: service.loss,
        source: service.source,
        source_url,
        checked_on: service.checked_on,
        doubt: service.doubt,
        assured,
        closures: Vec::new(),
    })
}
