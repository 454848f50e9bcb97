//! What the room keeps about somebody, for their own copy; and how it is forgotten, when they ask or by itself.

use crate::{
    ledger::offer_freed,
    model::State,
    settle::cancel,
    store::{self as rows},
    words::date_words,
};
use access::PersonId;
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::Tx;
use uuid::Uuid;

/// Every booking that names this person's e-mail address.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let Some(email) = accounts::find_email(tx, person)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for booking in rows::list_bookings_of(tx, email.as_str())? {
        let ids: Vec<Uuid> =
            rows::list_session_dates_of(tx, booking.id)?.into_iter().map(|(date, _)| date).collect();
        let dates: Vec<String> =
            events::list_bookable_dates(tx, &ids)?.iter().map(|date| date_words(date.starts_at)).collect();
        let session = events::find_session(tx, booking.session_id)?.map(|session| session.title);
        let party = rows::list_guests(tx, booking.id)?;
        all.push(json!({
            "reference": booking.reference, "session": session, "dates": dates, "state": booking.state, "name": booking.contact_name,
            "email": booking.email, "phone": booking.phone, "note": booking.note, "made_at": booking.made_at,
            "party": party.iter().map(|guest| json!({"name": guest.name, "born": guest.born, "needs": guest.needs})).collect::<Vec<_>>(),
        }));
    }
    Ok(all)
}

/// Forgets who booked: what is still to come is cancelled first, so that nobody is expected; how many came, and when,
/// stays. Says how many bookings there were.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, now: Instant) -> Result<u64, Fault> {
    let Some(email) = accounts::find_email(tx, person)? else { return Ok(0) };
    let mut sessions: BTreeSet<Uuid> = BTreeSet::new();
    for booking in rows::list_bookings_of(tx, email.as_str())? {
        sessions.extend(rows::list_sessions_of(tx, booking.id)?);
    }
    let sessions: Vec<Uuid> = sessions.into_iter().collect();
    if sessions.is_empty() {
        return Ok(0);
    }
    rows::take_sessions(tx, &sessions)?;
    // Read again with the rows taken: nothing of these sessions moves any more until this is kept.
    let all = rows::list_bookings_of(tx, email.as_str())?;
    let many = all.len();
    for mut booking in all {
        let state = State::of(&booking.state).unwrap_or(State::Cancelled);
        let is_to_come = booking.last_at > now;
        if is_to_come && matches!(state, State::Held | State::Waiting | State::Offered | State::Booked) {
            cancel(tx, &mut booking, "cancelled when the family was forgotten", now)?;
        }
        rows::set_forgotten(tx, booking.id, now)?;
    }
    offer_freed(tx, &sessions, now)?;
    Ok(u64::try_from(many)?)
}

/// Forgets who came to what was over before an instant. Says how many bookings.
pub fn forget_who_came(tx: &mut Tx<'_>, before: Instant, now: Instant) -> Result<u64, Fault> {
    let old = rows::list_unforgotten(tx, before)?;
    for id in &old {
        rows::set_forgotten(tx, *id, now)?;
    }
    Ok(u64::try_from(old.len())?)
}
