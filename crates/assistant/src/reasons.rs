//! Whether a reason holds: what it says was mentioned was typed, and stands in the entry.

use search::Document;
use std::collections::HashSet;

/// Words that help with nothing in particular.
const WIDE: &str =
    " help helps helping support advice family families child children kids information service services ";

/// The reasons that hold, of those that name words.
pub(crate) fn that_hold(why: &[String], document: &Document, asked: &HashSet<String>) -> Vec<String> {
    if why.iter().all(|reason| named(reason).is_none()) {
        return why.to_vec();
    }
    let own = stems_of(document);
    let all_in = |words: &str, stems: &HashSet<String>| {
        search::words(words).iter().all(|word| stems.contains(&search::stem(word)))
    };
    let holds = |reason: &&String| match named(reason) {
        None => true,
        Some(Named::Mentioned(words)) => all_in(words, asked) && all_in(words, &own),
        Some(Named::Means(typed, found)) => {
            let is_wide = search::words(found).iter().all(|word| WIDE.contains(&format!(" {word} ")));
            !is_wide && all_in(typed, asked) && all_in(found, &own)
        }
    };
    why.iter().filter(holds).cloned().collect()
}

/// What a reason names.
enum Named<'a> {
    /// Words that were typed and that the entry has.
    Mentioned(&'a str),
    /// Words that were typed, and those of the entry that mean the same.
    Means(&'a str, &'a str),
}

fn named(reason: &str) -> Option<Named<'_>> {
    let within = |start: &str| reason.strip_prefix(start)?.strip_suffix('’');
    if let Some(words) = within("it mentions ‘").or_else(|| within("it is about ‘")) {
        return Some(Named::Mentioned(words));
    }
    let (typed, found) = within("you said ‘")?.split_once("’, it helps with ‘")?;
    Some(Named::Means(typed, found))
}

fn stems_of(document: &Document) -> HashSet<String> {
    let all = [&document.title, &document.summary, &document.text, &document.organization];
    let sections = document.sections.iter().flat_map(|section| [&section.heading, &section.text]);
    let texts = all.into_iter().chain(&document.aliases).chain(&document.terms).chain(sections);
    texts.flat_map(|text| search::words(text)).map(|word| search::stem(&word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use search::Kind;

    #[test]
    fn a_reason_holds_in_what_was_typed_and_in_the_entry() {
        let entry = Document {
            text: "A listening ear about your baby.".to_owned(),
            ..Document::new(Kind::Service, "a", "A")
        };
        let why = [
            "it mentions ‘baby massage’",
            "it mentions ‘baby’",
            "it mentions ‘daughter’",
            "you said ‘massage’, it helps with ‘help’",
            "you said ‘massage’, it helps with ‘listening’",
            "free",
        ];
        let why = why.map(str::to_owned);
        let asked = crate::passages::stems("when is baby massage on");
        assert_eq!(
            that_hold(&why, &entry, &asked),
            ["it mentions ‘baby’", "you said ‘massage’, it helps with ‘listening’", "free"]
        );
    }
}
