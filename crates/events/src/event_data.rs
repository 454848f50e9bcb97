//! The dates of a session as schema.org tells search engines: one Event for each date, as its own words ask, with how it
//! stands.

use crate::shelf::At;
use calendar::Zone;
use kernel::Instant;
use serde_json::{Value, json};
use web::Site;

/// So many dates are told; a search engine shows few.
const DATES_MOST: usize = 12;

/// The next dates, or nothing where there are none.
pub(crate) fn json_ld(site: &Site, dates: &[At]) -> Option<Value> {
    if dates.is_empty() {
        return None;
    }
    let events: Vec<Value> = dates.iter().take(DATES_MOST).map(|at| event(site, at)).collect();
    Some(json!({ "@context": "https://schema.org", "@graph": events }))
}

fn event(site: &Site, at: &At) -> Value {
    let draft = &at.session.draft;
    let page = site.absolute(&format!("/whats-on/{}", draft.slug));
    let moved_from = at.moved_from();
    let status = match (at.date.state.as_str(), moved_from) {
        ("cancelled", _) => "EventCancelled",
        (_, Some(_)) => "EventRescheduled",
        _ => "EventScheduled",
    };
    let mut event = json!({
        "@type": "Event",
        "@id": format!("{page}#{}", at.date.date_key),
        "name": draft.title,
        "description": draft.summary,
        "url": page,
        "startDate": with_offset(at.date.starts_at),
        "endDate": with_offset(at.date.ends_at),
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": format!("https://schema.org/{}", mode(at)),
        "location": location(at, &page),
        "organizer": {
            "@type": "Organization",
            "name": at.session.organization,
            "url": site.absolute(&format!("/organisations/{}", draft.organization)),
        },
    });
    if let Some(key) = moved_from.filter(|_| at.date.is_held()) {
        event["previousStartDate"] = with_offset(Zone::london().instant(key.at())).into();
    }
    if draft.is_free() {
        event["isAccessibleForFree"] = true.into();
    }
    if let Some(ages) = typical_ages(at) {
        event["typicalAgeRange"] = ages.into();
    }
    event
}

fn mode(at: &At) -> &'static str {
    match (at.place.is_some(), at.session.draft.online_link.is_empty()) {
        (false, _) => "OnlineEventAttendanceMode",
        (true, false) => "MixedEventAttendanceMode",
        (true, true) => "OfflineEventAttendanceMode",
    }
}

/// A sensitive place gives its town alone. The link to join is never told: it is for who has booked.
fn location(at: &At, page: &str) -> Value {
    let Some(place) = at.place else { return json!({ "@type": "VirtualLocation", "url": page }) };
    let mut address =
        json!({ "@type": "PostalAddress", "addressLocality": place.town, "addressCountry": "GB" });
    if let Some(street) = &place.street {
        address["streetAddress"] = street.as_str().into();
    }
    if let Some(code) = &place.postal_code {
        address["postalCode"] = code.as_str().into();
    }
    json!({ "@type": "Place", "name": place.name, "address": address })
}

/// Whole years, as schema.org has them: '0-4', '8-11', '5-'.
fn typical_ages(at: &At) -> Option<String> {
    let ages = at.session.draft.ages;
    let from = ages.from_months / 12;
    match ages.under_months {
        None if from == 0 => None,
        None => Some(format!("{from}-")),
        Some(under) => Some(format!("{from}-{}", under.saturating_sub(1) / 12)),
    }
}

/// '2026-11-30T09:30:00+00:00'.
fn with_offset(at: Instant) -> String {
    at.to_zoned(kernel::london()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
