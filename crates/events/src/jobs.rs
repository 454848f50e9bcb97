//! What runs by itself: the dates of every session are worked out once a day, so that the far end moves on, and when
//! the terms have changed; and who copies the sessions is told when a place or an organisation has.

use crate::{publish::work_out_dates, store as rows};
use ::jobs::{JobContext, Outcome, Runner};
use kernel::{Fault, Instant};
use std::collections::BTreeSet;
use store::{Tx, outbox};

/// The job that works out the dates of every session anew.
pub const WORK_OUT_SESSION_DATES: &str = "work_out_session_dates";

/// The job that tells the readers of the open data anew of what is held at a place that has changed, or by an
/// organisation that has. By the clock and in batches: an import changes thousands of places at once.
const TELL_SESSIONS_ANEW: &str = "tell_sessions_anew";

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * 60;

/// The room's jobs, added to the runner.
pub fn with_jobs(runner: Runner) -> Runner {
    runner
        .on(WORK_OUT_SESSION_DATES, work_out)
        .schedule(WORK_OUT_SESSION_DATES, DAY)
        .subscribe("session_terms_changed", WORK_OUT_SESSION_DATES)
        .on(TELL_SESSIONS_ANEW, tell_anew)
        .schedule(TELL_SESSIONS_ANEW, MINUTE)
}

async fn work_out(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let sessions = context.db.write(move |tx| work_out_dates(tx, now)).await?;
    tracing::info!(sessions, "worked out the dates of {sessions} sessions");
    Ok(Outcome::Done)
}

/// Its place in what was announced.
const OPEN_DATA: &str = "events_open_data";
/// So many announcements at a time.
const BATCH: i64 = 500;

async fn tell_anew(context: JobContext) -> Result<Outcome, Fault> {
    while context.db.read(|tx| outbox::is_waiting(tx, OPEN_DATA)).await? {
        let now = context.clock.now();
        context.db.write(move |tx| tell_batch(tx, now)).await?;
    }
    Ok(Outcome::Done)
}

fn tell_batch(tx: &mut Tx<'_>, now: Instant) -> Result<(), Fault> {
    let (mut places, mut organizations) = (BTreeSet::new(), BTreeSet::new());
    for told in outbox::take(tx, OPEN_DATA, BATCH)? {
        let slug = told.payload["slug"].as_str().map(str::to_owned);
        match told.topic.as_str() {
            "location_published" => places.extend(slug),
            "organization_published" => organizations.extend(told.subject),
            _ => {}
        }
    }
    for place in places {
        rows::set_told_at_place(tx, &place, now)?;
    }
    for organization in organizations {
        rows::set_told_of_organization(tx, organization, now)?;
    }
    Ok(())
}
