//! The walls of the house, as tests: who may import whom, where SQL and the database drivers may be named, what a
//! model must not know, how long a file may grow, and which licences may come in.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Who may import whom. A room may use what stands in its line; in its tests, also any room above it.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("store", &["kernel"]),
    ("access", &["kernel", "store"]),
    ("jobs", &["kernel", "store"]),
    ("safety", &["kernel"]),
    ("calendar", &["kernel"]),
    ("meaning", &["kernel"]),
    ("search", &["kernel", "meaning"]),
    ("oruk", &["kernel"]),
    ("fetch", &["kernel"]),
    ("settings", &["kernel", "store", "safety"]),
    ("web", &["kernel", "store", "access", "settings", "safety"]),
    // The rooms: each stands on the base as well.
    ("notify", &[]),
    ("accounts", &["notify"]),
    ("directory", &["accounts", "search", "meaning"]),
    ("content", &["accounts", "search"]),
    ("keeping", &["accounts", "notify", "directory"]),
    ("freshness", &["accounts", "notify", "directory"]),
    ("editing", &["keeping", "directory"]),
    ("feed", &["directory", "oruk"]),
    ("intake", &["keeping", "directory", "oruk", "fetch"]),
    ("quality", &["keeping", "freshness", "directory", "fetch"]),
    ("events", &["calendar", "directory", "search"]),
    ("bookings", &["calendar", "events", "accounts", "directory", "notify"]),
    ("registers", &["bookings", "calendar", "events", "accounts", "directory", "notify"]),
    ("invitations", &["registers", "bookings", "calendar", "events", "accounts", "directory", "notify"]),
    ("appointments", &["registers", "bookings", "calendar", "events", "accounts", "directory", "notify"]),
    (
        "holidays",
        &["registers", "bookings", "calendar", "events", "accounts", "directory", "notify", "fetch"],
    ),
    ("flows", &["accounts", "search"]),
    ("flow_desk", &["flows", "accounts"]),
    ("callbacks", &["accounts", "notify"]),
    ("rewording", &["accounts"]),
    (
        "assistant",
        &[
            "accounts",
            "search",
            "meaning",
            "directory",
            "content",
            "events",
            "calendar",
            "flows",
            "rewording",
        ],
    ),
    ("matching", &["accounts", "search", "directory", "events", "notify"]),
    (
        "demo",
        &[
            "matching",
            "accounts",
            "notify",
            "calendar",
            "directory",
            "events",
            "bookings",
            "registers",
            "invitations",
            "appointments",
            "holidays",
            "content",
            "keeping",
            "freshness",
            "editing",
            "fetch",
            "intake",
            "quality",
        ],
    ),
    (
        "hearth",
        &[
            "search",
            "meaning",
            "flows",
            "flow_desk",
            "callbacks",
            "rewording",
            "assistant",
            "matching",
            "notify",
            "accounts",
            "directory",
            "content",
            "keeping",
            "freshness",
            "editing",
            "events",
            "bookings",
            "registers",
            "invitations",
            "appointments",
            "holidays",
            "fetch",
            "feed",
            "intake",
            "quality",
            "demo",
        ],
    ),
];
/// What every room may use besides.
const BASE: &[&str] = &["kernel", "store", "access", "jobs", "web", "settings", "safety"];

