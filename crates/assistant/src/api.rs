//! `POST /api/v1/ask`: what the page answers, for programs.

use crate::{
    after_card::AfterCard,
    ask_page::{latency_since, phone_sentence},
    client::Client,
    conversation::Conversation,
    json_text::AnyText,
    pipeline::{Answered, Ask, answer},
    room::Assistant,
    status::{Kind, Status},
    tally::note_turn,
    turn::Turn,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use safety::{Card, CardContact, Level};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;
use web::{Meant, Reply, Site, json_error, not_modified_or};

/// A question of 4,000 letters, each written as an escape, and as much again.
const BODY_MAX: usize = 256 * 1024;
/// Of what is longer, so much of its end is read for danger as well,
const TAIL: usize = 80 * 1024;
/// and more than this is not waited for.
const DRAINED_MAX: usize = 8 * 1024 * 1024;

/// The question.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Question {
    /// In a person's own words, or the words of one of the choices.
    #[schema(value_type = String)]
    #[serde(default)]
    text: AnyText,
    /// The conversation it belongs to, as an answer gave it.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    conversation: Option<AnyText>,
    /// Any short text: sent twice with the same question, it brings the same turn, and moves a guide once.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    message: Option<AnyText>,
}

/// The answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answer {
    /// To be sent along with the next question. Forgotten an hour after its last use.
    conversation: String,
    /// `crisis`, `flow`, `answer`, `clarify`, `out_of_scope` or `abstain`.
    kind: &'static str,
    /// The safety card to show first, or null. After a red one there is nothing else.
    card: Option<CardAnswer>,
    /// Where earlier questions of the conversation brought cards: their first lines, to be kept in sight.
    still_to_ring: Vec<ContactAnswer>,
    /// What is said: fixed sentences, and quotations word for word.
    text: String,
    /// Where each quotation stands.
    cites: Vec<CiteAnswer>,
    /// Services, sessions and pages.
    results: Vec<ResultAnswer>,
    /// What may be sent as the next text.
    choices: Vec<String>,
}

/// A safety card.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardAnswer {
    /// `red` or `amber`.
    level: &'static str,
    /// Such as `suicide_selfharm`.
    category: &'static str,
    /// Whom to turn to, in order.
    contacts: Vec<ContactAnswer>,
}

/// One line of a card.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactAnswer {
    /// Whose line it is.
    name: String,
    /// The number as it is read.
    number: String,
}

/// Where a quotation stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct CiteAnswer {
    /// `page` or `service`; `source` for what a guide rests on, which is elsewhere.
    kind: String,
    /// Unique within its kind; empty for a source.
    slug: String,
    /// The name of the source.
    title: String,
    /// Its address on this site, with its part.
    url: String,
    /// The words.
    quote: String,
    /// The day on which the source was last checked, or null.
    checked_on: Option<String>,
}

/// One result.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultAnswer {
    /// `service`, `page`, `event` or `flow`.
    kind: &'static str,
    /// Unique within its kind.
    slug: String,
    /// Its name.
    title: String,
    /// Where it is on this site.
    url: String,
    /// Why it is here, in sentences.
    why: Vec<String>,
}

