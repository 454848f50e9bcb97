use crate::{
    CardView, Page, Site,
    door::TurnedAway,
    input::{BODY_LIMIT, CutShort, Form, read_body},
    layout,
    reply::{Broken, Meant, json_error, see_other},
};
use access::Denied;
use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use kernel::Fault;
use std::time::{Duration, Instant};
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

/// No page works longer than this for one request.
const PATIENCE: Duration = Duration::from_secs(20);

/// Puts the guards around every route: host, origin, size, time, headers, plain error pages, log.
pub fn shell(site: &Site, routes: Router) -> Router {
    let slow = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE);
    routes
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(slow)
        .layer(from_fn_with_state(site.clone(), guard))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    // The route's pattern, never its address: a mistyped address can carry anything.
    let route =
        request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |m| m.as_str().to_owned());
    let machine = ["/api/", "/oruk/", "/healthz", "/readyz"]
        .iter()
        .any(|start| request.uri().path().starts_with(start));
    let address = request.uri().path_and_query().map(ToString::to_string).filter(|_| method == Method::GET);
    let response = match refusal(&site, &request) {
        None => next.run(request).await,
        Some(why) if machine => why.json(),
        Some(why) => refused_page(&site, why, request.into_body()).await,
    };
    let response = match response.extensions().get::<TurnedAway>() {
        Some(TurnedAway(denied)) => sent_away(&site, *denied, address),
        None => worded(&site, machine, &route, response),
    };
    let status = response.status().as_u16();
    let millis = started.elapsed().as_millis();
    tracing::debug!(http.method = %method, http.route = route, http.status = status, millis, "answered");
    with_headers(&site, response)
}

/// Why a request is turned away before any room sees it.
#[derive(Clone, Copy)]
enum Refused {
    Host,
    OtherSite,
}

