//! Every rule, each with an example that breaks it and one that keeps it. An example is laid over a sound record of
//! its kind; `(left out)` takes a field away.

use super::Level::{self, Advises, Fails, Warns};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// How much breaking it matters.
    pub level: Level,
    /// What is wrong and what to do; a word in braces is filled in.
    pub says: &'static str,
    /// The editor's field to look at when the place in the record does not tell.
    pub field: Option<&'static str>,
    /// What its examples are.
    pub of: Subject,
    /// An example that breaks it.
    pub breaks: &'static str,
    /// One that keeps it.
    pub keeps: &'static str,
}

/// What a rule's examples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `/services/{id}`.
    Service,
    /// `/organizations/{id}`.
    Organization,
    /// `/service_at_locations/{id}`.
    ServiceAtLocation,
    /// `/taxonomies/{id}`.
    Taxonomy,
    /// `/taxonomy_terms/{id}`.
    TaxonomyTerm,
    /// A page of any list.
    Page,
}
use Subject::{Organization, Page, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm};

impl Subject {
    /// Every one.
    pub const ALL: [Subject; 6] = [Service, Organization, ServiceAtLocation, Taxonomy, TaxonomyTerm, Page];
}

const fn rule(
    id: &'static str,
    level: Level,
    of: Subject,
    says: &'static str,
    breaks: &'static str,
    keeps: &'static str,
) -> Rule {
    Rule { id, level, says, field: None, of, breaks, keeps }
}

const fn on(field: &'static str, mut rule: Rule) -> Rule {
    rule.field = Some(field);
    rule
}

