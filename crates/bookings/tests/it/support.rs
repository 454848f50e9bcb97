//! A town with a hall and a few sessions in it.

use access::{May, On};
use bookings::{Booked, BookingId, Contact, Desk, Guest, How, MadeBy, Request, Rules, Through};
use events::SessionDraft;
use kernel::{Clock, Dice, Instant};
use serde_json::json;
use settings::Council;
use store::{Db, testing};
use uuid::Uuid;
use web::Site;

pub const NOW: &str = "2026-11-23T09:00:00Z";

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    directory::MIGRATIONS,
    notify::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
];

pub struct Hall {
    pub db: Db,
    pub clock: Clock,
    pub desk: Desk,
    pub url: String,
}

pub async fn both(test: impl AsyncFn(&Hall)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        let hall = Hall::open(database.db.clone(), database.url.clone()).await;
        hall.fill().await;
        test(&hall).await;
    }
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn guests(children: usize) -> Vec<Guest> {
    (0..children)
        .map(|number| Guest {
            name: format!("Example child {number}"),
            born: Some("2026-08-01".parse().unwrap()),
            grown_up: false,
            needs: String::new(),
        })
        .collect()
}

pub fn request(number: u64, dates: &[Uuid], children: usize) -> Request {
    Request {
        form_key: format!("{number:032x}"),
        how: How::Booked,
        dates: dates.to_vec(),
        party: guests(children),
        contact: Contact {
            name: format!("Example parent {number}"),
            email: Some(format!("parent{number}@example.org").parse().unwrap()),
            phone: None,
        },
        note: String::new(),
        made_by: MadeBy::Family,
        invitation: None,
        through: Through::Session,
    }
}

