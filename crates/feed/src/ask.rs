//! What a reader asks, read strictly: a parameter that cannot be read is refused by name, and one we do not know is
//! passed over.

use crate::{
    answer::refusal,
    entity::Entity,
    facts::{Tag, minutes_of},
    shelf::{TimeWanted, Wanted},
};
use axum::{http::StatusCode, response::Response};
use kernel::{Date, Instant, Postcode};
use uuid::Uuid;

/// How many records a page has when nothing is said.
pub(crate) const PER_PAGE: u64 = 50;
/// How many it has at most. What asks for more gets this.
pub(crate) const PER_PAGE_MAX: u64 = 500;
/// The last page that is looked for.
pub(crate) const PAGE_MAX: u64 = 1_000_000;
/// How many metres around a postcode when nothing is said.
pub(crate) const PROXIMITY: f64 = 5_000.0;
/// How long a search may be, in letters.
pub(crate) const SEARCH_MAX: usize = 400;

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub status: StatusCode,
    pub parameter: String,
    pub sentence: String,
}

impl Wrong {
    pub fn new(parameter: &str, sentence: impl Into<String>) -> Wrong {
        Wrong { status: StatusCode::BAD_REQUEST, parameter: parameter.to_owned(), sentence: sentence.into() }
    }

    pub fn into_response(self) -> Response {
        refusal(self.status, &self.parameter, &self.sentence)
    }
}

/// How much of each record is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a list shows.
    Brief,
    /// As at its own address.
    Full,
    /// Its id, its name, its status and when it changed.
    Minimal,
}

/// What is asked of a list.
#[derive(Debug, PartialEq)]
pub(crate) struct Ask {
    pub page: u64,
    pub per_page: u64,
    pub form: Form,
    /// Everything at once, one record a line.
    pub streamed: Streamed,
    pub with_services: WithServices,
    pub wanted: Wanted,
    pub postcode: Option<Postcode>,
    pub proximity: f64,
}

/// Whether a list is sent as one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streamed {
    Pages,
    Lines,
}

/// Whether an organisation carries its services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithServices {
    No,
    Yes,
}

/// The parameters of an address.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`. What is not UTF-8 is refused: guessing would find something else than was asked.
    pub fn read(query: Option<&str>) -> Result<Query, Wrong> {
        let mut out = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let not_utf8 = |name: &str| Wrong::new(name, "Percent-encode the query as UTF-8.");
            let name = decoded(name).ok_or_else(|| not_utf8(""))?;
            let value = decoded(value).ok_or_else(|| not_utf8(&name))?;
            out.push((name, value));
        }
        Ok(Query(out))
    }

    /// The value of a parameter. Sent twice it has none: which one counts would be a guess.
    pub fn one<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, Wrong> {
        let mut values = self.all(name);
        let first = values.next();
        match (first, values.next()) {
            (_, Some(_)) => Err(Wrong::new(name, format!("Send {name} once."))),
            (Some(""), _) => Err(Wrong::new(name, format!("Give {name} a value, or leave it out."))),
            (first, None) => Ok(first),
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    pub fn truth(&self, name: &str) -> Result<Option<bool>, Wrong> {
        match self.one(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Wrong::new(name, format!("{name} is true or false."))),
        }
    }

    /// A whole number from 1 on; digits beyond any number are the largest there is.
    fn count(&self, name: &str) -> Result<Option<u64>, Wrong> {
        let wrong = || Wrong::new(name, format!("{name} is a whole number from 1 on."));
        let Some(value) = self.one(name)? else { return Ok(None) };
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        match value.parse().unwrap_or(u64::MAX) {
            0 => Err(wrong()),
            count => Ok(Some(count)),
        }
    }

    /// A number from 0 on.
    fn number(&self, name: &str) -> Result<Option<f64>, Wrong> {
        let Some(value) = self.one(name)? else { return Ok(None) };
        let plain = value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
        match value.parse::<f64>() {
            Ok(number) if plain && number.is_finite() && number >= 0.0 => Ok(Some(number)),
            _ => Err(Wrong::new(name, format!("{name} is a number from 0 on."))),
        }
    }

    fn id(&self, name: &str) -> Result<Option<Uuid>, Wrong> {
        self.one(name)?.map(|value| read_id(name, value)).transpose()
    }

    fn time(&self, name: &str) -> Result<Option<u16>, Wrong> {
        let Some(value) = self.one(name)? else { return Ok(None) };
        let wrong = || Wrong::new(name, format!("{name} is a time of day, such as 18:00."));
        minutes_of(value).map(Some).ok_or_else(wrong)
    }

    /// `modified_after` and its like: a moment, or a date for its beginning in UTC.
    pub fn moment(&self, name: &str) -> Result<Option<Instant>, Wrong> {
        let Some(value) = self.one(name)? else { return Ok(None) };
        let wrong = "is a date-time such as 2026-11-22T09:00:00Z, or a date";
        read_moment(value).map(Some).ok_or_else(|| Wrong::new(name, format!("{name} {wrong}.")))
    }

    /// Page and records a page.
    pub fn paging(&self) -> Result<(u64, u64), Wrong> {
        let page = self.count("page")?.unwrap_or(1);
        if page > PAGE_MAX {
            return Err(Wrong::new("page", format!("page is {PAGE_MAX} at most.")));
        }
        Ok((page, self.count("per_page")?.unwrap_or(PER_PAGE).min(PER_PAGE_MAX)))
    }
}

