//! `hearth import`.

use super::{new_file::NewFile, place::Place, say};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use directory::TermDraft;
use indicatif::{ProgressBar, ProgressStyle};
use intake::{
    Ask, LossIsRight, Outside, Step,
    command::{apply, plan_csv, plan_file, plan_ofsted, plan_url},
};
use kernel::{Clock, Fault, Slug};
use serde::Deserialize;
use std::{
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

#[derive(Subcommand)]
pub(crate) enum Import {
    /// The needs that families choose from (TOML), new ones and changed ones
    Needs {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// The ONS Postcode Directory (CSV)
    Postcodes {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// A feed or a file of Open Referral UK, version 3 or 1
    Oruk {
        /// A file, or a feed's address
        from: String,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        place: Place,
    },
    /// A table, with a file that says what its columns are
    Csv {
        /// The table
        file: PathBuf,
        /// What its columns are, in TOML
        #[arg(long)]
        mapping: PathBuf,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        place: Place,
    },
    /// Ofsted's register of childcare providers (CSV): those of this council
    Ofsted {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        place: Place,
    },
}

/// How entries are taken in.
#[derive(Args, Clone)]
pub(crate) struct How {
    /// What people call the source; made of its address or file when it is not given
    #[arg(long)]
    name: Option<String>,
    /// What it may be used for, in its own words
    #[arg(long)]
    licence: Option<String>,
    /// The need its entries are filed under when none of ours fits
    #[arg(long)]
    need: Option<Slug>,
    /// The organisation its entries are filed under when they name none
    #[arg(long)]
    organisation: Option<Slug>,
    /// It is a neighbour's: its entries are marked as outside the area
    #[arg(long)]
    neighbour: bool,
    /// Many of its entries may be gone at once
    #[arg(long)]
    loss_is_right: bool,
    /// Also writes the plan to this new file, a line of JSON for each record
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Shows the plan and takes nothing in
    #[arg(long, conflicts_with = "yes")]
    plan_only: bool,
    /// Does not ask before it takes in
    #[arg(long)]
    yes: bool,
}

/// Reads a feed or a file into the directory.
pub(crate) async fn import(what: Import) -> Result<(), Fault> {
    match what {
        Import::Needs { file, place } => import_needs(&file, &place).await,
        Import::Postcodes { file, place } => import_postcodes(&file, &place).await,
        Import::Oruk { from, how, place } => take_in(From::Oruk(from), &how, &place).await,
        Import::Csv { file, mapping, how, place } => take_in(From::Csv(file, mapping), &how, &place).await,
        Import::Ofsted { file, how, place } => take_in(From::Ofsted(file), &how, &place).await,
    }
}

enum From {
    Oruk(String),
    Csv(PathBuf, PathBuf),
    Ofsted(PathBuf),
}

/// Plans, shows the plan, and does it, unless somebody says no.
async fn take_in(from: From, how: &How, place: &Place) -> Result<(), Fault> {
    let new_plan = how.plan.as_deref().map(NewFile::begin).transpose()?;
    let house = place.house().await?;
    let ask = Ask {
        name: how.name.clone(),
        licence: how.licence.clone(),
        topic: how.need.clone(),
        organization: how.organisation.clone(),
        outside: if how.neighbour { Outside::Yes } else { Outside::No },
        loss_is_right: if how.loss_is_right { LossIsRight::Yes } else { LossIsRight::NotSaid },
    };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} of {len} records {msg}")?);
    let progress = |step: Step| {
        let (done, of, doing) = match step {
            Step::Read { done, of } => (done, of.unwrap_or(done), "read"),
            Step::Taken { done, of } => (done, of, "taken in"),
        };
        bar.set_length(of as u64);
        bar.set_position(done as u64);
        bar.set_message(doing);
    };
    let intake = &house.intake;
    let planned = match &from {
        From::Oruk(address) if address.contains("://") => plan_url(intake, address, &ask, &progress).await?,
        From::Oruk(file) => plan_file(intake, Path::new(file), &ask, &progress).await?,
        From::Csv(file, mapping) => plan_csv(intake, file, mapping, &ask, &progress).await?,
        From::Ofsted(file) => plan_ofsted(intake, file, &ask, &progress).await?,
    };
    bar.finish_and_clear();
    let of_use = planned.is_of_use();
    planned.summary().iter().for_each(|line| say(line));
    if let Some((mut new, file)) = new_plan.zip(how.plan.as_ref()) {
        planned.write_plan(&mut new.file)?;
        new.finish()?;
        say(&format!("The whole plan: {}", file.display()));
    }
    if how.plan_only || !(how.yes || is_wanted()?) {
        say("Nothing was taken in.");
        return if of_use { Ok(()) } else { bail!("{ALL_REFUSED}") };
    }
    let taken = apply(intake, planned, &progress).await?;
    bar.finish_and_clear();
    say(&format!("Taken in: {}.", taken.totals.words()));
    if taken.waits_for_a_person {
        say(
            "What is gone was left as it is: look at /admin/sources, or run this again with --loss-is-right.",
        );
    }
    // A timer must be able to tell.
    if !of_use {
        bail!("{ALL_REFUSED}");
    }
    Ok(())
}

const ALL_REFUSED: &str = "every record was refused: what stands behind each name above says why";

/// Asks whoever sits in front of it. A timer or a script has said yes by running it.
fn is_wanted() -> Result<bool, Fault> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Ok(true);
    }
    say("Take this in? Type yes and press Enter.");
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A file of needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needs {
    term: Vec<TermDraft>,
}

/// A need that the file does not name stays: entries may be filed under it.
async fn import_needs(file: &Path, place: &Place) -> Result<(), Fault> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let needs: Needs = toml::from_str(&text).with_context(|| format!("the needs in {}", file.display()))?;
    let (db, now) = (place.open().await?, Clock::real().now());
    let many = db.write(move |tx| directory::publish_taxonomy(tx, &needs.term, now)).await?;
    say(&format!("Saved {many} needs. A running server shows them within a second or two."));
    Ok(())
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
