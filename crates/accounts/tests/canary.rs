//! Somebody whose name is like no other comes, writes it wherever it can be written, takes a copy and is erased. Then
//! it is looked for in every byte of the database's files, in a backup, in every text of every table, and in the log.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use access::{PersonId, Role};
use accounts::{
    Accounts, AccountsConfig, ConsentHow, How, Office, OfficeConfig, PersonDraft, Purpose, Rooms, set_person,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
    middleware::from_fn_with_state,
};
use http_body_util::BodyExt;
use jobs::Runner;
use kernel::{Clock, Dice, Id};
use settings::Council;
use std::{io::Write, path::Path, sync::Mutex};
use store::{Db, Migration, args, testing};
use tower::ServiceExt;
use tracing_subscriber::{EnvFilter, prelude::*};
use uuid::Uuid;
use web::Site;

const NOW: &str = "2026-11-22T09:00:00Z";
const CANARY: &str = "zqcanaryzq";
const EMAIL: &str = "zqcanaryzq@zqcanaryzq.example";
const HOUSE: &[&[Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, notify::MIGRATIONS, accounts::MIGRATIONS];

/// Everything that was logged.
static HEARD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        HEARD.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn holds(bytes: &[u8]) -> bool {
    bytes.to_ascii_lowercase().windows(CANARY.len()).any(|part| part == CANARY.as_bytes())
}

struct House {
    db: Db,
    clock: Clock,
    accounts: Accounts,
    office: Office,
    router: Router,
}

impl House {
    async fn new(db: Db) -> House {
        let clock = Clock::standing_at(NOW);
        let council = Council { public_url: "https://hub.example.org".to_owned(), ..Council::unnamed() };
        db.write(move |tx| settings::set_council(tx, &council, NOW.parse()?)).await.unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let accounts = Accounts::open(&site, AccountsConfig::default()).await.unwrap();
        let office = Office::open(&accounts, OfficeConfig::default(), Rooms::default());
        let doors =
            accounts::door(&accounts).and(accounts::staff_door(&office)).and(accounts::data_door(&office));
        let routes = doors.into_router().layer(from_fn_with_state(accounts.clone(), accounts::who));
        House { db, clock, accounts, office, router: web::shell(&site, routes) }
    }

    /// Signs somebody in and gives their cookies.
    async fn sign_in(&self, person: PersonId) -> String {
        let response =
            self.accounts.start_session(&headers(""), person, How::Demonstration, "/account").await;
        let response = response.ok().unwrap();
        let cookies = response.headers().get_all(header::SET_COOKIE).iter();
        let pairs = cookies.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn ask(&self, cookies: &str, path: &str, form: Option<&[(&str, &str)]>) -> (u16, String, String) {
        let mut request = match form {
            None => Request::get(path).body(Body::empty()).unwrap(),
            Some(fields) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                let request = Request::post(path).header("sec-fetch-site", "same-origin");
                let kind = "application/x-www-form-urlencoded";
                request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
            }
        };
        request.headers_mut().extend(headers(cookies));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let to = response.headers().get(header::LOCATION).map_or("", |to| to.to_str().unwrap()).to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, to, String::from_utf8_lossy(&body).into_owned())
    }

    async fn expect(
        &self,
        cookies: &str,
        path: &str,
        form: Option<&[(&str, &str)]>,
        status: u16,
    ) -> (String, String) {
        let (found, to, body) = self.ask(cookies, path, form).await;
        assert_eq!(found, status, "{path}: {body}");
        (to, body)
    }
}

fn headers(cookies: &str) -> HeaderMap {
    let agent = format!("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 {CANARY}");
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, agent.parse().unwrap());
    if !cookies.is_empty() {
        headers.insert(header::COOKIE, cookies.parse().unwrap());
    }
    headers
}

