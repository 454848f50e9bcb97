//! A running transaction: five ways to speak to it, and the rule that one failed statement ends it.

use crate::{
    dialect::{Dialect, Exclusive},
    outbox::Draft,
    postgres::{self, Failure, PostgresConnection},
    sqlite,
    value::{FromRow, Value},
};
use anyhow::{anyhow, bail};
use kernel::Fault;

/// A transaction, handed to the closure of `Db::read` or `Db::write`. Nothing in it can wait for the network beyond
/// the database itself.
pub struct Tx<'a> {
    link: Link<'a>,
    may_write: bool,
    failure: Option<Failure>,
    pub(crate) announced: Vec<Draft>,
    last_words: Vec<LastWord>,
}

type LastWord = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), Fault>>;

pub(crate) enum Link<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut PostgresConnection),
}

impl<'a> Tx<'a> {
    pub(crate) fn new(link: Link<'a>, may_write: bool) -> Tx<'a> {
        Tx { link, may_write, failure: None, announced: Vec::new(), last_words: Vec::new() }
    }

    /// Every row.
    pub fn all<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>, Fault> {
        self.expect_sound()?;
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::all(connection, sql, args),
            Link::Postgres(connection) => connection.all(sql, args),
        }
        .map_err(|error| self.failed(error, sql, args))
    }

    /// The first row, if there is one.
    pub fn opt<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Option<T>, Fault> {
        Ok(self.all(sql, args)?.into_iter().next())
    }

    /// The row that must be there.
    pub fn one<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<T, Fault> {
        self.opt(sql, args)?.ok_or_else(|| anyhow!("no row where there must be one: {}", shortened(sql)))
    }

