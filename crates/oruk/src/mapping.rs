//! Which column of a table is which field, written down in a mapping file: so a list that a council keeps in a
//! spreadsheet can be taken in without anybody retyping it.
//!
//! ```toml
//! source = "example-list"        # the source's own short name; ids are made from it, so it must never change
//! key = "Ref"                    # the column that is the record's own key
//! dates = "day first"            # or "month first", or "year first"; how 01/02/2026 is meant
//! status = "active"              # what a row without a status is
//!
//! [columns]                      # column = field
//! "Service name" = "name"
//! "Tel 1" = "phone"              # several columns may give phones
//! "Days" = "schedule.days"
//!
//! [constants]                    # field = what every row says
//! "organization.name" = "Example council"
//!
//! [split]                        # column = what parts several things in one cell
//! "Languages" = ";"
//! ```
//!
//! A whole example stands in `crates/oruk/examples`.

use crate::{
    Read,
    check::{Finding, Level, field_of},
    csv_file::{Row, column_of, folded},
    read_v3,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A mapping, read from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The source's own short name, from which ids are made.
    pub source: String,
    key: String,
    dates: Dates,
    status: Option<String>,
    columns: Vec<(String, Field)>,
    constants: Vec<(Field, String)>,
    split: BTreeMap<String, String>,
}

/// Which number of a day comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum Dates {
    #[default]
    #[serde(rename = "day first")]
    Day,
    #[serde(rename = "month first")]
    Month,
    #[serde(rename = "year first")]
    Year,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: toml::Spanned<String>,
    key: toml::Spanned<String>,
    #[serde(default)]
    dates: Dates,
    status: Option<toml::Spanned<String>>,
    columns: BTreeMap<toml::Spanned<String>, toml::Spanned<String>>,
    #[serde(default)]
    constants: BTreeMap<toml::Spanned<String>, toml::Spanned<String>>,
    #[serde(default)]
    split: BTreeMap<toml::Spanned<String>, toml::Spanned<String>>,
}

/// A field that a column can give.
type Field = &'static (&'static str, Put);

