use crate::{
    cards::Facts,
    count_opens::Opens,
    missed::Missed,
    model::{Service, Term},
    near::{Near, find_place},
    sessions_held::{HeldDate, HeldSession, NoSessions, SessionsHeld},
    store::{self as rows, PostcodeRow, Which},
    vectors,
    vocabulary::{Feature, State, WayIn},
};
use arc_swap::ArcSwap;
use kernel::Fault;
use meaning::Encoder;
use search::{AgeBand, Document, Index, Kind, Site as Place, Slot, Tag, Town, TownKind};
use std::{collections::HashMap, sync::Arc};
use web::Site;

/// What other rooms add to the index: given the needs by slug, their documents.
pub type ExtraDocuments = Arc<dyn Fn(&dyn Fn(&str) -> Vec<(String, String)>) -> Vec<Document> + Send + Sync>;

/// The room as it runs: the site, and the catalogue that every node keeps in memory. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    site: Site,
    extra: ExtraDocuments,
    sessions: Arc<dyn SessionsHeld>,
    encoder: Option<Arc<Encoder>>,
    catalogue: ArcSwap<Catalogue>,
    opens: Opens,
    missed: Missed,
}

/// Everything that a search needs, of one moment. Replaced whole; whoever reads the old one finishes with it.
pub(crate) struct Catalogue {
    pub index: Index,
    /// What a result's card shows, by the number of its document.
    pub facts: Vec<Arc<Facts>>,
    numbers: HashMap<(Kind, String), usize>,
    /// Postcodes by code; `None` when there are too many to keep, and the database is asked.
    postcodes: Option<HashMap<String, PostcodeRow>>,
    pub terms: Vec<Term>,
    pub towns: Vec<Town>,
}

impl Directory {
    /// Reads the directory and builds its index, where no sessions are held.
    pub async fn open(site: &Site, extra: ExtraDocuments) -> Result<Directory, Fault> {
        Directory::open_with_sessions(site, extra, Arc::new(NoSessions)).await
    }

    /// The same with the sessions that another room keeps.
    pub async fn open_with_sessions(
        site: &Site,
        extra: ExtraDocuments,
        sessions: Arc<dyn SessionsHeld>,
    ) -> Result<Directory, Fault> {
        Directory::open_with_encoder(site, extra, sessions, None).await
    }

    /// The same where a council may have a full encoder: then it alone says what documents mean.
    pub async fn open_with_encoder(
        site: &Site,
        extra: ExtraDocuments,
        sessions: Arc<dyn SessionsHeld>,
        encoder: Option<Arc<Encoder>>,
    ) -> Result<Directory, Fault> {
        let catalogue = read(site, &extra, &*sessions, encoder.as_deref()).await?;
        let catalogue = ArcSwap::from_pointee(catalogue);
        let inner = Inner {
            site: site.clone(),
            extra,
            sessions,
            encoder,
            catalogue,
            opens: Opens::default(),
            missed: Missed::default(),
        };
        Ok(Directory(Arc::new(inner)))
    }

    /// Reads it again after an announcement, while people go on reading the old one.
    pub async fn renew(&self) -> Result<(), Fault> {
        let Inner { site, extra, sessions, encoder, .. } = &*self.0;
        let catalogue = read(site, extra, &**sessions, encoder.as_deref()).await?;
        self.0.catalogue.store(Arc::new(catalogue));
        Ok(())
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// The slug of every need.
    pub fn list_need_slugs(&self) -> Vec<String> {
        self.catalogue().terms.iter().map(|term| term.slug.clone()).collect()
    }

    /// How many entries of each kind can be found.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let catalogue = self.catalogue();
        let of =
            |kind: Kind| catalogue.index.documents().iter().filter(|document| document.kind == kind).count();
        Kind::ALL.iter().map(|kind| (kind.as_str(), of(*kind))).collect()
    }

    pub(crate) fn encoder(&self) -> Option<&Arc<Encoder>> {
        self.0.encoder.as_ref()
    }

    pub(crate) fn sessions(&self) -> &dyn SessionsHeld {
        &*self.0.sessions
    }

    pub(crate) fn opens(&self) -> &Opens {
        &self.0.opens
    }

    pub(crate) fn missed(&self) -> &Missed {
        &self.0.missed
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.0.catalogue.load_full()
    }
}

impl Catalogue {
    pub fn term(&self, slug: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.slug == slug)
    }

    /// Where a typed place is.
    pub async fn find_place(&self, site: &Site, typed: &str) -> Result<Near, Fault> {
        let council = site.council();
        if let Some(postcodes) = &self.postcodes {
            return find_place(&mut |code| Ok(postcodes.get(code).cloned()), &council, typed);
        }
        let typed = typed.to_owned();
        site.db()
            .read(move |tx| find_place(&mut |code| rows::find_postcode(tx, code), &council, &typed))
            .await
    }

    /// The number of a document.
    pub fn number(&self, kind: Kind, slug: &str) -> Option<usize> {
        self.numbers.get(&(kind, slug.to_owned())).copied()
    }
}

