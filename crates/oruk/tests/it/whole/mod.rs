//! A service in which every field of the model says something.

use oruk::model::{
    Accessibility, Address, Attribute, Contact, CostOption, Funding, Language, Location, Offer, Organization,
    OrganizationIdentifier, Phone, Schedule, Service, ServiceArea, ServiceAtLocation, TaxonomyTerm,
};
use uuid::Uuid;

/// Every field of `model::Service`, so that a new one is not forgotten here.
#[allow(dead_code)] // each test file takes what it needs
pub const EVERY_FIELD: [&str; 46] = [
    "id",
    "organization_id",
    "name",
    "alternate_name",
    "status",
    "summary",
    "description",
    "url",
    "email",
    "fees",
    "fees_description",
    "accreditations",
    "licenses",
    "eligibility_description",
    "who_for",
    "minimum_age",
    "maximum_age",
    "age_from_months",
    "age_until_months",
    "pregnancy",
    "quiet_page",
    "about_babies",
    "about_loss",
    "application_process",
    "what_happens",
    "offers",
    "interpretation_services",
    "wait_time",
    "wait_time_date",
    "assured_date",
    "assurer_email",
    "alert",
    "source",
    "source_url",
    "slug",
    "last_modified",
    "organization",
    "schedules",
    "service_areas",
    "service_at_locations",
    "languages",
    "funding",
    "cost_options",
    "contacts",
    "phones",
    "attributes",
];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x4e1d_4c2a_0000_4000_8000_0000_0000_0000 + number)
}

