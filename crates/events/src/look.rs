//! What an edit of a session would do to its dates, before anything is kept. Nothing here waits, stores or answers.

use crate::{
    model::{Kind, SessionDraft, Wanted},
    publish::{date_id, session_id},
    store::SessionDate,
};
use calendar::{Change, Days, Key, Occurrence, Series, Standing, TermCalendar, compare, moment};
use kernel::{Date, Fault, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// So many dates are named of each kind; the rest are counted.
pub(crate) const DATES_NAMED: usize = 12;
/// How far ahead an edit is looked at.
pub(crate) const LOOK_DAYS: i32 = 400;

/// What an edit would do, in words.
#[derive(Clone)]
pub(crate) struct Look {
    pub kept: usize,
    pub added: Listed,
    pub gone: Listed,
    pub moved: Listed,
    /// Families will not see it.
    pub is_hidden: bool,
    /// The dates that stay are held somewhere else.
    pub is_elsewhere: bool,
    /// The dates whose families must be told.
    pub touched: Vec<Uuid>,
    /// The dates that are held before and after.
    stays: Vec<Stays>,
    /// People come another way than those who have booked did.
    is_another_kind: bool,
}

/// A date that is held before and after an edit, and its places.
#[derive(Clone)]
struct Stays {
    id: Uuid,
    were: Option<i64>,
    places: Option<i64>,
}

/// What an edit would do to those who have booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Affected {
    /// Bookings on any date to which something happens: what the tick is for.
    pub bookings: i64,
    /// Bookings on dates that go or change.
    pub on_changed: i64,
    /// How many dates would have fewer places than bookings.
    pub short: usize,
    /// Bookings that were made in another way than people would come from now on.
    pub of_another_kind: i64,
}

