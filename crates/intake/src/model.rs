//! What a source is, what its records are here, and who wins where it and we differ. Pure.

use crate::{limits::RECORD_MAX, to_draft::cut};
use kernel::{Date, Id, Instant, Slug};
use oruk::model::Service;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use store::row;

/// Raised when the way a record becomes an entry changes, so that what was taken in before is looked at again.
const MAPPING: u32 = 2;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $key:literal => $words:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $words] $variant),+ }
        impl $name {
            /// All, in the order people see them.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// As it is kept.
            pub fn key(self) -> &'static str { match self { $($name::$variant => $key),+ } }
            /// As people read it.
            pub fn words(self) -> &'static str { match self { $($name::$variant => $words),+ } }
        }
        impl std::str::FromStr for $name {
            type Err = anyhow::Error;
            fn from_str(key: &str) -> anyhow::Result<$name> {
                $name::ALL.iter().copied().find(|it| it.key() == key)
                    .ok_or_else(|| anyhow::anyhow!("{} has no value of that name", stringify!($name)))
            }
        }
    };
}

words! {
    /// In which format a source speaks.
    Kind {
        Oruk = "oruk" => "Open Referral UK, version 3",
        OrukV1 = "oruk_v1" => "Open Referral UK, version 1",
        Csv = "csv" => "A table (CSV) with a mapping",
        Ofsted = "ofsted" => "Ofsted's register of childcare",
    }
}
words! {
    /// Whose area a source is about.
    Area { Inside = "inside" => "Our own area", Outside = "outside" => "A neighbour's area" }
}
words! {
    /// What became of a source's record here.
    State {
        Taken = "taken" => "Taken in",
        Held = "held" => "Taken in, with differences to settle",
        Refused = "refused" => "Refused",
        Gone = "gone" => "Gone from its source",
    }
}
words! {
    /// What a plan would do with a record, or a run did.
    What {
        Added = "added" => "Added",
        Changed = "changed" => "Changed",
        Withdrawn = "withdrawn" => "Gone from its source",
        Refused = "refused" => "Refused",
        Held = "held" => "Held for a data steward",
        Same = "same" => "The same as before",
    }
}
words! {
    /// What facts are about. The words are as directory uses them for addresses on the site.
    Entity { Service = "service" => "Entry", Organization = "organization" => "Organisation", Location = "location" => "Place" }
}

/// A feed or a file that entries come from.
pub struct SourceMark;
/// Its id.
pub type SourceId = Id<SourceMark>;

/// The id that a source of this address on the site has or will have.
pub fn source_id(slug: &str) -> SourceId {
    Id::named("intake", &format!("source/{slug}"))
}

/// A feed or a file that entries come from, as its keepers set it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDraft {
    /// Its address on the site.
    pub slug: Slug,
    /// What people call it: it is said on entries, 'Taken from ...'.
    pub name: String,
    /// Its format.
    pub kind: Kind,
    /// Where it is pulled from; none for a file that somebody hands over.
    pub address: Option<String>,
    /// What it may be used for, in its own words.
    pub licence: String,
    /// Ours or a neighbour's.
    pub area: Area,
    /// How often it is pulled.
    pub every_hours: i64,
    /// The need its entries are filed under when none of ours fits.
    pub topic: Option<Slug>,
    /// The organisation its entries are filed under when they name none.
    pub organization: Option<Slug>,
    /// For a table: the mapping's text.
    pub mapping: Option<String>,
}

/// A record as it came.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The source's own key for it.
    pub key: String,
    /// Over all that decides what becomes of it.
    pub hash: String,
    /// The source's own words, whole.
    pub json: Value,
    /// What could be read of it.
    pub service: Service,
    /// What was left out while it was read, in plain words.
    pub notes: Vec<String>,
    /// Why it cannot be taken in, if it cannot.
    pub refused: Option<String>,
}

