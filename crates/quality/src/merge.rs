//! Two entries made one: field by field, what the one that is kept will say.

use directory::{
    Access, AgeDraft, Attending, Audience, ClosureDraft, Cost, Season, SendNeed, ServiceDraft, Status, WayIn,
};
use kernel::{Date, Fault};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A field of an entry, as the person who merges sees it.
#[derive(Debug)]
pub(crate) struct MergeField {
    /// As in the draft and in the form.
    pub key: &'static str,
    /// As people read it.
    pub label: &'static str,
    /// Whether both can be joined.
    pub joins: Joins,
}

/// Whether two values can become one that holds both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joins {
    /// A list: what one has and the other has not comes along.
    Both,
    /// One or the other.
    One,
}

const fn one(key: &'static str, label: &'static str) -> MergeField {
    MergeField { key, label, joins: Joins::One }
}

const fn both(key: &'static str, label: &'static str) -> MergeField {
    MergeField { key, label, joins: Joins::Both }
}

/// Everything that is chosen. Who checked it and its address on the site are not: they are the kept entry's own.
pub(crate) const FIELDS: &[MergeField] = &[
    one("name", "Name"),
    one("summary", "In one sentence"),
    one("description", "More about it"),
    both("offers", "What it offers"),
    one("who_for", "Who it is for"),
    one("age", "Ages"),
    both("audiences", "It welcomes in particular"),
    both("send_needs", "Special needs it knows well"),
    one("eligibility", "Rules about who may come"),
    one("area", "Whom it serves"),
    both("way_in", "How people get in"),
    one("how_to_get_in", "How to get in, in a sentence"),
    both("what_happens", "What happens when people get in touch"),
    one("waiting_time", "How long the wait is"),
    both("access", "Where help is given"),
    both("locations", "Places"),
    both("schedules", "Sessions and hours"),
    one("cost", "What it costs"),
    one("cost_note", "More about the cost"),
    both("cost_options", "Prices"),
    both("phones", "Phone numbers"),
    one("email", "Email"),
    one("website", "Website"),
    both("languages", "Languages spoken"),
    one("interpretation", "Interpreters"),
    one("status", "Is it running?"),
    one("alert", "A short warning"),
    both("closures", "Closed days"),
    both("topics", "Needs it is found under"),
    both("aliases", "Other words people use for it"),
    both("thrive", "THRIVE groups"),
    both("severity", "How hard things are"),
    both("funding", "Who pays for it"),
    one("sensitive", "Private page"),
    one("baby", "Babies or pregnancy"),
    one("loss", "Loss of a baby"),
    one("source", "Where the facts come from"),
    one("source_url", "Address of that source"),
];

/// Which value of a field is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    First,
    Second,
    Both,
}

impl Choice {
    pub fn key(self) -> &'static str {
        match self {
            Choice::First => "a",
            Choice::Second => "b",
            Choice::Both => "both",
        }
    }

    pub fn parse(key: &str) -> Option<Choice> {
        [Choice::First, Choice::Second, Choice::Both].into_iter().find(|choice| choice.key() == key)
    }
}

/// An entry's text as fields.
pub(crate) fn fields_of(draft: &ServiceDraft) -> Result<Map<String, Value>, Fault> {
    match serde_json::to_value(draft)? {
        Value::Object(map) => Ok(map),
        _ => anyhow::bail!("a draft is kept as an object"),
    }
}

/// Where two texts differ, in the order of the page.
pub(crate) fn differing(a: &Map<String, Value>, b: &Map<String, Value>) -> Vec<&'static MergeField> {
    FIELDS.iter().filter(|field| a.get(field.key) != b.get(field.key)).collect()
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty() || text == "unknown",
        Some(Value::Array(items)) => items.is_empty() || items.iter().all(|item| item == "unknown"),
        _ => false,
    }
}

/// What is chosen unless somebody chooses otherwise: what is given before what is not; what protects people before what
/// does not; both where words to be found by are added; otherwise the entry that was checked later.
pub(crate) fn default_choice(
    field: &MergeField,
    (a, b): (&Map<String, Value>, &Map<String, Value>),
    newer: Choice,
) -> Choice {
    let (first, second) = (a.get(field.key), b.get(field.key));
    match field.key {
        "sensitive" | "baby" | "loss" => {
            if first == Some(&Value::Bool(true)) {
                Choice::First
            } else {
                Choice::Second
            }
        }
        _ if is_empty(first) => Choice::Second,
        _ if is_empty(second) => Choice::First,
        "aliases" | "topics" | "funding" => Choice::Both,
        _ => newer,
    }
}

