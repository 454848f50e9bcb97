//! GOV.UK Notify's wire format, errors and traps, on this machine. It checks what it is sent as strictly as the real one:
//! who signed the request and when, that there is no key it does not know, and no `scheduled_for`.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::Clock;
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{sync::oneshot, task::JoinHandle};

pub const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
pub const EMAIL_TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";
pub const SMS_TEMPLATE: &str = "ceb50d92-100d-4b8b-b559-14fa3b091cda";

/// What it does with the next message. When none is left it takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Status, kind, sentence.
    Refuse(u16, &'static str, &'static str),
    /// It takes it and answers 504.
    TakeAndTimeOut,
    /// It answers 504 and has not taken it.
    TimeOut,
    /// It takes it and answers 500.
    TakeAndBreak,
}

#[derive(Default)]
pub struct Seen {
    pub next: VecDeque<Next>,
    /// What it was sent, in order, taken or not.
    pub requests: Vec<Value>,
    pub tokens: Vec<String>,
    /// What it has.
    pub kept: Vec<Value>,
    pub looked_for: usize,
    pub wrong: Vec<String>,
}

/// Where a request stands when somebody may pull the plug of whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It has come, and nothing has been done with it.
    Came,
    /// It has been dealt with, and nothing has been answered.
    Done,
}

/// Looks on, on the thread that answers.
pub type Watcher = Box<dyn FnMut(Moment) + Send>;

#[derive(Clone)]
pub struct FakeNotify {
    pub seen: Arc<Mutex<Seen>>,
    watcher: Arc<Mutex<Option<Watcher>>>,
    clock: Clock,
    pub base_url: String,
}

/// An address of its own under which it can be reached until it is closed.
pub struct Line {
    pub base_url: String,
    close: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Line {
    /// Deals with what has come in and takes nothing more.
    pub async fn close(self) {
        drop(self.close);
        self.served.await.unwrap().unwrap();
    }
}

impl FakeNotify {
    pub async fn start(clock: &Clock) -> FakeNotify {
        let fake = FakeNotify {
            seen: Arc::default(),
            watcher: Arc::default(),
            clock: clock.clone(),
            base_url: String::new(),
        };
        let Line { base_url, close, .. } = fake.open_line().await;
        // For as long as the test runs.
        std::mem::forget(close);
        FakeNotify { base_url, ..fake }
    }

    pub async fn open_line(&self) -> Line {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/v2/notifications/sms", post(submit_sms))
            .route("/v2/notifications/email", post(submit_email))
            .route("/v2/notifications", get(list))
            .route("/v2/notifications/{id}", get(one))
            .with_state(self.clone());
        let (close, closed) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async move {
            let _ = closed.await;
        });
        Line { base_url, close, served: tokio::spawn(server.into_future()) }
    }

    pub fn config(&self) -> notify::NotifyConfig {
        config_at(&self.base_url)
    }

    pub fn watch(&self, watcher: Option<Watcher>) {
        *self.watcher.lock().unwrap() = watcher;
    }

    fn reached(&self, moment: Moment) {
        if let Some(watcher) = self.watcher.lock().unwrap().as_mut() {
            watcher(moment);
        }
    }

    pub fn next(&self, next: impl IntoIterator<Item = Next>) {
        self.seen.lock().unwrap().next.extend(next);
    }

    pub fn requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub fn kept(&self) -> usize {
        self.seen.lock().unwrap().kept.len()
    }

