//! From the address of a search to a question for the index, and back to addresses: each chip and each link on the
//! page is this question with one thing changed.

use crate::{
    catalogue::Catalogue,
    near::{Near, Place},
    vocabulary::{Cost, DAYS, PointQuality},
};
use jiff::civil::DateTime;
use kernel::Fault;
use search::{AgeAsked, Context, Part, PartFilter, Query, Sort, Understood, understand};
use web::{Params, Site};

/// Groups of the facet panel, in its order: the name in the address, the group in the index, the heading.
pub(crate) const GROUPS: [(&str, &str, &str); 6] = [
    ("how", "way_in", "How to get in"),
    ("where", "access", "Where help is given"),
    ("cost", "cost", "Cost"),
    ("for", "audience", "Good for"),
    ("access", "accessibility", "Getting in and around"),
    ("send", "send", "Special needs"),
];

/// Ages as the panel and the home page offer them: the value in the address, the words, the band.
pub(crate) const STAGES: [(&str, &str, AgeAsked); 9] = [
    ("pregnant", "Pregnant", AgeAsked::Pregnant),
    ("0-1", "0 to 1", AgeAsked::Band { from_months: 0, until_months: 12 }),
    ("1-2", "1 to 2", AgeAsked::Band { from_months: 12, until_months: 24 }),
    ("2-4", "2 to 4", AgeAsked::Band { from_months: 24, until_months: 54 }),
    ("starting-school", "Starting school", AgeAsked::Band { from_months: 48, until_months: 66 }),
    ("5-11", "5 to 11", AgeAsked::Band { from_months: 60, until_months: 144 }),
    ("12-18", "12 to 18", AgeAsked::Band { from_months: 144, until_months: 228 }),
    ("18-25", "18 to 25, SEND", AgeAsked::Band { from_months: 216, until_months: 312 }),
    ("parent", "Me, as a parent", AgeAsked::Band { from_months: 0, until_months: 312 }),
];

/// The international mile.
pub(crate) const METRES_A_MILE: f64 = 1_609.344;

/// Distances the panel offers, in miles.
pub(crate) const MILES: [&str; 4] = ["1", "3", "5", "10"];

pub(crate) const TIMES: [(&str, &str, (u16, u16)); 4] = [
    ("morning", "Morning", (360, 720)),
    ("afternoon", "Afternoon", (720, 1_020)),
    ("evening", "Evening", (1_020, 1_320)),
    ("night", "In the night", (1_320, 1_800)),
];

/// A search as its address says it. It borrows the words, for each link of the page is one of these.
#[derive(Clone, Debug, Default)]
pub(crate) struct Address<'a> {
    /// Fields in the order they were given, without page and empty ones.
    pairs: Vec<(&'a str, &'a str)>,
    pub page: usize,
    /// The parts of the words that the form showed when it was sent: see [`Address::settled`].
    form_showed: Vec<&'a str>,
}

/// As many kinds of part as the words can have, and each once.
const PARTS_MAX: usize = 12;

/// The code of a day, of anything that starts as one does: 'tuesday' is 'TU'.
fn day_code(typed: &str) -> Option<&'static str> {
    let start = typed.get(..2)?;
    DAYS.iter().map(|(code, _)| *code).find(|code| code.eq_ignore_ascii_case(start))
}

/// A choice of the panel that the person's own words made.
pub(crate) struct Heard {
    /// The part of the words.
    pub key: &'static str,
    /// The field of the form.
    pub name: &'static str,
    /// What stands chosen in it.
    pub values: Vec<String>,
    /// As told back.
    pub label: String,
    /// It orders and leaves 'not given' in, where ticking it would shut that out: its number is not the list's.
    pub leans: bool,
}

impl Heard {
    /// What no choice of the form says as it was said: 'under 5s', 'open now'.
    pub const AS_SAID: &str = "heard";
    /// Before the key of a part that the form overruled.
    pub const OVERRULED: &str = "-";

    fn is_all_of(&self, sent: &[&str]) -> bool {
        sent.len() == self.values.len() && sent.iter().all(|value| self.values.iter().any(|own| own == value))
    }
}

