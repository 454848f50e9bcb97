use super::places::{SCHEDULE_COLUMNS, ScheduleRow, list_locations, list_terms};
use crate::{
    draft::OfferDraft,
    model::{Ages, Area, Location, LocationId, Schedule, Service, ServiceId, ServicePhone, Term, TermId},
};
use kernel::{Date, Fault, Instant};
use std::{collections::HashMap, str::FromStr};
use store::{FromRow, Tx, Value, args, row};

/// Which services to read. Hidden ones are read only by their own address.
pub(crate) enum Which<'a> {
    /// Every one that is shown.
    All,
    /// One, by its address on the site, hidden or not.
    Slug(&'a str),
    /// Those of an organisation that are shown.
    Organization(&'a str),
    /// Those at a place that are shown.
    Location(LocationId),
}

row! {
    struct ServiceRow {
        id: ServiceId, slug: String, name: String, summary: String, description: String, status: String, alert: Option<String>,
        url: Option<String>, email: Option<String>, who_for: Option<String>, eligibility: Option<String>, pregnancy: bool,
        age_from: Option<i64>, age_until: Option<i64>, how: Option<String>, what_happens: String, offers: String, cost: String,
        cost_note: Option<String>, interpretation: Option<String>, wait_time: Option<String>, wait_time_on: Option<Date>,
        sensitive: bool, baby: bool, loss: bool, source: String, doubt: Option<String>, assured_date: Option<Date>,
        last_modified: Instant, organization_slug: String, organization_name: String,
    }
}

const SERVICES: &str = "select s.id, s.slug, s.name, s.summary, s.description, s.status, s.alert, s.url, s.email, s.who_for, s.eligibility_description,
    s.pregnancy, s.age_from_months, s.age_until_months, s.application_process, s.what_happens, s.offers, s.cost, s.fees_description,
    s.interpretation_services, s.wait_time, s.wait_time_on, s.sensitive, s.baby, s.loss, s.source, s.doubt, s.assured_date, s.last_modified,
    o.slug, o.name
    from service s join organization o on o.id = s.organization_id";

const SHOWN: &str = " where not exists (select 1 from service_hiding h where h.service_id = s.id)
    and not exists (select 1 from service_replacement r where r.service_id = s.id)";

/// Services whole, by name. One service costs a dozen small queries by its id; many are read a table at a time.
pub(crate) fn list_services(tx: &mut Tx, which: &Which) -> Result<Vec<Service>, Fault> {
    let (filter, value): (&str, Vec<Value>) = match which {
        Which::All => (SHOWN, args![].to_vec()),
        Which::Slug(slug) => (" where s.slug = $1", args![*slug].to_vec()),
        Which::Organization(slug) => (&format!("{SHOWN} and o.slug = $1"), args![*slug].to_vec()),
        Which::Location(id) => (
            &format!(
                "{SHOWN} and s.id in (select service_id from service_at_location where location_id = $1)"
            ),
            args![*id].to_vec(),
        ),
    };
    let rows: Vec<ServiceRow> = tx.all(&format!("{SERVICES}{filter} order by s.name, s.id"), &value)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let one = if rows.len() == 1 { Some(rows[0].id) } else { None };
    let mut parts = Parts::read(tx, one)?;
    rows.into_iter().map(|row| parts.assemble(row)).collect()
}

/// What hangs on services, by service.
struct Parts {
    values: HashMap<(ServiceId, String), Vec<String>>,
    topics: HashMap<ServiceId, Vec<TermId>>,
    terms: HashMap<TermId, Term>,
    at: HashMap<ServiceId, Vec<LocationId>>,
    locations: HashMap<LocationId, Location>,
    schedules: HashMap<ServiceId, Vec<Schedule>>,
    areas: HashMap<ServiceId, Area>,
    phones: HashMap<ServiceId, Vec<ServicePhone>>,
    languages: HashMap<ServiceId, Vec<String>>,
    costs: HashMap<ServiceId, Vec<String>>,
}

/// Runs a query for one service or for all.
fn of<T: FromRow>(
    tx: &mut Tx,
    select: &str,
    key: &str,
    one: Option<ServiceId>,
    order: &str,
) -> Result<Vec<T>, Fault> {
    match one {
        Some(id) => tx.all(&format!("{select} where {key} = $1 {order}"), args![id]),
        None => tx.all(&format!("{select} {order}"), args![]),
    }
}

impl Parts {
    fn read(tx: &mut Tx, one: Option<ServiceId>) -> Result<Parts, Fault> {
        let mut values: HashMap<(ServiceId, String), Vec<String>> = HashMap::new();
        for (id, list, value) in of::<(ServiceId, String, String)>(
            tx,
            "select service_id, list, value from service_value",
            "service_id",
            one,
            "order by service_id, list, position",
        )? {
            values.entry((id, list)).or_default().push(value);
        }
        let topics = grouped(of::<(ServiceId, TermId)>(
            tx,
            "select link_id, taxonomy_term_id from attribute",
            "link_id",
            one,
            "order by link_id, position",
        )?);
        let terms = list_terms(tx)?.into_iter().map(|term| (term.id, term)).collect();
        let at = grouped(of::<(ServiceId, LocationId)>(
            tx,
            "select service_id, location_id from service_at_location",
            "service_id",
            one,
            "order by service_id, location_id",
        )?);
        let locations = list_locations(tx)?.into_iter().map(|location| (location.id, location)).collect();
        let mut schedules: HashMap<ServiceId, Vec<Schedule>> = HashMap::new();
        for row in of::<ScheduleRow>(
            tx,
            &format!("select {SCHEDULE_COLUMNS} from schedule"),
            "service_id",
            one,
            "order by opens_at nulls last, id",
        )? {
            if let Some(id) = row.service_id {
                schedules.entry(id).or_default().push(row.schedule()?);
            }
        }
        let areas = of::<(ServiceId, String, String)>(
            tx,
            "select service_id, name, code from service_area",
            "service_id",
            one,
            "order by id",
        )?
        .into_iter()
        .map(|(id, name, code)| (id, Area { name, code }))
        .collect();
        let mut phones: HashMap<ServiceId, Vec<ServicePhone>> = HashMap::new();
        for (id, number, description, hours) in of::<(Option<ServiceId>, String, String, String)>(
            tx,
            "select service_id, number, description, hours from phone",
            "service_id",
            one,
            "order by position",
        )? {
            if let Some(id) = id {
                phones.entry(id).or_default().push(ServicePhone { number, description, hours });
            }
        }
        let languages = grouped(of::<(ServiceId, String)>(
            tx,
            "select service_id, code from language",
            "service_id",
            one,
            "order by code",
        )?);
        let mut costs: HashMap<ServiceId, Vec<String>> = HashMap::new();
        for (id, option, amount, note) in of::<(ServiceId, String, Option<f64>, String)>(
            tx,
            "select service_id, option, amount, amount_description from cost_option",
            "service_id",
            one,
            "order by position",
        )? {
            let amount = amount.map_or_else(String::new, |pounds| format!(": £{pounds:.2}"));
            costs.entry(id).or_default().push(format!("{option}{amount} {note}").trim().to_owned());
        }
        Ok(Parts { values, topics, terms, at, locations, schedules, areas, phones, languages, costs })
    }

    fn list<T: FromStr<Err = Fault>>(&mut self, id: ServiceId, list: &str) -> Result<Vec<T>, Fault> {
        self.words(id, list).iter().map(|kept| kept.parse()).collect()
    }

    fn words(&mut self, id: ServiceId, list: &str) -> Vec<String> {
        self.values.remove(&(id, list.to_owned())).unwrap_or_default()
    }

    fn assemble(&mut self, row: ServiceRow) -> Result<Service, Fault> {
        let id = row.id;
        let months = |months: Option<i64>| months.and_then(|m| u16::try_from(m).ok());
        let ages = (row.pregnancy || row.age_from.is_some() || row.age_until.is_some()).then(|| Ages {
            pregnancy: row.pregnancy,
            from_months: months(row.age_from),
            until_months: months(row.age_until),
        });
        let offers: Vec<OfferDraft> = serde_json::from_str(&row.offers)?;
        let mut locations: Vec<Location> = self
            .at
            .remove(&id)
            .unwrap_or_default()
            .iter()
            .filter_map(|at| self.locations.get(at).cloned())
            .collect();
        locations.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Service {
            id,
            topics: self
                .topics
                .remove(&id)
                .unwrap_or_default()
                .iter()
                .filter_map(|term| self.terms.get(term).cloned())
                .collect(),
            audiences: self.list(id, "audience")?,
            access: self.list(id, "access")?,
            way_in: self.list(id, "way_in")?,
            thrive: self.list(id, "thrive")?,
            severity: self.list(id, "severity")?,
            send_needs: self.list(id, "send_need")?,
            aliases: self.words(id, "alias"),
            phones: self.phones.remove(&id).unwrap_or_default(),
            languages: self.languages.remove(&id).unwrap_or_default(),
            cost_options: self.costs.remove(&id).unwrap_or_default(),
            schedules: self.schedules.remove(&id).unwrap_or_default(),
            area: self.areas.remove(&id),
            locations,
            ages,
            slug: row.slug,
            name: row.name,
            summary: row.summary,
            description: row.description,
            organization: (row.organization_slug, row.organization_name),
            who_for: row.who_for,
            how_to_get_in: row.how,
            what_happens: serde_json::from_str(&row.what_happens)?,
            offers: offers.into_iter().map(|offer| (offer.title, offer.items)).collect(),
            cost: row.cost.parse()?,
            cost_note: row.cost_note,
            eligibility: row.eligibility,
            email: row.email,
            website: row.url,
            interpretation: row.interpretation,
            status: row.status.parse()?,
            alert: row.alert,
            waiting_time: row.wait_time.map(|words| (words, row.wait_time_on)),
            sensitive: row.sensitive,
            baby: row.baby,
            loss: row.loss,
            source: row.source,
            checked_on: row.assured_date,
            doubt: row.doubt,
            last_modified: row.last_modified,
        })
    }
}

fn grouped<K: std::hash::Hash + Eq, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut out: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        out.entry(key).or_default().push(value);
    }
    out
}