/// Where a cell goes in a record of version 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Put {
    /// On the service.
    Own(&'static str),
    /// The same, and it is a day.
    Day(&'static str),
    /// On its organisation.
    Organization(&'static str),
    /// A register number of its organisation: scheme and the register in words.
    Register(&'static str, &'static str),
    /// On its place.
    Place(&'static str),
    /// On the address of its place.
    Address(&'static str),
    /// On its one contact.
    Contact(&'static str),
    /// On its one time.
    Schedule(&'static str),
    /// On its one price.
    Price(&'static str),
    /// One more record of a list, with the name of its one field.
    More(&'static str, &'static str),
    /// One more term, with its `link_type`.
    Tag(&'static str),
}
use Put::{Address, Contact, Day, More, Organization, Own, Place, Price, Register, Schedule, Tag};

/// Every field that a mapping may name.
static FIELDS: &[(&str, Put)] = &[
    ("name", Own("name")),
    ("also_called", Own("alternate_name")),
    ("status", Own("status")),
    ("summary", Own("summary")),
    ("description", Own("description")),
    ("website", Own("url")),
    ("email", Own("email")),
    ("cost", Own("fees")),
    ("accreditations", Own("accreditations")),
    ("eligibility", Own("eligibility_description")),
    ("who_for", Own("who_for")),
    ("minimum_age", Own("minimum_age")),
    ("maximum_age", Own("maximum_age")),
    ("how_to_get_in", Own("application_process")),
    ("interpretation", Own("interpretation_services")),
    ("waiting_time", Own("wait_time")),
    ("waiting_time_on", Day("wait_time_date")),
    ("checked_on", Day("assured_date")),
    ("alert", Own("alert")),
    ("source_url", Own("source_url")),
    ("organization.key", Organization("id")),
    ("organization.name", Organization("name")),
    ("organization.description", Organization("description")),
    ("organization.website", Organization("website")),
    ("organization.email", Organization("email")),
    ("organization.charity_number", Register("GB-CHC", "Charity number")),
    ("organization.company_number", Register("GB-COH", "Company number")),
    ("place.key", Place("id")),
    ("place.name", Place("name")),
    ("place.latitude", Place("latitude")),
    ("place.longitude", Place("longitude")),
    ("place.uprn", Place("uprn")),
    ("place.transport", Place("transportation")),
    ("place.address_1", Address("address_1")),
    ("place.address_2", Address("address_2")),
    ("place.town", Address("city")),
    ("place.county", Address("state_province")),
    ("place.postcode", Address("postal_code")),
    ("contact.name", Contact("name")),
    ("contact.title", Contact("title")),
    ("contact.email", Contact("email")),
    ("contact.phone", Contact("phone")),
    ("schedule.days", Schedule("byday")),
    ("schedule.opens", Schedule("opens_at")),
    ("schedule.closes", Schedule("closes_at")),
    ("schedule.from", Schedule("valid_from")),
    ("schedule.until", Schedule("valid_to")),
    ("schedule.words", Schedule("description")),
    ("price.for", Price("option")),
    ("price.amount", Price("amount")),
    ("price.each", Price("amount_description")),
    ("phone", More("phones", "number")),
    ("language", More("languages", "name")),
    ("area", More("service_areas", "name")),
    ("funder", More("funding", "source")),
    ("topic", Tag(crate::link::TOPIC)),
    ("audience", Tag(crate::link::AUDIENCE)),
    ("access", Tag(crate::link::ACCESS)),
    ("way_in", Tag(crate::link::WAY_IN)),
    ("send_need", Tag(crate::link::SEND_NEED)),
];

impl Mapping {
    /// Every field that a mapping may name.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().map(|(name, _)| *name)
    }

    /// Reads the text of a mapping file; a refusal names the line and says what to do.
    pub fn read(text: &str) -> Result<Mapping, String> {
        let written: Written = toml::from_str(text).map_err(|fault| {
            let line = fault.span().map_or(1, |span| line_of(text, span.start));
            format!("Line {line} of the mapping: {}.", fault.message().trim_end_matches('.'))
        })?;
        let at = |span: std::ops::Range<usize>| line_of(text, span.start);
        let source = written.source.get_ref().trim().to_owned();
        if source.is_empty() {
            return Err(format!(
                "Line {} of the mapping: give the source a short name.",
                at(written.source.span())
            ));
        }
        let mut columns = Vec::new();
        for (column, field) in &written.columns {
            columns
                .push((column.get_ref().trim().to_owned(), field_named(field.get_ref(), at(field.span()))?));
        }
        let mut constants = Vec::new();
        for (field, said) in &written.constants {
            constants.push((field_named(field.get_ref(), at(field.span()))?, said.get_ref().clone()));
        }
        let mut split = BTreeMap::new();
        for (column, by) in &written.split {
            let known = columns.iter().any(|(known, _)| known == column.get_ref().trim());
            if !known || by.get_ref().is_empty() {
                return Err(format!(
                    "Line {} of the mapping: '{}' is split, so it must be one of the columns and have something to split at.",
                    at(column.span()),
                    column.get_ref()
                ));
            }
            split.insert(column.get_ref().trim().to_owned(), by.get_ref().clone());
        }
        let status = written.status.as_ref();
        if let Some(status) =
            status.filter(|status| !crate::check::shape::STATUS.contains(&status.get_ref().as_str()))
        {
            return Err(format!(
                "Line {} of the mapping: the status must be one of {}.",
                at(status.span()),
                crate::check::shape::STATUS.join(", ")
            ));
        }
        let named = columns.iter().map(|(_, field)| field).chain(constants.iter().map(|(field, _)| field));
        if !named.into_iter().any(|field| field.0 == "name") {
            return Err("The mapping gives no name: one column must be the field 'name'.".to_owned());
        }
        Ok(Mapping {
            source,
            key: written.key.get_ref().trim().to_owned(),
            dates: written.dates,
            status: status.map(|status| status.get_ref().clone()),
            columns,
            constants,
            split,
        })
    }

    /// Whether a table has the columns that the mapping names; a refusal names those it has not.
    pub fn fits(&self, headers: &[String]) -> Result<(), String> {
        let named = std::iter::once(&self.key).chain(self.columns.iter().map(|(column, _)| column));
        let missing: Vec<String> = named
            .filter(|column| column_of(headers, column).is_none())
            .map(|column| format!("'{column}'"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "The table has no column called {}. Its columns are: {}.",
            missing.join(" or "),
            headers.join(", ")
        ))
    }
}

fn field_named(name: &str, line: usize) -> Result<Field, String> {
    let named = FIELDS.iter().find(|(known, _)| *known == name.trim());
    named.ok_or_else(|| {
        let all: Vec<&str> = Mapping::fields().collect();
        format!(
            "Line {line} of the mapping: there is no field called '{}'. The fields are: {}.",
            name.trim(),
            all.join(", ")
        )
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// One row of a table as a service. Its notes name the row and the column instead of a place in a record.
pub fn read_csv_row(mapping: &Mapping, headers: &[String], row: &Row) -> Read {
    let cell = |column: &str| {
        column_of(headers, column)
            .and_then(|at| row.cells.get(at))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    };
    let Some(key) = cell(&mapping.key) else {
        return Read {
            refused: Some(format!(
                "Row on line {}: the column '{}' is empty, and it must tell this row from the others.",
                row.line, mapping.key
            )),
            ..Read::default()
        };
    };
    let mut record = Building { key, record: json!({"id": key}), from: Vec::new() };
    if let Some(status) = &mapping.status {
        record.record["status"] = status.as_str().into();
    }
    for (field, said) in &mapping.constants {
        record.put(field, said, "a constant of the mapping", mapping.dates);
    }
    for (column, field) in &mapping.columns {
        let Some(written) = cell(column) else { continue };
        match mapping.split.get(column) {
            Some(by) => {
                for part in written.split(by.as_str()).map(str::trim).filter(|part| !part.is_empty()) {
                    record.put(field, part, column, mapping.dates);
                }
            }
            None => record.put(field, written, column, mapping.dates),
        }
    }
    record.finish(&mapping.source, row)
}

/// A record of version 3 while it is put together, so that the reader of version 3 does the rest.
struct Building<'a> {
    key: &'a str,
    record: Value,
    /// Which column a place in the record came from.
    from: Vec<(String, String)>,
}

impl Building<'_> {
    fn put(&mut self, field: Field, written: &str, column: &str, dates: Dates) {
        let key = self.key;
        let (pointer, name) = match field.1 {
            Own(name) => (String::new(), name),
            Day(name) => (String::new(), name),
            Organization(name) => ("/organization".to_owned(), name),
            Register(scheme, kind) => {
                let number = json!({"id": format!("{key}/{scheme}"), "identifier_scheme": scheme, "identifier_type": kind, "identifier": written});
                return self.push("/organization", "organization_identifiers", number, column);
            }
            Place(name) => ("/service_at_locations/0/location".to_owned(), name),
            Address(name) => ("/service_at_locations/0/location/addresses/0".to_owned(), name),
            Contact(name) => ("/contacts/0".to_owned(), name),
            Schedule(name) => ("/schedules/0".to_owned(), name),
            Price(name) => ("/cost_options/0".to_owned(), name),
            More(list, name) => return self.push("", list, json!({name: written}), column),
            Tag(list) => {
                let tag = json!({"link_type": list, "taxonomy_term": {"id": written, "name": written}});
                return self.push("", "attributes", tag, column);
            }
        };
        let is_day = matches!(field.1, Day(_)) || matches!(name, "valid_from" | "valid_to");
        let said = if is_day { in_order(written, dates) } else { written.to_owned() };
        self.from.push((format!("{pointer}/{name}"), column.to_owned()));
        let record = self.value_at(&pointer);
        if name == "byday" {
            record["freq"] = "WEEKLY".into();
        }
        record[name] = said.into();
    }

    fn push(&mut self, pointer: &str, list: &str, item: Value, column: &str) {
        let items = &mut self.value_at(pointer)[list];
        if items.is_null() {
            *items = json!([]);
        }
        if let Value::Array(items) = items {
            let at = items.len();
            items.push(item);
            self.from.push((format!("{pointer}/{list}/{at}"), column.to_owned()));
        }
    }

    /// The record at a pointer, made when it is not there yet. Every pointer here is one that this file makes.
    fn value_at(&mut self, pointer: &str) -> &mut Value {
        let mut value = &mut self.record;
        for step in pointer.split('/').skip(1) {
            if step == "0" {
                if value.is_null() {
                    *value = json!([{}]);
                }
                value = &mut value[0];
            } else {
                value = &mut value[step];
            }
        }
        if value.is_null() {
            *value = json!({});
        }
        value
    }

    fn finish(mut self, source: &str, row: &Row) -> Read {
        // What stands for the same organisation or place in every row has the same id in every row.
        for (pointer, kind) in
            [("/organization", "organization"), ("/service_at_locations/0/location", "place")]
        {
            if let Some(map) = self.record.pointer_mut(pointer).and_then(Value::as_object_mut)
                && !map.contains_key("id")
            {
                let called: Vec<String> = ["name", "addresses"]
                    .iter()
                    .filter_map(|name| map.get(*name))
                    .map(Value::to_string)
                    .collect();
                map.insert("id".to_owned(), format!("{kind}/{}", folded(&called.join("/"))).into());
            }
        }
        let mut read = read_v3::read_service(&self.record, source);
        for note in &mut read.notes {
            let from = self.from.iter().find(|(pointer, _)| note.pointer.starts_with(pointer.as_str()));
            let place = from.map_or_else(
                || format!("Row on line {}", row.line),
                |(_, column)| format!("Row on line {}, column '{column}'", row.line),
            );
            note.sentence = format!("{place}: {}", note.sentence);
        }
        if let Some(refused) = &mut read.refused {
            *refused = format!("Row on line {}: {refused}", row.line);
        }
        read
    }
}

/// A day of numbers put into the order in which it can be read one way only.
fn in_order(written: &str, dates: Dates) -> String {
    let parts: Vec<&str> = written.split(['/', '.', '-']).collect();
    let [first, second, third] = parts[..] else {
        return written.to_owned();
    };
    match dates {
        Dates::Day => written.to_owned(),
        Dates::Month => format!("{second}/{first}/{third}"),
        Dates::Year => format!("{first:0>4}-{second:0>2}-{third:0>2}"),
    }
}

/// What a whole table has wrong before any row is read: two rows with one key would overwrite each other.
pub fn keys_given_twice(mapping: &Mapping, headers: &[String], rows: &[Row]) -> Vec<Finding> {
    let Some(at) = column_of(headers, &mapping.key) else {
        return Vec::new();
    };
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let Some(key) = row.cells.get(at).map(|key| key.trim()).filter(|key| !key.is_empty()) else {
            continue;
        };
        if let Some(line) = first.get(key) {
            let sentence = format!(
                "The rows on lines {line} and {} have the same '{}'. Give each its own.",
                row.line, mapping.key
            );
            let pointer = "/id".to_owned();
            found.push(Finding {
                rule: "key_twice",
                field: field_of(&pointer),
                pointer,
                level: Level::Warns,
                sentence,
            });
        } else {
            first.insert(key, row.line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_file::read_table;
    use proptest::prelude::*;

    const MAPPING: &str = include_str!("../examples/mapping.toml");
    const TABLE: &[u8] = include_bytes!("../examples/services.csv");

    #[test]
    fn the_example_mapping_reads_the_example_table() {
        let mapping = Mapping::read(MAPPING).unwrap();
        let table = read_table(TABLE).unwrap();
        mapping.fits(&table.headers).unwrap();
        let reads: Vec<Read> =
            table.rows.iter().map(|row| read_csv_row(&mapping, &table.headers, row)).collect();
        assert_eq!(reads.len(), 3);
        let service = &reads[0].service;
        assert_eq!(
            (reads[0].key.as_str(), service.name.as_str(), service.status.as_str()),
            ("EX-1", "Example stay and play", "active")
        );
        assert_eq!(service.id, kernel::Id::<()>::named("example-list", "service/EX-1").uuid());
        assert_eq!(service.url.as_deref(), Some("https://www.example.org/play"));
        assert_eq!(service.assured_date.map(|day| day.to_string()).as_deref(), Some("2026-11-02"));
        assert_eq!(
            service.phones.iter().map(|phone| phone.number.as_str()).collect::<Vec<_>>(),
            ["0151 496 0000", "0151 496 0001"]
        );
        assert_eq!(
            service.languages.iter().map(|one| one.name.as_deref().unwrap()).collect::<Vec<_>>(),
            ["English", "Polish"]
        );
        let time = &service.schedules[0];
        assert_eq!(
            (time.freq.as_deref(), time.byday.as_deref(), time.opens_at.as_deref()),
            (Some("WEEKLY"), Some("MO,WE"), Some("09:30:00"))
        );
        assert_eq!((service.minimum_age, service.maximum_age), (Some(0.0), Some(4.0)));
        assert_eq!(
            (service.cost_options[0].amount, service.cost_options[0].option.as_deref()),
            (Some(2.5), Some("One session"))
        );
        let place = service.service_at_locations[0].location.as_ref().unwrap();
        assert_eq!(place.addresses[0].postal_code, "WA8 7QF");
        let topics: Vec<_> =
            service.attributes.iter().map(|tag| tag.taxonomy_term.as_ref().unwrap().name.as_str()).collect();
        assert_eq!(topics, ["Play", "Baby groups"]);
        // The second row is at the same place by the same organisation, and says less.
        let second = &reads[1].service;
        assert_eq!(second.organization_id, service.organization_id);
        assert_eq!(second.service_at_locations[0].location.as_ref().unwrap().id, place.id);
        assert!(
            reads[1].notes.iter().any(|note| note.sentence.starts_with("Row on line 5, column 'Oldest': ")),
            "{:?}",
            reads[1].notes
        );
        assert_eq!(reads[2].refused.as_deref(), Some("Row on line 6: It has no name."));
        for read in &reads[..2] {
            let mut service = read.service.clone();
            crate::tidy(&mut service);
            let failing = crate::check::check_service_model(&service, "2026-11-22".parse().unwrap());
            assert!(failing.iter().all(|one| one.level != Level::Fails), "{failing:?}");
        }
        assert_eq!(keys_given_twice(&mapping, &table.headers, &table.rows), []);
    }

    #[test]
    fn a_wrong_mapping_is_refused_by_its_line() {
        let good = "source = \"x\"\nkey = \"Ref\"\n[columns]\n\"Name\" = \"name\"\n";
        let mapping = Mapping::read(good).unwrap();
        assert!(
            mapping
                .fits(&["Ref".to_owned()])
                .unwrap_err()
                .starts_with("The table has no column called 'Name'.")
        );
        for (text, start) in [
            (
                "source = \"x\"\n[columns]\n\"Name\" = \"name\"\n",
                "Line 1 of the mapping: missing field `key`",
            ),
            (
                "source = \"x\"\nkey = \"Ref\"\n[columns]\n\"Name\" = \"nam\"\n",
                "Line 4 of the mapping: there is no field called 'nam'.",
            ),
            (
                "source = \"x\"\nkey = \"Ref\"\ncolour = \"red\"\n[columns]\n\"Name\" = \"name\"\n",
                "Line 3 of the mapping: unknown field `colour`",
            ),
            (
                "source = \"x\"\nkey = \"Ref\"\nstatus = \"open\"\n[columns]\n\"Name\" = \"name\"\n",
                "Line 3 of the mapping: the status must be",
            ),
            (
                "source = \" \"\nkey = \"Ref\"\n[columns]\n\"Name\" = \"name\"\n",
                "Line 1 of the mapping: give the source",
            ),
            ("source = \"x\"\nkey = \"Ref\"\n[columns]\n\"Tel\" = \"phone\"\n", "The mapping gives no name"),
            (
                "source = \"x\"\nkey = \"Ref\"\n[columns]\n\"Name\" = \"name\"\n[split]\n\"Tel\" = \",\"\n",
                "Line 6 of the mapping: 'Tel' is split",
            ),
            ("source = \"x\"\nkey = \"Ref\"\n[columns\n", "Line 3 of the mapping: "),
        ] {
            let fault = Mapping::read(text).unwrap_err();
            assert!(fault.starts_with(start), "{fault}");
        }
    }

    #[test]
    fn a_row_without_its_key_is_refused_and_two_with_one_are_told() {
        let mapping = Mapping::read("source = \"x\"\nkey = \"Ref\"\ndates = \"month first\"\n[columns]\n\"Name\" = \"name\"\n\"Checked\" = \"checked_on\"\n").unwrap();
        let table = read_table(b"Ref,Name,Checked\n1,A,11/02/2026\n1,B\n,C\n").unwrap();
        let read = |at: usize| read_csv_row(&mapping, &table.headers, &table.rows[at]);
        assert_eq!(read(0).service.assured_date.map(|day| day.to_string()).as_deref(), Some("2026-11-02"));
        assert!(read(2).refused.unwrap().starts_with("Row on line 4: the column 'Ref' is empty"));
        let twice = keys_given_twice(&mapping, &table.headers, &table.rows);
        assert_eq!(twice[0].sentence, "The rows on lines 2 and 3 have the same 'Ref'. Give each its own.");
    }

    proptest! {
        #[test]
        fn no_cells_break_a_row(cells in proptest::collection::vec("\\PC{0,20}", 0..24)) {
            let mapping = Mapping::read(MAPPING).unwrap();
            let headers = read_table(TABLE).unwrap().headers;
            let _ = read_csv_row(&mapping, &headers, &Row { line: 2, cells });
        }
    }
}