    /// Nothing was sent to it that the real one would not take.
    pub fn expect_no_complaints(&self) {
        assert_eq!(self.seen.lock().unwrap().wrong, Vec::<String>::new());
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let said = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = said.strip_prefix("Bearer ").unwrap_or_default();
        let no = |words: &str| Box::new(refused(403, "AuthError", words));
        let (signed, signature) = token.rsplit_once('.').ok_or_else(|| no("no token"))?;
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let right = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let part = |at: usize| -> Value {
            let text = signed.split('.').nth(at).unwrap_or_default();
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default())
                .unwrap_or_default()
        };
        if signature != right || part(0) != json!({"typ": "JWT", "alg": "HS256"}) || part(1)["iss"] != SERVICE
        {
            return Err(no("Invalid token: signature, api token not found"));
        }
        let off = part(1)["iat"].as_i64().unwrap_or_default() - self.clock.now().as_second();
        if off.abs() > 30 {
            return Err(no("Error: Your system clock must be accurate to within 30 seconds"));
        }
        self.seen.lock().unwrap().tokens.push(token.to_owned());
        Ok(())
    }

    fn submit(&self, headers: &HeaderMap, body: &[u8], to: &str, template: &str, may: &[&str]) -> Response {
        self.reached(Moment::Came);
        let answer = self.take(headers, body, to, template, may);
        self.reached(Moment::Done);
        answer
    }

    fn take(&self, headers: &HeaderMap, body: &[u8], to: &str, template: &str, may: &[&str]) -> Response {
        if let Err(no) = self.check_token(headers) {
            return *no;
        }
        let body: Value = serde_json::from_slice(body).unwrap();
        let mut seen = self.seen.lock().unwrap();
        seen.requests.push(body.clone());
        for key in body.as_object().unwrap().keys() {
            if key == "scheduled_for" || !may.contains(&key.as_str()) {
                seen.wrong.push(format!("{key} is not a key of ours"));
                return refused(400, "ValidationError", "Additional properties are not allowed");
            }
        }
        if body["template_id"] != template {
            return refused(400, "BadRequestError", "Template not found");
        }
        let next = seen.next.pop_front();
        let to = body[to].as_str().unwrap_or_default().to_owned();
        let id = format!("740e5834-3a29-46b4-9a6f-{:012}", seen.requests.len());
        let simulated = ["+447700900000", "+447700900111", "+447700900222"].contains(&to.as_str())
            || to.starts_with("simulate-delivered");
        if !matches!(next, Some(Next::Refuse(..) | Next::TimeOut)) && !simulated {
            seen.kept
                .push(json!({"id": id, "reference": body["reference"], "status": "sending", "body": null}));
        }
        match next {
            Some(Next::Refuse(status, kind, words)) => refused(status, kind, words),
            Some(Next::TakeAndTimeOut | Next::TimeOut) => refused(504, "", "Timeout serving request"),
            Some(Next::TakeAndBreak) => refused(500, "OperationalError", "Internal server error"),
            None => {
                let answer = json!({
                    "id": id, "reference": body["reference"], "content": {}, "uri": "",
                    "template": {"id": template, "version": 1, "uri": ""}, "scheduled_for": null,
                });
                json_of(StatusCode::CREATED, &answer)
            }
        }
    }
}

/// How a house reaches it there.
pub fn config_at(base_url: &str) -> notify::NotifyConfig {
    notify::NotifyConfig {
        smtp: None,
        govuk_notify: Some(notify::GovUkNotifyConfig {
            api_key: format!("a-test-key-{SERVICE}-{SECRET}").into(),
            base_url: base_url.to_owned(),
            email_template_id: Some(EMAIL_TEMPLATE.parse().unwrap()),
            sms_template_id: Some(SMS_TEMPLATE.parse().unwrap()),
            callback_token: Some("a token of many letters".to_owned().into()),
        }),
    }
}

async fn submit_sms(State(fake): State<FakeNotify>, headers: HeaderMap, body: Bytes) -> Response {
    let may = ["phone_number", "template_id", "personalisation", "reference", "sms_sender_id"];
    fake.submit(&headers, &body, "phone_number", SMS_TEMPLATE, &may)
}

async fn submit_email(State(fake): State<FakeNotify>, headers: HeaderMap, body: Bytes) -> Response {
    let may = [
        "email_address",
        "template_id",
        "personalisation",
        "reference",
        "email_reply_to_id",
        "one_click_unsubscribe_url",
        "sanitise_content_for",
    ];
    fake.submit(&headers, &body, "email_address", EMAIL_TEMPLATE, &may)
}

async fn list(State(fake): State<FakeNotify>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    fake.reached(Moment::Came);
    if let Err(no) = fake.check_token(&headers) {
        return *no;
    }
    let mut seen = fake.seen.lock().unwrap();
    seen.looked_for += 1;
    // Our references are letters that stand for themselves.
    let reference = query.unwrap_or_default().trim_start_matches("reference=").to_owned();
    let found: Vec<Value> =
        seen.kept.iter().filter(|kept| kept["reference"] == *reference).cloned().collect();
    json_of(StatusCode::OK, &json!({"notifications": found, "links": {"current": ""}}))
}

async fn one(State(fake): State<FakeNotify>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(no) = fake.check_token(&headers) {
        return *no;
    }
    let seen = fake.seen.lock().unwrap();
    match seen.kept.iter().find(|kept| kept["id"] == id) {
        Some(kept) => json_of(StatusCode::OK, kept),
        None => refused(404, "NoResultFound", "No result found"),
    }
}

fn refused(status: u16, kind: &str, words: &str) -> Response {
    let body = json!({"status_code": status, "errors": [{"error": kind, "message": words}]});
    json_of(StatusCode::from_u16(status).unwrap(), &body)
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}
