//! `GET /admin/sessions/{slug}/bookings`: who has booked each date of a session, and who waits, in the order in which they
//! would be offered a place. The read is in the trail.

use crate::{Registers, model::age_words, roll::when};
use access::{KeepBookings, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use bookings::{BookedOn, BookingId, GuestOf, QueueSeen, Room, State as Stands};
use events::{SessionDate, SessionDraft, SessionId, SessionRow};
use kernel::{Date, Fault, Instant};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::{Page, Params, Reply, Who, missing, show};

/// How many dates are shown with their lists; the rest on a page of their own.
const DATES_SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "who_has_booked.html")]
struct BookedView {
    slug: String,
    title: String,
    said: String,
    dates: Vec<DateView>,
    more: usize,
    waits: Vec<WaitView>,
    is_booked_here: bool,
}

struct DateView {
    id: Uuid,
    number: usize,
    when: String,
    is_off: bool,
    words: String,
    /// Widths of the bar, out of a hundred: taken, held.
    taken: i64,
    held: i64,
    lines: Vec<LineView>,
    /// Who had booked a date that was cancelled, and who waited for it.
    called_off: Vec<LineView>,
}

pub(crate) struct LineView {
    pub reference: String,
    pub state: &'static str,
    pub tag: &'static str,
    pub party: Vec<String>,
    pub contact: String,
    pub note: String,
    pub made: String,
}

struct WaitView {
    line: LineView,
    dates: String,
    is_next: bool,
    in_vain: bool,
    passed: i64,
}

/// A session with the right to its bookings; none where there is no such session. Who may not is turned away.
pub(crate) async fn find_right(
    room: &Registers,
    who: &Who,
    slug: String,
) -> Result<Option<(May<KeepBookings>, SessionRow, SessionDraft)>, Fault> {
    let found = room.site().db().read(move |tx| events::find_session_by_slug(tx, &slug)).await?;
    let Some(session) = found else { return Ok(None) };
    let on = On::one("session", session.id).of_organization(session.organization_id);
    let draft = session.draft()?;
    Ok(Some((who.may::<KeepBookings>(on)?, session, draft)))
}

struct Read {
    dates: Vec<SessionDate>,
    more: usize,
    rooms: BTreeMap<Uuid, Room>,
    booked: Vec<BookedOn>,
    guests: BTreeMap<BookingId, Vec<GuestOf>>,
    queue: QueueSeen,
    /// Where those stood whose bookings were cancelled with their dates.
    called_off: BTreeMap<BookingId, Stands>,
    /// The booking that somebody just made, and when its dates are.
    just_made: Option<(String, Vec<Instant>)>,
}

pub(crate) async fn get(
    State(room): State<Registers>,
    who: Who,
    Path(slug): Path<String>,
    params: Params,
) -> Reply {
    let Some((may, session, draft)) = find_right(&room, &who, slug).await? else { return Ok(missing()) };
    let site = room.site();
    let (now, id) = (site.clock().now(), session.id);
    let just_made = params.get("reference").to_owned();
    let shown = if params.get("dates") == "all" { usize::MAX } else { DATES_SHOWN };
    let read = site
        .db()
        .write(move |tx| {
            let mut dates = events::list_dates_of(tx, id, now)?;
            dates.retain(|date| date.state != "dropped");
            let more = dates.len().saturating_sub(shown);
            dates.truncate(shown);
            let queue = bookings::find_queue_seen(tx, id, now)?;
            let mut ids: Vec<Uuid> = dates.iter().map(|date| date.id).collect();
            let rooms = bookings::list_rooms(tx, &ids)?;
            ids.extend(queue.waiters.iter().flat_map(|waiter| waiter.dates.iter().copied()));
            ids.sort_unstable();
            ids.dedup();
            let booked = bookings::list_booked_on(tx, &ids)?;
            let mut bookings: Vec<BookingId> = booked.iter().map(|booking| booking.booking_id).collect();
            bookings.sort_unstable();
            bookings.dedup();
            let mut guests: BTreeMap<BookingId, Vec<GuestOf>> = BTreeMap::new();
            for guest in bookings::list_guests_of(tx, &bookings)? {
                guests.entry(guest.booking_id).or_default().push(guest);
            }
            let called_off = bookings::list_called_off(tx, &bookings)?;
            let just_made = find_just_made(tx, &just_made, id)?;
            audit::record(tx, &may, "read who has booked", "", now);
            Ok(Read { dates, more, rooms, booked, guests, queue, called_off, just_made })
        })
        .await?;
    let dates = read.dates.iter().enumerate().map(|(number, date)| date_view(&read, &draft, number, date));
    let body = BookedView {
        slug: session.slug.clone(),
        title: session.title.clone(),
        said: said(params.get("kept"), read.just_made.as_ref()),
        dates: dates.collect(),
        more: read.more,
        waits: waits(&read),
        is_booked_here: draft.booked_through.is_none() && draft.kind != events::Kind::DropIn,
    };
    show(site, &Page::new(format!("Bookings: {}", session.title)), &body)
}

