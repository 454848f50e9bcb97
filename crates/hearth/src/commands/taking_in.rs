//! `hearth import`.

use super::{place::Place, say};
use anyhow::{Context, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{Clock, Fault};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Subcommand)]
pub(crate) enum Import {
    /// The ONS Postcode Directory (CSV)
    Postcodes {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

/// Reads a file into the directory.
pub(crate) async fn import(what: Import) -> Result<(), Fault> {
    match what {
        Import::Postcodes { file, place } => import_postcodes(&file, &place).await,
    }
}

async fn import_postcodes(file: &Path, place: &Place) -> Result<(), Fault> {
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let bytes = opened.metadata()?.len();
    let db = place.open().await?;
    let bar = ProgressBar::new(bytes);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {eta} left")?);
    let read = Counted { file: opened, bar: bar.clone() };
    let done = directory::import_postcodes(&db, Clock::real().now(), read, |rows| {
        bar.set_message(format!("{rows} rows"))
    })
    .await?;
    bar.finish_and_clear();
    say(&format!("Kept {} postcodes, {} of them no longer in use.", done.kept, done.ended));
    say(&format!(
        "Left out: {} of Northern Ireland (another licence), {} without a known place.",
        done.northern_ireland, done.without_place
    ));
    if done.unreadable > 0 {
        say(&format!("Could not read {} lines; the first: {:?}.", done.unreadable, done.unreadable_lines));
    }
    if done.kept == 0 {
        bail!("no postcode was kept: is this the ONS Postcode Directory?");
    }
    Ok(())
}

/// Tells the progress bar how far into the file we are.
pub(crate) struct Counted {
    file: std::fs::File,
    bar: ProgressBar,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}
