//! What is kept is forgotten, and a number that was asked for is nowhere once it was answered.

use crate::support::{APPLY, Town, at, both, both_with, form, key};
use access::Role;
use accounts::PersonDraft;
use holidays::{PretendEngine, erase, export_about, forget_families};
use serde_json::json;
use std::{path::Path, sync::Arc};
use store::testing::{both as databases, prepare_all, statements_in};

/// Every value of every table, as text.
async fn everything(town: &Town) -> String {
    everything_in(town, "").await
}

/// The same of the tables whose names begin so.
async fn everything_in(town: &Town, begins: &str) -> String {
    let is_postgres = town.db.is_postgres();
    let tables: Vec<(String,)> = town
        .db
        .read(move |tx| {
            tx.all(
                if is_postgres {
                    "select tablename::text from pg_tables where schemaname = current_schema()"
                } else {
                    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
                },
                store::args![],
            )
        })
        .await
        .unwrap();
    let mut all = String::new();
    for (table,) in tables.into_iter().filter(|(table,)| table.starts_with(begins)) {
        let columns: Vec<(String,)> = town
            .db
            .read({
                let table = table.clone();
                move |tx| {
                    tx.all(
                        if is_postgres {
                            "select column_name::text from information_schema.columns where table_name = $1"
                        } else {
                            "select name from pragma_table_info($1)"
                        },
                        store::args![table.as_str()],
                    )
                }
            })
            .await
            .unwrap();
        let columns: Vec<String> = columns.into_iter()
            .map(|(name,)| {
                if is_postgres {
                    format!("coalesce(cast(\"{name}\" as text), '')")
                } else {
                    format!("coalesce(case typeof(\"{name}\") when 'blob' then hex(\"{name}\") else cast(\"{name}\" as text) end, '')")
                }
            })
            .collect();
        let sql = format!("select {} from \"{table}\"", columns.join(" || ' ' || "));
        let rows: Vec<(String,)> = town.db.read(move |tx| tx.all(&sql, store::args![])).await.unwrap();
        all.extend(rows.into_iter().map(|(row,)| row + "\n"));
    }
    all
}

#[tokio::test]
async fn a_national_insurance_number_is_nowhere_after_the_answer() {
    both_with(json!({}), Arc::new(PretendEngine), async |town| {
        let more = [
            ("way", "check"),
            ("parent_last", "Canarybird"),
            ("parent_born", "2 3 1990"),
            ("insurance", "NN 98 76 54 A"),
        ];
        let path = town.browser().post(APPLY, &form(&key(1), "Ada", &more)).await.location;
        let before = everything(town).await;
        assert!(
            before.contains("NN987654A") && before.contains("Canarybird"),
            "the test can see it while it is asked"
        );
        for _ in 0..3 {
            town.runner().run_until_empty().await.unwrap();
            town.later(60);
        }
        let html = town.browser().get(&path).await.html;
        assert!(
            html.contains("Ada can have free places") && html.contains("no real service is asked"),
            "{html}"
        );
        let after = everything(town).await;
        assert!(after.contains("parent@example.org"), "the test reads what is there");
        assert!(
            !after.contains("987654") && !after.contains("Canarybird"),
            "the number and the question are gone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_family_gets_its_copy_and_is_forgotten_while_the_counts_stay() {
    both(async |town| {
        let now = town.clock.now();
        let draft = PersonDraft {
            email: "parent@example.org".parse().unwrap(),
            name: "Example parent".to_owned(),
            roles: vec![Role::Family],
            organizations: Vec::new(),
        };
        let (clock, dice) = (town.clock.clone(), kernel::Dice::loaded(3));
        let id = town.db.write(move |tx| accounts::set_person(tx, &draft, &clock, &dice)).await.unwrap();
        let path = town
            .browser()
            .post(APPLY, &form(&key(1), "Ada", &[("child_1_support", "A quiet corner")]))
            .await
            .location;
        let copy = town.db.read(move |tx| export_about(tx, id)).await.unwrap();
        assert_eq!((copy.len(), &copy[0]["children"][0]["support"]), (1, &json!("A quiet corner")));
        let gone = town.db.write(move |tx| erase(tx, id, now)).await.unwrap();
        assert_eq!(gone, 1);
        assert_eq!(town.browser().get(&path).await.status, 404);
        let all = everything(town).await;
        assert!(!all.contains("A quiet corner") && !all.contains("Example Primary"));
        let children: (i64,) = town
            .db
            .read(|tx| tx.one("select count(*) from holiday_child where phase = 'primary'", store::args![]))
            .await
            .unwrap();
        assert_eq!(children.0, 1);
    })
    .await;
}

#[tokio::test]
async fn families_are_forgotten_180_days_after_the_return() {
    both(async |town| {
        let path = town.browser().post(APPLY, &form(&key(1), "Ada", &[])).await.location;
        let staff = town.staff(Role::DataSteward);
        staff.post("/admin/holidays/summer-2027/codes", &[("children", "Ada Example, 27 3 2017")]).await;
        town.clock.set(at("2027-08-28T09:00:00Z"));
        let keep = [("do", "keep"), ("sure", "1")];
        let seen = staff.post("/admin/holidays/summer-2027/return", &keep).await;
        assert_eq!(seen.status, 303);
        let forget = async || {
            let now = town.clock.now();
            let before = now - jiff::SignedDuration::from_hours(24 * 180);
            town.db.write(move |tx| forget_families(tx, before, now)).await.unwrap()
        };
        town.later(179 * 86_400);
        assert_eq!(forget().await, 0);
        town.later(2 * 86_400);
        assert_eq!((forget().await, forget().await), (1, 0));
        assert_eq!(town.browser().get(&path).await.status, 404);
        // The messages to them are forgotten by the room that sent them, after a time of its own.
        let ours = everything_in(town, "holiday_").await;
        assert!(
            ours.contains("summer-2027") && !ours.contains("parent@example.org") && !ours.contains("Example")
        );
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_is_one_on_both_databases() {
    let statements = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(statements.len() > 40, "{}", statements.len());
    databases(crate::support::MIGRATIONS, async |db| {
        assert_eq!(prepare_all(&db, statements.clone()).await, Vec::<String>::new());
    })
    .await;
}
