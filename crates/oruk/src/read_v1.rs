//! Reads a service of version 1 of Open Referral UK as most councils and suppliers still serve it, and of the two
//! council systems beside it: Outpost (`organisation`, `locations`, `taxonomies`, ages and flags on the service itself)
//! and LocalGov Drupal (the same names as version 1, with text wrapped in records).
//!
//! The names were looked up in the published table schemas of `OpenReferralUK/human-services` and in the serialisers of
//! `wearefuturegov/outpost`. Single records (`/services/{id}` and `/services/{id}/complete`) and items of a list are read
//! alike: a list gives fewer parts.

use crate::{
    Read, entities, link,
    model::{Attribute, Schedule, Service, ServiceAtLocation, TaxonomyTerm},
    read::{Node, Reader, own_key},
    read_v3::{ages, finish, refused, status},
};
use serde_json::Value;
use std::borrow::Cow;

/// A service of version 1, in its list form or its complete one. `source` is the source's own short name.
pub fn read_service(record: &Value, source: &str) -> Read {
    let mut reader = Reader::new(source);
    // Some answers wrap the one record they hold.
    let record = record.get("service").filter(|inner| inner.is_object()).unwrap_or(record);
    let Some(map) = record.as_object() else {
        return refused("This is not a record with named fields.");
    };
    let key = map.get("id").and_then(own_key).unwrap_or_default();
    let node = Node { map: Cow::Borrowed(map), pointer: String::new(), key: format!("service/{key}") };
    let service = service(&mut reader, &node);
    finish(key, service, reader.notes)
}

fn service(reader: &mut Reader<'_>, node: &Node<'_>) -> Service {
    let organization = reader
        .inside(node, &["organization", "organisation"])
        .map(|inside| entities::organization(reader, &inside));
    let (minimum_age, maximum_age, eligibility) = eligibility(reader, node);
    let mut schedules = entities::schedules(reader, node, &["regular_schedules", "schedules"]);
    schedules.extend(holidays(reader, node));
    if reader.list(node, &["reviews"]).iter().any(|review| !review.map.is_empty()) {
        reader.left_out("/reviews", "Reviews have no place in the directory, so they were left out.");
    }
    Service {
        id: reader.id(node, "service"),
        organization_id: reader
            .reference(node, &["organization_id", "organisation_id"], "organization")
            .or_else(|| organization.as_ref().map(|organization| organization.id)),
        name: reader.line(node, &["name"]).unwrap_or_default(),
        alternate_name: reader.line(node, &["alternate_name"]),
        status: running(reader, node),
        description: reader.text(node, &["description"]),
        url: reader.link(node, &["url"]).or_else(|| first_link(reader, node)),
        email: reader.email(node, &["email"]),
        fees: reader.text(node, &["fees"]),
        accreditations: reader.text(node, &["accreditations"]),
        licenses: reader.text(node, &["licenses"]),
        eligibility_description: eligibility,
        minimum_age,
        maximum_age,
        application_process: reader.text(node, &["application_process", "referral_url"]),
        interpretation_services: reader.text(node, &["interpretation_services"]),
        wait_time: reader.text(node, &["wait_time"]),
        assured_date: reader.date(node, &["assured_date"]),
        last_modified: reader.moment(node, &["last_modified", "updated_at", "changed"]),
        schedules,
        service_areas: entities::service_areas(reader, node),
        service_at_locations: places(reader, node),
        languages: entities::languages(reader, node, &["languages"]),
        funding: entities::funding(reader, node),
        cost_options: entities::cost_options(reader, node),
        contacts: entities::contacts(reader, node),
        phones: entities::phones(reader, node),
        attributes: tags(reader, node),
        organization,
        ..Service::default()
    }
}

fn running(reader: &mut Reader<'_>, node: &Node<'_>) -> String {
    let status = status(reader, node);
    if status == "active" && reader.flag(node, &["temporarily_closed"]) == Some(true) {
        return "temporarily closed".to_owned();
    }
    status
}

