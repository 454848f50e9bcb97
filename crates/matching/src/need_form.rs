//! The form of a need as it was typed, put back as it was, and what is made of it. It is sent with the page and not in an
//! address, so that no history and no log of a server on the way holds it. Of an address only its postcode is put back.

use crate::{
    heard::Heard,
    languages,
    model::{Age, Need, Route, SendAsked, Topic},
};
use directory::{Audience, Directory, MatchNeed, RankedWords, SendNeed, Severity, Thrive};
use kernel::{Fault, Postcode, Refusal};
use safety::Verdict;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use web::{Form, fields::Errors};

/// The most letters of the words.
const WORDS_MAX: usize = 300;
/// The oldest whom a family hub is for, in years: young people with special needs.
const YEARS_MAX: u16 = 25;

/// Units of an age: value and words.
pub(crate) const AGE_UNITS: [(&str, &str); 4] = [
    ("years", "years old"),
    ("months", "months old"),
    ("weeks", "weeks old"),
    ("pregnant", "weeks pregnant"),
];

/// Value and words of how they would get in.
pub(crate) const ROUTES: [(&str, &str); 3] =
    [("any", "Either"), ("family", "The family asks for itself"), ("refer", "I refer them")];

/// Value and words of how long they can wait; the value is in weeks.
pub(crate) const WAITS: [(&str, &str); 4] =
    [("", "Any wait"), ("2", "2 weeks at most"), ("6", "6 weeks at most"), ("18", "18 weeks at most")];

/// Value and words of whom it is for in particular.
pub(crate) const WHOM: [(Audience, &str); 3] = [
    (Audience::Dads, "A dad or partner"),
    (Audience::YoungParents, "A young parent"),
    (Audience::Kinship, "A kinship carer or grandparent"),
];

/// What a practitioner typed.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Typed {
    pub topics: Vec<String>,
    pub words: String,
    pub age: String,
    pub age_unit: String,
    pub place: String,
    pub language: String,
    pub route: String,
    pub wait: String,
    pub whom: Vec<String>,
    pub send: String,
    pub thrive: String,
    pub severity: String,
}

impl Typed {
    /// An empty form.
    pub fn new() -> Typed {
        Typed { age_unit: "years".to_owned(), route: "any".to_owned(), ..Typed::default() }
    }

    pub fn of(form: &Form) -> Typed {
        let one = |name: &str| form.get(name).to_owned();
        Typed {
            topics: form.all("topic").map(str::to_owned).collect(),
            words: one("words"),
            age: one("age"),
            age_unit: one("age_unit"),
            place: without_street(form.get("place")),
            language: one("language"),
            route: one("route"),
            wait: one("wait"),
            whom: form.all("whom").map(str::to_owned).collect(),
            send: one("send"),
            thrive: one("thrive"),
            severity: one("severity"),
        }
    }

    /// All of it that the safety screen reads.
    pub fn heard(&self) -> String {
        [self.words.as_str(), &self.place, &self.age].join("\n")
    }
}

/// Where a family is, without its street.
fn without_street(place: &str) -> String {
    let is_bare = place.parse::<Postcode>().is_ok();
    let postcode = Postcode::find_in(place).filter(|_| !is_bare);
    postcode.map_or_else(|| place.to_owned(), |postcode| postcode.as_str().to_owned())
}

/// Reads the form, with what the safety screen said of it.
pub(crate) async fn parse(
    directory: &Directory,
    typed: &Typed,
    verdict: &Verdict,
) -> Result<Result<Need, Errors>, Fault> {
    let mut errors = Errors::default();
    let topics = topics(directory, typed);
    if topics.is_empty() && typed.words.is_empty() {
        errors.0.push(Refusal::at("topic", "Choose at least one need, or say it in a few words"));
    }
    let letters = typed.words.chars().count();
    if letters > WORDS_MAX {
        errors.0.push(Refusal::at("words", format!("Use {WORDS_MAX} letters or fewer. You have {letters}")));
    }
    let age = errors.take("age", read_age(&typed.age, &typed.age_unit)).flatten();
    let near = directory::find_match_near(directory, &typed.place).await?;
    let near = errors.take("place", near).flatten();
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let loss = verdict.loss || topics.iter().any(|topic| topic.slug == "baby-loss");
    let RankedWords { ranks, not_understood } = directory::rank_words(directory, &typed.words);
    Ok(Ok(Need {
        words: ranks,
        not_understood,
        age_told: age.map(|_| told_age(&typed.age, &typed.age_unit)),
        asks_words: !typed.words.trim().is_empty(),
        topics,
        thrive: chosen::<Thrive>(&typed.thrive),
        severity: chosen::<Severity>(&typed.severity),
        age,
        near,
        language: languages::find(&typed.language),
        audiences: WHOM
            .iter()
            .map(|(audience, _)| *audience)
            .filter(|audience| typed.whom.iter().any(|value| value == audience.as_str()))
            .collect(),
        send: match typed.send.as_str() {
            "" => SendAsked::NotAsked,
            one => chosen::<SendNeed>(one).map_or(SendAsked::Any, SendAsked::One),
        },
        route: match typed.route.as_str() {
            "family" => Route::FamilyAsks,
            "refer" => Route::IRefer,
            _ => Route::Any,
        },
        wait_weeks_max: typed.wait.parse().ok().filter(|_| is_among(&WAITS, &typed.wait)),
        loss,
        heard: Heard::of(&verdict.categories, &typed.words, &directory::list_match_needs(directory)),
    }))
}

