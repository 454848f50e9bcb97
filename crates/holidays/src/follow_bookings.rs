//! What happens to a booking at the desk happens to the day of a child: given up there, it is free again here. And what was
//! asked of the desk by a node that then died is looked up.

use crate::{room::Holidays, store as rows};
use anyhow::Context;
use bookings::reference_of;
use jiff::SignedDuration;
use jobs::{Announced, JobContext, Outcome};
use kernel::Fault;
use serde::Deserialize;
use uuid::Uuid;

/// The job that hears what became of bookings.
pub const FOLLOW_BOOKING: &str = "follow_holiday_booking";
/// The job that looks after days which were asked for and never answered.
pub const LOOK_AFTER_ASKED_DAYS: &str = "look_after_asked_holiday_days";

/// Longer than any request to the desk.
const LEFT_MINUTES: i64 = 10;

#[derive(Deserialize)]
struct Word {
    #[serde(default)]
    state: String,
    #[serde(default)]
    dates: Option<Vec<Uuid>>,
}

pub(crate) async fn follow_booking(job: JobContext) -> Result<Outcome, Fault> {
    let announced: Announced = job.payload()?;
    let booking = announced.subject.context("a booking that turned")?;
    let word: Word = serde_json::from_value(announced.payload).context("reading what became of a booking")?;
    let is_over = matches!(word.state.as_str(), "cancelled" | "lapsed" | "declined");
    if is_over || word.dates.is_some() {
        let now = job.clock.now();
        job.db
            .write(move |tx| rows::set_given_up(tx, booking, word.dates.as_deref(), now).map(|_| ()))
            .await?;
    }
    Ok(Outcome::Done)
}

pub(crate) async fn look_after_asked_days(job: JobContext, room: Holidays) -> Result<Outcome, Fault> {
    let now = job.clock.now();
    let before = now - SignedDuration::from_mins(LEFT_MINUTES);
    for day in job.db.read(move |tx| rows::list_left_asked(tx, before)).await? {
        room.line()
            .write(vec![day.programme_id.uuid()], move |tx| {
                let booking = bookings::find_booking_by_reference(tx, &reference_of(&day.form_key))?
                    .filter(|booking| booking.form_key == day.form_key && booking.state == "booked");
                let mut day = day.clone();
                // Somebody may have answered meanwhile.
                if rows::find_day(tx, day.child_id, day.date_id)?.is_none_or(|kept| kept.state != "asked") {
                    return Ok(());
                }
                day.state = if booking.is_some() { "booked" } else { "given_up" }.to_owned();
                day.booking_id = booking.map(|booking| booking.id.uuid());
                day.changed_at = now;
                rows::set_day(tx, &day)
            })
            .await?;
    }
    Ok(Outcome::Done)
}
