//! 'My child is ill', 'my baby is burning up': a nurse, a doctor or a pharmacist can help, and nothing else that merely
//! has one of these words.

use crate::say;
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
    (is(&ILL) || has_an_illness(&said)) && !is(&OTHER) || bumped_their_head(&said)
}

/// What is said first to whoever tells of it.
pub(crate) fn said_of(typed: &str) -> &'static str {
    if bumped_their_head(&search::words(typed).join(" ")) { say::HURT } else { say::ILL }
}

/// 'My daughter has scarlet fever', 'wheezing 2 year old': an illness by its name, in few words, and of a child.
fn has_an_illness(said: &str) -> bool {
    const WORDS_MAX: usize = 9;
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let child = r"(child|baby|babys|newborn|toddler|kid|son|daughter|boy|girl|bubba|lo|little one|twins?|kids|children|(year|yr|month|week|day)s? old)";
        let ill = r"(a (bad |nasty |really bad |heavy |stinking )?(cold|cough|virus|tummy bug|sickness bug|ear infection|throat infection|chest infection|sore throat)|colds|wheez(e|es|ing|y)|scarlet fever|chicken ?pox|croup|tonsillitis|ear ?ache|conjunctivitis|impetigo|hand foot and mouth|bronchiolitis|slapped cheek|measles|mumps|whooping cough|the flu|flu|diarrhoea|the runs|throwing up)";
        let has = format!(
            r"\b{child} (has|have|got|is|are|keeps|been|with)( [a-z]+){{0,3}} {ill}\b|\b(babys|kids|twins|sons|daughters) got( [a-z]+)? {ill}\b"
        );
        let before =
            format!(r"\b(wheez(ing|y)|poorly) ([a-z0-9]+ ){{0,3}}{child}\b|\b{child} (wheez(ing|es|y))\b");
        Regex::new(&[has, before].join("|")).ok()
    });
    // To keep them off, and to have them vaccinated, are other questions.
    static ELSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b(vaccines?|vaccinated|vaccinations?|jabs?|immunis[a-z]*|nursery|nurseries|off|house|home|flat|room|heating|damp|mould|asthma|had|never)\b").ok()
    });
    let is = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|it| it.is_match(said));
    said.split(' ').count() <= WORDS_MAX && is(&NAMED) && !is(&ELSE)
}

/// 'My son hit his head': a bump. Whoever hits another's head, or against a wall, is no bump.
fn bumped_their_head(said: &str) -> bool {
    static BUMPED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let bump = "(hit|bumped|banged|bashed|cracked|knocked|whacked|smacked|hurt)";
        let either = r"(baby|toddler|child|kid|lo|little one|twin|old|newborn)";
        let of_a_boy = format!(r"\b(he|son|boy|lad|{either}) ([a-z]+ )?{bump} (his|its) head\b");
        let of_a_girl = format!(r"\b(she|daughter|girl|{either}) ([a-z]+ )?{bump} (her|its) head\b");
        Regex::new(&[of_a_boy, of_a_girl].join("|")).ok()
    });
    static ELSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b(partner|husband|wife|boyfriend|girlfriend|ex|dad|mum|me|my (head|face)|fist|purpose|keeps|always|angry|tantrums?|meltdowns?|autis[a-z]*|helmet|then hit)\b").ok()
    });
    let is = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|it| it.is_match(said));
    is(&BUMPED) && !is(&ELSE)
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
            "baby has a cold",
            "my daughter has scarlet fever",
            "wheezing 2 year old",
            "my toddler is wheezing",
            "my son hit his head",
            "she hit her head",
            "baby hit her head on the floor",
            "my 3 year old banged his head",
        ] {
            assert!(is_told(typed), "{typed}");
        }
        assert_eq!(said_of("my son hit his head"), say::HURT);
        assert_eq!(said_of("my child is ill"), say::ILL);
        for typed in [
            "my child is seriously ill and we need a grant",
            "my son is sick of school",
            "support group for parents of a sick child",
            "my baby is crying",
            "i am sick",
            "the baby is cold",
            "leccy metres ran out an babys cold",
            "my son has had his measles jab",
            "chicken pox when can he go back to nursery",
            "he hit my head",
            "he hit her head against the wall",
            "my husband hit his head",
            "my son has a cold room",
        ] {
            assert!(!is_told(typed), "{typed}");
        }
        assert!(is_help_with_it(&Document::new(Kind::Service, "nhs-111", "NHS 111")));
        assert!(!is_help_with_it(&Document::new(Kind::Service, "pool", "Leisure centres")));
    }
}
