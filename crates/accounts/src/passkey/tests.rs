//! With a device in software (test-servers/authenticator.mjs), through the room's real door. The browser's part is in
//! browser-tests/tests/passkeys.test.mjs.

use crate::{
    Accounts, AccountsConfig, MIGRATIONS, PersonDraft, mails::Post, model::How, set_person,
    store::passkeys as rows,
};
use access::{PersonId, Role};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, header},
    middleware::from_fn_with_state,
};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
};
use store::Db;
use tower::ServiceExt;
use web::Site;

const ORIGIN: &str = "http://localhost:8080";

/// Somebody's device.
struct Device {
    process: Child,
    ask: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Device {
    fn new() -> Device {
        let mut process = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-servers/authenticator.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is missing: install Node.js 20 or newer");
        let ask = process.stdin.take().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        Device { process, ask, said }
    }

    /// `wrong` says what is done otherwise than it should be.
    fn answer(&mut self, what: &str, options: &Json, wrong: Json) -> Json {
        let mut asked = json!({"do": what, "options": options, "origin": ORIGIN});
        for (key, value) in wrong.as_object().into_iter().flatten() {
            asked[key] = value.clone();
        }
        writeln!(self.ask, "{asked}").unwrap();
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct House {
    db: Db,
    accounts: Accounts,
    router: Router,
    clock: Clock,
    post: Arc<Mutex<Vec<notify::Message>>>,
    editor: PersonId,
}

async fn house(db: Db) -> House {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
    let post = Arc::default();
    let config = AccountsConfig::default();
    let accounts = Accounts::open_with(&site, config, Post::Pile(Arc::clone(&post))).await.unwrap();
    let routes = super::door(&accounts).into_router();
    let router = web::shell(&site, routes.layer(from_fn_with_state(accounts.clone(), crate::who)));
    let editor = add(&db, &clock, "editor@hearth.example").await;
    House { db, accounts, router, clock, post, editor }
}

async fn add(db: &Db, clock: &Clock, email: &str) -> PersonId {
    let draft = PersonDraft {
        email: email.parse().unwrap(),
        name: "Demonstration editor".to_owned(),
        // Who also keeps an entry can be signed in with a link alone.
        roles: vec![Role::Editor, Role::ProviderEditor],
        organizations: Vec::new(),
    };
    let clock = clock.clone();
    db.write(move |tx| set_person(tx, &draft, &clock, &Dice::real())).await.unwrap()
}

struct Answer {
    status: u16,
    body: String,
    leads_to: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn refused(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or("not refused").to_owned()
    }
}

#[derive(Clone)]
struct Browser<'h> {
    house: &'h House,
    cookies: BTreeMap<String, String>,
}

impl House {
    fn browser(&self) -> Browser<'_> {
        Browser { house: self, cookies: BTreeMap::new() }
    }

    async fn signed_in(&self, person: PersonId, how: How) -> Browser<'_> {
        let mut browser = self.browser();
        let response = self.accounts.start_session(&HeaderMap::new(), person, how, "/account").await;
        browser.keep(response.ok().expect("a session").headers());
        browser
    }

    async fn trail(&self) -> Vec<String> {
        let filter = access::audit::Filter::default();
        let (rows, _) = self.db.read(move |tx| access::audit::search(tx, &filter, 100, 0)).await.unwrap();
        rows.into_iter().map(|row| row.did).collect()
    }

    async fn passkeys(&self) -> Vec<rows::PasskeyRow> {
        let editor = self.editor;
        self.db.read(move |tx| rows::list_passkeys(tx, editor)).await.unwrap()
    }

    /// A device with a passkey of the editor's.
    async fn device(&self) -> Device {
        let mut device = Device::new();
        let mut browser = self.signed_in(self.editor, How::Code).await;
        let options = browser.post("/account/passkeys/start", "{}").await.json();
        let credential = device.answer("create", &options, json!({}));
        let added = browser.post_json("/account/passkeys/finish", json!({ "credential": credential })).await;
        assert_eq!(added.json()["leads_to"], "/account/passkeys?done=added", "{}", added.body);
        device
    }
}

