//! One source: how its pulls went, what it says otherwise than we do, what is gone from it and what was refused; and
//! what its keepers do with it.

use crate::{
    findings::count_by_source,
    harvest::{enqueue_look, enqueue_pull},
    intake::{Intake, on},
    list_sources::{moment_words, next_words},
    model::{Entity, SourceId, State as RecordState, Totals, WHOLE, What, words_of_field},
    store::{self as rows, HeldRow, LineRow, RecordLine, RunRow, Source},
};
use access::{KeepSources, May, audit};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, Instant};
use serde_json::Value;
use std::collections::HashMap;
use store::Tx;
use web::{Form, Page, Params, Reply, Who, missing, see_other, show};

/// How many of each list a page shows.
const SHOWN: i64 = 200;
const RUNS_SHOWN: i64 = 10;

#[derive(Template)]
#[template(path = "source.html")]
struct SourceView {
    notice: &'static str,
    slug: String,
    name: String,
    kind: &'static str,
    area: &'static str,
    address: String,
    licence: String,
    topic: String,
    organization: String,
    next: String,
    every: String,
    paused: bool,
    stopped: bool,
    pulled: bool,
    waits: bool,
    never_run: bool,
    troubled: String,
    /// A number, its words, and where on the page it is told.
    figures: [(i64, &'static str, &'static str); 4],
    held_count: i64,
    held: Vec<Thing>,
    settled: Vec<Settled>,
    gone: Vec<Gone>,
    refused: Vec<Refused>,
    refused_count: i64,
    preview: Option<Preview>,
    runs: Vec<RunLine>,
}

/// A thing with the fields in which its source and we differ.
struct Thing {
    entity: &'static str,
    name: String,
    href: String,
    fields: Vec<HeldLine>,
}

struct HeldLine {
    id: String,
    field: String,
    ours: String,
    theirs: String,
    /// One person has asked to take theirs.
    asked: bool,
}

struct Settled {
    id: String,
    words: String,
    /// One person has asked to take it back.
    asked: bool,
}

struct Gone {
    key: String,
    name: String,
    href: String,
    when: String,
    settled: String,
}

struct Refused {
    name: String,
    key: String,
    why: String,
}

struct Preview {
    when: String,
    totals: String,
    why: String,
    lines: Vec<PlanLine>,
}

struct PlanLine {
    what: &'static str,
    name: String,
    fields: String,
    why: String,
}

struct RunLine {
    when: String,
    outcome: &'static str,
    totals: String,
    why: String,
}

/// `GET /admin/sources/{slug}`.
pub(crate) async fn get(State(intake): State<Intake>, Path(slug): Path<String>, params: Params) -> Reply {
    let notice = match params.get("done") {
        "added" => "Kept, and not taken in yet. We are reading it now: look again in a minute.",
        "looking" => "We are reading it now. Look again in a minute.",
        "started" => "We are pulling it now. Look again in a minute.",
        "paused" => "Paused. Nothing is pulled until you start it again.",
        "theirs" => "Theirs stands now. Families see it.",
        "ours" => "Ours stays. We ask again only when the source says something new.",
        "reopened" => "Taken back. It waits for you again.",
        "hidden" => "Hidden from families. Nothing of it is lost.",
        "kept" => "Kept as ours.",
        "kept_again" => "We keep this source again. It is paused.",
        "two" => {
            "This touches what protects people, so two must look at it: change the entry on its own page."
        }
        "second" => {
            "This touches what protects people, so two must agree. Nothing has changed yet: ask a second person to press the same button."
        }
        "published" => "It is published already. Hide it on its own page: Find an entry, History.",
        "overtaken" => "Somebody had settled it, or changed the entry, a moment before. Look at it again.",
        _ => "",
    };
    let view = intake.site.db().read(move |tx| view_of(tx, &slug, notice)).await?;
    match view {
        Some(view) => show(&intake.site, &Page::new(format!("{}: a source", view.name)), &view),
        None => Ok(missing()),
    }
}

