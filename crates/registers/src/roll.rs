//! The register of one date as it is read: everybody who is expected or who came, with the mark that counts and those that
//! disagree with it.

use crate::{
    Registers,
    model::{DropIn, NewMark, Off, Opening, Whom, age_words, by_whom, decide_opening, decide_standing},
    store::{self as rows, WalkIn},
};
use access::{Actor, KeepBookings, May, On, audit};
use anyhow::Context;
use bookings::{BookedOn, GuestOf, State};
use events::{Kind, SessionDate, SessionDraft, SessionRow};
use kernel::{Fault, Id, Instant, london};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::Who;

/// The register of one date.
pub(crate) struct Roll {
    pub date: SessionDate,
    pub session: SessionRow,
    pub draft: SessionDraft,
    pub people: Vec<OnRoll>,
    pub drop_in: Option<DropIn>,
    /// Who reads it, as [`keeper_of`] says it; empty where it is not read for a page.
    pub keeper: String,
}

/// Somebody on it.
pub(crate) struct OnRoll {
    pub whom: Whom,
    pub name: String,
    pub grown_up: bool,
    /// '7 months', '4 years', an age band of a walk-in, or empty.
    pub age: String,
    pub needs: String,
    pub is_walk_in: bool,
    /// The booking was taken back since, but somebody marked them.
    pub is_cancelled: bool,
    pub reference: String,
    pub phone: String,
    pub mark: Option<NewMark>,
    pub differing: Vec<NewMark>,
}

impl Roll {
    /// Whether it is kept by counting, without names.
    pub fn is_counted(&self) -> bool {
        self.draft.kind == Kind::DropIn
    }

    /// Whether what people ate is written down: the sessions of a programme give meals.
    pub fn gives_meals(&self) -> bool {
        self.draft.booked_through.is_some()
    }

    /// What may be marked now.
    pub fn opening(&self, now: Instant) -> Opening {
        opening_of(&self.date, now)
    }

    /// 'Tuesday 1 December 2026, 9:30am'.
    pub fn when(&self) -> String {
        when(self.date.starts_at)
    }
}

/// 'Tuesday 1 December 2026, 9:30am'.
pub(crate) fn when(at: Instant) -> String {
    calendar::moment(at.to_zoned(london()).datetime())
}

/// What may be marked on a date now.
pub(crate) fn opening_of(date: &SessionDate, now: Instant) -> Opening {
    let off = if date.is_held() { Off::Held } else { Off::CalledOff };
    decide_opening(off, date.starts_at, now)
}

/// 'The register opens at 9:30am', of a date of today; of another with its day.
pub(crate) fn opens_at_words(opens_at: Instant, now: Instant) -> String {
    let wall = opens_at.to_zoned(london()).datetime();
    if wall.date() == kernel::civil_today(now) {
        format!("The register opens at {}", calendar::time_of_day(wall.time()))
    } else {
        format!("The register opens on {}", calendar::moment(wall))
    }
}

/// When the register opens, and what can be done before. It ends without a full stop: it stands in an error as well.
pub(crate) fn opens_words(opens_at: Instant, now: Instant, roll: &Roll) -> String {
    let opens = opens_at_words(opens_at, now);
    if roll.is_counted() {
        return opens;
    }
    format!("{opens}. Until then you can only mark who told us that they cannot come")
}

/// Whose eyes a register is for, as a phone keeps it: nobody else's phone or account may show or send it. It says nothing
/// of the person.
pub(crate) fn keeper_of(actor: &Actor) -> String {
    let person = actor.person().map_or_else(String::new, |person| person.uuid().to_string());
    Id::<Roll>::named("the keeper of a register", &person).uuid().to_string()
}

/// The right to a date's register, and the date; none where there is no such date. Who may not is turned away.
pub(crate) async fn find_right(
    room: &Registers,
    who: &Who,
    date: &str,
) -> Result<Option<(May<KeepBookings>, Uuid)>, Fault> {
    let Ok(date) = date.parse::<Uuid>() else { return Ok(None) };
    let found = room.site().db().read(move |tx| {
        let Some(date) = events::find_date(tx, date)? else { return Ok(None) };
        Ok(events::find_session(tx, date.session_id)?.map(|session| (date, session)))
    });
    let Some((date, session)) = found.await? else { return Ok(None) };
    let on = On::one("session", session.id).of_organization(session.organization_id);
    Ok(Some((who.may::<KeepBookings>(on)?, date.id)))
}

/// The register with names, and the line in the trail that it was read.
pub(crate) async fn read_roll(
    room: &Registers,
    may: May<KeepBookings>,
    date: Uuid,
    did: &'static str,
) -> Result<Roll, Fault> {
    let now = room.site().clock().now();
    room.site()
        .db()
        .write(move |tx| {
            let mut roll = find_roll(tx, date)?.context("the register of a date")?;
            roll.keeper = keeper_of(may.actor());
            if !roll.is_counted() {
                audit::record(tx, &may, did, "", now);
            }
            Ok(roll)
        })
        .await
}

