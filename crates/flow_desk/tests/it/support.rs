//! A council with the guides that come with the house, and an editor at the desk.

use access::{Actor, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode},
};
use flow_desk::FlowDesk;
use flows::{Flows, lint::Known};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id};
use std::sync::Arc;
use store::{Db, Migration};
use tower::ServiceExt;
use web::{Site, Who};

pub const MIGRATIONS: &[&[Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, flows::MIGRATIONS, flow_desk::MIGRATIONS];

pub struct Desk {
    pub flows: Flows,
    router: Router,
}

/// A guide that the lint lets pass, with a note that no form knows.
pub fn sound(slug: &str, question: &str) -> String {
    format!(
        "# a note of the editor\nslug = \"{slug}\"\ntitle = \"My child will not sleep\"\nsummary = \"What helps at night.\"\nowner = \"Hub team\"\nchecked_on = 2026-11-20\nreview_by = 2027-05-20\nlanguages = [\"en\"]\nstart = \"first\"\n\n[[node]]\nkey = \"first\"\nkind = \"choice\"\nsay = \"{question}\"\nfacts = false\notherwise = \"end\"\n[[node.choice]]\nkey = \"yes\"\nwords = \"Yes\"\nto = \"end\"\n\n[[node]]\nkey = \"end\"\nkind = \"end\"\nsay = \"You can come back at any time.\"\nfacts = false\n"
    )
}

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).expect("the form has that field");
    after.split('"').next().unwrap().to_owned()
}

impl Desk {
    pub async fn open(db: Db) -> Desk {
        let clock = Clock::standing_at("2026-11-23T09:00:00Z");
        let site = Site::open(db, clock, Dice::loaded(7)).await.unwrap();
        let flows = Flows::open(&site).await.unwrap();
        let desk = FlowDesk::new(&flows, Arc::new(Known::nothing));
        let actor = Actor::Person(Signed {
            person: Id::named("test", "editor"),
            roles: [Role::Editor].into_iter().collect(),
            organizations: vec![],
        });
        let door = flow_desk::admin_door(&desk).into_router().layer(Extension(Who { actor }));
        Desk { router: web::shell(&site, door), flows }
    }

    pub async fn page(&self, path: &str) -> String {
        let request = Request::get(path).header("host", "hub.example.org").body(Body::empty()).unwrap();
        let (status, page) = self.send(request).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("host", "hub.example.org")
            .header("origin", "http://hub.example.org")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
}