/// Answers a question. Its `Content-Type` is `application/json`.
#[utoipa::path(
    post,
    path = "/api/v1/ask",
    request_body = Question,
    responses(
        (status = 200, body = Answer),
        (status = 400, description = "The body is not such JSON"),
        (status = 413, description = "The body is larger than 256 KB"),
        (status = 415, description = "The Content-Type is not application/json"),
        (status = 422, description = "No text, or more than 4,000 letters"),
        (status = 429, description = "Too many questions from one place"),
        (status = 503, description = "Ask is closed for a while"),
    )
)]
pub(crate) async fn post(
    State(room): State<Assistant>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Reply {
    let site = room.site();
    let began = site.clock().now();
    let (bytes, is_whole) = read_body(body).await;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json =
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let question = serde_json::from_slice::<Question>(&bytes).ok().filter(|_| is_whole && is_json);
    let Some(question) = question else { return Ok(unreadable(site, &bytes, is_whole, is_json)) };
    let sent = |text: &Option<AnyText>| text.as_ref().map(|text| text.0.clone()).unwrap_or_default();
    let (conversation, message) = (sent(&question.conversation), sent(&question.message));
    let fresh_message = site.dice().hex::<16>();
    let ask = Ask {
        text: &question.text.0,
        conversation: &conversation,
        chosen: None,
        message: if message.is_empty() { &fresh_message } else { &message },
        address: client.0,
    };
    let answered = answer(&room, &ask).await;
    let latency = latency_since(site, began);
    if answered.again.is_none() {
        note_turn(&room, answered.turn.status, &answered.turn.language, latency, answered.screened.verdict());
    }
    if let Some(refused) = refused(&answered) {
        return Ok(refused);
    }
    let id = match answered.conversation {
        Some(own) => {
            if answered.again.is_none()
                && let Err(fault) = own.keep(&room, &answered.turn, latency).await
            {
                tracing::error!(fault = format!("{fault:#}"), "a turn could not be kept");
            }
            own.id
        }
        // A red card is not kept; what was before goes on under its own id.
        None => conversation.parse::<Uuid>().unwrap_or_else(|_| Conversation::begin(&room).id),
    };
    json(StatusCode::OK, &answer_of(site, id, &answered.turn))
}

/// A body and whether that was all of it; of one that is too long, its beginning and its end.
async fn read_body(mut body: Body) -> (Vec<u8>, bool) {
    let (mut bytes, mut tail, mut passed) = (Vec::new(), Vec::new(), 0);
    let mut is_whole = true;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            is_whole = false;
            break;
        };
        let Ok(data) = frame.into_data() else { continue };
        let (head, rest) = data.split_at(data.len().min(BODY_MAX - bytes.len()));
        bytes.extend_from_slice(head);
        tail.extend_from_slice(rest);
        passed += rest.len();
        if tail.len() > 2 * TAIL {
            tail.drain(..tail.len() - TAIL);
        }
        if passed > DRAINED_MAX {
            break;
        }
    }
    is_whole &= passed == 0;
    bytes.extend_from_slice(&tail[tail.len().saturating_sub(TAIL)..]);
    (bytes, is_whole)
}

/// What cannot be read is still read for danger, its beginning and its end.
fn unreadable(site: &Site, bytes: &[u8], is_whole: bool, is_json: bool) -> Response {
    let screened = site.screen(&String::from_utf8_lossy(bytes));
    if screened.verdict().level == Level::Red
        && let Some(card) = site.card(screened.verdict())
    {
        let mut turn = Turn::saying(Status::Crisis, &[]);
        turn.card = Some(card);
        let id = uuid::Builder::from_random_bytes(site.dice().bytes()).into_uuid();
        if let Ok(response) = json(StatusCode::OK, &answer_of(site, id, &turn)) {
            return response;
        }
    }
    if !is_whole {
        let sentence = "Send at most 256 KB. A question has at most 4,000 letters.";
        return json_error(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence);
    }
    if !is_json {
        let sentence = "Send JSON, and say so: Content-Type: application/json.";
        return json_error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", sentence);
    }
    let sentence = "Send {\"text\": \"...\"} and, if there is one, \"conversation\".";
    json_error(StatusCode::BAD_REQUEST, "not_a_question", sentence)
}

/// A question that was not taken: a status, a code and a sentence; with the amber card, if one is due.
fn refused(answered: &Answered) -> Option<Response> {
    let turn = &answered.turn;
    let (status, code) = match turn.status {
        Status::TooLong => (StatusCode::UNPROCESSABLE_ENTITY, "too_long"),
        Status::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "no_text"),
        Status::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "too_fast"),
        Status::Closed => (StatusCode::SERVICE_UNAVAILABLE, "closed"),
        _ => return None,
    };
    let message = turn.say.join(" ");
    let body = serde_json::json!({
        "error": {"code": code, "message": message},
        "card": turn.card.as_ref().map(CardAnswer::of),
    });
    let mut response = json(status, &body).ok()?;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.extensions_mut().insert(Meant);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    Some(response)
}

fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, serde_json::to_vec(body)?).into_response())
}

