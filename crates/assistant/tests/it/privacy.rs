//! A canary typed everywhere is nowhere afterwards (assistant.md 6.6).

use crate::support::{CANARY, Home, MIGRATIONS, on_both};
use serde_json::json;

#[tokio::test]
async fn what_was_typed_is_in_no_table_no_file_and_no_address() {
    on_both(async |home| {
        let mut addresses = Vec::new();
        for typed in [
            format!("{CANARY} wellington boots"),
            format!("my child has a fever {CANARY}@example.org"),
            format!("we lost the baby {CANARY}"),
            format!("who should i vote for {CANARY}"),
            format!("{CANARY} my partner checks my phone"),
            format!("{CANARY} i want to kill myself"),
            format!("no dentist will take us {CANARY}"),
            CANARY.to_owned(),
        ] {
            let fields =
                [("text", typed.as_str()), ("message", CANARY), ("choice", CANARY), ("conversation", CANARY)];
            addresses.push(home.post("/ask", &fields).await.header("location").to_owned());
            let body = json!({"text": typed, "conversation": CANARY, "message": CANARY});
            home.api_raw(body.to_string().into_bytes()).await;
        }
        assistant::write_down_counts(&home.assistant).await.unwrap();
        assert!(addresses.iter().all(|address| !address.contains(CANARY)), "{addresses:?}");
        assert!(
            addresses.iter().filter(|address| address.starts_with("/ask/")).count() >= 5,
            "{addresses:?}"
        );
        assert_eq!(found_in_tables(&home).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_file_of_the_database_does_not_hold_it_either() {
    let database = store::testing::sqlite(MIGRATIONS).await;
    let home = Home::of(database.db.clone()).await;
    home.post("/ask", &[("text", &format!("{CANARY} wellington boots"))]).await;
    home.post("/ask", &[("text", &format!("{CANARY} i want to kill myself"))]).await;
    let file = database.url.strip_prefix("sqlite://").unwrap();
    let folder = std::path::Path::new(file).parent().unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()));
        files += 1;
    }
    assert!(files > 0);
}

/// The tables of the room and of the guides that hold the canary in any column.
async fn found_in_tables(home: &Home) -> Vec<String> {
    home.db
        .read(|tx| {
            let mut found = Vec::new();
            for (table, columns) in [
                ("ask_conversation", "language || coalesce(flow_session, '')"),
                ("ask_turn", "status || kept || latency || coalesce(useful, '')"),
                ("ask_count", "what || value"),
                ("outbox", "payload"),
                ("audit", "did || why"),
            ] {
                let sql = format!("select {columns} from {table}");
                let Ok(rows) = tx.attempt(|tx| tx.all::<(String,)>(&sql, &[])) else { continue };
                found.extend(
                    rows.into_iter().map(|(row,)| row).filter(|row| row.contains(crate::support::CANARY)),
                );
            }
            Ok(found)
        })
        .await
        .unwrap()
}
