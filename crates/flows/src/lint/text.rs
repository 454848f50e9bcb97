//! What can be seen in a text without understanding it: how hard it reads, which numbers it names, where it links, and
//! words that the product never says.

use std::collections::BTreeSet;

/// A link of Markdown.
pub(crate) struct Link<'a> {
    pub(crate) words: &'a str,
    pub(crate) target: &'a str,
}

/// Words that the product never says, each with the reason. Compared as whole words, small letters, plain
/// apostrophes.
const NEVER: [(&str, &str); 19] = [
    ("you are eligible", "Quote the rule, and say who decides."),
    ("youre eligible", "Quote the rule, and say who decides."),
    ("you are not eligible", "Quote the rule, and say who decides."),
    ("you qualify", "Quote the rule, and say who decides."),
    ("you are entitled", "Quote the rule, and say who decides."),
    ("congratulations", "Not everybody has something to be congratulated on."),
    ("congrats", "Not everybody has something to be congratulated on."),
    ("your score", "Nobody is given a score here."),
    ("you scored", "Nobody is given a score here."),
    ("epds", "No questionnaire is put to anybody here."),
    ("edinburgh postnatal", "No questionnaire is put to anybody here."),
    ("you have postnatal depression", "A page makes no diagnosis."),
    ("failed to attend", "Say what happened, and blame nobody."),
    ("hard to reach", "Say what is missing, and blame nobody."),
    ("non compliant", "Say what happened, and blame nobody."),
    ("dont worry", "It is theirs to worry or not. Say what is known."),
    ("at least you", "No loss is weighed against another."),
    ("click here", "Say where the link leads."),
    ("invalid", "Say what to put instead."),
];

/// Units of a dose. A number before one of them is a dose, and doses are said by somebody who knows the child.
const DOSE_UNITS: [&str; 10] =
    ["ml", "mls", "mg", "mcg", "millilitre", "millilitres", "milligram", "milligrams", "oz", "fl"];

/// Units that make a number a fact.
const FIGURE_UNITS: [&str; 12] =
    ["day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "percent", "pence"];

/// The words with the targets of links taken out.
pub(crate) fn without_targets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        out.push_str(before);
        out.push(']');
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

/// The links of a text.
pub(crate) fn links(text: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (target, left) = after.split_once(')').unwrap_or((after, ""));
        let words = before.rsplit('[').next().unwrap_or_default();
        found.push(Link { words, target: target.trim() });
        rest = left;
    }
    found
}

/// The digits of a number, however it is spaced; `+44` becomes the `0` that people dial at home.
pub(crate) fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let foreign = number.trim_start_matches("tel:").trim_start().starts_with('+');
    digits.strip_prefix("44").filter(|_| foreign).map_or(digits.clone(), |rest| format!("0{rest}"))
}

/// The telephone numbers of a text, as digits: what `tel:` links ring, and every run of five digits or more that people
/// read. Money and years are shorter, or have a comma within.
pub fn numbers_in(text: &str) -> BTreeSet<String> {
    let rung = links(text).into_iter().filter_map(|link| link.target.strip_prefix("tel:").map(digits));
    let read = runs_of_digits(&without_targets(text)).into_iter().filter(|run| run.len() >= 5);
    rung.chain(read).collect()
}

/// Digits that stand together, with single spaces between them.
fn runs_of_digits(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    let mut spaces = 0;
    for letter in text.chars().chain(['.']) {
        match letter {
            '0'..='9' => {
                run.push(letter);
                spaces = 0;
            }
            ' ' if !run.is_empty() && spaces == 0 => spaces = 1,
            _ => {
                if !run.is_empty() {
                    runs.push(std::mem::take(&mut run));
                }
                spaces = 0;
            }
        }
    }
    runs
}

/// Every word or number, signs around it taken off.
fn tokens(text: &str) -> Vec<String> {
    let text = without_targets(text);
    let plain = |word: &str| -> String {
        word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let split = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '/' | '–' | '—'));
    split.map(plain).filter(|word| !word.is_empty()).collect()
}

/// How many words people read.
pub(crate) fn count_words(text: &str) -> usize {
    tokens(text).len()
}

/// Whether it holds a figure that somebody must have read somewhere.
pub(crate) fn holds_a_figure(text: &str) -> bool {
    let words = tokens(text);
    let is_number = |word: &String| word.chars().all(|letter| letter.is_ascii_digit());
    let counted =
        words.windows(2).any(|pair| is_number(&pair[0]) && FIGURE_UNITS.contains(&pair[1].as_str()));
    counted || without_targets(text).contains(['£', '%'])
}

/// The words that are never said, as they stand in the text, and why.
pub(crate) fn never_said(text: &str) -> Vec<(String, &'static str)> {
    let words = tokens(text);
    let padded = format!(" {} ", words.join(" "));
    let mut found: Vec<(String, &str)> = NEVER
        .iter()
        .filter(|(never, _)| padded.contains(&format!(" {never} ")))
        .map(|(never, why)| ((*never).to_owned(), *why))
        .collect();
    let dose = "Amounts of milk or medicine are said by somebody who knows the child.";
    for pair in words.windows(2) {
        let is_number = pair[0].chars().all(|letter| letter.is_ascii_digit());
        if is_number && DOSE_UNITS.contains(&pair[1].as_str()) {
            found.push((pair.join(" "), dose));
        }
    }
    for word in &words {
        let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
        if unit.len() < word.len() && DOSE_UNITS.contains(&unit) {
            found.push((word.clone(), dose));
        }
    }
    found
}

/// Whether there is a heading or a tag.
pub(crate) fn has_heading_or_html(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(place, _)| {
        text[place + 1..]
            .starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '/' | '!'))
    });
    tag || text.lines().any(|line| line.trim_start().starts_with('#'))
}

/// The age at which most children read a text that hard: five years more than the grade of Flesch and Kincaid. Lines
/// and points of a list end a sentence; a number counts as a short word.
pub fn reading_age(text: &str) -> f64 {
    let text = without_targets(text);
    let mut sentences = 0.0;
    let mut words = 0.0;
    let mut syllables = 0.0;
    for line in text.lines() {
        for sentence in line.split(['.', '!', '?', ':', ';']) {
            let of: Vec<String> = tokens(sentence);
            if of.iter().any(|word| word.chars().any(char::is_alphabetic)) {
                sentences += 1.0;
                words += usize_as_f64(of.len());
                syllables += usize_as_f64(of.iter().map(|word| syllables_of(word)).sum());
            }
        }
    }
    if words == 0.0 {
        return 0.0;
    }
    0.39 * words / sentences + 11.8 * syllables / words - 15.59 + 5.0
}

/// A text has fewer words than a small number can count.
fn usize_as_f64(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// About how many syllables: groups of vowels, without a silent `e` at the end.
fn syllables_of(word: &str) -> usize {
    if word.chars().all(|letter| letter.is_ascii_digit()) {
        return 1;
    }
    let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut groups = 0;
    let mut before = false;
    for letter in word.chars() {
        let vowel = is_vowel(letter);
        groups += usize::from(vowel && !before);
        before = vowel;
    }
    let silent = word.ends_with('e') && !word.ends_with("le")
        || word.ends_with("es")
            && !["ses", "ces", "ges", "xes", "zes", "hes"].iter().any(|end| word.ends_with(end))
        || word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded");
    groups.saturating_sub(usize::from(silent && groups > 1)).max(1)
}
