//! Sign-in with a passkey (WebAuthn): a key that stays on somebody's device and opens with their finger, face or PIN.
//! It is strong by itself: the device is one thing, and what unlocks it another.
//!
//! A challenge is kept here under the hash of a short-lived cookie and spent once. Of a passkey only its public key is
//! kept. It must never take an answer without the person's verification, or a passkey whose counter went back: that is
//! a copy.

mod add;
mod keep;
mod model;
mod sign_in;

#[cfg(test)]
mod tests;

use crate::{
    Accounts,
    accounts::hash_of,
    session::{Current, add_cookie},
    store::passkeys::{self as rows, ChallengeRow, PasskeyRow},
};
use access::PersonId;
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::{Fault, Instant, civil_today};
use model::{Home, Refused, find_home};
use serde_json::Value as Json;
use url::form_urlencoded::byte_serialize;
use web::{Door, Site, json_error};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// The cookie that ties a challenge to the browser that asked for it.
const COOKIE: &str = "passkey";
/// How long a challenge may be answered.
const LIFE_MINUTES: i64 = 5;
/// The longest answer that is read; a browser's own is about 2 KB.
const ANSWER_LIMIT: usize = 64 * 1024;

/// What every request shares.
pub(crate) struct Shared;

impl Shared {
    pub(crate) fn open(_site: &Site) -> Result<Shared, Fault> {
        Ok(Shared)
    }
}

#[derive(Template)]
#[template(path = "passkey_button.html")]
struct Button {
    page: String,
}

#[derive(Template)]
#[template(path = "passkey_section.html")]
struct Section {
    passkeys: Vec<Line>,
}

/// A passkey as a list shows it.
struct Line {
    id: String,
    name: String,
    added: String,
    used: String,
}

/// The way in on the sign-in page, as HTML; empty when there is none. `leads_to` is a checked path of ours.
pub(crate) fn sign_in_html(_accounts: &Accounts, leads_to: &str) -> Result<String, Fault> {
    let next: String = byte_serialize(leads_to.as_bytes()).collect();
    Ok(Button { page: format!("/sign-in/passkey?next={next}") }.render()?)
}

/// The section of `/account` with one's passkeys, as HTML with an `<h3>`.
pub(crate) async fn account_html(accounts: &Accounts, person: PersonId) -> Result<String, Fault> {
    let passkeys = accounts.site().db().read(move |tx| rows::list_passkeys(tx, person)).await?;
    Ok(Section { passkeys: passkeys.iter().map(line).collect() }.render()?)
}

pub(crate) fn door(accounts: &Accounts) -> Door {
    Door::new()
        .get::<access::SignIn, _, _>("/sign-in/passkey", sign_in::get)
        .post::<access::SignIn, _, _>("/sign-in/passkey/start", sign_in::start)
        .post::<access::SignIn, _, _>("/sign-in/passkey/finish", sign_in::finish)
        .get::<access::UseOwnAccount, _, _>("/account/passkeys", keep::list)
        .post::<access::UseOwnAccount, _, _>("/account/passkeys/start", add::start)
        .post::<access::UseOwnAccount, _, _>("/account/passkeys/finish", add::finish)
        .get::<access::UseOwnAccount, _, _>("/account/passkeys/{id}/name", keep::name_form)
        .post::<access::UseOwnAccount, _, _>("/account/passkeys/{id}/name", keep::name)
        .get::<access::UseOwnAccount, _, _>("/account/passkeys/{id}/remove", keep::remove_form)
        .post::<access::UseOwnAccount, _, _>("/account/passkeys/{id}/remove", keep::remove)
        .with_state(accounts.clone())
}

fn line(passkey: &PasskeyRow) -> Line {
    let day = |at: Instant| web::say::day_month_year(civil_today(at));
    Line {
        id: passkey.id.to_string(),
        name: passkey.name.clone(),
        added: day(passkey.added_at),
        used: passkey.last_used_at.map_or_else(|| "not yet".to_owned(), day),
    }
}

/// Whether this session may change ways of signing in: not one that a mailbox or a password alone opened.
fn is_strong(current: Option<&Current>) -> bool {
    current.is_some_and(|current| current.how.is_strong())
}

/// What checks answers for this site, as the browser sees it.
fn checker(site: &Site, headers: &HeaderMap) -> Result<Webauthn, Refused> {
    let council = site.council();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let Home { id, origin } = find_home(&council.public_url, host).ok_or(Refused::NotHere)?;
    WebauthnBuilder::new(&id, &origin)
        .and_then(|builder| builder.rp_name(&council.name).build())
        .map_err(|_| Refused::NotHere)
}

/// Keeps a challenge for this browser and sends it.
async fn challenge(
    accounts: &Accounts,
    purpose: &'static str,
    person: Option<PersonId>,
    state: String,
    options: &Json,
) -> Result<Response, Fault> {
    let browser = accounts.fresh_secret();
    let now = accounts.site().clock().now();
    let row = ChallengeRow {
        browser_hash: hash_of(&browser),
        purpose: purpose.to_owned(),
        person_id: person,
        state,
        expires_at: now + SignedDuration::from_mins(LIFE_MINUTES),
    };
    accounts
        .site()
        .db()
        .write(move |tx| {
            rows::delete_challenges_before(tx, now)?;
            rows::insert_challenge(tx, &row)
        })
        .await?;
    let mut response = json(options);
    add_cookie(&mut response, accounts.cookies().set(COOKIE, &browser, LIFE_MINUTES));
    Ok(response)
}

/// The challenge of this browser, spent in this transaction. `None` when there is none for this or its time is over.
fn spend(
    tx: &mut store::Tx<'_>,
    browser_hash: &str,
    purpose: &str,
    now: Instant,
) -> Result<Option<ChallengeRow>, Fault> {
    let kept = rows::find_challenge(tx, browser_hash)?;
    let first = rows::delete_challenge(tx, browser_hash)?;
    Ok(kept.filter(|kept| first && kept.purpose == purpose && kept.expires_at > now))
}

/// What the script sent, or nothing when it is no JSON.
async fn read_json(body: Body) -> Json {
    let bytes = axum::body::to_bytes(body, ANSWER_LIMIT).await.unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn json(value: &Json) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let store = HeaderValue::from_static("no-store");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, store)], value.to_string()).into_response()
}

/// Tells the script where to go.
fn leads_to(path: &str) -> Response {
    json(&serde_json::json!({ "leads_to": path }))
}

/// Tells the script, in words it shows as they are.
fn refuse(refused: Refused) -> Response {
    let status = match refused {
        Refused::NotStrong | Refused::Copied => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    json_error(status, refused.key(), refused.sentence())
}
