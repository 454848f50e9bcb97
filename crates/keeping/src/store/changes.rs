use kernel::{Fault, Instant};
use serde_json::Value;
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A change that was sent for checking.
    #[derive(Clone, Debug)]
    pub(crate) struct ChangeRow {
        id: Uuid, reference: String, service_id: Uuid, slug: String, name: String, organization_id: Uuid, sender: Uuid,
        base_version: i64, base: Value, proposed: Value, note: String, fields: i64, sensitive: bool, state: String,
        sent_at: Instant, settled_at: Option<Instant>,
    }
}

const CHANGES: &str = "select id, reference, service_id, slug, name, organization_id, sender, base_version, base, proposed, note,
    fields, sensitive, state, sent_at, settled_at from entry_change";

pub(crate) fn insert_change(tx: &mut Tx, change: &ChangeRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_change (id, reference, service_id, slug, name, organization_id, sender, base_version, base, proposed,
            note, fields, sensitive, state, sent_at, settled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            change.id, &change.reference, change.service_id, &change.slug, &change.name, change.organization_id,
            change.sender, change.base_version, &change.base, &change.proposed, &change.note, change.fields,
            change.sensitive, &change.state, change.sent_at, change.settled_at
        ],
    )?;
    Ok(())
}

pub(crate) fn find_change(tx: &mut Tx, id: Uuid) -> Result<Option<ChangeRow>, Fault> {
    tx.opt(&format!("{CHANGES} where id = $1"), args![id])
}

/// The same, held until the transaction ends: two reviewers settle it one after the other.
pub(crate) fn find_change_to_settle(tx: &mut Tx, id: Uuid) -> Result<Option<ChangeRow>, Fault> {
    let lock = tx.for_update();
    tx.opt(&format!("{CHANGES} where id = $1{lock}"), args![id])
}

/// Changes in a state, oldest first.
pub(crate) fn list_changes(tx: &mut Tx, state: &str) -> Result<Vec<ChangeRow>, Fault> {
    tx.all(&format!("{CHANGES} where state = $1 order by sent_at, id limit 500"), args![state])
}

/// How many changes, pictures and applications wait, by the words of their state; and how many changes were ever sent.
pub(crate) fn count_waiting(tx: &mut Tx) -> Result<(i64, i64, i64, i64, i64), Fault> {
    tx.one(
        "select (select count(*) from entry_change where state = 'waiting'),
            (select count(*) from entry_change where state = 'second'),
            (select count(*) from entry_picture where state = 'waiting'),
            (select count(*) from application where state = 'waiting'),
            (select count(*) from entry_change)",
        args![],
    )
}

/// What of an entry has not been settled, oldest first.
pub(crate) fn list_open_changes_of(tx: &mut Tx, service: Uuid) -> Result<Vec<ChangeRow>, Fault> {
    tx.all(
        &format!("{CHANGES} where service_id = $1 and state <> 'settled' order by sent_at, id"),
        args![service],
    )
}

pub(crate) fn list_changes_of_sender(tx: &mut Tx, sender: Uuid) -> Result<Vec<ChangeRow>, Fault> {
    tx.all(&format!("{CHANGES} where sender = $1 order by sent_at, id"), args![sender])
}

pub(crate) fn set_change_state(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    settled_at: Option<Instant>,
) -> Result<(), Fault> {
    tx.exec(
        "update entry_change set state = $2, settled_at = $3 where id = $1",
        args![id, state, settled_at],
    )?;
    Ok(())
}

pub(crate) fn set_notes_blank(tx: &mut Tx, sender: Uuid) -> Result<u64, Fault> {
    tx.exec("update entry_change set note = '' where sender = $1 and note <> ''", args![sender])
}

row! {
    /// What was decided of one field.
    #[derive(Clone, Debug)]
    pub(crate) struct DecisionRow {
        change_id: Uuid, field: String, verdict: String, value: Option<Value>, reason: String, decided_by: Option<Uuid>,
        decided_at: Instant, confirmed_by: Option<Uuid>, confirmed_at: Option<Instant>,
    }
}

pub(crate) fn set_decision(tx: &mut Tx, decision: &DecisionRow) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_decision (change_id, field, verdict, value, reason, decided_by, decided_at, confirmed_by, confirmed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (change_id, field) do update set verdict = excluded.verdict, value = excluded.value,
            reason = excluded.reason, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
            confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at",
        args![
            decision.change_id, &decision.field, &decision.verdict, decision.value.clone(), &decision.reason,
            decision.decided_by, decision.decided_at, decision.confirmed_by, decision.confirmed_at
        ],
    )?;
    Ok(())
}

pub(crate) fn list_decisions(tx: &mut Tx, change: Uuid) -> Result<Vec<DecisionRow>, Fault> {
    tx.all(
        "select change_id, field, verdict, value, reason, decided_by, decided_at, confirmed_by, confirmed_at
         from entry_decision where change_id = $1 order by field",
        args![change],
    )
}

pub(crate) fn list_watchers(tx: &mut Tx, service: Uuid) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = tx
        .all("select person from entry_watch where service_id = $1 order by since, person", args![service])?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

pub(crate) fn insert_watch(tx: &mut Tx, service: Uuid, person: Uuid, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_watch (service_id, person, since) values ($1, $2, $3) on conflict (service_id, person) do nothing",
        args![service, person, now],
    )?;
    Ok(())
}

pub(crate) fn delete_watch(tx: &mut Tx, service: Uuid, person: Uuid) -> Result<u64, Fault> {
    tx.exec("delete from entry_watch where service_id = $1 and person = $2", args![service, person])
}

pub(crate) fn delete_watches_of(tx: &mut Tx, person: Uuid) -> Result<u64, Fault> {
    tx.exec("delete from entry_watch where person = $1", args![person])
}

pub(crate) fn list_rules(tx: &mut Tx) -> Result<Vec<(String, bool)>, Fault> {
    tx.all("select field, straight from keeping_rule order by field", args![])
}

pub(crate) fn set_rule(
    tx: &mut Tx,
    field: &str,
    straight: store::Value,
    by: Option<Uuid>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into keeping_rule (field, straight, set_by, set_at) values ($1, $2, $3, $4)
         on conflict (field) do update set straight = excluded.straight, set_by = excluded.set_by, set_at = excluded.set_at",
        args![field, straight, by, now],
    )?;
    Ok(())
}
