//! The rules beyond the schemas: what the guidance says, what cannot be true, what families would stumble over.

use super::{
    Findings,
    formats::{
        Link, Monthly, is_byday, is_bymonthday, is_date, is_private_mailbox, is_time, is_uri, judge_link,
    },
};
use crate::words::holds_tags;
use kernel::{Date, Phone, Postcode};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Everything about a service that its parts cannot tell, and its parts.
pub(crate) fn judge_service(record: &Value, pointer: &str, today: Date, found: &mut Findings) {
    let Some(service) = record.as_object() else {
        return;
    };
    judge_parts(record, pointer, today, found);
    if !service.contains_key("organization_id") {
        found.add("organization_id", &format!("{pointer}/organization_id"), &[]);
    } else if !service.contains_key("organization") {
        found.add("organization_nested", pointer, &[]);
    }
    if !service.contains_key("assured_date") {
        found.add("assured_missing", pointer, &[]);
    }
    judge_ages(service, pointer, found);
    judge_what_families_need(service, pointer, found);
}

fn judge_ages(service: &Map<String, Value>, pointer: &str, found: &mut Findings) {
    let age = |name: &str| service.get(name).and_then(Value::as_f64);
    for name in ["minimum_age", "maximum_age"] {
        if age(name).is_some_and(|years| !(0.0..=120.0).contains(&years)) {
            found.add("age_range", &format!("{pointer}/{name}"), &[("name", name)]);
        }
    }
    if let (Some(youngest), Some(oldest)) = (age("minimum_age"), age("maximum_age"))
        && oldest < youngest
    {
        found.add("ages", &format!("{pointer}/maximum_age"), &[]);
    }
}

