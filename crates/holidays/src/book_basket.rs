//! A family's basket: several children on several days, all or none, or what there is.
//!
//! A day is written down first, where entitlement, double bookings and the share are decided one family after another; then
//! the booking desk is asked, whose counts are its own; then the day is booked or free again. When a node dies in between,
//! `follow_bookings` asks the desk what became of it.

use crate::{
    catalogue::{Held, HeldDate, begins, list_held},
    model::{
        ChildId, FamilyId, Funding, Opening, Programme, ProgrammeId, Share, decide_discretionary,
        decide_entitlement,
    },
    opening::decide_turn,
    room::Holidays,
    store::{self as rows, ChildRow, DayRow, FamilyRow, TicketRow},
};
use anyhow::Context;
use bookings::{Contact, Guest, How, MadeBy, Request, Through, book_all};
use kernel::{Date, Fault, Instant};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;

/// What is done when not everything can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Then nothing is booked.
    AllOrNone,
    /// Then what there is.
    WhatYouCan,
}

/// Days that a family wants.
#[derive(Clone, Debug)]
pub struct Basket {
    /// Whose.
    pub family: FamilyId,
    /// 128 bits in hex that the form carries.
    pub key: String,
    /// Which child on which date.
    pub wishes: Vec<(ChildId, Uuid)>,
    /// What when it is not all to be had.
    pub mode: Mode,
}

/// Why a day is not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was ticked.
    Nothing,
    /// Booking opens then.
    NotYet(Instant),
    /// First a place in the line.
    NoTicket,
    /// The family is let in then.
    NotYourTurn(Instant),
    /// This child has no places that can be booked.
    NotThisChild(ChildId),
    /// The day is not of the programme, or not held any more.
    NotHeld,
    /// More days than the child has; how many there are left.
    TooManyDays(ChildId, i64),
    /// The child comes somewhere on that day.
    SameDay(ChildId, Date),
    /// The places for other reasons are used up.
    ShareIsUsed,
    /// These dates are full.
    Full(Vec<Uuid>),
    /// The desk says no: too late, or of another age.
    Desk(bookings::Refused),
}

/// What came of a basket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Got {
    /// What is booked.
    pub booked: Vec<(ChildId, Uuid)>,
    /// What is not, with the reason.
    pub refused: Vec<(ChildId, Uuid, Refused)>,
}

/// Everything that a basket is judged by.
pub(crate) struct Whole {
    pub id: ProgrammeId,
    pub programme: Programme,
    pub is_drawn: bool,
    pub family: FamilyRow,
    pub children: Vec<ChildRow>,
    pub days: Vec<DayRow>,
    pub ticket: Option<TicketRow>,
    pub held: Vec<Held>,
    pub is_asked: bool,
}

impl Whole {
    pub(crate) fn find(tx: &mut Tx, family: FamilyId) -> Result<Option<Whole>, Fault> {
        let Some(family) = rows::find_family(tx, family)? else { return Ok(None) };
        let row =
            rows::find_programme_by_id(tx, family.programme_id)?.context("the programme of a family")?;
        let programme = row.programme()?;
        let held = list_held(tx, row.id, &programme, begins(programme.first)?)?;
        Ok(Some(Whole {
            id: row.id,
            children: rows::list_children(tx, family.id)?,
            days: rows::list_days_of_family(tx, family.id)?,
            ticket: rows::find_ticket(tx, row.id, family.id)?,
            is_asked: rows::find_check(tx, family.id)?.is_some(),
            is_drawn: row.drawn_at.is_some(),
            programme,
            family,
            held,
        }))
    }

    pub(crate) fn child(&self, id: ChildId) -> Option<&ChildRow> {
        self.children.iter().find(|child| child.id == id)
    }

    pub(crate) fn date(&self, id: Uuid) -> Option<(&Held, &HeldDate)> {
        self.held.iter().find_map(|held| Some((held, held.dates.iter().find(|date| date.id == id)?)))
    }

    /// Days that count against a child's own, and how many it has left.
    pub(crate) fn left(&self, child: ChildId) -> i64 {
        let taken = self.days.iter().filter(|day| day.child_id == child && is_live(day)).count();
        self.programme.days_each - i64::try_from(taken).unwrap_or(0)
    }
}

/// Whether a day is the child's.
pub(crate) fn is_live(day: &DayRow) -> bool {
    matches!(day.state.as_str(), "asked" | "booked")
}

/// Whether a family may book now.
pub(crate) fn decide_may_book(
    programme: &Programme,
    ticket: Option<&TicketRow>,
    is_drawn: bool,
    now: Instant,
) -> Result<(), Refused> {
    let Some(opens_at) = programme.opens_at else { return Ok(()) };
    if now < opens_at {
        return Err(Refused::NotYet(opens_at));
    }
    match (programme.opening, ticket.and_then(|ticket| ticket.place)) {
        (Opening::FirstCome, _) => Ok(()),
        (Opening::Ballot, _) if is_drawn => Ok(()),
        (Opening::Ballot, _) => Err(Refused::NotYet(opens_at)),
        (Opening::Line, None) => Err(Refused::NoTicket),
        (Opening::Line, Some(place)) => {
            let turn = decide_turn(opens_at, place, programme.line_per_minute);
            if now < turn { Err(Refused::NotYourTurn(turn)) } else { Ok(()) }
        }
    }
}

