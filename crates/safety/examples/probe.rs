//! Temporary.
use std::io::BufRead;
fn main() {
    let mut sources = Vec::new();
    for file in std::fs::read_dir("/work/main/crates/safety/data").unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "cards.toml" || name == "contacts.toml" {
            continue;
        }
        let mut value: toml::Table =
            toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{name} {e}"));
        if let Some(toml::Value::Array(entries)) = value.remove("entry") {
            let mut split = Vec::new();
            for entry in entries {
                let table = entry.as_table().unwrap();
                for phrase in table["phrases"].as_array().unwrap() {
                    let mut one = table.clone();
                    let id = format!(
                        "{} [{}/{}]: {}",
                        table["id"].as_str().unwrap(),
                        table.get("level").and_then(|l| l.as_str()).unwrap_or("-"),
                        name,
                        phrase.as_str().unwrap()
                    );
                    one.insert("id".into(), toml::Value::String(id));
                    one.insert("phrases".into(), toml::Value::Array(vec![phrase.clone()]));
                    split.push(toml::Value::Table(one));
                }
            }
            value.insert("entry".into(), toml::Value::Array(split));
        }
        sources.push(toml::to_string(&value).unwrap());
    }
    let refs: Vec<&str> = sources.iter().map(String::as_str).collect();
    let screen = safety::Screen::from_sources(
        &refs,
        &std::fs::read_to_string("/work/main/crates/safety/data/contacts.toml").unwrap(),
    )
    .unwrap_or_else(|e| panic!("{e}"));
    let mut n = std::collections::BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let message = line.rsplit('\t').next().unwrap();
        let screened = screen.read(message);
        let level = screened.verdict().level;
        *n.entry(level.as_str()).or_insert(0) += 1;
        println!("{}\t{}", level.as_str(), line);
        for e in screen.entries_matched(message) {
            if !e.contains("about_") && !e.starts_with("done_to") {
                println!("      {e}");
            }
        }
    }
    println!("{n:?}");
}
