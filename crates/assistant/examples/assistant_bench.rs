//! How long Ask takes inside the server: `cargo run --release -p assistant --example assistant_bench`. Prints a table and ends with
//! 1 when a target is missed.
//!
//! With 5,000 made-up services beside the pages: a whole answer without a model, from the request to the last byte,
//! p99 under 25 ms; the safety screen for 4,000 letters, p99 under 5 ms; 200 conversations at once through the real
//! router, p95 under 300 ms. With the full encoder as second net and for what things mean, where `HEARTH_TEST_ENCODER` or
//! `target/encoder` holds one: a whole answer, p99 under 60 ms. Before that the encoder reads every document once, which
//! takes minutes. A number behind `--` is another number of services.
#![allow(clippy::unwrap_used, reason = "a measurement stops where something is wrong")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use directory::with_vector_jobs;
use jiff::SignedDuration;
use kernel::Dice;
use meaning::Encoder;
use search::Document;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use support::{Home, MIGRATIONS, With};

const SERVICES: usize = 5_000;
const ANSWER_MAX: Duration = Duration::from_millis(25);
const WITH_ENCODER_MAX: Duration = Duration::from_millis(60);
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
    let many = std::env::args().nth(1).map_or(SERVICES, |number| number.parse().unwrap());
    let made_up = search::synthetic::services(many, &Dice::loaded(5));
    let database = store::testing::sqlite(MIGRATIONS).await;
    let home = Home::with(database.db.clone(), With { made_up: made_up.clone(), ..With::default() }).await;
    let mut missed = Vec::new();
    println!("| {many} services | median | p95 | p99 | at most |");
    println!("| --- | --- | --- | --- | --- |");
    report("a whole answer", answers(&home).await, 0.99, ANSWER_MAX, &mut missed);

    let long: String = QUESTIONS.join(" and ").chars().cycle().take(4_000).collect();
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        home.site.screen(&long);
        took.push(begun.elapsed());
    }
    report("the safety screen, 4,000 letters", took, 0.99, SCREEN_MAX, &mut missed);

    let home = Arc::new(home);
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

    let reading = match encoder() {
        Some(encoder) => {
            let database = store::testing::sqlite(MIGRATIONS).await;
            let made_up = made_up.into_iter().map(called_something).collect();
            let with = With { made_up, encoder: Some(encoder), ..With::default() };
            let home = Home::with(database.db.clone(), with).await;
            let (read, took) = read_documents(&home).await;
            let what = "a whole answer with the encoder";
            report(what, answers(&home).await, 0.99, WITH_ENCODER_MAX, &mut missed);
            format!("the encoder had read {read} documents in {:.0} s", took.as_secs_f64())
        }
        None => "no encoder was measured: scripts/test fetches one into target/encoder".to_owned(),
    };
    println!("\n{reading}");
    if missed.is_empty() {
        println!("every target is met");
    } else {
        println!("missed: {}", missed.join("; "));
        std::process::exit(1);
    }
}

/// How long whole answers take, one after the other.
async fn answers(home: &Home) -> Vec<Duration> {
    let mut took = Vec::new();
    for number in 0..TIMES {
        let begun = Instant::now();
        home.api(QUESTIONS[number % QUESTIONS.len()], None).await;
        took.push(begun.elapsed());
    }
    took
}

fn encoder() -> Option<Arc<Encoder>> {
    let folder = std::env::var_os("HEARTH_TEST_ENCODER").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/encoder")),
        PathBuf::from,
    );
    folder.is_dir().then(|| Arc::new(Encoder::open(&folder).unwrap()))
}

/// With two things that people say for it, as most entries have: then the encoder need not read the long text as well.
fn called_something(mut document: Document) -> Document {
    let words: Vec<&str> = document.summary.split(' ').collect();
    document.aliases = words.chunks(2).take(2).map(|two| two.join(" ")).collect();
    document
}

/// Lets the job make the vector of every document, as in a council's house.
async fn read_documents(home: &Home) -> (i64, Duration) {
    let runner = jobs::Runner::new(home.db.clone(), home.clock.clone(), home.site.dice().clone());
    let runner = with_vector_jobs(runner, &home.directory);
    let all: usize = home.directory.counts().iter().map(|(_, many)| many).sum();
    let begun = Instant::now();
    let mut read = 0;
    while read < all as i64 {
        runner.run_until_empty().await.unwrap();
        let sql = "select cast(count(*) as bigint) from document_vector";
        let now = home.db.read(move |tx| Ok(tx.one::<(i64,)>(sql, &[])?.0)).await.unwrap();
        assert!(now > read, "no more vectors were made");
        read = now;
        home.clock.set(home.clock.now() + SignedDuration::from_mins(2));
    }
    let took = begun.elapsed();
    home.directory.renew().await.unwrap();
    (read, took)
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
