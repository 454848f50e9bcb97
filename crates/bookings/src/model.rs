//! What a booking is, and every decision about places, queues and offers: no database, no clock, no page.

use calendar::AgeBand;
use events::Counts;
use jiff::{SignedDuration, ToSpan, civil::Time};
use kernel::{Date, Id, Instant, Phone, london};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A booking's id.
pub type BookingId = Id<BookingOf>;
/// A party that comes to one or more dates, waits for them, or came no further.
pub struct BookingOf;

/// The most dates of one booking: a course of a school year.
pub const DATES_MAX: usize = 60;
/// The most people of one party.
pub const PARTY_MAX: usize = 12;

/// Where a booking stands. Places belong to `Held`, `Offered` and `Booked`, and to no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept free for somebody who is typing, for some minutes.
    Held,
    /// In the queue.
    Waiting,
    /// Places came free and are kept for this party until it answers or the offer ends.
    Offered,
    /// The party comes.
    Booked,
    /// Taken back by the family or by staff, from any state.
    Cancelled,
    /// A hold or an offer that nobody answered.
    Lapsed,
    /// An offer that the family said no to.
    Declined,
}

impl State {
    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            State::Held => "held",
            State::Waiting => "waiting",
            State::Offered => "offered",
            State::Booked => "booked",
            State::Cancelled => "cancelled",
            State::Lapsed => "lapsed",
            State::Declined => "declined",
        }
    }

    /// Reads what was kept.
    pub fn of(key: &str) -> Option<State> {
        use State::*;
        [Held, Waiting, Offered, Booked, Cancelled, Lapsed, Declined]
            .into_iter()
            .find(|state| state.key() == key)
    }

    /// Which of a date's counts its places stand in.
    pub fn counted(self) -> Counted {
        match self {
            State::Booked => Counted::Taken,
            State::Held | State::Offered => Counted::Held,
            State::Waiting | State::Cancelled | State::Lapsed | State::Declined => Counted::Nowhere,
        }
    }
}

/// Where the places of a booking are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Among those who come.
    Taken,
    /// Among those kept free for somebody.
    Held,
    /// Not at all.
    Nowhere,
}

/// Somebody of a party.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Guest {
    /// As the register calls them.
    pub name: String,
    /// Date of birth, of a child whose age matters.
    pub born: Option<Date>,
    /// A grown-up, who takes no place where children are counted.
    pub grown_up: bool,
    /// What helps them to take part. May be empty.
    pub needs: String,
}

/// How many places a party takes on each date. A party without a child still takes one: somebody is coming.
pub fn decide_places(counts: Counts, party: &[Guest]) -> i64 {
    let many = match counts {
        Counts::Families => 1,
        Counts::People => party.len(),
        Counts::Children => party.iter().filter(|guest| !guest.grown_up).count(),
    };
    i64::try_from(many.max(1)).unwrap_or(i64::MAX)
}

/// Whether two parties are most likely the same one: they share a child; or, where neither brings a child, a grown-up. A
/// date of birth that was not given speaks neither for nor against it.
pub(crate) fn decide_is_same_party(one: &[Guest], other: &[Guest]) -> bool {
    let brings_child = |party: &[Guest]| party.iter().any(|guest| !guest.grown_up);
    let looks_at_children = brings_child(one) || brings_child(other);
    let is_same = |ours: &Guest, theirs: &Guest| {
        let name = ours.name.trim().to_lowercase();
        let agree = ours.born.is_none() || theirs.born.is_none() || ours.born == theirs.born;
        !name.is_empty()
            && name == theirs.name.trim().to_lowercase()
            && agree
            && ours.grown_up == theirs.grown_up
            && ours.grown_up != looks_at_children
    };
    one.iter().any(|ours| other.iter().any(|theirs| is_same(ours, theirs)))
}

/// Whether a grown-up may come without a child: where children are counted, or the ages end before anybody is grown up,
/// somebody has to say which child comes.
pub(crate) fn decide_needs_child(counts: Counts, ages: AgeBand) -> bool {
    counts == Counts::Children || ages.under_months.is_some_and(|under| under <= GROWN_UP_MONTHS)
}

/// From when somebody is a grown-up, in months.
const GROWN_UP_MONTHS: u16 = 18 * 12;

