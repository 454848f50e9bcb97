use crate::support::MIGRATIONS;
use std::path::Path;
use store::testing::{both, prepare_all, statements_in};

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_one_that_both_databases_understand() {
    both(MIGRATIONS, async |db| {
        let statements = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"));
        assert!(statements.len() > 15, "the statements are found");
        let refused = prepare_all(&db, statements).await;
        assert!(refused.is_empty(), "{refused:#?}");
    })
    .await;
}