/// Only the store may speak to a database.
const DRIVERS: &[&str] = &["rusqlite", "tokio_postgres"];
/// A file longer than this has a second story in it.
const LINES_MAX: usize = 650;
/// Words that have no place in a model: it decides, and others wait, store and answer.
const NOT_IN_A_MODEL: &[&str] =
    &["async", "await", "tokio", "axum", "http", "StatusCode", "Tx", "rusqlite", "tokio_postgres"];

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let metadata = metadata();
    let rooms: Vec<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(place) = rooms.iter().position(|room| *room == package.name.as_str()) else {
            wrong
                .push(format!("{} is not in the table of tests/it/layering.rs: add its line.", package.name));
            continue;
        };
        for import in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            let name = import.name.as_str();
            let on_the_base = place > rooms.iter().position(|room| *room == "web").unwrap_or(rooms.len());
            let allowed = MAY_IMPORT[place].1.contains(&name) || (on_the_base && BASE.contains(&name));
            // A room's tests may turn on more of the room itself, such as the store's empty test databases, and may be
            // held over the demonstration.
            let above = rooms[..=place].contains(&name) || name == "demo";
            match import.kind {
                DependencyKind::Development if allowed || above => {}
                DependencyKind::Development => wrong.push(format!(
                    "The tests of {} import {}, which does not stand above it in the table.",
                    package.name, import.name
                )),
                _ if allowed => {}
                _ => wrong.push(format!(
                    "{} imports {}, and the table does not allow that.",
                    package.name, import.name
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_only_rooms_that_stand() {
    let metadata = metadata();
    let standing: BTreeSet<&str> =
        metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    let missing: Vec<&str> =
        MAY_IMPORT.iter().map(|(room, _)| *room).filter(|room| !standing.contains(room)).collect();
    assert!(missing.is_empty(), "The table names rooms that are not in crates/: {missing:?}");
}

#[test]
fn only_the_store_depends_on_a_database_driver() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        for import in package.dependencies.iter().filter(|import| import.kind == DependencyKind::Normal) {
            let driver = DRIVERS.contains(&import.name.replace('-', "_").as_str());
            assert!(
                !driver || package.name == "store",
                "{} depends on the driver {}.",
                package.name,
                import.name
            );
        }
    }
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| source.room != "store")
        .flat_map(|source| {
            DRIVERS
                .iter()
                .filter(|driver| has_word(&source.code(), driver))
                .map(|driver| format!("{} names {driver}: go through the store.", source.shown))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_is_written_only_where_a_room_keeps_its_store() {
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| !source.may_hold_sql())
        .flat_map(|source| {
            strings_of(&source.text).into_iter().filter(|string| is_sql(string)).map(|string| {
                format!("{} holds SQL, move it to store.rs: {}", source.shown, one_line(&string))
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_model_knows_no_waiting_no_database_and_no_web() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("model.rs")) {
        let code = source.code();
        for word in NOT_IN_A_MODEL.iter().filter(|word| has_word(&code, word)) {
            wrong.push(format!("{} says '{word}': a model only decides.", source.shown));
        }
        for string in strings_of(&source.text).iter().filter(|string| is_sql(string)) {
            wrong.push(format!("{} holds SQL: {}", source.shown, one_line(string)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_title_of_a_form_that_could_not_be_taken_comes_from_one_place() {
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| source.shown != "crates/web/src/fields.rs")
        .filter(|source| strings_of(&source.text).iter().any(|string| string.starts_with("Error: ")))
        .map(|source| format!("{} says 'Error: ' itself: use Errors::page.", source.shown))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_grows_too_long_to_read() {
    let wrong: Vec<String> = sources()
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(source, lines)| format!("{} has {lines} lines, the most is {LINES_MAX}.", source.shown))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is read");
    let rules: toml::Table = text.parse().expect("deny.toml is TOML");
    let allowed: BTreeSet<&str> = rules["licenses"]["allow"]
        .as_array()
        .expect("a list of licences")
        .iter()
        .map(|licence| licence.as_str().expect("a licence is a name"))
        .collect();
    let metadata = metadata();
    let ours: BTreeSet<_> = metadata.workspace_members.iter().collect();
    let wrong: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !ours.contains(&package.id))
        .filter(|package| !licence_is_allowed(package, &allowed))
        .map(|package| {
            let licence = package.license.as_deref().unwrap_or("not given");
            format!(
                "{} {} has the licence '{licence}', which deny.toml does not allow.",
                package.name, package.version
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        let manifest = root().join("Cargo.toml");
        MetadataCommand::new().manifest_path(manifest).exec().expect("cargo tells about the workspace")
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// One Rust file of a room.
struct Source {
    room: String,
    path: PathBuf,
    shown: String,
    text: String,
}

impl Source {
    /// What is left without comments and without the insides of strings.
    fn code(&self) -> String {
        split(&self.text).0
    }

    fn may_hold_sql(&self) -> bool {
        let named = self.path.file_name().is_some_and(|name| name == "store.rs");
        let folder = self.path.parent().is_some_and(|folder| {
            folder.components().any(|part| matches!(part.as_os_str().to_str(), Some("store" | "tests")))
        });
        named || folder || self.room == "store" || self.room == "jobs"
    }
}

/// Every Rust file under crates/*/src.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for room in list(&root().join("crates")) {
        let name = room.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut folders = vec![room.join("src")];
        while let Some(folder) = folders.pop() {
            for path in list(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let inside = path.strip_prefix(&room).unwrap_or(&path).to_path_buf();
                    let text = std::fs::read_to_string(&path).expect("a source file is read");
                    let shown = format!("crates/{name}/{}", inside.display());
                    found.push(Source { room: name.clone(), path: inside, shown, text });
                }
            }
        }
    }
    found
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    paths
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|part| part == word)
}

/// House style writes SQL in lower case, so a sentence that begins with 'Select' is not mistaken for it.
fn is_sql(string: &str) -> bool {
    let text = string.trim_start();
    (text.starts_with("select ") && !text.contains(". "))
        || (text.starts_with("update ") && text.contains(" set "))
        || text.contains("insert into ")
        || text.contains("delete from ")
        || (text.contains("select ") && text.contains(" from ") && text.contains(" where "))
}

fn one_line(string: &str) -> String {
    string.split_whitespace().take(8).collect::<Vec<_>>().join(" ")
}

fn strings_of(text: &str) -> Vec<String> {
    split(text).1
}

/// Takes Rust apart into its code and its strings. Comments belong to neither.
fn split(text: &str) -> (String, Vec<String>) {
    let letters: Vec<char> = text.chars().collect();
    let (mut code, mut strings) = (String::new(), Vec::new());
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            at += rest.windows(2).skip(2).position(|two| two == ['*', '/']).map_or(rest.len(), |end| end + 4);
        } else if let Some(hashes) = raw_string(rest, code.chars().last()) {
            let open = rest.iter().position(|letter| *letter == '"').unwrap_or(0) + 1;
            let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let inside = &rest[open..];
            let end = inside.windows(close.len()).position(|part| part == close).unwrap_or(inside.len());
            strings.push(inside[..end].iter().collect());
            at = (at + open + end + close.len()).min(letters.len());
        } else if rest[0] == '"' {
            let mut end = 1;
            while end < rest.len() && rest[end] != '"' {
                end += if rest[end] == '\\' { 2 } else { 1 };
            }
            let end = end.min(rest.len());
            strings.push(rest[1..end].iter().collect());
            at += end + 1;
        } else if rest[0] == '\'' {
            at += char_or_lifetime(rest);
        } else {
            code.push(rest[0]);
            at += 1;
        }
    }
    (code, strings)
}

/// How many hashes open a raw string here, if one does. A name that ends in r is no raw string.
fn raw_string(rest: &[char], before: Option<char>) -> Option<usize> {
    if rest[0] != 'r'
        || before.is_some_and(|letter| letter.is_alphanumeric() && letter != 'b' || letter == '_')
    {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    (rest.get(1 + hashes) == Some(&'"')).then_some(hashes)
}

/// The length of `'a'`, `'\''` or, of a lifetime, its mark alone.
fn char_or_lifetime(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, more @ ..] => {
            3 + more.iter().position(|letter| *letter == '\'').map_or(0, |end| end + 1)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

fn licence_is_allowed(package: &Package, allowed: &BTreeSet<&str>) -> bool {
    package.license.as_deref().is_some_and(|licence| expression_is_allowed(licence, allowed))
}

/// Reads an SPDX expression: `OR` needs one side, `AND` needs both, and an old-style `/` means `OR`.
fn expression_is_allowed(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced =
        licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+with+");
    let words: Vec<String> = spaced.split_whitespace().map(|word| word.replace("+with+", " WITH ")).collect();
    let mut at = 0;
    let fits = any_side(&words, &mut at, allowed);
    fits && at == words.len()
}

fn any_side(words: &[String], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut fits = both_sides(words, at, allowed);
    while words.get(*at).is_some_and(|word| word == "OR") {
        *at += 1;
        fits |= both_sides(words, at, allowed);
    }
    fits
}

fn both_sides(words: &[String], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut fits = one_licence(words, at, allowed);
    while words.get(*at).is_some_and(|word| word == "AND") {
        *at += 1;
        fits &= one_licence(words, at, allowed);
    }
    fits
}

fn one_licence(words: &[String], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if word != "(" {
        return allowed.contains(word.as_str());
    }
    let fits = any_side(words, at, allowed);
    *at += 1;
    fits
}

#[test]
fn a_licence_expression_is_read_as_its_author_meant_it() {
    let allowed = BTreeSet::from(["MIT", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]);
    for (licence, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0-only", false),
        ("(GPL-2.0-only OR MIT) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(expression_is_allowed(licence, &allowed), expected, "{licence}");
    }
}

#[test]
fn code_is_told_from_strings_and_comments() {
    let text = "// async here\nfn a<'x>(b: &'x str) -> char { let _ = \"insert into t\"; let _ = r#\"select \"q\" from t\"#; /* tokio */ '\"' }";
    let (code, strings) = split(text);
    assert_eq!(strings, ["insert into t", "select \"q\" from t"]);
    assert!(has_word(&code, "fn") && !has_word(&code, "async") && !has_word(&code, "tokio"), "{code}");
    assert!(is_sql(&strings[0]) && is_sql(&strings[1]));
    assert!(!is_sql("select a town") || !is_sql("Select a town."));
}
