//! Holds what we write, and what we say of others, against the official schemas. They are not part of the project: the
//! test looks for them in `../shared/standards/oruk-3.0` beside the workspace, or under the folder that
//! `HEARTH_STANDARDS` names, and says so when they are not there. The contract itself is pinned without them by the
//! examples of `oruk::check::RULES`.

use jsonschema::{Retrieve, Uri, Validator};
use kernel::Date;
use oruk::{Level, check, model::PageOf, read_v3, tidy};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use crate::whole;
use whole::{EVERY_FIELD, full_service};

const PREFIX: &str = "https://openreferraluk.org/specifications/3.0/schema/";

struct Folder(PathBuf);

impl Retrieve for Folder {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let name = uri.as_str().strip_prefix(PREFIX).ok_or("not one of the official schemas")?;
        Ok(serde_json::from_str(&fs::read_to_string(self.0.join(name))?)?)
    }
}

/// The folder of the standards, when it is there.
fn standards() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/standards");
    let folder = std::env::var_os("HEARTH_STANDARDS").map_or_else(beside, PathBuf::from);
    if folder.join("oruk-3.0/service.json").exists() {
        return Some(folder);
    }
    eprintln!(
        "NOT CHECKED: the official schemas are not in {}; set HEARTH_STANDARDS to their folder.",
        folder.display()
    );
    None
}

fn read(path: PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn validator(folder: &Path, name: &str) -> Validator {
    let schemas = folder.join("oruk-3.0");
    jsonschema::options()
        .with_retriever(Folder(schemas.clone()))
        .should_validate_formats(true)
        .build(&read(schemas.join(format!("{name}.json"))))
        .unwrap()
}

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

fn our_failures(kind: &str, record: &Value) -> Vec<String> {
    let found = match kind {
        "service" => check::check_service(record, today()),
        "organization" => check::check_organization(record, today()),
        "service_at_location" => check::check_service_at_location(record, today()),
        "taxonomy" => check::check_taxonomy(record),
        "taxonomy_term" => check::check_taxonomy_term(record),
        _ => check::check_page(record),
    };
    found
        .into_iter()
        .filter(|one| one.level == Level::Fails)
        .map(|one| format!("{} {}", one.pointer, one.rule))
        .collect()
}

fn kinds(folder: &Path) -> HashMap<&'static str, Validator> {
    ["service", "organization", "service_at_location", "taxonomy", "taxonomy_term", "service_list"]
        .into_iter()
        .map(|kind| (kind, validator(folder, kind)))
        .collect()
}

#[test]
fn the_ten_official_examples_pass_the_schemas_and_our_check() {
    let Some(folder) = standards() else { return };
    let examples = [
        ("service_full", "service"),
        ("organization_full", "organization"),
        ("service_at_location_full", "service_at_location"),
        ("taxonomy", "taxonomy"),
        ("taxonomy_term", "taxonomy_term"),
        ("service_list", "service_list"),
        ("organization_list", "organization_list"),
        ("service_at_location_list", "service_at_location_list"),
        ("taxonomy_list", "taxonomy_list"),
        ("taxonomy_term_list", "taxonomy_term_list"),
    ];
    for (example, schema) in examples {
        let record = read(folder.join(format!("oruk-3.0-examples/{example}.json")));
        let said: Vec<String> =
            validator(&folder, schema).iter_errors(&record).map(|error| error.to_string()).collect();
        assert!(said.is_empty(), "{example}: {said:?}");
        // The official list of organisations has no envelope, which the schemas allow and we only warn of.
        let ours = our_failures(schema, &record);
        assert!(ours.is_empty() || record.is_array(), "{example}: {ours:?}");
    }
}

