//! Timetables as paper: the PDF behind its address, and how often each is opened, downloaded and printed.

use crate::support::{Home, on_both, session};
use axum::{body::Body, http::Request};
use calendar::Exception;
use http_body_util::BodyExt;
use lopdf::Document;
use tower::ServiceExt;

async fn ask(home: &Home, request: axum::http::request::Builder) -> (u16, axum::http::HeaderMap, Vec<u8>) {
    let request = request.header("host", "hub.example.org").body(Body::empty()).unwrap();
    let response = home.router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

async fn words_of(home: &Home, path: &str) -> String {
    let (status, _, bytes) = ask(home, Request::get(path)).await;
    assert_eq!(status, 200, "{path}");
    let document = Document::load_mem(&bytes).unwrap();
    let sides: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&sides).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timetable_is_a_pdf_that_marks_cancelled_dates_and_names_no_private_place() {
    on_both(async |home| {
        let mut draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let mut private = session("time-to-talk", "Time to talk", "2026-09-08T13:00");
        private.place = Some("haven".to_owned());
        private.room = "Back parlour".to_owned();
        home.keep(&private).await;
        let page = home.get("/timetables/northtown").await;
        page.has("href=\"/timetables/northtown.pdf\"").has("Print this timetable (PDF, one page)");
        home.get("/timetables/mill?season=next&print=large")
            .await
            .has("href=\"/timetables/mill.pdf?season=next&#38;print=large\"");

        let (status, headers, before) = ask(&home, Request::get("/timetables/northtown.pdf")).await;
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!((status, header("content-type")), (200, "application/pdf".to_owned()));
        let name = "inline; filename=\"northtown-timetable-autumn-term-2026.pdf\"";
        assert_eq!(header("content-disposition"), name);
        assert_eq!(header("cache-control"), "public, max-age=60");
        let again = Request::get("/timetables/northtown.pdf").header("if-none-match", header("etag"));
        assert_eq!(ask(&home, again).await.0, 304);
        assert_eq!(ask(&home, Request::head("/timetables/northtown.pdf")).await.0, 200);

        let reason = "The hall is being painted".to_owned();
        draft.parts[0]
            .exceptions
            .push(Exception::Cancelled { key: "20261123T0930".parse().unwrap(), reason });
        home.keep(&draft).await;
        let (_, _, after) = ask(&home, Request::get("/timetables/northtown.pdf")).await;
        assert!(before != after, "what was cancelled is on the next paper");
        let words = words_of(&home, "/timetables/northtown.pdf").await;
        for told in [
            "Northtown timetable: Autumn term 2026",
            "Correct on 22 November 2026.",
            "hub.example.org/timetables/northtown",
            "9:30am to 11am Stay and play",
            "Not on Monday 23 November: The hall is being painted.",
            "Time to talk",
        ] {
            assert!(words.contains(told), "{told} is missing in {words}");
        }
        assert!(!words.contains("Haven") && !words.contains("parlour"), "{words}");
        let easy = words_of(&home, "/timetables/mill.pdf?easy=1").await;
        assert!(easy.contains("It is on a Monday. The time is 9:30am to 11am."), "{easy}");
        let empty = words_of(&home, "/timetables/mill.pdf?season=next").await;
        assert!(empty.contains("Nothing more is planned here."), "{empty}");
        for path in ["/timetables/haven.pdf", "/timetables/nowhere.pdf", "/timetables/.pdf"] {
            assert_eq!(ask(&home, Request::get(path)).await.0, 404, "{path}");
        }
    })
    .await;
}

/// What the staff's page says of a timetable, once everything that was counted is written down.
async fn uses(home: &Home, expected: [u32; 3]) {
    let [opened, downloaded, printed] = expected;
    let cells = format!(
        "data-l=\"Opened\">{opened}</td><td role=\"cell\" class=\"num\" data-l=\"Downloaded\">{downloaded}</td><td role=\"cell\" class=\"num\" data-l=\"Printed\">{printed}</td></tr>"
    );
    let begun = std::time::Instant::now();
    loop {
        let page = home.get("/admin/timetables").await;
        if page.text.contains(&cells) {
            break;
        }
        assert!(begun.elapsed().as_secs() < 20, "{cells} is not in {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_opening_download_and_print_is_counted_by_day_and_nothing_of_who_it_was() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        home.get("/admin/timetables").await.has("Nobody has opened a timetable in these days.");
        for _ in 0..3 {
            home.get("/timetables/mill").await;
        }
        home.get("/timetables/mill?easy=1").await;
        for agent in ["Somebot/2.1", "curl/8.0"] {
            ask(&home, Request::get("/timetables/mill").header("user-agent", agent)).await;
        }
        ask(&home, Request::head("/timetables/mill.pdf")).await;
        ask(&home, Request::get("/timetables/mill.pdf?print=large")).await;
        let printed = home.post("/timetables/mill/printed", &[]).await;
        assert_eq!(printed.status, 204);
        assert_eq!(home.post("/timetables/nowhere/printed", &[]).await.status, 404);
        uses(&home, [4, 1, 1]).await;

        let soon = home.clock.now() + jiff::SignedDuration::from_hours(24 * 399);
        let later = home.clock.now() + jiff::SignedDuration::from_hours(24 * 401);
        let kept = jiff::SignedDuration::from_hours(24 * events::TIMETABLE_USES_KEPT_DAYS);
        let forgotten = home
            .db
            .write(move |tx| {
                Ok([
                    events::forget_timetable_uses(tx, soon - kept, soon)?,
                    events::forget_timetable_uses(tx, later - kept, later)?,
                ])
            })
            .await
            .unwrap();
        assert_eq!(forgotten, [0, 3]);
    })
    .await;
}