/// Whether a form asks again for what its contact has booked on that date already: for a child of the same name. Where
/// one of the two names no child, it is the same family.
pub(crate) fn decide_is_twice(asked: &[Guest], booked: &[Guest]) -> bool {
    let children = |party: &[Guest]| -> Vec<String> {
        let named = party.iter().filter(|guest| !guest.grown_up);
        named.map(|guest| guest.name.trim().to_lowercase()).collect()
    };
    let (asked, booked) = (children(asked), children(booked));
    asked.is_empty() || booked.is_empty() || asked.iter().any(|name| booked.contains(name))
}

/// A number that can get a text, however it was typed, as it is kept: `07700 900123` for a mobile of this country (070
/// and 076 are none, but for 07624 of the Isle of Man), and with its `+` and country for every other.
pub(crate) fn read_mobile(typed: &str) -> Option<Phone> {
    let dialled: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !"()-.\u{2010}\u{2011}\u{2013}".contains(*letter))
        .collect();
    let home = ["+440", "+44", "00440", "0044", "0"].iter().find_map(|start| dialled.strip_prefix(start));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = home.filter(|rest| rest.len() == 10 && rest.starts_with('7') && all_digits(rest)) {
        let is_mobile = !rest.starts_with("70") && (!rest.starts_with("76") || rest.starts_with("7624"));
        return is_mobile.then(|| format!("0{} {}", &rest[..4], &rest[4..]).parse().ok()).flatten();
    }
    let abroad = dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00"))?;
    let is_whole = (8..=15).contains(&abroad.len()) && all_digits(abroad);
    let is_ours = abroad.starts_with('0') || abroad.starts_with("44");
    (is_whole && !is_ours).then(|| format!("+{abroad}").parse().ok()).flatten()
}

/// A number in the ways in which bookings may keep it: those from before [`read_mobile`] keep it as it was typed.
pub(crate) fn mobile_as_kept(phone: &Phone) -> Vec<String> {
    let kept = phone.as_str().to_owned();
    let dialled = phone.dialled();
    let mut ways = vec![kept];
    if let Some((start, end)) = dialled.strip_prefix('0').and_then(|rest| rest.split_at_checked(4)) {
        ways.extend([format!("+44{start}{end}"), format!("+44 {start}{end}"), format!("+44 {start} {end}")]);
    }
    ways.push(dialled);
    ways.dedup();
    ways
}

/// The places of one date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Places there are.
    pub capacity: i64,
    /// How many more may be booked, as somebody allowed and the trail says.
    pub allowance: i64,
    /// Places of those who come.
    pub taken: i64,
    /// Places kept free for somebody.
    pub held: i64,
}

impl Room {
    /// Places that nobody has. Below zero when the places were cut after they were booked: nobody is dropped for that.
    pub fn free(self) -> i64 {
        self.most() - self.taken - self.held
    }

    /// Places that there could be for one party, were nobody else here.
    pub fn most(self) -> i64 {
        self.capacity + self.allowance
    }
}

/// How an allowance beyond the places is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// In places.
    Places,
    /// In hundredths of the places that there are.
    Percent,
}

impl Unit {
    /// Reads what a form says.
    pub fn of(key: &str) -> Option<Unit> {
        match key {
            "places" => Some(Unit::Places),
            "percent" => Some(Unit::Percent),
            _ => None,
        }
    }

    /// The most that may be allowed at once.
    pub fn most(self) -> i64 {
        match self {
            Unit::Places => 500,
            Unit::Percent => 100,
        }
    }
}

/// How many more may be booked than there are places. A part of a place is none.
pub(crate) fn decide_allowance(unit: Unit, amount: i64, capacity: i64) -> u32 {
    let more = match unit {
        Unit::Places => amount,
        Unit::Percent => capacity * amount / 100,
    };
    u32::try_from(more).unwrap_or(0)
}

/// A booking on a date that has fewer places than bookings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Over {
    /// What the family says on the phone.
    pub reference: String,
    /// Its places.
    pub places: i64,
    /// When it was made.
    pub made_at: Instant,
}

/// Of those who have places on a date, the last to book first: who is beyond the places that there are.
pub(crate) fn decide_over(room: Room, last_first: Vec<Over>) -> Vec<Over> {
    let mut beyond = -room.free();
    last_first
        .into_iter()
        .take_while(|over| {
            let is_beyond = beyond > 0;
            beyond -= over.places;
            is_beyond
        })
        .collect()
}

/// By how much a date's taken and held places change when a booking's places go from one count to another.
pub(crate) fn decide_move(places: i64, from: Counted, to: Counted) -> (i64, i64) {
    let of = |counted: Counted| i64::from(to == counted) - i64::from(from == counted);
    (places * of(Counted::Taken), places * of(Counted::Held))
}

