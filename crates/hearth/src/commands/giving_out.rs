//! `hearth export`.

use super::{place::Place, say};
use anyhow::Context;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Fault;
use std::{io::BufWriter, path::PathBuf};

#[derive(Subcommand)]
pub(crate) enum Export {
    /// The whole feed, Open Referral UK v3, one record a line
    Oruk {
        /// The file to write
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

/// Writes beside the file and gives it its name at the end, so that half a file is never taken for a whole one.
pub(crate) async fn export(what: Export) -> Result<(), Fault> {
    let Export::Oruk { file, place } = what;
    let house = place.house_that_is_there().await?;
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}")?);
    bar.set_message("bringing the records up to date");
    house.feed.renew().await?;
    let beside = file.with_added_extension("part");
    let opened = std::fs::File::create(&beside).with_context(|| format!("writing {}", beside.display()))?;
    let mut out = BufWriter::new(opened);
    let mut progress = |lines: usize| bar.set_message(format!("{lines} records"));
    let done = feed::export(house.site.db(), &mut out, &mut progress).await?;
    let written = out.into_inner().context("the end of the file could not be written")?;
    written.sync_all()?;
    std::fs::rename(&beside, &file).with_context(|| format!("naming {}", file.display()))?;
    bar.finish_and_clear();
    say(&format!(
        "Wrote {} services, {} lists of terms and {} organisations without services to {}.",
        done.services,
        done.taxonomies,
        done.organizations,
        file.display()
    ));
    Ok(())
}
