//! One demonstration person for every role. Their names say that they are nobody.

use access::{PersonId, Role, Signed};
use accounts::{PersonDraft, set_person};
use anyhow::Context;
use kernel::{Clock, Dice, Fault};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::Site;

/// Name, address and roles.
const PEOPLE: [(&str, &str, &[Role]); 9] = [
    ("Demonstration administrator", "administrator@hearth.example", &[Role::Administrator]),
    ("Demonstration editor", EDITOR, &[Role::Editor]),
    ("Demonstration data steward", "data.steward@hearth.example", &[Role::DataSteward]),
    ("Demonstration safeguarding lead", "safeguarding@hearth.example", &[Role::SafeguardingLead]),
    ("Demonstration analyst", "analyst@hearth.example", &[Role::Analyst]),
    ("Demonstration hub worker", "hub.worker@hearth.example", &[Role::HubWorker]),
    ("Demonstration practitioner", "practitioner@hearth.example", &[Role::Practitioner]),
    ("Demonstration provider", PROVIDER, &[Role::ProviderEditor]),
    ("Demonstration parent", "parent@hearth.example", &[Role::Family]),
];

pub(crate) const PROVIDER: &str = "provider@hearth.example";
pub(crate) const EDITOR: &str = "editor@hearth.example";

/// The organisations whose entries the demonstration provider keeps: as many as there are of those with several
/// entries, up to this.
const KEPT_MAX: usize = 2;

/// Adds the demonstration people; those who are there already stay as they are.
pub async fn add_people(site: &Site) -> Result<(), Fault> {
    let (clock, dice) = (site.clock().clone(), site.dice().clone());
    site.db()
        .write(move |tx| {
            for (_, email, _) in PEOPLE {
                sign_in(tx, email, &clock, &dice)?;
            }
            Ok(())
        })
        .await
}

/// One of the demonstration people, added when they are not there, as they act.
pub(crate) fn sign_in(tx: &mut Tx<'_>, email: &str, clock: &Clock, dice: &Dice) -> Result<Signed, Fault> {
    let found = PEOPLE.into_iter().find(|(_, theirs, _)| *theirs == email);
    let (name, _, roles) = found.context("nobody of the demonstration has that address")?;
    let organizations = if roles.contains(&Role::ProviderEditor) { list_kept(tx)? } else { Vec::new() };
    let draft = PersonDraft {
        email: email.parse().map_err(anyhow::Error::msg)?,
        name: name.to_owned(),
        roles: roles.to_vec(),
        organizations: organizations.clone(),
    };
    let person: PersonId = set_person(tx, &draft, clock, dice)?;
    Ok(Signed { person, roles: roles.iter().copied().collect(), organizations })
}

/// Organisations with two to four entries: enough to try everything, few enough to see it all.
fn list_kept(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, Fault> {
    let mut entries_of = BTreeMap::new();
    for entry in directory::list_entries(tx)? {
        *entries_of.entry(entry.organization.id.uuid()).or_insert(0) += 1;
    }
    let several = entries_of.into_iter().filter(|(_, entries)| (2..=4).contains(entries));
    Ok(several.map(|(organization, _)| organization).take(KEPT_MAX).collect())
}
