//! `/admin/appointments/{slug}/book`: a professional, or the team, picks a time for a family; and
//! `/admin/appointments/{slug}/booked/{reference}`, where they move it or take it back. A professional reads only what they
//! booked themselves.

use crate::{
    Appointments,
    model::By,
    move_appointment::{Appointment, find_appointment, move_to},
    store as rows,
    times::{Day, For, Offer, child_words, find_offer},
};
use access::{BookForFamily, Denied, KeepBookings, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use bookings::{Contact, Guest, How, MadeBy, Refused, Request, Settle, Through};
use kernel::{Date, Email, Fault, Phone, Refusal, one_line};
use safety::Level;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input, Textarea},
    missing, see_other, show_with,
};

/// The longest name, in letters.
const NAME_MAX: usize = 80;
/// The longest note, in letters.
const NOTE_MAX: usize = 500;

#[derive(Template)]
#[template(path = "book_for_family.html")]
struct BookView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    place: String,
    times: String,
    has_times: bool,
    fields: String,
    form_key: String,
    seen: bool,
}

#[derive(Template)]
#[template(path = "appointment.html")]
struct OneView {
    summary: String,
    made: bool,
    slug: String,
    title: String,
    reference: String,
    when: String,
    who: String,
    children: Vec<String>,
    /// What would help them to take part, as somebody typed it.
    note: String,
    contact: String,
    state: &'static str,
    is_to_come: bool,
    times: String,
    has_times: bool,
    diary: bool,
}

/// A time, as a list to choose from, by day.
#[derive(Template)]
#[template(path = "select_time.html")]
struct SelectTime<'a> {
    name: &'a str,
    label: &'a str,
    days: &'a [Day],
    value: &'a str,
    error: Option<&'a str>,
}

impl SelectTime<'_> {
    fn is_chosen(&self, id: &Uuid) -> bool {
        id.to_string() == self.value
    }
}

/// The form as typed.
#[derive(Default)]
struct Typed {
    time: String,
    child: String,
    born: String,
    name: String,
    email: String,
    phone: String,
    note: String,
    form_key: String,
    seen: bool,
}

async fn find(room: &Appointments, slug: &str) -> Result<Option<Offer>, Fault> {
    let (slug, now) = (slug.to_owned(), room.site().clock().now());
    room.site().db().read(move |tx| find_offer(tx, &slug, For::Staff, now)).await
}

fn permitted(who: &Who, offer: &Offer) -> Result<May<BookForFamily>, Denied> {
    let on = On::one("session", offer.availability.session_id);
    who.may(on.of_organization(offer.availability.organization_id))
}

fn keeps(who: &Who, organization: Uuid) -> bool {
    who.may::<KeepBookings>(On::all("booking").of_organization(organization)).is_ok()
}

/// `GET /admin/appointments/{slug}/book`.
pub(crate) async fn get(
    State(room): State<Appointments>,
    who: Who,
    Path(slug): Path<String>,
    params: Params,
) -> Reply {
    let Some(offer) = find(&room, &slug).await? else { return Ok(missing()) };
    permitted(&who, &offer)?;
    let typed = Typed {
        time: params.get("date").to_owned(),
        form_key: room.site().dice().hex::<16>(),
        ..Typed::default()
    };
    page(room.site(), &offer, &typed, &Errors::default(), None)
}

