//! What a register says, and every decision about it: which mark counts, which marks disagree, who is absent too often.

use bookings::BookingId;
use events::SessionId;
use jiff::SignedDuration;
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How somebody who was expected, or who walked in, came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// They were there.
    Came,
    /// They told us before that they could not come.
    Told,
    /// They were expected, did not come, and nobody had told us.
    DidNotCome,
}

impl Came {
    /// In the order of the register's buttons.
    pub const ALL: [Came; 3] = [Came::Came, Came::Told, Came::DidNotCome];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Came::Came => "came",
            Came::Told => "told",
            Came::DidNotCome => "did_not_come",
        }
    }

    /// Reads what was kept.
    pub fn of(key: &str) -> Option<Came> {
        Came::ALL.into_iter().find(|came| came.key() == key)
    }

    /// As the register's button says it.
    pub fn words(self) -> &'static str {
        match self {
            Came::Came => "Came",
            Came::Told => "Told us",
            Came::DidNotCome => "Did not come",
        }
    }
}

/// What somebody was given to eat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meal {
    /// Nothing, or nothing that was written down.
    #[default]
    None,
    /// A hot meal.
    Hot,
    /// A cold meal.
    Cold,
    /// Food to take home.
    Hamper,
}

impl Meal {
    /// In the order of the register's list.
    pub const ALL: [Meal; 4] = [Meal::None, Meal::Hot, Meal::Cold, Meal::Hamper];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Meal::None => "none",
            Meal::Hot => "hot",
            Meal::Cold => "cold",
            Meal::Hamper => "hamper",
        }
    }

    /// Reads what was kept.
    pub fn of(key: &str) -> Option<Meal> {
        Meal::ALL.into_iter().find(|meal| meal.key() == key)
    }

    /// As the register's list says it.
    pub fn words(self) -> &'static str {
        match self {
            Meal::None => "No meal",
            Meal::Hot => "Hot meal",
            Meal::Cold => "Cold meal",
            Meal::Hamper => "Hamper",
        }
    }
}

/// How somebody came to one date, as it counts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The date.
    pub date_id: Uuid,
    /// Its session.
    pub session_id: SessionId,
    /// The booking they came by; none for a walk-in.
    pub booking_id: Option<BookingId>,
    /// Their number in the booking from 1; 0 is the whole party.
    pub guest: i64,
    /// The walk-in, for somebody who had not booked.
    pub walk_in: Option<Uuid>,
    /// How they came.
    pub came: Came,
    /// What they were given to eat.
    pub meal: Meal,
    /// When it was marked, by the clock of whoever marked it.
    pub marked_at: Instant,
}

/// Whom a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// Somebody of a booking: their number from 1; 0 is the whole party.
    Booked(BookingId, i64),
    /// Somebody who had not booked.
    WalkIn(Uuid),
}

impl Whom {
    /// As a page and a device name them: no name, and nothing that can be guessed.
    pub fn key(self) -> String {
        match self {
            Whom::Booked(booking, guest) => format!("b.{booking}.{guest}"),
            Whom::WalkIn(id) => format!("w.{id}.0"),
        }
    }

    /// Reads [`Whom::key`].
    pub fn of(key: &str) -> Option<Whom> {
        let mut parts = key.split('.');
        let (kind, id, guest) = (parts.next()?, parts.next()?, parts.next()?);
        let id: Uuid = id.parse().ok()?;
        let guest: i64 = guest.parse().ok().filter(|guest| (0..=99).contains(guest))?;
        match kind {
            _ if parts.next().is_some() => None,
            "b" => Some(Whom::Booked(BookingId::from_uuid(id), guest)),
            "w" if guest == 0 => Some(Whom::WalkIn(id)),
            _ => None,
        }
    }
}

/// A mark's own key: the device that made it and the device's own count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkKey {
    /// The device, or what stands for a form that was sent without script.
    pub device: Uuid,
    /// Which of the device's marks.
    pub counter: i64,
}

impl MarkKey {
    /// `device.counter`, as a page carries it.
    pub fn of(text: &str) -> Option<MarkKey> {
        let (device, counter) = text.split_once('.')?;
        Some(MarkKey { device: device.parse().ok()?, counter: counter.parse().ok()? })
    }
}

impl std::fmt::Display for MarkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.device, self.counter)
    }
}

