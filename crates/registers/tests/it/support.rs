//! A hall with sessions in it, people who keep them, and a browser.

use access::{Actor, May, On, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use bookings::{BookingId, Contact, Desk, Guest, How, MadeBy, Through};
use events::{Events, SessionDraft};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id, Instant};
use registers::Registers;
use serde_json::json;
use settings::Council;
use store::{Db, testing};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

pub const NOW: &str = "2026-12-01T09:40:00Z";

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
    registers::MIGRATIONS,
];

pub struct Hall {
    pub db: Db,
    pub clock: Clock,
    pub room: Registers,
}

pub async fn both(test: impl AsyncFn(&Hall)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        let hall = Hall::open(database.db.clone()).await;
        test(&hall).await;
    }
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A session of eight Tuesdays (or another kind of it).
pub fn session(slug: &str, more: serde_json::Value) -> SessionDraft {
    let mut draft = json!({
        "slug": slug, "title": slug.replace('-', " "), "summary": "A session of the test.", "organization": "example-centre",
        "place": "example-hall", "kind": "book_on", "places": 30, "wanted": "published", "source": "The test",
        "parts": [{"start": "2026-12-01T10:00:00", "minutes": 60, "zone": "Europe/London",
            "repeats": "FREQ=WEEKLY;COUNT=8", "when": {"season": "all_year", "bank_holidays": "open"}, "exceptions": []}],
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

pub fn date(slug: &str, week: i64) -> Uuid {
    let start = session(slug, json!({})).parts[0].start;
    let at = start.checked_add(kernel::Span::new().weeks(week)).unwrap();
    events::date_id(events::session_id(slug), &calendar::Key::new(at).unwrap().to_string())
}

pub fn child(name: &str) -> Guest {
    Guest {
        name: name.to_owned(),
        born: Some("2024-03-01".parse().unwrap()),
        grown_up: false,
        needs: String::new(),
    }
}

impl Hall {
    async fn open(db: Db) -> Hall {
        let clock = Clock::standing_at("2026-11-20T09:00:00Z");
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let now = clock.now();
        db.write(move |tx| {
            let council = Council {
                area_name: "Halton".to_owned(),
                public_url: "https://hub.example.org".to_owned(),
                phone: "01632 960 100".to_owned(),
                ..Council::unnamed()
            };
            settings::set_council(tx, &council, now)?;
            let organization = json!({"slug": "example-centre", "name": "Example centre", "description": "A centre of the test.", "kind": "charity", "source": "The test"});
            directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
            for draft in [
                session("stay-and-play", json!({})),
                session("walk-along", json!({"kind": "drop_in", "places": null})),
                session("holiday-club", json!({"booked_through": "/holidays/example"})),
                session("small-group", json!({"places": 2})),
                session("appointments", json!({"kind": "one_to_one", "places": 1, "counts": "families"})),
            ] {
                events::publish_session(tx, &May::by_operator(On::all("session")), &draft, now)?.unwrap();
            }
            Ok(())
        })
        .await
        .unwrap();
        site.refresh().await.unwrap();
        let desk = Desk::open(&site).await.unwrap();
        let events = Events::open(&site).await.unwrap();
        Hall { db, clock, room: Registers::new(&desk, &events) }
    }

    /// Books a party, before the first date; the key makes its reference.
    pub async fn book(&self, key: u64, dates: &[Uuid], party: Vec<Guest>) -> BookingId {
        let request = bookings::Request {
            form_key: format!("{key:032x}"),
            how: How::BookedOrWaiting,
            dates: dates.to_vec(),
            party,
            contact: Contact {
                name: format!("Example parent {key}"),
                email: Some(format!("parent{key}@example.org").parse().unwrap()),
                phone: None,
            },
            note: String::new(),
            made_by: MadeBy::Family,
            invitation: None,
            through: Through::Programme,
        };
        bookings::book(self.room.desk(), request).await.unwrap().unwrap().id
    }

    pub fn later(&self, to: &str) {
        self.clock.set(at(to));
    }

    pub fn browser(&self, role: Role) -> Browser {
        let signed = Signed {
            person: Id::named("the test", role.key()),
            roles: [role].into_iter().collect(),
            organizations: Vec::new(),
        };
        let who = Who { actor: Actor::Person(signed) };
        let door = registers::staff_door(&self.room).into_router().layer(Extension(who));
        Browser { router: web::shell(self.room.site(), door) }
    }

    pub async fn came(&self, date: Uuid) -> Vec<(i64, registers::Came)> {
        let marks = self.db.read(move |tx| registers::list_marks(tx, &[date])).await.unwrap();
        marks.into_iter().map(|mark| (mark.guest, mark.came)).collect()
    }

    pub async fn did(&self) -> Vec<String> {
        let found = self
            .db
            .read(|tx| access::audit::search(tx, &access::audit::Filter::default(), 200, 0))
            .await
            .unwrap();
        found.0.into_iter().map(|entry| entry.did).collect()
    }

    /// What families were written with one template.
    pub async fn words_of(&self, template: &'static str) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .db
            .read(move |tx| tx.all("select body from message where template = $1", store::args![template]))
            .await
            .unwrap();
        rows.into_iter().map(|(body,)| body).collect()
    }

    pub async fn messages(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .db
            .read(|tx| tx.all("select template from message order by template", store::args![]))
            .await
            .unwrap();
        rows.into_iter().map(|(template,)| template).collect()
    }
}

pub struct Seen {
    pub status: StatusCode,
    pub location: String,
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
        let body: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.join("&")).await
    }

    pub async fn json(&self, path: &str, body: &serde_json::Value) -> Seen {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.to_string()).await
    }

    pub async fn send(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let request = request.header("host", "hub.example.org").body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let html =
            String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Seen { status, location, html }
    }
}

fn encoded(text: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(letter).collect()
}

/// The value of the first field of this name.
pub fn value_of(html: &str, name: &str) -> String {
    let (_, after) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("the field is there");
    after.split('"').next().unwrap().to_owned()
}
