//! A council with a model, and pages that were found.

use crate::model_server::{ModelServer, Script};
use access::{Actor, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use kernel::{Clock, Date, Dice, Id};
use rewording::{Chunk, ModelConfig, Rewording, Sentence};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Db, testing};
use tower::ServiceExt;
use web::{Site, Who};

pub const NOW: &str = "2026-11-23T09:00:00Z";
pub const MIGRATIONS: &[&[store::Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, rewording::MIGRATIONS];

pub const BOOK: &str = "Stay and Play meets on Mondays, 10am to noon, at Example Library. You do not need to book a place. \
    Children must stay with an adult. Ring the hub on 0151 496 0000 to ask for a cot.";
pub const PLAN: &str = "Anyone can ask the council for an assessment. The council must reply within 6 weeks. Some families get help with money.";

pub struct Hall {
    pub db: Db,
    pub clock: Clock,
    pub site: Site,
    pub server: ModelServer,
    pub room: Rewording,
    endpoint: String,
}

/// Enough for a slow machine; only what never answers waits for it.
pub const PATIENT: u64 = 20_000;

pub async fn both(budget_millis: u64, test: impl AsyncFn(&Hall)) {
    for database in testing::databases(MIGRATIONS).await {
        eprintln!("on {:?}", database.db.dialect());
        let clock = Clock::standing_at(NOW);
        let site = Site::open(database.db.clone(), clock.clone(), Dice::loaded(7)).await.unwrap();
        let server = ModelServer::default();
        let endpoint = server.start().await;
        let room = Rewording::open_with(&site, Some(config(&endpoint, budget_millis))).await.unwrap();
        test(&Hall { db: database.db.clone(), clock, site, server, room, endpoint }).await;
    }
}

pub fn config(endpoint: &str, budget_millis: u64) -> ModelConfig {
    ModelConfig {
        endpoint: endpoint.to_owned(),
        model: "small".to_owned(),
        key: "sk-very-secret".to_owned(),
        budget_millis,
        sentences_max: 4,
    }
}

pub fn chunk(key: &str, text: &str) -> Chunk {
    Chunk {
        key: key.to_owned(),
        title: "A page of the test".to_owned(),
        text: text.to_owned(),
        checked_on: Date::constant(2026, 11, 20),
    }
}

pub fn chunks() -> Vec<Chunk> {
    vec![chunk("c1", BOOK), chunk("c2", PLAN)]
}

/// A model's answer of one sentence with one quote.
pub fn said(text: &str, chunk: &str, quote: &str) -> String {
    json!({"sentences": [{"text": text, "cites": [{"chunk": chunk, "quote": quote}]}], "unanswered": []})
        .to_string()
}

pub fn good() -> String {
    said("You do not need to book a place.", "c1", "You do not need to book a place.")
}

impl Hall {
    /// Another node over the same database.
    pub async fn another_node(&self) -> Rewording {
        let site = Site::open(self.db.clone(), self.clock.clone(), Dice::loaded(8)).await.unwrap();
        Rewording::open_with(&site, Some(config(&self.endpoint, PATIENT))).await.unwrap()
    }

    pub async fn ask(&self, question: &str) -> Option<Vec<Sentence>> {
        self.room.reword(&self.site.screen(question), &chunks()).await
    }

    /// The model does this once, and somebody asks.
    pub async fn ask_when(&self, script: Script) -> Option<Vec<Sentence>> {
        self.server.then(script);
        self.ask("can children stay alone at stay and play?").await
    }

    /// How often what came about.
    pub async fn counts(&self) -> BTreeMap<String, i64> {
        self.room.write_counts().await.unwrap();
        let day = Date::constant(2026, 1, 1);
        let counts = self.db.read(move |tx| rewording::list_counts_since(tx, day)).await.unwrap();
        counts.into_iter().map(|counted| (counted.what, counted.many)).collect()
    }

    pub fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    pub fn staff(&self, role: Role) -> Browser {
        browser(&self.room, &self.site, role)
    }
}

pub fn browser(room: &Rewording, site: &Site, role: Role) -> Browser {
    let actor = Actor::Person(Signed {
        person: Id::named("t", "staff"),
        roles: [role].into_iter().collect(),
        organizations: vec![],
    });
    let door = rewording::admin_door(room).into_router().layer(Extension(Who { actor }));
    Browser { router: web::shell(site, door) }
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
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let request = request.header("host", "hub.example.org").body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Seen { status, location, html: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

/// The user's part of what was sent.
pub fn sent(body: &Value) -> Value {
    serde_json::from_str(body["messages"][1]["content"].as_str().unwrap()).unwrap()
}
