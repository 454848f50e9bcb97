//! Appointments: a team publishes when it can be seen, one family at a time; a family, or a practitioner for it, picks,
//! moves or cancels a time.
//!
//! What a team publishes is kept as a session of the kind 'one to one', with one weekly rule for each time of day and one
//! place on each date. So the rules of terms, the guard that no place is sold twice, the messages, the calendars and the
//! registers are those of every session. This room keeps the hours the rules are made from, moves the end of them on week
//! by week, and says how each appointment ended.
//!
//! It must never give one time to two families, move a booked time in silence, offer a time that crosses a booked one, or
//! show a family's name to anybody but the team and the professional who booked for them.
//!
//! To add a field of what a team publishes: a field of [`AvailabilityDraft`] with its check, and where `decide_session`
//! puts it. To add a page: a file named after what a person does there, a template, a line in the door.

mod book_for_family;
mod form;
mod keep_availability;
mod list_availabilities;
mod model;
mod move_appointment;
mod pick_time;
mod publish;
mod show_diary;
mod store;
mod times;

pub use crate::store::MIGRATIONS;
pub use model::{AvailabilityDraft, By, DayOff, Outcome, Window};
pub use publish::{MOVE_TIMES_ON, Published, move_times_on, publish_availability};

use access::{BookForFamily, Browse, KeepBookings, KeepSessions};
use bookings::Desk;
use events::Events;
use jobs::Runner;
use notify::Template;
use web::{Door, Site};

/// Every message this room sends: those of `bookings` say all that there is to say.
pub static TEMPLATES: &[&Template] = &[];

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Appointments {
    desk: Desk,
    events: Events,
}

impl Appointments {
    /// Opens the room beside the desk where bookings are made.
    pub fn new(desk: &Desk, events: &Events) -> Appointments {
        Appointments { desk: desk.clone(), events: events.clone() }
    }

    /// The site.
    pub fn site(&self) -> &Site {
        self.desk.site()
    }

    /// The sessions.
    pub fn events(&self) -> &Events {
        &self.events
    }
}

/// The room's public addresses.
pub fn routes(room: &Appointments) -> Door {
    Door::new()
        .get::<Browse, _, _>("/appointments/{slug}", pick_time::get)
        .get::<Browse, _, _>("/appointments/{slug}/move/{reference}/{secret}", move_appointment::get)
        .post::<Browse, _, _>("/appointments/{slug}/move/{reference}/{secret}", move_appointment::post)
        .with_state(room.clone())
}

/// The room's addresses for staff.
pub fn staff_door(room: &Appointments) -> Door {
    Door::new()
        .get::<KeepSessions, _, _>("/admin/appointments", list_availabilities::get)
        .get::<BookForFamily, _, _>("/admin/appointments/for-families", list_availabilities::get)
        .get::<KeepSessions, _, _>("/admin/appointments/new", keep_availability::get_new)
        .post::<KeepSessions, _, _>("/admin/appointments/new", keep_availability::post_new)
        .get::<KeepSessions, _, _>("/admin/appointments/{slug}", keep_availability::get)
        .post::<KeepSessions, _, _>("/admin/appointments/{slug}", keep_availability::post)
        .get::<BookForFamily, _, _>("/admin/appointments/{slug}/book", book_for_family::get)
        .post::<BookForFamily, _, _>("/admin/appointments/{slug}/book", book_for_family::post)
        .get::<BookForFamily, _, _>("/admin/appointments/{slug}/booked/{reference}", book_for_family::get_one)
        .post::<BookForFamily, _, _>(
            "/admin/appointments/{slug}/booked/{reference}",
            book_for_family::post_one,
        )
        .get::<KeepBookings, _, _>("/admin/appointments/{slug}/diary", show_diary::get)
        .get::<KeepBookings, _, _>("/admin/appointments/{slug}/appointments.csv", show_diary::csv)
        .with_state(room.clone())
}

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, room: &Appointments) -> Runner {
    let site = room.site().clone();
    runner
        .on(MOVE_TIMES_ON, move |_| {
            let site = site.clone();
            async move {
                move_times_on(&site).await?;
                Ok(jobs::Outcome::Done)
            }
        })
        .schedule(MOVE_TIMES_ON, DAY_SECONDS)
}
