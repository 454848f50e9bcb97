//! `GET` and `POST /admin/sessions/{slug}/bookings/new`: somebody who keeps a session books for a family on the telephone.

use crate::{Registers, change_booking::refused_words, roll::when, who_has_booked::find_right};
use access::{KeepBookings, May, audit};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bookings::{Contact, Guest, How, MadeBy, Refused, Request, State as Stands, Through};
use events::{Kind, SessionDraft, SessionRow};
use kernel::{Date, Email, Fault, Instant, Phone, Refusal, one_line};
use safety::Level;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Textarea},
    missing, see_other, show_with,
};

const NAME_MAX: usize = 80;
const NOTE_MAX: usize = 500;
/// The children that the form asks about, with the names of their two boxes.
const CHILDREN: [(&str, &str); 4] = [
    ("child_1_name", "child_1_born"),
    ("child_2_name", "child_2_born"),
    ("child_3_name", "child_3_born"),
    ("child_4_name", "child_4_born"),
];

#[derive(Template)]
#[template(path = "book_for_family.html")]
struct BookView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    is_course: bool,
    dates: Vec<DateView>,
    date_error: Option<String>,
    boxes: Vec<String>,
    contact: Vec<String>,
    wait: bool,
    /// Why the family may not need another booking, and whether they are booked again all the same.
    again_error: Option<String>,
    again: bool,
    seen: bool,
    form_key: String,
    reference: String,
}

struct DateView {
    id: Uuid,
    words: String,
    is_chosen: bool,
}

#[derive(Default)]
struct Typed {
    form: Form,
    seen: bool,
    form_key: String,
}

type Dates = Vec<(Uuid, Instant, i64)>;

async fn list_dates(room: &Registers, session: &SessionRow, draft: &SessionDraft) -> Result<Dates, Fault> {
    let places = draft.places.unwrap_or(0);
    let (now, id) = (room.site().clock().now(), session.id);
    room.site()
        .db()
        .read(move |tx| {
            let dates: Vec<_> = events::list_dates_of(tx, id, now)?
                .into_iter()
                .filter(|date| date.is_held() && date.starts_at > now)
                .take(bookings::DATES_MAX)
                .collect();
            let rooms = bookings::list_rooms(tx, &dates.iter().map(|date| date.id).collect::<Vec<_>>())?;
            let free = |date: &events::SessionDate| {
                let room = rooms.get(&date.id).copied().unwrap_or_default();
                (date.places.unwrap_or(places) + room.allowance - room.taken - room.held).max(0)
            };
            Ok(dates.iter().map(|date| (date.id, date.starts_at, free(date))).collect())
        })
        .await
}

pub(crate) async fn get(State(room): State<Registers>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some((_, session, draft)) = find_right(&room, &who, slug).await? else { return Ok(missing()) };
    let dates = list_dates(&room, &session, &draft).await?;
    let typed = Typed { form_key: room.site().dice().hex::<16>(), ..Typed::default() };
    page(&room, (&session, &draft), &dates, &typed, &Errors::default(), None)
}

pub(crate) async fn post(
    State(room): State<Registers>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let site = room.site();
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let (level, card) = (screened.verdict().level, site.card(screened.verdict()));
    let Some((may, session, draft)) = find_right(&room, &who, slug).await? else { return Ok(missing()) };
    let dates = list_dates(&room, &session, &draft).await?;
    let mut typed =
        Typed { seen: !form.get("seen").is_empty(), form_key: form.get("form_key").to_owned(), form };
    let about = (&session, &draft);
    if level == Level::Red && !typed.seen {
        typed.seen = true;
        return page(&room, about, &dates, &typed, &Errors::default(), card);
    }
    let wish = match wish(&typed, &draft, &dates, site.clock().today()) {
        Ok(wish) => wish,
        Err(errors) => return page(&room, about, &dates, &typed, &errors, card),
    };
    if typed.form.get("again").is_empty()
        && let Some(refusal) = find_again(&room, &may, &wish, &dates).await?
    {
        return page(&room, about, &dates, &typed, &Errors(vec![refusal]), card);
    }
    match bookings::book(room.desk(), wish).await? {
        Ok(booked) => {
            let now = site.clock().now();
            site.db()
                .write(move |tx| {
                    audit::record(tx, &may, "booked for a family", "", now);
                    Ok(())
                })
                .await?;
            let kept = if booked.state == Stands::Waiting { "waiting" } else { "booked" };
            let (slug, reference) = (&session.slug, &booked.reference);
            Ok(see_other(&format!("/admin/sessions/{slug}/bookings?kept={kept}&reference={reference}")))
        }
        Err(why) => {
            let field = match &why {
                Refused::Party => "child_1_name",
                Refused::Age { guest, .. } => CHILDREN.get(*guest).map_or("child_1_born", |(_, born)| born),
                Refused::OtherContent => "",
                _ => "date",
            };
            let errors = Errors(vec![Refusal::at(field, refused_words(&why))]);
            page(&room, about, &dates, &typed, &errors, card)
        }
    }
}

/// That the same family is on one of the dates already, so that nobody takes two places by ringing twice.
async fn find_again(
    room: &Registers,
    may: &May<KeepBookings>,
    wish: &Request,
    dates: &Dates,
) -> Result<Option<Refusal>, Fault> {
    let (wish, may, now) = (wish.clone(), may.clone(), room.site().clock().now());
    let found = room
        .site()
        .db()
        .write(move |tx| {
            let found = bookings::find_already_booked(tx, &wish)?;
            if found.is_some() {
                audit::record(tx, &may, "saw that a family is booked already", "", now);
            }
            Ok(found)
        })
        .await?;
    let Some(found) = found else { return Ok(None) };
    let stands = match found.state {
        Stands::Waiting => "on the waiting list",
        Stands::Offered => "offered a place",
        _ => "booked",
    };
    let date = dates.iter().find(|(id, ..)| *id == found.date);
    let date = date.map_or_else(String::new, |(_, at, _)| format!(" on {}", when(*at)));
    let words = format!(
        "This family is already {stands}{date}: reference {}. Tick this box to book them again",
        found.reference
    );
    Ok(Some(Refusal::at("again", words)))
}

