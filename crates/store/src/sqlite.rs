//! The driver-facing part for SQLite.

use crate::{
    dialect::Dialect,
    tx::DriverError,
    value::{FromRow, Row, Value},
    violation,
};
use anyhow::{Context, bail};
use kernel::Fault;
use rusqlite::{Connection, config::DbConfig, params_from_iter};
use std::path::{Path, PathBuf};

/// The path of `sqlite://PATH`. A database in memory would be another one for every connection.
pub(crate) fn path(url: &str) -> Result<PathBuf, Fault> {
    let path = url.trim_start_matches("sqlite://").split('?').next().unwrap_or_default();
    if path.is_empty() || path.starts_with(":memory:") {
        bail!("give SQLite a file, as in sqlite:///var/lib/hearth/hearth.db");
    }
    Ok(PathBuf::from(path))
}

/// Makes the file and its folder when they are absent, for their owner's eyes only: it will hold people's lives.
pub(crate) fn create(path: &Path) -> Result<(), Fault> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).context("making the folder of the database")?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).context("making the file of the database")?;
    Ok(())
}

/// The one connection that writes. `synchronous = full`: what has been acknowledged survives a power cut.
/// `secure_delete = on`: what was deleted is written over, so that a person who was erased is not read from the file.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, Fault> {
    let connection = open(path)?;
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on")?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, Fault> {
    let connection = open(path)?;
    connection.execute_batch("pragma query_only = on")?;
    Ok(connection)
}

fn open(path: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(path).context("opening the database")?;
    connection.execute_batch(
        "pragma busy_timeout = 5000; pragma foreign_keys = on; \
         pragma case_sensitive_like = on; pragma trusted_schema = off",
    )?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

pub(crate) fn all<T: FromRow>(
    connection: &Connection,
    sql: &str,
    args: &[Value],
) -> Result<Vec<T>, DriverError> {
    let mut statement = connection.prepare_cached(&Dialect::Sqlite.placeholders(sql))?;
    let width = statement.column_count();
    let mut rows = statement.query(params_from_iter(args))?;
    let mut out = Vec::new();
    // A row that cannot be read does not stop the others: PostgreSQL has run the whole statement by then, and an
    // `insert ... returning` must do the same here.
    let mut unread = None;
    while let Some(row) = rows.next()? {
        match T::from_row(&Row::sqlite(row, width)) {
            Ok(value) => out.push(value),
            Err(fault) => unread = unread.or(Some(fault)),
        }
    }
    unread.map_or(Ok(out), |fault| Err(fault.into()))
}

pub(crate) fn exec(connection: &Connection, sql: &str, args: &[Value]) -> Result<u64, DriverError> {
    let mut statement = connection.prepare_cached(&Dialect::Sqlite.placeholders(sql))?;
    Ok(statement.execute(params_from_iter(args))? as u64)
}

pub(crate) fn script(connection: &Connection, sql: &str) -> Result<(), DriverError> {
    Ok(connection.execute_batch(sql)?)
}

pub(crate) fn prepare(connection: &Connection, sql: &str) -> Result<(), DriverError> {
    connection.prepare(&Dialect::Sqlite.placeholders(sql)).map(|_| ()).map_err(Into::into)
}

pub(crate) fn fault(connection: &Connection, error: rusqlite::Error, sql: &str, args: &[Value]) -> Fault {
    match violation::of_sqlite(connection, &error, sql, args) {
        Some(violation) => Fault::new(error).context(violation),
        None => error.into(),
    }
}
