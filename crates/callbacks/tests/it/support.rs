//! A council with two workers who ring, and families who ask.

use access::{Actor, PersonId, Role, Roles, Signed};
use accounts::PersonDraft;
use axum::{Extension, Router, body::Body, http::Request};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Instant};
use settings::Council;
use store::{Db, testing};
use tower::ServiceExt;
use web::{Site, Who};

/// A Monday morning.
pub const NOW: &str = "2026-11-23T09:00:00Z";

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    callbacks::MIGRATIONS,
];

pub struct Hub {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub ann: PersonId,
    pub bea: PersonId,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
}

pub async fn both(test: impl AsyncFn(Hub)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(Hub::of(database.db.clone()).await).await;
    }
}

impl Hub {
    async fn of(db: Db) -> Hub {
        let clock = Clock::standing_at(NOW);
        let (now, dice, held) = (clock.now(), Dice::real(), clock.clone());
        let (ann, bea) = db
            .write(move |tx| {
                let council = Council {
                    public_url: "https://hub.example.org".to_owned(),
                    phone: "0151 496 0000".to_owned(),
                    ..Council::unnamed()
                };
                settings::set_council(tx, &council, now)?;
                let mut worker = |name: &str| {
                    let draft = PersonDraft {
                        email: format!("{name}@example.org").parse().unwrap(),
                        name: format!("Example {name}"),
                        roles: vec![Role::HubWorker],
                        organizations: Vec::new(),
                    };
                    accounts::set_person(tx, &draft, &held, &dice)
                };
                Ok((worker("ann")?, worker("bea")?))
            })
            .await
            .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        Hub { db, clock, site, ann, bea }
    }

    fn browser(&self, who: Option<(PersonId, Role)>) -> Browser {
        let router = callbacks::routes(&self.site).and(callbacks::staff_door(&self.site)).into_router();
        let router = match who {
            Some((person, role)) => {
                let roles = Roles::default().and(role);
                let actor = Actor::Person(Signed { person, roles, organizations: Vec::new() });
                router.layer(Extension(Who { actor }))
            }
            None => router,
        };
        Browser { router: web::shell(&self.site, router) }
    }

    pub fn family(&self) -> Browser {
        self.browser(None)
    }

    pub fn ann(&self) -> Browser {
        self.browser(Some((self.ann, Role::HubWorker)))
    }

    pub fn bea(&self) -> Browser {
        self.browser(Some((self.bea, Role::HubWorker)))
    }

    pub fn as_role(&self, role: Role) -> Browser {
        self.browser(Some((self.ann, role)))
    }

    pub fn go_to(&self, at: &str) {
        self.clock.set(at.parse::<Instant>().unwrap());
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let (many,): (i64,) = self.db.read(move |tx| tx.one(sql, store::args![])).await.unwrap();
        many
    }

    /// A family asks; the address of the page that thanks them.
    pub async fn ask(&self, phone: &str, more: &[(&str, &str)]) -> String {
        let answer = self.try_to_ask(phone, more).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.location
    }

    pub async fn try_to_ask(&self, phone: &str, more: &[(&str, &str)]) -> Answer {
        let family = self.family();
        let form = family.get("/call-back").await;
        let key = form.between("name=\"form_key\" value=\"", "\"");
        let mut sent: Vec<(&str, &str)> = more.to_vec();
        let usual = [
            ("name", "Example-Dee"),
            ("phone", phone),
            ("how", "ring"),
            ("whose", "own"),
            ("message", "hub"),
            ("times", "any"),
            ("language", "en"),
            ("about", "feeding"),
            ("form_key", key.as_str()),
        ];
        for (name, value) in usual {
            if more.iter().all(|(own, _)| *own != name) {
                sent.push((name, value));
            }
        }
        family.post("/call-back", &sent).await
    }

    /// The address of the only open request's page for staff.
    pub async fn only_open(&self) -> String {
        let (id,): (uuid::Uuid,) = self
            .db
            .read(|tx| {
                tx.one("select id from call_back where state in ('asked', 'taken', 'rung')", store::args![])
            })
            .await
            .unwrap();
        format!("/admin/call-backs/{id}")
    }
}

pub struct Browser {
    router: Router,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
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
        self.send(request.body(Body::from(pairs.join("&"))).unwrap()).await
    }

    /// Presses a button of a request's page as it was read, at the version that stood there.
    pub async fn press(&self, path: &str, seen: &Answer, fields: &[(&str, &str)]) -> Answer {
        let version = seen.between("name=\"version\" value=\"", "\"");
        let mut sent = vec![("version", version.as_str())];
        sent.extend_from_slice(fields);
        self.post(path, &sent).await
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
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
}
