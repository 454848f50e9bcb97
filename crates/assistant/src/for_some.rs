//! Pages that are for some parents and not for all: 'even under 16' is no answer to 'I am 8 weeks pregnant'. They are
//! shown to whoever says that they are one of them.

use regex::Regex;
use search::{Document, Kind};
use std::sync::LazyLock;

/// Whether an entry may be shown to somebody who typed this.
pub(crate) fn may_be_shown(document: &Document, typed: &str) -> bool {
    let name = search::fold(&document.title);
    let is_for_young_parents = document.kind == Kind::Page && name.starts_with("young parents");
    !is_for_young_parents || speaks_of_a_young_parent(&search::fold(typed))
}

/// Somebody's youth, or a pregnancy that is only feared.
fn speaks_of_a_young_parent(said: &str) -> bool {
    static YOUNG: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let young = r"\b(young|younger|youth|teen|teens|teenage|teenager|teenagers|underage|minor)\b|\b(1[2-9]|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\b|\bunder (20|21|25)\b|\b(im|i am) (only )?2[0-2]\b";
        let learns = r"\b(school|college|sixth form|6th form|uni|university|gcses?|a levels?|year (9|10|11|12|13)|apprenticeship|exams?|teachers?)\b";
        let lives = r"\b(my|me) (mum|mam|dad|parents|nan)\b|\b(boyfriend|girlfriend)\b|\bcare leaver\b|\b(too|so) young\b";
        let fears = r"\b(might|may|could|think|if) (im |i am |i |shes |she |my [a-z]+ )?(be |is )?pregnant\b|\bpositive\b|\b(late|missed) period\b|\bperiod is late\b|\bpregnancy test\b|\bjudg(e|es|ed|ing)\b";
        Regex::new(&[young, learns, lives, fears].join("|")).ok()
    });
    // How far a pregnancy is tells nothing of how old somebody is.
    static SPAN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\b[0-9]+ ?(weeks?|wks?|months?|mths?|days?|hours?|minutes?)\b").ok());
    let without_spans = SPAN.as_ref().map(|span| span.replace_all(said, " "));
    YOUNG.as_ref().zip(without_spans).is_some_and(|(young, said)| young.is_match(&said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_young_parents_is_shown_to_them_and_to_nobody_else() {
        let page = Document::new(Kind::Page, "young-parents", "Young parents");
        let service = Document::new(Kind::Service, "young", "Young parents at family hubs");
        for typed in [
            "im 17 and having a baby",
            "is there a group just for young mums",
            "i think im pregnant and im in year 11",
            "just done a test its positive wot now",
            "my girlfriend is 16 and pregnant",
            "lookin for a creche wile i do college im 18",
            "teenage mum",
        ] {
            assert!(may_be_shown(&page, typed), "{typed}");
        }
        for typed in [
            "im 8 weeks pregnant",
            "16 weeks pregnant",
            "im 20 weeks pregnant",
            "my 18 month old",
            "my daughter doesnt sleep",
            "my daughter is trans",
            "my daughter is scared of dogs",
            "pregnant and need a midwife",
        ] {
            assert!(!may_be_shown(&page, typed), "{typed}");
            assert!(may_be_shown(&service, typed), "{typed}");
        }
    }
}