impl Incoming {
    /// A record with the hash by which it is known again.
    pub fn new(source: &SourceDraft, json: Value, read: oruk::Read) -> Incoming {
        let key = if !read.key.trim().is_empty() {
            read.key.trim().to_owned()
        } else if !read.service.id.is_nil() {
            read.service.id.to_string()
        } else {
            String::new()
        };
        let settings = (MAPPING, source.area.key(), &source.topic, &source.organization, &source.mapping);
        let mut notes: Vec<String> = Vec::new();
        for left_out in read.notes.iter().filter(|note| note.rule == "left_out") {
            let sentence = left_out.sentence.trim_end_matches('.').to_owned();
            if !notes.contains(&sentence) {
                notes.push(sentence);
            }
        }
        let hash = hash_of(&(settings, &json));
        let bytes = json.to_string().len();
        if bytes > RECORD_MAX {
            // It is not kept either: only that it came.
            let refused = format!("It is larger than {} MB", RECORD_MAX / 1_000_000);
            let service =
                Service { name: cut(&kernel::one_line(&read.service.name), 200), ..Service::default() };
            let (key, json) = (cut(&key, 500), Value::Null);
            return Incoming { hash, key, json, service, notes, refused: Some(refused) };
        }
        let refused = if key.is_empty() {
            Some("It has no key of its own, so it could not be known again".to_owned())
        } else {
            read.refused
        };
        Incoming { hash, key, json, service: read.service, notes, refused }
    }
}

/// A short name for a value: equal exactly when the values are.
pub fn hash_of(value: &impl Serialize) -> String {
    // Maps of `serde_json` are sorted by key, so the same value is always the same text.
    let text = serde_json::to_value(value).map(|value| value.to_string()).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex()[..24].to_owned()
}

row! {
    /// A source's record as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Kept {
        /// The source's own key.
        key: String,
        /// Of the record that was last looked at.
        hash: String,
        /// The entry it became.
        slug: Option<String>,
        /// What became of it, as it is kept.
        state: String,
    }
}

impl Kept {
    /// Whether the same record is standing here, so that nothing is to be done.
    pub fn stands(&self, incoming: &Incoming) -> bool {
        self.hash == incoming.hash && self.is_live()
    }

    /// Whether its entry is thought to be in its source.
    pub fn is_live(&self) -> bool {
        self.state == State::Taken.key() || self.state == State::Held.key()
    }
}

/// What is held of a record that waits for two people before it stands here at all.
pub const WHOLE: &str = "whole";

/// The facts of an entry that a source can give, as `directory::ServiceDraft` names them. What the council alone says
/// of an entry (how sensitive it is, what practitioners see) is not among them.
pub const SERVICE_FIELDS: &[&str] = &[
    "name",
    "organization",
    "summary",
    "description",
    "topics",
    "who_for",
    "age",
    "audiences",
    "access",
    "way_in",
    "how_to_get_in",
    "what_happens",
    "offers",
    "cost",
    "cost_note",
    "cost_options",
    "eligibility",
    "send_needs",
    "aliases",
    "phones",
    "email",
    "website",
    "locations",
    "area",
    "schedules",
    "languages",
    "interpretation",
    "funding",
    "status",
    "alert",
    "waiting_time",
    "waiting_time_on",
    "source",
    "source_url",
];
/// The same of an organisation.
pub const ORGANIZATION_FIELDS: &[&str] =
    &["name", "description", "kind", "website", "email", "phone", "identifiers", "source"];
/// The same of a place.
pub const LOCATION_FIELDS: &[&str] = &[
    "name",
    "kind",
    "hub",
    "town",
    "description",
    "address_1",
    "postal_code",
    "county",
    "point",
    "point_quality",
    "phone",
    "transportation",
    "source",
    "accessibility",
    "schedules",
];

/// The fields of a thing.
pub fn fields_of(entity: Entity) -> &'static [&'static str] {
    match entity {
        Entity::Service => SERVICE_FIELDS,
        Entity::Organization => ORGANIZATION_FIELDS,
        Entity::Location => LOCATION_FIELDS,
    }
}

