use kernel::{Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// An organisation that asks to be listed.
    #[derive(Clone, Debug)]
    pub(crate) struct ApplicationRow {
        id: Uuid, reference: String, form_key: String, organization: String, what: String, contact: String, email: String,
        evidence: String, kind: String, state: String, token_hash: String, safety_level: String, applied_at: Instant,
        confirmed_at: Option<Instant>, settled_at: Option<Instant>, reason: String, person: Option<Uuid>,
    }
}

const APPLICATIONS: &str =
    "select id, reference, form_key, organization, what, contact, email, evidence, kind, state, token_hash,
    safety_level, applied_at, confirmed_at, settled_at, reason, person from application";

pub(crate) fn insert_application(tx: &mut Tx, it: &ApplicationRow) -> Result<(), Fault> {
    tx.exec(
        "insert into application (id, reference, form_key, organization, what, contact, email, evidence, kind, state, token_hash,
            safety_level, applied_at, confirmed_at, settled_at, reason, person)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        args![
            it.id, &it.reference, &it.form_key, &it.organization, &it.what, &it.contact, &it.email, &it.evidence, &it.kind,
            &it.state, &it.token_hash, &it.safety_level, it.applied_at, it.confirmed_at, it.settled_at, &it.reason, it.person
        ],
    )?;
    Ok(())
}

pub(crate) fn find_application(tx: &mut Tx, id: Uuid) -> Result<Option<ApplicationRow>, Fault> {
    tx.opt(&format!("{APPLICATIONS} where id = $1"), args![id])
}

/// The same, held until the transaction ends.
pub(crate) fn find_application_to_settle(tx: &mut Tx, id: Uuid) -> Result<Option<ApplicationRow>, Fault> {
    let lock = tx.for_update();
    tx.opt(&format!("{APPLICATIONS} where id = $1{lock}"), args![id])
}

pub(crate) fn find_application_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<ApplicationRow>, Fault> {
    tx.opt(&format!("{APPLICATIONS} where form_key = $1"), args![form_key])
}

pub(crate) fn find_application_by_token(
    tx: &mut Tx,
    token_hash: &str,
) -> Result<Option<ApplicationRow>, Fault> {
    tx.opt(&format!("{APPLICATIONS} where token_hash = $1"), args![token_hash])
}

pub(crate) fn list_applications(tx: &mut Tx, state: &str) -> Result<Vec<ApplicationRow>, Fault> {
    tx.all(&format!("{APPLICATIONS} where state = $1 order by applied_at, id limit 500"), args![state])
}

pub(crate) fn list_applications_of(tx: &mut Tx, person: Uuid) -> Result<Vec<ApplicationRow>, Fault> {
    tx.all(&format!("{APPLICATIONS} where person = $1 order by applied_at, id"), args![person])
}

pub(crate) fn set_confirmed(tx: &mut Tx, id: Uuid, now: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update application set state = 'waiting', confirmed_at = $2 where id = $1 and state = 'unconfirmed'",
        args![id, now],
    )
}

/// How an application ended.
pub(crate) struct Ending<'a> {
    pub state: &'static str,
    pub reason: &'a str,
    pub by: Option<Uuid>,
    pub organization: Option<Uuid>,
    pub person: Option<Uuid>,
}

pub(crate) fn set_settled(tx: &mut Tx, id: Uuid, ending: &Ending, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update application set state = $2, reason = $3, settled_by = $4, organization_id = $5, person = $6, settled_at = $7
         where id = $1",
        args![id, ending.state, ending.reason, ending.by, ending.organization, ending.person, now],
    )?;
    Ok(())
}

/// Takes the person out of what they sent; the rest stays, for the organisation's sake.
pub(crate) fn set_applicant_forgotten(tx: &mut Tx, person: Uuid) -> Result<u64, Fault> {
    tx.exec(
        "update application set contact = '', email = '', what = '', evidence = '', person = null where person = $1",
        args![person],
    )
}

/// Forgets what was never confirmed or was refused before an instant.
pub(crate) fn delete_applications_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "delete from application where (state = 'unconfirmed' and applied_at < $1) or (state = 'refused' and settled_at < $1)",
        args![before],
    )
}
