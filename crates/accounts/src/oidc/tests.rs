//! Against the real `oidc-provider` (test-servers/oidc.mjs), through the room's real door on a local port.

use crate::{
    Accounts, AccountsConfig, MIGRATIONS, PersonDraft,
    accounts::hash_of,
    mails::Post,
    oidc::{GroupRoles, OidcConfig},
    set_person,
    store::{oidc as rows, people as people_rows, sessions},
};
use access::{PersonId, Role};
use axum::middleware::from_fn_with_state;
use kernel::{Clock, Dice};
use openidconnect::reqwest;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};
use store::Db;
use url::Url;
use web::Site;

/// The provider as a process of its own. It ends with the test, also when that fails.
struct Provider {
    process: Child,
    issuer: String,
    http: reqwest::Client,
}

impl Provider {
    async fn start(house: &str) -> Provider {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-servers");
        assert!(
            std::path::Path::new(folder).join("node_modules/oidc-provider").is_dir(),
            "the provider is not installed: run `npm ci` in test-servers, or scripts/test, which does it"
        );
        let told = json!({
            "redirect": format!("{house}/sign-in/council/return"),
            "after_sign_out": format!("{house}/sign-in"),
        });
        let mut process = Command::new("node")
            .args(["oidc.mjs", &told.to_string()])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is missing: install Node.js 20 or newer");
        let out = process.stdout.take().expect("its output is piped");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(out).read_line(&mut line).map(|_| line)
        });
        let line = line.await.unwrap().unwrap();
        let issuer = line.trim().strip_prefix("ready ").expect("the provider starts").to_owned();
        Provider { process, issuer, http: client() }
    }

    async fn told(&self, what: Json) -> Json {
        let request = self.http.post(format!("{}/control", self.issuer)).body(what.to_string());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// The room on a port, and the provider it speaks to.
struct House {
    db: Db,
    address: String,
    clock: Clock,
    post: Arc<Mutex<Vec<notify::Message>>>,
    editor: PersonId,
    provider: Provider,
}

async fn house(db: Db, groups: Option<GroupRoles>) -> House {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let provider = Provider::start(&address).await;
    let clock = Clock::standing_at(&Clock::real().now().to_string());
    let council = settings::Council { public_url: address.clone(), ..settings::Council::unnamed() };
    let now = clock.now();
    db.write(move |tx| settings::set_council(tx, &council, now)).await.unwrap();
    let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
    let config = AccountsConfig {
        oidc: Some(OidcConfig {
            name: "Example Council sign-in".to_owned(),
            issuer: provider.issuer.clone(),
            client_id: "hearth".to_owned(),
            client_secret: "a secret for tests only".to_owned(),
            scopes: vec!["email".to_owned(), "profile".to_owned(), "groups".to_owned()],
            email_claim: "email".to_owned(),
            trust_email: false,
            groups,
            allow_http_on_localhost: true,
        }),
        ..AccountsConfig::default()
    };
    let post = Arc::default();
    let accounts = Accounts::open_with(&site, config, Post::Pile(Arc::clone(&post))).await.unwrap();
    let routes = crate::oidc::door(&accounts).and(crate::passkey::door(&accounts)).into_router();
    let router = web::shell(&site, routes.layer(from_fn_with_state(accounts.clone(), crate::who)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let editor = add(&db, &clock, "editor@hearth.example", Role::Editor).await;
    House { db, address, clock, post, editor, provider }
}

async fn add(db: &Db, clock: &Clock, email: &str, role: Role) -> PersonId {
    let draft = PersonDraft {
        email: email.parse().unwrap(),
        name: "Demonstration editor".to_owned(),
        roles: vec![role],
        organizations: Vec::new(),
    };
    let clock = clock.clone();
    db.write(move |tx| set_person(tx, &draft, &clock, &Dice::real())).await.unwrap()
}

impl House {
    async fn sessions(&self) -> usize {
        let editor = self.editor;
        self.db.read(move |tx| sessions::list_sessions(tx, editor)).await.unwrap().len()
    }

    fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    async fn trail(&self) -> Vec<String> {
        let (rows, _) = self
            .db
            .read(|tx| access::audit::search(tx, &access::audit::Filter::default(), 100, 0))
            .await
            .unwrap();
        rows.into_iter().map(|row| row.did).collect()
    }
}

/// What came back.
struct Answer {
    status: u16,
    leads_to: Option<Url>,
    body: String,
}

/// A browser with its cookies, which follows nothing by itself.
struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    fn new() -> Browser {
        Browser { http: client(), cookies: BTreeMap::new() }
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(&("127.0.0.1".to_owned(), name.to_owned())).map(String::as_str)
    }

    async fn get(&mut self, address: &str) -> Answer {
        let url = Url::parse(address).unwrap();
        let host = url.host_str().unwrap().to_owned();
        let ours: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let request = self.http.get(url.clone()).header("cookie", ours.join("; "));
        let response = request.header("user-agent", "A test").send().await.unwrap();
        for line in response.headers().get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let key = (host.clone(), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&key)
            } else {
                self.cookies.insert(key, value.to_owned())
            };
        }
        let leads_to = response.headers().get("location").map(|to| url.join(to.to_str().unwrap()).unwrap());
        Answer { status: response.status().as_u16(), leads_to, body: response.text().await.unwrap() }
    }

    /// Starts here, signs in there as somebody, and stops at the address that leads back.
    async fn sign_in_there(&mut self, house: &House, account: &str) -> String {
        let start = self.get(&format!("{}/sign-in/council?next=/account/passkeys", house.address)).await;
        let mut there = start.leads_to.expect("a way to the provider");
        there.query_pairs_mut().append_pair("login_hint", account).append_pair("prompt", "login");
        for _ in 0..8 {
            let answer = self.get(there.as_str()).await;
            there = answer.leads_to.unwrap_or_else(|| panic!("the provider stopped: {}", answer.body));
            if there.as_str().starts_with(&house.address) {
                return there.to_string();
            }
        }
        panic!("the provider leads round and round")
    }

    async fn sign_in(&mut self, house: &House, account: &str) -> Answer {
        let back = self.sign_in_there(house, account).await;
        self.get(&back).await
    }
}

