//! An editor settles what a source says otherwise than we do, and what is gone from it. Each can be taken back.

use crate::{
    intake::{Intake, on},
    model::{Entity, State as RecordState, WHOLE, fields_of, hash_of_given, words_of_field},
    store::{self as rows, HeldMark, HeldRow},
    take_theirs::{Put, is_second, put_field},
};
use access::{ApproveSensitive, KeepSources, May, On, PersonId, RestoreEntry, audit};
use axum::extract::{Path, State};
use directory::upkeep::{HideReason, hide, show};
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
            let before = match put_with_two(tx, may, row, &row.theirs, council, now)? {
                Ok(before) => before,
                Err(done) => return Ok(done),
            };
            // What stood a moment ago is what undoing brings back.
            rows::set_held_ours(tx, row.id, &before)?;
            rows::set_settled(tx, row.id, Some("theirs"), by, now)?;
            rows::set_record_settled(tx, row.source_id, &row.slug)?;
            let entity: Entity = row.entity.parse()?;
            let field_of = fields_of(entity).iter().find(|have| **have == row.field);
            let given = field_of.map(|field| (entity, row.slug.clone(), *field, hash_of_given(&row.theirs)));
            rows::set_given(tx, row.source_id, &given.into_iter().collect(), now)?;
            audit::record(tx, may, format!("took theirs: {field}"), "", now);
            Ok("theirs")
        }
        (Choice::Undo, Some(settled @ ("ours" | "theirs"))) => {
            let open = rows::list_open_fields(tx, row.source_id, row.entity.parse()?, &row.slug)?;
            if open.contains(&row.field) {
                return Ok("overtaken");
            }
            if settled == "theirs" && row.field == WHOLE {
                return Ok("published");
            }
            if settled == "theirs"
                && let Err(done) = put_with_two(tx, may, row, &row.ours, council, now)?
            {
                return Ok(done);
            }
            rows::set_settled(tx, row.id, None, None, now)?;
            rows::set_record_held(tx, row.source_id, &row.slug)?;
            audit::record(tx, may, format!("took back what was settled: {field}"), "", now);
            Ok("reopened")
        }
        _ => Ok("overtaken"),
    }
}

/// Puts one field as it is said here, and gives what stood before, or what became of it instead. What protects people
/// takes two: an entry is changed on its own page, where a second person looks; an organisation or a place has no such
/// page, so here one person asks and another does it.
fn put_with_two(
    tx: &mut Tx,
    may: &May<KeepSources>,
    row: &HeldRow,
    value: &Value,
    council: &Council,
    now: Instant,
) -> Result<Result<Value, &'static str>, Fault> {
    if is_second(may, row) {
        May::<ApproveSensitive>::decide(may.actor(), on(row.source_id))?;
    }
    match put_field(tx, may, row, value, council, now)? {
        Put::Stood(before) => Ok(Ok(before)),
        Put::Overtaken => Ok(Err("overtaken")),
        Put::TakesTwo if row.entity == Entity::Service.key() && row.field != WHOLE => Ok(Err("two")),
        Put::TakesTwo => {
            rows::set_asked_by(tx, row.id, may.actor().person().map(PersonId::uuid))?;
            let did = format!("asked for a second person: {}", words_of_field(&row.field));
            audit::record(tx, may, did, "", now);
            Ok(Err("second"))
        }
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
