//! What a browser sends, read without ever refusing it for its form: odd bytes become `�`, a thousand fields are cut
//! at the limit, a missing field is empty. Only size is refused.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;

/// The most bytes a form may send. Longer texts are still screened as far as this.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What one route's form may send instead of [`BODY_LIMIT`]; [`crate::Door::post_large`] puts it on the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormLimit {
    /// The most bytes.
    pub bytes: usize,
    /// The most letters that its longest box takes: what whoever sent more is told.
    pub letters: &'static str,
}

/// What a route's form may send unless the route says otherwise.
const FORM_LIMIT: FormLimit = FormLimit { bytes: BODY_LIMIT, letters: "4,000" };

/// The most fields that are read.
const FIELDS_LIMIT: usize = 400;
/// The most letters of an address's query that are read.
const QUERY_LIMIT: usize = 64 * 1024;

/// The query of an address.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

/// The fields of a sent form. `Debug` never shows what was typed.
#[derive(Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Form({} fields)", self.0.len())
    }
}

macro_rules! reading {
    ($name:ident) => {
        impl $name {
            /// Reads `a=b&c=d`.
            pub fn read(bytes: &[u8]) -> $name {
                $name(pairs(bytes))
            }
            /// The first field of that name that is not empty, with spaces at its ends cut, or nothing.
            pub fn get<'a>(&'a self, name: &'a str) -> &'a str {
                self.all(name).next().unwrap_or_default()
            }
            /// All that was typed into the fields of these names, for the safety screen: a field that is sent twice
            /// must not hide one of its texts.
            pub fn typed(&self, names: &[&str]) -> String {
                let typed = self.0.iter().filter(|(key, _)| names.contains(&key.as_str()));
                typed.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\n")
            }
            /// Every field of that name that is not empty.
            pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
                self.0
                    .iter()
                    .filter(move |(key, _)| key == name)
                    .map(|(_, value)| value.trim())
                    .filter(|v| !v.is_empty())
            }
            /// Every field.
            pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
                self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
            }
        }
    };
}
reading!(Params);
reading!(Form);

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes)
        .take(FIELDS_LIMIT)
        .map(|(key, value)| (key.into_owned(), value.replace('\0', "")))
        .collect()
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Params, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        Ok(Params::read(&query[..query.len().min(QUERY_LIMIT)]))
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Response;
    async fn from_request(request: Request, _: &S) -> Result<Form, Response> {
        let limit = request.extensions().get::<FormLimit>().copied().unwrap_or(FORM_LIMIT);
        let (bytes, whole) = read_body(request.into_body(), limit.bytes).await;
        if whole {
            return Ok(Form::read(&bytes));
        }
        let mut response = StatusCode::PAYLOAD_TOO_LARGE.into_response();
        response.extensions_mut().insert(CutShort { form: Form::read(&bytes), letters: limit.letters });
        Err(response)
    }
}

/// Rides on a refusal to the shell, which reads it for danger: the beginning of a form that was too long.
#[derive(Clone)]
pub(crate) struct CutShort {
    pub form: Form,
    /// The most letters that a box of that form takes.
    pub letters: &'static str,
}

/// A body up to so many bytes, and whether that was all of it.
pub(crate) async fn read_body(mut body: Body, limit: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return (bytes, false) };
        let Ok(data) = frame.into_data() else { continue };
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return (bytes, false);
        }
    }
    (bytes, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_browser_can_send_is_refused_for_its_form() {
        let params = Params::read(b"q=caf%C3%A9+%FF%00&q=second&&=x&age");
        assert_eq!(params.get("q"), "café \u{fffd}");
        assert_eq!(params.all("q").collect::<Vec<_>>(), ["café \u{fffd}", "second"]);
        assert_eq!((params.get("age"), params.get("none")), ("", ""));
        let many = "a=1&".repeat(5_000);
        assert_eq!(Params::read(many.as_bytes()).each().count(), FIELDS_LIMIT);
    }
}
