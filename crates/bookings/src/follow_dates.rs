//! What a booking comes to when its dates are cancelled, or pass while it waits; and who is to be told of a change. The
//! word itself goes out in `tell_of_change.rs`, at an hour at which it may.

use crate::{
    desk::Desk,
    ledger::{self, offer_freed, turn},
    model::{BookingId, State},
    news::{DateAs, decide_news, decide_tell_at},
    over_sessions::is_covered,
    store::{self as rows, BookingRow, KnownDate},
    tell_of_change::TELL_OF_CHANGE,
};
use anyhow::Context;
use events::SessionDate;
use kernel::{Fault, Instant};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;

/// What a booking's trail says when the session took it back.
pub(crate) const CALLED_OFF: &str = "the session was cancelled";
/// And when what it waited for is over.
pub(crate) const IS_OVER: &str = "the session is over";

/// How many bookings one transaction looks at.
const AT_ONCE: usize = 100;
/// How many parties that wait in vain one run of the job closes; the next goes on.
const CLOSED_MAX: i64 = 500;

/// After dates were changed, cancelled or dropped: bookings of which nothing is left are over, and everybody whom a
/// change concerns will be told. `change` is what tells this change from every other.
pub(crate) async fn follow_dates(desk: &Desk, dates: Vec<Uuid>, change: String) -> Result<(), Fault> {
    let concerned = desk.site().db().read(move |tx| {
        let live = rows::list_live_on(tx, &dates)?;
        by_sessions(tx, live)
    });
    follow(desk, concerned.await?, Some(change)).await.map(drop)
}

/// Closes the queues of dates that are over: nobody is left waiting for ever. Says how many parties it closed them for.
pub async fn close_waiting(desk: &Desk) -> Result<usize, Fault> {
    let now = desk.site().clock().now();
    let waiting = desk.site().db().read(move |tx| {
        let waiting = rows::list_waiting_too_long(tx, now, CLOSED_MAX)?;
        by_sessions(tx, waiting)
    });
    follow(desk, waiting.await?, None).await
}

type BySessions = BTreeMap<Vec<Uuid>, Vec<BookingId>>;

fn by_sessions(tx: &mut Tx, bookings: Vec<BookingId>) -> Result<BySessions, Fault> {
    let mut by_sessions = BySessions::new();
    for id in bookings {
        by_sessions.entry(rows::list_sessions_of(tx, id)?).or_default().push(id);
    }
    Ok(by_sessions)
}

async fn follow(desk: &Desk, concerned: BySessions, change: Option<String>) -> Result<usize, Fault> {
    let mut closed = 0;
    for (sessions, bookings) in concerned {
        for some in bookings.chunks(AT_ONCE) {
            let (some, held, change) = (some.to_vec(), sessions.clone(), change.clone());
            let clock = desk.site().clock().clone();
            closed += desk
                .line()
                .write(sessions.clone(), move |tx| {
                    let now = clock.now();
                    let mut closed = 0;
                    for id in &some {
                        // One that was moved into another session meanwhile was told of its dates as they are.
                        if is_covered(tx, *id, &held)?
                            && follow_one(tx, *id, change.as_deref(), now)? == After::Over
                        {
                            closed += 1;
                        }
                    }
                    if closed > 0 {
                        offer_freed(tx, &held, now)?;
                    }
                    Ok(closed)
                })
                .await?;
        }
    }
    Ok(closed)
}

/// What is left of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Stands,
    Over,
}

fn follow_one(tx: &mut Tx, id: BookingId, change: Option<&str>, now: Instant) -> Result<After, Fault> {
    let mut booking = ledger::found(tx, id)?;
    let state = State::of(&booking.state).context("a booking's state")?;
    let known = rows::list_known_dates(tx, id)?;
    let ids: Vec<Uuid> = known.iter().map(|date| date.date_id).collect();
    let dates = events::list_dates_by_id(tx, &ids)?;
    let over = decide_over(state, &dates, now);
    if let Some(why) = over {
        turn(tx, &mut booking, State::Cancelled, why, now)?;
    }
    let news: Vec<Instant> = pairs(&known, &dates)
        .filter(|(known, date)| is_news(known, date, now))
        .map(|(known, date)| {
            known.known_starts_at.map_or(date.starts_at, |knew| sooner(knew, date.starts_at, now))
        })
        .collect();
    // One job for each end and each change; what the sweep finds changed was announced, and has its job.
    let key = match (over, change) {
        (Some(_), _) => Some(format!("{id}/turn {}", booking.turn)),
        (None, Some(change)) if !news.is_empty() => Some(format!("{id}/{change}")),
        (None, _) => None,
    };
    if let Some(key) = key {
        let rules = rows::find_rules(tx)?;
        let soonest = news.into_iter().min().unwrap_or(booking.last_at);
        let tell_at = decide_tell_at(now, soonest, &rules);
        jobs::enqueue(tx, TELL_OF_CHANGE, &id.uuid(), tell_at, now, Some(&key))?;
    }
    Ok(if over.is_some() { After::Over } else { After::Stands })
}

/// Why nothing is left of a booking, if that is so. Who waits, waits for all of their dates; who is booked has each.
fn decide_over(state: State, dates: &[SessionDate], now: Instant) -> Option<&'static str> {
    let is_off = |date: &SessionDate| !date.is_held();
    match state {
        State::Booked | State::Offered if !dates.is_empty() && dates.iter().all(is_off) => Some(CALLED_OFF),
        State::Waiting if dates.iter().any(is_off) => Some(CALLED_OFF),
        State::Waiting if dates.iter().any(|date| date.starts_at <= now) => Some(IS_OVER),
        _ => None,
    }
}

/// The later of two starts may be the one that no longer holds; what is over already is nothing to hurry for.
fn sooner(knew: Instant, is: Instant, now: Instant) -> Instant {
    if knew <= now { is } else { knew.min(is) }
}

/// Each date with what the family knows of it.
pub(crate) fn pairs<'a>(
    known: &'a [KnownDate],
    dates: &'a [SessionDate],
) -> impl Iterator<Item = (&'a KnownDate, &'a SessionDate)> {
    dates.iter().filter_map(|date| Some((known.iter().find(|known| known.date_id == date.id)?, date)))
}

/// Whether a family must hear how a date stands now. Of what was over anyway they need not; nor of a date of which nobody
/// wrote down what they knew.
pub(crate) fn is_news(known: &KnownDate, date: &SessionDate, now: Instant) -> bool {
    let is_over = date.starts_at <= now && known.known_starts_at.is_none_or(|knew| knew <= now);
    !is_over && news_of(known, date).is_some()
}

/// What happened to a date since its family was told of it.
pub(crate) fn news_of(known: &KnownDate, date: &SessionDate) -> Option<crate::news::News> {
    let knew = DateAs {
        is_held: matches!(known.known_state.as_deref()?, "on" | "moved"),
        starts_at: known.known_starts_at?,
        place: known.known_place.clone(),
    };
    let is = DateAs {
        is_held: date.is_held(),
        starts_at: date.starts_at,
        place: Some(date.place_slug.clone().unwrap_or_default()),
    };
    decide_news(&knew, &is)
}

/// Writes down that a family has just been told how all of their dates stand.
pub(crate) fn set_told(tx: &mut Tx, booking: &BookingRow, dates: &[SessionDate]) -> Result<(), Fault> {
    dates.iter().try_for_each(|date| rows::set_known(tx, booking.id, date))
}
