//! Reads a service of version 3 from any feed, leniently: numbers as text, ids that are no UUIDs, links without a
//! scheme, page code in descriptions, odd times. What cannot be read is left out and said so; nothing is guessed.

use crate::{
    Read,
    check::Finding,
    entities, lenient,
    model::Service,
    read::{Node, Reader, own_key},
};
use serde_json::Value;
use std::borrow::Cow;

/// A service of version 3. `source` is the source's own short name: with it an id that is no UUID becomes one that
/// stays the same for ever, as long as the name does.
pub fn read_service(record: &Value, source: &str) -> Read {
    let mut reader = Reader::new(source);
    let Some(map) = record.as_object() else {
        return refused("This is not a record with named fields.");
    };
    let key = map.get("id").and_then(own_key).unwrap_or_default();
    let node = Node { map: Cow::Borrowed(map), pointer: String::new(), key: format!("service/{key}") };
    let service = service(&mut reader, &node, 0);
    finish(key, service, reader.notes)
}

/// A record that nothing can be made of.
pub(crate) fn refused(why: &str) -> Read {
    Read { refused: Some(why.to_owned()), ..Read::default() }
}

/// What was read, refused when it has no key or no name.
pub(crate) fn finish(key: String, service: Service, notes: Vec<Finding>) -> Read {
    let refused = if key.is_empty() {
        Some(
            "It has no id, so nobody could tell it from a new one next time. Ask whoever runs the feed for ids.",
        )
    } else if service.name.is_empty() {
        Some("It has no name.")
    } else {
        None
    };
    Read { key, service, notes, refused: refused.map(str::to_owned) }
}

/// How deep services may stand inside organisations inside services; no feed has a use for more.
const DEPTH_MAX: u8 = 3;

/// A service as a record of its own or inside another.
pub(crate) fn service(reader: &mut Reader<'_>, node: &Node<'_>, depth: u8) -> Service {
    let organization = reader.inside(node, &["organization"]).map(|inside| {
        let mut organization = entities::organization(reader, &inside);
        if depth < DEPTH_MAX {
            for one in reader.list(&inside, &["services"]) {
                organization.services.push(service(reader, &one, depth + 1));
            }
        }
        organization
    });
    let mut at_locations = Vec::new();
    for place in reader.list(node, &["service_at_locations"]) {
        let mut read = entities::service_at_location(reader, &place);
        if depth < DEPTH_MAX {
            let nested = reader.inside(&place, &["service"]);
            read.service = nested.map(|nested| Box::new(service(reader, &nested, depth + 1)));
        }
        at_locations.push(read);
    }
    let (minimum_age, maximum_age) = ages(reader, node);
    Service {
        id: reader.id(node, "service"),
        organization_id: reader
            .reference(node, &["organization_id"], "organization")
            .or_else(|| organization.as_ref().map(|organization| organization.id)),
        name: reader.line(node, &["name"]).unwrap_or_default(),
        alternate_name: reader.line(node, &["alternate_name"]),
        status: status(reader, node),
        summary: reader.line(node, &["summary"]),
        description: reader.text(node, &["description"]),
        url: reader.link(node, &["url"]),
        email: reader.email(node, &["email"]),
        fees: reader.text(node, &["fees"]),
        fees_description: reader.text(node, &["fees_description"]),
        accreditations: reader.text(node, &["accreditations"]),
        licenses: reader.text(node, &["licenses"]),
        eligibility_description: reader.text(node, &["eligibility_description"]),
        who_for: reader.line(node, &["who_for"]),
        minimum_age,
        maximum_age,
        age_from_months: months(reader, node, "age_from_months"),
        age_until_months: months(reader, node, "age_until_months"),
        pregnancy: reader.flag(node, &["pregnancy"]),
        quiet_page: reader.flag(node, &["quiet_page"]),
        about_babies: reader.flag(node, &["about_babies"]),
        about_loss: reader.flag(node, &["about_loss"]),
        application_process: reader.text(node, &["application_process"]),
        what_happens: entities::lines(node, "what_happens"),
        offers: entities::offers(reader, node),
        interpretation_services: reader.text(node, &["interpretation_services"]),
        wait_time: reader.text(node, &["wait_time"]),
        wait_time_date: reader.date(node, &["wait_time_date"]),
        assured_date: reader.date(node, &["assured_date"]),
        assurer_email: reader.email(node, &["assurer_email"]),
        alert: reader.text(node, &["alert"]),
        source: reader.line(node, &["source"]),
        source_url: reader.link(node, &["source_url"]),
        slug: reader.line(node, &["slug"]),
        last_modified: reader.moment(node, &["last_modified", "modified_date"]),
        schedules: entities::schedules(reader, node, &["schedules"]),
        service_areas: entities::service_areas(reader, node),
        service_at_locations: at_locations,
        languages: entities::languages(reader, node, &["languages"]),
        funding: entities::funding(reader, node),
        cost_options: entities::cost_options(reader, node),
        contacts: entities::contacts(reader, node),
        phones: entities::phones(reader, node),
        attributes: entities::attributes(reader, node),
        organization,
    }
}

/// Youngest and oldest; an oldest below the youngest is neither.
pub(crate) fn ages(reader: &mut Reader<'_>, node: &Node<'_>) -> (Option<f64>, Option<f64>) {
    let youngest = reader.age(node, &["minimum_age", "min_age"]);
    let oldest = reader.age(node, &["maximum_age", "max_age"]);
    if youngest.zip(oldest).is_some_and(|(youngest, oldest)| oldest < youngest) {
        reader.left_out(
            &node.at("minimum_age"),
            "The oldest age is below the youngest, so both were left out.",
        );
        return (None, None);
    }
    (youngest, oldest)
}

/// An age in whole months, as feeds of ours give it beside the years.
fn months(reader: &mut Reader<'_>, node: &Node<'_>, name: &'static str) -> Option<i64> {
    reader.number(node, &[name]).filter(|months| (0.0..=1_440.0).contains(months)).map(|months| months as i64)
}

/// The guidance says that what is not running stays out of an open feed or is marked; so what stands in one without a
/// mark runs. A word that nobody knows is taken as not running, so that no family is sent to a closed door.
pub(crate) fn status(reader: &mut Reader<'_>, node: &Node<'_>) -> String {
    let Some(written) = reader.line(node, &["status"]) else {
        reader.mended(
            &node.at("status"),
            "The source does not say whether it is running. What is in an open feed is taken as running.",
        );
        return "active".to_owned();
    };
    let status = lenient::status(&written);
    match status {
        None => reader.mended(&node.at("status"), "The word for its status is not a known one, so it is taken as not running. Ask, and put it right."),
        Some(status) if status != written => reader.mended(&node.at("status"), "The word for its status was put into the standard's."),
        Some(_) => {}
    }
    status.unwrap_or("inactive").to_owned()
}
