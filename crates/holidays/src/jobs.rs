//! What the room does by itself.

use crate::{
    check_eligibility::{CHECK_ELIGIBILITY, check_eligibility},
    follow_bookings::{FOLLOW_BOOKING, LOOK_AFTER_ASKED_DAYS, follow_booking, look_after_asked_days},
    open_morning::{DRAW_ORDER, draw_order},
    room::Holidays,
};
use jobs::Runner;

const FIVE_MINUTES: i64 = 300;

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, room: &Holidays) -> Runner {
    let (asks, looks, draws) = (room.clone(), room.clone(), room.clone());
    runner
        .on(CHECK_ELIGIBILITY, move |job| check_eligibility(job, asks.clone()))
        .on(FOLLOW_BOOKING, follow_booking)
        .subscribe("booking_turned", FOLLOW_BOOKING)
        .subscribe("booking_dates_given_up", FOLLOW_BOOKING)
        .on(LOOK_AFTER_ASKED_DAYS, move |job| look_after_asked_days(job, looks.clone()))
        .schedule(LOOK_AFTER_ASKED_DAYS, FIVE_MINUTES)
        .on(DRAW_ORDER, move |job| draw_order(job, draws.clone()))
}