/// A council with its neighbours has some 30,000 postcodes: a few megabytes, and no wait for the database.
const POSTCODES_KEPT: i64 = 60_000;

async fn read(
    site: &Site,
    extra: &ExtraDocuments,
    sessions: &dyn SessionsHeld,
    encoder: Option<&Encoder>,
) -> Result<Catalogue, Fault> {
    let encoder = encoder.map(|encoder| encoder.name().to_owned());
    let (services, terms, hubs, postcodes, words, vectors) = site
        .db()
        .read(move |tx| {
            Ok((
                rows::list_services(tx, &Which::All)?,
                rows::list_terms(tx)?,
                rows::list_locations(tx)?,
                rows::list_postcodes(tx, POSTCODES_KEPT)?,
                rows::list_words(tx)?,
                encoder.as_deref().map(|encoder| rows::list_vectors(tx, encoder)).transpose()?,
            ))
        })
        .await?;
    let council = site.council();
    let of_topic = |slug: &str| topic_with_wider(&terms, slug);
    let mut documents: Vec<Document> = services
        .iter()
        .filter(|service| service.status != crate::vocabulary::Status::Defunct)
        .map(document)
        .collect();
    documents.extend(extra(&of_topic).into_iter().map(|document| Document {
        about_site: document.kind == Kind::Page && !document.tags.iter().any(|tag| tag.group == "topic"),
        ..document
    }));
    let of_slug: HashMap<&str, &Service> =
        services.iter().map(|service| (service.slug.as_str(), service)).collect();
    let sessions = sessions.list_sessions();
    let facts_of = |document: &Document| {
        let service = (document.kind == Kind::Service).then(|| of_slug.get(document.slug.as_str()));
        let next = next_dates(&sessions, document);
        Facts::of(document, service.flatten().copied(), next).map(Arc::new)
    };
    let mut facts = documents.iter().map(facts_of).collect::<Result<Vec<_>, Fault>>()?;
    for session in &sessions {
        let service = session.service.as_deref().and_then(|slug| of_slug.get(slug)).copied();
        let document = session_document(session, service, &of_topic);
        facts.push(Arc::new(Facts::of_session(&document, session)?));
        documents.push(document);
    }
    match vectors {
        Some(kept) => vectors::set_by_encoder(&mut documents, kept),
        None => vectors::set_by_table(&mut documents),
    }
    let mut towns: Vec<Town> = council.towns.iter().map(|home| town(home, &council.area_code)).collect();
    for hub in hubs.iter().filter(|location| location.hub) {
        if let Some(home) = council.towns.iter().find(|town| town.name == hub.town) {
            let point =
                hub.point.map_or((home.latitude, home.longitude), |point| (point.latitude, point.longitude));
            let name = hub.name.trim_end_matches(" Family Hub").to_owned();
            towns.push(Town {
                name,
                also: vec![hub.name.clone()],
                kind: TownKind::Hub,
                lat: point.0,
                lon: point.1,
                areas: vec![council.area_code.clone()],
            });
        }
    }
    let postcodes = postcodes.map(|rows| rows.into_iter().map(|row| (row.code.clone(), row)).collect());
    let numbers = documents
        .iter()
        .enumerate()
        .map(|(at, document)| ((document.kind, document.slug.clone()), at))
        .collect();
    Ok(Catalogue {
        index: Index::build(documents, &crate::words::synonyms(&words)),
        facts,
        numbers,
        postcodes,
        terms,
        towns,
    })
}

/// What serves the whole council serves each of its towns: the council's code is among a town's own.
fn town(town: &settings::Town, council_code: &str) -> Town {
    Town {
        name: town.name.clone(),
        also: Vec::new(),
        kind: TownKind::Town,
        lat: town.latitude,
        lon: town.longitude,
        areas: std::iter::once(council_code.to_owned()).chain(town.outward.iter().cloned()).collect(),
    }
}

/// Slug and name of a need and of its wider one.
fn topic_with_wider(terms: &[Term], slug: &str) -> Vec<(String, String)> {
    let find = |slug: &str| terms.iter().find(|term| term.slug == slug);
    let term = find(slug);
    let wider = term.and_then(|term| term.parent.as_deref()).and_then(find);
    term.into_iter().chain(wider).map(|term| (term.slug.clone(), term.name.clone())).collect()
}

/// Codes of the areas it serves; none when it may serve anyone. A neighbour's entry is for the neighbour's families: who
/// says where they are finds it only beside its own places, and else where the area is left out of what is asked.
fn areas_of(service: &Service) -> Option<Vec<String>> {
    let area = service.area.as_ref()?;
    if area.is_outside() {
        let places = service.locations.iter().filter(|location| !location.sensitive);
        let outward = |code: &String| code.split(' ').next().map(str::to_owned);
        return Some(places.filter_map(|place| place.postal_code.as_ref().and_then(outward)).collect());
    }
    Some(vec![area.code.clone()]).filter(|_| !area.code.is_empty())
}

/// So many of the next dates are kept for the card of an entry: enough for a day on which some are over.
const NEXT_KEPT: usize = 6;

