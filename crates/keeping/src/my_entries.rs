//! The entries somebody keeps: what each is called, when it was last checked, what waits, what visitors reported.

use crate::{
    entry::{age_words, find_kept, find_working, person},
    store as rows,
};
use access::{Actor, KeepEntry, On, OpenProviderDoor, Role};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use directory::{EntryLine, Freshness, Status};
use std::collections::HashMap;
use web::{Page, Params, Reply, Site, Who, show_with};

/// The council's people can open every entry; a list of hundreds is no help, so they search it.
const LINES_MAX: usize = 60;

#[derive(Template)]
#[template(path = "my_entries.html")]
struct MyEntries {
    lines: Vec<Line>,
    new: Vec<(String, String)>,
    searching: bool,
    query: String,
    more: usize,
}

struct Line {
    slug: String,
    name: String,
    organization: String,
    checked: String,
    fresh: bool,
    status: String,
    reports: String,
    waiting: Vec<String>,
}

/// `GET /provider`.
pub(crate) async fn get(State(site): State<Site>, who: Who, params: Params) -> Reply {
    who.may::<OpenProviderDoor>(On::all("service"))?;
    let me = person(&who.actor)?;
    let query = params.get("q").to_lowercase();
    let everything = keeps_everything(&who.actor);
    let organizations = organizations_of(&who.actor);
    let (now, today) = (site.clock().now(), site.clock().today());
    let asked = query.clone();
    let (lines, new, more) = site
        .db()
        .read(move |tx| {
            let found = if everything {
                directory::list_entries(tx)?
            } else {
                directory::list_entries_of(tx, &organizations)?
            };
            let found: Vec<EntryLine> = found
                .into_iter()
                .filter(|line| {
                    line.name.to_lowercase().contains(&asked)
                        || line.organization.name.to_lowercase().contains(&asked)
                })
                .collect();
            let more = found.len().saturating_sub(LINES_MAX);
            let mut waiting: HashMap<uuid::Uuid, Vec<String>> = HashMap::new();
            for state in ["waiting", "second"] {
                for change in rows::list_changes(tx, state)? {
                    let words = format!("Being checked: sent {}", since(change.sent_at, now));
                    waiting.entry(change.service_id).or_default().push(words);
                }
            }
            let drafts = rows::list_drafts_of(tx, me.uuid())?;
            for draft in drafts.into_iter().filter(|draft| draft.thrown_at.is_none()) {
                let words = format!("Not sent yet: you last saved {}", since(draft.saved_at, now));
                waiting.entry(draft.service_id).or_default().push(words);
            }
            let lines: Vec<Line> = found
                .into_iter()
                .take(LINES_MAX)
                .map(|line| {
                    let freshness = Freshness::of(line.checked_on, today);
                    Line {
                        waiting: waiting.remove(&line.id.uuid()).unwrap_or_default(),
                        slug: line.slug,
                        name: line.name,
                        organization: line.organization.name,
                        checked: freshness.words(),
                        fresh: freshness.is_fresh(),
                        status: if line.status == Status::Active {
                            String::new()
                        } else {
                            line.status.words().to_owned()
                        },
                        reports: match usize::try_from(line.reports).unwrap_or_default() {
                            0 => String::new(),
                            many => web::say::count(many, "report from a visitor", "reports from visitors"),
                        },
                    }
                })
                .collect();
            let mut new = Vec::new();
            let owners: Vec<Option<uuid::Uuid>> =
                if everything { vec![None] } else { organizations.iter().copied().map(Some).collect() };
            for owner in owners {
                for row in rows::list_new_entries(tx, owner)? {
                    if let Some(kept) = find_kept(tx, &row.slug)? {
                        let begun = find_working(tx, &kept, me)?.saved_at.is_some();
                        let words = if begun { "You have begun" } else { "Not begun" };
                        new.push((
                            kept.slug,
                            format!("{}: new, families do not see it yet. {words}", kept.name),
                        ));
                    }
                }
            }
            Ok((lines, new, more))
        })
        .await?;
    let body = MyEntries { lines, new, searching: everything, query: params.get("q").to_owned(), more };
    show_with(&site, StatusCode::OK, &Page::new("Your entries"), &body)
}

fn since(at: kernel::Instant, now: kernel::Instant) -> String {
    match age_words(at, now) {
        today if today == "today" => today,
        days => format!("{days} ago"),
    }
}

/// Whether somebody may keep any entry, and not only those of an organisation.
pub(crate) fn keeps_everything(actor: &Actor) -> bool {
    access::May::<KeepEntry>::decide(actor, On::all("service")).is_ok()
}

/// Whose entries somebody keeps.
pub(crate) fn organizations_of(actor: &Actor) -> Vec<uuid::Uuid> {
    match actor {
        Actor::Person(signed) if signed.roles.has(Role::ProviderEditor) => signed.organizations.clone(),
        _ => Vec::new(),
    }
}
