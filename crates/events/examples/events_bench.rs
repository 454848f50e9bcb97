//! How long what's on takes inside the server: `cargo run --release -p events --example events_bench`. Prints a table and ends
//! with 1 when a target is missed.
//!
//! 200 sessions that are held every week: a month of what's on, from the request to the last byte of the page and without
//! a network, in under 5 ms; the timetable of a town as a PDF, made anew, in under 300 ms.
#![allow(clippy::unwrap_used, reason = "a measurement stops where something is wrong")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use std::time::{Duration, Instant};
use support::{Home, session};
use tower::ServiceExt;

const SESSIONS: usize = 200;
const MONTH_MAX: Duration = Duration::from_millis(5);
const PAPER_MAX: Duration = Duration::from_millis(300);
const TIMES: usize = 200;
const PAPERS: usize = 20;

#[tokio::main]
async fn main() {
    let database = store::testing::sqlite(&[
        access::MIGRATIONS,
        settings::MIGRATIONS,
        directory::MIGRATIONS,
        events::MIGRATIONS,
    ])
    .await;
    let home = Home::of(database.db.clone()).await;
    let drafts = (0..SESSIONS).map(|number| {
        let start = format!("2026-09-{:02}T{:02}:30", 1 + number % 28, 9 + number % 9);
        session(&format!("session-{number}"), &format!("Stay and play {number}"), &start)
    });
    home.keep_all(drafts.collect()).await;
    println!("| {SESSIONS} weekly sessions | median | p95 | bytes | at most |");
    println!("| --- | --- | --- | --- | --- |");
    let mut missed = Vec::new();
    let month = measure(&home, "/whats-on?when=month", TIMES).await;
    report("a month of what's on", &month, MONTH_MAX, &mut missed);
    let first = measure(&home, "/timetables/northtown.pdf", 1).await;
    report("a timetable as PDF, the first one", &first, PAPER_MAX, &mut missed);
    let mut papers = Measured { took: Vec::new(), bytes: 0 };
    for _ in 0..PAPERS {
        // A shelf that was read again: the paper of the one before is not taken.
        home.events.renew().await.unwrap();
        let one = measure(&home, "/timetables/northtown.pdf", 1).await;
        papers.took.extend(one.took);
        papers.bytes = one.bytes;
    }
    report("a timetable as PDF, made anew", &papers, PAPER_MAX, &mut missed);
    let kept = measure(&home, "/timetables/northtown.pdf", TIMES).await;
    report("the same again", &kept, PAPER_MAX, &mut missed);
    if !missed.is_empty() {
        println!("missed: {}", missed.join("; "));
        std::process::exit(1);
    }
}

struct Measured {
    took: Vec<Duration>,
    bytes: usize,
}

async fn measure(home: &Home, path: &str, times: usize) -> Measured {
    let mut measured = Measured { took: Vec::new(), bytes: 0 };
    for _ in 0..times {
        let request = Request::get(path).header("host", "hub.example.org").body(Body::empty()).unwrap();
        let begun = Instant::now();
        let response = home.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        measured.bytes = response.into_body().collect().await.unwrap().to_bytes().len();
        measured.took.push(begun.elapsed());
    }
    measured
}

fn report(what: &str, measured: &Measured, at_most: Duration, missed: &mut Vec<String>) {
    let mut took = measured.took.clone();
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let words = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let (median, most) = (at(0.5), words(at_most));
    println!("| {what} | {} | {} | {} | {most} |", words(median), words(at(0.95)), measured.bytes);
    if median > at_most {
        missed.push(format!("{what} took {}, wanted under {most}", words(median)));
    }
}
