//! `POST /register/{date}/marks`: what a device kept while it had no network, as JSON. Everything in it has a key of the
//! device's own, so it may come late, in any order, and twice.

use crate::{
    Registers,
    keep_register::list_now,
    marks::{NewWalkIn, count_at_drop_in, insert_walk_in, set_marks, take},
    model::{AGE_BANDS, Came, DropIn, MarkKey, Meal, NewMark, Opening, Whom, decide_marked_at},
    roll::{find_right, keeper_of, opening_of, opens_at_words},
    store as rows,
};
use access::{KeepBookings, May};
use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use kernel::{Fault, Instant, one_line};
use safety::Level;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::Tx;
use uuid::Uuid;
use web::{BODY_LIMIT, Reply, Who, json_error};

/// The most of one kind that one message may hold; a device sends the rest in the next.
const MANY_MAX: usize = 200;
const NAME_MAX: usize = 80;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The device's clock, to set right how far it is out.
    now: i64,
    device: Uuid,
    /// Whose page kept it, as the page said it.
    #[serde(default)]
    keeper: String,
    #[serde(default)]
    marks: Vec<SentMark>,
    #[serde(default)]
    walk_ins: Vec<SentWalkIn>,
    #[serde(default)]
    steps: Vec<SentStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentMark {
    counter: i64,
    whom: String,
    came: String,
    meal: String,
    at: i64,
    #[serde(default)]
    saw: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentWalkIn {
    counter: i64,
    id: Uuid,
    #[serde(default)]
    name: String,
    grown_up: bool,
    #[serde(default)]
    age_band: String,
    meal: String,
    at: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentStep {
    counter: i64,
    children: i64,
    grown_ups: i64,
}

/// What was sent, checked; and what could not be taken, which the device shows.
struct Taken {
    marks: Vec<NewMark>,
    walk_ins: Vec<(i64, NewWalkIn)>,
    steps: Vec<(MarkKey, DropIn)>,
    refused: Vec<i64>,
}

pub(crate) async fn post(
    State(room): State<Registers>,
    who: Who,
    Path(date): Path<String>,
    body: Body,
) -> Reply {
    let site = room.site();
    let Some((may, date)) = find_right(&room, &who, &date).await? else {
        return Ok(json_error(StatusCode::NOT_FOUND, "not_found", "There is no such register."));
    };
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        let sentence = "That is more than fits into one message. Send it in parts.";
        return Ok(json_error(StatusCode::PAYLOAD_TOO_LARGE, "too_long", sentence));
    };
    let Ok(sent) = serde_json::from_slice::<Sent>(&bytes) else {
        return Ok(json_error(StatusCode::UNPROCESSABLE_ENTITY, "not_read", "The marks could not be read."));
    };
    if sent.marks.len().max(sent.walk_ins.len()).max(sent.steps.len()) > MANY_MAX {
        let sentence = "A message holds at most 200 marks. Send the rest in the next.";
        return Ok(json_error(StatusCode::UNPROCESSABLE_ENTITY, "too_many", sentence));
    }
    // A shared phone: what one person marked is never sent in the name of another.
    if !sent.keeper.is_empty() && sent.keeper != keeper_of(may.actor()) {
        let sentence = "Somebody else has signed in on this phone since.";
        return Ok(json_error(StatusCode::FORBIDDEN, "somebody_else", sentence));
    }
    let names: Vec<&str> = sent.walk_ins.iter().map(|walk_in| walk_in.name.as_str()).collect();
    let is_urgent = site.screen(&names.join("\n")).verdict().level != Level::Clear;
    let now = site.clock().now();
    let taken = parse(&sent, date, now);
    let (reply, held_back) = site
        .db()
        .write(move |tx| {
            let held_back = keep(tx, &may, date, &taken, now)?;
            Ok((list_now(tx, date)?, held_back))
        })
        .await?;
    let HeldBack { refused, early, opening } = held_back;
    let counters = sent.marks.iter().map(|mark| mark.counter);
    let counters = counters.chain(sent.walk_ins.iter().map(|walk_in| walk_in.counter));
    let kept: Vec<i64> = counters
        .chain(sent.steps.iter().map(|step| step.counter))
        .filter(|counter| !refused.contains(counter) && !early.contains(counter))
        .collect();
    let (marks, differences, counted) = reply;
    let mut answer = json!({
        "kept": kept, "refused": refused, "early": early, "marks": marks, "differences": differences,
        "children": counted.children, "grown_ups": counted.grown_ups, "urgent": is_urgent,
    });
    let mut status = StatusCode::OK;
    if let (Opening::From(opens_at), false) = (opening, early.is_empty()) {
        let sentence = format!("{}.", opens_at_words(opens_at, now));
        answer["error"] = json!({"code": "not_open_yet", "message": sentence});
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, answer.to_string()).into_response())
}

