use crate::{ListWaiting, cookies, mails::Post, oidc, passkey, password::Passwords, store::keys};
use axum::http::HeaderMap;
use kernel::{Fault, Instant};
use serde::Deserialize;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use store::Tx;
use web::Site;

/// What the room needs to be told. Everything has a sound value of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountsConfig {
    /// A file of passwords that were seen in breaches, one a line: SHA-1 in hexadecimal (anything after a colon is left
    /// out) or the password itself. At most 64 MB are read.
    pub breached_passwords: Option<PathBuf>,
    /// The header in which the proxy in front writes the visitor's address, such as `x-forwarded-for`. Only to be set
    /// when every request comes through that proxy: otherwise anybody could write it.
    pub client_address_header: Option<String>,
    /// The least milliseconds that an answer takes which must not show by its time whether somebody is known.
    pub answer_takes_millis: u64,
    /// The council's own provider, when it has one.
    pub oidc: Option<oidc::OidcConfig>,
}

impl Default for AccountsConfig {
    fn default() -> AccountsConfig {
        AccountsConfig {
            breached_passwords: None,
            client_address_header: None,
            // Longer than sending a link takes on a small server, shorter than anybody minds.
            answer_takes_millis: 300,
            oidc: None,
        }
    }
}

/// The room, opened. Cheap to clone; the state of its doors.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    site: Site,
    config: AccountsConfig,
    key: [u8; 32],
    passwords: Passwords,
    post: Post,
    oidc: oidc::Shared,
    passkey: passkey::Shared,
    /// Told once by the house, after the rooms above this one are known.
    waiting: OnceLock<ListWaiting>,
}

impl Accounts {
    /// Opens the room over a migrated database. The key that its cookies and counters are hashed with is made once and
    /// shared by every node.
    pub async fn open(site: &Site, config: AccountsConfig) -> Result<Accounts, Fault> {
        Accounts::open_with(site, config, Post::Queued).await
    }

    pub(crate) async fn open_with(
        site: &Site,
        config: AccountsConfig,
        post: Post,
    ) -> Result<Accounts, Fault> {
        let fresh = keys::as_text(&site.dice().bytes::<32>());
        let key = site.db().write(move |tx| keys::find_or_insert_key(tx, &fresh)).await?;
        Ok(Accounts(Arc::new(Inner {
            passwords: Passwords::open(config.breached_passwords.clone(), site.dice()).await?,
            oidc: oidc::Shared::open(site, config.oidc.as_ref())?,
            passkey: passkey::Shared::open(site)?,
            site: site.clone(),
            config,
            key,
            post,
            waiting: OnceLock::new(),
        })))
    }

    /// Hears what waits behind the council's pages; the first to say so is listened to.
    pub(crate) fn set_waiting(&self, waiting: ListWaiting) {
        let _ = self.0.waiting.set(waiting);
    }

    /// What waits behind an address of the council's pages, in words.
    pub(crate) fn list_waiting(
        &self,
        tx: &mut Tx<'_>,
        now: Instant,
    ) -> Result<Vec<(&'static str, String)>, Fault> {
        self.0.waiting.get().map_or(Ok(Vec::new()), |list| list(tx, now))
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn config(&self) -> &AccountsConfig {
        &self.0.config
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn post(&self) -> &Post {
        &self.0.post
    }

    #[allow(dead_code, reason = "the council's own sign-in asks for it")]
    pub(crate) fn oidc(&self) -> &oidc::Shared {
        &self.0.oidc
    }

    #[allow(dead_code, reason = "sign-in with a passkey asks for it")]
    pub(crate) fn passkey(&self) -> &passkey::Shared {
        &self.0.passkey
    }

    /// A hash that only this house can make: one purpose never gives another's.
    pub(crate) fn keyed(&self, purpose: &str, text: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.0.key);
        hasher.update(&(purpose.len() as u64).to_le_bytes());
        hasher.update(purpose.as_bytes());
        hasher.update(text.as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// A fresh secret of 256 bits for a cookie or an address.
    pub(crate) fn fresh_secret(&self) -> String {
        fresh_secret(self.site().dice())
    }

    /// How this site's cookies are written.
    pub(crate) fn cookies(&self) -> cookies::Jar {
        cookies::Jar::of(self.site())
    }

    /// A cookie of ours, or nothing.
    pub(crate) fn cookie<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        self.cookies().read(headers, name)
    }

    /// Waits until an answer that began at `began` has taken as long as every answer of its kind.
    pub(crate) async fn take_as_long(&self, began: tokio::time::Instant) {
        tokio::time::sleep_until(began + Duration::from_millis(self.config().answer_takes_millis)).await;
    }
}

/// A fresh secret of 256 bits, in letters that fit an address.
pub(crate) fn fresh_secret(dice: &kernel::Dice) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(dice.bytes::<32>())
}

/// What is kept of a secret of 256 bits: nobody can try them all, so a plain hash is enough.
pub(crate) fn hash_of(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}
