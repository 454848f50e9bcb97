use crate::entity::Entity;
use kernel::{Fault, Instant};
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

/// Keeps everybody else from the projection until this transaction ends: what is announced while records are made
/// must not be thought to be in them.
pub(crate) fn hold(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.exec(
        "insert into feed_state (name, value) values ('held', '') on conflict (name) do nothing",
        args![],
    )?;
    let sql = format!("select value from feed_state where name = 'held'{}", tx.for_update());
    tx.one::<(String,)>(&sql, args![])?;
    Ok(())
}

/// Which edition of the projection the records are of; empty when there is none.
pub(crate) fn find_stand(tx: &mut Tx<'_>) -> Result<String, Fault> {
    let found: Option<(String,)> =
        tx.opt("select value from feed_state where name = 'projection'", args![])?;
    Ok(found.map(|(value,)| value).unwrap_or_default())
}

pub(crate) fn set_stand(tx: &mut Tx<'_>, stand: &str) -> Result<(), Fault> {
    tx.exec(
        "insert into feed_state (name, value) values ('projection', $1) on conflict (name) do update set value = excluded.value",
        args![stand],
    )?;
    Ok(())
}

const DUE: &str = "insert into feed_due (entity, id) values ($1, $2)";

/// What is to be looked at, each once.
pub(crate) fn insert_due(tx: &mut Tx<'_>, entity: Entity, ids: &[Uuid]) -> Result<(), Fault> {
    for some in ids.chunks(200) {
        let more: String = (1..some.len()).map(|at| format!(", ($1, ${})", at + 2)).collect();
        tx.exec(&format!("{DUE}{more} on conflict (entity, id) do nothing"), &with_ids(entity, some))?;
    }
    Ok(())
}

/// The next that are to be looked at: number, entity, id.
pub(crate) fn list_due(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(i64, String, Uuid)>, Fault> {
    tx.all("select position, entity, id from feed_due order by position limit $1", args![limit])
}

pub(crate) fn delete_due(tx: &mut Tx<'_>, positions: &[i64]) -> Result<(), Fault> {
    if positions.is_empty() {
        return Ok(());
    }
    let values: Vec<Value> = positions.iter().map(|position| Value::Int(*position)).collect();
    let sql = format!("delete from feed_due where position in ({})", places(1, positions.len()));
    tx.exec(&sql, &values)?;
    Ok(())
}

pub(crate) fn count_due(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one::<(i64,)>("select count(*) from feed_due", args![])?.0)
}

row! {
    /// What a new record is compared with.
    pub(crate) struct KeptRow {
        id: Uuid, hash: String, brief: String, facts: String, modified_at: Instant, removed_at: Option<Instant>,
        replaced_by: Option<Uuid>,
    }
}

const KEPT: &str = "select id, hash, brief, facts, modified_at, removed_at, replaced_by from feed_record";

pub(crate) fn list_kept(tx: &mut Tx<'_>, entity: Entity, ids: &[Uuid]) -> Result<Vec<KeptRow>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{KEPT} where entity = $1 and id in ({})", places(2, ids.len()));
    tx.all(&sql, &with_ids(entity, ids))
}

pub(crate) fn find_kept(tx: &mut Tx<'_>, entity: Entity, id: Uuid) -> Result<Option<KeptRow>, Fault> {
    tx.opt(&format!("{KEPT} where entity = $1 and id = $2"), args![entity.key(), id])
}

fn with_ids(entity: Entity, ids: &[Uuid]) -> Vec<Value> {
    std::iter::once(Value::from(entity.key())).chain(ids.iter().map(|id| Value::Id(*id))).collect()
}

/// The place of the next new record in its list.
pub(crate) fn next_sequence(tx: &mut Tx<'_>, entity: Entity) -> Result<i64, Fault> {
    let (last,): (i64,) =
        tx.one("select coalesce(max(sequence), 0) from feed_record where entity = $1", args![entity.key()])?;
    Ok(last + 1)
}

/// The number of the latest writing; 0 when there was none. It never goes back.
pub(crate) fn find_newest_stamp(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one::<(i64,)>("select coalesce(max(stamp), 0) from feed_record", args![])?.0)
}

/// A record as it is to be kept.
pub(crate) struct RecordRow<'a> {
    pub entity: Entity,
    pub id: Uuid,
    pub of: Option<Uuid>,
    pub brief: &'a str,
    pub body: &'a str,
    pub facts: &'a str,
    pub hash: &'a str,
    pub modified_at: Instant,
    pub stamp: i64,
}

