//! The entries as those who keep them see them: the text they work on, its versions, and what visitors reported.

use crate::{
    draft::{CostOptionDraft, ServiceDraft},
    model::{Ages, Area, OrganizationId, Schedule, Service, ServiceId, ServicePhone},
    publish::{Provenance, area_of, publish_versions, topics_of},
    show_service::ServiceView,
    store::{self as rows, EntryRow},
    vocabulary::Status,
};
use access::{Act, May, PersonId};
use askama::Template;
use kernel::{Date, Fault, Id, Instant};
use settings::Council;
use store::{Tx, outbox, row};
use uuid::Uuid;
use web::Site;

/// An entry to work on.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: ServiceId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub organization: OrganizationLine,
    /// The version that families see; 0 when it has never been published with one.
    pub version: i64,
    /// What families see, as an editor would type it.
    pub draft: ServiceDraft,
    /// Whether it is running today.
    pub status: Status,
    /// Its page has a neutral title and an exit.
    pub sensitive: bool,
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct EntryLine {
    /// Its id.
    pub id: ServiceId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub organization: OrganizationLine,
    /// Whether it is running today.
    pub status: Status,
    /// When somebody last made sure that it is right.
    pub checked_on: Option<Date>,
    /// How many reports of visitors nobody has settled.
    pub reports: i64,
}

impl EntryLine {
    /// Whether it is running, as it is kept.
    pub fn status_key(&self) -> &'static str {
        self.status.as_str()
    }

    /// Whether it is running, as people read it.
    pub fn status_words(&self) -> &'static str {
        self.status.words()
    }
}

/// An organisation in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationLine {
    /// Its id.
    pub id: OrganizationId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// What a visitor said is wrong.
#[derive(Clone, Debug)]
pub struct ReportLine {
    /// As it was told to the visitor.
    pub reference: String,
    /// What it is about, in words.
    pub about: &'static str,
    /// What the visitor wrote. `None` when the safety screen heard danger in it: that is for the council to read.
    pub words: Option<String>,
    /// When.
    pub reported_at: Instant,
}

/// One version of an entry. It never changes.
#[derive(Clone, Debug)]
pub struct Version {
    /// 1, 2, 3 ...
    pub number: i64,
    /// When families began to see it.
    pub published_at: Instant,
    /// The person who published it; nobody when the house did it by itself.
    pub by: Option<PersonId>,
    /// Why, in a few words.
    pub why: String,
    /// The change it came from.
    pub change: Option<Uuid>,
}

/// A need or a place that an entry can name.
#[derive(Clone, Debug)]
pub struct Nameable {
    /// How an entry names it.
    pub slug: String,
    /// How people call it.
    pub name: String,
    /// A need with a neutral page, or a place whose address is secret.
    pub sensitive: bool,
}

row! {
    /// A picture that families see on an entry's page. Its content is served by the room that checks pictures.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EntryPicture {
        /// As in its address, `/pictures/{id}`.
        id: Uuid,
        /// `photo` or `logo`.
        kind: String,
        /// What it shows, for people who cannot see it.
        alt: String,
        /// In pixels.
        width: i64,
        /// In pixels.
        height: i64,
    }
}

/// What is to be published.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    /// The whole text.
    pub draft: &'a ServiceDraft,
    /// The version it was made from; 0 for a new entry.
    pub base_version: i64,
    /// Why, in a few words without names.
    pub why: &'a str,
    /// The change that was sent and checked, if it came from one.
    pub change: Option<Uuid>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Families see this version now.
    Version(i64),
    /// Somebody else published this version since; nothing was changed.
    Overtaken(i64),
}

/// The id that the entry of a slug has or will have.
pub fn entry_id(slug: &str) -> ServiceId {
    rows::service_id(slug)
}

/// An entry by its address on the site.
pub fn find_entry(tx: &mut Tx, slug: &str) -> Result<Option<Entry>, Fault> {
    let Some(row) = rows::find_entry_row(tx, slug)? else {
        return Ok(None);
    };
    let (version, mut draft) = match rows::find_current_version(tx, row.id)? {
        Some((number, text)) => (number, serde_json::from_value(text)?),
        None => match rows::find_draft_from_rows(tx, slug)? {
            Some(draft) => (0, draft),
            None => return Ok(None),
        },
    };
    keep_upkeep(tx, &row, &mut draft)?;
    Ok(Some(Entry {
        id: row.id,
        status: row.status.parse()?,
        sensitive: row.sensitive,
        name: row.name.clone(),
        slug: row.slug.clone(),
        organization: organization_of(row),
        version,
        draft,
    }))
}

/// When and by whom facts were checked is kept apart from the text: checking is no version, and a later version must
/// not take it back.
pub(crate) fn keep_upkeep(tx: &mut Tx, row: &EntryRow, draft: &mut ServiceDraft) -> Result<(), Fault> {
    draft.checked_on = row.assured_date;
    draft.doubt.clone_from(&row.doubt);
    draft.assured = rows::list_assured(tx, row.id)?;
    Ok(())
}

