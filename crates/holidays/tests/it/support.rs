//! A town with two clubs in a summer, and a programme that both are part of.

use access::{Actor, May, On, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use bookings::Desk;
use events::{Events, SessionDraft};
use holidays::{EligibilityEngine, FamilyId, Holidays, Meal, NoEngine, Programme, ProgrammeId};
use http_body_util::BodyExt;
use jobs::Runner;
use kernel::{Clock, Dice, Id, Instant};
use serde_json::{Value, json};
use settings::Council;
use std::sync::Arc;
use store::{Db, testing};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

pub const NOW: &str = "2027-07-20T09:00:00Z";
pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
    registers::MIGRATIONS,
    holidays::MIGRATIONS,
];

pub struct Town {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub desk: Desk,
    pub room: Holidays,
    pub programme: ProgrammeId,
}

pub async fn both(test: impl AsyncFn(&Town)) {
    both_with(json!({}), Arc::new(NoEngine), test).await;
}

/// The same with other rules, and with somebody to ask.
pub async fn both_with(rules: Value, engine: Arc<dyn EligibilityEngine>, test: impl AsyncFn(&Town)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(&Town::open(database.db.clone(), rules.clone(), engine.clone()).await).await;
    }
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn programme(rules: &Value) -> Programme {
    let mut programme = json!({
        "slug": "summer-2027", "name": "Summer 2027", "summary": "Clubs of the test.", "first": "2027-07-26", "last": "2027-08-27",
        "days_each": 16, "hours": "four hours a day", "from_year": "reception", "to_year": {"year": 11}, "send_until": 18,
        "tiers": ["targeted"], "reasons": [{"key": "ehcp", "words": "A care plan"}, {"key": "carer", "words": "A young carer"}],
        "funded_places": 0, "share_percent": 15, "warn_percent": 14, "opens_at": null, "opening": "first_come",
        "line_per_minute": 120, "paid": "Pay the club when you come.", "wanted": "published",
    });
    for (key, value) in rules.as_object().unwrap().iter().filter(|(key, _)| *key != "clubs_places") {
        programme[key] = value.clone();
    }
    serde_json::from_value(programme).unwrap()
}

fn club(slug: &str, organization: &str, places: i64) -> SessionDraft {
    serde_json::from_value(json!({
        "slug": slug, "title": slug.replace('-', " "), "summary": "A club of the test.", "organization": organization,
        "place": "example-hall", "kind": "book_on", "places": places, "wanted": "published", "source": "The test",
        "booked_through": "/holidays/summer-2027", "ages": {"from_months": 48, "under_months": 216},
        "parts": [{"start": "2027-07-26T09:30:00", "minutes": 240, "zone": "Europe/London",
            "repeats": "FREQ=WEEKLY;COUNT=25;BYDAY=MO,TU,WE,TH,FR", "when": {"season": "all_year", "bank_holidays": "open"}, "exceptions": []}],
    }))
    .unwrap()
}