/// A field in words.
pub fn words_of_field(field: &str) -> String {
    match field {
        "who_for" => "who it is for".to_owned(),
        "age" => "ages".to_owned(),
        "access" => "where help is given".to_owned(),
        "way_in" => "way in".to_owned(),
        "how_to_get_in" => "how to get in".to_owned(),
        "topics" => "needs".to_owned(),
        "schedules" => "times".to_owned(),
        "locations" => "places".to_owned(),
        "aliases" => "what people also say".to_owned(),
        "organization" => "organisation".to_owned(),
        "area" => "area it serves".to_owned(),
        WHOLE => "the whole entry".to_owned(),
        "postal_code" => "postcode".to_owned(),
        "address_1" => "street and number".to_owned(),
        other => other.replace('_', " "),
    }
}

/// The assured fact that a field belongs to.
fn assured_as(field: &str) -> &'static [&'static str] {
    match field {
        "phones" => &["everything", "phone"],
        "schedules" => &["everything", "hours"],
        "locations" => &["everything", "address"],
        "cost" | "cost_note" | "cost_options" => &["everything", "cost"],
        "way_in" | "how_to_get_in" => &["everything", "way_in"],
        _ => &["everything"],
    }
}

/// What a source last gave for a field, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Of the value.
    pub hash: String,
    /// When it first gave it.
    pub at: Instant,
}

/// What stands here of a thing that a source gives too.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Its facts.
    pub ours: Map<String, Value>,
    /// What this source last gave, field by field. What is missing it gave as nothing.
    pub given: HashMap<String, Given>,
    /// What people confirmed, and on which day.
    pub assured: Vec<(String, Date)>,
    /// When this source gave the thing first; none when it is not this source's.
    pub owned_since: Option<Instant>,
}

/// A difference that an editor settles.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which field.
    pub field: &'static str,
    /// What stands.
    pub ours: Value,
    /// What the source says.
    pub theirs: Value,
}

/// What is to be done with the fields of a thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// The facts as they are to stand.
    pub whole: Map<String, Value>,
    /// Which of them come from the source now.
    pub taken: Vec<&'static str>,
    /// Where ours stands and an editor is asked.
    pub held: Vec<Difference>,
    /// Where the source says what we say: a difference that was held is over.
    pub agreed: Vec<&'static str>,
    /// What the source gives now and did not before: field and hash, none when it now gives nothing.
    pub given: Vec<(&'static str, Option<String>)>,
}

impl Fields {
    /// Takes nothing after all: ours stands in every field, and an editor is asked.
    pub fn hold_all(&mut self, ours: &Map<String, Value>, theirs: &Map<String, Value>) {
        for field in std::mem::take(&mut self.taken) {
            let (ours, theirs) = (value_of(ours, field).clone(), value_of(theirs, field).clone());
            self.whole.insert(field.to_owned(), ours.clone());
            self.held.push(Difference { field, ours, theirs });
        }
    }
}

/// Decides field by field who wins.
///
/// A source wins while the entry still says what the source last said. A field that people here changed, or confirmed
/// on the day it was taken or later, stays as it is, and what the source now says is held for a data steward. A thing that
/// another source gave first, or that was made here, is changed by this source in nothing: all it says otherwise is
/// held. What the source said already when ours was chosen is not asked again.
pub fn decide_fields(
    fields: &'static [&'static str],
    standing: &Standing,
    theirs: &Map<String, Value>,
) -> Fields {
    let mut decided = Fields { whole: standing.ours.clone(), ..Fields::default() };
    for &field in fields {
        let (ours, theirs) = (value_of(&standing.ours, field), value_of(theirs, field));
        let last = standing.given.get(field);
        let (ours_hash, theirs_hash) = (hash_of_given(ours), hash_of_given(theirs));
        let last_hash = last.map(|given| given.hash.clone());
        if theirs_hash != last_hash {
            decided.given.push((field, theirs_hash.clone()));
        }
        if theirs_hash == ours_hash {
            decided.agreed.push(field);
            continue;
        }
        if theirs_hash == last_hash {
            continue;
        }
        let untouched = ours_hash == last_hash;
        match standing.owned_since {
            Some(since) if untouched && !confirmed(standing, field, last.map_or(since, |given| given.at)) => {
                decided.whole.insert(field.to_owned(), theirs.clone());
                decided.taken.push(field);
            }
            _ => decided.held.push(Difference { field, ours: ours.clone(), theirs: theirs.clone() }),
        }
    }
    decided
}