/// What the form shows of the words.
fn heard(parts: &[Part]) -> Vec<Heard> {
    let as_said = || vec![Heard::AS_SAID.to_owned()];
    let each = |part: &Part| {
        let (name, values, leans) = match &part.filter {
            PartFilter::Age(age) => {
                let stage = STAGES.iter().find(|(value, _, of)| of == age && *value != "parent");
                ("age", stage.map_or_else(as_said, |(value, _, _)| vec![(*value).to_owned()]), true)
            }
            PartFilter::When { days, .. } if part.key == "day" => {
                let on = DAYS.iter().enumerate().filter(|(at, _)| days >> at & 1 == 1);
                ("day", on.map(|(_, (code, _))| (*code).to_owned()).collect(), true)
            }
            PartFilter::When { days, time } => {
                let same = |of: &(u16, u16)| *days == 0 && Some(*of) == *time;
                let choice = TIMES.iter().find(|(_, _, of)| same(of));
                ("time", choice.map_or_else(as_said, |(value, _, _)| vec![(*value).to_owned()]), true)
            }
            PartFilter::Tags { group, values } => {
                let (name, _, _) = GROUPS.iter().find(|(_, have, _)| have == group)?;
                (
                    *name,
                    values.iter().map(|value| own_word(value)).collect(),
                    matches!(*group, search::tags::AUDIENCE | search::tags::COST),
                )
            }
            PartFilter::Near(_) | PartFilter::Postcode(_) | PartFilter::AskPlace => return None,
        };
        Some(Heard { key: part.key, name, values, label: part.label.clone(), leans })
    };
    parts.iter().filter_map(each).collect()
}

const KNOWN: [&str; 17] = [
    "q", "postcode", "within", "age", "topic", "day", "time", "cost", "how", "where", "for", "access",
    "send", "town", "kind", "sort", "without",
];

impl<'a> Address<'a> {
    pub fn read(params: &'a Params) -> Address<'a> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (name, value) in params.each() {
            let value = value.trim();
            let pair = (name, if name == "day" { day_code(value).unwrap_or(value) } else { value });
            // No honest page sends more than fifty choices.
            if !pair.1.is_empty() && KNOWN.contains(&name) && pairs.len() < 50 && !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        let form_showed = params.all("heard").flat_map(|shown| shown.split(',')).take(PARTS_MAX).collect();
        Address { pairs, page: params.get("page").parse().unwrap_or(1).clamp(1, 10_000), form_showed }
    }

    /// What the form says of the words: what it showed from them and got back unchanged is still theirs, what was
    /// taken off there is taken off the words, and what was chosen in its stead wins over them.
    pub fn settled(mut self, heard: &[Heard]) -> Address<'a> {
        for showed in std::mem::take(&mut self.form_showed) {
            let key = showed.strip_prefix(Heard::OVERRULED).unwrap_or(showed);
            let Some(heard) = heard.iter().find(|heard| heard.key == key) else { continue };
            let sent: Vec<&str> = self.all(heard.name).collect();
            if sent.is_empty() {
                self.pairs.push(("without", heard.key));
            } else if key == showed && heard.is_all_of(&sent) {
                self.pairs.retain(|(name, _)| *name != heard.name);
            }
        }
        self
    }

    /// Whether the form was sent with what it had heard, so that the words must be read before it is understood.
    pub fn is_from_form(&self) -> bool {
        !self.form_showed.is_empty()
    }

    pub fn get(&self, name: &str) -> &'a str {
        self.pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| *value)
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value)
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.contains(&(name, value))
    }

    /// Filters that are on, words and order apart.
    pub fn filters(&self) -> usize {
        self.pairs.iter().filter(|(name, _)| !matches!(*name, "q" | "sort" | "without" | "postcode")).count()
    }

    pub fn with(mut self, name: &'a str, value: &'a str) -> Address<'a> {
        self.page = 1;
        self.pairs.push((name, value));
        self
    }

    pub fn only(self, name: &'a str, value: &'a str) -> Address<'a> {
        self.drop_all(name).with(name, value)
    }

    pub fn drop_all(mut self, name: &str) -> Address<'a> {
        self.page = 1;
        self.pairs.retain(|(key, _)| *key != name);
        self
    }

    pub fn drop_one(mut self, name: &str, value: &str) -> Address<'a> {
        self.page = 1;
        self.pairs.retain(|pair| *pair != (name, value));
        self
    }

    /// As an address on this site.
    pub fn href(&self, page: usize) -> String {
        let mut href = String::with_capacity(128);
        href.push_str("/search");
        if self.pairs.is_empty() && page <= 1 {
            return href;
        }
        href.push('?');
        let start = href.len();
        let mut query = form_urlencoded::Serializer::for_suffix(href, start);
        query.extend_pairs(&self.pairs);
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        query.finish()
    }

    /// Fields that a form must carry along, those it asks for itself left out.
    pub fn carried(&self, but: &[&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.iter().copied().filter(move |(name, _)| !but.contains(name))
    }
}

