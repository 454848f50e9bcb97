//! The family hubs: what is there first, what a hub is afterwards.

use crate::{
    catalogue::Directory,
    model::{Freshness, Location, Service},
    near::{Near, Place},
    query_of::tells_distance,
    sessions_held::{HeldBy, HeldNext, NEXT_SHOWN},
    store::{self as rows, Which},
    vocabulary::{Feature, State as Known},
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::Fault;
use settings::{Council, Town};
use web::{Asked, CardView, Nav, Page, Params, Reply, Site, cached, say, show};

/// A hub in a list.
pub(crate) struct HubLine {
    pub slug: String,
    pub name: String,
    pub short_name: String,
    pub town: String,
    pub address: String,
    pub distance: String,
    latitude: f64,
    longitude: f64,
}

/// Every hub, by town and name.
pub(crate) async fn lines(site: &Site) -> Result<Vec<HubLine>, Fault> {
    let locations = site.db().read(rows::list_locations).await?;
    let mut hubs: Vec<HubLine> = locations.into_iter().filter(|location| location.hub).map(line).collect();
    hubs.sort_by(|a, b| (&b.town, &a.name).cmp(&(&a.town, &b.name)));
    Ok(hubs)
}

fn line(hub: Location) -> HubLine {
    let address = hub.postal_code.as_ref().map_or_else(
        || "Address: not given".to_owned(),
        |code| {
            [hub.address_1.as_deref(), Some(code.as_str())]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        },
    );
    let (latitude, longitude) = hub.point.map_or((0.0, 0.0), |point| (point.latitude, point.longitude));
    HubLine {
        short_name: hub.name.trim_end_matches(" Family Hub").to_owned(),
        slug: hub.slug,
        name: hub.name,
        town: hub.town,
        address,
        distance: String::new(),
        latitude,
        longitude,
    }
}

#[derive(Template)]
#[template(path = "hubs.html")]
struct HubsView {
    hubs: Vec<HubLine>,
    typed: String,
    error: Option<String>,
    note: String,
    card: Option<CardView>,
    phone: String,
    dialled: String,
    area: String,
    map: Option<settings::MapTiles>,
}

/// `GET /hubs`, and `?postcode=` for the nearest. Without a place it is the same for everybody.
pub(crate) async fn list(State(directory): State<Directory>, asked: Asked, params: Params) -> Reply {
    let site = directory.site();
    let typed = params.get("postcode");
    let page = Page::new("Family hubs")
        .describing(format!("Every family hub in {}: where it is and what it has.", site.council().area_name))
        .at("/hubs")
        .under(Nav::Hubs)
        .with_map();
    if typed.is_empty() {
        return cached(site, asked, async { Ok(Some((page, HubsView::new(&directory, "").await?))) }).await;
    }
    let screened = site.screen(&params.typed(&["postcode"]));
    let card = site.card(screened.verdict());
    let mut body = HubsView::new(&directory, typed).await?;
    body.card = card.map(CardView::above);
    show(site, &page, &body)
}

impl HubsView {
    async fn new(directory: &Directory, typed: &str) -> Result<HubsView, Fault> {
        let site = directory.site();
        let council = site.council();
        let mut view = HubsView {
            hubs: lines(site).await?,
            typed: typed.to_owned(),
            error: None,
            note: String::new(),
            card: None,
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
            area: council.area_name.clone(),
            map: council.map.clone(),
        };
        let typed: String = typed.chars().take(60).collect();
        match directory.catalogue().find_place(site, &typed).await? {
            Near::Found(place) => view.put_nearest_first(&council, &place),
            Near::NotKnown(sentence) => view.error = Some(sentence),
            Near::NotAsked => {}
        }
        Ok(view)
    }

    /// The hubs of the place's own town first, then by distance where that is known.
    fn put_nearest_first(&mut self, council: &Council, place: &Place) {
        let is_home = |town: &Town| {
            place.areas.iter().any(|area| town.outward.contains(area)) || town.name == place.label
        };
        let home = council.towns.iter().find(|town| is_home(town)).map(|town| town.name.as_str());
        let here = (place.point.latitude, place.point.longitude);
        let metres = |hub: &HubLine| {
            let known = hub.latitude != 0.0;
            known.then(|| search::metres_between(here, (hub.latitude, hub.longitude)))
        };
        for hub in &mut self.hubs {
            hub.distance = match metres(hub) {
                Some(far) if tells_distance(Some(place)) => format!("{}, roughly", say::distance(far)),
                _ => "Distance: not given".to_owned(),
            };
        }
        let far = |hub: &HubLine| metres(hub).unwrap_or(f64::INFINITY);
        let away = |hub: &HubLine| home != Some(hub.town.as_str());
        self.hubs.sort_by(|a, b| {
            away(a).cmp(&away(b)).then(far(a).total_cmp(&far(b))).then_with(|| a.name.cmp(&b.name))
        });
        let first = home.map_or_else(String::new, |town| format!(" Hubs in {town} come first."));
        self.note =
            format!("Near {}.{first} You can go to any hub, whichever town you live in.", place.label);
    }
}

#[derive(Template)]
#[template(path = "hub.html")]
struct HubView {
    hub: Location,
    services: Vec<Service>,
    next: Vec<HeldNext>,
    features: Vec<(&'static str, Known, String)>,
    opening: Vec<String>,
    freshness: Freshness,
    phone: String,
    dialled: String,
    qr: String,
    link: String,
}

/// `GET /hubs/{slug}`.
pub(crate) async fn get(State(directory): State<Directory>, asked: Asked, Path(slug): Path<String>) -> Reply {
    let site = directory.site();
    cached(site, asked, async {
        let found = site
            .db()
            .read(move |tx| {
                let hub = rows::list_locations(tx)?
                    .into_iter()
                    .find(|location| location.hub && location.slug == slug);
                hub.map(|hub| Ok((rows::list_services(tx, &Which::Location(hub.id))?, hub))).transpose()
            })
            .await?;
        let Some((services, hub)) = found else {
            return Ok(None);
        };
        let council = site.council();
        let today = site.clock().today();
        let path = format!("/hubs/{}", hub.slug);
        let link = site.absolute(&path);
        let features = Feature::ALL
            .iter()
            .map(|feature| {
                (
                    feature.words(),
                    hub.state(*feature),
                    hub.accessibility
                        .iter()
                        .find(|known| known.feature == *feature)
                        .map(|known| known.details.clone())
                        .unwrap_or_default(),
                )
            })
            .collect();
        let about = about(site, &hub);
        let page = Page::new(hub.name.clone())
            .describing(format!("{} in {}: what is there and how to reach it.", hub.name, hub.town))
            .at(path)
            .under(Nav::Hubs)
            .about(&about);
        let body = HubView {
            features,
            services,
            next: directory.sessions().list_next(HeldBy::Place(&hub.slug), NEXT_SHOWN),
            opening: hub
                .schedules
                .iter()
                .filter(|schedule| schedule.ended(today).is_none())
                .map(|schedule| schedule.words_on(today))
                .collect(),
            freshness: Freshness::of(hub.checked_on, today),
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
            qr: crate::show_service::qr_svg(&link),
            link,
            hub,
        };
        Ok(Some((page, body)))
    })
    .await
}

fn about(site: &Site, hub: &Location) -> serde_json::Value {
    let mut about = serde_json::json!({"@context": "https://schema.org", "@type": "CivicStructure", "name": hub.name, "url": site.absolute(&format!("/hubs/{}", hub.slug))});
    let mut address =
        serde_json::json!({"@type": "PostalAddress", "addressLocality": hub.town, "addressCountry": "GB"});
    if let Some(street) = &hub.address_1 {
        address["streetAddress"] = street.as_str().into();
    }
    if let Some(code) = &hub.postal_code {
        address["postalCode"] = code.as_str().into();
    }
    about["address"] = address;
    about
}
