//! Tickets are taken, the order is drawn, and the families of a ballot are served in it.

use crate::{
    book_basket::{Basket, Mode, Whole, serve},
    mails::{DRAWN, tell},
    model::{FamilyId, Opening, Programme, ProgrammeId},
    opening::decide_order,
    room::Holidays,
    store as rows,
};
use anyhow::Context;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Id, Instant};
use store::Tx;
use uuid::Uuid;

/// The job that draws the order when booking opens, and serves a ballot.
pub const DRAW_ORDER: &str = "draw_holiday_order";

/// How many families of a ballot one run serves. The next run goes on.
const SERVED_MAX: usize = 100;

/// Wants the order drawn when booking opens.
pub(crate) fn draw_in_time(
    tx: &mut Tx,
    id: ProgrammeId,
    programme: &Programme,
    now: Instant,
) -> Result<(), Fault> {
    let (Some(opens_at), Opening::Line | Opening::Ballot) = (programme.opens_at, programme.opening) else {
        return Ok(());
    };
    let key = format!("{id}/{opens_at}");
    jobs::enqueue(tx, DRAW_ORDER, &id.uuid(), opens_at, now, Some(&key)).map(|_| ())
}

/// Takes a ticket for a family: one each, whoever asks how often. After the opening the place is the next of the line.
pub async fn take_ticket(room: &Holidays, programme: ProgrammeId, family: FamilyId) -> Result<(), Fault> {
    let clock = room.site().clock().clone();
    room.line()
        .write(vec![programme.uuid()], move |tx| {
            // The clock is looked at when the programme's row is ours: the numbers are in the order of the arrivals.
            let now = clock.now();
            draw(tx, programme, now)?;
            if rows::find_ticket(tx, programme, family)?.is_some() {
                return Ok(());
            }
            let row = rows::find_programme_by_id(tx, programme)?.context("a programme with a line")?;
            let place = if row.drawn_at.is_some() { Some(rows::count_places(tx, programme)?) } else { None };
            rows::insert_ticket(tx, programme, family, place, now)
        })
        .await
}

/// Puts those who came before the opening in order, once. The programme's row is held.
pub(crate) fn draw(tx: &mut Tx, id: ProgrammeId, now: Instant) -> Result<(), Fault> {
    let Some(row) = rows::find_programme_by_id(tx, id)? else { return Ok(()) };
    let is_due = row.programme()?.opens_at.is_some_and(|opens_at| opens_at <= now);
    if row.drawn_at.is_some() || !is_due {
        return Ok(());
    }
    let numbers: Vec<i64> = rows::list_tickets(tx, id)?.into_iter().map(|ticket| ticket.number).collect();
    for (place, number) in decide_order(&row.seed, &numbers).into_iter().enumerate() {
        rows::set_place(tx, id, number, i64::try_from(place)?)?;
    }
    rows::set_drawn(tx, id, now)
}

pub(crate) async fn draw_order(job: JobContext, room: Holidays) -> Result<Outcome, Fault> {
    let id: ProgrammeId = Id::from_uuid(job.payload::<Uuid>()?);
    let clock = job.clock.clone();
    room.line().write(vec![id.uuid()], move |tx| draw(tx, id, clock.now())).await?;
    let found = job.db.read(move |tx| rows::find_programme_by_id(tx, id)).await?;
    let Some(row) = found.filter(|row| row.drawn_at.is_some()) else { return Ok(Outcome::Done) };
    if row.programme()?.opening != Opening::Ballot {
        return Ok(Outcome::Done);
    }
    let tickets = job.db.read(move |tx| rows::list_tickets(tx, id)).await?;
    let waiting: Vec<_> = tickets.into_iter().filter(|ticket| ticket.served_at.is_none()).collect();
    for ticket in waiting.iter().take(SERVED_MAX) {
        serve_wishes(&room, id, ticket.number, ticket.family_id).await?;
    }
    if waiting.len() > SERVED_MAX {
        let now = job.clock.now();
        job.db.write(move |tx| jobs::enqueue(tx, DRAW_ORDER, &id.uuid(), now, now, None).map(|_| ())).await?;
    }
    Ok(Outcome::Done)
}

/// Books what there is of a family's wishes. Run again, the same form's keys give the same bookings.
async fn serve_wishes(room: &Holidays, id: ProgrammeId, number: i64, family: FamilyId) -> Result<(), Fault> {
    let whole = room.site().db().read(move |tx| Whole::find(tx, family)).await?;
    if let Some(whole) = &whole {
        let wishes = whole
            .days
            .iter()
            .filter(|day| day.state == "wished")
            .map(|day| (day.child_id, day.date_id))
            .collect();
        let key = format!("ballot/{id}/{number}");
        serve(room, whole, Basket { family, key, wishes, mode: Mode::WhatYouCan }).await?.ok();
    }
    let (room, now) = (room.clone(), room.site().clock().now());
    room.clone()
        .line()
        .write(vec![id.uuid()], move |tx| {
            rows::delete_wishes(tx, family)?;
            if let Some(family) = rows::find_family(tx, family)? {
                tell(tx, &room, &family, &DRAWN, "drawn", now)?;
            }
            rows::set_served(tx, id, number, now)
        })
        .await
}

/// Keeps a family's wishes for the ballot, in place of those before.
pub(crate) async fn keep_wishes(room: &Holidays, whole: &Whole, basket: &Basket) -> Result<(), Fault> {
    let (programme, family) = (whole.id, whole.family.id);
    let now = room.site().clock().now();
    let days: Vec<rows::DayRow> = basket
        .wishes
        .iter()
        .filter_map(|(child, date)| {
            let child = whole.child(*child).filter(|child| child.may_book())?;
            let (held, on) = whole.date(*date)?;
            Some(rows::DayRow {
                child_id: child.id,
                date_id: *date,
                programme_id: programme,
                session_id: held.session_id,
                day: on.day,
                state: "wished".to_owned(),
                funding: child.funding.clone().unwrap_or_default(),
                form_key: String::new(),
                booking_id: None,
                changed_at: now,
            })
        })
        .collect();
    room.line()
        .write(vec![programme.uuid()], move |tx| {
            rows::delete_wishes(tx, family)?;
            for day in &days {
                if !rows::find_day(tx, day.child_id, day.date_id)?
                    .is_some_and(|kept| crate::book_basket::is_live(&kept))
                {
                    rows::set_day(tx, day)?;
                }
            }
            Ok(())
        })
        .await?;
    take_ticket(room, programme, family).await
}
