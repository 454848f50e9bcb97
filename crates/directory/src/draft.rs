//! What the use cases take: an organisation, a place, a taxonomy, a service, as an editor, an import or the
//! demonstration words it. Parsed once here; below this file nothing is checked again.

use crate::vocabulary::{
    Access, Attending, Audience, Cost, Feature, Frequency, LocationType, OrganizationKind, Season, SendNeed,
    Severity, State, Status, Thrive, WayIn, day_bits,
};
use kernel::{Date, Email, Phone, Postcode, Slug};
use serde::{Deserialize, Serialize};

/// An organisation that runs services.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationDraft {
    /// Its address on the site.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Required by Open Referral UK.
    pub description: String,
    /// What kind of body it is.
    pub kind: OrganizationKind,
    /// With a scheme.
    pub website: Option<String>,
    /// Where to write.
    pub email: Option<Email>,
    /// Where to phone.
    pub phone: Option<Phone>,
    /// A one-line note of where its facts come from.
    pub source: Option<String>,
    /// When its facts were last checked.
    pub checked_on: Option<Date>,
    /// Register numbers, such as a company's.
    #[serde(default)]
    pub identifiers: Vec<IdentifierDraft>,
}

/// A number in a public register.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierDraft {
    /// Such as `GB-CHC`.
    pub scheme: String,
    /// The register in words.
    pub kind: String,
    /// The number.
    pub identifier: String,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LocationDraft {
    /// Its address on the site.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Physical, postal or virtual.
    pub kind: LocationType,
    /// Whether it is a family hub.
    #[serde(default)]
    pub hub: bool,
    /// The town's name.
    #[serde(default)]
    pub town: String,
    /// A few words about it.
    #[serde(default)]
    pub description: String,
    /// Street and number, when a source gives it.
    pub address_1: Option<String>,
    /// When a source gives it.
    pub postal_code: Option<Postcode>,
    /// As its source gives it, empty when that gives none; the council's own area for a place that was made here.
    #[serde(default)]
    pub county: Option<String>,
    /// Latitude and longitude in degrees (WGS84), when a source gives them.
    pub point: Option<(f64, f64)>,
    /// Its own telephone.
    pub phone: Option<Phone>,
    /// A refuge: no address, no exact point, in no output.
    #[serde(default)]
    pub sensitive: bool,
    /// How to get there.
    pub transportation: Option<String>,
    /// Where its facts come from.
    pub source: String,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// What may have changed.
    pub doubt: Option<String>,
    /// What it has, has not, or nobody has told us.
    #[serde(default)]
    pub accessibility: Vec<AccessibilityDraft>,
    /// When it is open.
    #[serde(default)]
    pub schedules: Vec<ScheduleDraft>,
}

/// One feature of a place.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessibilityDraft {
    /// Which.
    pub feature: Feature,
    /// Yes, no or unknown.
    pub state: State,
    /// More about it.
    #[serde(default)]
    pub details: String,
}

