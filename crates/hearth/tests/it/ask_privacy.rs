//! What is typed into Ask is nowhere afterwards: not in the database, not in an address, not on a page seen again, not
//! in a line of the log.

use crate::{
    ask_talk::{ask_json, said, said_next},
    support::{Home, encoded, form, on_both, on_both_anew, session, someone},
};
use access::Role;
use axum::{body::Body, http::Request, http::header};
use serde_json::json;
use store::{Dialect, args};

const CANARY: &str = "zqaskcanaryqz";

#[test]
fn a_canary_typed_into_ask_is_in_no_row_no_address_and_on_no_page_seen_again() {
    on_both_anew(async |home| {
        let mut addresses = Vec::new();
        let mut conversations = Vec::new();
        for words in [
            format!("{CANARY} baby massage in widnes"),
            format!("my name is {CANARY}, mail {CANARY}@example.org or ring 07700 900123 about groups"),
            format!("{CANARY} I can't cope"),
            format!("{CANARY} I want to kill myself"),
            format!("we lost our baby {CANARY}"),
            format!("{CANARY} bins"),
            format!("{CANARY} take me through the EHC plan process"),
            format!("{CANARY}{}", " a".repeat(5_000)),
        ] {
            let posted = form("/ask").header("sec-fetch-site", "same-origin");
            let answer = home.send(posted.body(encoded(&[("text", &words)])).unwrap()).await;
            addresses.push(answer.header("location").to_owned());
            addresses.push(answer.header("set-cookie").to_owned());
            if answer.status == 303 {
                conversations
                    .push(answer.header("location").split('#').next().unwrap_or_default().to_owned());
            }
            let asked =
                ask_json(home, &json!({ "text": words, "conversation": CANARY, "message": CANARY })).await;
            assert!(asked.status < 500, "{words}");
        }
        assert!(addresses.iter().all(|address| !address.contains(CANARY)), "{addresses:?}");
        assert!(conversations.len() >= 4, "{conversations:?}");
        for path in &conversations {
            // The first look may echo the words to the person who typed them; the next, by whoever comes then, may not.
            home.get(path).await;
            let again = home.get(path).await;
            assert!(!again.text().contains(CANARY), "{path}");
            assert!(again.header("cache-control").contains("no-store"), "{path}");
        }
        let first = said(home, &format!("{CANARY} baby massage")).await;
        said_next(home, &first, &format!("what about the other one {CANARY}")).await;
        home.post(&format!("/ask/{}/useful", first.conversation()), &[("u", CANARY), ("turn", CANARY)]).await;
        home.house.close().await;
        let held = columns_that_hold(home, CANARY).await;
        assert!(held.is_empty(), "{held:?}");
        assert!(columns_that_hold(home, "07700 900123").await.is_empty());
    });
}

#[test]
fn leaving_or_clearing_a_conversation_leaves_nothing_to_go_back_to() {
    on_both_anew(async |home| {
        let posted = form("/ask").header("sec-fetch-site", "same-origin");
        let answer = home.send(posted.body(encoded(&[("text", "baby massage")])).unwrap()).await;
        let path = answer.header("location").split('#').next().unwrap_or_default().to_owned();
        assert_eq!(home.get(&path).await.status, 200, "{path}");
        assert_eq!(home.post(&format!("{path}/clear"), &[]).await.status, 303);
        let gone = home.get(&path).await;
        assert_eq!(gone.status, 410);
        assert!(!gone.text().contains("baby massage</bdi>"));
    });
}

#[test]
fn a_count_that_could_be_one_family_is_told_as_fewer_than_five() {
    on_both_anew(async |home| {
        for _ in 0..3 {
            said(home, "I want to kill myself").await;
        }
        home.house.close().await;
        let analyst = someone(home, Role::Analyst, None).await;
        let cookie = session(home, analyst).await;
        let request =
            Request::get("/admin/ask").header(header::HOST, "hub.example.org").header(header::COOKIE, cookie);
        let page = home.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(page.status, 200);
        let html = page.text();
        assert!(html.contains("fewer than 5"), "{html}");
        assert!(!html.contains("<td>3</td>") && !html.contains(">3</"), "a small count is not told");
    });
}

/// What is said to a person about their words is so.
#[test]
fn the_page_says_that_nobody_reads_and_that_nothing_is_kept() {
    on_both(async |home| {
        let page = home.page("/ask").await;
        assert!(page.contains("No one reads this chat") && page.contains("not kept"));
        assert!(page.contains("/pages/who-sees-what-you-type") && page.contains("/urgent-help"));
    });
}

/// Where a text stands in the database: table and column.
async fn columns_that_hold(home: &Home, wanted: &'static str) -> Vec<String> {
    home.database
        .read(move |tx| {
            let sql = match tx.dialect() {
                Dialect::Sqlite => {
                    "select tables.name, columns.name from sqlite_master tables, pragma_table_info(tables.name) columns
                        where tables.type = 'table' and tables.name not like 'sqlite_%'"
                }
                Dialect::Postgres => {
                    "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                        where table_schema = 'public'"
                }
            };
            let columns: Vec<(String, String)> = tx.all(sql, args![])?;
            assert!(columns.len() > 100, "{} columns", columns.len());
            let mut held = Vec::new();
            for (table, column) in columns {
                let sql = format!("select count(*) from \"{table}\" where cast(\"{column}\" as text) like $1");
                let (count,): (i64,) = tx.one(&sql, args![format!("%{wanted}%")])?;
                if count > 0 {
                    held.push(format!("{table}.{column}"));
                }
            }
            Ok(held)
        })
        .await
        .unwrap()
}
