use access::PersonId;
use kernel::{Fault, Id, Instant};
use store::{Migration, Tx, args, row};

pub(crate) const MIGRATION: Migration =
    Migration { room: "accounts", number: 3, name: "passkeys", sql: SCHEMA };

const SCHEMA: &str = "
create table passkey (
    id {id} not null constraint passkey_key primary key,
    person_id {id} not null constraint passkey_of references person (id),
    credential_id {text} not null constraint passkey_credential_once unique,
    name {text} not null,
    credential {text} not null,
    added_at {instant} not null, last_used_at {instant}
) {strict};
create index passkey_by_person on passkey (person_id, added_at);
create table passkey_challenge (
    browser_hash {text} not null constraint passkey_challenge_key primary key,
    purpose {text} not null constraint passkey_challenge_purpose check (purpose in ('add', 'sign_in')),
    person_id {id} constraint passkey_challenge_of references person (id),
    state {text} not null,
    expires_at {instant} not null,
    constraint passkey_challenge_whole check ((purpose = 'add') = (person_id is not null))
) {strict};
create index passkey_challenge_by_person on passkey_challenge (person_id);
create index passkey_challenge_by_end on passkey_challenge (expires_at);
";

/// A passkey's id.
pub(crate) type PasskeyId = Id<PasskeyRow>;

row! {
    /// A passkey as it is kept: a public key, no secret.
    #[derive(Clone, PartialEq)]
    pub(crate) struct PasskeyRow {
        id: PasskeyId,
        person_id: PersonId,
        credential_id: String,
        name: String,
        credential: String,
        added_at: Instant,
        last_used_at: Option<Instant>,
    }
}

row! {
    /// A question that a browser is to answer once.
    #[derive(Clone, PartialEq)]
    pub(crate) struct ChallengeRow {
        browser_hash: String,
        purpose: String,
        person_id: Option<PersonId>,
        state: String,
        expires_at: Instant,
    }
}

const PASSKEY: &str = "id, person_id, credential_id, name, credential, added_at, last_used_at";
const CHALLENGE: &str = "browser_hash, purpose, person_id, state, expires_at";

pub(crate) fn insert_challenge(tx: &mut Tx<'_>, challenge: &ChallengeRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into passkey_challenge ({CHALLENGE}) values ($1, $2, $3, $4, $5)"),
        args![
            challenge.browser_hash.as_str(),
            challenge.purpose.as_str(),
            challenge.person_id,
            challenge.state.as_str(),
            challenge.expires_at
        ],
    )?;
    Ok(())
}

pub(crate) fn find_challenge(tx: &mut Tx<'_>, browser_hash: &str) -> Result<Option<ChallengeRow>, Fault> {
    tx.opt(
        &format!("select {CHALLENGE} from passkey_challenge where browser_hash = $1{}", tx.for_update()),
        args![browser_hash],
    )
}

/// Spends a challenge. Only one of two that come at the same moment is told `true`.
pub(crate) fn delete_challenge(tx: &mut Tx<'_>, browser_hash: &str) -> Result<bool, Fault> {
    Ok(tx.exec("delete from passkey_challenge where browser_hash = $1", args![browser_hash])? == 1)
}

/// Forgets challenges that ended before an instant.
pub(crate) fn delete_challenges_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from passkey_challenge where expires_at < $1", args![before])
}

pub(crate) fn insert_passkey(tx: &mut Tx<'_>, passkey: &PasskeyRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into passkey ({PASSKEY}) values ($1, $2, $3, $4, $5, $6, $7)"),
        args![
            passkey.id,
            passkey.person_id,
            passkey.credential_id.as_str(),
            passkey.name.as_str(),
            passkey.credential.as_str(),
            passkey.added_at,
            passkey.last_used_at
        ],
    )?;
    Ok(())
}

/// Somebody's passkeys, first added first.
pub(crate) fn list_passkeys(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PasskeyRow>, Fault> {
    tx.all(
        &format!("select {PASSKEY} from passkey where person_id = $1 order by added_at, id"),
        args![person],
    )
}

pub(crate) fn find_passkey(tx: &mut Tx<'_>, passkey: PasskeyId) -> Result<Option<PasskeyRow>, Fault> {
    tx.opt(&format!("select {PASSKEY} from passkey where id = $1"), args![passkey])
}

pub(crate) fn find_passkey_by_credential(
    tx: &mut Tx<'_>,
    credential_id: &str,
) -> Result<Option<PasskeyRow>, Fault> {
    tx.opt(
        &format!("select {PASSKEY} from passkey where credential_id = $1{}", tx.for_update()),
        args![credential_id],
    )
}

pub(crate) fn set_passkey_used(
    tx: &mut Tx<'_>,
    passkey: PasskeyId,
    credential: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update passkey set credential = $2, last_used_at = $3 where id = $1",
        args![passkey, credential, now],
    )?;
    Ok(())
}

pub(crate) fn set_passkey_name(tx: &mut Tx<'_>, passkey: PasskeyId, name: &str) -> Result<(), Fault> {
    tx.exec("update passkey set name = $2 where id = $1", args![passkey, name])?;
    Ok(())
}

pub(crate) fn delete_passkey(tx: &mut Tx<'_>, passkey: PasskeyId) -> Result<bool, Fault> {
    Ok(tx.exec("delete from passkey where id = $1", args![passkey])? == 1)
}

/// Whether somebody has a passkey: then a password alone never leads to setting up codes.
pub(crate) fn has_any(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, Fault> {
    let (any,): (bool,) =
        tx.one("select exists (select 1 from passkey where person_id = $1)", args![person])?;
    Ok(any)
}

/// Forgets all of somebody's passkeys.
pub(crate) fn delete_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    tx.exec("delete from passkey_challenge where person_id = $1", args![person])?;
    tx.exec("delete from passkey where person_id = $1", args![person])?;
    Ok(())
}
