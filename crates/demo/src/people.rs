//! One demonstration person for every role. Their names say that they are nobody.

use access::{PersonId, Role};
use accounts::{PersonDraft, set_person};
use kernel::Fault;
use web::Site;

/// Name, address and roles.
const PEOPLE: [(&str, &str, &[Role]); 9] = [
    ("Demonstration administrator", "administrator@hearth.example", &[Role::Administrator]),
    ("Demonstration editor", "editor@hearth.example", &[Role::Editor]),
    ("Demonstration data steward", "data.steward@hearth.example", &[Role::DataSteward]),
    ("Demonstration safeguarding lead", "safeguarding@hearth.example", &[Role::SafeguardingLead]),
    ("Demonstration analyst", "analyst@hearth.example", &[Role::Analyst]),
    ("Demonstration hub worker", "hub.worker@hearth.example", &[Role::HubWorker]),
    ("Demonstration practitioner", "practitioner@hearth.example", &[Role::Practitioner]),
    ("Demonstration provider", "provider@hearth.example", &[Role::ProviderEditor]),
    ("Demonstration parent", "parent@hearth.example", &[Role::Family]),
];

/// The organisations whose entries the demonstration provider keeps: as many as there are of those with several
/// entries, up to this.
const KEPT_MAX: usize = 2;

/// Adds the demonstration people; those who are there already stay as they are.
pub async fn add_people(site: &Site) -> Result<(), Fault> {
    let (clock, dice) = (site.clock().clone(), site.dice().clone());
    site.db()
        .write(move |tx| {
            let mut entries_of = std::collections::BTreeMap::new();
            for entry in directory::list_entries(tx)? {
                *entries_of.entry(entry.organization.id.uuid()).or_insert(0) += 1;
            }
            // Two to four entries: enough to try everything, few enough to see it all.
            let kept: Vec<_> = entries_of
                .into_iter()
                .filter(|(_, entries)| (2..=4).contains(entries))
                .map(|(organization, _)| organization)
                .take(KEPT_MAX)
                .collect();
            for (name, email, roles) in PEOPLE {
                let organizations = if roles.contains(&Role::ProviderEditor) { kept.clone() } else { Vec::new() };
                let draft = PersonDraft {
                    email: email.parse().map_err(anyhow::Error::msg)?,
                    name: name.to_owned(),
                    roles: roles.to_vec(),
                    organizations,
                };
                let _: PersonId = set_person(tx, &draft, &clock, &dice)?;
            }
            Ok(())
        })
        .await
}
