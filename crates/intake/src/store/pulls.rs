use crate::model::SourceId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

row! {
    /// A pull that is not whole yet.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct PullRow {
        mark: String, begun_at: Instant, parts: i64, begun_anew: i64,
    }
}

/// Which pull: of a source, to be taken in or only to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PullKey {
    pub source: SourceId,
    pub purpose: &'static str,
}

pub(crate) fn find_pull(tx: &mut Tx, key: PullKey) -> Result<Option<PullRow>, Fault> {
    tx.opt(
        "select mark, begun_at, parts, begun_anew from source_pull where source_id = $1 and purpose = $2",
        args![key.source, key.purpose],
    )
}

pub(crate) fn set_pull(tx: &mut Tx, key: PullKey, pull: &PullRow) -> Result<(), Fault> {
    tx.exec(
        "insert into source_pull (source_id, purpose, mark, begun_at, parts, begun_anew) values ($1, $2, $3, $4, $5, $6)
         on conflict (source_id, purpose) do update set mark = excluded.mark, begun_at = excluded.begun_at,
            parts = excluded.parts, begun_anew = excluded.begun_anew",
        args![key.source, key.purpose, pull.mark.as_str(), pull.begun_at, pull.parts, pull.begun_anew],
    )?;
    Ok(())
}

/// What was read of a pull so far: which list, which number in it, and the words that came.
pub(crate) fn list_pull_pages(
    tx: &mut Tx,
    key: PullKey,
) -> Result<Vec<(String, i64, serde_json::Value)>, Fault> {
    tx.all(
        "select list, number, json from source_pull_page where source_id = $1 and purpose = $2 order by list, number",
        args![key.source, key.purpose],
    )
}

pub(crate) fn insert_pull_page(
    tx: &mut Tx,
    key: PullKey,
    list: &str,
    number: i64,
    json: &serde_json::Value,
) -> Result<(), Fault> {
    tx.exec(
        "insert into source_pull_page (source_id, purpose, list, number, json) values ($1, $2, $3, $4, $5)
         on conflict (source_id, purpose, list, number) do update set json = excluded.json",
        args![key.source, key.purpose, list, number, json],
    )?;
    Ok(())
}

/// What was read is not worth anything any more; how often it was begun stays.
pub(crate) fn delete_pull_pages(tx: &mut Tx, key: PullKey) -> Result<(), Fault> {
    tx.exec(
        "delete from source_pull_page where source_id = $1 and purpose = $2",
        args![key.source, key.purpose],
    )?;
    Ok(())
}

/// It is taken in, or was given up.
pub(crate) fn delete_pull(tx: &mut Tx, key: PullKey) -> Result<(), Fault> {
    delete_pull_pages(tx, key)?;
    tx.exec("delete from source_pull where source_id = $1 and purpose = $2", args![key.source, key.purpose])?;
    Ok(())
}

/// Pulls that nobody went on with.
pub(crate) fn delete_pulls_before(tx: &mut Tx, before: Instant) -> Result<(), Fault> {
    tx.exec(
        "delete from source_pull_page where exists (select 1 from source_pull p where p.begun_at < $1
            and p.source_id = source_pull_page.source_id and p.purpose = source_pull_page.purpose)",
        args![before],
    )?;
    tx.exec("delete from source_pull where begun_at < $1", args![before])?;
    Ok(())
}
