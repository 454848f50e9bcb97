//! GOV.UK Notify as it speaks. It does not know a reference twice from a reference once, so nothing is ever sent again
//! before it was looked for; it ignores `scheduled_for`, so that is never said and messages wait here.
//!
//! Wording stays ours: one template for each medium passes subject and text through. Values were made harmless when
//! the message was queued, so `sanitise_content_for` (which would break our own links too) is not used.

use crate::{
    channel::{Abilities, Channel, Letter, Working},
    config::{ApiKey, GovUkNotifyConfig},
    model::{Answer, Found, Medium, Reason},
    steady::Steady,
};
use anyhow::Context;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::{Fault, Instant};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// Notify takes 3,000 a minute: a thousand at once, then fifty a second. We stay a little below.
const AT_ONCE: f64 = 1_000.0;
const PER_SECOND: f64 = 49.0;

/// Who we are to Notify and how fast we may talk; both media share it.
pub(crate) struct Line {
    client: Client,
    base_url: String,
    key: ApiKey,
    steady: Steady,
    bucket: Mutex<Bucket>,
}

/// How many messages may still go at once.
struct Bucket {
    left: f64,
    at: Duration,
}

impl Line {
    pub(crate) fn open(config: &GovUkNotifyConfig, steady: Steady) -> Result<Line, Fault> {
        config.expect_sound()?;
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .redirect(redirect::Policy::none())
            .build()
            .context("making the client for GOV.UK Notify")?;
        Ok(Line {
            client,
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            key: ApiKey::read(config.api_key.reveal())?,
            bucket: Mutex::new(Bucket { left: AT_ONCE, at: steady.now() }),
            steady,
        })
    }

    /// A fresh token for each request: Notify takes none whose time is off by more than 30 seconds.
    fn signed(&self, request: RequestBuilder, now: Instant) -> RequestBuilder {
        request.bearer_auth(token(&self.key, now))
    }

    fn tokens(&self, taken: f64) -> f64 {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.steady.now();
        let gained = now.saturating_sub(bucket.at).as_secs_f64() * PER_SECOND;
        bucket.left = (bucket.left + gained).min(AT_ONCE) - taken;
        bucket.at = now;
        bucket.left
    }
}

