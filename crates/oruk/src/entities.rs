//! The parts of a service, read by the names that either version of the standard and the suppliers beside it give them.

use crate::{
    check::is_in_the_kingdom,
    lenient,
    model::{
        Accessibility, Address, Attribute, Contact, CostOption, Funding, Language, Location, Offer,
        Organization, OrganizationIdentifier, Phone, Schedule, ServiceArea, ServiceAtLocation, TaxonomyTerm,
    },
    read::{Node, Reader},
};
use kernel::Postcode;
use serde_json::Value;
use uuid::Uuid;

/// The phones of a record, from a list or from a single field. Every one that is given is kept, even one that nobody
/// can dial; two in one field become two.
pub(crate) fn phones(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Phone> {
    let mut phones = Vec::new();
    for phone in reader.list(node, &["phones", "phone", "telephone"]) {
        let id = reader.id(&phone, "phone");
        let Some(written) = reader.line(&phone, &["number", "phone_number", "name"]) else {
            continue;
        };
        let numbers = lenient::phones(&written).unwrap_or_else(|| {
            reader.mended(
                &phone.at("number"),
                "The phone number cannot be dialled as it is written. It was kept as it is.",
            );
            vec![(written.clone(), None)]
        });
        let extension = reader.line(&phone, &["extension"]);
        let described = reader.line(&phone, &["description", "title"]);
        let hours = reader.line(&phone, &["hours"]);
        let kind = reader.line(&phone, &["type"]);
        let spoken = languages(reader, &phone, &["languages", "language"]);
        for (index, (number, own_extension)) in numbers.into_iter().enumerate() {
            phones.push(Phone {
                id: if index == 0 { id } else { reader.named(&format!("{}/{index}", phone.key)) },
                number,
                description: described.clone(),
                hours: hours.clone(),
                extension: own_extension.or_else(|| extension.clone()),
                kind: kind.clone(),
                languages: if index == 0 { spoken.clone() } else { Vec::new() },
            });
        }
    }
    phones
}

pub(crate) fn languages(reader: &mut Reader<'_>, node: &Node<'_>, names: &[&'static str]) -> Vec<Language> {
    let mut languages = Vec::new();
    for language in reader.list(node, names) {
        let (mut name, mut code) =
            (reader.line(&language, &["name", "language"]), reader.line(&language, &["code"]));
        // Version 1 gives a code of two or three letters where version 3 gives a name.
        if code.is_none() && name.as_ref().is_some_and(|name| is_language_code(name)) {
            (name, code) = (None, name);
        }
        let note = reader.line(&language, &["note"]);
        languages.push(Language { id: reader.id(&language, "language"), name, code, note });
    }
    languages
}

fn is_language_code(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

pub(crate) fn contacts(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for contact in reader.list(node, &["contacts"]) {
        contacts.push(Contact {
            id: reader.id(&contact, "contact"),
            name: reader.line(&contact, &["name"]),
            title: reader.line(&contact, &["title", "department"]),
            email: reader.email(&contact, &["email"]),
            phones: phones(reader, &contact),
        });
    }
    contacts
}

pub(crate) fn cost_options(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<CostOption> {
    let mut prices = Vec::new();
    for price in reader.list(node, &["cost_options"]) {
        let mut option = reader.line(&price, &["option", "name"]);
        // Words where the number should be are a price too, such as 'Free' or '£3 a child'.
        let amount = match price.get(&["amount"]) {
            Some((_, Value::String(written))) => {
                let amount = lenient::number(written);
                if amount.is_none() {
                    option = Some(
                        option
                            .into_iter()
                            .chain([crate::words::line(written)])
                            .collect::<Vec<_>>()
                            .join(": "),
                    );
                    reader.mended(
                        &price.at("amount"),
                        "The price was written in words, and was kept as words.",
                    );
                }
                amount
            }
            _ => reader.number(&price, &["amount"]),
        };
        let possible = amount.is_none_or(|pounds| pounds >= 0.0);
        if !possible {
            reader.left_out(&price.at("amount"), "The price is below nothing, so it was left out.");
        }
        prices.push(CostOption {
            id: reader.id(&price, "cost_option"),
            valid_from: reader.date(&price, &["valid_from"]),
            valid_to: reader.date(&price, &["valid_to"]),
            option,
            amount: amount.filter(|_| possible).map(f64::abs),
            amount_description: reader.line(&price, &["amount_description", "cost_type"]),
            currency: reader.line(&price, &["currency"]),
        });
    }
    prices
}

pub(crate) fn funding(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Funding> {
    let mut funding = Vec::new();
    for funder in reader.list(node, &["funding", "fundings"]) {
        let source = reader.line(&funder, &["source", "name"]);
        funding.push(Funding { id: reader.id(&funder, "funding"), source });
    }
    funding
}

pub(crate) fn service_areas(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<ServiceArea> {
    let mut areas = Vec::new();
    for area in reader.list(node, &["service_areas"]) {
        let shape = area.get(&["extent"]).map(|(_, shape)| match shape {
            Value::String(text) => text.trim().to_owned(),
            shape => shape.to_string(),
        });
        areas.push(ServiceArea {
            id: reader.id(&area, "service_area"),
            name: reader.line(&area, &["name", "service_area"]),
            service_area: reader.line(&area, &["service_area"]),
            extent_type: reader.line(&area, &["extent_type"]),
            extent: shape,
            uri: reader.line(&area, &["uri"]),
        });
    }
    areas
}

/// The times of a record. Every one that is given is kept: what cannot be read of it stays in its words.
pub(crate) fn schedules(reader: &mut Reader<'_>, node: &Node<'_>, names: &[&'static str]) -> Vec<Schedule> {
    reader.list(node, names).iter().map(|schedule| schedule_of(reader, schedule)).collect()
}

fn schedule_of(reader: &mut Reader<'_>, node: &Node<'_>) -> Schedule {
    let mut unread = Vec::new();
    let (freq, byday, interval) = rule(reader, node, &mut unread);
    let mut time = |reader: &mut Reader<'_>, name: &'static str, word: &str| {
        let written = reader.line(node, &[name])?;
        let clock = lenient::clock(&written).map(lenient::clock_words);
        match &clock {
            None => unread.push(format!("{word} {written}")),
            Some(clock) if *clock != written => {
                reader.mended(&node.at(name), "The time was written as the clock on the wall shows it.");
            }
            Some(_) => {}
        }
        clock
    };
    let opens_at = time(reader, "opens_at", "Opens:");
    let closes_at = time(reader, "closes_at", "Closes:");
    let written_month_days = reader.line(node, &["bymonthday"]);
    let bymonthday = written_month_days.as_deref().and_then(lenient::month_days);
    if let (Some(written), None) = (written_month_days, &bymonthday) {
        unread.push(format!("Days of the month: {written}"));
    }
    let mut description = reader.text(node, &["description"]);
    if !unread.is_empty() {
        reader.mended(&node.pointer, "Some of the time could not be read, and was kept in its words.");
        let own = description.into_iter().chain(unread).collect::<Vec<_>>();
        description = Some(own.join(". "));
    }
    if node.has("count") {
        reader
            .left_out(&node.at("count"), "How many times it comes round cannot be kept, so it was left out.");
    }
    Schedule {
        id: reader.id(node, "schedule"),
        service_at_location_id: reader.reference(node, &["service_at_location_id"], "service_at_location"),
        valid_from: reader.date(node, &["valid_from", "start_date"]),
        valid_to: reader.date(node, &["valid_to", "until", "end_date"]),
        dtstart: reader.date(node, &["dtstart"]),
        freq,
        interval,
        byday,
        bymonthday,
        description,
        opens_at,
        closes_at,
        schedule_link: reader.link(node, &["schedule_link"]),
        attending_type: reader.line(node, &["attending_type"]),
        notes: reader.text(node, &["notes"]),
        term: reader.line(node, &["term"]),
    }
}

/// How often it comes round and on which days. Every day is weekly on seven days, as the standard wants it.
fn rule(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    unread: &mut Vec<String>,
) -> (Option<String>, Option<String>, Option<i64>) {
    let written_days = reader.line(node, &["byday", "weekday", "day", "days"]);
    let mut byday = written_days.as_deref().and_then(lenient::days);
    if let (Some(written), None) = (&written_days, &byday) {
        unread.push(format!("Days: {written}"));
    }
    let mut interval = reader
        .number(node, &["interval"])
        .filter(|many| *many >= 1.0 && *many <= 1_000.0)
        .map(|many| many as i64);
    let written = reader.line(node, &["freq"]).map(|freq| freq.to_ascii_uppercase());
    let freq = match written.as_deref() {
        Some("WEEKLY" | "WEEK") => Some("WEEKLY"),
        Some("MONTHLY" | "MONTH") => Some("MONTHLY"),
        Some("DAILY" | "DAY") if interval.is_none_or(|every| every == 1) => {
            byday.get_or_insert_with(|| "MO,TU,WE,TH,FR,SA,SU".to_owned());
            reader.mended(&node.at("freq"), "Every day was written as every week on seven days.");
            Some("WEEKLY")
        }
        Some("DAILY" | "DAY") => {
            unread.push(format!("Every {} days", interval.take().unwrap_or(1)));
            None
        }
        Some(other) => {
            unread.push(format!("How often: {}", other.to_ascii_lowercase()));
            None
        }
        // Suppliers that name a weekday and nothing else mean every week.
        None if node.has("weekday") && byday.is_some() => Some("WEEKLY"),
        None => None,
    };
    (freq.map(str::to_owned), byday, interval)
}

pub(crate) fn organization(reader: &mut Reader<'_>, node: &Node<'_>) -> Organization {
    let mut identifiers = Vec::new();
    for number in reader.list(node, &["organization_identifiers"]) {
        identifiers.push(OrganizationIdentifier {
            id: reader.id(&number, "organization_identifier"),
            identifier_scheme: reader.line(&number, &["identifier_scheme"]),
            identifier_type: reader.line(&number, &["identifier_type"]).unwrap_or_default(),
            identifier: reader.line(&number, &["identifier"]).unwrap_or_default(),
        });
    }
    Organization {
        id: reader.id(node, "organization"),
        name: reader.line(node, &["name"]).unwrap_or_default(),
        description: reader.text(node, &["description"]).unwrap_or_default(),
        email: reader.email(node, &["email"]),
        website: reader.link(node, &["website", "url"]),
        logo: reader.link(node, &["logo"]),
        uri: reader.uri(node, &["uri"]),
        parent_organization_id: reader.reference(node, &["parent_organization_id"], "organization"),
        kind: reader.line(node, &["kind"]),
        slug: reader.line(node, &["slug"]),
        source: reader.line(node, &["source"]),
        assured_date: reader.date(node, &["assured_date"]),
        organization_identifiers: identifiers,
        phones: phones(reader, node),
        attributes: attributes(reader, node),
        services: Vec::new(),
    }
}

pub(crate) fn service_at_location(reader: &mut Reader<'_>, node: &Node<'_>) -> ServiceAtLocation {
    let place = reader.inside(node, &["location"]).map(|place| location(reader, &place));
    ServiceAtLocation {
        id: reader.id(node, "service_at_location"),
        service_id: reader.reference(node, &["service_id"], "service"),
        location_id: reader.reference(node, &["location_id"], "location"),
        description: reader.text(node, &["description"]),
        location: place,
        service: None,
        schedules: schedules(reader, node, &["schedules", "regular_schedules", "regular_schedule"]),
    }
}

pub(crate) fn location(reader: &mut Reader<'_>, node: &Node<'_>) -> Location {
    let masked = reader.flag(node, &["mask_exact_address"]) == Some(true);
    let (latitude, longitude) =
        point(reader, node).map_or((None, None), |(latitude, longitude)| (Some(latitude), Some(longitude)));
    let addresses = addresses(reader, node, masked);
    let kind = reader.read(
        node,
        &["location_type"],
        |kind| ["physical", "postal", "virtual"].into_iter().find(|known| kind.eq_ignore_ascii_case(known)),
        "The kind of place could not be read, so it is taken as one to go to.",
    );
    let mut accessibility = Vec::new();
    for feature in reader.list(node, &["accessibility", "accessibility_for_disabilities", "accessibilities"])
    {
        let named = reader.line(&feature, &["accessibility"]);
        accessibility.push(Accessibility {
            id: reader.id(&feature, "accessibility"),
            description: reader.line(&feature, &["description", "name"]).or_else(|| named.clone()),
            details: reader.text(&feature, &["details"]),
            accessibility: named,
            url: reader.link(&feature, &["url"]),
            feature: reader.line(&feature, &["feature"]),
            state: reader.line(&feature, &["state"]),
        });
    }
    let quality = reader.line(node, &["point_quality"]);
    let scattered = !has_address_of_its_own(node);
    let mut scattered_line = |name: &'static str| reader.line(node, &[name]).filter(|_| scattered);
    let (town, address_1, postal_code) =
        (scattered_line("town"), scattered_line("address_1"), scattered_line("postal_code"));
    Location {
        id: reader.id(node, "location"),
        location_type: kind.unwrap_or("physical").to_owned(),
        name: reader.line(node, &["name"]),
        description: reader.text(node, &["description"]),
        transportation: reader.text(node, &["transportation"]),
        latitude,
        longitude,
        point_quality: if masked && latitude.is_some() { Some("town".to_owned()) } else { quality },
        external_identifier: reader.line(node, &["external_identifier", "uprn"]),
        external_identifier_type: reader
            .line(node, &["external_identifier_type"])
            .or_else(|| (!node.has("external_identifier") && node.has("uprn")).then(|| "UPRN".to_owned())),
        family_hub: reader.flag(node, &["family_hub"]),
        slug: reader.line(node, &["slug"]),
        source: reader.line(node, &["source"]),
        assured_date: reader.date(node, &["assured_date"]),
        town,
        address_1,
        postal_code,
        addresses,
        accessibility,
        schedules: schedules(reader, node, &["schedules", "regular_schedules"]),
        phones: phones(reader, node),
    }
}

/// A point in this country; the wrong way round is put right, for no place here has both readings.
fn point(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<(f64, f64)> {
    let shape = node.map.get("geometry").and_then(|shape| shape.get("coordinates")).and_then(Value::as_array);
    let read = match shape.map(Vec::as_slice) {
        Some([longitude, latitude, ..]) => latitude.as_f64().zip(longitude.as_f64()),
        _ => reader.number(node, &["latitude"]).zip(reader.number(node, &["longitude"])),
    };
    let given = shape.is_some() || node.has("latitude") || node.has("longitude");
    match read {
        Some((latitude, longitude)) if is_in_the_kingdom(latitude, longitude) => Some((latitude, longitude)),
        Some((latitude, longitude)) if is_in_the_kingdom(longitude, latitude) => {
            reader.mended(&node.at("latitude"), "Latitude and longitude were the wrong way round.");
            Some((longitude, latitude))
        }
        _ => {
            if given {
                reader.left_out(
                    &node.at("latitude"),
                    "The place on the map is not in the United Kingdom, so it was left out.",
                );
            }
            None
        }
    }
}

/// The addresses of a place: a list of either version, or the lines of one written straight on the place.
fn addresses(reader: &mut Reader<'_>, node: &Node<'_>, masked: bool) -> Vec<Address> {
    let mut addresses = Vec::new();
    for (names, kind) in [
        (&["addresses", "address"][..], None),
        (&["physical_addresses", "physical_address"][..], Some("physical")),
        (&["postal_addresses", "postal_address"][..], Some("postal")),
    ] {
        for line in reader.list(node, names) {
            let id = reader.id(&line, "address");
            addresses.push(address(reader, &line, id, kind, masked));
        }
    }
    if addresses.is_empty() && has_address_of_its_own(node) {
        let id = reader.named(&format!("{}/address", node.key));
        addresses.push(address(reader, node, id, Some("physical"), masked));
    }
    addresses
}

/// Whether the lines of an address stand on the place itself, as suppliers write them. A feed of ours writes there only
/// what is too little for an address, and calls the town a town.
fn has_address_of_its_own(node: &Node<'_>) -> bool {
    ["city", "state_province", "country"].iter().any(|name| node.has(name))
}

fn address(reader: &mut Reader<'_>, node: &Node<'_>, id: Uuid, kind: Option<&str>, masked: bool) -> Address {
    let street = reader
        .line(node, &["address_1", "name"])
        .filter(|street| !masked && !street.chars().all(|letter| letter == '*'));
    if masked || (street.is_none() && node.has("address_1")) {
        reader.left_out(
            &node.at("address_1"),
            "The source keeps the exact address to itself, so it was left out.",
        );
    }
    let mut more = Vec::new();
    for name in ["address_2", "address_3", "address_4"] {
        more.extend(reader.line(node, &[name]).filter(|_| !masked));
    }
    let postcode =
        reader.line(node, &["postal_code", "postcode"]).map(|written| match written.parse::<Postcode>() {
            Ok(postcode) if masked => postcode.outward().to_owned(),
            Ok(postcode) => postcode.to_string(),
            Err(_) => written,
        });
    let written = reader.line(node, &["country"]);
    let country = written.as_deref().map_or(Some("GB"), lenient::country);
    if let (Some(_), None) = (&written, country) {
        reader.mended(&node.at("country"), "The country is not the United Kingdom. It was kept as it is.");
    }
    let own_kind = reader.line(node, &["address_type"]).map(|kind| kind.to_ascii_lowercase());
    let known = own_kind.filter(|kind| ["physical", "postal", "virtual"].contains(&kind.as_str()));
    Address {
        id,
        attention: reader.line(node, &["attention"]),
        address_1: street.unwrap_or_default(),
        address_2: (!more.is_empty()).then(|| more.join(", ")),
        city: reader.line(node, &["city", "town", "locality"]).unwrap_or_default(),
        region: reader.line(node, &["region"]),
        state_province: reader.line(node, &["state_province", "county"]).unwrap_or_default(),
        postal_code: postcode.unwrap_or_default(),
        country: country.map(str::to_owned).or(written).unwrap_or_default(),
        address_type: known.unwrap_or_else(|| kind.unwrap_or("physical").to_owned()),
    }
}

pub(crate) fn attributes(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for tag in reader.list(node, &["attributes"]) {
        let term = reader.inside(&tag, &["taxonomy_term"]).map(|term| taxonomy_term(reader, &term));
        attributes.push(Attribute {
            id: reader.id(&tag, "attribute"),
            link_id: reader.reference(&tag, &["link_id"], "service"),
            link_type: reader.line(&tag, &["link_type"]),
            link_entity: reader.line(&tag, &["link_entity"]),
            value: reader.text(&tag, &["value"]),
            taxonomy_term_id: reader
                .reference(&tag, &["taxonomy_term_id"], "taxonomy_term")
                .or_else(|| term.as_ref().map(|term| term.id)),
            taxonomy_term: term,
        });
    }
    attributes
}

pub(crate) fn taxonomy_term(reader: &mut Reader<'_>, node: &Node<'_>) -> TaxonomyTerm {
    let given = node.get(&["id"]).and_then(|(_, id)| crate::read::own_key(id));
    let own_code = given.filter(|id| Uuid::try_parse(id).is_err());
    TaxonomyTerm {
        id: reader.id(node, "taxonomy_term"),
        code: reader.line(node, &["code"]).or(own_code),
        name: reader.line(node, &["name", "term"]).unwrap_or_default(),
        description: reader.text(node, &["description"]).unwrap_or_default(),
        parent_id: reader.reference(node, &["parent_id"], "taxonomy_term"),
        taxonomy: reader.line(node, &["taxonomy", "vocabulary"]),
        taxonomy_id: reader.reference(node, &["taxonomy_id"], "taxonomy"),
        term_uri: reader.uri(node, &["term_uri"]),
        term: reader.line(node, &["term"]),
        quiet_page: reader.flag(node, &["quiet_page"]),
    }
}

pub(crate) fn offers(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Offer> {
    let mut offers = Vec::new();
    for group in reader.list(node, &["offers"]) {
        let title = reader.line(&group, &["title", "name"]).unwrap_or_default();
        offers.push(Offer { title, items: lines(&group, "items") });
    }
    offers
}

/// A plain list of lines.
pub(crate) fn lines(node: &Node<'_>, name: &str) -> Vec<String> {
    let items = node.map.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(Value::as_str).map(crate::words::line).filter(|line| !line.is_empty()).collect()
}
