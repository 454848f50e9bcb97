//! A council with its feed, a reader without a browser, and entries that are there to trip the feed.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, header},
};
use feed::{Feed, FeedConfig};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Instant};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Db, testing::databases};
use tower::ServiceExt;
use web::{Site, Who};

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    feed::MIGRATIONS,
];

pub const NOW: &str = "2026-11-22T09:00:00Z";
pub const BASE: &str = "/oruk/v3";

pub struct Home {
    pub site: Site,
    pub feed: Feed,
    pub clock: Clock,
    pub db: Db,
    pub router: Router,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// An error that names its parameter.
    pub fn wrong(&self) -> String {
        self.json()["error"]["parameter"].as_str().unwrap_or_default().to_owned()
    }
}

/// Runs a test over the demonstration council and the decoys, on both databases.
pub async fn everywhere(test: impl AsyncFn(Home)) {
    for database in databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        demo::make(&database.db, &Clock::standing_at(NOW)).await.unwrap();
        test(
            home(database.db.clone(), FeedConfig { requests_at_once: 1_000_000, ..FeedConfig::default() })
                .await,
        )
        .await;
    }
}

/// The same over a council with the decoys alone.
pub async fn over_decoys(config: FeedConfig, test: impl AsyncFn(Home)) {
    for database in databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(home(database.db.clone(), config.clone()).await).await;
    }
}

pub fn generous() -> FeedConfig {
    FeedConfig { requests_at_once: 1_000_000, ..FeedConfig::default() }
}

async fn home(db: Db, config: FeedConfig) -> Home {
    let clock = Clock::standing_at(NOW);
    let now = clock.now();
    db.write(move |tx| {
        let mut council = settings::find_council(tx)?.unwrap_or_else(|| settings::Council {
            area_name: "Halton".to_owned(),
            area_code: "E06000006".to_owned(),
            ..settings::Council::unnamed()
        });
        council.public_url = "https://hub.example.org".to_owned();
        settings::set_council(tx, &council, now)
    })
    .await
    .unwrap();
    let site = Site::open(db.clone(), clock.clone(), Dice::loaded(7)).await.unwrap();
    add_decoys(&site).await;
    let feed = Feed::open(&site, config).await.unwrap();
    feed.renew().await.unwrap();
    let doors = feed::routes(&feed).and(feed::admin_door(&feed)).into_router();
    let router = feed::open_to_all(&feed, web::shell(&site, doors));
    Home { site, feed, clock, db, router }
}

/// Names that decoys have, so that they are told from the council's own.
pub const CENTRE: (f64, f64) = (53.5, -2.5);

