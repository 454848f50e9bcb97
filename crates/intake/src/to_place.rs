//! Who runs an entry and where it is, from the record that nests them.

use crate::{
    limits,
    model::{Area, Entity},
    names::{Asking, Names},
    protect::{Secrecy, without_addresses, word_of_safety},
    schedules,
    to_draft::{Ground, checked_on, cut, website},
    words::folded,
};
use directory::{
    LocationDraft, OrganizationDraft, OrganizationKind,
    taken_in::{AccessibilityDraft, Feature, IdentifierDraft, LocationType, PointQuality, State},
};
use kernel::{Postcode, Slug, one_line};
use oruk::model::{Accessibility, Address, Location, Organization, ServiceAtLocation};
use serde::{Deserialize, Serialize};

/// A thing that a record nests.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Part<T> {
    /// The source's own key for it.
    pub key: String,
    /// Its address here.
    pub slug: Slug,
    /// As it would stand here.
    pub draft: T,
}

/// A place, and how exactly its point is known.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Placed {
    /// The place.
    pub draft: LocationDraft,
    /// Of its point, if it has one.
    pub quality: PointQuality,
}

/// The organisation, if it has at least a name.
pub(crate) fn organization_of(
    ground: &Ground,
    names: &mut Names,
    theirs: &Organization,
    notes: &mut Vec<String>,
) -> Option<Part<OrganizationDraft>> {
    let name = cut(&one_line(&theirs.name), 200);
    if name.is_empty() {
        return None;
    }
    let key = if theirs.id.is_nil() { format!("name {}", folded(&name)) } else { theirs.id.to_string() };
    let slug = names.slug_for(&Asking {
        entity: Entity::Organization,
        key: &key,
        id: theirs.id,
        slug: theirs.slug.as_deref(),
        name: &name,
        beside: &ground.source.name,
        may_be_ours: ground.source.area == Area::Inside,
    })?;
    let identifiers: Vec<IdentifierDraft> = theirs
        .organization_identifiers
        .iter()
        .filter(|number| !number.identifier.trim().is_empty())
        .map(|number| IdentifierDraft {
            scheme: number.identifier_scheme.clone().unwrap_or_default(),
            kind: number.identifier_type.clone(),
            identifier: number.identifier.clone(),
        })
        .collect();
    let mut draft = OrganizationDraft {
        slug: slug.clone(),
        description: Some(theirs.description.trim())
            .filter(|text| !text.is_empty())
            .map_or_else(|| format!("{name}. {} says no more about it.", ground.source.name), str::to_owned),
        kind: kind_of(theirs, &name, &identifiers),
        website: theirs.website.as_deref().and_then(|address| website(address, notes)),
        email: theirs.email.as_ref().and_then(|email| email.parse().ok()),
        phone: theirs.phones.iter().find_map(|phone| phone.number.parse().ok()),
        source: theirs.source.clone().or_else(|| Some(format!("Taken from {}", ground.source.name))),
        checked_on: checked_on(theirs.assured_date, ground.today, notes),
        identifiers,
        name,
    };
    // An organisation has no place of its own here, and its words must not tell one that hides people.
    let speaks = [&draft.name, &draft.description].into_iter().any(|text| word_of_safety(text).is_some());
    if let Some(hidden) = without_addresses(&draft.description).filter(|_| speaks) {
        draft.description = hidden;
        notes.push("An address was taken out of what is said of who runs it".to_owned());
    }
    limits::keep_organization(&mut draft, notes);
    Some(Part { key, slug, draft })
}

/// By its own word, by the register it is in, by what it calls itself; a community group when nothing says more.
fn kind_of(theirs: &Organization, name: &str, identifiers: &[IdentifierDraft]) -> OrganizationKind {
    if let Some(kind) = theirs.kind.as_deref().and_then(|kind| kind.parse().ok()) {
        return kind;
    }
    let listed = |scheme: &str| identifiers.iter().any(|number| number.scheme.eq_ignore_ascii_case(scheme));
    let folded = folded(name);
    let says = |word: &str| folded.split(' ').any(|part| part == word);
    if listed("GB-CHC") || listed("GB-SC") {
        OrganizationKind::Charity
    } else if says("council") && !says("parish") {
        OrganizationKind::Council
    } else if says("nhs") {
        OrganizationKind::Nhs
    } else if ["school", "academy", "nursery", "preschool"].iter().any(|word| says(word)) {
        OrganizationKind::School
    } else if listed("GB-COH") {
        OrganizationKind::Private
    } else {
        OrganizationKind::Community
    }
}

/// The county as the source gives it. One that it does not give is ours only where the town is; else nobody has said.
fn county_of(ground: &Ground, address: Option<&Address>, town: &str) -> String {
    let given = address.map(|address| one_line(&address.state_province)).unwrap_or_default();
    let is_ours = ground.council.towns.iter().any(|ours| ours.name.eq_ignore_ascii_case(town));
    if given.is_empty() && is_ours { ground.council.area_name.clone() } else { given }
}

