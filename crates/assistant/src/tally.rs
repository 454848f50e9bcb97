//! How turns ended, counted in memory and written down every minute by week. A safety category is counted here and
//! nowhere else, with nothing beside it that leads to a conversation.

use crate::{room::Assistant, status::Status, store as rows};
use kernel::{Date, Fault, Instant};
use safety::Verdict;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What waits stays at most about this long in memory: what a crash may lose.
const WAIT_SECONDS: i64 = 60;

/// What was counted and is not written down yet.
#[derive(Default)]
pub struct Tally(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    counts: BTreeMap<(Date, &'static str, String), i64>,
    since: Option<Instant>,
}

/// The Monday of a day's week.
pub(crate) fn week_of(day: Date) -> Date {
    let since_monday = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::Span::new().days(since_monday)).unwrap_or(day)
}

/// How long an answer took, told roughly.
pub(crate) fn latency_bucket(millis: i64) -> &'static str {
    match millis {
        ..25 => "under_25_ms",
        25..100 => "25_to_100_ms",
        100..1_000 => "100_ms_to_1_s",
        _ => "over_1_s",
    }
}

/// Counts a turn; writes down when it is time.
pub(crate) fn note_turn(room: &Assistant, status: Status, language: &str, latency: &str, verdict: &Verdict) {
    let mut counted = vec![
        ("status", status.key().to_owned()),
        ("language", language.to_owned()),
        ("latency", latency.to_owned()),
    ];
    counted.extend(verdict.categories.iter().map(|category| ("safety", category.as_str().to_owned())));
    note(room, &counted);
}

/// Counts whether an answer was useful.
pub(crate) fn note_useful(room: &Assistant, useful: &str) {
    note(room, &[("useful", useful.to_owned())]);
}

fn note(room: &Assistant, counted: &[(&'static str, String)]) {
    let clock = room.site().clock();
    let (week, now) = (week_of(clock.today()), clock.now());
    let is_due = {
        let mut waiting = room.tally().0.lock().unwrap_or_else(PoisonError::into_inner);
        for (what, value) in counted {
            *waiting.counts.entry((week, what, value.clone())).or_default() += 1;
        }
        let first = *waiting.since.get_or_insert(now);
        let is_due = now.as_second() - first.as_second() >= WAIT_SECONDS;
        if is_due {
            waiting.since = Some(now);
        }
        is_due
    };
    if is_due {
        let room = room.clone();
        tokio::spawn(async move {
            if let Err(fault) = write_down_counts(&room).await {
                tracing::error!(fault = format!("{fault:#}"), "what Ask counted could not be written down");
            }
        });
    }
}

/// Writes down what was counted since the last time; says how many counts. The house calls it when it closes.
pub async fn write_down_counts(room: &Assistant) -> Result<usize, Fault> {
    let counts = {
        let mut waiting = room.tally().0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut waiting.counts)
    };
    if counts.is_empty() {
        return Ok(0);
    }
    room.site()
        .db()
        .write(move |tx| {
            for ((week, what, value), count) in &counts {
                rows::insert_counts(tx, *week, what, value, *count)?;
            }
            Ok(counts.len())
        })
        .await
}
