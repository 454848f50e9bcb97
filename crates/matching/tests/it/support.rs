//! A town with five services about feeding, a few for when it is not safe, and those who look for them.

use access::{Actor, May, On, PersonId, RestoreEntry, Role, Roles, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use directory::Directory;
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id, Instant};
use serde_json::json;
use settings::{Council, Town};
use std::sync::Arc;
use store::{Db, testing};
use tower::ServiceExt;
use web::{Site, Who};

pub const NOW: &str = "2026-11-23T09:00:00Z";

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    notify::MIGRATIONS,
    matching::MIGRATIONS,
];

pub struct Clinic {
    pub db: Db,
    pub clock: Clock,
    pub directory: Directory,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
}

pub async fn both(test: impl AsyncFn(Clinic)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(Clinic::of(database.db.clone()).await).await;
    }
}

fn service(slug: &str, more: serde_json::Value) -> directory::ServiceDraft {
    let mut draft = json!({
        "slug": slug, "name": slug.replace('-', " "), "organization": "example-charity",
        "summary": "A service for this test.", "description": "It helps.", "topics": ["breastfeeding"], "way_in": ["self"],
        "access": ["network"], "cost": "free", "status": "active", "source": "this test", "checked_on": "2026-10-10",
        "phones": [{"number": "0151 496 0111", "description": "", "hours": "9 to 5"}]
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

impl Clinic {
    async fn of(db: Db) -> Clinic {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        let council = Council {
            area_name: "Testshire".to_owned(),
            area_code: "E99000001".to_owned(),
            public_url: "https://hub.example.org".to_owned(),
            phone: "0151 496 0000".to_owned(),
            towns: vec![Town {
                name: "Northtown".to_owned(),
                outward: vec!["WA8".to_owned()],
                latitude: 53.36,
                longitude: -2.73,
            }],
            ..Council::unnamed()
        };
        let known = council.clone();
        db.write(move |tx| {
            settings::set_council(tx, &known, now)?;
            let terms = json!([
                {"slug": "feeding", "name": "Feeding", "children": [{"slug": "breastfeeding", "name": "Breastfeeding"}]},
                {"slug": "not-safe-at-home", "name": "Not safe at home", "children": [{"slug": "domestic-abuse", "name": "Domestic abuse"}]},
                {"slug": "feeling-low", "name": "Feeling low", "children": [{"slug": "parent-mental-health", "name": "A parent’s mental health"}]},
            ]);
            let terms: Vec<directory::TermDraft> = serde_json::from_value(terms)?;
            directory::publish_taxonomy(tx, &terms, now)?;
            let organization = json!({"slug": "example-charity", "name": "Example charity", "description": "Made for a test.", "kind": "charity", "source": "The test"});
            directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
            for place in [
                json!({"slug": "example-hall", "name": "Example Hall", "kind": "physical", "town": "Northtown", "address_1": "1 Example Street", "point": [53.377, -2.73], "source": "The test"}),
                json!({"slug": "north-school", "name": "North School", "kind": "physical", "town": "Northtown", "source": "The test"}),
                json!({"slug": "south-school", "name": "South School", "kind": "physical", "town": "Northtown", "source": "The test"}),
                json!({"slug": "secret-house", "name": "Secret House", "kind": "physical", "town": "Northtown", "address_1": "7 Hidden Lane", "postal_code": "WA8 7QF", "sensitive": true, "source": "The test"}),
            ] {
                directory::publish_location(tx, &serde_json::from_value(place)?, &known, now)?;
            }
            directory::publish_sectors(tx, &[directory::SectorDraft { sector: "WA8 7".to_owned(), latitude: 53.36, longitude: -2.73 }])?;
            let services = [
                service("feeding-team", json!({
                    "locations": ["example-hall"], "age": {"from_months": 0, "until_months": 24}, "audiences": ["dads"],
                    "area": "Testshire", "thrive": ["getting_help"], "languages": ["pl"],
                })),
                service("specialist-clinic", json!({
                    "way_in": ["professional"], "how_to_get_in": "Your health visitor or GP refers you.",
                    "waiting_time": "about 20 weeks", "waiting_time_on": "2026-10-01",
                })),
                service("school-lunches", json!({"age": {"from_months": 60}, "locations": ["north-school", "south-school"]})),
                service("neighbours-group", json!({"area": "outside:Otherham"})),
                service("phone-line", json!({"access": ["phone"], "way_in": ["open"]})),
                service("refuge", json!({
                    "topics": ["domestic-abuse"], "locations": ["secret-house"], "sensitive": true, "way_in": ["self"],
                })),
                service("line-for-men", json!({
                    "topics": ["domestic-abuse"], "audiences": ["dads"], "aliases": ["husband hits me"], "sensitive": true,
                })),
                service("crisis-line", json!({"topics": ["parent-mental-health"], "thrive": ["getting_risk_support"]})),
            ];
            directory::publish_services(tx, &services, &known, now)?;
            Ok(())
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await.unwrap();
        Clinic { db, clock, directory }
    }

    pub fn as_somebody(&self, name: &str, role: Option<Role>) -> Browser {
        let doors = matching::routes(&self.directory).and(matching::staff_door(&self.directory));
        let router = doors.into_router();
        let router = match role {
            Some(role) => {
                let person: PersonId = Id::named("test", name);
                let roles = Roles::default().and(role);
                let actor = Actor::Person(Signed { person, roles, organizations: Vec::new() });
                router.layer(Extension(Who { actor }))
            }
            None => router,
        };
        Browser { router: web::shell(self.directory.site(), router) }
    }

    pub fn practitioner(&self) -> Browser {
        self.as_somebody("practitioner", Some(Role::Practitioner))
    }

    pub fn family(&self) -> Browser {
        self.as_somebody("", None)
    }

    /// A family somewhere, where what comes from one place is counted as in the whole house.
    pub async fn family_counted(&self) -> Browser {
        let accounts = accounts::Accounts::open(self.directory.site(), accounts::AccountsConfig::default())
            .await
            .unwrap();
        let router = self.family().router.layer(Extension(accounts::CountSenders(accounts)));
        Browser { router: router.layer(Extension(accounts::ClientAddress([203, 0, 113, 7].into()))) }
    }

    pub fn go_to(&self, at: &str) {
        self.clock.set(at.parse::<Instant>().unwrap());
    }

    /// An editor hides an entry.
    pub async fn hide(&self, slug: &str) {
        let (slug, now) = (slug.to_owned(), self.clock.now());
        self.db
            .write(move |tx| {
                let id = directory::entry_id(&slug);
                let may = May::<RestoreEntry>::by_operator(On::one("service", id));
                directory::upkeep::hide(tx, &may, id, directory::upkeep::HideReason::ByHand, now)
            })
            .await
            .unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let (many,): (i64,) = self.db.read(move |tx| tx.one(sql, store::args![])).await.unwrap();
        many
    }
}

pub struct Browser {
    router: Router,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// As a program asks that only looks whether something is there, or fetches it ahead.
    pub async fn peek(&self, path: &str) {
        self.ask(Request::head(path).body(Body::empty()).unwrap()).await;
        let ahead = Request::get(path).header("sec-purpose", "prefetch;anonymous-client-ip");
        self.ask(ahead.body(Body::empty()).unwrap()).await;
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                    byte => format!("%{byte:02X}"),
                })
                .collect()
        };
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(request.body(Body::from(pairs.join("&"))).unwrap()).await
    }

    async fn ask(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert("host", "hub.example.org".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let location =
            response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, text: String::from_utf8(body.to_vec()).unwrap() }
    }
}

impl Answer {
    #[track_caller]
    pub fn has(&self, text: &str) -> &Answer {
        assert!(self.text.contains(text), "{text:?} is missing in:\n{}", self.text);
        self
    }

    #[track_caller]
    pub fn lacks(&self, text: &str) -> &Answer {
        assert!(!self.text.contains(text), "{text:?} is in:\n{}", self.text);
        self
    }

    /// What stands in the page between two texts.
    #[track_caller]
    pub fn between(&self, before: &str, after: &str) -> String {
        let rest = self
            .text
            .split_once(before)
            .unwrap_or_else(|| panic!("{before:?} is missing in:\n{}", self.text))
            .1;
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// Where in the page a text begins.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> usize {
        self.text.find(text).unwrap_or_else(|| panic!("{text:?} is missing in:\n{}", self.text))
    }
}
