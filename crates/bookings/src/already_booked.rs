//! Whether a party is on a date already by another form, with its reference. It is for those who keep the session, who
//! then ask the family: on the public page it would tell whoever knows a child's name where that child will be.

use crate::{
    book::Request,
    ledger,
    model::{State, decide_is_same_party, mobile_as_kept, read_mobile},
    store as rows,
};
use kernel::Fault;
use store::Tx;
use uuid::Uuid;

/// A booking of the same party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlreadyBooked {
    /// What the family says on the phone.
    pub reference: String,
    /// The date that both are for.
    pub date: Uuid,
    /// Whether it has its places or waits for them.
    pub state: State,
}

/// A booking that stands, on one of the dates of the wish, with the same contact and the same child. None for a form that
/// was sent before: it is that booking.
pub fn find_already_booked(tx: &mut Tx, wish: &Request) -> Result<Option<AlreadyBooked>, Fault> {
    let email = wish.contact.email.as_ref().map(|email| email.as_str());
    // Staff type a number as it is said to them; the public form keeps every number in one way.
    let typed = wish.contact.phone.as_ref();
    let read = typed.and_then(|phone| read_mobile(phone.as_str()));
    let phones: Vec<String> = typed.into_iter().chain(&read).flat_map(mobile_as_kept).collect();
    if rows::find_booking_by_key(tx, &wish.form_key)?.is_some() {
        return Ok(None);
    }
    for id in rows::list_live_of_contact(tx, email, &phones, &wish.dates, &wish.form_key)? {
        if !decide_is_same_party(&wish.party, &rows::list_guests(tx, id)?) {
            continue;
        }
        let dates = rows::list_session_dates_of(tx, id)?;
        let date = dates.into_iter().map(|(date, _)| date).find(|date| wish.dates.contains(date));
        let booking = ledger::found(tx, id)?;
        if let (Some(state), Some(date)) = (State::of(&booking.state), date) {
            return Ok(Some(AlreadyBooked { reference: booking.reference, date, state }));
        }
    }
    Ok(None)
}