/// A need, and the narrower ones under it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TermDraft {
    /// Its address on the site.
    pub slug: Slug,
    /// In families' words.
    pub name: String,
    /// One soft line under it.
    #[serde(default)]
    pub line: String,
    /// A symbol of the sprite.
    #[serde(default)]
    pub icon: String,
    /// Its place on the home page, 1 to 12.
    pub tile: Option<i64>,
    /// Its page has a neutral title and an exit.
    #[serde(default)]
    pub sensitive: bool,
    /// Narrower needs.
    #[serde(default)]
    pub children: Vec<TermDraft>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDraft {
    /// Its address on the site.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub organization: Slug,
    /// One sentence in families' words, up to 200 letters.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// Needs it meets; a narrower one brings its wider one along.
    pub topics: Vec<Slug>,
    /// Who it is for, as a sentence.
    pub who_for: Option<String>,
    /// The ages it serves; none when it is not about an age.
    pub age: Option<AgeDraft>,
    /// Whom it welcomes in particular.
    #[serde(default)]
    pub audiences: Vec<Audience>,
    /// Where help is given.
    #[serde(default)]
    pub access: Vec<Access>,
    /// How people get in. At least one; `unknown` when nobody knows.
    pub way_in: Vec<WayIn>,
    /// The same as a sentence.
    pub how_to_get_in: Option<String>,
    /// Steps after one gets in touch.
    #[serde(default)]
    pub what_happens: Vec<String>,
    /// What it offers, in groups.
    #[serde(default)]
    pub offers: Vec<OfferDraft>,
    /// What it costs.
    #[serde(default = "unknown_cost")]
    pub cost: Cost,
    /// More about that.
    pub cost_note: Option<String>,
    /// Prices.
    #[serde(default)]
    pub cost_options: Vec<CostOptionDraft>,
    /// Rules of who may use it and who decides.
    pub eligibility: Option<String>,
    /// THRIVE groups.
    #[serde(default)]
    pub thrive: Vec<Thrive>,
    /// Severities.
    #[serde(default)]
    pub severity: Vec<Severity>,
    /// Types of need.
    #[serde(default)]
    pub send_needs: Vec<SendNeed>,
    /// What people also say.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Numbers to phone or text.
    #[serde(default)]
    pub phones: Vec<PhoneDraft>,
    /// Where to write.
    pub email: Option<Email>,
    /// With a scheme.
    pub website: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub locations: Vec<Slug>,
    /// Whom it serves: `halton`, `widnes`, `runcorn`, `cheshire-and-merseyside`, `england`, `uk`.
    pub area: Option<String>,
    /// When it is on or answers.
    #[serde(default)]
    pub schedules: Vec<ScheduleDraft>,
    /// BCP 47.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Whether an interpreter can come, in words.
    pub interpretation: Option<String>,
    /// Who pays for it.
    #[serde(default)]
    pub funding: Vec<String>,
    /// Whether it is running.
    #[serde(default = "active")]
    pub status: Status,
    /// A short warning shown first.
    pub alert: Option<String>,
    /// As the service gives it.
    pub waiting_time: Option<String>,
    /// When it gave it.
    pub waiting_time_on: Option<Date>,
    /// Its page has a neutral title and an exit.
    #[serde(default)]
    pub sensitive: bool,
    /// About babies or pregnancy: hidden from someone who has lost a baby.
    #[serde(default)]
    pub baby: bool,
    /// For someone who has lost a baby.
    #[serde(default)]
    pub loss: bool,
    /// Where its facts come from.
    pub source: String,
    /// An address of that.
    pub source_url: Option<String>,
    /// When they were last checked.
    pub checked_on: Option<Date>,
    /// What may have changed.
    pub doubt: Option<String>,
    /// Assured facts, one by one.
    #[serde(default)]
    pub assured: Vec<AssuranceDraft>,
    /// When it is closed for a while, and why.
    #[serde(default)]
    pub closures: Vec<ClosureDraft>,
}

/// A stretch of days on which a service is closed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureDraft {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Why, in words for families.
    #[serde(default)]
    pub reason: String,
}

impl ClosureDraft {
    /// 'Closed 24 December 2026 to 2 January 2027: Christmas'.
    pub fn words(&self) -> String {
        let (from, until) = (web::say::day_month_year(self.from), web::say::day_month_year(self.until));
        let days = if self.from == self.until { from } else { format!("{from} to {until}") };
        let why = self.reason.trim();
        if why.is_empty() { format!("Closed {days}") } else { format!("Closed {days}: {why}") }
    }
}

/// Ages in months from birth, with pregnancy as a stage before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgeDraft {
    /// From conception.
    #[serde(default)]
    pub pregnancy: bool,
    /// Youngest, in whole months.
    pub from_months: Option<i64>,
    /// The first month that is too old; 0 with `pregnancy` is pregnancy alone.
    pub until_months: Option<i64>,
}

