//! What is forgotten, when and why: one list that runs every night and that staff can read.

use crate::{
    Office,
    office::OfficeConfig,
    store::{data_rights as rows, links, oidc, passkeys, sessions},
    words,
};
use access::{AnswerDataRequest, May, On, SeeAudit, audit};
use askama::Template;
use axum::extract::State;
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Instant};
use std::collections::BTreeMap;
use store::Tx;
use web::{Page, Reply, Who, show};

/// The job that forgets what has been kept long enough, once a day.
pub const FORGET_WHAT_IS_OLD: &str = "forget_what_is_old";

/// Something that is not kept for ever.
#[derive(Clone, Copy, Debug)]
pub struct RetentionRule {
    /// Its name in the database, such as `ended_sessions`.
    pub key: &'static str,
    /// What it is about, such as 'Sessions that have ended'.
    pub what: &'static str,
    /// How long it is kept.
    pub kept_days: i64,
    /// Why so long: the law, the council's schedule or the promise made.
    pub why: &'static str,
    /// Who does it.
    pub run: Run,
}

/// Who carries a rule out.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Our nightly job, with this: what is older than the first instant goes. It says how many; the second is now.
    Nightly(fn(&mut Tx<'_>, Instant, Instant) -> Result<u64, Fault>),
    /// A job of its own room.
    OwnJob,
}

/// This room's rules and the trail's.
pub(crate) fn own_rules(config: &OfficeConfig) -> Vec<RetentionRule> {
    let nightly =
        |key, what, kept_days, why, run| RetentionRule { key, what, kept_days, why, run: Run::Nightly(run) };
    vec![
        nightly(
            "ended_sessions",
            "Sessions that have ended",
            30,
            "So that somebody who sees a strange sign-in can look back a month.",
            |tx, before, _| sessions::delete_sessions_before(tx, before),
        ),
        nightly(
            "spent_links",
            "Links to sign in that were used or ran out",
            1,
            "They are worth nothing any more. A day tells a used link from a wrong one.",
            |tx, before, _| {
                Ok(links::delete_links_before(tx, before)? + rows::delete_steps_before(tx, before)?)
            },
        ),
        nightly(
            "begun_sign_ins",
            "Sign-ins with a passkey or the council’s sign-in that were begun and left, and what signs out there again",
            1,
            "They are worth nothing after a few minutes, or when the working day is over.",
            |tx, before, _| {
                Ok(oidc::delete_attempts_before(tx, before)?
                    + oidc::delete_tokens_before(tx, before)?
                    + passkeys::delete_challenges_before(tx, before)?)
            },
        ),
        nightly(
            "sign_in_counters",
            "Counters of sign-ins that went wrong",
            1,
            "They slow down guessing. They hold no address that can be read back.",
            |tx, before, _| rows::delete_attempts_before(tx, before),
        ),
        nightly(
            "withdrawn_consents",
            "Consents that were withdrawn",
            SIX_YEARS,
            "To show what was agreed to while a claim can still be made (Limitation Act 1980, s. 5).",
            |tx, before, _| rows::delete_withdrawn_before(tx, before),
        ),
        nightly(
            "closed_data_requests",
            "Requests for data that were closed",
            SIX_YEARS,
            "To show that they were answered in time (UK GDPR Art. 5(2)).",
            |tx, before, _| rows::delete_closed_requests_before(tx, before),
        ),
        nightly(
            "audit_trail",
            "The audit trail",
            config.audit_kept_days,
            "The council’s own schedule. Six years unless it says otherwise (Limitation Act 1980, s. 5).",
            |tx, before, now| audit::cut::<SeeAudit>(tx, FORGET_WHAT_IS_OLD, before, now),
        ),
    ]
}

/// Six years and a little: a day too long is better than one too short.
const SIX_YEARS: i64 = 6 * 366;

/// The nightly job. Each rule is a transaction of its own, so that one that fails keeps no other from running; then the
/// job is tried again, and what is gone already is not counted twice.
pub async fn forget_what_is_old(office: &Office, context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let mut failed = Vec::new();
    for rule in office.rules().iter().copied() {
        let Run::Nightly(run) = rule.run else { continue };
        let before = now - SignedDuration::from_hours(24 * rule.kept_days);
        let done = context.db.write(move |tx| forget(tx, &rule, run, before, now)).await;
        if let Err(fault) = done {
            tracing::error!(
                retention.rule = rule.key,
                fault = format!("{fault:#}"),
                "a rule could not be carried out"
            );
            failed.push(rule.key);
        }
    }
    if failed.is_empty() {
        Ok(Outcome::Done)
    } else {
        Ok(Outcome::Retry { reason: format!("these rules failed: {}", failed.join(", ")) })
    }
}

fn forget(
    tx: &mut Tx<'_>,
    rule: &RetentionRule,
    run: fn(&mut Tx<'_>, Instant, Instant) -> Result<u64, Fault>,
    before: Instant,
    now: Instant,
) -> Result<(), Fault> {
    let removed = run(tx, before, now)?;
    rows::set_run(tx, rule.key, i64::try_from(removed)?, now)?;
    // A night in which nothing was old leaves no row: the page says when it ran.
    if removed > 0 {
        let may = May::<AnswerDataRequest>::by_machine(FORGET_WHAT_IS_OLD, On::all("retention"));
        let why = format!("{}: older than {} days", rule.key, rule.kept_days);
        audit::record(tx, &may, format!("forgot {removed}"), why, now);
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "data_request_retention.html")]
struct RetentionView {
    rules: Vec<RuleView>,
    scrub: String,
    backups: String,
}

struct RuleView {
    what: &'static str,
    kept: String,
    why: &'static str,
    ran: String,
    removed: String,
}

/// `GET /admin/retention`.
pub(crate) async fn get(State(office): State<Office>, who: Who) -> Reply {
    who.may::<AnswerDataRequest>(On::all("retention"))?;
    let site = office.site();
    let (runs, scrub) = site.db().read(|tx| Ok((rows::list_runs(tx)?, rows::find_scrub(tx)?))).await?;
    let runs: BTreeMap<String, rows::RunRow> = runs.into_iter().map(|run| (run.rule.clone(), run)).collect();
    let rules = office.rules().iter().map(|rule| RuleView {
        what: rule.what,
        kept: words::days(rule.kept_days),
        why: rule.why,
        ran: match (rule.run, runs.get(rule.key)) {
            (Run::OwnJob, _) => "Every night, by a job of its own".to_owned(),
            (Run::Nightly(_), None) => "Not yet".to_owned(),
            (Run::Nightly(_), Some(run)) => words::day_and_time(run.ran_at),
        },
        removed: match runs.get(rule.key) {
            Some(run) => format!("{} then, {} in all", run.removed, run.removed_in_all),
            None => "not counted".to_owned(),
        },
    });
    let body = RetentionView {
        rules: rules.collect(),
        scrub: match &scrub {
            None => "Nobody has been erased yet.".to_owned(),
            Some(row) => match row.scrubbed_at.filter(|at| *at >= row.erased_at) {
                Some(at) => format!(
                    "Somebody was last erased on {}. The database was written anew on {}, so nothing of them is left in it.",
                    words::day_and_time(row.erased_at),
                    words::day_and_time(at)
                ),
                None => format!(
                    "Somebody was erased on {}. The database has not been written anew since: it happens by itself within minutes.",
                    words::day_and_time(row.erased_at)
                ),
            },
        },
        backups: backups_sentence(scrub.map(|row| row.erased_at), office.config().backups_kept_days),
    };
    show(site, &Page::new("How long we keep things"), &body)
}

/// Which backups still hold somebody who was erased, for the page and for `hearth check`.
fn backups_sentence(erased_at: Option<Instant>, kept_days: i64) -> String {
    match erased_at {
        None => format!("Backups are to be kept for {kept_days} days at most."),
        Some(at) => format!(
            "Backups made before {} still hold that person. Delete them by {}, or say in your schedule why not.",
            words::day_and_time(at),
            words::day_of(at + SignedDuration::from_hours(24 * kept_days))
        ),
    }
}

/// What an operator must do with old backups, or `None`: until the time in which they may be kept has passed.
pub fn find_backups_to_delete(
    tx: &mut Tx<'_>,
    office: &Office,
    now: Instant,
) -> Result<Option<String>, Fault> {
    let kept_days = office.config().backups_kept_days;
    let Some(row) = rows::find_scrub(tx)? else { return Ok(None) };
    let over = row.erased_at + SignedDuration::from_hours(24 * kept_days);
    // A week longer, so that somebody who looks once a week is told at least once that the day has come.
    let told_until = over + SignedDuration::from_hours(24 * 7);
    Ok((now < told_until).then(|| backups_sentence(Some(row.erased_at), kept_days)))
}
