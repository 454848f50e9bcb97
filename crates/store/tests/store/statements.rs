use std::path::Path;
use store::testing::{databases, prepare_all, statements_in};

#[tokio::test]
async fn every_statement_of_the_store_is_one_that_both_databases_know() {
    let statements = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(statements.len() >= 10, "{statements:#?}");
    for db in databases(&[]).await {
        assert_eq!(prepare_all(&db, statements.clone()).await, Vec::<String>::new(), "on {:?}", db.dialect());
    }
}

#[tokio::test]
async fn a_statement_that_only_one_database_knows_is_found() {
    let statements = vec!["select now() from outbox".to_owned(), "select rowid from outbox".to_owned()];
    for db in databases(&[]).await {
        assert_eq!(prepare_all(&db, statements.clone()).await.len(), 1, "on {:?}", db.dialect());
    }
}
