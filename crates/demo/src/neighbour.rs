//! The directory of an invented neighbour, taken in as a real one would be, so that nobody has to wait for another
//! council to see what the rooms of sources and figures do: two entries that are the same, two that were and are one
//! now, a difference to settle, an entry that is gone from its source, a record that was refused, a broken link.
//!
//! Every name of it says that it is an example, its numbers are those that are never given to anybody, its web
//! addresses end in `.example`, and its entries are marked as outside the council's area. Nothing leaves the machine:
//! the names of other sites are looked up nowhere, so what is looked at is never there.

use crate::Data;
use access::{KeepEntry, On, audit};
use anyhow::Context;
use directory::{Publication, Published};
use fetch::{FetchConfig, Fetcher, LookUp, Names};
use intake::{Ask, Intake, Outside, command, nobody};
use jobs::Runner;
use kernel::{Fault, Id};
use quality::{FromHouse, Quality};
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Site, Who};

const FEED: &str = "neighbour/feed.json";
const NAME: &str = "Example Neighbour Council (invented)";
/// The two that were made one.
pub(crate) const MADE_ONE: (&str, &str) = ("example-chess-evening", "example-chess-evenings");
/// Whose price was changed here, and then by its source.
const MENDED: &str = "example-bicycle-mending";
const STOPPED: &str = "Example Model Boats";
/// Leads nowhere.
pub(crate) const BROKEN: &str = "https://www.example-neighbour.example/boats";

/// The rooms over the stage's own clock.
pub(crate) struct Neighbour {
    site: Site,
    intake: Intake,
    quality: Quality,
}

impl Neighbour {
    pub(crate) fn open(site: &Site) -> Result<Neighbour, Fault> {
        let fetcher = Fetcher::with_names(FetchConfig::default(), Arc::new(NoNames))?;
        let house = FromHouse {
            sources: Arc::new(intake::list_sources_of_entries),
            record_keys: Arc::new(intake::list_record_keys),
            cited: Arc::new(Vec::new),
        };
        Ok(Neighbour {
            site: site.clone(),
            intake: Intake::open(site, fetcher.clone()),
            quality: Quality::open(site, house, fetcher),
        })
    }

    pub(crate) fn doors(&self) -> web::Door {
        quality::admin_door(&self.quality)
    }

    /// The feed as it was first.
    pub(crate) async fn take_in(&self) -> Result<(), Fault> {
        self.take_in_records(&records()?).await
    }

    /// The feed some days later: one price is another, and one entry is gone.
    pub(crate) async fn take_in_again(&self) -> Result<(), Fault> {
        let mut records = records()?;
        records.retain(|record| record["name"] != STOPPED);
        for record in &mut records {
            if record["name"] == "Example Bicycle Mending" {
                record["fees_description"] = json!("Two pounds for new tubes. Everything else is free.");
            }
        }
        self.take_in_records(&records).await
    }

    async fn take_in_records(&self, records: &[Value]) -> Result<(), Fault> {
        let id: Id<Neighbour> = Id::new(self.site.clock(), self.site.dice());
        let file = std::env::temp_dir().join(format!("hearth-demonstration-{id}.json"));
        std::fs::write(&file, serde_json::to_vec(records)?).context("writing the neighbour's feed")?;
        let ask = Ask {
            name: Some(NAME.to_owned()),
            licence: Some("None: everything in it is invented".to_owned()),
            outside: Outside::Yes,
            ..Ask::default()
        };
        let planned = command::plan_file(&self.intake, &file, &ask, &nobody).await;
        std::fs::remove_file(&file).context("removing the neighbour's feed")?;
        command::apply(&self.intake, planned?, &nobody).await?;
        Ok(())
    }

    /// Somebody here knows better, so the source is asked from then on.
    pub(crate) async fn change_here(&self, editor: &Who) -> Result<(), Fault> {
        let (editor, council, now) = (editor.clone(), self.site.council(), self.site.clock().now());
        self.site
            .db()
            .write(move |tx| {
                let entry = directory::find_entry(tx, MENDED)?.context("the entry was taken in")?;
                let on = On::one("service", entry.id).of_organization(entry.organization.id);
                let may = editor.may::<KeepEntry>(on)?;
                let mut draft = entry.draft.clone();
                draft.cost_note =
                    Some("Free, and so are the tubes. They told us so on the phone.".to_owned());
                let why = "Asked on the phone";
                let publication =
                    Publication { draft: &draft, base_version: entry.version, why, change: None };
                match directory::publish(tx, &may, &publication, &council, now)? {
                    Published::Version(_) => audit::record(tx, &may, "changed an entry", why, now),
                    Published::Overtaken(_) => {}
                }
                Ok(())
            })
            .await
    }

    /// What runs every hour: which links there are, which entries look alike, the figures of the week.
    pub(crate) async fn run_the_hours_jobs(&self) -> Result<(), Fault> {
        quality::jobs(self.runner(), &self.quality).run_until_empty().await.map(drop)
    }

    /// Looks at the links that are due.
    pub(crate) async fn run_the_link_job(&self) -> Result<(), Fault> {
        quality::link_jobs(self.runner(), &self.quality).run_until_empty().await.map(drop)
    }

    fn runner(&self) -> Runner {
        Runner::new(self.site.db().clone(), self.site.clock().clone(), self.site.dice().clone())
    }
}

fn records() -> Result<Vec<Value>, Fault> {
    let file = Data::get(FEED).with_context(|| format!("the demonstration file {FEED}"))?;
    Ok(serde_json::from_slice(&file.data)?)
}

/// No name has a number: nothing of a demonstration leaves its machine.
struct NoNames;

impl Names for NoNames {
    fn look_up(&self, _name: &str) -> LookUp {
        Box::pin(async { Ok(Vec::new()) })
    }
}
