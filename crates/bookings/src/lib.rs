//! Bookings: a family's places on the dates of sessions, the queue for what is full, and what is offered when places
//! come free.
//!
//! A *booking* is one party on one or more dates, all or none; it is held, waits, is offered, is booked, or is over
//! ([`State`]). Whoever changes anything of a session takes the session's row first, so two families can never both get
//! the last place; the counts of a date stand under a check of the table's own, should that ever be forgotten; and
//! [`list_differences`] compares the counts with the rows. Many bookings of the same moment are kept by one commit
//! (`store::Together`).
//!
//! A family's form carries a key. The key makes a double submit one booking, and the reference is made from it, so it
//! stands on the page *before* the form is sent: when the answer is lost on the way, the booking can still be looked up.
//!
//! What a family was told of each of their dates is written down with the message, so each change is told once, as it is at
//! the hour of telling (`tell_of_change.rs`); and they are reminded the day before (`remind.rs`). [`move_booking`] takes
//! other dates and gives the old ones up in one step.
//!
//! It must never take a booking that was acknowledged away in silence, let a newcomer pass somebody who waits, end an
//! offer in the night, remind anybody of a date that is not held, show one family to another, or put a name, an address
//! or a child's needs into a log, an announcement or an address of the site.
//!
//! To add a way of coming to a session: a kind in `events`, and what [`book`] allows for it. To add a state: a variant of
//! [`State`] with where its places are counted, its key in the table's check (a new migration), and the simulation of
//! `tests/` will hold it to the rest.

mod allow_overbooking;
mod already_booked;
mod book;
mod book_page;
mod booking_calendar;
mod booking_page;
mod desk;
mod follow_dates;
mod invited;
mod jobs;
mod keep_places;
mod ledger;
mod mails;
mod model;
mod move_booking;
mod news;
mod over_sessions;
mod personal_data;
mod remind;
mod send_booking_message;
mod settle;
mod store;
mod tell_again;
mod tell_of_change;
mod typed;
mod words;

pub use allow_overbooking::allow_overbooking;
pub use already_booked::{AlreadyBooked, find_already_booked};
pub use book::{Booked, Contact, How, Request, Through, book, book_all};
pub use desk::{Desk, reference_of};
pub use follow_dates::close_waiting;
pub use invited::CheckInvitation;
pub use jobs::{COMPARE_PLACES, findings, jobs};
pub use ledger::{ANNOUNCEMENTS, Freed, RENEW_PLACES};
pub use mails::TEMPLATES;
pub use model::{
    Answer, BookingId, DATES_MAX, Guest, MadeBy, PARTY_MAX, QueueRule, Refused, Room, Rules, State, Waiter,
    decide_hopeful, decide_newcomer, decide_offer_end, decide_offers, decide_places,
};
pub use move_booking::move_booking;
pub use personal_data::{erase, export_about, forget_who_came};
pub use remind::REMIND_OF_BOOKINGS;
pub use send_booking_message::SEND_BOOKING_MESSAGE;
pub use settle::{Settle, give_up_dates, lapse_ended, renew_places, settle};
pub use store::{BookedDate, InvitedDate, list_booked_dates_since, list_dates_by_invitation};
pub use store::{
    BookedInMonth, BookedOn, GuestOf, QueueSeen, count_booked_by_month, find_queue_seen, list_booked_on,
    list_called_off, list_dates_booked, list_guests_of, list_references_of, list_rooms,
};
pub use store::{
    BookingRow, Difference, MIGRATIONS, count_taken, find_booking_by_reference, find_rules, list_differences,
    list_guests, set_rules,
};
pub use tell_of_change::TELL_OF_CHANGE;
pub use typed::read_day;
pub use words::places_words;

use access::{AllowOverbooking, Browse};
use web::Door;

/// The room's public addresses. A booking's own page is opened by its secret link, so it is everybody's who has that.
pub fn routes(desk: &Desk) -> Door {
    Door::new()
        .get::<Browse, _, _>("/whats-on/{slug}/book", book_page::get)
        .post::<Browse, _, _>("/whats-on/{slug}/book", book_page::post)
        .get::<Browse, _, _>("/bookings", booking_page::look)
        .post::<Browse, _, _>("/bookings", booking_page::find_by_reference)
        .get::<Browse, _, _>("/bookings/{reference}/{secret}", booking_page::get)
        .post::<Browse, _, _>("/bookings/{reference}/{secret}", booking_page::post)
        .get::<Browse, _, _>("/bookings/{reference}/{secret}/calendar.ics", booking_calendar::get)
        .with_state(desk.clone())
}

/// The room's addresses for staff.
pub fn staff_door(desk: &Desk) -> Door {
    Door::new()
        .get::<AllowOverbooking, _, _>("/admin/sessions/{slug}/places", keep_places::get)
        .post::<AllowOverbooking, _, _>("/admin/sessions/{slug}/places", keep_places::post)
        .with_state(desk.clone())
}
