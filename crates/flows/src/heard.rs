//! What words tell besides an answer: that somebody has died, that it is urgent, how old a child is. Each is heard before
//! the words are held against the buttons, because 'my baby died' is no answer to 'how old is your child?'.

use crate::{flow::Flow, understand::plain};
use kernel::Date;
use search::{AgeAsked, Context, PartFilter};

/// Whom somebody has lost, as far as the words say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A baby, a pregnancy or a child.
    Child,
    /// A partner, a parent or another grown-up.
    Adult,
    /// 'He died': it may be the child that the guide asks about.
    NotSaid,
}

const DEATH: [&str; 12] = [
    "died",
    "dead",
    "deceased",
    "death",
    "stillborn",
    "stillbirth",
    "miscarried",
    "miscarriage",
    "bereaved",
    "bereavement",
    "funeral",
    "widowed",
];
const CHILD: [&str; 18] = [
    "baby",
    "babies",
    "son",
    "daughter",
    "child",
    "children",
    "kid",
    "kids",
    "boy",
    "girl",
    "twin",
    "twins",
    "newborn",
    "toddler",
    "grandson",
    "granddaughter",
    "grandchild",
    "bairn",
];
const ADULT: [&str; 32] = [
    "husband",
    "wife",
    "partner",
    "boyfriend",
    "girlfriend",
    "fiance",
    "fiancee",
    "hubby",
    "mum",
    "mam",
    "mom",
    "mother",
    "dad",
    "father",
    "nan",
    "nana",
    "gran",
    "grandma",
    "grandad",
    "grandpa",
    "grandmother",
    "grandfather",
    "brother",
    "sister",
    "friend",
    "uncle",
    "aunt",
    "auntie",
    "cousin",
    "parents",
    "stepdad",
    "stepmum",
];
const THEY: [&str; 3] = ["he", "she", "they"];
/// What may stand between a person and 'died'.
const BETWEEN: [&str; 14] = [
    "has",
    "have",
    "had",
    "just",
    "sadly",
    "suddenly",
    "recently",
    "is",
    "was",
    "who",
    "then",
    "finally",
    "unexpectedly",
    "also",
];

/// Whether words tell that somebody has died.
pub(crate) fn loss(text: &str) -> Option<Loss> {
    if search::speaks_of_loss(text) {
        return Some(Loss::Child);
    }
    let typed = plain(text);
    let words: Vec<&str> = typed.split(' ').collect();
    let at = |place: usize| words.get(place).copied().unwrap_or_default();
    for place in 0..words.len() {
        if is_a_death(&words, place)
            && let Some(who) = who_died(&words[..place])
        {
            return Some(who);
        }
        // 'I lost my husband', 'the death of my mum'; 'I lost my mum in town' is another thing.
        let is_lost = at(place) == "lost" && matches!(at(place + 1), "my" | "our" | "her" | "his" | "their");
        let is_death_of =
            matches!(at(place), "death" | "funeral") && at(place + 1) == "of" && at(place + 2) != "a";
        let after = if is_death_of { 3 } else { 2 };
        let goes_on = ["", "to", "last", "this", "when", "at", "and", "he", "she", "recently", "suddenly"];
        if (is_lost || is_death_of)
            && let Some(who) = kin(at(place + after))
            && goes_on.contains(&at(place + after + 1))
        {
            return Some(who);
        }
        if matches!(at(place), "bereaved" | "widowed") {
            return Some(Loss::NotSaid);
        }
    }
    None
}

/// 'died', 'passed away', or a 'dead' that is not 'dead tired'.
fn is_a_death(words: &[&str], place: usize) -> bool {
    let next = words.get(place + 1).copied().unwrap_or_default();
    match words[place] {
        "died" => !matches!(next, "laughing" | "down" | "off"),
        "passed" => matches!(next, "away"),
        "dead" | "deceased" => matches!(next, "" | "and" | "now" | "since" | "so" | "i" | "we" | "but"),
        _ => false,
    }
}

/// The person just before, with nothing between but such as 'has just'.
fn who_died(before: &[&str]) -> Option<Loss> {
    before
        .iter()
        .rev()
        .take(4)
        .find(|word| !BETWEEN.contains(word))
        .and_then(|word| kin(word).or_else(|| THEY.contains(word).then_some(Loss::NotSaid)))
}

fn kin(word: &str) -> Option<Loss> {
    if CHILD.contains(&word) {
        return Some(Loss::Child);
    }
    ADULT.contains(&word).then_some(Loss::Adult)
}

/// Whether there is a word of death at all: then nothing is taken for an answer.
pub(crate) fn names_a_death(typed: &str) -> bool {
    typed.split(' ').any(|word| DEATH.contains(&word)) || typed.contains("passed away")
}

