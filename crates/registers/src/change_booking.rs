//! `GET` and `POST /admin/sessions/{slug}/bookings/{reference}`: one booking, for those who keep the session: cancel it or
//! move it on the family's behalf. The family is told of either.

use crate::{
    Registers,
    mails::ABOUT_YOUR_BOOKING,
    roll::when,
    who_has_booked::{LineView, find_right, line_view},
};
use access::{KeepBookings, May, audit};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bookings::{BookedOn, BookingId, Refused, Settle, State as Stands};
use events::{SessionDraft, SessionRow};
use kernel::{Fault, Instant, Refusal};
use notify::{Message, To};
use safety::Level;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Radios, Textarea},
    missing, see_other, show_with,
};

/// The longest word to the family, in letters.
const WORDS_MAX: usize = 500;

/// Why staff cancel: what the form sends, what it says, and what is kept in the booking's history.
const REASONS: [(&str, &str, &str); 4] = [
    ("family_rang", "The family asked us to", "cancelled by staff, as the family asked"),
    (
        "not_for_them",
        "The session is not right for them",
        "cancelled by staff: the session is not right for them",
    ),
    ("changed", "The session changed", "cancelled by staff: the session changed"),
    ("twice", "They were booked twice", "cancelled by staff: booked twice"),
];

#[derive(Template)]
#[template(path = "change_booking.html")]
struct ChangeView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    line: LineView,
    dates: Vec<String>,
    is_live: bool,
    may_move: bool,
    others: Vec<OtherDate>,
    others_error: Option<String>,
    reason: String,
    words: String,
    seen: bool,
}

struct OtherDate {
    id: Uuid,
    words: String,
    is_chosen: bool,
}

/// One booking of a session with all that the page shows of it.
struct Whole {
    id: BookingId,
    dates: Vec<BookedOn>,
    starts: Vec<(Uuid, Instant)>,
    guests: Vec<bookings::GuestOf>,
    others: Vec<(Uuid, Instant, i64)>,
    day: kernel::Date,
}

#[derive(Default)]
struct Typed {
    reason: String,
    words: String,
    to: Vec<String>,
    seen: bool,
}

pub(crate) async fn get(
    State(room): State<Registers>,
    who: Who,
    Path((slug, reference)): Path<(String, String)>,
) -> Reply {
    let Some((may, session, draft)) = find_right(&room, &who, slug).await? else { return Ok(missing()) };
    let Some(whole) = find(&room, may, &session, reference).await? else { return Ok(missing()) };
    page(&room, &session, &draft, &whole, &Typed::default(), &Errors::default(), None)
}

pub(crate) async fn post(
    State(room): State<Registers>,
    who: Who,
    Path((slug, reference)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let Some((may, session, draft)) = find_right(&room, &who, slug).await? else { return Ok(missing()) };
    let screened = room.site().screen(&form.typed(&["words"]));
    let (level, card) = (screened.verdict().level, room.site().card(screened.verdict()));
    let Some(whole) = find(&room, may.clone(), &session, reference).await? else { return Ok(missing()) };
    let mut typed = Typed {
        reason: form.get("reason").to_owned(),
        words: form.get("words").to_owned(),
        to: form.all("to").map(str::to_owned).collect(),
        seen: !form.get("seen").is_empty(),
    };
    if level == Level::Red && !typed.seen {
        typed.seen = true;
        return page(&room, &session, &draft, &whole, &typed, &Errors::default(), card);
    }
    let (outcome, done) = if form.get("do") == "move" {
        let to: Vec<Uuid> = typed.to.iter().filter_map(|id| id.parse().ok()).collect();
        if to.is_empty() {
            let errors = Errors(vec![Refusal::at("to", "Choose the date they move to")]);
            return page(&room, &session, &draft, &whole, &typed, &errors, card);
        }
        (bookings::move_booking(room.desk(), whole.id, to).await?, "moved")
    } else {
        let reason = REASONS.iter().find(|(key, ..)| *key == typed.reason);
        let mut errors = Errors::default();
        if reason.is_none() {
            errors.0.push(Refusal::at("reason", "Say why it is cancelled"));
        }
        let letters = typed.words.chars().count();
        if letters > WORDS_MAX {
            let sentence = format!("Use {WORDS_MAX} letters or fewer. You have {letters}");
            errors.0.push(Refusal::at("words", sentence));
        }
        let Some((_, _, why)) = reason.filter(|_| errors.is_empty()) else {
            return page(&room, &session, &draft, &whole, &typed, &errors, card);
        };
        (bookings::settle(room.desk(), whole.id, Settle::Cancel(why)).await?, "cancelled")
    };
    if let Err(why) = outcome {
        let field = if form.get("do") == "move" { "to" } else { "" };
        let errors = Errors(vec![Refusal::at(field, refused_words(&why))]);
        return page(&room, &session, &draft, &whole, &typed, &errors, card);
    }
    write_down(&room, may, &session, &whole, done, &typed.words).await?;
    Ok(see_other(&format!("/admin/sessions/{}/bookings?kept={done}", session.slug)))
}

/// The trail's line, and the words to the family if there are any. That it is cancelled or moved they are told by the room
/// of bookings.
async fn write_down(
    room: &Registers,
    may: May<KeepBookings>,
    session: &SessionRow,
    whole: &Whole,
    done: &'static str,
    words: &str,
) -> Result<(), Fault> {
    let (now, dice) = (room.site().clock().now(), room.site().dice().clone());
    let to =
        whole.dates.first().and_then(address_of).filter(|_| !words.trim().is_empty() && done == "cancelled");
    let reference = whole.dates.first().map_or_else(String::new, |booking| booking.reference.clone());
    let phone = room.site().council().phone.clone();
    let message = to.map(|to| Message {
        template: &ABOUT_YOUR_BOOKING,
        to,
        person: None,
        values: vec![
            ("session", session.title.clone()),
            ("reference", reference),
            ("words_lines", words.trim().to_owned()),
            ("phone", phone),
        ],
        once: Some(format!("{}/cancelled", whole.id)),
    });
    room.site()
        .db()
        .write(move |tx| {
            audit::record(tx, &may, format!("{done} a booking for a family"), "", now);
            if let Some(message) = &message {
                notify::queue(tx, message, &dice, now)?;
            }
            Ok(())
        })
        .await
}

/// Where to write to a family.
pub(crate) fn address_of(booking: &BookedOn) -> Option<To> {
    let email = booking.email.as_ref().and_then(|email| email.parse().ok()).map(To::Email);
    email.or_else(|| booking.phone.as_ref().and_then(|phone| phone.parse().ok()).map(To::Phone))
}

/// One sentence for staff about what the room of bookings would not do.
pub(crate) fn refused_words(why: &Refused) -> &'static str {
    match why {
        Refused::Full(_) => "There is no room on that date, or others wait for it",
        Refused::TooLate => "It is too late for that: the date has begun",
        Refused::NotHeld => "That date is not held. Choose another",
        Refused::Age { .. } => "The session is for children of another age on that day",
        Refused::Party => "Say who is coming, at most 12 people",
        Refused::OtherContent => "This form was sent before with other answers, and that booking stands",
        Refused::WholeCourse(_) => "This is a course: all of its dates are booked together",
        Refused::Over => "This booking is over, so it cannot be changed",
        _ => "That cannot be done with this booking",
    }
}

