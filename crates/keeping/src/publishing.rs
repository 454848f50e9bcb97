//! The one way in which this room publishes: a new version, those who watch told, in one transaction.

use crate::{entry::Kept, fields::EntryText, mails, model::changed, store as rows};
use access::{Act, May};
use directory::{Publication, Published};
use kernel::{Fault, Id, Instant};
use store::Tx;
use uuid::Uuid;
use web::Site;

/// Publishes a text over what stands. The caller has read `kept` in this transaction.
pub(crate) fn publish<A: Act>(
    tx: &mut Tx,
    site: &Site,
    may: &May<A>,
    kept: &Kept,
    text: &EntryText,
    from: (&str, Option<Uuid>),
    now: Instant,
) -> Result<Published, Fault> {
    let draft = text.draft()?;
    let publication = Publication { draft: &draft, base_version: kept.version, why: from.0, change: from.1 };
    let published = directory::publish(tx, may, &publication, &site.council(), now)?;
    if let Published::Version(number) = published {
        rows::delete_new_entry(tx, kept.id.uuid())?;
        tell_watchers(tx, site, kept, text, number, now)?;
    }
    Ok(published)
}

fn tell_watchers(
    tx: &mut Tx,
    site: &Site,
    kept: &Kept,
    text: &EntryText,
    number: i64,
    now: Instant,
) -> Result<(), Fault> {
    let watchers = rows::list_watchers(tx, kept.id.uuid())?;
    if number == kept.version || watchers.is_empty() || !mails::can_lead_anywhere(site) {
        return Ok(());
    }
    for watcher in watchers {
        let person = Id::from_uuid(watcher);
        let Some(reader) = mails::find_address(tx, kept.organization.uuid(), person)? else {
            continue;
        };
        let fields = changed(&kept.text, text);
        let labels: Vec<&str> = fields.iter().map(|field| field.label).collect();
        let values = vec![
            ("entry", kept.name.clone()),
            ("changed_lines", labels.join("\n")),
            ("link", site.absolute(&seen_from(reader.door, &kept.slug))),
        ];
        mails::send(tx, &mails::ENTRY_PUBLISHED, (&reader.email, Some(person)), values, site.dice(), now)?;
    }
    Ok(())
}

/// Where somebody sees what it said before: the council in its history; a keeper has none, and opens the entry.
fn seen_from(door: mails::Door, slug: &str) -> String {
    match door {
        mails::Door::Provider => format!("/provider/entries/{slug}"),
        mails::Door::Council => format!("/admin/entries/{slug}/history"),
    }
}
