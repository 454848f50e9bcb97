//! Both examples of every entry are run, and a lexicon that cannot be trusted is refused.

use safety::{Level, Screen};

#[test]
fn every_entry_matches_its_example_and_not_its_counter_example() {
    let screen = Screen::new().unwrap();
    let mut wrong = Vec::new();
    for entry in screen.entries() {
        if !screen.entries_matched(entry.example).contains(&entry.id) {
            wrong.push(format!("{} does not match its example: {}", entry.id, entry.example));
        }
        let read = screen.read(entry.example);
        let shown = |(category, level)| {
            read.verdict().categories.contains(&category) && read.verdict().level >= level
        };
        if !entry.shows.is_none_or(shown) {
            wrong.push(format!("{}: the example does not show its card: {}", entry.id, entry.example));
        }
        if entry.is_idiom {
            if read.verdict().level == Level::Red {
                wrong.push(format!("{}: the idiom still shows red: {}", entry.id, entry.example));
            }
            if screen.read(entry.counter_example).verdict().level != Level::Red {
                wrong
                    .push(format!("{}: the idiom hides a cry for help: {}", entry.id, entry.counter_example));
            }
        } else if screen.entries_matched(entry.counter_example).contains(&entry.id) {
            wrong.push(format!("{} matches its counter-example: {}", entry.id, entry.counter_example));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} entries", screen.entries().count());
}

#[test]
fn an_empty_or_broken_lexicon_is_refused() {
    let contacts = include_str!("../../data/contacts.toml");
    let one = |phrases: &str| {
        format!(
            "[[entry]]\nid = \"a\"\nshows = \"neglect\"\nlevel = \"red\"\nphrases = [{phrases}]\nexample = \"a\"\ncounter_example = \"b\"\n"
        )
    };
    let broken = [
        String::new(),
        "not toml at all [".to_owned(),
        one(""),
        one("\"one good phrase\""),
        one("\"..3\""),
        one("\"(unclosed\""),
        one("\"<no such list>\""),
        one("\"a\"").replace("neglect", "no_such_card"),
        one("\"a\"").replace("\"red\"", "\"high risk\""),
        one("\"a\"").replace("example = \"a\"", "example = \"\""),
        format!("{}instead_of = [\"no_such_card\"]\n", one("\"a\"")),
    ];
    for source in &broken {
        assert!(Screen::from_sources(&[source], contacts).is_err(), "{source:?}");
    }
    assert!(Screen::from_sources(&[], contacts).is_err());
    assert!(Screen::from_sources(&broken.each_ref().map(String::as_str)[..1], "").is_err());
}

#[test]
fn contacts_without_the_numbers_every_card_needs_are_refused() {
    let lexicon: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| !path.ends_with("contacts.toml") && !path.ends_with("cards.toml"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let lexicon: Vec<&str> = lexicon.iter().map(String::as_str).collect();
    let contacts = include_str!("../../data/contacts.toml");
    assert!(Screen::from_sources(&lexicon, contacts).is_ok());
    for key in ["999", "111", "111_mental_health", "samaritans", "shout"] {
        let without = contacts.replace(&format!("key = \"{key}\""), "key = \"other\"");
        assert!(Screen::from_sources(&lexicon, &without).is_err(), "{key}");
    }
    let repeated = contacts.replace("key = \"nspcc\"", "key = \"refuge\"");
    assert!(Screen::from_sources(&lexicon, &repeated).is_err());
    let undated = contacts.replacen("2027-05-22", "soon", 1);
    assert!(Screen::from_sources(&lexicon, &undated).is_err());
}