fn view_of(tx: &mut Tx, slug: &str, notice: &'static str) -> Result<Option<SourceView>, Fault> {
    let Some(source) = rows::find_source(tx, slug)? else { return Ok(None) };
    let (id, draft) = (source.id, source.draft.clone());
    let counts = count_by_source(tx)?.get(&id).copied().unwrap_or_default();
    let runs = rows::list_runs(tx, id, RUNS_SHOWN)?;
    let looked = runs
        .iter()
        .find(|run| run.kind == "preview" && (run.outcome == "planned" || run.outcome == "waiting"));
    // A look is of use until the next pull.
    let looked =
        looked.filter(|look| runs.iter().all(|run| run.kind == "preview" || run.started < look.started));
    let preview = match looked {
        Some(run) => Some(preview_of(run, rows::list_lines(tx, run.id, SHOWN)?)),
        None => None,
    };
    let (open, settled) = (rows::list_held(tx, id, SHOWN)?, rows::list_settled(tx, id, 20)?);
    let names = names_of(tx, open.iter().chain(&settled))?;
    let gone = rows::list_records(tx, id, RecordState::Gone.key(), SHOWN)?;
    let refused = rows::list_records(tx, id, RecordState::Refused.key(), SHOWN)?;
    Ok(Some(SourceView {
        notice,
        slug: draft.slug.to_string(),
        kind: draft.kind.words(),
        area: draft.area.words(),
        address: draft.address.clone().unwrap_or_default(),
        licence: draft.licence,
        topic: draft.topic.map(|slug| slug.to_string()).unwrap_or_default(),
        organization: draft.organization.map(|slug| slug.to_string()).unwrap_or_default(),
        next: next_words(&source),
        every: web::say::count(usize::try_from(draft.every_hours).unwrap_or_default(), "hour", "hours"),
        paused: source.paused,
        stopped: source.stopped_at.is_some(),
        pulled: draft.address.is_some(),
        waits: source.last_outcome == "waiting",
        never_run: source.last_good_run.is_none(),
        troubled: trouble_of(&source),
        figures: [
            (counts.live, if counts.live == 1 { "record stands here" } else { "records stand here" }, ""),
            (
                counts.held,
                if counts.held == 1 { "difference to settle" } else { "differences to settle" },
                "#h-held",
            ),
            (counts.gone, "gone from the source", "#h-gone"),
            (counts.refused, "refused", "#h-refused"),
        ],
        held_count: counts.held,
        held: things_of(open, &names),
        settled: settled.into_iter().map(|row| settled_of(row, &names)).collect(),
        gone: gone.into_iter().map(gone_of).collect(),
        refused_count: counts.refused,
        refused: refused
            .into_iter()
            .map(|record| Refused { name: name_of(&record), key: record.key, why: record.why })
            .collect(),
        preview,
        runs: runs.into_iter().map(run_of).collect(),
        name: draft.name,
    }))
}

fn trouble_of(source: &Source) -> String {
    match source.failures {
        0 => String::new(),
        1 => format!("The last pull did not work: {}.", source.last_why),
        many => format!("The last {many} pulls did not work: {}.", source.last_why),
    }
}

fn name_of(record: &RecordLine) -> String {
    if record.name.is_empty() { format!("Record {}", record.key) } else { record.name.clone() }
}

/// What people call the entries that differ; of what has no entry, its address says it.
fn names_of<'a>(
    tx: &mut Tx,
    rows: impl Iterator<Item = &'a HeldRow>,
) -> Result<HashMap<String, String>, Fault> {
    let mut names = HashMap::new();
    for row in rows.filter(|row| row.entity == Entity::Service.key()) {
        if !names.contains_key(&row.slug)
            && let Some(entry) = directory::find_entry(tx, &row.slug)?
        {
            names.insert(row.slug.clone(), entry.name);
        }
    }
    Ok(names)
}

fn name_of_held(row: &HeldRow, names: &HashMap<String, String>) -> String {
    let known = names.get(&row.slug).filter(|_| row.entity == Entity::Service.key());
    let waiting = row.theirs["service"]["name"].as_str().filter(|_| row.field == WHOLE).map(str::to_owned);
    known.cloned().or(waiting).unwrap_or_else(|| row.slug.replace('-', " "))
}

/// The differences of each thing together.
fn things_of(held: Vec<HeldRow>, names: &HashMap<String, String>) -> Vec<Thing> {
    let mut things: Vec<(String, Thing)> = Vec::new();
    for row in held {
        let entity = row.entity.parse::<Entity>().unwrap_or(Entity::Service);
        let key = format!("{} {}", row.entity, row.slug);
        let line = HeldLine {
            id: row.id.to_string(),
            field: words_of_field(&row.field),
            ours: words_of_value(&row.ours),
            theirs: if row.field == WHOLE {
                words_of_whole(&row.theirs)
            } else {
                words_of_value(&row.theirs)
            },
            asked: row.asked_by.is_some(),
        };
        match things.last_mut() {
            Some((last, thing)) if *last == key => thing.fields.push(line),
            _ => things.push((
                key,
                Thing {
                    entity: entity.words(),
                    name: name_of_held(&row, names),
                    href: href_of(entity, &row.slug),
                    fields: vec![line],
                },
            )),
        }
    }
    things.into_iter().map(|(_, thing)| thing).collect()
}

fn href_of(entity: Entity, slug: &str) -> String {
    match entity {
        Entity::Service => format!("/services/{slug}"),
        Entity::Organization => format!("/organisations/{slug}"),
        Entity::Location => String::new(),
    }
}

/// What waits whole, in the words that decide whether it may be told.
fn words_of_whole(whole: &Value) -> String {
    let service = &whole["service"];
    let said = |at: &Value| at.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let why = said(&whole["why"]).map(|why| format!("{why}. It would stand here without any address"));
    let lines = [why, said(&service["summary"]), said(&service["description"])];
    lines.into_iter().flatten().collect::<Vec<_>>().join(". ")
}