/// Books a basket. The same basket sent twice is booked once.
pub async fn book_basket(room: &Holidays, basket: Basket) -> Result<Result<Got, Refused>, Fault> {
    let family = basket.family;
    let whole = room.site().db().read(move |tx| Whole::find(tx, family)).await?;
    let Some(whole) = whole else { return Ok(Err(Refused::NotHeld)) };
    let now = room.site().clock().now();
    if let Err(why) = decide_may_book(&whole.programme, whole.ticket.as_ref(), whole.is_drawn, now) {
        return Ok(Err(why));
    }
    serve(room, &whole, basket).await
}

/// The same for a family whose turn it is.
pub(crate) async fn serve(
    room: &Holidays,
    whole: &Whole,
    basket: Basket,
) -> Result<Result<Got, Refused>, Fault> {
    let wishes: BTreeSet<(ChildId, Uuid)> = basket.wishes.iter().copied().collect();
    if wishes.is_empty() {
        return Ok(Err(Refused::Nothing));
    }
    if basket.mode == Mode::AllOrNone {
        let wishes: Vec<_> = wishes.into_iter().collect();
        return Ok(book_together(room, whole, &basket.key, &wishes)
            .await?
            .map(|()| Got { booked: wishes, refused: Vec::new() }));
    }
    let mut got = Got::default();
    // In the order in which they ticked them, which is that of the days.
    for wish in basket.wishes.iter().filter(|wish| wishes.contains(*wish)) {
        match book_together(room, whole, &basket.key, &[*wish]).await? {
            Ok(()) => got.booked.push(*wish),
            Err(why) => got.refused.push((wish.0, wish.1, why)),
        }
    }
    Ok(Ok(got))
}

async fn book_together(
    room: &Holidays,
    whole: &Whole,
    key: &str,
    wishes: &[(ChildId, Uuid)],
) -> Result<Result<(), Refused>, Fault> {
    let requests = match requests(whole, key, wishes) {
        Ok(requests) => requests,
        Err(why) => return Ok(Err(why)),
    };
    let now = room.site().clock().now();
    let asked: Vec<DayRow> =
        requests.iter().flat_map(|(child, request)| days_of(whole, child, request, now)).collect();
    let (programme, rules, days) = (whole.id, whole.programme.clone(), asked.clone());
    let fresh =
        room.line().write(vec![programme.uuid()], move |tx| take_days(tx, programme, &rules, &days)).await?;
    let fresh = match fresh {
        Ok(fresh) => fresh,
        Err(why) => return Ok(Err(why)),
    };
    // What is booked already was booked by this form before.
    let wanted: Vec<(ChildRow, Request)> = requests
        .into_iter()
        .filter(|(child, request)| request.dates.iter().any(|date| fresh.contains(&(child.id, *date))))
        .collect();
    if wanted.is_empty() {
        return Ok(Ok(()));
    }
    let outcome = book_all(room.desk(), wanted.iter().map(|(_, request)| request.clone()).collect()).await;
    let (settled, refused) = match outcome {
        Ok(Ok(booked)) => (Some(booked), None),
        Ok(Err(why)) => (None, Some(why)),
        // Nobody knows what became of it: it stays asked, and the job looks.
        Err(fault) => return Err(fault),
    };
    let mut days: Vec<DayRow> =
        asked.into_iter().filter(|day| fresh.contains(&(day.child_id, day.date_id))).collect();
    for day in &mut days {
        let booked = settled.as_ref().and_then(|booked| {
            let at = wanted.iter().position(|(_, request)| request.form_key == day.form_key)?;
            booked.get(at)
        });
        day.booking_id = booked.map(|booked| booked.id.uuid());
        day.state = if booked.is_some() { "booked" } else { "given_up" }.to_owned();
    }
    room.line()
        .write(vec![programme.uuid()], move |tx| days.iter().try_for_each(|day| rows::set_day(tx, day)))
        .await?;
    Ok(match refused {
        None => Ok(()),
        Some(bookings::Refused::Full(dates)) => Err(Refused::Full(dates)),
        Some(bookings::Refused::NotHeld) => Err(Refused::NotHeld),
        Some(why) => Err(Refused::Desk(why)),
    })
}

