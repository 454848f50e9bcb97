//! Leaving nothing of what was deleted: neither in the pages a database keeps for later nor in its journal.

use crate::{Db, sqlite};
use anyhow::{Context, bail};
use kernel::Fault;
use std::path::Path;

/// Writes the database anew without what was deleted from these tables. SQLite: the whole file, and its journal is
/// cut to nothing; a fault when somebody is reading just then, so that it is tried again. PostgreSQL: the tables; its
/// write-ahead log is recycled by the server in its own time, and its backups are whoever runs it to let go of.
pub async fn scrub(db: &Db, tables: &[&str]) -> Result<(), Fault> {
    let tables: Vec<String> = tables.iter().map(|table| (*table).to_owned()).collect();
    if tables.iter().any(|table| !table.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')) {
        bail!("the name of a table is lower-case letters and underscores");
    }
    let Some(path) = db.path().map(Path::to_owned) else {
        return db.read(move |tx| tx.write_anew(&tables)).await;
    };
    tokio::task::spawn_blocking(move || {
        let connection = sqlite::open_writer(&path)?;
        connection.execute_batch("vacuum").context("writing the database anew")?;
        let busy: i64 = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { bail!("somebody was reading, so the journal could not be cut") }
    })
    .await?
}
