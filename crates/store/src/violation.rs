//! Which named constraint a statement ran into, on both databases, so that a person can be told what to do.
//!
//! PostgreSQL says the constraint's name. SQLite says the name of a check, the columns of a unique one, and nothing
//! about a foreign key; the name is then looked up in the schema. Two unique indexes over the same columns cannot be
//! told apart on SQLite: the first is named.

use crate::value::Value;
use kernel::{Fault, Refusal};
use rusqlite::{Connection, ffi, params_from_iter};
use std::fmt;

/// What kind of rule a constraint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// There is one already.
    Unique,
    /// What is pointed at is not there, or something still points here.
    ForeignKey,
    /// A value outside what the column allows.
    Check,
    /// A value that must be given was not. The constraint is `table.column`.
    NotNull,
}

/// A constraint that a statement ran into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind of rule it is.
    pub kind: ViolationKind,
    /// Its name in the schema; empty when the database did not say and it could not be found.
    pub constraint: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} constraint {}", self.kind, self.constraint)
    }
}
impl std::error::Error for Violation {}

/// The constraint behind a fault, if that is what it was.
pub fn violation(fault: &Fault) -> Option<Violation> {
    fault.downcast_ref::<Violation>().cloned()
}

/// The refusal that a constraint means: from a table of constraint, field and sentence.
pub fn refusal_for(fault: &Fault, sentences: &[(&str, &'static str, &str)]) -> Option<Refusal> {
    let constraint = violation(fault)?.constraint;
    let (_, field, sentence) = sentences.iter().find(|(name, _, _)| *name == constraint)?;
    Some(Refusal::at(field, *sentence))
}

pub(crate) fn of_postgres(said: &tokio_postgres::error::DbError) -> Option<Violation> {
    let kind = match said.code().code() {
        "23505" => ViolationKind::Unique,
        "23503" | "23001" => ViolationKind::ForeignKey,
        "23514" => ViolationKind::Check,
        "23502" => ViolationKind::NotNull,
        _ => return None,
    };
    let column = || Some(format!("{}.{}", said.table()?, said.column()?));
    let constraint = said.constraint().map(str::to_owned).or_else(column).unwrap_or_default();
    Some(Violation { kind, constraint })
}

pub(crate) fn of_sqlite(
    connection: &Connection,
    error: &rusqlite::Error,
    sql: &str,
    args: &[Value],
) -> Option<Violation> {
    let rusqlite::Error::SqliteFailure(code, Some(message)) = error else { return None };
    let said = message.split_once("failed: ").map_or("", |(_, rest)| rest).trim();
    let (kind, constraint) = match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            (ViolationKind::Unique, unique_name(connection, said))
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY | ffi::SQLITE_CONSTRAINT_TRIGGER => {
            (ViolationKind::ForeignKey, foreign_key_name(connection, sql, args))
        }
        ffi::SQLITE_CONSTRAINT_CHECK => (ViolationKind::Check, Some(said.to_owned())),
        ffi::SQLITE_CONSTRAINT_NOTNULL => (ViolationKind::NotNull, Some(said.to_owned())),
        _ => return None,
    };
    Some(Violation { kind, constraint: constraint.unwrap_or_default() })
}

/// `service.slug` or `place.session, place.family` or `index 'name'` to a name: that of the index, of the named
/// constraint in the table's text, or the one PostgreSQL would have made up.
fn unique_name(connection: &Connection, said: &str) -> Option<String> {
    if let Some(name) = said.strip_prefix("index '") {
        return Some(name.trim_end_matches('\'').to_owned());
    }
    let table = said.split('.').next()?.to_owned();
    let columns: Vec<String> = said
        .split(", ")
        .filter_map(|pair| pair.split_once('.'))
        .map(|(_, column)| column.to_owned())
        .collect();
    let mut indexes = connection
        .prepare("select name, origin from pragma_index_list(?1) where \"unique\" order by seq desc")
        .ok()?;
    let listed: Vec<(String, String)> = indexes
        .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?)))
        .ok()?
        .filter_map(Result::ok)
        .collect();
    for (name, origin) in listed {
        let mut parts = connection.prepare("select name from pragma_index_info(?1) order by seqno").ok()?;
        let covered: Vec<String> =
            parts.query_map([&name], |row| row.get(0)).ok()?.filter_map(Result::ok).collect();
        if covered != columns {
            continue;
        }
        return Some(match origin.as_str() {
            "c" => name,
            "pk" => declared(connection, &table, "primary", &columns).unwrap_or(format!("{table}_pkey")),
            _ => declared(connection, &table, "unique", &columns)
                .unwrap_or(format!("{table}_{}_key", columns.join("_"))),
        });
    }
    // A whole-number primary key has no index of its own.
    Some(declared(connection, &table, "primary", &columns).unwrap_or(format!("{table}_pkey")))
}