/// Every rule: first what the official schemas refuse, then what the official guidance says, then ours.
pub static RULES: &[Rule] = &[
    // What the official schemas refuse.
    rule(
        "record",
        Fails,
        Service,
        "{entity} must be a record with named fields. Ask whoever runs the feed to put it right.",
        r#"{"organization": "Halton Borough Council"}"#,
        r#"{}"#,
    ),
    rule(
        "required",
        Fails,
        Organization,
        "The {name} is missing, and the standard wants one on {entity}. Add it.",
        r#"{"description": "(left out)"}"#,
        r#"{"description": "A council."}"#,
    ),
    rule(
        "null",
        Fails,
        Service,
        "The {name} is there but holds nothing. Fill it in, or leave the field out.",
        r#"{"description": null}"#,
        r#"{"alert": "(left out)"}"#,
    ),
    rule(
        "not_list",
        Fails,
        Service,
        "The {name} must be a list, even when there is only one. Put it in a list.",
        r#"{"languages": "English"}"#,
        r#"{"languages": [{"id": "2989d3ed-c547-48f8-8f9d-432d81c7892e", "name": "English"}]}"#,
    ),
    rule(
        "not_number",
        Fails,
        Service,
        "The {name} must be a plain number, without words or quotation marks. Write it as a number.",
        r#"{"minimum_age": "2"}"#,
        r#"{"minimum_age": 2.5}"#,
    ),
    rule(
        "not_text",
        Fails,
        Service,
        "The {name} must be text. Write it in words.",
        r#"{"description": 12}"#,
        r#"{"alert": "Closed on Friday"}"#,
    ),
    rule(
        "one_of",
        Fails,
        Service,
        "The {name} must be one of: {words}. Choose one of them.",
        r#"{"status": "open"}"#,
        r#"{"status": "temporarily closed"}"#,
    ),
    rule(
        "uuid",
        Fails,
        ServiceAtLocation,
        "The {name} must be a UUID, such as 4e1d4c2a-0000-4000-8000-000000000001. Give the record an id of that kind.",
        r#"{"location_id": "12"}"#,
        r#"{"id": "AC148810-D857-441C-9679-408F346DE14B"}"#,
    ),
    rule(
        "email",
        Fails,
        Service,
        "The {name} is not a whole email address. Write one like name@example.com, and only one.",
        r#"{"email": "ring us instead"}"#,
        r#"{"email": "hub.team@example.gov.uk"}"#,
    ),
    rule(
        "uri",
        Fails,
        Service,
        "The {name} is not a whole web address. Start it with https:// and take out spaces.",
        r#"{"url": "www.example.org"}"#,
        r#"{"url": "https://example.org/play?day=1#top"}"#,
    ),
    rule(
        "date_time",
        Fails,
        Service,
        "The {name} must be a day and a time with its zone, such as 2026-11-22T10:00:00.000Z.",
        r#"{"last_modified": "22/11/2026"}"#,
        r#"{"last_modified": "2026-11-22T10:00:00+00:00"}"#,
    ),
    rule(
        "page_type",
        Fails,
        Page,
        "The {name} of a page has the wrong kind of value. Counts are whole numbers; yes and no are true and false.",
        r#"{"total_items": "3"}"#,
        r#"{"total_items": 1}"#,
    ),
    rule(
        "page_contents",
        Fails,
        Page,
        "The contents of a page must be a list of records.",
        r#"{"contents": {}}"#,
        r#"{}"#,
    ),
    // What the official guidance says and its schemas do not check.
    rule(
        "empty",
        Warns,
        Service,
        "The {name} is there but empty. Fill it in, or leave the field out.",
        r#"{"who_for": " "}"#,
        r#"{"who_for": "Parents"}"#,
    ),
    rule(
        "organization_id",
        Warns,
        Service,
        "It does not say which organisation runs it. Choose the organisation.",
        r#"{"organization_id": "(left out)"}"#,
        r#"{}"#,
    ),
    on(
        "organization",
        rule(
            "organization_nested",
            Advises,
            Service,
            "The organisation is named by its id only. Send the organisation with the service.",
            r#"{"organization": "(left out)"}"#,
            r#"{}"#,
        ),
    ),
    on(
        "checked_on",
        rule(
            "assured_missing",
            Warns,
            Service,
            "Nobody has said when it was last checked. Check the facts and save the day.",
            r#"{"assured_date": "(left out)"}"#,
            r#"{}"#,
        ),
    ),
    rule(
        "assured_old",
        Warns,
        Service,
        "It was last checked more than three months ago. Check the facts again and save the day.",
        r#"{"assured_date": "2026-08-21"}"#,
        r#"{"assured_date": "2026-08-22"}"#,
    ),
    rule(
        "assured_future",
        Warns,
        Service,
        "The day it was last checked is still to come. Write the day it was really checked.",
        r#"{"assured_date": "2026-11-23"}"#,
        r#"{"assured_date": "2026-11-22"}"#,
    ),
    rule(
        "page_missing",
        Warns,
        Page,
        "A page must say its {name}. Add it.",
        r#"{"first_page": "(left out)"}"#,
        r#"{}"#,
    ),
    rule(
        "page_disagrees",
        Warns,
        Page,
        "The {name} of a page does not agree with the rest of it. Count again.",
        r#"{"size": 7}"#,
        r#"{}"#,
    ),
    // Ours: facts that cannot be true.
    rule(
        "date",
        Warns,
        Service,
        "The {name} is not a day of the calendar. Write it like 2026-11-22.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "valid_from": "2026-02-30"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "valid_from": "2026-02-28"}]}"#,
    ),
    rule(
        "date_order",
        Warns,
        Service,
        "The last day comes before the first day. Put the days in order.",
        r#"{"cost_options": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "valid_from": "2026-03-02", "valid_to": "2026-03-01"}]}"#,
        r#"{"cost_options": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "valid_from": "2026-03-01", "valid_to": "2026-03-01"}]}"#,
    ),
    rule(
        "time",
        Warns,
        Service,
        "The {name} is not a time of day. Write it like 10:00:00.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "byday": "MO", "opens_at": "25:99", "closes_at": "18:00:00"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "byday": "MO", "opens_at": "10:00:00", "closes_at": "00:00:00"}]}"#,
    ),
    rule(
        "byday",
        Warns,
        Service,
        "The days are not written so that others can read them. Write MO, TU, WE, TH, FR, SA, SU with commas and no spaces; a number may stand before a day only when it is monthly.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "byday": "Monday"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "MONTHLY", "byday": "2TU,-1FR"}]}"#,
    ),
    rule(
        "bymonthday",
        Warns,
        Service,
        "The days of the month are not written so that others can read them. Write numbers with commas, such as 1,15.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "MONTHLY", "bymonthday": "first"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "MONTHLY", "bymonthday": "1,-1"}]}"#,
    ),
    rule(
        "interval",
        Warns,
        Service,
        "Every so many weeks or months needs a whole number above nothing, and the first day when it is more than one. Give both.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "byday": "MO", "interval": 2}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "byday": "MO", "interval": 2, "dtstart": "2026-03-02"}]}"#,
    ),
    rule(
        "ages",
        Warns,
        Service,
        "The oldest age is below the youngest. Put the ages right.",
        r#"{"minimum_age": 5, "maximum_age": 4}"#,
        r#"{"minimum_age": 5, "maximum_age": 5}"#,
    ),
    rule(
        "age_range",
        Warns,
        Service,
        "The {name} is not an age in years that anybody can be. Write a number from 0 to 120, or leave it out.",
        r#"{"maximum_age": 999}"#,
        r#"{"maximum_age": 120}"#,
    ),
    rule(
        "point",
        Warns,
        Service,
        "The place on the map is outside the United Kingdom. Check the latitude and the longitude; they may be the wrong way round.",
        r#"{"service_at_locations": [{"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765", "location": {"id": "3a19ff88-4620-4d17-9830-ac1d859eb5d5", "location_type": "physical", "latitude": -2.73, "longitude": 53.36}}]}"#,
        r#"{"service_at_locations": [{"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765", "location": {"id": "3a19ff88-4620-4d17-9830-ac1d859eb5d5", "location_type": "physical", "latitude": 53.36, "longitude": -2.73}}]}"#,
    ),
    rule(
        "point_half",
        Warns,
        Service,
        "A place on the map needs both a latitude and a longitude. Give both, or neither.",
        r#"{"service_at_locations": [{"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765", "location": {"id": "3a19ff88-4620-4d17-9830-ac1d859eb5d5", "location_type": "physical", "latitude": 53.36}}]}"#,
        r#"{"service_at_locations": [{"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765", "location": {"id": "3a19ff88-4620-4d17-9830-ac1d859eb5d5", "location_type": "virtual"}}]}"#,
    ),
    rule(
        "country",
        Warns,
        ServiceAtLocation,
        "The country must be GB. Write GB.",
        r#"{"location": {"addresses": [{"id": "74706e55-df26-4b84-80fe-ecc30b5befb4", "address_1": "1 High Street", "city": "Widnes", "state_province": "Halton", "postal_code": "WA8 7QF", "country": "UK", "address_type": "physical"}]}}"#,
        r#"{"location": {"addresses": [{"id": "74706e55-df26-4b84-80fe-ecc30b5befb4", "address_1": "1 High Street", "city": "Widnes", "state_province": "Halton", "postal_code": "WA8 7QF", "country": "GB", "address_type": "physical"}]}}"#,
    ),
    rule(
        "postcode",
        Warns,
        ServiceAtLocation,
        "The postcode is not a full one. Write it like WA8 7QF.",
        r#"{"location": {"addresses": [{"id": "74706e55-df26-4b84-80fe-ecc30b5befb4", "address_1": "1 High Street", "city": "Widnes", "state_province": "Halton", "postal_code": "WA8", "country": "GB", "address_type": "physical"}]}}"#,
        r#"{}"#,
    ),
    rule(
        "phone",
        Warns,
        Service,
        "The phone number cannot be dialled as it is written. Write one number with digits and spaces only.",
        r#"{"phones": [{"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "ask at the desk"}]}"#,
        r#"{"phones": [{"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "+44 151 496 0000"}]}"#,
    ),
    rule(
        "amount",
        Warns,
        Service,
        "A price cannot be below nothing. Write the price in pounds, or 0 when it is free.",
        r#"{"cost_options": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "amount": -1}]}"#,
        r#"{"cost_options": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "amount": 0}]}"#,
    ),
    rule(
        "link",
        Warns,
        Service,
        "The {name} is not a web page that families can open. Give the whole address of one, starting with https://.",
        r#"{"url": "mailto:hub@example.gov.uk"}"#,
        r#"{"url": "http://example.org"}"#,
    ),
    rule(
        "link_user",
        Warns,
        Service,
        "The {name} has a user name in it, and everybody would see it. Take out the part before the @.",
        r#"{"url": "https://someone:secret@example.org/"}"#,
        r#"{"url": "https://example.org/@hub"}"#,
    ),
    rule(
        "points_nowhere",
        Warns,
        Service,
        "The {name} names something that is not in the record. Name the one that is, or leave it out.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "service_at_location_id": "00000000-0000-4000-8000-000000000009"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "service_id": "ac148810-d857-441c-9679-408f346de14b"}]}"#,
    ),
    rule(
        "id_twice",
        Warns,
        Service,
        "Two things in the same list have the same id, so others will keep only one. Give each its own.",
        r#"{"phones": [{"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "0151 496 0000"}, {"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "0151 496 0001"}]}"#,
        r#"{}"#,
    ),
    // Ours: what families would stumble over.
    rule(
        "schedule_days",
        Advises,
        Service,
        "There are times but no days. Say on which days.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "opens_at": "10:00:00", "closes_at": "11:00:00"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "valid_from": "2026-03-02", "valid_to": "2026-03-02", "opens_at": "10:00:00", "closes_at": "11:00:00"}]}"#,
    ),
    rule(
        "schedule_half",
        Advises,
        Service,
        "It says when it opens or when it closes, but not both. Give both times.",
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "byday": "MO", "opens_at": "10:00:00"}]}"#,
        r#"{"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "byday": "MO"}]}"#,
    ),
    rule(
        "mailbox",
        Advises,
        Service,
        "The {name} looks like somebody's own address. Give a shared one if there is one.",
        r#"{"email": "demonstration.editor@gmail.com"}"#,
        r#"{"email": "hello@example.gov.uk"}"#,
    ),
    on(
        "description",
        rule(
            "description_missing",
            Advises,
            Service,
            "It does not say what it is. Write two or three sentences for families.",
            r#"{"description": "(left out)"}"#,
            r#"{}"#,
        ),
    ),
    rule(
        "description_short",
        Advises,
        Service,
        "The description is very short. Say in two or three sentences what happens there.",
        r#"{"description": "A group."}"#,
        r#"{}"#,
    ),
    rule(
        "tags_in_text",
        Advises,
        Service,
        "The {name} has bits of web page code in it. Take out everything in pointed brackets.",
        r#"{"description": "<p>A warm and friendly group for all parents with babies under one.</p>"}"#,
        r#"{"description": "For babies < 1 and their parents: a warm and friendly group."}"#,
    ),
    rule(
        "shouting",
        Advises,
        Service,
        "The {name} is all in capitals, which is hard to read. Write it with small letters.",
        r#"{"name": "STAY AND PLAY WIDNES"}"#,
        r#"{"name": "NHS 111"}"#,
    ),
    rule(
        "name_long",
        Advises,
        Service,
        "The name is too long to read in a list. Use at most 120 letters.",
        r#"{"name": "Stay and play for babies and toddlers and their parents and grandparents and carers on Monday and Tuesday mornings in both halls"}"#,
        r#"{"name": "Stay and play"}"#,
    ),
    on(
        "phones",
        rule(
            "no_way_in",
            Advises,
            Service,
            "There is no way to get in touch: no phone, no email, no website. Give at least one.",
            r#"{"phones": "(left out)", "email": "(left out)", "url": "(left out)"}"#,
            r#"{"phones": "(left out)", "url": "(left out)", "contacts": [{"id": "1e7efce3-639b-4880-940c-b95cd30cdb50", "phones": [{"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "0151 496 0000"}]}]}"#,
        ),
    ),
    on(
        "age",
        rule(
            "no_age",
            Advises,
            Service,
            "It does not say for what age it is. Give the youngest and the oldest age, or say who it is for.",
            r#"{"minimum_age": "(left out)", "maximum_age": "(left out)"}"#,
            r#"{"minimum_age": "(left out)", "maximum_age": "(left out)", "pregnancy": true}"#,
        ),
    ),
    on(
        "cost",
        rule(
            "no_cost",
            Advises,
            Service,
            "It does not say what it costs. Say that it is free, or what families pay.",
            r#"{"cost_options": "(left out)"}"#,
            r#"{"cost_options": "(left out)", "fees": "Free"}"#,
        ),
    ),
    on(
        "locations",
        rule(
            "no_place",
            Advises,
            Service,
            "It does not say where it is or which area it serves. Choose a place or an area.",
            r#"{"service_at_locations": "(left out)"}"#,
            r#"{"service_at_locations": "(left out)", "service_areas": [{"id": "381c64f1-a724-4884-9c21-ac96c21cca3e", "name": "Halton"}]}"#,
        ),
    ),
];

