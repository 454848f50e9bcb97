//! What filters need of a record, small enough to keep of every record in memory.

use oruk::model::{Location, Organization, Schedule, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

/// What an id says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Tag {
    Term,
    Taxonomy,
    Organization,
    Service,
    Parent,
    /// It has no wider term.
    Top,
}

/// Days as bits, Monday lowest; minutes of the day, the second past 1,440 when it ends after midnight.
pub(crate) type Time = (u8, Option<(u16, u16)>);

/// The facts of one record.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(Tag, Uuid)>,
    /// Folded words, each once, with a space between them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_age: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_months: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_months: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Time>,
    /// Degrees north and east.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<(f64, f64)>,
}

pub(crate) fn of_service(service: &Service) -> Facts {
    let mut tags = BTreeSet::new();
    tags.extend(service.organization_id.map(|id| (Tag::Organization, id)));
    for term in service.attributes.iter().filter_map(|attribute| attribute.taxonomy_term.as_ref()) {
        tags.insert((Tag::Term, term.id));
        tags.extend(term.taxonomy_id.map(|id| (Tag::Taxonomy, id)));
    }
    let places = service.service_at_locations.iter().filter_map(|at| at.location.as_ref());
    Facts {
        tags: tags.into_iter().collect(),
        words: words(&texts_of(service)),
        minimum_age: service.minimum_age,
        maximum_age: service.maximum_age,
        from_months: service.age_from_months,
        until_months: service.age_until_months,
        times: service.schedules.iter().filter_map(time).collect(),
        points: places.filter_map(point).collect(),
    }
}

/// A service at a place has the service's facts, but the times that are another place's, and this place's point.
pub(crate) fn of_service_at_location(service: &Service, of_service: &Facts, at: &ServiceAtLocation) -> Facts {
    let here = |schedule: &&Schedule| schedule.service_at_location_id.is_none_or(|other| other == at.id);
    let mut tags = of_service.tags.clone();
    tags.push((Tag::Service, service.id));
    Facts {
        tags,
        words: of_service.words.clone(),
        minimum_age: of_service.minimum_age,
        maximum_age: of_service.maximum_age,
        from_months: of_service.from_months,
        until_months: of_service.until_months,
        times: service.schedules.iter().filter(here).filter_map(time).collect(),
        points: at.location.as_ref().and_then(point).into_iter().collect(),
    }
}

pub(crate) fn of_organization(organization: &Organization) -> Facts {
    Facts { words: words(&[&organization.name, &organization.description]), ..Facts::default() }
}

pub(crate) fn of_taxonomy(taxonomy: &Taxonomy) -> Facts {
    Facts { words: words(&[&taxonomy.name, &taxonomy.description]), ..Facts::default() }
}

pub(crate) fn of_term(term: &TaxonomyTerm) -> Facts {
    let parent = term.parent_id.map_or((Tag::Top, Uuid::nil()), |parent| (Tag::Parent, parent));
    let taxonomy = term.taxonomy_id.map(|id| (Tag::Taxonomy, id));
    Facts {
        tags: taxonomy.into_iter().chain([parent]).collect(),
        words: words(&[&term.name, &term.description, term.code.as_deref().unwrap_or_default()]),
        ..Facts::default()
    }
}

/// The texts of a service that `search` looks in.
fn texts_of(service: &Service) -> Vec<&str> {
    let mut texts: Vec<&str> = vec![&service.name];
    let optional = [&service.alternate_name, &service.summary, &service.description, &service.who_for];
    texts.extend(optional.into_iter().flatten().map(String::as_str));
    texts.extend(service.organization.iter().map(|organization| organization.name.as_str()));
    let terms = service.attributes.iter().filter_map(|attribute| attribute.taxonomy_term.as_ref());
    texts.extend(terms.map(|term| term.name.as_str()));
    for place in service.service_at_locations.iter().filter_map(|at| at.location.as_ref()) {
        texts.extend(place.name.as_deref());
        texts.extend(place.town.as_deref());
        for address in &place.addresses {
            texts.extend([address.address_1.as_str(), &address.city, &address.postal_code]);
        }
    }
    texts
}

fn words(texts: &[&str]) -> String {
    let words: BTreeSet<String> = texts.iter().flat_map(|text| fold(text)).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// The words of a text as they are compared: no capitals, no accents, no apostrophes; everything else that is neither
/// letter nor digit parts two words.
pub(crate) fn fold(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else if !matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn point(location: &Location) -> Option<(f64, f64)> {
    location.latitude.zip(location.longitude)
}

fn time(schedule: &Schedule) -> Option<Time> {
    let days = schedule.byday.as_deref().unwrap_or_default();
    let bits = days.split(',').fold(0, |bits, day| {
        let code = day.trim().trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let at = directory::DAYS.iter().position(|(each, _)| each.eq_ignore_ascii_case(code));
        at.map_or(bits, |at| bits | 1 << at)
    });
    let minutes = |text: &Option<String>| text.as_deref().and_then(minutes_of);
    let hours = minutes(&schedule.opens_at)
        .zip(minutes(&schedule.closes_at))
        .map(|(from, until)| (from, if until <= from { until + 1_440 } else { until }));
    (bits != 0 || hours.is_some()).then_some((bits, hours))
}

/// `18:00` or `18:00:00` as minutes of the day.
pub(crate) fn minutes_of(text: &str) -> Option<u16> {
    let (time, seconds) = if text.len() == 8 { text.split_at_checked(5)? } else { (text, ":00") };
    let sound = |part: &str, most: u16| -> Option<u16> {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| two_digits && *number <= most)
    };
    sound(seconds.strip_prefix(':')?, 59)?;
    let (hours, minutes) = time.split_once(':')?;
    let minutes = sound(hours, 24)? * 60 + sound(minutes, 59)?;
    (minutes <= 1_440).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_capitals_accents_and_apostrophes() {
        assert_eq!(fold("Children’s  CAFÉ & chat"), ["childrens", "cafe", "chat"]);
        assert_eq!(fold("children's café"), fold("CHILDREN’S CAFE\u{301}"));
        assert_eq!(fold("drop-in/stay"), ["drop", "in", "stay"]);
        assert!(fold("% _ * \\ ' 😀").is_empty());
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        assert_eq!(minutes_of("18:00"), Some(1_080));
        assert_eq!(minutes_of("09:30:00"), Some(570));
        for wrong in ["", "9:30", "25:00", "18:60", "18:00:99", "18.00", "+8:00", "aa:bb", "24:01", "18:00Z"]
        {
            assert_eq!(minutes_of(wrong), None, "{wrong}");
        }
    }
}
