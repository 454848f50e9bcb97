//! What is forgotten of a source's own words. Of a record only the latest words are kept; those of a record that has
//! long been gone name people whom nobody publishes any more, and what an editor needs of it by then is the entry.

use crate::{model::Kind, store as rows};
use kernel::{Fault, Instant};
use serde_json::{Map, Value};
use store::Tx;

/// Forgets the people in records that were gone from their source before an instant, or whose source was given up
/// before it. Says of how many.
pub fn forget_people_in_gone_records(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    let mut forgotten = 0;
    for record in rows::list_gone_words(tx, before)? {
        let Some(rest) = without_people(record.kind.parse()?, &record.json) else { continue };
        rows::set_record_words(tx, record.source_id, &record.key, &rest)?;
        forgotten += 1;
    }
    Ok(forgotten)
}

/// A record without the people it names; nothing when it names none. A table's columns may be called anything, so of a
/// table's row nothing stays.
fn without_people(kind: Kind, json: &Value) -> Option<Value> {
    let rest = match kind {
        Kind::Csv => Value::Object(Map::new()),
        Kind::Oruk | Kind::OrukV1 | Kind::Ofsted => without_contacts(json),
    };
    (rest != *json).then_some(rest)
}

fn without_contacts(json: &Value) -> Value {
    match json {
        Value::Array(list) => Value::Array(list.iter().map(without_contacts).collect()),
        Value::Object(facts) => {
            let kept = facts.iter().map(|(name, value)| match name.as_str() {
                "contacts" | "contact" => (name.clone(), without_names(value)),
                _ => (name.clone(), without_contacts(value)),
            });
            Value::Object(kept.collect())
        }
        other => other.clone(),
    }
}

/// Of a contact its id, its title and its department stay: which desk it was, and not who sat there.
fn without_names(contact: &Value) -> Value {
    match contact {
        Value::Array(list) => Value::Array(list.iter().map(without_names).collect()),
        Value::Object(facts) => {
            let stays = |name: &str| matches!(name, "id" | "title" | "department");
            Value::Object(
                facts
                    .iter()
                    .filter(|(name, _)| stays(name))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_people_of_a_record_go_wherever_it_names_them_and_the_rest_stays() {
        let record = json!({
            "id": "1", "name": "A group", "email": "group@example.org",
            "contacts": [{"id": "2", "name": "A person", "email": "a@example.org", "title": "Leader", "phones": [{"number": "1"}]}],
            "organization": {"name": "A church", "contacts": [{"name": "Another person"}]},
        });
        let rest = without_people(Kind::Oruk, &record).unwrap();
        assert_eq!(
            rest,
            json!({
                "id": "1", "name": "A group", "email": "group@example.org",
                "contacts": [{"id": "2", "title": "Leader"}],
                "organization": {"name": "A church", "contacts": [{}]},
            })
        );
        assert_eq!(without_people(Kind::OrukV1, &rest), None, "a second time there is nothing to forget");
        assert_eq!(without_people(Kind::Csv, &json!({"Who to ask": "A person"})), Some(json!({})));
    }
}
