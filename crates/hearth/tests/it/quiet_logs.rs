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
    ask_and_be_asked(home).await;
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

/// Ask by its page and by its machine address, a guide's own box and its code, and the form of those who want to be rung.
async fn ask_and_be_asked(home: &Home) {
    let danger = format!("{CANARY} i want to kill myself");
    let english = format!("{CANARY} baby yoga {CANARY}@example.org 07700 900123");
    let polish = format!("{CANARY} gdzie jest przedszkole");
    for words in [CANARY, &danger, &english, &polish, &CANARY.repeat(1_000)] {
        let asked = form("/ask").header("sec-fetch-site", "same-origin");
        let fields = [("text", words), ("conversation", CANARY), ("message", CANARY), ("choose", CANARY)];
        let answer = home.send(asked.body(encoded(&fields)).unwrap()).await;
        assert!(answer.status < 500, "/ask");
        if answer.status == 303 {
            assert!(!answer.header("location").contains(CANARY), "no word stands in an address");
            home.get(answer.header("location").split('#').next().unwrap_or_default()).await;
        }
        let question = serde_json::json!({ "text": words, "conversation": CANARY, "message": CANARY });
        assert!(crate::ask_talk::ask_json(home, &question).await.status < 500, "/api/v1/ask");
    }
    crate::ask_talk::ask_raw(home, format!("{{\"text\": \"{CANARY}")).await;
    home.get(&address("/ask", &[("text", CANARY), ("q", CANARY), (CANARY, CANARY)])).await;
    home.get(&format!("/ask/{CANARY}")).await;

    let begun = home.post("/guides/ehc-plan", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    let guide = begun.header("location").to_owned();
    for words in [CANARY, &danger] {
        let fields = [("text", words), ("choice", ""), ("message", CANARY), ("node", CANARY)];
        assert!(home.post(&guide, &fields).await.status < 500, "a guide");
        let fields = [("text", words), ("choice", CANARY), ("do", CANARY)];
        assert!(home.post(&guide, &fields).await.status < 500, "a guide");
    }
    assert!(home.post("/guides/resume", &[("code", CANARY)]).await.status < 500, "a guide's code");
    assert!(home.post("/l", &[("code", CANARY)]).await.status < 500, "a list's code");

    for words in [CANARY, &danger] {
        let fields = [
            ("name", CANARY),
            ("number", "07700 900123"),
            ("phone", "07700 900123"),
            ("words", words),
            ("about", CANARY),
            ("language", CANARY),
            ("form_key", CANARY),
        ];
        assert!(home.post("/call-back", &fields).await.status < 500, "a call back");
    }
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
