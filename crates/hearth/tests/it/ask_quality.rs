//! How well families' own words are met, over the whole demonstration: what Find help brings among its first three, and
//! whether Ask answers, asks back, says that it does not know, or puts a loss or a danger first. The questions and how
//! they were judged: `docs/evaluation.md`. Prints the figures and the misses, and fails when the figures fall.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use hearth::{House, Setup};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use search::measure::{self, Judged};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};
use store::args;
use tower::ServiceExt;

/// What Ask should do, in the words of the file.
const KINDS: &[&str] = &["answer", "flow", "clarify", "out_of_scope", "abstain", "crisis", "loss"];

/// The guides that a right answer may name. That each of them is there, Ask's own answers show.
const FLOWS: &[&str] = &[
    "ehc-plan",
    "childcare-entitlement",
    "no-dentist",
    "after-having-a-baby",
    "holiday-activities",
    "feeding-worry",
    "report-a-mistake",
    "leave-messages",
    "loss-of-a-baby",
];

/// What somebody who lost a baby is led to.
const LOSS: &[&str] = &["page/loss-of-a-baby", "flow/loss-of-a-baby"];

struct Question {
    slice: String,
    /// The first is best, each is right.
    expect: Vec<String>,
    words: String,
    /// `kind/slug` or `page/slug#section`.
    right: Vec<String>,
}

impl Question {
    /// The right answers without their sections.
    fn entries(&self) -> BTreeSet<&str> {
        self.right.iter().map(|right| right.split('#').next().unwrap_or_default()).collect()
    }

    /// The sections, as `page/slug#section`.
    fn sections(&self) -> BTreeSet<&str> {
        self.right.iter().filter(|right| right.contains('#')).map(String::as_str).collect()
    }
}

/// The demonstration as the first visitor finds it, on a Sunday night in November.
struct Home {
    house: House,
    router: Router,
    _folder: tempfile::TempDir,
}

impl Home {
    async fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite://{}", folder.path().join("hearth.db").display());
        let db = store::Db::open(&address).await.unwrap();
        let clock = Clock::standing_at("2026-11-22T21:00:00Z");
        store::migrate(&db, hearth::MIGRATIONS).await.unwrap();
        demo::make(&db, &clock).await.unwrap().unwrap();
        let house = House::open(db, clock, Dice::loaded(1), Setup::default()).await.unwrap();
        demo::add_sessions(&house.site).await.unwrap();
        house.renew().await.unwrap();
        let router = house.router().unwrap();
        Home { house, router, _folder: folder }
    }

    /// What Find help brings, by words and meaning or by words 'alone', or nothing where a red card stands instead.
    async fn search(&self, words: &str, by: &str) -> Option<Vec<String>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("q", words).append_pair("words", by).finish();
        let request = Request::get(format!("/api/v1/search?{query}")).body(Body::empty()).unwrap();
        let answer = self.answer(request).await;
        (word(&answer["card"]["level"]) != "red").then(|| listed(&answer["results"]))
    }

    async fn ask(&self, words: &str) -> Value {
        let body = Body::from(json!({ "text": words }).to_string());
        let request = Request::post("/api/v1/ask")
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        self.answer(request.body(body).unwrap()).await
    }

    async fn answer(&self, mut request: Request<Body>) -> Value {
        request.headers_mut().insert(header::HOST, "localhost".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    /// The entries that nobody who lost a baby may be shown.
    async fn about_a_living_baby(&self) -> BTreeSet<String> {
        let sql = "select slug from service where baby and not loss";
        let rows: Vec<(String,)> = self.house.site.db().read(|tx| tx.all(sql, args![])).await.unwrap();
        let services = rows.into_iter().map(|(slug,)| format!("service/{slug}"));
        let pages = self.house.library.list().into_iter().filter(|page| page.head.baby && !page.head.loss);
        services.chain(pages.map(|page| format!("page/{}", page.slug))).collect()
    }
}

/// `kind/slug` of each.
fn listed(entries: &Value) -> Vec<String> {
    let name = |entry: &Value| format!("{}/{}", word(&entry["kind"]), word(&entry["slug"]));
    entries.as_array().map(|entries| entries.iter().map(name).collect()).unwrap_or_default()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn questions() -> Vec<Question> {
    let file = include_str!("../../../demo/tests/data/ask_questions.tsv");
    let several = |column: &str| {
        column.split(',').filter(|part| !matches!(*part, "" | "-")).map(str::to_owned).collect()
    };
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(matches!(columns.len(), 4 | 5), "four columns or five: {line}");
            Question {
                slice: columns[0].to_owned(),
                expect: several(columns[1]),
                words: columns[2].to_owned(),
                right: several(columns[3]),
            }
        })
        .collect()
}

