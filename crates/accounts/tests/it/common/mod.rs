//! A house of accounts, its people and their requests, for the tests that go through its doors.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod notes;

use access::{Actor, PersonId, Role, Signed};
use accounts::{Accounts, AccountsConfig, How, Office, OfficeConfig, PersonDraft, Rooms, set_person};
use axum::{
    Extension, Router,
    body::Body,
    http::{HeaderMap, Request, header},
    middleware::from_fn_with_state,
};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use settings::Council;
use store::Db;
use tower::ServiceExt;
use web::{Site, Who};

pub const NOW: &str = "2026-11-22T09:00:00Z";

/// What is sent with a form; `None` only looks.
pub type Fields<'a> = Option<&'a [(&'a str, &'a str)]>;

pub struct House {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub accounts: Accounts,
    pub office: Office,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl House {
    pub async fn open(db: Db, rooms: Rooms) -> House {
        let clock = Clock::standing_at(NOW);
        let council = Council { public_url: "https://hub.example.org".to_owned(), ..Council::unnamed() };
        db.write(move |tx| settings::set_council(tx, &council, NOW.parse()?)).await.unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let accounts = Accounts::open(&site, AccountsConfig::default()).await.unwrap();
        let office = Office::open(&accounts, OfficeConfig::default(), rooms);
        House { db, clock, site, accounts, office }
    }

    pub async fn person(&self, name: &str, email: &str, role: Role) -> PersonId {
        let draft = PersonDraft {
            email: email.parse().unwrap(),
            name: name.to_owned(),
            roles: vec![role],
            organizations: vec![],
        };
        let clock = self.clock.clone();
        self.db.write(move |tx| set_person(tx, &draft, &clock, &Dice::real())).await.unwrap()
    }

    /// Signs somebody in and gives their cookies. `headers` are the browser's.
    pub async fn sign_in(&self, headers: &HeaderMap, person: PersonId, how: How) -> String {
        let response = self.accounts.start_session(headers, person, how, "/account").await.ok().unwrap();
        let cookies = response.headers().get_all(header::SET_COOKIE).iter();
        let pairs = cookies.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Asks as somebody with a role, without a session.
    pub async fn ask(&self, (person, role): (PersonId, Role), path: &str, form: Fields<'_>) -> Answer {
        let roles = [role].into_iter().collect();
        let actor = Actor::Person(Signed { person, roles, organizations: vec![] });
        let doors = accounts::staff_door(&self.office).and(accounts::data_door(&self.office));
        let router = doors.into_router().layer(Extension(Who { actor }));
        answer(web::shell(&self.site, router), request(path, form)).await
    }

    /// Asks as whoever the cookies among these headers name.
    pub async fn ask_in_session(&self, headers: HeaderMap, path: &str, form: Fields<'_>) -> Answer {
        let doors = accounts::door(&self.accounts)
            .and(accounts::staff_door(&self.office))
            .and(accounts::data_door(&self.office));
        let router = doors.into_router().layer(from_fn_with_state(self.accounts.clone(), accounts::who));
        let mut request = request(path, form);
        request.headers_mut().extend(headers);
        answer(web::shell(&self.site, router), request).await
    }
}

fn request(path: &str, form: Fields<'_>) -> Request<Body> {
    let request = match form {
        None => Request::get(path).body(Body::empty()),
        Some(fields) => {
            let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .body(Body::from(pairs))
        }
    };
    request.unwrap()
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status, location: location.unwrap_or_default(), body }
}
