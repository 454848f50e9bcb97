use crate::{
    model::{OrganizationId, ServiceId},
    publish::OUTSIDE_SAID,
    replaced::{Comparable, ComparablePlace, Pregnancy, Replaced},
};
use kernel::{Date, Fault, Instant};
use std::collections::HashMap;
use store::{Tx, args, row};
use uuid::Uuid;

/// Which entry stands for which. `by_service_id` is where a reader ends and is never itself gone; `merged_into_id` is
/// what was chosen then, so that a later merge can be undone without losing an earlier one.
pub(crate) const REPLACED: &str = "
create table service_replacement (
    service_id {id} not null constraint service_replacement_key primary key
        constraint service_replacement_of references service (id) on delete cascade,
    by_service_id {id} not null constraint service_replacement_by references service (id),
    merged_into_id {id} not null constraint service_replacement_into references service (id),
    merge_id {id} not null,
    replaced_at {instant} not null,
    constraint service_replacement_not_itself check (service_id <> by_service_id and service_id <> merged_into_id)
) {strict};
create index service_replacement_by_successor on service_replacement (by_service_id);
create index service_replacement_by_choice on service_replacement (merged_into_id);
";

const REPLACEMENTS: &str =
    "select r.service_id, s.slug, r.by_service_id, k.slug, r.replaced_at from service_replacement r
    join service s on s.id = r.service_id join service k on k.id = r.by_service_id";

pub(crate) fn list_replaced(tx: &mut Tx) -> Result<Vec<Replaced>, Fault> {
    tx.all(&format!("{REPLACEMENTS} order by s.slug"), args![])
}

pub(crate) fn find_replacement(tx: &mut Tx, slug: &str) -> Result<Option<Replaced>, Fault> {
    tx.opt(&format!("{REPLACEMENTS} where s.slug = $1"), args![slug])
}

pub(crate) fn find_replacement_of(tx: &mut Tx, service: ServiceId) -> Result<Option<ServiceId>, Fault> {
    let found: Option<(ServiceId,)> =
        tx.opt("select by_service_id from service_replacement where service_id = $1", args![service])?;
    Ok(found.map(|(by,)| by))
}

row! {
    /// What a merge chose.
    pub(crate) struct ReplacementRow { merged_into: ServiceId }
}

pub(crate) fn find_replacement_row(
    tx: &mut Tx,
    service: ServiceId,
    merge: Uuid,
) -> Result<Option<ReplacementRow>, Fault> {
    tx.opt(
        "select merged_into_id from service_replacement where service_id = $1 and merge_id = $2",
        args![service, merge],
    )
}

pub(crate) fn insert_replacement(
    tx: &mut Tx,
    gone: ServiceId,
    kept: ServiceId,
    merge: Uuid,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into service_replacement (service_id, by_service_id, merged_into_id, merge_id, replaced_at)
            values ($1, $2, $2, $3, $4)",
        args![gone, kept, merge, now],
    )?;
    Ok(())
}

/// Everything that leads to an entry.
pub(crate) fn list_replaced_by(tx: &mut Tx, by: ServiceId) -> Result<Vec<ServiceId>, Fault> {
    let rows: Vec<(ServiceId,)> = tx.all(
        "select service_id from service_replacement where by_service_id = $1 order by service_id",
        args![by],
    )?;
    Ok(rows.into_iter().map(|(service,)| service).collect())
}

/// Everything that was made one with an entry when it was merged, whatever it leads to now.
pub(crate) fn list_merged_into(tx: &mut Tx, into: ServiceId) -> Result<Vec<ServiceId>, Fault> {
    let rows: Vec<(ServiceId,)> = tx.all(
        "select service_id from service_replacement where merged_into_id = $1 order by service_id",
        args![into],
    )?;
    Ok(rows.into_iter().map(|(service,)| service).collect())
}

pub(crate) fn set_replacement(tx: &mut Tx, service: ServiceId, by: ServiceId) -> Result<(), Fault> {
    tx.exec("update service_replacement set by_service_id = $2 where service_id = $1", args![service, by])?;
    Ok(())
}

pub(crate) fn delete_replacement(tx: &mut Tx, service: ServiceId) -> Result<(), Fault> {
    tx.exec("delete from service_replacement where service_id = $1", args![service])?;
    Ok(())
}

pub(crate) fn find_slug(tx: &mut Tx, service: ServiceId) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> = tx.opt("select slug from service where id = $1", args![service])?;
    Ok(found.map(|(slug,)| slug))
}

