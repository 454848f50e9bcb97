//! Prints generated feeds with what must be found in them, one JSON object a line, for `calendar-tests` to give to
//! others' libraries: `cargo run -p calendar --example feed -- 300 20261123`. Each is printed twice: as first
//! published, and after one of its dates was cancelled.

mod shared;

use calendar::{Entry, Exception, Feed, Key, Occurrence, Point, Series, TermCalendar, uid};
use kernel::Instant;
use shared::{Chance, year_from};
use std::io::Write;

fn main() -> std::io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [count, seed] = numbers[..] else {
        eprintln!("Say how many feeds and from which seed: feed 300 20261123");
        std::process::exit(2);
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut chance = Chance::of(seed);
    let terms = chance.terms();
    for number in 0..count {
        let series = chance.series(&terms);
        let dates = dates_of(&series, &terms);
        let line = match dates.get(chance.below(dates.len() as u64) as usize) {
            None => serde_json::json!({ "before": published(number, &dates, None) }),
            Some(date) => {
                let key = date.key;
                let reason = "The hall is being painted; we are sorry.".to_owned();
                let cancelled = series.with(Exception::Cancelled { key, reason }).expect("one of its dates");
                serde_json::json!({
                    "before": published(number, &dates, None),
                    "after": published(number, &dates_of(&cancelled, &terms), Some(key)),
                    "cancelled": uid(&number.to_string(), key, HOST),
                })
            }
        };
        writeln!(out, "{line}")?;
    }
    out.flush()
}

const HOST: &str = "hubs.example.gov.uk";

fn dates_of(series: &Series, terms: &TermCalendar) -> Vec<Occurrence> {
    series.occurrences(terms, year_from(series.plan().start.date()))
}

/// A feed and what stands in it.
fn published(number: u64, dates: &[Occurrence], changed: Option<Key>) -> serde_json::Value {
    let at: Instant = "2026-11-22T09:00:00Z".parse().expect("an instant");
    let entries: Vec<Entry> = dates
        .iter()
        .map(|date| {
            let sequence = if changed == Some(date.key) { 1 } else { 0 };
            Entry {
                summary: format!("Stay & play, “{number}”; bring a friend \\ a neighbour — croeso 👶🏽"),
                description: "Nappies; wipes, and tea.\nWalk in: no need to book. 家族 ".repeat(4),
                location: "Demonstration hub, Example Street, Widnes".to_owned(),
                point: Point::new(53.363_1, -2.729_4),
                url: Some(format!("https://{HOST}/whats-on/stay-and-play-{number}?day={}", date.key)),
                categories: vec!["Play, and talk".to_owned(), "Under 5s".to_owned()],
                ..Entry::of(date, uid(&number.to_string(), date.key, HOST), sequence, at)
            }
        })
        .collect();
    let expected: Vec<serde_json::Value> = entries
        .iter()
        .map(|entry| {
            serde_json::json!({
                "uid": entry.uid,
                "starts_at": entry.starts_at,
                "ends_at": entry.ends_at,
                "status": if entry.is_cancelled { "CANCELLED" } else { "CONFIRMED" },
                "sequence": entry.sequence,
                "summary": entry.summary,
                "description": entry.description,
                "location": entry.location,
                "categories": entry.categories,
                "url": entry.url,
            })
        })
        .collect();
    let feed = Feed {
        product: "-//Demonstration council//Hearth//EN".to_owned(),
        name: format!("What’s on, series {number}"),
        source: Some(format!("https://{HOST}/calendar/{number}.ics")),
        refresh_minutes: 360,
        entries,
    };
    serde_json::json!({ "text": feed.text(), "expected": expected })
}
