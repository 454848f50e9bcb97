//! The entities of Open Referral UK 3.0, with the fields of HSDS 3.0 that the UK profile drops and families need
//! (marked so), and a few of our own that no other field can carry. Names are the standard's own. What is not given is
//! left out: never null, never empty.

use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Service {
    /// Its id.
    pub id: Uuid,
    /// Who runs it; the nested one is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Also known as, parted by semicolons. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// `active`, `inactive`, `defunct`, `temporarily closed`.
    pub status: String,
    /// One sentence in families' words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What it costs, in words. Deprecated by the standard in favour of `cost_options`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees: Option<String>,
    /// The same. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees_description: Option<String>,
    /// Quality marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accreditations: Option<String>,
    /// Licences. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licenses: Option<String>,
    /// Who may use it. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligibility_description: Option<String>,
    /// Who it is for, as a sentence. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who_for: Option<String>,
    /// Youngest, in years; part of a year as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<f64>,
    /// Oldest, in years, still served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_age: Option<f64>,
    /// Youngest, in whole months: exactly what `minimum_age` says in years. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_from_months: Option<i64>,
    /// The first month that is too old: a service for under fives says 60. 0 with `pregnancy` is pregnancy alone. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_until_months: Option<i64>,
    /// From pregnancy on. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pregnancy: Option<bool>,
    /// Its page has a neutral title and a way out: what it is about may put somebody in danger or to shame. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_page: Option<bool>,
    /// About babies or pregnancy: not for somebody who has lost a baby. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about_babies: Option<bool>,
    /// For somebody who has lost a baby. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about_loss: Option<bool>,
    /// How to get in. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_process: Option<String>,
    /// Steps after one gets in touch. Ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub what_happens: Vec<String>,
    /// What it offers, in groups. Ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// Whether an interpreter can come. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpretation_services: Option<String>,
    /// How long one waits. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_time: Option<String>,
    /// When that was said. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_time_date: Option<Date>,
    /// When somebody last made sure of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assured_date: Option<Date>,
    /// Whom to ask about that: a shared mailbox, never a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurer_email: Option<String>,
    /// A short warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Where its facts come from, in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// An address of that. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Its address on the site that published it. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// When anything of it or beneath it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Instant>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// When it is on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// Whom it serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_areas: Vec<ServiceArea>,
    /// Where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_at_locations: Vec<ServiceAtLocation>,
    /// Languages spoken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// Who pays for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funding: Vec<Funding>,
    /// Prices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_options: Vec<CostOption>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Numbers of the service itself. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// Its terms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// A group of things a service offers. Ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Offer {
    /// Such as 'In a group'.
    pub title: String,
    /// The things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

/// An organisation.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Organization {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Required.
    pub description: String,
    /// Where to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// With a scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// An address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// What stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The one above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_organization_id: Option<Uuid>,
    /// What kind of body it is: `council`, `nhs`, `charity`, `community`, `national`, `school`, `housing`, `private`.
    /// HSDS has `legal_status`; this is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its address on the site that published it. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Where its facts come from, in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When somebody last made sure of it. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assured_date: Option<Date>,
    /// Register numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organization_identifiers: Vec<OrganizationIdentifier>,
    /// Its numbers. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// Its terms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Its services, when `full_service` or `full` asks for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
}

/// A number in a public register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct OrganizationIdentifier {
    /// Its id.
    pub id: Uuid,
    /// Such as `GB-CHC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier_scheme: Option<String>,
    /// The register in words.
    pub identifier_type: String,
    /// The number.
    pub identifier: String,
}

/// A service at a place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ServiceAtLocation {
    /// Its id.
    pub id: Uuid,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_id: Option<Uuid>,
    /// The place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<Uuid>,
    /// A few words. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The place, nested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The service, nested; in the answers of `/service_at_locations` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Box<Service>>,
    /// When it is on at this place. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Location {
    /// Its id.
    pub id: Uuid,
    /// `physical`, `postal`, `virtual`.
    pub location_type: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How to get there. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transportation: Option<String>,
    /// Degrees north (WGS84).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// How exactly that is known: `exact`, `sector`, `town`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_quality: Option<String>,
    /// Such as a UPRN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier: Option<String>,
    /// What that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier_type: Option<String>,
    /// Whether it is a family hub. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_hub: Option<bool>,
    /// Its address on the site that published it. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Where its facts come from, in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When somebody last made sure of it. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assured_date: Option<Date>,
    /// Its town, where too little of the address is known for `addresses`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// Number and street, likewise. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_1: Option<String>,
    /// Its postcode, likewise. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// What it has and has not. What nobody has told us is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<Accessibility>,
    /// When it is open. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// Its numbers. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
}

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Address {
    /// Its id.
    pub id: Uuid,
    /// Who at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<String>,
    /// Number and street. Required.
    pub address_1: String,
    /// More of it. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_2: Option<String>,
    /// Required.
    pub city: String,
    /// A part of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Required; here the county or the council's area.
    pub state_province: String,
    /// Required.
    pub postal_code: String,
    /// `GB`.
    pub country: String,
    /// `physical`, `postal`, `virtual`.
    pub address_type: String,
}