fn is_among(answers: &[(&str, &str)], value: &str) -> bool {
    answers.iter().any(|(own, _)| *own == value)
}

fn chosen<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}

fn topics(directory: &Directory, typed: &Typed) -> Vec<Topic> {
    let is_chosen = |slug: &str| typed.topics.iter().any(|value| value == slug);
    let mut topics = Vec::new();
    for MatchNeed { slug, name, narrow } in directory::list_match_needs(directory) {
        for (own, own_name) in narrow.into_iter().filter(|(own, _)| is_chosen(own)) {
            topics.push(Topic { slug: own, name: own_name, wider: Some(slug.clone()) });
        }
        if is_chosen(&slug) {
            topics.push(Topic { slug, name, wider: None });
        }
    }
    topics
}

/// An age as it was typed: a baby of eight weeks is told as one of eight weeks.
fn told_age(number: &str, unit: &str) -> String {
    match (number, unit) {
        ("1", "years") => "1 year old".to_owned(),
        ("1", "months") => "1 month old".to_owned(),
        ("1", "weeks") => "1 week old".to_owned(),
        ("1", "pregnant") => "1 week pregnant".to_owned(),
        _ => {
            let words = AGE_UNITS.iter().find(|(key, _)| *key == unit).map_or("", |(_, words)| *words);
            format!("{number} {words}")
        }
    }
}

/// An age in its unit; none where none was typed.
fn read_age(number: &str, unit: &str) -> Result<Option<Age>, String> {
    if number.is_empty() {
        return Ok(None);
    }
    let wrong = || Err("Type the age as a whole number, such as 6".to_owned());
    let has_a_unit = number.chars().any(char::is_alphabetic) && number.chars().any(|c| c.is_ascii_digit());
    if has_a_unit {
        return Err(
            "Type the number alone, such as 18, and choose weeks, months or years beside it".to_owned()
        );
    }
    let Ok(number) = number.parse::<u16>() else { return wrong() };
    let (most, age) = match unit {
        "pregnant" => (45, Age::Pregnant),
        // A month of 52 weeks in 12: a child of 8 weeks has not lived two months.
        "weeks" => {
            (YEARS_MAX * 52, Age::Months(u16::try_from(u32::from(number) * 12 / 52).unwrap_or(u16::MAX)))
        }
        "months" => (YEARS_MAX * 12, Age::Months(number)),
        "years" => (YEARS_MAX, Age::Months(number.saturating_mul(12))),
        _ => return wrong(),
    };
    if number > most && unit == "pregnant" {
        return Err(format!("Check the weeks: a pregnancy has {most} at most"));
    }
    if number > most {
        return Err(format!("Check the age: family hubs are for families with children up to {YEARS_MAX}"));
    }
    Ok(Some(age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_in_its_unit() {
        for (number, unit, age) in [
            ("", "years", None),
            ("3", "years", Some(Age::Months(36))),
            ("0", "weeks", Some(Age::Months(0))),
            ("8", "weeks", Some(Age::Months(1))),
            ("9", "weeks", Some(Age::Months(2))),
            ("18", "months", Some(Age::Months(18))),
            ("28", "pregnant", Some(Age::Pregnant)),
        ] {
            assert_eq!(read_age(number, unit), Ok(age), "{number} {unit}");
        }
        for (number, unit) in
            [("x", "years"), ("-1", "years"), ("26", "years"), ("60", "pregnant"), ("1", "")]
        {
            assert!(read_age(number, unit).is_err(), "{number} {unit}");
        }
    }
}
