use access::PersonId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Signing in.
    SignIn,
    /// Choosing a password: an invitation, or a reset.
    SetUp,
}

impl Purpose {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign_in",
            Purpose::SetUp => "set_up",
        }
    }
}

row! {
    /// A link as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct LinkRow {
        token_hash: String,
        person_id: PersonId,
        purpose: String,
        leads_to: String,
        browser_hash: Option<String>,
        code_hash: Option<String>,
        wrong_codes: i64,
        created_at: Instant,
        expires_at: Instant,
        used_at: Option<Instant>,
    }
}

const COLUMNS: &str = "token_hash, person_id, purpose, leads_to, browser_hash, code_hash, wrong_codes, created_at, expires_at, used_at";

pub(crate) fn insert_link(tx: &mut Tx<'_>, link: &LinkRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into sign_in_link ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        args![
            link.token_hash.as_str(),
            link.person_id,
            link.purpose.as_str(),
            link.leads_to.as_str(),
            link.browser_hash.clone(),
            link.code_hash.clone(),
            link.wrong_codes,
            link.created_at,
            link.expires_at,
            link.used_at
        ],
    )?;
    Ok(())
}

pub(crate) fn find_link(tx: &mut Tx<'_>, token_hash: &str) -> Result<Option<LinkRow>, Fault> {
    tx.opt(&format!("select {COLUMNS} from sign_in_link where token_hash = $1"), args![token_hash])
}

/// Spends a link. Only one of two that come at the same moment is told `true`.
pub(crate) fn set_link_used(tx: &mut Tx<'_>, token_hash: &str, now: Instant) -> Result<bool, Fault> {
    let spent = tx.exec(
        "update sign_in_link set used_at = $2 where token_hash = $1 and used_at is null",
        args![token_hash, now],
    )?;
    Ok(spent == 1)
}

/// Counts a code that is tried, as a wrong one until it proves right, unless the most have been counted already.
pub(crate) fn set_code_tried(tx: &mut Tx<'_>, token_hash: &str, most: i64) -> Result<bool, Fault> {
    let counted = tx.exec(
        "update sign_in_link set wrong_codes = wrong_codes + 1 where token_hash = $1 and wrong_codes < $2",
        args![token_hash, most],
    )?;
    Ok(counted == 1)
}

/// Takes every link of somebody that has not been used.
pub(crate) fn delete_links_of(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    tx.exec("delete from sign_in_link where person_id = $1", args![person])?;
    Ok(())
}

/// Forgets links that ended before an instant.
pub(crate) fn delete_links_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from sign_in_link where expires_at < $1", args![before])
}