/// RFC 7519 with HMAC-SHA256, by hand: two small objects and a signature.
fn token(key: &ApiKey, now: Instant) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        part(json!({"typ": "JWT", "alg": "HS256"})),
        part(json!({"iss": key.service_id, "iat": now.as_second()}))
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()).expect("any length is a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// One medium through Notify.
pub(crate) struct GovUkNotify {
    line: Arc<Line>,
    medium: Medium,
    template_id: Uuid,
}

impl GovUkNotify {
    pub(crate) fn new(line: Arc<Line>, medium: Medium, template_id: Uuid) -> GovUkNotify {
        GovUkNotify { line, medium, template_id }
    }

    fn request(&self, letter: &Letter) -> (&'static str, Value) {
        let template_id = self.template_id.to_string();
        match self.medium {
            Medium::Text => (
                "/v2/notifications/sms",
                json!({
                    "phone_number": letter.to,
                    "template_id": template_id,
                    "personalisation": {"body": letter.body},
                    "reference": letter.reference,
                }),
            ),
            Medium::Email => {
                let mut body = json!({
                    "email_address": letter.to,
                    "template_id": template_id,
                    "personalisation": {"subject": letter.subject, "body": letter.body},
                    "reference": letter.reference,
                });
                if let Some(address) = letter.stop_address.as_ref().filter(|it| it.starts_with("https://")) {
                    body["one_click_unsubscribe_url"] = json!(address);
                }
                ("/v2/notifications/email", body)
            }
        }
    }

    async fn send(&self, letter: &Letter) -> Answer {
        self.line.tokens(1.0);
        let (path, body) = self.request(letter);
        let request = self.line.client.post(format!("{}{path}", self.line.base_url)).json(&body);
        let response = match self.line.signed(request, letter.now).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => {
                tracing::warn!("GOV.UK Notify cannot be reached");
                return Answer::NotNow(Reason::NotReached);
            }
            Err(_) => return Answer::None,
        };
        if response.status().is_success() {
            // Taken, whatever else it says.
            let said: Option<Taken> = response.json().await.ok();
            return Answer::Accepted { provider_id: said.map(|taken| taken.id) };
        }
        let (status, kind) = refusal(response).await;
        let answer = answer_of(status, &kind);
        match &answer {
            Answer::NotNow(Reason::NotAllowed) | Answer::Never { reason: Reason::AskedWrongly, .. } => {
                tracing::error!(http.status = status.as_u16(), kind, "GOV.UK Notify refuses how we ask");
            }
            _ => tracing::warn!(http.status = status.as_u16(), kind, "GOV.UK Notify did not take a message"),
        }
        answer
    }

    async fn find(&self, reference: &str, now: Instant) -> Found {
        let request = self
            .line
            .client
            .get(format!("{}/v2/notifications", self.line.base_url))
            .query(&[("reference", reference)]);
        let Ok(response) = self.line.signed(request, now).send().await else { return Found::NoWord(None) };
        if response.status() == StatusCode::OK {
            let Ok(page) = response.json::<Page>().await else { return Found::NoWord(None) };
            let ours =
                page.notifications.into_iter().find(|each| each.reference.as_deref() == Some(reference));
            return match ours {
                Some(each) => Found::There { provider_id: each.id, delivery: each.status },
                None => Found::Absent,
            };
        }
        let (status, kind) = refusal(response).await;
        match status {
            // A 404 of something that stands in between proves nothing.
            StatusCode::NOT_FOUND if kind == "NoResultFound" => Found::Absent,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Found::NoWord(Some(Reason::NotAllowed)),
            StatusCode::TOO_MANY_REQUESTS => Found::NoWord(Some(Reason::Busy)),
            _ => Found::NoWord(None),
        }
    }

    async fn ask_delivery(&self, provider_id: &str, now: Instant) -> Option<String> {
        // It came from the network: nothing but an id may become part of an address.
        let id = Uuid::parse_str(provider_id).ok()?;
        let request = self.line.client.get(format!("{}/v2/notifications/{id}", self.line.base_url));
        let response = self.line.signed(request, now).send().await.ok()?;
        if response.status() != StatusCode::OK {
            return None;
        }
        response.json::<Kept>().await.ok()?.status
    }
}

/// What each refusal means. By status and kind, never by its sentence, as Notify's own documents ask.
fn answer_of(status: StatusCode, kind: &str) -> Answer {
    match (status.as_u16(), kind) {
        (400, "BadRequestError") => Answer::Never { reason: Reason::AskedWrongly, unreachable: false },
        (400, _) => Answer::Never { reason: Reason::NoSuchAddress, unreachable: false },
        (401 | 403 | 404, _) => Answer::NotNow(Reason::NotAllowed),
        (429, "TooManyRequestsError") => Answer::NotNow(Reason::TodaysLimit),
        (429, _) => Answer::NotNow(Reason::Busy),
        (402..=499, _) => Answer::Never { reason: Reason::AskedWrongly, unreachable: false },
        // 500 and 504 may come after it was taken.
        _ => Answer::None,
    }
}

async fn refusal(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let said: Option<Refused> = response.json().await.ok();
    let kind = said.and_then(|said| said.errors.into_iter().next()).map(|each| each.error);
    (status, kind.unwrap_or_default())
}

#[derive(Deserialize)]
struct Taken {
    id: String,
}

#[derive(Deserialize)]
struct Page {
    notifications: Vec<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    id: String,
    reference: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    errors: Vec<RefusedFor>,
}

#[derive(Deserialize)]
struct RefusedFor {
    error: String,
}

impl Channel for GovUkNotify {
    fn abilities(&self) -> Abilities {
        Abilities { name: "govuk_notify", can_look: true, keeps_words: false }
    }

    fn may_begin(&self) -> bool {
        self.line.tokens(0.0) >= 1.0
    }

    fn submit<'a>(&'a self, letter: &'a Letter) -> Working<'a, Answer> {
        Box::pin(self.send(letter))
    }

    fn look<'a>(&'a self, reference: &'a str, now: Instant) -> Working<'a, Found> {
        Box::pin(self.find(reference, now))
    }

    fn delivery<'a>(&'a self, provider_id: &'a str, now: Instant) -> Working<'a, Option<String>> {
        Box::pin(self.ask_delivery(provider_id, now))
    }
}