/// Which of two was checked later; the first when neither is.
pub(crate) fn newer_of(a: Option<Date>, b: Option<Date>) -> Choice {
    if b > a { Choice::Second } else { Choice::First }
}

/// The text of the kept entry with what was chosen for each field.
pub(crate) fn merged(
    kept: &ServiceDraft,
    (a, b): (&Map<String, Value>, &Map<String, Value>),
    choices: &[(&'static MergeField, Choice)],
) -> Result<ServiceDraft, Fault> {
    let mut text = fields_of(kept)?;
    for (field, choice) in choices {
        let (first, second) = (a.get(field.key), b.get(field.key));
        let value = match choice {
            Choice::First => first.cloned(),
            Choice::Second => second.cloned(),
            Choice::Both => Some(joined(field.key, first, second)),
        };
        text.insert(field.key.to_owned(), value.unwrap_or(Value::Null));
        // The day on which a wait was given belongs to the wait.
        if field.key == "waiting_time" {
            let from = if *choice == Choice::Second { b } else { a };
            text.insert(
                "waiting_time_on".to_owned(),
                from.get("waiting_time_on").cloned().unwrap_or(Value::Null),
            );
        }
    }
    Ok(serde_json::from_value(Value::Object(text))?)
}

/// The first list with what only the second has. A number is the same however it is spaced; 'not known' goes when
/// something is known.
fn joined(key: &str, first: Option<&Value>, second: Option<&Value>) -> Value {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let sign = |value: &Value| match key {
        "phones" => {
            value["number"].as_str().unwrap_or_default().chars().filter(char::is_ascii_digit).collect()
        }
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_lowercase),
    };
    let mut all = list(first);
    for value in list(second) {
        if all.iter().all(|have| sign(have) != sign(&value)) {
            all.push(value);
        }
    }
    if all.len() > 1 {
        all.retain(|value| value != "unknown");
    }
    Value::Array(all)
}

/// A value in words, a line for each part of a list; empty when nothing is given. `name_of` tells what a need or a place
/// is called.
pub(crate) fn words(key: &str, value: Option<&Value>, name_of: &dyn Fn(&str, &str) -> String) -> Vec<String> {
    let Some(value) = value.filter(|value| !is_empty(Some(value))) else { return Vec::new() };
    match value {
        Value::Array(items) => items.iter().map(|item| part(key, item, name_of)).collect(),
        other => vec![part(key, other, name_of)],
    }
}

fn part(key: &str, value: &Value, name_of: &dyn Fn(&str, &str) -> String) -> String {
    fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
        serde_json::from_value(value.clone()).ok()
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let known = match key {
        "audiences" => read::<Audience>(value).map(|each| each.words().to_owned()),
        "access" => read::<Access>(value).map(|each| each.words().to_owned()),
        "way_in" => read::<WayIn>(value).map(|each| each.words().to_owned()),
        "send_needs" => read::<SendNeed>(value).map(|each| each.words().to_owned()),
        "cost" => read::<Cost>(value).map(|each| each.words().to_owned()),
        "status" => read::<Status>(value).map(|each| each.words().to_owned()),
        "closures" => read::<ClosureDraft>(value).map(|each| each.words()),
        "age" => read::<AgeDraft>(value).map(age_words),
        "topics" | "locations" => value.as_str().map(|slug| name_of(key, slug)),
        "phones" => Some(
            [text("number"), text("description"), text("hours")].join(", ").trim_end_matches(", ").to_owned(),
        ),
        "offers" => {
            let items: Vec<&str> =
                value["items"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            Some(format!("{}: {}", text("title"), items.join("; ")))
        }
        "cost_options" => Some(match value["amount"].as_f64() {
            Some(pounds) => format!("{}: £{pounds:.2} {}", text("option"), text("amount_description")),
            None => text("option"),
        }),
        "schedules" => Some(schedule_words(value, name_of)),
        _ => None,
    };
    known.unwrap_or_else(|| match value {
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::String(text) => text.replace('_', " "),
        other => other.to_string(),
    })
}

fn age_words(age: AgeDraft) -> String {
    let months = |months: i64| match months {
        months if months >= 24 && months % 12 == 0 => format!("{} years", months / 12),
        months => format!("{months} months"),
    };
    let from = match (age.pregnancy, age.from_months) {
        (true, _) => "from pregnancy".to_owned(),
        (false, Some(from)) if from > 0 => format!("from {}", months(from)),
        _ => "from birth".to_owned(),
    };
    match age.until_months {
        Some(until) => format!("{from} until {}", months(until)),
        None => from,
    }
}

fn schedule_words(value: &Value, name_of: &dyn Fn(&str, &str) -> String) -> String {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let days: Vec<&str> = value["byday"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|code| directory::DAYS.iter().find(|(each, _)| *each == code).map_or(code, |(_, name)| *name))
        .collect();
    let mut parts = vec![if days.is_empty() { "Days not given".to_owned() } else { web::say::list(&days) }];
    if !text("opens").is_empty() {
        parts.push(format!("{} to {}", text("opens"), text("closes")));
    }
    if text("freq") == "monthly" {
        parts.push("every month".to_owned());
    }
    let vocabulary = |name: &str| value[name].clone();
    if let Ok(season) = serde_json::from_value::<Season>(vocabulary("term"))
        && season != Season::AllYear
    {
        parts.push(season.words().to_lowercase());
    }
    if let Ok(attending) = serde_json::from_value::<Attending>(vocabulary("attending")) {
        parts.push(attending.words().to_lowercase());
    }
    if let Some(at) = value["at"].as_str() {
        parts.push(name_of("locations", at));
    }
    if !text("description").is_empty() {
        parts.push(text("description"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn draft(more: Value) -> ServiceDraft {
        let mut text = json!({
            "slug": "one", "name": "One", "organization": "org", "summary": "Help", "description": "More help",
            "topics": ["feeding"], "way_in": ["open"], "source": "The team itself"
        });
        for (key, value) in more.as_object().unwrap() {
            text[key] = value.clone();
        }
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn lists_are_joined_without_saying_anything_twice() {
        let phone = |number: &str| json!({"number": number, "description": "", "hours": ""});
        let a =
            draft(json!({"phones": [phone("0151 496 0000")], "way_in": ["unknown"], "aliases": ["Nappies"]}));
        let b = draft(
            json!({"phones": [phone("01514960000"), phone("0151 496 0001")], "way_in": ["open"], "aliases": ["nappies", "wipes"], "slug": "two", "name": "Two"}),
        );
        let (first, second) = (fields_of(&a).unwrap(), fields_of(&b).unwrap());
        let choices: Vec<_> = differing(&first, &second)
            .into_iter()
            .map(|field| (field, if field.joins == Joins::Both { Choice::Both } else { Choice::Second }))
            .collect();
        let whole = merged(&a, (&first, &second), &choices).unwrap();
        assert_eq!(whole.slug.as_str(), "one", "the address of the kept one stays");
        assert_eq!(whole.name, "Two");
        assert_eq!(whole.phones.len(), 2, "the same number is kept once");
        assert_eq!(whole.aliases, ["Nappies", "wipes"]);
        assert_eq!(whole.way_in, [WayIn::Open]);
    }

    #[test]
    fn what_is_given_comes_before_what_is_not_and_what_protects_before_what_does_not() {
        let a =
            draft(json!({"who_for": null, "email": "a@example.org", "sensitive": true, "summary": "Ours"}));
        let b =
            draft(json!({"who_for": "Everybody", "email": null, "sensitive": false, "summary": "Theirs"}));
        let (first, second) = (fields_of(&a).unwrap(), fields_of(&b).unwrap());
        let of = |key: &str, newer| {
            let field = FIELDS.iter().find(|field| field.key == key).unwrap();
            default_choice(field, (&first, &second), newer)
        };
        for newer in [Choice::First, Choice::Second] {
            assert_eq!(of("who_for", newer), Choice::Second);
            assert_eq!(of("email", newer), Choice::First);
            assert_eq!(of("sensitive", newer), Choice::First);
            assert_eq!(of("summary", newer), newer);
        }
        let day = |text: &str| Some(text.parse().unwrap());
        assert_eq!(newer_of(day("2026-01-01"), day("2026-02-01")), Choice::Second);
        assert_eq!(newer_of(day("2026-01-01"), None), Choice::First);
    }
}
