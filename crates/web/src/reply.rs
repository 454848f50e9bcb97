use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::Fault;
use std::sync::Arc;

/// What a page's handler gives: a response, or a fault that the shell logs and turns into an apology.
pub type Reply = Result<Response, Oops>;

/// A fault on its way to the shell.
pub struct Oops(Fault);

impl<E: Into<Fault>> From<E> for Oops {
    fn from(fault: E) -> Oops {
        Oops(fault.into())
    }
}

/// Rides on a response to the shell, which alone may log it.
#[derive(Clone)]
pub(crate) struct Broken(pub Arc<Fault>);

/// Rides on a response of 500 or above that is meant, such as 'closed for a while': nothing broke, so nothing is logged
/// and nobody reads an apology.
#[derive(Clone, Copy)]
pub struct Meant;

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        if let Some(denied) = self.0.downcast_ref::<access::Denied>() {
            return crate::door::turned_away(*denied);
        }
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Broken(Arc::new(self.0)));
        response
    }
}

/// A whole page.
pub struct Html(pub String);

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        (
            [(header::CONTENT_TYPE, html), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            self.0,
        )
            .into_response()
    }
}

/// There is no such page. The shell words it.
pub fn missing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// After a form was taken: go and look at the result (303), so that reloading sends nothing twice.
pub fn see_other(path: &str) -> Response {
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, to), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
    )
        .into_response()
}

/// An error for a program: a code it can test and a sentence its author can act on.
pub fn json_error(status: StatusCode, code: &str, sentence: &str) -> Response {
    let body = serde_json::json!({"error": {"code": code, "message": sentence}}).to_string();
    let json = HeaderValue::from_static("application/json");
    (
        status,
        [(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        body,
    )
        .into_response()
}

/// A body that is the same for everybody and is not a page, such as the sitemap: with its tag, or 'not modified'.
pub fn not_modified_or(headers: &HeaderMap, content_type: &'static str, body: Vec<u8>) -> Response {
    let etag = etag_of(&body);
    let common = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|asked| *asked == etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, body).into_response()
}

/// A short name for content, for addresses that may be kept for ever.
pub fn content_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..12].to_owned()
}

/// A weak tag: the same words in another compression are the same page.
pub(crate) fn etag_of(body: &[u8]) -> HeaderValue {
    let hash = blake3::hash(body).to_hex();
    HeaderValue::from_str(&format!("W/\"{}\"", &hash[..20])).expect("hex fits a header")
}