fn migrations() -> [&'static [store::Migration]; 3] {
    [settings::MIGRATIONS, access::MIGRATIONS, MIGRATIONS]
}

#[tokio::test]
async fn somebody_of_the_council_is_joined_by_their_checked_address_and_known_again_by_the_provider_s_name() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        let mut browser = Browser::new();
        let answer = browser.sign_in(&house, "editor").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(answer.leads_to.unwrap().path(), "/account/passkeys");
        assert_eq!(browser.cookie("council"), None, "the attempt's cookie goes with it");
        let page = browser.get(&format!("{}/account/passkeys", house.address)).await;
        assert!(
            page.status == 200 && page.body.contains("Add a passkey on this device"),
            "it is a strong sign-in"
        );
        assert_eq!(house.post.lock().unwrap().len(), 1, "they are told of the new way to sign in");

        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 303);
        assert_eq!(house.post.lock().unwrap().len(), 1, "and only once");
        assert_eq!(house.sessions().await, 2);

        // Another of the provider's people with the same address: a new colleague who was given it.
        let other = Browser::new().sign_in(&house, "capitals").await;
        assert_eq!(other.status, 403);
        assert!(other.body.contains("belongs to another sign-in"));
        let trail = house.trail().await;
        assert!(trail.iter().any(|did| did == "joined the council's sign-in to the account"));
        assert!(trail.iter().any(|did| did == "signed in with council"));
        assert!(!trail.iter().any(|did| did.contains('@')), "no address in the trail");

        let out = browser.get(&format!("{}/sign-in/council/sign-out", house.address)).await.leads_to.unwrap();
        assert!(
            out.as_str().starts_with(&house.provider.issuer)
                && out.query().unwrap().contains("client_id=hearth")
        );
        let shown =
            |out: &Url| out.query_pairs().any(|(key, value)| key == "id_token_hint" && !value.is_empty());
        assert!(shown(&out), "the provider is told who asks: {out}");
        assert_eq!(browser.get(out.as_str()).await.status, 200, "and takes it");
        let again =
            browser.get(&format!("{}/sign-in/council/sign-out", house.address)).await.leads_to.unwrap();
        assert!(!shown(&again), "once");
        let kept = house.db.read(rows::list_sealed).await.unwrap();
        assert!(
            kept.len() == 2 && kept.iter().all(|sealed| !sealed.contains('.')),
            "none can be read: {kept:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_way_back_works_once_in_the_browser_that_started_it_and_for_ten_minutes() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        let again = |answer: &Answer| answer.status == 400 && answer.body.contains("Please start again");

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        assert!(again(&Browser::new().get(&back).await), "another browser has no cookie");
        let mut replay = Browser { http: client(), cookies: browser.cookies.clone() };
        assert_eq!(browser.get(&back).await.status, 303);
        assert!(again(&replay.get(&back).await), "spent");
        assert!(again(&browser.get(&back).await), "spent");

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        let other_state = back.replace("state=", "state=x");
        assert!(again(&browser.get(&other_state).await), "the state is another's");

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        house.later(601);
        assert!(again(&browser.get(&back).await), "too late here");

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        house.provider.told(json!({"later": 120})).await;
        assert!(again(&browser.get(&back).await), "the code is too old there");
        assert_eq!(house.sessions().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_not_made_for_this_sign_in_is_refused() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        for wrong in [
            json!({"claims": {"aud": "another"}}),
            json!({"claims": {"aud": ["hearth", "another"]}}),
            json!({"claims": {"azp": "another"}}),
            json!({"claims": {"iss": "https://login.example.org"}}),
            json!({"claims": {"nonce": "another"}}),
            json!({"claims": {"exp": 1_000_000_000}}),
            json!({"claims": {"iat": 9_000_000_000_u64, "exp": 9_000_000_600_u64}}),
            json!({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}),
            json!({"sign": "none"}),
            json!({"sign": "stranger"}),
        ] {
            let mut browser = Browser::new();
            let back = browser.sign_in_there(&house, "editor").await;
            house.provider.told(wrong.clone()).await;
            let answer = browser.get(&back).await;
            assert_eq!(answer.status, 400, "{wrong}");
            assert!(answer.body.contains("We could not check that sign-in"), "{wrong}");
            assert!(browser.cookie("session").is_none(), "{wrong}");
        }

        // Somebody who can write our database, or took another's attempt: the nonce does not fit.
        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        let browser_hash = hash_of(browser.cookie("council").unwrap());
        let changed = house.db.write(move |tx| {
            let attempt = rows::find_attempt(tx, &browser_hash)?.expect("the attempt");
            rows::delete_attempt(tx, &browser_hash)?;
            rows::insert_attempt(tx, &rows::AttemptRow { nonce: "another".to_owned(), ..attempt })
        });
        changed.await.unwrap();
        assert_eq!(browser.get(&back).await.status, 400);

        assert_eq!(house.sessions().await, 0);
        assert_eq!(
            Browser::new().sign_in(&house, "editor").await.status,
            303,
            "and what is right still works"
        );
    })
    .await;
}