/// A booking of this session, with the starts of its dates.
fn find_just_made(
    tx: &mut Tx,
    reference: &str,
    session: SessionId,
) -> Result<Option<(String, Vec<Instant>)>, Fault> {
    let found = bookings::find_booking_by_reference(tx, &reference.to_uppercase())?;
    let Some(booking) = found.filter(|booking| booking.session_id == session) else { return Ok(None) };
    let ids: Vec<Uuid> = bookings::list_dates_booked(tx, &[booking.id])?
        .into_iter()
        .filter(|date| date.given_up_at.is_none())
        .map(|date| date.date_id)
        .collect();
    let mut starts: Vec<Instant> =
        events::list_dates_by_id(tx, &ids)?.iter().map(|date| date.starts_at).collect();
    starts.sort_unstable();
    Ok(Some((booking.reference, starts)))
}

/// What was just done, with the reference and the dates for whoever is still on the phone.
fn said(kept: &str, just_made: Option<&(String, Vec<Instant>)>) -> String {
    let which = just_made.map_or_else(String::new, |(reference, starts)| {
        let dates: Vec<String> = starts.iter().map(|at| when(*at)).collect();
        format!(" Reference {reference}: {}.", dates.join("; "))
    });
    match kept {
        "cancelled" => "The booking is cancelled, and the family is told.".to_owned(),
        "moved" => "The booking is moved, and the family is told.".to_owned(),
        "booked" => format!("Booked, and the family is told.{which}"),
        "waiting" => format!("It is full, so they are on the waiting list, and are told.{which}"),
        _ => String::new(),
    }
}

fn date_view(read: &Read, draft: &SessionDraft, number: usize, date: &SessionDate) -> DateView {
    let room = read.rooms.get(&date.id).copied().unwrap_or_default();
    let room = Room { capacity: date.places.or(draft.places).unwrap_or(0), ..room };
    let waiting = read.queue.waiters.iter().filter(|waiter| waiter.dates.contains(&date.id)).count();
    let is_off = !date.is_held();
    let mut parts = vec![if is_off { "Not held".to_owned() } else { bookings::places_words(room) }];
    if waiting > 0 {
        parts.push(web::say::count(waiting, "family waits", "families wait"));
    }
    let whole = room.most().max(room.taken + room.held).max(1);
    let has_place = |booking: &&BookedOn| {
        let state = Stands::of(&booking.state);
        booking.date_id == date.id
            && booking.given_up_at.is_none()
            && matches!(state, Some(Stands::Booked | Stands::Offered | Stands::Held))
    };
    let was_called_off = |booking: &&BookedOn| {
        is_off
            && booking.date_id == date.id
            && booking.given_up_at.is_none()
            && read.called_off.contains_key(&booking.booking_id)
    };
    DateView {
        id: date.id,
        number,
        when: when(date.starts_at),
        is_off,
        words: parts.join(", "),
        taken: room.taken * 100 / whole,
        held: room.held * 100 / whole,
        lines: read
            .booked
            .iter()
            .filter(has_place)
            .map(|booking| line_view(booking, guests_of(read, booking), date.day))
            .collect(),
        called_off: read
            .booked
            .iter()
            .filter(was_called_off)
            .map(|booking| {
                let line = line_view(booking, guests_of(read, booking), date.day);
                let state = match read.called_off.get(&booking.booking_id) {
                    Some(Stands::Waiting) => "Had waited",
                    Some(Stands::Offered) => "Had been offered a place",
                    _ => "Had booked",
                };
                LineView { state, ..line }
            })
            .collect(),
    }
}

