//! Drafts as maps of their fields, which is how they are compared, held and put back.

use crate::to_place::{Part, Placed};
use directory::{OrganizationDraft, ServiceDraft};
use kernel::Fault;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// A record whole, as it would stand here once two people have agreed. Nothing in it tells a secret place.
#[derive(Deserialize, Serialize)]
pub(crate) struct Whole {
    pub service: ServiceDraft,
    pub organization: Option<Part<OrganizationDraft>>,
    pub places: Vec<Part<Placed>>,
}

/// The feed says with a narrow need its wider one too, and does not say what nobody knows: where that is all the
/// difference, there is none.
pub(crate) fn say_as_ours_does(
    theirs: &mut Map<String, Value>,
    ours: &Map<String, Value>,
    wider: &HashMap<String, String>,
) {
    let known_ways = |facts: &Map<String, Value>| {
        let ways = facts.get("way_in").and_then(Value::as_array).into_iter().flatten();
        ways.filter(|way| way.as_str() != Some("unknown")).cloned().collect::<Vec<_>>()
    };
    if !known_ways(ours).is_empty()
        && known_ways(ours) == known_ways(theirs)
        && let Some(ways) = ours.get("way_in")
    {
        theirs.insert("way_in".to_owned(), ways.clone());
    }
    let all = |facts: &Map<String, Value>| {
        let named = facts.get("topics").and_then(Value::as_array).into_iter().flatten();
        let named: Vec<&str> = named.filter_map(Value::as_str).collect();
        let with = named.iter().filter_map(|need| wider.get(*need)).map(String::as_str);
        named.iter().copied().chain(with).map(str::to_owned).collect::<BTreeSet<String>>()
    };
    if all(theirs) == all(ours)
        && let Some(topics) = ours.get("topics")
    {
        theirs.insert("topics".to_owned(), topics.clone());
    }
}

/// The facts of a draft, by the names of its fields.
pub(crate) fn facts_of<T: Serialize>(draft: &T) -> Result<Map<String, Value>, Fault> {
    match serde_json::to_value(draft)? {
        Value::Object(facts) => Ok(facts),
        _ => anyhow::bail!("a draft is a map of its fields"),
    }
}

pub(crate) fn facts_of_place(place: &Placed) -> Result<Map<String, Value>, Fault> {
    let mut facts = facts_of(&place.draft)?;
    let quality = place.draft.point.map(|_| place.quality);
    facts.insert("point_quality".to_owned(), serde_json::to_value(quality)?);
    Ok(facts)
}

pub(crate) fn from_facts<T: DeserializeOwned>(facts: &Map<String, Value>) -> Result<T, Fault> {
    Ok(serde_json::from_value(Value::Object(facts.clone()))?)
}