fn answer_of(site: &Site, conversation: Uuid, turn: &Turn) -> Answer {
    Answer {
        conversation: conversation.to_string(),
        kind: turn.status.kind().as_str(),
        card: turn.card.as_ref().map(CardAnswer::of),
        still_to_ring: AfterCard::of(site, turn)
            .map_or_else(Vec::new, |after| after.contacts.iter().map(ContactAnswer::of).collect()),
        text: text_of(site, turn),
        cites: turn.quotes.iter().map(CiteAnswer::of).chain(flow_cites(turn)).collect(),
        results: results_of(turn),
        choices: turn.choices.iter().map(|choice| choice.words().to_owned()).collect(),
    }
}

/// What is said, in one text: our sentences, then what sources say.
fn text_of(site: &Site, turn: &Turn) -> String {
    if turn.status == Status::Crisis {
        let card = turn.card.as_ref();
        let said = card.map(|card| std::iter::once(card.heading.clone()).chain(card.say.clone()));
        return said.into_iter().flatten().collect::<Vec<_>>().join(" ");
    }
    let mut said = turn.say.clone();
    match &turn.reworded[..] {
        [] => said.extend(turn.quotes.iter().map(|quote| match quote.heading.as_str() {
            "" => format!("“{}” ({})", quote.text(), quote.title),
            heading => format!("“{}” ({}, part ‘{heading}’)", quote.text(), quote.title),
        })),
        sentences => said.extend(sentences.iter().map(|sentence| sentence.text.clone())),
    }
    for part in &turn.flow {
        said.push(part.text.clone());
        said.extend(part.lines.clone());
    }
    if matches!(turn.status.kind(), Kind::Abstain | Kind::OutOfScope) {
        said.push(phone_sentence(site));
    }
    said.join(" ")
}

/// Where what a guide says comes from.
fn flow_cites(turn: &Turn) -> impl Iterator<Item = CiteAnswer> {
    turn.flow.iter().flat_map(|part| {
        part.cites.iter().map(|cite| CiteAnswer {
            kind: "source".to_owned(),
            slug: String::new(),
            title: cite.title.clone(),
            url: cite.url.clone(),
            quote: String::new(),
            checked_on: Some(cite.checked_on.to_string()),
        })
    })
}

/// What is shown, and the pages of ours that are linked to.
fn results_of(turn: &Turn) -> Vec<ResultAnswer> {
    let shown = turn.entries.iter().map(|shown| ResultAnswer {
        kind: shown.kind.as_str(),
        slug: shown.slug.clone(),
        title: shown.title.clone(),
        url: shown.url.clone(),
        why: shown.why.clone(),
    });
    let page = |(words, href): &(String, String)| {
        let slug = href.strip_prefix("/pages/")?.split('#').next()?.to_owned();
        Some(ResultAnswer { kind: "page", slug, title: words.clone(), url: href.clone(), why: Vec::new() })
    };
    let mut results: Vec<ResultAnswer> = Vec::new();
    for result in shown.chain(turn.links.iter().filter_map(page)) {
        let is_known = |known: &ResultAnswer| known.kind == result.kind && known.slug == result.slug;
        if !results.iter().any(is_known) {
            results.push(result);
        }
    }
    results
}

impl CardAnswer {
    fn of(card: &Card) -> CardAnswer {
        CardAnswer {
            level: card.level.as_str(),
            category: card.category.as_str(),
            contacts: card.contacts.iter().map(ContactAnswer::of).collect(),
        }
    }
}

impl ContactAnswer {
    fn of(contact: &CardContact) -> ContactAnswer {
        ContactAnswer { name: contact.name.clone(), number: contact.number.clone() }
    }
}

impl CiteAnswer {
    fn of(quote: &crate::passages::Quote) -> CiteAnswer {
        CiteAnswer {
            kind: quote.at.kind.clone(),
            slug: quote.at.slug.clone(),
            title: quote.title.clone(),
            url: quote.url.clone(),
            quote: quote.text(),
            checked_on: quote.checked_on.map(|on| on.to_string()),
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    paths(post),
    components(schemas(Question, Answer)),
    info(title = "Hearth: Ask", description = "A person's own words in, a quotation with its source out.")
)]
struct Document;

/// This address's part of the OpenAPI document, for the house to put together with the others.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /api/v1/ask/openapi.json`.
pub(crate) async fn get_openapi(headers: HeaderMap) -> Reply {
    Ok(not_modified_or(&headers, "application/json", openapi().to_json()?.into_bytes()))
}
