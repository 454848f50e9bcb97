//! `GET` and `POST /appointments/{slug}/move/{reference}/{secret}`: a family takes another time and gives the old one up, in
//! one step. The secret is that of the booking's own link.

use crate::{
    Appointments,
    model::By,
    store as rows,
    times::{Day, For, date_words, find_offer},
};
use access::{Browse, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use bookings::{BookingRow, Refused};
use events::SessionDate;
use kernel::{Fault, Instant, Refusal};
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Reply, Site,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "move_appointment.html")]
struct MoveView {
    slug: String,
    reference: String,
    secret: String,
    title: String,
    is_now: String,
    days: Vec<Day>,
    summary: String,
    phone: String,
}

/// An appointment of a team, and when it is.
pub(crate) struct Appointment {
    pub booking: BookingRow,
    pub dates: Vec<SessionDate>,
}

/// The booking of a reference, where it is one of this team's.
pub(crate) fn find_appointment(
    tx: &mut Tx<'_>,
    slug: &str,
    reference: &str,
) -> Result<Option<Appointment>, Fault> {
    let Some(availability) = rows::find_availability(tx, slug)? else { return Ok(None) };
    let booking = bookings::find_booking_by_reference(tx, &reference.to_uppercase())?
        .filter(|booking| booking.session_id == availability.session_id);
    let Some(booking) = booking else { return Ok(None) };
    let kept: Vec<Uuid> = bookings::list_dates_booked(tx, &[booking.id])?
        .into_iter()
        .filter(|date| date.given_up_at.is_none())
        .map(|date| date.date_id)
        .collect();
    Ok(Some(Appointment { dates: events::list_dates_by_id(tx, &kept)?, booking }))
}

impl Appointment {
    /// Whether it can still be moved or taken back.
    pub fn is_to_come(&self, now: Instant) -> bool {
        self.booking.state == "booked" && self.dates.iter().any(|date| date.starts_at > now)
    }

    /// When it is, in words.
    pub fn when(&self) -> String {
        self.dates.iter().map(date_words).collect::<Vec<_>>().join("; ")
    }
}

pub(crate) async fn get(
    State(room): State<Appointments>,
    Path((slug, reference, secret)): Path<(String, String, String)>,
) -> Reply {
    page(&room, slug, reference, secret, "").await
}

pub(crate) async fn post(
    State(room): State<Appointments>,
    Path((slug, reference, secret)): Path<(String, String, String)>,
    form: Form,
) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let looked = (slug.clone(), reference.clone());
    let found = site.db().read(move |tx| find_appointment(tx, &looked.0, &looked.1)).await?;
    let Some(found) = found.filter(|found| room.desk.is_link_secret(found.booking.id, &secret)) else {
        return Ok(missing());
    };
    let Ok(to) = form.get("to").parse::<Uuid>() else {
        return page(&room, slug, reference, secret, "Choose a time").await;
    };
    match move_to(&room, &slug, &found, to, For::Family, now).await? {
        Ok(()) => {
            let id = found.booking.id;
            site.db()
                .write(move |tx| {
                    rows::insert_act(tx, id.uuid(), "moved", By::Family, now)?;
                    let may = May::<Browse>::decide(&access::Actor::Visitor, On::one("booking", id))?;
                    audit::record(tx, &may, "moved an appointment", "by its own link", now);
                    Ok(())
                })
                .await?;
            Ok(see_other(&format!("/bookings/{reference}/{secret}")))
        }
        Err(problem) => page(&room, slug, reference, secret, problem).await,
    }
}

/// Takes the new time and gives the old one up; the sentence where that is not possible.
pub(crate) async fn move_to(
    room: &Appointments,
    slug: &str,
    found: &Appointment,
    to: Uuid,
    whom: For,
    now: Instant,
) -> Result<Result<(), &'static str>, Fault> {
    if !found.is_to_come(now) {
        return Ok(Err("This appointment is over or cancelled, so it cannot be moved"));
    }
    let looked = slug.to_owned();
    let offer = room.site().db().read(move |tx| find_offer(tx, &looked, whom, now)).await?;
    if !offer.is_some_and(|offer| offer.has(to)) {
        return Ok(Err(GONE));
    }
    Ok(match bookings::move_booking(&room.desk, found.booking.id, vec![to]).await? {
        Ok(_) => Ok(()),
        Err(why) => Err(match why {
            Refused::Full(_) | Refused::NotHeld | Refused::TooLate => GONE,
            Refused::Age { .. } => {
                "This is for children of another age on that day. Choose an earlier day, or ring"
            }
            _ => "It could not be moved to this time. Choose another",
        }),
    })
}

/// Somebody else was quicker.
const GONE: &str = "This time is not free any more. Your old time is still yours. Choose another";

async fn page(
    room: &Appointments,
    slug: String,
    reference: String,
    secret: String,
    problem: &'static str,
) -> Reply {
    let site: &Site = room.site();
    let now = site.clock().now();
    let looked = (slug.clone(), reference.clone());
    let found = site
        .db()
        .read(move |tx| {
            let found = find_appointment(tx, &looked.0, &looked.1)?;
            Ok(found.zip(find_offer(tx, &looked.0, For::Family, now)?))
        })
        .await?;
    let Some((found, offer)) = found.filter(|(found, _)| room.desk.is_link_secret(found.booking.id, &secret))
    else {
        return Ok(missing());
    };
    if !found.is_to_come(now) {
        return Ok(see_other(&format!("/bookings/{reference}/{secret}")));
    }
    let field = if offer.days.is_empty() { "" } else { "times" };
    let refused = (!problem.is_empty()).then(|| Refusal::at(field, problem));
    let errors = Errors(refused.into_iter().collect());
    let (status, title) = errors.page("Move your appointment");
    let body = MoveView {
        title: offer.session.title.clone(),
        is_now: found.when(),
        days: offer.days,
        slug,
        reference,
        secret,
        summary: ErrorSummary { errors: &errors }.render()?,
        phone: site.council().phone.clone(),
    };
    show_with(site, status, &Page::new(title), &body)
}
