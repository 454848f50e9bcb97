//! From what stands in the directory to what the feed says. Pure: the same entry always gives the same record.
//!
//! The rules that a reader could not guess:
//!
//! * **Ages.** The directory keeps whole months, and the first month that is too old. `minimum_age` is months / 12.
//!   `maximum_age` is the last age still served: a service until its children turn five says 4, because a whole year
//!   of age is served whole; one that ends between birthdays, or serves less than a year, says its last month / 12.
//!   Both are rounded to two digits, so beside them stand `age_from_months` and `age_until_months`, which say exactly
//!   what is kept and are what our own import reads.
//! * **What nobody has told us** ('unknown') is left out, never written as a word.
//! * **A time at a place** stands in the service's `schedules` and names its `service_at_location_id`. The same times
//!   stand in the record of that service at that location.
//! * **An address** that lacks anything the standard requires is left out; the point stays, and what is known of the
//!   address stands in `town`, `address_1` and `postal_code`.

use crate::terms::{closed_term, language_name, need, needs_id};
use directory::open_data::{
    Frequency, OpenLocation, OpenOrganization, OpenService, OpenTaxonomy, ScheduleDraft, part_id,
};
use directory::{AgeDraft, Season};
use oruk::{link, model};
use uuid::Uuid;

/// A service whole, with everything beneath it, and without the moment of its last change.
pub(crate) fn service(open: &OpenService) -> model::Service {
    let draft = &open.draft;
    let id = open.id.uuid();
    let part = |part: String| part_id(&open.slug, &part);
    let age = ages(draft.age);
    let organization = organization(&open.organization);
    model::Service {
        id,
        organization_id: Some(organization.id),
        name: draft.name.trim().to_owned(),
        alternate_name: given(&draft.aliases.join("; ")),
        status: open.status.as_str().to_owned(),
        summary: given(&draft.summary),
        description: given(&draft.description),
        url: draft.website.as_deref().and_then(given),
        email: draft.email.as_ref().map(ToString::to_string),
        fees: draft.cost_note.as_deref().and_then(given),
        fees_description: draft.cost_note.as_deref().and_then(given),
        eligibility_description: draft.eligibility.as_deref().and_then(given),
        who_for: draft.who_for.as_deref().and_then(given),
        minimum_age: age.0,
        maximum_age: age.1,
        age_from_months: draft.age.and_then(|age| age.from_months),
        age_until_months: draft.age.and_then(|age| age.until_months),
        pregnancy: draft.age.and_then(|age| age.pregnancy.then_some(true)),
        // Said either way: whoever takes this in knows that somebody has looked.
        quiet_page: Some(draft.sensitive),
        about_babies: draft.baby.then_some(true),
        about_loss: draft.loss.then_some(true),
        application_process: draft.how_to_get_in.as_deref().and_then(given),
        what_happens: draft.what_happens.iter().filter_map(|step| given(step)).collect(),
        offers: draft
            .offers
            .iter()
            .map(|offer| model::Offer {
                title: offer.title.clone(),
                items: offer.items.iter().filter_map(|item| given(item)).collect(),
            })
            .collect(),
        interpretation_services: draft.interpretation.as_deref().and_then(given),
        wait_time: draft.waiting_time.as_deref().and_then(given),
        wait_time_date: draft.waiting_time.as_deref().and_then(given).and(draft.waiting_time_on),
        assured_date: draft.checked_on,
        alert: open.alert.as_deref().and_then(given),
        source: given(&draft.source),
        source_url: draft.source_url.as_deref().and_then(given),
        slug: Some(open.slug.clone()),
        organization: Some(organization),
        schedules: service_schedules(open),
        service_areas: open
            .area
            .iter()
            .map(|(name, code)| model::ServiceArea {
                id: part("area".to_owned()),
                name: given(name),
                service_area: given(name),
                uri: is_ons_code(code)
                    .then(|| format!("http://statistics.data.gov.uk/id/statistical-geography/{code}")),
                ..model::ServiceArea::default()
            })
            .collect(),
        service_at_locations: open
            .locations
            .iter()
            .map(|place| model::ServiceAtLocation {
                id: at_id(open, place),
                service_id: Some(id),
                location_id: Some(place.id.uuid()),
                location: Some(location(place)),
                ..model::ServiceAtLocation::default()
            })
            .collect(),
        languages: draft
            .languages
            .iter()
            .map(|code| model::Language {
                id: part(format!("language/{code}")),
                name: language_name(code).map(str::to_owned),
                code: given(code),
                ..model::Language::default()
            })
            .collect(),
        funding: draft
            .funding
            .iter()
            .enumerate()
            .map(|(at, source)| model::Funding { id: part(format!("funding/{at}")), source: given(source) })
            .collect(),
        cost_options: draft
            .cost_options
            .iter()
            .enumerate()
            .map(|(at, option)| model::CostOption {
                id: part(format!("cost/{at}")),
                option: given(&option.option),
                amount: option.amount,
                amount_description: given(&option.amount_description),
                currency: option.amount.map(|_| "GBP".to_owned()),
                ..model::CostOption::default()
            })
            .collect(),
        phones: draft
            .phones
            .iter()
            .enumerate()
            .map(|(at, phone)| model::Phone {
                id: part(format!("phone/{at}")),
                number: phone.number.to_string(),
                description: given(&phone.description),
                hours: given(&phone.hours),
                ..model::Phone::default()
            })
            .collect(),
        attributes: attributes(open),
        ..model::Service::default()
    }
}

