//! What typed words mean at a step. Careful rather than clever: a wrong guess leads a family down the wrong path, and
//! asking once more costs a moment.

use crate::{
    flow::{Choice, Flow, Node, NodeKind},
    heard::{Age, age, is_not, names_a_death, nots},
};
use kernel::Date;

/// What somebody may say at any step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Back,
    Restart,
    Explain,
    Person,
    GoOn,
    Stop,
    /// What comes now: asked by somebody who has lost the thread, and that may be after a card that was hard to read.
    Next,
}

const COMMANDS: [(Command, &[&str]); 7] = [
    (Command::Back, &["back", "go back", "previous", "last question", "undo"]),
    (Command::Restart, &["start again", "restart", "start over", "begin again", "start from the beginning"]),
    (
        Command::Explain,
        &["explain", "explain that", "what does that mean", "what do you mean", "i dont understand"],
    ),
    (
        Command::Person,
        &[
            "talk to a person",
            "talk to someone",
            "talk to somebody",
            "speak to a person",
            "speak to someone",
            "speak to somebody",
            "human",
            "a human",
            "real person",
            "a person",
            "a real person",
            "ring someone",
            "call me",
            "ring me",
            "help",
            "help me",
            "i need help",
        ],
    ),
    (Command::GoOn, &["carry on", "go on", "continue", "where was i"]),
    (
        Command::Next,
        &[
            "whats next",
            "what next",
            "what is next",
            "what happens next",
            "what now",
            "now what",
            "what do i do now",
            "what should i do now",
            "what do we do now",
            "what happens now",
        ],
    ),
    (
        Command::Stop,
        &[
            "stop",
            "stop it",
            "stop this",
            "please stop",
            "stop please",
            "i want to stop",
            "quit",
            "exit",
            "cancel",
            "enough",
            "thats enough",
            "later",
            "maybe later",
            "come back later",
            "another time",
            "save",
            "no thanks",
            "no thank you",
            "no thankyou",
            "not now",
            "not right now",
            "not today",
            "never mind",
            "nevermind",
            "forget it",
            "leave it",
            "leave me",
            "leave me alone",
            "leave us alone",
            "go away",
        ],
    ),
];

/// What is said at any step, when it is the whole of what was typed.
pub(crate) fn command(text: &str) -> Option<Command> {
    let typed = plain(text);
    COMMANDS.iter().find(|(_, ways)| ways.contains(&typed.as_str())).map(|(command, _)| *command)
}

/// Whether it says that the answer is not known.
pub(crate) fn is_unknown(text: &str) -> bool {
    const WAYS: [&str; 16] = [
        "i do not know",
        "i dont know",
        "dont know",
        "do not know",
        "idk",
        "dunno",
        "not sure",
        "im not sure",
        "i am not sure",
        "unsure",
        "no idea",
        "i have no idea",
        "cant remember",
        "i cant remember",
        "i dont remember",
        "skip",
    ];
    WAYS.contains(&plain(text).as_str())
}

/// Whether it sounds like a question of its own.
pub(crate) fn is_question(text: &str) -> bool {
    const FIRST: [&str; 22] = [
        "what", "whats", "how", "when", "where", "why", "who", "which", "can", "could", "do", "does", "did",
        "is", "are", "am", "will", "would", "should", "may", "must", "have",
    ];
    let typed = plain(text);
    let words = typed.split(' ').filter(|word| !word.is_empty()).count();
    let first = typed.split(' ').next().unwrap_or_default();
    words >= 2 && text.trim_end().ends_with('?') || words >= 3 && FIRST.contains(&first)
}

/// The one answer that words mean, or nothing when it is not certain.
pub(crate) fn choice<'a>(
    flow: &Flow,
    node: &'a Node,
    language: &str,
    text: &str,
    today: Date,
) -> Option<&'a Choice> {
    let NodeKind::Choice { choices, .. } = &node.kind else { return None };
    let typed = plain(text);
    if typed.is_empty() {
        return None;
    }
    let asks_for_ages = choices.iter().any(|choice| choice.ages.is_some());
    if let Some(number) = typed.parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
        // A number that is itself an answer, such as an age, goes before the number of a button.
        let named = choices.iter().find(|choice| ways(flow, node, choice, language).contains(&typed));
        let placed = choices.get(number).filter(|_| !asks_for_ages);
        return named.or(placed).or_else(|| of_age(choices, age(text, today)?));
    }
    let mut all: Vec<(&Choice, Vec<String>)> =
        choices.iter().map(|choice| (choice, ways(flow, node, choice, language))).collect();
    // Only an answer that takes itself back in the same way is meant by 'yes, but ...'.
    if let Some(hedge) = hedge(&typed) {
        for (_, ways) in &mut all {
            ways.retain(|way| way.split(' ').any(|word| word == hedge));
        }
    }
    let exact =
        |fits: &dyn Fn(&str) -> bool| only(all.iter().filter(|(_, ways)| ways.iter().any(|way| fits(way))));
    let outright = exact(&|way| way == typed)
        .or_else(|| is_unknown(text).then(|| exact(&is_unknown)).flatten())
        .or_else(|| yes_or_no(&typed, choices));
    // 'my baby died' holds 'baby', and is no answer. 'Later' is none either, where a button only has that word in it.
    let is_no_answer = names_a_death(&typed) && !flow.loss || command(text) == Some(Command::Stop);
    if outright.is_some() || is_no_answer {
        return outright;
    }
    if asks_for_ages && let Some(year) = school_year(&typed) {
        return exact(&|way| way == year);
    }
    if asks_for_ages && let Some(age) = age(text, today) {
        let found = of_age(choices, age)?;
        let is_ruled_out = all
            .iter()
            .any(|(choice, ways)| choice.key == found.key && ways.iter().any(|way| rules_out(way, &typed)));
        return (!is_ruled_out).then_some(found);
    }
    exact(&|way| {
        is_near(way, &typed)
            && way.split(' ').filter(|word| is_not(word)).eq(typed.split(' ').filter(|word| is_not(word)))
    })
    .or_else(|| said_within(&all, &typed))
    .or_else(|| part_of_one(&all, &typed))
}