/// Whether words ask for something everyday for a child who is there: 'my son needs a playgroup'. A word of death or of
/// grief makes it something else.
pub(crate) fn needs_for_a_child(text: &str) -> bool {
    const THERE: [&str; 12] = [
        "son",
        "daughter",
        "child",
        "children",
        "kid",
        "kids",
        "boy",
        "girl",
        "toddler",
        "grandson",
        "granddaughter",
        "grandchild",
    ];
    const WANTS: [&str; 9] =
        ["need", "needs", "want", "wants", "looking", "find", "start", "starts", "starting"];
    const EVERYDAY: [&str; 19] = [
        "playgroup",
        "playgroups",
        "nursery",
        "preschool",
        "school",
        "childminder",
        "childcare",
        "club",
        "clubs",
        "class",
        "classes",
        "dentist",
        "doctor",
        "swimming",
        "football",
        "holiday",
        "activities",
        "shoes",
        "uniform",
    ];
    const GRIEF: [&str; 12] = [
        "lost", "loss", "grief", "grieving", "sad", "miss", "misses", "cope", "coping", "goodbye", "born",
        "buried",
    ];
    let typed = plain(text);
    let has = |among: &[&str]| typed.split(' ').any(|word| among.contains(&word));
    has(&THERE) && has(&WANTS) && has(&EVERYDAY) && !has(&GRIEF) && !names_a_death(&typed)
}

const NOT: [&str; 35] = [
    "not", "no", "dont", "doesnt", "isnt", "arent", "never", "without", "cant", "wont", "havent", "hasnt",
    "didnt", "neither", "nor", "nothing", "none", "nobody", "nowhere", "nope", "wasnt", "werent", "hadnt",
    "wouldnt", "couldnt", "shouldnt", "aint", "cannot", "noone", "nt", "dnt", "doesn", "isn", "hardly",
    "barely",
];

/// How many words say 'not'.
pub(crate) fn nots(text: &str) -> usize {
    text.split(' ').filter(|word| is_not(word)).count()
}

pub(crate) fn is_not(word: &str) -> bool {
    NOT.contains(&word)
}

/// How many words may stand between two words of an urgent sign: 'cant even really swallow'.
const GAP: usize = 2;

/// Where the guide leads at once, whatever it asks, when words hold one of its urgent signs. A sign under a 'not' is none.
pub(crate) fn urgent<'a>(flow: &'a Flow, text: &str) -> Option<&'a str> {
    let typed = plain(text);
    let words: Vec<&str> = typed.split(' ').collect();
    let holds = |sign: &String| {
        let sign = plain(sign);
        let sign: Vec<&str> = sign.split(' ').collect();
        (0..words.len()).any(|from| is_sign_at(&words, from, &sign))
    };
    flow.urgent.iter().find(|urgent| urgent.words.iter().any(holds)).map(|urgent| urgent.to.as_str())
}

fn is_sign_at(words: &[&str], from: usize, sign: &[&str]) -> bool {
    if words[from] != sign[0] || words[from.saturating_sub(2)..from].iter().any(|word| is_not(word)) {
        return false;
    }
    let mut place = from;
    for wanted in &sign[1..] {
        let ahead = words.iter().skip(place + 1).take(GAP + 1);
        let Some(steps) = ahead.clone().position(|word| word == wanted) else { return false };
        if ahead.take(steps).any(|word| is_not(word)) {
            return false;
        }
        place += steps + 1;
    }
    true
}

/// How old a child is, in months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// From this many months up to but not including that many.
    Months(u16, u16),
    /// There is an age in it, and it is not certain which: 'under 2', 'two and four'.
    InDoubt,
}

