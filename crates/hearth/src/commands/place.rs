//! Which data a command works on.

use anyhow::bail;
use hearth::{House, Setup, config::Config};
use kernel::{Clock, Dice, Fault};
use settings::Council;
use std::path::{Path, PathBuf};
use store::Db;

/// Which data a command works on.
#[derive(clap::Args, Clone)]
pub(crate) struct Place {
    /// The data folder of a demonstration, instead of what hearth.toml says
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file [default: hearth.toml, if it is there]
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Place {
    /// What the file and the environment say, or nothing when it is a demonstration's folder.
    fn config(&self) -> Result<Option<Config>, Fault> {
        match (&self.data, &self.config) {
            (Some(_), Some(_)) => bail!("give --data or --config, not both"),
            (Some(_), None) => Ok(None),
            (None, _) => Config::read(self.config.as_deref(), |name| std::env::var(name).ok()).map(Some),
        }
    }

    /// The database; a new one when there is none yet.
    pub async fn open(&self) -> Result<Db, Fault> {
        self.open_as(self.config()?.as_ref()).await
    }

    /// The database, which must be there: a slip in its address must not pass for an empty council.
    pub async fn open_what_is_there(&self) -> Result<Db, Fault> {
        let config = self.config()?;
        match self.missing(config.as_ref()) {
            Some(file) => bail!("there is no database at {}", file.display()),
            None => self.open_as(config.as_ref()).await,
        }
    }

    /// Whether there is a database yet.
    pub fn is_there(&self) -> Result<bool, Fault> {
        Ok(self.missing(self.config()?.as_ref()).is_none())
    }

    /// The database's file, if it has one and it is not there.
    fn missing(&self, config: Option<&Config>) -> Option<PathBuf> {
        let file = PathBuf::from(self.url(config).strip_prefix("sqlite://")?.split('?').next()?.to_owned());
        (!file.is_file()).then_some(file)
    }

    fn url(&self, config: Option<&Config>) -> String {
        match (config, &self.data) {
            (Some(config), _) => config.database_url.clone(),
            (None, folder) => demo_url(folder.as_deref().unwrap_or(Path::new("."))),
        }
    }

    async fn open_as(&self, config: Option<&Config>) -> Result<Db, Fault> {
        if let Some(folder) = self.missing(config).as_deref().and_then(Path::parent)
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            bail!("there is no folder {}: make it first, or mend the database's address", folder.display());
        }
        let db = Db::open(&self.url(config)).await?;
        store::migrate(&db, hearth::MIGRATIONS).await?;
        Ok(db)
    }

    /// The house over a database that must be there.
    pub async fn house_that_is_there(&self) -> Result<House, Fault> {
        self.open_what_is_there().await?;
        self.house().await
    }

    /// The house; over a new database when there is none yet.
    pub async fn house(&self) -> Result<House, Fault> {
        let config = self.config()?;
        let db = self.open_as(config.as_ref()).await?;
        let setup = match config {
            None => Setup { is_demonstration: true, ..Setup::default() },
            Some(config) => {
                set_configured_url(&db, &config).await?;
                config.setup()
            }
        };
        House::open(db, Clock::real(), Dice::real(), setup).await
    }
}

pub(crate) fn demo_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("hearth.db").display())
}

/// Links and codes carry the address the site is served at.
pub(crate) async fn set_public_url(db: &Db, address: &str) -> Result<(), Fault> {
    let (address, now) = (address.to_owned(), Clock::real().now());
    db.write(move |tx| {
        let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
        if council.public_url == address {
            return Ok(());
        }
        settings::set_council(tx, &Council { public_url: address.clone(), ..council }, now)
    })
    .await
}

/// The address that the configuration gives, if it gives one.
pub(crate) async fn set_configured_url(db: &Db, config: &Config) -> Result<(), Fault> {
    match config.public_url.trim_end_matches('/') {
        "" => Ok(()),
        address if is_web_address(address) => set_public_url(db, address).await,
        address => bail!(
            "public_url: '{address}' is not the address families type, such as https://hub.example.gov.uk"
        ),
    }
}

/// `https://` or `http://`, a host, and nothing that a page's address could not be put behind.
fn is_web_address(address: &str) -> bool {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or("");
    !host.is_empty()
        && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-:/[]_~".contains(letter))
}