/// The word that takes a 'yes' or a 'no' back in part: 'yes, but the school is wrong' is no plain yes.
fn hedge(typed: &str) -> Option<&str> {
    const FIRST: [&str; 11] = ["yes", "yeah", "yep", "yea", "ye", "y", "no", "nope", "nah", "n", "ok"];
    const HEDGES: [&str; 10] = [
        "but",
        "except",
        "mostly",
        "apart",
        "although",
        "though",
        "partly",
        "however",
        "unless",
        "excluding",
    ];
    let (_, rest) = typed.split_once(' ').filter(|(first, _)| FIRST.contains(first))?;
    if rest.split(' ').next() == Some("not") {
        return Some("not");
    }
    rest.split(' ').find(|word| HEDGES.contains(word))
}

/// The one school year that words name, such as 'year 11', where ages are asked for; nothing where there is another number
/// or it is not so now. The 2 of '1 year 2 months' is none.
fn school_year(typed: &str) -> Option<String> {
    const NOT_NOW: [&str; 8] = ["left", "finished", "after", "past", "done", "was", "starts", "starting"];
    let words: Vec<&str> = typed.split(' ').collect();
    let place = words.iter().position(|word| ["year", "yr"].contains(word))?;
    let number =
        words.get(place + 1).filter(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let is_only = words.iter().filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).count() == 1;
    let is_now = !words.iter().any(|word| NOT_NOW.contains(word) || is_not(word));
    (is_only && is_now).then(|| format!("year {number}"))
}

/// Whether words say what an answer rules out: '4 and at school' is not '3 or 4 years, not at school'.
fn rules_out(way: &str, typed: &str) -> bool {
    let ruled_out = way.split_once(" not ").map(|(_, without)| format!(" {without} "));
    ruled_out.is_some_and(|without| format!(" {typed} ").contains(&without))
}

/// The one answer that stands for an age, or nothing where none is certain: it is asked again, with the buttons.
fn of_age(choices: &[Choice], age: Age) -> Option<&Choice> {
    let Age::Months(from, until) = age else { return None };
    let fits = |choice: &&Choice| choice.ages.is_some_and(|(first, end)| first <= from && until <= end);
    choices.iter().find(fits)
}

fn only<'a, 'b: 'a>(mut found: impl Iterator<Item = &'a (&'b Choice, Vec<String>)>) -> Option<&'b Choice> {
    let first = found.next()?;
    found.next().is_none().then_some(first.0)
}

/// Everything that stands for an answer: its key, its words in every language, what people also type.
fn ways(flow: &Flow, node: &Node, choice: &Choice, language: &str) -> Vec<String> {
    let words = [
        choice.key.replace('-', " "),
        choice.words.clone(),
        flow.choice_in(node, choice, language).to_owned(),
    ];
    let mut ways: Vec<String> = words.iter().chain(&choice.also).map(|way| plain(way)).collect();
    ways.retain(|way| !way.is_empty());
    ways.dedup();
    ways
}

fn yes_or_no<'a>(typed: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
    const YES: [&str; 7] = ["yeah", "yep", "yea", "ye", "y", "yes please", "i do"];
    const NO: [&str; 6] = ["nope", "nah", "n", "no thanks", "no thank you", "i dont"];
    let key = if YES.contains(&typed) {
        "yes"
    } else if NO.contains(&typed) {
        "no"
    } else {
        return None;
    };
    choices.iter().find(|choice| choice.key == key)
}

/// One letter wrong, missing, added or swapped in something of five letters or more.
fn is_near(way: &str, typed: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (way.chars().collect(), typed.chars().collect());
    if a.len().min(b.len()) < 5 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.min(a.len().min(b.len()) - start);
    let (left, right) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    match (left.len(), right.len()) {
        (0, 1) | (1, 0) | (1, 1) => true,
        (2, 2) => left[0] == right[1] && left[1] == right[0],
        _ => false,
    }
}

