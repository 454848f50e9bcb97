//! What the room keeps about somebody, for their own copy; and how it is forgotten, when they ask or by itself. The room
//! knows whoever booked only by the booking; the names of walk-ins are all that it keeps itself.

use crate::{model::Came, store as rows};
use access::PersonId;
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use store::Tx;

/// How this person's bookings were marked in registers.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let Some(email) = accounts::find_email(tx, person)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (booking, reference) in bookings::list_references_of(tx, email.as_str())? {
        for (day, guest, came, meal) in rows::list_attendance_of(tx, booking)? {
            let came = Came::of(&came).map_or("", Came::words);
            all.push(json!({
                "booking": reference, "day": day, "who": format!("number {guest} of your party"), "marked": came, "meal": meal,
            }));
        }
    }
    Ok(all)
}

/// There is nothing here that names a person with an account: a mark names a booking, and who it was is forgotten by
/// the room of bookings. That somebody came stays as a count.
pub fn erase(_tx: &mut Tx<'_>, _person: PersonId, _now: Instant) -> Result<u64, Fault> {
    Ok(0)
}

/// Forgets the names of walk-ins from before an instant. Says how many.
pub fn forget_who_came(tx: &mut Tx<'_>, before: Instant, now: Instant) -> Result<u64, Fault> {
    rows::set_walk_ins_forgotten(tx, before, now)
}
