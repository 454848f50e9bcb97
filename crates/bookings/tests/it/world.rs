//! One session of the simulation, and what must be true of it at every moment.

use crate::support::Hall;
use bookings::{BookingId, QueueRule, Request};
use events::SessionDraft;
use jiff::SignedDuration;
use kernel::Instant;
use std::collections::{BTreeMap, BTreeSet};
use store::{args, row};
use uuid::Uuid;

/// As the rules have it: within this time before the start nobody is offered anything.
const LAST_OFFER: SignedDuration = SignedDuration::from_mins(60);

pub struct World {
    pub slug: String,
    pub dates: Vec<Uuid>,
    pub wishes: Vec<Request>,
    pub log: Vec<String>,
    queue: QueueRule,
    used: BTreeMap<Uuid, i64>,
    states: Vec<(BookingId, String)>,
}

impl World {
    pub fn new(slug: &str, dates: Vec<Uuid>, queue: QueueRule) -> World {
        World {
            slug: slug.to_owned(),
            dates,
            wishes: Vec::new(),
            log: Vec::new(),
            queue,
            used: BTreeMap::new(),
            states: Vec::new(),
        }
    }

    /// What is taken and held at this moment.
    pub async fn look_at_places(hall: &Hall, worlds: &mut [World]) {
        let used = hall
            .db
            .read(|tx| tx.all::<(Uuid, i64)>("select date_id, taken + held from date_places", args![]));
        let used: BTreeMap<Uuid, i64> = used.await.unwrap().into_iter().collect();
        for world in worlds {
            let of_world = world.dates.iter().map(|date| (*date, used.get(date).copied().unwrap_or(0)));
            world.used = of_world.collect();
        }
    }

    pub fn known(&self) -> Vec<BookingId> {
        self.states.iter().map(|(id, _)| *id).collect()
    }

    pub fn in_state(&self, wanted: &str) -> Vec<BookingId> {
        self.states.iter().filter(|(_, state)| state == wanted).map(|(id, _)| *id).collect()
    }

    /// When each date becomes too near for an offer.
    pub fn edges(&self, draft: &SessionDraft) -> Vec<Instant> {
        let first = draft.parts[0].start.to_zoned(kernel::london()).unwrap().timestamp() - LAST_OFFER;
        (0..self.dates.len() as i64).map(|week| first + SignedDuration::from_hours(week * 7 * 24)).collect()
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct Kept {
        id: BookingId, session_id: Uuid, state: String, places: i64, turn: i64, queued_at: Option<Instant>,
        until_at: Option<Instant>, lapses: i64,
    }
}

#[derive(Clone, Debug)]
struct Places {
    starts_at: Instant,
    capacity: i64,
    allowance: i64,
    taken: i64,
    held: i64,
}

/// All that is kept, at one moment.
pub struct Seen {
    bookings: BTreeMap<Uuid, Vec<Kept>>,
    dates: BTreeMap<BookingId, Vec<Uuid>>,
    places: BTreeMap<Uuid, Places>,
    turns: BTreeMap<BookingId, Vec<(i64, String)>>,
}

impl Seen {
    pub async fn take(hall: &Hall, worlds: &[World]) -> Seen {
        hall.expect_sound().await;
        let all: Vec<Uuid> = worlds.iter().flat_map(|world| world.dates.iter().copied()).collect();
        let read = hall.db.snapshot(move |tx| {
            let bookings: Vec<Kept> = tx.all(
                "select id, session_id, state, places, turn, queued_at, until_at, lapses from booking order by queued_at nulls last, id",
                args![],
            )?;
            let dates: Vec<(BookingId, Uuid)> =
                tx.all("select booking_id, date_id from booking_date where given_up_at is null", args![])?;
            let counts: Vec<(Uuid, i64, i64, i64)> =
                tx.all("select date_id, allowance, taken, held from date_places", args![])?;
            let counts: BTreeMap<Uuid, (i64, i64, i64)> = counts
                .into_iter()
                .map(|(date, allowance, taken, held)| (date, (allowance, taken, held)))
                .collect();
            let mut places: BTreeMap<Uuid, Places> = BTreeMap::new();
            for date in events::list_bookable_dates(tx, &all)? {
                let (allowance, taken, held) = counts.get(&date.id).copied().unwrap_or_default();
                let capacity = date.places.unwrap_or(0);
                places.insert(date.id, Places { starts_at: date.starts_at, capacity, allowance, taken, held });
            }
            let turns: Vec<(BookingId, i64, String)> =
                tx.all("select booking_id, number, state from booking_turn order by booking_id, number", args![])?;
            Ok((bookings, dates, places, turns))
        });
        let (bookings, dates, places, turns) = read.await.unwrap();
        let mut seen =
            Seen { bookings: BTreeMap::new(), dates: BTreeMap::new(), places, turns: BTreeMap::new() };
        for booking in bookings {
            seen.bookings.entry(booking.session_id).or_default().push(booking);
        }
        for (booking, date) in dates {
            seen.dates.entry(booking).or_default().push(date);
        }
        for (booking, number, state) in turns {
            seen.turns.entry(booking).or_default().push((number, state));
        }
        seen
    }

    fn dates_of(&self, booking: BookingId) -> &[Uuid] {
        self.dates.get(&booking).map_or(&[], Vec::as_slice)
    }