/// A value as people read it: words and lists as they are, the rest by its names.
fn words_of_value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => {
            list.iter().map(words_of_value).filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
        }
        Value::Object(facts) => facts
            .iter()
            .map(|(name, value)| (name, words_of_value(value)))
            .filter(|(_, words)| !words.is_empty())
            .map(|(name, words)| format!("{}: {words}", name.replace('_', " ")))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn settled_of(row: HeldRow, names: &HashMap<String, String>) -> Settled {
    let chosen = if row.settled.as_deref() == Some("theirs") { "theirs" } else { "ours" };
    let when = row.settled_at.map(moment_words).unwrap_or_default();
    Settled {
        id: row.id.to_string(),
        asked: row.asked_by.is_some(),
        words: format!("{}, {}: {chosen}, {when}", name_of_held(&row, names), words_of_field(&row.field)),
    }
}

fn gone_of(record: RecordLine) -> Gone {
    Gone {
        name: name_of(&record),
        href: record.slug.map(|slug| format!("/services/{slug}")).unwrap_or_default(),
        key: record.key,
        when: record.gone_at.map(moment_words).unwrap_or_default(),
        settled: record.why,
    }
}

fn totals_words(run: &RunRow) -> String {
    serde_json::from_value::<Totals>(run.totals.clone()).map(Totals::words).unwrap_or_default()
}

fn preview_of(run: &RunRow, lines: Vec<LineRow>) -> Preview {
    let line = |line: LineRow| PlanLine {
        what: line.what.parse::<What>().map_or("", What::words),
        name: if line.name.is_empty() { line.key } else { line.name },
        fields: line.fields,
        why: line.why,
    };
    Preview {
        when: moment_words(run.started),
        totals: totals_words(run),
        why: run.why.clone(),
        lines: lines.into_iter().map(line).collect(),
    }
}

fn run_of(run: RunRow) -> RunLine {
    let (outcome, counted) = match (run.kind.as_str(), run.outcome.as_str()) {
        (_, "failed") => ("Did not work", false),
        (_, "running") => ("Running", false),
        (_, "unchanged") => ("Nothing new", false),
        (_, "waiting") => ("Waits for you", true),
        ("preview", _) => ("Only looked", true),
        ("command", _) => ("Taken in by command", true),
        _ => ("Taken in", true),
    };
    RunLine {
        when: moment_words(run.started),
        outcome,
        totals: if counted { totals_words(&run) } else { String::new() },
        why: run.why,
    }
}

/// `POST /admin/sources/{slug}`: start, pause, look, stop, keep again.
pub(crate) async fn post(
    State(intake): State<Intake>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let may: May<KeepSources> = who.may(on(crate::source_id(&slug)))?;
    let Some(act) = Act::parse(form.get("do")) else { return Ok(missing()) };
    let (asked, now) = (slug.clone(), intake.site.clock().now());
    let found = intake
        .site
        .db()
        .write(move |tx| {
            let Some(source) = rows::find_source(tx, &asked)? else { return Ok(false) };
            act.carry_out(tx, &source, now)?;
            audit::record(tx, &may, act.words(), "", now);
            Ok(true)
        })
        .await?;
    if !found {
        return Ok(missing());
    }
    Ok(see_other(&match act {
        Act::Stop => "/admin/sources?done=stopped".to_owned(),
        _ => format!("/admin/sources/{slug}?done={}", act.done()),
    }))
}

/// What a keeper does with a source.
#[derive(Clone, Copy)]
enum Act {
    Start,
    StartWithLoss,
    Pause,
    Look,
    Stop,
    KeepAgain,
}

impl Act {
    fn parse(word: &str) -> Option<Act> {
        Some(match word {
            "start" => Act::Start,
            "start_with_loss" => Act::StartWithLoss,
            "pause" => Act::Pause,
            "look" => Act::Look,
            "stop" => Act::Stop,
            "keep_again" => Act::KeepAgain,
            _ => return None,
        })
    }

    fn done(self) -> &'static str {
        match self {
            Act::Start | Act::StartWithLoss => "started",
            Act::Pause => "paused",
            Act::Look => "looking",
            Act::Stop => "stopped",
            Act::KeepAgain => "kept_again",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Act::Start => "had the source pulled",
            Act::StartWithLoss => "had the source pulled and said that what is gone is gone",
            Act::Pause => "paused the source",
            Act::Look => "looked what pulling the source would do",
            Act::Stop => "stopped keeping the source",
            Act::KeepAgain => "kept the source again",
        }
    }

    fn carry_out(self, tx: &mut Tx, source: &Source, now: Instant) -> Result<(), Fault> {
        let id: SourceId = source.id;
        match self {
            Act::Start | Act::StartWithLoss => {
                rows::set_due(tx, id, matches!(self, Act::StartWithLoss), now)?;
                let due = Source { next_run: Some(now), ..source.clone() };
                enqueue_pull(tx, &due, now)
            }
            Act::Pause => rows::set_paused(tx, id, true),
            Act::Look => enqueue_look(tx, source.draft.slug.as_str(), now),
            Act::Stop => rows::set_stopped(tx, id, Some(now)),
            Act::KeepAgain => {
                rows::set_paused(tx, id, true)?;
                rows::set_stopped(tx, id, None)
            }
        }
    }
}
