//! The jobs of the room. Each looks every hour whether its day is still to be done, so that a morning in which the house
//! was closed is made up for later in the day.

use crate::{
    chase_entries::{CHASE_UNCHECKED_ENTRIES, chase, is_waking_hour},
    desk::Desk,
    figures::Figures,
    model::days_after,
    store as rows,
};
use directory::upkeep::{forget_opens, list_open_reports, list_settled_reports, list_upkeep};
use jobs::{JobContext, Outcome, Runner};
use kernel::{Date, Fault, Instant};
use store::Tx;

/// The job that keeps the figures of the day, and forgets what is older than it need be.
pub const TAKE_DAILY_FIGURES: &str = "take_daily_figures";

const HOUR_SECONDS: i64 = 60 * 60;
/// Runs are shown for a quarter and kept for a year, like the steps they belong to.
const RUNS_KEPT_DAYS: i64 = 365;
/// Opens stand behind 'in 4 weeks'; a year of them shows what a season does.
const OPENS_KEPT_DAYS: i64 = 400;

/// The house's runner with the jobs of this room.
pub fn with_jobs(runner: Runner, desk: &Desk) -> Runner {
    let stewards = desk.stewards.clone();
    runner
        .on(CHASE_UNCHECKED_ENTRIES, move |context| {
            let stewards = stewards.clone();
            async move { chase_unchecked_entries(context, stewards).await }
        })
        .schedule(CHASE_UNCHECKED_ENTRIES, HOUR_SECONDS)
        .on(TAKE_DAILY_FIGURES, take_daily_figures)
        .schedule(TAKE_DAILY_FIGURES, HOUR_SECONDS)
}

async fn chase_unchecked_entries(
    context: JobContext,
    stewards: crate::desk::Stewards,
) -> Result<Outcome, Fault> {
    if !is_waking_hour(context.clock.now()) {
        return Ok(Outcome::Done);
    }
    let today = context.clock.today();
    let run = crate::chase_entries::REMIND_KEEPERS;
    if context.db.read(move |tx| rows::find_run(tx, run, today)).await? {
        return Ok(Outcome::Done);
    }
    let (clock, dice) = (context.clock.clone(), context.dice.clone());
    let chased = context.db.write(move |tx| chase(tx, &stewards, &clock, &dice)).await?;
    if let Some(chased) = chased {
        let crate::Chased { asked, mails, told, hidden } = chased;
        tracing::info!(asked, mails, told, hidden, "chased the entries that nobody had checked");
    }
    Ok(Outcome::Done)
}

async fn take_daily_figures(context: JobContext) -> Result<Outcome, Fault> {
    let (today, now) = (context.clock.today(), context.clock.now());
    if context.db.read(move |tx| rows::find_snapshot(tx, today)).await? {
        return Ok(Outcome::Done);
    }
    context
        .db
        .write(move |tx| {
            let figures = figures_now(tx, today, now)?;
            rows::insert_snapshot(tx, today, &serde_json::to_string(&figures)?, now)?;
            rows::delete_runs_before(tx, days_after(today, -RUNS_KEPT_DAYS))?;
            forget_opens(tx, days_after(today, -OPENS_KEPT_DAYS))?;
            Ok(())
        })
        .await?;
    Ok(Outcome::Done)
}

/// The figures of this moment.
pub(crate) fn figures_now(tx: &mut Tx, today: Date, now: Instant) -> Result<Figures, Fault> {
    let four_weeks = Instant::from_second(now.as_second() - 28 * 24 * HOUR_SECONDS)?;
    let lines = list_upkeep(tx, today)?;
    let (open, settled) = (list_open_reports(tx)?, list_settled_reports(tx, four_weeks)?);
    Ok(Figures::of(&lines, &open, &settled, today, now))
}
