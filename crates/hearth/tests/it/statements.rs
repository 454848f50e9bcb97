//! Every statement of the rooms, put to both databases without running it.

use std::path::Path;
use store::testing::{both, prepare_all, statements_in};

#[test]
fn every_statement_of_every_room_can_be_prepared_on_both_databases() {
    crate::support::runtime().block_on(both(hearth::MIGRATIONS, async |db| {
        let mut statements = Vec::new();
        for room in [
            "access",
            "settings",
            "notify",
            "accounts",
            "directory",
            "content",
            "keeping",
            "freshness",
            "editing",
            "feed",
            "intake",
            "quality",
            "events",
            "bookings",
            "registers",
            "invitations",
            "appointments",
            "holidays",
            "flows",
            "flow_desk",
            "callbacks",
            "rewording",
            "assistant",
            "matching",
            "web",
            "demo",
            "hearth",
        ] {
            let found =
                statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room).join("src"));
            assert!(
                !found.is_empty() || matches!(room, "content" | "web" | "demo" | "hearth"),
                "{room} has statements"
            );
            // Where a list of columns stands in a constant, the pages run the statement itself.
            let whole = found.into_iter().filter(|text| is_whole(text));
            statements.extend(whole.map(|text| text.replace("select  from", "select * from")));
        }
        assert!(statements.len() > 40, "{} statements", statements.len());
        let refused = prepare_all(&db, statements).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }));
}

/// A statement that is put together from parts is run by its room's own tests.
fn is_whole(text: &str) -> bool {
    let parts = ["(null) values", "limit $ ", "where  order", "like '%\"", "where  and", "and  order"];
    !parts.iter().any(|part| text.contains(part)) && !text.trim_end().ends_with(" where")
}