/// A question ready for the index, and what was understood on the way.
pub(crate) struct Question {
    pub query: Query,
    pub understood: Understood,
    /// What of it the form shows.
    pub heard: Vec<Heard>,
    /// The place, when one was found.
    pub place: Option<Place>,
    /// Why a typed place was not.
    pub place_error: Option<String>,
    /// 'near me' was typed and no place given.
    pub ask_place: bool,
}

pub(crate) const PER_PAGE: usize = 10;

fn understand_words(now_local: DateTime, catalogue: &Catalogue, address: &Address) -> Understood {
    let without: Vec<&str> = address.all("without").collect();
    let context = Context { now_local, towns: &catalogue.towns, without: &without };
    understand(first_letters(address.get("q")), &context)
}

/// What the form would show of the words of this address.
pub(crate) fn heard_in(site: &Site, catalogue: &Catalogue, address: &Address) -> Vec<Heard> {
    let now_local = site.clock().now().to_zoned(kernel::london()).datetime();
    heard(&understand_words(now_local, catalogue, address).parts)
}

/// Reads the address into a question: what the words say, then what was ticked, which wins.
pub(crate) async fn question(
    site: &Site,
    catalogue: &Catalogue,
    address: &Address<'_>,
) -> Result<Question, Fault> {
    let now_local: DateTime = site.clock().now().to_zoned(kernel::london()).datetime();
    let understood = understand_words(now_local, catalogue, address);
    let today = Some(now_local.date());
    let mut query = Query { per_page: PER_PAGE, page: address.page, today, ..Query::default() };
    understood.apply(&mut query);
    for (_, values) in &mut query.tags {
        values.iter_mut().for_each(|value| *value = own_word(value));
    }
    hear_free(&mut query);
    let typed_place = typed_place(address, &understood.parts);
    let (place, place_error) = match typed_place {
        None => (None, None),
        Some(typed) => match catalogue.find_place(site, &typed).await? {
            Near::Found(place) => (Some(place), None),
            Near::NotKnown(sentence) => (None, Some(sentence)),
            Near::NotAsked => (None, None),
        },
    };
    if let Some(place) = &place {
        let point = place.point;
        query.near = Some(search::Near {
            lat: point.latitude,
            lon: point.longitude,
            within_metres: None,
            areas: place.areas.clone(),
            label: place.label.clone(),
        });
    }
    if let (Some(near), Ok(miles)) = (&mut query.near, address.get("within").parse::<f64>()) {
        near.within_metres = Some((miles.clamp(0.1, 100.0)) * METRES_A_MILE);
    }
    ticked(&mut query, address);
    ticked_when(&mut query, address, &understood.parts);
    let ask_place =
        query.near.is_none() && understood.parts.iter().any(|part| part.filter == PartFilter::AskPlace);
    let heard = heard(&understood.parts);
    Ok(Question { query, understood, heard, place, place_error, ask_place })
}

/// The first 4,000 letters: what a box takes. The safety screen has read all of it by now.
pub(crate) fn first_letters(text: &str) -> &str {
    text.char_indices().nth(4_000).map_or(text, |(at, _)| &text[..at])
}

fn typed_place(address: &Address, parts: &[Part]) -> Option<String> {
    let given = address.get("postcode");
    if !given.is_empty() {
        return Some(given.chars().take(60).collect());
    }
    parts.iter().find_map(|part| match &part.filter {
        PartFilter::Postcode(code) => Some(code.clone()),
        _ => None,
    })
}

/// The engine's words for what it understands, in the room's own.
fn own_word(value: &str) -> String {
    match value {
        "self-referral" => "self",
        "drop-in" => "open",
        "step-free" => "step_free",
        other => other,
    }
    .to_owned()
}

/// 'Free' in the words leaves out what is known to cost, and no more: 'not given' is not 'no'. What is free goes first.
fn hear_free(query: &mut Query) {
    let free = || vec![Cost::Free.as_str().to_owned()];
    let said = query.tags.iter_mut().find(|(group, values)| group == search::tags::COST && *values == free());
    if let Some((group, values)) = said {
        query.leanings.tags.push((group.clone(), free()));
        values.extend([Cost::SomeFree, Cost::Unknown].map(|cost| cost.as_str().to_owned()));
    }
}

