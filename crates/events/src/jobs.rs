//! What runs by itself: the dates of every session are worked out once a day, so that the far end moves on, and when
//! the terms have changed.

use crate::publish::work_out_dates;
use ::jobs::{JobContext, Outcome, Runner};
use kernel::Fault;

/// The job that works out the dates of every session anew.
pub const WORK_OUT_SESSION_DATES: &str = "work_out_session_dates";

const DAY: i64 = 24 * 60 * 60;

/// The room's jobs, added to the runner.
pub fn with_jobs(runner: Runner) -> Runner {
    runner
        .on(WORK_OUT_SESSION_DATES, work_out)
        .schedule(WORK_OUT_SESSION_DATES, DAY)
        .subscribe("session_terms_changed", WORK_OUT_SESSION_DATES)
}

async fn work_out(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let sessions = context.db.write(move |tx| work_out_dates(tx, now)).await?;
    tracing::info!(sessions, "worked out the dates of {sessions} sessions");
    Ok(Outcome::Done)
}
