//! `GET /bookings/{reference}/{secret}/calendar.ics`: the dates of one booking, for the family's own calendar. Each has the
//! UID that it has in the public calendars, so somebody who follows both sees it once. What was given up or cancelled
//! stays in it and says so.

use crate::{
    booking_page::by_link_only,
    desk::Desk,
    model::State,
    store::{self as rows, BookingRow, OwnDate},
};
use axum::{
    extract::{Path, State as With},
    http::{HeaderMap, HeaderValue, header},
};
use calendar::{Entry, Feed, Key, uid};
use events::{SessionDate, SessionRow};
use kernel::Fault;
use std::collections::BTreeMap;
use uuid::Uuid;
use web::{Reply, Site, missing, not_modified_or};

/// How often a calendar may look again.
const REFRESH_MINUTES: u32 = 60;
/// What stands behind the '@' of a UID, after the council's code: the same as in the public calendars of `events`.
const UID_HOST: &str = "hearth.example";

struct Own {
    dates: Vec<(OwnDate, SessionDate)>,
    sessions: BTreeMap<Uuid, SessionRow>,
    places: BTreeMap<String, String>,
}

pub(crate) async fn get(
    With(desk): With<Desk>,
    Path((reference, secret)): Path<(String, String)>,
    headers: HeaderMap,
) -> Reply {
    let Some(booking) = by_link_only(&desk, reference, &secret).await? else { return Ok(missing()) };
    let own = find(desk.site(), &booking).await?;
    let site = desk.site();
    let feed = Feed {
        product: format!("-//{}//Hearth//EN", site.council().name.replace("//", "/")),
        name: format!("Your booking {}", booking.reference),
        // Not where it comes from: that is the secret link, and people share calendars.
        source: None,
        refresh_minutes: REFRESH_MINUTES,
        entries: own
            .dates
            .iter()
            .filter_map(|(own_date, date)| entry(site, &booking, &own, own_date, date))
            .collect(),
    };
    let mut reply = not_modified_or(&headers, "text/calendar; charset=utf-8", feed.text().into_bytes());
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(reply)
}

async fn find(site: &Site, booking: &BookingRow) -> Result<Own, Fault> {
    let id = booking.id;
    site.db()
        .read(move |tx| {
            let own = rows::list_own_dates(tx, id)?;
            let ids: Vec<Uuid> = own.iter().map(|date| date.date_id).collect();
            let mut sessions = BTreeMap::new();
            let mut dates = Vec::new();
            for date in events::list_dates_by_id(tx, &ids)? {
                if let Some(session) = events::find_session(tx, date.session_id)? {
                    sessions.insert(session.id.uuid(), session);
                }
                if let Some(own) = own.iter().find(|own| own.date_id == date.id) {
                    dates.push((own.clone(), date));
                }
            }
            let places = directory::list_places(tx)?.into_iter().filter(|place| !place.sensitive);
            Ok(Own { dates, sessions, places: places.map(|place| (place.slug, place.name)).collect() })
        })
        .await
}

/// Nothing stands in a calendar for who waits or is offered a place: they do not come yet.
fn entry(
    site: &Site,
    booking: &BookingRow,
    own: &Own,
    own_date: &OwnDate,
    date: &SessionDate,
) -> Option<Entry> {
    let state = State::of(&booking.state)?;
    let has_place = match state {
        State::Booked => own_date.given_up_at.is_none(),
        State::Cancelled => false,
        State::Held | State::Waiting | State::Offered | State::Lapsed | State::Declined => return None,
    };
    let session = own.sessions.get(&date.session_id.uuid())?;
    let draft = session.draft().ok()?;
    let key: Key = date.date_key.parse().ok()?;
    let is_cancelled = !has_place || !date.is_held();
    let place = date.place_slug.as_ref().and_then(|slug| own.places.get(slug)).cloned();
    let place = [date.room.clone(), place.unwrap_or_default()];
    let location: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let reason = match date.reason.trim_end_matches('.') {
        "" => String::new(),
        reason => format!("Cancelled: {reason}."),
    };
    let bring = if draft.bring.is_empty() { String::new() } else { format!("Bring: {}", draft.bring) };
    let told = [reason, format!("Your booking reference is {}.", booking.reference), bring];
    let page = site.absolute(&format!("/whats-on/{}", session.slug));
    let host = match site.council().area_code.to_lowercase().as_str() {
        "" => UID_HOST.to_owned(),
        code => format!("{code}.{UID_HOST}"),
    };
    Some(Entry {
        uid: uid(&date.session_id.to_string(), key, &host),
        // Both only grow, so their sum grows with every change of either.
        sequence: u32::try_from(date.changes + booking.turn - 1).unwrap_or(u32::MAX),
        changed_at: date.changed_at.max(booking.changed_at),
        starts_at: date.starts_at,
        ends_at: date.ends_at,
        is_cancelled,
        summary: if is_cancelled { format!("Cancelled: {}", session.title) } else { session.title.clone() },
        description: told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        location: location.join(", "),
        point: None,
        url: Some(page).filter(|page| page.starts_with("http")),
        categories: Vec::new(),
    })
}
