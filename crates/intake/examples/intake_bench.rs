//! How long 3,000 full records take to be taken in, on SQLite and on PostgreSQL: `cargo run --release -p intake
//! --example intake_bench`. Ends with 1 when a target is missed. PostgreSQL is that of `HEARTH_TEST_POSTGRES`.
//!
//! A batch must cost what is in it, not what came before it: the last quarter of a run may take little more of the
//! processor than the second. `HEARTH_BENCH_RECORDS=12000` shows that more clearly than 3,000 records do.
#![recursion_limit = "256"] // a record is one long `json!`
#![allow(clippy::unwrap_used, reason = "a measurement stops where something is wrong")]

use fetch::{FetchConfig, Fetcher};
use intake::{Ask, Intake, Step, command, nobody};
use kernel::{Clock, Dice};
use serde_json::{Value, json};
use settings::Council;
use std::{io::Write, path::Path, sync::Mutex, time::Instant};
use store::{Db, testing};
use uuid::Uuid;
use web::Site;

const RECORDS: u128 = 3_000;
const SECONDS_MAX: f64 = 10.0;
/// The last quarter against the second. The first also warms up, and where every batch reads all that came before it
/// the last takes twice as long as the second once there are some thousands.
const GROWTH_MAX: f64 = 1.6;
const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    intake::MIGRATIONS,
];

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.ndjson");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let records =
        std::env::var("HEARTH_BENCH_RECORDS").ok().and_then(|asked| asked.parse().ok()).unwrap_or(RECORDS);
    for number in 0..records {
        writeln!(file, "{}", record(number)).unwrap();
    }
    file.flush().unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("{records} records, {:.1} kB each", bytes as f64 / records as f64 / 1_000.0);
    println!(
        "| database | plan | take in | again | within {SECONDS_MAX} s | processor, last quarter against the second |\n| --- | --- | --- | --- | --- | --- |"
    );
    let mut missed = false;
    let made = testing::sqlite(MIGRATIONS).await;
    missed |= measure("SQLite", &made.db, &path, records).await;
    if std::env::var("HEARTH_TEST_POSTGRES").is_ok() {
        let made = testing::postgres(MIGRATIONS).await;
        missed |= measure("PostgreSQL", &made.db, &path, records).await;
    }
    if missed {
        std::process::exit(1);
    }
}

async fn measure(name: &str, db: &Db, path: &Path, records: u128) -> bool {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let now = clock.now();
    db.write(move |tx| {
        settings::set_council(tx, &Council { area_name: "Halton".to_owned(), ..Council::unnamed() }, now)?;
        let needs: Vec<directory::TermDraft> = serde_json::from_value(json!([
            {"slug": "things-to-do", "name": "Things to do", "children": [{"slug": "sports", "name": "Sports"}, {"slug": "debt", "name": "Debt"}]}]))?;
        directory::publish_taxonomy(tx, &needs, now).map(|_| ())
    })
    .await
    .unwrap();
    let site = Site::open(db.clone(), clock, Dice::real()).await.unwrap();
    let intake = Intake::open(&site, Fetcher::new(FetchConfig::default()).unwrap());
    let ask = Ask { name: Some("Bench".to_owned()), ..Ask::default() };
    let begun = Instant::now();
    let planned = command::plan_file(&intake, path, &ask, &nobody).await.unwrap();
    let plan = begun.elapsed().as_secs_f64();
    assert_eq!(planned.plan.totals.added as u128, records, "{:?}", planned.summary());
    let begun = Instant::now();
    let quarters = Mutex::new([0.0; 5]);
    let note = |step: Step| {
        if let Step::Taken { done, of } = step {
            quarters.lock().unwrap()[done * 4 / of] = processor_seconds();
        }
    };
    command::apply(&intake, planned, &note).await.unwrap();
    let taken = begun.elapsed().as_secs_f64();
    // Each place holds the last moment within its quarter; the fifth is the end.
    let ends = quarters.into_inner().unwrap();
    let growth = (ends[4] - ends[2]) / (ends[1] - ends[0]);
    let begun = Instant::now();
    let planned = command::plan_file(&intake, path, &ask, &nobody).await.unwrap();
    assert_eq!(planned.plan.totals.same as u128, records);
    command::apply(&intake, planned, &nobody).await.unwrap();
    let again = begun.elapsed().as_secs_f64();
    // The target is about 3,000.
    let held = plan + taken <= SECONDS_MAX * (records as f64 / RECORDS as f64).max(1.0);
    let words = if held { "yes" } else { "no" };
    println!("| {name} | {plan:.2} s | {taken:.2} s | {again:.2} s | {words} | {growth:.2} |");
    !held || growth > GROWTH_MAX
}