/// Bytes behind percent signs, and a space for a plus.
fn decoded(text: &str) -> Option<String> {
    let raw = text.as_bytes();
    let mut bytes = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let pair = raw.get(at + 1..at + 3).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let byte = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (raw[at], byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                at += 2;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).ok()
}

/// An id as the feed writes it; capitals are the same id.
pub(crate) fn read_id(name: &str, value: &str) -> Result<Uuid, Wrong> {
    let wrong =
        || Wrong::new(name, format!("{name} is a UUID, such as 01900000-0000-7000-8000-000000000000."));
    if value.len() != 36 {
        return Err(wrong());
    }
    Uuid::parse_str(value).map_err(|_| wrong())
}

fn read_moment(value: &str) -> Option<Instant> {
    // A plus that was not encoded has become a space.
    let value = match value.rsplit_once(' ') {
        Some((before, zone)) if before.contains(['T', 't']) => format!("{before}+{zone}"),
        _ => value.to_owned(),
    };
    if let Ok(date) = value.parse::<Date>()
        && value.len() == 10
    {
        return date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    if let Ok(at) = value.parse::<Instant>() {
        return Some(at);
    }
    // The last days of the year 9999 are beyond what an instant can be: later than anything here.
    if value.starts_with("9999-12-3") && value.get(..19).is_some_and(|start| civil_of(start).is_some()) {
        return Some(Instant::MAX);
    }
    // Without an offset it is UTC.
    if value.ends_with(['Z', 'z']) || value.contains('[') || value.len() < 16 {
        return None;
    }
    civil_of(&value)?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn civil_of(text: &str) -> Option<jiff::civil::DateTime> {
    text.parse().ok()
}

impl Ask {
    /// What is asked of the list of an entity.
    pub fn read(entity: Entity, query: &Query) -> Result<Ask, Wrong> {
        let (page, per_page) = query.paging()?;
        let streamed = match query.one("format")? {
            None | Some("json") => Streamed::Pages,
            Some("ndjson") => Streamed::Lines,
            Some(_) => return Err(Wrong::new("format", "format is json or ndjson.")),
        };
        let mut ask = Ask {
            page,
            per_page,
            form: Form::Brief,
            streamed,
            with_services: WithServices::No,
            wanted: Wanted { search: read_search(query)?, ..Wanted::default() },
            postcode: None,
            proximity: PROXIMITY,
        };
        match entity {
            Entity::Service | Entity::ServiceAtLocation => ask.read_services(entity, query)?,
            Entity::Organization => {
                let full = query.truth("full")?.unwrap_or(false);
                if query.truth("full_service")?.unwrap_or(full) {
                    ask.with_services = WithServices::Yes;
                }
            }
            Entity::Taxonomy => {
                if query.truth("full")?.unwrap_or(ask.streamed == Streamed::Lines) {
                    ask.form = Form::Full;
                }
            }
            Entity::TaxonomyTerm => {
                let tags = &mut ask.wanted.tags;
                tags.extend(query.id("taxonomy_id")?.map(|id| (Tag::Taxonomy, id)));
                tags.extend(query.id("parent_id")?.map(|id| (Tag::Parent, id)));
                if query.truth("top_only")? == Some(true) {
                    tags.push((Tag::Top, Uuid::nil()));
                }
            }
        }
        Ok(ask)
    }

    fn read_services(&mut self, entity: Entity, query: &Query) -> Result<(), Wrong> {
        let full = query.truth("full")?.unwrap_or(self.streamed == Streamed::Lines);
        let minimal = entity == Entity::Service && query.truth("minimal")?.unwrap_or(false);
        self.form = match (minimal, full) {
            (true, _) => Form::Minimal,
            (false, true) => Form::Full,
            (false, false) => Form::Brief,
        };
        let wanted = &mut self.wanted;
        for (name, tag) in [("taxonomy_term_id", Tag::Term), ("taxonomy_id", Tag::Taxonomy)] {
            for value in query.all(name) {
                wanted.tags.push((tag, read_id(name, value)?));
            }
        }
        wanted.tags.extend(query.id("organization_id")?.map(|id| (Tag::Organization, id)));
        wanted.modified_after_millis = query.moment("modified_after")?.map(ceiling_millis);
        wanted.minimum_age = query.number("minimum_age")?;
        wanted.maximum_age = query.number("maximum_age")?;
        // 1.5 years are 18 months, whatever binary fractions make of it.
        wanted.age_months = query.number("age")?.map(|years| (years * 12.0 + 1e-6).floor());
        let day = query.one("day")?.map(read_day).transpose()?;
        let (from, until) = (query.time("start_time")?, query.time("end_time")?);
        if day.is_some() || from.is_some() || until.is_some() {
            wanted.time = Some(TimeWanted { day: day.unwrap_or(0), from, until });
        }
        self.postcode = query.one("postcode")?.map(read_postcode).transpose()?;
        let proximity = query.number("proximity")?;
        if proximity.is_some() && self.postcode.is_none() {
            // Never everything in silence. As with a postcode that we do not know, there is no place to measure from.
            let sentence = "proximity is measured from a postcode: send postcode too.";
            return Err(Wrong { status: StatusCode::NOT_FOUND, ..Wrong::new("postcode", sentence) });
        }
        self.proximity = proximity.unwrap_or(PROXIMITY);
        Ok(())
    }
}

/// Moments are published in whole milliseconds: the first one that is not before what was asked.
fn ceiling_millis(at: Instant) -> i64 {
    let micros = at.as_microsecond();
    micros.div_euclid(1_000) + i64::from(micros.rem_euclid(1_000) != 0)
}

fn read_search(query: &Query) -> Result<Option<String>, Wrong> {
    let mut values = query.all("search");
    let first = values.next();
    if values.next().is_some() {
        return Err(Wrong::new("search", "Send search once."));
    }
    if first.is_some_and(|words| words.chars().count() > SEARCH_MAX) {
        return Err(Wrong::new("search", format!("search takes {SEARCH_MAX} letters at most.")));
    }
    Ok(first.map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned))
}

fn read_day(value: &str) -> Result<u8, Wrong> {
    let at = directory::DAYS.iter().position(|(code, _)| code.eq_ignore_ascii_case(value));
    at.map(|at| 1 << at).ok_or_else(|| Wrong::new("day", "day is MO, TU, WE, TH, FR, SA or SU."))
}

fn read_postcode(value: &str) -> Result<Postcode, Wrong> {
    if let Ok(postcode) = value.parse() {
        return Ok(postcode);
    }
    let letters: Vec<u8> = value.bytes().filter(|byte| *byte != b' ').collect();
    let inward = letters.len().checked_sub(3).map(|at| &letters[at..]);
    let looks_right = (5..=7).contains(&letters.len())
        && letters[0].is_ascii_alphabetic()
        && letters.iter().all(u8::is_ascii_alphanumeric)
        && inward.is_some_and(|inward| {
            inward[0].is_ascii_digit() && inward[1..].iter().all(u8::is_ascii_alphabetic)
        });
    Err(if looks_right {
        unknown_postcode()
    } else {
        Wrong::new("postcode", "postcode is a full UK postcode, such as WA8 7QF.")
    })
}

/// A postcode that is well written and not in our file.
pub(crate) fn unknown_postcode() -> Wrong {
    let sentence = "We do not know where that postcode is. We know those of our area and its neighbours.";
    Wrong { status: StatusCode::NOT_FOUND, ..Wrong::new("postcode", sentence) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(query: &str) -> String {
        let ask = Query::read(Some(query)).and_then(|query| Ask::read(Entity::Service, &query));
        ask.map_or_else(|wrong| wrong.parameter, |_| String::new())
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        let cases = [
            ("page", ["0", "-1", "abc", "1.5", "", "99999999999999999999", "+1", "1,000"].as_slice()),
            ("per_page", &["0", "-5", "abc", ""]),
            ("taxonomy_term_id", &["12", "x", "'"]),
            ("organization_id", &["{01900000-0000-7000-8000-000000000000}"]),
            ("minimum_age", &["abc", "-1", "inf", "NaN", ""]),
            ("modified_after", &["yesterday", "2026-13-01", "22/11/2026", "20"]),
            ("day", &["XX", "Monday1"]),
            ("start_time", &["25:00", "6pm"]),
            ("format", &["xml", "JSON"]),
            ("full", &["yes", "1"]),
            ("postcode", &["WA8", "somewhere", "%25"]),
        ];
        for (name, values) in cases {
            for value in values {
                assert_eq!(wrong(&format!("{name}={value}")), name, "{name}={value}");
            }
            assert_eq!(wrong(&format!("{name}=1&{name}=2")), name, "{name} twice");
        }
        assert_eq!(wrong("search=%ff"), "search");
        assert_eq!(wrong("proximity=100"), "postcode");
        assert_eq!(wrong("proximity=-1&postcode=WA8+7QF"), "proximity");
    }

    #[test]
    fn what_can_be_read_is_taken() {
        for query in [
            "",
            "page=1&per_page=1000000",
            "per_page=99999999999999999999",
            "nonsense=1&page[]=2",
            "search=",
            "search=%25",
            "minimum_age=0",
            "minimum_age=200",
            "modified_after=2026-11-22",
            "modified_after=2026-11-22T10:00:00+01:00",
            "modified_after=2026-11-22T10:00:00%2B01:00",
            "modified_after=2026-11-22T10:00:00.123Z",
            "modified_after=2026-11-22T10:00:00",
            "modified_after=9999-12-31T23:59:59Z",
            "postcode=wa87qf",
            "postcode=WA8%207QF&proximity=1e9",
            "taxonomy_term_id=01900000-0000-7000-8000-000000000000&taxonomy_term_id=01900000-0000-7000-8000-000000000001",
        ] {
            assert_eq!(wrong(query), "", "{query}");
        }
    }

    #[test]
    fn an_offset_and_its_lost_plus_mean_the_same_moment() {
        let at = |text: &str| read_moment(text).unwrap();
        assert_eq!(at("2026-06-01T10:00:00+01:00"), at("2026-06-01T09:00:00Z"));
        assert_eq!(at("2026-06-01T10:00:00 01:00"), at("2026-06-01T09:00:00Z"));
        assert_eq!(at("2026-06-01"), at("2026-06-01T00:00:00Z"));
        assert_eq!(at("2026-06-01T09:00:00"), at("2026-06-01T09:00:00Z"));
        assert_eq!(
            ceiling_millis(at("2026-06-01T09:00:00.0001Z")),
            ceiling_millis(at("2026-06-01T09:00:00.001Z"))
        );
    }
}
