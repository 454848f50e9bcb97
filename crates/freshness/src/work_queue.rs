//! The queue of entries that somebody should check, the one that may do most harm first.

use crate::{
    chase_entries::last_checked,
    desk::Desk,
    harm::{Ranked, rank},
    model::{Age, Schedule, Standing, Step, age_of},
    store::{self as rows, Steps},
};
use askama::Template;
use axum::extract::State;
use directory::upkeep::list_upkeep;
use kernel::{Date, Fault};
use std::collections::HashMap;
use store::Tx;
use uuid::Uuid;
use web::{Page, Params, Reply, show};

/// As many rows as a page holds.
const PAGE: usize = 40;

/// Which entries are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    Overdue,
    Never,
    Reported,
    Incomplete,
    NoKeeper,
    Escalated,
    Hidden,
}

const SHOWS: [(Show, &str, &str); 8] = [
    (Show::All, "", "All that need something"),
    (Show::Overdue, "overdue", "Overdue"),
    (Show::Never, "never", "Never checked"),
    (Show::Reported, "reported", "Reported by visitors"),
    (Show::Incomplete, "incomplete", "Something families need is missing"),
    (Show::NoKeeper, "no_keeper", "Nobody keeps it"),
    (Show::Escalated, "escalated", "Passed to us"),
    (Show::Hidden, "hidden", "Hidden"),
];

#[derive(Template)]
#[template(path = "queue.html")]
struct QueueView {
    shows: Vec<Choice>,
    heading: &'static str,
    found: String,
    lines: Vec<Line>,
    earlier: Option<String>,
    later: Option<String>,
}

struct Choice {
    key: &'static str,
    words: &'static str,
    chosen: bool,
}

struct Line {
    id: String,
    name: String,
    organization: String,
    why: String,
    checked: String,
    share: i64,
    completeness: String,
    hidden: bool,
    kept: bool,
    step: Option<&'static str>,
}

/// `GET /admin/freshness?show=overdue&from=40`.
pub(crate) async fn get(State(desk): State<Desk>, params: Params) -> Reply {
    let asked = params.get("show");
    let (chosen, key, heading) =
        SHOWS.into_iter().find(|(_, key, _)| *key == asked).unwrap_or((Show::All, "", SHOWS[0].2));
    let from: usize = params.get("from").parse().unwrap_or(0);
    let (today, now) = (desk.site.clock().today(), desk.site.clock().now());
    let (lines, found) = desk
        .site
        .db()
        .read(move |tx| {
            let schedule = rows::find_schedule(tx)?;
            let steps = rows::list_steps(tx)?;
            let mut kept = HashMap::new();
            let mut wanted = Vec::new();
            for ranked in rank(list_upkeep(tx, today)?, &schedule, today, now) {
                let organization = ranked.line.organization.uuid();
                if belongs(&ranked, chosen, &schedule, &steps, today)
                    && (chosen != Show::NoKeeper || !is_kept(tx, &mut kept, organization)?)
                {
                    wanted.push(ranked);
                }
            }
            let found = wanted.len();
            let mut lines = Vec::new();
            for ranked in wanted.into_iter().skip(from).take(PAGE) {
                let has_keeper = is_kept(tx, &mut kept, ranked.line.organization.uuid())?;
                lines.push(Line::of(&ranked, has_keeper, &steps));
            }
            Ok((lines, found))
        })
        .await?;
    let link = |from: usize| format!("/admin/freshness?show={key}&from={from}");
    let body = QueueView {
        shows: SHOWS
            .into_iter()
            .map(|(show, key, words)| Choice { key, words, chosen: show == chosen })
            .collect(),
        heading,
        found: web::say::count(found, "entry", "entries"),
        earlier: (from > 0).then(|| link(from.saturating_sub(PAGE))),
        later: (from.saturating_add(PAGE) < found).then(|| link(from + PAGE)),
        lines,
    };
    show(&desk.site, &Page::new("Entries to check"), &body)
}

fn belongs(ranked: &Ranked, show: Show, schedule: &Schedule, steps: &Steps, today: Date) -> bool {
    let line = &ranked.line;
    let hidden = line.hidden_at.is_some();
    let age = age_of(schedule, line.assured_date, today);
    match show {
        Show::Hidden => hidden,
        _ if hidden => false,
        Show::All => !ranked.why.is_empty() && (ranked.harm > 0 || age != Age::Fresh),
        Show::Overdue => matches!(age, Age::Overdue | Age::Never),
        Show::Never => age == Age::Never,
        Show::Reported => line.open_reports > 0,
        Show::Incomplete => ranked.completeness.missing().next().is_some(),
        Show::NoKeeper => true,
        Show::Escalated => latest_step(ranked, steps).is_some_and(Step::tells_council),
    }
}

fn latest_step(ranked: &Ranked, steps: &Steps) -> Option<Step> {
    let key = (ranked.line.id, Standing::of(&ranked.line).cycle());
    steps.get(&key).and_then(|taken| taken.iter().map(|taken| taken.step).max())
}

fn is_kept(tx: &mut Tx, known: &mut HashMap<Uuid, bool>, organization: Uuid) -> Result<bool, Fault> {
    if let Some(kept) = known.get(&organization) {
        return Ok(*kept);
    }
    let kept = !accounts::list_keepers(tx, organization)?.is_empty();
    known.insert(organization, kept);
    Ok(kept)
}

impl Line {
    fn of(ranked: &Ranked, kept: bool, steps: &Steps) -> Line {
        let line = &ranked.line;
        Line {
            id: line.id.to_string(),
            name: line.name.clone(),
            organization: line.organization_name.clone(),
            why: if ranked.why.is_empty() { "nothing is wrong".to_owned() } else { ranked.why.join(", ") },
            checked: last_checked(line),
            share: ranked.completeness.share(),
            completeness: ranked.completeness.words(),
            hidden: line.hidden_at.is_some(),
            kept,
            // A step that asks keepers asked nobody where there are none.
            step: latest_step(ranked, steps).filter(|step| kept || !step.asks_keepers()).map(Step::words),
        }
    }
}