#[cfg(test)]
pub(crate) mod tests_support {
    use super::{Rule, Subject};
    use serde_json::{Value, json};

    /// A sound record.
    pub(crate) fn good(of: Subject) -> Value {
        let address = json!({"id": "74706e55-df26-4b84-80fe-ecc30b5befb4", "address_1": "1 High Street", "city": "Widnes",
            "state_province": "Halton", "postal_code": "WA8 7QF", "country": "GB", "address_type": "physical"});
        let location = json!({"id": "3a19ff88-4620-4d17-9830-ac1d859eb5d5", "location_type": "physical",
            "name": "Example hall", "latitude": 53.36, "longitude": -2.73, "addresses": [address]});
        let term = json!({"id": "3f7b145d-84af-42d7-8fae-eaca714b02b2", "name": "Play", "description": "Playing together"});
        let organization = json!({"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Example council",
            "description": "A council.", "website": "https://example.gov.uk"});
        match of {
            Subject::Service => json!({"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Stay and play",
                "organization_id": organization["id"], "organization": organization, "status": "active",
                "description": "A warm and friendly group where babies and toddlers play and parents meet.",
                "url": "https://example.org/play", "email": "hub@example.gov.uk", "minimum_age": 0, "maximum_age": 4,
                "assured_date": "2026-11-01", "last_modified": "2026-11-01T10:00:00.000Z",
                "phones": [{"id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e", "number": "0151 496 0000"}],
                "cost_options": [{"id": "1fdf4d39-3d80-484d-9f92-a8ffa08621e7", "option": "One session", "amount": 0}],
                "schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "byday": "MO,WE",
                    "opens_at": "10:00:00", "closes_at": "11:30:00"}],
                "attributes": [{"id": "ae58cc39-8b70-4ab1-8aea-786882e5ac8e", "link_type": "topic",
                    "taxonomy_term_id": term["id"], "taxonomy_term": term}],
                "service_at_locations": [{"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765", "location": location}]}),
            Subject::Organization => organization,
            Subject::ServiceAtLocation => json!({"id": "e94c9f38-1e8f-4564-91d4-d53501ab1765",
                "service_id": "ac148810-d857-441c-9679-408f346de14b", "location": location}),
            Subject::Taxonomy => json!({"id": "3f7b145d-84af-42d7-8fae-eaca714b02b3", "name": "Needs",
                "description": "What families need", "taxonomy_terms": [term]}),
            Subject::TaxonomyTerm => term,
            Subject::Page => {
                json!({"total_items": 1, "total_pages": 1, "page_number": 1, "size": 1, "first_page": true,
                "last_page": true, "empty": false, "contents": [{}]})
            }
        }
    }

    /// A rule's two examples, whole.
    pub(crate) fn examples(rule: &Rule) -> (Value, Value) {
        let whole = |part: &str| {
            let mut record = good(rule.of);
            lay_over(&mut record, serde_json::from_str(part).unwrap());
            record
        };
        (whole(rule.breaks), whole(rule.keeps))
    }

    fn lay_over(record: &mut Value, part: Value) {
        match (record, part) {
            (Value::Object(map), Value::Object(parts)) => {
                for (name, part) in parts {
                    match part {
                        Value::String(word) if word == "(left out)" => {
                            map.remove(&name);
                        }
                        part => lay_over(map.entry(name).or_insert(Value::Null), part),
                    }
                }
            }
            (record, part) => *record = part,
        }
    }
}
