//! 'My child is ill', 'my baby is burning up': a nurse, a doctor or a pharmacist can help, and nothing else that merely
//! has one of these words.

use regex::Regex;
use search::Document;
use std::sync::LazyLock;

/// Whether somebody tells that a child is ill now.
pub(crate) fn is_told(typed: &str) -> bool {
    static ILL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let child = "(child|baby|babys|newborn|toddler|kid|son|daughter|boy|girl|bubba|lo|little one|twins?|kids|children|old)";
        let ill = "(ill|poorly|unwell|sick|feverish|burning up|boiling( hot)?|burning hot|(really|very|so|red) hot)";
        Regex::new(&format!(r"(\b{child} (is|are|has been|looks|seems|feels)|\b(babys|sons|daughters|toddlers))( [a-z]+)? ?\b{ill}( [a-z]+)?$")).ok()
    });
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b(sick of|mentally|seriously|terminally|chronically|always|often|keeps|school|work|group|support|grant|money|respite|after|when)\b").ok()
    });
    let said = search::words(typed).join(" ");
    let is = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|it| it.is_match(&said));
    is(&ILL) && !is(&OTHER)
}

/// Whether an entry says in its name, its summary or what it is called that it helps somebody who is ill.
pub(crate) fn is_help_with_it(document: &Document) -> bool {
    const NAMES: [&str; 15] = [
        "111",
        "999",
        "gp",
        "gps",
        "doctor",
        "doctors",
        "pharmacy",
        "pharmacies",
        "pharmacist",
        "illness",
        "fever",
        "unwell",
        "medicines",
        "meningitis",
        "urgent",
    ];
    // In its summary these could be of anything: 'ask your GP to refer you'.
    let in_name = search::words(&document.title).iter().any(|word| NAMES.contains(&word.as_str()));
    let summary = search::words(&document.summary);
    let in_summary = ["fever", "unwell", "pharmacist", "111", "poorly"];
    in_name || in_summary.iter().any(|said| summary.iter().any(|word| word == said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use search::Kind;

    #[test]
    fn a_child_who_is_ill_now_is_told_from_one_who_is_looked_after() {
        for typed in [
            "my child is ill",
            "my baby is burning up",
            "my baby is really poorly",
            "my 3 year old is sick",
            "the kids are ill today",
            "my baby's poorly",
        ] {
            assert!(is_told(typed), "{typed}");
        }
        for typed in [
            "my child is seriously ill and we need a grant",
            "my son is sick of school",
            "support group for parents of a sick child",
            "my baby is crying",
            "i am sick",
        ] {
            assert!(!is_told(typed), "{typed}");
        }
        assert!(is_help_with_it(&Document::new(Kind::Service, "nhs-111", "NHS 111")));
        assert!(!is_help_with_it(&Document::new(Kind::Service, "pool", "Leisure centres")));
    }
}
