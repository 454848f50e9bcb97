//! Makes a service fit to be written: nothing empty, links with schemes, nothing that the official schemas refuse.

use crate::{
    model::{Address, Attribute, Location, Organization, Phone, Service, TaxonomyTerm},
    read_v3,
};
use std::mem;

/// Drops what is empty, mends what can be mended without guessing, and settles what the standard requires and nobody
/// gave: an organisation and a term are described by their names, an address without a county by its region or town.
/// What stays incomplete after that is dropped, for the schemas would refuse all of it; of an address without a street
/// the place keeps what is known.
///
/// A service made tidy is exactly what reading it back gives; made tidy twice it stays the same.
pub fn tidy(service: &mut Service) {
    if let Ok(record) = serde_json::to_value(&*service) {
        *service = read_v3::read_service(&record, "").service;
    }
    settle(service);
}

fn settle(service: &mut Service) {
    let places = service.service_at_locations.iter_mut();
    for place in places {
        if let Some(location) = &mut place.location {
            settle_location(location);
        }
        if let Some(nested) = &mut place.service {
            settle(nested);
        }
    }
    service.organization = service.organization.take().filter(|organization| !organization.name.is_empty());
    if let Some(organization) = &mut service.organization {
        settle_organization(organization);
        service.organization_id = Some(organization.id);
    }
    for contact in &mut service.contacts {
        settle_phones(&mut contact.phones);
    }
    service.contacts.retain(|contact| {
        contact.name.is_some()
            || contact.title.is_some()
            || contact.email.is_some()
            || !contact.phones.is_empty()
    });
    settle_phones(&mut service.phones);
    settle_attributes(&mut service.attributes);
    service.funding.retain(|funder| funder.source.is_some());
    service.offers.retain(|offer| !offer.title.is_empty() || !offer.items.is_empty());
    for offer in service.offers.iter_mut().filter(|offer| offer.title.is_empty()) {
        offer.title = "Offers".to_owned();
    }
}

fn settle_organization(organization: &mut Organization) {
    if organization.description.is_empty() {
        organization.description.clone_from(&organization.name);
    }
    organization
        .organization_identifiers
        .retain(|number| !number.identifier_type.is_empty() && !number.identifier.is_empty());
    settle_phones(&mut organization.phones);
    settle_attributes(&mut organization.attributes);
    organization.services.iter_mut().for_each(settle);
}

fn settle_location(location: &mut Location) {
    settle_phones(&mut location.phones);
    for address in &mut location.addresses {
        if address.state_province.is_empty() {
            address.state_province = address.region.clone().unwrap_or_else(|| address.city.clone());
        }
        if address.city.is_empty() {
            address.city.clone_from(&address.state_province);
        }
        if address.address_1.is_empty() {
            address.address_1 = address.address_2.take().unwrap_or_default();
        }
    }
    let (whole, parts): (Vec<Address>, Vec<Address>) =
        mem::take(&mut location.addresses).into_iter().partition(|address| {
            [
                &address.address_1,
                &address.city,
                &address.state_province,
                &address.postal_code,
                &address.country,
            ]
            .iter()
            .all(|line| !line.is_empty())
        });
    location.addresses = whole;
    let Some(part) = parts.into_iter().next().filter(|_| location.addresses.is_empty()) else {
        return;
    };
    let given = |line: String| (!line.is_empty()).then_some(line);
    location.town = location.town.take().or(given(part.city));
    location.address_1 = location.address_1.take().or(given(part.address_1));
    location.postal_code = location.postal_code.take().or(given(part.postal_code));
}

fn settle_phones(phones: &mut Vec<Phone>) {
    phones.retain(|phone| !phone.number.is_empty());
}

fn settle_attributes(attributes: &mut Vec<Attribute>) {
    for attribute in attributes.iter_mut() {
        attribute.taxonomy_term = attribute.taxonomy_term.take().and_then(settled_term);
    }
    attributes.retain(|attribute| attribute.taxonomy_term.is_some() || attribute.taxonomy_term_id.is_some());
}

fn settled_term(mut term: TaxonomyTerm) -> Option<TaxonomyTerm> {
    if term.name.is_empty() {
        term.name = term.code.clone()?;
    }
    if term.description.is_empty() {
        term.description = mem::take(&mut term.name);
        term.name.clone_from(&term.description);
    }
    Some(term)
}
