//! What a question leaves unsaid and its conversation knows: 'and Tuesday?', 'what about Runcorn', or 'my boy is 3' and
//! then 'groups'. Nothing that anybody typed is kept for it: only the ids of what was found, and each filter in our own
//! words, which stand here only where they are read back as the same filter.

use crate::{asked_words::is_small, conversation::Conversation, room::Assistant};
use regex::Regex;
use safety::Screened;
use search::{AgeAsked, Kind, Part, PartFilter, Understood};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What a turn was about, for the next one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Kind and slug of what was found, whatever place, age or day: best first.
    pub found: Vec<(String, String)>,
    /// What kind of filter, and our words for it: 'place' and 'near Widnes'.
    pub filters: Vec<(String, String)>,
    /// What is on was asked: another day, town or age asks it again.
    #[serde(default)]
    pub is_whats_on: bool,
}

/// How a question goes on from those before it.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum GoesOn {
    /// It stands by itself.
    #[default]
    Alone,
    /// It says what we asked back for: these words are looked for, with the filters that were told before.
    Told(String),
    /// It changes a filter: these words are looked for among what was found before.
    Narrows(String, Vec<(Kind, String)>),
    /// It has filters, and nothing that they are of.
    OfNothing(About),
}

/// How words go on from what was asked before them.
pub(crate) fn goes_on(room: &Assistant, conversation: &Conversation, words: &Screened) -> GoesOn {
    let understood = room.directory().understand(words);
    let before = conversation.about();
    let filters: Vec<(String, String)> = before.and_not_said_in(&understood.parts);
    let said = format!(" {} ", search::words(words.as_typed()).join(" "));
    let is_only_filters = !understood.parts.is_empty() && !names_something(&understood);
    let may_narrow = is_only_filters && !stands_alone(&said);
    if may_narrow && (before.is_whats_on || !before.found.is_empty()) {
        let now = understood.parts.iter().map(|part| match &part.filter {
            // The whole postcode is looked for now; what is kept is its first half.
            PartFilter::Postcode(code) => format!("near {code}"),
            _ => own_words(room, part).map_or_else(|| part.typed.clone(), |(_, own)| own),
        });
        let all: Vec<String> = now.chain(filters.into_iter().map(|(_, words)| words)).collect();
        return match before.is_whats_on {
            true => GoesOn::Told(format!("{WHATS_ON}, {}", all.join(", "))),
            false => GoesOn::Narrows(all.join(", "), before.kinds()),
        };
    }
    if is_only_filters && before.found.is_empty() && !asks_what_is_on(&said) {
        let own = understood.parts.iter().filter_map(|part| own_words(room, part));
        let filters = own.chain(filters).collect();
        return GoesOn::OfNothing(About { filters, ..About::default() });
    }
    if let Some(asked) = field_asked(said.trim())
        && let Some(title) = title_of_first(room, &before)
    {
        return GoesOn::Narrows(format!("{asked} {title}"), before.kinds());
    }
    if before.found.is_empty() && !filters.is_empty() && !words.as_typed().trim().is_empty() {
        return GoesOn::Told(before.narrowing(words.as_typed(), &understood.parts));
    }
    GoesOn::Alone
}

impl About {
    /// One entry.
    pub fn entry(kind: &str, slug: &str) -> About {
        About { found: vec![(kind.to_owned(), slug.to_owned())], ..About::default() }
    }

    /// What was found and what was narrowed.
    pub(crate) fn of(room: &Assistant, found: Vec<(Kind, String)>, parts: &[Part]) -> About {
        let found = found.into_iter().map(|(kind, slug)| (kind.as_str().to_owned(), slug)).collect();
        let filters = parts.iter().filter_map(|part| own_words(room, part)).collect();
        About { found, filters, is_whats_on: false }
    }

    /// What is on was asked, of such a day, town and age.
    pub(crate) fn of_whats_on(room: &Assistant, parts: &[Part]) -> About {
        About { is_whats_on: true, ..About::of(room, Vec::new(), parts) }
    }

    /// Words, with the filters that were told before and are not among those said now.
    pub(crate) fn narrowing(&self, words: &str, said: &[Part]) -> String {
        let filters = self.and_not_said_in(said).into_iter().map(|(_, words)| words);
        std::iter::once(words.to_owned()).chain(filters).collect::<Vec<_>>().join(", ")
    }

    fn and_not_said_in(&self, said: &[Part]) -> Vec<(String, String)> {
        let is_said = |key: &str| said.iter().any(|part| kind_of(part) == key);
        self.filters.iter().filter(|(key, _)| !is_said(key)).cloned().collect()
    }

    fn kinds(&self) -> Vec<(Kind, String)> {
        let known = |(kind, slug): &(String, String)| Some((Kind::parse(kind)?, slug.clone()));
        self.found.iter().filter_map(known).collect()
    }

    /// The age that was told.
    pub(crate) fn age(&self, room: &Assistant) -> Option<AgeAsked> {
        let (_, words) = self.filters.iter().find(|(key, _)| key == "age")?;
        let parts = room.directory().understand(&room.site().screen(words)).parts;
        parts.into_iter().find_map(|part| match part.filter {
            PartFilter::Age(age) => Some(age),
            _ => None,
        })
    }
}

/// What a part takes the place of: another place, or another day and time.
fn kind_of(part: &Part) -> &'static str {
    match part.key {
        "postcode" => "place",
        "time" => "day",
        key => key,
    }
}