/// Everything a person can do, with the canary in every box.
async fn live(house: &House) -> (PersonId, String, String) {
    let draft = PersonDraft {
        email: "admin@hearth.example".parse().unwrap(),
        name: "Demonstration administrator".to_owned(),
        roles: vec![Role::Administrator],
        organizations: vec![],
    };
    let clock = house.clock.clone();
    let administrator =
        house.db.write(move |tx| set_person(tx, &draft, &clock, &Dice::real())).await.unwrap();
    let admin = house.sign_in(administrator).await;
    let new = [
        ("name", CANARY),
        ("email", EMAIL),
        ("roles", "family"),
        ("roles", "editor"),
        ("why", "a new editor"),
    ];
    let (to, _) = house.expect(&admin, "/admin/people/add", Some(&new), 303).await;
    let path = to.split('?').next().unwrap().to_owned();
    let person: PersonId = path.rsplit('/').next().unwrap().parse().unwrap();
    house.expect("", "/sign-in", Some(&[("email", EMAIL)]), 303).await;
    house.ask("", "/sign-in/password", Some(&[("email", EMAIL), ("password", CANARY)])).await;
    house.ask("", &format!("/sign-in/link/{CANARY}"), None).await;
    let cookies = house.sign_in(person).await;
    house.ask(&cookies, "/account", Some(&[("name", &format!("{CANARY} again")), ("language", "en")])).await;
    house.expect(&cookies, "/account/data/consents", Some(&[("agree", "news")]), 303).await;
    let clock = house.clock.clone();
    let kept = house.db.write(move |tx| {
        let about = (person, Purpose::Research);
        accounts::set_consent(tx, about, ConsentHow::Letter, "letter of zqcanaryzq", &clock, &Dice::real())?;
        let passkey = "insert into passkey (id, person_id, credential_id, name, credential, added_at) values ($1, $2, $3, $4, $5, $6)";
        tx.exec(passkey, args![Uuid::from_u128(1), person, CANARY, "phone of zqcanaryzq", CANARY, clock.now()])?;
        let joined = "insert into council_sign_in (issuer, subject, person_id, methods, joined_at, last_used_at) values ($1, $2, $3, $4, $5, $5)";
        tx.exec(joined, args!["https://idp.example", EMAIL, person, "", clock.now()])
    });
    kept.await.unwrap();
    // Staff look for them, and record what they asked for by letter.
    house.expect(&admin, "/admin/people", Some(&[("q", CANARY)]), 200).await;
    let (to, _) = house.expect(&admin, "/admin/audit", Some(&[("who", CANARY)]), 303).await;
    assert!(!holds(to.as_bytes()), "no name in an address");
    house.expect(&admin, &to, None, 200).await;
    let letter = [
        ("email", EMAIL),
        ("wants", "copy"),
        ("came_by", "letter"),
        ("received_on", "2026-11-20"),
        ("note", "zqcanaryzq wrote to us"),
    ];
    house.expect(&admin, "/admin/data-requests", Some(&letter), 303).await;
    let (id,): (Id<()>,) = house.db.read(|tx| tx.one("select id from data_request", args![])).await.unwrap();
    let close = [("act", "close"), ("outcome", "done"), ("closing_note", "sent to zqcanaryzq")];
    house.expect(&admin, &format!("/admin/data-requests/{id}"), Some(&close), 303).await;
    house.expect(&admin, "/admin/people/zqcanaryzq", None, 404).await;
    house
        .ask(&admin, &path, Some(&[("act", "send_link"), ("why", "zqcanaryzq@zqcanaryzq.example asked")]))
        .await;
    house.expect(&admin, &path, Some(&[("act", "send_link")]), 303).await;
    (person, cookies, admin)
}

