use kernel::{Fault, Instant};
use serde_json::Value;
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// What somebody has typed of an entry and not sent yet.
    #[derive(Clone, Debug)]
    pub(crate) struct DraftRow {
        service_id: Uuid, person: Uuid, base_version: i64, base: Value, draft: Value, typed: Value, seen: Value, saved_at: Instant,
        thrown_at: Option<Instant>,
    }
}

const DRAFTS: &str =
    "select service_id, person, base_version, base, draft, typed, seen, saved_at, thrown_at from entry_draft";

pub(crate) fn find_draft(tx: &mut Tx, service: Uuid, person: Uuid) -> Result<Option<DraftRow>, Fault> {
    tx.opt(
        &format!("{DRAFTS} where service_id = $1 and person = $2 and thrown_at is null"),
        args![service, person],
    )
}

/// The same, held until the transaction ends: two pages of one person are saved one after the other.
pub(crate) fn find_draft_to_change(
    tx: &mut Tx,
    service: Uuid,
    person: Uuid,
) -> Result<Option<DraftRow>, Fault> {
    let lock = tx.for_update();
    tx.opt(
        &format!("{DRAFTS} where service_id = $1 and person = $2 and thrown_at is null{lock}"),
        args![service, person],
    )
}

/// A draft that was thrown away and can be brought back.
pub(crate) fn find_thrown_draft(tx: &mut Tx, service: Uuid, person: Uuid) -> Result<Option<DraftRow>, Fault> {
    tx.opt(
        &format!("{DRAFTS} where service_id = $1 and person = $2 and thrown_at is not null"),
        args![service, person],
    )
}

/// Everything of a person, also what was thrown away.
pub(crate) fn list_drafts_of(tx: &mut Tx, person: Uuid) -> Result<Vec<DraftRow>, Fault> {
    tx.all(&format!("{DRAFTS} where person = $1 order by saved_at, service_id"), args![person])
}

pub(crate) fn set_draft(tx: &mut Tx, draft: &DraftRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_draft (service_id, person, base_version, base, draft, typed, seen, saved_at, thrown_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (service_id, person) do update set base_version = excluded.base_version, base = excluded.base,
            draft = excluded.draft, typed = excluded.typed, seen = excluded.seen, saved_at = excluded.saved_at,
            thrown_at = excluded.thrown_at",
        args![
            draft.service_id, draft.person, draft.base_version, &draft.base, &draft.draft, &draft.typed, &draft.seen,
            draft.saved_at, draft.thrown_at
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_draft(tx: &mut Tx, service: Uuid, person: Uuid) -> Result<bool, Fault> {
    let gone =
        tx.exec("delete from entry_draft where service_id = $1 and person = $2", args![service, person])?;
    Ok(gone > 0)
}

/// Throws a draft away. Says whether there was one.
pub(crate) fn set_draft_thrown(
    tx: &mut Tx,
    service: Uuid,
    person: Uuid,
    now: Instant,
) -> Result<bool, Fault> {
    let thrown = tx.exec(
        "update entry_draft set thrown_at = $3 where service_id = $1 and person = $2 and thrown_at is null",
        args![service, person, now],
    )?;
    Ok(thrown > 0)
}

/// Brings a thrown-away draft back. Says whether there was one.
pub(crate) fn set_draft_back(tx: &mut Tx, service: Uuid, person: Uuid) -> Result<bool, Fault> {
    let back = tx.exec(
        "update entry_draft set thrown_at = null where service_id = $1 and person = $2 and thrown_at is not null",
        args![service, person],
    )?;
    Ok(back > 0)
}

/// Forgets what was thrown away before an instant.
pub(crate) fn delete_drafts_thrown_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from entry_draft where thrown_at < $1", args![before])
}

pub(crate) fn delete_drafts_of(tx: &mut Tx, person: Uuid) -> Result<u64, Fault> {
    tx.exec("delete from entry_draft where person = $1", args![person])
}

row! {
    /// An entry that has not been published yet.
    #[derive(Clone, Debug)]
    pub(crate) struct NewEntryRow { service_id: Uuid, slug: String, organization_id: Uuid, draft: Value }
}

pub(crate) fn insert_new_entry(tx: &mut Tx, entry: &NewEntryRow, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into new_entry (service_id, slug, organization_id, draft, made_at) values ($1, $2, $3, $4, $5)",
        args![entry.service_id, &entry.slug, entry.organization_id, &entry.draft, now],
    )?;
    Ok(())
}

pub(crate) fn find_new_entry(tx: &mut Tx, slug: &str) -> Result<Option<NewEntryRow>, Fault> {
    tx.opt("select service_id, slug, organization_id, draft from new_entry where slug = $1", args![slug])
}

pub(crate) fn list_new_entries(tx: &mut Tx, organization: Option<Uuid>) -> Result<Vec<NewEntryRow>, Fault> {
    match organization {
        Some(id) => tx.all(
            "select service_id, slug, organization_id, draft from new_entry where organization_id = $1 order by slug",
            args![id],
        ),
        None => tx.all("select service_id, slug, organization_id, draft from new_entry order by slug", args![]),
    }
}

pub(crate) fn delete_new_entry(tx: &mut Tx, service: Uuid) -> Result<u64, Fault> {
    tx.exec("delete from new_entry where service_id = $1", args![service])
}
