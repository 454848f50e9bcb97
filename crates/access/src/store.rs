use crate::audit::{CUT, Draft, Entry, Filter};
use kernel::{Fault, Instant};
use store::{Migration, Tx, Value, args};

/// The room's tables. The trail names no other table by a foreign key: it outlives what it tells of.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "access",
    number: 1,
    name: "the audit trail",
    sql: "create table audit (
        sequence {int} not null primary key,
        at {instant} not null,
        actor_kind {text} not null constraint audit_actor_kind check (actor_kind in ('visitor','person','machine','operator')),
        actor_id {id}, machine {text} not null,
        action {text} not null,
        record_kind {text} not null, record_id {id}, about_id {id},
        did {text} not null, why {text} not null,
        hash {text} not null
    ) {strict};
    create index audit_by_actor on audit (actor_id, sequence);
    create index audit_by_record on audit (record_id, sequence);
    create index audit_by_about on audit (about_id, sequence);
    create table audit_head (
        single {int} not null primary key constraint audit_head_only_one check (single = 1),
        sequence {int} not null,
        hash {text} not null
    ) {strict};
    insert into audit_head (single, sequence, hash) values (1, 0, '');",
}];

const COLUMNS: &str =
    "sequence, at, actor_kind, actor_id, machine, action, record_kind, record_id, about_id, did, why, hash";

/// The end of the chain; in a writing transaction nobody else can move it until this one ends.
pub(crate) fn find_head(tx: &mut Tx<'_>, to_move: bool) -> Result<Option<(i64, String)>, Fault> {
    let lock = if to_move { tx.for_update() } else { "" };
    tx.opt(&format!("select sequence, hash from audit_head where single = 1{lock}"), args![])
}

pub(crate) fn insert_audit(tx: &mut Tx<'_>, sequence: i64, draft: &Draft, hash: &str) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into audit ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
        args![
            sequence,
            draft.at,
            draft.actor_kind,
            draft.actor_id,
            draft.machine,
            draft.action,
            draft.record_kind,
            draft.record_id,
            draft.about_id,
            draft.did.as_str(),
            draft.why.as_str(),
            hash
        ],
    )?;
    tx.exec("update audit_head set sequence = $1, hash = $2 where single = 1", args![sequence, hash])?;
    Ok(())
}

pub(crate) fn list_from(tx: &mut Tx<'_>, first: i64, limit: i64) -> Result<Vec<Entry>, Fault> {
    tx.all(
        &format!("select {COLUMNS} from audit where sequence >= $1 order by sequence limit $2"),
        args![first, limit],
    )
}

/// What the latest cut says: where the chain begins now.
pub(crate) fn find_cut(tx: &mut Tx<'_>) -> Result<Option<String>, Fault> {
    let sql = "select did from audit where record_kind = $1 order by sequence desc limit 1";
    Ok(tx.opt::<(String,)>(sql, args![CUT])?.map(|(did,)| did))
}

pub(crate) fn find_hash(tx: &mut Tx<'_>, sequence: i64) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> = tx.opt("select hash from audit where sequence = $1", args![sequence])?;
    Ok(found.map(|(hash,)| hash))
}

/// The last of the rows from the beginning that are all older. A clock that was once wrong makes no gap.
pub(crate) fn find_last_before(tx: &mut Tx<'_>, before: Instant) -> Result<Option<(i64, String)>, Fault> {
    tx.opt(
        "select sequence, hash from audit
            where sequence < coalesce((select min(sequence) from audit where at >= $1),
                (select max(sequence) + 1 from audit))
            order by sequence desc limit 1",
        args![before],
    )
}

pub(crate) fn delete_up_to(tx: &mut Tx<'_>, sequence: i64) -> Result<u64, Fault> {
    tx.exec("delete from audit where sequence <= $1", args![sequence])
}

/// Latest first.
pub(crate) fn list_found(
    tx: &mut Tx<'_>,
    filter: &Filter,
    limit: i64,
    skip: i64,
) -> Result<Vec<Entry>, Fault> {
    let (condition, mut values) = condition(filter);
    values.extend([Value::from(limit), Value::from(skip)]);
    let (a, b) = (values.len() - 1, values.len());
    let sql = format!(
        "select {COLUMNS} from audit where {condition} order by sequence desc limit ${a} offset ${b}"
    );
    tx.all(&sql, &values)
}

pub(crate) fn count_found(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Fault> {
    let (condition, values) = condition(filter);
    let (count,): (i64,) = tx.one(&format!("select count(*) from audit where {condition}"), &values)?;
    Ok(count)
}

fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut parts = vec!["true".to_owned()];
    let mut values = Vec::new();
    let mut add = |part: &str, value: Value| {
        values.push(value);
        parts.push(part.replace('?', &format!("${}", values.len())));
    };
    if let Some(person) = filter.person {
        add("(actor_id = ? or about_id = ?)", person.into());
    }
    if let Some(person) = filter.actor {
        add("actor_id = ?", person.into());
    }
    if let Some(person) = filter.about {
        add("about_id = ?", person.into());
    }
    if let Some(record) = filter.record {
        add("record_id = ?", record.into());
    }
    if let Some(action) = filter.action {
        add("action = ?", action.key().into());
    }
    if let Some(kind) = &filter.record_kind {
        add("record_kind = ?", kind.as_str().into());
    }
    let from: Option<Instant> = filter.from;
    if let Some(from) = from {
        add("at >= ?", from.into());
    }
    if let Some(until) = filter.until {
        add("at < ?", until.into());
    }
    (parts.join(" and "), values)
}
