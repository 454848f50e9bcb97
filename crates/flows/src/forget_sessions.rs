//! The job that puts sessions away that nobody came back to: the days and all that was said after 90 days, the rest
//! after 90 more.

use crate::{
    catalogue::Flows,
    session::{SessionId, without_days},
    store as rows,
    take_turn::state_of,
};
use jobs::{JobContext, Outcome, Runner};
use kernel::{Fault, Instant};

/// Once a day.
pub const FORGET_GUIDE_SESSIONS: &str = "forget_guide_sessions";
/// For how many days after it was last used a session is kept whole.
pub const KEPT_DAYS: i64 = 90;
/// For how many days more it is known at which question it was left.
const KNOWN_DAYS: i64 = 90;
const DAY: i64 = 24 * 60 * 60;
/// How many are put away in one transaction.
const BATCH: i64 = 200;

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, _flows: &Flows) -> Runner {
    runner.on(FORGET_GUIDE_SESSIONS, forget_sessions).schedule(FORGET_GUIDE_SESSIONS, DAY)
}

async fn forget_sessions(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let mut put_away = 0;
    loop {
        let done = context.db.write(move |tx| put_idle_away(tx, now)).await?;
        put_away += done;
        if i64::try_from(done)? < BATCH {
            break;
        }
    }
    let gone = context.db.write(move |tx| rows::delete_long_gone(tx, days_before(now, KNOWN_DAYS))).await?;
    if put_away > 0 || gone > 0 {
        tracing::info!(put_away, gone, "put guide sessions away that nobody came back to");
    }
    Ok(Outcome::Done)
}

fn put_idle_away(tx: &mut store::Tx<'_>, now: Instant) -> Result<usize, Fault> {
    let idle = rows::list_idle(tx, days_before(now, KEPT_DAYS), BATCH)?;
    for row in &idle {
        let left = serde_json::to_value(without_days(&state_of(row)?))?;
        // The state as it is now in hand: whoever answered meanwhile has moved the turn on, and keeps everything.
        rows::set_put_away(tx, SessionId::kept(row.id.clone()).as_str(), &left, row.turn, now)?;
    }
    Ok(idle.len())
}

fn days_before(now: Instant, days: i64) -> Instant {
    now - jiff::SignedDuration::from_hours(24 * days)
}
