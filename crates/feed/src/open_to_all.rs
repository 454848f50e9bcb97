//! What holds of every answer under `/oruk`, whoever gives it: any page of any site may read it, no method but reading
//! is taken, and nobody asks so fast that others wait.

use crate::{Feed, answer::refusal, limits::address_of};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Stands around the whole house, outside the shell: what the shell itself refuses must be readable too.
pub fn open_to_all(feed: &Feed, house: Router) -> Router {
    house.layer(from_fn_with_state(feed.clone(), around))
}

async fn around(State(feed): State<Feed>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/oruk" && !path.starts_with("/oruk/") {
        return next.run(request).await;
    }
    let trusted = feed.config().client_address_header.as_deref();
    let address = address_of(request.extensions(), request.headers(), trusted);
    let allowed = feed.limits().take(address, feed.site().clock().now());
    let mut response = match (allowed, request.method()) {
        (Err(seconds), _) => too_many(seconds),
        (Ok(()), &Method::OPTIONS) => preflight(request.headers()),
        (Ok(()), &Method::GET | &Method::HEAD) => next.run(request).await,
        (Ok(()), _) => {
            let mut response =
                refusal(StatusCode::METHOD_NOT_ALLOWED, "", "This address is only read: use GET or HEAD.");
            response.headers_mut().insert(header::ALLOW, METHODS);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Retry-After, Location"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

fn too_many(seconds: u64) -> Response {
    let sentence = "Too many requests from your address. Wait as long as Retry-After says, or take the whole feed in one go with format=ndjson.";
    let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, "", sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// What a browser asks before it reads with headers of its own.
fn preflight(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, METHODS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        wanted.unwrap_or(HeaderValue::from_static("If-None-Match, Accept")),
    );
    response
}
