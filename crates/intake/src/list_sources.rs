//! Every feed and file that entries come from: how fresh, how many, when next.

use crate::{
    findings::{Counts, count_by_source},
    intake::Intake,
    model::Area,
    store::{self as rows, Source},
};
use askama::Template;
use axum::extract::State;
use kernel::{Instant, london};
use web::{Page, Params, Reply, show};

/// Runs in which the last one that took something in is looked for.
const RUNS_READ: i64 = 10;

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesView {
    notice: &'static str,
    sources: Vec<Line>,
}

struct Line {
    slug: String,
    name: String,
    kind: &'static str,
    outside: bool,
    counts: Counts,
    last: String,
    last_why: String,
    troubled: bool,
    waits: bool,
    paused: bool,
    next: String,
}

/// `GET /admin/sources`.
pub(crate) async fn get(State(intake): State<Intake>, params: Params) -> Reply {
    let (sources, counts) = intake
        .site
        .db()
        .read(|tx| {
            let mut sources = Vec::new();
            for source in rows::list_sources(tx)? {
                // What a command took in is no pull, and is told all the same; a mere look is not.
                let runs = rows::list_runs(tx, source.id, RUNS_READ)?;
                let last = runs.iter().find(|run| run.kind != "preview").map(|run| run.started);
                sources.push((source, last));
            }
            Ok((sources, count_by_source(tx)?))
        })
        .await?;
    let notice = match params.get("done") {
        "stopped" => "We no longer keep that source. Its entries stay as they are.",
        _ => "",
    };
    let lines = sources.iter().map(|(source, last)| Line {
        counts: counts.get(&source.id).copied().unwrap_or_default(),
        slug: source.draft.slug.to_string(),
        name: source.draft.name.clone(),
        kind: source.draft.kind.words(),
        outside: source.draft.area == Area::Outside,
        last: last.or(source.last_run).map_or_else(|| "Not yet".to_owned(), moment_words),
        last_why: source.last_why.clone(),
        troubled: source.failures > 0,
        waits: source.last_outcome == "waiting",
        paused: source.paused,
        next: next_words(source),
    });
    let body = SourcesView { notice, sources: lines.collect() };
    show(&intake.site, &Page::new("Where entries come from"), &body)
}

/// When it is pulled next, in words.
pub(crate) fn next_words(source: &Source) -> String {
    match (&source.draft.address, source.paused, source.next_run) {
        (None, ..) => "When somebody hands over the next file".to_owned(),
        (_, true, _) => "Paused".to_owned(),
        (.., Some(next)) => moment_words(next),
        (.., None) => "Not planned".to_owned(),
    }
}

/// '22 November 2026, 9am'.
pub(crate) fn moment_words(at: Instant) -> String {
    let civil = at.to_zoned(london()).datetime();
    let minute = u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs());
    format!("{}, {}", web::say::day_month_year(civil.date()), web::say::time_of_day(minute))
}
