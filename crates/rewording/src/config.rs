//! Which model, where it is, and how long it may take.

use anyhow::{Context, bail, ensure};
use kernel::Fault;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use std::{fmt, time::Duration};
use url::{Host, Url};

/// How to reach a language model that speaks as OpenAI's does. `Debug` never shows the key.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Its address up to `/v1`, without a slash at the end; `/chat/completions` is added to it.
    pub endpoint: String,
    /// Which model to ask for.
    pub model: String,
    /// Who we are to it. Empty for one in the council's own network that asks for none.
    #[serde(default)]
    pub key: String,
    /// How long a question may take in all, in thousandths of a second. Then the quotation is shown.
    #[serde(default = "four_seconds")]
    pub budget_millis: u64,
    /// The most sentences of an answer.
    #[serde(default = "four_sentences")]
    pub sentences_max: usize,
}

fn four_seconds() -> u64 {
    4_000
}

fn four_sentences() -> usize {
    4
}

impl fmt::Debug for ModelConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelConfig")
            .field("endpoint", &self.endpoint)
            .field("model", &self.model)
            .field("budget_millis", &self.budget_millis)
            .field("sentences_max", &self.sentences_max)
            .finish_non_exhaustive()
    }
}

/// A configuration that was looked at.
pub(crate) struct Sound {
    /// Where questions go.
    pub address: Url,
    /// Whose machine that is, for the staff's page.
    pub host: String,
    pub model: String,
    pub key: Option<HeaderValue>,
    pub budget: Duration,
    pub sentences_max: usize,
}

impl ModelConfig {
    /// Refuses, in words for whoever wrote the file, what could never work or would send the key in the clear.
    pub(crate) fn look_at(self) -> Result<Sound, Fault> {
        let endpoint = self.endpoint.trim_end_matches('/');
        let address = format!("{endpoint}/chat/completions");
        let address = Url::parse(&address).context("language_model.endpoint is not an address")?;
        let Some(host) = address.host_str().map(str::to_owned) else {
            bail!("language_model.endpoint names no machine");
        };
        ensure!(
            address.username().is_empty() && address.password().is_none() && address.query().is_none(),
            "language_model.endpoint holds a name, a password or a question: the key goes into language_model.key"
        );
        match address.scheme() {
            "https" => {}
            "http" if is_near(&address) => {}
            "http" => bail!("language_model.endpoint needs https, unless it is in your own network"),
            _ => bail!("language_model.endpoint begins with https://"),
        }
        ensure!(!self.model.trim().is_empty(), "language_model.model says which model to ask for");
        ensure!(
            (200..=20_000).contains(&self.budget_millis),
            "language_model.budget_millis is from 200 to 20000"
        );
        ensure!((1..=8).contains(&self.sentences_max), "language_model.sentences_max is from 1 to 8");
        let key = match self.key.trim() {
            "" => None,
            key => {
                // The error of the header would not name the key, and this one does not either.
                let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
                    .ok()
                    .context("language_model.key holds what no key holds")?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        Ok(Sound {
            address,
            host,
            model: self.model,
            key,
            budget: Duration::from_millis(self.budget_millis),
            sentences_max: self.sentences_max,
        })
    }
}

/// Whether an address is in the council's own network, as far as its name tells: there it may go without encryption.
fn is_near(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".internal"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(endpoint: &str) -> ModelConfig {
        toml::from_str(&format!("endpoint = '{endpoint}'\nmodel = 'small'\nkey = 'sk-very-secret'")).unwrap()
    }

    #[test]
    fn the_key_shows_in_no_debug_line_and_in_no_error() {
        let shown = format!("{:?}", config("https://models.example.org/v1"));
        assert!(shown.contains("models.example.org") && !shown.contains("secret"), "{shown}");
        let odd =
            ModelConfig { key: "sk-very\nsecret".to_owned(), ..config("https://models.example.org/v1") };
        let fault = format!("{:#}", odd.look_at().err().unwrap());
        assert!(fault.contains("language_model.key") && !fault.contains("secret"), "{fault}");
        let sound = config("https://models.example.org/v1").look_at().unwrap();
        assert!(!format!("{:?}", sound.key).contains("secret"));
    }

    #[test]
    fn an_address_is_taken_without_encryption_only_in_ones_own_network() {
        for (endpoint, is_taken) in [
            ("https://models.example.org/v1/", true),
            ("http://127.0.0.1:8000/v1", true),
            ("http://10.2.3.4/v1", true),
            ("http://[::1]:8000/v1", true),
            ("http://models/v1", true),
            ("http://models.internal/v1", true),
            ("http://models.example.org/v1", false),
            ("http://8.8.8.8/v1", false),
            ("https://name:secret@models.example.org/v1", false),
            ("https://models.example.org/v1?key=secret", false),
            ("file:///etc/passwd", false),
            ("models.example.org", false),
        ] {
            let looked = config(endpoint).look_at();
            assert_eq!(looked.is_ok(), is_taken, "{endpoint}");
            if let Ok(sound) = looked {
                assert!(sound.address.path().ends_with("/v1/chat/completions"), "{}", sound.address);
            }
        }
    }
}
