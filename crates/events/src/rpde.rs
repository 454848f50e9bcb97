//! What's on as open data for other programs, by OpenActive: pages of what was changed, oldest change first, that a reader
//! goes through once and then follows (Realtime Paged Data Exchange 1.0).
//!
//! What is no longer to be seen is told as deleted, and nothing of it is said. What is held at a private place is not
//! told at all.

use crate::{
    model::{SessionId, Wanted},
    open_active::{scheduled_session, session_series},
    shelf::{Events, Session, Shelf},
    store::{self as rows, Place, ToldDate},
};
use access::Browse;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use web::{Door, Params, Reply, json_error, not_modified_or};

/// So many of a page, and no more, whatever is asked.
pub(crate) const LIMIT: i64 = 500;
/// How long a change waits before it is told, longer than any transaction takes. Two that are written at the same moment
/// are then told in one order, and a reader that has come to the later one never misses the other.
const SETTLES_SECONDS: i64 = 10;
/// As OpenActive asks of all who take part.
pub(crate) const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";
pub(crate) const CONTENT_TYPE: &str = "application/vnd.openactive.rpde+json; version=1";

/// The room's addresses for programs.
pub(crate) fn door(events: &Events) -> Door {
    Door::new()
        .get::<Browse, _, _>("/openactive", crate::open_active::get)
        .get::<Browse, _, _>("/openactive/", crate::open_active::get)
        .get::<Browse, _, _>("/openactive/session-series", get_series)
        .get::<Browse, _, _>("/openactive/scheduled-sessions", get_dates)
        .with_state(events.clone())
}

/// One entry of a page.
struct Item {
    id: Uuid,
    told_at: Instant,
    /// None is told as deleted.
    data: Option<Value>,
}

/// `GET /openactive/session-series?afterTimestamp=&afterId=&limit=`
async fn get_series(State(events): State<Events>, params: Params, headers: HeaderMap) -> Reply {
    let asked = match Asked::of(&params) {
        Ok(asked) => asked,
        Err(sentence) => return Ok(json_error(StatusCode::BAD_REQUEST, "bad_place", sentence)),
    };
    let until = settled(&events)?;
    let found = events
        .site()
        .db()
        .read(move |tx| rows::list_told_sessions(tx, asked.after(), until, asked.limit))
        .await?;
    events.renew_if_changed().await?;
    let shelf = events.shelf();
    let seen = seen(&shelf);
    let items = found.into_iter().map(|told| Item {
        id: told.id.uuid(),
        told_at: told.told_at,
        data: seen.get(&told.id).and_then(|session| session_series(events.site(), &shelf, session)),
    });
    page(&events, &headers, "/openactive/session-series", "SessionSeries", asked, items.collect())
}

/// `GET /openactive/scheduled-sessions?afterTimestamp=&afterId=&limit=`
async fn get_dates(State(events): State<Events>, params: Params, headers: HeaderMap) -> Reply {
    let asked = match Asked::of(&params) {
        Ok(asked) => asked,
        Err(sentence) => return Ok(json_error(StatusCode::BAD_REQUEST, "bad_place", sentence)),
    };
    let until = settled(&events)?;
    let found = events
        .site()
        .db()
        .read(move |tx| rows::list_told_dates(tx, asked.after(), until, asked.limit))
        .await?;
    events.renew_if_changed().await?;
    let shelf = events.shelf();
    let seen = seen(&shelf);
    let of = |told: &ToldDate| {
        let session = seen.get(&told.session_id)?;
        (told.state != "dropped").then(|| scheduled_session(events.site(), &shelf, session, told)).flatten()
    };
    let items = found.iter().map(|told| Item { id: told.id, told_at: told.told_at, data: of(told) });
    page(&events, &headers, "/openactive/scheduled-sessions", "ScheduledSession", asked, items.collect())
}

fn settled(events: &Events) -> Result<Instant, Fault> {
    Ok(events.site().clock().now().checked_sub(jiff::SignedDuration::from_secs(SETTLES_SECONDS))?)
}

fn seen(shelf: &Shelf) -> HashMap<SessionId, &Session> {
    let published = shelf.sessions.iter().filter(|session| session.draft.wanted == Wanted::Published);
    published.map(|session| (session.id, session)).collect()
}

/// What a reader asks for.
#[derive(Clone, Copy)]
struct Asked {
    after: Option<Place>,
    limit: i64,
    has_limit: bool,
}

impl Asked {
    fn of(params: &Params) -> Result<Asked, &'static str> {
        let limit = match params.get("limit") {
            "" => LIMIT,
            typed => match typed.parse::<i64>() {
                Ok(limit) if limit > 0 => limit.min(LIMIT),
                _ => return Err("'limit' must be a whole number above 0."),
            },
        };
        let after = match (params.get("afterTimestamp"), params.get("afterId")) {
            ("", "") => None,
            (at, id) => {
                let at = at.parse().ok().and_then(|at| Instant::from_microsecond(at).ok());
                let (Some(told_at), Ok(id)) = (at, id.parse::<Uuid>()) else {
                    return Err(
                        "'afterTimestamp' and 'afterId' belong together: take both from 'next' of the page before.",
                    );
                };
                Some(Place { told_at, id })
            }
        };
        Ok(Asked { after, limit, has_limit: !params.get("limit").is_empty() })
    }

    fn after(self) -> Place {
        self.after.unwrap_or(Place { told_at: Instant::UNIX_EPOCH, id: Uuid::nil() })
    }

    /// The address of the page after this one; the last page leads to itself.
    fn next(self, path: &str, items: &[Item]) -> String {
        let place = items.last().map(|item| Place { told_at: item.told_at, id: item.id }).or(self.after);
        let after = place
            .map(|place| format!("afterTimestamp={}&afterId={}", place.told_at.as_microsecond(), place.id));
        let limit = self.has_limit.then(|| format!("limit={}", self.limit));
        let fields: Vec<String> = after.into_iter().chain(limit).collect();
        if fields.is_empty() { path.to_owned() } else { format!("{path}?{}", fields.join("&")) }
    }
}

fn page(
    events: &Events,
    headers: &HeaderMap,
    path: &str,
    kind: &str,
    asked: Asked,
    items: Vec<Item>,
) -> Reply {
    let next = events.site().absolute(&asked.next(path, &items));
    let is_last = items.is_empty();
    let items: Vec<Value> = items
        .into_iter()
        .map(|item| {
            let mut told = json!({
                "state": if item.data.is_some() { "updated" } else { "deleted" },
                "kind": kind,
                "id": item.id.to_string(),
                "modified": item.told_at.as_microsecond(),
            });
            if let Some(data) = item.data {
                told["data"] = data;
            }
            told
        })
        .collect();
    let body = json!({ "next": next, "items": items, "license": LICENCE });
    let mut response = not_modified_or(headers, CONTENT_TYPE, serde_json::to_vec(&body)?);
    open_to_all(&mut response);
    if is_last {
        // Readers wait here for what comes next.
        let soon = HeaderValue::from_static("public, max-age=8");
        response.headers_mut().insert(header::CACHE_CONTROL, soon);
    }
    Ok(response)
}

/// A program in somebody's browser may read it too.
pub(crate) fn open_to_all(response: &mut Response) {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
