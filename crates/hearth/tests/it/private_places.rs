//! A refuge's address is in no output and in no row, whatever an editor wrote into the draft.

use crate::support::{Home, on_both_anew};
use store::{Dialect, args};

const CANARIES: [&str; 5] = ["Canary Street", "WA8 0ZX", "WA80ZX", "53.3712", "-2.7123"];

const PLACE: &str = r#"
slug = "safe-canary-house"
name = "Safe house"
kind = "physical"
town = "Widnes"
address_1 = "Canary Street 17"
postal_code = "WA8 0ZX"
point = [53.3712, -2.7123]
sensitive = true
source = "made up for this test"
"#;

const SERVICE: &str = r#"
slug = "canary-safe-stay"
name = "Zanzibar safe stay"
organization = "halton-borough-council"
summary = "A place to be safe tonight."
description = "Somebody meets you."
topics = ["domestic-abuse"]
access = ["network"]
way_in = ["self"]
locations = ["safe-canary-house"]
sensitive = true
source = "made up for this test"
[[schedules]]
byday = ["MO"]
opens = "09:00"
closes = "10:00"
at = "safe-canary-house"
"#;

#[test]
fn a_sensitive_place_gives_its_address_to_nobody() {
    on_both_anew(async |home| {
        publish(home).await;
        let mut paths = home.sitemap().await;
        assert!(
            paths.iter().any(|path| path == "/services/canary-safe-stay"),
            "the service itself is public"
        );
        assert!(!paths.iter().any(|path| path.contains("safe-canary-house")), "the place has no page");
        paths.extend(
            [
                "/services/canary-safe-stay/report",
                "/services/canary-safe-stay/share",
                "/services/refuge-place/share",
                "/hubs/safe-canary-house",
                "/hubs?postcode=WA8",
                "/search?q=zanzibar+safe+stay",
                "/search?q=zanzibar+safe+stay&postcode=WA8&sort=nearest",
                "/search?q=zanzibar&postcode=WA8+7QF&within=1",
                "/search?q=canary",
                "/search?topic=domestic-abuse&postcode=WA7+1AA&sort=nearest",
                "/api/v1/search?q=zanzibar+safe+stay&postcode=WA8",
                "/shortlist?s=canary-safe-stay,refuge-place",
                "/shortlist?s=canary-safe-stay&print=large",
                "/sitemap.xml",
                "/robots.txt",
                "/manifest.webmanifest",
                "/sw.js",
            ]
            .map(str::to_owned),
        );
        for path in paths {
            let body = String::from_utf8_lossy(&home.get(&path).await.body).into_owned();
            for canary in CANARIES {
                assert!(!body.contains(canary), "{path} shows {canary}");
            }
        }
        let page = home.page("/services/canary-safe-stay").await;
        assert!(page.contains("kept private"), "the page says why there is no address");
        let found = home.get("/api/v1/search?q=zanzibar+safe+stay").await.json();
        assert_eq!(found["results"][0]["slug"], "canary-safe-stay");
        assert!(!home.page("/search?q=zanzibar+safe+stay&postcode=WA8+7QF").await.contains("Safe house, "));
    });
}

#[test]
fn a_sensitive_address_is_in_no_row_of_the_database() {
    on_both_anew(async |home| {
        publish(home).await;
        let dump = every_text(home).await;
        assert!(dump.iter().any(|(_, value)| value == "safe-canary-house"), "the dump holds the place");
        let shown: Vec<&(String, String)> = dump
            .iter()
            .filter(|(column, value)| {
                // The postcode sector's own row is nobody's address.
                !column.starts_with("postcode.") && CANARIES.iter().any(|canary| value.contains(canary))
            })
            .collect();
        assert!(shown.is_empty(), "{shown:?}");
    });
}

async fn publish(home: &Home) {
    let now = home.house.site.clock().now();
    home.database
        .write(move |tx| {
            let council = settings::find_council(tx)?.unwrap();
            directory::publish_location(tx, &toml::from_str(PLACE)?, &council, now)?;
            directory::publish_service(tx, &toml::from_str(SERVICE)?, &council, now)
        })
        .await
        .unwrap();
    home.house.renew().await.unwrap();
}

/// Every value of every column of every table, as text, with where it stands.
async fn every_text(home: &Home) -> Vec<(String, String)> {
    home.database
        .read(|tx| {
            let columns: Vec<(String, String)> = match tx.dialect() {
                Dialect::Sqlite => tx.all(
                    "select tables.name, columns.name from sqlite_master tables, pragma_table_info(tables.name) columns
                        where tables.type = 'table' and tables.name not like 'sqlite_%'",
                    args![],
                )?,
                Dialect::Postgres => tx.all(
                    "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                        where table_schema = 'public'",
                    args![],
                )?,
            };
            assert!(columns.len() > 100, "{} columns", columns.len());
            let mut all = Vec::new();
            for (table, column) in columns {
                // Ids are bytes on SQLite and say nothing.
                let words = match tx.dialect() {
                    Dialect::Sqlite => format!("typeof(\"{column}\") <> 'blob'"),
                    Dialect::Postgres => format!("\"{column}\" is not null"),
                };
                let sql = format!("select cast(\"{column}\" as text) from \"{table}\" where {words} and \"{column}\" is not null");
                let values: Vec<(String,)> = tx.all(&sql, args![])?;
                all.extend(values.into_iter().map(|(value,)| (format!("{table}.{column}"), value)));
            }
            Ok(all)
        })
        .await
        .unwrap()
}
