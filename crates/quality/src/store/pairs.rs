use directory::ServiceId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A pair as it was found last.
    #[derive(Clone, Debug)]
    pub(crate) struct PairRow {
        a: ServiceId, b: ServiceId, score: f64, level: String, reasons: serde_json::Value, doubts: serde_json::Value,
        found_at: Instant,
    }
}

const PAIRS: &str = "select a_id, b_id, score, level, reasons, doubts, found_at from duplicate_pair";

/// Pairs of a level or of all, the surest first, without those that somebody said are not the same.
pub(crate) fn list_pairs(tx: &mut Tx, level: &str, limit: i64, skip: i64) -> Result<Vec<PairRow>, Fault> {
    tx.all(
        &format!(
            "{PAIRS} p where ($1 = '' or p.level = $1)
                and not exists (select 1 from duplicate_apart x where x.a_id = p.a_id and x.b_id = p.b_id)
                order by p.score desc, p.a_id, p.b_id limit $2 offset $3"
        ),
        args![level, limit, skip],
    )
}

/// How many there are of each level.
pub(crate) fn count_pairs(tx: &mut Tx) -> Result<Vec<(String, i64)>, Fault> {
    tx.all(
        "select p.level, count(*) from duplicate_pair p
            where not exists (select 1 from duplicate_apart x where x.a_id = p.a_id and x.b_id = p.b_id)
            group by p.level order by p.level",
        args![],
    )
}

pub(crate) fn find_pair(tx: &mut Tx, a: ServiceId, b: ServiceId) -> Result<Option<PairRow>, Fault> {
    tx.opt(&format!("{PAIRS} where a_id = $1 and b_id = $2"), args![a.min(b), a.max(b)])
}

pub(crate) fn delete_pairs(tx: &mut Tx) -> Result<(), Fault> {
    tx.exec("delete from duplicate_pair", args![])?;
    Ok(())
}

pub(crate) fn insert_pair(tx: &mut Tx, pair: &PairRow) -> Result<(), Fault> {
    tx.exec(
        "insert into duplicate_pair (a_id, b_id, score, level, reasons, doubts, found_at)
            values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            pair.a.min(pair.b),
            pair.a.max(pair.b),
            pair.score,
            pair.level.as_str(),
            pair.reasons.clone(),
            pair.doubts.clone(),
            pair.found_at
        ],
    )?;
    Ok(())
}

/// What was announced when somebody looked last, how many entries there were, and when.
pub(crate) fn find_look(tx: &mut Tx) -> Result<Option<(i64, i64, Instant)>, Fault> {
    tx.opt("select sequence, entries, looked_at from duplicate_look where id = 1", args![])
}

pub(crate) fn set_look(tx: &mut Tx, sequence: i64, entries: i64, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into duplicate_look (id, sequence, entries, looked_at) values (1, $1, $2, $3)
            on conflict (id) do update set sequence = excluded.sequence, entries = excluded.entries,
            looked_at = excluded.looked_at",
        args![sequence, entries, now],
    )?;
    Ok(())
}

row! {
    /// Two entries that somebody said are not the same.
    #[derive(Clone, Debug)]
    pub(crate) struct ApartRow { a: ServiceId, b: ServiceId, said_by: Option<Uuid>, said_at: Instant }
}

pub(crate) fn list_apart(tx: &mut Tx) -> Result<Vec<ApartRow>, Fault> {
    tx.all(
        "select a_id, b_id, said_by, said_at from duplicate_apart order by said_at desc, a_id, b_id",
        args![],
    )
}

pub(crate) fn insert_apart(tx: &mut Tx, row: &ApartRow) -> Result<(), Fault> {
    tx.exec(
        "insert into duplicate_apart (a_id, b_id, said_by, said_at) values ($1, $2, $3, $4)
            on conflict (a_id, b_id) do nothing",
        args![row.a.min(row.b), row.a.max(row.b), row.said_by, row.said_at],
    )?;
    Ok(())
}

/// False when nobody had said so.
pub(crate) fn delete_apart(tx: &mut Tx, a: ServiceId, b: ServiceId) -> Result<bool, Fault> {
    let sql = "delete from duplicate_apart where a_id = $1 and b_id = $2";
    Ok(tx.exec(sql, args![a.min(b), a.max(b)])? == 1)
}

/// Forgets the pairs of an entry that is not there any more.
pub(crate) fn delete_pairs_of(tx: &mut Tx, service: ServiceId) -> Result<(), Fault> {
    tx.exec("delete from duplicate_pair where a_id = $1 or b_id = $1", args![service])?;
    Ok(())
}