row! {
    struct ComparableRow {
        id: ServiceId, slug: String, name: String, organization: OrganizationId, organization_name: String,
        email: Option<String>, website: Option<String>, pregnancy: bool, from: Option<i64>, until: Option<i64>,
        status: String, sensitive: bool, checked_on: Option<Date>, hidden: bool, summary: String, outside: bool,
    }
}

row! {
    struct PlaceRow {
        service: ServiceId, slug: String, name: String, postal_code: Option<String>, address_1: Option<String>,
    }
}

pub(crate) fn list_comparable(tx: &mut Tx) -> Result<Vec<Comparable>, Fault> {
    let rows: Vec<ComparableRow> = tx.all(
        "select s.id, s.slug, s.name, o.id, o.name, s.email, s.url, s.pregnancy, s.age_from_months, s.age_until_months,
            s.status, s.sensitive, s.assured_date, h.service_id is not null, s.summary,
            exists (select 1 from service_area a where a.service_id = s.id and a.name like $1)
            from service s join organization o on o.id = s.organization_id
            left join service_hiding h on h.service_id = s.id
            where s.status <> 'defunct'
                and not exists (select 1 from service_replacement r where r.service_id = s.id)
            order by s.slug",
        args![format!("%{OUTSIDE_SAID}%")],
    )?;
    let mut phones = grouped(tx.all(
        "select service_id, number from phone where service_id is not null order by service_id, position",
        args![],
    )?);
    let places: Vec<PlaceRow> = tx.all(
        "select a.service_id, l.slug, l.name, case when l.sensitive then null else d.postal_code end,
            case when l.sensitive then null else d.address_1 end
            from service_at_location a join location l on l.id = a.location_id
            left join address d on d.location_id = l.id and d.address_type = 'physical'
            order by a.service_id, l.slug, d.id",
        args![],
    )?;
    let mut places = grouped(
        places
            .into_iter()
            .map(|PlaceRow { service, slug, name, postal_code, address_1 }| {
                (service, ComparablePlace { slug, name, postal_code, address_1 })
            })
            .collect(),
    );
    let times: Vec<(ServiceId, String, Option<i64>)> = tx.all(
        "select service_id, byday, opens_at from schedule where service_id is not null and byday <> ''
            order by service_id, byday, opens_at nulls last",
        args![],
    )?;
    let mut times = grouped(
        times
            .into_iter()
            .flat_map(|(service, days, from)| {
                days.split(',').map(|day| (service, (day.to_owned(), from))).collect::<Vec<_>>()
            })
            .collect(),
    );
    let mut needs = grouped(tx.all(
        "select a.link_id, t.slug from attribute a join taxonomy_term t on t.id = a.taxonomy_term_id
            where a.link_type = 'topic' order by a.link_id, a.position",
        args![],
    )?);
    let values: Vec<(ServiceId, String, String)> = tx.all(
        "select service_id, list, value from service_value where list in ('audience', 'alias')
            order by service_id, list, position",
        args![],
    )?;
    let (mut audiences, mut aliases): (HashMap<_, Vec<String>>, HashMap<_, Vec<String>>) = Default::default();
    for (service, list, value) in values {
        let of = if list == "audience" { &mut audiences } else { &mut aliases };
        of.entry(service).or_default().push(value);
    }
    let comparable = |row: ComparableRow| {
        let id = row.id;
        let given = row.pregnancy || row.from.is_some() || row.until.is_some();
        let pregnancy = if row.pregnancy { Pregnancy::From } else { Pregnancy::Not };
        let words = std::iter::once(row.summary).chain(aliases.remove(&id).unwrap_or_default());
        Comparable {
            service: id,
            slug: row.slug,
            name: row.name,
            organization: row.organization,
            organization_name: row.organization_name,
            email: row.email,
            website: row.website,
            phones: phones.remove(&id).unwrap_or_default(),
            places: places.remove(&id).unwrap_or_default(),
            ages: given.then_some((pregnancy, row.from, row.until)),
            times: times.remove(&id).unwrap_or_default(),
            status: row.status,
            sensitive: row.sensitive,
            checked_on: row.checked_on,
            hidden: row.hidden,
            outside: row.outside,
            needs: needs.remove(&id).unwrap_or_default(),
            audiences: audiences.remove(&id).unwrap_or_default(),
            words: words.collect::<Vec<_>>().join("\n"),
        }
    };
    Ok(rows.into_iter().map(comparable).collect())
}

fn grouped<V>(pairs: Vec<(ServiceId, V)>) -> HashMap<ServiceId, Vec<V>> {
    let mut out: HashMap<ServiceId, Vec<V>> = HashMap::new();
    for (service, value) in pairs {
        out.entry(service).or_default().push(value);
    }
    out
}