fn organization_of(row: EntryRow) -> OrganizationLine {
    OrganizationLine { id: row.organization_id, slug: row.organization_slug, name: row.organization_name }
}

/// The entries of some organisations, by name.
pub fn list_entries_of(tx: &mut Tx, organizations: &[Uuid]) -> Result<Vec<EntryLine>, Fault> {
    let mut lines = Vec::new();
    for organization in organizations {
        lines.extend(rows::list_entry_rows(tx, Some(*organization))?);
    }
    lines.into_iter().map(line).collect()
}

/// Every entry, by name.
pub fn list_entries(tx: &mut Tx) -> Result<Vec<EntryLine>, Fault> {
    rows::list_entry_rows(tx, None)?.into_iter().map(line).collect()
}

fn line(row: EntryRow) -> Result<EntryLine, Fault> {
    Ok(EntryLine {
        id: row.id,
        slug: row.slug.clone(),
        name: row.name.clone(),
        status: row.status.parse()?,
        checked_on: row.assured_date,
        reports: row.reports,
        organization: organization_of(row),
    })
}

/// Publishes an entry as its next version, unless somebody else published one since. What is not a text of the entry
/// (when and by whom it was checked) stays as it is.
pub fn publish<A: Act>(
    tx: &mut Tx,
    may: &May<A>,
    publication: &Publication,
    council: &Council,
    now: Instant,
) -> Result<Published, Fault> {
    let mut draft = publication.draft.clone();
    if let Some(row) = rows::find_entry_row(tx, draft.slug.as_str())? {
        rows::lock_service(tx, row.id)?;
        let current = rows::find_version_number(tx, row.id)?;
        if current != publication.base_version {
            return Ok(Published::Overtaken(current));
        }
        keep_upkeep(tx, &row, &mut draft)?;
    }
    let provenance = Provenance {
        by: may.actor().person().map(PersonId::uuid),
        why: publication.why,
        change: publication.change,
    };
    let ids = publish_versions(tx, std::slice::from_ref(&draft), &provenance, council, now)?;
    Ok(Published::Version(rows::find_version_number(tx, ids[0])?))
}

/// Says which checked pictures families see on an entry's page, in their order. The entry may not be published yet.
/// Checking a picture makes no version of the text.
pub fn set_pictures<A: Act>(
    tx: &mut Tx,
    _may: &May<A>,
    service: ServiceId,
    pictures: &[EntryPicture],
    now: Instant,
) -> Result<(), Fault> {
    rows::set_pictures(tx, service, pictures)?;
    if let Some((slug, _)) = rows::find_assured(tx, service)? {
        let what = serde_json::json!({"slug": slug});
        outbox::announce(tx, "service_published", Some(service.uuid()), &what, now)?;
    }
    Ok(())
}

/// Writes an entry's rows anew as they read on this day, without a new version: a closure begins or ends by itself.
pub fn renew_rows(tx: &mut Tx, slug: &str, council: &Council, now: Instant) -> Result<(), Fault> {
    if let Some(entry) = find_entry(tx, slug)? {
        crate::publish::rewrite(tx, &entry.draft, council, now)?;
    }
    Ok(())
}

/// The entries whose text names a closure.
pub fn list_closing(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    rows::list_closing(tx)
}

/// The page that families would see of a draft, without publishing it. What is not finished reads 'not given'.
pub async fn preview_html(site: &Site, draft: &ServiceDraft) -> Result<String, Fault> {
    let (draft, council, now) = (draft.clone(), site.council(), site.clock().now());
    let (service, pictures) = site
        .db()
        .read(move |tx| {
            let pictures = rows::list_pictures(tx, entry_id(draft.slug.as_str()))?;
            Ok((service_of(tx, &draft, &council, now)?, pictures))
        })
        .await?;
    Ok(ServiceView::new(site, service, pictures, None).render()?)
}

