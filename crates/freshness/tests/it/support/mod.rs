//! A small town for tests: a charity with two entries and a keeper, the council with one and none.
#![allow(dead_code, reason = "each test file uses its part")]

use access::{Actor, Role, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use directory::{OrganizationDraft, ServiceDraft, ServiceId};
use freshness::{Desk, Tile};
use http_body_util::BodyExt;
use jobs::Runner;
use kernel::{Clock, Date, Dice, Id};
use settings::Council;
use std::sync::Arc;
use store::{Db, args};
use tower::ServiceExt;
use web::{Site, Who};

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    freshness::MIGRATIONS,
];

pub struct Town {
    pub db: Db,
    pub clock: Clock,
    pub desk: Desk,
    pub ids: Vec<ServiceId>,
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// What stands between two texts.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len();
    let end = text[start..].find(to).unwrap_or_else(|| panic!("no {to} after {from}"));
    &text[start..start + end]
}

fn organization(slug: &str, kind: &str) -> OrganizationDraft {
    serde_json::from_value(serde_json::json!({
        "slug": slug, "name": format!("Example {kind}"), "description": "Helps.", "kind": kind
    }))
    .unwrap()
}

fn service(slug: &str, organization: &str, checked_on: &str) -> ServiceDraft {
    serde_json::from_value(serde_json::json!({
        "slug": slug, "name": format!("Service {slug}"), "organization": organization,
        "summary": "A service for this test.", "description": "It helps.", "topics": ["feeding"],
        "way_in": ["self"], "access": ["phone"], "cost": "free", "status": "active", "source": "this test",
        "checked_on": checked_on, "phones": [{"number": "0151 496 0000", "description": "", "hours": "9 to 5"}]
    }))
    .unwrap()
}

/// The town, with every entry checked on a day, at 9 in the morning of it.
pub async fn town(db: Db, checked_on: &str) -> Town {
    let clock = Clock::standing_at(&format!("{checked_on}T09:00:00Z"));
    let dice = Dice::loaded(11);
    let now = clock.now();
    let (asked, rolled, checked) = (clock.clone(), dice.clone(), checked_on.to_owned());
    let ids = db
        .write(move |tx| {
            let council = Council {
                public_url: "https://hub.example.org".to_owned(),
                phone: "0303 333 4300".to_owned(),
                ..Council::unnamed()
            };
            settings::set_council(tx, &council, now)?;
            let need = serde_json::from_value(serde_json::json!({"slug": "feeding", "name": "Feeding"}))?;
            directory::publish_taxonomy(tx, &[need], now)?;
            let charity = directory::publish_organization(tx, &organization("charity", "charity"), now)?;
            directory::publish_organization(tx, &organization("council", "council"), now)?;
            let email = "keeper@example.org".parse().map_err(|_| kernel::Fault::msg("an address"))?;
            accounts::set_keeper(tx, &email, "Demonstration keeper", charity.uuid(), &asked, &rolled)?;
            let drafts = [
                service("first", "charity", &checked),
                service("second", "charity", &checked),
                service("third", "council", &checked),
            ];
            directory::publish_services(tx, &drafts, &council, now)
        })
        .await
        .unwrap();
    let site = Site::open(db.clone(), clock.clone(), dice).await.unwrap();
    let tile = Tile {
        count: 4,
        words: "changes to review".to_owned(),
        href: "/admin/review",
        action: access::Action::ReviewChange,
    };
    let desk = Desk::new(
        &site,
        Arc::new(move |_| Ok(vec![tile.clone()])),
        Arc::new(|_| Ok(vec!["steward@example.org".parse().map_err(|_| kernel::Fault::msg("an address"))?])),
    );
    Town { db, clock, desk, ids }
}

impl Town {
    /// A node's runner.
    pub fn runner(&self) -> Runner {
        // Real dice: every node makes links of its own.
        let runner = Runner::new(self.db.clone(), self.clock.clone(), Dice::real());
        freshness::with_jobs(runner, &self.desk)
    }

    /// Everything that is due now.
    pub async fn run(&self) {
        self.runner().run_until_empty().await.unwrap();
        let dead = self.db.read(jobs::list_dead).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        let waiting: Vec<(String, Option<String>)> = self
            .db
            .read(|tx| {
                tx.all("select kind, reason from job where state = 'waiting' and reason is not null", args![])
            })
            .await
            .unwrap();
        assert!(waiting.is_empty(), "{waiting:?}");
    }

    /// The slugs of what is hidden.
    pub async fn hidden(&self) -> Vec<String> {
        let today = self.clock.today();
        let lines = self.db.read(move |tx| directory::upkeep::list_upkeep(tx, today)).await.unwrap();
        lines.into_iter().filter(|line| line.hidden_at.is_some()).map(|line| line.slug).collect()
    }

    /// The council's door as somebody with these roles.
    pub fn as_person(&self, roles: &[Role]) -> Browser {
        self.as_actor(Actor::Person(Signed {
            person: Id::named("t", "officer"),
            roles: roles.iter().copied().collect(),
            organizations: Vec::new(),
        }))
    }

    pub fn as_actor(&self, actor: Actor) -> Browser {
        let router = freshness::admin_door(&self.desk).into_router().layer(Extension(Who { actor }));
        Browser(web::shell(&self.desk.site, router))
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
