use crate::{
    cards::Facts,
    count_opens::Opens,
    missed::Missed,
    model::{Service, Term},
    near::{Near, find_place},
    store::{self as rows, PostcodeRow, Which},
    vocabulary::{Feature, State, WayIn},
};
use arc_swap::ArcSwap;
use kernel::Fault;
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
    /// Reads the directory and builds its index.
    pub async fn open(site: &Site, extra: ExtraDocuments) -> Result<Directory, Fault> {
        let catalogue = read(site, &extra).await?;
        let catalogue = ArcSwap::from_pointee(catalogue);
        let inner = Inner {
            site: site.clone(),
            extra,
            catalogue,
            opens: Opens::default(),
            missed: Missed::default(),
        };
        Ok(Directory(Arc::new(inner)))
    }

    /// Reads it again after an announcement, while people go on reading the old one.
    pub async fn renew(&self) -> Result<(), Fault> {
        let catalogue = read(&self.0.site, &self.0.extra).await?;
        self.0.catalogue.store(Arc::new(catalogue));
        Ok(())
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// How many entries of each kind can be found.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let catalogue = self.catalogue();
        let of =
            |kind: Kind| catalogue.index.documents().iter().filter(|document| document.kind == kind).count();
        Kind::ALL.iter().map(|kind| (kind.as_str(), of(*kind))).collect()
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

async fn read(site: &Site, extra: &ExtraDocuments) -> Result<Catalogue, Fault> {
    let (services, terms, hubs, postcodes, words) = site
        .db()
        .read(|tx| {
            Ok((
                rows::list_services(tx, &Which::All)?,
                rows::list_terms(tx)?,
                rows::list_locations(tx)?,
                rows::list_postcodes(tx, POSTCODES_KEPT)?,
                rows::list_words(tx)?,
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
    let facts_of = |document: &Document| {
        let service = (document.kind == Kind::Service).then(|| of_slug.get(document.slug.as_str()));
        Facts::of(document, service.flatten().copied()).map(Arc::new)
    };
    let facts = documents.iter().map(facts_of).collect::<Result<Vec<_>, Fault>>()?;
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