/// `POST /admin/appointments/{slug}/book`.
pub(crate) async fn post(
    State(room): State<Appointments>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let site = room.site();
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let Some(offer) = find(&room, &slug).await? else { return Ok(missing()) };
    let may = permitted(&who, &offer)?;
    let Some(person) = who.actor.person() else { return Ok(missing()) };
    let text = |name: &str| form.get(name).to_owned();
    let typed = Typed {
        time: text("time"),
        child: one_line(form.get("child")),
        born: text("born"),
        name: one_line(form.get("name")),
        email: text("email"),
        phone: text("phone"),
        note: text("note"),
        form_key: text("form_key"),
        seen: !form.get("seen").is_empty(),
    };
    if level == Level::Red && !typed.seen {
        return page(site, &offer, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let time = typed.time.parse::<Uuid>().ok();
    let is_of_this_team = match time {
        Some(time) => {
            let found = site.db().read(move |tx| events::find_date(tx, time)).await?;
            found.is_some_and(|date| date.session_id == offer.availability.session_id)
        }
        None => false,
    };
    let time = time.filter(|_| is_of_this_team);
    let by =
        if keeps(&who, offer.availability.organization_id) { MadeBy::Staff } else { MadeBy::Practitioner };
    let wish = match parse(&offer, &typed, time, by, site.clock().today()) {
        Ok(wish) => wish,
        Err(errors) => return page(site, &offer, &typed, &errors, card),
    };
    let (now, key, of) = (site.clock().now(), wish.form_key.clone(), slug.clone());
    // Before the booking, so that there is none of which nobody knows who made it.
    site.db()
        .write(move |tx| {
            rows::insert_made(tx, &key, &of, person, now)?;
            audit::record(tx, &may, "asked for an appointment for a family", "", now);
            Ok(())
        })
        .await?;
    match bookings::book(&room.desk, wish).await? {
        Ok(booked) => {
            Ok(see_other(&format!("/admin/appointments/{slug}/booked/{}?made=1", booked.reference)))
        }
        Err(why) => page(site, &offer, &typed, &Errors(vec![refused(&why)]), card),
    }
}

fn refused(why: &Refused) -> Refusal {
    match why {
        Refused::Full(_) | Refused::NotHeld | Refused::TooLate | Refused::Dates => {
            Refusal::at("time", "Somebody else has taken this time. Choose another")
        }
        Refused::Age { .. } => Refusal::at("born", "This is for children of another age on that day"),
        Refused::OtherContent => Refusal::at(
            "",
            "This form was sent before with other answers, and that booking stands. Open a new form",
        ),
        _ => Refusal::at("", "This could not be booked. Look at the times again"),
    }
}

fn parse(
    offer: &Offer,
    typed: &Typed,
    time: Option<Uuid>,
    made_by: MadeBy,
    today: Date,
) -> Result<Request, Errors> {
    let mut errors = Errors::default();
    let time = errors.take("time", time.ok_or_else(|| "Choose a time".to_owned()));
    if typed.name.is_empty() || typed.name.chars().count() > NAME_MAX {
        errors
            .0
            .push(Refusal::at("name", format!("Type the grown-up’s name, in {NAME_MAX} letters or fewer")));
    }
    if typed.child.chars().count() > NAME_MAX {
        errors.0.push(Refusal::at("child", format!("Use {NAME_MAX} letters or fewer")));
    }
    let ages = offer.session.ages;
    let asks_birth = ages.from_months > 0 || ages.under_months.is_some();
    let born = match typed.born.as_str() {
        "" => None,
        typed => bookings::read_day(typed).filter(|born| *born <= today),
    };
    if born.is_none() && (asks_birth && !typed.child.is_empty() || !typed.born.is_empty()) {
        errors.0.push(Refusal::at("born", "Type the child’s date of birth, for example 27 3 2024"));
    }
    let email =
        (!typed.email.is_empty()).then(|| errors.take("email", typed.email.parse::<Email>())).flatten();
    let phone =
        (!typed.phone.is_empty()).then(|| errors.take("phone", typed.phone.parse::<Phone>())).flatten();
    if typed.email.is_empty() && typed.phone.is_empty() {
        let sentence = "Type the family’s email or mobile number, so that they are told of changes";
        errors.0.push(Refusal::at("email", sentence));
    }
    if typed.note.chars().count() > NOTE_MAX {
        errors.0.push(Refusal::at("note", format!("Use {NOTE_MAX} letters or fewer")));
    }
    if typed.form_key.len() != 32 || !typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        errors.0.push(Refusal::at("", "This form has lost its key. Open it once more"));
    }
    let Some(time) = time.filter(|_| errors.is_empty()) else { return Err(errors) };
    let child = (!typed.child.is_empty()).then(|| Guest {
        name: typed.child.clone(),
        born,
        grown_up: false,
        needs: String::new(),
    });
    let grown_up = Guest { name: typed.name.clone(), born: None, grown_up: true, needs: String::new() };
    Ok(Request {
        form_key: typed.form_key.clone(),
        how: How::Booked,
        dates: vec![time],
        party: child.into_iter().chain([grown_up]).collect(),
        contact: Contact { name: typed.name.clone(), email, phone },
        note: typed.note.trim().to_owned(),
        made_by,
        invitation: None,
        through: Through::Session,
    })
}

fn page(site: &Site, offer: &Offer, typed: &Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let input = |name: &str, label: &str, value: &str, kind: &str| -> Result<String, Fault> {
        let error = errors.at(name);
        let hint = if name == "born" { "For example, 27 3 2024" } else { "" };
        Ok(Input { name, label, hint, value, kind, autocomplete: "off", error }.render()?)
    };
    let fields = [
        input("name", "The grown-up’s name", &typed.name, "text")?,
        input("email", "Their email", &typed.email, "email")?,
        input("phone", "Their mobile number", &typed.phone, "tel")?,
        input("child", "The child’s first name (optional)", &typed.child, "text")?,
        input("born", "The child’s date of birth (optional)", &typed.born, "text")?,
        Textarea {
            name: "note",
            label: "What would help them to take part? (optional)",
            hint: "For example: an interpreter, a wheelchair. Leave out the reason for the appointment.",
            value: &typed.note,
            rows: 3,
            error: errors.at("note"),
        }
        .render()?,
    ];
    let body = BookView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: offer.session.slug.clone(),
        title: offer.session.title.clone(),
        place: offer.place.clone(),
        times: SelectTime {
            name: "time",
            label: "Which time?",
            days: &offer.days,
            value: &typed.time,
            error: errors.at("time"),
        }
        .render()?,
        has_times: !offer.days.is_empty(),
        fields: fields.concat(),
        form_key: typed.form_key.clone(),
        seen: typed.seen,
    };
    let (status, title) = errors.page(&format!("Book for a family: {}", offer.session.title));
    show_with(site, status, &Page::new(title), &body)
}

