//! `GET /l/{code}`: a list as the family sees it, without an account, with each service as it is today. It names nobody.
//! That it was opened is counted by day and nothing else of it is kept; a program that only asks for the head of the page,
//! or fetches it in case somebody may want it, is not counted.

use crate::{
    hand_over::said_on,
    list_model::{Standing, decide_standing, read_code},
    model::{lower_first, upper_first},
    store as rows,
};
use accounts::{Counter, Sent, Wait};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
};
use directory::{Cost, Directory, Listed, MatchPlace, MatchService, Status};
use kernel::{Fault, civil_today, london};
use web::{Page, Reply, missing, say, show, show_with};

#[derive(Template)]
#[template(path = "open_list.html")]
struct OpenView {
    address: String,
    title: &'static str,
    notes: Vec<&'static str>,
    until: String,
    lines: Vec<Line>,
    gone: usize,
    keep: String,
    phone: String,
    dialled: String,
}

#[derive(Template)]
#[template(path = "over.html")]
struct OverView {
    heading: &'static str,
    words: &'static str,
    /// Where one goes on from paper.
    address: String,
    phone: String,
    dialled: String,
}

/// A service of a list, in words.
pub(crate) struct Line {
    pub slug: String,
    pub name: String,
    pub organization: String,
    pub summary: String,
    pub status: String,
    pub alert: String,
    pub how: String,
    pub phones: Vec<(String, String, String)>,
    pub email: String,
    pub facts: Vec<(&'static str, String)>,
    pub checked: String,
    pub is_fresh: bool,
}

/// The lines of a list, and how many of its services families do not see any more.
pub(crate) struct Lines {
    pub lines: Vec<Line>,
    pub gone: usize,
}

/// `GET /l/{code}`. Looks are counted by network as well, so that nobody tries codes by the thousand.
pub(crate) async fn get(
    State(directory): State<Directory>,
    Path(code): Path<String>,
    counter: Counter,
    method: Method,
    headers: HeaderMap,
) -> Reply {
    let site = directory.site();
    let Some(code) = read_code(&code) else { return Ok(missing()) };
    let now = site.clock().now();
    let is_counted = method == Method::GET && !is_fetched_ahead(&headers);
    let looked = code.clone();
    let found = site
        .db()
        .write(move |tx| {
            if let Some(wait) = counter.count(tx, Sent::LookUp, None, now)? {
                return Ok(Err(wait));
            }
            let Some(row) = rows::find_list_by_code(tx, &looked)? else { return Ok(Ok(None)) };
            let standing = decide_standing(row.ends_at, row.withdrawn_at, now);
            if standing == Standing::Open && is_counted {
                rows::insert_open(tx, row.id, civil_today(now))?;
            }
            let services = rows::list_services_of(tx, row.id)?;
            Ok(Ok(Some((row, services, standing))))
        })
        .await?;
    let (row, services, standing) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(missing()),
        Err(wait) => return too_many(&directory, wait),
    };
    if standing != Standing::Open {
        return over(&directory, standing);
    }
    let Lines { lines, gone } = lines(&directory, services).await?;
    let (title, notes) = said_on(&row);
    let council = site.council();
    let keep: Vec<&str> = lines.iter().map(|line| line.slug.as_str()).collect();
    let body = OpenView {
        keep: keep.join(","),
        address: format!("{}/l/{code}", council.public_url),
        title,
        notes,
        until: say::day_month_year(row.ends_at.to_zoned(london()).date()),
        gone,
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        lines,
    };
    // A list may hold a refuge or a helpline: its title says nothing, and there is a way to leave at once.
    show(site, &Page::new(title).sensitive(true), &body)
}

/// Browsers and messengers say so when they fetch a page in case somebody may want it.
fn is_fetched_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        headers.get(*name).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let value = value.to_lowercase();
            value.contains("prefetch") || value.contains("preview")
        })
    })
}

