//! Somebody whose name is like no other comes, writes it wherever it can be written, takes a copy and is erased. Then
//! it is looked for in every byte of the database's files, in a backup, in every text of every table, and in the log.

use crate::common;

use access::{PersonId, Role};
use accounts::{ConsentHow, How, Purpose, Rooms};
use axum::http::{HeaderMap, header};
use common::{Fields, House};
use jobs::Runner;
use kernel::{Dice, Id};
use std::{io::Write, path::Path, sync::Mutex};
use store::{Db, Migration, args, testing};
use tracing_subscriber::{EnvFilter, prelude::*};
use uuid::Uuid;

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

async fn ask(house: &House, cookies: &str, path: &str, form: Fields<'_>) -> (u16, String, String) {
    let answer = house.ask_in_session(headers(cookies), path, form).await;
    (answer.status, answer.location, answer.body)
}

async fn expect(house: &House, cookies: &str, path: &str, form: Fields<'_>, status: u16) -> (String, String) {
    let (found, to, body) = ask(house, cookies, path, form).await;
    assert_eq!(found, status, "{path}: {body}");
    (to, body)
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
    let administrator =
        house.person("Demonstration administrator", "admin@hearth.example", Role::Administrator).await;
    let admin = house.sign_in(&headers(""), administrator, How::Demonstration).await;
    let new = [
        ("name", CANARY),
        ("email", EMAIL),
        ("roles", "family"),
        ("roles", "editor"),
        ("why", "a new editor"),
    ];
    let (to, _) = expect(house, &admin, "/admin/people/add", Some(&new), 303).await;
    let path = to.split('?').next().unwrap().to_owned();
    let person: PersonId = path.rsplit('/').next().unwrap().parse().unwrap();
    expect(house, "", "/sign-in", Some(&[("email", EMAIL)]), 303).await;
    ask(house, "", "/sign-in/password", Some(&[("email", EMAIL), ("password", CANARY)])).await;
    ask(house, "", &format!("/sign-in/link/{CANARY}"), None).await;
    let cookies = house.sign_in(&headers(""), person, How::Demonstration).await;
    ask(house, &cookies, "/account", Some(&[("name", &format!("{CANARY} again")), ("language", "en")])).await;
    expect(house, &cookies, "/account/data/consents", Some(&[("agree", "news")]), 303).await;
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
    expect(house, &admin, "/admin/people", Some(&[("q", CANARY)]), 200).await;
    let (to, _) = expect(house, &admin, "/admin/audit", Some(&[("who", CANARY)]), 303).await;
    assert!(!holds(to.as_bytes()), "no name in an address");
    expect(house, &admin, &to, None, 200).await;
    let letter = [
        ("email", EMAIL),
        ("wants", "copy"),
        ("came_by", "letter"),
        ("received_on", "2026-11-20"),
        ("note", "zqcanaryzq wrote to us"),
    ];
    expect(house, &admin, "/admin/data-requests", Some(&letter), 303).await;
    let (id,): (Id<()>,) = house.db.read(|tx| tx.one("select id from data_request", args![])).await.unwrap();
    let close = [("act", "close"), ("outcome", "done"), ("closing_note", "sent to zqcanaryzq")];
    expect(house, &admin, &format!("/admin/data-requests/{id}"), Some(&close), 303).await;
    expect(house, &admin, "/admin/people/zqcanaryzq", None, 404).await;
    ask(house, &admin, &path, Some(&[("act", "send_link"), ("why", "zqcanaryzq@zqcanaryzq.example asked")]))
        .await;
    expect(house, &admin, &path, Some(&[("act", "send_link")]), 303).await;
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
        let house = House::open(database.db.clone(), Rooms::default()).await;
        let (_, cookies, admin) = live(&house).await;
        let (_, copy) = expect(&house, &cookies, "/account/data/copy", Some(&[("as", "page")]), 200).await;
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
        expect(&house, &cookies, "/account/data/erase", Some(&[("agree", "erase"), ("email", EMAIL)]), 200)
            .await;
        let (status, to, _) = ask(&house, &cookies, "/account/data", None).await;
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
        expect(&house, &admin, "/admin/audit", None, 200).await;
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
        let (status, _, page) = ask(&house, &admin, "/admin/people/add", Some(&new)).await;
        assert!(status == 500 && !holds(page.as_bytes()), "{status}");
    }
    let heard = std::mem::take(&mut *HEARD.lock().unwrap());
    let heard = String::from_utf8_lossy(&heard);
    let broke = |line: &&str| line.contains("a page broke") && line.contains("/admin/people/add");
    let (answers, faults) = (heard.matches("answered").count(), heard.lines().filter(broke).count());
    assert!(answers > 30 && faults == 2, "the test listens: {answers} answers, {faults} faults");
    let holding: Vec<&str> = heard.lines().filter(|line| holds(line.as_bytes())).collect();
    assert!(holding.is_empty(), "in the log: {holding:#?}");
}
