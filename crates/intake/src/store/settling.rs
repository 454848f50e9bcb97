use crate::model::{SourceId, SourceMark};
use kernel::{Fault, Id, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

/// A held difference's mark for its id.
pub(crate) struct HeldMark;

row! {
    /// A difference that an editor settles, or has.
    #[derive(Clone)]
    pub(crate) struct HeldRow {
        id: Id<HeldMark>, source_id: Id<SourceMark>, entity: String, slug: String, field: String, ours: serde_json::Value,
        theirs: serde_json::Value, held_at: Instant, settled: Option<String>, settled_at: Option<Instant>,
        asked_by: Option<Uuid>,
    }
}

const HELD: &str = "select id, source_id, entity, slug, field, ours, theirs, held_at, settled, settled_at, asked_by from source_held";

/// The open ones of a source, those of one thing together.
pub(crate) fn list_held(tx: &mut Tx, source: SourceId, limit: i64) -> Result<Vec<HeldRow>, Fault> {
    tx.all(
        &format!("{HELD} where source_id = $1 and settled is null order by entity, slug, field limit $2"),
        args![source, limit],
    )
}

/// Those that people settled last.
pub(crate) fn list_settled(tx: &mut Tx, source: SourceId, limit: i64) -> Result<Vec<HeldRow>, Fault> {
    tx.all(
        &format!(
            "{HELD} where source_id = $1 and settled in ('ours', 'theirs') order by settled_at desc, id limit $2"
        ),
        args![source, limit],
    )
}

pub(crate) fn find_held(tx: &mut Tx, source: SourceId, id: Id<HeldMark>) -> Result<Option<HeldRow>, Fault> {
    let sql = format!("{HELD} where source_id = $1 and id = $2{}", tx.for_update());
    tx.opt(&sql, args![source, id])
}

pub(crate) fn set_settled(
    tx: &mut Tx,
    id: Id<HeldMark>,
    settled: Option<&str>,
    by: Option<Uuid>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update source_held set settled = $2, settled_at = $3, settled_by = $4, asked_by = null where id = $1",
        args![id, settled, settled.map(|_| now), by],
    )?;
    Ok(())
}

/// Somebody asked for what takes two.
pub(crate) fn set_asked_by(tx: &mut Tx, id: Id<HeldMark>, by: Option<Uuid>) -> Result<(), Fault> {
    tx.exec("update source_held set asked_by = $2 where id = $1", args![id, by])?;
    Ok(())
}

pub(crate) fn set_held_ours(tx: &mut Tx, id: Id<HeldMark>, ours: &serde_json::Value) -> Result<(), Fault> {
    tx.exec("update source_held set ours = $2 where id = $1", args![id, ours])?;
    Ok(())
}

/// Once nothing of an entry is open, its record stands as taken in.
pub(crate) fn set_record_settled(tx: &mut Tx, source: SourceId, slug: &str) -> Result<(), Fault> {
    tx.exec(
        "update source_record set state = 'taken', why = '' where source_id = $1 and slug = $2 and state = 'held'
            and not exists (select 1 from source_held h where h.source_id = $1 and h.slug = $2 and h.settled is null)",
        args![source, slug],
    )?;
    Ok(())
}

/// Something of an entry is open again.
pub(crate) fn set_record_held(tx: &mut Tx, source: SourceId, slug: &str) -> Result<(), Fault> {
    tx.exec(
        "update source_record set state = 'held' where source_id = $1 and slug = $2 and state = 'taken'",
        args![source, slug],
    )?;
    Ok(())
}

row! {
    /// A record that stands out: refused, or gone from its source.
    pub(crate) struct RecordLine {
        key: String, slug: Option<String>, name: String, state: String, why: String, last_seen: Instant, gone_at: Option<Instant>,
    }
}

pub(crate) fn list_records(
    tx: &mut Tx,
    source: SourceId,
    state: &str,
    limit: i64,
) -> Result<Vec<RecordLine>, Fault> {
    tx.all(
        "select key, slug, name, state, why, last_seen, gone_at from source_record
         where source_id = $1 and state = $2 order by name, key limit $3",
        args![source, state, limit],
    )
}

pub(crate) fn find_record_line(
    tx: &mut Tx,
    source: SourceId,
    key: &str,
) -> Result<Option<RecordLine>, Fault> {
    tx.opt(
        "select key, slug, name, state, why, last_seen, gone_at from source_record where source_id = $1 and key = $2",
        args![source, key],
    )
}

/// What to do with a record that is gone was settled.
pub(crate) fn set_gone_why(tx: &mut Tx, source: SourceId, key: &str, why: &str) -> Result<(), Fault> {
    tx.exec(
        "update source_record set why = $3 where source_id = $1 and key = $2 and state = 'gone'",
        args![source, key, why],
    )?;
    Ok(())
}

row! {
    /// How many records of a source are in a state.
    pub(crate) struct StateCount { source_id: Id<SourceMark>, state: String, records: i64 }
}

pub(crate) fn list_state_counts(tx: &mut Tx) -> Result<Vec<StateCount>, Fault> {
    tx.all(
        "select source_id, case when state = 'gone' and why <> '' then 'settled' else state end, count(*) from source_record
         group by source_id, case when state = 'gone' and why <> '' then 'settled' else state end",
        args![],
    )
}

pub(crate) fn list_held_counts(tx: &mut Tx) -> Result<Vec<(SourceId, i64)>, Fault> {
    tx.all("select source_id, count(*) from source_held where settled is null group by source_id", args![])
}