/// The age that words tell, read as the search reads it.
pub(crate) fn age(text: &str, today: Date) -> Option<Age> {
    const DOUBTFUL: [&str; 30] = [
        "under",
        "over",
        "less",
        "more",
        "older",
        "younger",
        "below",
        "above",
        "least",
        "most",
        "will",
        "turns",
        "turn",
        "turning",
        "soon",
        "next",
        "or",
        "to",
        "between",
        "born",
        "until",
        "till",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
    ];
    const NEARLY: [&str; 2] = ["nearly", "almost"];
    const BEFORE: [&str; 24] = [
        "about", "just", "only", "hes", "shes", "theyre", "he", "she", "they", "is", "are", "its", "it",
        "my", "our", "im", "think", "son", "daughter", "child", "baby", "kid", "aged", "age",
    ];
    const COUNTED: [&str; 11] = [
        "kids",
        "children",
        "babies",
        "boys",
        "girls",
        "sons",
        "daughters",
        "twins",
        "toddlers",
        "of",
        "bairns",
    ];
    let typed = plain(text);
    let all: Vec<&str> = typed.split(' ').collect();
    // '3 kids' is how many there are, and not how old.
    if all.windows(2).any(|pair| is_number(pair[0]) && COUNTED.contains(&pair[1])) {
        return Some(Age::InDoubt);
    }
    let is_nearly = all.iter().any(|word| NEARLY.contains(word));
    let words: Vec<&str> = all.iter().copied().filter(|word| !NEARLY.contains(word)).collect();
    let said = words.join(" ");
    // 'nearly 3' and 'he is 3' both: a bare number is an age where ages are asked for.
    let bare: Vec<&str> = words.iter().copied().skip_while(|word| BEFORE.contains(word)).collect();
    let found = read_age(&said, today).or_else(|| {
        let is_number = bare.first().is_some_and(|word| is_number(word));
        let (age, taken) =
            is_number.then(|| read_age(&format!("aged {}", bare.join(" ")), today)).flatten()?;
        Some((age, taken.trim_start_matches("aged ").to_owned()))
    });
    let Some((read, taken)) = found else {
        // 'one is 2 and the other is 4' has no age for certain, and its 'one' is none.
        let has_number = words.iter().any(|word| *word == "one" || is_number(word));
        return has_number.then_some(Age::InDoubt);
    };
    let left = said.replacen(&taken, " ", 1);
    let is_doubtful =
        left.split(' ').any(|word| is_number(word) || DOUBTFUL.contains(&word)) || nots(&typed) > 0;
    Some(match read {
        _ if is_doubtful => Age::InDoubt,
        Age::Months(from, _) if is_nearly && from > 0 => Age::Months(from - 1, from),
        read => read,
    })
}

fn is_number(word: &str) -> bool {
    const WORDS: [&str; 12] =
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "half"];
    word.starts_with(|letter: char| letter.is_ascii_digit()) || WORDS.contains(&word)
}

/// The age with the words it was read from.
fn read_age(said: &str, today: Date) -> Option<(Age, String)> {
    let context = Context {
        now_local: today.at(12, 0, 0, 0),
        towns: &[],
        without: &["place", "postcode", "day", "time"],
    };
    let understood = search::understand(said, &context);
    let part = understood.parts.into_iter().find(|part| part.key == "age")?;
    let PartFilter::Age(age) = part.filter else { return None };
    let is_years = !["month", "week", "day"].iter().any(|unit| part.label.contains(unit));
    let age = match age {
        AgeAsked::Pregnant => return None,
        // Who says '2' means any day of that year.
        AgeAsked::Months(from) if from > 0 && from % 12 == 0 && is_years => Age::Months(from, from + 12),
        AgeAsked::Months(from) => Age::Months(from, from + 1),
        AgeAsked::Band { from_months, until_months } => Age::Months(from_months, until_months),
    };
    Some((age, part.typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_is_heard_and_a_figure_of_speech_is_not() {
        for (text, who) in [
            ("my baby died", Some(Loss::Child)),
            ("our son has just passed away", Some(Loss::Child)),
            ("he died", Some(Loss::NotSaid)),
            ("my husband died last week", Some(Loss::Adult)),
            ("i lost my mum", Some(Loss::Adult)),
            ("she is dead", Some(Loss::NotSaid)),
            ("my phone died", None),
            ("he is dead good at football", None),
            ("the swelling died down", None),
            ("i lost my mums number", None),
            ("we lost the form", None),
            ("he nearly died laughing", None),
        ] {
            assert_eq!(loss(text), who, "{text}");
        }
    }

    #[test]
    fn an_age_is_read_as_it_is_told_and_not_where_it_is_in_doubt() {
        let today: Date = "2026-11-23".parse().unwrap();
        for (text, wanted) in [
            ("she is 11 months", Some(Age::Months(11, 12))),
            ("my baby is 11 months", Some(Age::Months(11, 12))),
            ("he is 2", Some(Age::Months(24, 36))),
            ("he's 2", Some(Age::Months(24, 36))),
            ("2", Some(Age::Months(24, 36))),
            ("nearly 3", Some(Age::Months(35, 36))),
            ("she is nearly 3", Some(Age::Months(35, 36))),
            ("3 years old", Some(Age::Months(36, 48))),
            ("2 and a half", Some(Age::Months(30, 31))),
            ("six weeks old", Some(Age::Months(1, 2))),
            ("under 2 years", Some(Age::InDoubt)),
            ("not 2 years old", Some(Age::InDoubt)),
            ("he is 2 and his sister is 4", Some(Age::InDoubt)),
            ("one is 2 and the other is 4", Some(Age::InDoubt)),
            ("3 kids", Some(Age::InDoubt)),
            ("i have two boys", Some(Age::InDoubt)),
            ("all of them", None),
            ("", None),
        ] {
            assert_eq!(age(text, today), wanted, "{text}");
        }
    }
}
