//! What an edit of a session would do to its dates, before anything is kept. Nothing here waits, stores or answers.

use crate::{
    model::{SessionDraft, Wanted},
    publish::{date_id, session_id},
};
use calendar::{Change, Days, Key, Occurrence, Series, Standing, TermCalendar, compare, moment};
use kernel::{Date, Fault, Span};
use uuid::Uuid;

/// So many dates are named of each kind; the rest are counted.
pub(crate) const DATES_NAMED: usize = 12;
/// How far ahead an edit is looked at.
const LOOK_DAYS: i32 = 400;

/// What an edit would do, in words.
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
}

/// Some dates, of which the first few are named.
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

/// Holds the dates of the session as it stands against those it would have.
pub(crate) fn look(
    before: Option<&SessionDraft>,
    draft: &SessionDraft,
    terms: &TermCalendar,
    today: Date,
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
    let id = session_id(&draft.slug);
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
        touched: touched.into_iter().map(|key| date_id(id, &key.to_string())).collect(),
    })
}

/// The keys, as they were, of dates that go, that change, or that stay and are held somewhere else.
fn touched(change: &Change, is_elsewhere: bool) -> Vec<Key> {
    let gone = change.gone.iter().map(|date| date.key);
    let moved = change.moved.iter().map(|pair| pair.was.key);
    let elsewhere =
        change.kept.iter().filter(|date| is_elsewhere && date.place.is_none()).map(|date| date.key);
    gone.chain(moved).chain(elsewhere).collect()
}

fn occurrences(draft: &SessionDraft, terms: &TermCalendar, days: Days) -> Vec<Occurrence> {
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

/// What is wrong where the tick is missing.
pub(crate) const NOT_TICKED: &str = "Tick that you know of the families who have booked";
/// What is wrong where somebody booked while the form was looked at.
pub(crate) const COUNT_CHANGED: &str =
    "The number of families who have booked has changed. Look again, then tick";
