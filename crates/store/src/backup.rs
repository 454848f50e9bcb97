//! A whole copy of the database in one file, checked before it is called a backup.

use crate::{Db, sqlite};
use anyhow::{Context, bail};
use kernel::Fault;
use std::path::{Path, PathBuf};

/// Copies a SQLite database to `path` while it is in use. The copy is checked, flushed and only then given its name,
/// so that a file of that name is always a whole backup. For PostgreSQL its own tools make better ones.
pub async fn backup(db: &Db, path: &Path) -> Result<(), Fault> {
    let Some(source) = db.path().map(Path::to_owned) else {
        bail!("a PostgreSQL database is backed up with pg_dump, or by whoever runs the server");
    };
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || copy(&source, &path)).await?
}

/// Whether every page and every reference of a SQLite file is sound.
pub async fn check(path: &Path) -> Result<(), Fault> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || check_file(&path)).await?
}

fn copy(source: &Path, path: &Path) -> Result<(), Fault> {
    if path.exists() {
        bail!("there is already a file of that name, and a backup never writes over another");
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).context("clearing an earlier backup that was not finished")?;
    }
    sqlite::create(&unfinished)?;
    let name = unfinished.to_str().context("the backup's path has letters that SQLite cannot take")?;
    // Not a reader: `query_only` forbids this too, though it only writes the copy.
    sqlite::open_writer(source)?.execute("vacuum into ?1", [name]).context("copying the database")?;
    check_file(&unfinished)?;
    std::fs::File::open(&unfinished)?.sync_all().context("flushing the backup")?;
    std::fs::rename(&unfinished, path).context("naming the backup")?;
    Ok(())
}

fn check_file(path: &Path) -> Result<(), Fault> {
    if !path.is_file() {
        bail!("there is no such file");
    }
    let connection = sqlite::open_reader(path)?;
    let said: String = connection
        .query_row("pragma integrity_check(1)", [], |row| row.get(0))
        .context("the file is not a sound database")?;
    if said != "ok" {
        bail!("the file is not a sound database");
    }
    let strays: i64 =
        connection.query_row("select count(*) from pragma_foreign_key_check", [], |row| row.get(0))?;
    if strays > 0 {
        bail!("{strays} rows of the file point at something that is not there");
    }
    Ok(())
}