impl Browser<'_> {
    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: String, kind: &'static str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, HeaderValue::from_static(kind))
            .header(header::COOKIE, cookies.join("; "))
            .body(Body::from(body))
            .unwrap();
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        self.keep(response.headers());
        let leads_to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status, body, leads_to: leads_to.unwrap_or_default() }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new(), "text/plain").await
    }

    async fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send(Method::POST, path, body.to_owned(), "application/x-www-form-urlencoded").await
    }

    async fn post_json(&mut self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, body.to_string(), "application/json").await
    }

    /// Signs in as the script does it.
    async fn sign_in(&mut self, device: &mut Device, wrong: Json) -> Answer {
        let options = self.post_json("/sign-in/passkey/start", json!({})).await.json();
        let credential = device.answer("get", &options, wrong);
        self.finish(credential).await
    }

    async fn finish(&mut self, credential: Json) -> Answer {
        let answer = json!({"credential": credential, "next": "/account/passkeys"});
        self.post_json("/sign-in/passkey/finish", answer).await
    }
}

fn migrations() -> [&'static [store::Migration]; 3] {
    [settings::MIGRATIONS, access::MIGRATIONS, MIGRATIONS]
}

#[tokio::test]
async fn a_passkey_is_added_and_signs_in_with_nothing_typed() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db).await;
        let mut device = house.device().await;
        let mut browser = house.browser();
        let page = browser.get("/sign-in/passkey?next=/account/passkeys").await;
        assert!(page.body.contains("data-next=\"/account/passkeys\"") && page.body.contains("<noscript>"));
        let answer = browser.sign_in(&mut device, json!({})).await;
        assert_eq!(answer.json(), json!({"leads_to": "/account/passkeys"}));
        let list = browser.get("/account/passkeys").await;
        assert!(list.body.contains("Add a passkey on this device"), "it is a strong sign-in");
        assert!(list.body.contains("22 November 2026"));

        assert_eq!(house.post.lock().unwrap().len(), 1, "they are told of the new way to sign in");
        let trail = house.trail().await;
        assert!(
            ["added a passkey", "signed in with passkey"].iter().all(|did| trail.iter().any(|it| it == did))
        );

        // Somewhere else is never led to.
        let options = browser.post_json("/sign-in/passkey/start", json!({})).await.json();
        let credential = device.answer("get", &options, json!({}));
        let away = json!({"credential": credential, "next": "//evil.test/"});
        let answer = browser.post_json("/sign-in/passkey/finish", away).await.json();
        assert!(answer["leads_to"].as_str().unwrap().starts_with("/admin"));
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_taken_once_in_the_browser_that_was_asked_and_for_five_minutes() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db).await;
        let mut device = house.device().await;
        let mut browser = house.browser();
        let options = browser.post_json("/sign-in/passkey/start", json!({})).await.json();
        let credential = device.answer("get", &options, json!({}));

        let mut other = house.browser();
        other.post_json("/sign-in/passkey/start", json!({})).await;
        assert_eq!(house.browser().finish(credential.clone()).await.refused(), "too_late", "no cookie");
        assert_eq!(other.finish(credential.clone()).await.refused(), "not_accepted", "another's challenge");
        let mut copy = browser.clone();
        assert_eq!(browser.finish(credential.clone()).await.status, 200);
        assert_eq!(copy.finish(credential.clone()).await.refused(), "too_late", "spent");

        let mut late = house.browser();
        let options = late.post_json("/sign-in/passkey/start", json!({})).await.json();
        let credential = device.answer("get", &options, json!({}));
        house.clock.set("2026-11-22T09:05:00Z".parse().unwrap());
        assert_eq!(late.finish(credential).await.refused(), "too_late");

        // A challenge for adding is none for signing in, and the other way round.
        let mut editor = house.signed_in(house.editor, How::Code).await;
        let options = editor.post_json("/sign-in/passkey/start", json!({})).await.json();
        let registration = json!({"publicKey": {"rp": {"id": "localhost"}, "user": {"id": "AAAA"},
            "challenge": options["publicKey"]["challenge"]}});
        let credential = Device::new().answer("create", &registration, json!({}));
        let answer = editor.post_json("/account/passkeys/finish", json!({ "credential": credential })).await;
        assert_eq!(answer.refused(), "too_late");
        assert_eq!(house.passkeys().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_fit_and_a_passkey_that_was_copied_are_refused() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db).await;
        let mut device = house.device().await;
        for (wrong, code) in [
            (json!({"origin": "http://localhost.evil.test:8080"}), "not_accepted"),
            (json!({"origin": "http://localhost:9090"}), "not_accepted"),
            (json!({"rp": "evil.test"}), "not_accepted"),
            (json!({"verified": false}), "not_accepted"),
            (json!({"handle": "AAAAAAAAAAAAAAAAAAAAAA"}), "unknown"),
            (json!({"handle": "AAAA"}), "not_accepted"),
        ] {
            let answer = house.browser().sign_in(&mut device, wrong.clone()).await;
            assert_eq!(answer.refused(), code, "{wrong}");
            assert!(answer.status < 500 && !answer.body.contains("evil"), "{wrong}");
        }
        for garbage in [json!(null), json!({}), json!("x"), json!({"id": "x", "rawId": "x"})] {
            let mut browser = house.browser();
            browser.post_json("/sign-in/passkey/start", json!({})).await;
            assert_eq!(browser.finish(garbage).await.refused(), "not_accepted");
        }
        let mut stranger = Device::new();
        let registration =
            json!({"publicKey": {"rp": {"id": "localhost"}, "user": {"id": "AAAAAAAAAAAAAAAAAAAAAA"}, "challenge": "AAAA"}});
        stranger.answer("create", &registration, json!({}));
        assert_eq!(house.browser().sign_in(&mut stranger, json!({})).await.refused(), "unknown");

        assert_eq!(house.browser().sign_in(&mut device, json!({"counter": 50})).await.status, 200);
        for behind in [50, 49, 0] {
            let copied = house.browser().sign_in(&mut device, json!({"counter": behind})).await;
            assert_eq!((copied.status, copied.refused().as_str()), (403, "copied"));
        }
        assert!(house.trail().await.iter().any(|did| did.contains("may be a copy")));
        assert_eq!(house.browser().sign_in(&mut device, json!({"counter": 51})).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_changed_only_by_its_owner_in_a_strong_session_and_opens_nothing_when_taken_off() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db).await;
        let mut device = house.device().await;
        let id = house.passkeys().await[0].id;
        let (name, remove) =
            (format!("/account/passkeys/{id}/name"), format!("/account/passkeys/{id}/remove"));

        let mut weak = house.signed_in(house.editor, How::Link).await;
        let list = weak.get("/account/passkeys").await;
        assert!(list.status == 200 && !list.body.contains("data-passkey"), "seen, not changed");
        assert_eq!(weak.post("/account/passkeys/start", "").await.refused(), "not_strong");
        assert_eq!(weak.post("/account/passkeys/finish", "{}").await.refused(), "not_strong");
        let neighbour = add(&house.db, &house.clock, "neighbour@hearth.example").await;
        let mut neighbour = house.signed_in(neighbour, How::Code).await;
        for other in [&mut weak, &mut neighbour] {
            for path in [&name, &remove] {
                assert_eq!(other.get(path).await.status, 404);
                other.post(path, "name=Mine").await;
            }
        }
        assert_eq!(
            house.browser().get("/account/passkeys").await.leads_to,
            "/sign-in?next=%2Faccount%2Fpasskeys"
        );
        assert_ne!(house.passkeys().await[0].name, "Mine");

        let mut editor = house.signed_in(house.editor, How::Council).await;
        let empty = editor.post(&name, "name=+").await;
        assert!(empty.status == 422 && empty.body.contains("Enter a name, like Work laptop"));
        let danger = editor.post(&name, "name=i+want+to+kill+myself").await;
        assert!(danger.body.contains("We have not kept this yet") && danger.body.contains("tel:999"));
        assert!(danger.body.contains("value=\"i want to kill myself\""), "nothing typed is lost");
        assert_eq!(editor.post(&name, "name=Work+laptop").await.leads_to, "/account/passkeys?done=named");
        assert_eq!(house.passkeys().await[0].name, "Work laptop");

        assert!(editor.get(&remove).await.body.contains("It is your only passkey"));
        assert_eq!(editor.post(&remove, "").await.leads_to, "/account/passkeys?done=removed");
        assert_eq!(editor.post(&remove, "").await.leads_to, "/account/passkeys", "pressed twice");
        assert_eq!(house.browser().sign_in(&mut device, json!({})).await.refused(), "unknown");
        assert_eq!(house.post.lock().unwrap().len(), 2, "told when it came and when it went");
        assert!(house.trail().await.iter().any(|did| did == "took off a passkey"));
    })
    .await;
}
