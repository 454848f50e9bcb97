//! Help for people who hurt somebody, or who think of it. It is shown to whoever speaks of that. To anybody else it would
//! say that they, or somebody they love, had done harm.

use regex::Regex;
use search::Document;
use std::sync::LazyLock;

/// How an entry says in its name or its summary that it is for those who think of sexual harm to children.
const OF_CHILDREN: [&str; 3] =
    ["sexual behaviour towards children", "sexual thoughts", "sexually harmful behaviour"];

/// Whether an entry may be shown to somebody who typed this.
pub(crate) fn may_be_shown(document: &Document, typed: &str) -> bool {
    let says = format!("{}. {}", document.title, document.summary).to_lowercase();
    let said = search::words(typed).join(" ");
    // Asked for by its name.
    if said.contains(&search::words(&document.title).join(" ")) {
        return true;
    }
    if OF_CHILDREN.iter().any(|phrase| says.contains(phrase)) {
        return speaks_of_sexual_harm(&said);
    }
    !search::is_for_those_who_hurt(&[&document.title, &document.summary]) || speaks_of_hurting(&said)
}

/// Whether a part is for those whose own child hurts another, by its heading. To anybody else it would say that theirs did.
pub(crate) fn is_of_ones_own_child(heading: &str) -> bool {
    search::fold(heading).contains("is the one doing it")
}

/// Whether somebody tells that their own child bullies or hurts another: 'my daughter is bullying', and not 'my daughter is
/// being bullied', nor 'a girl is bullying my daughter'.
pub(crate) fn own_child_hurts(words: &[String]) -> bool {
    static DOES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let child =
            "(he|hes|she|shes|son|sons|daughter|daughters|child|childs|kid|kids|boy|girl|lad|teenager|old)";
        let bullies = format!(r"\b{child}( [a-z]+){{0,3}} (bullying|bullies|a bully|the bully)\b");
        let hurts = format!(
            r"\b{child}( [a-z]+){{0,3}} (hits|hitting|hit|hurts|hurting|hurt|kicks|kicking|bites|biting|picks on|picking on|picked on|mean to|nasty to|horrible to) (other|others|another|kids|children|people|someone|somebody|a (boy|girl|child|kid))\b"
        );
        let accused = r"\b(accused of|excluded for|suspended for|in trouble for) (being a )?bull(y|ying)\b|\b(is|be) the bully\b";
        Regex::new(&[bullies.as_str(), hurts.as_str(), accused].join("|")).ok()
    });
    static IS_HURT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b(bullying|bullies|hits|hitting|hit|hurts|hurting|hurt) (my|our|me|him|her|them)\b|\bscared of\b|\bagainst\b").ok()
    });
    let said = words.join(" ");
    let is = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|it| it.is_match(&said));
    is(&DOES) && !is(&IS_HURT)
}

/// Somebody's own hurting, or how to make another stop.
fn speaks_of_hurting(said: &str) -> bool {
    static HURTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let hurt = "(hurt|hit|harm|scare|frighten|shout|slap|punch|kick|push|smack|abus|control|threat|snap|violen|bull|lash|angry|anger|rage|temper|aggress)";
        let own = format!(r"\b(i|ive|im|id|ill|me|my|myself|we)\b( [a-z]+){{0,5}} {hurt}");
        let stop =
            format!(r"\b(stop|stops|change|changes|help|get help|want|wants|learn)\b( [a-z]+){{0,4}} {hurt}");
        let of_him = format!(
            r"\b(he|she|they|partner|husband|wife|boyfriend|girlfriend|ex|dad|mum|man|men|son)\b( [a-z]+){{0,5}} {hurt}"
        );
        let how = r"\bhow (i|he|she|you|they) treats?\b|\bperpetrators?\b|\brespect phoneline\b|\bdomestic (abuse|violence)\b";
        Regex::new(&[own, stop, of_him, how.to_owned()].join("|")).ok()
    });
    HURTING.as_ref().is_some_and(|hurting| hurting.is_match(said))
}

fn speaks_of_sexual_harm(said: &str) -> bool {
    static HARM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\bsex[a-z]*\b|\bporn[a-z]*\b|\bgroom[a-z]*\b|\btouch[a-z]*\b|\babus[a-z]*\b|\bmolest[a-z]*\b|\brape[a-z]*\b|\bpa?edo[a-z]*\b|\b(indecent|inappropriate|illegal|nude|naked)\b|\b(thoughts?|attract[a-z]*|urges?|feelings?)\b( [a-z]+){0,3} (child|children|kids?|girls?|boys?)\b|\blooking at (kids|children|images|pictures)\b|\bprivate parts?\b").ok()
    });
    HARM.as_ref().is_some_and(|harm| harm.is_match(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use search::Kind;

    fn entry(title: &str, summary: &str) -> Document {
        Document { summary: summary.to_owned(), ..Document::new(Kind::Service, "a", title) }
    }

    #[test]
    fn help_for_those_who_hurt_is_shown_to_whoever_speaks_of_it_and_to_nobody_else() {
        let children = entry("Stop It Now", "For anyone worried about sexual behaviour towards children.");
        let partner =
            entry("Respect Phoneline", "For anyone who is worried that they hurt, scare or control.");
        let other = entry("Women's Aid", "Help for anyone who is hurt by a partner.");
        for typed in
            ["my partner is in prison help for kids", "how to get an abortion at home", "baby massage"]
        {
            assert!(!may_be_shown(&children, typed) && !may_be_shown(&partner, typed), "{typed}");
            assert!(may_be_shown(&other, typed), "{typed}");
        }
        for typed in ["i have sexual thoughts about kids", "someone touched my daughter", "stop it now"] {
            assert!(may_be_shown(&children, typed), "{typed}");
        }
        for typed in ["i hit my wife and want to stop", "i need help with my temper", "respect phoneline"] {
            assert!(may_be_shown(&partner, typed), "{typed}");
        }
    }

    #[test]
    fn a_child_who_hurts_is_told_from_a_child_who_is_hurt() {
        for typed in [
            "my daughter is bullying other girls",
            "my son is a bully",
            "he keeps hitting other kids",
            "school say my son is the bully",
            "my son was excluded for bullying",
        ] {
            assert!(own_child_hurts(&search::words(typed)), "{typed}");
        }
        for typed in [
            "my daughter is being bullied",
            "my son is bullied at school",
            "a girl is bullying my daughter",
            "a boy keeps hitting my son",
            "bullying",
        ] {
            assert!(!own_child_hurts(&search::words(typed)), "{typed}");
        }
        assert!(is_of_ones_own_child("If your child is the one doing it"));
        assert!(!is_of_ones_own_child("What to do first"));
    }
}
