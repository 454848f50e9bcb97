//! With a language model the quotation does not wait for it: to script it comes at once, and what was checked behind it.

use crate::{
    model_server::{ModelServer, Script},
    support::{Home, MIGRATIONS, With, form, send},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request},
    response::Response,
};
use flate2::write::GzDecoder;
use http_body_util::BodyExt;
use rewording::ModelConfig;
use serde_json::json;
use std::{io::Write, net::SocketAddr};
use tokio::{net::TcpListener, sync::oneshot};
use tower::ServiceExt;

const ASKED: &str = "am I eligible for 30 hours?";
const RULE: &str = "Each parent must earn what 16 hours a week pay at the minimum wage.";
const MARK: &str = "<!--|-->";
const WAITS: &str = "Putting this in fewer words";
/// Enough for a slow machine; only what never answers waits for it.
const PATIENT: u64 = 20_000;

/// Runs a test once on each database, in a house with a model that does as it is told.
async fn with_a_model(budget_millis: u64, test: impl AsyncFn(&Home, &ModelServer)) {
    store::testing::both(MIGRATIONS, async |db| {
        let server = ModelServer::default();
        let model = ModelConfig {
            endpoint: server.start().await,
            model: "small".to_owned(),
            key: String::new(),
            budget_millis,
            sentences_max: 4,
        };
        let home = Home::with(db, With { model: Some(model), ..With::default() }).await;
        test(&home, &server).await;
    })
    .await;
}

fn said(text: &str) -> String {
    json!({"sentences": [{"text": text, "cites": [{"chunk": "c1", "quote": RULE}]}], "unanswered": []})
        .to_string()
}

/// A model that is asked, and speaks when the test says so.
fn when_told(server: &ModelServer) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
    let ((was_asked, asked), (tell, told)) = (oneshot::channel(), oneshot::channel());
    server.then(Script::SayWhenTold(said(RULE), was_asked, told));
    (asked, tell)
}

fn by_script(fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = form("/ask", fields);
    request.headers_mut().insert("x-requested-with", HeaderValue::from_static("fetch"));
    request.headers_mut().insert("host", HeaderValue::from_static("hub.example.org"));
    request
}

async fn asked_by_script(home: &Home, fields: &[(&str, &str)]) -> Response {
    home.router.clone().oneshot(by_script(fields)).await.unwrap()
}

fn conversation(response: &Response) -> String {
    let id = response.headers().get("x-ask-conversation").unwrap();
    format!("/ask/{}", id.to_str().unwrap())
}

async fn next_part(body: &mut Body) -> Bytes {
    body.frame().await.unwrap().unwrap().into_data().unwrap()
}

async fn statuses(home: &Home) -> Vec<(String,)> {
    home.db.read(|tx| tx.all("select status from ask_turn order by number", &[])).await.unwrap()
}

#[tokio::test]
async fn through_a_socket_and_packed_the_quotation_is_there_while_the_model_is_silent() {
    with_a_model(PATIENT, async |home, server| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = home.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let (model_was_asked, tell_model) = when_told(server);

        // What the person typed cannot be taken for the end of a part.
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("text", &format!("{ASKED} {MARK}"))
            .finish();
        let request =
            reqwest::Client::builder().no_proxy().build().unwrap().post(format!("http://{address}/ask"));
        let request = request.header("sec-fetch-site", "same-origin").header("accept-encoding", "gzip, br");
        let mut reply = request.header("x-requested-with", "fetch").body(body).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.headers()["content-encoding"], "gzip");
        assert_eq!(reply.headers()["x-accel-buffering"], "no");
        let mut unpacked = GzDecoder::new(Vec::new());
        let read = |unpacked: &GzDecoder<Vec<u8>>| String::from_utf8_lossy(unpacked.get_ref()).into_owned();
        while !read(&unpacked).contains(MARK) {
            unpacked.write_all(&reply.chunk().await.unwrap().expect("the first part ends")).unwrap();
            unpacked.flush().unwrap();
        }
        let first = read(&unpacked);
        model_was_asked.await.unwrap();
        assert!(first.contains(RULE) && first.contains(WAITS) && first.ends_with(MARK), "{first}");
        assert!(first.contains("id=\"turn-1\"") && !first.contains("ask-short"), "{first}");

        tell_model.send(()).unwrap();
        while let Some(more) = reply.chunk().await.unwrap() {
            unpacked.write_all(&more).unwrap();
        }
        let whole = String::from_utf8(unpacked.finish().unwrap()).unwrap();
        let parts: Vec<&str> = whole.split(MARK).collect();
        assert_eq!((parts.len(), parts[2]), (3, ""), "{whole}");
        assert!(parts[1].starts_with("<ul class=\"plain ask-short\">") && parts[1].contains(RULE), "{whole}");
    })
    .await;
}

