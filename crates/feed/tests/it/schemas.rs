//! Checks 2 to 4 by the official schemas, where they are at hand: `HEARTH_STANDARDS`, or `../shared/standards` beside
//! the workspace. Where they are not, this says so; the other tests hold the contract without them.

use crate::support::{Home, everywhere};
use serde_json::Value;
use std::path::PathBuf;

const PREFIX: &str = "https://openreferraluk.org/specifications/3.0/schema/";

fn standards() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/standards");
    let folder = std::env::var_os("HEARTH_STANDARDS").map_or(beside, PathBuf::from).join("oruk-3.0");
    folder.is_dir().then_some(folder)
}

struct Folder(PathBuf);

impl jsonschema::Retrieve for Folder {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().strip_prefix(PREFIX).ok_or("a schema from elsewhere")?;
        Ok(serde_json::from_str(&std::fs::read_to_string(self.0.join(name))?)?)
    }
}

fn validator(folder: &std::path::Path, name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options()
        .with_retriever(Folder(folder.to_owned()))
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

#[tokio::test]
async fn every_answer_keeps_the_official_schemas() {
    let Some(folder) = standards() else {
        eprintln!(
            "The official schemas are not at hand (HEARTH_STANDARDS), so nothing was held against them."
        );
        return;
    };
    everywhere(async |home: Home| {
        let expect = |name: &str, body: &Value| {
            let wrong: Vec<String> = validator(&folder, name)
                .iter_errors(body)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
        };
        expect("api_details", &home.get("").await);
        for (list, one) in [
            ("services", "service"),
            ("service_at_locations", "service_at_location"),
            ("organizations", "organization"),
            ("taxonomies", "taxonomy"),
            ("taxonomy_terms", "taxonomy_term"),
        ] {
            let schema = format!("{one}_list");
            let first = home.get(&format!("/{list}?page=1")).await;
            let pages = first["total_pages"].as_u64().unwrap();
            for page in [1, pages.div_ceil(2), pages] {
                expect(&schema, &home.get(&format!("/{list}?page={page}")).await);
            }
            expect(&schema, &home.get(&format!("/{list}?page=1&full=true&per_page=500")).await);
            expect(&schema, &home.get(&format!("/{list}?search=zzzzqqq")).await);
            let validator = validator(&folder, one);
            let lines = home.ask(&format!("/{list}?format=ndjson")).await.text();
            for line in lines.lines() {
                let record: Value = serde_json::from_str(line).unwrap();
                if let Err(error) = validator.validate(&record) {
                    panic!("{list} {}: {}: {error}", record["id"], error.instance_path());
                }
            }
        }
        expect("service_list", &home.get("/services?minimal=true").await);
    })
    .await;
}
