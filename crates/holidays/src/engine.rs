//! The national eligibility checking engine, as it speaks: a token by client credentials, a question that is queued, an
//! answer that is fetched. Read from DFE-Digital/eligibility-checking-engine, and its guide to the limit of questions per
//! authority. Behind a trait, so that the demonstration asks nobody.

use crate::model::{Outcome, Tier};
use anyhow::Context;
use jiff::SignedDuration;
use kernel::{Clock, Date, Fault, Instant};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect};
use serde::Deserialize;
use serde_json::json;
use std::{
    fmt,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// What is asked about a parent. It is shown to nobody, and `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// The parent's last name.
    pub last_name: String,
    /// The parent's date of birth.
    pub born: Date,
    /// One of the two numbers.
    pub number: Number,
}

/// A number by which the service knows a parent.
#[derive(Clone, PartialEq, Eq)]
pub enum Number {
    /// National Insurance.
    Insurance(String),
    /// Asylum support.
    Asylum(String),
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Question(..)")
    }
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has looked.
    Said(Outcome, Option<Tier>),
    /// It is looking: ask again for this check.
    Begun(String),
    /// Not now; the seconds that it asked us to wait, if it did.
    NotNow(Option<i64>),
    /// It will never answer this question as it was asked.
    Never,
}

/// An answer on its way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Whoever tells whether a parent's children have free school meals.
pub trait EligibilityEngine: Send + Sync + 'static {
    /// Asks, or asks again for a check that was begun. It never fails: what stands in the way is an answer.
    fn ask<'a>(&'a self, question: &'a Question, begun: Option<&'a str>) -> Asking<'a>;

    /// What families are told of it, where it is not the real one. Empty for the real one.
    fn notice(&self) -> &'static str {
        ""
    }
}

/// Nobody: a council that has no access to the national service settles each form itself.
pub struct NoEngine;

impl EligibilityEngine for NoEngine {
    fn ask<'a>(&'a self, _: &'a Question, _: Option<&'a str>) -> Asking<'a> {
        Box::pin(async { Answer::Never })
    }
}

/// The demonstration's: it asks nobody and answers by the first two letters of the number.
pub struct PretendEngine;

impl EligibilityEngine for PretendEngine {
    fn ask<'a>(&'a self, question: &'a Question, begun: Option<&'a str>) -> Asking<'a> {
        let number = match &question.number {
            Number::Insurance(number) => number.as_str(),
            Number::Asylum(_) => "NN",
        };
        let answer = match (begun, &number[..2]) {
            (None, _) => Answer::Begun(Uuid::nil().to_string()),
            (_, "NN") => Answer::Said(Outcome::Eligible, Some(Tier::Targeted)),
            (_, "EX") => Answer::Said(Outcome::Eligible, Some(Tier::Expanded)),
            (_, "PN") => Answer::Said(Outcome::NotEligible, None),
            _ => Answer::Said(Outcome::ParentNotFound, None),
        };
        Box::pin(async move { answer })
    }

    fn notice(&self) -> &'static str {
        "This is a demonstration: no real service is asked. A made-up number that begins with NN has free school meals, \
         EX has them only under the wider rule, PN has not, and any other is not found."
    }
}

/// How to reach the national service.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NationalEngineConfig {
    /// Its address, without a slash at the end.
    pub base_url: String,
    /// Who we are to it.
    pub client_id: String,
    /// Our secret.
    pub client_secret: String,
    /// What our token is for, such as `local_authority:876 check`.
    pub scope: String,
}

impl fmt::Debug for NationalEngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NationalEngineConfig").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// The real one.
pub struct NationalEngine {
    client: Client,
    config: NationalEngineConfig,
    clock: Clock,
    token: Mutex<Option<(String, Instant)>>,
}

#[derive(Deserialize)]
struct TokenGiven {
    access_token: String,
    expires_in: i64,
}

#[derive(Deserialize)]
struct Said {
    data: SaidStatus,
    #[serde(default)]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct SaidStatus {
    status: Outcome,
    #[serde(default)]
    tier: Option<Tier>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "get_EligibilityCheck", alias = "Get_EligibilityCheck")]
    check: String,
}

