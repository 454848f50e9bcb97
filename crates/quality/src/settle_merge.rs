//! What was made one, and what waits for a second person: look at it, agree, refuse, or take it back.

use crate::{
    merge::{differing, fields_of, words},
    merge_entries::{Carried, carry_out, takes_two_to_go},
    room::Quality,
    store::{self as rows, Merge, MergeRow},
};
use access::{ApproveSensitive, May, MergeEntries, On, PersonId, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{BroughtBack, Publication};
use keeping::TwoPeople;
use kernel::{Fault, Id, Instant, Refusal};
use settings::Council;
use store::{Tx, outbox};
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "merge_done.html")]
struct DoneView {
    summary: String,
    id: String,
    kept: String,
    kept_slug: String,
    gone: String,
    gone_slug: String,
    why: String,
    state: String,
    changes: Vec<(&'static str, Vec<String>, Vec<String>)>,
    may_settle: bool,
    may_undo: bool,
    own: bool,
    text_left: bool,
    /// Which two texts this page shows: who agrees has looked at them.
    seen: String,
}

impl DoneView {
    fn is(&self, state: &str) -> bool {
        self.state == state
    }
}

/// `GET /admin/merges/{id}`: what was done, or what waits for a second person.
pub(crate) async fn get_merge(
    State(quality): State<Quality>,
    who: Who,
    Path(id): Path<String>,
    params: Params,
) -> Reply {
    show_merge(&quality, &who, &id, params.get("done"), &Errors::default()).await
}

async fn show_merge(quality: &Quality, who: &Who, id: &str, done: &str, errors: &Errors) -> Reply {
    let Ok(id) = id.parse::<Id<Merge>>() else { return Ok(missing()) };
    let may_undo = who.may::<MergeEntries>(On::one("entry_merge", id)).is_ok();
    let may_settle = who.may::<ApproveSensitive>(On::one("entry_merge", id));
    if let (false, Err(denied)) = (may_undo, &may_settle) {
        return Err((*denied).into());
    }
    let found = quality
        .site
        .db()
        .read(move |tx| {
            let Some(merge) = rows::find_merge(tx, id)? else { return Ok(None) };
            let names = find_names(tx, &merge)?;
            let before = directory::find_entry(tx, &merge.kept_slug)?;
            Ok(Some((merge, names, before)))
        })
        .await?;
    let Some((merge, names, kept)) = found else { return Ok(missing()) };
    let after = fields_of(&serde_json::from_value(merge.draft.clone())?)?;
    let plain = |_: &str, slug: &str| slug.to_owned();
    let changes = match kept.filter(|_| merge.state == "waiting") {
        Some(kept) => {
            let before = fields_of(&kept.draft)?;
            differing(&before, &after)
                .into_iter()
                .map(|field| {
                    let of = |text: &serde_json::Map<_, _>| words(field.key, text.get(field.key), &plain);
                    (field.label, of(&before), of(&after))
                })
                .collect()
        }
        None => Vec::new(),
    };
    let me = who.actor.person().map(PersonId::uuid);
    let body = DoneView {
        seen: seen_of(&merge),
        summary: ErrorSummary { errors }.render()?,
        id: id.to_string(),
        kept: names.0,
        gone: names.1,
        own: me.is_some() && merge.proposed_by == me,
        kept_slug: merge.kept_slug,
        gone_slug: merge.gone_slug,
        why: merge.why,
        state: merge.state,
        changes,
        may_settle: may_settle.is_ok(),
        may_undo,
        text_left: done == "text_left",
    };
    let (status, title) = errors.page("One entry of two");
    show_with(&quality.site, status, &Page::new(title), &body)
}

/// A mark of the very text that would be published.
fn seen_of(merge: &MergeRow) -> String {
    format!("{}-{}", merge.kept_version, merge.gone_version)
}

fn find_names(tx: &mut Tx, merge: &MergeRow) -> Result<(String, String), Fault> {
    let mut name = |slug: &str| -> Result<String, Fault> {
        Ok(directory::find_entry(tx, slug)?.map_or_else(|| slug.to_owned(), |entry| entry.name))
    };
    Ok((name(&merge.kept_slug)?, name(&merge.gone_slug)?))
}

/// How a second look or an undoing ended.
enum Ended {
    Absent,
    Refused(&'static str),
    Done,
    TextLeft,
}

/// `POST /admin/merges/{id}/settle`: the second person agrees or refuses.
pub(crate) async fn post_settle(
    State(quality): State<Quality>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Reply {
    let Ok(merge_id) = id.parse::<Id<Merge>>() else { return Ok(missing()) };
    let may = who.may::<ApproveSensitive>(On::one("entry_merge", merge_id))?;
    let (council, now) = (quality.site.council(), quality.site.clock().now());
    let agrees = form.get("verdict") == "agree";
    let ended = quality
        .site
        .db()
        .write(move |tx| {
            let Some(merge) = rows::find_merge_to_change(tx, merge_id)? else { return Ok(Ended::Absent) };
            if merge.state != "waiting" {
                return Ok(Ended::Refused("Somebody has settled this already"));
            }
            let me = may.actor().person().map(PersonId::uuid);
            if !agrees {
                rows::set_merge_refused(tx, merge_id, me, now)?;
                audit::record(tx, &may, "as the second person refused to make one entry of two", "", now);
                return Ok(Ended::Done);
            }
            if form.get("seen") != seen_of(&merge) {
                return Ok(Ended::Refused("Look at what would be published first, then agree"));
            }
            if me.is_none() || merge.proposed_by == me {
                return Ok(Ended::Refused("Two different people have to look at this. You proposed it, so ask somebody else"));
            }
            let still_there = directory::find_replacement(tx, &merge.kept_slug)?.is_none()
                && directory::find_replacement(tx, &merge.gone_slug)?.is_none();
            if !still_there {
                return Ok(Ended::Refused("One of them was made one with another entry meanwhile. Refuse this, and look at them again"));
            }
            match carry_out(tx, &may, &merge, &council, now)? {
                Carried::Out => Ok(Ended::Done),
                Carried::Overtaken => Ok(Ended::Refused("One of them changed since this was proposed. Refuse it, and look at them again")),
            }
        })
        .await?;
    // The safeguarding lead may be the second person and may not merge, so the page is the second person's.
    answer(&quality, &who, &id, "/second", ended).await
}

async fn answer(quality: &Quality, who: &Who, id: &str, page: &str, ended: Ended) -> Reply {
    match ended {
        Ended::Absent => Ok(missing()),
        Ended::Done => Ok(see_other(&format!("/admin/merges/{id}{page}"))),
        Ended::TextLeft => Ok(see_other(&format!("/admin/merges/{id}{page}?done=text_left"))),
        Ended::Refused(sentence) => {
            let errors = Errors(vec![Refusal::at("", sentence)]);
            show_merge(quality, who, id, "", &errors).await
        }
    }
}

/// `POST /admin/merges/{id}/undo`: both are there again as they were. The kept one's text goes back as a new version,
/// unless somebody has changed it since: then it is left, and that is said.
pub(crate) async fn post_undo(State(quality): State<Quality>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(merge_id) = id.parse::<Id<Merge>>() else { return Ok(missing()) };
    let may = who.may::<MergeEntries>(On::one("entry_merge", merge_id))?;
    let for_safety = who.may::<ApproveSensitive>(On::one("entry_merge", merge_id)).ok();
    let (council, now) = (quality.site.council(), quality.site.clock().now());
    let ended = quality
        .site
        .db()
        .write(move |tx| {
            let Some(merge) = rows::find_merge_to_change(tx, merge_id)? else { return Ok(Ended::Absent) };
            if merge.state != "done" {
                return Ok(Ended::Refused("This was not merged, or has been taken back already"));
            }
            undo(tx, (&may, for_safety.as_ref()), &merge, &council, now)
        })
        .await?;
    answer(&quality, &who, &id, "", ended).await
}

fn undo(
    tx: &mut Tx,
    (may, for_safety): (&May<MergeEntries>, Option<&May<ApproveSensitive>>),
    merge: &MergeRow,
    council: &Council,
    now: Instant,
) -> Result<Ended, Fault> {
    let (Some(kept), Some(gone)) =
        (directory::find_entry(tx, &merge.kept_slug)?, directory::find_entry(tx, &merge.gone_slug)?)
    else {
        return Ok(Ended::Absent);
    };
    let unchanged = merge.version_after == Some(kept.version);
    // An entry without versions had its first written down before it was changed.
    let before = directory::find_version(tx, merge.kept, merge.kept_version.max(1))?
        .filter(|_| unchanged && merge.version_after != Some(merge.kept_version));
    let two_people = TwoPeople::find(tx, council, now)?;
    let touches = match &before {
        Some(before) => two_people.are_needed(&kept.draft, before)?,
        None => false,
    };
    if (touches || takes_two_to_go(&two_people, &gone)?) && for_safety.is_none() {
        return Ok(Ended::Refused(
            "This touches what protects people. Ask a data steward or the safeguarding lead to take it back",
        ));
    }
    match directory::bring_back(tx, may, merge.gone, merge.id.uuid(), now)? {
        BroughtBack::Done => {}
        BroughtBack::NotGone => {
            return Ok(Ended::Refused("This was not merged, or has been taken back already"));
        }
        BroughtBack::KeptIsGone => {
            return Ok(Ended::Refused(
                "The entry that was kept was made one with another since. Take that back first",
            ));
        }
    }
    if let Some(before) = before {
        let why = format!("Taken back: made one with {}", merge.gone_slug);
        let publication = Publication {
            draft: &before,
            base_version: kept.version,
            why: &why,
            change: Some(merge.id.uuid()),
        };
        directory::publish(tx, may, &publication, council, now)?;
    }
    rows::set_merge_undone(tx, merge.id, may.actor().person().map(PersonId::uuid), now)?;
    audit::record(tx, may, "took back that one entry was made of two", "", now);
    let what = serde_json::json!({"kept": merge.kept.to_string(), "gone": merge.gone.to_string()});
    outbox::announce(tx, "merge_undone", Some(merge.gone.uuid()), &what, now)?;
    Ok(if unchanged { Ended::Done } else { Ended::TextLeft })
}