impl Look {
    /// Every date on which a booking would matter.
    pub fn counted(&self) -> Vec<Uuid> {
        let stays = self.stays.iter().map(|stays| stays.id);
        self.touched.iter().copied().chain(stays).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Holds it against how many bookings each date has.
    pub fn affected(&self, taken: &BTreeMap<Uuid, i64>) -> Affected {
        let taken_of = |id: &Uuid| taken.get(id).copied().unwrap_or(0);
        // What was overbooked before, and is not made worse, was settled where that was allowed.
        let is_short = |stays: &&Stays| {
            let is_fewer = stays.places.is_some_and(|now| stays.were.is_none_or(|were| now < were));
            is_fewer && stays.places.is_some_and(|now| taken_of(&stays.id) > now)
        };
        let short: Vec<Uuid> = self.stays.iter().filter(is_short).map(|stays| stays.id).collect();
        let of_another_kind: Vec<Uuid> =
            self.stays.iter().filter(|_| self.is_another_kind).map(|stays| stays.id).collect();
        let all: BTreeSet<&Uuid> = self.touched.iter().chain(&short).chain(&of_another_kind).collect();
        Affected {
            bookings: all.into_iter().map(taken_of).sum(),
            on_changed: self.touched.iter().map(taken_of).sum(),
            short: short.len(),
            of_another_kind: of_another_kind.iter().map(taken_of).sum(),
        }
    }
}

/// Some dates, of which the first few are named.
#[derive(Clone)]
pub(crate) struct Listed {
    pub count: usize,
    pub lines: Vec<String>,
}

impl Listed {
    fn of(lines: impl Iterator<Item = String>) -> Listed {
        let lines: Vec<String> = lines.collect();
        Listed { count: lines.len(), lines: lines.into_iter().take(DATES_NAMED).collect() }
    }
}

/// Holds the dates of the session as it stands against those it would have. `known` are the dates that it has by now.
pub(crate) fn look(
    before: Option<&SessionDraft>,
    draft: &SessionDraft,
    terms: &TermCalendar,
    today: Date,
    known: &[SessionDate],
) -> Result<Look, Fault> {
    let days = Days::new(today, today.checked_add(Span::new().days(LOOK_DAYS))?)?;
    let before = before.filter(|before| before.wanted == Wanted::Published);
    let was = before.map(|before| occurrences(before, terms, days)).unwrap_or_default();
    let is_hidden = draft.wanted != Wanted::Published;
    let now = if is_hidden { Vec::new() } else { occurrences(draft, terms, days) };
    let change = compare(&was, &now, today);
    let is_elsewhere = before
        .is_some_and(|before| (&before.place, &before.online_link) != (&draft.place, &draft.online_link));
    let touched = touched(&change, is_elsewhere);
    let known: HashMap<&str, &SessionDate> =
        known.iter().map(|date| (date.rule_key.as_str(), date)).collect();
    // A date keeps the id of the time it was first known by, whatever the rule calls it now.
    let id_of = |key: Key| {
        let key = key.to_string();
        known.get(key.as_str()).map_or_else(|| date_id(session_id(&draft.slug), &key), |date| date.id)
    };
    let same = change.kept.iter().map(|date| (date.key, date));
    let stays = same
        .chain(change.moved.iter().map(|pair| (pair.was.key, &pair.now)))
        .filter(|(_, now)| !matches!(now.standing, Standing::Cancelled { .. }))
        .map(|(was, now)| Stays {
            id: id_of(was),
            were: before.and_then(|before| places_of(before, was, &known)),
            places: draft
                .places_on
                .get(&now.key.to_string())
                .copied()
                .or_else(|| places_of(draft, was, &known)),
        });
    let stays = stays.collect();
    Ok(Look {
        kept: change.kept.len(),
        added: Listed::of(change.added.iter().map(|date| moment(date.starts))),
        gone: Listed::of(change.gone.iter().map(|date| moment(date.starts))),
        moved: Listed::of(change.moved.iter().map(|pair| match &pair.now.standing {
            Standing::Cancelled { reason } => format!("{}: cancelled, {reason}", moment(pair.was.starts)),
            _ if pair.was.starts == pair.now.starts => {
                format!("{}: the length, the place or how it stands changes", moment(pair.was.starts))
            }
            _ => format!("{} becomes {}", moment(pair.was.starts), moment(pair.now.starts)),
        })),
        is_hidden,
        is_elsewhere: is_elsewhere && !change.kept.is_empty(),
        touched: touched.into_iter().map(id_of).collect(),
        stays,
        is_another_kind: before
            .is_some_and(|before| before.kind != Kind::DropIn && before.kind != draft.kind),
    })
}

/// The places of one date, under whichever of its names the session gives them.
fn places_of(draft: &SessionDraft, key: Key, known: &HashMap<&str, &SessionDate>) -> Option<i64> {
    let key = key.to_string();
    let first_known_by = known.get(key.as_str()).and_then(|date| draft.places_on.get(&date.date_key));
    draft.places_on.get(&key).or(first_known_by).copied().or(draft.places)
}

/// The keys, as they were, of dates that go, that change, or that stay and are held somewhere else.
fn touched(change: &Change, is_elsewhere: bool) -> Vec<Key> {
    let gone = change.gone.iter().map(|date| date.key);
    let moved = change.moved.iter().map(|pair| pair.was.key);
    let elsewhere =
        change.kept.iter().filter(|date| is_elsewhere && date.place.is_none()).map(|date| date.key);
    gone.chain(moved).chain(elsewhere).collect()
}

pub(crate) fn occurrences(draft: &SessionDraft, terms: &TermCalendar, days: Days) -> Vec<Occurrence> {
    let series = draft.parts.iter().filter_map(|part| Series::new(part.clone()).ok());
    let mut all: Vec<Occurrence> = series.flat_map(|series| series.occurrences(terms, days)).collect();
    all.sort_by_key(|occurrence| (occurrence.starts_at, occurrence.key));
    all
}

/// The words beside the tick without which no booked date is moved.
pub(crate) fn affected_words(bookings: i64) -> String {
    match bookings {
        1 => "I know that 1 booking of a family is affected. They will be told".to_owned(),
        many => format!("I know that {many} bookings of families are affected. They will be told"),
    }
}

/// The same where a booking stays and is not told.
pub(crate) fn affected_and_not_all_told_words(bookings: i64) -> String {
    match bookings {
        1 => "I know that 1 booking of a family is affected".to_owned(),
        many => format!("I know that {many} bookings of families are affected"),
    }
}

/// What is said beside words that the safety screen has something to say of, the first time.
pub(crate) const READ_AGAIN: &str =
    "Families read these words. Read what stands at the top of this page. If they are right, save again";

/// What is wrong where the tick is missing.
pub(crate) const NOT_TICKED: &str = "Tick that you know of the families who have booked";
/// What is wrong where somebody booked while the form was looked at.
pub(crate) const COUNT_CHANGED: &str =
    "The number of families who have booked has changed. Look again, then tick";
