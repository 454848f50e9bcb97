//! A small town for tests: two organisations, entries that stand twice and one that does not, a private one.
#![allow(dead_code, reason = "each test file uses its part")]

use access::{Actor, Role, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use directory::{Directory, ServiceDraft};
use fetch::{FetchConfig, Fetcher, LookUp, Names, Schemes};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id};
use quality::{FromHouse, Quality};
use serde_json::{Value, json};
use settings::Council;
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{Db, args};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tower::ServiceExt;
use web::{Site, Who};

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    freshness::MIGRATIONS,
    quality::MIGRATIONS,
];

pub struct Town {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub directory: Directory,
    pub quality: Quality,
}

/// An entry of which the named facts differ from a plain one.
pub fn entry(slug: &str, more: Value) -> ServiceDraft {
    let mut text = json!({
        "slug": slug, "name": slug.replace('-', " "), "organization": "charity", "summary": "A service for this test.",
        "description": "It helps.", "topics": ["feeding"], "way_in": ["self"], "access": ["phone"], "cost": "free",
        "source": "this test", "checked_on": "2026-11-01"
    });
    for (key, value) in more.as_object().unwrap() {
        text[key] = value.clone();
    }
    serde_json::from_value(text).unwrap()
}

pub fn phone(number: &str) -> Value {
    json!([{"number": number, "description": "", "hours": ""}])
}

/// Two that are the same, and one that is not.
pub fn three() -> Vec<ServiceDraft> {
    vec![
        entry(
            "bumps-and-babies",
            json!({"name": "Bumps and Babies", "phones": phone("0151 496 0102"), "website": "https://bumps.example/group", "checked_on": "2026-03-01", "aliases": ["baby group"]}),
        ),
        entry(
            "bumps-babies",
            json!({"name": "Bumps & Babys", "phones": phone("01514960102"), "website": "https://www.bumps.example/group/", "checked_on": "2026-10-01", "summary": "Meet other parents.", "aliases": ["new mums"]}),
        ),
        entry(
            "debt-advice",
            json!({"name": "Debt Advice", "organization": "council", "topics": ["debt"], "phones": phone("0303 496 0400")}),
        ),
    ]
}

pub async fn town(db: Db, drafts: Vec<ServiceDraft>) -> Town {
    town_with(db, drafts, FromHouse::silent()).await
}

pub async fn town_with(db: Db, drafts: Vec<ServiceDraft>, house: FromHouse) -> Town {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let now = clock.now();
    db.write(move |tx| {
        let council = Council { public_url: "https://hub.example.org".to_owned(), ..Council::unnamed() };
        settings::set_council(tx, &council, now)?;
        let need =
            |slug: &str, name: &str| serde_json::from_value(json!({"slug": slug, "name": name})).unwrap();
        let needs = [need("feeding", "Feeding"), need("debt", "Debt"), need("domestic-abuse", "Not safe")];
        directory::publish_taxonomy(tx, &needs, now)?;
        for slug in ["charity", "council"] {
            let organization = serde_json::from_value(json!({
                "slug": slug, "name": format!("Example {slug}"), "description": "Helps.", "kind": slug
            }))?;
            directory::publish_organization(tx, &organization, now)?;
        }
        directory::publish_services(tx, &drafts, &council, now)?;
        Ok(())
    })
    .await
    .unwrap();
    let site = Site::open(db.clone(), clock.clone(), Dice::loaded(5)).await.unwrap();
    let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await.unwrap();
    let config = FetchConfig {
        schemes: Schemes::HttpToo,
        allow_private: vec!["127.0.0.0/8".to_owned()],
        timeout: Duration::from_secs(5),
        ..FetchConfig::default()
    };
    let fetcher = Fetcher::with_names(config, Arc::new(Here)).unwrap();
    let quality = Quality::open(&site, house, fetcher);
    Town { db, clock, site, directory, quality }
}

/// Every name is this machine, but the dead one.
struct Here;

impl Names for Here {
    fn look_up(&self, name: &str) -> LookUp {
        let dead = name.starts_with("dead.");
        Box::pin(async move { Ok(if dead { Vec::new() } else { vec![IpAddr::V4(Ipv4Addr::LOCALHOST)] }) })
    }
}

impl Town {
    pub fn as_person(&self, name: &str, roles: &[Role]) -> Browser {
        self.as_actor(Actor::Person(Signed {
            person: Id::named("t", name),
            roles: roles.iter().copied().collect(),
            organizations: Vec::new(),
        }))
    }

    pub fn as_actor(&self, actor: Actor) -> Browser {
        let doors = quality::admin_door(&self.quality)
            .and(directory::routes(&self.directory))
            .and(keeping::admin_door(&self.site));
        Browser(web::shell(&self.site, doors.into_router().layer(Extension(Who { actor }))))
    }

    pub fn editor(&self) -> Browser {
        self.as_person("editor", &[Role::Editor])
    }

    /// As every node does when it hears of a change.
    pub async fn renew(&self) {
        self.site.refresh().await.unwrap();
        self.directory.renew().await.unwrap();
    }

    pub async fn run(&self) {
        let runner = jobs::Runner::new(self.db.clone(), self.clock.clone(), Dice::loaded(9));
        let runner = quality::jobs(runner, &self.quality);
        quality::link_jobs(runner, &self.quality).run_until_empty().await.unwrap();
        let failed: Vec<(String, Option<String>)> = self
            .db
            .read(|tx| tx.all("select kind, reason from job where reason is not null", args![]))
            .await
            .unwrap();
        assert!(failed.is_empty(), "{failed:?}");
    }

    pub async fn did(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            self.db.read(|tx| tx.all("select did from audit order by sequence", args![])).await.unwrap();
        rows.into_iter().map(|(did,)| did).collect()
    }
}

pub struct Browser(Router);

impl Browser {
    pub async fn get(&self, path: &str) -> (u16, String) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// With a cookie.
    pub async fn page_with(&self, path: &str, cookie: &str) -> String {
        let (_, text) =
            self.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await;
        text
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

/// Another site, on this machine: what it answers can be changed, and it remembers what it was asked.
pub struct Elsewhere {
    pub port: u16,
    pub asked: Arc<Mutex<Vec<String>>>,
    pub answers: Arc<Mutex<Vec<(&'static str, String)>>>,
}

impl Elsewhere {
    pub async fn open() -> Elsewhere {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let answers: Arc<Mutex<Vec<(&'static str, String)>>> = Arc::default();
        let (heard, said) = (asked.clone(), answers.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read_exact(&mut byte).await.is_err() {
                        break;
                    }
                    head.push(byte[0]);
                }
                let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
                let line = line.trim_end_matches(" HTTP/1.1").to_owned();
                let answer = {
                    heard.lock().unwrap().push(line.clone());
                    let said = said.lock().unwrap();
                    said.iter()
                        .find(|(of, _)| *of == line)
                        .map_or("404 Not Found".to_owned(), |(_, a)| a.clone())
                };
                let whole = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(whole.as_bytes()).await;
            }
        });
        Elsewhere { port, asked, answers }
    }

    pub fn says(&self, answers: &[(&'static str, &str)]) {
        *self.answers.lock().unwrap() = answers.iter().map(|(of, a)| (*of, (*a).to_owned())).collect();
    }

    pub fn was_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}