/// Outpost gives a list of links where the standard has one address.
fn first_link(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<String> {
    let links = reader.list(node, &["links"]);
    links.iter().find_map(|link| reader.link(link, &["url", "name"]))
}

/// Ages and rules from the rows of eligibility. The rows widen each other: one for the under twos and one for the over
/// tens is a service for all of them. A row without an age does not limit it.
fn eligibility(reader: &mut Reader<'_>, node: &Node<'_>) -> (Option<f64>, Option<f64>, Option<String>) {
    let (own_youngest, own_oldest) = ages(reader, node);
    let (mut youngest, mut oldest): (Vec<f64>, Vec<f64>) =
        (own_youngest.into_iter().collect(), own_oldest.into_iter().collect());
    let mut rules: Vec<String> = reader.text(node, &["eligibility_description"]).into_iter().collect();
    for row in reader.list(node, &["eligibilitys", "eligibilities", "eligibility"]) {
        let (from, to) = ages(reader, &row);
        youngest.extend(from);
        oldest.extend(to);
        rules.extend(reader.text(&row, &["eligibility", "name"]));
    }
    rules.dedup();
    let lowest = youngest.into_iter().min_by(f64::total_cmp);
    let highest = oldest.into_iter().max_by(f64::total_cmp);
    (lowest, highest, (!rules.is_empty()).then(|| rules.join("\n")))
}

/// Holiday times: open at other hours or closed, over a stretch of days, said in words because the standard's times
/// know no 'closed'.
fn holidays(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Schedule> {
    let mut times = entities::schedules(reader, node, &["holiday_schedules"]);
    for (row, time) in reader.list(node, &["holiday_schedules"]).iter().zip(&mut times) {
        let closed = reader.flag(row, &["closed"]) == Some(true);
        let word = if closed { "Closed on these days" } else { "Open on these days" };
        let own = time.description.take();
        time.description = Some([word.to_owned()].into_iter().chain(own).collect::<Vec<_>>().join(". "));
    }
    times
}

/// Places linked through `service_at_locations`, or standing on the service itself.
fn places(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<ServiceAtLocation> {
    let mut places = Vec::new();
    for place in reader.list(node, &["service_at_locations"]) {
        let mut read = entities::service_at_location(reader, &place);
        let holidays = holidays(reader, &place);
        read.schedules.extend(holidays);
        places.push(read);
    }
    let has_own = !places.is_empty();
    for place in reader.list(node, &["locations", "location"]) {
        let location = entities::location(reader, &place);
        let known =
            places.iter().any(|known| known.location.as_ref().is_some_and(|known| known.id == location.id));
        if has_own && known {
            continue;
        }
        places.push(ServiceAtLocation {
            id: reader.named(&format!("{}/at/{}", node.key, location.id)),
            location_id: Some(location.id),
            location: Some(location),
            ..ServiceAtLocation::default()
        });
    }
    places
}

/// The terms on a service, and the facts that suppliers write as flags, in the directory's closed words.
fn tags(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Attribute> {
    let mut tags = Vec::new();
    for row in reader.list(node, &["service_taxonomys", "service_taxonomies", "taxonomies"]) {
        let inside = reader.inside(&row, &["taxonomy", "taxonomy_term"]);
        let direct = inside.is_none();
        let term = entities::taxonomy_term(reader, inside.as_ref().unwrap_or(&row));
        if term.name.is_empty() && term.code.is_none() {
            reader.left_out(&row.pointer, "The tag has neither a name nor a code, so it was left out.");
            continue;
        }
        let id = if direct {
            reader.named(&format!("{}/tag/{}", node.key, term.id))
        } else {
            reader.id(&row, "service_taxonomy")
        };
        tags.push(tag(id, link::TOPIC, term));
    }
    for row in reader.list(node, &["send_needs"]) {
        let mut term = entities::taxonomy_term(reader, &row);
        term.code = send_code(&term.name).map(str::to_owned);
        if term.code.is_none() {
            reader.left_out(
                &row.pointer,
                "The kind of special need is not one of the Department for Education's, so it was left out.",
            );
            continue;
        }
        let id = reader.named(&format!("{}/tag/{}", node.key, term.id));
        tags.push(tag(id, link::SEND_NEED, term));
    }
    let mut words: Vec<(&str, &str, &str)> = Vec::new();
    if reader.flag(node, &["free"]) == Some(true) {
        words.push((link::COST, "free", "Free"));
    }
    match reader.flag(node, &["needs_referral"]) {
        Some(true) => words.push((link::WAY_IN, "professional", "A professional refers you")),
        Some(false) => words.push((link::WAY_IN, "self", "No referral needed: ask yourself")),
        None => {}
    }
    // Version 1 has two closed lists of how a service is given and got into.
    match reader.line(node, &["attending_access"]).as_deref() {
        Some("drop_in" | "drop-in") => words.push((link::WAY_IN, "open", "Drop in, nothing needed")),
        Some("referral") => words.push((link::WAY_IN, "professional", "A professional refers you")),
        _ => {}
    }
    match reader.line(node, &["attending_type"]).as_deref() {
        Some("phone") => words.push((link::ACCESS, "phone", "By phone or text")),
        Some("online") => words.push((link::ACCESS, "online", "Online")),
        Some("home_visit" | "home visit") => words.push((link::ACCESS, "home", "At your home")),
        _ => {}
    }
    words.dedup();
    for (list, code, name) in words {
        let id = reader.named(&format!("{list}/{code}"));
        let term = TaxonomyTerm {
            id,
            code: Some(code.to_owned()),
            name: name.to_owned(),
            description: name.to_owned(),
            taxonomy: Some(list.to_owned()),
            ..TaxonomyTerm::default()
        };
        tags.push(tag(reader.named(&format!("{}/tag/{id}", node.key)), list, term));
    }
    tags
}

fn tag(id: uuid::Uuid, list: &str, term: TaxonomyTerm) -> Attribute {
    Attribute {
        id,
        link_type: Some(list.to_owned()),
        taxonomy_term_id: Some(term.id),
        taxonomy_term: Some(term),
        ..Attribute::default()
    }
}

/// The Department for Education's code for a kind of need that suppliers name in a word.
fn send_code(name: &str) -> Option<&'static str> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "autism" | "autistic spectrum disorder" => "ASD",
        "hearing impairment" | "hearing" => "HI",
        "visual impairment" | "sight" => "VI",
        "mobility" | "physical disability" => "PD",
        "multi-sensory impairment" => "MSI",
        "speech, language and communication" | "communication" => "SLCN",
        "social, emotional and mental health" => "SEMH",
        _ => return None,
    })
}

/// Whether a record is one of version 1 rather than of version 3, from the names that only one of them has.
pub fn is_v1(record: &Value) -> bool {
    const ONLY_V1: [&str; 11] = [
        "eligibilitys",
        "service_taxonomys",
        "regular_schedules",
        "holiday_schedules",
        "fundings",
        "reviews",
        "organisation",
        "taxonomies",
        "locations",
        "deliverable_type",
        "needs_referral",
    ];
    const ONLY_V3: [&str; 5] = ["schedules", "attributes", "funding", "last_modified", "assurer_email"];
    let has = |names: &[&str]| names.iter().any(|name| record.get(name).is_some());
    let addresses = record.pointer("/service_at_locations/0/location/physical_addresses").is_some();
    (has(&ONLY_V1) || addresses) && !has(&ONLY_V3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Date;
    use serde_json::json;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_complete_record_of_version_one_is_read_whole() {
        let record = json!({
            "id": "b3", "name": " Toddler <b>songs</b> ", "description": "<p>Sing along.</p><ul><li>Drums</li></ul>",
            "url": "www.example.org/songs", "email": "songs@example.org", "status": "active", "fees": null,
            "organization": {"id": "o1", "name": "Example trust", "description": "", "url": "https://example.org"},
            "eligibilitys": [{"id": "e1", "minimum_age": 0, "maximum_age": "4", "eligibility": "Lives in Halton"},
                {"id": "e2", "minimum_age": 8, "maximum_age": 11}],
            "service_areas": [{"id": "a1", "service_area": "Halton", "extent": null, "uri": "http://example.org/E06000006"}],
            "languages": [{"id": "l1", "language": "en"}, {"id": "l2", "language": "Polish"}],
            "fundings": [{"id": "f1", "source": "A grant"}],
            "cost_options": [{"id": "c1", "option": "Session", "amount": 2.5, "amount_description": "a child",
                "valid_from": "2026-01-01T00:00:00Z", "valid_to": null}, {"id": "c2", "amount": "Free on Fridays"}],
            "contacts": [{"id": "k1", "name": "Front desk", "title": "Team", "phones": [{"id": "p1", "number": "Tel: 0151 496 0000"},
                {"id": "p2", "number": "ask at the desk"}]}],
            "regular_schedules": [{"id": "s1", "freq": "DAILY", "opens_at": "9:30", "closes_at": "11.00", "dtstart": "2026-01-05"},
                {"id": "s2", "byday": "1TU", "freq": "monthly", "opens_at": "10am", "closes_at": "12 noon"}],
            "holiday_schedules": [{"id": "h1", "closed": true, "start_date": "2026-12-24", "end_date": "2027-01-02"}],
            "service_taxonomys": [{"id": "t1", "taxonomy": {"id": "esdServiceType:12", "name": "Play", "vocabulary": "esd"}}],
            "service_at_locations": [{"id": "sl1", "location": {"id": "loc1", "name": "Example hall", "latitude": "53.36",
                "longitude": "-2.73", "physical_addresses": [{"id": "ad1", "address_1": "1 High Street", "address_2": "Floor 2",
                "city": "Widnes", "state_province": "", "postal_code": "wa87qf", "country": "England"}],
                "accessibility_for_disabilities": [{"id": "x1", "accessibility": "Ramp"}]},
                "regular_schedule": [{"id": "s3", "byday": "MO", "opens_at": "10:00:00+01:00", "closes_at": "11:00Z"}]}],
            "reviews": [{"id": "r1", "score": 5}],
        });
        let read = read_service(&record, "example-feed");
        assert_eq!((read.key.as_str(), read.refused.as_deref()), ("b3", None));
        let service = read.service;
        assert_eq!(service.id, kernel::Id::<()>::named("example-feed", "service/b3").uuid());
        assert_eq!(service.name, "Toddler songs");
        assert_eq!(service.description.as_deref(), Some("Sing along.\n\n- Drums"));
        assert_eq!(service.url.as_deref(), Some("https://www.example.org/songs"));
        assert_eq!((service.minimum_age, service.maximum_age), (Some(0.0), Some(11.0)));
        assert_eq!(service.eligibility_description.as_deref(), Some("Lives in Halton"));
        assert_eq!(
            service.organization_id,
            service.organization.as_ref().map(|organization| organization.id)
        );
        let languages: Vec<_> =
            service.languages.iter().map(|one| (one.name.as_deref(), one.code.as_deref())).collect();
        assert_eq!(languages, [(None, Some("en")), (Some("Polish"), None)]);
        assert_eq!(service.funding[0].source.as_deref(), Some("A grant"));
        assert_eq!(service.service_areas[0].name.as_deref(), Some("Halton"));
        assert_eq!(
            (service.cost_options[0].amount, service.cost_options[0].valid_from),
            (Some(2.5), Some(day("2026-01-01")))
        );
        assert_eq!(service.cost_options[1].option.as_deref(), Some("Free on Fridays"));
        let numbers: Vec<_> = service.contacts[0].phones.iter().map(|phone| phone.number.as_str()).collect();
        assert_eq!(numbers, ["0151 496 0000", "ask at the desk"]);
        let times: Vec<_> = service
            .schedules
            .iter()
            .map(|time| {
                (
                    time.freq.as_deref(),
                    time.byday.as_deref(),
                    time.opens_at.as_deref(),
                    time.closes_at.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            times,
            [
                (Some("WEEKLY"), Some("MO,TU,WE,TH,FR,SA,SU"), Some("09:30:00"), Some("11:00:00")),
                (Some("MONTHLY"), Some("1TU"), Some("10:00:00"), Some("12:00:00")),
                (None, None, None, None),
            ]
        );
        assert_eq!(service.schedules[2].valid_to, Some(day("2027-01-02")));
        assert_eq!(service.schedules[2].description.as_deref(), Some("Closed on these days"));
        let place = &service.service_at_locations[0];
        assert_eq!(place.schedules[0].opens_at.as_deref(), Some("10:00:00"));
        let location = place.location.as_ref().unwrap();
        assert_eq!((location.latitude, location.longitude), (Some(53.36), Some(-2.73)));
        let address = &location.addresses[0];
        assert_eq!(
            (address.postal_code.as_str(), address.country.as_str(), address.address_2.as_deref()),
            ("WA8 7QF", "GB", Some("Floor 2"))
        );
        assert_eq!(location.accessibility[0].description.as_deref(), Some("Ramp"));
        let term = service.attributes[0].taxonomy_term.as_ref().unwrap();
        assert_eq!(
            (term.code.as_deref(), term.taxonomy.as_deref()),
            (Some("esdServiceType:12"), Some("esd"))
        );
        assert!(read.notes.iter().any(|note| note.pointer == "/reviews"));
        assert!(is_v1(&record));
    }

    #[test]
    fn a_record_of_outpost_is_read_and_what_it_hides_stays_hidden() {
        let record = json!({
            "id": 12, "name": "Example drop-in", "description": "Tea", "min_age": 0, "max_age": 5, "free": true,
            "needs_referral": false, "temporarily_closed": true, "updated_at": "2026-10-01T10:00:00.000Z",
            "organisation": {"id": 3, "name": "Example trust"},
            "locations": [{"id": 7, "name": "Somewhere", "mask_exact_address": true, "address_1": "***", "city": "Runcorn",
                "postal_code": "WA7 2AA", "geometry": {"type": "Point", "coordinates": [-2.73, 53.34]}}],
            "contacts": [{"id": 1, "name": "Desk", "phone": "0151 496 0000", "visible": true},
                {"id": 2, "name": "Demonstration person", "phone": "0151 496 0001", "visible": false}],
            "regular_schedules": [{"id": 4, "weekday": "Monday", "opens_at": "10:00", "closes_at": "12:00"}],
            "taxonomies": [{"id": 5, "name": "Baby groups", "slug": "baby-groups", "parent_id": 2}],
            "send_needs": [{"id": 1, "name": "Autism"}, {"id": 2, "name": "Cognitive"}],
            "links": [{"label": "Facebook", "url": "https://example.org/page"}],
        });
        let read = read_service(&record, "outpost");
        let service = read.service;
        assert_eq!((read.key.as_str(), service.status.as_str()), ("12", "temporarily closed"));
        assert_eq!(service.url.as_deref(), Some("https://example.org/page"));
        let location = service.service_at_locations[0].location.as_ref().unwrap();
        let address = &location.addresses[0];
        assert_eq!(
            (address.address_1.as_str(), address.city.as_str(), address.postal_code.as_str()),
            ("", "Runcorn", "WA7")
        );
        assert_eq!(location.point_quality.as_deref(), Some("town"));
        assert_eq!(service.contacts.len(), 1);
        assert_eq!(service.contacts[0].phones[0].number, "0151 496 0000");
        assert_eq!(
            (service.schedules[0].freq.as_deref(), service.schedules[0].byday.as_deref()),
            (Some("WEEKLY"), Some("MO"))
        );
        let tags: Vec<_> = service
            .attributes
            .iter()
            .map(|tag| {
                (
                    tag.link_type.as_deref().unwrap(),
                    tag.taxonomy_term.as_ref().unwrap().code.as_deref().unwrap(),
                )
            })
            .collect();
        assert_eq!(tags, [("topic", "5"), ("send_need", "ASD"), ("cost", "free"), ("way_in", "self")]);
        assert!(is_v1(&record));
    }

    #[test]
    fn a_record_of_localgov_drupal_and_a_short_one_of_a_list_are_read() {
        let record = json!({
            "id": "4e1d4c2a-0000-4000-8000-00000000000A", "name": [{"value": "Ignored"}, "Example club"],
            "description": {"value": "<p>Games &amp; crafts</p>", "format": "wysiwyg", "processed": "<p>x</p>"},
            "url": {"uri": "https://example.org/club", "title": "Club"}, "status": true,
            "organization": [{"id": "4e1d4c2a-0000-4000-8000-00000000000b", "name": "Example trust", "description": null}],
            "service_at_locations": [{"id": "4e1d4c2a-0000-4000-8000-00000000000c", "location": {
                "id": "4e1d4c2a-0000-4000-8000-00000000000d", "latitude": 53.3, "longitude": -2.7,
                "physical_addresses": {"id": "4e1d4c2a-0000-4000-8000-00000000000e", "address_1": "1 High Street",
                    "city": "Runcorn", "state_province": "Halton", "postal_code": "WA7 2AA", "country": "GB"}}}],
            "service_taxonomys": [{"taxonomy": {"id": "4e1d4c2a-0000-4000-8000-00000000000f", "name": "Play", "vocabulary": "topics"}}],
        });
        let read = read_service(&record, "drupal");
        let service = read.service;
        assert_eq!(
            (service.id.to_string().as_str(), service.name.as_str()),
            ("4e1d4c2a-0000-4000-8000-00000000000a", "Example club")
        );
        assert_eq!(service.description.as_deref(), Some("Games & crafts"));
        assert_eq!(
            (service.url.as_deref(), service.status.as_str()),
            (Some("https://example.org/club"), "active")
        );
        assert_eq!(service.organization.as_ref().map(|one| one.name.as_str()), Some("Example trust"));
        let place = service.service_at_locations[0].location.as_ref().unwrap();
        assert_eq!(place.addresses[0].city, "Runcorn");
        let tag = &service.attributes[0];
        assert_eq!(tag.taxonomy_term.as_ref().unwrap().taxonomy.as_deref(), Some("topics"));
        let short = read_service(&json!({"id": 9, "name": "Short", "status": "inactive"}), "list");
        assert_eq!(
            (short.key.as_str(), short.service.status.as_str(), short.notes.len()),
            ("9", "inactive", 0)
        );
    }

    #[test]
    fn what_cannot_be_taken_in_is_refused_in_words() {
        for (record, why) in [
            (json!([1]), "not a record"),
            (json!({"name": "No id"}), "no id"),
            (json!({"id": "1"}), "no name"),
            (json!({"id": "1", "name": "<p></p>"}), "no name"),
        ] {
            let refused = read_service(&record, "x").refused.unwrap();
            assert!(refused.contains(why), "{refused}");
        }
        let wrapped = json!({"service": {"id": "1", "name": "Wrapped", "regular_schedules": {"id": "2", "weekday": "Someday", "opens_at": "late"}}});
        let read = read_service(&wrapped, "x");
        assert_eq!(read.service.schedules[0].description.as_deref(), Some("Days: Someday. Opens: late"));
    }
}
