//! Which data a command works on.

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
        match &self.data {
            Some(_) => Ok(None),
            None => Config::read(self.config.as_deref(), |name| std::env::var(name).ok()).map(Some),
        }
    }

    pub async fn open(&self) -> Result<Db, Fault> {
        self.open_as(self.config()?.as_ref()).await
    }

    async fn open_as(&self, config: Option<&Config>) -> Result<Db, Fault> {
        let url = match (config, &self.data) {
            (Some(config), _) => config.database_url.clone(),
            (None, folder) => demo_url(folder.as_deref().unwrap_or(Path::new("."))),
        };
        let db = Db::open(&url).await?;
        store::migrate(&db, hearth::MIGRATIONS).await?;
        Ok(db)
    }

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
        address => set_public_url(db, address).await,
    }
}
