use crate::query::Near;
use crate::understand::{Context, Part, PartFilter, Sentence, Town, TownKind, add};

/// Reads a postcode, an outward code, a town or hub, or 'near me'. The first of a kind counts.
pub(crate) fn read(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    postcode(sentence, context, parts);
    if parts.is_empty() {
        town(sentence, context, parts);
    }
    if parts.is_empty() {
        near_me(sentence, context, parts);
    }
}

fn postcode(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    for at in 0..sentence.len() {
        let Some((code, until)) = full_postcode(sentence, at).or_else(|| outward_code(sentence, at, context))
        else {
            continue;
        };
        // The sector stands for thousands of homes: nobody reading over a shoulder learns the address.
        let shown = code.strip_suffix(|c: char| c.is_ascii_alphabetic() && code.contains(' '));
        let shown =
            shown.and_then(|code| code.strip_suffix(|c: char| c.is_ascii_alphabetic())).unwrap_or(&code);
        let label = format!("Near {shown}");
        let from = with_lead(sentence, at);
        let typed = sentence.typed(at, until);
        if add(
            parts,
            context.without,
            Part { key: "postcode", label, typed, filter: PartFilter::Postcode(code) },
        ) {
            sentence.take(from, until);
            return;
        }
    }
}

/// A whole postcode in one word or two ('wa8 7qf', 'wa87qf', 'wa 8 7qf').
fn full_postcode(sentence: &Sentence, at: usize) -> Option<(String, usize)> {
    let mut joined = String::new();
    for on in 0..3 {
        let word = sentence.at(at + on);
        if word.is_empty() || word.len() > 7 || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        joined.push_str(word);
        if joined.len() > 7 {
            return None;
        }
        // 'at 10am' and 'is 2 old' would be places if the first word were any two letters.
        let start = sentence.at(at);
        let starts_well =
            on == 0 || start.bytes().any(|b| b.is_ascii_digit()) || (on == 2 && !SMALL.contains(&start));
        if let Ok(postcode) = joined.parse::<kernel::Postcode>()
            && starts_well
            && looks_typed(&joined)
        {
            return Some((postcode.as_str().to_owned(), at + on + 1));
        }
    }
    None
}

const SMALL: &[&str] =
    &["at", "in", "on", "is", "by", "to", "am", "my", "no", "or", "we", "he", "me", "so", "of", "a", "i"];

/// Words are not postcodes with slips put right: both digits must have been typed as digits, or as O and I in their
/// place.
fn looks_typed(joined: &str) -> bool {
    let inward = &joined[joined.len() - 3..];
    let outward = &joined[..joined.len() - 3];
    let digit = |b: u8| b.is_ascii_digit() || matches!(b, b'o');
    outward.bytes().any(|b| b.is_ascii_digit())
        && digit(inward.as_bytes()[0])
        && inward.bytes().skip(1).all(|b| b.is_ascii_alphabetic())
        && outward.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// 'WA8': only codes of the area, or any that follow 'near' and 'in': 'b12' is a vitamin too.
fn outward_code(sentence: &Sentence, at: usize, context: &Context) -> Option<(String, usize)> {
    let has_digit = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    if !has_digit(sentence.at(at)) && !has_digit(sentence.at(at + 1)) {
        return None;
    }
    let spaced = format!("{}{}", sentence.at(at), sentence.at(at + 1));
    let is_pair = sentence.at(at) == "wa" || (sentence.at(at).len() == 2 && sentence.at(at + 1).len() <= 2);
    let tries = [(sentence.at(at).to_owned(), at + 1), (spaced, if is_pair { at + 2 } else { 0 })];
    for (word, until) in tries {
        let Some(digit) = word.find(|c: char| c.is_ascii_digit()) else { continue };
        let (letters, digits) = word.split_at(digit);
        let shape = (1..=2).contains(&letters.len())
            && (1..=2).contains(&digits.len())
            && letters.bytes().all(|b| b.is_ascii_alphabetic())
            && digits.bytes().all(|b| b.is_ascii_digit());
        if until == 0 || !shape {
            continue;
        }
        let code = word.to_uppercase();
        let ours =
            context.towns.iter().flat_map(|town| &town.areas).any(|area| area.eq_ignore_ascii_case(&code));
        let led = until == at + 1
            && LEADS.contains(&sentence.before(at, 1))
            && letters.len() == 2
            && letters != "yr";
        if ours || led {
            return Some((code, until));
        }
    }
    None
}

const LEADS: &[&str] = &["in", "near", "around", "at", "from", "by", "round", "nr"];

/// Takes 'near', 'in' and the like along with the place that follows.
fn with_lead(sentence: &Sentence, at: usize) -> usize {
    let lead = |at: usize| at > 0 && LEADS.contains(&sentence.at(at - 1));
    let Some(before) = at.checked_sub(1).filter(|_| lead(at)) else { return at };
    let live = before > 0 && matches!(sentence.at(before - 1), "live" | "living" | "based");
    if live { before - 1 } else { before }
}

fn town(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    // Most names start with a letter that nothing here starts with, and need not be cut into words.
    let may_be_said = |name: &str| match name.chars().next() {
        Some(first) if first.is_ascii_alphanumeric() => sentence.has_start(first.to_ascii_lowercase()),
        _ => true,
    };
    let names: Vec<(&Town, Vec<String>)> = context
        .towns
        .iter()
        .flat_map(|town| std::iter::once(&town.name).chain(&town.also).map(move |name| (town, name)))
        .filter(|(_, name)| may_be_said(name))
        .map(|(town, name)| (town, crate::text::words(name)))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    for at in 0..sentence.len() {
        let matches =
            |words: &[String]| words.iter().enumerate().all(|(on, word)| sentence.at(at + on) == word);
        let found = names.iter().filter(|(_, words)| matches(words)).max_by_key(|(_, words)| words.len());
        let Some((town, words)) = found else { continue };
        let from = with_lead(sentence, at);
        if town.kind == TownKind::Hub && from == at {
            continue;
        }
        let near = Near {
            lat: town.lat,
            lon: town.lon,
            within_metres: None,
            areas: town.areas.clone(),
            label: town.name.clone(),
        };
        let until = at + words.len();
        let part = Part {
            key: "place",
            label: format!("Near {}", town.name),
            typed: sentence.typed(at, until),
            filter: PartFilter::Near(near),
        };
        if add(parts, context.without, part) && town.kind == TownKind::Town {
            sentence.take(from, until);
        }
        return;
    }
}

fn near_me(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    const SAYINGS: &[&[&str]] = &[
        &["near", "me"],
        &["near", "by"],
        &["nearby"],
        &["close", "to", "me"],
        &["close", "by"],
        &["near", "us"],
        &["near", "my", "house"],
        &["round", "here"],
        &["around", "here"],
        &["around", "me"],
        &["local", "to", "me"],
        &["in", "my", "area"],
        &["near", "where", "i", "live"],
        &["round", "our", "way"],
        &["nearest", "to", "me"],
    ];
    for at in 0..sentence.len() {
        let Some(saying) = SAYINGS.iter().find(|saying| sentence.has_phrase(at, saying)) else { continue };
        let until = at + saying.len();
        let typed = sentence.typed(at, until);
        let part = Part { key: "place", label: "Near you".to_owned(), typed, filter: PartFilter::AskPlace };
        if add(parts, context.without, part) {
            sentence.take(at, until);
        }
        return;
    }
}
