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
}