/// One feature of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Accessibility {
    /// Its id.
    pub id: Uuid,
    /// In words: 'Step-free access'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// The UK profile's own field; the same as the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessibility: Option<String>,
    /// A page about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Our closed word for it, such as `step_free`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// `yes` or `no`. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// When something is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Schedule {
    /// Its id.
    pub id: Uuid,
    /// The service at a place that it belongs to, if it is only for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_at_location_id: Option<Uuid>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// First date of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtstart: Option<Date>,
    /// `WEEKLY` or `MONTHLY`; every day is weekly on seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freq: Option<String>,
    /// Every so many weeks or months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<i64>,
    /// `MO,WE`; monthly also `1TU`, `-1FR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byday: Option<String>,
    /// Days of the month, `1,15`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bymonthday: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Local UK time, `10:00:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// The same; earlier than it opens means after midnight, `00:00:00` midnight itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// A page with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_link: Option<String>,
    /// How one attends, free text; we write `drop_in`, `book`, `phone`, `online`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attending_type: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// `term_time` or `holidays`; left out when all year. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
}

/// Whom a service serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ServiceArea {
    /// Its id.
    pub id: Uuid,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The UK profile's own field; the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_area: Option<String>,
    /// A shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extent: Option<String>,
    /// `geojson`, `topojson`, `kml`, `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extent_type: Option<String>,
    /// What stands for it, such as its ONS code's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Contact {
    /// Its id.
    pub id: Uuid,
    /// Their name; a role, not a private person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where to write. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their numbers. HSDS only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
}

/// A number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Phone {
    /// Its id.
    pub id: Uuid,
    /// As people read it aloud.
    pub number: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it answers, in words. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// `voice`, `text`, ... HSDS only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Languages spoken on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
}

/// A language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Language {
    /// Its id.
    pub id: Uuid,
    /// Its name in English. HSDS only: the UK profile has nothing that names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// BCP 47. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// More about it. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A price.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct CostOption {
    /// Its id.
    pub id: Uuid,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Such as 'One session'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// Pounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// Such as 'a child'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_description: Option<String>,
    /// `GBP`. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// Who pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Funding {
    /// Its id.
    pub id: Uuid,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A term on something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Attribute {
    /// Its id.
    pub id: Uuid,
    /// What it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<Uuid>,
    /// What the term says of it; ours are in [`crate::link`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_type: Option<String>,
    /// `service`. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_entity: Option<String>,
    /// More about it. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_term_id: Option<Uuid>,
    /// The term, nested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_term: Option<TaxonomyTerm>,
}

/// A list of terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Taxonomy {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Required.
    pub description: String,
    /// What stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Which edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taxonomy_terms: Vec<TaxonomyTerm>,
}

/// A term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct TaxonomyTerm {
    /// Its id.
    pub id: Uuid,
    /// Its closed word or its address on the site, such as `dads`. HSDS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// Required.
    pub description: String,
    /// The wider one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Uuid>,
    /// The name of its list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    /// Its list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_id: Option<Uuid>,
    /// What stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_uri: Option<String>,
    /// The UK profile's own field; the same as the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Entries under it have a quiet page. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_page: Option<bool>,
}

/// One page of a list, with the eight names that the standard gives it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PageOf<T> {
    /// All that match.
    pub total_items: u64,
    /// 0 when nothing matches.
    pub total_pages: u64,
    /// From 1.
    pub page_number: u64,
    /// How many are on this page.
    pub size: u64,
    /// Whether it is the first.
    pub first_page: bool,
    /// Whether it is the last.
    pub last_page: bool,
    /// Whether nothing is on it.
    pub empty: bool,
    /// What is on it.
    pub contents: Vec<T>,
}