#[tokio::test]
async fn a_model_that_lies_drops_or_hangs_leaves_the_quotation_alone() {
    with_a_model(500, async |home, server| {
        for script in [
            Script::Say(said("You are eligible for 30 hours.")),
            Script::Say(said("Each parent must earn what 6 hours a week pay at the minimum wage.")),
            Script::Close,
            Script::Hang,
        ] {
            server.then(script);
            let reply = asked_by_script(home, &[("text", ASKED)]).await;
            let address = conversation(&reply);
            let whole =
                String::from_utf8(reply.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
            let parts: Vec<&str> = whole.split(MARK).collect();
            assert_eq!((parts.len(), parts[1].trim(), parts[2]), (3, "", ""), "{whole}");
            assert!(parts[0].contains(RULE));
            home.get(&address).await.has(RULE).lacks(WAITS).lacks("ask-short").lacks(MARK);
        }
        assert_eq!(server.asked().len(), 4);
        assert!(statuses(home).await.iter().all(|(status,)| status == "quoted"));
    })
    .await;
}

#[tokio::test]
async fn the_turn_is_kept_before_the_model_speaks_and_once_whoever_leaves() {
    with_a_model(PATIENT, async |home, server| {
        let (model_was_asked, tell_model) = when_told(server);
        let reply = asked_by_script(home, &[("text", ASKED)]).await;
        let address = conversation(&reply);
        let mut body = reply.into_body();
        assert!(next_part(&mut body).await.ends_with(MARK.as_bytes()));
        home.get(&address).await.has(RULE).has("Your words were not kept").lacks(WAITS);
        drop(body);
        model_was_asked.await.unwrap();
        tell_model.send(()).unwrap();
        while statuses(home).await != [("reworded".to_owned(),)] {
            tokio::task::yield_now().await;
        }
        home.get(&address).await.has(RULE).lacks(WAITS).has("turn-1").lacks("turn-2");
    })
    .await;
}

#[tokio::test]
async fn what_was_cleared_while_the_model_spoke_stays_gone() {
    with_a_model(PATIENT, async |home, server| {
        let (_, tell_model) = when_told(server);
        let reply = asked_by_script(home, &[("text", ASKED)]).await;
        let address = conversation(&reply);
        assert_eq!(home.post(&format!("{address}/clear"), &[]).await.status, 303);
        tell_model.send(()).unwrap();
        reply.into_body().collect().await.unwrap();
        assert_eq!((home.get(&address).await.status, statuses(home).await.len()), (410, 0));
    })
    .await;
}

#[tokio::test]
async fn what_no_model_may_see_comes_in_one_part() {
    with_a_model(PATIENT, async |home, server| {
        for asked in [
            "my partner checks my phone, am I eligible for 30 hours?",
            "we lost the baby",
            "how long does a hub lend wellington boots",
            "who should I vote for",
            "baby massage",
            "groups",
        ] {
            let answer = send(&home.router, by_script(&[("text", asked)])).await;
            assert!(answer.status == 200 && !answer.header("x-ask-conversation").is_empty(), "{asked}");
            answer.has("id=\"turn-1\"").lacks(MARK).lacks(WAITS);
        }
        let red =
            send(&home.router, by_script(&[("text", "i want to kill myself, am I eligible for 30 hours?")]));
        let red = red.await;
        assert!(red.header("x-ask-conversation").is_empty());
        red.has("116 123").lacks(MARK);
        assert!(server.asked().is_empty());
    })
    .await;
}

#[tokio::test]
async fn without_script_both_stand_on_one_page() {
    with_a_model(PATIENT, async |home, server| {
        server.then(Script::Say(said(RULE)));
        home.asked(&[("text", ASKED)]).await.0.has("ask-short").has("<blockquote").lacks(MARK).lacks(WAITS);
    })
    .await;
}