fn refusal(site: &Site, request: &Request) -> Option<Refused> {
    let host = request.headers().get(header::HOST).map_or(Some(""), |value| value.to_str().ok());
    let public_url = &site.council().public_url;
    match host {
        Some(host) if plain_host(host) => {}
        _ => return Some(Refused::Host),
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let trusted = carries_its_own_secret(request.uri().path())
        || is_asked_by_a_program(request.method(), request.uri().path(), request.headers())
        || from_our_own_page(request.headers(), host.unwrap_or_default(), public_url);
    if !safe && !trusted {
        return Some(Refused::OtherSite);
    }
    None
}

/// A host as RFC 3986 writes a name or an address, with an optional port. Links never carry it, so a false one
/// reaches nobody; an odd one is refused all the same. Whose name it is, the proxy decides: some councils have several,
/// some proxies write one of their own, and whoever watches the program asks by its number.
fn plain_host(host: &str) -> bool {
    host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

/// What programs post to, and no browser speaks for: one press of 'unsubscribe' in a mail program (RFC 8058) and the
/// delivery receipts of GOV.UK Notify. Both carry a secret that a strange page does not have, and no cookie counts there.
fn carries_its_own_secret(path: &str) -> bool {
    path == "/notify/receipt" || path.starts_with("/notify/stop/")
}

/// What a program asks as JSON and nobody's session answers. A browser that is told by a strange page to send this content
/// type asks us first (a preflight), and we never allow it; one that says it was told so is refused even so.
fn is_asked_by_a_program(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let kind =
        text(header::CONTENT_TYPE).map_or("", |kind| kind.split(';').next().unwrap_or_default().trim());
    let says_where_from = [HeaderName::from_static("sec-fetch-site"), header::ORIGIN, header::REFERER]
        .into_iter()
        .any(|name| headers.contains_key(name));
    *method == Method::POST
        && path == "/api/v1/ask"
        && kind.eq_ignore_ascii_case("application/json")
        && headers.get_all(header::CONTENT_TYPE).iter().count() == 1
        && !says_where_from
}

/// Whether a form was sent from our own page. Public pages are the same for everybody and kept in caches, so they
/// carry no token; the browser itself says where a form comes from (Fetch Metadata, else Origin, else Referer), and
/// one that says nothing is refused. See ADR 0005.
fn from_our_own_page(headers: &HeaderMap, host: &str, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(from) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(from, "same-origin" | "none");
    }
    let ours = |address: &str| {
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        let their_host = rest.split('/').next().unwrap_or_default();
        !their_host.is_empty()
            && (their_host.eq_ignore_ascii_case(host)
                || public_url
                    .split_once("://")
                    .is_some_and(|(_, ours)| ours.eq_ignore_ascii_case(their_host)))
    };
    text(header::ORIGIN).or_else(|| text(header::REFERER)).is_some_and(ours)
}

impl Refused {
    fn status(self) -> StatusCode {
        match self {
            Refused::Host => StatusCode::BAD_REQUEST,
            Refused::OtherSite => StatusCode::FORBIDDEN,
        }
    }

    fn json(self) -> Response {
        match self {
            Refused::Host => json_error(self.status(), "bad_host", "The Host header is not a host name."),
            Refused::OtherSite => {
                json_error(self.status(), "other_site", "A change must come from this site's own page.")
            }
        }
    }
}

/// A refused form is still read for danger: the card comes first, whatever else is wrong.
async fn refused_page(site: &Site, why: Refused, body: Body) -> Response {
    // The deadline of the rooms' routes does not stand here yet.
    let (bytes, _) = tokio::time::timeout(PATIENCE, read_body(body, BODY_LIMIT)).await.unwrap_or_default();
    let card = card_for(site, &Form::read(&bytes));
    let (title, say) = match why {
        Refused::Host => (
            "We could not read that address",
            "The address of this page came through in a form we do not know. Start again from the first page.",
        ),
        Refused::OtherSite => (
            "That form did not come from our page",
            "So that nobody can send things in your name, we only take forms from our own pages. Go back, load the page again, and send it from there. What you typed is still in the page you came from.",
        ),
    };
    plain_page(site, why.status(), title, say, "", card)
}

/// A visitor is sent to sign in and comes back here afterwards; anybody else is told plainly.
fn sent_away(site: &Site, denied: Denied, address: Option<String>) -> Response {
    if !denied.signed_in {
        let next = address.filter(|address| address.len() <= 500).unwrap_or_default();
        let next = form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        return see_other(&format!("/sign-in?next={next}"));
    }
    plain_page(
        site,
        StatusCode::FORBIDDEN,
        "You cannot do that with this account",
        "What you asked for needs another role, or belongs to another organisation. If you think you should be able to, ask the council’s family hubs team.",
        "",
        None,
    )
}

fn card_for(site: &Site, form: &Form) -> Option<CardView> {
    let typed: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&typed);
    let card = site.card(screened.verdict())?;
    Some(CardView::above(card))
}

