//! What people type is in no line of the log, at any level, whatever breaks.

use crate::support::{Home, address, encoded, form, on_both_anew};
use axum::{body::Body, http::Request};
use std::{
    io::Write,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing_subscriber::{filter::dynamic_filter_fn, prelude::*};

const CANARY: &str = "zqcanaryzq";

/// Lines that hold the canary, and how many there were in all.
static HEARD: Mutex<(Vec<String>, usize)> = Mutex::new((Vec::new(), 0));
/// The other tests share the process, and would be slow if every line of theirs were written.
static LISTENING: AtomicBool = AtomicBool::new(false);

#[test]
fn no_line_of_the_log_holds_what_was_typed() {
    listen();
    LISTENING.store(true, Ordering::Relaxed);
    on_both_anew(async |home| {
        type_everywhere(home).await;
        let faults = break_the_house(home).await;
        for (what, status, page) in faults {
            assert_eq!(status, 500, "{what}");
            assert!(page.contains("say this reference") && !page.contains(CANARY), "{what}: {page}");
            assert!(!page.contains("problem_report") && !page.contains("select"), "{what} shows its cause");
        }
    });
    LISTENING.store(false, Ordering::Relaxed);
    let (holding, lines) = std::mem::take(&mut *HEARD.lock().unwrap());
    assert!(lines > 100, "the test listens: {lines} lines");
    assert!(holding.is_empty(), "{} lines hold it:\n{}", holding.len(), holding.concat());
}

async fn type_everywhere(home: &Home) {
    for path in ["/search", "/api/v1/search", "/hubs", "/shortlist", "/", "/nothing", "/pages/nothing"] {
        for name in ["q", "postcode", "age", "topic", "s", "removed", "page", "within", CANARY] {
            let answer = home.get(&address(path, &[(name, CANARY)])).await;
            assert!(answer.status < 500, "{path} {name}");
        }
    }
    for prefix in [
        "/",
        "/services/",
        "/organisations/",
        "/hubs/",
        "/topics/",
        "/pages/",
        "/assets/",
        "/api/",
        "/oruk/v3/",
    ] {
        assert_eq!(home.get(&format!("{prefix}{CANARY}")).await.status, 404, "{prefix}");
    }
    let danger = format!("{CANARY} i want to kill myself");
    home.get(&address("/search", &[("q", &danger)])).await;
    home.get(&address("/search", &[("q", &danger), ("carry", "on")])).await;
    for host in ["zqcanaryzq/<x>", "zqcanaryzq evil", "zqcanaryzq.example"] {
        home.send(Request::get("/").header("host", host).body(Body::empty()).unwrap()).await;
    }
    let odd = Request::get("/")
        .header("user-agent", CANARY)
        .header("cookie", "shortlist=zqcanaryzq")
        .header("referer", "https://x.example/zqcanaryzq");
    home.send(odd.body(Body::empty()).unwrap()).await;
    for fields in [
        [("what", CANARY), ("words", CANARY), ("reply_to", CANARY), ("form_key", CANARY)],
        [("what", "other"), ("words", CANARY), ("reply_to", "zqcanaryzq@example.org"), ("form_key", CANARY)],
        [("what", "other"), ("words", &danger), ("reply_to", ""), ("form_key", "")],
    ] {
        assert!(home.post("/services/infant-feeding-team/report", &fields).await.status < 500);
        let foreign =
            form("/services/infant-feeding-team/report").header("origin", "https://zqcanaryzq.example");
        home.send(foreign.body(encoded(&fields)).unwrap()).await;
    }
    let long = CANARY.repeat(10_000);
    home.post("/services/infant-feeding-team/report", &[("words", &long)]).await;
    home.post("/shortlist", &[("add", CANARY), ("back", CANARY)]).await;
    home.post("/shortlist", &[("keep", CANARY)]).await;
}

/// Lets the database refuse, in the ways in which databases quote what they refused.
async fn break_the_house(home: &Home) -> Vec<(&'static str, u16, String)> {
    let mut faults = Vec::new();
    let report = [("what", "other"), ("words", CANARY), ("reply_to", "zqcanaryzq@example.org")];
    let refusing = "drop table problem_report; create table problem_report (
        id text, reference text, service_id text, field text, words text constraint too_short check (words = 'x'),
        reply_to text, safety_level text, form_key text, reported_at text)";
    let mistyped = "drop table problem_report; create table problem_report (
        id text, reference text, service_id text, field text, words int check (words < 5),
        reply_to text, safety_level text, form_key text, reported_at text)";
    for (what, script) in [
        ("a check that fails", refusing),
        ("a column of another kind", mistyped),
        ("a table that is gone", "drop table problem_report"),
    ] {
        home.database.write(move |tx| tx.script(script)).await.unwrap();
        let answer = home.post("/services/infant-feeding-team/report", &report).await;
        faults.push((what, answer.status, answer.text()));
    }
    home.database.write(|tx| tx.script("drop table service_value")).await.unwrap();
    let path = "/services/infant-feeding-team/report";
    let answer = home.get(&address(path, &[("q", CANARY)])).await;
    faults.push(("an entry without its lists", answer.status, answer.text()));
    faults
}

struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let mut heard = HEARD.lock().unwrap();
        heard.1 += 1;
        let text = String::from_utf8_lossy(line);
        if text.to_lowercase().contains(CANARY) {
            heard.0.push(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that any crate says, through the binary's own filter at its loudest.
fn listen() {
    let loudest = hearth::config::log_filter("trace");
    let lines = tracing_subscriber::fmt::layer().json().with_writer(|| Ear);
    let while_listening = dynamic_filter_fn(|_, _| LISTENING.load(Ordering::Relaxed));
    tracing_subscriber::registry().with(lines.with_filter(loudest).with_filter(while_listening)).init();
}
