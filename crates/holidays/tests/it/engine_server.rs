//! The national service as its open code speaks, for tests: tokens, a queue, a limit for the whole authority.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

#[derive(Default)]
pub struct Inner {
    /// What is asked of it, by id: how often the answer was fetched, and what it is.
    checks: BTreeMap<Uuid, (usize, Value)>,
    /// Answers by National Insurance or asylum number.
    pub answers: BTreeMap<String, Value>,
    /// How often an answer is still queued when it is fetched.
    pub slow: usize,
    /// So many questions are turned away for the limit.
    pub busy: usize,
    pub is_down: bool,
    pub tokens: usize,
    pub asked: usize,
    pub bodies: Vec<Value>,
}

#[derive(Clone, Default)]
pub struct EngineServer(pub Arc<Mutex<Inner>>);

impl EngineServer {
    pub async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/oauth2/token", post(token))
            .route("/check/free-school-meals", post(check))
            .route("/check/{id}/status", get(status))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

async fn token(State(server): State<EngineServer>, body: Bytes) -> Response {
    let sent: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let is_ours = sent["grant_type"] == "client_credentials"
        && sent["client_id"] == "hearth"
        && sent["client_secret"] == "secret";
    if !is_ours || !sent["scope"].contains("check") {
        return (StatusCode::UNAUTHORIZED, said(&json!({"errors": [{"title": "invalid_client"}]})))
            .into_response();
    }
    server.with(|it| it.tokens += 1);
    said(&json!({"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"})).into_response()
}

fn refused(server: &EngineServer, headers: &HeaderMap) -> Option<Response> {
    if headers.get("authorization").is_none_or(|value| value != "Bearer a-token") {
        return Some(StatusCode::UNAUTHORIZED.into_response());
    }
    server.with(|it| {
        if it.is_down {
            return Some(StatusCode::SERVICE_UNAVAILABLE.into_response());
        }
        if it.busy > 0 {
            it.busy -= 1;
            return Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")]).into_response());
        }
        None
    })
}

async fn check(State(server): State<EngineServer>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    if let Some(refused) = refused(&server, &headers) {
        return refused;
    }
    let id = Uuid::from_u128(server.with(|it| it.checks.len() as u128 + 1));
    let data = &body["data"];
    let numbers = [&data["nationalInsuranceNumber"], &data["nationalAsylumSeekerServiceNumber"]];
    let number =
        numbers.into_iter().find_map(|it| it.as_str().filter(|it| !it.is_empty())).unwrap().to_owned();
    if data["lastName"].as_str().is_none_or(str::is_empty)
        || data["dateOfBirth"].as_str().is_none_or(|it| it.len() != 10)
    {
        return (StatusCode::BAD_REQUEST, said(&json!({"errors": [{"title": "LastName is required"}]})))
            .into_response();
    }
    server.with(|it| {
        let answer = it.answers.get(&number).cloned().unwrap_or(json!({"status": "parentNotFound"}));
        it.checks.insert(id, (0, answer));
        it.asked += 1;
        it.bodies.push(body.clone());
    });
    let links = json!({
        "get_EligibilityCheck": format!("/check/{id}"), "put_EligibilityCheckProcess": format!("/engine/process/{id}"),
        "get_EligibilityCheckStatus": format!("/check/{id}/status"),
    });
    (StatusCode::ACCEPTED, said(&json!({"data": {"status": "queuedForProcessing"}, "links": links})))
        .into_response()
}

async fn status(State(server): State<EngineServer>, headers: HeaderMap, Path(id): Path<Uuid>) -> Response {
    if let Some(refused) = refused(&server, &headers) {
        return refused;
    }
    server.with(|it| {
        let slow = it.slow;
        let Some((fetched, answer)) = it.checks.get_mut(&id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        *fetched += 1;
        let data = if *fetched > slow { answer.clone() } else { json!({"status": "queuedForProcessing"}) };
        said(&json!({ "data": data })).into_response()
    })
}

fn said(body: &Value) -> Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}