/// SQLite does not say which foreign key it was. The statement is run once more with the keys checked late, the rows
/// that point nowhere are asked for, and all of it is undone. Only after a failure, so its cost does not matter.
fn foreign_key_name(connection: &Connection, sql: &str, args: &[Value]) -> Option<String> {
    let committing = sql == "commit";
    if !committing {
        connection.execute_batch("savepoint which_key; pragma defer_foreign_keys = on").ok()?;
    }
    let again = || {
        if !committing {
            let text = crate::Dialect::Sqlite.placeholders(sql).into_owned();
            let mut statement = connection.prepare(&text)?;
            let mut rows = statement.query(params_from_iter(args))?;
            while rows.next()?.is_some() {}
        }
        let check = "select \"table\", fkid from pragma_foreign_key_check limit 1";
        connection.query_row(check, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
    };
    let found = again();
    if !committing {
        let undo =
            "rollback to savepoint which_key; release savepoint which_key; pragma defer_foreign_keys = off";
        connection.execute_batch(undo).ok()?;
    }
    let (table, key) = found.ok()?;
    let mut parts = connection
        .prepare("select \"from\" from pragma_foreign_key_list(?1) where id = ?2 order by seq")
        .ok()?;
    let columns: Vec<String> =
        parts.query_map((&table, key), |row| row.get(0)).ok()?.filter_map(Result::ok).collect();
    let made_up = || format!("{table}_{}_fkey", columns.join("_"));
    Some(
        declared(connection, &table, "foreign", &columns)
            .or_else(|| declared(connection, &table, "references", &columns))
            .unwrap_or_else(made_up),
    )
}

/// The name that a table's own text gives to its constraint of this kind over these columns.
fn declared(connection: &Connection, table: &str, kind: &str, columns: &[String]) -> Option<String> {
    let text: String = connection
        .query_row("select sql from sqlite_schema where type = 'table' and name = ?1", [table], |row| {
            row.get(0)
        })
        .ok()?;
    name_in(&text, kind, columns)
}

fn name_in(table_text: &str, kind: &str, columns: &[String]) -> Option<String> {
    for definition in definitions(table_text) {
        let words = words(&definition);
        for at in 0..words.len() {
            let is_named = words[at].eq_ignore_ascii_case("constraint")
                && words.get(at + 2).is_some_and(|word| word.eq_ignore_ascii_case(kind));
            if !is_named {
                continue;
            }
            // `constraint x unique (a, b)` names its columns; `a text constraint x unique` begins with its own.
            let over: Vec<&str> = match words[at + 2..].iter().position(|word| word == "(") {
                Some(open) if at == 0 => {
                    words[at + 3 + open..].iter().map(String::as_str).take_while(|w| *w != ")").collect()
                }
                _ => words.iter().map(String::as_str).take(1).collect(),
            };
            if over.iter().eq(columns.iter()) {
                return words.get(at + 1).cloned();
            }
        }
    }
    None
}

/// The parts of `create table t (part, part, ...)`.
fn definitions(table_text: &str) -> Vec<String> {
    let body = table_text.split_once('(').map_or("", |(_, body)| body);
    let (mut depth, mut quote, mut out) = (0, None, vec![String::new()]);
    for letter in body.chars() {
        match (letter, quote) {
            ('\'', None) => quote = Some('\''),
            ('\'', Some('\'')) => quote = None,
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            (',', None) if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(letter);
        }
    }
    out
}

fn words(definition: &str) -> Vec<String> {
    let spaced = definition.replace('(', " ( ").replace(')', " ) ").replace(',', " ");
    spaced.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_found_by_its_columns_in_the_text_of_a_table() {
        let text = "create table place (\n id BLOB not null constraint place_key primary key,\n \
            session BLOB not null constraint place_session references session (id),\n family BLOB not null,\n \
            kind TEXT not null default 'a,b(' constraint kind_once unique check (kind in ('a', 'b')),\n \
            constraint place_once unique (session, family),\n \
            constraint place_family foreign key (family) references family (id)) STRICT";
        let of = |kind: &str, columns: &[&str]| {
            name_in(text, kind, &columns.iter().map(|it| it.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(of("primary", &["id"]).as_deref(), Some("place_key"));
        assert_eq!(of("references", &["session"]).as_deref(), Some("place_session"));
        assert_eq!(of("unique", &["kind"]).as_deref(), Some("kind_once"));
        assert_eq!(of("unique", &["session", "family"]).as_deref(), Some("place_once"));
        assert_eq!(of("foreign", &["family"]).as_deref(), Some("place_family"));
        assert_eq!(of("unique", &["family"]), None);
    }
}
