//! Everything in which the two databases differ, in one place. The list:
//!
//! 1. words of a migration (`{id}`, `{text}` ...): [`Dialect::schema`];
//! 2. how a placeholder is written (`$1` everywhere in our text): [`Dialect::placeholders`];
//! 3. how a transaction that will write begins: [`Dialect::begin_write`];
//! 4. locking the rows a transaction is about to change: [`Dialect::for_update`], [`Dialect::skip_locked`];
//! 5. one process at a time: [`Dialect::exclusive`].
//!
//! What would differ and is made the same instead: text sorts and compares by its UTF-8 bytes (every `{text}` column
//! has `collate "C"` on PostgreSQL; SQLite does so by itself); `like` minds capitals (a pragma on SQLite); a name in
//! double quotes is never text (a switch on SQLite); a transaction in which a statement failed can only be rolled
//! back (PostgreSQL's rule, kept by `Tx` on SQLite).
//!
//! What still differs and is left to the writer of a statement: nulls sort first on SQLite and last on PostgreSQL
//! (say `nulls last`); a sum of whole numbers is `numeric` on PostgreSQL (say `cast(sum(x) as bigint)`); a parameter
//! that stands alone has no type on PostgreSQL (say `cast($1 as bigint)`).

use std::borrow::Cow;

/// Which database is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A lock that one transaction at a time holds until it ends. SQLite's one writer needs none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Exclusive {
    /// Changing the schema.
    Schema,
    /// From the first announcement to the commit, so that sequence numbers appear in their order.
    Outbox,
}

impl Dialect {
    /// The text of a migration in this dialect.
    pub fn schema(self, sql: &str) -> String {
        let words: [(&str, &str, &str); 8] = [
            ("{id}", "BLOB", "uuid"),
            ("{int}", "INTEGER", "bigint"),
            ("{instant}", "INTEGER", "bigint"),
            ("{real}", "REAL", "double precision"),
            ("{bool}", "INTEGER", "boolean"),
            ("{text}", "TEXT", "text collate \"C\""),
            ("{strict}", "STRICT", ""),
            (
                "{serial}",
                "INTEGER PRIMARY KEY AUTOINCREMENT",
                "bigint generated always as identity primary key",
            ),
        ];
        words.iter().fold(sql.to_owned(), |text, (token, sqlite, postgres)| {
            text.replace(token, if self == Dialect::Sqlite { sqlite } else { postgres })
        })
    }

    /// `$1` means the first value on both. SQLite reads `$1` as a *name* and numbers names as they come, so there it
    /// is written `?1`. Text in quotes is left alone.
    pub fn placeholders(self, sql: &str) -> Cow<'_, str> {
        if self == Dialect::Postgres || !sql.contains('$') {
            return Cow::Borrowed(sql);
        }
        let mut quote = None;
        let mut letters = sql.chars().peekable();
        let mut out = String::with_capacity(sql.len());
        while let Some(letter) = letters.next() {
            match (letter, quote) {
                ('\'' | '"', None) => quote = Some(letter),
                (_, Some(open)) if open == letter => quote = None,
                _ => {}
            }
            let numbered =
                letter == '$' && quote.is_none() && letters.peek().is_some_and(char::is_ascii_digit);
            out.push(if numbered { '?' } else { letter });
        }
        Cow::Owned(out)
    }

    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin immediate",
            Dialect::Postgres => "begin",
        }
    }

    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin",
            Dialect::Postgres => "begin isolation level repeatable read read only",
        }
    }

    /// Ends a `select` whose rows are about to be changed.
    pub fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for update",
        }
    }

    /// Ends a `select` that takes a row nobody else is working on.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for update skip locked",
        }
    }

    pub(crate) fn exclusive(self, what: Exclusive) -> Option<&'static str> {
        match (self, what) {
            (Dialect::Sqlite, _) => None,
            // Whoever waits here waits for another process to finish its migrations, however long that takes.
            (Dialect::Postgres, Exclusive::Schema) => Some(
                "set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(4839201)",
            ),
            (Dialect::Postgres, Exclusive::Outbox) => Some("select pg_advisory_xact_lock(4839202)"),
        }
    }
}

/// `$3, $4, $5` for a list of three values that begins at `$3`: what stands inside `in (...)`.
pub fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_on_sqlite_and_quoted_text_is_left_alone() {
        let sql = "select '$1', \"a$2\" from t where a = $2 and b ->> '$.x' = $10 and c = 'it''s $1'";
        assert_eq!(
            Dialect::Sqlite.placeholders(sql),
            "select '$1', \"a$2\" from t where a = ?2 and b ->> '$.x' = ?10 and c = 'it''s $1'"
        );
        assert_eq!(Dialect::Postgres.placeholders(sql), sql);
    }

    #[test]
    fn every_word_of_a_migration_is_known_to_both() {
        let sql = "{id} {int} {instant} {real} {bool} {text} {strict} {serial}";
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert!(!dialect.schema(sql).contains('{'));
        }
    }

    #[test]
    fn a_list_of_places_begins_where_it_is_told() {
        assert_eq!(places(3, 3), "$3, $4, $5");
        assert_eq!(places(1, 0), "");
    }
}
