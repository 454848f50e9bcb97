//! Sending a draft: small trusted things show at once if the council's rules say so, the rest waits to be checked.

use crate::{
    edit_section::IntoReply,
    entry::{
        Kept, Working, card_for, find_working_to_change, list_names, list_rules, list_unseen, person_of,
    },
    fields::{EntryText, Field, Names, Section},
    model::{Route, Verdict, changed, decide_review, decide_route, merge},
    open_entry::{find_mine, open, show},
    pages::Said,
    publishing::publish,
    store::{self as rows, ChangeRow},
};
use access::{KeepEntry, May};
use axum::extract::{Path, State};
use directory::Published;
use kernel::{Fault, Id, Instant, Refusal};
use store::{Tx, outbox};
use web::{Form, Reply, Site, Who, fields::Errors, missing, see_other};

const NOTE_MAX: usize = 1_000;

/// What became of a draft that was sent.
enum Sent {
    /// What families see at once, and what is being checked under which reference.
    Off { kept: Box<Kept>, at_once: Vec<&'static str>, checking: Vec<&'static str>, reference: String },
    /// Somebody else worked on the entry: look at both first.
    AtOdds,
    /// Something has to be put right.
    Refused(Vec<String>),
}

/// `POST /provider/entries/{slug}/send`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let note = form.get("note").to_owned();
    if note.chars().count() > NOTE_MAX {
        let sentence = format!("Use {NOTE_MAX} letters or fewer for the note");
        return again(&site, &who, slug, &note, card, vec![sentence]).await;
    }
    let (inner, asked, typed, me) = (site.clone(), slug.clone(), note.clone(), who.clone());
    let sent = site.db().write(move |tx| send(tx, &inner, &me, &asked, &typed)).await?;
    match sent {
        None => Ok(missing()),
        Some(Sent::AtOdds) => see_other(&format!("/provider/entries/{slug}/compare")).into_reply(),
        Some(Sent::Refused(sentences)) => again(&site, &who, slug, &note, card, sentences).await,
        Some(Sent::Off { kept, at_once, checking, reference }) => {
            let mut paragraphs = Vec::new();
            if !at_once.is_empty() {
                paragraphs.push(format!("Families see this now: {}.", web::say::list(&at_once)));
            }
            if !checking.is_empty() {
                let changes = web::say::count(checking.len(), "change is", "changes are");
                let which = web::say::list(&checking);
                paragraphs.push(format!(
                    "{changes} being checked: {which}. Families do not see that yet. Your reference is {reference}. We write to you when it is done."
                ));
            }
            Said {
                card,
                title: "Thank you".to_owned(),
                paragraphs,
                ways: vec![
                    (format!("/provider/entries/{}", kept.slug), format!("Back to {}", kept.name)),
                    ("/provider".to_owned(), "Your entries".to_owned()),
                ],
                ..Said::default()
            }
            .show(&site)
        }
    }
}

async fn again(
    site: &Site,
    who: &Who,
    slug: String,
    note: &str,
    card: Option<web::CardView>,
    sentences: Vec<String>,
) -> Reply {
    let Some(opened) = open(site, who, slug).await? else {
        return Ok(missing());
    };
    let errors = Errors(sentences.into_iter().map(|sentence| Refusal::at("", sentence)).collect());
    show(site, &opened, note, card, &errors)
}

fn send(tx: &mut Tx, site: &Site, who: &Who, slug: &str, note: &str) -> Result<Option<Sent>, Fault> {
    let now = site.clock().now();
    let Some((kept, may)) = find_mine(tx, slug, who)? else {
        return Ok(None);
    };
    let person = person_of(&may)?;
    let working = find_working_to_change(tx, &kept, person)?;
    let names = list_names(tx, &site.council(), now)?;
    let wrong = decide_sendable(&working, &names)?;
    if !wrong.is_empty() {
        return Ok(Some(Sent::Refused(wrong)));
    }
    let unseen = list_unseen(tx, &kept, person, &working)?;
    let mut at_odds = !merge(&working.base, &working.text, &kept.text).conflicts.is_empty();
    for change in &unseen {
        let base = EntryText::read(change.base.clone())?;
        let proposed = EntryText::read(change.proposed.clone())?;
        let theirs = changed(&base, &proposed);
        at_odds |= changed(&working.base, &working.text).iter().any(|field| {
            theirs.iter().any(|other| other.key == field.key) && !field.same(&working.text, &proposed)
        });
    }
    if at_odds {
        return Ok(Some(Sent::AtOdds));
    }
    let proposed = merge(&working.base, &working.text, &kept.text).text;
    let sent = record(tx, site, &may, kept, &proposed, &names, note, now)?;
    rows::delete_draft(tx, may.id().unwrap_or_default(), person.uuid())?;
    Ok(Some(sent))
}

