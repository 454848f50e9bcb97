//! Calendars that people subscribe to: one session, one place, or what's on as somebody narrowed it. A date that is
//! cancelled or no longer held stays in them and says so, under the UID it always had.

use crate::{
    lines::{Standing, for_whom, how_to_come, place_words},
    model::Wanted,
    question::Question,
    shelf::{At, Events},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
};
use calendar::{Entry, Feed, Point};
use web::{Params, Reply, Site, missing, not_modified_or};

/// How often a calendar may look again. Most look once a day whatever is said.
const REFRESH_MINUTES: u32 = 60;
/// What stands behind the '@' of a UID, after the council's code, which tells two councils' sessions of one name apart. An
/// address that may change one day would make every date new in people's calendars.
const UID_HOST: &str = "hearth.example";

/// `GET /calendar/session/{slug}.ics`.
pub(crate) async fn session(
    State(events): State<Events>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Reply {
    let shelf = events.shelf();
    let found = file.strip_suffix(".ics").and_then(|slug| shelf.find(slug));
    let Some(session) = found else { return Ok(missing()) };
    let dates: Vec<At> = shelf.ever().filter(|at| at.session.id == session.id).collect();
    let path = format!("/calendar/session/{file}");
    answer(events.site(), &headers, &session.draft.title, &path, &dates)
}

/// `GET /calendar/place/{slug}.ics`.
pub(crate) async fn place(
    State(events): State<Events>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Reply {
    let shelf = events.shelf();
    let found = file.strip_suffix(".ics").and_then(|slug| shelf.places.get(slug));
    let Some(place) = found.filter(|place| !place.is_sensitive) else { return Ok(missing()) };
    let dates: Vec<At> = shelf.ever().filter(|at| at.place == Some(place)).collect();
    let path = format!("/calendar/place/{file}");
    answer(events.site(), &headers, &place.name, &path, &dates)
}

/// `GET /calendar/whats-on.ics`, narrowed as the page is.
pub(crate) async fn whats_on(State(events): State<Events>, params: Params, headers: HeaderMap) -> Reply {
    let shelf = events.shelf();
    let question = Question::read(|name| params.all(name).map(str::to_owned).collect());
    let dates: Vec<At> = shelf.ever().filter(|at| question.holds(at)).collect();
    let path = match question.narrowing().as_str() {
        "" => "/calendar/whats-on.ics".to_owned(),
        narrowing => format!("/calendar/whats-on.ics?{narrowing}"),
    };
    let name = format!("What’s on: {}", events.site().council().name);
    answer(events.site(), &headers, &name, &path, &dates)
}

fn answer(site: &Site, headers: &HeaderMap, name: &str, path: &str, dates: &[At]) -> Reply {
    let council = site.council();
    let host = match council.area_code.to_lowercase().as_str() {
        "" => UID_HOST.to_owned(),
        code => format!("{code}.{UID_HOST}"),
    };
    let feed = Feed {
        product: format!("-//{}//Hearth//EN", council.name.replace("//", "/")),
        name: name.to_owned(),
        source: Some(site.absolute(path)).filter(|source| source.starts_with("http")),
        refresh_minutes: REFRESH_MINUTES,
        entries: dates.iter().map(|at| entry(site, at, &host)).collect(),
    };
    let changed_at = dates.iter().map(|at| at.date.changed_at.max(at.session.changed_at)).max();
    let mut response = not_modified_or(headers, "text/calendar; charset=utf-8", feed.text().into_bytes());
    let modified = changed_at.map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(modified) = modified.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::LAST_MODIFIED, modified);
    }
    Ok(response)
}

fn entry(site: &Site, at: &At, host: &str) -> Entry {
    let draft = &at.session.draft;
    let standing = Standing::of(at);
    let is_over_for_good = at.date.state == "dropped" || draft.wanted == Wanted::Draft;
    let is_cancelled = standing.is_cancelled() || is_over_for_good;
    let page = site.absolute(&format!("/whats-on/{}", draft.slug));
    let first = match &standing {
        Standing::Cancelled(reason) if !reason.is_empty() => format!("Cancelled: {reason}."),
        _ if is_cancelled => "Cancelled.".to_owned(),
        Standing::Moved(was) => format!("Moved. {was}."),
        _ => String::new(),
    };
    let told =
        [first, draft.summary.clone(), format!("For: {}.", for_whom(at.session)), how_to_come(at.session)];
    let point = at.place.and_then(|place| place.point);
    Entry {
        uid: format!("{}-{}@{host}", at.date.date_key, at.session.id),
        sequence: u32::try_from(at.date.changes).unwrap_or(u32::MAX),
        changed_at: at.date.changed_at.max(at.session.changed_at),
        starts_at: at.date.starts_at,
        ends_at: at.date.ends_at,
        is_cancelled,
        summary: if is_cancelled { format!("Cancelled: {}", draft.title) } else { draft.title.clone() },
        description: told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        location: place_words(at),
        point: point.and_then(|(latitude, longitude)| Point::new(latitude, longitude)),
        url: Some(page).filter(|page| page.starts_with("http")),
        categories: draft.features.iter().map(|feature| feature.words().to_owned()).collect(),
    }
}