/// Every text of every table, and what PostgreSQL remembers of their values.
async fn texts(db: &Db) -> String {
    let postgres = db.is_postgres();
    db.read(move |tx| {
        let columns: Vec<(String, String)> = if postgres {
            tx.all(
                "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                    where table_schema = 'public' and data_type = 'text'",
                args![],
            )?
        } else {
            tx.all(
                "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table'",
                args![],
            )?
        };
        assert!(columns.len() > 50, "the test looks at the tables: {}", columns.len());
        let mut all = String::new();
        for (table, column) in columns {
            let rows: Vec<(Option<String>,)> =
                tx.all(&format!("select cast({column} as text) from {table}"), args![]).unwrap_or_default();
            rows.into_iter().flat_map(|(text,)| text).for_each(|text| all = format!("{all}{table}.{column}: {text}\n"));
        }
        if postgres {
            let kept: Vec<(Option<String>, Option<String>)> = tx.all(
                "select cast(cast(most_common_vals as text) as text), cast(cast(histogram_bounds as text) as text) from pg_stats where schemaname = 'public'",
                args![],
            )?;
            kept.into_iter().for_each(|(one, other)| all.push_str(&format!("{one:?} {other:?}\n")));
        }
        Ok(all)
    })
    .await
    .unwrap()
}

fn files(path: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

#[tokio::test]
async fn somebody_who_was_erased_is_in_no_file_no_table_no_backup_and_no_line_of_the_log() {
    let filter = EnvFilter::new("trace,tokio_postgres=info");
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(|| Ear).with_filter(filter))
        .init();
    for database in testing::databases(HOUSE).await {
        let house = House::new(database.db.clone()).await;
        let (_, cookies, admin) = live(&house).await;
        let (_, copy) = house.expect(&cookies, "/account/data/copy", Some(&[("as", "page")]), 200).await;
        for kept in [
            "zqcanaryzq again",
            EMAIL,
            "letter of zqcanaryzq",
            "phone of zqcanaryzq",
            "zqcanaryzq wrote to us",
            "sent to zqcanaryzq",
        ] {
            assert!(copy.contains(kept), "the copy holds '{kept}': {copy}");
        }
        assert!(holds(texts(&house.db).await.as_bytes()), "before, it is there");
        house.expect(&cookies, "/account/data/erase", Some(&[("agree", "erase")]), 200).await;
        let (status, to, _) = house.ask(&cookies, "/account/data", None).await;
        assert!(status == 303 && to.starts_with("/sign-in"), "the session is over");
        let runner = Runner::new(house.db.clone(), house.clock.clone(), Dice::real());
        let runner = accounts::office_jobs(runner, &house.office);
        assert_eq!(
            runner.run_until_empty().await.unwrap(),
            2,
            "the database is written anew, and the night’s work"
        );

        let left = texts(&house.db).await;
        let left: Vec<&str> = left.lines().filter(|line| holds(line.as_bytes())).collect();
        assert!(left.is_empty(), "in the tables: {left:#?}");
        house.expect(&admin, "/admin/audit", None, 200).await;
        if let Some(path) = house.db.path() {
            store::backup(&house.db, &path.with_file_name("backup.db")).await.unwrap();
            let files = files(path);
            assert!(files.len() >= 3, "file, journal and backup: {files:?}");
            for file in files {
                assert!(!holds(&std::fs::read(&file).unwrap()), "in {}", file.file_name().unwrap().display());
            }
        }
        // What the database refuses, it may quote.
        house.db.write(|tx| tx.script("alter table message rename to gone")).await.unwrap();
        let new = [("name", CANARY), ("email", EMAIL), ("roles", "editor")];
        let (status, _, page) = house.ask(&admin, "/admin/people/add", Some(&new)).await;
        assert!(status == 500 && !holds(page.as_bytes()), "{status}");
    }
    let heard = std::mem::take(&mut *HEARD.lock().unwrap());
    let heard = String::from_utf8_lossy(&heard);
    let (answers, faults) = (heard.matches("answered").count(), heard.matches("a page broke").count());
    assert!(answers > 30 && faults == 2, "the test listens: {answers} answers, {faults} faults");
    let holding: Vec<&str> = heard.lines().filter(|line| holds(line.as_bytes())).collect();
    assert!(holding.is_empty(), "in the log: {holding:#?}");
}
