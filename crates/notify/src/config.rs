//! How messages go out: from the configuration file or the environment, never from the database.

use anyhow::{Context, bail};
use kernel::Fault;
use lettre::message::Mailbox;
use serde::Deserialize;
use std::fmt;
use uuid::Uuid;

/// How messages go out. With neither part, messages wait in the outbox and `hearth check` says so.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// E-mail by a mail server. When it is there, e-mail goes this way.
    pub smtp: Option<SmtpConfig>,
    /// Text messages through GOV.UK Notify, and e-mail when there is no mail server.
    pub govuk_notify: Option<GovUkNotifyConfig>,
}

/// A mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port: 587 unless said otherwise, 465 with `tls = "tls"`.
    pub port: Option<u16>,
    /// Who we are to it, if it asks.
    pub username: Option<String>,
    /// And the password.
    pub password: Option<Secret>,
    /// Who writes, such as `Halton family hubs <no-reply@hub.example.org>`.
    pub from: String,
    /// How the way there is closed.
    #[serde(default)]
    pub tls: Tls,
    /// A file with the certificate (PEM) of a private authority, for a mail server inside the council.
    pub ca_file: Option<std::path::PathBuf>,
}

/// How the way to a mail server is closed to listeners.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// STARTTLS, and nothing is said without it.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all: only to a server on this machine.
    None,
}

/// GOV.UK Notify.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovUkNotifyConfig {
    /// As Notify gives it: a name, the service's id and the secret, joined by hyphens.
    pub api_key: Secret,
    /// Where it is.
    #[serde(default = "base_url")]
    pub base_url: String,
    /// A template with the subject `((subject))` and the text `((body))`.
    pub email_template_id: Option<Uuid>,
    /// A template with the text `((body))`.
    pub sms_template_id: Option<Uuid>,
    /// What Notify says when it calls `/notify/receipt`.
    pub callback_token: Option<Secret>,
}

fn base_url() -> String {
    "https://api.notifications.service.gov.uk".to_owned()
}

/// A password or key: it is never shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// What it is.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl SmtpConfig {
    pub(crate) fn sender(&self) -> Result<Mailbox, Fault> {
        self.from.parse().context("notify.smtp.from is not a sender, such as Hubs <no-reply@hub.example.org>")
    }

    pub(crate) fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls == Tls::Tls { 465 } else { 587 })
    }

    pub(crate) fn expect_sound(&self) -> Result<(), Fault> {
        if self.tls == Tls::None && !self.is_local() {
            bail!("notify.smtp.tls may be \"none\" only for a mail server on this machine");
        }
        if self.username.is_some() != self.password.is_some() {
            bail!("notify.smtp wants both a username and a password, or neither");
        }
        self.sender().map(|_| ())
    }
}

/// The two halves of Notify's key that are of use.
#[derive(Clone)]
pub(crate) struct ApiKey {
    pub service_id: String,
    pub secret: String,
}

impl ApiKey {
    /// The last 36 letters are the secret, the 36 before the hyphen before them the service.
    pub(crate) fn read(text: &str) -> Result<ApiKey, Fault> {
        let wrong = "notify.govuk_notify.api_key is not a key of GOV.UK Notify: a name and two ids, joined by hyphens";
        let part = |from: usize, to: usize| {
            let end = text.len().checked_sub(to)?;
            let id = text.get(text.len().checked_sub(from)?..end)?;
            Uuid::parse_str(id).ok().filter(|_| id.len() == 36).map(|_| id.to_owned())
        };
        let secret = part(36, 0).context(wrong)?;
        let service_id = part(73, 37).context(wrong)?;
        Ok(ApiKey { service_id, secret })
    }
}

impl GovUkNotifyConfig {
    pub(crate) fn expect_sound(&self) -> Result<(), Fault> {
        ApiKey::read(self.api_key.reveal())?;
        let url =
            url::Url::parse(&self.base_url).context("notify.govuk_notify.base_url is not an address")?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !local {
            bail!("notify.govuk_notify.base_url must begin with https://");
        }
        if self.callback_token.as_ref().is_some_and(|token| token.reveal().len() < 16) {
            bail!("notify.govuk_notify.callback_token wants 16 letters or more");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_notify_is_taken_apart_from_its_end() {
        let (service, secret) =
            ("26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0");
        let key = ApiKey::read(&format!("my_test-key-{service}-{secret}")).unwrap();
        assert_eq!((key.service_id.as_str(), key.secret.as_str()), (service, secret));
        for wrong in ["", "short", secret, &format!("x{secret}"), &format!("é-{service}é{secret}")] {
            assert!(ApiKey::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_shown_and_never_sent_in_the_clear() {
        let config = SmtpConfig {
            host: "mail.example.org".to_owned(),
            port: None,
            username: Some("hub".to_owned()),
            password: Some("hunter2".to_owned().into()),
            from: "Hubs <no-reply@hub.example.org>".to_owned(),
            tls: Tls::None,
            ca_file: None,
        };
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(config.expect_sound().is_err());
        assert!(SmtpConfig { tls: Tls::Starttls, ..config.clone() }.expect_sound().is_ok());
        assert!(SmtpConfig { tls: Tls::Tls, password: None, ..config }.expect_sound().is_err());
    }
}