#[test]
fn a_service_made_of_every_field_of_ours_passes_the_schemas() {
    let Some(folder) = standards() else { return };
    let mut service = full_service();
    tidy(&mut service);
    assert_eq!(service, full_service(), "the full service is tidy as it stands");
    let record = serde_json::to_value(&service).unwrap();
    let unsaid: Vec<&str> = EVERY_FIELD.into_iter().filter(|name| record.get(name).is_none()).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
    assert!(record.as_object().unwrap().keys().all(|name| EVERY_FIELD.contains(&name.as_str())));
    let validators = kinds(&folder);
    let said: Vec<String> =
        validators["service"].iter_errors(&record).map(|error| error.to_string()).collect();
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(our_failures("service", &record), [] as [String; 0]);
    let organization = serde_json::to_value(&service.organization).unwrap();
    assert!(validators["organization"].is_valid(&organization));
    let place = serde_json::to_value(&service.service_at_locations[0]).unwrap();
    assert!(validators["service_at_location"].is_valid(&place));
    let page = PageOf {
        total_items: 1,
        total_pages: 1,
        page_number: 1,
        size: 1,
        first_page: true,
        last_page: true,
        empty: false,
        contents: vec![service],
    };
    let page = serde_json::to_value(&page).unwrap();
    assert!(validators["service_list"].is_valid(&page));
    assert_eq!(check::check_page(&page), []);
    let read = read_v3::read_service(&record, "round");
    assert_eq!((read.service, read.notes.len(), read.refused), (full_service(), 0, None));
}

/// One record broken in one way, laid over the full service. An address with a name before it, `Name <a@example.org>`, is
/// not among them: RFC 5321 has no such thing, but the library that validates here lets it pass.
fn broken() -> Vec<(&'static str, Value)> {
    let whole = serde_json::to_value(full_service()).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut record = whole.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match record.pointer_mut(parent).unwrap() {
            Value::Object(map) => {
                map.insert(name.to_owned(), value);
            }
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            _ => unreachable!(),
        }
        record
    };
    let without = |pointer: &str| {
        let mut record = whole.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        record.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        record
    };
    let mut corpus = vec![
        ("as it is", whole.clone()),
        ("no record", json!([])),
        ("nothing", json!(null)),
        ("bare", json!({})),
    ];
    for pointer in [
        "/id",
        "/name",
        "/status",
        "/description",
        "/organization_id",
        "/organization/description",
        "/organization/name",
        "/organization/id",
        "/schedules/0/id",
        "/service_at_locations/0/id",
        "/service_at_locations/0/location/id",
        "/service_at_locations/0/location/location_type",
        "/service_at_locations/0/location/addresses/0/city",
        "/service_at_locations/0/location/addresses/0/state_province",
        "/service_at_locations/0/location/addresses/0/address_type",
        "/service_at_locations/0/location/accessibility/0/id",
        "/phones/0/id",
        "/phones/0/number",
        "/contacts/0/id",
        "/contacts/0/phones/0/number",
        "/languages/0/id",
        "/cost_options/0/id",
        "/funding/0/id",
        "/attributes/0/taxonomy_term/description",
        "/attributes/0/id",
        "/organization/organization_identifiers/0/identifier",
    ] {
        corpus.push(("left out", without(pointer)));
    }
    let pointers = [
        "/id",
        "/name",
        "/status",
        "/description",
        "/url",
        "/email",
        "/assurer_email",
        "/minimum_age",
        "/assured_date",
        "/last_modified",
        "/alert",
        "/schedules",
        "/schedules/0",
        "/schedules/0/freq",
        "/schedules/0/interval",
        "/schedules/0/byday",
        "/schedules/0/opens_at",
        "/schedules/0/schedule_link",
        "/schedules/0/service_at_location_id",
        "/service_areas/0/extent_type",
        "/service_areas/0/uri",
        "/service_at_locations/0/location",
        "/service_at_locations/0/location_id",
        "/service_at_locations/0/location/latitude",
        "/service_at_locations/0/location/location_type",
        "/service_at_locations/0/location/addresses/0/address_type",
        "/service_at_locations/0/location/addresses/0/country",
        "/service_at_locations/0/location/accessibility/0/url",
        "/service_at_locations/0/schedules",
        "/organization",
        "/organization/website",
        "/organization/logo",
        "/organization/uri",
        "/organization/email",
        "/organization/parent_organization_id",
        "/organization_id",
        "/organization/organization_identifiers",
        "/languages/0/name",
        "/phones",
        "/phones/0/number",
        "/contacts/0/email",
        "/contacts/0/name",
        "/cost_options/0/amount",
        "/cost_options/0/valid_from",
        "/funding/0/source",
        "/attributes/0/taxonomy_term",
        "/attributes/0/taxonomy_term/term_uri",
        "/attributes/0/taxonomy_term_id",
        "/attributes/0/link_id",
        "/summary",
        "/pregnancy",
        "/offers",
    ];
    let values = [
        json!(null),
        json!(""),
        json!(" "),
        json!([]),
        json!({}),
        json!(12),
        json!(1.5),
        json!(true),
        json!("12"),
        json!("text"),
        json!([null]),
        json!(["x"]),
        json!("active"),
        json!("WEEKLY"),
        json!("physical"),
        json!("www.example.org"),
        json!("https://example.org/a b"),
        json!("https://example.org/%zz"),
        json!("https://example.org/caf\u{e9}"),
        json!("https://example.org:80x/"),
        json!("https://[::1]/x"),
        json!("https://a@b@c/"),
        json!("https://example.org/#a#b"),
        json!("mailto:a@example.org"),
        json!("https://example.org/[x]"),
        json!("http://"),
        json!("a@example.org"),
        json!("a@b"),
        json!("a..b@example.org"),
        json!("a@-x.org"),
        json!("a@example.org."),
        json!("\u{e9}@example.org"),
        json!("a b@c.org"),
        json!("@example.org"),
        json!("AC148810-D857-441C-9679-408F346DE14B"),
        json!("ac148810d857441c9679408f346de14b"),
        json!("{ac148810-d857-441c-9679-408f346de14b}"),
        json!("ac148810-d857-441c-9679-408f346de14z"),
        json!("2026-11-22"),
        json!("2026-11-22T10:00:00"),
        json!("2026-11-22T10:00:00Z"),
        json!("2026-11-22T10:00:00.123+01:00"),
        json!("2026-11-22 10:00:00Z"),
        json!("2026-02-30T10:00:00Z"),
        json!("2026-11-22T25:00:00Z"),
        json!("2026-11-22T10:00Z"),
        json!("2026-11-22T10:00:00.Z"),
    ];
    for pointer in pointers {
        for value in &values {
            corpus.push((pointer, with(pointer, value.clone())));
        }
    }
    corpus
}

