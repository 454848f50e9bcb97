//! Which announcement wakes which job, and what runs by the clock: one visible list.

use jobs::{JobContext, Outcome, Runner};
use kernel::{Clock, Dice, Fault};
use store::{Db, outbox};

const DAY: i64 = 24 * 60 * 60;
/// Announcements and finished jobs are kept for a month: long enough to find out what happened.
const KEPT_DAYS: i64 = 30;
const SWEEP: &str = "sweep_old_announcements";

/// The runner with every job of the house.
pub fn runner(db: Db, clock: Clock, dice: Dice) -> Runner {
    Runner::new(db, clock, dice)
        .on(directory::FORGET_SETTLED_REPORTS, directory::forget_settled_reports)
        .schedule(directory::FORGET_SETTLED_REPORTS, DAY)
        .on(SWEEP, sweep)
        .schedule(SWEEP, DAY)
}

async fn sweep(context: JobContext) -> Result<Outcome, Fault> {
    let hours = i32::try_from(KEPT_DAYS * 24)?;
    let before = context.clock.now().checked_sub(kernel::Span::new().hours(hours))?;
    context
        .db
        .write(move |tx| {
            outbox::prune(tx, before)?;
            jobs::prune(tx, before)
        })
        .await?;
    Ok(Outcome::Done)
}
