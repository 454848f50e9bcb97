//! The demonstration council: Halton (Widnes and Runcorn), from public papers, made only through the rooms' own use
//! cases, so that it can hold nothing an editor could not have written.
//!
//! It must never name a private person, invent a number, an address or a time (but those of `data/neighbour` and
//! `data/sessions.json`, which say of themselves that they are examples), or present what may have aged as
//! checked: what is not known is left out, and the pages say 'not given'.
//!
//! To add an entry: a `[[service]]` in a file of `data/services/`, with its source and the date of that source. The
//! keys are those of `directory::ServiceDraft`; an unknown key is refused by name.

mod appointments;
mod bookings;
mod holiday_programme;
mod lists;
mod neighbour;
mod people;
mod sessions;
mod work;

pub use appointments::add_appointments;
pub use bookings::add_bookings;
pub use holiday_programme::add_holiday_programme;
pub use lists::add_lists;
pub use people::add_people;
pub use sessions::add_sessions;
pub use work::add_work;

use anyhow::Context;
use directory::{LocationDraft, OrganizationDraft, SectorDraft, ServiceDraft, TermDraft};
use kernel::{Clock, Fault};
use rust_embed::RustEmbed;
use serde::{Deserialize, de::DeserializeOwned};
use settings::Council;
use store::Db;

#[derive(RustEmbed)]
#[folder = "data/"]
struct Data;

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Organisations.
    pub organizations: usize,
    /// Places.
    pub locations: usize,
    /// Services.
    pub services: usize,
}

#[derive(Deserialize)]
struct Organizations {
    #[serde(default)]
    organization: Vec<OrganizationDraft>,
    #[serde(default)]
    location: Vec<LocationDraft>,
}

#[derive(Deserialize)]
struct Services {
    service: Vec<ServiceDraft>,
}

#[derive(Deserialize)]
struct Taxonomy {
    term: Vec<TermDraft>,
}

#[derive(Deserialize)]
struct Sectors {
    sectors: Vec<SectorDraft>,
}

/// Makes the demonstration council, whole or not at all, in a database that has none. `None` when one is there.
pub async fn make(db: &Db, clock: &Clock) -> Result<Option<Made>, Fault> {
    let parts = Parts::read()?;
    let now = clock.now();
    db.write(move |tx| {
        if settings::find_council(tx)?.is_some() {
            return Ok(None);
        }
        settings::set_council(tx, &parts.council, now)?;
        directory::publish_taxonomy(tx, &parts.terms, now)?;
        directory::publish_sectors(tx, &parts.sectors)?;
        for organization in &parts.organizations {
            directory::publish_organization(tx, organization, now)?;
        }
        for location in &parts.locations {
            directory::publish_location(tx, location, &parts.council, now)?;
        }
        directory::publish_services(tx, &parts.services, &parts.council, now)?;
        Ok(Some(Made {
            organizations: parts.organizations.len(),
            locations: parts.locations.len(),
            services: parts.services.len(),
        }))
    })
    .await
}

struct Parts {
    council: Council,
    terms: Vec<TermDraft>,
    sectors: Vec<SectorDraft>,
    organizations: Vec<OrganizationDraft>,
    locations: Vec<LocationDraft>,
    services: Vec<ServiceDraft>,
}

impl Parts {
    fn read() -> Result<Parts, Fault> {
        let mut parts = Parts {
            council: file("council.toml")?,
            terms: file::<Taxonomy>("taxonomy.toml")?.term,
            sectors: file::<Sectors>("sectors.toml")?.sectors,
            organizations: Vec::new(),
            locations: Vec::new(),
            services: Vec::new(),
        };
        let mut names: Vec<String> = Data::iter().map(std::borrow::Cow::into_owned).collect();
        names.sort();
        for name in names {
            if name.starts_with("organisations") {
                let more: Organizations = file(&name)?;
                parts.organizations.extend(more.organization);
                parts.locations.extend(more.location);
            } else if name.starts_with("services/") {
                parts.services.extend(file::<Services>(&name)?.service);
            }
        }
        Ok(parts)
    }
}

fn file<T: DeserializeOwned>(name: &str) -> Result<T, Fault> {
    let file = Data::get(name).with_context(|| format!("the demonstration file {name}"))?;
    toml::from_str(std::str::from_utf8(&file.data)?).with_context(|| format!("the demonstration file {name}"))
}