/// A group of things a service offers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OfferDraft {
    /// Such as 'In a group'.
    pub title: String,
    /// The things.
    pub items: Vec<String>,
}

/// A price.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CostOptionDraft {
    /// Such as 'One session'.
    pub option: String,
    /// Pounds.
    pub amount: Option<f64>,
    /// Such as 'a child'.
    #[serde(default)]
    pub amount_description: String,
}

impl CostOptionDraft {
    /// 'One session: £2.50 a child'.
    pub fn words(&self) -> String {
        let amount = self.amount.map_or_else(String::new, |pounds| format!(": £{pounds:.2}"));
        format!("{}{amount} {}", self.option, self.amount_description).trim().to_owned()
    }
}

/// A number.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneDraft {
    /// As people read it aloud.
    pub number: Phone,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// When it answers, in words.
    #[serde(default)]
    pub hours: String,
}

/// When something is on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDraft {
    /// `weekly` unless said.
    #[serde(default = "weekly")]
    pub freq: Frequency,
    /// iCalendar days, such as `["MO","WE"]`.
    #[serde(default)]
    pub byday: Vec<String>,
    /// Days of the month, for a monthly one.
    #[serde(default)]
    pub bymonthday: Vec<i64>,
    /// Which of its weekdays in a month, for a monthly one: 1 the first, -1 the last.
    pub nth: Option<i64>,
    /// `HH:MM`.
    pub opens: Option<String>,
    /// `HH:MM`, `24:00` at most.
    pub closes: Option<String>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Term time, holidays, all year.
    #[serde(default = "all_year")]
    pub term: Season,
    /// How one attends.
    pub attending: Option<Attending>,
    /// The place's slug.
    pub at: Option<Slug>,
    /// In words.
    #[serde(default)]
    pub description: String,
}

/// One assured fact.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AssuranceDraft {
    /// Which: phone, hours, address, cost, way_in.
    pub field: String,
    /// When.
    pub on: Date,
    /// By whom, as a role or a document, never a private person.
    pub by: String,
    /// How: printed, phoned, by the service.
    pub how: String,
}

impl ScheduleDraft {
    /// Its days as bits; a bad day is refused with the words to fix it.
    pub fn days(&self) -> anyhow::Result<u8> {
        day_bits(self.byday.iter().map(String::as_str)).ok_or_else(|| {
            anyhow::anyhow!("days are written MO, TU, WE, TH, FR, SA, SU; got {:?}", self.byday)
        })
    }

    /// Opening and closing in minutes of the day; closing before opening means after midnight.
    pub fn minutes(&self) -> anyhow::Result<Option<(u16, u16)>> {
        let (Some(opens), Some(closes)) = (&self.opens, &self.closes) else {
            return Ok(None);
        };
        let (from, until) = (minutes(opens)?, minutes(closes)?);
        Ok(Some((from, if until <= from { until + 1_440 } else { until })))
    }
}

/// `HH:MM` as minutes, `24:00` at most.
pub fn minutes(time: &str) -> anyhow::Result<u16> {
    let read = || {
        let (hours, minutes) = time.split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
        (minutes < 60 && hours * 60 + minutes <= 1_440).then_some(hours * 60 + minutes)
    };
    read().ok_or_else(|| anyhow::anyhow!("times are written HH:MM, such as 09:30; got {time:?}"))
}

impl ServiceDraft {
    /// The warning that families see first: the service's own, and the closures that are not over.
    pub fn alert_on(&self, today: Date) -> Option<String> {
        let closures = self.closures.iter().filter(|closure| closure.until >= today).map(ClosureDraft::words);
        let own = self.alert.iter().map(|alert| alert.trim().trim_end_matches('.').to_owned());
        let parts: Vec<String> = own.filter(|alert| !alert.is_empty()).chain(closures).collect();
        (!parts.is_empty()).then(|| parts.join(". "))
    }

