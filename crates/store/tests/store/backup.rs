use store::{Db, Migration, args, backup, check, testing};

const NOTES: &[Migration] = &[Migration {
    room: "notes",
    number: 1,
    name: "notes",
    sql: "create table note (id {serial}, body {text} not null) {strict}",
}];

#[tokio::test]
async fn a_backup_made_while_people_write_is_whole() {
    let db = testing::sqlite(&[NOTES]).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let writing = tokio::spawn({
        let db = db.db.clone();
        async move {
            for _ in 0..50 {
                db.write(|tx| {
                    tx.exec("insert into note (body) values ('left'), ('right')", args![])?;
                    Ok(())
                })
                .await
                .unwrap();
            }
        }
    });
    backup(&db, &copy).await.unwrap();
    writing.await.unwrap();
    check(&copy).await.unwrap();
    let restored = Db::open(&format!("sqlite://{}", copy.display())).await.unwrap();
    let (notes,): (i64,) = restored.read(|tx| tx.one("select count(*) from note", args![])).await.unwrap();
    assert_eq!(notes % 2, 0);
    assert!(backup(&db, &copy).await.unwrap_err().to_string().contains("never writes over another"));
}

#[tokio::test]
async fn a_damaged_file_is_not_called_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    let db = testing::sqlite(&[NOTES]).await;
    db.write(|tx| {
        for _ in 0..500 {
            tx.exec("insert into note (body) values ($1)", args!["x".repeat(200)])?;
        }
        Ok(())
    })
    .await
    .unwrap();
    backup(&db, &path).await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    assert!(check(&path).await.is_err());
    assert!(check(&folder.path().join("absent.db")).await.is_err());
}

#[tokio::test]
async fn postgres_is_pointed_to_its_own_tools() {
    let db = testing::postgres(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    assert!(backup(&db, &folder.path().join("copy")).await.unwrap_err().to_string().contains("pg_dump"));
}
