//! What the official schemas ask of every entity, as a table, and the walk that holds a record against it.

use super::{
    Findings,
    formats::{is_date_time, is_email, is_uri, is_uuid},
};
use serde_json::{Map, Value};

/// One kind of record.
pub(crate) struct Entity {
    /// What people call it, with its article.
    pub(crate) called: &'static str,
    pub(crate) required: &'static [&'static str],
    pub(crate) fields: &'static [(&'static str, Kind)],
}

/// What a field may hold.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Uuid,
    Email,
    Uri,
    DateTime,
    Number,
    OneOf(&'static [&'static str]),
    One(&'static Entity),
    Many(&'static Entity),
}
use Kind::{DateTime, Email, Many, Number, One, OneOf, Text, Uri, Uuid};

/// What a service's `status` may be.
pub(crate) const STATUS: &[&str] = &["active", "inactive", "defunct", "temporarily closed"];
/// What a place or an address may be.
pub(crate) const PLACE: &[&str] = &["physical", "postal", "virtual"];
/// How often a rule comes round.
pub(crate) const FREQ: &[&str] = &["WEEKLY", "MONTHLY"];

pub(crate) static SERVICE: Entity = Entity {
    called: "a service",
    required: &["id", "name", "status"],
    fields: &[
        ("id", Uuid),
        ("organization_id", Uuid),
        ("name", Text),
        ("description", Text),
        ("url", Uri),
        ("email", Email),
        ("status", OneOf(STATUS)),
        ("fees", Text),
        ("accreditations", Text),
        ("minimum_age", Number),
        ("maximum_age", Number),
        ("assured_date", Text),
        ("assurer_email", Email),
        ("alert", Text),
        ("last_modified", DateTime),
        ("schedules", Many(&SCHEDULE)),
        ("service_areas", Many(&SERVICE_AREA)),
        ("service_at_locations", Many(&SERVICE_AT_LOCATION)),
        ("languages", Many(&LANGUAGE)),
        ("organization", One(&ORGANIZATION)),
        ("funding", Many(&FUNDING)),
        ("cost_options", Many(&COST_OPTION)),
        ("contacts", Many(&CONTACT)),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

pub(crate) static ORGANIZATION: Entity = Entity {
    called: "an organisation",
    required: &["id", "name", "description"],
    fields: &[
        ("id", Uuid),
        ("name", Text),
        ("description", Text),
        ("email", Email),
        ("website", Uri),
        ("logo", Text),
        ("uri", Uri),
        ("parent_organization_id", Uuid),
        ("organization_identifiers", Many(&ORGANIZATION_IDENTIFIER)),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

static ORGANIZATION_IDENTIFIER: Entity = Entity {
    called: "a register number",
    required: &["id", "identifier_type", "identifier"],
    fields: &[
        ("id", Uuid),
        ("organization_id", Uuid),
        ("identifier_scheme", Text),
        ("identifier_type", Text),
        ("identifier", Text),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

pub(crate) static SERVICE_AT_LOCATION: Entity = Entity {
    called: "a service at a place",
    required: &["id"],
    fields: &[("id", Uuid), ("service_id", Uuid), ("location_id", Uuid), ("location", One(&LOCATION))],
};

static LOCATION: Entity = Entity {
    called: "a place",
    required: &["id", "location_type"],
    fields: &[
        ("id", Uuid),
        ("location_type", OneOf(PLACE)),
        ("name", Text),
        ("description", Text),
        ("latitude", Number),
        ("longitude", Number),
        ("external_identifier", Text),
        ("external_identifier_type", Text),
        ("addresses", Many(&ADDRESS)),
        ("accessibility", Many(&ACCESSIBILITY)),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

static ADDRESS: Entity = Entity {
    called: "an address",
    required: &["id", "address_1", "city", "state_province", "postal_code", "country", "address_type"],
    fields: &[
        ("id", Uuid),
        ("location_id", Uuid),
        ("attention", Text),
        ("address_1", Text),
        ("city", Text),
        ("region", Text),
        ("state_province", Text),
        ("postal_code", Text),
        ("country", Text),
        ("address_type", OneOf(PLACE)),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

static ACCESSIBILITY: Entity = Entity {
    called: "an access feature",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("location_id", Uuid),
        ("description", Text),
        ("details", Text),
        ("url", Uri),
        ("attributes", Many(&ATTRIBUTE)),
        ("accessibility", Text),
    ],
};

static SCHEDULE: Entity = Entity {
    called: "a time",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("service_id", Uuid),
        ("service_at_location_id", Uuid),
        ("valid_from", Text),
        ("valid_to", Text),
        ("dtstart", Text),
        ("freq", OneOf(FREQ)),
        ("interval", Number),
        ("byday", Text),
        ("bymonthday", Text),
        ("description", Text),
        ("opens_at", Text),
        ("closes_at", Text),
        ("schedule_link", Uri),
        ("attending_type", Text),
        ("notes", Text),
    ],
};

static SERVICE_AREA: Entity = Entity {
    called: "an area",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("service_id", Uuid),
        ("name", Text),
        ("extent", Text),
        ("extent_type", Text),
        ("uri", Text),
        ("service_area", Text),
    ],
};

static CONTACT: Entity = Entity {
    called: "a contact",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("service_id", Uuid),
        ("name", Text),
        ("title", Text),
        ("attributes", Many(&ATTRIBUTE)),
    ],
};

/// Phones stand in no schema that the checker loads: the UK profile keeps the file and names it nowhere. So what is
/// wrong in one is ours to say, in `ours.rs`.
static LANGUAGE: Entity = Entity {
    called: "a language",
    required: &["id"],
    fields: &[("id", Uuid), ("service_id", Uuid), ("phone_id", Uuid)],
};

static COST_OPTION: Entity = Entity {
    called: "a price",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("service_id", Uuid),
        ("valid_from", Text),
        ("valid_to", Text),
        ("option", Text),
        ("amount", Number),
        ("amount_description", Text),
    ],
};

static FUNDING: Entity = Entity {
    called: "a funder",
    required: &["id"],
    fields: &[("id", Uuid), ("service_id", Uuid), ("source", Text)],
};

static ATTRIBUTE: Entity = Entity {
    called: "a tag",
    required: &["id"],
    fields: &[
        ("id", Uuid),
        ("link_id", Uuid),
        ("taxonomy_term_id", Uuid),
        ("link_type", Text),
        ("taxonomy_term", One(&TAXONOMY_TERM)),
    ],
};

pub(crate) static TAXONOMY: Entity = Entity {
    called: "a list of terms",
    required: &["id", "name", "description"],
    fields: &[
        ("id", Uuid),
        ("name", Text),
        ("description", Text),
        ("uri", Uri),
        ("version", Text),
        ("taxonomy_terms", Many(&TAXONOMY_TERM)),
    ],
};

pub(crate) static TAXONOMY_TERM: Entity = Entity {
    called: "a term",
    required: &["id", "name", "description"],
    fields: &[
        ("id", Uuid),
        ("name", Text),
        ("description", Text),
        ("parent_id", Uuid),
        ("taxonomy", Text),
        ("taxonomy_id", Uuid),
        ("term_uri", Uri),
        ("term", Text),
    ],
};

/// Holds a record against what the schemas ask, and says of everything in it that is empty so.
pub(crate) fn judge(entity: &'static Entity, record: &Value, pointer: &str, found: &mut Findings) {
    let Some(map) = record.as_object() else {
        return found.add("record", pointer, &[("entity", entity.called)]);
    };
    for name in entity.required.iter().filter(|name| !map.contains_key(**name)) {
        found.add("required", &format!("{pointer}/{name}"), &[("name", name), ("entity", entity.called)]);
    }
    for (name, value) in map {
        let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match entity.fields.iter().find(|(known, _)| known == name) {
            Some((_, kind)) => judge_field(name, *kind, value, &at, found),
            None => judge_empty(name, value, &at, found),
        }
    }
}

fn judge_field(name: &str, kind: Kind, value: &Value, at: &str, found: &mut Findings) {
    let named = [("name", name)];
    match (kind, value) {
        (_, Value::Null) => found.add("null", at, &named),
        (One(entity), _) => judge(entity, value, at, found),
        (Many(_), Value::Array(items)) if items.is_empty() => found.add("empty", at, &named),
        (Many(entity), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                judge(entity, item, &format!("{at}/{index}"), found);
            }
        }
        (Many(_), _) => found.add("not_list", at, &named),
        (Number, Value::Number(_)) => {}
        (Number, _) => found.add("not_number", at, &named),
        (OneOf(words), Value::String(text)) => {
            if !words.contains(&text.as_str()) {
                found.add("one_of", at, &[("name", name), ("words", &words.join(", "))]);
            }
        }
        (Uuid, Value::String(text)) if !is_uuid(text) => found.add("uuid", at, &named),
        (Email, Value::String(text)) if !is_email(text) => found.add("email", at, &named),
        (Uri, Value::String(text)) if !is_uri(text) => found.add("uri", at, &named),
        (DateTime, Value::String(text)) if !is_date_time(text) => found.add("date_time", at, &named),
        (_, Value::String(text)) if text.trim().is_empty() => found.add("empty", at, &named),
        (_, Value::String(_)) => {}
        _ => found.add("not_text", at, &named),
    }
}

/// The schemas do not look inside what they do not know; the rule that nothing is empty goes there too.
fn judge_empty(name: &str, value: &Value, at: &str, found: &mut Findings) {
    let named = [("name", name)];
    match value {
        Value::Null => found.add("empty", at, &named),
        Value::String(text) if text.trim().is_empty() => found.add("empty", at, &named),
        Value::Array(items) if items.is_empty() => found.add("empty", at, &named),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                judge_empty(name, item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(map) => judge_inside(map, at, found),
        _ => {}
    }
}

fn judge_inside(map: &Map<String, Value>, pointer: &str, found: &mut Findings) {
    for (name, value) in map {
        let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        judge_empty(name, value, &at, found);
    }
}
