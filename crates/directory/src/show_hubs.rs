//! The family hubs: what is there first, what a hub is afterwards.

use crate::{
    catalogue::Directory,
    model::{Freshness, Location, Schedule, Service},
    near::{Near, find_place},
    query_of::tells_distance,
    store::{self as rows, Which},
    vocabulary::{Feature, State as Known},
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::Fault;
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
    let locations = site.db().read(|tx| rows::list_locations(tx)).await?;
    let mut hubs: Vec<HubLine> = locations.into_iter().filter(|location| location.hub).map(line).collect();
    hubs.sort_by(|a, b| (&b.town, &a.name).cmp(&(&a.town, &b.name)));
    Ok(hubs)
}

fn line(hub: Location) -> HubLine {
    let address =
        hub.postal_code.as_ref().map_or_else(|| "Address: not given".to_owned(), |_| hub.address_words());
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

/// `GET /hubs`, and `?postcode=` for the nearest.
pub(crate) async fn list(State(directory): State<Directory>, params: Params) -> Reply {
    let site = directory.site();
    let typed: String = params.get("postcode").to_owned();
    let screened = site.screen(&typed);
    let card =
        site.card(screened.verdict()).map(|card| CardView { card, carry_on: String::new(), heading: 2 });
    let council = site.council();
    let mut hubs = lines(site).await?;
    let (place, error) = {
        let (council, typed) = (council.clone(), typed.chars().take(60).collect::<String>());
        match site.db().read(move |tx| find_place(tx, &council, &typed)).await? {
            Near::Found(place) => (Some(place), None),
            Near::NotKnown(sentence) => (None, Some(sentence)),
            Near::NotAsked => (None, None),
        }
    };
    let mut note = String::new();
    if let Some(place) = &place {
        let home = council
            .towns
            .iter()
            .find(|town| {
                place.areas.iter().any(|area| town.outward.contains(area)) || town.name == place.label
            })
            .map(|town| town.name.clone());
        let metres = |hub: &HubLine| {
            (hub.latitude != 0.0).then(|| {
                search::metres_between(
                    (place.point.latitude, place.point.longitude),
                    (hub.latitude, hub.longitude),
                )
            })
        };
        for hub in &mut hubs {
            hub.distance = match metres(hub) {
                Some(far) if tells_distance(Some(place)) => format!("{}, roughly", say::distance(far)),
                _ => "Distance: not given".to_owned(),
            };
        }
        let order = |hub: &HubLine| {
            (
                home.as_deref() != Some(hub.town.as_str()),
                metres(hub).map_or(u64::MAX, |far| far.round().max(0.0) as u64),
            )
        };
        hubs.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)));
        let town = home.map_or_else(String::new, |town| format!(" Hubs in {town} come first."));
        note = format!("Near {}.{town} You can go to any hub, whichever town you live in.", place.label);
    }
    let body = HubsView {
        hubs,
        typed,
        error,
        note,
        card,
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        area: council.area_name.clone(),
        map: council.map.clone(),
    };
    let page = Page::new("Family hubs")
        .describing(format!("Every family hub in {}: where it is and what it has.", council.area_name))
        .at("/hubs")
        .under(Nav::Hubs)
        .with_map();
    show(site, &page, &body)
}

#[derive(Template)]
#[template(path = "hub.html")]
struct HubView {
    hub: Location,
    services: Vec<Service>,
    features: Vec<(&'static str, Known, String)>,
    opening: Vec<Schedule>,
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
            opening: hub.schedules.clone(),
            freshness: Freshness::of(hub.checked_on, site.clock().today()),
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
