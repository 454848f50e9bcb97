//! Sign-in with the council's own provider (OpenID Connect): authorisation code with PKCE, state and nonce, all kept
//! here and spent once. The provider says who somebody is; whether they may come in is decided in `model`.
//!
//! Nobody is added without being told to: an administrator adds people, or the configuration says which of the
//! provider's groups make somebody what. Nothing the provider says is shown, logged or put into an address.

mod come_back;
mod config;
mod leave;
mod model;
mod provider;
mod shown_again;
mod start;

#[cfg(test)]
mod tests;

pub use config::{GroupRoles, OidcConfig};

use crate::{Accounts, model::safe_path};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use kernel::Fault;
use model::Refused;
use provider::Provider;
use url::form_urlencoded::byte_serialize;
use web::{Door, Page, Reply, Site, show_with};

/// The cookie that ties a sign-in to the browser that started it.
const COOKIE: &str = "council";
/// How long somebody may take at the provider.
const LIFE_MINUTES: i64 = 10;

/// What every request shares: discovered addresses, keys, a client.
pub(crate) struct Shared {
    provider: Option<Provider>,
}

impl Shared {
    pub(crate) fn open(_site: &Site, config: Option<&OidcConfig>) -> Result<Shared, Fault> {
        Ok(Shared { provider: config.map(Provider::new).transpose()? })
    }

    fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }
}

#[derive(Template)]
#[template(path = "oidc_button.html")]
struct Button<'a> {
    name: &'a str,
    start: String,
}

#[derive(Template)]
#[template(path = "oidc_refused.html")]
struct RefusedView {
    title: &'static str,
    sentence: &'static str,
    start: String,
    again: Again,
}

/// Whether trying again could help.
#[derive(PartialEq, Eq)]
enum Again {
    May,
    WouldNot,
}

/// The way in on the sign-in page, as HTML; empty when there is none. `leads_to` is a checked path of ours.
pub(crate) fn sign_in_html(accounts: &Accounts, leads_to: &str) -> Result<String, Fault> {
    let Some(provider) = accounts.oidc().provider() else { return Ok(String::new()) };
    Ok(Button { name: &provider.config.name, start: start_path(leads_to) }.render()?)
}

pub(crate) fn door(accounts: &Accounts) -> Door {
    Door::new()
        .get::<access::SignIn, _, _>("/sign-in/council", start::get)
        .get::<access::SignIn, _, _>("/sign-in/council/return", come_back::get)
        .get::<access::SignIn, _, _>("/sign-in/council/sign-out", leave::get)
        .with_state(accounts.clone())
}

fn start_path(leads_to: &str) -> String {
    let next: String = byte_serialize(safe_path(leads_to).as_bytes()).collect();
    format!("/sign-in/council?next={next}")
}

/// An address of ours that the provider knows, or `None` while the site has no public one.
fn address(site: &Site, path: &str) -> Option<String> {
    Some(site.absolute(path)).filter(|address| address.starts_with("http"))
}

/// A plain page that says why not, and what to do. `leads_to` is where they wanted to go.
fn refuse(site: &Site, refused: Refused, leads_to: &str) -> Reply {
    let body = RefusedView {
        title: refused.title(),
        sentence: refused.sentence(),
        start: start_path(leads_to),
        again: match refused {
            Refused::Unknown | Refused::AddressNotVerified | Refused::JoinedToAnother | Refused::Disabled => {
                Again::WouldNot
            }
            _ => Again::May,
        },
    };
    let status = match refused {
        Refused::Cancelled => StatusCode::OK,
        Refused::StartedElsewhere | Refused::NotAccepted | Refused::Clock => StatusCode::BAD_REQUEST,
        // A server that another one lets down. The shell words 5xx as our own fault, which this is not.
        Refused::ProviderDown | Refused::NotReady => StatusCode::FAILED_DEPENDENCY,
        _ => StatusCode::FORBIDDEN,
    };
    let page: Response = show_with(site, status, &Page::new(refused.title()), &body)?;
    Ok(page)
}
