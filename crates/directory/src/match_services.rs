//! What a practitioner's match and a list that is handed over may know of an entry. Unlike families' pages it tells the
//! THRIVE groups and the severity a service is meant for; like them it never tells where a secret place is.

use crate::{
    catalogue::{Catalogue, Directory},
    model::{Ages, Freshness, Location, Service, no_sessions_now},
    near::Near,
    sessions_held::HeldBy,
    store::{self as rows, Which},
    vocabulary::{Access, Audience, Cost, PointQuality, SendNeed, Severity, Status, Thrive, WayIn},
};
use kernel::{Date, Fault};
use search::{Kind, Query};
use std::collections::HashMap;

/// An entry with what decides whether it suits.
#[derive(Clone, Debug)]
pub struct MatchService {
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Who runs it.
    pub organization: String,
    /// Needs it meets: slug, name, and the wider need's slug.
    pub topics: Vec<(String, String, Option<String>)>,
    /// Ages; nobody has said is `None`.
    pub ages: Option<MatchAges>,
    /// Whom it is for, as its page says it.
    pub who_for: Option<String>,
    /// Whom it welcomes in particular.
    pub audiences: Vec<Audience>,
    /// Where help is given.
    pub access: Vec<Access>,
    /// How people get in.
    pub way_in: Vec<WayIn>,
    /// The same as a sentence.
    pub how_to_get_in: Option<String>,
    /// What it costs.
    pub cost: Cost,
    /// THRIVE groups it is meant for.
    pub thrive: Vec<Thrive>,
    /// Severities it is meant for.
    pub severity: Vec<Severity>,
    /// Types of special need.
    pub send_needs: Vec<SendNeed>,
    /// Number, what it is for, when it answers.
    pub phones: Vec<(String, String, String)>,
    /// Where to write.
    pub email: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// Where it is. A secret place has its town alone.
    pub places: Vec<MatchPlace>,
    /// Whom it serves, in words.
    pub area: Option<String>,
    /// Codes of the areas it serves; `None` may serve anyone.
    pub areas: Option<Vec<String>>,
    /// It is for this council's area or a part of it, and not for the whole country.
    pub is_local: bool,
    /// When it is on or answers, in words.
    pub when: Vec<String>,
    /// The next dates of its own sessions.
    pub next: Vec<String>,
    /// BCP 47 codes.
    pub languages: Vec<String>,
    /// Whether an interpreter can come.
    pub interpretation: Option<String>,
    /// As the service gave it, and when.
    pub waiting_time: Option<(String, Option<Date>)>,
    /// Whether it is running.
    pub status: Status,
    /// A short warning.
    pub alert: Option<String>,
    /// Its page has a neutral title and an exit.
    pub sensitive: bool,
    /// For someone who has lost a baby.
    pub loss: bool,
    /// About babies or pregnancy.
    pub baby: bool,
    /// When its facts were last checked, in words.
    pub checked: String,
    /// Whether that is within six months.
    pub is_fresh: bool,
}

impl MatchService {
    /// A number of it as a link, as its own page has it: short codes are texted and everything else is dialled.
    pub fn phone_href(number: &str, description: &str) -> String {
        crate::show_service::phone_href(number, description)
    }
}

/// Ages in months from birth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchAges {
    /// From conception.
    pub pregnancy: bool,
    /// Youngest.
    pub from_months: u16,
    /// The first month that is too old.
    pub until_months: Option<u16>,
    /// 'Under 5 years'.
    pub words: String,
}

/// A place of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchPlace {
    /// Its name.
    pub name: String,
    /// The address in words, or that it is kept private.
    pub address: String,
    /// Degrees north and east.
    pub point: Option<(f64, f64)>,
}

/// Where a family is.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchNear {
    /// 'WA8 7QF', 'Widnes'.
    pub label: String,
    /// Degrees north and east.
    pub point: (f64, f64),
    /// Distances from it are worth telling: from a town's middle they are not.
    pub tells_distance: bool,
    /// Codes of the areas it lies in.
    pub areas: Vec<String>,
}