#[test]
fn what_we_say_fails_is_exactly_what_the_official_schemas_refuse() {
    let Some(folder) = standards() else { return };
    let validators = kinds(&folder);
    let (mut judged, mut refused, mut wrong) = (0, 0, Vec::new());
    let mut judge = |kind: &'static str, what: &str, record: &Value| {
        let theirs: Vec<String> = validators[kind]
            .iter_errors(record)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        let ours = our_failures(kind, record);
        judged += 1;
        refused += usize::from(!theirs.is_empty());
        if theirs.is_empty() != ours.is_empty() {
            wrong.push(format!("{kind} {what}: they say {theirs:?}, we say {ours:?}"));
        }
    };
    for (what, record) in broken() {
        judge("service", what, &record);
        if let Some(organization) = record.get("organization") {
            judge("organization", what, organization);
        }
        if let Some(place) = record.pointer("/service_at_locations/0") {
            judge("service_at_location", what, place);
        }
        if let Some(term) = record.pointer("/attributes/0/taxonomy_term") {
            judge("taxonomy_term", what, term);
            let list = json!({"id": full_service().id, "name": "Needs", "description": "All", "taxonomy_terms": [term]});
            judge("taxonomy", what, &list);
        }
    }
    for value in
        [json!(null), json!("3"), json!(3), json!(3.0), json!(3.5), json!(true), json!([]), json!({})]
    {
        for name in [
            "total_items",
            "total_pages",
            "page_number",
            "size",
            "first_page",
            "last_page",
            "empty",
            "contents",
        ] {
            let mut page = json!({"total_items": 0, "contents": []});
            page[name] = value.clone();
            judge("service_list", name, &page);
        }
    }
    eprintln!("{judged} records judged, {refused} of them refused by the official schemas");
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(refused > 500 && judged - refused > 500, "the corpus holds both kinds");
}