/// What this process has used of the processor: a busy disk beside it must not look like a square.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let behind_the_name = stat.rsplit_once(')').unwrap().1;
    let ticks = |at: usize| behind_the_name.split_whitespace().nth(at).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// A record with everything that a full one has.
fn record(number: u128) -> Value {
    let id = |kind: u128| Uuid::from_u128((kind << 64) | number);
    let words = "This group meets every week in a warm hall. Bring your child, stay for a cup of tea, and talk to people who know. ";
    let term = |kind: &str, code: &str, name: &str| json!({"id": id(100), "link_type": kind, "link_entity": "service", "taxonomy_term": {"id": id(101), "code": code, "name": name, "description": name}});
    let schedule = |place: u128, day: &str| json!({"id": id(200 + place), "freq": "WEEKLY", "byday": day, "opens_at": "10:00:00", "closes_at": "12:00:00", "description": "In the main room"});
    json!({
        "id": id(1), "organization_id": id(2), "name": format!("Group number {number}"), "status": "active",
        "alternate_name": "Tots; Babies; Coffee morning", "summary": "A warm group for you and your child.",
        "description": words.repeat(8), "url": "https://group.example.org/page", "email": "hello@group.example.org",
        "fees_description": "Pay what you can", "eligibility_description": words, "who_for": "Parents with a child under five.",
        "minimum_age": 0, "maximum_age": 4, "application_process": words, "what_happens": ["You ring.", "You come.", "You stay."],
        "offers": [{"title": "In a group", "items": ["Play", "Songs", "Tea"]}], "interpretation_services": "Ask us",
        "wait_time": "No wait", "assured_date": "2026-11-01",
        "organization": {"id": Uuid::from_u128((2 << 64) | (number % 400)), "name": format!("Organisation {}", number % 400),
            "description": words, "email": "a@example.org", "website": "https://example.org",
            "organization_identifiers": [{"id": id(3), "identifier_scheme": "GB-CHC", "identifier_type": "Charity", "identifier": format!("{}", 1_000_000 + number % 400)}],
            "phones": [{"id": id(4), "number": "01928 000 000"}]},
        "schedules": [schedule(0, "MO"), schedule(1, "WE"), schedule(2, "FR")],
        "service_areas": [{"id": id(5), "name": "Halton"}],
        "service_at_locations": [{"id": id(6), "location": {"id": Uuid::from_u128((7 << 64) | (number % 800)), "location_type": "physical",
            "name": format!("Hall {}", number % 800), "description": words, "latitude": 53.36, "longitude": -2.73,
            "addresses": [{"id": id(8), "address_1": format!("{} High Street", number % 800), "city": "Widnes", "state_province": "Halton", "postal_code": "WA8 7QF", "country": "GB", "address_type": "physical"}],
            "accessibility": [{"id": id(9), "description": "Step-free"}, {"id": id(10), "description": "Parking"}]}}],
        "languages": [{"id": id(11), "code": "en"}, {"id": id(12), "code": "pl"}],
        "funding": [{"id": id(13), "source": "The council"}],
        "cost_options": [{"id": id(14), "option": "One session", "amount": 2.5, "amount_description": "a child"}, {"id": id(15), "option": "A sibling", "amount": 1}],
        "phones": [{"id": id(16), "number": "0151 496 0000", "description": "Office", "hours": "9 to 5"}, {"id": id(17), "number": "0151 496 0001"}],
        "attributes": [term("topic", "sports", "Sports"), term("topic", "debt", "Debt"), term("audience", "dads", "Dads"), term("audience", "parents", "Parents"),
            term("access", "hub", "Hub"), term("way_in", "self", "Ask"), term("way_in", "open", "Open"), term("cost", "paid", "Paid")],
    })
}