/// One mark as somebody made it. Every one is kept; which of them counts is decided by [`decide_standing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMark {
    /// Its own key: the same key is the same mark, however often it is sent.
    pub key: MarkKey,
    /// The date.
    pub date_id: Uuid,
    /// Whom it is about.
    pub whom: Whom,
    /// How they came; none takes an earlier mark back.
    pub came: Option<Came>,
    /// What they were given to eat.
    pub meal: Meal,
    /// When it was made.
    pub marked_at: Instant,
    /// The marks that whoever made it had before their eyes: it stands in their place.
    pub saw: Vec<MarkKey>,
}

impl NewMark {
    /// What decides which of two counts: the time, and for marks of one moment something that is the same everywhere.
    fn order(&self) -> (Instant, MarkKey) {
        (self.marked_at, self.key)
    }

    /// What it says.
    pub fn says(&self) -> (Option<Came>, Meal) {
        (self.came, self.meal)
    }
}

/// What the marks about one person come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The one that counts: the last by time of those that nobody has marked over.
    pub counts: &'a NewMark,
    /// Those that nobody has seen and marked over, when they do not all say the same.
    pub differing: Vec<&'a NewMark>,
}

/// What the marks about one person come to, in whichever order they arrived. Two that did not know of each other and say
/// different things are a difference for a person to look at; one who saw a mark and marked over it has corrected it.
pub fn decide_standing(marks: &[NewMark]) -> Option<Standing<'_>> {
    let is_overtaken = |mark: &NewMark| {
        marks.iter().any(|other| {
            let later_here = other.key.device == mark.key.device && other.key.counter > mark.key.counter;
            later_here || (other.saw.contains(&mark.key) && other.key != mark.key)
        })
    };
    let mut heads: Vec<&NewMark> = marks.iter().filter(|mark| !is_overtaken(mark)).collect();
    heads.sort_by_key(|mark| mark.order());
    let counts = heads.last().copied().or_else(|| marks.iter().max_by_key(|mark| mark.order()))?;
    let agree = heads.windows(2).all(|two| two[0].says() == two[1].says());
    Some(Standing { counts, differing: if agree { Vec::new() } else { heads } })
}

/// Marks by whom they are about.
pub fn by_whom(marks: Vec<NewMark>) -> BTreeMap<Whom, Vec<NewMark>> {
    let mut all: BTreeMap<Whom, Vec<NewMark>> = BTreeMap::new();
    for mark in marks {
        all.entry(mark.whom).or_default().push(mark);
    }
    all
}

/// How long before a date starts its register opens: families arrive early, and nobody can have come before that.
const OPENS_BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// What may be marked on a date now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Everything.
    Open,
    /// Until this instant only who told us that they cannot come.
    From(Instant),
    /// The date was cancelled. What somebody saw is still kept, but nobody is taken to have come.
    Off,
}

/// Whether the register of a date that is held, or was called off, is open.
pub fn decide_opening(is_off: Off, starts_at: Instant, now: Instant) -> Opening {
    let opens_at = starts_at - OPENS_BEFORE;
    match is_off {
        _ if now < opens_at => Opening::From(opens_at),
        Off::CalledOff => Opening::Off,
        Off::Held => Opening::Open,
    }
}

/// Whether a date is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// It is.
    Held,
    /// It was cancelled.
    CalledOff,
}

impl Opening {
    /// Whether a mark may be made: before the register opens only 'told us', or taking that back.
    pub fn takes(self, (came, meal): (Option<Came>, Meal)) -> bool {
        !matches!(self, Opening::From(_)) || (matches!(came, None | Some(Came::Told)) && meal == Meal::None)
    }

    /// Whether somebody may be counted or put down as walked in.
    pub fn takes_arrivals(self) -> bool {
        !matches!(self, Opening::From(_))
    }
}

/// The longest that a device keeps marks which it could not send.
const KEPT_ON_A_DEVICE: SignedDuration = SignedDuration::from_hours(24);

/// When a mark was made by our clock: what the device's clock says is set right by how far it is out now. A mark is never
/// later than now, nor older than a device keeps one.
pub fn decide_marked_at(at_ms: i64, device_now_ms: i64, now: Instant) -> Instant {
    let oldest = KEPT_ON_A_DEVICE.as_millis();
    let age = i128::from(device_now_ms).saturating_sub(i128::from(at_ms)).clamp(0, oldest);
    now - SignedDuration::from_millis(i64::try_from(age).unwrap_or(0))
}

