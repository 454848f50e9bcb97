//! The token of a sign-in, kept to be shown to the provider again when somebody signs out there: without it the provider
//! does not know who asks, and may leave them signed in or refuse to lead back (OpenID Connect RP-Initiated Logout 1.0,
//! section 2).
//!
//! It names the person, so the database holds it only as letters that nobody can read without the browser's cookie.

use crate::{
    Accounts,
    accounts::hash_of,
    session::add_cookie,
    store::oidc::{self as rows, TokenRow},
};
use access::PersonId;
use axum::{http::HeaderMap, response::Response};
use jiff::SignedDuration;
use kernel::Fault;
use store::{open_sealed, seal};

/// The cookie without which the token cannot be read.
pub(crate) const COOKIE: &str = "council_out";
/// What the token is sealed for.
const SEALED_FOR: &str = "hearth: the token shown again at the council's sign-out";
/// As long as a session of the council's people may last.
const KEPT_HOURS: i64 = 12;
/// A longer token does not fit into every server's address; without it the provider asks whom to sign out.
const LETTERS_MAX: usize = 4_096;

/// Keeps the token of a sign-in and gives the browser what reads it.
pub(crate) async fn keep(
    accounts: &Accounts,
    person: PersonId,
    token: &str,
    response: &mut Response,
) -> Result<(), Fault> {
    if token.len() > LETTERS_MAX {
        return Ok(());
    }
    let (site, secret) = (accounts.site(), accounts.fresh_secret());
    let row = TokenRow {
        browser_hash: hash_of(&secret),
        person_id: person,
        sealed: seal(SEALED_FOR, &secret, token.as_bytes())?,
        expires_at: site.clock().now() + SignedDuration::from_hours(KEPT_HOURS),
    };
    site.db().write(move |tx| rows::insert_token(tx, &row)).await?;
    add_cookie(response, accounts.cookies().set(COOKIE, &secret, KEPT_HOURS * 60));
    Ok(())
}

/// The token this browser's person signed in with, while it is kept.
pub(crate) async fn find(accounts: &Accounts, headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(secret) = accounts.cookie(headers, COOKIE) else { return Ok(None) };
    let (browser_hash, now) = (hash_of(secret), accounts.site().clock().now());
    let sealed = accounts.site().db().read(move |tx| rows::find_token(tx, &browser_hash, now)).await?;
    let read = |sealed: String| String::from_utf8(open_sealed(SEALED_FOR, secret, &sealed)?).ok();
    Ok(sealed.and_then(read))
}
