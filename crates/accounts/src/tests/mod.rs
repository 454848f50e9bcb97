//! The room through its own door, on both databases.

mod account;
mod guessing;
mod link;
mod password;
mod session;

use crate::{
    Accounts, AccountsConfig, ClientAddress, PersonDraft, demo_door, door, mails::Post, set_person, who,
};
use access::{PersonId, Role};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    middleware::from_fn_with_state,
};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use kernel::{Clock, Dice, Instant};
use notify::Message;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};
use store::{Db, Migration};
use tower::ServiceExt;
use web::Site;

pub(super) const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
pub(super) const CHROME: &str =
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

pub(super) const MIGRATIONS: &[&[Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, crate::MIGRATIONS];

/// A house with a standing clock and recorded mail.
pub(super) struct House {
    pub accounts: Accounts,
    pub clock: Clock,
    pub mails: Arc<Mutex<Vec<Message>>>,
    router: Router,
}

pub(super) async fn house(db: Db) -> House {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let site = Site::open(db, clock.clone(), Dice::real()).await.unwrap();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let post = Post::Pile(mails.clone());
    let config = AccountsConfig { answer_takes_millis: 0, ..AccountsConfig::default() };
    let accounts = Accounts::open_with(&site, config, post).await.unwrap();
    let rooms = door(&accounts).and(demo_door(&accounts)).into_router();
    let router = web::shell(&site, rooms.layer(from_fn_with_state(accounts.clone(), who)));
    House { accounts, clock, mails, router }
}

impl House {
    pub async fn person(&self, email: &str, roles: &[Role]) -> PersonId {
        let draft = PersonDraft {
            email: email.parse().unwrap(),
            name: "Demonstration person".to_owned(),
            roles: roles.to_vec(),
            organizations: Vec::new(),
        };
        let (clock, dice) = (self.clock.clone(), Dice::real());
        self.db().write(move |tx| set_person(tx, &draft, &clock, &dice)).await.unwrap()
    }

    pub fn db(&self) -> &Db {
        self.accounts.site().db()
    }

    pub fn pass(&self, minutes: i64) {
        self.clock.set(self.now() + SignedDuration::from_mins(minutes));
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A browser with no cookies at the first address.
    pub fn browser(&self) -> Browser<'_> {
        self.browser_at(FIREFOX, "192.0.2.1")
    }

    pub fn browser_at(&self, agent: &'static str, address: &str) -> Browser<'_> {
        Browser { house: self, cookies: BTreeMap::new(), agent, address: address.parse().unwrap() }
    }

    /// The path of the link in the last mail.
    pub fn last_link(&self) -> String {
        let mails = self.mails.lock().unwrap();
        let (_, link) = mails.last().unwrap().values.iter().find(|(key, _)| *key == "link").unwrap();
        link[link.find("/sign-in/link/").unwrap()..].to_owned()
    }

    pub fn mail_kinds(&self) -> Vec<&'static str> {
        self.mails.lock().unwrap().iter().map(|mail| mail.template.key).collect()
    }

    /// What the trail says was done, oldest first.
    pub async fn trail(&self) -> Vec<String> {
        let filter = access::audit::Filter::default();
        let (mut entries, _) =
            self.db().read(move |tx| access::audit::search(tx, &filter, 500, 0)).await.unwrap();
        entries.reverse();
        entries.into_iter().map(|entry| entry.did).collect()
    }
}

/// One browser: its cookies, what it calls itself, and where it is.
#[derive(Clone)]
pub(super) struct Browser<'h> {
    house: &'h House,
    pub cookies: BTreeMap<String, String>,
    pub agent: &'static str,
    pub address: IpAddr,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub to: String,
    pub body: String,
}

impl Answer {
    /// Whether the answer leads here.
    pub fn leads_to(&self, path: &str) -> bool {
        self.status == StatusCode::SEE_OTHER && self.to == path
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, String::new()).await
    }

    pub async fn head(&mut self, path: &str) -> Answer {
        self.ask(Method::HEAD, path, String::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.ask(Method::POST, path, body).await
    }

    async fn ask(&mut self, method: Method, path: &str, body: String) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "hub.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::USER_AGENT, self.agent)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ClientAddress(self.address));
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status();
        let to = response.headers().get(header::LOCATION).map_or("", |to| to.to_str().unwrap()).to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, to, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Whether this browser is signed in.
    pub async fn is_in(&mut self) -> bool {
        self.get("/account").await.status == StatusCode::OK
    }

    /// Asks for a link and opens it, all in this browser.
    pub async fn sign_in_by_link(&mut self, email: &str) -> Answer {
        self.post("/sign-in", &[("email", email)]).await;
        let link = self.house.last_link();
        self.post(&link, &[]).await
    }
}

#[tokio::test]
async fn every_statement_is_understood_by_both_databases() {
    store::testing::both(MIGRATIONS, async |db| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
        // Where a list of columns or conditions stands elsewhere, the pages run the statement itself.
        let whole = |text: &String| {
            !["select  ", "(null)", "where  ", "$ "].iter().any(|hole| text.contains(hole))
                && !text.trim_end().ends_with("where")
        };
        let statements: Vec<String> =
            store::testing::statements_in(&folder).into_iter().filter(whole).collect();
        assert!(statements.len() > 40, "{} statements", statements.len());
        let refused = store::testing::prepare_all(&db, statements).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}
