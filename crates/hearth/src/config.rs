//! How the binary is told what to do: `hearth.toml`, then `HEARTH_*` variables over it.

use crate::{OutgoingConfig, Setup};
use accounts::{AccountsConfig, OfficeConfig};
use anyhow::{Context, bail};
use holidays::NationalEngineConfig;
use kernel::Fault;
use notify::NotifyConfig;
use rewording::ModelConfig;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

/// What `hearth serve` needs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite://PATH` or `postgres://...`.
    pub database_url: String,
    /// Address and port to listen on.
    pub listen: String,
    /// The address families type, without a slash at the end; saved into the council's settings at the start.
    pub public_url: String,
    /// A folder of the council's own pages.
    pub pages: Option<PathBuf>,
    /// How people sign in.
    pub accounts: AccountsConfig,
    /// How messages go out.
    pub notify: NotifyConfig,
    /// How long things are kept where the council decides.
    pub kept: OfficeConfig,
    /// What may be fetched from elsewhere.
    pub outgoing: OutgoingConfig,
    /// The national service that says who is eligible for a holiday programme. None: a person settles every child.
    pub eligibility: Option<NationalEngineConfig>,
    /// A language model that may put what pages say into plainer words. None: quotations only.
    pub language_model: Option<ModelConfig>,
    /// The full encoder, where a council has one.
    pub encoder: EncoderConfig,
    /// What to log: `info`, `debug`, or a filter such as `web=debug`.
    pub log: String,
}

/// Where the full encoder lies, if there is one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EncoderConfig {
    /// The folder with its `model.safetensors` and `vocab.txt`.
    pub folder: Option<PathBuf>,
}

