//! From a record as it was read to an entry as somebody here would have typed it. Pure: the same record gives the same
//! entry. What our own feed writes is read back exactly; in anybody else's record nothing is guessed: what is not said
//! stays 'not given', and what cannot be read is noted.

use crate::{
    limits,
    model::{Area, Entity, Incoming, SourceDraft},
    names::{Asking, Names},
    protect::{self, Protection},
    schedules,
    to_place::{Part, Placed, organization_of, place_of},
    words::{Words, folded},
};
use directory::{
    Access, AgeDraft, Audience, Cost, OrganizationDraft, SendNeed, ServiceDraft, Status, WayIn,
    taken_in::{CostOptionDraft, OfferDraft, PhoneDraft, area_outside},
};
use kernel::{Date, Email, Phone, Slug, one_line};
use oruk::{
    link,
    model::{Attribute, Phone as TheirPhone, Service, TaxonomyTerm},
};
use settings::Council;
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};
use url::Url;
use uuid::Uuid;

/// The most letters of a name and of a summary, as the directory takes them.
const NAME_MAX: usize = 120;
const SUMMARY_MAX: usize = 200;

/// What a record is read against.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Whose record it is.
    pub source: &'a SourceDraft,
    /// The council's needs and the words for them.
    pub words: &'a Words,
    /// The council.
    pub council: &'a Council,
    /// The day it is read.
    pub today: Date,
}

/// A record as it would stand here.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The entry.
    pub service: ServiceDraft,
    /// Who runs it; none when the source's settings name one that is here already.
    pub organization: Option<Part<OrganizationDraft>>,
    /// Where it is.
    pub places: Vec<Part<Placed>>,
    /// What was left out or mended on the way, in plain words.
    pub notes: Vec<String>,
    /// What it is to be kept from.
    pub protection: Protection,
}

/// Turns a record into an entry, or says in plain words why it cannot be one.
pub fn convert(ground: &Ground, names: &mut Names, incoming: &Incoming) -> Result<Converted, String> {
    let theirs = &incoming.service;
    let mut notes = incoming.notes.clone();
    let protection = protect::judge(theirs);
    let name = cut(&one_line(&theirs.name), NAME_MAX);
    if name.is_empty() {
        return Err("It has no name".to_owned());
    }
    let topics = topics_of(ground, theirs, &mut notes)?;
    let (organization, part) = who_runs_it(ground, names, theirs, &mut notes)?;
    let slug = names
        .slug_for(&Asking {
            entity: Entity::Service,
            key: &incoming.key,
            id: theirs.id,
            slug: theirs.slug.as_deref(),
            name: &name,
            beside: part.as_ref().map_or(organization.as_str(), |part| part.draft.name.as_str()),
            may_be_ours: ground.source.area == Area::Inside,
        })
        .ok_or("Its name has nothing of which an address on the site could be made")?;
    let mut places = Vec::new();
    let mut place_of_link: HashMap<Uuid, Slug> = HashMap::new();
    for at in &theirs.service_at_locations {
        if let Some(part) = at.location.as_ref().and_then(|location| {
            place_of(ground, names, location, at, (&name, protection.secrecy()), &mut notes)
        }) {
            place_of_link.insert(at.id, part.slug.clone());
            if places.iter().all(|have: &Part<Placed>| have.slug != part.slug) {
                places.push(part);
            }
        }
    }
    let description = description_of(theirs, &name, ground, &mut notes);
    let mut service = ServiceDraft {
        summary: summary_of(theirs, &description, &name),
        topics: topics.clone(),
        who_for: theirs.who_for.clone(),
        age: age_of(theirs),
        audiences: closed::<Audience>(theirs, link::AUDIENCE),
        access: closed::<Access>(theirs, link::ACCESS),
        way_in: Some(closed::<WayIn>(theirs, link::WAY_IN))
            .filter(|ways| !ways.is_empty())
            .unwrap_or_else(|| vec![WayIn::Unknown]),
        how_to_get_in: theirs.application_process.clone(),
        what_happens: theirs.what_happens.clone(),
        offers: theirs
            .offers
            .iter()
            .map(|offer| OfferDraft { title: offer.title.clone(), items: offer.items.clone() })
            .collect(),
        cost: cost_of(theirs),
        cost_note: theirs.fees_description.clone().or_else(|| theirs.fees.clone()),
        cost_options: theirs
            .cost_options
            .iter()
            .map(|option| CostOptionDraft {
                option: option.option.clone().unwrap_or_default(),
                amount: option.amount.filter(|amount| amount.is_finite()),
                amount_description: option.amount_description.clone().unwrap_or_default(),
            })
            .filter(|option| option.amount.is_some() || !option.words().is_empty())
            .collect(),
        eligibility: theirs.eligibility_description.clone(),
        thrive: Vec::new(),
        severity: Vec::new(),
        send_needs: closed::<SendNeed>(theirs, link::SEND_NEED),
        aliases: aliases_of(theirs),
        phones: phones_of(theirs, &mut notes),
        email: email_of(theirs, &mut notes),
        website: theirs.url.as_deref().and_then(|url| website(url, &mut notes)),
        locations: places.iter().map(|part| part.slug.clone()).collect(),
        area: area_of(ground, theirs, &mut notes),
        schedules: schedules::of_service(theirs, slug.as_str(), &place_of_link, &mut notes),
        languages: languages_of(ground, theirs, &mut notes),
        interpretation: theirs.interpretation_services.clone(),
        funding: theirs.funding.iter().filter_map(|funding| funding.source.clone()).collect(),
        status: theirs.status.parse().unwrap_or(Status::Active),
        alert: theirs.alert.clone(),
        waiting_time: theirs.wait_time.clone(),
        waiting_time_on: theirs.wait_time_date,
        // A site like this one says how its people keep the entry. Else who is led to a quiet page by one entry must
        // not be led to a loud one by the next.
        sensitive: match theirs.quiet_page {
            Some(said) => said || protection.secret.is_some(),
            None => protection.quiet.is_some() || topics.iter().any(|topic| ground.words.is_sensitive(topic)),
        },
        baby: theirs.quiet_page.map_or(protection.baby, |_| theirs.about_babies == Some(true)),
        loss: theirs.quiet_page.map_or(protection.loss, |_| theirs.about_loss == Some(true)),
        source: theirs.source.clone().unwrap_or_else(|| format!("Taken from {}", ground.source.name)),
        source_url: theirs.source_url.clone().or_else(|| record_address(ground.source, theirs)),
        checked_on: checked_on(theirs.assured_date, ground.today, &mut notes),
        doubt: None,
        assured: Vec::new(),
        closures: Vec::new(),
        slug,
        name,
        organization,
        description,
    };
    if protection.secret.is_some() {
        protect::hide_addresses(&mut service, &protect::known_addresses(theirs));
    }
    limits::keep_entry(&mut service, &mut notes)?;
    let kept: HashSet<&Slug> = service.locations.iter().collect();
    places.retain(|part| kept.contains(&part.slug));
    service.schedules.retain(|schedule| schedule.at.as_ref().is_none_or(|at| kept.contains(at)));
    let wrong = service.check();
    if wrong.is_empty() {
        Ok(Converted { service, organization: part, places, notes, protection })
    } else {
        Err(wrong.join(". "))
    }
}

