//! What waits to be checked, oldest first.

use crate::{
    entry::age_words,
    pages::before_review,
    review_change::count_for_second,
    store::{self as rows, ChangeRow},
};
use access::{ApproveSensitive, CheckApplication, May, On, PersonId, ReviewChange, SetKeepingRules};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use kernel::{Fault, Id, Instant};
use store::Tx;
use web::{Page, Reply, Site, Who, show_with};

#[derive(Template)]
#[template(path = "review_queue.html")]
struct Queue {
    /// Address and words of the page before.
    back: (&'static str, &'static str),
    title: &'static str,
    lead: &'static str,
    empty: &'static str,
    changes: Vec<Waiting>,
    pictures: usize,
    second: usize,
    applications: usize,
    sets_rules: bool,
}

struct Waiting {
    address: String,
    name: String,
    reference: String,
    sender: String,
    fields: String,
    sensitive: bool,
    age: String,
}

/// `GET /admin/review`.
pub(crate) async fn get(State(site): State<Site>, who: Who) -> Reply {
    let may = who.may::<ReviewChange>(On::all("entry_change"))?;
    let approves = who.may::<ApproveSensitive>(On::all("entry_change")).is_ok();
    let checks = who.may::<CheckApplication>(On::all("application")).is_ok();
    let sets_rules = who.may::<SetKeepingRules>(On::all("keeping_rule")).is_ok();
    let now = site.clock().now();
    let body = site
        .db()
        .write(move |tx| {
            // The list says who sent what.
            access::audit::record(tx, &may, "read the list of changes", "", now);
            let changes = rows::list_changes(tx, "waiting")?;
            Ok(Queue {
                back: ("/admin", "To do"),
                title: "Changes to check",
                lead: "The oldest first. What families see stays as it is until you decide.",
                empty: "Nothing waits to be checked.",
                changes: lines(tx, changes, "", now)?,
                pictures: rows::list_waiting_pictures(tx)?.len(),
                second: if approves { rows::list_changes(tx, "second")?.len() } else { 0 },
                applications: if checks { rows::list_applications(tx, "waiting")?.len() } else { 0 },
                sets_rules,
            })
        })
        .await?;
    show_with(&site, StatusCode::OK, &Page::new("Changes to check"), &body)
}

/// `GET /admin/review/second`.
pub(crate) async fn second(State(site): State<Site>, who: Who) -> Reply {
    let may: May<ApproveSensitive> = who.may(On::all("entry_change"))?;
    let back = before_review(&who);
    let (now, inner) = (site.clock().now(), site.clone());
    let body = site
        .db()
        .write(move |tx| {
            access::audit::record(tx, &may, "read the list of changes for a second person", "", now);
            let mut changes = rows::list_changes(tx, "second")?;
            // Nobody is the second person for what they were the first for.
            let me = may.actor().person().map(PersonId::uuid);
            let mut mine = Vec::new();
            for change in &changes {
                let decided = rows::list_decisions(tx, change.id)?;
                let first = decided.iter().any(|each| each.confirmed_at.is_none() && each.decided_by == me);
                if first || Some(change.sender) == me {
                    mine.push(change.id);
                }
            }
            changes.retain(|change| !mine.contains(&change.id));
            // What is published already, or was refused, needs nobody any more.
            for change in &mut changes {
                change.fields = i64::try_from(count_for_second(tx, &inner, change.clone())?)?;
            }
            Ok(Queue {
                back,
                title: "Changes that need a second person",
                lead: "They touch safety or a secret place. Somebody has said yes; you are the second.",
                empty: "Nothing waits for a second person.",
                changes: lines(tx, changes, "/second", now)?,
                pictures: 0,
                second: 0,
                applications: 0,
                sets_rules: false,
            })
        })
        .await?;
    show_with(&site, StatusCode::OK, &Page::new("Changes that need a second person"), &body)
}

fn lines(tx: &mut Tx, changes: Vec<ChangeRow>, end: &str, now: Instant) -> Result<Vec<Waiting>, Fault> {
    let mut out = Vec::new();
    for change in changes {
        let name = accounts::find_name(tx, Id::from_uuid(change.sender))?;
        let fields = usize::try_from(change.fields).unwrap_or_default();
        out.push(Waiting {
            address: format!("/admin/review/{}{end}", change.id),
            name: change.name,
            reference: change.reference,
            sender: name.unwrap_or_else(|| "Somebody who has left".to_owned()),
            fields: web::say::count(fields, "change", "changes"),
            sensitive: change.sensitive,
            age: age_words(change.sent_at, now),
        });
    }
    Ok(out)
}
