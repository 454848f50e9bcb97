//! How often each timetable is opened, downloaded and printed: a number for a timetable and a civil day, and nothing of
//! who did it: no cookie, no address, no time of day. Counted in memory and written down behind the answer, at most a few
//! times a second, so that no page waits for it.

use crate::{shelf::Events, store as rows};
use axum::http::{HeaderMap, Method, header};
use kernel::{Date, Fault, Instant};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::Tx;

/// What was done with a timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    Opened,
    Downloaded,
    Printed,
}

impl How {
    pub const ALL: [How; 3] = [How::Opened, How::Downloaded, How::Printed];

    pub fn key(self) -> &'static str {
        match self {
            How::Opened => "opened",
            How::Downloaded => "downloaded",
            How::Printed => "printed",
        }
    }
}

type Counts = BTreeMap<(String, Date, How), i64>;

/// The counts that are not written down yet. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Uses(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    counts: Counts,
    is_being_written: bool,
}

/// Between two times of writing down, so that a thousand openings a second do not hold up bookings.
const PAUSE: Duration = Duration::from_millis(250);
/// What cannot be written down is tried again after this.
const LONG_PAUSE: Duration = Duration::from_secs(30);

impl Uses {
    /// Counts one more, and sees to it that it is written down.
    pub fn count(&self, events: &Events, slug: &str, how: How) {
        let day = events.site().clock().today();
        let mut waiting = self.lock();
        *waiting.counts.entry((slug.to_owned(), day, how)).or_default() += 1;
        if !waiting.is_being_written {
            waiting.is_being_written = true;
            tokio::spawn(write_down(self.clone(), events.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that waits. Nothing ends the writing.
    fn take(&self) -> Option<Counts> {
        let mut waiting = self.lock();
        if waiting.counts.is_empty() {
            waiting.is_being_written = false;
            return None;
        }
        Some(std::mem::take(&mut waiting.counts))
    }

    fn give_back(&self, counts: Counts) {
        let mut waiting = self.lock();
        for (key, count) in counts {
            *waiting.counts.entry(key).or_default() += count;
        }
    }
}

async fn write_down(uses: Uses, events: Events) {
    while let Some(counts) = uses.take() {
        let written = counts.clone();
        // Always in the same order, so that two nodes cannot cross.
        let outcome = events.site().db().write(move |tx| insert(tx, &written)).await;
        let pause = match outcome {
            Ok(()) => PAUSE,
            Err(fault) => {
                tracing::error!(fault = format!("{fault:#}"), "uses of timetables could not be written down");
                uses.give_back(counts);
                LONG_PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

fn insert(tx: &mut Tx, counts: &Counts) -> Result<(), Fault> {
    for ((slug, day, how), count) in counts {
        rows::insert_uses(tx, slug, *day, how.key(), *count)?;
    }
    Ok(())
}

/// Whether a person asked. A machine that says it is one, and a browser that only fetches ahead, are not people.
pub(crate) fn is_by_a_person(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = text(header::USER_AGENT.as_str()).to_ascii_lowercase();
    let machine =
        ["bot", "crawl", "spider", "monitor", "curl/", "wget/"].iter().any(|word| agent.contains(word));
    let ahead = ["purpose", "sec-purpose"].iter().any(|name| text(name).contains("prefetch"));
    *method == Method::GET && !machine && !ahead
}

/// How many days the counts are kept: a season can be compared with the one a year before.
pub const TIMETABLE_USES_KEPT_DAYS: i64 = 400;

/// Forgets the counts of the days before an instant's; says how many rows that was. For the house's list of what is
/// forgotten and when.
pub fn forget_timetable_uses(tx: &mut Tx<'_>, before: Instant, _now: Instant) -> Result<u64, Fault> {
    rows::delete_uses_before(tx, kernel::civil_today(before))
}
