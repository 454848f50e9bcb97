//! `GET /openactive/`: the page that says what the open data is, for people and, as JSON-LD, for programs; and a session
//! and a date of it in OpenActive's words (Modelling Opportunity Data 2.0).

use crate::{
    rpde::{CONTENT_TYPE, LICENCE, LIMIT, open_to_all},
    shelf::{Events, Place, Session, Shelf},
    store::ToldDate,
};
use askama::Template;
use axum::extract::State;
use calendar::{Ends, Frequency, Weekday};
use kernel::Instant;
use serde_json::{Value, json};
use web::{Page, Reply, Site, show};

#[derive(Template)]
#[template(path = "open_active.html")]
struct OpenActiveView {
    site: String,
    limit: i64,
    licence: &'static str,
}

const FEEDS: [(&str, &str); 2] =
    [("SessionSeries", "/openactive/session-series"), ("ScheduledSession", "/openactive/scheduled-sessions")];

pub(crate) async fn get(State(events): State<Events>) -> Reply {
    let site = events.site();
    let council = site.council();
    let title = "What’s on as open data";
    let feeds: Vec<Value> = FEEDS
        .iter()
        .map(|(kind, path)| {
            json!({
                "@type": "DataDownload",
                "name": kind,
                "additionalType": format!("https://openactive.io/{kind}"),
                "encodingFormat": CONTENT_TYPE,
                "contentUrl": site.absolute(path),
            })
        })
        .collect();
    let own = site.absolute("/openactive/");
    let dataset = json!({
        "@context": ["https://schema.org/", "https://openactive.io/"],
        "@type": "Dataset",
        "@id": own,
        "url": own,
        "name": format!("{}: sessions", council.name),
        "description": format!("Sessions for families in {}: near real-time, with tombstones, by OpenActive.", council.area_name),
        "keywords": ["Sessions", "Families", "Family hubs", "OpenActive"],
        "license": LICENCE,
        "inLanguage": ["en-GB"],
        "isAccessibleForFree": true,
        "schemaVersion": "https://openactive.io/modelling-opportunity-data/2.0/",
        "documentation": "https://permalink.openactive.io/dataset-site/open-data-documentation",
        "publisher": { "@type": "Organization", "name": council.name, "url": site.absolute("/") },
        "distribution": feeds,
    });
    let page = Page::new(title)
        .describing("Sessions for families as open data, by OpenActive.")
        .at("/openactive/")
        .about(&dataset);
    let body = OpenActiveView { site: site.absolute(""), limit: LIMIT, licence: LICENCE };
    let mut response = show(site, &page, &body)?;
    open_to_all(&mut response);
    Ok(response)
}

fn page_of(site: &Site, session: &Session) -> String {
    site.absolute(&format!("/whats-on/{}", session.draft.slug))
}

/// A session, or nothing where it is held at a private place.
pub(crate) fn session_series(site: &Site, shelf: &Shelf, session: &Session) -> Option<Value> {
    let draft = &session.draft;
    let page = page_of(site, session);
    let mut series = json!({
        "@context": "https://openactive.io/",
        "@type": "SessionSeries",
        "@id": page,
        "identifier": session.id.to_string(),
        "url": page,
        "name": draft.title,
        "description": draft.summary,
        // OpenActive's own list is of sports; what a family hub holds has no name in it.
        "activity": [{
            "@type": "Concept",
            "@id": site.absolute("/openactive/#family-activity"),
            "inScheme": site.absolute("/openactive/#activities"),
            "prefLabel": "Family activity",
        }],
        "organizer": {
            "@type": "Organization",
            "@id": site.absolute(&format!("/organisations/{}", draft.organization)),
            "url": site.absolute(&format!("/organisations/{}", draft.organization)),
            "name": session.organization,
        },
        "genderRestriction": "https://openactive.io/NoRestriction",
        "eventAttendanceMode": format!("https://schema.org/{}", mode(session)),
        "isAccessibleForFree": draft.is_free(),
    });
    if let Some(slug) = &draft.place {
        series["location"] = location(site, shelf.places.get(slug).filter(|place| !place.is_sensitive)?);
    }
    if let Some(schedule) = schedule(session) {
        series["eventSchedule"] = json!([schedule]);
    }
    if let Some(ages) = age_range(session) {
        series["ageRange"] = ages;
    }
    if let Some(places) = draft.places {
        series["maximumAttendeeCapacity"] = places.into();
    }
    // A cost that is not given is not told: it is not nothing.
    match price(session) {
        Some(price) => {
            series["offers"] = json!([{
                "@type": "Offer", "@id": format!("{page}#cost"), "name": draft.cost.trim(), "price": price,
                "priceCurrency": "GBP",
            }]);
        }
        None if draft.cost.trim().is_empty() => {
            if let Some(series) = series.as_object_mut() {
                series.remove("isAccessibleForFree");
            }
        }
        None => {}
    }
    Some(series)
}

