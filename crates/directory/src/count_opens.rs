//! How often each entry is opened: a number for an entry and a civil day, and nothing of who opened it: no cookie, no
//! address, no time of day. Counted in memory and written down every minute and when the house closes.

use crate::{catalogue::Directory, store as rows, waiting::Waiting};
use axum::http::{HeaderMap, Method, StatusCode, header};
use kernel::{Date, Fault, Instant};
use std::collections::BTreeMap;

/// The counts that are not written down yet.
pub(crate) type Opens = Waiting<BTreeMap<(String, Date), i64>>;

fn add(opens: &Opens, slug: &str, day: Date, now: Instant) -> bool {
    opens.add(now, |counts| *counts.entry((slug.to_owned(), day)).or_default() += 1)
}

/// Counts a page that was shown. A machine that says it is one, and a browser that only fetches ahead, are not people.
pub(crate) fn count(directory: &Directory, asked: &Visit, slug: &str, status: StatusCode) {
    let shown = status == StatusCode::OK || status == StatusCode::NOT_MODIFIED;
    if !shown || !asked.by_a_person {
        return;
    }
    let clock = directory.site().clock();
    if add(directory.opens(), slug, clock.today(), clock.now()) {
        let directory = directory.clone();
        tokio::spawn(async move {
            if let Err(fault) = write_down_opens(&directory).await {
                tracing::error!(fault = format!("{fault:#}"), "opens could not be written down");
            }
        });
    }
}

/// What is looked at of a request, and forgotten.
pub(crate) struct Visit {
    by_a_person: bool,
}

impl Visit {
    pub fn of(method: &Method, headers: &HeaderMap) -> Visit {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let agent = text(header::USER_AGENT.as_str()).to_ascii_lowercase();
        let machine =
            ["bot", "crawl", "spider", "monitor", "curl/", "wget/"].iter().any(|word| agent.contains(word));
        let ahead = ["purpose", "sec-purpose"].iter().any(|name| text(name).contains("prefetch"));
        Visit { by_a_person: *method == Method::GET && !machine && !ahead }
    }
}

/// Writes down what was counted since the last time and says how many opens that was. The house calls it when it
/// closes; while it is open this happens by itself. What could not be written is kept for the next time.
pub async fn write_down_opens(directory: &Directory) -> Result<i64, Fault> {
    let counts = directory.opens().take();
    if counts.is_empty() {
        return Ok(0);
    }
    let written = counts.clone();
    // Always in the same order, so that two nodes cannot cross.
    let outcome = directory
        .site()
        .db()
        .write(move |tx| {
            for ((slug, day), opens) in &written {
                rows::insert_opens(tx, slug, *day, *opens)?;
            }
            Ok(written.values().sum())
        })
        .await;
    if outcome.is_err() {
        give_back(directory.opens(), counts, directory.site().clock().now());
    }
    outcome
}

fn give_back(opens: &Opens, counts: BTreeMap<(String, Date), i64>, now: Instant) {
    opens.add(now, |waiting| {
        for (key, count) in counts {
            *waiting.entry(key).or_default() += count;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn machines_and_fetching_ahead_are_not_counted() {
        let of = |name: &'static str, value: &'static str| {
            let headers = HeaderMap::from_iter([(
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )]);
            Visit::of(&Method::GET, &headers).by_a_person
        };
        assert!(of("user-agent", "Mozilla/5.0 (Android 9; Mobile)"));
        assert!(!of("user-agent", "Mozilla/5.0 (compatible; Somebot/2.1)") && !of("sec-purpose", "prefetch"));
        assert!(!Visit::of(&Method::HEAD, &HeaderMap::new()).by_a_person);
    }

    #[test]
    fn what_waits_is_taken_once_and_given_back_whole() {
        let (opens, day) = (Opens::default(), "2026-11-22".parse().unwrap());
        let at = |second| Instant::from_second(second).unwrap();
        assert!(!add(&opens, "a", day, at(0)) && !add(&opens, "a", day, at(30)));
        assert!(add(&opens, "b", day, at(60)) && !add(&opens, "b", day, at(61)), "one goes to write");
        let taken = opens.take();
        assert_eq!(taken.values().sum::<i64>(), 4);
        assert!(opens.take().is_empty());
        add(&opens, "a", day, at(62));
        give_back(&opens, taken, at(63));
        assert_eq!(opens.take().values().sum::<i64>(), 5);
    }
}