/// Whether a party that fits may pass one that waits for more places than are free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueRule {
    /// Nobody passes: free places wait until there are enough for the first.
    #[default]
    InOrder,
    /// Who fits may pass, and the trail says whom they passed.
    WhoFits,
}

/// What a council decides about queues and offers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Rules {
    /// Whether a party that fits may pass.
    pub queue: QueueRule,
    /// How long an offer stands, in hours of the day in which families are awake.
    pub offer_hours: i64,
    /// From when families are awake.
    pub wakes: Time,
    /// Until when.
    pub sleeps: Time,
    /// How long places are held for somebody who is typing, in minutes.
    pub hold_minutes: i64,
    /// How long before the start the last offer may end, in minutes: time to get there.
    pub last_offer_minutes: i64,
    /// How often a party whose offer lapsed takes its old place in the queue again.
    pub rejoins: i64,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            queue: QueueRule::InOrder,
            offer_hours: 24,
            wakes: Time::constant(8, 0, 0, 0),
            sleeps: Time::constant(20, 0, 0, 0),
            hold_minutes: 15,
            last_offer_minutes: 60,
            rejoins: 1,
        }
    }
}

/// When an offer ends: its hours count only while families are awake, so none ends in the night; near the date it is cut
/// to half of the time that is left; and it never ends later than somebody needs to get there. None when there is no
/// longer time for an offer at all.
pub fn decide_offer_end(now: Instant, starts_at: Instant, rules: &Rules) -> Option<Instant> {
    let latest = starts_at - SignedDuration::from_mins(rules.last_offer_minutes);
    if latest <= now {
        return None;
    }
    let unhurried = awake_hours_after(now, rules.offer_hours, rules);
    let half_of_what_is_left = now + starts_at.duration_since(now) / 2;
    let ends = unhurried.min(half_of_what_is_left.max(now + SignedDuration::from_mins(30))).min(latest);
    // Half of a short time may fall into the night; then it ends when the night begins, or after it if that is over.
    Some(out_of_the_night(ends, now, rules).min(latest))
}

fn awake_hours_after(now: Instant, hours: i64, rules: &Rules) -> Instant {
    let mut left = SignedDuration::from_hours(hours);
    let mut at = now;
    // A day of one waking minute would still end: at most so many days as there are minutes.
    for _ in 0..=hours.max(1) * 60 {
        let (wakes, sleeps) = day_of(at, rules);
        if at < wakes {
            at = wakes;
        }
        if at < sleeps {
            let today = sleeps.duration_since(at);
            if left <= today {
                return at + left;
            }
            left -= today;
        }
        at = next_waking(at, rules);
    }
    at
}

fn out_of_the_night(ends: Instant, now: Instant, rules: &Rules) -> Instant {
    let (wakes, sleeps) = day_of(ends, rules);
    if ends < wakes {
        return wakes;
    }
    if ends > sleeps { if sleeps > now { sleeps } else { next_waking(ends, rules) } } else { ends }
}

/// When families wake and sleep on the day of an instant.
fn day_of(at: Instant, rules: &Rules) -> (Instant, Instant) {
    let day = at.to_zoned(london()).date();
    let on = |time: Time| day.to_datetime(time).to_zoned(london()).map_or(at, |zoned| zoned.timestamp());
    (on(rules.wakes), on(rules.sleeps))
}

fn next_waking(at: Instant, rules: &Rules) -> Instant {
    let day = at.to_zoned(london()).date().saturating_add(1.day());
    day.to_datetime(rules.wakes)
        .to_zoned(london())
        .map_or(at + SignedDuration::from_hours(24), |zoned| zoned.timestamp())
}

/// Somebody in the queue of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Which booking.
    pub id: BookingId,
    /// The dates it waits for, all or none.
    pub dates: Vec<Uuid>,
    /// Places on each.
    pub places: i64,
}

/// Those of a queue who can still get what they wait for. `most_of` gives the most places that a date has for one party,
/// and none for a date that nobody can be offered any more: it is over, not held, or too near to answer. Who waits for
/// what cannot come holds nobody up; otherwise places would stay empty before everybody's eyes.
pub fn decide_hopeful(queue: Vec<Waiter>, most_of: impl Fn(Uuid) -> Option<i64>) -> Vec<Waiter> {
    let can_come = |waiter: &Waiter, date: &Uuid| most_of(*date).is_some_and(|most| waiter.places <= most);
    queue.into_iter().filter(|waiter| waiter.dates.iter().all(|date| can_come(waiter, date))).collect()
}