impl Config {
    /// Reads the file, if it is there or was named, then the environment over it.
    pub fn read(file: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Config, Fault> {
        let named = file.is_some();
        let path = file.unwrap_or(Path::new("hearth.toml"));
        let mut config: Config = match std::fs::read_to_string(path) {
            Ok(text) => {
                toml::from_str(&text).with_context(|| format!("the configuration file {}", path.display()))?
            }
            Err(_) if !named => Config::default(),
            Err(error) => bail!("the configuration file {} cannot be read: {error}", path.display()),
        };
        if let Some(value) = variable("HEARTH_DATABASE_URL") {
            config.database_url = value;
        }
        if let Some(value) = variable("HEARTH_LISTEN") {
            config.listen = value;
        }
        if let Some(value) = variable("HEARTH_PUBLIC_URL") {
            config.public_url = value;
        }
        if let Some(value) = variable("HEARTH_PAGES") {
            config.pages = Some(value.into());
        }
        if let Some(value) = variable("HEARTH_ENCODER_FOLDER") {
            config.encoder.folder = Some(value.into());
        }
        if let Some(value) = variable("HEARTH_LOG") {
            config.log = value;
        }
        // Secrets may stand in the environment instead of the file.
        if let (Some(value), Some(smtp)) = (variable("HEARTH_SMTP_PASSWORD"), &mut config.notify.smtp) {
            smtp.password = Some(value.into());
        }
        if let (Some(value), Some(govuk)) =
            (variable("HEARTH_GOVUK_NOTIFY_API_KEY"), &mut config.notify.govuk_notify)
        {
            govuk.api_key = value.into();
        }
        if let (Some(value), Some(oidc)) = (variable("HEARTH_OIDC_CLIENT_SECRET"), &mut config.accounts.oidc)
        {
            oidc.client_secret = value;
        }
        if let (Some(value), Some(service)) =
            (variable("HEARTH_ELIGIBILITY_CLIENT_SECRET"), &mut config.eligibility)
        {
            service.client_secret = value;
        }
        if let (Some(value), Some(model)) =
            (variable("HEARTH_LANGUAGE_MODEL_KEY"), &mut config.language_model)
        {
            model.key = value;
        }
        if config.database_url.is_empty() {
            bail!(
                "say where the data is: database_url = \"sqlite://hearth.db\" in hearth.toml, or HEARTH_DATABASE_URL"
            );
        }
        if config.listen.is_empty() {
            "127.0.0.1:8080".clone_into(&mut config.listen);
        }
        if config.log.is_empty() {
            "info".clone_into(&mut config.log);
        }
        Ok(config)
    }
}

impl Config {
    /// What the rooms are told.
    pub fn setup(&self) -> Setup {
        Setup {
            pages: self.pages.clone(),
            accounts: AccountsConfig {
                answer_takes_millis: self.accounts.answer_takes_millis.max(300),
                ..self.accounts.clone()
            },
            office: self.kept.clone(),
            notify: self.notify.clone(),
            outgoing: self.outgoing.clone(),
            eligibility: self.eligibility.clone(),
            // An empty one names none: a line of the environment that is there and holds nothing is no folder.
            encoder: self.encoder.folder.clone().filter(|folder| !folder.as_os_str().is_empty()),
            language_model: self.language_model.clone(),
            is_demonstration: false,
        }
    }
}

/// What is logged. The PostgreSQL driver tells every value of a statement at `debug`, and the reader of HTML every
/// word; those hold what people typed, so neither is ever let past `info` whatever the filter asks.
pub fn log_filter(asked: &str) -> EnvFilter {
    let quiet = [
        "tokio_postgres=info",
        "tokio_postgres::query=info",
        "tokio_postgres::prepare=info",
        "html5ever=info",
    ];
    quiet
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(EnvFilter::new(asked), EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_stands_over_the_file_and_a_missing_database_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hearth.toml");
        std::fs::write(&file, "database_url = \"sqlite://a.db\"\nlisten = \"0.0.0.0:80\"\n").unwrap();
        let config = Config::read(Some(&file), |name| {
            (name == "HEARTH_DATABASE_URL").then(|| "sqlite://b.db".to_owned())
        })
        .unwrap();
        assert_eq!((config.database_url.as_str(), config.listen.as_str()), ("sqlite://b.db", "0.0.0.0:80"));
        std::fs::write(&file, "databse_url = \"x\"\n").unwrap();
        assert!(format!("{:#}", Config::read(Some(&file), |_| None).unwrap_err()).contains("databse_url"));
        std::fs::write(&file, "database_url = \"sqlite://a.db\"\n[language_model]\nendpoint = \"https://models.example.org/v1\"\nmodel = \"small\"\n")
            .unwrap();
        let config = Config::read(Some(&file), |name| {
            (name == "HEARTH_LANGUAGE_MODEL_KEY").then(|| "sk-very-secret".to_owned())
        })
        .unwrap();
        assert!(!format!("{config:?}").contains("very-secret"), "a key shows in no debug line");
        let model = config.setup().language_model.unwrap();
        assert_eq!(
            (model.key.as_str(), model.budget_millis, model.sentences_max),
            ("sk-very-secret", 4_000, 4)
        );
        std::fs::write(&file, "").unwrap();
        assert!(Config::read(Some(&file), |_| None).unwrap_err().to_string().contains("HEARTH_DATABASE_URL"));
    }

    #[test]
    fn the_folder_of_the_encoder_is_read_from_the_file_and_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hearth.toml");
        std::fs::write(&file, "database_url = \"sqlite://a.db\"\n[encoder]\nfolder = \"/srv/encoder\"\n")
            .unwrap();
        let config = Config::read(Some(&file), |_| None).unwrap();
        assert_eq!(config.setup().encoder, Some(PathBuf::from("/srv/encoder")));
        let elsewhere = |name: &str| (name == "HEARTH_ENCODER_FOLDER").then(|| "/opt/encoder".to_owned());
        let config = Config::read(Some(&file), elsewhere).unwrap();
        assert_eq!(config.setup().encoder, Some(PathBuf::from("/opt/encoder")));
        let empty = |name: &str| (name == "HEARTH_ENCODER_FOLDER").then(String::new);
        assert_eq!(Config::read(Some(&file), empty).unwrap().setup().encoder, None);
        std::fs::write(&file, "database_url = \"sqlite://a.db\"\n").unwrap();
        assert_eq!(Config::read(Some(&file), |_| None).unwrap().setup().encoder, None);
    }
}
