//! The description of the feed for programs. Written by hand, and held against the running feed by a test that sends
//! it thousands of requests.

use crate::{
    ask::{PAGE_MAX, PER_PAGE, PER_PAGE_MAX, PROXIMITY, SEARCH_MAX},
    entity::Entity,
};
use serde_json::{Map, Value, json};

/// OpenAPI 3.0.3.
pub(crate) fn document(council: &str) -> Value {
    let mut paths = Map::new();
    paths.insert("/".to_owned(), path("About this feed", &[], json_of("api_details"), &[200, 304, 405, 429]));
    for entity in Entity::ALL {
        let (list, one) = (format!("{}_list", entity.key()), entity.key());
        let words = words_of(entity);
        let mut answer = json_of(&list);
        answer["application/x-ndjson"] =
            json!({ "schema": { "type": "string", "description": "One record a line" } });
        let statuses: &[u16] =
            if has_places(entity) { &[200, 304, 400, 404, 405, 429] } else { &[200, 304, 400, 405, 429] };
        let get = path(&format!("Every {words}, page by page"), &parameters_of(entity), answer, statuses);
        paths.insert(format!("/{}", entity.path()), get);
        let mut parameters = vec!["id"];
        if entity == Entity::Organization {
            parameters.push("full_service");
        }
        let get = path(
            &format!("One {words}, whole"),
            &parameters,
            json_of(one),
            &[200, 304, 308, 400, 404, 405, 410, 429],
        );
        paths.insert(format!("/{}/{{id}}", entity.path()), get);
    }
    let removed = path(
        "What is no longer public, the longest gone first",
        &["since", "page", "per_page"],
        json_of("removed_list"),
        &[200, 304, 400, 405, 429],
    );
    paths.insert("/removed".to_owned(), removed);
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": format!("{council}: Open Referral UK"),
            "version": oruk::VERSION,
            "description": "The directory as open data. GET only, no key; every answer may be read from any site. The choices that the standard leaves open stand at /developers.",
        },
        "servers": [{ "url": "/oruk/v3" }],
        "paths": paths,
        "components": { "parameters": parameters(), "schemas": schemas(), "headers": headers() },
    })
}

fn has_places(entity: Entity) -> bool {
    matches!(entity, Entity::Service | Entity::ServiceAtLocation)
}

fn words_of(entity: Entity) -> &'static str {
    match entity {
        Entity::Service => "service",
        Entity::Organization => "organisation",
        Entity::ServiceAtLocation => "service at a place",
        Entity::Taxonomy => "list of terms",
        Entity::TaxonomyTerm => "term",
    }
}

fn parameters_of(entity: Entity) -> Vec<&'static str> {
    let mut names = vec!["search", "page", "per_page", "format"];
    match entity {
        Entity::Service | Entity::ServiceAtLocation => {
            names.extend([
                "taxonomy_term_id",
                "taxonomy_id",
                "organization_id",
                "modified_after",
                "full",
                "minimum_age",
                "maximum_age",
                "age",
                "day",
                "start_time",
                "end_time",
                "postcode",
                "proximity",
            ]);
            if entity == Entity::Service {
                names.push("minimal");
            }
        }
        Entity::Organization => names.extend(["full", "full_service"]),
        Entity::Taxonomy => names.push("full"),
        Entity::TaxonomyTerm => names.extend(["one_taxonomy_id", "parent_id", "top_only"]),
    }
    names
}