fn guests_of<'a>(read: &'a Read, booking: &BookedOn) -> &'a [GuestOf] {
    read.guests.get(&booking.booking_id).map_or(&[], Vec::as_slice)
}

pub(crate) fn line_view(booking: &BookedOn, guests: &[GuestOf], day: Date) -> LineView {
    let party = guests.iter().map(|guest| {
        let age = match (guest.born, guest.grown_up) {
            (Some(born), _) => format!(", {}", age_words(born, day)),
            (None, true) => ", grown-up".to_owned(),
            (None, false) => String::new(),
        };
        let needs = if guest.needs.is_empty() { String::new() } else { format!(". {}", guest.needs) };
        format!("{}{age}{needs}", guest.name)
    });
    let contact = [Some(booking.contact_name.as_str()), booking.phone.as_deref(), booking.email.as_deref()];
    let contact: Vec<&str> = contact.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let (state, tag) = state_words(&booking.state);
    LineView {
        reference: booking.reference.clone(),
        state,
        tag,
        party: party.collect(),
        contact: if contact.is_empty() { "not given".to_owned() } else { contact.join(", ") },
        note: booking.note.clone(),
        made: format!("{}, {}", made_words(&booking.made_by), when(booking.made_at)),
    }
}

/// Where a booking stands, and the class of its tag.
pub(crate) fn state_words(state: &str) -> (&'static str, &'static str) {
    match Stands::of(state) {
        Some(Stands::Booked) => ("Booked", "tag tag-ok"),
        Some(Stands::Offered) => ("A place is offered", "tag tag-warn"),
        Some(Stands::Held) => ("Somebody is typing", "tag"),
        Some(Stands::Waiting) => ("Waiting", "tag"),
        Some(Stands::Cancelled) => ("Cancelled", "tag tag-warn"),
        Some(Stands::Lapsed) => ("The offer ended", "tag"),
        Some(Stands::Declined) => ("Said no", "tag"),
        None => ("not given", "tag"),
    }
}

fn made_words(made_by: &str) -> &'static str {
    match made_by {
        "family" => "The family booked",
        "practitioner" => "A professional booked",
        _ => "Staff booked",
    }
}

fn waits(read: &Read) -> Vec<WaitView> {
    let mut out = Vec::new();
    for waiter in &read.queue.waiters {
        let mut dates = read.booked.iter().filter(|booking| booking.booking_id == waiter.id);
        let Some(booking) = dates.next() else { continue };
        let of: Vec<String> = read
            .dates
            .iter()
            .filter(|date| waiter.dates.contains(&date.id))
            .map(|date| when(date.starts_at))
            .collect();
        let day = read.dates.iter().find(|date| waiter.dates.contains(&date.id)).map(|date| date.day);
        out.push(WaitView {
            line: line_view(booking, guests_of(read, booking), day.unwrap_or_default()),
            dates: if of.is_empty() { "a later date".to_owned() } else { of.join("; ") },
            is_next: read.queue.next.contains(&waiter.id),
            in_vain: read.queue.in_vain.contains(&waiter.id),
            passed: read.queue.passed.get(&waiter.id).copied().unwrap_or(0),
        });
    }
    out
}
