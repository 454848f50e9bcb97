//! Why an entry is here: which words it answers and how, then which of the filters it fits. A person who sees the
//! reason can tell a good match from a chance one.

use crate::{
    cards::{Facts, word_key},
    catalogue::Catalogue,
    query_of::Question,
};
use search::{AgeAsked, Document, Field, Hit, How, Kind, Match};
use web::say;

/// More reasons than this are not read.
const REASONS_OF_WORDS: usize = 3;

/// The reasons, each a few words.
pub(crate) fn reasons(
    hit: &Hit,
    document: &Document,
    asked: &Question,
    catalogue: &Catalogue,
) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    if hit.pinned {
        reasons.push("for anyone who has lost a baby".to_owned());
    }
    reasons.extend(of_words(hit, document, &catalogue.facts[hit.document as usize]));
    if let Some(section) = hit.section.and_then(|section| document.sections.get(section)) {
        reasons.push(["see ‘", &section.heading, "’"].concat());
    }
    reasons.extend(of_age(document, asked));
    for (group, values) in &asked.query.tags {
        let has = |value: &str| document.tags.iter().any(|tag| tag.group == group && tag.value == value);
        match group.as_str() {
            "topic" => {
                let term = values.iter().filter(|value| has(value)).find_map(|value| catalogue.term(value));
                reasons.extend(term.map(|term| format!("it is about {}", term.name)));
            }
            "cost" if has("free") => reasons.push("free".to_owned()),
            _ => {}
        }
    }
    if document.kind == Kind::Event && hit.slot.is_some() {
        reasons.push("on when you asked for".to_owned());
    }
    if document.kind == Kind::Event && reasons.is_empty() {
        reasons.push("something to go to".to_owned());
    }
    if document.kind == Kind::Page && reasons.is_empty() {
        reasons.push("advice to read now".to_owned());
    }
    reasons
}

/// What families also say, in one phrase, then the words one by one.
fn of_words(hit: &Hit, document: &Document, facts: &Facts) -> Vec<String> {
    let mut reasons = Vec::new();
    let phrase = phrase_of(hit, facts);
    if let Some(phrase) = phrase {
        reasons.push(["families also say ‘", phrase, "’"].concat());
    }
    let in_name: Vec<String> =
        words_of_name(hit, document).into_iter().map(|word| ["‘", &word, "’"].concat()).collect();
    if !in_name.is_empty() {
        reasons.push(
            [
                say::list(&in_name).as_str(),
                if in_name.len() == 1 { " is in its name" } else { " are in its name" },
            ]
            .concat(),
        );
    }
    let mut told: Vec<&str> = Vec::new();
    for matched in &hit.matched {
        let told_already = told.contains(&matched.typed.as_str()) || reasons.len() >= REASONS_OF_WORDS;
        if told_already
            || (plain(matched) && matched.field == Field::Name)
            || (phrase.is_some() && matched.field == Field::Alias)
        {
            continue;
        }
        told.push(&matched.typed);
        reasons.push(match (matched.how, matched.field) {
            (How::Meaning, _) => "it is close to what you mean".to_owned(),
            (How::Synonym, _) => format!("you said ‘{}’, it helps with ‘{}’", matched.typed, matched.found),
            (How::Spelling, _) => format!("we read ‘{}’ as ‘{}’", matched.typed, matched.found),
            (_, Field::Term) => format!("it is about ‘{}’", matched.typed),
            (_, Field::Organization) => format!("run by {}", document.organization),
            _ => format!("it mentions ‘{}’", matched.typed),
        });
    }
    reasons
}

/// The words of an entry's name that were said, as they stand there. Of several words that mean one thing together, the
/// name may have one alone.
fn words_of_name(hit: &Hit, document: &Document) -> Vec<String> {
    let said = hit.matched.iter().filter(|m| plain(m) && m.field == Field::Name);
    let said =
        said.flat_map(|m| m.typed.split(' ').filter(|word| search::tells(word)).chain([m.found.as_str()]));
    let stems: Vec<String> = said.map(search::stem).collect();
    if stems.is_empty() {
        return Vec::new();
    }
    let mut words = search::words(&document.title);
    words.retain(|word| stems.contains(&search::stem(word)));
    words.dedup();
    words
}

fn plain(matched: &Match) -> bool {
    matches!(matched.how, How::Exact | How::Stem)
}

/// Of what families also say, the phrase that holds most of the matched words; one that holds a small part of a long
/// phrase says nothing and is not told.
fn phrase_of<'a>(hit: &Hit, facts: &'a Facts) -> Option<&'a str> {
    let matched: Vec<u64> =
        hit.matched.iter().flat_map(|m| [word_key(&m.typed), word_key(&m.found)]).collect();
    let held = |words: &[u64]| (words.iter().filter(|word| matched.contains(word)).count(), words.len());
    let best = facts
        .sayings
        .iter()
        .map(|(saying, words)| (held(words), saying))
        .max_by_key(|((held, of), _)| (*held, std::cmp::Reverse(*of)))?;
    let ((held, of), saying) = best;
    (held > 0 && held * 3 >= of).then_some(saying.as_str())
}

fn of_age(document: &Document, asked: &Question) -> Option<String> {
    let ages = document.ages?;
    match asked.query.age.or(asked.query.leanings.age)? {
        AgeAsked::Pregnant => ages.pregnancy.then(|| "for pregnancy".to_owned()),
        AgeAsked::Months(months) => {
            let fits = months >= ages.from_months && ages.until_months.is_none_or(|until| months < until);
            let words = if months < 24 {
                format!("{} old", say::count(usize::from(months), "month", "months"))
            } else {
                format!("age {}", months / 12)
            };
            fits.then(|| format!("for {words}"))
        }
        AgeAsked::Band { from_months, until_months } => {
            let fits = from_months < ages.until_months.unwrap_or(u16::MAX) && until_months > ages.from_months;
            fits.then(|| "for that age".to_owned())
        }
    }
}