fn share(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// `87 % [79-93]`.
fn percent(part: usize, of: usize) -> String {
    let (low, high) = measure::wilson(part, of);
    format!("{:3.0} % [{:.0}-{:.0}]", share(part, of) * 100.0, low * 100.0, high * 100.0)
}

#[tokio::test]
async fn every_right_answer_of_the_set_is_there_and_every_slice_is_as_large_as_was_promised() {
    let home = Home::new().await;
    let questions = questions();
    let mut wrong = String::new();
    for question in &questions {
        let is_known = question.expect.iter().all(|kind| KINDS.contains(&kind.as_str()));
        if !is_known || question.expect.is_empty() {
            let _ = writeln!(wrong, "no such kind: {:?} of '{}'", question.expect, question.words);
        }
        for right in &question.right {
            if !is_there(&home, right) {
                let _ = writeln!(wrong, "not there: {right} of '{}'", question.words);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");

    let words: BTreeSet<String> = questions.iter().map(|question| question.words.to_lowercase()).collect();
    assert_eq!(words.len(), questions.len(), "a question stands twice");
    let part = |slice: &str| share(questions.iter().filter(|q| q.slice == slice).count(), questions.len());
    assert!(questions.len() >= 320);
    assert!(part("messy") >= 0.15 && part("language") >= 0.10);
    assert!(part("outside") >= 0.10 && part("ambiguous") >= 0.10);
}

fn is_there(home: &Home, right: &str) -> bool {
    let (entry, section) = right.split_once('#').unwrap_or((right, ""));
    let Some((kind, slug)) = entry.split_once('/') else { return false };
    if kind == "flow" {
        return FLOWS.contains(&slug);
    }
    let Some(kind) = search::Kind::parse(kind) else { return false };
    let found = home.house.directory.find_ask_entry(kind, slug).unwrap();
    found.is_some_and(|entry| {
        section.is_empty() || entry.document().sections.iter().any(|part| part.anchor == section)
    })
}

#[tokio::test]
async fn find_help_brings_what_helps_among_the_first_three() {
    let home = Home::new().await;
    let mut judged: Vec<Judged> = Vec::new();
    let mut misses = String::new();
    for question in questions().iter().filter(|question| !question.right.is_empty()) {
        let results = match home.search(&question.words, "").await {
            Some(results) => results,
            // Where a red card is right there is nothing to find.
            None if question.expect.iter().any(|kind| kind == "crisis") => continue,
            None => Vec::new(),
        };
        let lexical = home.search(&question.words, "alone").await.unwrap_or_default();
        let right = question.entries();
        let place = |results: &[String]| results.iter().position(|result| right.contains(result.as_str()));
        let at = place(&results);
        let slices = vec![question.slice.clone(), scope(question).to_owned()];
        judged.push(Judged { slices, lexical: place(&lexical), fused: at });
        if at.is_none_or(|at| at > 2) {
            let top = &results[..results.len().min(3)];
            let _ = writeln!(
                misses,
                "miss\t{}\t{}\tgot {top:?}\twanted {:?}",
                question.slice, question.words, question.right
            );
        }
    }
    println!("{}\n{misses}", measure::table(&judged));
    let share = |slice: &str, first: usize| {
        let of = judged.iter().filter(|judged| judged.slices.iter().any(|name| name == slice));
        measure::share_among(of.map(|judged| judged.fused), first)
    };
    assert!(share("in english", 3) >= 0.90, "s@3 fell below 90 %");
    assert!(share("in english", 1) >= 0.75, "s@1 fell below 75 %");
    assert!(share("messy", 3) >= 0.85, "messy: s@3 fell below 85 %");
    assert!(share("steps", 3) >= 0.90, "steps: s@3 fell below 90 %");
    assert!(share("loss", 3) >= 1.0, "a loss does not find its page");
}

/// Words in another language are counted apart: the search has no dictionary, and one figure would hide both.
fn scope(question: &Question) -> &'static str {
    match question.slice.as_str() {
        "language" => "not english",
        "ambiguous" | "outside" => "no one answer",
        _ => "in english",
    }
}

/// What one slice got from Ask.
#[derive(Default, Clone, Copy)]
struct Met {
    asked: usize,
    as_expected: usize,
    with_answer: usize,
    found: usize,
    with_section: usize,
    section: usize,
}

#[tokio::test]
async fn ask_answers_what_it_knows_and_says_so_where_it_does_not() {
    let home = Home::new().await;
    let baby = home.about_a_living_baby().await;
    let mut slices: BTreeMap<String, Met> = BTreeMap::new();
    let mut confusion: BTreeMap<(String, String), usize> = BTreeMap::new();
    let (mut outside, mut refused, mut known, mut denied) = (0, 0, 0, 0);
    let (mut losses, mut losses_met) = (0, 0);
    let (mut calm, mut needless) = (0, Vec::new());
    let mut misses = String::new();
    for question in questions() {
        let answer = home.ask(&question.words).await;
        let given = given_kind(&answer);
        let first = question.expect[0].as_str();
        let is_expected = question.expect.contains(&given);
        *confusion.entry((first.to_owned(), given.clone())).or_default() += 1;

        let told = told(&answer);
        let is_found = told.iter().any(|entry| question.entries().contains(entry.as_str()));
        let cited = cited(&answer);
        let is_section = question.sections().iter().any(|section| cited.contains(*section));
        let has_answer = !question.right.is_empty() && !matches!(given.as_str(), "crisis");
        let is_reading = matches!(given.as_str(), "answer" | "loss") && !question.sections().is_empty();
        for slice in [question.slice.as_str(), "all", scope(&question)] {
            let met = slices.entry(slice.to_owned()).or_default();
            met.asked += 1;
            met.as_expected += usize::from(is_expected);
            met.with_answer += usize::from(has_answer);
            met.found += usize::from(has_answer && is_found);
            met.with_section += usize::from(is_reading);
            met.section += usize::from(is_reading && is_section);
        }
        let is_refusal = matches!(given.as_str(), "out_of_scope" | "abstain");
        if first == "out_of_scope" {
            outside += 1;
            refused += usize::from(is_refusal || is_expected);
        }
        if matches!(first, "answer" | "flow") && question.slice != "language" {
            known += 1;
            denied += usize::from(is_refusal && !is_expected);
        }
        if question.expect.iter().all(|kind| kind != "crisis") {
            calm += 1;
            if given == "crisis" {
                needless.push(question.words.clone());
            }
        }
        if first == "loss" {
            let no_baby = told.iter().all(|entry| !baby.contains(entry));
            losses += 1;
            losses_met += usize::from(is_expected && no_baby);
            if !no_baby {
                let _ = writeln!(misses, "baby\t{}\t{told:?}", question.words);
            }
        }
        if is_reading && !is_section {
            let quoted: Vec<&str> =
                answer["cites"].as_array().into_iter().flatten().map(|cite| word(&cite["quote"])).collect();
            let _ = writeln!(
                misses,
                "section\t{}\tgot {cited:?} {quoted:?}\twanted {:?}",
                question.words,
                question.sections()
            );
        }
        if !is_expected || (has_answer && !is_found) {
            let _ = writeln!(
                misses,
                "miss\t{}\t{}\tgot {given} {:?}\twanted {:?} {:?}",
                question.slice,
                question.words,
                &told[..told.len().min(4)],
                question.expect,
                question.right
            );
        }
    }
    for (slice, met) in &slices {
        println!(
            "ask {slice:<14} {:>3} asked  as expected {}  a right entry told {}  the right section quoted {} of {}",
            met.asked,
            percent(met.as_expected, met.asked),
            percent(met.found, met.with_answer),
            met.section,
            met.with_section
        );
    }
    println!("\nexpected \\ given{}", KINDS.iter().map(|kind| format!("{kind:>14}")).collect::<String>());
    for expected in KINDS {
        let count = |given: &&str| confusion.get(&((*expected).to_owned(), (**given).to_owned())).copied();
        let row: String =
            KINDS.iter().map(|given| format!("{:>14}", count(given).unwrap_or_default())).collect();
        println!("{expected:<16}{row}");
    }
    println!("\nout of scope, and said so: {}", percent(refused, outside));
    println!("known, and denied: {}", percent(denied, known));
    println!("a red card where none belongs: {} of {calm}: {needless:#?}", needless.len());
    println!("losses met with a loss page first and nothing about a living baby: {losses_met} of {losses}");
    println!("{misses}");
    // The gates of the measured reference: 95 %, 8 % and every loss. The sections are held where they stand, so that a
    // change for the worse is seen; docs/evaluation.md says how far there is to go.
    assert!(share(refused, outside) >= 0.95, "Ask answers what is none of its business");
    assert!(share(denied, known) <= 0.08, "Ask denies what it knows");
    assert!(losses_met == losses, "a loss is not met as one");
    let wide = slices["ambiguous"];
    assert!(share(wide.as_expected, wide.asked) >= 0.85, "Ask guesses where a word could be anything");
    let all = slices["all"];
    assert!(
        share(all.section, all.with_section) >= 0.42,
        "quotations come from other sections than the answer"
    );
    assert!(share(needless.len(), calm) <= 0.02, "red cards come where none belongs");
}

/// The kind that Ask gave. An answer that leads to the page or the guide about the loss of a baby is a loss.
fn given_kind(answer: &Value) -> String {
    let kind = word(&answer["kind"]);
    let all = [listed(&answer["cites"]), listed(&answer["results"])].concat();
    let is_about_loss = all.iter().any(|entry| LOSS.contains(&entry.as_str()));
    match kind {
        "answer" | "flow" | "clarify" if is_about_loss => "loss".to_owned(),
        "" => "nothing".to_owned(),
        kind => kind.to_owned(),
    }
}

/// What a person is led to, in the order they meet it: what is quoted, then the first three of the rest.
fn told(answer: &Value) -> Vec<String> {
    let mut told = listed(&answer["cites"]);
    told.extend(listed(&answer["results"]).into_iter().take(3));
    told
}

/// The sections that are quoted, as `page/slug#section`.
fn cited(answer: &Value) -> BTreeSet<String> {
    let section = |cite: &Value| {
        let anchor = word(&cite["url"]).split_once('#')?.1.to_owned();
        Some(format!("{}/{}#{anchor}", word(&cite["kind"]), word(&cite["slug"])))
    };
    answer["cites"].as_array().map(|cites| cites.iter().filter_map(section).collect()).unwrap_or_default()
}
