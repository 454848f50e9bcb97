//! `GET /admin/appointments/{slug}/diary`: a team's appointments of the last and the next weeks, and how each ended; and the
//! same as a table without names, with the words of FHIR's Appointment, at `/appointments.csv`.

use crate::{
    Appointments,
    model::{By, Known, Outcome, decide_outcome},
    store as rows,
    times::{child_words, day_words, time_words},
};
use access::{KeepBookings, May, On, audit};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use bookings::{BookedOn, GuestOf, State as BookingState};
use events::SessionDate;
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use registers::Came;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{Page, Reply, Who, missing, show};

/// How far back the page goes, and how far the table.
const DIARY_DAYS: i64 = 14;
const TABLE_DAYS: i64 = 400;

#[derive(Template)]
#[template(path = "diary.html")]
struct DiaryView {
    slug: String,
    title: String,
    coming: Vec<DayView>,
    past: Vec<DayView>,
}

struct DayView {
    id: String,
    words: String,
    lines: Vec<Line>,
}

struct Line {
    time: String,
    reference: String,
    who: String,
    /// The child, and what would help them, as somebody typed it.
    about: Vec<String>,
    outcome: &'static str,
    is_open: bool,
}

/// One appointment with how it ended.
struct Entry {
    date: SessionDate,
    booked: BookedOn,
    outcome: Outcome,
    guests: Vec<GuestOf>,
}

/// What of the diary is read.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// The last days and those to come, with who comes.
    Page,
    /// A long time, without anybody's name.
    Table,
}

impl Reading {
    fn back_days(self) -> i64 {
        match self {
            Reading::Page => DIARY_DAYS,
            Reading::Table => TABLE_DAYS,
        }
    }

    fn did(self) -> &'static str {
        match self {
            Reading::Page => "read a team's appointments",
            Reading::Table => "took a table of a team's appointments",
        }
    }
}

struct Diary {
    title: String,
    entries: Vec<Entry>,
}

async fn find(room: &Appointments, who: &Who, slug: &str, reading: Reading) -> Result<Option<Diary>, Fault> {
    let looked = slug.to_owned();
    let row = room.site().db().read(move |tx| rows::find_availability(tx, &looked)).await?;
    let Some(row) = row else { return Ok(None) };
    let on = On::one("session", row.session_id).of_organization(row.organization_id);
    let may: May<KeepBookings> = who.may(on)?;
    let now = room.site().clock().now();
    let diary = room.site().db().write(move |tx| {
        let Some(session) = events::find_session(tx, row.session_id)? else { return Ok(None) };
        audit::record(tx, &may, reading.did(), "", now);
        let since = now - SignedDuration::from_hours(24 * reading.back_days());
        let dates = events::list_dates_of(tx, row.session_id, since)?;
        let mut entries = entries(tx, dates)?;
        if reading == Reading::Page {
            add_guests(tx, &mut entries)?;
        }
        Ok(Some(Diary { title: session.title, entries }))
    });
    diary.await
}

fn entries(tx: &mut Tx<'_>, dates: Vec<SessionDate>) -> Result<Vec<Entry>, Fault> {
    let ids: Vec<Uuid> = dates.iter().map(|date| date.id).collect();
    let booked = bookings::list_booked_on(tx, &ids)?;
    let all: BTreeSet<_> = booked.iter().map(|one| one.booking_id).collect();
    let all: Vec<_> = all.into_iter().collect();
    let has_time: BTreeSet<_> = bookings::list_dates_booked(tx, &all)?
        .into_iter()
        .filter(|one| one.given_up_at.is_none())
        .map(|one| one.booking_id)
        .collect();
    let mut marks: BTreeMap<_, Came> = BTreeMap::new();
    for some in ids.chunks(200) {
        for mark in registers::list_marks(tx, some)? {
            let Some(booking) = mark.booking_id else { continue };
            // The party was seen when anybody of it was.
            let known = marks.entry((booking, mark.date_id)).or_insert(mark.came);
            *known = (*known).min(mark.came);
        }
    }
    let by_id: BTreeMap<Uuid, SessionDate> = dates.into_iter().map(|date| (date.id, date)).collect();
    let mut entries = Vec::new();
    for one in booked {
        let Some(date) = by_id.get(&one.date_id) else { continue };
        let state = BookingState::of(&one.state);
        if !matches!(state, Some(BookingState::Booked | BookingState::Cancelled)) {
            continue;
        }
        let outcome = decide_outcome(Known {
            is_booked: state == Some(BookingState::Booked),
            is_given_up: one.given_up_at.is_some(),
            has_another_time: has_time.contains(&one.booking_id),
            came: marks.get(&(one.booking_id, one.date_id)).copied(),
            is_time_off: !date.is_held(),
            cancelled_by: rows::find_cancelled_by(tx, one.booking_id.uuid())?,
        });
        entries.push(Entry { date: date.clone(), booked: one, outcome, guests: Vec::new() });
    }
    entries.sort_by_key(|entry| (entry.date.starts_at, entry.booked.made_at));
    Ok(entries)
}