/// A day of checking that can be believed.
pub(crate) fn checked_on(said: Option<Date>, today: Date, notes: &mut Vec<String>) -> Option<Date> {
    let believed = said.filter(|on| *on <= today && on.year() >= 1990);
    if let Some(said) = said.filter(|_| believed.is_none()) {
        notes.push(format!("It says that it was checked on {said}, which cannot be: taken as not checked"));
    }
    believed
}

/// Who runs it: the organisation it nests, or the one that the source's settings name.
fn who_runs_it(
    ground: &Ground,
    names: &mut Names,
    theirs: &Service,
    notes: &mut Vec<String>,
) -> Result<(Slug, Option<Part<OrganizationDraft>>), String> {
    if let Some(part) =
        theirs.organization.as_ref().and_then(|theirs| organization_of(ground, names, theirs, notes))
    {
        return Ok((part.slug.clone(), Some(part)));
    }
    ground.source.organization.clone().map(|slug| (slug, None)).ok_or_else(|| {
        "It does not say who runs it. Name an organisation in the source’s settings to file such entries under"
            .to_owned()
    })
}

/// The needs it is filed under: by our own codes, by words with one reading, else the one that the source's settings
/// name. A need is never chosen unseen.
fn topics_of(ground: &Ground, theirs: &Service, notes: &mut Vec<String>) -> Result<Vec<Slug>, String> {
    let mut topics: Vec<Slug> = Vec::new();
    let mut add = |topic: Slug| {
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    };
    for (link, term) in terms_of(theirs) {
        if link::CLOSED.contains(&link) {
            continue;
        }
        let by_code = term
            .code
            .as_deref()
            .filter(|_| link == link::TOPIC)
            .and_then(|code| ground.words.need_of_slug(code));
        let by_word = || ground.words.need_of_word(&term.name);
        match by_code.or_else(by_word) {
            Some(topic) => add(topic),
            None if !term.name.trim().is_empty() => {
                notes.push(format!("We have no need for the term '{}'", one_line(&term.name)));
            }
            None => {}
        }
    }
    if topics.is_empty() {
        topics.extend(
            ground.source.topic.clone().filter(|topic| ground.words.need_of_slug(topic.as_str()).is_some()),
        );
    }
    if topics.is_empty() {
        return Err("None of its terms is a need of ours. Choose a need in the source’s settings to file such entries under"
            .to_owned());
    }
    Ok(topics)
}

