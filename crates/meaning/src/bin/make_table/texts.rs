//! Texts to learn from, taken out of the files in which they stand.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

/// Every text of some files, or of the files in some folders, once each and in one order. A file of questions or messages
/// that is kept for measuring is never learnt from.
pub fn read(paths: &[PathBuf]) -> io::Result<Vec<String>> {
    let mut found = BTreeSet::new();
    for path in paths {
        read_into(path, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

fn read_into(path: &Path, found: &mut BTreeSet<String>) -> io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            read_into(&entry?.path(), found)?;
        }
        return Ok(());
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    if name.ends_with("_blind") || name.ends_with("_held") || name.starts_with("questions") {
        return Ok(());
    }
    let is_columns = path.extension().is_some_and(|end| end == "tsv");
    for line in std::fs::read_to_string(path)?.lines().filter(|line| !line.starts_with('#')) {
        let last_column = line.rsplit('\t').next().unwrap_or(line);
        let texts: Vec<&str> = match line.split('"').count() {
            _ if is_columns => vec![last_column],
            1 | 2 => line.split(". ").collect(),
            _ => line.split('"').skip(1).step_by(2).collect(),
        };
        found.extend(texts.into_iter().map(tidy).filter(|text| is_a_text(text)));
    }
    Ok(())
}

fn tidy(text: &str) -> String {
    text.trim_matches(|letter: char| !letter.is_alphanumeric())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Some words in a row; an address or a key is none.
fn is_a_text(text: &str) -> bool {
    (6..=240).contains(&text.len()) && text.contains(' ') && !text.contains("://") && !text.contains(" = ")
}
