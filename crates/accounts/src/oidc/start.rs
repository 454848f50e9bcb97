//! Leads somebody to the council's sign-in page.

use crate::{
    Accounts,
    accounts::hash_of,
    model::safe_path,
    oidc::{COOKIE, LIFE_MINUTES, address, model::Refused, provider::Secrets, refuse},
    session::add_cookie,
    store::oidc::{self as rows, AttemptRow},
};
use axum::extract::State;
use jiff::SignedDuration;
use web::{Params, Reply, missing, see_other};

/// `GET /sign-in/council`.
pub(crate) async fn get(State(accounts): State<Accounts>, params: Params) -> Reply {
    let Some(provider) = accounts.oidc().provider() else { return Ok(missing()) };
    let site = accounts.site();
    let leads_to = safe_path(params.get("next"));
    let Some(come_back_to) = address(site, "/sign-in/council/return") else {
        return refuse(site, Refused::NotReady, &leads_to);
    };
    let secrets = Secrets {
        state: accounts.fresh_secret(),
        nonce: accounts.fresh_secret(),
        verifier: accounts.fresh_secret(),
    };
    let now = site.clock().now();
    let there = match provider.sign_in_address(&secrets, &come_back_to, now).await {
        Ok(there) => there,
        Err(refused) => return refuse(site, refused, &leads_to),
    };
    let browser = accounts.fresh_secret();
    let attempt = AttemptRow {
        browser_hash: hash_of(&browser),
        state_hash: hash_of(&secrets.state),
        nonce: secrets.nonce,
        verifier: secrets.verifier,
        leads_to,
        started_at: now,
        expires_at: now + SignedDuration::from_mins(LIFE_MINUTES),
    };
    site.db()
        .write(move |tx| {
            rows::delete_attempts_before(tx, now)?;
            rows::insert_attempt(tx, &attempt)
        })
        .await?;
    let mut response = see_other(there.as_str());
    add_cookie(&mut response, accounts.cookies().set(COOKIE, &browser, LIFE_MINUTES));
    Ok(response)
}
