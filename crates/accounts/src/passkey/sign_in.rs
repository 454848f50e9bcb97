//! Signs somebody in with a passkey. The device says whose it is; nothing is typed.

use crate::{
    Accounts,
    accounts::hash_of,
    model::{How, safe_path},
    passkey::{COOKIE, challenge, checker, leads_to, model::Refused, read_json, refuse, spend},
    session::add_cookie,
    store::passkeys::{self as rows},
};
use access::{Action, PersonId, audit};
use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Fault, Instant};
use store::Tx;
use web::{Page, Params, Reply, show};
use webauthn_rs::{
    Webauthn,
    prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError},
};

#[derive(Template)]
#[template(path = "passkey_sign_in.html")]
struct SignInView {
    next: String,
    others: String,
}

/// `GET /sign-in/passkey`.
pub(crate) async fn get(State(accounts): State<Accounts>, params: Params) -> Reply {
    let next = safe_path(params.get("next"));
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let body = SignInView { next, others: format!("/sign-in?next={encoded}") };
    show(accounts.site(), &Page::new("Sign in with a passkey").with_passkeys(), &body)
}

/// `POST /sign-in/passkey/start`.
pub(crate) async fn start(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    let checker = match checker(accounts.site(), &headers) {
        Ok(checker) => checker,
        Err(refused) => return Ok(refuse(refused)),
    };
    let (mut options, state) = checker.start_discoverable_authentication()?;
    // The library is made for the list under a text field; ours is a button.
    options.mediation = None;
    let (state, options) = (serde_json::to_string(&state)?, serde_json::to_value(&options)?);
    Ok(challenge(&accounts, "sign_in", None, state, &options).await?)
}

/// `POST /sign-in/passkey/finish` with `{"next": "...", "credential": {...}}`.
pub(crate) async fn finish(State(accounts): State<Accounts>, headers: HeaderMap, request: Request) -> Reply {
    let answer = read_json(request.into_body()).await;
    let next = safe_path(answer["next"].as_str().unwrap_or_default());
    let person = match checker(accounts.site(), &headers) {
        Ok(checker) => check(&accounts, checker, &headers, &answer["credential"]).await?,
        Err(refused) => Err(refused),
    };
    let mut response = match person {
        Ok(person) => to_json(accounts.start_session(&headers, person, How::Passkey, &next).await?),
        Err(refused) => refuse(refused),
    };
    add_cookie(&mut response, accounts.cookies().clear(COOKIE));
    Ok(response)
}

async fn check(
    accounts: &Accounts,
    checker: Webauthn,
    headers: &HeaderMap,
    credential: &serde_json::Value,
) -> Result<Result<PersonId, Refused>, Fault> {
    let Some(browser_hash) = accounts.cookie(headers, COOKIE).map(hash_of) else {
        return Ok(Err(Refused::TooLate));
    };
    let credential: Option<PublicKeyCredential> = serde_json::from_value(credential.clone()).ok();
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .write(move |tx| {
            let Some(kept) = spend(tx, &browser_hash, "sign_in", now)? else {
                return Ok(Err(Refused::TooLate));
            };
            let state: DiscoverableAuthentication = serde_json::from_str(&kept.state)?;
            match &credential {
                Some(credential) => check_in(tx, &checker, credential, state, now),
                None => Ok(Err(Refused::NotAccepted)),
            }
        })
        .await
}

/// Checks the answer and moves the passkey's counter on, in one transaction: of two copies that answer at the same
/// moment, the second finds the counter of the first.
fn check_in(
    tx: &mut Tx<'_>,
    checker: &Webauthn,
    credential: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    now: Instant,
) -> Result<Result<PersonId, Refused>, Fault> {
    let Ok((owner, credential_id)) = checker.identify_discoverable_authentication(credential) else {
        return Ok(Err(Refused::NotAccepted));
    };
    let kept = rows::find_passkey_by_credential(tx, &URL_SAFE_NO_PAD.encode(credential_id))?;
    let Some(kept) = kept.filter(|kept| kept.person_id.uuid() == owner) else {
        return Ok(Err(Refused::Unknown));
    };
    let mut passkey: Passkey = serde_json::from_str(&kept.credential)?;
    let result = match checker.finish_discoverable_authentication_v2(credential, state, &passkey) {
        // The library refuses an answer without the person's verification; so that it stays so, it is asked again.
        Ok(result) if result.user_verified() => result,
        other => {
            let refused = match other {
                Err(WebauthnError::CredentialPossibleCompromise) => Refused::Copied,
                _ => Refused::NotAccepted,
            };
            let did = match refused {
                Refused::Copied => "was refused with a passkey: its counter went back, so it may be a copy",
                _ => "was refused with a passkey",
            };
            audit::record_attempt(tx, Action::SignIn, Some(kept.person_id), did, now);
            return Ok(Err(refused));
        }
    };
    passkey.update_credential(&result);
    rows::set_passkey_used(tx, kept.id, &serde_json::to_string(&passkey)?, now)?;
    Ok(Ok(kept.person_id))
}

/// The same cookies, with the place to go to as words for the script: it cannot follow a redirect to a page.
fn to_json(signed_in: axum::response::Response) -> axum::response::Response {
    let (mut parts, _) = signed_in.into_parts();
    let path = parts.headers.remove(header::LOCATION);
    let path = path.as_ref().and_then(|path| path.to_str().ok()).unwrap_or("/sign-in");
    let (kind, body) = leads_to(path).into_parts();
    parts.headers.extend(kind.headers);
    parts.status = StatusCode::OK;
    axum::response::Response::from_parts(parts, body)
}