pub fn service(slug: &str, more: Value) -> directory::ServiceDraft {
    let mut draft = json!({
        "slug": slug, "name": format!("Decoy {slug}"), "organization": "decoy-charity",
        "summary": format!("Decoyword {}", slug.replace('-', "")), "description": "It is here to trip the feed.",
        "topics": ["decoy-narrow"], "way_in": ["self"], "cost": "free", "source": "The test", "checked_on": "2026-11-01",
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

pub fn place(slug: &str, more: Value) -> directory::LocationDraft {
    let mut draft = json!({
        "slug": slug, "name": format!("Decoy place {slug}"), "kind": "physical", "town": "Widnes", "source": "The test",
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

/// Metres north of the decoys' postcode.
pub fn north_of_centre(metres: f64) -> Value {
    json!([CENTRE.0 + metres / 111_195.08, CENTRE.1])
}

pub fn decoys() -> Vec<directory::ServiceDraft> {
    let weekly = |day: &str, from: &str, until: &str| json!({"byday": [day], "opens": from, "closes": until});
    vec![
        service(
            "two-times",
            json!({"schedules": [weekly("MO", "09:00", "11:00"), weekly("TU", "18:00", "20:00")]}),
        ),
        service("monday-evening", json!({"schedules": [weekly("MO", "18:00", "20:00")]})),
        service("past-midnight", json!({"schedules": [weekly("FR", "22:00", "02:00")]})),
        service("no-ages", json!({})),
        service("babies", json!({"age": {"from_months": 0, "until_months": 12}})),
        service("toddlers", json!({"age": {"from_months": 18, "until_months": 60}})),
        service("grown", json!({"age": {"from_months": 216}})),
        service("expecting", json!({"age": {"pregnancy": true, "from_months": 0, "until_months": 0}})),
        service(
            "refuge",
            json!({"locations": ["secret-house", "decoy-hall"], "sensitive": true,
            "severity": ["crisis"], "thrive": ["getting_risk_support"], "baby": true, "loss": true,
            "doubt": "Doubtword whether this is so", "assured": [{"field": "phone", "on": "2026-10-01", "by": "Checkerword Person", "how": "phoned"}],
            "schedules": [{"byday": ["WE"], "opens": "10:00", "closes": "11:00", "at": "secret-house"}]}),
        ),
        service("hidden", json!({"name": "Hiddenword club"})),
        service("gone", json!({"name": "Defunctword club", "status": "defunct"})),
        service("names", json!({"name": "Mum’s & Dad's Café – drop-in/stay"})),
        service(
            "two-sites",
            json!({"locations": ["near-hall", "decoy-hall", "far-hall"],
            "schedules": [{"byday": ["TH"], "opens": "13:00", "closes": "14:00", "at": "near-hall"}]}),
        ),
        service(
            "rich",
            json!({
                "age": {"from_months": 24, "until_months": 132}, "audiences": ["dads", "families_with_send"], "access": ["hub", "phone"],
                "send_needs": ["ASD"], "aliases": ["Rich club", "Richies"], "who_for": "Families", "eligibility": "Anyone in Halton",
                "how_to_get_in": "Ring us", "what_happens": ["We ring back", "You come"], "offers": [{"title": "At home", "items": ["Play"]}],
                "cost": "some_free", "cost_note": "Free on benefits", "cost_options": [{"option": "One session", "amount": 2.5, "amount_description": "a child"}],
                "phones": [{"number": "0151 496 0001", "description": "Bookings", "hours": "9am to 5pm"}], "email": "rich@example.org",
                "website": "https://example.org/rich", "locations": ["near-hall"], "area": "halton", "languages": ["en", "pl", "bfi"],
                "interpretation": "Ask two days before", "funding": ["The council"], "alert": "Closed on bank holidays",
                "waiting_time": "Two weeks", "waiting_time_on": "2026-11-01", "source_url": "https://example.org/source",
                "schedules": [{"freq": "monthly", "byday": ["TU"], "nth": 1, "opens": "18:00", "closes": "24:00", "term": "term_time", "attending": "book", "at": "near-hall", "valid_from": "2026-09-01"}],
            }),
        ),
    ]
}

async fn add_decoys(site: &Site) {
    let inner = site.clone();
    site.db()
        .write(move |tx| {
            let now = inner.clock().now();
            let council = inner.council();
            let need = json!({"slug": "decoy-wide", "name": "Decoy wide", "children": [{"slug": "decoy-narrow", "name": "Decoy narrow", "line": "A narrow need"}]});
            directory::publish_taxonomy(tx, &[serde_json::from_value(need)?], now)?;
            for (slug, name) in [("decoy-charity", "Decoy charity"), ("decoy-idle", "Decoy without services")] {
                let draft = json!({"slug": slug, "name": name, "description": "For tests", "kind": "charity", "phone": "0151 496 0000",
                    "identifiers": [{"scheme": "GB-CHC", "kind": "Charity Commission", "identifier": "9999999"}]});
                directory::publish_organization(tx, &serde_json::from_value(draft)?, now)?;
            }
            directory::publish_sectors(tx, &[serde_json::from_value(json!({
                "sector": "ZE9 9", "latitude": CENTRE.0, "longitude": CENTRE.1
            }))?])?;
            let whole = json!({"address_1": "1 Demonstration Street", "postal_code": "ZE9 9AA"});
            let with_point = |metres: f64, mut more: Value| {
                more["point"] = north_of_centre(metres);
                more
            };
            for draft in [
                place("near-hall", with_point(400.0, json!({"address_1": "1 Demonstration Street", "postal_code": "ZE9 9AA", "hub": true,
                    "accessibility": [{"feature": "step_free", "state": "yes"}, {"feature": "parking", "state": "no"}, {"feature": "bsl", "state": "unknown"}]}))),
                place("decoy-hall", with_point(999.0, json!({}))),
                place("far-hall", with_point(1_002.0, json!({"postal_code": "ZE9 9AB"}))),
                place("secret-house", json!({"sensitive": true, "name": "Secretword House", "address_1": "2 Secretword Lane", "postal_code": whole["postal_code"]})),
            ] {
                directory::publish_location(tx, &draft, &council, now)?;
            }
            directory::publish_services(tx, &decoys(), &council, now)?;
            let hidden = directory::entry_id("hidden");
            let may = access::May::by_machine("test", access::On::one("service", hidden));
            directory::upkeep::hide(tx, &may, hidden, directory::upkeep::HideReason::ByHand, now)?;
            Ok(())
        })
        .await
        .unwrap();
}

impl Home {
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        Answer { status, headers, body }
    }

    /// Whatever comes.
    pub async fn ask(&self, path: &str) -> Answer {
        self.send(Request::get(format!("{BASE}{path}")).body(Body::empty()).unwrap()).await
    }

    /// What must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.ask(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub async fn with(&self, method: Method, path: &str) -> Answer {
        self.send(Request::builder().method(method).uri(format!("{BASE}{path}")).body(Body::empty()).unwrap())
            .await
    }

    /// A page somebody opens.
    pub async fn page(&self, who: Who, path: &str) -> Answer {
        let mut request =
            Request::get(path).header(header::HOST, "hub.example.org").body(Body::empty()).unwrap();
        request.extensions_mut().insert(who);
        self.send(request).await
    }

    /// The ids of everything that a list finds, page by page.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let mut ids = Vec::new();
        let with = if path.contains('?') { '&' } else { '?' };
        for page in 1.. {
            let list = self.get(&format!("{path}{with}per_page=500&page={page}")).await;
            ids.extend(
                list["contents"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()),
            );
            if list["last_page"] == true || list["empty"] == true {
                assert_eq!(list["total_items"].as_u64().unwrap() as usize, ids.len(), "{path}");
                return ids;
            }
        }
        unreachable!()
    }

    /// Slugs of the services that a list finds.
    pub async fn slugs(&self, query: &str) -> BTreeSet<String> {
        let list = self.get(&format!("/services?per_page=500&{query}")).await;
        assert!(list["total_pages"].as_u64().unwrap() <= 1, "{query} finds more than a page");
        list["contents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["slug"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Every service whole, by its id, walked record by record.
    pub async fn walk(&self) -> BTreeMap<String, Value> {
        let text = self.ask("/services?format=ndjson").await.text();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|it| (it["id"].as_str().unwrap().to_owned(), it)).collect()
    }

    /// Changes the directory, and lets the feed hear of it.
    pub async fn change(
        &self,
        change: impl Fn(&mut store::Tx<'_>, &settings::Council, Instant) -> Result<(), kernel::Fault>
        + Send
        + 'static,
    ) {
        let site = self.site.clone();
        self.db.write(move |tx| change(tx, &site.council(), site.clock().now())).await.unwrap();
        self.feed.renew().await.unwrap();
    }

    /// One decoy as `/{id}` shows it.
    pub async fn decoy(&self, slug: &str) -> Value {
        self.get(&format!("/services/{}", directory::entry_id(slug))).await
    }
}

pub fn set(slugs: &[&str]) -> BTreeSet<String> {
    slugs.iter().map(|slug| (*slug).to_owned()).collect()
}

/// Every place in a document, with what stands there.
pub fn walk_json(value: &Value, at: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(at, value);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| walk_json(value, &format!("{at}/{key}"), see))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(key, value)| walk_json(value, &format!("{at}/{key}"), see))
        }
        _ => {}
    }
}