impl Town {
    async fn open(db: Db, rules: Value, engine: Arc<dyn EligibilityEngine>) -> Town {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        let programme = programme(&rules);
        let places = rules.get("clubs_places").and_then(Value::as_i64).unwrap_or(40);
        let id = db
            .write(move |tx| {
                let council = Council {
                    area_name: "Halton".to_owned(),
                    public_url: "https://hub.example.org".to_owned(),
                    phone: "0151 496 0000".to_owned(),
                    ..Council::unnamed()
                };
                settings::set_council(tx, &council, now)?;
                for slug in ["sports-trust", "arts-trust"] {
                    let organization = json!({"slug": slug, "name": slug.replace('-', " "), "description": "A trust of the test.", "kind": "charity", "source": "The test"});
                    directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
                }
                let may = May::by_operator(On::all("session"));
                for (slug, organization) in [("sports-club", "sports-trust"), ("arts-club", "arts-trust")] {
                    events::publish_session(tx, &may, &club(slug, organization, places), now)?.unwrap();
                }
                let may = May::by_operator(On::all("holiday_programme"));
                let id = holidays::publish_programme(tx, &may, &programme, "the seed of the test", now)?.unwrap();
                for (slug, meal) in [("sports-club", Meal::Cold), ("arts-club", Meal::Hot)] {
                    holidays::add_session(tx, &may, id, events::session_id(slug), (meal, "Pasta"), now)?;
                }
                Ok(id)
            })
            .await
            .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::loaded(7)).await.unwrap();
        let desk = Desk::open(&site).await.unwrap();
        let events = Events::open(&site).await.unwrap();
        let room = Holidays::new(&desk, &events).with_engine(engine);
        Town { db, clock, site, desk, room, programme: id }
    }

    /// The dates of a club, in their order.
    pub async fn dates(&self, slug: &str) -> Vec<Uuid> {
        let session = events::session_id(slug);
        let dates = self.db.read(move |tx| events::list_dates_of(tx, session, at(NOW))).await.unwrap();
        dates.into_iter().map(|date| date.id).collect()
    }

    pub fn runner(&self) -> Runner {
        let runner = Runner::new(self.db.clone(), self.clock.clone(), Dice::loaded(9));
        holidays::jobs(runner, &self.room)
    }

    pub fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    /// A family with one child for whom places can be booked, as rows.
    pub async fn family(&self, number: i64, funding: &str) -> Child {
        let (programme, now) = (self.programme, self.clock.now());
        let (family, child): (FamilyId, holidays::ChildId) =
            (Id::named("family", &number.to_string()), Id::named("child", &number.to_string()));
        let funding = funding.to_owned();
        self.db
            .write(move |tx| {
                tx.exec(
                    "insert into holiday_family (id, programme_id, reference, form_key, name, email, postcode, way, code_tries, made_at)
                        values ($1, $2, $3, $4, 'Example parent', $5, 'WA8 7QF', 'code', 0, $6)",
                    store::args![family, programme, format!("F{number:07}"), format!("{number:032x}"), format!("parent{number}@example.org"), now],
                )?;
                tx.exec(
                    "insert into holiday_child (id, programme_id, family_id, number, first_name, last_name, name_key, born, postcode,
                        school, school_key, phase, send, one_to_one, support, diet, standing, funding, reason, appeal, made_at, changed_at)
                        values ($1, $2, $3, 1, 'Robin', $4, $5, '2017-03-27', 'WA8 7QF', '', '', 'primary', $6, $6, '', '', 'eligible', $7,
                        '', '', $8, $8)",
                    store::args![child, programme, family, format!("Example {number}"), format!("robinexample{number}"), false, funding.as_str(), now],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        Child {
            family,
            child,
            path: format!("/holidays/family/F{number:07}/{}", self.room.link_secret(family)),
        }
    }

    pub fn browser(&self) -> Browser {
        let door = holidays::routes(&self.room).and(bookings::routes(&self.desk)).into_router();
        Browser { router: web::shell(&self.site, door) }
    }

    pub fn staff(&self, role: Role) -> Browser {
        let actor = Actor::Person(Signed {
            person: Id::named("t", "staff"),
            roles: [role].into_iter().collect(),
            organizations: vec![],
        });
        let door = holidays::staff_door(&self.room).into_router().layer(Extension(Who { actor }));
        Browser { router: web::shell(&self.site, door) }
    }
}

#[derive(Clone)]
pub struct Child {
    pub family: FamilyId,
    pub child: holidays::ChildId,
    pub path: String,
}

pub struct Seen {
    pub status: StatusCode,
    pub location: String,
    pub refresh: String,
    pub html: String,
}

pub struct Browser {
    router: Router,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path), String::new()).await
    }

    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let request = request.header("host", "hub.example.org").body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name: &str| {
            response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let (status, location, refresh) = (response.status(), text("location"), text("refresh"));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Seen { status, location, refresh, html: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

/// The form as a family of one child sends it.
pub fn form<'a>(
    key: &'a str,
    name: &'a str,
    more: &[(&'static str, &'a str)],
) -> Vec<(&'static str, &'a str)> {
    let mut pairs = vec![
        ("form_key", key),
        ("children", "1"),
        ("child_1_first", name),
        ("child_1_last", "Example"),
        ("child_1_born", "27 3 2017"),
        ("child_1_school", "Example Primary"),
        ("name", "Example parent"),
        ("email", "parent@example.org"),
        ("postcode", "wa8 7qf"),
        ("way", "code"),
    ];
    for (key, value) in more {
        match pairs.iter_mut().find(|(name, _)| name == key) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
    }
    pairs
}

pub const APPLY: &str = "/holidays/summer-2027/apply";

pub fn key(number: u8) -> String {
    format!("{number:032x}")
}