/// A date, or nothing where it or its session is held at a private place.
pub(crate) fn scheduled_session(
    site: &Site,
    shelf: &Shelf,
    session: &Session,
    date: &ToldDate,
) -> Option<Value> {
    let page = page_of(site, session);
    let is_private = |slug: &String| shelf.places.get(slug).is_none_or(|place| place.is_sensitive);
    if session.draft.place.as_ref().is_some_and(is_private) {
        return None;
    }
    let status = if date.state == "cancelled" { "EventCancelled" } else { "EventScheduled" };
    let mut told = json!({
        "@context": "https://openactive.io/",
        "@type": "ScheduledSession",
        "@id": format!("{page}#{}", date.date_key),
        "identifier": date.id.to_string(),
        "url": page,
        "superEvent": page,
        "startDate": with_offset(date.starts_at),
        "endDate": with_offset(date.ends_at),
        "duration": duration(date.minutes),
        "eventStatus": format!("https://schema.org/{status}"),
    });
    if let Some(places) = date.places {
        told["maximumAttendeeCapacity"] = places.into();
    }
    if date.place_slug != session.draft.place
        && let Some(slug) = &date.place_slug
    {
        told["location"] = location(site, shelf.places.get(slug).filter(|place| !place.is_sensitive)?);
    }
    Some(told)
}

fn mode(session: &Session) -> &'static str {
    match (session.draft.place.is_some(), session.draft.online_link.is_empty()) {
        (false, _) => "OnlineEventAttendanceMode",
        (true, false) => "MixedEventAttendanceMode",
        (true, true) => "OfflineEventAttendanceMode",
    }
}

fn location(site: &Site, place: &Place) -> Value {
    let mut address = json!({
        "@type": "PostalAddress", "addressCountry": "GB", "addressRegion": site.council().area_name,
    });
    let parts = [
        ("streetAddress", place.street.as_deref()),
        ("addressLocality", Some(place.town.as_str()).filter(|town| !town.is_empty())),
        ("postalCode", place.postal_code.as_deref()),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            address[name] = part.into();
        }
    }
    let mut told = json!({
        "@type": "Place",
        "@id": site.absolute(&format!("/timetables/{}", place.slug)),
        "url": site.absolute(&format!("/timetables/{}", place.slug)),
        "name": place.name,
        "address": address,
    });
    if let Some((latitude, longitude)) = place.point {
        told["geo"] = json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
    }
    told
}

/// When it is usually held, by the part of it that goes on. What the rule says of terms and single dates is told by the
/// dates themselves.
fn schedule(session: &Session) -> Option<Value> {
    let part = session.draft.parts.last()?;
    let (start, clock) = (part.start, |time: kernel::Time| time.strftime("%H:%M").to_string());
    let ends = start.time().wrapping_add(kernel::Span::new().minutes(i64::from(part.minutes)));
    let mut schedule = json!({
        "@type": "PartialSchedule",
        "startDate": start.date().to_string(),
        "startTime": clock(start.time()),
        "endTime": clock(ends),
        "duration": duration(i64::from(part.minutes)),
        "scheduleTimezone": "Europe/London",
    });
    let Some(rule) = &part.repeats else { return Some(schedule) };
    let rule = rule.parts();
    let unit = match rule.frequency {
        Frequency::Daily => 'D',
        Frequency::Weekly => 'W',
        Frequency::Monthly => 'M',
    };
    schedule["repeatFrequency"] = format!("P{}{unit}", rule.interval).into();
    if let Ends::On(day) = rule.ends {
        schedule["endDate"] = day.to_string().into();
    }
    if rule.frequency == Frequency::Weekly {
        let mut days: Vec<_> = rule.days.iter().map(|of| of.day).collect();
        if days.is_empty() {
            days.push(start.date().weekday());
        }
        let days = days.into_iter().map(|day| format!("https://schema.org/{}", weekday_name(day)));
        schedule["byDay"] = days.collect();
    }
    Some(schedule)
}

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// Whole years, as OpenActive has them; the last one is the age of the oldest.
fn age_range(session: &Session) -> Option<Value> {
    let ages = session.draft.ages;
    let mut range = json!({ "@type": "QuantitativeValue", "minValue": ages.from_months / 12 });
    if let Some(under) = ages.under_months {
        range["maxValue"] = (under.saturating_sub(1) / 12).into();
    }
    (ages.from_months > 0 || ages.under_months.is_some()).then_some(range)
}

/// What the words say of the price, where they begin with it: '£3 a family', 'Free'.
fn price(session: &Session) -> Option<f64> {
    if session.draft.is_free() {
        return Some(0.0);
    }
    let rest = session.draft.cost.trim().strip_prefix('£')?;
    let digits: String =
        rest.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    digits.trim_end_matches('.').parse().ok()
}

/// 'PT1H30M'.
fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("PT{minutes}M"),
        (hours, 0) => format!("PT{hours}H"),
        (hours, minutes) => format!("PT{hours}H{minutes}M"),
    }
}

/// '2026-11-30T09:30:00+00:00'.
fn with_offset(at: Instant) -> String {
    at.to_zoned(kernel::london()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