    /// Whether it is running on a day: one that runs is closed for now inside a closure.
    pub fn status_on(&self, today: Date) -> Status {
        let closed = self.closures.iter().any(|closure| (closure.from..=closure.until).contains(&today));
        if closed && self.status == Status::Active { Status::TemporarilyClosed } else { self.status }
    }

    /// Whether a website can be given to families: with a scheme, and the name of a server behind it.
    pub fn takes_website(url: &str) -> bool {
        has_scheme(url)
    }

    /// Everything that would make an entry false or unreadable, worded for whoever must mend it.
    pub fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut needs = |is: bool, sentence: &str| {
            if !is {
                wrong.push(sentence.to_owned());
            }
        };
        needs(
            !self.name.trim().is_empty() && self.name.chars().count() <= 120,
            "Give a name of up to 120 letters",
        );
        needs(
            !self.summary.trim().is_empty() && self.summary.chars().count() <= 200,
            "Give a summary of up to 200 letters",
        );
        needs(!self.description.trim().is_empty(), "Say what it is in a few sentences");
        needs(!self.topics.is_empty(), "Choose at least one need that it meets");
        needs(!self.way_in.is_empty(), "Say how people get in, or that it is not known");
        needs(!self.source.trim().is_empty(), "Say where the facts come from");
        needs(self.website.as_ref().is_none_or(|url| has_scheme(url)), "Start the website with https://");
        let age = self.age.unwrap_or(AgeDraft { pregnancy: false, from_months: None, until_months: None });
        needs(
            age.from_months.unwrap_or(0) >= 0
                && age.until_months.is_none_or(|until| {
                    (until > age.from_months.unwrap_or(0) || age.pregnancy && until == 0) && until <= 1_200
                }),
            "The oldest age must be above the youngest",
        );
        for closure in &self.closures {
            if closure.until < closure.from {
                wrong.push("The last day of a closure must not be before its first day".to_owned());
            }
            // A slip such as the year 9999 would hide an entry from families for good.
            if closure.until > closure.from.saturating_add(kernel::Span::new().years(2)) {
                wrong.push("A closure can be up to two years long".to_owned());
            }
        }
        for schedule in &self.schedules {
            if let Err(fault) = schedule.days().and_then(|_| schedule.minutes()) {
                wrong.push(fault.to_string());
            }
            if matches!((schedule.valid_from, schedule.valid_to), (Some(first), Some(last)) if last < first) {
                wrong.push("The last day of a session must not be before its first day".to_owned());
            }
        }
        wrong
    }
}

/// Whether an address says how to reach it: `www.example.org` alone is refused by Open Referral UK's checker. What
/// stands before an `@` looks like the host and is not, so it is refused too.
pub fn has_scheme(url: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.contains(['@', '\\']) && !url.contains(char::is_whitespace) && is_named(host)
}

/// Whether a host is a name with an ending, such as `example.org`, or a number, with or without a port. A private number is
/// an address all the same: who looks whether links lead anywhere says that this one does not.
fn is_named(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let parts: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    let plain =
        |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let ending =
        parts.last().is_some_and(|last| last.chars().count() > 1 && last.chars().any(char::is_alphabetic));
    parts.len() > 1 && parts.iter().all(plain) && ending
}

fn unknown_cost() -> Cost {
    Cost::Unknown
}
fn active() -> Status {
    Status::Active
}
fn weekly() -> Frequency {
    Frequency::Weekly
}
fn all_year() -> Season {
    Season::AllYear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_names_a_server() {
        for right in ["https://www.example.org", "http://example.org:8080/a?b", "https://münchen.example/"] {
            assert!(has_scheme(right), "{right}");
        }
        for wrong in [
            "www.example.org",
            "http://.",
            "https://..",
            "https://x",
            "https://a@b.org",
            "https://",
            "https://.org",
        ] {
            assert!(!has_scheme(wrong), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_strictly() {
        assert_eq!((minutes("09:30").unwrap(), minutes("24:00").unwrap()), (570, 1_440));
        for wrong in ["25:99", "9", "24:01", "ab:cd", "9:5"] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