async fn find(
    room: &Registers,
    may: May<KeepBookings>,
    session: &SessionRow,
    reference: String,
) -> Result<Option<Whole>, Fault> {
    let (now, session) = (room.site().clock().now(), session.id);
    room.site()
        .db()
        .write(move |tx| {
            let Some(booking) = bookings::find_booking_by_reference(tx, &reference)? else { return Ok(None) };
            let mut dates = bookings::list_dates_booked(tx, &[booking.id])?;
            if dates.iter().all(|date| date.session_id != session) {
                return Ok(None);
            }
            dates.retain(|date| date.given_up_at.is_none());
            let ids: Vec<Uuid> = dates.iter().map(|date| date.date_id).collect();
            let known = events::list_dates_by_id(tx, &ids)?;
            let starts: Vec<(Uuid, Instant)> = known.iter().map(|date| (date.id, date.starts_at)).collect();
            let to_come = events::list_dates_of(tx, session, now)?;
            let to_come: Vec<_> = to_come
                .into_iter()
                .filter(|date| date.is_held() && date.starts_at > now && !ids.contains(&date.id))
                .take(12)
                .collect();
            let rooms = bookings::list_rooms(tx, &to_come.iter().map(|date| date.id).collect::<Vec<_>>())?;
            let others = to_come.iter().map(|date| {
                let room = rooms.get(&date.id).copied().unwrap_or_default();
                let free = date.places.unwrap_or(0) + room.allowance - room.taken - room.held;
                (date.id, date.starts_at, free.max(0))
            });
            audit::record(tx, &may, "read a booking", "", now);
            Ok(Some(Whole {
                id: booking.id,
                guests: bookings::list_guests_of(tx, &[booking.id])?,
                day: known.first().map_or_else(|| kernel::civil_today(now), |date| date.day),
                others: others.collect(),
                starts,
                dates,
            }))
        })
        .await
}

fn page(
    room: &Registers,
    session: &SessionRow,
    draft: &SessionDraft,
    whole: &Whole,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let Some(booking) = whole.dates.first() else { return Ok(missing()) };
    let is_to_come = whole.starts.iter().any(|(_, starts_at)| *starts_at > now);
    let state = Stands::of(&booking.state);
    let is_live = is_to_come
        && matches!(state, Some(Stands::Booked | Stands::Waiting | Stands::Offered | Stands::Held));
    let reasons = REASONS.map(|(key, words, _)| (key, words));
    let (status, title) = errors.page(&format!("Booking {}", booking.reference));
    let body = ChangeView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: session.slug.clone(),
        title: session.title.clone(),
        line: line_view(booking, &whole.guests, whole.day),
        dates: whole.starts.iter().map(|(_, starts_at)| when(*starts_at)).collect(),
        is_live,
        may_move: is_live
            && state == Some(Stands::Booked)
            && whole.starts.len() == 1
            && draft.kind != events::Kind::Course
            && !whole.others.is_empty(),
        others: whole
            .others
            .iter()
            .map(|(id, starts_at, free)| OtherDate {
                id: *id,
                words: format!("{}: {free} free", when(*starts_at)),
                is_chosen: typed.to.contains(&id.to_string()),
            })
            .collect(),
        others_error: errors.at("to").map(str::to_owned),
        reason: Radios {
            name: "reason",
            legend: "Why is it cancelled?",
            hint: "",
            answers: &reasons,
            value: &typed.reason,
            error: errors.at("reason"),
        }
        .render()?,
        words: Textarea {
            name: "words",
            label: "A few words to the family (optional)",
            hint: "They are told that it is cancelled. What you write here goes to them as well.",
            value: &typed.words,
            rows: 3,
            error: errors.at("words"),
        }
        .render()?,
        seen: typed.seen,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}
