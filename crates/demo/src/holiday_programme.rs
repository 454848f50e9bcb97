//! One holiday programme with two providers, so that a visitor can fill in its form and book. Providers, clubs, days and menus
//! are made up, and each says so.

use access::{KeepHolidayProgramme, KeepSessions, May, On};
use anyhow::bail;
use events::SessionDraft;
use holidays::{Meal, Programme};
use kernel::Fault;
use serde_json::json;
use web::Site;

const SLUG: &str = "winter-2026";
const MADE_UP: &str = "Made up for this demonstration";

/// Keeps the example programme, once. Says how many sessions it has, or none where it was there.
pub async fn add_holiday_programme(site: &Site) -> Result<usize, Fault> {
    let programme: Programme = serde_json::from_value(json!({
        "slug": SLUG, "name": "Winter 2026", "first": "2026-12-21", "last": "2026-12-31", "days_each": 4,
        "summary": "An example: clubs with food in the Christmas holidays. Everything about it is made up for this demonstration.",
        "hours": "four hours a day", "from_year": "reception", "to_year": {"year": 11}, "send_until": 18, "tiers": ["targeted"],
        "reasons": [
            {"key": "care-plan", "words": "My child has an education, health and care plan"},
            {"key": "young-carer", "words": "My child cares for somebody at home"},
            {"key": "looked-after", "words": "My child is looked after by the council, or we have help from children’s services"},
            {"key": "other", "words": "Somebody who works with us says that my child should come"},
        ],
        "funded_places": 200, "share_percent": 15, "warn_percent": 14, "opens_at": null, "opening": "first_come", "line_per_minute": 60,
        "paid": "In this demonstration nobody really pays.", "wanted": "published",
    }))?;
    let clubs = [
        (
            club(
                "example-winter-sports-club",
                "Winter sports club (example)",
                "demonstration-sports-club",
                "ditton-family-hub",
                20,
            )?,
            Meal::Cold,
            "Sandwiches and fruit",
        ),
        (
            club(
                "example-winter-arts-workshop",
                "Winter arts workshop (example)",
                "demonstration-arts-workshop",
                "kingsway-family-hub",
                12,
            )?,
            Meal::Hot,
            "Pasta, or a vegetable bake",
        ),
    ];
    let (now, seed) = (site.clock().now(), site.dice().hex::<16>());
    site.db()
        .write(move |tx| {
            let may = May::<KeepHolidayProgramme>::by_operator(On::all("holiday_programme"));
            for (draft, ..) in &clubs {
                if events::find_session_by_slug(tx, &draft.slug)?.is_some() {
                    return Ok(0);
                }
            }
            for (slug, name) in [
                ("demonstration-sports-club", "Demonstration sports club (made up)"),
                ("demonstration-arts-workshop", "Demonstration arts workshop (made up)"),
            ] {
                let organization = json!({
                    "slug": slug, "name": name, "kind": "charity", "source": MADE_UP,
                    "description": "A provider that does not exist. It stands here so that the holiday programme can be tried.",
                });
                directory::publish_organization(tx, &serde_json::from_value(organization)?, now)?;
            }
            let id = match holidays::publish_programme(tx, &may, &programme, &seed, now)? {
                Ok(id) => id,
                Err(wrong) => bail!("the demonstration's programme is refused: {wrong:?}"),
            };
            let keeps = May::<KeepSessions>::by_operator(On::all("session"));
            for (draft, meal, menu) in &clubs {
                if let Err(wrong) = events::publish_session(tx, &keeps, draft, now)? {
                    bail!("the demonstration's session {} is refused: {wrong:?}", draft.slug);
                }
                holidays::add_session(tx, &may, id, events::session_id(&draft.slug), (*meal, menu), now)?;
            }
            Ok(clubs.len())
        })
        .await
}

fn club(
    slug: &str,
    title: &str,
    organization: &str,
    place: &str,
    places: i64,
) -> Result<SessionDraft, Fault> {
    let part = |start: &str, many: i64| {
        json!({
            "start": start, "minutes": 240, "zone": "Europe/London", "repeats": format!("FREQ=DAILY;COUNT={many}"),
            "when": {"season": "all_year", "bank_holidays": "closed"}, "exceptions": [],
        })
    };
    Ok(serde_json::from_value(json!({
        "slug": slug, "title": title, "organization": organization, "place": place, "kind": "book_on", "places": places,
        "summary": "A club of the holiday programme. An example: everything about it is made up for this demonstration.",
        "ages": {"from_months": 48, "under_months": 216}, "counts": "children", "cost": "Free for many, see the programme",
        "features": ["send_friendly"], "led_by": "Made-up team", "bring": "A coat and a drink", "wanted": "published", "source": MADE_UP,
        "booked_through": format!("/holidays/{SLUG}"),
        "parts": [part("2026-12-21T10:00", 4), part("2026-12-29T10:00", 3)],
    }))?)
}