/// The times of a service at one place, as the record of that service at that location carries them.
pub(crate) fn schedules_at(service: &model::Service, at: Uuid) -> Vec<model::Schedule> {
    let here = |schedule: &&model::Schedule| schedule.service_at_location_id == Some(at);
    service.schedules.iter().filter(here).cloned().collect()
}

/// What a list shows of a service.
pub(crate) fn brief(service: &model::Service) -> model::Service {
    let organization = service.organization.as_ref().map(|whole| model::Organization {
        id: whole.id,
        name: whole.name.clone(),
        description: whole.description.clone(),
        email: whole.email.clone(),
        website: whole.website.clone(),
        slug: whole.slug.clone(),
        ..model::Organization::default()
    });
    model::Service {
        organization,
        what_happens: Vec::new(),
        offers: Vec::new(),
        schedules: Vec::new(),
        service_areas: Vec::new(),
        service_at_locations: Vec::new(),
        languages: Vec::new(),
        funding: Vec::new(),
        cost_options: Vec::new(),
        contacts: Vec::new(),
        phones: Vec::new(),
        attributes: Vec::new(),
        ..service.clone()
    }
}

/// An organisation, without its services.
pub(crate) fn organization(open: &OpenOrganization) -> model::Organization {
    model::Organization {
        id: open.id.uuid(),
        name: open.name.trim().to_owned(),
        description: given(&open.description).unwrap_or_else(|| open.name.trim().to_owned()),
        email: open.email.as_deref().and_then(given),
        website: open.website.as_deref().and_then(given),
        kind: Some(open.kind.as_str().to_owned()),
        slug: Some(open.slug.clone()),
        source: open.source.as_deref().and_then(given),
        assured_date: open.checked_on,
        organization_identifiers: open
            .identifiers
            .iter()
            .map(|(id, register)| model::OrganizationIdentifier {
                id: *id,
                identifier_scheme: given(&register.scheme),
                identifier_type: given(&register.kind).unwrap_or_else(|| register.scheme.clone()),
                identifier: register.identifier.clone(),
            })
            .collect(),
        phones: open
            .phone
            .iter()
            .map(|number| model::Phone {
                id: directory::open_data::named_id(&format!("organization/{}/phone", open.slug)),
                number: number.clone(),
                ..model::Phone::default()
            })
            .collect(),
        ..model::Organization::default()
    }
}

/// A list of needs with its terms.
pub(crate) fn taxonomy(open: &OpenTaxonomy) -> model::Taxonomy {
    let is_needs = open.id == needs_id();
    model::Taxonomy {
        id: open.id,
        name: if is_needs { crate::terms::NEEDS.to_owned() } else { open.name.clone() },
        description: given(&open.description).unwrap_or_else(|| open.name.clone()),
        taxonomy_terms: open.terms.iter().map(|term| need(term, open.id)).collect(),
        ..model::Taxonomy::default()
    }
}