fn words(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn language(number: u128) -> Language {
    Language { id: id(number), name: words("Polish"), code: words("pl"), note: words("Mornings only") }
}

fn phone(number: u128) -> Phone {
    Phone {
        id: id(number),
        number: "0151 496 0000".to_owned(),
        description: words("Front desk"),
        hours: words("Monday to Friday, 9am to 5pm"),
        extension: words("12"),
        kind: words("voice"),
        languages: vec![language(number + 1_000)],
    }
}

fn schedule(number: u128) -> Schedule {
    Schedule {
        id: id(number),
        service_at_location_id: Some(id(20)),
        valid_from: Some("2026-01-05".parse().unwrap()),
        valid_to: Some("2026-12-18".parse().unwrap()),
        dtstart: Some("2026-01-06".parse().unwrap()),
        freq: words("MONTHLY"),
        interval: Some(2),
        byday: words("1TU,-1FR"),
        bymonthday: words("1,-1"),
        description: words("Not on bank holidays"),
        opens_at: words("10:00:00"),
        closes_at: words("11:30:00"),
        schedule_link: words("https://example.org/times"),
        attending_type: words("drop_in"),
        notes: words("Bring socks"),
        term: words("term_time"),
    }
}

fn attribute(number: u128) -> Attribute {
    Attribute {
        id: id(number),
        link_id: Some(id(1)),
        link_type: words("topic"),
        link_entity: words("service"),
        value: words("Main"),
        taxonomy_term_id: Some(id(60)),
        taxonomy_term: Some(TaxonomyTerm {
            id: id(60),
            code: words("play"),
            name: "Play".to_owned(),
            description: "Playing together".to_owned(),
            parent_id: Some(id(61)),
            taxonomy: words("Needs"),
            taxonomy_id: Some(id(62)),
            term_uri: words("https://example.org/terms/play"),
            term: words("Play"),
            quiet_page: Some(true),
        }),
    }
}

/// A service made of every field, tidy as it stands.
pub fn full_service() -> Service {
    Service {
        id: id(1),
        organization_id: Some(id(2)),
        name: "Stay & play – Widnes".to_owned(),
        alternate_name: words("Baby group; Toddler group"),
        status: "temporarily closed".to_owned(),
        summary: words("Play and a chat."),
        description: words("Come and play.\n\n- Drums\n- Songs < 5 minutes"),
        url: words("https://example.org/play?a=1#top"),
        email: words("hub@example.gov.uk"),
        fees: words("Free"),
        fees_description: words("Free for everyone"),
        accreditations: words("A quality mark"),
        licenses: words("Registered"),
        eligibility_description: words("Lives in Halton"),
        who_for: words("Parents of babies"),
        minimum_age: Some(0.5),
        maximum_age: Some(4.0),
        age_from_months: Some(6),
        age_until_months: Some(60),
        pregnancy: Some(true),
        quiet_page: Some(true),
        about_babies: Some(true),
        about_loss: Some(true),
        application_process: words("Just come"),
        what_happens: vec!["You ring".to_owned(), "We ring back".to_owned()],
        offers: vec![Offer { title: "In a group".to_owned(), items: vec!["Songs".to_owned()] }],
        interpretation_services: words("Ask us"),
        wait_time: words("Two weeks"),
        wait_time_date: Some("2026-11-01".parse().unwrap()),
        assured_date: Some("2026-11-01".parse().unwrap()),
        assurer_email: words("directory@example.gov.uk"),
        alert: words("Closed on Friday"),
        source: words("The service"),
        source_url: words("https://example.org/leaflet"),
        slug: words("stay-and-play"),
        last_modified: Some("2026-11-02T10:00:00.123Z".parse().unwrap()),
        organization: Some(full_organization()),
        schedules: vec![schedule(10)],
        service_areas: vec![ServiceArea {
            id: id(15),
            name: words("Halton"),
            service_area: words("Halton"),
            extent: words("{\"type\":\"Point\"}"),
            extent_type: words("geojson"),
            uri: words("http://example.org/E06000006"),
        }],
        service_at_locations: vec![ServiceAtLocation {
            id: id(20),
            service_id: Some(id(1)),
            location_id: Some(id(21)),
            description: words("Round the back"),
            location: Some(full_location()),
            service: None,
            schedules: vec![schedule(11)],
        }],
        languages: vec![language(30)],
        funding: vec![Funding { id: id(31), source: words("The council") }],
        cost_options: vec![CostOption {
            id: id(32),
            valid_from: Some("2026-01-01".parse().unwrap()),
            valid_to: Some("2026-12-31".parse().unwrap()),
            option: words("One session"),
            amount: Some(2.5),
            amount_description: words("a child"),
            currency: words("GBP"),
        }],
        contacts: vec![Contact {
            id: id(33),
            name: words("Front desk"),
            title: words("Team"),
            email: words("desk@example.gov.uk"),
            phones: vec![phone(34)],
        }],
        phones: vec![phone(35)],
        attributes: vec![attribute(36)],
    }
}

fn full_organization() -> Organization {
    Organization {
        id: id(2),
        name: "Example council".to_owned(),
        description: "A council.".to_owned(),
        email: words("hello@example.gov.uk"),
        website: words("https://example.gov.uk"),
        logo: words("https://example.gov.uk/logo.png"),
        uri: words("https://example.gov.uk/id"),
        parent_organization_id: Some(id(3)),
        kind: words("council"),
        slug: words("example-council"),
        source: words("Its website"),
        assured_date: Some("2026-10-01".parse().unwrap()),
        organization_identifiers: vec![OrganizationIdentifier {
            id: id(4),
            identifier_scheme: words("GB-CHC"),
            identifier_type: "Charity number".to_owned(),
            identifier: "0000000".to_owned(),
        }],
        phones: vec![phone(5)],
        attributes: vec![attribute(6)],
        services: Vec::new(),
    }
}

fn full_location() -> Location {
    Location {
        id: id(21),
        location_type: "physical".to_owned(),
        name: words("Example hall"),
        description: words("By the park"),
        transportation: words("Bus 1"),
        latitude: Some(53.36),
        longitude: Some(-2.73),
        point_quality: words("exact"),
        external_identifier: words("100000000000"),
        external_identifier_type: words("UPRN"),
        family_hub: Some(true),
        slug: words("example-hall"),
        source: words("The council"),
        assured_date: Some("2026-10-01".parse().unwrap()),
        town: None,
        address_1: None,
        postal_code: None,
        addresses: vec![Address {
            id: id(22),
            attention: words("The desk"),
            address_1: "1 High Street".to_owned(),
            address_2: words("Floor 2"),
            city: "Widnes".to_owned(),
            region: words("Cheshire"),
            state_province: "Halton".to_owned(),
            postal_code: "WA8 7QF".to_owned(),
            country: "GB".to_owned(),
            address_type: "physical".to_owned(),
        }],
        accessibility: vec![Accessibility {
            id: id(23),
            description: words("Step-free access"),
            details: words("Ramp at the side"),
            accessibility: words("Step-free access"),
            url: words("https://example.org/access"),
            feature: words("step_free"),
            state: words("yes"),
        }],
        schedules: vec![schedule(24)],
        phones: vec![phone(25)],
    }
}
