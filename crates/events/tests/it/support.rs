//! A council with two hubs, a refuge and some sessions, behind the room's own doors, on both databases.

use access::{Actor, KeepSessions, KeepTerms, May, On, Role, Roles, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use calendar::{BankHoliday, Days, Term, TermCalendar, TermDates};
use directory::{LocationDraft, OrganizationDraft};
use events::{Events, SessionDraft};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id};
use settings::Council;
use store::Db;
use tower::ServiceExt;
use web::{Site, Who};

/// A Sunday.
pub const NOW: &str = "2026-11-22T09:00:00Z";

pub struct Home {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub events: Events,
    pub router: Router,
}

pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Home {
    pub async fn of(db: Db) -> Home {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        db.write(move |tx| {
            settings::set_council(tx, &council(), now)?;
            let organization: OrganizationDraft = toml::from_str(
                "slug = 'hubs'\nname = 'Testshire Hubs'\ndescription = 'Made for a test'\nkind = 'council'",
            )?;
            directory::publish_organization(tx, &organization, now)?;
            for place in [
                "slug = 'mill'\nname = 'Mill Family Hub'\nkind = 'physical'\nhub = true\ntown = 'Northtown'\nsource = 'a test'\n\
                 address_1 = '1 Mill Lane'\npostal_code = 'WA8 0BS'\naccessibility = [{feature = 'step_free', state = 'yes'}]",
                "slug = 'quay'\nname = 'Quay Family Hub'\nkind = 'physical'\nhub = true\ntown = 'Southtown'\nsource = 'a test'",
                "slug = 'haven'\nname = 'Haven House'\nkind = 'physical'\ntown = 'Northtown'\nsource = 'a test'\nsensitive = true",
            ] {
                let draft: LocationDraft = toml::from_str(place)?;
                directory::publish_location(tx, &draft, &council(), now)?;
            }
            let may = May::<KeepTerms>::by_operator(On::all("terms"));
            events::set_terms(tx, &may, &terms(), now)
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::loaded(3)).await.unwrap();
        let events = Events::open(&site).await.unwrap();
        let router = router(&site, &events, Role::Editor, Vec::new());
        Home { db, clock, site, events, router }
    }

    /// The same house, with somebody else at its door.
    pub fn as_somebody(&self, role: Role, organizations: Vec<uuid::Uuid>) -> Home {
        let router = router(&self.site, &self.events, role, organizations);
        let (db, clock) = (self.db.clone(), self.clock.clone());
        Home { db, clock, site: self.site.clone(), events: self.events.clone(), router }
    }

    /// Keeps a session and lets the house hear of it.
    pub async fn keep(&self, draft: &SessionDraft) {
        self.keep_all(vec![draft.clone()]).await;
    }

    pub async fn keep_all(&self, drafts: Vec<SessionDraft>) {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                let may = May::<KeepSessions>::by_operator(On::all("session"));
                for draft in &drafts {
                    events::publish_session(tx, &may, draft, now)?.unwrap();
                }
                Ok(())
            })
            .await
            .unwrap();
        self.events.renew_if_changed().await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Request::post(path).header("sec-fetch-site", "same-origin").body(Body::from(body)).unwrap())
            .await
    }

    pub async fn ask(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert("host", "hub.example.org".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

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
}

fn router(site: &Site, events: &Events, role: Role, organizations: Vec<uuid::Uuid>) -> Router {
    let actor = Actor::Person(Signed {
        person: Id::named("test", role.key()),
        roles: Roles::default().and(role),
        organizations,
    });
    let doors = events::routes(events).and(events::admin_door(events));
    web::shell(site, doors.into_router().layer(Extension(Who { actor })))
}

pub fn council() -> Council {
    Council {
        name: "Testshire family hubs".to_owned(),
        area_name: "Testshire".to_owned(),
        area_code: "E99".to_owned(),
        public_url: "https://hub.example.org".to_owned(),
        ..Council::unnamed()
    }
}

fn terms() -> TermCalendar {
    let date = |text: &str| text.parse().unwrap();
    let days = |first, last| Days::new(date(first), date(last)).unwrap();
    TermCalendar::new(TermDates {
        terms: vec![
            Term { name: "Autumn term 2026".to_owned(), days: days("2026-09-07", "2026-12-18") },
            Term { name: "Spring term 2027".to_owned(), days: days("2027-01-04", "2027-03-25") },
        ],
        half_terms: vec![days("2026-10-26", "2026-10-30")],
        inset_days: vec![],
        bank_holidays: vec![BankHoliday { date: date("2026-12-25"), name: "Christmas Day".to_owned() }],
    })
    .unwrap()
}

/// A weekly drop-in, in term time, at Mill, from a first date on.
pub fn session(slug: &str, title: &str, start: &str) -> SessionDraft {
    serde_json::from_value(serde_json::json!({
        "slug": slug, "title": title, "summary": "Toys, songs and a hot drink.", "organization": "hubs", "place": "mill",
        "kind": "drop_in", "ages": {"from_months": 0, "under_months": 60}, "cost": "Free", "wanted": "published",
        "source": "made up for a test",
        "parts": [{"start": start, "minutes": 90, "zone": "Europe/London", "repeats": "FREQ=WEEKLY",
            "when": {"season": "term_time", "bank_holidays": "closed"}, "exceptions": []}],
    }))
    .unwrap()
}

pub async fn on_both(test: impl AsyncFn(Home)) {
    let migrations = [access::MIGRATIONS, settings::MIGRATIONS, directory::MIGRATIONS, events::MIGRATIONS];
    store::testing::both(&migrations, async |db| test(Home::of(db).await).await).await;
}
