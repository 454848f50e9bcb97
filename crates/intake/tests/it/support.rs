//! A council with two needs, and feeds to take in.

use access::{Actor, Role, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use directory::ServiceDraft;
use fetch::{FetchConfig, Fetcher, Schemes};
use http_body_util::BodyExt;
use intake::{Ask, Intake, Taken, command::Planned, nobody};
use kernel::{Clock, Dice, Id};
use serde_json::{Value, json};
use settings::Council;
use std::{io::Write, path::PathBuf};
use store::{Db, args};
use tower::ServiceExt;
use web::{Site, Who};

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    intake::MIGRATIONS,
];

/// The house with nothing in it but two needs.
pub struct House {
    pub db: Db,
    pub clock: Clock,
    pub intake: Intake,
    pub site: Site,
}

pub async fn house(db: Db) -> House {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let now = clock.now();
    db.write(move |tx| {
        settings::set_council(tx, &Council { area_name: "Halton".to_owned(), ..Council::unnamed() }, now)?;
        let needs = serde_json::from_value(
            json!([{"slug": "things-to-do", "name": "Things to do"}, {"slug": "debt", "name": "Debt"}]),
        )?;
        directory::publish_taxonomy(tx, &Vec::<directory::TermDraft>::clone(&needs), now).map(|_| ())
    })
    .await
    .unwrap();
    again(db, clock).await
}

/// The house over a database that has been set up.
pub async fn again(db: Db, clock: Clock) -> House {
    let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
    let config = FetchConfig {
        schemes: Schemes::HttpToo,
        allow_private: vec!["127.0.0.1".to_owned()],
        timeout: std::time::Duration::from_secs(10),
        ..FetchConfig::default()
    };
    let intake = Intake::open(&site, Fetcher::new(config).unwrap());
    House { db, clock, intake, site }
}

/// A service of a feed, with everything that a small one has.
pub fn record(number: u128) -> Value {
    let id = |kind: u128| uuid::Uuid::from_u128((kind << 64) | number).to_string();
    json!({
        "id": id(1), "name": format!("Group {number}"), "status": "active",
        "description": "A friendly group. Come along!", "url": "https://group.example.org",
        "email": "hello@group.example.org", "assured_date": "2026-11-01",
        "organization": {"id": uuid::Uuid::from_u128((2 << 64) | (number % 3)), "name": format!("Church {}", number % 3), "description": "A church."},
        "contacts": [{"id": id(3), "name": "A person", "title": "Leader", "phones": [{"id": id(4), "number": "0151 496 0000"}]}],
        "schedules": [{"id": id(5), "freq": "WEEKLY", "byday": "MO", "opens_at": "10:00:00", "closes_at": "12:00:00"}],
        "service_at_locations": [{"id": id(6), "location": {
            "id": id(7), "location_type": "physical", "name": format!("Hall {number}"), "latitude": 53.36, "longitude": -2.73,
            "addresses": [{"id": id(8), "address_1": "1 High Street", "city": "Widnes", "state_province": "Halton",
                "postal_code": "WA8 7QF", "country": "GB", "address_type": "physical"}]}}],
        "attributes": [{"id": id(9), "taxonomy_term": {"id": id(10), "name": "Clubs", "description": "Clubs"}}],
    })
}

pub fn records(count: u128) -> Vec<Value> {
    (1..=count).map(record).collect()
}

impl House {
    pub fn ask(&self) -> Ask {
        Ask { name: Some("Example feed".to_owned()), ..Ask::default() }
    }

    pub async fn plan(&self, records: &[Value]) -> Planned {
        self.plan_as(records, &self.ask()).await
    }

    pub async fn plan_as(&self, records: &[Value], ask: &Ask) -> Planned {
        let file = lines(records);
        intake::command::plan_file(&self.intake, &file.1, ask, &nobody).await.unwrap()
    }

    pub async fn take_in(&self, records: &[Value]) -> Taken {
        self.take_in_as(records, &self.ask()).await
    }

    pub async fn take_in_as(&self, records: &[Value], ask: &Ask) -> Taken {
        let planned = self.plan_as(records, ask).await;
        let would = planned.plan.totals;
        let taken = intake::command::apply(&self.intake, planned, &nobody).await.unwrap();
        if !taken.waits_for_a_person {
            assert_eq!(would, taken.totals, "what was planned is what was done");
        }
        taken
    }

    pub async fn entry(&self, slug: &str) -> ServiceDraft {
        let asked = slug.to_owned();
        let entry = self.db.read(move |tx| directory::find_entry(tx, &asked)).await.unwrap();
        entry.unwrap_or_else(|| panic!("no entry {slug}")).draft
    }

    /// What somebody here changes.
    pub async fn edit(&self, slug: &str, change: impl Fn(&mut ServiceDraft)) {
        let mut draft = self.entry(slug).await;
        change(&mut draft);
        let (council, now) = (self.site.council(), self.clock.now());
        self.db.write(move |tx| directory::publish_service(tx, &draft, &council, now)).await.unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.db.read(move |tx| tx.one(sql, args![])).await.unwrap();
        count
    }

    /// Versions, announcements, audit rows: what must not grow when nothing changes.
    pub async fn traces(&self) -> [i64; 3] {
        [
            self.count("select count(*) from service_version").await,
            self.count("select coalesce(max(sequence), 0) from outbox").await,
            self.count("select count(*) from audit").await,
        ]
    }

    pub fn as_steward(&self) -> Browser {
        self.as_role(Role::DataSteward)
    }

    pub fn as_another_steward(&self) -> Browser {
        self.as_person("another officer", Role::DataSteward)
    }

    pub fn as_role(&self, role: Role) -> Browser {
        self.as_person("officer", role)
    }

    fn as_person(&self, name: &str, role: Role) -> Browser {
        let actor = Actor::Person(Signed {
            person: Id::named("t", name),
            roles: [role].into_iter().collect(),
            organizations: Vec::new(),
        });
        let router = intake::admin_door(&self.intake).into_router().layer(Extension(Who { actor }));
        Browser(web::shell(&self.site, router))
    }
}

/// A file with a record on each line.
pub fn lines(records: &[Value]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.ndjson");
    let mut file = std::fs::File::create(&path).unwrap();
    for record in records {
        writeln!(file, "{record}").unwrap();
    }
    (folder, path)
}

pub struct Browser(Router);

impl Browser {
    pub async fn page(&self, path: &str) -> String {
        let (status, text) = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    pub async fn status(&self, path: &str) -> u16 {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await.0
    }

    /// The status, and where it leads or what it says.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let coded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", coded(value))).collect();
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    async fn send(&self, mut request: Request<Body>) -> (u16, String) {
        request.headers_mut().insert("host", "hub.example.org".parse().unwrap());
        let response = self.0.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        if let Some(to) = response.headers().get("location") {
            return (status, to.to_str().unwrap().to_owned());
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
}
