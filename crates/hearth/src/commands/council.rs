//! `hearth settings`.

use super::{place::Place, say};
use anyhow::Context;
use clap::Subcommand;
use kernel::{Clock, Fault};
use settings::{Council, Logo};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum SettingsCommand {
    /// Prints them as TOML
    Show {
        #[command(flatten)]
        place: Place,
    },
    /// Saves them from a TOML file; colours that could not be read are refused
    Set {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) fn read_logo(file: &Path) -> Result<Logo, Fault> {
    let bytes = std::fs::read(file).with_context(|| format!("the logo {}", file.display()))?;
    Logo::read(bytes).with_context(|| format!("the logo {}", file.display()))
}

pub(crate) async fn settings_command(what: SettingsCommand) -> Result<(), Fault> {
    match what {
        SettingsCommand::Show { place } => {
            let council = match place.is_there()? {
                true => place.open().await?.read(settings::find_council).await?,
                false => None,
            };
            let council = council.unwrap_or_else(Council::unnamed);
            say(&toml::to_string_pretty(&council)?);
        }
        SettingsCommand::Set { file, place } => {
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let council: Council = settings::read_settings(&text)
                .with_context(|| format!("the settings in {}", file.display()))?;
            let logo = match council.logo.as_str() {
                "" => None,
                kept if kept.starts_with("/logo/") => None,
                name => Some(read_logo(&file.with_file_name(name))?),
            };
            let (db, now) = (place.open().await?, Clock::real().now());
            db.write(move |tx| {
                let mut council = council.clone();
                if let Some(logo) = &logo {
                    council.logo = settings::set_logo(tx, logo, &web::content_hash(&logo.bytes))?;
                }
                settings::set_council(tx, &council, now)
            })
            .await?;
            say("Saved. A running server shows it within a second or two.");
        }
    }
    Ok(())
}
