//! `hearth export`.

use super::{new_file::NewFile, place::Place, say};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Fault;
use std::{io::BufWriter, path::PathBuf};

#[derive(Subcommand)]
pub(crate) enum Export {
    /// The whole feed, Open Referral UK v3, one record a line
    Oruk {
        /// The file to write: a name that is not there yet
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

/// Writes a new file, which has its name at the end, so that half a file is never taken for a whole one.
pub(crate) async fn export(what: Export) -> Result<(), Fault> {
    let Export::Oruk { file, place } = what;
    let mut new = NewFile::begin(&file)?;
    let house = place.house_that_is_there().await?;
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}")?);
    bar.set_message("bringing the records up to date");
    house.feed.renew().await?;
    let mut out = BufWriter::new(&mut new.file);
    let mut progress = |lines: usize| bar.set_message(format!("{lines} records"));
    let done = feed::export(house.site.db(), &mut out, &mut progress).await?;
    drop(out);
    new.finish()?;
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