/// The place, if there is anything to be said of it.
pub(crate) fn place_of(
    ground: &Ground,
    names: &mut Names,
    theirs: &Location,
    at: &ServiceAtLocation,
    (service, secrecy): (&str, Secrecy),
    notes: &mut Vec<String>,
) -> Option<Part<Placed>> {
    let secrecy = if theirs.family_hub == Some(true) { Secrecy::Open } else { secrecy };
    let address =
        theirs.addresses.iter().find(|address| address.address_type != "postal").or(theirs.addresses.first());
    let line = |text: &str| Some(one_line(text)).filter(|text| !text.is_empty());
    let first = address.and_then(|address| line(&address.address_1));
    let second = address.and_then(|address| address.address_2.as_deref()).and_then(line);
    let address_1 = match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}, {second}")),
        (first, second) => first.or(second),
    }
    .or_else(|| theirs.address_1.as_deref().and_then(line));
    let postal_code = address.map(|address| address.postal_code.as_str()).or(theirs.postal_code.as_deref());
    let postal_code = postal_code.and_then(|code| code.parse::<Postcode>().ok());
    let kind = theirs.location_type.parse().unwrap_or(LocationType::Physical);
    let name = theirs
        .name
        .as_deref()
        .and_then(line)
        .or_else(|| address_1.clone())
        .or_else(|| (kind == LocationType::Virtual).then(|| "Online".to_owned()))
        .or_else(|| postal_code.as_ref().map(|code| format!("{service}, {code}")))
        .or_else(|| theirs.latitude.map(|_| service.to_owned()))?;
    // What it is called may tell where it is, and so would an address on the site that is made of it.
    let (name, their_slug) = match secrecy {
        Secrecy::Secret => ("Private place".to_owned(), None),
        Secrecy::Open => (name, theirs.slug.as_deref()),
    };
    let id = if theirs.id.is_nil() { at.location_id.unwrap_or_default() } else { theirs.id };
    let key = if id.is_nil() {
        let code = postal_code.as_ref().map_or_else(String::new, Postcode::to_string);
        format!("at {} {} {code}", folded(&name), folded(address_1.as_deref().unwrap_or_default()))
    } else {
        id.to_string()
    };
    let town = address.map(|address| address.city.as_str()).or(theirs.town.as_deref()).unwrap_or_default();
    let town = one_line(town);
    let slug = names.slug_for(&Asking {
        entity: Entity::Location,
        key: &key,
        id,
        slug: their_slug,
        name: &name,
        beside: &town,
        may_be_ours: ground.source.area == Area::Inside,
    })?;
    let (point, quality) = point_of(theirs, kind, notes);
    let county = county_of(ground, address, &town);
    let mut draft = LocationDraft {
        slug: slug.clone(),
        kind,
        hub: theirs.family_hub.unwrap_or(false),
        description: theirs.description.clone().unwrap_or_default(),
        address_1,
        postal_code,
        county: Some(county),
        point,
        phone: theirs.phones.iter().find_map(|phone| phone.number.parse().ok()),
        sensitive: secrecy == Secrecy::Secret,
        transportation: theirs.transportation.clone(),
        source: theirs.source.clone().unwrap_or_else(|| format!("Taken from {}", ground.source.name)),
        checked_on: checked_on(theirs.assured_date, ground.today, notes),
        doubt: None,
        accessibility: theirs.accessibility.iter().filter_map(feature_of).collect(),
        schedules: schedules::of_place(theirs, slug.as_str(), notes),
        name: cut(&name, 200),
        town,
    };
    if secrecy == Secrecy::Secret {
        draft = LocationDraft {
            description: String::new(),
            address_1: None,
            postal_code: None,
            county: None,
            point: None,
            phone: None,
            transportation: None,
            schedules: Vec::new(),
            accessibility: Vec::new(),
            ..draft
        };
    }
    limits::keep_place(&mut draft, notes);
    Some(Part { key, slug, draft: Placed { draft, quality } })
}

/// A point inside the country; a place at latitude 0 has none.
fn point_of(
    theirs: &Location,
    kind: LocationType,
    notes: &mut Vec<String>,
) -> (Option<(f64, f64)>, PointQuality) {
    let quality = theirs
        .point_quality
        .as_deref()
        .and_then(|quality| quality.parse().ok())
        .unwrap_or(PointQuality::Exact);
    let Some((latitude, longitude)) = theirs.latitude.zip(theirs.longitude) else { return (None, quality) };
    if (49.0..=61.0).contains(&latitude) && (-9.0..=2.0).contains(&longitude) {
        return (Some((latitude, longitude)), quality);
    }
    if kind == LocationType::Physical {
        notes.push("A place’s point is not in the United Kingdom, so it was left out".to_owned());
    }
    (None, quality)
}

/// What a place has: by our own word, or in words that have one reading.
fn feature_of(theirs: &Accessibility) -> Option<AccessibilityDraft> {
    let words = theirs.description.as_deref().or(theirs.accessibility.as_deref()).unwrap_or_default();
    let by_words = || {
        let said = folded(words);
        Feature::ALL.iter().copied().find(|feature| {
            said == folded(feature.words())
                || said == folded(feature.as_str())
                || matches!(
                    (feature, said.as_str()),
                    (
                        Feature::StepFree,
                        "step free access" | "wheelchair access" | "wheelchair accessible" | "level access"
                    ) | (
                        Feature::AccessibleToilet,
                        "accessible toilets"
                            | "disabled toilet"
                            | "accessible toilet facilities"
                            | "disabled toilets"
                    ) | (Feature::Parking, "car park" | "car parking" | "on site parking")
                        | (Feature::HearingLoop, "induction loop" | "hearing induction loop")
                )
        })
    };
    let feature = theirs.feature.as_deref().and_then(|feature| feature.parse().ok()).or_else(by_words)?;
    let state = theirs.state.as_deref().and_then(|state| state.parse().ok()).unwrap_or(State::Yes);
    Some(AccessibilityDraft { feature, state, details: theirs.details.clone().unwrap_or_default() })
}
