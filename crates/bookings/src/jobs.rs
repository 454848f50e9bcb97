//! What the room does by itself: ends holds and offers in time, follows what happens to a session, reminds who is booked,
//! and compares every night what is counted with what is kept.

use crate::{
    desk::Desk,
    follow_dates::{close_waiting, follow_dates},
    ledger::{LAPSE_ENDED, RENEW_PLACES},
    remind::{REMIND_OF_BOOKINGS, remind_of_bookings},
    send_booking_message::{SEND_BOOKING_MESSAGE, send_booking_message},
    settle::{lapse_ended, renew_places},
    store as rows,
    tell_of_change::{TELL_OF_CHANGE, tell_of_change},
};
use anyhow::Context;
use jobs::{Announced, JobContext, Outcome, Runner};
use kernel::{Fault, Id};
use serde::Deserialize;
use store::Tx;
use uuid::Uuid;

/// The job that compares the counts of every date with its bookings.
pub const COMPARE_PLACES: &str = "compare_booking_places";

const MINUTE_SECONDS: i64 = 60;
const FIVE_MINUTES_SECONDS: i64 = 5 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How often a run of the job goes on with what the last one left. What is then still there, the next minute does.
const ROUNDS_MAX: usize = 20;

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, desk: &Desk) -> Runner {
    let (ends, renews, tells) = (desk.clone(), desk.clone(), desk.clone());
    let (changes, reminds) = (desk.clone(), desk.clone());
    runner
        .on(LAPSE_ENDED, move |_| end_holds_and_offers(ends.clone()))
        .schedule(LAPSE_ENDED, MINUTE_SECONDS)
        .on(RENEW_PLACES, move |job| follow_session(job, renews.clone()))
        .subscribe("session_changed", RENEW_PLACES)
        .on(SEND_BOOKING_MESSAGE, move |job| send_booking_message(job, tells.clone()))
        .subscribe("booking_turned", SEND_BOOKING_MESSAGE)
        .subscribe("booking_moved", SEND_BOOKING_MESSAGE)
        .subscribe("booking_dates_given_up", SEND_BOOKING_MESSAGE)
        .on(TELL_OF_CHANGE, move |job| tell_of_change(job, changes.clone()))
        .on(REMIND_OF_BOOKINGS, move |job| remind_of_bookings(job, reminds.clone()))
        .schedule(REMIND_OF_BOOKINGS, FIVE_MINUTES_SECONDS)
        .on(COMPARE_PLACES, compare_places)
        .schedule(COMPARE_PLACES, DAY_SECONDS)
}

/// What a person should look at, for `hearth check`.
pub fn findings(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let many = rows::list_differences(tx)?.len();
    if many == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "The counts of {many} dates are not what their bookings add up to. Book nothing more on them by hand, keep a copy of the database, and tell the maintainers."
    )])
}

/// It comes at the end of each hold and offer, and once a minute should one of those have been missed. Whoever still waits
/// for a date that has begun waits no longer.
async fn end_holds_and_offers(desk: Desk) -> Result<Outcome, Fault> {
    for _ in 0..ROUNDS_MAX {
        if lapse_ended(&desk).await? == 0 {
            break;
        }
    }
    close_waiting(&desk).await?;
    Ok(Outcome::Done)
}

#[derive(Deserialize)]
struct SessionChanged {
    dates: Vec<Uuid>,
}

async fn follow_session(job: JobContext, desk: Desk) -> Result<Outcome, Fault> {
    let announced: Announced = job.payload()?;
    let session = announced.subject.context("a session that changed")?;
    // Who waits for what is cancelled goes before what is free is offered.
    if announced.topic == "session_changed" {
        let changed: SessionChanged =
            serde_json::from_value(announced.payload).context("reading which dates changed")?;
        follow_dates(&desk, changed.dates, announced.sequence.to_string()).await?;
    }
    renew_places(&desk, Id::from_uuid(session)).await?;
    Ok(Outcome::Done)
}

async fn compare_places(job: JobContext) -> Result<Outcome, Fault> {
    let differences = job.db.snapshot(rows::list_differences).await?;
    for difference in &differences {
        tracing::error!(
            date.id = %difference.date_id,
            date.taken = difference.taken,
            date.held = difference.held,
            date.taken_by_rows = difference.taken_by_rows,
            date.held_by_rows = difference.held_by_rows,
            "the places of a date are not what its bookings add up to"
        );
    }
    Ok(Outcome::Done)
}
