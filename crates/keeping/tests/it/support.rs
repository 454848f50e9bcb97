//! A council with one organisation and two entries, its people, and a browser without a screen.

use access::{Actor, PersonId, Role, Signed};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id};
use serde_json::json;
use store::{Db, args};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

pub const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
];

pub struct Home {
    pub site: Site,
    pub db: Db,
    router: Router,
    /// Two keepers of the organisation, one of another.
    pub first: Who,
    pub second: Who,
    pub stranger: Who,
    pub editor: Who,
    pub steward: Who,
    pub lead: Who,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What somebody reads, without the marks around words that differ.
    pub fn words(&self) -> String {
        let text = self.text();
        let mut words = String::with_capacity(text.len());
        for (at, part) in text.split('<').enumerate() {
            words.push_str(if at == 0 { part } else { part.split_once('>').map_or("", |(_, after)| after) });
        }
        words
    }
}

pub async fn home(db: Db) -> Home {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let known = clock.clone();
    db.write(move |tx| {
        let council = settings::Council {
            public_url: "https://hub.example.org".to_owned(),
            ..settings::Council::unnamed()
        };
        settings::set_council(tx, &council, known.now())
    })
    .await
    .unwrap();
    let site = Site::open(db.clone(), clock, Dice::loaded(7)).await.unwrap();
    let inner = site.clone();
    let (organization, other, first, second) = db
        .write(move |tx| {
            let now = inner.clock().now();
            let council = inner.council();
            let needs = json!([{"slug": "feeding", "name": "Feeding your baby"}, {"slug": "domestic-abuse", "name": "Not safe at home"}]);
            directory::publish_taxonomy(tx, &serde_json::from_value::<Vec<directory::TermDraft>>(needs)?, now)?;
            let org = |slug: &str| json!({"slug": slug, "name": format!("Demonstration {slug}"), "description": "For tests", "kind": "charity"});
            let ours = directory::publish_organization(tx, &serde_json::from_value(org("ours"))?, now)?.uuid();
            let theirs = directory::publish_organization(tx, &serde_json::from_value(org("theirs"))?, now)?.uuid();
            for (slug, organization) in [("team", "ours"), ("club", "theirs")] {
                let service = json!({
                    "slug": slug, "name": format!("Demonstration {slug}"), "organization": organization, "summary": "Help with feeding",
                    "description": "We sit with you.", "topics": ["feeding"], "way_in": ["open"], "cost": "free",
                    "phones": [{"number": "0151 496 0000"}], "source": "The team itself", "checked_on": "2025-01-05",
                });
                directory::publish_service(tx, &serde_json::from_value(service)?, &council, now)?;
            }
            let keeper = |tx: &mut store::Tx<'_>, name: &str, organization: Uuid| {
                let email = format!("{name}@example.org").parse().unwrap();
                accounts::set_keeper(tx, &email, &format!("Demonstration {name}"), organization, inner.clock(), inner.dice())
            };
            Ok((ours, theirs, keeper(tx, "first", ours)?, keeper(tx, "second", ours)?))
        })
        .await
        .unwrap();
    let staff = |name: &str, role| signed(Id::named("staff", name), role, vec![]);
    let router = keeping::public_door(&site)
        .and(keeping::provider_door(&site))
        .and(keeping::admin_door(&site))
        .into_router();
    Home {
        router: web::shell(&site, router),
        first: signed(first, Role::ProviderEditor, vec![organization]),
        second: signed(second, Role::ProviderEditor, vec![organization]),
        stranger: signed(Id::named("keeper", "stranger"), Role::ProviderEditor, vec![other]),
        editor: staff("editor", Role::Editor),
        steward: staff("steward", Role::DataSteward),
        lead: staff("lead", Role::SafeguardingLead),
        site,
        db,
    }
}

pub fn signed(person: PersonId, role: Role, organizations: Vec<Uuid>) -> Who {
    Who { actor: Actor::Person(Signed { person, roles: [role].into_iter().collect(), organizations }) }
}

pub fn visitor() -> Who {
    Who { actor: Actor::Visitor }
}

impl Home {
    pub async fn get(&self, who: &Who, path: &str) -> Answer {
        self.send(who, Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, who: &Who, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(who, request.unwrap()).await
    }

    /// Sends a picture with its words.
    pub async fn upload(&self, who: &Who, path: &str, file: &str, bytes: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in [("kind", "photo"), ("alt", "Our blue door")] {
            body.extend(
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\ncontent-type: image/jpeg\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(Body::from(body));
        self.send(who, request.unwrap()).await
    }

    /// Opens a page behind another room's door.
    pub async fn through(&self, door: web::Door, who: &Who, path: &str) -> Answer {
        let router = web::shell(&self.site, door.into_router());
        answer(router, who, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn send(&self, who: &Who, request: Request<Body>) -> Answer {
        answer(self.router.clone(), who, request).await
    }

    /// What families see of an entry.
    pub async fn entry(&self, slug: &'static str) -> directory::Entry {
        self.db.read(move |tx| directory::find_entry(tx, slug)).await.unwrap().unwrap()
    }

    /// The bodies of every message to an address, oldest first.
    pub async fn mails_to(&self, address: &'static str) -> Vec<String> {
        let rows: Vec<(Option<String>,)> = self
            .db
            .read(move |tx| {
                tx.all("select body from message where to_address = $1 order by due_at, id", args![address])
            })
            .await
            .unwrap();
        rows.into_iter().filter_map(|(body,)| body).collect()
    }

    /// The one change that waits in a state.
    pub async fn change(&self, state: &'static str) -> String {
        let rows: Vec<(Uuid,)> = self
            .db
            .read(move |tx| tx.all("select id from entry_change where state = $1", args![state]))
            .await
            .unwrap();
        assert_eq!(rows.len(), 1, "changes in the state {state}");
        format!("/admin/review/{}", rows[0].0)
    }

    /// One keeper gives an entry another name and sends it, and an editor takes it.
    pub async fn rename(&self, name: &str) {
        let typed = [("name", name), ("summary", "Help with feeding"), ("description", "We sit with you.")];
        assert_eq!(self.post(&self.first, "/provider/entries/team/what", &typed).await.status, 303);
        assert_eq!(self.post(&self.first, "/provider/entries/team/send", &[]).await.status, 200);
        let version = self.entry("team").await.version.to_string();
        let change = self.change("waiting").await;
        let taken = self.post(&self.editor, &change, &[("version", &version), ("all", "accept")]).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
    }
}

async fn answer(router: Router, who: &Who, mut request: Request<Body>) -> Answer {
    request.extensions_mut().insert(who.clone());
    let response = router.oneshot(request).await.unwrap();
    let location = response.headers().get(header::LOCATION);
    Answer {
        status: response.status().as_u16(),
        location: location.map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default(),
        body: response.into_body().collect().await.unwrap().to_bytes().to_vec(),
    }
}
