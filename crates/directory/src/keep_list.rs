//! My list: kept on the device in one cookie that the browser sends to this page and to no other, so that no other
//! page can know it. Shared by a link that carries the list itself; printed with every address written out.

use crate::{
    cards::{Asked, ResultCard},
    catalogue::{Catalogue, Directory},
    store as rows,
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::Fault;
use search::Kind;
use std::collections::HashMap;
use web::{Form, Nav, Page, Params, Reply, Site, see_other, show};

/// As many as fit on a few printed pages and in a link that a phone can send.
const ENTRIES_MAX: usize = 40;
/// Half a year.
const COOKIE_SECONDS: u32 = 15_552_000;

#[derive(Template)]
#[template(path = "shortlist.html")]
struct ListView {
    shared: bool,
    cards: Vec<Line>,
    gone: usize,
    link: String,
    qr: String,
    keep: String,
    removed: Option<(String, String)>,
    saved: Option<String>,
    /// What could not be put on a list that is full.
    full: Option<String>,
    back: String,
    large: bool,
    phone: String,
}

/// A card with what printing needs: the number and the address in words.
struct Line {
    card: ResultCard,
    token: String,
    title: String,
    href: String,
}

/// `GET /shortlist`; `?s=a,b` shows somebody else's; `?print=large` for tired eyes.
pub(crate) async fn get(State(directory): State<Directory>, headers: HeaderMap, params: Params) -> Reply {
    let site = directory.site();
    let catalogue = directory.catalogue();
    let given = params.get("s");
    let shared = !given.is_empty();
    let tokens = if shared { read(given, ',') } else { of_cookie(&headers) };
    let tokens = followed(site, &catalogue, tokens).await?;
    let lines: Vec<Line> = tokens.iter().filter_map(|token| line(site, &catalogue, token)).collect();
    let known: Vec<String> = lines.iter().map(|line| line.token.clone()).collect();
    let link = site.absolute(&format!("/shortlist?s={}", known.join(",")));
    let title_of = |token: &str| line(site, &catalogue, token).map(|line| line.title);
    let removed = params.get("removed");
    let body = ListView {
        shared,
        gone: tokens.len() - lines.len(),
        qr: if known.is_empty() { String::new() } else { crate::show_service::qr_svg(&link) },
        link,
        keep: known.join(","),
        removed: title_of(removed).map(|title| (removed.to_owned(), title)),
        saved: title_of(params.get("saved")),
        full: title_of(params.get("full")),
        back: local_path(params.get("back")),
        large: params.get("print") == "large",
        phone: site.council().phone.clone(),
        cards: lines,
    };
    let mut page = Page::new("My list").under(Nav::List).sensitive(true);
    if body.large {
        page = page.in_large_print();
    }
    show(site, &page, &body)
}

/// `POST /shortlist`: `add`, `remove`, `keep` a shared list, or `empty`. A removal can be undone on the next page.
pub(crate) async fn post(State(directory): State<Directory>, headers: HeaderMap, form: Form) -> Reply {
    let catalogue = directory.catalogue();
    let site = directory.site();
    let known = |token: &String| line(site, &catalogue, token).is_some();
    let mut tokens = followed(site, &catalogue, of_cookie(&headers)).await?;
    tokens.retain(known);
    let mut to = "/shortlist".to_owned();
    if let Some(token) = first_token(form.get("add")).filter(known) {
        let full = tokens.len() >= ENTRIES_MAX && !tokens.contains(&token);
        if !full && !tokens.contains(&token) {
            tokens.push(token.clone());
        }
        to = format!("/shortlist?{}={token}", if full { "full" } else { "saved" });
        let back = local_path(form.get("back"));
        if !back.is_empty() {
            to = format!("{to}&back={back}");
        }
    } else if let Some(token) = first_token(form.get("remove")) {
        tokens.retain(|have| *have != token);
        to = format!("/shortlist?removed={token}");
    } else if !form.get("keep").is_empty() {
        for token in read(form.get("keep"), ',').into_iter().filter(known) {
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
    } else if !form.get("empty").is_empty() {
        tokens.clear();
    }
    tokens.truncate(ENTRIES_MAX);
    Ok(with_cookie(see_other(&to), &tokens, site))
}

/// The list with the entry that was kept wherever one of it was made one with another, each once.
async fn followed(site: &Site, catalogue: &Catalogue, tokens: Vec<String>) -> Result<Vec<String>, Fault> {
    if tokens.iter().all(|token| line(site, catalogue, token).is_some()) {
        return Ok(tokens);
    }
    let replaced: HashMap<String, String> = site
        .db()
        .read(rows::list_replaced)
        .await?
        .into_iter()
        .map(|replaced| (replaced.slug, replaced.by_slug))
        .collect();
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let token = replaced.get(&token).cloned().unwrap_or(token);
        if !out.contains(&token) {
            out.push(token);
        }
    }
    Ok(out)
}

fn with_cookie(mut response: Response, tokens: &[String], site: &Site) -> Response {
    let seconds = if tokens.is_empty() { 0 } else { COOKIE_SECONDS };
    let secure = if site.council().public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!(
        "shortlist={}; Path=/shortlist; Max-Age={seconds}; SameSite=Lax; HttpOnly{secure}",
        tokens.join(".")
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response.into_response()
}

/// The list in the cookie; anything odd in it is passed over.
fn of_cookie(headers: &HeaderMap) -> Vec<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut ours =
        cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().strip_prefix("shortlist="));
    ours.next_back().map(|list| read(list, '.')).unwrap_or_default()
}

