//! The door to the database: opens it, lends connections, and carries a closure through its transaction.

use crate::{
    dialect::Dialect,
    outbox,
    postgres::{Address, Failure, PostgresConnection},
    sqlite,
    tx::{Link, Tx},
};
use anyhow::{anyhow, bail};
use kernel::Fault;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often a transaction is run before its fault is passed on.
const ATTEMPTS_MAX: usize = 8;
/// How long a transaction waits for a connection. Longer than any page should take, shorter than a browser waits.
const WAIT_SECONDS: u64 = 30;
const SQLITE_READERS: usize = 4;

/// One database. Clones share its connections.
#[derive(Clone)]
pub struct Db(Arc<Source>);

enum Source {
    Sqlite { path: PathBuf, writer: Shelf<rusqlite::Connection>, readers: Shelf<rusqlite::Connection> },
    Postgres { address: Box<Address>, pool: Shelf<PostgresConnection> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    Snapshot,
    Write,
}

impl Db {
    /// Opens `sqlite://PATH` (made if absent) or `postgres://...` (`?pool=8&sslmode=require`).
    pub async fn open(url: &str) -> Result<Db, Fault> {
        let url = url.to_owned();
        let source = tokio::task::spawn_blocking(move || {
            if url.starts_with("sqlite://") {
                return open_sqlite(sqlite::path(&url)?);
            }
            if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                bail!("a database's address begins with sqlite:// or postgres://");
            }
            let address = Address::read(&url)?;
            let pool = Shelf::new(address.connections);
            // One connection now, so that a wrong address is known at the start; the others when they are needed.
            pool.give(address.connect()?);
            Ok(Source::Postgres { address: Box::new(address), pool })
        })
        .await??;
        Ok(Db(Arc::new(source)))
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match *self.0 {
            Source::Sqlite { .. } => Dialect::Sqlite,
            Source::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The file, for SQLite.
    pub fn path(&self) -> Option<&Path> {
        match &*self.0 {
            Source::Sqlite { path, .. } => Some(path),
            Source::Postgres { .. } => None,
        }
    }

    /// Reads. On PostgreSQL each statement sees its own moment (a third of the time of a transaction); where several
    /// must agree use [`Db::snapshot`].
    pub fn read<T, F>(&self, work: F) -> Carried<'_, T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.carried(Mode::Read, erased(work))
    }

    /// Reads in which every statement sees the same moment.
    pub fn snapshot<T, F>(&self, work: F) -> Carried<'_, T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.carried(Mode::Snapshot, erased(work))
    }

    /// Writes: kept when the closure gives `Ok`, undone when it gives a fault or panics. The closure may be run more
    /// than once (two transactions crossed, a connection broke), so it changes nothing but the database.
    pub fn write<T, F>(&self, work: F) -> Carried<'_, T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.carried(Mode::Write, erased(work))
    }

    fn carried<T: Send + 'static>(&self, mode: Mode, work: Work) -> Carried<'_, T> {
        Box::pin(async move {
            let given = self.carry(mode, work).await?;
            Ok(*given
                .downcast()
                .map_err(|_| anyhow!("a transaction gave something else than its closure"))?)
        })
    }

    async fn carry(&self, mode: Mode, work: Work) -> Result<Given, Fault> {
        let permit = match &*self.0 {
            Source::Sqlite { writer, .. } if mode == Mode::Write => writer.permit().await?,
            Source::Sqlite { readers, .. } => readers.permit().await?,
            Source::Postgres { pool, .. } => pool.permit().await?,
        };
        let source = self.0.clone();
        // Goes on to its end on its own thread even when the one who asked has gone away.
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            match &*source {
                Source::Sqlite { path, writer, readers } => {
                    let shelf = if mode == Mode::Write { writer } else { readers };
                    on_sqlite(path, shelf, mode, &work)
                }
                Source::Postgres { address, pool } => on_postgres(address, pool, mode, &work),
            }
        })
        .await?
    }
}

