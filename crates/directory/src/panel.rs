//! The panel beside the results: what may be ticked, each with how many it would give. What never changes of it is
//! written once, when it is first shown: it is half of the page.

use crate::{
    query_of::{Address, GROUPS, Heard, MILES, Question, STAGES, TIMES},
    vocabulary::{Access, Audience, Cost, DAYS, Feature, SendNeed, WayIn},
};
use askama::filters::{Html, escape};
use search::{FacetCount, Results};
use std::{fmt::Write, sync::LazyLock};
use web::say;

/// Some choices of one kind.
pub(crate) struct Group<'a> {
    pub legend: &'static str,
    pub name: &'static str,
    pub single: bool,
    pub choices: Vec<Choice<'a>>,
}

impl Group<'_> {
    /// Groups that few people need stay shut until asked for, or until something in them is on.
    pub fn folded(&self) -> bool {
        matches!(self.name, "day" | "time" | "where" | "access" | "send")
    }

    pub fn none_chosen(&self) -> bool {
        self.choices.iter().all(|choice| !choice.on)
    }
}

/// One that may be ticked.
pub(crate) struct Choice<'a> {
    pub what: What<'a>,
    pub count: Option<usize>,
    pub on: bool,
    /// The person's own words chose it.
    pub heard: bool,
}

/// What is ticked.
pub(crate) enum What<'a> {
    /// One of the panel's own.
    Known(&'static Known),
    /// What the person's own words say and no choice of ours does.
    AsSaid(&'a str),
}

/// A choice of ours, with its markup before and after the word 'checked'.
pub(crate) struct Known {
    value: &'static str,
    words: String,
    pub before: String,
    pub after: String,
}

/// The choices of each name.
struct Written {
    tags: [Vec<Known>; GROUPS.len()],
    ages: Vec<Known>,
    days: Vec<Known>,
    times: Vec<Known>,
    miles: Vec<Known>,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let tags = |name: &str| -> Vec<(&'static str, &'static str)> {
        match name {
            "how" => WayIn::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
            "where" => Access::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
            "cost" => Cost::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
            "for" => Audience::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
            "access" => Feature::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
            _ => SendNeed::ALL.iter().map(|one| (one.as_str(), one.words())).collect(),
        }
    };
    let of = |kind: &str, name: &str, all: Vec<(&'static str, String)>| -> Vec<Known> {
        all.into_iter().map(|(value, words)| Known::new(kind, name, value, words)).collect()
    };
    let said = |(value, words): &(&'static str, &'static str)| (*value, (*words).to_owned());
    let stages = STAGES.iter().filter(|(value, _, _)| *value != "parent");
    let miles = |miles: &&'static str| (*miles, say::count(miles.parse().unwrap_or(0), "mile", "miles"));
    Written {
        tags: GROUPS.map(|(name, _, _)| of("checkbox", name, tags(name).iter().map(said).collect())),
        ages: of("radio", "age", stages.map(|(value, words, _)| (*value, (*words).to_owned())).collect()),
        days: of("checkbox", "day", DAYS.iter().map(said).collect()),
        times: of(
            "radio",
            "time",
            TIMES.iter().map(|(value, words, _)| (*value, (*words).to_owned())).collect(),
        ),
        miles: of("radio", "within", MILES.iter().map(miles).collect()),
    }
});

impl Known {
    fn new(kind: &str, name: &str, value: &'static str, words: String) -> Known {
        let before =
            format!("<label class=\"pick\"><input type=\"{kind}\" name=\"{name}\" value=\"{value}\"");
        let mut after = String::from(">");
        let Ok(shown) = escape(&words, Html);
        // Writing into a text cannot fail.
        let _ = write!(after, "{shown}");
        Known { value, words, before, after }
    }
}

/// The words of a value of a group of tags; none for a value that no list knows.
pub(crate) fn words_of(name: &str, value: &str) -> Option<&'static str> {
    let at = GROUPS.iter().position(|(known, _, _)| *known == name)?;
    WRITTEN.tags[at].iter().find(|known| known.value == value).map(|known| known.words.as_str())
}

/// The panel: groups of the index in our order, each value with how many it would give, zero included.
pub(crate) fn groups<'a>(
    address: &Address<'a>,
    asked: &'a Question,
    results: &Results<'a>,
) -> Vec<Group<'a>> {
    let mut groups = Vec::with_capacity(GROUPS.len() + 4);
    // What stands chosen from the words, where the form chose nothing in its stead; and what is so alone.
    let heard_as = |name: &str| {
        let own = asked.heard.iter().find(|heard| heard.name == name);
        own.filter(|_| address.all(name).next().is_none())
    };
    let is_one_of = |heard: &&Heard, value: &str| heard.values.iter().any(|own| own == value);
    let as_said = |name: &str| {
        let own = heard_as(name).filter(|heard| is_one_of(heard, Heard::AS_SAID))?;
        Some(Choice { what: What::AsSaid(own.label.as_str()), count: None, on: true, heard: true })
    };
    for ((name, group, legend), all) in GROUPS.into_iter().zip(&WRITTEN.tags) {
        let counted: Vec<&FacetCount> = results.facets.iter().filter(|count| count.group == group).collect();
        let heard_here = heard_as(name);
        let choice = |known: &'static Known| {
            let count = counted.iter().find(|count| count.value == known.value)?.count;
            let heard = heard_here.filter(|heard| is_one_of(heard, known.value));
            Some(Choice {
                what: What::Known(known),
                on: heard.is_some() || address.has(name, known.value),
                count: Some(count).filter(|_| heard.is_none_or(|heard| !heard.leans)),
                heard: heard.is_some(),
            })
        };
        let choices: Vec<Choice<'a>> = all.iter().filter_map(choice).collect();
        if !choices.is_empty() {
            groups.push(Group { legend, name, single: false, choices });
        }
    }
    // In the order of `choices_to_count`.
    let mut counts = results.what_if.iter().copied();
    let mut counted = |name: &str, all: &'static [Known]| -> Vec<Choice<'a>> {
        let heard_here = heard_as(name);
        let choice = |known: &'static Known| {
            let heard = heard_here.is_some_and(|heard| is_one_of(&heard, known.value));
            Choice {
                what: What::Known(known),
                count: counts.next().filter(|_| !heard),
                on: heard || address.has(name, known.value),
                heard,
            }
        };
        as_said(name).into_iter().chain(all.iter().map(choice)).collect()
    };
    let ages = counted("age", &WRITTEN.ages);
    let days = counted("day", &WRITTEN.days);
    let times = counted("time", &WRITTEN.times);
    let within = if asked.query.near.is_some() { counted("within", &WRITTEN.miles) } else { Vec::new() };
    groups.insert(0, Group { legend: "Age", name: "age", single: true, choices: ages });
    groups.insert(2, Group { legend: "Day", name: "day", single: false, choices: days });
    groups.insert(3, Group { legend: "Time of day", name: "time", single: true, choices: times });
    if !within.is_empty() {
        groups.insert(0, Group { legend: "How far", name: "within", single: true, choices: within });
    }
    groups
}