impl NationalEngine {
    /// A line to the service; nothing is sent yet.
    pub fn new(config: NationalEngineConfig, clock: &Clock) -> Result<NationalEngine, Fault> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(20))
            .redirect(redirect::Policy::none())
            .build()
            .context("making the client for the eligibility service")?;
        let base_url = config.base_url.trim_end_matches('/').to_owned();
        let config = NationalEngineConfig { base_url, ..config };
        Ok(NationalEngine { client, config, clock: clock.clone(), token: Mutex::new(None) })
    }

    async fn token(&self) -> Result<String, Answer> {
        let now = self.clock.now();
        let held = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((token, until)) = held
            && now < until
        {
            return Ok(token);
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.config.client_id),
            ("client_secret", &self.config.client_secret),
            ("scope", &self.config.scope),
        ];
        let request = self.client.post(format!("{}/oauth2/token", self.config.base_url)).form(&form);
        let response = sent(request).await?;
        if response.status() != StatusCode::OK {
            if response.status().is_client_error() {
                tracing::error!(
                    http.status = response.status().as_u16(),
                    "the eligibility service gives us no token"
                );
            }
            return Err(Answer::NotNow(wait_of(&response)));
        }
        let given: TokenGiven = response.json().await.map_err(|_| Answer::NotNow(None))?;
        // A little before it ends, so that it does not end on the way.
        let until = now + SignedDuration::from_secs((given.expires_in - 30).clamp(0, 86_400));
        let token = given.access_token.clone();
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((given.access_token, until));
        Ok(token)
    }

    async fn speak(&self, question: &Question, begun: Option<&str>) -> Result<Answer, Answer> {
        let token = self.token().await?;
        // It came from the network once: nothing but an id may become part of an address.
        let check = begun.and_then(|id| id.parse::<Uuid>().ok());
        let request = match check {
            Some(id) => self.client.get(format!("{}/check/{id}/status", self.config.base_url)),
            None => {
                let (insurance, asylum) = match &question.number {
                    Number::Insurance(number) => (number.as_str(), ""),
                    Number::Asylum(number) => ("", number.as_str()),
                };
                let data = json!({"data": {
                    "lastName": question.last_name, "dateOfBirth": question.born.to_string(),
                    "nationalInsuranceNumber": insurance, "nationalAsylumSeekerServiceNumber": asylum,
                }});
                self.client.post(format!("{}/check/free-school-meals", self.config.base_url)).json(&data)
            }
        };
        let response = sent(request.bearer_auth(token)).await?;
        match response.status() {
            StatusCode::OK | StatusCode::ACCEPTED | StatusCode::CREATED => {}
            StatusCode::UNAUTHORIZED => {
                // It may have ended before its time: the next try asks for another.
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
                return Err(Answer::NotNow(None));
            }
            StatusCode::NOT_FOUND if check.is_some() => return Ok(Answer::Said(Outcome::NotFound, None)),
            StatusCode::BAD_REQUEST => return Ok(Answer::Never),
            status => {
                tracing::warn!(http.status = status.as_u16(), "the eligibility service did not answer");
                return Err(Answer::NotNow(wait_of(&response)));
            }
        }
        let said: Said = response.json().await.map_err(|_| Answer::NotNow(None))?;
        Ok(match (said.data.status, check, said.links) {
            (Outcome::QueuedForProcessing, Some(id), _) => Answer::Begun(id.to_string()),
            (Outcome::QueuedForProcessing, None, Some(links)) => {
                let id = links.check.rsplit('/').find_map(|part| part.parse::<Uuid>().ok());
                id.map_or(Answer::NotNow(None), |id| Answer::Begun(id.to_string()))
            }
            (Outcome::QueuedForProcessing, None, None) => Answer::NotNow(None),
            (outcome, ..) => Answer::Said(outcome, said.data.tier),
        })
    }
}

impl EligibilityEngine for NationalEngine {
    fn ask<'a>(&'a self, question: &'a Question, begun: Option<&'a str>) -> Asking<'a> {
        Box::pin(async move { self.speak(question, begun).await.unwrap_or_else(|answer| answer) })
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, Answer> {
    // The error may name the address, and nothing of what was asked; it is not needed either.
    request.send().await.map_err(|_| {
        tracing::warn!("the eligibility service cannot be reached");
        Answer::NotNow(None)
    })
}

/// It names seconds; a date, which RFC 9110 allows too, it never sends.
fn wait_of(response: &Response) -> Option<i64> {
    response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