pub fn session(slug: &str, day: &str, more: serde_json::Value) -> SessionDraft {
    let mut draft = json!({
        "slug": slug, "title": slug.replace('-', " "), "summary": "A session of the test.", "organization": "example-centre",
        "place": "example-hall", "kind": "book_on", "places": 10, "wanted": "published", "source": "The test",
        "parts": [{"start": format!("{day}T09:30:00"), "minutes": 60, "zone": "Europe/London",
            "repeats": "FREQ=WEEKLY;COUNT=8", "when": {"season": "all_year", "bank_holidays": "open"}, "exceptions": []}],
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

pub fn drafts() -> Vec<SessionDraft> {
    vec![
        session("stay-and-play", "2026-12-01", json!({"siblings_welcome": true})),
        session("baby-massage", "2026-12-01", json!({"ages": {"from_months": 0, "under_months": 12}})),
        session("messy-play", "2026-12-02", json!({})),
        session("drop-in", "2026-12-02", json!({"kind": "drop_in", "places": null})),
    ]
}

/// Held on so many Tuesdays.
pub fn weekly(slug: &str, places: i64, weeks: i64) -> SessionDraft {
    let mut draft = session(slug, "2026-12-01", json!({ "places": places }));
    let repeats = json!(format!("FREQ=WEEKLY;COUNT={weeks}"));
    let mut part = serde_json::to_value(&draft.parts[0]).unwrap();
    part["repeats"] = repeats;
    draft.parts[0] = serde_json::from_value(part).unwrap();
    draft
}

pub fn dates_of(draft: &SessionDraft, weeks: i64) -> Vec<Uuid> {
    let session = events::session_id(&draft.slug);
    let start = draft.parts[0].start;
    (0..weeks)
        .map(|week| {
            let at = start.checked_add(kernel::Span::new().weeks(week)).unwrap();
            events::date_id(session, &calendar::Key::new(at).unwrap().to_string())
        })
        .collect()
}

impl Hall {
    pub async fn open(db: Db, url: String) -> Hall {
        Hall::open_at(db, url, Clock::standing_at(NOW)).await
    }

    pub async fn open_at(db: Db, url: String, clock: Clock) -> Hall {
        let dice = Dice::real();
        let site = Site::open(db.clone(), clock.clone(), dice).await.unwrap();
        Hall { desk: Desk::open(&site).await.unwrap(), db, clock, url }
    }

    pub async fn fill(&self) {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                let council = Council {
                    area_name: "Halton".to_owned(),
                    public_url: "https://hub.example.org".to_owned(),
                    ..Council::unnamed()
                };
                settings::set_council(tx, &council, now)?;
                let organization = json!({"slug": "example-centre", "name": "Example centre", "description": "A centre of the test.", "kind": "charity", "source": "The test"});
                directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
                Ok(())
            })
            .await
            .unwrap();
        self.desk.site().refresh().await.unwrap();
        for draft in drafts() {
            self.publish(draft).await;
        }
    }

    pub async fn publish(&self, draft: SessionDraft) {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                events::publish_session(tx, &May::by_operator(On::all("session")), &draft, now)?.unwrap();
                Ok(())
            })
            .await
            .unwrap();
    }

    /// A session of its own, with so many places, on so many Tuesdays.
    pub async fn open_session(&self, slug: &str, places: i64, weeks: i64) -> Vec<Uuid> {
        self.publish(weekly(slug, places, weeks)).await;
        self.dates_in(slug, weeks)
    }

    pub fn dates_in(&self, slug: &str, weeks: i64) -> Vec<Uuid> {
        dates_of(&weekly(slug, 1, weeks), weeks)
    }

    /// Another node over the same database, with a line of its own.
    pub async fn second_node(&self) -> Desk {
        Desk::open(&self.second_site().await).await.unwrap()
    }

    pub async fn second_site(&self) -> Site {
        let db = Db::open(&self.url).await.unwrap();
        Site::open(db, self.clock.clone(), Dice::real()).await.unwrap()
    }

    pub fn dates(&self, slug: &str) -> Vec<Uuid> {
        let draft = drafts().into_iter().find(|draft| draft.slug == slug).unwrap();
        dates_of(&draft, 8)
    }

    pub fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    pub async fn taken(&self, date: Uuid) -> i64 {
        self.db
            .read(move |tx| {
                tx.one::<(i64,)>("select taken from date_places where date_id = $1", store::args![date])
            })
            .await
            .unwrap()
            .0
    }

    pub async fn states(&self, bookings: &[Booked]) -> Vec<String> {
        let mut states = Vec::new();
        for booking in bookings {
            let id = booking.id;
            let (state,): (String,) = self
                .db
                .read(move |tx| tx.one("select state from booking where id = $1", store::args![id]))
                .await
                .unwrap();
            states.push(state);
        }
        states
    }

    pub async fn until(&self, booking: BookingId) -> Instant {
        self.db
            .read(move |tx| {
                tx.one::<(Instant,)>("select until_at from booking where id = $1", store::args![booking])
            })
            .await
            .unwrap()
            .0
    }

    pub async fn whats(&self, booking: BookingId) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .db
            .read(move |tx| {
                tx.all(
                    "select what from booking_turn where booking_id = $1 order by number",
                    store::args![booking],
                )
            })
            .await
            .unwrap();
        rows.into_iter().map(|(what,)| what).collect()
    }

    pub async fn rules(&self, rules: Rules) {
        self.db.write(move |tx| bookings::set_rules(tx, &rules)).await.unwrap();
    }

    pub async fn set_places(&self, slug: &str, places: i64) {
        let mut draft = drafts().into_iter().find(|draft| draft.slug == slug).unwrap();
        draft.places = Some(places);
        self.publish(draft).await;
        bookings::renew_places(&self.desk, events::session_id(slug)).await.unwrap();
    }

    /// The counts are what the rows add up to, and nothing is over.
    pub async fn expect_sound(&self) {
        let differences = self.db.read(bookings::list_differences).await.unwrap();
        assert_eq!(differences, []);
    }
}
