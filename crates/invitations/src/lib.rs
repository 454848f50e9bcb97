//! Invitations: a practitioner asks a family to a session, and sees whether the invitation was opened, booked and
//! attended.
//!
//! An invitation is a code of ten letters: on a link, in a text or an e-mail, as a square for a camera, or on a printed
//! slip. Who opened it is counted when somebody goes on from its page, which no reader of mails does by itself. What was
//! booked by it is asked of `bookings`, and who came of `registers`: nothing of a family is kept here but the first name
//! that the one who invited may have typed for themselves.
//!
//! It must never tell anybody but the one who invited which family it was, keep where an invitation was sent, or let one
//! invitation open a closed session to more than one family at a time.
//!
//! To add a way of handing an invitation over: a variant of [`How`], its key in the table's check (a new migration), and
//! what `invite_family.rs` asks for it. To add a page: a file named after what a person does there, a template, a line in
//! the door.

mod invite_family;
mod list_invitations;
mod mails;
mod model;
mod open_invitation;
mod personal_data;
mod qr;
mod session_facts;
mod show_figures;
mod show_invitation;
mod store;
mod words;

pub use invite_family::{Invited, NewInvitation, invite};
pub use mails::TEMPLATES;
pub use model::{How, InvitationId, SLIPS_MAX};
pub use open_invitation::is_open_for;
pub use personal_data::{erase, export_about, forget_whom_we_invited};
pub use store::MIGRATIONS;

use access::{Browse, InviteFamily, SeeBookingFigures};
use bookings::Desk;
use events::Events;
use jobs::Runner;
use web::{Door, Site};

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    desk: Desk,
    events: Events,
}

impl Invitations {
    /// Opens the room beside the desk where bookings are made.
    pub fn new(desk: &Desk, events: &Events) -> Invitations {
        Invitations { desk: desk.clone(), events: events.clone() }
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
pub fn routes(room: &Invitations) -> Door {
    Door::new()
        .get::<Browse, _, _>("/i/{code}", open_invitation::get)
        .post::<Browse, _, _>("/i/{code}", open_invitation::post)
        .with_state(room.clone())
}

/// The room's addresses for staff.
pub fn staff_door(room: &Invitations) -> Door {
    Door::new()
        .get::<InviteFamily, _, _>("/admin/invitations", list_invitations::get)
        .get::<InviteFamily, _, _>("/admin/invitations/new", invite_family::get)
        .post::<InviteFamily, _, _>("/admin/invitations/new", invite_family::post)
        .get::<SeeBookingFigures, _, _>("/admin/invitations/figures", show_figures::get)
        .get::<InviteFamily, _, _>("/admin/invitations/{id}", show_invitation::get)
        .post::<InviteFamily, _, _>("/admin/invitations/{id}", show_invitation::post)
        .get::<InviteFamily, _, _>("/admin/invitations/{id}/slips", show_invitation::slips)
        .with_state(room.clone())
}

/// The house's runner with the jobs of this room. It has none: what became of an invitation is asked when somebody looks.
pub fn jobs(runner: Runner, _room: &Invitations) -> Runner {
    runner
}