fn parse(sent: &Sent, date: Uuid, now: Instant) -> Taken {
    let mut taken = Taken { marks: Vec::new(), walk_ins: Vec::new(), steps: Vec::new(), refused: Vec::new() };
    let key = |counter: i64| MarkKey { device: sent.device, counter };
    for mark in &sent.marks {
        let parsed = (Whom::of(&mark.whom), came(&mark.came), Meal::of(&mark.meal));
        let (Some(whom), Some(came), Some(meal)) = parsed else {
            taken.refused.push(mark.counter);
            continue;
        };
        taken.marks.push(NewMark {
            key: key(mark.counter),
            date_id: date,
            whom,
            came,
            meal,
            marked_at: decide_marked_at(mark.at, sent.now, now),
            saw: mark.saw.split_whitespace().filter_map(MarkKey::of).take(8).collect(),
        });
    }
    for walk_in in &sent.walk_ins {
        let is_known = AGE_BANDS.iter().any(|(key, _)| *key == walk_in.age_band);
        let band = if is_known { walk_in.age_band.as_str() } else { "not_said" };
        let name: String = one_line(&walk_in.name).chars().take(NAME_MAX).collect();
        let new = NewWalkIn {
            id: walk_in.id,
            date_id: date,
            name,
            grown_up: walk_in.grown_up,
            age_band: if walk_in.grown_up { String::new() } else { band.to_owned() },
            meal: Meal::of(&walk_in.meal).unwrap_or_default(),
            added_at: decide_marked_at(walk_in.at, sent.now, now),
        };
        taken.walk_ins.push((walk_in.counter, new));
    }
    for step in &sent.steps {
        let step_of = DropIn { children: step.children, grown_ups: step.grown_ups };
        if [step.children, step.grown_ups].iter().all(|many| (-1..=1).contains(many)) {
            taken.steps.push((key(step.counter), step_of));
        } else {
            taken.refused.push(step.counter);
        }
    }
    taken
}

/// An empty word takes a mark back; an unknown one is not taken.
fn came(key: &str) -> Option<Option<Came>> {
    if key.is_empty() { Some(None) } else { Came::of(key).map(Some) }
}

/// What was not kept.
struct HeldBack {
    /// About nobody of this date, or not understood: the device drops it.
    refused: Vec<i64>,
    /// Before the register opens: the device keeps it.
    early: Vec<i64>,
    opening: Opening,
}

/// Keeps it, and says what is about nobody of this date or comes before its register opens.
fn keep(
    tx: &mut Tx,
    may: &May<KeepBookings>,
    date: Uuid,
    taken: &Taken,
    now: Instant,
) -> Result<HeldBack, Fault> {
    let opening = opening_of(&take(tx, date, now)?, now);
    let mut early = Vec::new();
    for (counter, walk_in) in &taken.walk_ins {
        if opening.takes_arrivals() {
            insert_walk_in(tx, may, walk_in, now)?;
        } else {
            early.push(*counter);
        }
    }
    let booked = bookings::list_booked_on(tx, &[date])?;
    let ids: Vec<_> = booked.iter().map(|booking| booking.booking_id).collect();
    let mut known: BTreeSet<Whom> = ids.iter().map(|id| Whom::Booked(*id, 0)).collect();
    let guests = bookings::list_guests_of(tx, &ids)?;
    known.extend(guests.iter().map(|guest| Whom::Booked(guest.booking_id, guest.number)));
    known.extend(rows::list_walk_ins(tx, date)?.iter().map(|walk_in| Whom::WalkIn(walk_in.id)));
    let mut refused = taken.refused.clone();
    let mut ours = Vec::new();
    for mark in &taken.marks {
        if !opening.takes(mark.says()) {
            early.push(mark.key.counter);
        } else if known.contains(&mark.whom) {
            ours.push(mark.clone());
        } else {
            refused.push(mark.key.counter);
        }
    }
    set_marks(tx, may, &ours, now)?;
    for (key, step) in &taken.steps {
        if opening.takes_arrivals() {
            count_at_drop_in(tx, may, date, *key, *step, now)?;
        } else {
            early.push(key.counter);
        }
    }
    Ok(HeldBack { refused, early, opening })
}