/// A wide need.
#[derive(Clone, Debug)]
pub struct MatchNeed {
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Slug and name of each narrower need.
    pub narrow: Vec<(String, String)>,
}

/// An entry of a list that was handed over.
#[derive(Clone, Debug)]
pub enum Listed {
    /// Families see it.
    Shown(Box<MatchService>),
    /// It is hidden or gone: nothing more is told.
    Gone,
}

/// Every entry that families may be told of, by name.
pub async fn list_match_services(directory: &Directory) -> Result<Vec<MatchService>, Fault> {
    let services = directory.site().db().read(|tx| rows::list_services(tx, &Which::All)).await?;
    let today = directory.site().clock().today();
    Ok(services
        .into_iter()
        .filter(|service| service.status != Status::Defunct)
        .map(|service| match_service(directory, service, today))
        .collect())
}

/// These entries as they are today, in this order. One that was made one with another is told as that other.
pub async fn list_match_services_named(
    directory: &Directory,
    slugs: Vec<String>,
) -> Result<Vec<Listed>, Fault> {
    let found = directory
        .site()
        .db()
        .read(move |tx| {
            let mut found: Vec<Option<Service>> = Vec::with_capacity(slugs.len());
            for slug in &slugs {
                let slug = rows::find_replacement(tx, slug)?.map_or_else(|| slug.clone(), |by| by.by_slug);
                let is_hidden = rows::find_hidden(tx, &slug)?.is_some();
                let service = rows::list_services(tx, &Which::Slug(&slug))?.into_iter().next();
                found.push(service.filter(|_| !is_hidden));
            }
            Ok(found)
        })
        .await?;
    let today = directory.site().clock().today();
    let mut told: Vec<String> = Vec::new();
    Ok(found
        .into_iter()
        .filter_map(|service| match service {
            None => Some(Listed::Gone),
            Some(service) if told.contains(&service.slug) => None,
            Some(service) => {
                told.push(service.slug.clone());
                Some(Listed::Shown(Box::new(match_service(directory, service, today))))
            }
        })
        .collect())
}

/// How much of what was typed an entry must hold to answer it: one that holds the smaller part is about something else.
const COVERED_LEAST: f32 = 0.5;

/// How entries answer words.
#[derive(Clone, Debug, Default)]
pub struct RankedWords {
    /// How well, from 1 for the best of them down to 0: by slug, those that do not are left out.
    pub ranks: HashMap<String, f32>,
    /// The words that nothing here knows. They were left out, so that they do not hide what the others find.
    pub not_understood: Vec<String>,
}

/// How well entries answer words.
pub fn rank_words(directory: &Directory, words: &str) -> RankedWords {
    let words: String = words.trim().chars().take(400).collect();
    if words.is_empty() {
        return RankedWords::default();
    }
    let catalogue = directory.catalogue();
    let not_understood = catalogue.index.list_not_understood(&words);
    let words = match not_understood.is_empty() {
        true => words,
        false => {
            let mut understood = search::words(&words);
            understood.retain(|word| !not_understood.contains(word));
            understood.join(" ")
        }
    };
    RankedWords { ranks: ranks_of(&catalogue, words, directory.site().clock().today()), not_understood }
}

fn ranks_of(catalogue: &Catalogue, words: String, today: Date) -> HashMap<String, f32> {
    if words.is_empty() {
        return HashMap::new();
    }
    let query = Query {
        words,
        kinds: vec![Kind::Service],
        per_page: Query::PER_PAGE_MAX,
        page: 1,
        today: Some(today),
        ..Query::default()
    };
    let results = catalogue.index.search(&query);
    // What only sounds alike answers nothing: saying that it does would send a family the wrong way.
    if results.weak {
        return HashMap::new();
    }
    let best = results.hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    let documents = catalogue.index.documents();
    results
        .hits
        .iter()
        .filter(|hit| hit.covered >= COVERED_LEAST)
        .filter_map(|hit| {
            let document = documents.get(usize::try_from(hit.document).ok()?)?;
            Some((document.slug.clone(), (hit.score / best).clamp(0.0, 1.0)))
        })
        .collect()
}