/// An appointment that somebody may read: the team, or the professional who booked it.
struct Found {
    appointment: Appointment,
    offer: Offer,
    may: May<BookForFamily>,
    keeps: bool,
}

async fn find_one(
    room: &Appointments,
    who: &Who,
    slug: &str,
    reference: &str,
) -> Result<Option<Found>, Fault> {
    let Some(offer) = find(room, slug).await? else { return Ok(None) };
    permitted(who, &offer)?;
    let (of, wanted) = (slug.to_owned(), reference.to_owned());
    let found = room
        .site()
        .db()
        .read(move |tx| {
            let Some(found) = find_appointment(tx, &of, &wanted)? else { return Ok(None) };
            let by = rows::find_made_by(tx, &found.booking.form_key)?;
            Ok(Some((found, by)))
        })
        .await?;
    let Some((appointment, by)) = found else { return Ok(None) };
    let keeps = keeps(who, offer.availability.organization_id);
    if !keeps && (by.is_none() || by != who.actor.person()) {
        return Ok(None);
    }
    let on = On::one("booking", appointment.booking.id).of_organization(offer.availability.organization_id);
    Ok(Some(Found { appointment, may: who.may(on)?, offer, keeps }))
}

/// `GET /admin/appointments/{slug}/booked/{reference}`.
pub(crate) async fn get_one(
    State(room): State<Appointments>,
    who: Who,
    Path((slug, reference)): Path<(String, String)>,
    params: Params,
) -> Reply {
    let Some(found) = find_one(&room, &who, &slug, &reference).await? else { return Ok(missing()) };
    let just = if params.get("made").is_empty() { Just::Looked } else { Just::Booked };
    one(&room, found, &Errors::default(), just).await
}

