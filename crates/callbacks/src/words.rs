//! What staff read of a request.

use crate::{
    ask_call_back::LANGUAGES,
    hours::{TIMES, due_words},
    joined::{last_of_each_name, names, together},
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
fn times_words(row: &CallBackRow) -> &'static str {
    TIMES.iter().find(|(key, _, _)| *key == row.times).map_or("Not said", |(_, words, _)| words)
}

/// When it is good to reach them, without a name: what each chose last.
pub(crate) fn all_times_words(first: &CallBackRow, joined: &[CallBackRow]) -> String {
    each_once(first, joined, |row| times_words(row).to_owned()).join("; for another name: ")
}

/// Every language that is not English alone, without a name.
pub(crate) fn all_language_words(first: &CallBackRow, joined: &[CallBackRow]) -> String {
    each_once(first, joined, language_words).join("; ")
}

/// What each name chose last, once each.
fn each_once(first: &CallBackRow, joined: &[CallBackRow], words: fn(&CallBackRow) -> String) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for row in last_of_each_name(first, joined) {
        let said = words(row);
        if !said.is_empty() && !all.contains(&said) {
            all.push(said);
        }
    }
    all
}

/// The language and the interpreter; nothing for English alone.
fn language_words(row: &CallBackRow) -> String {
    if row.language == "en" && !row.wants_interpreter { String::new() } else { language_name(row) }
}

fn language_name(row: &CallBackRow) -> String {
    let name = words_of(&LANGUAGES, &row.language).unwrap_or("Not said");
    if row.wants_interpreter { format!("{name}, with an interpreter") } else { name.to_owned() }
}

fn how_words(row: &CallBackRow) -> String {
    words_of(&HOW, &row.how).unwrap_or("Not said").to_owned()
}

fn whose_words(row: &CallBackRow) -> String {
    words_of(&WHOSE, &row.whose).unwrap_or("Not said").to_owned()
}

fn message_words(row: &CallBackRow) -> String {
    words_of(&MESSAGE, &row.message).unwrap_or("Not said").to_owned()
}

/// Everything that whoever rings must know first, the safety of it before the rest: of a request and of what is joined to it.
pub(crate) fn details(first: &CallBackRow, joined: &[CallBackRow]) -> Vec<Detail> {
    let whole = together(first, joined);
    let mut details = vec![
        ("Reach them by", last_words(first, joined, how_words)),
        ("Whose phone", whose_words(&whole)),
        ("A message", message_words(&whole)),
        ("Good to reach", last_words(first, joined, |row| times_words(row).to_owned())),
        ("About", last_words(first, joined, |row| about_words(row).to_owned())),
        ("By when", due_words(first.due_at)),
    ];
    if std::iter::once(first).chain(joined).any(|row| !language_words(row).is_empty()) {
        details.insert(3, ("Language", last_words(first, joined, language_name)));
    }
    details
}

/// What was chosen last, and what else had been chosen before: by each name, so that nobody's words are put in the place of
/// another's.
fn last_words(first: &CallBackRow, joined: &[CallBackRow], words: fn(&CallBackRow) -> String) -> String {
    let names = names(first, joined);
    let of = |name: &String| -> String {
        let own: Vec<&CallBackRow> =
            std::iter::once(first).chain(joined).filter(|row| row.name == *name).collect();
        last_words_of(&own, words)
    };
    let said: Vec<String> = names.iter().map(of).collect();
    match said.split_first() {
        Some((one, others)) if others.iter().all(|other| other == one) => one.clone(),
        _ => {
            let each = names.iter().zip(&said).map(|(name, said)| format!("{name}: {said}"));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

fn last_words_of(rows: &[&CallBackRow], words: fn(&CallBackRow) -> String) -> String {
    let Some((last, earlier)) = rows.split_last() else { return String::new() };
    let now = words(last);
    let mut before: Vec<String> = Vec::new();
    for row in earlier {
        let said = words(row);
        if said != now && !before.contains(&said) {
            before.push(said);
        }
    }
    if before.is_empty() { now } else { format!("{now} (chosen last; before that: {})", before.join("; ")) }
}

/// That a number asked again: when, what is not as it was the time before, and the words.
pub(crate) struct Again {
    pub when: String,
    pub changes: Vec<Change>,
    pub words: String,
}

/// Something that was not chosen as before.
pub(crate) struct Change {
    pub label: &'static str,
    pub now: String,
    pub before: String,
}

/// Each time that a number asked again, oldest first.
pub(crate) fn asked_again(first: &CallBackRow, joined: &[CallBackRow]) -> Vec<Again> {
    std::iter::once(first)
        .chain(joined)
        .zip(joined)
        .map(|(before, now)| Again {
            when: due_words(now.asked_at),
            changes: choices(before)
                .into_iter()
                .zip(choices(now))
                .filter(|((_, before), (_, now))| before != now)
                .map(|((label, before), (_, now))| Change { label, now, before })
                .collect(),
            words: now.words.clone(),
        })
        .collect()
}

fn choices(row: &CallBackRow) -> [Detail; 7] {
    [
        ("Name", row.name.clone()),
        ("Reach them by", how_words(row)),
        ("Whose phone", whose_words(row)),
        ("A message", message_words(row)),
        ("Language", language_name(row)),
        ("Good to reach", times_words(row).to_owned()),
        ("About", about_words(row).to_owned()),
    ]
}

/// How whoever rings keeps somebody safe; empty where nothing more than usual is asked.
pub(crate) fn care_words(first: &CallBackRow, joined: &[CallBackRow]) -> String {
    let whole = together(first, joined);
    let by_text = whole.how == "text";
    let mut parts = Vec::new();
    if whole.whose == "shared" {
        parts.push(
            "Somebody else may answer. Do not say where you ring from or why until you know who it is.",
        );
    }
    match whole.message.as_str() {
        // No form asks for both, but two of them can.
        "none" if by_text => parts.push(
            "One request asks for no message, and a text stays on the phone: put only your first name in it.",
        ),
        "none" => parts.push("Leave no message, and hide your number if you can."),
        "discreet" => parts.push("In a message say only your first name and that you try again."),
        _ => {}
    }
    if by_text {
        parts.push("Text, do not ring.");
    } else if std::iter::once(first).chain(joined).any(|row| row.how == "text") {
        parts.push("An earlier request asked for a text: ask first whether they can talk.");
    }
    if names(first, joined).len() > 1 {
        parts.push(
            "More than one name was given: they may be different people. Do not tell one about the other.",
        );
    }
    parts.join(" ")
}

/// Whether nobody was reached by the hour that was promised.
pub(crate) fn is_overdue(row: &CallBackRow, now: Instant) -> bool {
    row.due_at < now
}