/// Gives the bare statuses of the rooms their words, and logs a fault once.
fn worded(site: &Site, machine: bool, route: &str, response: Response) -> Response {
    let status = response.status();
    if status.is_server_error() && response.extensions().get::<Meant>().is_none() {
        let reference = site.dice().reference();
        match response.extensions().get::<Broken>() {
            Some(Broken(fault)) => {
                tracing::error!(reference, http.route = route, fault = %chain(fault), "a page broke")
            }
            None => {
                tracing::error!(reference, http.route = route, http.status = status.as_u16(), "a page broke")
            }
        }
        if machine && response.headers().contains_key(header::CONTENT_TYPE) {
            return response;
        }
        if machine {
            return json_error(
                status,
                "broken",
                &format!("Something broke on our side. Reference {reference}."),
            );
        }
        return plain_page(
            site,
            status,
            "Sorry, something broke on our side",
            "It is not your fault, and nothing you did caused it. Try again in a minute.",
            &reference,
            None,
        );
    }
    // The framework's own refusals are a line of plain text, or nothing.
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .map_or("text/plain", |kind| kind.to_str().unwrap_or_default());
    let bare = kind.starts_with("text/plain") && status.is_client_error();
    match status {
        _ if !bare && status != StatusCode::METHOD_NOT_ALLOWED => response,
        StatusCode::NOT_FOUND if machine => {
            json_error(status, "not_found", "There is nothing at this address.")
        }
        StatusCode::NOT_FOUND => plain_page(
            site,
            status,
            "We cannot find that page",
            "It may have moved, or the address may have a slip in it. Search for what you need, or start again from the first page.",
            "",
            None,
        ),
        StatusCode::PAYLOAD_TOO_LARGE if machine => {
            json_error(status, "too_large", "The request is larger than this address takes.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            let cut = response.extensions().get::<CutShort>();
            let most = cut
                .map_or(String::new(), |cut| format!(" We can take about {} letters in a box.", cut.letters));
            let words =
                format!("Go back: your words are still there.{most} Make them shorter and send again.");
            let card = cut.and_then(|cut| card_for(site, &cut.form));
            plain_page(site, status, "That was too long for us to take", &words, "", card)
        }
        StatusCode::REQUEST_TIMEOUT if machine => {
            json_error(status, "too_slow", "The request took too long to arrive.")
        }
        StatusCode::REQUEST_TIMEOUT => plain_page(
            site,
            status,
            "That took too long to reach us",
            "Your signal may be weak. Go back: what you typed is still there. Try again when you have more bars.",
            "",
            None,
        ),
        StatusCode::METHOD_NOT_ALLOWED if machine => {
            json_error(status, "method_not_allowed", "This address does not take that method.")
        }
        StatusCode::METHOD_NOT_ALLOWED => plain_page(
            site,
            status,
            "That page cannot be used like that",
            "Start again from the first page.",
            "",
            None,
        ),
        _ if machine => json_error(status, "refused", "The request could not be read."),
        _ => plain_page(
            site,
            status,
            "We could not read that",
            "Go back and try again, or start from the first page.",
            "",
            None,
        ),
    }
}

/// A fault and what caused it, in one line.
fn chain(fault: &Fault) -> String {
    fault.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[derive(Template)]
#[template(path = "plain.html")]
struct Plain<'a> {
    title: &'a str,
    say: &'a str,
    reference: &'a str,
    phone: String,
    dialled: String,
    card: Option<CardView>,
}

fn plain_page(
    site: &Site,
    status: StatusCode,
    title: &str,
    say: &str,
    reference: &str,
    card: Option<CardView>,
) -> Response {
    let council = site.council();
    let body =
        Plain { title, say, reference, phone: council.phone.clone(), dialled: council.phone_dialled(), card };
    let page = Page::new(title).with_exit().without_header_search();
    match layout::show_with(site, status, &page, &body) {
        Ok(response) => response,
        // The last resort has no template that could fail.
        Err(_) => (status, "Sorry, something broke. In an emergency phone 999.").into_response(),
    }
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // What a panic says may hold what a person typed: it is not logged. The place it happened in is on stderr.
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn with_headers(site: &Site, mut response: Response) -> Response {
    let out = response.headers_mut();
    let policy = policy(site)
        .and_then(|text| HeaderValue::from_str(&text).ok())
        .unwrap_or(HeaderValue::from_static(POLICY));
    out.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in FIXED {
        out.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    out.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Everything from this server only, nothing inline, nobody may frame us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// With a map turned on, its tiles' server may send pictures, and nobody else.
fn policy(site: &Site) -> Option<String> {
    let origin = site.council().map.as_ref()?.origin()?;
    Some(POLICY.replace("img-src 'self'", &format!("img-src 'self' data: {origin}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_only_from_our_own_page() {
        let case = |name: &'static str, value: &'static str| {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            from_our_own_page(&headers, "hub.example.org:8080", "https://hub.example.org")
        };
        assert!(case("sec-fetch-site", "same-origin"));
        assert!(!case("sec-fetch-site", "cross-site") && !case("sec-fetch-site", "same-site"));
        assert!(case("origin", "http://hub.example.org:8080") && case("origin", "https://hub.example.org"));
        assert!(!case("origin", "null") && !case("origin", "https://hub.example.org.evil.test"));
        assert!(
            case("referer", "https://hub.example.org/services/a")
                && !case("referer", "https://evil.test/hub.example.org")
        );
        assert!(!from_our_own_page(&HeaderMap::new(), "hub.example.org", ""));
    }

    #[test]
    fn a_program_may_ask_as_json_and_no_page_may_make_a_browser_do_so() {
        let asked = |method: &Method, path: &str, headers: &[(&str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
            }
            is_asked_by_a_program(method, path, &map)
        };
        let json = ("content-type", "application/json");
        assert!(asked(&Method::POST, "/api/v1/ask", &[json]));
        assert!(asked(&Method::POST, "/api/v1/ask", &[("content-type", "Application/JSON; charset=utf-8")]));
        for odd in ["text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", ""] {
            assert!(!asked(&Method::POST, "/api/v1/ask", &[("content-type", odd)]), "{odd}");
        }
        assert!(!asked(&Method::POST, "/api/v1/ask", &[json, ("content-type", "text/plain")]));
        assert!(!asked(&Method::POST, "/api/v1/ask", &[]));
        assert!(!asked(&Method::POST, "/ask", &[json]) && !asked(&Method::POST, "/api/v1/ask/x", &[json]));
        assert!(!asked(&Method::PUT, "/api/v1/ask", &[json]));
        for page in [
            ("origin", "https://evil.test"),
            ("referer", "https://evil.test/"),
            ("sec-fetch-site", "cross-site"),
        ] {
            assert!(!asked(&Method::POST, "/api/v1/ask", &[json, page]), "{page:?}");
        }
    }

    #[test]
    fn an_odd_host_is_refused() {
        assert!(
            plain_host("127.0.0.1:8080")
                && plain_host("[::1]:8080")
                && plain_host("")
                && plain_host("hub.example.org")
        );
        // Odd is how it is written, and not whose it is.
        assert!(plain_host("evil.test"));
        for odd in ["a b", "evil.test/x", "a\"b", "<script>", "a@b", "é"] {
            assert!(!plain_host(odd), "{odd}");
        }
    }

    #[tokio::test]
    async fn what_is_closed_on_purpose_is_told_in_its_own_words_and_what_is_too_large_as_its_reader_reads() {
        store::testing::both(&[settings::MIGRATIONS], async |db| {
            let clock = kernel::Clock::standing_at("2026-11-23T09:00:00Z");
            let site = Site::open(db, clock, kernel::Dice::loaded(1)).await.unwrap();
            let told = async |machine, response| {
                let told = worded(&site, machine, "/x", response);
                let kind = told.headers().get(header::CONTENT_TYPE).unwrap().to_str().unwrap().to_owned();
                let bytes = http_body_util::BodyExt::collect(told.into_body()).await.unwrap().to_bytes();
                (kind, String::from_utf8_lossy(&bytes).into_owned())
            };
            let closed = || (StatusCode::SERVICE_UNAVAILABLE, "closed for a while").into_response();
            let mut meant = closed();
            meant.extensions_mut().insert(Meant);
            assert!(told(false, closed()).await.1.contains("something broke on our side"));
            assert_eq!(told(false, meant).await.1, "closed for a while");
            let much = || (StatusCode::PAYLOAD_TOO_LARGE, "length limit exceeded").into_response();
            let (kind, page) = told(false, much()).await;
            assert!(kind.starts_with("text/html") && page.contains("too long for us to take"), "{page}");
            let (kind, json) = told(true, much()).await;
            assert!(kind == "application/json" && json.contains("too_large"), "{json}");
        })
        .await;
    }
}
