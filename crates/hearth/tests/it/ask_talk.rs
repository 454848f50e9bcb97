//! A question to Ask and what comes back, by the machine address and by the page.

use crate::support::{Answer, Home, encoded, form, shared};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

/// What Ask said.
#[derive(Debug, PartialEq)]
pub struct Said(pub Value);

impl Said {
    pub fn kind(&self) -> &str {
        text(&self.0["kind"])
    }

    pub fn text(&self) -> &str {
        text(&self.0["text"])
    }

    /// 'red', 'amber' or nothing.
    pub fn level(&self) -> &str {
        text(&self.0["card"]["level"])
    }

    pub fn category(&self) -> &str {
        text(&self.0["card"]["category"])
    }

    /// The numbers of the card, in order.
    pub fn numbers(&self) -> Vec<&str> {
        list(&self.0["card"]["contacts"]).iter().map(|contact| text(&contact["number"])).collect()
    }

    /// `kind/slug` of what is quoted and then of what is shown.
    pub fn entries(&self) -> Vec<String> {
        let name = |entry: &Value| format!("{}/{}", text(&entry["kind"]), text(&entry["slug"]));
        list(&self.0["cites"]).iter().chain(list(&self.0["results"])).map(name).collect()
    }

    pub fn cites(&self) -> &[Value] {
        list(&self.0["cites"])
    }

    pub fn choices(&self) -> Vec<&str> {
        list(&self.0["choices"]).iter().map(text).collect()
    }

    pub fn conversation(&self) -> &str {
        text(&self.0["conversation"])
    }

    /// The answer without the number of its conversation, which is new each time.
    pub fn without_conversation(mut self) -> Value {
        if let Some(answer) = self.0.as_object_mut() {
            answer.remove("conversation");
        }
        self.0
    }
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Asks one thing, with nothing before it.
pub async fn said(home: &Home, words: &str) -> Said {
    let answer = ask_json(home, &json!({ "text": words })).await;
    assert_eq!(answer.status, 200, "{words}: {}", answer.text());
    Said(answer.json())
}

/// Asks within a conversation.
pub async fn said_next(home: &Home, before: &Said, words: &str) -> Said {
    let question = json!({ "text": words, "conversation": before.conversation() });
    let answer = ask_json(home, &question).await;
    assert_eq!(answer.status, 200, "{words}: {}", answer.text());
    Said(answer.json())
}

pub async fn ask_json(home: &Home, question: &Value) -> Answer {
    ask_raw(home, question.to_string()).await
}

/// Whatever is sent, as the machine address takes it.
pub async fn ask_raw(home: &Home, body: impl Into<Body>) -> Answer {
    home.send(json_request().body(body.into()).unwrap()).await
}

pub fn json_request() -> axum::http::request::Builder {
    Request::post("/api/v1/ask")
        .header("host", "hub.example.org")
        .header("content-type", "application/json")
        .header("sec-fetch-site", "same-origin")
}

/// Asks by the page's own form and reads the page that it leads to.
pub async fn asked_page(home: &Home, words: &str) -> Answer {
    let request = form("/ask").header("sec-fetch-site", "same-origin");
    let answer = home.send(request.body(encoded(&[("text", words)])).unwrap()).await;
    if answer.status != 303 {
        return answer;
    }
    let to = answer.header("location").to_owned();
    home.get(to.split('#').next().unwrap_or_default()).await
}

/// A named case that reads the prepared house.
pub type Case = (&'static str, fn());

/// The functions of these names, with their names.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => { &[$((stringify!($case), $case as fn())),+] };
}
pub(crate) use cases;

/// Runs many cases on one house of each database: to make a house takes longer than to ask it anything. Every case runs,
/// and those that failed are named.
pub fn run_cases(cases: &[Case]) {
    let houses = shared();
    let failed: Vec<&str> = cases
        .iter()
        .filter(|(name, case)| {
            eprintln!("case {name}");
            std::panic::catch_unwind(case).is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    drop(houses);
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), cases.len());
}