fn terms_of(theirs: &Service) -> impl Iterator<Item = (&str, &TaxonomyTerm)> {
    theirs.attributes.iter().filter_map(|Attribute { link_type, taxonomy_term, .. }| {
        Some((link_type.as_deref().unwrap_or_default(), taxonomy_term.as_ref()?))
    })
}

/// The words of one closed list, in the order the record has them.
fn closed<T: FromStr + PartialEq>(theirs: &Service, list: &str) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for (link, term) in terms_of(theirs) {
        if let Some(word) = term.code.as_deref().filter(|_| link == list).and_then(|code| code.parse().ok())
            && !found.contains(&word)
        {
            found.push(word);
        }
    }
    found
}

fn description_of(theirs: &Service, name: &str, ground: &Ground, notes: &mut Vec<String>) -> String {
    let given = theirs.description.as_deref().or(theirs.summary.as_deref()).unwrap_or_default();
    if !given.trim().is_empty() {
        return given.to_owned();
    }
    notes.push("It does not say what it is".to_owned());
    format!("{name}. {} says no more about it.", ground.source.name)
}

fn summary_of(theirs: &Service, description: &str, name: &str) -> String {
    match theirs.summary.as_deref().map(str::trim) {
        Some(summary) if !summary.is_empty() => cut(summary, SUMMARY_MAX),
        _ => Some(first_sentence(description))
            .filter(|sentence| !sentence.is_empty())
            .unwrap_or_else(|| cut(name, SUMMARY_MAX)),
    }
}

/// The first sentence of a text, without the signs of Markdown, as long as a summary may be.
fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let plain: String =
        paragraph.chars().filter(|letter| !matches!(letter, '*' | '_' | '#' | '`' | '>')).collect();
    let plain = one_line(&plain);
    let end = plain
        .char_indices()
        .zip(plain.chars().skip(1).map(Some).chain([None]))
        .find(|((_, letter), next)| matches!(letter, '.' | '!' | '?') && next.is_none_or(char::is_whitespace))
        .map_or(plain.len(), |((at, letter), _)| at + letter.len_utf8());
    cut(plain[..end].trim_start_matches(['-', ' ']), SUMMARY_MAX)
}

/// At most so many letters; what is cut ends at a word and says that it goes on.
pub(crate) fn cut(text: &str, letters_max: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= letters_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters_max - 1).collect();
    let whole_words = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    format!("{}…", whole_words.trim_end_matches([',', ';', ':', ' ']))
}

/// In months where the record says so; else from years as they are published. An oldest age is still served: 'up to 4'
/// ends at the fifth birthday.
fn age_of(theirs: &Service) -> Option<AgeDraft> {
    let pregnancy = theirs.pregnancy.unwrap_or(false);
    let (from_months, until_months) = if theirs.age_from_months.is_some() || theirs.age_until_months.is_some()
    {
        (theirs.age_from_months, theirs.age_until_months)
    } else {
        let months = |years: f64| {
            (years.is_finite() && (0.0..=99.0).contains(&years)).then(|| (years * 12.0).round() as i64)
        };
        let until = theirs.maximum_age.and_then(|years| {
            months(years).map(|last| if years.fract() == 0.0 { last + 12 } else { last + 1 })
        });
        (theirs.minimum_age.and_then(months), until)
    };
    let from_months = from_months.filter(|from| (0..=1_200).contains(from));
    let least = from_months.unwrap_or(0);
    let until_months =
        until_months.filter(|until| (*until > least || pregnancy && *until == 0) && *until <= 1_200);
    (pregnancy || from_months.is_some() || until_months.is_some()).then_some(AgeDraft {
        pregnancy,
        from_months,
        until_months,
    })
}

/// By our own word, else by its prices, else by the one word that has one reading.
fn cost_of(theirs: &Service) -> Cost {
    if let Some(cost) = closed::<Cost>(theirs, link::COST).into_iter().next() {
        return cost;
    }
    // A record with an address of its own is of a site like this one: what it does not say, nobody knows.
    if theirs.slug.is_some() {
        return Cost::Unknown;
    }
    let amounts: Vec<f64> = theirs.cost_options.iter().filter_map(|option| option.amount).collect();
    let free = amounts.contains(&0.0);
    match (amounts.iter().any(|amount| *amount > 0.0), free) {
        (true, true) => Cost::SomeFree,
        (true, false) => Cost::Paid,
        (false, true) => Cost::Free,
        (false, false) => {
            let said = theirs.fees.as_deref().or(theirs.fees_description.as_deref()).map(folded);
            if said.is_some_and(|said| said == "free" || said == "free of charge") {
                Cost::Free
            } else {
                Cost::Unknown
            }
        }
    }
}