fn add_guests(tx: &mut Tx<'_>, entries: &mut [Entry]) -> Result<(), Fault> {
    let all: BTreeSet<_> = entries.iter().map(|entry| entry.booked.booking_id).collect();
    let all: Vec<_> = all.into_iter().collect();
    let mut guests: BTreeMap<_, Vec<GuestOf>> = BTreeMap::new();
    for guest in bookings::list_guests_of(tx, &all)? {
        guests.entry(guest.booking_id).or_default().push(guest);
    }
    for entry in entries {
        entry.guests = guests.get(&entry.booked.booking_id).cloned().unwrap_or_default();
    }
    Ok(())
}

pub(crate) async fn get(State(room): State<Appointments>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some(diary) = find(&room, &who, &slug, Reading::Page).await? else { return Ok(missing()) };
    let now = room.site().clock().now();
    let (past, coming): (Vec<&Entry>, Vec<&Entry>) =
        diary.entries.iter().partition(|entry| entry.date.starts_at <= now);
    let mut past = days(&past, "past", now);
    past.reverse();
    let body = DiaryView { slug, title: diary.title.clone(), coming: days(&coming, "coming", now), past };
    show(room.site(), &Page::new(format!("Diary: {}", diary.title)), &body)
}

fn days(entries: &[&Entry], id: &str, now: Instant) -> Vec<DayView> {
    let mut days: Vec<(kernel::Date, DayView)> = Vec::new();
    for entry in entries {
        let line = Line {
            time: time_words(&entry.date),
            reference: entry.booked.reference.clone(),
            who: entry.booked.contact_name.clone(),
            about: about(entry),
            outcome: match entry.outcome {
                Outcome::Booked if entry.date.starts_at <= now => "Nobody has said yet how it ended",
                outcome => outcome.words(),
            },
            is_open: entry.outcome == Outcome::Booked,
        };
        match days.last_mut() {
            Some((day, view)) if *day == entry.date.day => view.lines.push(line),
            _ => {
                let view = DayView {
                    id: format!("{id}-{}", days.len()),
                    words: day_words(entry.date.day),
                    lines: vec![line],
                };
                days.push((entry.date.day, view));
            }
        }
    }
    days.into_iter().map(|(_, view)| view).collect()
}

fn about(entry: &Entry) -> Vec<String> {
    let children = entry.guests.iter().filter(|guest| !guest.grown_up);
    let children = children.map(|guest| child_words(&guest.name, guest.born, &guest.needs));
    let note = Some(entry.booked.note.clone());
    children.chain(note).filter(|words| !words.is_empty()).collect()
}

/// `GET /admin/appointments/{slug}/appointments.csv`: nobody is named in it.
pub(crate) async fn csv(State(room): State<Appointments>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some(diary) = find(&room, &who, &slug, Reading::Table).await? else { return Ok(missing()) };
    let mut text = "date,starts,minutes,status,fhir_status,cancelled_by,rescheduled,made_by\r\n".to_owned();
    for Entry { date, booked, outcome, .. } in &diary.entries {
        let by = match outcome {
            Outcome::Cancelled(by) => By::key(*by),
            _ => "",
        };
        let moved = if *outcome == Outcome::Rescheduled { "yes" } else { "no" };
        text.push_str(&format!(
            "{},{},{},{},{},{by},{moved},{}\r\n",
            date.day,
            date.starts,
            date.minutes,
            outcome.words(),
            outcome.fhir_status(),
            booked.made_by
        ));
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"appointments.csv\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}
