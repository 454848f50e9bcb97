use access::PersonId;
use kernel::{Fault, Instant};
use store::{Migration, Tx, args, row};

pub(crate) const MIGRATION: Migration =
    Migration { room: "accounts", number: 2, name: "the council's own sign-in", sql: SCHEMA };

const SCHEMA: &str = "
create table council_sign_in_attempt (
    browser_hash {text} not null constraint council_sign_in_attempt_key primary key,
    state_hash {text} not null,
    nonce {text} not null,
    verifier {text} not null,
    leads_to {text} not null,
    started_at {instant} not null, expires_at {instant} not null
) {strict};
create index council_sign_in_attempt_by_end on council_sign_in_attempt (expires_at);
create table council_sign_in (
    issuer {text} not null,
    subject {text} not null,
    person_id {id} not null constraint council_sign_in_of references person (id),
    methods {text} not null,
    joined_at {instant} not null, last_used_at {instant} not null,
    constraint council_sign_in_key primary key (issuer, subject),
    constraint council_sign_in_one_each unique (issuer, person_id)
) {strict};
create index council_sign_in_by_person on council_sign_in (person_id);
";

pub(crate) const TOKENS_MIGRATION: Migration =
    Migration { room: "accounts", number: 5, name: "the council's sign-out", sql: TOKENS };

const TOKENS: &str = "
create table council_sign_in_token (
    browser_hash {text} not null constraint council_sign_in_token_key primary key,
    person_id {id} not null constraint council_sign_in_token_of references person (id),
    sealed {text} not null,
    expires_at {instant} not null
) {strict};
create index council_sign_in_token_by_person on council_sign_in_token (person_id);
create index council_sign_in_token_by_end on council_sign_in_token (expires_at);
";

row! {
    /// A sign-in on its way to the provider and back. The state and the browser's secret are kept as hashes; the nonce
    /// and the verifier are needed as they are.
    #[derive(Clone, PartialEq)]
    pub(crate) struct AttemptRow {
        browser_hash: String,
        state_hash: String,
        nonce: String,
        verifier: String,
        leads_to: String,
        started_at: Instant,
        expires_at: Instant,
    }
}

const ATTEMPT: &str = "browser_hash, state_hash, nonce, verifier, leads_to, started_at, expires_at";

pub(crate) fn insert_attempt(tx: &mut Tx<'_>, attempt: &AttemptRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into council_sign_in_attempt ({ATTEMPT}) values ($1, $2, $3, $4, $5, $6, $7)"),
        args![
            attempt.browser_hash.as_str(),
            attempt.state_hash.as_str(),
            attempt.nonce.as_str(),
            attempt.verifier.as_str(),
            attempt.leads_to.as_str(),
            attempt.started_at,
            attempt.expires_at
        ],
    )?;
    Ok(())
}

pub(crate) fn find_attempt(tx: &mut Tx<'_>, browser_hash: &str) -> Result<Option<AttemptRow>, Fault> {
    tx.opt(
        &format!("select {ATTEMPT} from council_sign_in_attempt where browser_hash = $1{}", tx.for_update()),
        args![browser_hash],
    )
}

/// Spends an attempt. Only one of two that come at the same moment is told `true`.
pub(crate) fn delete_attempt(tx: &mut Tx<'_>, browser_hash: &str) -> Result<bool, Fault> {
    Ok(tx.exec("delete from council_sign_in_attempt where browser_hash = $1", args![browser_hash])? == 1)
}

/// Forgets attempts that ended before an instant.
pub(crate) fn delete_attempts_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from council_sign_in_attempt where expires_at < $1", args![before])
}

/// Whom the provider's person is here.
pub(crate) fn find_joined(tx: &mut Tx<'_>, issuer: &str, subject: &str) -> Result<Option<PersonId>, Fault> {
    let found: Option<(PersonId,)> = tx.opt(
        "select person_id from council_sign_in where issuer = $1 and subject = $2",
        args![issuer, subject],
    )?;
    Ok(found.map(|(person,)| person))
}

/// Whether one of the provider's people is this person here.
pub(crate) fn find_is_joined(tx: &mut Tx<'_>, issuer: &str, person: PersonId) -> Result<bool, Fault> {
    let (joined,): (bool,) = tx.one(
        "select exists (select 1 from council_sign_in where issuer = $1 and person_id = $2)",
        args![issuer, person],
    )?;
    Ok(joined)
}

pub(crate) fn insert_joined(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
    person: PersonId,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into council_sign_in (issuer, subject, person_id, methods, joined_at, last_used_at)
            values ($1, $2, $3, '', $4, $4)",
        args![issuer, subject, person, now],
    )?;
    Ok(())
}

/// How they last proved themselves to the provider, and when.
pub(crate) fn set_used(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
    methods: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update council_sign_in set methods = $3, last_used_at = $4 where issuer = $1 and subject = $2",
        args![issuer, subject, methods, now],
    )?;
    Ok(())
}

/// The token of a sign-in, sealed with the browser's secret, which is kept as a hash.
pub(crate) struct TokenRow {
    pub browser_hash: String,
    pub person_id: PersonId,
    pub sealed: String,
    pub expires_at: Instant,
}

pub(crate) fn insert_token(tx: &mut Tx<'_>, token: &TokenRow) -> Result<(), Fault> {
    tx.exec(
        "insert into council_sign_in_token (browser_hash, person_id, sealed, expires_at) values ($1, $2, $3, $4)",
        args![token.browser_hash.as_str(), token.person_id, token.sealed.as_str(), token.expires_at],
    )?;
    Ok(())
}

pub(crate) fn find_token(tx: &mut Tx<'_>, browser_hash: &str, now: Instant) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> = tx.opt(
        "select sealed from council_sign_in_token where browser_hash = $1 and expires_at > $2",
        args![browser_hash, now],
    )?;
    Ok(found.map(|(sealed,)| sealed))
}

/// What is kept of all tokens, for the tests.
#[cfg(test)]
pub(crate) fn list_sealed(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let found: Vec<(String,)> = tx.all("select sealed from council_sign_in_token", args![])?;
    Ok(found.into_iter().map(|(sealed,)| sealed).collect())
}

/// Forgets tokens that are not shown again after an instant.
pub(crate) fn delete_tokens_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from council_sign_in_token where expires_at < $1", args![before])
}

/// Forgets the ties to the council's sign-in, and the tokens that came of them.
pub(crate) fn delete_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    tx.exec("delete from council_sign_in_token where person_id = $1", args![person])?;
    tx.exec("delete from council_sign_in where person_id = $1", args![person])?;
    Ok(())
}