pub(crate) fn insert_record(tx: &mut Tx<'_>, record: &RecordRow, sequence: i64) -> Result<(), Fault> {
    tx.exec(
        "insert into feed_record (entity, id, of_id, sequence, brief, body, facts, hash, modified_at, stamp)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            record.entity.key(),
            record.id,
            record.of,
            sequence,
            record.brief,
            record.body,
            record.facts,
            record.hash,
            record.modified_at,
            record.stamp
        ],
    )?;
    Ok(())
}

pub(crate) fn set_record(tx: &mut Tx<'_>, record: &RecordRow) -> Result<(), Fault> {
    tx.exec(
        "update feed_record set of_id = $3, brief = $4, body = $5, facts = $6, hash = $7, modified_at = $8, stamp = $9,
            removed_at = null, replaced_by = null where entity = $1 and id = $2",
        args![
            record.entity.key(), record.id, record.of, record.brief, record.body, record.facts, record.hash,
            record.modified_at, record.stamp
        ],
    )?;
    Ok(())
}

/// What filters need, and what lists show, of a record that says the same as before.
pub(crate) fn set_facts(tx: &mut Tx<'_>, record: &RecordRow) -> Result<(), Fault> {
    tx.exec(
        "update feed_record set brief = $3, facts = $4, stamp = $5 where entity = $1 and id = $2",
        args![record.entity.key(), record.id, record.brief, record.facts, record.stamp],
    )?;
    Ok(())
}

/// Leaves of a record only that it was there.
pub(crate) fn set_removed(
    tx: &mut Tx<'_>,
    entity: Entity,
    id: Uuid,
    replaced_by: Option<Uuid>,
    removed_at: Instant,
    stamp: i64,
) -> Result<(), Fault> {
    tx.exec(
        "update feed_record set brief = '', body = '', facts = '{}', hash = '', removed_at = $3, replaced_by = $4, stamp = $5
            where entity = $1 and id = $2",
        args![entity.key(), id, removed_at, replaced_by, stamp],
    )?;
    tx.exec("delete from feed_finding where entity = $1 and id = $2", args![entity.key(), id])?;
    Ok(())
}

/// The records of an entity that are published, in the order of ids.
pub(crate) fn list_alive_ids(tx: &mut Tx<'_>, entity: Entity) -> Result<Vec<Uuid>, Fault> {
    Ok(tx
        .all::<(Uuid,)>(
            "select id from feed_record where entity = $1 and removed_at is null order by sequence",
            args![entity.key()],
        )?
        .into_iter()
        .map(|(id,)| id)
        .collect())
}

/// The published services at locations of a service.
pub(crate) fn list_alive_of(tx: &mut Tx<'_>, service: Uuid) -> Result<Vec<Uuid>, Fault> {
    Ok(tx
        .all::<(Uuid,)>(
            "select id from feed_record where of_id = $1 and removed_at is null order by sequence",
            args![service],
        )?
        .into_iter()
        .map(|(id,)| id)
        .collect())
}

row! {
    /// What the shelf keeps of a record.
    pub(crate) struct FactsRow { id: Uuid, sequence: i64, modified_at: Instant, facts: String }
}

pub(crate) fn list_facts(
    tx: &mut Tx<'_>,
    entity: Entity,
    after: i64,
    limit: i64,
) -> Result<Vec<FactsRow>, Fault> {
    tx.all(
        "select id, sequence, modified_at, facts from feed_record
            where entity = $1 and sequence > $2 and removed_at is null order by sequence limit $3",
        args![entity.key(), after, limit],
    )
}

/// Whole records by their ids, in no order.
pub(crate) fn list_bodies(
    tx: &mut Tx<'_>,
    entity: Entity,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, String)>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select id, body from feed_record where entity = $1 and removed_at is null and id in ({})",
        places(2, ids.len())
    );
    tx.all(&sql, &with_ids(entity, ids))
}

row! {
    /// A record as a list shows it.
    pub(crate) struct ThinRow { id: Uuid, brief: String }
}

/// Records as lists show them.
pub(crate) fn list_thin(tx: &mut Tx<'_>, entity: Entity, ids: &[Uuid]) -> Result<Vec<ThinRow>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select id, brief from feed_record where entity = $1 and removed_at is null and id in ({})",
        places(2, ids.len())
    );
    tx.all(&sql, &with_ids(entity, ids))
}

/// Whole records in their order, from behind a sequence on.
pub(crate) fn list_bodies_after(
    tx: &mut Tx<'_>,
    entity: Entity,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Uuid, String)>, Fault> {
    tx.all(
        "select sequence, id, body from feed_record
            where entity = $1 and sequence > $2 and removed_at is null order by sequence limit $3",
        args![entity.key(), after, limit],
    )
}