/// Who of the queue is offered places now, in the order of the queue; and who was passed by somebody behind them, which
/// is written down. `room_of` gives the free places of a date.
pub fn decide_offers(
    queue: &[Waiter],
    rule: QueueRule,
    room_of: impl Fn(Uuid) -> i64,
) -> (Vec<BookingId>, Vec<BookingId>) {
    let mut offered: Vec<&Waiter> = Vec::new();
    let mut stuck: Vec<&Waiter> = Vec::new();
    let mut passed: Vec<BookingId> = Vec::new();
    let mut held_up: Vec<Uuid> = Vec::new();
    for waiter in queue {
        let left = |date: &Uuid| {
            let gone = offered
                .iter()
                .filter(|other| other.dates.contains(date))
                .map(|other| other.places)
                .sum::<i64>();
            room_of(*date) - gone
        };
        let short: Vec<Uuid> =
            waiter.dates.iter().copied().filter(|date| left(date) < waiter.places).collect();
        let is_behind = waiter.dates.iter().any(|date| held_up.contains(date));
        if !short.is_empty() || is_behind {
            // A party holds a date up only where it lacks places; elsewhere it stands in nobody's way.
            if rule == QueueRule::InOrder {
                held_up.extend(short);
            }
            stuck.push(waiter);
            continue;
        }
        let shares = |other: &&&Waiter| other.dates.iter().any(|date| waiter.dates.contains(date));
        passed.extend(stuck.iter().filter(shares).map(|other| other.id));
        offered.push(waiter);
    }
    (offered.into_iter().map(|waiter| waiter.id).collect(), passed)
}

/// What becomes of somebody who asks for places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is room on every date.
    Fits,
    /// On these dates there is not, or others wait for what there is.
    Full(Vec<Uuid>),
}

/// Whether a newcomer fits: on every date there must be room, and nobody may be waiting there for more places than there
/// are. Who comes new passes nobody, whatever the rule among those who wait; staff see the queue and may. The queue is
/// that of [`decide_hopeful`].
pub fn decide_newcomer(dates: &[(Uuid, Room)], places: i64, queue: &[Waiter]) -> Answer {
    let is_waited_for = |date: &Uuid, room: &Room| {
        queue.iter().any(|waiter| waiter.dates.contains(date) && room.free() < waiter.places)
    };
    let full: Vec<Uuid> = dates
        .iter()
        .filter(|(date, room)| room.free() < places || is_waited_for(date, room))
        .map(|(date, _)| *date)
        .collect();
    if full.is_empty() { Answer::Fits } else { Answer::Full(full) }
}

/// Why a booking is not taken. Each has its sentence in `words.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No dates, too many, or the same twice.
    Dates,
    /// One of the dates is not, or is no longer, one that can be booked.
    NotHeld,
    /// Not yet: booking begins then.
    NotYet(Instant),
    /// Too late for one of the dates.
    TooLate,
    /// This kind of session is not booked this way.
    NotThisWay,
    /// A course is booked whole: these dates are missing.
    WholeCourse(Vec<Uuid>),
    /// Nobody, too many, or somebody without a name.
    Party,
    /// This child is not of an age for it on that day.
    Age {
        /// Which of the party, counted from nought.
        guest: usize,
        /// On which day.
        day: Date,
    },
    /// These dates are full.
    Full(Vec<Uuid>),
    /// One queues for one session at a time.
    QueueForOne,
    /// Whoever is to be written to has this date already, by this booking, for a child of the same name.
    Twice(BookingId),
    /// The same form came with another content: what was sent first stands.
    OtherContent,
    /// There is no such booking, or it is over.
    Over,
    /// The offer or the hold has ended.
    Ended,
}

/// Who asked for a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeBy {
    /// Somebody on the public page.
    Family,
    /// A professional for a family.
    Practitioner,
    /// Who runs the session.
    Staff,
}

impl MadeBy {
    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            MadeBy::Family => "family",
            MadeBy::Practitioner => "practitioner",
            MadeBy::Staff => "staff",
        }
    }

    /// Reads what was kept.
    pub fn of(key: &str) -> Option<MadeBy> {
        [MadeBy::Family, MadeBy::Practitioner, MadeBy::Staff].into_iter().find(|by| by.key() == key)
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