/// What a transaction will have given, when it is waited for; nothing of it runs before.
pub type Carried<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// A closure of whatever type, and what it gives of whatever type: a thousand of them share one machine. With their types
/// the compiler would write it out for each, and prove each time that it may wait on another thread.
type Work = Box<dyn Fn(&mut Tx<'_>) -> Result<Given, Fault> + Send>;
type Given = Box<dyn Any + Send>;

fn erased<T, F>(work: F) -> Work
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
{
    Box::new(move |tx| Ok(Box::new(work(tx)?)))
}

fn open_sqlite(path: PathBuf) -> Result<Source, Fault> {
    sqlite::create(&path)?;
    let (writer, readers) = (Shelf::new(1), Shelf::new(SQLITE_READERS));
    writer.give(sqlite::open_writer(&path)?);
    for _ in 0..SQLITE_READERS {
        readers.give(sqlite::open_reader(&path)?);
    }
    Ok(Source::Sqlite { path, writer, readers })
}

fn on_sqlite(
    path: &Path,
    shelf: &Shelf<rusqlite::Connection>,
    mode: Mode,
    work: &Work,
) -> Result<Given, Fault> {
    let connection = match shelf.take() {
        Some(connection) => connection,
        None if mode == Mode::Write => sqlite::open_writer(path)?,
        None => sqlite::open_reader(path)?,
    };
    let mut tx = Tx::new(Link::Sqlite(&connection), mode == Mode::Write);
    let begin =
        if mode == Mode::Write { Dialect::Sqlite.begin_write() } else { Dialect::Sqlite.begin_read() };
    let outcome = perform(&mut tx, Some(begin), work);
    // A connection that cannot even roll back is dropped; the next one to come opens another.
    if outcome.is_ok() || tx.roll_back() {
        shelf.give(connection);
    }
    outcome.map_err(|(fault, _)| fault)
}

fn on_postgres(
    address: &Address,
    pool: &Shelf<PostgresConnection>,
    mode: Mode,
    work: &Work,
) -> Result<Given, Fault> {
    let begin = match mode {
        Mode::Read => None,
        Mode::Snapshot => Some(Dialect::Postgres.begin_read()),
        Mode::Write => Some(Dialect::Postgres.begin_write()),
    };
    let mut spare = pool.take().filter(|connection| !connection.is_closed());
    for attempt in 1.. {
        let mut connection = match spare.take() {
            Some(connection) => connection,
            None => address.connect()?,
        };
        let mut tx = Tx::new(Link::Postgres(&mut connection), mode == Mode::Write);
        let outcome = perform(&mut tx, begin, work);
        let failure = tx.failure();
        let fit = failure != Some(Failure::Lost) && (outcome.is_ok() || begin.is_none() || tx.roll_back());
        let again = failure.is_some_and(|failure| failure != Failure::Final) && attempt < ATTEMPTS_MAX;
        match outcome {
            Err((_, Stage::Work)) if again => {
                tracing::info!(attempt, ?failure, "a transaction is run again");
                spare = fit.then_some(connection);
                // Run at once, it could snatch its rows back before the other one has woken, and cross it again.
                std::thread::sleep(Duration::from_millis(5 << attempt));
            }
            outcome => {
                if fit {
                    pool.give(connection);
                }
                return outcome.map_err(|(fault, stage)| match stage {
                    Stage::Commit if failure == Some(Failure::Lost) => fault
                        .context("the connection broke during the commit: whether it was kept is not known"),
                    _ => fault,
                });
            }
        }
    }
    Err(anyhow!("a transaction was never run"))
}

/// How far a transaction came. After a lost commit nobody knows whether it was kept, so it must not be run again.
enum Stage {
    Work,
    Commit,
}

fn perform(tx: &mut Tx<'_>, begin: Option<&str>, work: &Work) -> Result<Given, (Fault, Stage)> {
    let during_work = |fault| (fault, Stage::Work);
    if let Some(begin) = begin {
        tx.control(begin).map_err(during_work)?;
    }
    let value = catch_unwind(AssertUnwindSafe(|| work(tx)))
        .unwrap_or_else(|_| Err(anyhow!("the closure of a transaction panicked; nothing of it was kept")))
        .map_err(during_work)?;
    tx.expect_sound().map_err(during_work)?;
    tx.say_last_words().map_err(during_work)?;
    outbox::write_down(tx).map_err(during_work)?;
    if begin.is_some() {
        // Two transactions that cross can be told so as late as the commit; then nothing was kept, and it is `Work`.
        tx.control("commit").map_err(|fault| match tx.failure() {
            Some(Failure::Crossed) => (fault, Stage::Work),
            _ => (fault, Stage::Commit),
        })?;
    }
    Ok(value)
}

/// Connections that nobody is using, and as many permits as there may be connections.
struct Shelf<C> {
    free: Mutex<Vec<C>>,
    permits: Arc<Semaphore>,
}

impl<C> Shelf<C> {
    fn new(connections: usize) -> Shelf<C> {
        Shelf { free: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(connections)) }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let waiting = self.permits.clone().acquire_owned();
        match tokio::time::timeout(Duration::from_secs(WAIT_SECONDS), waiting).await {
            Ok(permit) => Ok(permit?),
            Err(_) => bail!("no connection to the database was free for {WAIT_SECONDS} seconds"),
        }
    }

    fn take(&self) -> Option<C> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give(&self, connection: C) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}
