//! What was deleted is in no byte of the database's files.

use store::{args, scrub, testing};

const SECRET: &str = "zqsecretzq";

#[tokio::test]
async fn nothing_of_what_was_deleted_is_left_in_the_files() {
    let database = testing::sqlite(&[]).await;
    let secret = || format!("{SECRET}{}", "x".repeat(9_000));
    database.write(|tx| tx.script("create table note (id integer primary key, words text)")).await.unwrap();
    for _ in 0..20 {
        let words = secret();
        database
            .write(move |tx| tx.exec("insert into note (words) values ($1)", args![words.as_str()]))
            .await
            .unwrap();
    }
    let path = database.path().unwrap().to_owned();
    let journal = path.with_extension("db-wal");
    let holds = |path: &std::path::Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
    };
    assert!(holds(&path) || holds(&journal), "the test looks in the right files");
    database.write(|tx| tx.exec("delete from note", args![])).await.unwrap();
    assert!(holds(&journal), "what was deleted stands in the journal until it is cut");
    scrub(&database, &["note"]).await.unwrap();
    assert!(!holds(&path) && !holds(&journal));
    store::check(&path).await.unwrap();
}

#[tokio::test]
async fn both_databases_are_written_anew_and_go_on() {
    testing::both(&[], async |db| {
        db.write(|tx| tx.script("create table note (words text)")).await.unwrap();
        db.write(|tx| tx.exec("insert into note (words) values ('kept')", args![])).await.unwrap();
        scrub(&db, &["note"]).await.unwrap();
        let kept: Vec<(String,)> = db.read(|tx| tx.all("select words from note", args![])).await.unwrap();
        assert_eq!(kept, [("kept".to_owned(),)]);
        assert!(scrub(&db, &["note; drop table note"]).await.is_err());
    })
    .await;
}
