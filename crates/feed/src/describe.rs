//! What the feed says of itself: its version, its description for programs, its page for people who write them, and
//! what has gone from it.

use crate::{
    Feed,
    answer::{CACHE_SECONDS, JSON, tag, tagged},
    ask::{PAGE_MAX, PER_PAGE, PER_PAGE_MAX, PROXIMITY, Query, SEARCH_MAX},
    list_records::Envelope,
    openapi, store as rows,
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Uri, header},
};
use kernel::Instant;
use serde_json::json;
use web::{Asked, Page, Reply, cached};

/// `GET /oruk/v3` and `GET /oruk/v3/`.
pub(crate) async fn details(State(feed): State<Feed>, headers: HeaderMap) -> Reply {
    let document = address_of(&feed, &headers, "/oruk/v3/openapi.json");
    let body = json!({ "version": oruk::VERSION, "profile": oruk::PROFILE, "openapi_url": document });
    let body = body.to_string();
    Ok(tagged(&headers, tag(&[body.as_bytes()]), JSON, body))
}

/// With the council's own host; before one is set, with the one that was asked.
fn address_of(feed: &Feed, headers: &HeaderMap, path: &str) -> String {
    let address = feed.site().absolute(path);
    if address.contains("://") {
        return address;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
    format!("http://{}{path}", host.unwrap_or("localhost"))
}

/// `GET /oruk/v3/openapi.json`.
pub(crate) async fn document(State(feed): State<Feed>, headers: HeaderMap) -> Reply {
    let body = serde_json::to_string(&openapi::document(&feed.site().council().name))?;
    Ok(tagged(&headers, tag(&[body.as_bytes()]), JSON, body))
}

/// `GET /oruk/v3/removed`: what is no longer public, the longest gone first.
pub(crate) async fn removed(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    let asked = Query::read(uri.query())
        .and_then(|query| Ok((query.moment("since")?.unwrap_or(Instant::UNIX_EPOCH), query.paging()?)));
    let (since, (page, per_page)) = match asked {
        Ok(asked) => asked,
        Err(wrong) => return Ok(wrong.into_response()),
    };
    let limit = i64::try_from(per_page)?;
    let offset = i64::try_from((page - 1).saturating_mul(per_page)).unwrap_or(i64::MAX);
    let (total, rows) = feed
        .site()
        .db()
        .read(move |tx| Ok((rows::count_removed(tx, since)?, rows::list_removed(tx, since, limit, offset)?)))
        .await?;
    let records: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut record = json!({ "id": row.id, "entity": row.entity, "removed_at": row.removed_at });
            if let Some(successor) = row.replaced_by {
                record["replaced_by"] = json!(successor);
            }
            record.to_string()
        })
        .collect();
    let body = Envelope::at(page, per_page, u64::try_from(total)?).around(&records);
    Ok(tagged(&headers, tag(&[body.as_bytes()]), JSON, body))
}

#[derive(Template)]
#[template(path = "developers.html")]
struct DevelopersView {
    base: String,
    area: String,
    per_page: u64,
    per_page_max: u64,
    page_max: u64,
    search_max: usize,
    proximity: f64,
    cache_seconds: u32,
    at_once: u32,
    each_second: u32,
}

/// `GET /developers`.
pub(crate) async fn developers(State(feed): State<Feed>, asked: Asked) -> Reply {
    let site = feed.site();
    cached(site, asked, async {
        let base = site.absolute("/oruk/v3");
        let page = Page::new("Our data for developers")
            .describing("Every entry of our directory as open data, in Open Referral UK")
            .at("/developers");
        let view = DevelopersView {
            base: if base.contains("://") { base } else { "https://hub.example.org/oruk/v3".to_owned() },
            area: site.council().area_name.clone(),
            per_page: PER_PAGE,
            per_page_max: PER_PAGE_MAX,
            page_max: PAGE_MAX,
            search_max: SEARCH_MAX,
            proximity: PROXIMITY,
            cache_seconds: CACHE_SECONDS,
            at_once: feed.config().requests_at_once,
            each_second: feed.config().requests_each_second,
        };
        Ok(Some((page, view)))
    })
    .await
}
