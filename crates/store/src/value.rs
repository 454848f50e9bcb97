//! What may be bound to a statement and what may be read from a column: six kinds, the same on both databases.

use anyhow::{anyhow, bail};
use kernel::{Date, Email, Fault, Id, Instant, Phone, Postcode, Slug, Time};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use std::error::Error;
use tokio_postgres::types::{IsNull, ToSql, Type};
use uuid::Uuid;

/// A bound value. Instants are whole microseconds in UTC; civil dates, local times and JSON are text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: not given.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number, or an instant.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text, a civil date or time, or JSON.
    Text(String),
    /// An id.
    Id(Uuid),
}

macro_rules! value_from {
    ($($type:ty => |$name:ident| $value:expr;)*) => { $(
        impl From<$type> for Value {
            fn from($name: $type) -> Value { $value }
        }
    )* };
}
value_from! {
    bool => |it| Value::Bool(it);
    i64 => |it| Value::Int(it);
    i32 => |it| Value::Int(it.into());
    u32 => |it| Value::Int(it.into());
    f64 => |it| Value::Real(it);
    String => |it| text(it);
    &String => |it| text(it.clone());
    &str => |it| text(it.to_owned());
    Uuid => |it| Value::Id(it);
    Instant => |it| Value::Int(it.as_microsecond());
    Date => |it| Value::Text(it.to_string());
    Time => |it| Value::Text(hours_and_minutes(it));
    serde_json::Value => |it| Value::Text(it.to_string());
    &serde_json::Value => |it| Value::Text(it.to_string());
    &Slug => |it| Value::Text(it.to_string());
    &Email => |it| Value::Text(it.to_string());
    &Phone => |it| Value::Text(it.to_string());
    &Postcode => |it| Value::Text(it.to_string());
}
impl<T> From<Id<T>> for Value {
    fn from(id: Id<T>) -> Value {
        Value::Id(id.uuid())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// PostgreSQL cannot keep the character NUL and SQLite can; a form can send one. It becomes the replacement
/// character, as in HTML, on both.
fn text(it: String) -> Value {
    Value::Text(if it.contains('\0') { it.replace('\0', "\u{fffd}") } else { it })
}

/// `09:30`: what people plan by has no seconds. Sorts as it reads.
fn hours_and_minutes(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

const NOT_A_NUMBER: &str = "a number that is not a number cannot be kept";

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(SqliteValue::Null),
            Value::Bool(it) => ToSqlOutput::Owned(SqliteValue::Integer((*it).into())),
            Value::Int(it) => ToSqlOutput::Owned(SqliteValue::Integer(*it)),
            // SQLite would keep it as null, PostgreSQL as itself: refused on both.
            Value::Real(it) if it.is_nan() => {
                return Err(rusqlite::Error::ToSqlConversionFailure(NOT_A_NUMBER.into()));
            }
            Value::Real(it) => ToSqlOutput::Owned(SqliteValue::Real(*it)),
            Value::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
            Value::Id(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it.as_bytes())),
        })
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(it), &Type::BOOL) => it.to_sql(kind, out),
            (Value::Int(it), &Type::INT8) => it.to_sql(kind, out),
            (Value::Int(it), &Type::INT4) => i32::try_from(*it)?.to_sql(kind, out),
            (Value::Int(it), &Type::INT2) => i16::try_from(*it)?.to_sql(kind, out),
            (Value::Int(it), &Type::FLOAT8) => (*it as f64).to_sql(kind, out),
            (Value::Real(it), &Type::FLOAT8) if it.is_nan() => Err(NOT_A_NUMBER.into()),
            (Value::Real(it), &Type::FLOAT8) => it.to_sql(kind, out),
            (Value::Text(it), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::BPCHAR) => {
                it.to_sql(kind, out)
            }
            (Value::Id(it), &Type::UUID) => it.to_sql(kind, out),
            (Value::Bool(_), _) => {
                Err(format!("the statement takes {kind} where true or false was given").into())
            }
            (Value::Int(_), _) => {
                Err(format!("the statement takes {kind} where a whole number was given").into())
            }
            (Value::Real(_), _) => {
                Err(format!("the statement takes {kind} where a fraction was given").into())
            }
            (Value::Text(_), _) => Err(format!("the statement takes {kind} where text was given").into()),
            (Value::Id(_), _) => Err(format!("the statement takes {kind} where an id was given").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// One row of either database.
pub struct Row<'a>(Source<'a>);

enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>, usize),
    Postgres(&'a tokio_postgres::Row),
}

/// What stands in a column before it has a type of ours.
#[derive(Debug, Clone, Copy)]
pub enum Raw<'a> {
    /// Nothing.
    Null,
    /// True or false; SQLite gives [`Raw::Int`].
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// An id.
    Id(Uuid),
}

impl<'a> Row<'a> {
    pub(crate) fn sqlite(row: &'a rusqlite::Row<'a>, width: usize) -> Row<'a> {
        Row(Source::Sqlite(row, width))
    }

    pub(crate) fn postgres(row: &'a tokio_postgres::Row) -> Row<'a> {
        Row(Source::Postgres(row))
    }

    /// The column at `place`, counted from 0.
    pub fn get<C: Column>(&self, place: usize) -> Result<C, Fault> {
        let raw =
            self.raw(place).map_err(|fault| fault.context(format!("column {} of the row", place + 1)))?;
        C::read(raw).map_err(|fault| fault.context(format!("column {} of the row", place + 1)))
    }

    /// Refuses a row whose width is not the one its reader was written for.
    pub fn expect_width(&self, fields: usize) -> Result<(), Fault> {
        let width = match self.0 {
            Source::Sqlite(_, width) => width,
            Source::Postgres(row) => row.len(),
        };
        if width == fields {
            Ok(())
        } else {
            bail!("the statement gives {width} columns and {fields} are read")
        }
    }

    fn raw(&self, place: usize) -> Result<Raw<'_>, Fault> {
        match self.0 {
            Source::Sqlite(row, _) => Ok(match row.get_ref(place)? {
                ValueRef::Null => Raw::Null,
                ValueRef::Integer(it) => Raw::Int(it),
                ValueRef::Real(it) => Raw::Real(it),
                ValueRef::Text(it) => Raw::Text(std::str::from_utf8(it)?),
                ValueRef::Blob(it) => Raw::Id(Uuid::from_slice(it)?),
            }),
            Source::Postgres(row) => postgres_raw(row, place),
        }
    }
}

fn postgres_raw(row: &tokio_postgres::Row, place: usize) -> Result<Raw<'_>, Fault> {
    let column = row.columns().get(place).ok_or_else(|| anyhow!("there is no such column"))?;
    let raw = match *column.type_() {
        Type::BOOL => row.try_get::<_, Option<bool>>(place)?.map(Raw::Bool),
        Type::INT8 => row.try_get::<_, Option<i64>>(place)?.map(Raw::Int),
        Type::INT4 => row.try_get::<_, Option<i32>>(place)?.map(|it| Raw::Int(it.into())),
        Type::INT2 => row.try_get::<_, Option<i16>>(place)?.map(|it| Raw::Int(it.into())),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(place)?.map(Raw::Real),
        Type::FLOAT4 => row.try_get::<_, Option<f32>>(place)?.map(|it| Raw::Real(it.into())),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR => {
            row.try_get::<_, Option<&str>>(place)?.map(Raw::Text)
        }
        Type::UUID => row.try_get::<_, Option<Uuid>>(place)?.map(Raw::Id),
        ref other => bail!(
            "PostgreSQL gives {other} here, which is not one of ours: write cast(... as bigint), as double precision or as text"
        ),
    };
    Ok(raw.unwrap_or(Raw::Null))
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads what stands in the column.
    fn read(raw: Raw<'_>) -> Result<Self, Fault>;
}

/// What was wanted and what kind was found. Never the value itself: a fault is logged.
fn mismatch(wanted: &str, found: Raw<'_>) -> Fault {
    let kind = match found {
        Raw::Null => "nothing",
        Raw::Bool(_) => "true or false",
        Raw::Int(_) => "a whole number",
        Raw::Real(_) => "a fraction",
        Raw::Text(_) => "text",
        Raw::Id(_) => "an id",
    };
    anyhow!("{wanted} was wanted and {kind} found")
}

