//! A form that arrives after its sender's session is over: what was typed comes back on the page, to be sent again after
//! signing in. It is never kept on the server, where nobody is known to whom it would belong.

use crate::Accounts;
use askama::Template;
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use web::{BODY_LIMIT, CardView, Form, Page, Reply, show_with};

/// Behind these doors people write at length. Not behind `/account`: its forms hold passwords and codes, which are not
/// put back on a page.
const DOORS: [&str; 2] = ["/provider/", "/admin/"];
/// A shorter answer says nothing without its question, so it is held and not shown.
const SHOWN_FROM: usize = 12;

/// A form that may have to be handed back.
pub(crate) struct Held {
    path: String,
    back: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "session_over.html")]
struct SessionOver {
    card: Option<CardView>,
    path: String,
    next: String,
    fields: Vec<(String, String)>,
    shown: Vec<String>,
}

/// Reads a form that nobody who is known has sent, and gives the request back as it was.
pub(crate) async fn hold(request: Request) -> (Request, Option<Held>) {
    let path = request.uri().path().to_owned();
    let small = request.body().size_hint().upper().is_some_and(|size| size <= BODY_LIMIT as u64);
    let is_ours = request.method() == Method::POST && DOORS.iter().any(|door| path.starts_with(door));
    if !(is_ours && small && is_plain_form(request.headers())) {
        return (request, None);
    }
    let back = page_before(request.headers()).unwrap_or_else(|| path.clone());
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return (Request::from_parts(parts, Body::empty()), None);
    };
    let form = Form::read(&bytes);
    let is_empty = form.each().next().is_none();
    let held = (!is_empty).then_some(Held { path, back, form });
    (Request::from_parts(parts, Body::from(bytes)), held)
}

fn is_plain_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

/// The path of the page the form stood on. Another site's forms are refused before they come here.
fn page_before(headers: &HeaderMap) -> Option<String> {
    let address = headers.get(header::REFERER)?.to_str().ok()?;
    let rest = address.split_once("://")?.1;
    let path = rest.find('/').map(|at| &rest[at..])?;
    let path = path.split('#').next().unwrap_or_default();
    DOORS.iter().any(|door| path.starts_with(door)).then(|| path.to_owned())
}

/// The page with everything that was typed, in place of the refusal. Not 401: that status promises a header with which a
/// browser would open a box of its own for a password (RFC 9110, section 11.6.1).
pub(crate) fn hand_back(accounts: &Accounts, held: &Held) -> Reply {
    let site = accounts.site();
    let typed: Vec<&str> = held.form.each().map(|(_, value)| value).collect();
    let verdict = site.screen(&typed.join("\n"));
    let next = crate::model::safe_path(&held.back);
    let body = SessionOver {
        card: site.card(verdict.verdict()).map(CardView::above),
        path: held.path.clone(),
        next: url::form_urlencoded::byte_serialize(next.as_bytes()).collect(),
        fields: held.form.each().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        shown: typed
            .into_iter()
            .filter(|value| value.chars().count() >= SHOWN_FROM && value.contains(' '))
            .map(str::to_owned)
            .collect(),
    };
    show_with(site, StatusCode::UNPROCESSABLE_ENTITY, &Page::new("Your sign-in has ended"), &body)
}

/// Whether a visitor was turned away, before the shell words it.
pub(crate) fn is_turned_away(response: &Response) -> bool {
    response.status() == StatusCode::FORBIDDEN && !response.headers().contains_key(header::CONTENT_TYPE)
}
