//! Pages of a list and lines of a stream, as feeds of every age send them.

use crate::model::PageOf;
use serde_json::{Map, Value};

/// One page of a list: the envelope of version 3, its look-alike of version 1, or a bare list. Anything else is
/// refused in words, for an error page must never read as a list with nothing on it.
///
/// What an envelope does not say is worked out from what is on the page. Pages count from 1; a feed that calls its first
/// one 0 is read as calling it 1.
pub fn read_page(page: &Value) -> Result<PageOf<Value>, String> {
    let (envelope, contents) = match page {
        Value::Array(items) => (&Map::new(), items.clone()),
        Value::Object(map) => {
            let list = ["contents", "content", "services", "items", "data", "results"]
                .iter()
                .find_map(|name| map.get(*name).and_then(Value::as_array));
            let Some(items) = list else {
                return Err(
                    "This answer has no list of records in it. It may be an error page, or not a feed."
                        .to_owned(),
                );
            };
            (map, items.clone())
        }
        _ => return Err("This answer is not a page of a list.".to_owned()),
    };
    Ok(envelope_of(envelope, contents))
}

fn envelope_of(map: &Map<String, Value>, contents: Vec<Value>) -> PageOf<Value> {
    let count = |names: [&str; 2]| {
        names.iter().find_map(|name| map.get(*name)).and_then(|value| match value {
            Value::String(text) => text.trim().parse().ok(),
            // A count written as `3.0` is one too; below nothing it is none.
            value => value
                .as_u64()
                .or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64)),
        })
    };
    let flag = |names: [&str; 2]| names.iter().find_map(|name| map.get(*name)).and_then(Value::as_bool);
    let on_page = contents.len() as u64;
    let total_items = count(["total_items", "totalElements"]).unwrap_or(on_page);
    let total_pages = count(["total_pages", "totalPages"]).unwrap_or(u64::from(on_page > 0));
    let first = flag(["first_page", "first"]);
    let mut page_number = count(["page_number", "number"]).unwrap_or(1);
    if page_number == 0 {
        page_number = 1;
    }
    PageOf {
        total_items,
        total_pages,
        page_number,
        size: count(["size", "size"]).filter(|size| *size <= on_page).unwrap_or(on_page),
        first_page: first.unwrap_or(page_number <= 1),
        last_page: flag(["last_page", "last"]).unwrap_or(page_number >= total_pages),
        empty: contents.is_empty(),
        contents,
    }
}

/// One line of a stream of records; an empty line is none.
pub fn read_ndjson_line(line: &str) -> Result<Option<Value>, String> {
    let line = line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    if line.is_empty() {
        return Ok(None);
    }
    match serde_json::from_str(line) {
        Ok(record @ Value::Object(_)) => Ok(Some(record)),
        Ok(_) => Err("This line is not a record with named fields.".to_owned()),
        Err(fault) => {
            Err(format!("This line is not JSON: it breaks off or goes wrong at letter {}.", fault.column()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_page_is_read_and_an_error_is_none() {
        let record = json!({"id": "1"});
        for (page, expected) in [
            (
                json!({"total_items": 3, "total_pages": 2, "page_number": 2, "size": 1, "first_page": false,
                "last_page": true, "empty": false, "contents": [record]}),
                (3, 2, 2, false, true),
            ),
            (
                json!({"totalElements": 3, "totalPages": 2, "number": 1, "size": 50, "first": true, "last": false,
                "content": [record]}),
                (3, 2, 1, true, false),
            ),
            (
                json!({"totalElements": "3", "totalPages": 3, "number": 0, "content": [record]}),
                (3, 3, 1, true, false),
            ),
            (json!([record]), (1, 1, 1, true, true)),
            (json!({"contents": []}), (0, 0, 1, true, true)),
        ] {
            let read = read_page(&page).unwrap();
            let short =
                (read.total_items, read.total_pages, read.page_number, read.first_page, read.last_page);
            assert_eq!(short, expected, "{page}");
            assert_eq!((read.size, read.empty), (read.contents.len() as u64, read.contents.is_empty()));
        }
        for wrong in [json!({"error": "no"}), json!("x"), json!(null), json!({"contents": {"a": 1}})] {
            assert!(read_page(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_of_a_stream_is_a_record_or_none() {
        assert_eq!(read_ndjson_line(" \u{feff} \r\n"), Ok(None));
        assert_eq!(read_ndjson_line("\u{feff}{\"id\":\"1\"}\n"), Ok(Some(json!({"id": "1"}))));
        for wrong in ["[1]", "{\"id\":", "x"] {
            assert!(read_ndjson_line(wrong).is_err(), "{wrong}");
        }
    }
}
