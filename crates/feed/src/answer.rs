//! How answers look: JSON whatever the `Accept` header says, with a tag, and errors that name the parameter.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::Frame;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::sync::mpsc;

/// One JSON document.
pub(crate) const JSON: &str = "application/json";
/// One JSON document a line.
pub(crate) const NDJSON: &str = "application/x-ndjson";
/// How long an answer may be taken from a cache, in seconds; then it is asked for again, mostly to hear 'not modified'.
pub(crate) const CACHE_SECONDS: u32 = 60;

/// Refuses, naming the parameter at fault; an empty one is none.
pub(crate) fn refusal(status: StatusCode, parameter: &str, sentence: &str) -> Response {
    let mut error = serde_json::json!({ "message": sentence });
    if !parameter.is_empty() {
        error["parameter"] = parameter.into();
    }
    let body = serde_json::json!({ "error": error }).to_string();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

/// A weak tag: the shell may send the same record compressed or not, and it is the same record.
pub(crate) fn tag(parts: &[&[u8]]) -> HeaderValue {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let text = format!("W/\"{}\"", &hasher.finalize().to_hex()[..20]);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether the reader has this one already.
pub(crate) fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let ours = tag.to_str().map(bare).unwrap_or_default();
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    asked.flat_map(|value| value.split(',')).any(|each| each.trim() == "*" || bare(each) == ours)
}

/// An answer with its tag, or 'not modified'.
pub(crate) fn tagged(
    headers: &HeaderMap,
    tag: HeaderValue,
    kind: &'static str,
    body: impl Into<Body>,
) -> Response {
    if has(headers, &tag) {
        let mut response = with_tag(StatusCode::NOT_MODIFIED.into_response(), tag, kind);
        // As the whole answer says it, which is compressed further out.
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        return response;
    }
    with_tag(Response::new(body.into()), tag, kind)
}

fn with_tag(mut response: Response, tag: HeaderValue, kind: &'static str) -> Response {
    let cached = format!("public, max-age={CACHE_SECONDS}");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(cached) = HeaderValue::from_str(&cached) {
        headers.insert(header::CACHE_CONTROL, cached);
    }
    response
}

/// A body that is sent while it is made. What makes it waits when the reader is slow, and ends when it has gone.
struct Flowing(mpsc::Receiver<Result<Bytes, kernel::Fault>>);

/// Where the parts of a flowing body go in.
pub(crate) type Spout = mpsc::Sender<Result<Bytes, kernel::Fault>>;

/// A spout and the body that comes of it. Two parts at most wait to be sent.
pub(crate) fn flowing() -> (Spout, Body) {
    let (spout, parts) = mpsc::channel(2);
    (spout, Body::new(Flowing(parts)))
}

impl hyper::body::Body for Flowing {
    type Data = Bytes;
    type Error = kernel::Fault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, kernel::Fault>>> {
        self.0.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_again_in_every_way_of_asking() {
        let ours = tag(&[b"one", b"two"]);
        let text = ours.to_str().unwrap().to_owned();
        let asked = |value: &str| {
            let headers =
                HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap())]);
            has(&headers, &ours)
        };
        assert!(asked(&text) && asked("*") && asked(&format!("\"x\", {text}")));
        assert!(asked(text.trim_start_matches("W/")), "a proxy may make it strong");
        assert!(!asked("W/\"other\"") && !has(&HeaderMap::new(), &ours));
        assert_ne!(ours, tag(&[b"onet", b"wo"]));
    }
}