fn json_of(schema: &str) -> Value {
    json!({ "application/json": { "schema": reference("schemas", schema) } })
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// A path that is read. `content` is what it answers when all is well.
fn path(summary: &str, parameters: &[&str], content: Value, statuses: &[u16]) -> Value {
    let mut responses = Map::new();
    for status in statuses {
        let with_error = |sentence: &str| json!({ "description": sentence, "headers": cors(), "content": json_of("error") });
        let answer = match status {
            200 => json!({
                "description": "What was asked for", "content": content,
                "headers": { "ETag": reference("headers", "ETag"), "Access-Control-Allow-Origin": reference("headers", "Access-Control-Allow-Origin") },
            }),
            304 => {
                json!({ "description": "It is still the one whose ETag was sent in If-None-Match", "headers": cors() })
            }
            308 => json!({
                "description": "The record was made one with another: its address", "content": json_of("error"),
                "headers": { "Location": { "schema": { "type": "string" } }, "Access-Control-Allow-Origin": reference("headers", "Access-Control-Allow-Origin") },
            }),
            400 => with_error("A parameter cannot be read; the error names it"),
            404 => with_error(
                "There is no such record, no such postcode in our file, or none that proximity could be measured from",
            ),
            405 => with_error("Only GET, HEAD and OPTIONS are taken; see Allow"),
            410 => {
                json!({ "description": "The record is no longer public", "headers": cors(), "content": json_of("gone") })
            }
            _ => json!({
                "description": "Too many requests from one address", "content": json_of("error"),
                "headers": { "Retry-After": { "description": "Seconds", "schema": { "type": "integer" } }, "Access-Control-Allow-Origin": reference("headers", "Access-Control-Allow-Origin") },
            }),
        };
        responses.insert(status.to_string(), answer);
    }
    let parameters: Vec<Value> = parameters.iter().map(|name| reference("parameters", name)).collect();
    json!({ "get": { "summary": summary, "parameters": parameters, "responses": responses } })
}

fn cors() -> Value {
    json!({ "Access-Control-Allow-Origin": reference("headers", "Access-Control-Allow-Origin") })
}

fn headers() -> Value {
    json!({
        "Access-Control-Allow-Origin": { "description": "On every answer", "required": true, "schema": { "type": "string", "enum": ["*"] } },
        "ETag": { "description": "Send it back in If-None-Match", "required": true, "schema": { "type": "string" } },
    })
}

fn parameters() -> Value {
    let uuid = json!({ "type": "string", "format": "uuid" });
    let truth = json!({ "type": "boolean" });
    let number = json!({ "type": "number", "minimum": 0 });
    let time =
        json!({ "type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?)$" });
    let moment = json!({ "type": "string", "format": "date-time" });
    let query: [(&str, Value, String); 21] = [
        (
            "search",
            json!({ "type": "string", "maxLength": SEARCH_MAX }),
            "Records in which every word begins a word. Capitals, accents and apostrophes do not count."
                .to_owned(),
        ),
        (
            "page",
            json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": 1 }),
            "A page behind the last is empty.".to_owned(),
        ),
        (
            "per_page",
            json!({ "type": "integer", "minimum": 1, "default": PER_PAGE }),
            format!("{PER_PAGE_MAX} at most; what asks for more gets that."),
        ),
        (
            "format",
            json!({ "type": "string", "enum": ["json", "ndjson"], "default": "json" }),
            "ndjson sends everything that matches, whole, one record a line.".to_owned(),
        ),
        ("one_taxonomy_id", uuid.clone(), "The list that the term is in.".to_owned()),
        ("organization_id", uuid.clone(), "Who runs it.".to_owned()),
        (
            "modified_after",
            moment.clone(),
            "Changed then or later, with everything beneath it. A date is its beginning in UTC.".to_owned(),
        ),
        ("minimal", truth.clone(), "Only id, name, status and when it changed.".to_owned()),
        ("full", truth.clone(), "Records as at their own address.".to_owned()),
        ("full_service", truth.clone(), "With all services of the organisation.".to_owned()),
        (
            "minimum_age",
            number.clone(),
            "Services whose minimum_age is this or more. One without it is not found.".to_owned(),
        ),
        (
            "maximum_age",
            number.clone(),
            "Services whose maximum_age is this or less. One without it is not found.".to_owned(),
        ),
        (
            "age",
            number.clone(),
            "Ours: services that serve this age, in years; 1.5 is 18 months. One without ages serves all."
                .to_owned(),
        ),
        (
            "day",
            json!({ "type": "string", "pattern": "^([Mm][Oo]|[Tt][Uu]|[Ww][Ee]|[Tt][Hh]|[Ff][Rr]|[Ss][Aa]|[Ss][Uu])$" }),
            "MO, TU, WE, TH, FR, SA or SU; capitals do not count. One schedule must hold on it, and fit start_time and end_time too.".to_owned(),
        ),
        ("start_time", time.clone(), "One schedule must open then or later.".to_owned()),
        ("end_time", time, "The same schedule must close then or earlier.".to_owned()),
        (
            "postcode",
            json!({ "type": "string", "pattern": "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}$" }),
            format!("Services with a place near it: within proximity, or {PROXIMITY} metres."),
        ),
        ("proximity", number, "Metres from the middle of the postcode; needs postcode.".to_owned()),
        ("top_only", truth, "Terms that have no wider term.".to_owned()),
        ("parent_id", uuid.clone(), "Terms right below this one.".to_owned()),
        ("since", moment, "Gone then or later.".to_owned()),
    ];
    let mut out = Map::new();
    for (key, schema, words) in query {
        let name = if key == "one_taxonomy_id" { "taxonomy_id" } else { key };
        let parameter =
            json!({ "name": name, "in": "query", "required": false, "description": words, "schema": schema });
        out.insert(key.to_owned(), parameter);
    }
    let terms = json!({ "type": "array", "items": uuid });
    out.insert("taxonomy_id".to_owned(), json!({
        "name": "taxonomy_id", "in": "query", "required": false, "schema": terms.clone(), "explode": true, "style": "form",
        "description": "A list of which the record carries a term. Sent more than once, it must carry one of each.",
    }));
    out.insert("taxonomy_term_id".to_owned(), json!({
        "name": "taxonomy_term_id", "in": "query", "required": false, "schema": terms, "explode": true, "style": "form",
        "description": "A term the record carries. Sent more than once, it must carry them all. A wide need is carried by whatever carries a narrower one.",
    }));
    out.insert(
        "id".to_owned(),
        json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }),
    );
    Value::Object(out)
}