/// Where a typed place is; a sentence that says what to type where it is not known.
pub async fn find_match_near(
    directory: &Directory,
    typed: &str,
) -> Result<Result<Option<MatchNear>, String>, Fault> {
    let typed: String = typed.chars().take(60).collect();
    Ok(match directory.catalogue().find_place(directory.site(), &typed).await? {
        Near::NotAsked => Ok(None),
        Near::NotKnown(sentence) => Err(sentence),
        Near::Found(place) => Ok(Some(MatchNear {
            label: place.label,
            point: (place.point.latitude, place.point.longitude),
            tells_distance: place.point.quality != PointQuality::Town,
            areas: place.areas,
        })),
    })
}

/// The needs that a practitioner chooses from, the wide ones with what is narrower.
pub fn list_match_needs(directory: &Directory) -> Vec<MatchNeed> {
    let catalogue = directory.catalogue();
    let narrow = |of: &str| {
        let within = catalogue.terms.iter().filter(|term| term.parent.as_deref() == Some(of));
        within.map(|term| (term.slug.clone(), term.name.clone())).collect()
    };
    let wide = catalogue.terms.iter().filter(|term| term.parent.is_none());
    wide.map(|term| MatchNeed {
        slug: term.slug.clone(),
        name: term.name.clone(),
        narrow: narrow(&term.slug),
    })
    .collect()
}

const NEXT_TOLD: usize = 3;

fn match_service(directory: &Directory, service: Service, today: Date) -> MatchService {
    let catalogue = directory.catalogue();
    // The index and this page must not say two things of where a service is given.
    let document = catalogue
        .number(Kind::Service, &service.slug)
        .and_then(|number| catalogue.index.documents().get(number));
    let areas = document.and_then(|document| document.areas.clone());
    let is_local = areas.is_some() && service.area.as_ref().is_some_and(|area| !area.is_outside());
    let freshness = Freshness::of(service.checked_on, today);
    let mut when: Vec<String> = service
        .schedules
        .iter()
        .filter(|schedule| schedule.ended(today).is_none())
        .map(|schedule| schedule.words_on(today))
        .collect();
    when.dedup();
    when.extend(no_sessions_now(&service.schedules, today));
    let next = directory.sessions().list_next(HeldBy::Service(&service.slug), NEXT_TOLD);
    MatchService {
        checked: freshness.words(),
        is_fresh: freshness.is_fresh(),
        topics: service.topics.into_iter().map(|term| (term.slug, term.name, term.parent)).collect(),
        ages: service.ages.map(|ages| match_ages(&ages)),
        phones: service
            .phones
            .into_iter()
            .map(|phone| (phone.number, phone.description, phone.hours))
            .collect(),
        places: service.locations.iter().map(match_place).collect(),
        area: service.area.map(|area| area.name),
        next: next.into_iter().map(|date| format!("{}, {}", date.when, date.place)).collect(),
        areas,
        is_local,
        when,
        slug: service.slug,
        name: service.name,
        summary: service.summary,
        organization: service.organization.1,
        who_for: service.who_for,
        audiences: service.audiences,
        access: service.access,
        way_in: service.way_in,
        how_to_get_in: service.how_to_get_in,
        cost: service.cost,
        thrive: service.thrive,
        severity: service.severity,
        send_needs: service.send_needs,
        email: service.email,
        website: service.website,
        languages: service.languages,
        interpretation: service.interpretation,
        waiting_time: service.waiting_time,
        status: service.status,
        alert: service.alert,
        sensitive: service.sensitive,
        loss: service.loss,
        baby: service.baby,
    }
}

fn match_ages(ages: &Ages) -> MatchAges {
    MatchAges {
        pregnancy: ages.pregnancy,
        from_months: ages.from_months.unwrap_or(0),
        until_months: ages.until_months,
        words: ages.words(),
    }
}

fn match_place(location: &Location) -> MatchPlace {
    let point = location.point.filter(|_| !location.sensitive);
    MatchPlace {
        name: if location.sensitive { "A private place".to_owned() } else { location.name.clone() },
        address: location.address_words(),
        point: point.map(|point| (point.latitude, point.longitude)),
    }
}