/// The id of a service at a place.
fn at_id(open: &OpenService, place: &OpenLocation) -> Uuid {
    part_id(&open.slug, &format!("at/{}", place.slug))
}

fn service_schedules(open: &OpenService) -> Vec<model::Schedule> {
    let schedules = open.draft.schedules.iter().enumerate();
    schedules
        .map(|(position, schedule)| {
            let place = schedule
                .at
                .as_ref()
                .and_then(|slug| open.locations.iter().find(|place| place.slug == slug.as_str()));
            model::Schedule {
                service_at_location_id: place.map(|place| at_id(open, place)),
                ..self::schedule(part_id(&open.slug, &format!("schedule/{position}")), schedule)
            }
        })
        .collect()
}

fn schedule(id: Uuid, draft: &ScheduleDraft) -> model::Schedule {
    let minutes = draft.minutes().ok().flatten();
    let days: Vec<String> = draft.byday.iter().map(|day| day.trim().to_uppercase()).collect();
    let days = match draft.nth {
        Some(nth) if draft.freq == Frequency::Monthly => {
            days.iter().map(|day| format!("{nth}{day}")).collect::<Vec<_>>().join(",")
        }
        _ => days.join(","),
    };
    let month_days: Vec<String> = draft.bymonthday.iter().map(ToString::to_string).collect();
    model::Schedule {
        id,
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        freq: Some(draft.freq.as_str().to_uppercase()),
        byday: given(&days),
        bymonthday: given(&month_days.join(",")),
        description: given(&draft.description),
        opens_at: minutes.map(|(from, _)| time_of_day(from)),
        closes_at: minutes.map(|(_, until)| time_of_day(until)),
        attending_type: draft.attending.map(|attending| attending.as_str().to_owned()),
        term: (draft.term != Season::AllYear).then(|| draft.term.as_str().to_owned()),
        ..model::Schedule::default()
    }
}

/// `09:30:00`; midnight at the end of a day, and what is after it, as the clock shows it then.
fn time_of_day(minutes: u16) -> String {
    let minutes = minutes % 1_440;
    format!("{:02}:{:02}:00", minutes / 60, minutes % 60)
}

fn location(open: &OpenLocation) -> model::Location {
    let address = open.address.as_ref().and_then(|known| {
        Some(model::Address {
            id: known.id,
            address_1: known.address_1.as_deref().and_then(given)?,
            city: given(&known.city)?,
            state_province: given(&known.state_province)?,
            postal_code: known.postal_code.as_deref().and_then(given)?,
            country: given(&known.country)?,
            address_type: open.kind.as_str().to_owned(),
            ..model::Address::default()
        })
    });
    let partly = open.address.as_ref().filter(|_| address.is_none());
    model::Location {
        id: open.id.uuid(),
        location_type: open.kind.as_str().to_owned(),
        name: given(&open.name),
        description: given(&open.description),
        transportation: open.transportation.as_deref().and_then(given),
        latitude: open.point.map(|point| point.latitude),
        longitude: open.point.map(|point| point.longitude),
        point_quality: open.point.map(|point| point.quality.as_str().to_owned()),
        family_hub: open.hub.then_some(true),
        slug: Some(open.slug.clone()),
        source: given(&open.source),
        assured_date: open.checked_on,
        town: if address.is_none() { given(&open.town) } else { None },
        address_1: partly.and_then(|known| known.address_1.as_deref()).and_then(given),
        postal_code: partly.and_then(|known| known.postal_code.as_deref()).and_then(given),
        addresses: address.into_iter().collect(),
        accessibility: open
            .accessibility
            .iter()
            .map(|feature| {
                let no = feature.state == directory::taken_in::State::No;
                let words = feature.feature.words();
                let words = if no { format!("Not: {}", words.to_lowercase()) } else { words.to_owned() };
                model::Accessibility {
                    id: feature.id,
                    description: Some(words.clone()),
                    details: given(&feature.details),
                    accessibility: Some(words),
                    feature: Some(feature.feature.as_str().to_owned()),
                    state: Some(feature.state.as_str().to_owned()),
                    ..model::Accessibility::default()
                }
            })
            .collect(),
        schedules: open.schedules.iter().map(|(id, draft)| schedule(*id, draft)).collect(),
        phones: open
            .phone
            .iter()
            .map(|(id, number)| model::Phone { id: *id, number: number.clone(), ..model::Phone::default() })
            .collect(),
        ..model::Location::default()
    }
}

