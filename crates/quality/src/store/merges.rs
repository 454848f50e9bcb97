use directory::ServiceId;
use kernel::{Fault, Id, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

/// Marks ids of merges.
#[derive(Debug)]
pub(crate) enum Merge {}

row! {
    /// A merge, done or waiting for a second person. `people` are two where a second person must look, otherwise one.
    #[derive(Clone, Debug)]
    pub(crate) struct MergeRow {
        id: Id<Merge>, kept: ServiceId, kept_slug: String, gone: ServiceId, gone_slug: String,
        kept_version: i64, gone_version: i64, draft: serde_json::Value, why: String,
        proposed_by: Option<Uuid>, proposed_at: Instant, state: String,
        settled_by: Option<Uuid>, settled_at: Option<Instant>, version_after: Option<i64>, undone_at: Option<Instant>,
        people: i64,
    }
}

const MERGES: &str =
    "select id, kept_id, kept_slug, gone_id, gone_slug, kept_version, gone_version, draft, why,
    proposed_by, proposed_at, state, settled_by, settled_at, version_after, undone_at, people from entry_merge";

pub(crate) fn insert_merge(tx: &mut Tx, merge: &MergeRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_merge (id, kept_id, kept_slug, gone_id, gone_slug, kept_version, gone_version, draft, why,
            proposed_by, proposed_at, state, settled_by, settled_at, version_after, people)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            merge.id,
            merge.kept,
            merge.kept_slug.as_str(),
            merge.gone,
            merge.gone_slug.as_str(),
            merge.kept_version,
            merge.gone_version,
            merge.draft.clone(),
            merge.why.as_str(),
            merge.proposed_by,
            merge.proposed_at,
            merge.state.as_str(),
            merge.settled_by,
            merge.settled_at,
            merge.version_after,
            merge.people
        ],
    )?;
    Ok(())
}

pub(crate) fn find_merge(tx: &mut Tx, id: Id<Merge>) -> Result<Option<MergeRow>, Fault> {
    tx.opt(&format!("{MERGES} where id = $1"), args![id])
}

/// The same, held until the transaction ends.
pub(crate) fn find_merge_to_change(tx: &mut Tx, id: Id<Merge>) -> Result<Option<MergeRow>, Fault> {
    let sql = format!("{MERGES} where id = $1{}", tx.for_update());
    tx.opt(&sql, args![id])
}

/// A merge of two entries that is done or waits, whichever of them was to be kept.
pub(crate) fn find_standing_merge(
    tx: &mut Tx,
    a: ServiceId,
    b: ServiceId,
) -> Result<Option<MergeRow>, Fault> {
    tx.opt(
        &format!(
            "{MERGES} where ((kept_id = $1 and gone_id = $2) or (kept_id = $2 and gone_id = $1))
                and state in ('waiting', 'done') order by proposed_at desc, id limit 1"
        ),
        args![a, b],
    )
}

/// Those that wait first, then the latest.
pub(crate) fn list_merges(tx: &mut Tx, limit: i64) -> Result<Vec<MergeRow>, Fault> {
    tx.all(
        &format!(
            "{MERGES} order by case when state = 'waiting' then 0 else 1 end, proposed_at desc, id limit $1"
        ),
        args![limit],
    )
}

pub(crate) fn count_waiting_merges(tx: &mut Tx) -> Result<i64, Fault> {
    let (waiting,): (i64,) = tx.one("select count(*) from entry_merge where state = 'waiting'", args![])?;
    Ok(waiting)
}

pub(crate) fn set_merge_done(
    tx: &mut Tx,
    id: Id<Merge>,
    by: Option<Uuid>,
    version: i64,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update entry_merge set state = 'done', settled_by = $2, settled_at = $3, version_after = $4
            where id = $1 and state = 'waiting'",
        args![id, by, now, version],
    )?;
    Ok(())
}

pub(crate) fn set_merge_refused(
    tx: &mut Tx,
    id: Id<Merge>,
    by: Option<Uuid>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update entry_merge set state = 'refused', settled_by = $2, settled_at = $3 where id = $1 and state = 'waiting'",
        args![id, by, now],
    )?;
    Ok(())
}

pub(crate) fn set_merge_undone(
    tx: &mut Tx,
    id: Id<Merge>,
    by: Option<Uuid>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update entry_merge set state = 'undone', undone_by = $2, undone_at = $3 where id = $1 and state = 'done'",
        args![id, by, now],
    )?;
    Ok(())
}
