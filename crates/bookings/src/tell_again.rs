//! A family that asks for a place it has already is sent its link again: to the address that its booking names, whoever it
//! was that typed it, and at most once an hour.

use crate::{
    desk::Desk,
    mails::{BOOKED, OFFERED, WAITING},
    model::{BookingId, State},
    send_booking_message::{address_of, values},
    store as rows,
};
use jiff::SignedDuration;
use kernel::Fault;
use notify::Message;
use uuid::Uuid;

/// How the family is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// They have the link: it was sent now or within the hour.
    Sent(State),
    /// Nothing can be sent from here.
    NotSent(State),
}

/// Sends the link of a booking again.
pub(crate) async fn tell_again(desk: &Desk, id: BookingId) -> Result<Told, Fault> {
    let site = desk.site().clone();
    let desk = desk.clone();
    let now = site.clock().now();
    site.db()
        .write(move |tx| {
            let Some(booking) = rows::find_booking(tx, id)? else {
                return Ok(Told::NotSent(State::Cancelled));
            };
            let state = State::of(&booking.state).unwrap_or(State::Cancelled);
            let template = match state {
                State::Booked => &BOOKED,
                State::Waiting => &WAITING,
                State::Offered => &OFFERED,
                State::Held | State::Cancelled | State::Lapsed | State::Declined => {
                    return Ok(Told::NotSent(state));
                }
            };
            let Some(to) = address_of(&booking) else { return Ok(Told::NotSent(state)) };
            if desk.site().council().public_url.is_empty() {
                return Ok(Told::NotSent(state));
            }
            if rows::set_told_again(tx, id, now, now - SignedDuration::from_hours(1))? {
                let ids: Vec<Uuid> =
                    rows::list_session_dates_of(tx, id)?.into_iter().map(|(date, _)| date).collect();
                let dates = events::list_dates_by_id(tx, &ids)?;
                let values = values(tx, &desk, &booking, &dates)?;
                let message = Message { template, to, person: None, values, once: None };
                notify::queue(tx, &message, desk.site().dice(), now)?;
            }
            Ok(Told::Sent(state))
        })
        .await
}