/// Our own words for what was understood, and what kind of thing it is: those that are read back as the same.
fn own_words(room: &Assistant, part: &Part) -> Option<(String, String)> {
    let may_be = match &part.filter {
        PartFilter::Near(near) => vec![format!("near {}", near.label)],
        // Never a whole postcode: that is somebody's street.
        PartFilter::Postcode(code) => vec![format!("near {}", code.split(' ').next()?)],
        PartFilter::AskPlace | PartFilter::Age(AgeAsked::Pregnant) => Vec::new(),
        PartFilter::Age(AgeAsked::Months(months)) => vec![part.label.clone(), format!("{months} months")],
        PartFilter::Age(AgeAsked::Band { from_months, until_months }) => {
            let last = until_months.saturating_sub(1);
            vec![
                format!("{}s", part.label),
                format!("age {} to {}", from_months / 12, last / 12),
                format!("{from_months} to {last} months"),
            ]
        }
        PartFilter::When { .. } | PartFilter::Tags { .. } => {
            vec![part.label.trim_start_matches("The ").to_owned()]
        }
    };
    let is_read_back = |words: &String| {
        let again = room.directory().understand(&room.site().screen(words));
        let is_same = |other: &Part| match part.filter {
            PartFilter::Postcode(_) => other.key == part.key,
            _ => other.filter == part.filter,
        };
        again.words.is_empty() && matches!(&again.parts[..], [only] if is_same(only))
    };
    may_be.into_iter().find(is_read_back).map(|words| (kind_of(part).to_owned(), words))
}

/// Whether words name anything besides filters and a child whose age it may be.
fn names_something(understood: &Understood) -> bool {
    const CHILD: &str = " baby newborn toddler infant child children kid kids son daughter boy girl lad lass twin twins grandson granddaughter grandchild nephew niece lo bairn wee old aged age year years month months week weeks day days live living instead then rather maybe actually sorry meant mean nearer closer ";
    // 'The other one' is one of those that were shown.
    const POINTING: &str = " other another both same ";
    let is_pregnant = understood.parts.iter().any(|part| part.filter == PartFilter::Age(AgeAsked::Pregnant));
    let names = |word: &String| {
        let is_in = |list: &str| list.contains(&format!(" {word} "));
        is_in(POINTING) || !is_small(word) && !is_in(CHILD)
    };
    is_pregnant || search::words(&understood.words).iter().any(names)
}

/// The words by which what is on is asked again.
const WHATS_ON: &str = "whats on";

/// 'What is on today' and 'who is open now' are whole questions.
fn asks_what_is_on(said: &str) -> bool {
    let ways = [" open ", " anything on ", " something on "];
    stands_alone(said) || ways.iter().any(|asked| said.contains(asked))
}

/// 'Something to do on Saturday' leaves behind whatever was found before.
fn stands_alone(said: &str) -> bool {
    let ways = [" whats on ", " what is on ", " what on ", " to do ", " to go "];
    ways.iter().any(|asked| said.contains(asked))
}

/// 'How much', 'where', 'how do i book' and nothing else: a question about what was found, as its fields answer it.
fn field_asked(said: &str) -> Option<&'static str> {
    static ASKED: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
        let ways = [
            (
                "how much is",
                r"how much( does (it|that) cost| do (they|you) charge| for it)?|what does (it|that) cost|what do they cost|(whats |what is )?the (price|cost)|price|cost|does it cost( anything| money)?",
            ),
            (
                "when is",
                r"when|(and )?what (time|day|days|times)( is that| are they)?|what time does (it|that) start|when does (it|that) start|when are they|which days?",
            ),
            (
                "where is",
                r"where|where abouts|whereabouts|where are they|where do (i|we) go|what is the address|whats the address|address|postcode|how do (i|we) get there|how (do|can|would) (i|we) (book|join|sign up|get in|get a place|go)( it| on| that| a place| on it| onto it| them)?|(do|would) (i|we) (need|have) to book( it)?|can (i|we) book( it)?|book|how do (i|we) (contact|ring|phone|call) (them|it)|(whats |what is )?the (phone )?number|phone number",
            ),
        ];
        let whole =
            |ways: &str| Regex::new(&format!("^((so|and|ok|please) )*({ways})( please| then)?$")).ok();
        ways.into_iter().filter_map(|(asked, ways)| Some((asked, whole(ways)?))).collect()
    });
    ASKED.iter().find(|(_, whole)| whole.is_match(said)).map(|(asked, _)| *asked)
}

/// The name of what was found first.
fn title_of_first(room: &Assistant, before: &About) -> Option<String> {
    let (kind, slug) = before.kinds().into_iter().next()?;
    let entry = room.directory().find_ask_entry(kind, &slug).ok().flatten()?;
    Some(entry.document().title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_alone_is_asked_of_what_was_found() {
        for (typed, asked) in [
            ("how much", Some("how much is")),
            ("and how much does it cost", Some("how much is")),
            ("when", Some("when is")),
            ("what time", Some("when is")),
            ("where", Some("where is")),
            ("how do i book", Some("where is")),
            ("do i need to book", Some("where is")),
            ("when is it", None),
            ("how much milk does a baby need", None),
            ("where is the foodbank", None),
            ("how do i book a scan", None),
            ("when to ring 999", None),
            ("", None),
        ] {
            assert_eq!(field_asked(typed), asked, "{typed}");
        }
    }

    #[test]
    fn what_is_on_is_no_filter_of_what_was_found_before() {
        for said in [" something to do on saturday ", " whats on today ", " somewhere to go on monday "] {
            assert!(stands_alone(said), "{said}");
        }
        for said in [" and tuesday ", " are they open on sunday ", " what about in runcorn "] {
            assert!(!stands_alone(said), "{said}");
        }
    }
}