/// Each service as it is today, in the order of the list.
pub(crate) async fn lines(directory: &Directory, services: Vec<String>) -> Result<Lines, Fault> {
    let listed = directory::list_match_services_named(directory, services).await?;
    let gone = listed.iter().filter(|listed| matches!(listed, Listed::Gone)).count();
    let lines = listed.into_iter().filter_map(|listed| match listed {
        Listed::Shown(service) => Some(line(*service)),
        Listed::Gone => None,
    });
    Ok(Lines { lines: lines.collect(), gone })
}

fn line(service: MatchService) -> Line {
    let places = places_words(&service.places);
    let access: Vec<String> = service.access.iter().map(|access| lower_first(access.words())).collect();
    let given = |words: String| if words.is_empty() { "not given".to_owned() } else { words };
    let place = if places.is_empty() { upper_first(&say::list(&access)) } else { places.join("; ") };
    let when = if service.next.is_empty() { service.when.join("; ") } else { service.next.join("; ") };
    let cost = if service.cost == Cost::Unknown { String::new() } else { service.cost.words().to_owned() };
    let way_in: Vec<&str> = service.way_in.iter().map(|way| way.words()).collect();
    Line {
        status: match service.status {
            Status::Active => String::new(),
            other => other.words().to_owned(),
        },
        alert: service.alert.unwrap_or_default(),
        how: given(service.how_to_get_in.unwrap_or_else(|| way_in.join(". "))),
        phones: service
            .phones
            .into_iter()
            .map(|(number, description, hours)| {
                let href = MatchService::phone_href(&number, &description);
                (number, href, hours)
            })
            .collect(),
        email: service.email.unwrap_or_default(),
        facts: vec![("Where", given(place)), ("When", given(when)), ("Cost", given(cost))],
        checked: service.checked,
        is_fresh: service.is_fresh,
        slug: service.slug,
        name: service.name,
        organization: service.organization,
        summary: service.summary,
    }
}

/// Where a service is: each place by its name and address, and once.
pub(crate) fn places_words(places: &[MatchPlace]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for MatchPlace { name, address, .. } in places {
        let place =
            if address.is_empty() || address == name { name.clone() } else { format!("{name}, {address}") };
        if !words.contains(&place) {
            words.push(place);
        }
    }
    words
}

fn over(directory: &Directory, standing: Standing) -> Reply {
    let council = directory.site().council();
    let (heading, words) = match standing {
        Standing::Withdrawn => (
            "This list was withdrawn",
            "Whoever gave it to you took it back. You can look for help yourself, or ask them for a new list.",
        ),
        Standing::Open | Standing::Ended => (
            "This list is over",
            "A list opens for 90 days, so that what is on it stays true. You can look for help yourself, or ask whoever gave it to you for a new one.",
        ),
    };
    let body = OverView {
        heading,
        words,
        address: directory.site().absolute("/search"),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let page = Page::new(heading).with_exit();
    show_with(directory.site(), StatusCode::GONE, &page, &body)
}

fn too_many(directory: &Directory, wait: Wait) -> Reply {
    let council = directory.site().council();
    let body = OverView {
        heading: "Too many lists were opened from here",
        words: "Try this link again in an hour. You can also look for help yourself.",
        address: directory.site().absolute("/search"),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let page = show(directory.site(), &Page::new("Try again in an hour").with_exit(), &body)?;
    Ok(wait.told(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_once_and_two_places_of_one_town_are_told_apart() {
        let place = |(name, address): (&str, &str)| MatchPlace {
            name: name.to_owned(),
            address: address.to_owned(),
            point: None,
        };
        let words = |places: &[(&str, &str)]| {
            places_words(&places.iter().copied().map(place).collect::<Vec<_>>()).join("; ")
        };
        assert_eq!(words(&[]), "");
        assert_eq!(
            words(&[("Ditton", "Widnes"), ("Kingsway", "Widnes")]),
            "Ditton, Widnes; Kingsway, Widnes"
        );
        assert_eq!(words(&[("Ditton", "Widnes"), ("Ditton", "Widnes")]), "Ditton, Widnes");
        assert_eq!(words(&[("Widnes", "Widnes"), ("A bus", "")]), "Widnes; A bus");
    }
}
