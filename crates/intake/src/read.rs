//! Files and answers taken apart into records: a list, a page, one record, or a line each.

use crate::model::{Incoming, Kind, SourceDraft};
use anyhow::{Context, bail};
use kernel::Fault;
use oruk::{
    Mapping, Read, csv_file, mapping::read_csv_row, model::Organization, ofsted, read_ndjson_line, read_page,
    read_v1, read_v3,
};
use serde_json::Value;

/// The most records of one source.
pub(crate) const RECORDS_MAX: usize = 200_000;

/// What a body holds.
pub(crate) enum Body {
    /// Records, all there are.
    Records(Vec<Value>),
    /// A page of more, and the number its feed gives the first: 1, or 0.
    Page(oruk::model::PageOf<Value>, u64),
    /// The front of an interface: the services are below it.
    Front,
}

/// Reads a body of JSON, or of JSON lines.
pub(crate) fn read_body(bytes: &[u8]) -> Result<Body, String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Array(records)) => Ok(Body::Records(records)),
        Ok(Value::Object(one)) => {
            let record = Value::Object(one);
            let says = |key: &str| record.get(key).is_some();
            if (says("profile") || says("openapi_url")) && says("version") && !says("id") {
                return Ok(Body::Front);
            }
            if says("id") && says("name") || says("entity") {
                return Ok(Body::Records(vec![record]));
            }
            let said = record.get("page_number").or_else(|| record.get("number"));
            let first = u64::from(said.and_then(Value::as_u64) != Some(0));
            read_page(&record).map(|page| Body::Page(page, first))
        }
        Ok(_) => Err("It is neither a list of services nor a service".to_owned()),
        Err(_) => read_lines(text),
    }
}

fn read_lines(text: &[u8]) -> Result<Body, String> {
    let text = std::str::from_utf8(text).map_err(|_| "It is not JSON, or not in UTF-8".to_owned())?;
    if text.trim_start().starts_with('<') {
        return Err("It is a web page, perhaps an error page, and not data. Open the address in a browser and see what it says".to_owned());
    }
    let mut records = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let read = read_ndjson_line(line).map_err(|why| format!("Line {}: {why}", number + 1))?;
        records.extend(read);
        if records.len() > RECORDS_MAX {
            return Err(format!("It has more than {RECORDS_MAX} records"));
        }
    }
    if records.is_empty() { Err("It has no records".to_owned()) } else { Ok(Body::Records(records)) }
}

/// Which version of the standard records speak.
pub(crate) fn kind_of(records: &[Value]) -> Kind {
    const FIRST: [&str; 5] =
        ["service_taxonomys", "regular_schedules", "eligibilitys", "costOptions", "service_at_location"];
    let old = records.iter().take(20).any(|record| FIRST.iter().any(|key| record.get(key).is_some()));
    if old { Kind::OrukV1 } else { Kind::Oruk }
}

/// Records as they are taken in. What is no service (a list of terms, an organisation without services) is left out.
pub(crate) fn incoming_of(source: &SourceDraft, records: Vec<Value>) -> Vec<Incoming> {
    records
        .into_iter()
        .filter(is_service)
        .map(|json| {
            let read = match source.kind {
                Kind::OrukV1 => read_v1::read_service(&json, source.slug.as_str()),
                _ => read_v3::read_service(&json, source.slug.as_str()),
            };
            Incoming::new(source, json, read)
        })
        .collect()
}

/// The organisations among the lines of a file that run no service in it.
pub(crate) fn organizations_of(source: &SourceDraft, records: &[Value]) -> Vec<Organization> {
    let named = |record: &&Value| record.get("entity").and_then(Value::as_str) == Some("organization");
    let read = |record: &Value| {
        // As a service would nest it: there is one way to read an organisation.
        let nest = serde_json::json!({"id": record.get("id"), "name": "x", "status": "active", "organization": record});
        read_v3::read_service(&nest, source.slug.as_str()).service.organization
    };
    records.iter().filter(named).filter_map(read).collect()
}

/// Whether a line of a file is a service: what says that it is something else is not.
fn is_service(record: &Value) -> bool {
    record.get("entity").and_then(Value::as_str).is_none_or(|entity| entity == "service")
}

/// A table with its mapping.
pub(crate) fn incoming_of_csv(source: &SourceDraft, bytes: &[u8]) -> Result<Vec<Incoming>, Fault> {
    let text = source.mapping.as_deref().context("A table needs a mapping that says what its columns are")?;
    let mapping = Mapping::read(text).map_err(|why| anyhow::anyhow!("The mapping: {why}"))?;
    let table = csv_file::read_table(bytes).map_err(anyhow::Error::msg)?;
    mapping.fits(&table.headers).map_err(anyhow::Error::msg)?;
    let rows = table.rows.iter().map(|row| {
        let cells: serde_json::Map<String, Value> = table
            .headers
            .iter()
            .zip(&row.cells)
            .map(|(header, cell)| (header.clone(), Value::String(cell.clone())))
            .collect();
        Incoming::new(source, Value::Object(cells), read_csv_row(&mapping, &table.headers, row))
    });
    Ok(rows.collect())
}

/// The register of childcare providers, those of one council.
pub(crate) fn incoming_of_ofsted(
    source: &SourceDraft,
    bytes: &[u8],
    council: &str,
) -> Result<(Vec<Incoming>, String), Fault> {
    let register = ofsted::read_register(bytes, Some(council)).map_err(anyhow::Error::msg)?;
    if register.providers.is_empty() {
        bail!(
            "No provider of {council} is in this file: is it the register, and is the council's name as Ofsted writes it?"
        );
    }
    let note = format!(
        "{} rows are of other councils, and {} of providers that are not listed for their privacy",
        register.elsewhere, register.not_listed
    );
    let providers = register.providers.into_iter().map(|read: Read| {
        // The register's own row holds what must stay out of a directory; what was read of it does not.
        let json = serde_json::to_value(&read.service).unwrap_or_default();
        Incoming::new(source, json, read)
    });
    Ok((providers.collect(), note))
}
