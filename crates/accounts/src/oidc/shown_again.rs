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
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::SignedDuration;
use kernel::Fault;

/// The cookie without which the token cannot be read.
pub(crate) const COOKIE: &str = "council_out";
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
        sealed: STANDARD_NO_PAD.encode(mixed(&secret, token.as_bytes())),
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
    let read = |sealed: String| {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        String::from_utf8(mixed(secret, &bytes)).ok()
    };
    Ok(sealed.and_then(read))
}

/// Seals and opens: a stream of bytes that only the secret gives, laid over the text. Each secret seals one text, so no
/// two lie under the same stream.
fn mixed(secret: &str, text: &[u8]) -> Vec<u8> {
    let mut stream = vec![0; text.len()];
    let mut hasher =
        blake3::Hasher::new_derive_key("hearth: the token shown again at the council's sign-out");
    hasher.update(secret.as_bytes()).finalize_xof().fill(&mut stream);
    stream.iter().zip(text).map(|(one, other)| one ^ other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_by_its_own_secret_only() {
        let token = b"eyJhbGciOiJSUzI1NiJ9.a.b";
        let sealed = mixed("secret", token);
        assert_ne!(sealed, token);
        assert_eq!(mixed("secret", &sealed), token);
        assert_ne!(mixed("another", &sealed), token);
    }
}