fn confirmed(standing: &Standing, field: &str, taken_at: Instant) -> bool {
    let day = kernel::civil_today(taken_at);
    standing.assured.iter().any(|(fact, on)| assured_as(field).contains(&fact.as_str()) && *on >= day)
}

fn value_of<'a>(facts: &'a Map<String, Value>, field: &str) -> &'a Value {
    facts.get(field).unwrap_or(&Value::Null)
}

/// The hash of a value that says something.
pub fn hash_of_given(value: &Value) -> Option<String> {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    // The space around a text is nobody's fact.
    (!empty).then(|| value.as_str().map_or_else(|| hash_of(value), |text| hash_of(&text.trim())))
}

/// One line of a plan or of a run's report.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Line {
    /// What.
    pub what: What,
    /// The source's own key.
    pub key: String,
    /// The entry, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its name.
    pub name: String,
    /// Which fields.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<String>,
    /// Why, in plain words; empty when there is nothing to explain.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub why: String,
    /// How it is kept from doing harm.
    #[serde(skip_serializing_if = "Guard::is_none", default)]
    pub guard: Guard,
}

/// How a record is kept from doing harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Nothing in it asks for that.
    #[default]
    None,
    /// Its page is quiet.
    Quiet,
    /// It waits for two people before anybody sees it.
    TwoPeople,
}