macro_rules! column {
    ($($type:ty, $wanted:literal: $($pattern:pat => $value:expr),*;)*) => { $(
        impl Column for $type {
            fn read(raw: Raw<'_>) -> Result<Self, Fault> {
                match raw {
                    $($pattern => Ok($value),)*
                    other => Err(mismatch($wanted, other)),
                }
            }
        }
    )* };
}
column! {
    bool, "true or false": Raw::Bool(it) => it, Raw::Int(it) => it != 0;
    i64, "a whole number": Raw::Int(it) => it;
    f64, "a number": Raw::Real(it) => it, Raw::Int(it) => it as f64;
    String, "text": Raw::Text(it) => it.to_owned();
    Uuid, "an id": Raw::Id(it) => it;
    Instant, "an instant": Raw::Int(it) => Instant::from_microsecond(it)?;
    Date, "a date": Raw::Text(it) => parsed(it, "a date")?;
    Time, "a time": Raw::Text(it) => parsed(it, "a time")?;
    Slug, "a slug": Raw::Text(it) => parsed(it, "a slug")?;
    Email, "an email address": Raw::Text(it) => parsed(it, "an email address")?;
    Phone, "a phone number": Raw::Text(it) => parsed(it, "a phone number")?;
    Postcode, "a postcode": Raw::Text(it) => parsed(it, "a postcode")?;
    serde_json::Value, "JSON": Raw::Text(it) => serde_json::from_str(it)?;
}
impl<T> Column for Id<T> {
    fn read(raw: Raw<'_>) -> Result<Self, Fault> {
        Uuid::read(raw).map(Id::from_uuid)
    }
}
impl<C: Column> Column for Option<C> {
    fn read(raw: Raw<'_>) -> Result<Self, Fault> {
        if matches!(raw, Raw::Null) { Ok(None) } else { C::read(raw).map(Some) }
    }
}

fn parsed<T: std::str::FromStr>(text: &str, wanted: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| anyhow!("{wanted} was wanted and other text found"))
}

/// A thing read from one row.
pub trait FromRow: Sized {
    /// Reads it from the columns, in their order.
    fn from_row(row: &Row<'_>) -> Result<Self, Fault>;
}

macro_rules! tuple_from_row {
    ($($width:literal: $($name:ident $place:literal),*;)*) => { $(
        impl<$($name: Column),*> FromRow for ($($name,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
                row.expect_width($width)?;
                Ok(($(row.get::<$name>($place)?,)*))
            }
        }
    )* };
}
tuple_from_row! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

/// The values of a statement, in the order of `$1`, `$2` ...: `args![id, &name, now]`.
#[macro_export]
macro_rules! args {
    () => { &[] as &[$crate::Value] };
    ($($value:expr),+ $(,)?) => { &[$($crate::Value::from($value)),+] as &[$crate::Value] };
}

/// A struct read from the columns of a row in the order of its fields:
/// `row! { /// One line. pub struct ServiceLine { id: Id<Service>, name: String } }`. The fields are public.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$meta])* $vis struct $name { $($(#[$field_meta])* pub $field: $type),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row<'_>) -> ::std::result::Result<Self, $crate::Fault> {
                row.expect_width([$(stringify!($field)),*].len())?;
                let mut places = 0usize..;
                Ok($name { $($field: row.get::<$type>(places.next().unwrap_or(usize::MAX))?),* })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_kept_as_hours_and_minutes() {
        assert_eq!(Value::from(Time::constant(9, 5, 0, 0)), Value::Text("09:05".to_owned()));
    }

    #[test]
    fn what_a_fault_says_of_a_column_holds_no_value() {
        let fault = i64::read(Raw::Text("what somebody typed")).unwrap_err();
        assert_eq!(fault.to_string(), "a whole number was wanted and text found");
        let fault = Date::read(Raw::Text("what somebody typed")).unwrap_err();
        assert_eq!(fault.to_string(), "a date was wanted and other text found");
    }
}