/// Why a draft cannot be sent yet; empty when it can.
fn decide_sendable(working: &Working, names: &Names) -> Result<Vec<String>, Fault> {
    let mut wrong = Vec::new();
    for section in Section::ALL {
        if section.fields().any(|field| working.typed.contains_key(field.key)) {
            wrong.push(format!("Put right first: {}", section.title()));
            continue;
        }
        for field in section.fields() {
            let mut again = working.text.clone();
            if let Err(sentence) = field.take(&field.typed(&working.text), &mut again, names) {
                wrong.push(format!("{}: {sentence}", section.title()));
            }
        }
    }
    if wrong.is_empty() {
        wrong.extend(working.text.draft()?.check());
    }
    if wrong.is_empty() && changed(&working.base, &working.text).is_empty() {
        wrong.push("There is nothing to send: everything is as families see it".to_owned());
    }
    Ok(wrong)
}

/// Publishes what goes straight through, and puts the rest down to be checked.
#[allow(clippy::too_many_arguments, reason = "one story, told once")]
fn record(
    tx: &mut Tx,
    site: &Site,
    may: &May<KeepEntry>,
    kept: Kept,
    proposed: &EntryText,
    names: &Names,
    note: &str,
    now: Instant,
) -> Result<Sent, Fault> {
    let rules = list_rules(tx)?;
    let routed: Vec<(&'static Field, Route)> = changed(&kept.text, proposed)
        .into_iter()
        .map(|field| (field, decide_route(field, &kept.text, proposed, &rules, names)))
        .collect();
    // A new entry is looked at whole before families see any of it.
    let straight: Vec<(&'static Field, Verdict)> = routed
        .iter()
        .filter(|(_, route)| *route == Route::StraightThrough && kept.is_published())
        .map(|(field, _)| (*field, Verdict::Accept))
        .collect();
    let mut version = kept.version;
    let mut base = kept.text.clone();
    if !straight.is_empty() {
        let settled = decide_review(&kept.text, proposed, &straight);
        match publish(tx, site, may, &kept, &settled.text, ("Trusted fields, straight through", None), now)? {
            Published::Version(number) => version = number,
            Published::Overtaken(_) => return Ok(Sent::AtOdds),
        }
        base = settled.text;
        access::audit::record(tx, may, "published trusted fields", "", now);
    }
    let checking = changed(&base, proposed);
    let reference = site.dice().reference();
    if !checking.is_empty() {
        let change = ChangeRow {
            id: Id::<()>::new(site.clock(), site.dice()).uuid(),
            reference: reference.clone(),
            service_id: kept.id.uuid(),
            slug: kept.slug.clone(),
            name: kept.name.clone(),
            organization_id: kept.organization.uuid(),
            sender: person_of(may)?.uuid(),
            base_version: version,
            base: base.value(),
            proposed: proposed.value(),
            note: note.to_owned(),
            fields: i64::try_from(checking.len())?,
            sensitive: routed.iter().any(|(_, route)| *route == Route::TwoPeople),
            state: "waiting".to_owned(),
            sent_at: now,
            settled_at: None,
        };
        rows::insert_change(tx, &change)?;
        let what = serde_json::json!({"service": kept.id.to_string()});
        outbox::announce(tx, "change_sent", Some(change.id), &what, now)?;
        access::audit::record(tx, may, format!("sent {} changes for checking", checking.len()), "", now);
    }
    let at_once = straight.iter().map(|(field, _)| field.label).collect();
    Ok(Sent::Off {
        kept: Box::new(kept),
        at_once,
        checking: checking.iter().map(|field| field.label).collect(),
        reference,
    })
}
