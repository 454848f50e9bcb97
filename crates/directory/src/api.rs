//! `GET /api/v1/search`: what the search page finds, for programs.

use crate::{
    catalogue::Directory,
    find_help::typed,
    query_of::{Address, question},
    why::reasons,
};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::IntoResponse,
};
use safety::Level;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Params, Reply, json_error};

/// The answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answer {
    /// The words as they were sent.
    query: String,
    /// How many there are in all.
    total: usize,
    /// This page of them; none when a red card is due.
    results: Vec<Found>,
    /// The safety card to show first, or null.
    card: Option<CardRef>,
}

/// One result.
#[derive(Serialize, ToSchema)]
struct Found {
    /// `service`, `page`, `event` or `flow`.
    kind: &'static str,
    /// Unique within its kind.
    slug: String,
    /// Its name.
    title: String,
    /// Where it is on this site.
    url: String,
    /// Why it matched, in sentences.
    why: Vec<String>,
}

/// Which card.
#[derive(Serialize, ToSchema)]
struct CardRef {
    /// `red` or `amber`.
    level: &'static str,
    /// Such as `suicide_selfharm`.
    category: &'static str,
}

/// Searches services and pages with the same words and filters as `/search`.
#[utoipa::path(
    get,
    path = "/api/v1/search",
    params(
        ("q" = Option<String>, Query, description = "A person's own words, up to 4,000 letters"),
        ("postcode" = Option<String>, Query, description = "A postcode, an outward code or a town"),
        ("within" = Option<f64>, Query, description = "Miles from there"),
        ("age" = Option<String>, Query, description = "A stage (pregnant, 0-1, 5-11 ...) or an age such as '18 months'"),
        ("topic" = Option<String>, Query, description = "Slug of a need; may be repeated"),
        ("day" = Option<String>, Query, description = "MO to SU; may be repeated"),
        ("cost" = Option<String>, Query, description = "free, some_free, paid, unknown"),
        ("page" = Option<usize>, Query, description = "From 1; ten results a page"),
        ("words" = Option<String>, Query, description = "alone: ranked by words, and not by what they mean"),
    ),
    responses((status = 200, body = Answer), (status = 400, description = "The query is not UTF-8"))
)]
pub(crate) async fn search(State(directory): State<Directory>, uri: Uri, params: Params) -> Reply {
    if !is_utf8(uri.query().unwrap_or_default()) {
        return Ok(json_error(StatusCode::BAD_REQUEST, "not_utf8", "Percent-encode the query as UTF-8."));
    }
    let site = directory.site();
    let screened = site.screen(&typed(&params));
    let verdict = screened.verdict();
    let card = site
        .card(verdict)
        .map(|card| CardRef { level: card.level.as_str(), category: card.category.as_str() });
    let address = Address::read(&params);
    let mut answer = Answer { query: params.get("q").to_owned(), total: 0, results: Vec::new(), card };
    if verdict.level != Level::Red {
        let catalogue = directory.catalogue();
        let mut asked = question(site, &catalogue, &address).await?;
        asked.query.loss |= verdict.loss;
        asked.query.lexical_alone = params.get("words") == "alone";
        let results = catalogue.index.search(&asked.query);
        answer.total = results.total;
        answer.results = results
            .hits
            .iter()
            .map(|hit| {
                let document =
                    &catalogue.index.documents()[usize::try_from(hit.document).unwrap_or_default()];
                let why = reasons(hit, document, &asked, &catalogue);
                Found {
                    kind: document.kind.as_str(),
                    slug: document.slug.clone(),
                    title: document.title.clone(),
                    url: document.url.clone(),
                    why,
                }
            })
            .collect();
    }
    let json = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((json, serde_json::to_vec(&answer)?).into_response())
}

fn is_utf8(query: &str) -> bool {
    let mut bytes = Vec::with_capacity(query.len());
    let raw = query.as_bytes();
    let mut at = 0;
    while at < raw.len() {
        let pair = raw
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (raw[at], pair) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                at += 3;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

#[derive(OpenApi)]
#[openapi(
    paths(search),
    components(schemas(Answer)),
    info(title = "Hearth", description = "Find help for families: the machine address of the search page.")
)]
struct Document;

/// This room's part of the OpenAPI document, for the house to put together with the others.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
