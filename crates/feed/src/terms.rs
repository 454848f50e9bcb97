//! The closed words of the directory as small taxonomies of their own, and the names of languages.

use directory::open_data::{OpenTerm, named_id};
use directory::{Access, Audience, Cost, SendNeed, WayIn};
use oruk::{
    link,
    model::{Taxonomy, TaxonomyTerm},
};
use uuid::Uuid;

/// What the list of needs is called in the feed.
pub(crate) const NEEDS: &str = "Needs of families";

/// A closed list: its key, which is also its attributes' `link_type`, its name and what it is.
struct Closed {
    key: &'static str,
    name: &'static str,
    description: &'static str,
}

const CLOSED: [Closed; 5] = [
    Closed {
        key: link::AUDIENCE,
        name: "Whom it welcomes",
        description: "Whom a service welcomes in particular",
    },
    Closed {
        key: link::ACCESS,
        name: "Where help is given",
        description: "Where help is given: at a hub, elsewhere, at home, online or by phone",
    },
    Closed {
        key: link::WAY_IN,
        name: "How people get in",
        description: "Whether one can come or ask oneself, or needs a professional’s referral",
    },
    Closed {
        key: link::SEND_NEED,
        name: "Types of special educational need",
        description: "The Department for Education’s codes for types of need, in plain words",
    },
    Closed { key: link::COST, name: "What it costs", description: "Whether a family pays" },
];

/// The id of a closed list.
fn taxonomy_id(key: &str) -> Uuid {
    named_id(&format!("taxonomy/{key}"))
}

/// A word of a closed list as a term; nothing for 'nobody has told us', which is left out of the feed.
pub(crate) fn closed_term(key: &str, code: &str, words: &str) -> Option<TaxonomyTerm> {
    let list = CLOSED.iter().find(|list| list.key == key)?;
    (code != "unknown").then(|| TaxonomyTerm {
        id: named_id(&format!("taxonomy/{key}/{code}")),
        code: Some(code.to_owned()),
        name: words.to_owned(),
        description: words.to_owned(),
        taxonomy: Some(list.name.to_owned()),
        taxonomy_id: Some(taxonomy_id(key)),
        term: Some(words.to_owned()),
        ..TaxonomyTerm::default()
    })
}

/// Every closed list with its terms.
pub(crate) fn closed_taxonomies() -> Vec<Taxonomy> {
    let taxonomy = |list: &Closed| Taxonomy {
        id: taxonomy_id(list.key),
        name: list.name.to_owned(),
        description: list.description.to_owned(),
        taxonomy_terms: words_of(list.key)
            .into_iter()
            .filter_map(|(code, words)| closed_term(list.key, code, words))
            .collect(),
        ..Taxonomy::default()
    };
    CLOSED.iter().map(taxonomy).collect()
}

fn words_of(key: &str) -> Vec<(&'static str, &'static str)> {
    macro_rules! all {
        ($list:ty) => {
            <$list>::ALL.iter().map(|each| (each.as_str(), each.words())).collect()
        };
    }
    match key {
        link::AUDIENCE => all!(Audience),
        link::ACCESS => all!(Access),
        link::WAY_IN => all!(WayIn),
        link::SEND_NEED => all!(SendNeed),
        _ => all!(Cost),
    }
}

/// A need as a term. The standard asks for a description; a need without one is described by its name.
pub(crate) fn need(term: &OpenTerm, taxonomy: Uuid) -> TaxonomyTerm {
    let line = term.line.trim();
    TaxonomyTerm {
        id: term.id.uuid(),
        code: Some(term.slug.clone()),
        name: term.name.clone(),
        description: if line.is_empty() { term.name.clone() } else { line.to_owned() },
        parent_id: term.parent.map(|parent| parent.uuid()),
        taxonomy: Some(NEEDS.to_owned()),
        taxonomy_id: Some(taxonomy),
        term: Some(term.name.clone()),
        quiet_page: term.sensitive.then_some(true),
        ..TaxonomyTerm::default()
    }
}

/// The id of the list of needs.
pub(crate) fn needs_id() -> Uuid {
    taxonomy_id("needs")
}

/// The English name of a language that BCP 47 writes so. One we do not know is left to its code.
pub(crate) fn language_name(code: &str) -> Option<&'static str> {
    let whole = code.to_ascii_lowercase();
    let first = whole.split('-').next().unwrap_or_default();
    let find = |code: &str| LANGUAGES.iter().find(|(each, _)| *each == code).map(|(_, name)| *name);
    find(&whole).or_else(|| find(first))
}

const LANGUAGES: &[(&str, &str)] = &[
    ("am", "Amharic"),
    ("ar", "Arabic"),
    ("bfi", "British Sign Language"),
    ("bg", "Bulgarian"),
    ("bn", "Bengali"),
    ("ckb", "Central Kurdish (Sorani)"),
    ("cs", "Czech"),
    ("cy", "Welsh"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fa", "Farsi"),
    ("fr", "French"),
    ("gu", "Gujarati"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("kmr", "Northern Kurdish (Kurmanji)"),
    ("ku", "Kurdish"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("ml", "Malayalam"),
    ("ne", "Nepali"),
    ("nl", "Dutch"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("prs", "Dari"),
    ("ps", "Pashto"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("rom", "Romani"),
    ("ru", "Russian"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("so", "Somali"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("sw", "Swahili"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("th", "Thai"),
    ("ti", "Tigrinya"),
    ("tl", "Tagalog"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("vi", "Vietnamese"),
    ("yue", "Cantonese"),
    ("zh", "Chinese"),
];