row! {
    /// One record, published or gone.
    pub(crate) struct OneRow { body: String, removed_at: Option<Instant>, replaced_by: Option<Uuid> }
}

pub(crate) fn find_one(tx: &mut Tx<'_>, entity: Entity, id: Uuid) -> Result<Option<OneRow>, Fault> {
    tx.opt(
        "select body, removed_at, replaced_by from feed_record where entity = $1 and id = $2",
        args![entity.key(), id],
    )
}

row! {
    /// A record that is gone.
    pub(crate) struct RemovedRow {
        entity: String, id: Uuid, removed_at: Instant, replaced_by: Option<Uuid>,
    }
}

pub(crate) fn list_removed(
    tx: &mut Tx<'_>,
    since: Instant,
    limit: i64,
    offset: i64,
) -> Result<Vec<RemovedRow>, Fault> {
    tx.all(
        "select entity, id, removed_at, replaced_by from feed_record where removed_at >= $1
            order by removed_at, entity, id limit $2 offset $3",
        args![since, limit, offset],
    )
}

pub(crate) fn count_removed(tx: &mut Tx<'_>, since: Instant) -> Result<i64, Fault> {
    Ok(tx.one::<(i64,)>("select count(*) from feed_record where removed_at >= $1", args![since])?.0)
}

row! {
    /// What is wrong with a record.
    #[derive(Clone, Debug)]
    pub(crate) struct FindingRow {
        entity: String, rule: String, level: String, pointer: String, sentence: String, field: Option<String>,
        slug: String, name: String,
    }
}

/// What the rules say of a record now, instead of what they said before.
pub(crate) fn insert_findings(
    tx: &mut Tx<'_>,
    entity: Entity,
    id: Uuid,
    named: (&str, &str),
    findings: &[oruk::Finding],
) -> Result<(), Fault> {
    tx.exec("delete from feed_finding where entity = $1 and id = $2", args![entity.key(), id])?;
    for (position, finding) in findings.iter().enumerate() {
        let level = match finding.level {
            oruk::Level::Fails => "fails",
            oruk::Level::Warns => "warns",
            oruk::Level::Advises => "advises",
        };
        tx.exec(
            "insert into feed_finding (entity, id, position, rule, level, pointer, sentence, field, slug, name)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                entity.key(), id, i64::try_from(position)?, finding.rule, level, finding.pointer.as_str(),
                finding.sentence.as_str(), finding.field, named.0, named.1
            ],
        )?;
    }
    Ok(())
}

const FINDINGS: &str = "select entity, rule, level, pointer, sentence, field, slug, name from feed_finding";

/// Findings of a level, grouped by rule, as many as a page can bear.
pub(crate) fn list_findings(tx: &mut Tx<'_>, level: &str, limit: i64) -> Result<Vec<FindingRow>, Fault> {
    tx.all(
        &format!("{FINDINGS} where level = $1 order by rule, name, slug, position limit $2"),
        args![level, limit],
    )
}

/// What there is to say of one entry, its places included.
pub(crate) fn list_findings_of(tx: &mut Tx<'_>, slug: &str) -> Result<Vec<FindingRow>, Fault> {
    tx.all(
        &format!(
            "{FINDINGS} where slug = $1 and entity = 'service'
                order by case level when 'fails' then 0 when 'warns' then 1 else 2 end, rule, position"
        ),
        args![slug],
    )
}

/// How often each rule speaks: level, rule, findings, records.
pub(crate) fn count_findings(tx: &mut Tx<'_>) -> Result<Vec<(String, String, i64, i64)>, Fault> {
    tx.all(
        "select level, rule, count(*), count(distinct id) from feed_finding group by level, rule
            order by case level when 'fails' then 0 when 'warns' then 1 else 2 end, count(*) desc, rule",
        args![],
    )
}

row! {
    /// How many records of an entity there are, and of how many the official rules say nothing.
    pub(crate) struct Counted { entity: String, records: i64, failing: i64, warned: i64 }
}

pub(crate) fn count_records(tx: &mut Tx<'_>) -> Result<Vec<Counted>, Fault> {
    tx.all(
        "select r.entity, count(*),
            count(*) filter (where exists (select 1 from feed_finding f where f.entity = r.entity and f.id = r.id and f.level = 'fails')),
            count(*) filter (where exists (select 1 from feed_finding f where f.entity = r.entity and f.id = r.id and f.level = 'warns'))
            from feed_record r where r.removed_at is null group by r.entity order by r.entity",
        args![],
    )
}