    /// Changes rows and says how many.
    pub fn exec(&mut self, sql: &str, args: &[Value]) -> Result<u64, Fault> {
        self.expect_sound()?;
        self.expect_may_write(sql)?;
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::exec(connection, sql, args),
            Link::Postgres(connection) => connection.exec(sql, args),
        }
        .map_err(|error| self.failed(error, sql, args))
    }

    /// Several statements without values, as in a migration.
    pub fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.expect_may_write(sql)?;
        self.control(sql)
    }

    /// Asks the database whether it could run a statement, and runs nothing.
    pub fn prepare(&mut self, sql: &str) -> Result<(), Fault> {
        self.expect_sound()?;
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::prepare(connection, sql),
            Link::Postgres(connection) => connection.prepare(sql).map(|_| ()),
        }
        .map_err(|error| self.failed(error, sql, &[]))
    }

    /// Tries something that may fail and carries on: on a fault, what the closure did is undone and nothing else.
    pub fn attempt<T>(&mut self, step: impl FnOnce(&mut Tx<'a>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.script("savepoint attempt")?;
        let (announced, last_words) = (self.announced.len(), self.last_words.len());
        match step(self).and_then(|value| self.expect_sound().map(|()| value)) {
            Ok(value) => {
                self.script("release savepoint attempt")?;
                Ok(value)
            }
            Err(fault) => {
                if matches!(self.failure, None | Some(Failure::Final)) {
                    self.failure = None;
                    self.announced.truncate(announced);
                    self.last_words.truncate(last_words);
                    self.script("rollback to savepoint attempt; release savepoint attempt")?;
                }
                Err(fault)
            }
        }
    }

    /// Does something as the last thing before the commit, in the order of asking: for what holds a lock that every
    /// transaction wants, such as the end of the audit trail. Held any longer, two transactions could cross on it.
    pub fn at_end(&mut self, last: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault> + 'static) {
        self.last_words.push(Box::new(last));
    }

    pub(crate) fn say_last_words(&mut self) -> Result<(), Fault> {
        for last in std::mem::take(&mut self.last_words) {
            last(self)?;
        }
        Ok(())
    }

    /// Ends a `select` whose rows this transaction is about to change: without it two people take the last place.
    /// `format!("select ... where id = $1{}", tx.for_update())`
    pub fn for_update(&self) -> &'static str {
        self.dialect().for_update()
    }

    /// Ends a `select` that takes a row on which nobody else is working.
    pub fn skip_locked(&self) -> &'static str {
        self.dialect().skip_locked()
    }

    /// Which database this is. A fork belongs in [`Dialect`], not beside a statement.
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn exclusive(&mut self, what: Exclusive) -> Result<(), Fault> {
        self.dialect().exclusive(what).map_or(Ok(()), |sql| self.script(sql))
    }

    /// `begin`, `commit` and their like, which a reading transaction needs too.
    pub(crate) fn control(&mut self, sql: &str) -> Result<(), Fault> {
        self.expect_sound()?;
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::script(connection, sql),
            Link::Postgres(connection) => connection.script(sql),
        }
        .map_err(|error| self.failed(error, sql, &[]))
    }

    /// Writes PostgreSQL tables anew without what was deleted, and gathers anew what the server remembers of their
    /// values. Outside any transaction, and given more time than a page's statement.
    pub(crate) fn write_anew(&mut self, tables: &[String]) -> Result<(), Fault> {
        let Link::Postgres(connection) = &mut self.link else { bail!("SQLite is written anew as a whole") };
        let written = connection.script("set statement_timeout = '10min'").and_then(|()| {
            tables.iter().try_for_each(|table| connection.script(&format!("vacuum (full, analyze) {table}")))
        });
        let timed = connection.script("reset statement_timeout");
        written.and(timed).map_err(|error| self.failed(error, "vacuum", &[]))
    }

    /// Undoes everything. Says whether the connection is fit for the next.
    pub(crate) fn roll_back(&mut self) -> bool {
        match &mut self.link {
            Link::Sqlite(connection) => {
                connection.is_autocommit()
                    || connection.execute_batch("rollback").is_ok()
                    || connection.is_autocommit()
            }
            Link::Postgres(connection) => connection.script("rollback").is_ok(),
        }
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// PostgreSQL refuses every statement after a failed one and turns the commit into a rollback without a word.
    /// Here both databases say so.
    pub(crate) fn expect_sound(&self) -> Result<(), Fault> {
        match self.failure {
            None => Ok(()),
            Some(_) => bail!("a statement of this transaction failed, so it can only be rolled back"),
        }
    }

    fn expect_may_write(&self, sql: &str) -> Result<(), Fault> {
        if self.may_write { Ok(()) } else { bail!("a reading transaction cannot write: {}", shortened(sql)) }
    }

    fn failed(&mut self, error: DriverError, sql: &str, args: &[Value]) -> Fault {
        let fault = match (error, &self.link) {
            (DriverError::Row(fault), _) => return fault.context(format!("reading {}", shortened(sql))),
            (DriverError::Sqlite(error), Link::Sqlite(connection)) => {
                self.failure = Some(Failure::Final);
                sqlite::fault(connection, error, sql, args)
            }
            (DriverError::Postgres(error), Link::Postgres(connection)) => {
                self.failure = Some(postgres::classify(&error, connection));
                postgres::fault(&error)
            }
            (DriverError::Sqlite(error), _) => error.into(),
            (DriverError::Postgres(error), _) => postgres::fault(&error),
        };
        fault.context(format!("running {}", shortened(sql)))
    }
}

/// What a driver could not do.
pub(crate) enum DriverError {
    /// The row came, and was not what its reader wanted.
    Row(Fault),
    Sqlite(rusqlite::Error),
    Postgres(tokio_postgres::Error),
}

impl From<Fault> for DriverError {
    fn from(fault: Fault) -> DriverError {
        DriverError::Row(fault)
    }
}
impl From<rusqlite::Error> for DriverError {
    fn from(error: rusqlite::Error) -> DriverError {
        DriverError::Sqlite(error)
    }
}
impl From<tokio_postgres::Error> for DriverError {
    fn from(error: tokio_postgres::Error) -> DriverError {
        DriverError::Postgres(error)
    }
}

/// Enough of a statement to find it by. The text is ours and holds no values.
fn shortened(sql: &str) -> String {
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= 100 { words } else { words.chars().take(100).chain("...".chars()).collect() }
}
