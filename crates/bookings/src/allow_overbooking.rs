//! More may be booked on a date than there are places, because somebody with the right said so and why: some never come,
//! and an empty place helps nobody.

use crate::{
    ledger::{self, Freed, is_held, offer_freed},
    model::Refused,
    store as rows,
};
use access::{AllowOverbooking, May, audit};
use kernel::{Fault, Instant};
use store::Tx;
use uuid::Uuid;

/// Allows so many bookings more than there are places on a date, and offers them first to those who wait. The trail says
/// who allowed how many, and why. Fewer than before drop nobody. Says who was offered a place.
pub fn allow_overbooking(
    tx: &mut Tx,
    may: &May<AllowOverbooking>,
    date: Uuid,
    places: u32,
    why: &str,
    now: Instant,
) -> Result<Result<Freed, Refused>, Fault> {
    let found = events::list_bookable_dates(tx, &[date])?;
    let Some(session) = found.first().filter(|date| is_held(date)).map(|date| date.session_id) else {
        return Ok(Err(Refused::NotHeld));
    };
    rows::take_sessions(tx, &[session.uuid()])?;
    let found = events::list_bookable_dates(tx, &[date])?;
    for (date, (session, room)) in ledger::rooms(tx, &found)? {
        rows::set_places(tx, date, session, (room.capacity, i64::from(places)), (0, 0))?;
    }
    audit::record(tx, may, format!("allowed {places} more bookings than places"), why, now);
    offer_freed(tx, &[session.uuid()], now).map(Ok)
}