fn aliases_of(theirs: &Service) -> Vec<String> {
    let names = theirs.alternate_name.as_deref().unwrap_or_default();
    names.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Its own numbers, then its contacts'. A contact's name may be a private person's and is left in the record.
fn phones_of(theirs: &Service, notes: &mut Vec<String>) -> Vec<PhoneDraft> {
    let own = theirs.phones.iter().map(|phone| (phone, None));
    let contacts = theirs
        .contacts
        .iter()
        .flat_map(|contact| contact.phones.iter().map(|phone| (phone, contact.title.as_deref())));
    let mut phones: Vec<PhoneDraft> = Vec::new();
    for (TheirPhone { number, description, hours, .. }, title) in own.chain(contacts) {
        match number.parse::<Phone>() {
            Ok(number) => {
                if title.is_none() || phones.iter().all(|have| have.number.dialled() != number.dialled()) {
                    phones.push(PhoneDraft {
                        number,
                        description: description.as_deref().or(title).unwrap_or_default().to_owned(),
                        hours: hours.clone().unwrap_or_default(),
                    });
                }
            }
            Err(_) => notes.push("A phone number could not be read".to_owned()),
        }
    }
    phones
}

fn email_of(theirs: &Service, notes: &mut Vec<String>) -> Option<Email> {
    let given = theirs
        .email
        .as_ref()
        .or_else(|| theirs.contacts.iter().find_map(|contact| contact.email.as_ref()))?;
    let read = given.parse().ok();
    if read.is_none() {
        notes.push("Its email address could not be read".to_owned());
    }
    read
}

/// An address for people: of the web, with no user in it.
pub(crate) fn website(given: &str, notes: &mut Vec<String>) -> Option<String> {
    let given = given.trim();
    let sound = Url::parse(given).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if sound && !given.contains(char::is_whitespace) {
        return Some(given.to_owned());
    }
    notes.push("A web address could not be read".to_owned());
    None
}

/// The area it serves, in the words the directory knows. A neighbour's entry is marked as outside, unless it says that
/// it serves us or the whole country.
fn area_of(ground: &Ground, theirs: &Service, notes: &mut Vec<String>) -> Option<String> {
    let said = theirs.service_areas.iter().find_map(|area| area.name.as_ref().or(area.service_area.as_ref()));
    let council = ground.council;
    let known = said.and_then(|said| match said.trim() {
        "England" => Some("england".to_owned()),
        "United Kingdom" => Some("uk".to_owned()),
        "Cheshire and Merseyside" => Some("cheshire-and-merseyside".to_owned()),
        ours if ours.eq_ignore_ascii_case(&council.area_name) => Some(council.area_name.to_lowercase()),
        place => council
            .towns
            .iter()
            .find(|town| town.name.eq_ignore_ascii_case(place))
            .map(|town| town.name.to_lowercase()),
    });
    match (ground.source.area, known, said) {
        (_, Some(known), _) => Some(known),
        (Area::Outside, None, said) => Some(area_outside(said.unwrap_or(&ground.source.name))),
        (Area::Inside, None, Some(said)) => {
            // What another site like this one said of a neighbour's entry.
            let outside = said.strip_suffix(&format!(" (outside {})", council.area_name));
            if outside.is_none() {
                notes.push(format!("We do not know the area '{}'", one_line(said)));
            }
            outside.map(area_outside)
        }
        (Area::Inside, None, None) => None,
    }
}

fn languages_of(ground: &Ground, theirs: &Service, notes: &mut Vec<String>) -> Vec<String> {
    let mut codes = Vec::new();
    for language in &theirs.languages {
        let by_name = || language.name.as_deref().and_then(|name| ground.words.language(name));
        match language.code.clone().filter(|code| !code.trim().is_empty()).or_else(by_name) {
            Some(code) if !codes.contains(&code) => codes.push(code),
            Some(_) => {}
            None => notes.push("A language could not be read".to_owned()),
        }
    }
    codes
}

/// Where a record can be read at its source.
fn record_address(source: &SourceDraft, theirs: &Service) -> Option<String> {
    let mut address = Url::parse(source.address.as_deref()?).ok()?;
    if !address.path().trim_end_matches('/').ends_with("/services") || theirs.id.is_nil() {
        return None;
    }
    address.set_query(None);
    address.set_fragment(None);
    Some(format!("{}/{}", address.as_str().trim_end_matches('/'), theirs.id))
}
