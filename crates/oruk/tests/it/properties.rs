//! What holds for any record, not only for those somebody thought of.

use oruk::{model::Service, read_page, read_v1, read_v3, tidy};
use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value, json};

use crate::whole;

/// The full service with some of its places left out or filled with anything.
fn mangled() -> impl Strategy<Value = Value> {
    let record = serde_json::to_value(whole::full_service()).unwrap();
    let mut pointers = Vec::new();
    gather(&record, "", &mut pointers);
    let changes = vec((proptest::sample::select(pointers), proptest::option::of(any_json())), 0..12);
    changes.prop_map(move |changes| {
        let mut record = record.clone();
        for (pointer, value) in changes {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            match (record.pointer_mut(parent), value) {
                (Some(Value::Object(map)), Some(value)) => drop(map.insert(name.to_owned(), value)),
                (Some(Value::Object(map)), None) => drop(map.remove(name)),
                (Some(Value::Array(items)), Some(value)) => items.push(value),
                _ => {}
            }
        }
        record
    })
}

fn gather(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    if !pointer.is_empty() {
        pointers.push(pointer.to_owned());
    }
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| gather(value, &format!("{pointer}/{name}"), pointers))
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| gather(item, &format!("{pointer}/{at}"), pointers));
        }
        _ => {}
    }
}

/// Any JSON, made mostly of the names that the readers look for, so that it reaches into them.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "\\PC{0,20}",
        Just("10:00".to_owned()),
        Just("MO,TU".to_owned()),
        Just("www.example.org".to_owned()),
        Just("<p>x</p>&amp;".to_owned()),
        Just("-1".to_owned()),
        Just("DAILY".to_owned()),
        Just("2026-02-30".to_owned()),
        Just("0151 496 0000 / 0151 496 0001".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let names =
            prop_oneof![proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned), "[a-z_]{1,10}"];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names, inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const NAMES: &[&str] = &[
    "id",
    "name",
    "description",
    "status",
    "url",
    "email",
    "organization",
    "organization_id",
    "services",
    "schedules",
    "regular_schedules",
    "holiday_schedules",
    "service_at_locations",
    "location",
    "locations",
    "addresses",
    "physical_addresses",
    "address_1",
    "city",
    "postal_code",
    "country",
    "latitude",
    "longitude",
    "geometry",
    "coordinates",
    "phones",
    "phone",
    "number",
    "contacts",
    "cost_options",
    "amount",
    "languages",
    "language",
    "eligibilitys",
    "minimum_age",
    "maximum_age",
    "attributes",
    "taxonomy_term",
    "service_taxonomys",
    "taxonomy",
    "taxonomies",
    "service_areas",
    "extent",
    "funding",
    "offers",
    "items",
    "freq",
    "interval",
    "byday",
    "weekday",
    "opens_at",
    "closes_at",
    "valid_from",
    "dtstart",
    "bymonthday",
    "accessibility",
    "contents",
    "content",
    "total_items",
    "size",
    "last_modified",
    "value",
    "links",
    "send_needs",
    "free",
    "mask_exact_address",
    "visible",
    "service",
];

fn holds_nothing_empty(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty() && items.iter().all(holds_nothing_empty),
        Value::Object(map) => map.values().all(holds_nothing_empty),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn reading_never_breaks_on_any_json_and_what_was_read_reads_back(
        record in prop_oneof![any_json(), mangled()],
        name in "[A-Za-z ]{0,12}x",
    ) {
        let _ = read_page(&record);
        let _ = read_v1::is_v1(&record);
        for read in [read_v1::read_service(&record, "any"), read_v3::read_service(&record, "any")] {
            let mut service = read.service;
            if service.name.is_empty() {
                service.name = name.clone();
            }
            tidy(&mut service);
            let written = serde_json::to_value(&service).unwrap();
            prop_assert!(holds_nothing_empty(&written), "{written:#}");
            let failing = oruk::check::check_service(&written, "2026-11-22".parse().unwrap());
            prop_assert!(failing.iter().all(|one| one.level != oruk::Level::Fails), "{failing:?}");
            let again = read_v3::read_service(&written, "another");
            prop_assert_eq!(&again.service, &service);
            let mut twice = service.clone();
            tidy(&mut twice);
            prop_assert_eq!(twice, service);
        }
    }

    #[test]
    fn any_bytes_are_a_page_of_a_stream_or_not_but_never_break_it(line in "\\PC{0,60}") {
        let _ = oruk::read_ndjson_line(&line);
    }

    #[test]
    fn version_one_keeps_every_phone_address_and_time(
        phones in vec("0151 496 0[0-9]{3}|ask at the desk|Tel: 0[0-9]{10}|[a-z]{3,9}", 0..5),
        addresses in vec(("[1-9] [A-Z][a-z]{2,9} Street", "WA8 [0-9]QF|somewhere|"), 0..4),
        times in vec(("MO|Monday|someday|1TU|", "10:00|10am|late|24:00|", "WEEKLY|DAILY|YEARLY|"), 0..5),
    ) {
        let record = json!({
            "id": "1", "name": "x",
            "contacts": [{"id": "c", "phones": phones.iter().enumerate()
                .map(|(at, number)| json!({"id": format!("p{at}"), "number": number})).collect::<Vec<_>>()}],
            "service_at_locations": addresses.iter().enumerate().map(|(at, (street, postcode))| json!({
                "id": format!("s{at}"), "location": {"id": format!("l{at}"),
                    "physical_addresses": [{"id": "a", "address_1": street, "postal_code": postcode, "city": "Widnes"}]}}))
                .collect::<Vec<_>>(),
            "regular_schedules": times.iter().enumerate().map(|(at, (day, opens, freq))| json!({
                "id": format!("t{at}"), "byday": day, "opens_at": opens, "freq": freq})).collect::<Vec<_>>(),
        });
        let service: Service = read_v1::read_service(&record, "any").service;
        let read: Vec<String> = service.contacts.iter().flat_map(|contact| &contact.phones).map(|phone| phone.number.clone()).collect();
        prop_assert_eq!(read.len(), phones.len());
        for (read, given) in read.iter().zip(&phones) {
            prop_assert!(given.ends_with(read.as_str()), "{} of {}", read, given);
        }
        let read: Vec<_> = service.service_at_locations.iter().flat_map(|place| &place.location).flat_map(|location| &location.addresses).collect();
        prop_assert_eq!(read.len(), addresses.len());
        for (read, (street, postcode)) in read.iter().zip(&addresses) {
            prop_assert_eq!((&read.address_1, &read.postal_code), (street, postcode));
        }
        prop_assert_eq!(service.schedules.len(), times.len());
        for (read, (day, opens, freq)) in service.schedules.iter().zip(&times) {
            // What is not in the fields is in the words.
            let words = read.description.clone().unwrap_or_default();
            prop_assert!(day.is_empty() || read.byday.is_some() || words.contains(day.as_str()));
            prop_assert!(opens.is_empty() || read.opens_at.is_some() || words.contains(opens.as_str()));
            prop_assert!(freq.is_empty() || read.freq.is_some() || words.contains(&freq.to_lowercase()));
        }
    }
}
