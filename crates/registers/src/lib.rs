//! Registers: who has booked and who came, on a phone, without a network, and on paper; and what a person decides when
//! somebody did not come.
//!
//! Every mark is kept as it was made, with the key of the device that made it. The last by time counts ([`list_marks`]);
//! marks that did not know of each other and disagree are listed for a person. So devices that were without a network may
//! send what they kept in any order, and twice.
//!
//! It must never show a name to anybody but who keeps the session, lose a mark that was made without a network, release a
//! place without a person's decision, say that somebody came to a date that has not begun, or put a name into an address, a log or the trail.
//!
//! To add a page: a file named after what a person does there, a template, a line in the door.

mod absences;
mod book_for_family;
mod change_booking;
mod count_drop_in;
mod figures;
mod keep_register;
mod mails;
mod marks;
mod model;
mod paper;
mod personal_data;
mod roll;
mod store;
mod sync_marks;
mod who_has_booked;

pub use crate::store::{
    MIGRATIONS, WalkIn, count_drop_in, count_drop_ins, find_absence_rule, list_marks, list_walk_ins,
};
pub use absences::RELEASE_PLACES;
pub use mails::TEMPLATES;
pub use marks::{ANNOUNCEMENTS, NewWalkIn, count_at_drop_in, insert_walk_in, set_mark, set_marks};
pub use model::{
    AGE_BANDS, Absence, AbsenceRule, Came, Decision, DropIn, Mark, MarkKey, Meal, NewMark, Off, Opening,
    Small, Standing, Whom, decide_count_words, decide_listed, decide_marked_at, decide_opening,
    decide_standing, is_few,
};
pub use personal_data::{erase, export_about, forget_who_came};

use access::{KeepBookings, SeeBookingFigures};
use bookings::Desk;
use events::Events;
use jobs::Runner;
use web::{Door, Site};

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Registers {
    desk: Desk,
    events: Events,
}

impl Registers {
    /// Opens the room beside the desk where bookings are made.
    pub fn new(desk: &Desk, events: &Events) -> Registers {
        Registers { desk: desk.clone(), events: events.clone() }
    }

    /// The site.
    pub fn site(&self) -> &Site {
        self.desk.site()
    }

    /// The sessions.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The desk where bookings are made.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }
}

/// The room's public addresses. It has none: a register is nobody's but those who keep it.
pub fn routes(room: &Registers) -> Door {
    Door::new().with_state(room.clone())
}

/// The room's addresses for staff.
pub fn staff_door(room: &Registers) -> Door {
    Door::new()
        .get::<KeepBookings, _, _>("/admin/sessions/{slug}/bookings", who_has_booked::get)
        .get::<KeepBookings, _, _>("/admin/sessions/{slug}/bookings/new", book_for_family::get)
        .post::<KeepBookings, _, _>("/admin/sessions/{slug}/bookings/new", book_for_family::post)
        .get::<KeepBookings, _, _>("/admin/sessions/{slug}/bookings/{reference}", change_booking::get)
        .post::<KeepBookings, _, _>("/admin/sessions/{slug}/bookings/{reference}", change_booking::post)
        .get::<KeepBookings, _, _>("/register", keep_register::list)
        .get::<KeepBookings, _, _>("/register/{date}", keep_register::get)
        .post::<KeepBookings, _, _>("/register/{date}", keep_register::post)
        .post::<KeepBookings, _, _>("/register/{date}/marks", sync_marks::post)
        .get::<KeepBookings, _, _>("/register/{date}/paper", paper::get)
        .get::<KeepBookings, _, _>("/admin/absences", absences::get)
        .post::<KeepBookings, _, _>("/admin/absences", absences::post)
        .get::<SeeBookingFigures, _, _>("/admin/attendance", figures::get)
        .with_state(room.clone())
}

/// The house's runner with the jobs of this room. None runs by itself: each does what a person decided.
pub fn jobs(runner: Runner, room: &Registers) -> Runner {
    let room = room.clone();
    runner.on(RELEASE_PLACES, move |job| absences::release_places(job, room.clone()))
}