fn service_of(tx: &mut Tx, draft: &ServiceDraft, council: &Council, now: Instant) -> Result<Service, Fault> {
    let today = kernel::civil_today(now);
    let places = rows::list_locations(tx)?;
    let place = |slug: &kernel::Slug| places.iter().find(|place| place.slug == slug.as_str());
    let organization = rows::find_organization(tx, draft.organization.as_str())?;
    let months = |months: Option<i64>| months.and_then(|months| u16::try_from(months).ok());
    Ok(Service {
        id: entry_id(draft.slug.as_str()),
        slug: draft.slug.to_string(),
        name: draft.name.clone(),
        summary: draft.summary.clone(),
        description: draft.description.clone(),
        organization: organization.map_or_else(
            || (draft.organization.to_string(), draft.organization.to_string()),
            |organization| (organization.slug, organization.name),
        ),
        topics: topics_of(draft, &rows::list_terms(tx)?).unwrap_or_default(),
        who_for: draft.who_for.clone(),
        ages: draft.age.map(|age| Ages {
            pregnancy: age.pregnancy,
            from_months: months(age.from_months),
            until_months: months(age.until_months),
        }),
        audiences: draft.audiences.clone(),
        access: draft.access.clone(),
        way_in: draft.way_in.clone(),
        how_to_get_in: draft.how_to_get_in.clone(),
        what_happens: draft.what_happens.clone(),
        offers: draft.offers.iter().map(|offer| (offer.title.clone(), offer.items.clone())).collect(),
        cost: draft.cost,
        cost_note: draft.cost_note.clone(),
        cost_options: draft.cost_options.iter().map(CostOptionDraft::words).collect(),
        eligibility: draft.eligibility.clone(),
        thrive: draft.thrive.clone(),
        severity: draft.severity.clone(),
        send_needs: draft.send_needs.clone(),
        aliases: draft.aliases.clone(),
        phones: draft
            .phones
            .iter()
            .map(|phone| ServicePhone {
                number: phone.number.to_string(),
                description: phone.description.clone(),
                hours: phone.hours.clone(),
            })
            .collect(),
        email: draft.email.as_ref().map(ToString::to_string),
        website: draft.website.clone(),
        locations: draft.locations.iter().filter_map(|slug| place(slug).cloned()).collect(),
        area: area_of(draft, council).ok().flatten().map(|(name, code)| Area { name, code }),
        schedules: draft
            .schedules
            .iter()
            .filter_map(|schedule| {
                Some(Schedule {
                    freq: schedule.freq,
                    days: schedule.days().ok()?,
                    nth: schedule.nth,
                    minutes: schedule.minutes().ok()?,
                    valid: (schedule.valid_from, schedule.valid_to),
                    season: schedule.term,
                    attending: schedule.attending,
                    location: schedule.at.as_ref().and_then(place).map(|place| place.id),
                    description: schedule.description.clone(),
                })
            })
            .collect(),
        languages: draft.languages.clone(),
        interpretation: draft.interpretation.clone(),
        status: draft.status_on(today),
        alert: draft.alert_on(today),
        waiting_time: draft.waiting_time.clone().map(|words| (words, draft.waiting_time_on)),
        sensitive: draft.sensitive,
        baby: draft.baby,
        loss: draft.loss,
        source: draft.source.clone(),
        checked_on: draft.checked_on,
        doubt: draft.doubt.clone(),
        last_modified: now,
    })
}

/// Every version of an entry, the latest first.
pub fn list_versions(tx: &mut Tx, entry: ServiceId) -> Result<Vec<Version>, Fault> {
    let versions = rows::list_versions(tx, entry)?;
    Ok(versions
        .into_iter()
        .map(|row| Version {
            number: row.number,
            published_at: row.published_at,
            by: row.published_by.map(Id::from_uuid),
            why: row.why,
            change: row.change_id,
        })
        .collect())
}

/// The text of one version.
pub fn find_version(tx: &mut Tx, entry: ServiceId, number: i64) -> Result<Option<ServiceDraft>, Fault> {
    Ok(rows::find_version(tx, entry, number)?.map(serde_json::from_value).transpose()?)
}

/// Every organisation, by name.
pub fn list_organizations(tx: &mut Tx) -> Result<Vec<OrganizationLine>, Fault> {
    let organizations = rows::list_organizations(tx)?;
    Ok(organizations
        .into_iter()
        .map(|organization| OrganizationLine {
            id: organization.id,
            slug: organization.slug,
            name: organization.name,
        })
        .collect())
}

/// The needs an entry can be found under, wide ones before their narrow ones.
pub fn list_needs(tx: &mut Tx) -> Result<Vec<Nameable>, Fault> {
    let terms = rows::list_terms(tx)?;
    Ok(terms
        .into_iter()
        .map(|term| Nameable { slug: term.slug, name: term.name, sensitive: term.sensitive })
        .collect())
}

/// Of each narrow need its wider one, by their addresses on the site.
pub fn list_wider_needs(tx: &mut Tx) -> Result<std::collections::HashMap<String, String>, Fault> {
    let terms = rows::list_terms(tx)?;
    Ok(terms.into_iter().filter_map(|term| Some((term.slug, term.parent?))).collect())
}

/// The places an entry can be at, by name.
pub fn list_places(tx: &mut Tx) -> Result<Vec<Nameable>, Fault> {
    let places = rows::list_locations(tx)?;
    Ok(places
        .into_iter()
        .map(|place| Nameable { slug: place.slug, name: place.name, sensitive: place.sensitive })
        .collect())
}

/// What visitors reported of an entry and nobody has settled, oldest first. Never who they are.
pub fn list_reports_of(tx: &mut Tx, entry: ServiceId) -> Result<Vec<ReportLine>, Fault> {
    let reports = rows::list_reports_of(tx, entry)?;
    Ok(reports
        .into_iter()
        .map(|row| ReportLine {
            reference: row.reference,
            about: crate::upkeep::words_of_field(&row.field),
            words: (row.safety_level == "clear").then_some(row.words),
            reported_at: row.reported_at,
        })
        .collect())
}