fn wish(typed: &Typed, draft: &SessionDraft, dates: &Dates, today: Date) -> Result<Request, Errors> {
    let form = &typed.form;
    let mut errors = Errors::default();
    let mut chosen: Vec<Uuid> = form.all("date").filter_map(|date| date.parse().ok()).collect();
    if draft.kind == Kind::Course {
        chosen = dates.iter().map(|(id, ..)| *id).collect();
    }
    if chosen.is_empty() || chosen.iter().any(|date| dates.iter().all(|(id, ..)| id != date)) {
        errors.0.push(Refusal::at("date", "Choose at least one date"));
    }
    let mut party = Vec::new();
    for (name_box, born_box) in CHILDREN {
        let (name, born) = (one_line(form.get(name_box)), form.get(born_box));
        if name.is_empty() && born.is_empty() {
            continue;
        }
        if name.is_empty() || name.chars().count() > NAME_MAX {
            errors
                .0
                .push(Refusal::at(name_box, format!("Type the first name, in {NAME_MAX} letters or fewer")));
        }
        let day = bookings::read_day(born).filter(|day| *day <= today);
        if day.is_none() && !born.is_empty() {
            errors.0.push(Refusal::at(born_box, "Type a date of birth that has been, for example 27 3 2024"));
        }
        party.push(Guest { name, born: day, grown_up: false, needs: String::new() });
    }
    let name = one_line(form.get("name"));
    if name.is_empty() || name.chars().count() > NAME_MAX {
        errors.0.push(Refusal::at("name", format!("Type the name, in {NAME_MAX} letters or fewer")));
    }
    let many = form.get("grown_ups").parse::<usize>().ok().filter(|many| (0..=4).contains(many));
    if many.is_none() {
        errors.0.push(Refusal::at("grown_ups", "Type how many grown-ups are coming, from 0 to 4"));
    }
    for at in 0..many.unwrap_or(0) {
        let name = if at == 0 { name.clone() } else { format!("Grown-up {}", at + 1) };
        party.push(Guest { name, born: None, grown_up: true, needs: String::new() });
    }
    let given = |field: &str| !form.get(field).is_empty();
    let email = given("email").then(|| errors.take("email", form.get("email").parse::<Email>())).flatten();
    let phone = given("phone").then(|| errors.take("phone", form.get("phone").parse::<Phone>())).flatten();
    if !given("email") && !given("phone") {
        errors
            .0
            .push(Refusal::at("phone", "Type a mobile number or an email, so that they are told of changes"));
    }
    let note = form.get("note").to_owned();
    if note.chars().count() > NOTE_MAX {
        errors.0.push(Refusal::at("note", format!("Use {NOTE_MAX} letters or fewer")));
    }
    if typed.form_key.len() != 32 || !typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        errors.0.push(Refusal::at("", "This form has lost its key. Open it again"));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Request {
        form_key: typed.form_key.clone(),
        how: if given("wait") { How::BookedOrWaiting } else { How::Booked },
        dates: chosen,
        party,
        contact: Contact { name, email, phone },
        note,
        made_by: MadeBy::Staff,
        invitation: None,
        through: Through::Session,
    })
}

fn page(
    room: &Registers,
    (session, draft): (&SessionRow, &SessionDraft),
    dates: &Dates,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
) -> Reply {
    let site = room.site();
    let form = &typed.form;
    let input = |name: &str, label: &str, kind: &str, value: &str| -> Result<String, Fault> {
        Ok(Input { name, label, hint: "", value, kind, autocomplete: "off", error: errors.at(name) }
            .render()?)
    };
    let mut boxes = Vec::new();
    for (at, (name, born)) in CHILDREN.into_iter().enumerate() {
        boxes.push(input(name, &format!("First name of child {}", at + 1), "text", form.get(name))?);
        boxes.push(input(born, &format!("Date of birth of child {}", at + 1), "text", form.get(born))?);
    }
    let grown_ups = if form.get("grown_ups").is_empty() { "1" } else { form.get("grown_ups") };
    boxes.push(input("grown_ups", "How many grown-ups are coming?", "text", grown_ups)?);
    let note = Textarea {
        name: "note",
        label: "What would help them take part? (optional)",
        hint: "",
        value: form.get("note"),
        rows: 3,
        error: errors.at("note"),
    };
    let contact = vec![
        input("name", "Whom do we ask for?", "text", form.get("name"))?,
        input("phone", "Mobile number", "tel", form.get("phone"))?,
        input("email", "Email", "email", form.get("email"))?,
        note.render()?,
    ];
    let (status, title) = errors.page(&format!("Book for a family: {}", session.title));
    let body = BookView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: session.slug.clone(),
        title: session.title.clone(),
        is_course: draft.kind == Kind::Course,
        dates: dates
            .iter()
            .map(|(id, starts_at, free)| DateView {
                id: *id,
                words: format!("{}: {free} free", when(*starts_at)),
                is_chosen: form.all("date").any(|date| date == id.to_string()),
            })
            .collect(),
        date_error: errors.at("date").map(str::to_owned),
        boxes,
        contact,
        wait: !form.get("wait").is_empty(),
        again_error: errors.at("again").map(str::to_owned),
        again: !form.get("again").is_empty(),
        seen: typed.seen,
        reference: bookings::reference_of(&typed.form_key),
        form_key: typed.form_key.clone(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}
