//! Leads somebody who has signed out here to sign out at the council's provider too: the next person at a shared
//! computer would otherwise come in with one press.

use crate::{
    Accounts,
    oidc::{address, shown_again},
    session::add_cookie,
};
use axum::{extract::State, http::HeaderMap};
use web::{Reply, missing, see_other};

/// `GET /sign-in/council/sign-out`. Signing out here is a form of its own; this only leads on.
pub(crate) async fn get(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    let Some(provider) = accounts.oidc().provider() else { return Ok(missing()) };
    let site = accounts.site();
    let token = shown_again::find(&accounts, &headers).await?;
    let there = match address(site, "/sign-in") {
        Some(back) => provider.sign_out_address(&back, token.as_deref(), site.clock().now()).await,
        None => None,
    };
    let mut response = there.map_or_else(|| see_other("/sign-in"), |there| see_other(there.as_str()));
    add_cookie(&mut response, accounts.cookies().clear(shown_again::COOKIE));
    Ok(response)
}