/// The next dates of an entry's own sessions, each with its place.
fn next_dates(sessions: &[HeldSession], document: &Document) -> Vec<HeldDate> {
    if document.kind != Kind::Service {
        return Vec::new();
    }
    let own = sessions.iter().filter(|session| session.service.as_deref() == Some(&document.slug));
    let mut dates: Vec<HeldDate> = own
        .flat_map(|session| {
            let worded = |date: &HeldDate| format!("{}, {}", date.words, session.place);
            session.dates.iter().map(move |date| HeldDate { words: worded(date), ..date.clone() })
        })
        .collect();
    dates.sort_by_key(|date| (date.day, date.until));
    dates.truncate(NEXT_KEPT);
    dates
}

/// A session as the index knows it. What is about a live baby is hidden from a person who speaks of losing one, so a
/// session for little ones is taken to be about one unless its entry is for grief.
fn session_document(
    session: &HeldSession,
    service: Option<&Service>,
    of_topic: &dyn Fn(&str) -> Vec<(String, String)>,
) -> Document {
    let mut document = session.document.clone();
    let of_service: Vec<String> =
        service.iter().flat_map(|service| &service.topics).map(|term| term.slug.clone()).collect();
    let own = if session.topics.is_empty() { &of_service } else { &session.topics };
    let mut terms: Vec<(String, String)> = own.iter().flat_map(|slug| of_topic(slug)).collect();
    terms.sort();
    terms.dedup();
    for (slug, name) in terms {
        document.tags.push(Tag::new("topic", &slug));
        document.terms.push(name);
    }
    document.tags.sort();
    document.tags.dedup();
    document.loss = service.is_some_and(|service| service.loss);
    document.baby |= service.is_some_and(|service| service.baby);
    document.baby &= !document.loss;
    document
}

/// A service as the index knows it. A sensitive place gives its town and nothing else.
fn document(service: &Service) -> Document {
    let mut document = Document::new(Kind::Service, &service.slug, &service.name);
    document.url = format!("/services/{}", service.slug);
    document.summary = service.summary.clone();
    document.organization = service.organization.1.clone();
    document.aliases = service.aliases.clone();
    document.terms = service.topics.iter().map(|term| term.name.clone()).collect();
    let offered =
        service.offers.iter().flat_map(|(title, items)| std::iter::once(title.clone()).chain(items.clone()));
    let words: Vec<String> =
        [Some(service.description.clone()), service.who_for.clone(), service.how_to_get_in.clone()]
            .into_iter()
            .flatten()
            .chain(offered)
            .collect();
    document.text = words.join("\n");
    document.tags = tags(service);
    document.ages = service.ages.map(|ages| AgeBand {
        pregnancy: ages.pregnancy,
        from_months: ages.from_months.unwrap_or(0),
        until_months: ages.until_months,
    });
    let site = |location: &crate::model::Location| {
        let point = location.point?;
        let approximate = point.quality != crate::vocabulary::PointQuality::Exact;
        Some(Place {
            lat: point.latitude,
            lon: point.longitude,
            approximate,
            label: location.name.clone(),
            town: location.town.clone(),
        })
    };
    document.sites =
        service.locations.iter().filter(|location| !location.sensitive).filter_map(site).collect();
    document.areas = areas_of(service);
    document.slots = service
        .schedules
        .iter()
        .filter(|schedule| schedule.days != 0)
        .filter_map(|schedule| {
            schedule.minutes.map(|(from, until)| Slot {
                days: schedule.days,
                from,
                until,
                lasting: schedule.valid,
                next: None,
                // It answers on the days between which it runs, so its last day is what there is to tell.
                label: schedule.words_on(schedule.valid.0.unwrap_or(kernel::Date::MAX)),
            })
        })
        .collect();
    document.checked_on = service.checked_on;
    document.baby = service.baby;
    document.loss = service.loss;
    document
}

fn tags(service: &Service) -> Vec<Tag> {
    let mut tags: Vec<Tag> = service.topics.iter().map(|term| Tag::new("topic", &term.slug)).collect();
    tags.extend(service.way_in.iter().map(|way| Tag::new("way_in", way.as_str())));
    if service.way_in.iter().any(|way| matches!(way, WayIn::Open))
        && !service.way_in.contains(&WayIn::OwnReferral)
    {
        tags.push(Tag::new("way_in", WayIn::OwnReferral.as_str()));
    }
    tags.extend(service.access.iter().map(|access| Tag::new("access", access.as_str())));
    tags.extend(service.audiences.iter().map(|audience| Tag::new("audience", audience.as_str())));
    tags.extend(service.send_needs.iter().map(|need| Tag::new("send", need.as_str())));
    tags.push(Tag::new("cost", service.cost.as_str()));
    for feature in Feature::ALL {
        let states: Vec<State> = service.locations.iter().map(|location| location.state(*feature)).collect();
        if states.contains(&State::Yes) {
            tags.push(Tag::new("accessibility", feature.as_str()));
        }
    }
    let towns =
        service.locations.iter().map(|location| location.town.as_str()).filter(|town| !town.is_empty());
    tags.extend(towns.map(|town| Tag::new("town", town)));
    tags.sort();
    tags.dedup();
    tags
}
