//! What has happened, written down in the transaction that made it so.
//!
//! Sequence numbers appear in their order: whoever has read up to 41 will never find a 40 later. PostgreSQL hands
//! numbers out before the commit, so that alone would not hold; announcements are therefore written as the last thing
//! before the commit, under a lock that ends with it. On SQLite the one writer does the same.

use crate::{args, dialect::Exclusive, dialect::places, row, tx::Tx, value::Value};
use anyhow::Context;
use kernel::{Fault, Instant};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Announces something at the end of this transaction: kept when it is kept, never otherwise. The topic is in the past
/// tense, as in `Booked`. The payload holds ids, not names.
pub fn announce(
    tx: &mut Tx<'_>,
    topic: &'static str,
    subject: Option<Uuid>,
    payload: &impl Serialize,
    now: Instant,
) -> Result<(), Fault> {
    let payload = serde_json::to_string(payload).context("writing an announcement")?;
    tx.announced.push(Draft { topic, subject, payload, now });
    Ok(())
}

row! {
    /// Something that happened.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Announcement {
        /// Its place in the order of things.
        sequence: i64,
        /// What kind of thing, in the past tense.
        topic: String,
        /// What it happened to.
        subject: Option<Uuid>,
        /// The rest, as JSON.
        payload: serde_json::Value,
        /// When.
        announced_at: Instant,
    }
}

impl Announcement {
    /// The payload as what was announced.
    pub fn payload_as<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_value(self.payload.clone())
            .with_context(|| format!("reading an announcement of {}", self.topic))
    }
}

/// What came after `sequence`, oldest first. For a reader that keeps its own place, such as an index in memory.
pub fn list_after(tx: &mut Tx<'_>, sequence: i64, limit: i64) -> Result<Vec<Announcement>, Fault> {
    tx.all(
        "select sequence, topic, subject, payload, announced_at from outbox where sequence > $1 order by sequence limit $2",
        args![sequence, limit],
    )
}

/// The latest announcement of any of these topics, or 0. It never goes back, so it can stand for "what I know".
pub fn last_sequence(tx: &mut Tx<'_>, topics: &[&str]) -> Result<i64, Fault> {
    if topics.is_empty() {
        return Ok(0);
    }
    let sql =
        format!("select coalesce(max(sequence), 0) from outbox where topic in ({})", places(1, topics.len()));
    let topics: Vec<Value> = topics.iter().map(|topic| Value::from(*topic)).collect();
    let (sequence,): (i64,) = tx.one(&sql, &topics)?;
    Ok(sequence)
}

/// What a subscriber has not had yet, and marks it as had, in this transaction: what the subscriber does with it in
/// the same transaction happens exactly once. A new subscriber begins with the oldest that is still kept.
pub fn take(tx: &mut Tx<'_>, subscriber: &str, limit: i64) -> Result<Vec<Announcement>, Fault> {
    tx.exec(
        "insert into outbox_cursor (subscriber, sequence) values ($1, 0) on conflict (subscriber) do nothing",
        args![subscriber],
    )?;
    let held = format!("select sequence from outbox_cursor where subscriber = $1{}", tx.for_update());
    let (sequence,): (i64,) = tx.one(&held, args![subscriber])?;
    let taken = list_after(tx, sequence, limit)?;
    if let Some(last) = taken.last() {
        tx.exec(
            "update outbox_cursor set sequence = $2 where subscriber = $1",
            args![subscriber, last.sequence],
        )?;
    }
    Ok(taken)
}

/// Whether a subscriber has something to take. A read, so that an idle house writes nothing.
pub fn is_waiting(tx: &mut Tx<'_>, subscriber: &str) -> Result<bool, Fault> {
    let (waiting,): (bool,) = tx.one(
        "select exists (select 1 from outbox where sequence > coalesce(
            (select sequence from outbox_cursor where subscriber = $1), 0))",
        args![subscriber],
    )?;
    Ok(waiting)
}

/// Forgets what is older than `before` and has been taken by every subscriber, and says how many. The latest of each
/// topic stays, so that [`last_sequence`] never goes back.
pub fn prune(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "delete from outbox where announced_at < $1
            and sequence <= coalesce((select min(sequence) from outbox_cursor), 0)
            and sequence < (select max(later.sequence) from outbox later where later.topic = outbox.topic)",
        args![before],
    )
}

/// An announcement that waits for its transaction's end.
pub(crate) struct Draft {
    topic: &'static str,
    subject: Option<Uuid>,
    payload: String,
    now: Instant,
}

pub(crate) fn write_down(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if tx.announced.is_empty() {
        return Ok(());
    }
    tx.exclusive(Exclusive::Outbox)?;
    for draft in std::mem::take(&mut tx.announced) {
        tx.exec(
            "insert into outbox (topic, subject, payload, announced_at) values ($1, $2, $3, $4)",
            args![draft.topic, draft.subject, draft.payload, draft.now],
        )?;
    }
    Ok(())
}
