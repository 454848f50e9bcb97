//! What the safety screen hears once slips are mended and another language is read: 'my husbnd hitts me' is typed, and
//! 'my husband hits me' is looked for; and what it hears in words that a loss comes before: 'I want to be with him'. It may
//! only raise what the words themselves brought.

use crate::{after_loss::wants_to_be_with_the_dead, conversation::Conversation, steps::Found};
use safety::Screened;
use web::Site;

/// The words as they were looked for, where the screen hears more in them than in those that were typed.
pub(crate) fn more_as_looked_for(site: &Site, words: &Screened, found: &Found) -> Option<Screened> {
    let corrected = &found.found.corrected;
    let mut looked_for: Vec<String> = Vec::new();
    if !corrected.is_empty() {
        looked_for.push(with_corrections(words.as_typed(), corrected));
    }
    if found.is_translated {
        looked_for.push(with_corrections(found.asked.as_typed(), corrected));
    }
    let heard = looked_for.iter().map(|text| site.screen(text));
    heard
        .filter(|heard| heard.verdict().level > words.verdict().level)
        .max_by_key(|heard| heard.verdict().level)
}

/// What is meant by words that a loss comes before, where the screen hears more in it: whom somebody wants to be with was
/// said earlier.
pub(crate) fn more_after_a_loss(
    site: &Site,
    conversation: &Conversation,
    words: &Screened,
) -> Option<Screened> {
    const MEANT: [&str; 2] = ["my baby died and i want to be with him", "my baby died and i want to die too"];
    if !conversation.spoke_of_loss() || !wants_to_be_with_the_dead(words.as_typed()) {
        return None;
    }
    let heard = MEANT.iter().map(|text| site.screen(text));
    heard
        .filter(|heard| heard.verdict().level > words.verdict().level)
        .max_by_key(|heard| heard.verdict().level)
}

/// Each word that was read as another, as it was read.
fn with_corrections(typed: &str, corrected: &[(String, String)]) -> String {
    let as_read = |part: &str| {
        let folded = search::words(part);
        let read = corrected.iter().find(|(word, _)| folded.first() == Some(word));
        read.map_or_else(|| part.to_owned(), |(_, read)| read.clone())
    };
    typed.split_whitespace().map(as_read).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_read_as_what_was_looked_for_and_the_rest_stays() {
        let corrected = [("husbnd", "husband"), ("hitts", "hits")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(
            with_corrections("My Husbnd, hitts me wen", &corrected),
            "My husband hits me wen",
            "case and signs are no part of a word"
        );
        assert_eq!(with_corrections("", &corrected), "");
    }
}