/// An object that must have some of its fields. Texts are never empty, lists neither: what is not given is left out.
fn object(required: &[&str], fields: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}
fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}
fn date() -> Value {
    json!({ "type": "string", "format": "date" })
}
fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}
fn number() -> Value {
    json!({ "type": "number" })
}
fn integer() -> Value {
    json!({ "type": "integer" })
}
fn truth() -> Value {
    json!({ "type": "boolean" })
}
fn link() -> Value {
    json!({ "type": "string", "format": "uri" })
}
fn one(schema: &str) -> Value {
    reference("schemas", schema)
}
fn many(schema: &str) -> Value {
    json!({ "type": "array", "minItems": 1, "items": one(schema) })
}
fn words() -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "type": "string" } })
}
fn any_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

fn schemas() -> Value {
    let mut out = Map::new();
    let mut add = |name: &str, schema: Value| out.insert(name.to_owned(), schema);
    for entity in Entity::ALL {
        add(&format!("{}_list", entity.key()), page_of(one(&format!("{}_listed", entity.key()))));
    }
    let listed = json!({ "anyOf": [
        one("service"),
        object(&["id", "name", "status", "last_modified", "modified_date"], &[("modified_date", moment())]),
    ]});
    add("service_listed", listed);
    for entity in ["organization", "service_at_location", "taxonomy", "taxonomy_term"] {
        add(&format!("{entity}_listed"), one(entity));
    }
    add(
        "removed_list",
        page_of(object(
            &["id", "entity", "removed_at"],
            &[
                ("id", uuid()),
                (
                    "entity",
                    any_of(&["service", "organization", "service_at_location", "taxonomy", "taxonomy_term"]),
                ),
                ("removed_at", moment()),
                ("replaced_by", uuid()),
            ],
        )),
    );
    let error = object(&["message"], &[("message", text()), ("parameter", text()), ("code", text())]);
    add("error", object(&["error"], &[("error", error.clone())]));
    add("gone", object(&["error", "removed_at"], &[("error", error), ("removed_at", moment())]));
    add(
        "api_details",
        object(
            &["version", "profile", "openapi_url"],
            &[("version", any_of(&[oruk::VERSION])), ("profile", link()), ("openapi_url", link())],
        ),
    );
    add(
        "service",
        object(
            &["id", "name", "status", "organization_id", "last_modified"],
            &[
                ("id", uuid()),
                ("organization_id", uuid()),
                ("name", text()),
                ("alternate_name", text()),
                ("status", any_of(&["active", "inactive", "defunct", "temporarily closed"])),
                ("summary", text()),
                ("description", text()),
                ("url", link()),
                ("email", json!({ "type": "string", "format": "email" })),
                ("fees", text()),
                ("fees_description", text()),
                ("eligibility_description", text()),
                ("who_for", text()),
                ("minimum_age", number()),
                ("maximum_age", number()),
                ("age_from_months", integer()),
                ("age_until_months", integer()),
                ("pregnancy", truth()),
                ("quiet_page", truth()),
                ("about_babies", truth()),
                ("about_loss", truth()),
                ("application_process", text()),
                ("what_happens", words()),
                (
                    "offers",
                    json!({ "type": "array", "minItems": 1, "items": object(&["title"], &[("title", text()), ("items", words())]) }),
                ),
                ("interpretation_services", text()),
                ("wait_time", text()),
                ("wait_time_date", date()),
                ("assured_date", date()),
                ("alert", text()),
                ("source", text()),
                ("source_url", text()),
                ("slug", text()),
                ("last_modified", moment()),
                ("organization", one("organization")),
                ("schedules", many("schedule")),
                ("service_areas", many("service_area")),
                ("service_at_locations", many("service_at_location")),
                ("languages", many("language")),
                ("funding", many("funding")),
                ("cost_options", many("cost_option")),
                ("phones", many("phone")),
                ("attributes", many("attribute")),
            ],
        ),
    );
    add(
        "organization",
        object(
            &["id", "name", "description"],
            &[
                ("id", uuid()),
                ("name", text()),
                ("description", text()),
                ("email", json!({ "type": "string", "format": "email" })),
                ("website", link()),
                ("kind", text()),
                ("slug", text()),
                ("source", text()),
                ("assured_date", date()),
                ("organization_identifiers", many("organization_identifier")),
                ("phones", many("phone")),
                ("services", many("service")),
            ],
        ),
    );
    add(
        "organization_identifier",
        object(
            &["id", "identifier_type", "identifier"],
            &[
                ("id", uuid()),
                ("identifier_scheme", text()),
                ("identifier_type", text()),
                ("identifier", text()),
            ],
        ),
    );
    add(
        "service_at_location",
        object(
            &["id", "service_id", "location_id", "location"],
            &[
                ("id", uuid()),
                ("service_id", uuid()),
                ("location_id", uuid()),
                ("location", one("location")),
                ("service", one("service")),
                ("schedules", many("schedule")),
            ],
        ),
    );
    add(
        "location",
        object(
            &["id", "location_type"],
            &[
                ("id", uuid()),
                ("location_type", any_of(&["physical", "postal", "virtual"])),
                ("name", text()),
                ("description", text()),
                ("transportation", text()),
                ("latitude", number()),
                ("longitude", number()),
                ("point_quality", any_of(&["exact", "sector", "town"])),
                ("family_hub", truth()),
                ("slug", text()),
                ("source", text()),
                ("assured_date", date()),
                ("town", text()),
                ("address_1", text()),
                ("postal_code", text()),
                ("addresses", many("address")),
                ("accessibility", many("accessibility")),
                ("schedules", many("schedule")),
                ("phones", many("phone")),
            ],
        ),
    );
    add(
        "address",
        object(
            &["id", "address_1", "city", "state_province", "postal_code", "country", "address_type"],
            &[
                ("id", uuid()),
                ("address_1", text()),
                ("city", text()),
                ("state_province", text()),
                ("postal_code", text()),
                ("country", any_of(&["GB"])),
                ("address_type", any_of(&["physical", "postal", "virtual"])),
            ],
        ),
    );
    add(
        "accessibility",
        object(
            &["id"],
            &[
                ("id", uuid()),
                ("description", text()),
                ("details", text()),
                ("accessibility", text()),
                ("feature", text()),
                ("state", any_of(&["yes", "no"])),
            ],
        ),
    );
    add(
        "schedule",
        object(
            &["id"],
            &[
                ("id", uuid()),
                ("service_at_location_id", uuid()),
                ("valid_from", date()),
                ("valid_to", date()),
                ("freq", any_of(&["WEEKLY", "MONTHLY"])),
                ("byday", text()),
                ("bymonthday", text()),
                ("description", text()),
                ("opens_at", text()),
                ("closes_at", text()),
                ("attending_type", text()),
                ("term", any_of(&["term_time", "holidays"])),
            ],
        ),
    );
    add(
        "service_area",
        object(&["id"], &[("id", uuid()), ("name", text()), ("service_area", text()), ("uri", link())]),
    );
    add("language", object(&["id"], &[("id", uuid()), ("name", text()), ("code", text())]));
    add("funding", object(&["id"], &[("id", uuid()), ("source", text())]));
    add(
        "cost_option",
        object(
            &["id"],
            &[
                ("id", uuid()),
                ("option", text()),
                ("amount", number()),
                ("amount_description", text()),
                ("currency", any_of(&["GBP"])),
            ],
        ),
    );
    add(
        "phone",
        object(
            &["id", "number"],
            &[("id", uuid()), ("number", text()), ("description", text()), ("hours", text())],
        ),
    );
    add(
        "attribute",
        object(
            &["id", "link_id", "link_type", "taxonomy_term_id", "taxonomy_term"],
            &[
                ("id", uuid()),
                ("link_id", uuid()),
                ("link_type", text()),
                ("link_entity", text()),
                ("taxonomy_term_id", uuid()),
                ("taxonomy_term", one("taxonomy_term")),
            ],
        ),
    );
    add(
        "taxonomy",
        object(
            &["id", "name", "description"],
            &[
                ("id", uuid()),
                ("name", text()),
                ("description", text()),
                ("taxonomy_terms", many("taxonomy_term")),
            ],
        ),
    );
    add(
        "taxonomy_term",
        object(
            &["id", "name", "description"],
            &[
                ("id", uuid()),
                ("code", text()),
                ("name", text()),
                ("description", text()),
                ("parent_id", uuid()),
                ("taxonomy", text()),
                ("taxonomy_id", uuid()),
                ("term", text()),
                ("quiet_page", truth()),
            ],
        ),
    );
    Value::Object(out)
}

fn page_of(record: Value) -> Value {
    object(
        &[
            "total_items",
            "total_pages",
            "page_number",
            "size",
            "first_page",
            "last_page",
            "empty",
            "contents",
        ],
        &[
            ("total_items", integer()),
            ("total_pages", integer()),
            ("page_number", json!({ "type": "integer", "minimum": 1 })),
            ("size", json!({ "type": "integer", "minimum": 0, "maximum": PER_PAGE_MAX })),
            ("first_page", truth()),
            ("last_page", truth()),
            ("empty", truth()),
            ("contents", json!({ "type": "array", "items": record })),
        ],
    )
}
