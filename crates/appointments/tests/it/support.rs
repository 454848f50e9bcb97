//! A town with a hall and a team that can be seen there; families, the team and professionals.

use access::{Actor, May, On, PersonId, Role, Roles, Signed};
use appointments::{Appointments, AvailabilityDraft, publish_availability};
use axum::{Extension, Router, body::Body, http::Request};
use bookings::{Booked, Contact, Desk, Guest, How, MadeBy, Refused, Through};
use events::Events;
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id, Instant};
use registers::{Came, MarkKey, Meal, NewMark, Whom};
use serde_json::json;
use settings::Council;
use store::{Db, testing};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

/// A Monday.
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
    appointments::MIGRATIONS,
];

pub const SLUG: &str = "infant-feeding-one-to-one";

#[derive(Clone)]
pub struct Team {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub room: Appointments,
    pub desk: Desk,
    pub organization: Uuid,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
}

pub async fn both(test: impl AsyncFn(Team)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        test(Team::of(database.db.clone()).await).await;
    }
}

/// Tuesdays and Thursdays, 9:00 to 11:00, in half hours.
pub fn draft() -> AvailabilityDraft {
    serde_json::from_value(json!({
        "slug": SLUG, "title": "Infant feeding: one to one", "summary": "Help with feeding your baby.",
        "organization": "example-centre", "place": "example-hall", "minutes": 30, "first": "2026-11-23",
        "windows": [{"weekday": 1, "from": "09:00:00", "until": "11:00:00"}, {"weekday": 3, "from": "09:00:00", "until": "11:00:00"}],
        "ahead_days": 14, "notice_hours": 24, "wanted": "published", "source": "The test",
    }))
    .unwrap()
}

/// A time by its key, such as `20261201T0930`.
pub fn time(key: &str) -> Uuid {
    events::date_id(events::session_id(SLUG), key)
}

impl Team {
    async fn of(db: Db) -> Team {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        let council = Council {
            area_name: "Testshire".to_owned(),
            public_url: "https://hub.example.org".to_owned(),
            ..Council::unnamed()
        };
        db.write(move |tx| {
            settings::set_council(tx, &council, now)?;
            let organization = json!({"slug": "example-centre", "name": "Example centre", "description": "Made for a test.", "kind": "charity", "source": "The test"});
            directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
            let place = json!({"slug": "example-hall", "name": "Example Hall", "kind": "physical", "town": "Northtown", "source": "The test"});
            directory::publish_location(tx, &serde_json::from_value(place)?, &council, now)?;
            Ok(())
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let events = Events::open(&site).await.unwrap();
        let desk = Desk::open(&site).await.unwrap();
        let room = Appointments::new(&desk, &events);
        let organizations = db.read(directory::list_organizations).await.unwrap();
        let team = Team { db, clock, site, room, desk, organization: organizations[0].id.uuid() };
        team.publish(draft()).await;
        team
    }

    pub async fn publish(&self, draft: AvailabilityDraft) -> appointments::Published {
        let now = self.clock.now();
        self.db
            .write(move |tx| publish_availability(tx, &May::by_operator(On::all("session")), &draft, now))
            .await
            .unwrap()
            .unwrap()
    }

    pub fn as_somebody(&self, name: &str, role: Option<Role>) -> Browser {
        let doors = appointments::routes(&self.room)
            .and(appointments::staff_door(&self.room))
            .and(bookings::routes(&self.desk));
        let router = doors.into_router();
        let organizations = if role == Some(Role::ProviderEditor) && name == "team" {
            vec![self.organization]
        } else {
            Vec::new()
        };
        let router = match role {
            Some(role) => {
                let person: PersonId = Id::named("test", name);
                let actor =
                    Actor::Person(Signed { person, roles: Roles::default().and(role), organizations });
                router.layer(Extension(Who { actor }))
            }
            None => router,
        };
        Browser { router: web::shell(&self.site, router) }
    }

    pub fn team(&self) -> Browser {
        self.as_somebody("team", Some(Role::ProviderEditor))
    }

    pub fn family(&self) -> Browser {
        self.as_somebody("", None)
    }

    pub async fn book(&self, number: u64, time: Uuid) -> Result<Booked, Refused> {
        let request = bookings::Request {
            form_key: format!("{number:032x}"),
            how: How::Booked,
            dates: vec![time],
            party: vec![Guest {
                name: format!("Example parent {number}"),
                born: None,
                grown_up: true,
                needs: String::new(),
            }],
            contact: Contact {
                name: format!("Example parent {number}"),
                email: Some(format!("parent{number}@example.org").parse().unwrap()),
                phone: None,
            },
            note: String::new(),
            made_by: MadeBy::Family,
            invitation: None,
            through: Through::Session,
        };
        bookings::book(&self.desk, request).await.unwrap()
    }

    pub async fn mark(&self, time: Uuid, booking: bookings::BookingId, came: Came) {
        let now = self.clock.now();
        let mark = NewMark {
            key: MarkKey { device: Id::<()>::named("test", &format!("{booking}")).uuid(), counter: 1 },
            date_id: time,
            whom: Whom::Booked(booking, 1),
            came: Some(came),
            meal: Meal::None,
            marked_at: now,
            saw: Vec::new(),
        };
        self.db
            .write(move |tx| registers::set_mark(tx, &May::by_operator(On::all("register")), &mark, now))
            .await
            .unwrap();
    }

    pub fn go_to(&self, at: &str) {
        self.clock.set(at.parse::<Instant>().unwrap());
    }

    /// The times that are held, as the clock shows them.
    pub async fn times(&self) -> Vec<String> {
        let now = self.clock.now();
        let dates =
            self.db.read(move |tx| events::list_dates_of(tx, events::session_id(SLUG), now)).await.unwrap();
        let held = dates.into_iter().filter(|date| date.is_held());
        held.map(|date| format!("{}T{}", date.day.strftime("%Y%m%d"), date.starts.replace(':', ""))).collect()
    }

    /// What is counted is what is booked.
    pub async fn expect_sound(&self) {
        assert_eq!(self.db.read(bookings::list_differences).await.unwrap(), []);
    }
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