/// The one answer whose words stand within what was typed: 'its for my son' for 'son'. Where there is a 'not' that the
/// answer itself does not have, nothing is taken from it: nobody knows how far it reaches.
fn said_within<'b>(all: &[(&'b Choice, Vec<String>)], typed: &str) -> Option<&'b Choice> {
    let padded = format!(" {typed} ");
    let longest = |ways: &[String]| {
        let within = ways.iter().filter(|way| way.len() >= 3 && padded.contains(&format!(" {way} ")));
        within.filter(|way| nots(typed) == nots(way)).map(String::len).max()
    };
    let mut found: Vec<(usize, &Choice)> =
        all.iter().filter_map(|(choice, ways)| longest(ways).map(|length| (length, *choice))).collect();
    found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    match found.as_slice() {
        [(_, one)] => Some(one),
        // 'my child and me' means two things; 'my step son' is more than 'son' only when one answer holds the other.
        [(first, one), (second, other), ..] if first > second => {
            let of =
                |choice: &Choice| all.iter().find(|(c, _)| c.key == choice.key).map(|(_, ways)| ways.clone());
            let (long, short) = (of(one)?, of(other)?);
            let long =
                long.into_iter().find(|way| way.len() == *first && padded.contains(&format!(" {way} ")))?;
            let covered = short
                .iter()
                .filter(|way| padded.contains(&format!(" {way} ")))
                .all(|way| long.contains(way.as_str()));
            (covered && found.len() == 2).then_some(one)
        }
        _ => None,
    }
}

/// The one answer that has every word that was typed, words that carry nothing aside.
fn part_of_one<'b>(all: &[(&'b Choice, Vec<String>)], typed: &str) -> Option<&'b Choice> {
    const EMPTY: [&str; 20] = [
        "a", "an", "the", "my", "me", "i", "im", "its", "it", "is", "for", "of", "to", "please", "and", "in",
        "on", "we", "our", "have",
    ];
    let carries = |word: &&str| !EMPTY.contains(word) && !word.is_empty();
    let words: Vec<&str> = typed.split(' ').filter(carries).collect();
    if words.is_empty() || words.len() > 6 {
        return None;
    }
    // 'no swelling' stands in 'pain, but no swelling', and is not what it says. Only 'no, that is' of 'no, that is all'
    // is a part that says the same.
    let has_its_not = |way: &str| match nots(typed) {
        0 => nots(way) == 0,
        1 => {
            way.starts_with(&format!("{typed} "))
                && typed.split(' ').next().is_some_and(is_not)
                && words.len() >= 3
        }
        _ => false,
    };
    let holds = |way: &String| {
        let of: Vec<&str> = way.split(' ').collect();
        words.iter().all(|word| of.contains(word)) && has_its_not(way)
    };
    only(all.iter().filter(|(_, ways)| ways.iter().any(holds)))
}

/// Small letters and digits of any script with single spaces; apostrophes go without leaving one.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Nobody's answer to a question with buttons is longer than this.
    for letter in text.chars().take(1_000) {
        match letter {
            '\'' | '\u{2019}' | '\u{2018}' => {}
            letter if letter.is_alphanumeric() => out.extend(letter.to_lowercase()),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_to_be_left_alone_is_heard() {
        for typed in
            ["Stop!", "No thanks", "not now", "later", "Never mind", "go away", "leave me alone", "exit"]
        {
            assert_eq!(command(typed), Some(Command::Stop), "{typed}");
        }
        for typed in
            ["no", "stop messages", "leave", "not yet", "the school wont leave me alone", "no thanks to them"]
        {
            assert_eq!(command(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_yes_or_a_no_that_is_taken_back_is_told_from_a_plain_one() {
        for (typed, word) in [
            ("yes but the school is wrong", Some("but")),
            ("yes but", Some("but")),
            ("yes mostly", Some("mostly")),
            ("yeah its fine except the school", Some("except")),
            ("no not really", Some("not")),
            ("yes", None),
            ("no thank you", None),
            ("its fine but late", None),
        ] {
            assert_eq!(hedge(typed), word, "{typed}");
        }
    }

    #[test]
    fn a_school_year_is_told_from_an_age() {
        for (typed, year) in [
            ("year 11", Some("year 11")),
            ("he is in yr 11", Some("year 11")),
            ("1 year 2 months", None),
            ("he has left year 11", None),
            ("not in year 11", None),
            ("year 2 and year 6", None),
            ("2 years", None),
        ] {
            assert_eq!(school_year(typed).as_deref(), year, "{typed}");
        }
    }

    #[test]
    fn one_letter_may_be_wrong_in_a_long_word_and_none_in_a_short_one() {
        assert!(
            is_near("refused", "refusd")
                && is_near("refused", "refuesd")
                && is_near("draft plan", "draft plam")
        );
        assert!(!is_near("son", "sun") && !is_near("refused", "refunded") && !is_near("waiting", "wading"));
    }
}
