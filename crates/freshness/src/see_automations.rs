//! What the automations did, day by day: each run, what it did to which entry, and an undo where there can be one.

use crate::{
    chase_entries::{HIDE_UNCHECKED, HOURS, REMIND_KEEPERS, TELL_COUNCIL},
    desk::Desk,
    model::{Step, days_after},
    store::{self as rows, Effect, EffectRow},
};
use access::{Action, On, RestoreEntry};
use askama::Template;
use axum::extract::{Path, State};
use directory::{
    ServiceId,
    upkeep::{list_upkeep, show as show_again},
};
use kernel::{Date, Id, Instant, london};
use std::collections::HashMap;
use web::{Page, Params, Reply, Who, missing, see_other, show};

/// How many days the page goes back.
const DAYS: i64 = 14;

#[derive(Template)]
#[template(path = "automations.html")]
struct AutomationsView {
    notice: &'static str,
    /// Whether an entry's own page is open to whoever looks.
    may_chase: bool,
    /// Why there is nothing to see, when there is nothing.
    nothing: &'static str,
    days: Vec<Day>,
}

struct Day {
    words: String,
    runs: Vec<RunView>,
}

struct RunView {
    name: &'static str,
    at: String,
    summary: String,
    no_undo: &'static str,
    effects: Vec<EffectView>,
    /// Those of which nobody heard, because there is nobody to ask.
    nobody: Vec<EffectView>,
}

struct EffectView {
    id: String,
    service: String,
    entry: String,
    what: String,
    undone: bool,
    may_undo: bool,
}

/// What each automation is called, and why what it did cannot be taken back, if it cannot.
fn words_of(job: &str) -> (&'static str, &'static str) {
    match job {
        REMIND_KEEPERS => (
            "Asked keepers whether their entries are still right",
            "A mail that was sent cannot be called back.",
        ),
        TELL_COUNCIL => (
            "Passed to us what nobody answered for",
            "There is nothing to undo: mark the entry as checked and it leaves the queue.",
        ),
        HIDE_UNCHECKED => ("Hid entries that nobody had checked", ""),
        _ => ("Another automation", ""),
    }
}

/// `GET /admin/automations`.
pub(crate) async fn get(State(desk): State<Desk>, who: Who, params: Params) -> Reply {
    let today = desk.site.clock().today();
    let since = days_after(today, 1 - DAYS);
    let (runs, effects, names) = desk
        .site
        .db()
        .read(move |tx| {
            let names: HashMap<ServiceId, String> =
                list_upkeep(tx, today)?.into_iter().map(|line| (line.id, line.name)).collect();
            Ok((rows::list_runs(tx, since)?, rows::list_effects(tx, since)?, names))
        })
        .await?;
    let may_undo = Action::RestoreEntry.is_open_to(&who.actor);
    let mut days: Vec<Day> = Vec::new();
    for run in &runs {
        let words = day_words(run.day, today);
        if days.last().is_none_or(|day| day.words != words) {
            days.push(Day { words, runs: Vec::new() });
        }
        let asked_nobody = |effect: &&EffectRow| {
            effect.mails == 0 && Step::parse(&effect.what).is_some_and(Step::asks_keepers)
        };
        let of_run: Vec<&EffectRow> = effects.iter().filter(|effect| effect.run == run.id).collect();
        let (name, no_undo) = words_of(&run.job);
        let civil = run.ran_at.to_zoned(london()).datetime();
        let minute = u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs());
        let (silent, heard): (Vec<&EffectRow>, Vec<&EffectRow>) =
            of_run.iter().copied().partition(asked_nobody);
        if let Some(day) = days.last_mut() {
            day.runs.push(RunView {
                name,
                at: web::say::time_of_day(minute),
                summary: summary(&run.job, &of_run),
                no_undo: if of_run.is_empty() { "" } else { no_undo },
                nobody: silent.iter().map(|effect| view(effect, &names, may_undo)).collect(),
                effects: heard.iter().map(|effect| view(effect, &names, may_undo)).collect(),
            });
        }
    }
    let notice = match params.get("done") {
        "undone" => "Undone. Families see it again.",
        "shown" => "It was shown already. Nothing was changed.",
        _ => "",
    };
    let may_chase = Action::ChaseEntries.is_open_to(&who.actor);
    let nothing = nothing_yet(&desk.site.council().public_url, desk.site.clock().now());
    let body = AutomationsView { notice, may_chase, nothing, days };
    show(&desk.site, &Page::new("What the automations did"), &body)
}

/// Why nothing has run, and when it will.
fn nothing_yet(public_url: &str, now: Instant) -> &'static str {
    if public_url.is_empty() {
        return "Nothing has run. The settings have no public address of this site, so a reminder could carry no link.";
    }
    match now.to_zoned(london()).hour() {
        hour if hour < HOURS.start => "Nothing has run yet. The first run is this morning after 8am.",
        hour if hour < HOURS.end => "Nothing has run yet. The first run is within the hour.",
        _ => "Nothing has run yet. The first run is tomorrow morning after 8am.",
    }
}

fn day_words(day: Date, today: Date) -> String {
    let date = web::say::day_month_year(day);
    if day == today { format!("Today, {date}") } else { date }
}

fn summary(job: &str, effects: &[&EffectRow]) -> String {
    let entries = web::say::count(effects.len(), "entry", "entries");
    if effects.is_empty() {
        return "Nothing was due.".to_owned();
    }
    let silent = effects.iter().filter(|effect| effect.mails == 0).count();
    if job == REMIND_KEEPERS && silent > 0 {
        let silent = web::say::count(silent, "has", "have");
        return format!("{entries}. {silent} nobody to ask.");
    }
    format!("{entries}.")
}

fn view(effect: &EffectRow, names: &HashMap<ServiceId, String>, may_undo: bool) -> EffectView {
    let step = Step::parse(&effect.what);
    let mails = match (step.is_some_and(Step::asks_keepers), effect.mails) {
        (false, _) => String::new(),
        (true, 0) => String::new(),
        (true, mails) => {
            format!(": {}", web::say::count(usize::try_from(mails).unwrap_or(0), "person", "people"))
        }
    };
    EffectView {
        id: effect.id.to_string(),
        service: effect.service.to_string(),
        entry: names.get(&effect.service).cloned().unwrap_or_else(|| "An entry that is gone".to_owned()),
        what: format!("{}{mails}", step.map_or("Done", Step::words)),
        undone: effect.undone_at.is_some(),
        may_undo: may_undo && step == Some(Step::Hide) && effect.undone_at.is_none(),
    }
}

/// `POST /admin/automations/{effect}/undo`: shows again what a run hid.
pub(crate) async fn undo(State(desk): State<Desk>, who: Who, Path(effect): Path<String>) -> Reply {
    let Ok(effect) = effect.parse::<Id<Effect>>() else { return Ok(missing()) };
    let Some(row) = desk.site.db().read(move |tx| rows::find_effect(tx, effect)).await? else {
        return Ok(missing());
    };
    if Step::parse(&row.what) != Some(Step::Hide) {
        return Ok(missing());
    }
    let may = who.may::<RestoreEntry>(On::one("service", row.service))?;
    let now = desk.site.clock().now();
    let shown = desk
        .site
        .db()
        .write(move |tx| {
            let shown = show_again(tx, &may, row.service, "undid what the automation did", now)?;
            rows::set_undone(tx, effect, now)?;
            Ok(shown)
        })
        .await?;
    Ok(see_other(&format!("/admin/automations?done={}", if shown { "undone" } else { "shown" })))
}
