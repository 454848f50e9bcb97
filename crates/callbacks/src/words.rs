//! What staff read of a request.

use crate::{
    ask_call_back::LANGUAGES,
    hours::{TIMES, due_words},
    model::{ABOUT, HOW, MESSAGE, WHOSE, words_of},
    store::CallBackRow,
};
use kernel::Instant;

/// A label and what stands beside it.
pub(crate) type Detail = (&'static str, String);

/// What it is about, in words.
pub(crate) fn about_words(row: &CallBackRow) -> &'static str {
    words_of(&ABOUT, &row.about).unwrap_or("Not said")
}

/// When it is good to reach them, in words.
pub(crate) fn times_words(row: &CallBackRow) -> &'static str {
    TIMES.iter().find(|(key, _, _)| *key == row.times).map_or("Not said", |(_, words, _)| words)
}

/// The language and the interpreter; nothing for English alone.
pub(crate) fn language_words(row: &CallBackRow) -> String {
    let name = words_of(&LANGUAGES, &row.language).unwrap_or("Not said");
    match (row.language.as_str(), row.wants_interpreter) {
        ("en", false) => String::new(),
        (_, true) => format!("{name}, with an interpreter"),
        _ => name.to_owned(),
    }
}

/// Everything that whoever rings must know first, the safety of it before the rest.
pub(crate) fn details(row: &CallBackRow) -> Vec<Detail> {
    let words = |known: &[(&'static str, &'static str)], key: &str| {
        words_of(known, key).unwrap_or("Not said").to_owned()
    };
    let mut details = vec![
        ("Reach them by", words(&HOW, &row.how)),
        ("Whose phone", words(&WHOSE, &row.whose)),
        ("A message", words(&MESSAGE, &row.message)),
        ("Good to reach", times_words(row).to_owned()),
        ("About", about_words(row).to_owned()),
        ("By when", due_words(row.due_at)),
    ];
    let language = language_words(row);
    if !language.is_empty() {
        details.insert(3, ("Language", language));
    }
    details
}

/// How whoever rings keeps somebody safe; empty where nothing more than usual is asked.
pub(crate) fn care_words(row: &CallBackRow) -> String {
    let mut parts = Vec::new();
    if row.whose == "shared" {
        parts.push(
            "Somebody else may answer. Do not say where you ring from or why until you know who it is.",
        );
    }
    match row.message.as_str() {
        "none" => parts.push("Leave no message, and hide your number if you can."),
        "discreet" => parts.push("In a message say only your first name and that you try again."),
        _ => {}
    }
    if row.how == "text" {
        parts.push("Text, do not ring.");
    }
    parts.join(" ")
}

/// Whether nobody was reached by the hour that was promised.
pub(crate) fn is_overdue(row: &CallBackRow, now: Instant) -> bool {
    row.due_at < now
}