/// One wish of the booking desk for each child and session: a booking is then one child's, and so is a mark in the register.
fn requests(
    whole: &Whole,
    key: &str,
    wishes: &[(ChildId, Uuid)],
) -> Result<Vec<(ChildRow, Request)>, Refused> {
    let mut by_session: BTreeMap<(ChildId, Uuid), Vec<Uuid>> = BTreeMap::new();
    for (child, date) in wishes {
        let Some(kept) = whole.child(*child).filter(|child| child.may_book()) else {
            return Err(Refused::NotThisChild(*child));
        };
        let Some((held, _)) = whole.date(*date) else { return Err(Refused::NotHeld) };
        by_session.entry((kept.id, held.session_id.uuid())).or_default().push(*date);
    }
    let family = &whole.family;
    let contact = Contact {
        name: family.name.clone(),
        email: family.email.as_ref().and_then(|email| email.parse().ok()),
        phone: family.phone.as_ref().and_then(|phone| phone.parse().ok()),
    };
    let mut requests = Vec::new();
    for ((child, session), mut dates) in by_session {
        let Some(child) = whole.child(child) else { return Err(Refused::NotThisChild(child)) };
        dates.sort_unstable();
        requests.push((
            child.clone(),
            Request {
                form_key: form_key(key, child.id, session, &dates),
                how: How::Booked,
                dates,
                party: vec![guest(child)],
                contact: contact.clone(),
                note: String::new(),
                made_by: MadeBy::Family,
                invitation: None,
                through: Through::Programme,
            },
        ));
    }
    Ok(requests)
}

/// The child as the register of the session shows it: with what its food and its support must be.
fn guest(child: &ChildRow) -> Guest {
    let one_to_one = if child.one_to_one { "Needs one-to-one support." } else { "" };
    let diet = if child.diet.is_empty() { String::new() } else { format!("Food: {}", child.diet) };
    let needs = [one_to_one, &child.support, &diet];
    Guest {
        name: format!("{} {}", child.first_name, child.last_name),
        born: child.born,
        grown_up: false,
        needs: needs.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
    }
}

fn form_key(key: &str, child: ChildId, session: Uuid, dates: &[Uuid]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("hearth: a wish of a holiday basket");
    hasher.update(key.as_bytes());
    for id in [&child.uuid(), &session].into_iter().chain(dates) {
        hasher.update(id.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn days_of<'a>(
    whole: &'a Whole,
    child: &'a ChildRow,
    request: &'a Request,
    now: Instant,
) -> impl Iterator<Item = DayRow> + 'a {
    request.dates.iter().filter_map(move |id| {
        let (held, date) = whole.date(*id)?;
        Some(DayRow {
            child_id: child.id,
            date_id: *id,
            programme_id: whole.id,
            session_id: held.session_id,
            day: date.day,
            state: "asked".to_owned(),
            funding: child.funding.clone().unwrap_or_default(),
            form_key: request.form_key.clone(),
            booking_id: None,
            changed_at: now,
        })
    })
}

/// Writes down the days that a family asks for, or says why not. The programme's row is held. Gives those that are new.
fn take_days(
    tx: &mut Tx,
    programme: ProgrammeId,
    rules: &Programme,
    days: &[DayRow],
) -> Result<Result<BTreeSet<(ChildId, Uuid)>, Refused>, Fault> {
    let mut fresh: Vec<&DayRow> = Vec::new();
    for day in days {
        match rows::find_day(tx, day.child_id, day.date_id)? {
            Some(kept) if is_live(&kept) && kept.form_key == day.form_key && kept.state == "booked" => {}
            Some(kept) if is_live(&kept) && kept.form_key == day.form_key => fresh.push(day),
            Some(kept) if is_live(&kept) => return Ok(Err(Refused::SameDay(day.child_id, day.day))),
            _ => fresh.push(day),
        }
    }
    let mut by_child: BTreeMap<ChildId, Vec<&DayRow>> = BTreeMap::new();
    for day in &fresh {
        by_child.entry(day.child_id).or_default().push(day);
    }
    for (child, wanted) in &by_child {
        let Some(kept) = rows::find_child(tx, *child)?.filter(ChildRow::may_book) else {
            return Ok(Err(Refused::NotThisChild(*child)));
        };
        let own: Vec<DayRow> = rows::list_days_of_family(tx, kept.family_id)?
            .into_iter()
            .filter(|day| {
                day.child_id == *child && is_live(day) && !wanted.iter().any(|new| new.date_id == day.date_id)
            })
            .collect();
        let mut taken: BTreeSet<Date> = own.iter().map(|day| day.day).collect();
        if let Some(twice) = wanted.iter().find(|day| !taken.insert(day.day)) {
            return Ok(Err(Refused::SameDay(*child, twice.day)));
        }
        let many = |days: usize| i64::try_from(days).unwrap_or(i64::MAX);
        if kept.funding() != Some(Funding::Paid)
            && let Err(left) = decide_entitlement(rules, many(own.len()), many(wanted.len()))
        {
            return Ok(Err(Refused::TooManyDays(*child, left)));
        }
    }
    let more = fresh.iter().filter(|day| day.funding == Funding::Discretionary.key()).count();
    if more > 0 {
        let (funded, discretionary) = rows::count_funded(tx, programme)?;
        if decide_discretionary(rules, funded, discretionary, i64::try_from(more)?) == Share::Over {
            return Ok(Err(Refused::ShareIsUsed));
        }
    }
    for day in &fresh {
        rows::set_day(tx, day)?;
    }
    Ok(Ok(fresh.iter().map(|day| (day.child_id, day.date_id)).collect()))
}
