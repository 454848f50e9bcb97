//! An editor settles what a source says otherwise than we do, and what is gone from it. Each can be taken back.

use crate::{
    intake::{Intake, on},
    model::{Entity, State as RecordState, hash_of_given, words_of_field},
    store::{self as rows, HeldMark, HeldRow},
    take::{facts_of, from_facts},
};
use access::{KeepSources, May, On, PersonId, RestoreEntry, audit};
use axum::extract::{Path, State};
use directory::{
    Publication, Published, ServiceDraft,
    upkeep::{HideReason, hide, show},
};
use keeping::TwoPeople;
use kernel::{Fault, Id, Instant};
use serde_json::Value;
use settings::Council;
use store::Tx;
use web::{Form, Reply, Who, missing, see_other};

/// What an editor chose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Ours,
    Theirs,
    Undo,
}

/// `POST /admin/sources/{slug}/held/{id}`.
pub(crate) async fn held(
    State(intake): State<Intake>,
    who: Who,
    Path((slug, id)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let source = crate::source_id(&slug);
    let may: May<KeepSources> = who.may(on(source))?;
    let choice = match form.get("take") {
        "ours" => Choice::Ours,
        "theirs" => Choice::Theirs,
        "undo" => Choice::Undo,
        _ => return Ok(missing()),
    };
    let Ok(id) = id.parse::<Id<HeldMark>>() else { return Ok(missing()) };
    let (now, council) = (intake.site.clock().now(), intake.site.council());
    let done = intake
        .site
        .db()
        .write(move |tx| {
            let Some(row) = rows::find_held(tx, source, id)? else { return Ok(None) };
            settle_held(tx, &may, &row, choice, &council, now).map(Some)
        })
        .await?;
    match done {
        Some(done) => Ok(see_other(&format!("/admin/sources/{slug}?done={done}"))),
        None => Ok(missing()),
    }
}

fn settle_held(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    choice: Choice,
    council: &Council,
    now: Instant,
) -> Result<&'static str, Fault> {
    let by = may.actor().person().map(PersonId::uuid);
    let field = words_of_field(&row.field);
    match (choice, row.settled.as_deref()) {
        (Choice::Ours, None) => {
            rows::set_settled(tx, row.id, Some("ours"), by, now)?;
            rows::set_record_settled(tx, row.source_id, &row.slug)?;
            audit::record(tx, may, format!("kept ours: {field}"), "", now);
            Ok("ours")
        }
        (Choice::Theirs, None) => {
            let before = match publish_field(tx, may, row, &row.theirs, council, now)? {
                Put::Stood(before) => before,
                Put::TakesTwo => return Ok("two"),
                Put::Overtaken => return Ok("overtaken"),
            };
            // What stood a moment ago is what undoing brings back.
            rows::set_held_ours(tx, row.id, &before)?;
            rows::set_settled(tx, row.id, Some("theirs"), by, now)?;
            rows::set_record_settled(tx, row.source_id, &row.slug)?;
            let given = static_field(&row.field)
                .map(|field| (Entity::Service, row.slug.clone(), field, hash_of_given(&row.theirs)));
            rows::set_given(tx, row.source_id, &given.into_iter().collect(), now)?;
            audit::record(tx, may, format!("took theirs: {field}"), "", now);
            Ok("theirs")
        }
        (Choice::Undo, Some(settled @ ("ours" | "theirs"))) => {
            let open = rows::list_open_fields(tx, row.source_id, row.entity.parse()?, &row.slug)?;
            if open.contains(&row.field) {
                return Ok("overtaken");
            }
            if settled == "theirs" {
                match publish_field(tx, may, row, &row.ours, council, now)? {
                    Put::Stood(_) => {}
                    Put::TakesTwo => return Ok("two"),
                    Put::Overtaken => return Ok("overtaken"),
                }
            }
            rows::set_settled(tx, row.id, None, None, now)?;
            rows::set_record_held(tx, row.source_id, &row.slug)?;
            audit::record(tx, may, format!("took back what was settled: {field}"), "", now);
            Ok("reopened")
        }
        _ => Ok("overtaken"),
    }
}

fn static_field(field: &str) -> Option<&'static str> {
    crate::model::SERVICE_FIELDS.iter().copied().find(|have| *have == field)
}

/// What became of one field.
enum Put {
    /// It is published; this stood before.
    Stood(Value),
    /// It touches what protects people, so one person is not enough.
    TakesTwo,
    /// It cannot be any more.
    Overtaken,
}

/// Publishes an entry with one field as it is said here.
fn publish_field(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Put, Fault> {
    if row.entity != Entity::Service.key() {
        return Ok(Put::Overtaken);
    }
    let Some(entry) = directory::find_entry(tx, &row.slug)? else { return Ok(Put::Overtaken) };
    let mut facts = facts_of(&entry.draft)?;
    let before = facts.insert(row.field.clone(), value.clone()).unwrap_or_default();
    let draft: ServiceDraft = from_facts(&facts)?;
    if !draft.check().is_empty() {
        return Ok(Put::Overtaken);
    }
    if TwoPeople::find(tx, council, now)?.are_needed(&entry.draft, &draft)? {
        return Ok(Put::TakesTwo);
    }
    let why = format!("Settled with its source: {}", words_of_field(&row.field));
    let publication = Publication { draft: &draft, base_version: entry.version, why: &why, change: None };
    match directory::publish(tx, may, &publication, council, now)? {
        Published::Version(_) => Ok(Put::Stood(before)),
        Published::Overtaken(_) => Ok(Put::Overtaken),
    }
}

/// Said beside a record that is gone, once somebody has decided.
const HIDDEN: &str = "The entry is hidden";
const OURS: &str = "Kept as ours";

/// `POST /admin/sources/{slug}/gone`.
pub(crate) async fn gone(
    State(intake): State<Intake>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let source = crate::source_id(&slug);
    let may: May<KeepSources> = who.may(on(source))?;
    let (key, then) = (form.get("key").to_owned(), form.get("then").to_owned());
    let now = intake.site.clock().now();
    let done = intake
        .site
        .db()
        .write(move |tx| {
            let Some(record) = rows::find_record_line(tx, source, &key)? else { return Ok(None) };
            let Some(entry) = record.slug.as_deref().map(directory::entry_id) else { return Ok(None) };
            if record.state != RecordState::Gone.key() {
                return Ok(Some("overtaken"));
            }
            let hiding = May::<RestoreEntry>::decide(may.actor(), On::one("service", entry))?;
            let (done, why) = match then.as_str() {
                "hide" => {
                    hide(tx, &hiding, entry, HideReason::ByHand, now)?;
                    ("hidden", HIDDEN)
                }
                "keep" => ("kept", OURS),
                "undo" => {
                    if record.why == HIDDEN {
                        show(tx, &hiding, entry, "taken back", now)?;
                    }
                    ("reopened", "")
                }
                _ => return Ok(None),
            };
            rows::set_gone_why(tx, source, &key, why)?;
            let did =
                if why.is_empty() { "took back what was decided of a record that is gone" } else { why };
            audit::record(tx, &may, did, "", now);
            Ok(Some(done))
        })
        .await?;
    match done {
        Some(done) => Ok(see_other(&format!("/admin/sources/{slug}?done={done}"))),
        None => Ok(missing()),
    }
}