    fn free(&self, date: Uuid) -> i64 {
        let places = &self.places[&date];
        places.capacity + places.allowance - places.taken - places.held
    }
}

/// What the room promises of a session. `newcomer` was booked, held, or queued in this step, alone.
pub fn expect_promises_kept(
    world: &mut World,
    seen: &Seen,
    newcomer: Option<BookingId>,
    now: Instant,
) -> Result<(), String> {
    for date in &world.dates {
        let places = &seen.places[date];
        let used = places.taken + places.held;
        let before = world.used.insert(*date, used).unwrap_or(0);
        if used > places.capacity + places.allowance && used > before {
            return Err(format!("{date} is over its places and grew from {before}: {places:?}"));
        }
    }
    let session = events::session_id(&world.slug).uuid();
    let kept = seen.bookings.get(&session).map_or(&[][..], Vec::as_slice);
    for booking in kept {
        explained(booking, seen)?;
    }
    let waiting: Vec<&Kept> = kept.iter().filter(|booking| booking.state == "waiting").collect();
    let has_begun = |date: &Uuid| seen.places[date].starts_at <= now;
    if let Some(late) = waiting.iter().find(|waiter| seen.dates_of(waiter.id).iter().any(has_begun)) {
        return Err(format!("{} waits for a date that has begun", late.id));
    }
    if let Some(first) = first_to_offer(world.queue, &waiting, seen, &BTreeMap::new(), now) {
        return Err(format!("{first} waits for places that are free"));
    }
    let is_new = |booking: &&Kept| booking.turn == 1 && !world.states.iter().any(|(id, _)| *id == booking.id);
    let newcomer = newcomer.and_then(|id| kept.iter().find(|booking| booking.id == id)).filter(is_new);
    if let Some(newcomer) = newcomer.filter(|newcomer| newcomer.state != "waiting") {
        let without: BTreeMap<Uuid, i64> =
            seen.dates_of(newcomer.id).iter().map(|date| (*date, newcomer.places)).collect();
        if let Some(first) = first_to_offer(world.queue, &waiting, seen, &without, now) {
            return Err(format!("{} was let in before {first}", newcomer.id));
        }
    }
    world.states = kept.iter().map(|booking| (booking.id, booking.state.clone())).collect();
    Ok(())
}

/// Who of the queue could be offered all that they wait for, with so many more places on some dates.
fn first_to_offer(
    rule: QueueRule,
    waiting: &[&Kept],
    seen: &Seen,
    more: &BTreeMap<Uuid, i64>,
    now: Instant,
) -> Option<BookingId> {
    let mut held_up: BTreeSet<Uuid> = BTreeSet::new();
    for waiter in waiting {
        let dates = seen.dates_of(waiter.id);
        let in_vain = dates.iter().any(|date| {
            let places = &seen.places[date];
            places.starts_at - LAST_OFFER <= now || waiter.places > places.capacity + places.allowance
        });
        if in_vain {
            continue;
        }
        let lacks = |date: &&Uuid| seen.free(**date) + more.get(date).unwrap_or(&0) < waiter.places;
        let lacking: Vec<Uuid> = dates.iter().filter(lacks).copied().collect();
        if lacking.is_empty() && !dates.iter().any(|date| held_up.contains(date)) {
            return Some(waiter.id);
        }
        if rule == QueueRule::InOrder {
            held_up.extend(lacking);
        }
    }
    None
}

/// A booking's trail tells how it came to stand where it stands.
fn explained(booking: &Kept, seen: &Seen) -> Result<(), String> {
    let turns = seen.turns.get(&booking.id).map_or(&[][..], Vec::as_slice);
    let wrong = |what: &str| Err(format!("{what}: {booking:?} with {turns:?}"));
    if !turns.iter().map(|(number, _)| *number).eq(1..=booking.turn) {
        return wrong("turns are missing");
    }
    if turns.last().is_none_or(|(_, state)| *state != booking.state) {
        return wrong("the last turn is another");
    }
    if !["held", "waiting", "booked"].contains(&turns[0].1.as_str()) {
        return wrong("nothing begins so");
    }
    let may_follow = |from: &str, to: &str| {
        let next: &[&str] = match from {
            "held" => &["booked", "cancelled", "lapsed"],
            "waiting" => &["waiting", "offered", "cancelled"],
            "offered" => &["offered", "booked", "declined", "cancelled", "lapsed"],
            "booked" => &["booked", "cancelled"],
            "lapsed" => &["waiting"],
            _ => &[],
        };
        next.contains(&to)
    };
    if !turns.windows(2).all(|pair| may_follow(&pair[0].1, &pair[1].1)) {
        return wrong("a turn that nothing explains");
    }
    if booking.until_at.is_some() != ["held", "offered"].contains(&booking.state.as_str()) {
        return wrong("an end where there is none, or none where there is one");
    }
    let lapses = turns.iter().filter(|(_, state)| state == "lapsed").count() as i64;
    if booking.lapses != lapses {
        return wrong("lapses are miscounted");
    }
    let queued = turns.iter().any(|(_, state)| state == "waiting");
    if booking.queued_at.is_some() != queued {
        return wrong("a place in the queue that was never taken, or one that was lost");
    }
    Ok(())
}