/// `POST /admin/appointments/{slug}/booked/{reference}`: `do` is `move`, with the `time`, or `cancel`.
pub(crate) async fn post_one(
    State(room): State<Appointments>,
    who: Who,
    Path((slug, reference)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let Some(found) = find_one(&room, &who, &slug, &reference).await? else { return Ok(missing()) };
    let site = room.site();
    let now = site.clock().now();
    let by = if found.keeps { By::Team } else { By::Practitioner };
    let id = found.appointment.booking.id;
    let (what, outcome) = match form.get("do") {
        "move" => {
            let Ok(to) = form.get("time").parse::<Uuid>() else {
                let errors = Errors(vec![Refusal::at("time", "Choose a time")]);
                return one(&room, found, &errors, Just::Looked).await;
            };
            ("moved", move_to(&room, &slug, &found.appointment, to, For::Staff, now).await?)
        }
        "cancel" => {
            let why = if found.keeps { "cancelled by the team" } else { "cancelled by a professional" };
            let done = bookings::settle(&room.desk, id, Settle::Cancel(why)).await?;
            ("cancelled", done.map(|_| ()).map_err(|_| "It is over, so it cannot be cancelled"))
        }
        _ => return Ok(see_other(&format!("/admin/appointments/{slug}/booked/{reference}"))),
    };
    if let Err(problem) = outcome {
        let field = if what == "moved" { "time" } else { "" };
        return one(&room, found, &Errors(vec![Refusal::at(field, problem)]), Just::Looked).await;
    }
    let may = found.may.clone();
    site.db()
        .write(move |tx| {
            rows::insert_act(tx, id.uuid(), what, by, now)?;
            audit::record(tx, &may, format!("{what} an appointment"), "", now);
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("/admin/appointments/{slug}/booked/{reference}")))
}

/// What somebody did before they see an appointment.
#[derive(PartialEq)]
enum Just {
    Booked,
    Looked,
}

async fn one(room: &Appointments, found: Found, errors: &Errors, just: Just) -> Reply {
    let Found { appointment, offer, may, keeps } = found;
    let booking = &appointment.booking;
    let (now, id) = (room.site().clock().now(), booking.id);
    let guests = room
        .site()
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "read an appointment", "", now);
            bookings::list_guests_of(tx, &[id])
        })
        .await?;
    let children = guests.iter().filter(|guest| !guest.grown_up);
    let ways = [booking.email.as_deref(), booking.phone.as_deref()];
    let (status, title) = errors.page(&format!("Appointment: {}", offer.session.title));
    let body = OneView {
        summary: ErrorSummary { errors }.render()?,
        made: just == Just::Booked,
        slug: offer.session.slug.clone(),
        title: offer.session.title.clone(),
        reference: booking.reference.clone(),
        when: appointment.when(),
        who: booking.contact_name.clone(),
        children: children.map(|guest| child_words(&guest.name, guest.born, &guest.needs)).collect(),
        note: booking.note.clone(),
        contact: ways.into_iter().flatten().collect::<Vec<_>>().join(", "),
        state: match booking.state.as_str() {
            "booked" => "Booked",
            "cancelled" => "Cancelled",
            _ => "Not booked",
        },
        is_to_come: appointment.is_to_come(now),
        times: SelectTime {
            name: "time",
            label: "The new time",
            days: &offer.days,
            value: "",
            error: errors.at("time"),
        }
        .render()?,
        has_times: !offer.days.is_empty(),
        diary: keeps,
    };
    show_with(room.site(), status, &Page::new(title), &body)
}
