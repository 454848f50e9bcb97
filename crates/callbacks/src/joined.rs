//! What the requests of one number ask for together: one ring answers them all, so it must be right for whoever asked for
//! the most care. No database, no clock, no page.

use crate::{
    model::{MESSAGE, WHOSE},
    store::CallBackRow,
};

/// How much the words tell of danger, the calmest first.
const LEVELS: [&str; 3] = ["clear", "amber", "red"];

/// The first request of a number as whoever rings must read it: of what keeps somebody safe the strictest that anybody
/// chose. They are reached as they chose last; where several names were given, by text as soon as one of them asks for
/// it, or somebody else with the number could turn a text into a ring. When and in which language stands with each name.
pub(crate) fn together(first: &CallBackRow, joined: &[CallBackRow]) -> CallBackRow {
    let is_by_text = last_of_each_name(first, joined).iter().any(|row| row.how == "text");
    let whose = strictest(&WHOSE.map(|(key, _)| key), first, joined, |row| row.whose.as_str());
    let message = strictest(&MESSAGE.map(|(key, _)| key), first, joined, |row| row.message.as_str());
    let safety_level = strictest(&LEVELS, first, joined, |row| row.safety_level.as_str());
    CallBackRow {
        how: if is_by_text { "text" } else { "ring" }.to_owned(),
        whose,
        message,
        safety_level,
        ..first.clone()
    }
}

/// Every name that was given with a number, once each, the first first.
pub(crate) fn names(first: &CallBackRow, joined: &[CallBackRow]) -> Vec<String> {
    let mut names = vec![first.name.clone()];
    for row in joined {
        if !names.contains(&row.name) {
            names.push(row.name.clone());
        }
    }
    names
}

/// The last request of each name that was given with a number, the first name first.
pub(crate) fn last_of_each_name<'a>(
    first: &'a CallBackRow,
    joined: &'a [CallBackRow],
) -> Vec<&'a CallBackRow> {
    names(first, joined)
        .into_iter()
        .filter_map(|name| std::iter::once(first).chain(joined).rev().find(|row| row.name == name))
        .collect()
}

/// The choice that stands latest in an order that begins with the loosest.
fn strictest(
    order: &[&str],
    first: &CallBackRow,
    joined: &[CallBackRow],
    choice: fn(&CallBackRow) -> &str,
) -> String {
    let place = |key: &str| order.iter().position(|known| *known == key);
    let mut found = choice(first);
    for row in joined {
        if place(choice(row)) > place(found) {
            found = choice(row);
        }
    }
    found.to_owned()
}
