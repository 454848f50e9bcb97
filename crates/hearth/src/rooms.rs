//! What rooms are told about each other by the house, so that none of them has to know another: one visible list each.

use access::{Action, Role};
use accounts::{DataSource, Part, RetentionRule, Rooms, Run};
use freshness::Tile;
use kernel::{Email, Fault};
use notify::Template;
use serde_json::Value;
use std::sync::LazyLock;
use store::Tx;

/// The wording of every kind of message, for the editor's list.
pub fn templates() -> &'static [&'static Template] {
    static ALL: LazyLock<Vec<&'static Template>> = LazyLock::new(|| {
        [accounts::TEMPLATES, keeping::TEMPLATES, freshness::TEMPLATES].concat()
    });
    &ALL
}

/// Who keeps something about people, who forgets what by itself, and what the organisations are called.
pub fn rooms() -> Rooms {
    Rooms {
        sources: vec![
            DataSource {
                room: "messages",
                tables: &["message"],
                export: |tx, person| Ok(vec![messages(tx, person)?]),
                erase: |tx, person, _| notify::forget_person(tx, person).map(|_| ()),
            },
            DataSource {
                room: "keeping",
                tables: &["entry_draft", "entry_change", "application"],
                export: |tx, person| Ok(keeping_parts(&keeping::export_about(tx, person)?)),
                erase: |tx, person, now| keeping::erase(tx, person, now).map(|_| ()),
            },
        ],
        rules: vec![
            RetentionRule {
                key: "messages",
                what: "Messages that were sent: the address, then the rest",
                kept_days: 400,
                why: "The address for 90 days, for ‘I never got it’; the rest so that the link to stop works for a year.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "settled_reports",
                what: "What visitors reported, once settled",
                kept_days: 90,
                why: "As the form promises.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "applications",
                what: "Applications to be listed that came to nothing",
                kept_days: 90,
                why: "As the form promises.",
                run: Run::OwnJob,
            },
        ],
        organizations: Some(|tx| {
            let all = directory::list_organizations(tx)?;
            Ok(all.into_iter().map(|organization| (organization.id.uuid(), organization.name)).collect())
        }),
    }
}

fn messages(tx: &mut Tx<'_>, person: access::PersonId) -> Result<Part, Fault> {
    let records = notify::list_for_person(tx, person)?;
    Ok(Part {
        heading: "Messages we sent you".to_owned(),
        why: "What kind and when. The words are not kept, and the address goes after 90 days.".to_owned(),
        records: records.into_iter().map(labelled).collect(),
    })
}

fn labelled(message: notify::PersonMessage) -> Vec<(String, String)> {
    let name = templates().iter().find(|template| template.key == message.template);
    let day = |at: kernel::Instant| web::say::day_month_year(kernel::civil_today(at));
    let sent = message.sent_at.map_or_else(|| "Not yet".to_owned(), day);
    [
        ("What", name.map_or(message.template, |template| template.name.to_owned())),
        ("Where to", message.to_address),
        ("Asked for", day(message.queued_at)),
        ("Sent", sent),
    ]
    .map(|(label, value)| (label.to_owned(), value))
    .to_vec()
}

/// What waits for a person, on the first page of the council's door.
pub fn list_tiles(tx: &mut Tx<'_>) -> Result<Vec<Tile>, Fault> {
    let _ = (tx, Action::ReviewChange);
    Ok(Vec::new())
}

/// Who hears of entries that nobody answers for.
pub fn list_stewards(tx: &mut Tx<'_>) -> Result<Vec<Email>, Fault> {
    accounts::list_emails_of(tx, Role::DataSteward)
}

fn keeping_parts(kept: &Value) -> Vec<Part> {
    let part = |key: &str, heading: &str, why: &str| Part {
        heading: heading.to_owned(),
        why: why.to_owned(),
        records: kept[key].as_array().into_iter().flatten().map(|record| flat("", record)).collect(),
    };
    vec![
        part("drafts", "Changes you have begun", "Kept until you send them or throw them away."),
        part("sent_for_checking", "Changes you sent", "They are the history of a public entry. Your name goes when you are erased."),
        part("applications", "Organisations you asked us to list", "Kept while they are checked, and 90 days when they come to nothing."),
    ]
}

/// A record of any shape as labels and values: what is nested has its way there in the label.
fn flat(before: &str, value: &Value) -> Vec<(String, String)> {
    let under = |key: &str| {
        let key = key.replace('_', " ");
        if before.is_empty() { key } else { format!("{before}, {key}") }
    };
    match value {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| flat(&under(key), value)).collect(),
        Value::Array(items) => items.iter().flat_map(|item| flat(before, item)).collect(),
        Value::String(text) => vec![(before.to_owned(), text.clone())],
        other => vec![(before.to_owned(), other.to_string())],
    }
}
