//! A town with a hall, a session that one books, one by invitation only and a drop-in; and the people who invite.

use access::{Actor, May, On, PersonId, Role, Roles, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use bookings::{Booked, Contact, Desk, Guest, How, MadeBy, Refused, Through};
use events::{Events, SessionDraft};
use http_body_util::BodyExt;
use invitations::{Invitations, Invited, NewInvitation};
use kernel::{Clock, Dice, Id, Instant};
use registers::{Came, MarkKey, Meal, NewMark, Whom};
use serde_json::json;
use settings::Council;
use store::{Db, testing};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

pub const NOW: &str = "2026-11-23T09:00:00Z";

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    notify::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
    registers::MIGRATIONS,
    invitations::MIGRATIONS,
];

pub struct Hall {
    pub db: Db,
    pub clock: Clock,
    pub room: Invitations,
    pub desk: Desk,
    pub organization: Uuid,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
}

pub async fn both(test: impl AsyncFn(Hall)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(Hall::of(database.db.clone()).await).await;
    }
}

fn session(slug: &str, more: serde_json::Value) -> SessionDraft {
    let mut draft = json!({
        "slug": slug, "title": slug.replace('-', " "), "summary": "A session of the test.", "organization": "example-centre",
        "place": "example-hall", "kind": "book_on", "places": 60, "wanted": "published", "source": "The test",
        "parts": [{"start": "2026-12-01T09:30:00", "minutes": 60, "zone": "Europe/London",
            "repeats": "FREQ=WEEKLY;COUNT=8", "when": {"season": "all_year", "bank_holidays": "open"}, "exceptions": []}],
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

/// The Tuesday of a week of the session, counted from nought.
pub fn date(slug: &str, week: i64) -> Uuid {
    let start: calendar::DateTime = "2026-12-01T09:30:00".parse().unwrap();
    let at = start.checked_add(kernel::Span::new().weeks(week)).unwrap();
    events::date_id(events::session_id(slug), &calendar::Key::new(at).unwrap().to_string())
}

impl Hall {
    async fn of(db: Db) -> Hall {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        let council = Council {
            area_name: "Testshire".to_owned(),
            public_url: "https://hub.example.org".to_owned(),
            phone: "0151 496 0000".to_owned(),
            ..Council::unnamed()
        };
        let known = council.clone();
        db.write(move |tx| {
            settings::set_council(tx, &known, now)?;
            let organization = json!({"slug": "example-centre", "name": "Example centre", "description": "Made for a test.", "kind": "charity", "source": "The test"});
            directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
            let place = json!({"slug": "example-hall", "name": "Example Hall", "kind": "physical", "town": "Northtown", "address_1": "1 Example Street", "source": "The test"});
            directory::publish_location(tx, &serde_json::from_value(place)?, &known, now)?;
            let may = May::by_operator(On::all("session"));
            for draft in [
                session("stay-and-play", json!({})),
                session("baby-massage", json!({"kind": "invitation"})),
                session("messy-play", json!({"kind": "drop_in", "places": null})),
            ] {
                events::publish_session(tx, &may, &draft, now)?.unwrap();
            }
            Ok(())
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let events = Events::open(&site).await.unwrap();
        let desk = Desk::open(&site).await.unwrap().with_invitations(invitations::is_open_for);
        let room = Invitations::new(&desk, &events);
        let organizations = db.read(directory::list_organizations).await.unwrap();
        Hall { db, clock, room, desk, organization: organizations[0].id.uuid() }
    }

    /// Somebody at the room's doors; nobody signed in without a role.
    pub fn as_somebody(&self, name: &str, role: Option<Role>, organizations: Vec<Uuid>) -> Browser {
        let doors = invitations::routes(&self.room)
            .and(invitations::staff_door(&self.room))
            .and(bookings::routes(&self.desk));
        let router = doors.into_router();
        let router = match role {
            Some(role) => router.layer(Extension(Who { actor: signed(name, role, organizations) })),
            None => router,
        };
        Browser { router: web::shell(self.room.site(), router) }
    }

    pub fn practitioner(&self) -> Browser {
        self.as_somebody("practitioner", Some(Role::Practitioner), Vec::new())
    }

    pub fn family(&self) -> Browser {
        self.as_somebody("", None, Vec::new())
    }

    /// An invitation made by the practitioner, without the page.
    pub async fn invite(&self, number: u64, slug: &str) -> Invited {
        let on = On::one("session", events::session_id(slug));
        let may = May::decide(&signed("practitioner", Role::Practitioner, Vec::new()), on).unwrap();
        let new = NewInvitation {
            form_key: format!("{number:032x}"),
            session: events::session_id(slug),
            dates: Vec::new(),
            first_name: String::new(),
            how: invitations::How::Link,
            to: None,
            slips: 1,
        };
        let (site, now) = (self.room.site().clone(), self.clock.now());
        self.db.write(move |tx| invitations::invite(tx, &site, &may, &new, now)).await.unwrap().unwrap()
    }

    pub async fn book(&self, number: u64, date: Uuid, invitation: Option<Uuid>) -> Result<Booked, Refused> {
        let request = bookings::Request {
            form_key: format!("{:032x}", number + 1_000_000),
            how: How::Booked,
            dates: vec![date],
            party: vec![Guest {
                name: "Example child".to_owned(),
                born: None,
                grown_up: false,
                needs: String::new(),
            }],
            contact: Contact {
                name: format!("Example parent {number}"),
                email: Some(format!("parent{number}@example.org").parse().unwrap()),
                phone: None,
            },
            note: String::new(),
            made_by: MadeBy::Family,
            invitation,
            through: Through::Session,
        };
        bookings::book(&self.desk, request).await.unwrap()
    }

    /// The register says how these came.
    pub async fn mark(&self, date: Uuid, bookings: &[(bookings::BookingId, Came)]) {
        let now = self.clock.now();
        let marks: Vec<NewMark> = bookings
            .iter()
            .zip(0i64..)
            .map(|((booking, came), counter)| NewMark {
                key: MarkKey { device: Id::<()>::named("test", &format!("{date}")).uuid(), counter },
                date_id: date,
                whom: Whom::Booked(*booking, 1),
                came: Some(*came),
                meal: Meal::None,
                marked_at: now,
                saw: Vec::new(),
            })
            .collect();
        self.db
            .write(move |tx| {
                let may = May::by_operator(On::all("register"));
                registers::set_marks(tx, &may, &marks, now).map(|_| ())
            })
            .await
            .unwrap();
    }

    pub fn go_to(&self, at: &str) {
        self.clock.set(at.parse::<Instant>().unwrap());
    }

    pub async fn invitation_of(&self, code: &str) -> Uuid {
        let code = code.to_owned();
        let (id,): (Uuid,) = self
            .db
            .read(move |tx| tx.one("select id from invitation where code = $1", store::args![code.as_str()]))
            .await
            .unwrap();
        id
    }
}

fn signed(name: &str, role: Role, organizations: Vec<Uuid>) -> Actor {
    let person: PersonId = Id::named("test", name);
    Actor::Person(Signed { person, roles: Roles::default().and(role), organizations })
}

pub struct Browser {
    router: Router,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
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
}
