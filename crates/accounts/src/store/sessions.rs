use access::PersonId;
use kernel::{Fault, Id, Instant};
use store::{Tx, args, row};

/// A session's id, for the list of them; never its secret.
pub type SessionId = Id<Session>;
/// A signed-in browser.
pub struct Session;

row! {
    /// A session as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct SessionRow {
        id: SessionId,
        token_hash: String,
        person_id: PersonId,
        how: String,
        browser_words: String,
        browser_hash: String,
        created_at: Instant,
        last_seen_at: Instant,
        ends_at: Instant,
        ended_at: Option<Instant>,
        ended_why: Option<String>,
    }
}

const COLUMNS: &str = "id, token_hash, person_id, how, browser_words, browser_hash, created_at, last_seen_at, ends_at, ended_at, ended_why";

pub(crate) fn insert_session(tx: &mut Tx<'_>, session: &SessionRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into session ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
        args![
            session.id,
            session.token_hash.as_str(),
            session.person_id,
            session.how.as_str(),
            session.browser_words.as_str(),
            session.browser_hash.as_str(),
            session.created_at,
            session.last_seen_at,
            session.ends_at,
            session.ended_at,
            session.ended_why.clone()
        ],
    )?;
    Ok(())
}

pub(crate) fn find_session(tx: &mut Tx<'_>, token_hash: &str) -> Result<Option<SessionRow>, Fault> {
    tx.opt(&format!("select {COLUMNS} from session where token_hash = $1"), args![token_hash])
}

/// The sessions of somebody that have not been ended, last seen first.
pub(crate) fn list_sessions(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<SessionRow>, Fault> {
    tx.all(
        &format!(
            "select {COLUMNS} from session where person_id = $1 and ended_at is null
                order by last_seen_at desc, id limit 100"
        ),
        args![person],
    )
}

pub(crate) fn set_last_seen(tx: &mut Tx<'_>, session: SessionId, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update session set last_seen_at = $2 where id = $1 and last_seen_at < $2 and ended_at is null",
        args![session, now],
    )?;
    Ok(())
}

/// Ends a session and says whether it was running.
pub(crate) fn set_ended(tx: &mut Tx<'_>, session: SessionId, why: &str, now: Instant) -> Result<bool, Fault> {
    let ended = tx.exec(
        "update session set ended_at = $3, ended_why = $2 where id = $1 and ended_at is null",
        args![session, why, now],
    )?;
    Ok(ended == 1)
}

/// Ends every session of somebody, but perhaps one, and says how many.
pub(crate) fn set_all_ended(
    tx: &mut Tx<'_>,
    person: PersonId,
    but: Option<SessionId>,
    why: &str,
    now: Instant,
) -> Result<u64, Fault> {
    tx.exec(
        "update session set ended_at = $3, ended_why = $2
            where person_id = $1 and ended_at is null and id <> $4",
        args![person, why, now, but.unwrap_or(Id::from_uuid(uuid::Uuid::nil()))],
    )
}

/// Forgets sessions that ended, or could not have been used any more, before an instant.
pub(crate) fn delete_sessions_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from session where ended_at < $1 or ends_at < $1", args![before])
}