/// How old somebody is on a day, as the register says it: months for a baby, years from two on.
pub fn age_words(born: Date, on: Date) -> String {
    let age = calendar::Age { born, due: None };
    match age.months(on, calendar::AgeCount::FromBirth) {
        None => "not born yet".to_owned(),
        Some(1) => "1 month".to_owned(),
        Some(months @ 0..=23) => format!("{months} months"),
        Some(months) => format!("{} years", months / 12),
    }
}

/// The ages a walk-in may be put down as: key and words.
pub const AGE_BANDS: [(&str, &str); 5] = [
    ("under_1", "Under 1"),
    ("1_to_4", "1 to 4"),
    ("5_to_11", "5 to 11"),
    ("12_to_17", "12 to 17"),
    ("not_said", "Age not said"),
];

/// How many came to a drop-in, without names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DropIn {
    /// Children.
    pub children: i64,
    /// Grown-ups.
    pub grown_ups: i64,
}

/// What a council decides about families that do not come. Nothing follows from it by itself: a person decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct AbsenceRule {
    /// After so many absences that nobody told us of, a family is on the list.
    pub absences: i64,
    /// How far back they are counted, in days: one season.
    pub season_days: i64,
    /// The day since which reminders go out, to compare before with after.
    pub reminders_since: Option<Date>,
}

impl Default for AbsenceRule {
    fn default() -> AbsenceRule {
        AbsenceRule { absences: 2, season_days: 120, reminders_since: None }
    }
}

/// A date to which a booking's whole party did not come, and nobody had told us.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absence {
    /// The session.
    pub session_id: SessionId,
    /// Who is meant, as the bookings say it: the same address or number is the same family.
    pub family: String,
    /// The booking.
    pub booking_id: BookingId,
    /// The date.
    pub date_id: Uuid,
    /// When it started.
    pub starts_at: Instant,
}

/// Which families are on the list: those with as many absences from one session within a season as the rule says, without
/// those absences on which somebody has decided already.
pub fn decide_listed(
    absences: Vec<Absence>,
    decided: &BTreeSet<(BookingId, Uuid)>,
    rule: &AbsenceRule,
    now: Instant,
) -> Vec<Vec<Absence>> {
    let since = now - SignedDuration::from_hours(24 * rule.season_days);
    let mut families: BTreeMap<(SessionId, String), Vec<Absence>> = BTreeMap::new();
    for absence in absences {
        if absence.starts_at >= since && !decided.contains(&(absence.booking_id, absence.date_id)) {
            families.entry((absence.session_id, absence.family.clone())).or_default().push(absence);
        }
    }
    let enough = |some: &Vec<Absence>| i64::try_from(some.len()).is_ok_and(|many| many >= rule.absences);
    let mut listed: Vec<Vec<Absence>> = families.into_values().filter(enough).collect();
    for some in &mut listed {
        some.sort_by_key(|absence| (absence.starts_at, absence.date_id));
    }
    listed.sort_by_key(|some| some.last().map(|absence| std::cmp::Reverse(absence.starts_at)));
    listed
}

/// What a person decides about a family on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Somebody rings them first; they stay on the list.
    Ring,
    /// There is nothing to do.
    LetBe,
    /// Their places to come go to others; they are told, and whom to ring if that is wrong.
    Release,
}

impl Decision {
    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Decision::Ring => "ring",
            Decision::LetBe => "let_be",
            Decision::Release => "release",
        }
    }

    /// Reads what was kept or sent.
    pub fn of(key: &str) -> Option<Decision> {
        [Decision::Ring, Decision::LetBe, Decision::Release].into_iter().find(|one| one.key() == key)
    }
}

/// Whether a count is so small that it may point at somebody.
pub fn is_few(count: i64) -> bool {
    (1..=4).contains(&count)
}

/// A count as somebody may see it: who only analyses sees no count of a few.
pub fn decide_count_words(count: i64, small_are_hidden: Small) -> String {
    match (count, small_are_hidden) {
        (1..=4, Small::Hidden) => "fewer than 5".to_owned(),
        (count, _) => count.to_string(),
    }
}

/// Whether counts of a few may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Small {
    /// As they are.
    Shown,
    /// As 'fewer than 5'.
    Hidden,
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