/// The register of a date.
pub(crate) fn find_roll(tx: &mut Tx, date: Uuid) -> Result<Option<Roll>, Fault> {
    let Some(date) = events::find_date(tx, date)? else { return Ok(None) };
    let Some(session) = events::find_session(tx, date.session_id)? else { return Ok(None) };
    let draft = session.draft()?;
    let mut marks = by_whom(rows::list_history(tx, date.id)?);
    let mut people = Vec::new();
    let mut families: BTreeMap<Uuid, Vec<GuestOf>> = BTreeMap::new();
    let booked = bookings::list_booked_on(tx, &[date.id])?;
    let ids: Vec<_> = booked.iter().map(|booking| booking.booking_id).collect();
    for guest in bookings::list_guests_of(tx, &ids)? {
        families.entry(guest.booking_id.uuid()).or_default().push(guest);
    }
    let mut parties: Vec<Vec<OnRoll>> = Vec::new();
    for booking in &booked {
        let guests = families.remove(&booking.booking_id.uuid()).unwrap_or_default();
        parties.push(of_booking(booking, guests, &date, &mut marks));
    }
    // By the name that is called out; those who come together stand together.
    parties.sort_by_cached_key(|party| {
        party.first().map(|first| (first.name.to_lowercase(), first.reference.clone()))
    });
    people.extend(parties.into_iter().flatten());
    let mut walked_in: Vec<OnRoll> = rows::list_walk_ins(tx, date.id)?
        .into_iter()
        .map(|walk_in| of_walk_in(walk_in, &mut marks))
        .collect();
    people.append(&mut walked_in);
    let drop_in = rows::count_drop_in(tx, date.id)?;
    Ok(Some(Roll { date, session, draft, people, drop_in, keeper: String::new() }))
}

/// Those of a booking who are expected; of one that was taken back only those whom somebody marked all the same.
fn of_booking(
    booking: &BookedOn,
    guests: Vec<GuestOf>,
    date: &SessionDate,
    marks: &mut BTreeMap<Whom, Vec<NewMark>>,
) -> Vec<OnRoll> {
    let is_expected = State::of(&booking.state) == Some(State::Booked) && booking.given_up_at.is_none();
    let whole = GuestOf {
        booking_id: booking.booking_id,
        number: 0,
        name: booking.contact_name.clone(),
        born: None,
        grown_up: true,
        needs: String::new(),
    };
    let guests = if guests.is_empty() { vec![whole] } else { guests };
    let mut out = Vec::new();
    for guest in guests {
        let whom = Whom::Booked(booking.booking_id, guest.number);
        let (mark, differing) = standing(marks.remove(&whom));
        if !is_expected && mark.as_ref().is_none_or(|mark| mark.came.is_none()) {
            continue;
        }
        let is_first = out.is_empty();
        out.push(OnRoll {
            whom,
            name: if guest.name.is_empty() { format!("Booking {}", booking.reference) } else { guest.name },
            grown_up: guest.grown_up,
            age: guest.born.map_or_else(String::new, |born| age_words(born, date.day)),
            needs: match (guest.needs.trim(), booking.note.trim()) {
                (needs, note) if is_first && !note.is_empty() => format!("{needs} {note}").trim().to_owned(),
                (needs, _) => needs.to_owned(),
            },
            is_walk_in: false,
            is_cancelled: !is_expected,
            reference: booking.reference.clone(),
            phone: booking.phone.clone().unwrap_or_default(),
            mark,
            differing,
        });
    }
    out
}

fn of_walk_in(walk_in: WalkIn, marks: &mut BTreeMap<Whom, Vec<NewMark>>) -> OnRoll {
    let whom = Whom::WalkIn(walk_in.id);
    let (mark, differing) = standing(marks.remove(&whom));
    let band =
        crate::AGE_BANDS.iter().find(|(key, _)| *key == walk_in.age_band).map_or("", |(_, words)| words);
    let unnamed = if walk_in.grown_up { "A grown-up" } else { "A child" };
    OnRoll {
        whom,
        name: if walk_in.name.is_empty() { unnamed.to_owned() } else { walk_in.name },
        grown_up: walk_in.grown_up,
        age: band.to_owned(),
        needs: String::new(),
        is_walk_in: true,
        is_cancelled: false,
        reference: String::new(),
        phone: String::new(),
        mark,
        differing,
    }
}

fn standing(marks: Option<Vec<NewMark>>) -> (Option<NewMark>, Vec<NewMark>) {
    let marks = marks.unwrap_or_default();
    match decide_standing(&marks) {
        Some(standing) => (Some(standing.counts.clone()), standing.differing.into_iter().cloned().collect()),
        None => (None, Vec::new()),
    }
}