impl Guard {
    fn is_none(&self) -> bool {
        *self == Guard::None
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Totals {
    /// New entries.
    pub added: usize,
    /// Entries with new facts.
    pub changed: usize,
    /// Records as they were.
    pub same: usize,
    /// No longer in the source.
    pub withdrawn: usize,
    /// Not taken in.
    pub refused: usize,
    /// Entries with differences for a data steward.
    pub held: usize,
}

impl Totals {
    /// Counts a line.
    pub fn count(&mut self, what: What) {
        match what {
            What::Added => self.added += 1,
            What::Changed => self.changed += 1,
            What::Withdrawn => self.withdrawn += 1,
            What::Refused => self.refused += 1,
            What::Held => self.held += 1,
            What::Same => self.same += 1,
        }
    }

    /// Whether anything would be different afterwards.
    pub fn is_quiet(self) -> bool {
        self.added + self.changed + self.withdrawn == 0
    }

    /// '12 added, 3 changed, 1 gone from its source, 2 refused, 1 held for a data steward, 40 the same as before'.
    pub fn words(self) -> String {
        [
            (self.added, "added"),
            (self.changed, "changed"),
            (self.withdrawn, "gone from its source"),
            (self.refused, "refused"),
            (self.held, "held for a data steward"),
            (self.same, "the same as before"),
        ]
        .iter()
        .map(|(count, words)| format!("{count} {words}"))
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// The records that were in a source and are not in it any more.
pub fn decide_withdrawn<'a>(kept: &'a [Kept], incoming: &[Incoming]) -> Vec<&'a Kept> {
    let here: HashSet<&str> = incoming.iter().map(|record| record.key.as_str()).collect();
    kept.iter().filter(|kept| kept.is_live() && !here.contains(kept.key.as_str())).collect()
}

/// Whether a source has lost so much at once that a person must look before anything is flagged: more than a fifth of
/// at least five records.
pub fn is_sudden_loss(live: usize, withdrawn: usize) -> bool {
    live >= 5 && withdrawn * 5 > live
}

/// In how many hours a source is to be asked again after it failed so often in a row: after no failure in its own
/// interval; after the first in an hour, doubled with each one more, at most a week. Later when it says so itself, at
/// most a week too.
pub fn decide_wait_hours(every_hours: i64, failures: i64, asked_to_wait_seconds: Option<i64>) -> i64 {
    const WEEK: i64 = 24 * 7;
    let doubled = if failures <= 0 {
        every_hours
    } else {
        // Most failures are over within the hour, so a feed that is read once a day does not lose the day.
        (1_i64 << (failures - 1).min(10)).min(WEEK)
    };
    let asked = asked_to_wait_seconds.map_or(0, |seconds| (seconds + 3_599) / 3_600).min(WEEK);
    doubled.max(asked).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(name: &str) -> Map<String, Value> {
        json!({"name": name, "phones": [], "cost": "free"}).as_object().unwrap().clone()
    }

    fn standing(ours: &str, given: Option<&str>, owned: bool) -> Standing {
        let at = "2026-11-01T09:00:00Z".parse().unwrap();
        let mut last = HashMap::from([("cost".to_owned(), Given { hash: hash_of(&json!("free")), at })]);
        if let Some(given) = given {
            last.insert("name".to_owned(), Given { hash: hash_of(&json!(given)), at });
        }
        Standing { ours: facts(ours), given: last, assured: Vec::new(), owned_since: owned.then_some(at) }
    }

    #[test]
    fn a_source_wins_only_while_the_entry_says_what_it_last_said() {
        // ours, last given, theirs, owned, what becomes of the name
        for (ours, given, theirs, owned, outcome) in [
            ("a", Some("a"), "a", true, "agreed"),
            ("a", Some("a"), "b", true, "taken"),
            ("mine", Some("a"), "a", true, "ours"),
            ("mine", Some("a"), "b", true, "held"),
            ("mine", Some("a"), "mine", true, "agreed"),
            ("mine", Some("a"), "", true, "held"),
            ("a", Some("a"), "", true, "taken"),
            ("", None, "b", true, "taken"),
            ("mine", None, "b", true, "held"),
            ("mine", None, "", true, "ours"),
            ("a", Some("a"), "b", false, "held"),
            ("a", None, "b", false, "held"),
            ("a", None, "a", false, "agreed"),
        ] {
            let decided = decide_fields(SERVICE_FIELDS, &standing(ours, given, owned), &facts(theirs));
            let became = if decided.taken.contains(&"name") {
                "taken"
            } else if decided.held.iter().any(|held| held.field == "name") {
                "held"
            } else if decided.agreed.contains(&"name") {
                "agreed"
            } else {
                "ours"
            };
            assert_eq!(became, outcome, "ours {ours:?}, given {given:?}, theirs {theirs:?}, owned {owned}");
            let stands = if outcome == "taken" { theirs } else { ours };
            assert_eq!(decided.whole["name"], stands);
        }
    }

    #[test]
    fn what_people_here_confirmed_since_is_not_overwritten() {
        for (fact, on, held) in [
            ("everything", "2026-10-31", false),
            ("everything", "2026-11-01", true),
            ("everything", "2026-11-20", true),
            ("phone", "2026-11-20", false),
        ] {
            let mut standing = standing("a", Some("a"), true);
            standing.assured = vec![(fact.to_owned(), on.parse().unwrap())];
            let decided = decide_fields(SERVICE_FIELDS, &standing, &facts("b"));
            assert_eq!(!decided.held.is_empty(), held, "{fact} on {on}");
        }
    }

    #[test]
    fn a_source_that_fails_is_left_alone_longer_each_time() {
        let waits: Vec<i64> = (0..12).map(|failures| decide_wait_hours(24, failures, None)).collect();
        assert_eq!(waits, [24, 1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168]);
        assert_eq!(decide_wait_hours(24, 1, Some(7_200)), 2);
        assert_eq!(decide_wait_hours(1, 0, Some(86_400 * 365)), 168);
    }

    #[test]
    fn a_fifth_may_go_unasked_and_more_may_not() {
        for (live, withdrawn, sudden) in
            [(0, 0, false), (4, 4, false), (5, 1, false), (5, 2, true), (100, 20, false), (100, 21, true)]
        {
            assert_eq!(is_sudden_loss(live, withdrawn), sudden, "{withdrawn} of {live}");
        }
    }
}