/// What is ticked shuts out, where what was heard in the words only leans. The leaning stays, turned to what was
/// ticked: it orders, and the counts of the panel hold because it never decides what is found.
fn ticked(query: &mut Query, address: &Address) {
    let groups = GROUPS.iter().map(|(name, group, _)| (*name, *group));
    for (name, group) in groups.chain([("topic", "topic"), ("town", "town")]) {
        let values: Vec<String> = address.all(name).map(str::to_owned).collect();
        if !values.is_empty() {
            if let Some((_, heard)) = query.leanings.tags.iter_mut().find(|(have, _)| have == group) {
                heard.clone_from(&values);
            }
            query.tags.retain(|(have, _)| have != group);
            query.tags.push((group.to_owned(), values));
        }
    }
    if let Some(age) = age_of(address.get("age")) {
        query.age = Some(age);
        query.leanings.age = query.leanings.age.and(Some(age));
    }
    query.kinds = address.all("kind").filter_map(search::Kind::parse).collect();
    if address.get("sort") == "nearest" {
        query.sort = Sort::Nearest;
    }
}

/// A day and a time are for one session, whichever of them was said and whichever ticked.
fn ticked_when(query: &mut Query, address: &Address, parts: &[Part]) {
    let days = ticked_days(address);
    let time = TIMES.iter().find(|(value, _, _)| *value == address.get("time")).map(|(_, _, time)| *time);
    if days == 0 && time.is_none() {
        return;
    }
    // 'Tonight' is a time with its own day: another time leaves that day behind.
    let said_days = if time.is_some() { said_days(parts) } else { query.leanings.days };
    query.days = if days == 0 { said_days } else { days };
    query.time = time.or(query.leanings.time);
    if query.leanings.days != 0 || query.leanings.time.is_some() {
        (query.leanings.days, query.leanings.time) = (query.days, query.time);
    }
}

/// The days that the form chose.
pub(crate) fn ticked_days(address: &Address) -> u8 {
    let bits = address.all("day").filter_map(|day| crate::vocabulary::day_bits([day]));
    bits.fold(0, |all, day| all | day)
}

/// The days that were said as days.
pub(crate) fn said_days(parts: &[Part]) -> u8 {
    let days = parts.iter().filter(|part| part.key == "day").map(|part| match part.filter {
        PartFilter::When { days, .. } => days,
        _ => 0,
    });
    days.fold(0, |all, day| all | day)
}

/// An age as an address gives it: a stage, or anything people write, such as '18 months', '3', '2y'.
pub(crate) fn age_of(text: &str) -> Option<AgeAsked> {
    if text.is_empty() || text == "parent" {
        return None;
    }
    if let Some((_, _, age)) = STAGES.iter().find(|(value, _, _)| *value == text) {
        return Some(*age);
    }
    if let Ok(years) = text.parse::<u16>() {
        return Some(AgeAsked::Months(years.min(99) * 12));
    }
    let words = if text.starts_with(|c: char| c.is_ascii_digit()) {
        format!("my {text} old")
    } else {
        text.to_owned()
    };
    let context = Context { now_local: DateTime::constant(2000, 1, 1, 0, 0, 0, 0), towns: &[], without: &[] };
    let age = |words: &str| {
        understand(words, &context).parts.into_iter().find_map(|part| match part.filter {
            PartFilter::Age(age) => Some(age),
            _ => None,
        })
    };
    age(text).or_else(|| age(&words))
}

/// Whether distances from here are worth telling: from a town's middle they are not.
pub(crate) fn tells_distance(place: Option<&Place>) -> bool {
    place.is_some_and(|place| place.point.quality != PointQuality::Town)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_with_one_thing_changed() {
        let params = Params::read(b"q=baby+group&cost=free&cost=free&page=3&x=1&day=");
        let address = Address::read(&params);
        assert_eq!(address.href(1), "/search?q=baby+group&cost=free");
        assert_eq!(address.clone().with("day", "MO").href(2), "/search?q=baby+group&cost=free&day=MO&page=2");
        assert_eq!(address.clone().drop_one("cost", "free").drop_all("q").href(1), "/search");
        assert_eq!((address.page, address.filters()), (3, 1));
        let params = Params::read(b"day=tuesday&day=SA&day=zz");
        assert_eq!(Address::read(&params).href(1), "/search?day=TU&day=SA&day=zz");
    }

    #[test]
    fn an_age_is_read_however_it_is_written() {
        assert_eq!(age_of("0-1"), Some(AgeAsked::Band { from_months: 0, until_months: 12 }));
        assert_eq!(age_of("3"), Some(AgeAsked::Months(36)));
        assert_eq!(age_of("18 months"), Some(AgeAsked::Months(18)));
        assert_eq!(age_of("pregnant"), Some(AgeAsked::Pregnant));
        assert_eq!((age_of(""), age_of("zzz")), (None, None));
    }
}