fn attributes(open: &OpenService) -> Vec<model::Attribute> {
    let id = open.id.uuid();
    let attribute = |part: String, kind: &str, term: model::TaxonomyTerm| model::Attribute {
        id: part_id(&open.slug, &part),
        link_id: Some(id),
        link_type: Some(kind.to_owned()),
        link_entity: Some("service".to_owned()),
        value: None,
        taxonomy_term_id: Some(term.id),
        taxonomy_term: Some(term),
    };
    let mut out: Vec<model::Attribute> = open
        .topics
        .iter()
        .map(|topic| attribute(format!("topic/{}", topic.slug), link::TOPIC, need(topic, needs_id())))
        .collect();
    let draft = &open.draft;
    let mut closed = |kind: &'static str, code: &'static str, words: &'static str| {
        if let Some(term) = closed_term(kind, code, words) {
            out.push(attribute(format!("{kind}/{code}"), kind, term));
        }
    };
    draft.audiences.iter().for_each(|each| closed(link::AUDIENCE, each.as_str(), each.words()));
    draft.access.iter().for_each(|each| closed(link::ACCESS, each.as_str(), each.words()));
    draft.way_in.iter().for_each(|each| closed(link::WAY_IN, each.as_str(), each.words()));
    draft.send_needs.iter().for_each(|each| closed(link::SEND_NEED, each.as_str(), each.words()));
    closed(link::COST, draft.cost.as_str(), draft.cost.words());
    let mut seen = std::collections::HashSet::new();
    out.retain(|attribute| seen.insert(attribute.id));
    out
}

/// `minimum_age` and `maximum_age` in years; pregnancy alone has neither.
pub(crate) fn ages(age: Option<AgeDraft>) -> (Option<f64>, Option<f64>) {
    let Some(age) = age else { return (None, None) };
    let from = age.from_months.filter(|_| age.until_months != Some(0));
    let until = age.until_months.filter(|until| *until > 0);
    let last = until.map(|until| {
        let whole_years = until % 12 == 0 && until - 12 >= from.unwrap_or(0);
        if whole_years { (until - 12) as f64 / 12.0 } else { years(until - 1) }
    });
    (from.map(years), last)
}

fn years(months: i64) -> f64 {
    (months as f64 / 12.0 * 100.0).round() / 100.0
}

fn is_ons_code(code: &str) -> bool {
    code.len() == 9
        && code.starts_with(['E', 'W', 'S', 'N'])
        && code.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

/// A text that says something.
fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_in_years_are_those_still_served() {
        let of =
            |from_months, until_months| ages(Some(AgeDraft { pregnancy: false, from_months, until_months }));
        assert_eq!(of(Some(0), Some(60)), (Some(0.0), Some(4.0)));
        assert_eq!(of(Some(0), Some(18)), (Some(0.0), Some(1.42)));
        assert_eq!(of(Some(18), None), (Some(1.5), None));
        assert_eq!(of(None, Some(12)), (None, Some(0.0)));
        // Less than a year before a birthday: a whole year would end before it begins.
        assert_eq!(of(Some(50), Some(60)), (Some(4.17), Some(4.92)));
        assert_eq!(ages(None), (None, None));
        let pregnancy = AgeDraft { pregnancy: true, from_months: Some(0), until_months: Some(0) };
        assert_eq!(ages(Some(pregnancy)), (None, None));
    }

    #[test]
    fn the_oldest_age_is_never_below_the_youngest() {
        for from in 0..240 {
            for until in from + 1..=260 {
                let (least, most) = ages(Some(AgeDraft {
                    pregnancy: false,
                    from_months: Some(from),
                    until_months: Some(until),
                }));
                assert!(least.unwrap() <= most.unwrap(), "{from} until {until}");
            }
        }
    }

    #[test]
    fn midnight_is_written_as_the_clock_shows_it() {
        assert_eq!(
            [0, 570, 1_440, 1_560].map(time_of_day),
            ["00:00:00", "09:30:00", "00:00:00", "02:00:00"].map(str::to_owned)
        );
    }
}
