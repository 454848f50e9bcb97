//! How often a parent's own words find what helps, on the demonstration data: questions written by somebody who had
//! not seen the search, half of them never looked at while it was tuned. Prints the figures and fails when they fall.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use hearth::{House, Setup};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use search::measure::{self, Judged};
use std::fmt::Write;
use tower::ServiceExt;

struct Question {
    style: String,
    words: String,
    right: Vec<String>,
    no_baby: bool,
}

/// The questions were judged before there were guides. A guide is as right as the page about the same thing.
const GUIDES: [(&str, &str); 8] = [
    ("flow:after-having-a-baby", "page:feelings-after-birth"),
    ("flow:childcare-entitlement", "page:funded-childcare"),
    ("flow:ehc-plan", "page:ehc-plans"),
    ("flow:feeding-worry", "page:feeding-worries"),
    ("flow:leave-messages", "page:stop-messages"),
    ("flow:loss-of-a-baby", "page:loss-of-a-baby"),
    ("flow:no-dentist", "page:no-dentist"),
    ("flow:report-a-mistake", "page:correct-an-entry"),
];

#[derive(Default, Clone, Copy)]
struct Score {
    asked: usize,
    first: usize,
    three: usize,
    loss: usize,
    loss_found: usize,
}

#[tokio::test]
async fn a_parents_own_words_find_what_helps_among_the_first_three() {
    let folder = tempfile::tempdir().unwrap();
    let db =
        store::Db::open(&format!("sqlite://{}", folder.path().join("hearth.db").display())).await.unwrap();
    let clock = Clock::standing_at("2026-11-22T21:00:00Z");
    store::migrate(&db, hearth::MIGRATIONS).await.unwrap();
    demo::make(&db, &clock).await.unwrap().unwrap();
    let house = House::open(db, clock, Dice::loaded(1), Setup::default()).await.unwrap();
    let router = house.router().unwrap();

    let seen = judge(&router, "seen", include_str!("../../../demo/tests/data/questions_seen.tsv")).await;
    let blind = judge(&router, "blind", include_str!("../../../demo/tests/data/questions_blind.tsv")).await;
    let share = |part: usize, of: usize| part as f64 / of as f64;
    // The gate of the measured reference is 85 % among the first three; the thresholds stand a little under what was
    // reached, so that a change for the worse is seen.
    assert!(share(seen.three, seen.asked) >= 0.90, "seen: s@3 fell below 90 %");
    assert!(share(blind.three, blind.asked) >= 0.86, "blind: s@3 fell below 86 %");
    assert!(share(blind.first, blind.asked) >= 0.72, "blind: s@1 fell below 72 %");
}

async fn judge(router: &Router, name: &str, file: &str) -> Score {
    let mut all = Score::default();
    let mut judged: Vec<Judged> = Vec::new();
    let mut report = String::new();
    for question in questions(file) {
        let is_right = |result: &String| {
            let page =
                GUIDES.iter().find(|(guide, _)| guide == result).map_or(result.as_str(), |(_, page)| page);
            question.right.iter().any(|right| right == page)
        };
        let place = |found: &[String]| found.iter().position(is_right);
        let lexical = search(router, &question.words, "&words=alone").await;
        let found = search(router, &question.words, "").await;
        let at = place(&found);
        judged.push(Judged { slices: vec![question.style.clone()], lexical: place(&lexical), fused: at });
        all.asked += 1;
        all.first += usize::from(at == Some(0));
        all.three += usize::from(at.is_some_and(|at| at < 3));
        if question.no_baby {
            all.loss += 1;
            all.loss_found += usize::from(at == Some(0));
        }
        if name == "seen" && at.is_none_or(|at| at > 2) {
            let _ = writeln!(
                report,
                "  miss: {} -> {:?} (wanted {:?})",
                question.words,
                &found[..found.len().min(3)],
                question.right
            );
        }
    }
    println!("{name}\n{}", measure::table(&judged));
    println!("{name} loss: {} of {} bring a loss page first\n{report}", all.loss_found, all.loss);
    all
}

fn questions(file: &str) -> Vec<Question> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            Question {
                style: columns[0].to_owned(),
                words: columns[1].to_owned(),
                right: columns[2].split(',').map(|right| right.trim().to_owned()).collect(),
                no_baby: columns.get(3).is_some_and(|mark| mark.trim() == "!baby"),
            }
        })
        .collect()
}

async fn search(router: &Router, words: &str, how: &str) -> Vec<String> {
    let query: String =
        words
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }
            })
            .collect();
    let request = Request::get(format!("/api/v1/search?q={query}{how}"))
        .header(header::HOST, "localhost")
        .body(Body::empty())
        .unwrap();
    let body = router.clone().oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|result| format!("{}:{}", result["kind"].as_str().unwrap(), result["slug"].as_str().unwrap()))
        .collect()
}