fn read(list: &str, between: char) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for token in list.split(between).filter_map(first_token) {
        if !tokens.contains(&token) && tokens.len() < ENTRIES_MAX {
            tokens.push(token);
        }
    }
    tokens
}

/// What stands before the slug of a thing that is no service.
const PREFIXES: [(&str, Kind); 2] = [("page~", Kind::Page), ("session~", Kind::Event)];

fn kind_and_slug(token: &str) -> (Kind, &str) {
    let marked = PREFIXES.iter().find_map(|(prefix, kind)| Some((*kind, token.strip_prefix(prefix)?)));
    marked.unwrap_or((Kind::Service, token))
}

/// A slug, `page~slug` or `session~slug`.
fn first_token(text: &str) -> Option<String> {
    let (_, slug) = kind_and_slug(text);
    slug.parse::<kernel::Slug>().ok().map(|_| text.to_owned())
}

/// A way back that stays on this site and carries no words.
fn local_path(path: &str) -> String {
    let plain = path.starts_with("/services/")
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-'));
    if plain { path.to_owned() } else { String::new() }
}

fn line(site: &Site, catalogue: &Catalogue, token: &str) -> Option<Line> {
    let (kind, slug) = kind_and_slug(token);
    let at = catalogue.number(kind, slug)?;
    let document = catalogue.index.documents().get(at)?;
    let now = site.clock().now().to_zoned(kernel::london());
    let minute = u16::try_from(now.hour()).unwrap_or(0) * 60 + u16::try_from(now.minute()).unwrap_or(0);
    let card = ResultCard::new(&catalogue.facts[at], Asked::default(), now.date(), minute);
    Some(Line {
        card,
        token: token.to_owned(),
        title: document.title.clone(),
        href: site.absolute(&document.url),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_cookie_is_an_empty_list_and_a_good_one_is_read() {
        let of = |cookie: &'static str| {
            of_cookie(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))]))
        };
        assert_eq!(
            of("a=1; shortlist=infant-feeding-team.page~crying.infant-feeding-team"),
            ["infant-feeding-team", "page~crying"]
        );
        assert!(
            of("shortlist=%00<script>").is_empty() && of("shortlist=").is_empty() && of(";;;=").is_empty()
        );
        assert_eq!(read(&"a,".repeat(5_000), ',').len(), 1);
    }

    #[test]
    fn the_way_back_stays_on_this_site() {
        assert_eq!(local_path("/services/henry"), "/services/henry");
        for elsewhere in
            ["//evil.test", "https://evil.test", "/search?q=words", "/services/a?b", "/services/\r\nx"]
        {
            assert_eq!(local_path(elsewhere), "");
        }
    }
}
