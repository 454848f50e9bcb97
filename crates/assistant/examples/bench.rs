//! How long Ask takes inside the server: `cargo run --release -p assistant --example bench`. Prints a table and ends with
//! 1 when a target is missed.
//!
//! With 5,000 made-up services beside the pages: a whole answer without a model, from the request to the last byte,
//! p99 under 25 ms; the safety screen for 4,000 letters, p99 under 5 ms; 200 conversations at once through the real
//! router, p95 under 300 ms.
#![allow(clippy::unwrap_used, reason = "a measurement stops where something is wrong")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use std::time::{Duration, Instant};
use support::{Home, MIGRATIONS};

const SERVICES: usize = 5_000;
const ANSWER_MAX: Duration = Duration::from_millis(25);
const SCREEN_MAX: Duration = Duration::from_millis(5);
const AT_ONCE_MAX: Duration = Duration::from_millis(300);
const TIMES: usize = 400;
const AT_ONCE: usize = 200;

const QUESTIONS: [&str; 8] = [
    "my child has a fever, when do I ring 111",
    "family group for young people in widnes",
    "am I eligible for 30 hours?",
    "free play session for toddlers on tuesday morning",
    "how long does a hub lend wellington boots",
    "she wont latch and it hurts",
    "brestfeding suport near WA8",
    "where can I hire a limousine",
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let database = store::testing::sqlite(MIGRATIONS).await;
    let home = Home::of_many(database.db.clone(), SERVICES).await;
    let mut missed = Vec::new();
    println!("| {SERVICES} services | median | p95 | p99 | at most |");
    println!("| --- | --- | --- | --- | --- |");

    let mut took = Vec::new();
    for number in 0..TIMES {
        let begun = Instant::now();
        home.api(QUESTIONS[number % QUESTIONS.len()], None).await;
        took.push(begun.elapsed());
    }
    report("a whole answer", took, 0.99, ANSWER_MAX, &mut missed);

    let long: String = QUESTIONS.join(" and ").chars().cycle().take(4_000).collect();
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        home.site.screen(&long);
        took.push(begun.elapsed());
    }
    report("the safety screen, 4,000 letters", took, 0.99, SCREEN_MAX, &mut missed);

    let home = std::sync::Arc::new(home);
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        let home = home.clone();
        asking.spawn(async move {
            let begun = Instant::now();
            home.api(QUESTIONS[number % QUESTIONS.len()], None).await;
            begun.elapsed()
        });
    }
    report("200 conversations at once", asking.join_all().await, 0.95, AT_ONCE_MAX, &mut missed);

    if missed.is_empty() {
        println!("every target is met");
    } else {
        println!("missed: {}", missed.join("; "));
        std::process::exit(1);
    }
}

fn report(what: &str, mut took: Vec<Duration>, share: f64, at_most: Duration, missed: &mut Vec<String>) {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let words = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let (measured, most) = (at(share), words(at_most));
    println!("| {what} | {} | {} | {} | {most} |", words(at(0.5)), words(at(0.95)), words(at(0.99)));
    if measured > at_most {
        missed.push(format!("{what} took {}, wanted under {most}", words(measured)));
    }
}