fn judge_what_families_need(service: &Map<String, Value>, pointer: &str, found: &mut Findings) {
    let has = |name: &str| service.get(name).is_some_and(says_something);
    match service.get("description").and_then(Value::as_str).map(|text| text.trim().chars().count()) {
        None | Some(0) => found.add("description_missing", pointer, &[]),
        Some(letters) if letters < 40 => {
            found.add("description_short", &format!("{pointer}/description"), &[])
        }
        Some(_) => {}
    }
    if let Some(name) = service.get("name").and_then(Value::as_str) {
        let at = format!("{pointer}/name");
        if is_shouted(name) {
            found.add("shouting", &at, &[("name", "name")]);
        }
        if name.chars().count() > 120 {
            found.add("name_long", &at, &[]);
        }
    }
    let contacts = service.get("contacts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let reachable = contacts
        .iter()
        .any(|contact| ["phones", "email"].iter().any(|way| contact.get(way).is_some_and(says_something)));
    if !(has("phones") || has("email") || has("url") || reachable) {
        found.add("no_way_in", pointer, &[]);
    }
    let ages = ["minimum_age", "maximum_age", "who_for", "eligibility_description"];
    if !ages.into_iter().any(has) && service.get("pregnancy") != Some(&Value::Bool(true)) {
        found.add("no_age", pointer, &[]);
    }
    let cost_tag = service.get("attributes").and_then(Value::as_array).is_some_and(|tags| {
        tags.iter().any(|tag| tag.get("link_type").and_then(Value::as_str) == Some(crate::link::COST))
    });
    if !cost_tag && !["cost_options", "fees", "fees_description"].into_iter().any(has) {
        found.add("no_cost", pointer, &[]);
    }
    if !["service_at_locations", "service_areas"].into_iter().any(has) {
        found.add("no_place", pointer, &[]);
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// All in capitals and long enough that it is no short name such as 'NHS 111' or 'YMCA'.
fn is_shouted(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    letters > 6 && !name.chars().any(char::is_lowercase) && name.chars().any(char::is_uppercase)
}

/// Everything in a record, wherever it stands.
pub(crate) fn judge_parts(record: &Value, pointer: &str, today: Date, found: &mut Findings) {
    let mut ids = HashSet::new();
    gather_ids(record, &mut ids);
    judge_part(record, "", pointer, Some(today), &ids, found);
}

/// The same of a record that has no days in it.
pub(crate) fn judge_timeless(record: &Value, pointer: &str, found: &mut Findings) {
    judge_part(record, "", pointer, None, &HashSet::new(), found);
}

fn gather_ids<'a>(value: &'a Value, ids: &mut HashSet<&'a str>) {
    match value {
        Value::Object(map) => {
            ids.extend(map.get("id").and_then(Value::as_str));
            map.values().for_each(|value| gather_ids(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| gather_ids(item, ids)),
        _ => {}
    }
}

fn judge_part(
    value: &Value,
    name: &str,
    pointer: &str,
    today: Option<Date>,
    ids: &HashSet<&str>,
    found: &mut Findings,
) {
    match value {
        Value::Object(map) => {
            judge_record(map, name, pointer, ids, found);
            for (name, value) in map {
                let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                judge_part(value, name, &at, today, ids, found);
            }
        }
        Value::Array(items) => {
            let mut seen = HashSet::new();
            for (index, item) in items.iter().enumerate() {
                let at = format!("{pointer}/{index}");
                if item.get("id").and_then(Value::as_str).is_some_and(|id| !seen.insert(id)) {
                    found.add("id_twice", &format!("{at}/id"), &[]);
                }
                judge_part(item, name, &at, today, ids, found);
            }
        }
        Value::String(text) => judge_text(text.trim(), name, pointer, today, found),
        Value::Number(number) if name == "amount" && number.as_f64().is_some_and(|pounds| pounds < 0.0) => {
            found.add("amount", pointer, &[]);
        }
        _ => {}
    }
}

/// A text, by the name of its field. What is empty has been said already.
fn judge_text(text: &str, name: &str, at: &str, today: Option<Date>, found: &mut Findings) {
    let named = [("name", name)];
    if text.is_empty() {
        return;
    }
    match name {
        "assured_date" | "valid_from" | "valid_to" | "dtstart" | "wait_time_date" => {
            let Some(day) = is_date(text).then(|| text.parse::<Date>().ok()).flatten() else {
                return found.add("date", at, &named);
            };
            if let ("assured_date", Some(today)) = (name, today) {
                judge_assured(day, today, at, found);
            }
        }
        "opens_at" | "closes_at" if !is_time(text) => found.add("time", at, &named),
        "country" if text != "GB" => found.add("country", at, &[]),
        "postal_code" if text.parse::<Postcode>().is_err() => found.add("postcode", at, &[]),
        "number" if text.parse::<Phone>().is_err() => found.add("phone", at, &[]),
        "email" | "assurer_email" if is_private_mailbox(text) => found.add("mailbox", at, &named),
        // A term's and an organisation's `uri` stands for it and need not be a page.
        "url" | "website" | "logo" | "schedule_link" | "source_url" => match judge_link(text) {
            Link::Sound => {}
            // What is no address at all has been said already, where the schemas ask for one.
            Link::NotWeb if !is_uri(text) && !matches!(name, "logo" | "source_url") => {}
            Link::NotWeb => found.add("link", at, &named),
            Link::NamesUser => found.add("link_user", at, &named),
        },
        "description" | "summary" | "name" | "details" | "notes" if holds_tags(text) => {
            found.add("tags_in_text", at, &named);
        }
        _ => {}
    }
}

/// The guidance recommends an `assured_date` less than three months old.
fn judge_assured(day: Date, today: Date, at: &str, found: &mut Findings) {
    let three_months_ago = today.checked_sub(kernel::Span::new().months(3)).unwrap_or(Date::MIN);
    if day > today {
        found.add("assured_future", at, &[]);
    } else if day < three_months_ago {
        found.add("assured_old", at, &[]);
    }
}

/// What can only be told from several fields of one record. Which record it is its own fields tell.
fn judge_record(
    map: &Map<String, Value>,
    called: &str,
    pointer: &str,
    ids: &HashSet<&str>,
    found: &mut Findings,
) {
    let text = |name: &str| map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let (Some(from), Some(to)) = (text("valid_from"), text("valid_to"))
        && is_date(from)
        && is_date(to)
        && to < from
    {
        found.add("date_order", &format!("{pointer}/valid_to"), &[]);
    }
    if called == "schedules" {
        judge_schedule(map, pointer, found);
    }
    if map.contains_key("location_type") {
        judge_point(map, pointer, found);
    }
    // A phone without a number: the schemas the checker loads know no phones here.
    if called == "phones" && text("number").is_none() {
        found.add("phone", &format!("{pointer}/number"), &[]);
    }
    for (name, beside) in [
        ("organization_id", "organization"),
        ("location_id", "location"),
        ("taxonomy_term_id", "taxonomy_term"),
    ] {
        let nested = map.get(beside).and_then(|nested| nested.get("id")).and_then(Value::as_str);
        if let (Some(id), Some(nested)) = (text(name), nested)
            && !id.eq_ignore_ascii_case(nested)
        {
            found.add("points_nowhere", &format!("{pointer}/{name}"), &[("name", name)]);
        }
    }
    // Whatever stands alone can point outside: a service at a place at its service, a term at its list.
    let whole = pointer.is_empty() || ids.is_empty();
    for name in ["service_id", "service_at_location_id", "location_id", "contact_id", "phone_id", "link_id"] {
        let at_home = map.get(name.trim_end_matches("_id")).is_some();
        if let Some(id) = text(name)
            && !whole
            && !at_home
            && !ids.iter().any(|known| known.eq_ignore_ascii_case(id))
        {
            found.add("points_nowhere", &format!("{pointer}/{name}"), &[("name", name)]);
        }
    }
}

fn judge_schedule(map: &Map<String, Value>, pointer: &str, found: &mut Findings) {
    let text = |name: &str| map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let monthly = if text("freq") == Some("MONTHLY") { Monthly::Yes } else { Monthly::No };
    if text("byday").is_some_and(|days| !is_byday(days, monthly)) {
        found.add("byday", &format!("{pointer}/byday"), &[]);
    }
    if text("bymonthday").is_some_and(|days| !is_bymonthday(days)) {
        found.add("bymonthday", &format!("{pointer}/bymonthday"), &[]);
    }
    if let Some(interval) = map.get("interval").and_then(Value::as_f64) {
        let whole = interval >= 1.0 && interval.fract() == 0.0;
        if !whole || (interval > 1.0 && text("dtstart").is_none()) {
            found.add("interval", &format!("{pointer}/interval"), &[]);
        }
    }
    let (opens, closes) = (text("opens_at").is_some(), text("closes_at").is_some());
    if opens != closes {
        found.add("schedule_half", pointer, &[]);
    }
    let one_day = text("valid_from").is_some() && text("valid_from") == text("valid_to");
    let days = ["byday", "bymonthday", "dtstart"].into_iter().any(|name| text(name).is_some()) || one_day;
    if (opens || closes) && !days {
        found.add("schedule_days", pointer, &[]);
    }
}

fn judge_point(map: &Map<String, Value>, pointer: &str, found: &mut Findings) {
    let degrees = |name: &str| map.get(name).and_then(Value::as_f64);
    match (degrees("latitude"), degrees("longitude")) {
        (Some(latitude), Some(longitude)) => {
            let physical = map.get("location_type").and_then(Value::as_str) == Some("physical");
            if physical && !is_in_the_kingdom(latitude, longitude) {
                found.add("point", &format!("{pointer}/latitude"), &[]);
            }
        }
        (None, None) => {}
        _ => found.add("point_half", pointer, &[]),
    }
}

/// Whether a point can be in the United Kingdom; a box, not a coast.
pub(crate) fn is_in_the_kingdom(latitude: f64, longitude: f64) -> bool {
    (49.0..=61.0).contains(&latitude) && (-9.0..=2.0).contains(&longitude)
}

const COUNTS: [&str; 4] = ["total_items", "total_pages", "page_number", "size"];
const FLAGS: [&str; 3] = ["first_page", "last_page", "empty"];

/// The envelope of a page: its kinds as the schemas ask, its sums as the checker's predecessor tested them.
pub(crate) fn judge_page(page: &Value, found: &mut Findings) {
    let Some(map) = page.as_object() else {
        return found.add("page_contents", "", &[]);
    };
    let whole = |value: &Value| value.as_f64().is_some_and(|number| number.fract() == 0.0);
    for name in COUNTS {
        match map.get(name) {
            None => found.add("page_missing", &format!("/{name}"), &[("name", name)]),
            Some(value) if !whole(value) => found.add("page_type", &format!("/{name}"), &[("name", name)]),
            Some(_) => {}
        }
    }
    for name in FLAGS {
        match map.get(name) {
            None => found.add("page_missing", &format!("/{name}"), &[("name", name)]),
            Some(value) if !value.is_boolean() => {
                found.add("page_type", &format!("/{name}"), &[("name", name)])
            }
            Some(_) => {}
        }
    }
    let contents = match map.get("contents") {
        None => return found.add("page_missing", "/contents", &[("name", "contents")]),
        Some(Value::Array(contents)) => contents.len() as f64,
        Some(_) => return found.add("page_contents", "/contents", &[]),
    };
    judge_sums(map, contents, found);
}

fn judge_sums(map: &Map<String, Value>, contents: f64, found: &mut Findings) {
    let count = |name: &str| map.get(name).and_then(Value::as_f64);
    let flag = |name: &str| map.get(name).and_then(Value::as_bool);
    let mut needs = |name: &str, holds: Option<bool>| {
        if holds == Some(false) {
            found.add("page_disagrees", &format!("/{name}"), &[("name", name)]);
        }
    };
    needs("size", count("size").map(|size| size == contents));
    needs("empty", flag("empty").map(|empty| empty == (contents == 0.0)));
    needs("total_items", count("total_items").map(|items| items >= contents));
    if let Some(number) = count("page_number") {
        needs("page_number", Some(number >= 1.0));
        let pages = count("total_pages").map(|pages| pages.max(1.0));
        if pages.is_some_and(|pages| number <= pages) {
            needs("first_page", flag("first_page").map(|first| first == (number == 1.0)));
            needs(
                "last_page",
                flag("last_page").map(|last| Some(number) == pages && last || Some(number) != pages && !last),
            );
        }
    }
}