#[tokio::test]
async fn new_keys_are_asked_for_when_a_token_has_one_but_not_too_often() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 303);
        let before = house.provider.told(json!({"rotate": true})).await["keys"].as_u64().unwrap();
        assert_eq!(before, 1, "kept between sign-ins");
        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 303, "the new key is fetched");

        assert_eq!(house.provider.told(json!({"rotate": true})).await["keys"], 2);
        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 400, "not again within a minute");
        assert_eq!(house.provider.told(json!({})).await["keys"], 2);
        house.later(61);
        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn nobody_comes_in_who_is_not_known_or_by_an_address_that_was_not_checked() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        for account in ["unverified", "unsaid"] {
            let answer = Browser::new().sign_in(&house, account).await;
            assert!(answer.status == 403 && answer.body.contains("has not checked"), "{account}");
        }
        let answer = Browser::new().sign_in(&house, "stranger").await;
        assert!(answer.status == 403 && answer.body.contains("you have not been added here"));
        assert!(!answer.body.contains("stranger@"), "nothing of the provider's is shown");
        let people = house.db.read(|tx| people_rows::list_people(tx, 10)).await.unwrap();
        assert_eq!(people.len(), 1, "nobody was added");

        let (editor, now) = (house.editor, house.clock.now());
        house.db.write(move |tx| people_rows::set_disabled(tx, editor, Some(now))).await.unwrap();
        let answer = Browser::new().sign_in(&house, "editor").await;
        assert!(answer.status == 403 && answer.body.contains("turned off"));
        assert_eq!(house.sessions().await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_provider_s_groups_add_people_and_take_roles_away_again() {
    let groups = || GroupRoles {
        claim: "groups".to_owned(),
        roles: [("hub-editors".to_owned(), "editor".to_owned())].into(),
    };
    store::testing::both(&migrations(), async |db| {
        let house = house(db, Some(groups())).await;
        assert_eq!(Browser::new().sign_in(&house, "grouped").await.status, 303);
        let people = house.db.read(|tx| people_rows::list_people(tx, 10)).await.unwrap();
        let newcomer = people.iter().find(|person| person.id != house.editor).expect("the newcomer").id;
        let roles = || house.db.read(move |tx| people_rows::list_roles(tx, newcomer));
        assert!(roles().await.unwrap().has(Role::Editor));

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "grouped").await;
        let gone =
            json!({"email": "grouped@hearth.example", "email_verified": true, "groups": ["all-staff"]});
        house.provider.told(json!({ "claims": gone })).await;
        assert_eq!(browser.get(&back).await.status, 403, "who left the group does not come in");

        let answer = Browser::new().sign_in(&house, "leaver").await;
        assert_eq!(answer.status, 403, "a group that gives no role adds nobody");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_down_or_says_no_leaves_the_other_ways_in() {
    store::testing::both(&migrations(), async |db| {
        let house = house(db, None).await;
        let down = |answer: &Answer| {
            answer.status == 424
                && answer.body.contains("not answering")
                && answer.body.contains("href=\"/sign-in\"")
        };
        house.provider.told(json!({"down": true})).await;
        let start = format!("{}/sign-in/council", house.address);
        assert!(down(&Browser::new().get(&start).await));
        house.provider.told(json!({"down": false})).await;

        let mut browser = Browser::new();
        let back = browser.sign_in_there(&house, "editor").await;
        house.provider.told(json!({"down": true})).await;
        assert!(down(&browser.get(&back).await));
        house.provider.told(json!({"down": false})).await;

        let answer = Browser::new().sign_in(&house, "cancel").await;
        assert!(answer.status == 200 && answer.body.contains("You have not signed in"));
        assert!(!answer.body.contains("the provider says this"), "nothing of the provider's is shown");
        assert_eq!(house.sessions().await, 0);
        assert_eq!(Browser::new().sign_in(&house, "editor").await.status, 303);
    })
    .await;
}
