//! Both databases for tests. Every test gets its own, with the migrations it names, and leaves nothing behind.
//!
//! ```no_run
//! # const MIGRATIONS: &[store::Migration] = &[];
//! # async fn a_test() {
//! store::testing::both(&[MIGRATIONS], async |db| {
//!     // The same test, once on SQLite and once on PostgreSQL.
//! })
//! .await;
//! # }
//! ```

use crate::{Db, Migration, migrate};
use std::{ops::Deref, path::Path};

/// A database of a test's own. Gone when it is dropped.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Its address, for a second process.
    pub url: String,
    keep: Keep,
}

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    /// Another database with all that is in this one, which nobody may be using meanwhile. What is dear to make is made
    /// once and copied.
    pub async fn copy(&self) -> TestDb {
        match &self.keep {
            Keep::Folder { .. } => {
                let folder = tempfile::tempdir().expect("a test can make a folder");
                let path = folder.path().join("test.db");
                crate::backup(&self.db, &path).await.expect("a test's database can be copied");
                opened(format!("sqlite://{}", path.display()), Keep::Folder { _folder: folder }).await
            }
            Keep::Database { server, name } => {
                // PostgreSQL copies only what nobody is connected to. We connect anew when we need to.
                let leave = format!(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
                );
                tell(server, &leave).await.expect("the test's PostgreSQL closes connections");
                postgres_from(server.clone(), name).await
            }
        }
    }
}

/// Runs a test on SQLite and then on PostgreSQL.
pub async fn both(migrations: &[&[Migration]], test: impl AsyncFn(Db)) {
    for database in databases(migrations).await {
        eprintln!("on {:?}", database.db.dialect());
        test(database.db.clone()).await;
    }
}

/// One of each.
pub async fn databases(migrations: &[&[Migration]]) -> Vec<TestDb> {
    vec![sqlite(migrations).await, postgres(migrations).await]
}

/// A SQLite database in a folder of its own.
pub async fn sqlite(migrations: &[&[Migration]]) -> TestDb {
    let folder = tempfile::tempdir().expect("a test can make a folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    migrated(opened(url, Keep::Folder { _folder: folder }).await, migrations).await
}

/// A PostgreSQL database of its own on the server of `HEARTH_TEST_POSTGRES`. It sorts by the rules of English, so that
/// a statement which trusts the server's order shows itself.
pub async fn postgres(migrations: &[&[Migration]]) -> TestDb {
    let of_english = "template0 locale_provider icu icu_locale 'en-GB' encoding 'UTF8'";
    migrated(postgres_from(server(), of_english).await, migrations).await
}

async fn postgres_from(server: String, template: &str) -> TestDb {
    let name = format!("test_{}", kernel::Dice::real().hex::<8>());
    tell(&server, &format!("create database {name} template {template}"))
        .await
        .expect("the test's PostgreSQL makes a database");
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
    let (host, _) = base.rsplit_once('/').expect("the address ends with a database's name");
    let url = format!("{host}/{name}?{query}");
    opened(url, Keep::Database { server, name }).await
}

async fn opened(url: String, keep: Keep) -> TestDb {
    let db = Db::open(&url).await.expect("a test's database opens");
    TestDb { db, url, keep }
}

async fn migrated(database: TestDb, migrations: &[&[Migration]]) -> TestDb {
    migrate(&database.db, migrations).await.expect("the migrations run");
    database
}

fn server() -> String {
    std::env::var("HEARTH_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "Every test runs on both databases: run scripts/test, which starts PostgreSQL, or set HEARTH_TEST_POSTGRES"
        )
    })
}

enum Keep {
    Folder { _folder: tempfile::TempDir },
    Database { server: String, name: String },
}

impl Drop for Keep {
    fn drop(&mut self) {
        let Keep::Database { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("drop database if exists {name} with (force)"));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(tell(&server, &sql)))
        });
        if !matches!(dropping.join(), Ok(Ok(Ok(())))) {
            eprintln!("a test's database was left behind");
        }
    }
}

async fn tell(server: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(sql).await
}

/// Every statement in the Rust files of a folder, so that a room's test can prepare each on both databases:
/// text in quotes that begins with `select`, `insert`, `update`, `delete` or `with` in lower case. What `format!` fills
/// in becomes `null` inside brackets and nothing elsewhere.
pub fn statements_in(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of the source can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(statements_in(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let source = std::fs::read_to_string(&path).expect("a source file can be read");
            let program = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            out.extend(
                literals(program).into_iter().filter(|text| is_statement(text)).map(|text| filled(&text)),
            );
        }
    }
    out
}

/// Prepares every statement of [`statements_in`] on this database, and says which it would not have.
pub async fn prepare_all(db: &Db, statements: Vec<String>) -> Vec<String> {
    db.write(move |tx| {
        let mut refused = Vec::new();
        for statement in &statements {
            if let Err(fault) = tx.attempt(|tx| tx.prepare(statement)) {
                refused.push(format!("{statement}\n    {fault:#}"));
            }
        }
        Ok(refused)
    })
    .await
    .expect("a statement can be prepared or refused")
}

fn is_statement(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    matches!(first, "select" | "insert" | "update" | "delete" | "with")
        && text.split_whitespace().count() > 1
        && [" from ", " into ", " set ", "select "].iter().any(|word| text.contains(word))
        && !text.contains("pragma_")
        && !text.contains("pg_")
        && !text.contains("sqlite_")
}

fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let hole = after.split_once('}').map_or("", |(_, after)| after);
        out.push_str(before);
        if before.trim_end().ends_with('(') {
            out.push_str("null");
        }
        rest = hole;
    }
    out + rest
}

/// The text literals of a Rust source, near enough: comments and single letters are stepped over.
fn literals(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    let letters: Vec<char> = source.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '/' if letters.get(at + 1) == Some(&'/') => {
                while at < letters.len() && letters[at] != '\n' {
                    at += 1;
                }
            }
            '\'' if letters.get(at + 2) == Some(&'\'') => at += 2,
            '\'' if letters.get(at + 1) == Some(&'\\') && letters.get(at + 3) == Some(&'\'') => at += 3,
            '"' => {
                let mut text = String::new();
                at += 1;
                while at < letters.len() && letters[at] != '"' {
                    if letters[at] == '\\' {
                        at += 1;
                        match letters.get(at) {
                            Some('\n') => {
                                while letters.get(at + 1).is_some_and(|letter| letter.is_whitespace()) {
                                    at += 1;
                                }
                            }
                            Some('n') => text.push('\n'),
                            Some(letter) => text.push(*letter),
                            None => {}
                        }
                    } else {
                        text.push(letters[at]);
                    }
                    at += 1;
                }
                out.push(text);
            }
            _ => {}
        }
        at += 1;
    }
    out
}
