//! Which kinds of service families are expected to find, and which of them have no entry. The kinds stand in
//! `data/coverage.toml`, each with the programme that expects it.

use directory::{Comparable, Freshness, Pregnancy};
use kernel::{Date, Fault};
use serde::Deserialize;

/// A kind of service that is expected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub key: String,
    pub name: String,
    pub from: String,
    needs: Vec<String>,
    words: Vec<String>,
    ages: Option<(i64, i64)>,
    audience: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    kind: Vec<Kind>,
}

/// The list that comes with the house.
pub(crate) fn kinds() -> Result<Vec<Kind>, Fault> {
    let list: List = toml::from_str(include_str!("../data/coverage.toml"))?;
    Ok(list.kind)
}

/// How well a kind is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Covered {
    /// No entry at all.
    Not,
    /// Only entries that are hidden or closed.
    OutOfSight,
    /// Families find entries, and nobody has checked any of them within six months.
    Stale,
    /// Families find at least one that was checked.
    Well,
}

impl Covered {
    pub const ALL: [Covered; 4] = [Covered::Not, Covered::OutOfSight, Covered::Stale, Covered::Well];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Covered::Not => "none",
            Covered::OutOfSight => "hidden",
            Covered::Stale => "stale",
            Covered::Well => "fresh",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Covered::Not => "No entry",
            Covered::OutOfSight => "Only hidden or closed ones",
            Covered::Stale => "None checked in the last 6 months",
            Covered::Well => "Covered",
        }
    }
}

/// A kind with the entries that count for it.
#[derive(Clone, Debug)]
pub(crate) struct Coverage<'a> {
    pub kind: Kind,
    pub covered: Covered,
    /// Those that families find and somebody checked, those that families find, those they do not find.
    pub entries: Vec<(&'a Comparable, Covered)>,
}

/// Every kind with its entries, what is missing first.
pub(crate) fn coverage<'a>(kinds: Vec<Kind>, entries: &'a [Comparable], today: Date) -> Vec<Coverage<'a>> {
    let mut all: Vec<Coverage> = kinds
        .into_iter()
        .map(|kind| {
            let mut counting: Vec<(&Comparable, Covered)> = entries
                .iter()
                // What a neighbour has is not there for this council's families.
                .filter(|entry| !entry.outside && kind.counts(entry))
                .map(|entry| (entry, stands(entry, today)))
                .collect();
            counting.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
            let covered = counting.first().map_or(Covered::Not, |(_, covered)| *covered);
            Coverage { kind, covered, entries: counting }
        })
        .collect();
    all.sort_by_key(|each| each.covered);
    all
}

fn stands(entry: &Comparable, today: Date) -> Covered {
    if entry.hidden || entry.status != "active" {
        Covered::OutOfSight
    } else if Freshness::of(entry.checked_on, today).is_fresh() {
        Covered::Well
    } else {
        Covered::Stale
    }
}

impl Kind {
    fn counts(&self, entry: &Comparable) -> bool {
        let by_need = entry.needs.iter().any(|need| self.needs.contains(need));
        let text = format!(" {} {} ", entry.name, entry.words).to_lowercase().replace('’', "'");
        let by_words = self.words.iter().any(|words| holds(&text, words));
        let ages = match (self.ages, entry.ages) {
            (Some((from, until)), Some((pregnancy, youngest, oldest))) => {
                let begins = if pregnancy == Pregnancy::From { -9 } else { youngest.unwrap_or(0) };
                begins < until && oldest.unwrap_or(i64::MAX).max(begins + 1) > from
            }
            _ => true,
        };
        let welcome = self.audience.as_ref().is_none_or(|audience| entry.audiences.contains(audience));
        // Who is welcome in particular says more than any need does.
        let by_audience = self.audience.is_some() && welcome;
        (by_need || by_words || by_audience) && ages && welcome
    }
}

/// Whether a text holds words as words: 'drugs' is not in 'drugstore'.
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        edge(text[..at].chars().next_back()) && edge(text[at + words.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn entry(name: &str, need: &str, ages: Option<(i64, i64)>) -> Comparable {
        Comparable {
            service: Id::named("t", name),
            slug: name.to_lowercase().replace(' ', "-"),
            name: name.to_owned(),
            organization: Id::named("t", "o"),
            organization_name: "Example".to_owned(),
            email: None,
            website: None,
            phones: Vec::new(),
            places: Vec::new(),
            ages: ages.map(|(from, until)| (Pregnancy::Not, Some(from), Some(until))),
            times: Vec::new(),
            status: "active".to_owned(),
            sensitive: false,
            checked_on: None,
            hidden: false,
            outside: false,
            needs: vec![need.to_owned()],
            audiences: Vec::new(),
            words: String::new(),
        }
    }

    fn of(entries: &[Comparable], key: &str) -> Covered {
        let all = coverage(kinds().unwrap(), entries, "2026-11-22".parse().unwrap());
        all.iter().find(|each| each.kind.key == key).unwrap().covered
    }

    #[test]
    fn an_entry_counts_by_its_need_or_its_words_and_not_for_quite_other_ages() {
        assert_eq!(of(&[], "infant-feeding"), Covered::Not);
        let feeding = entry("Feeding team", "breastfeeding", Some((0, 24)));
        assert_eq!(of(std::slice::from_ref(&feeding), "infant-feeding"), Covered::Stale);
        let checked = Comparable { checked_on: Some("2026-11-01".parse().unwrap()), ..feeding.clone() };
        assert_eq!(of(&[feeding.clone(), checked.clone()], "infant-feeding"), Covered::Well);
        assert_eq!(of(&[Comparable { outside: true, ..checked.clone() }], "infant-feeding"), Covered::Not);
        assert_eq!(of(&[Comparable { hidden: true, ..checked }], "infant-feeding"), Covered::OutOfSight);
        let teens = entry("Stay and play for teens", "youth-support", Some((144, 216)));
        assert_eq!(of(&[teens], "activities-0-5"), Covered::Not);
        assert_eq!(of(&[entry("School nurse", "illness", None)], "public-health-0-19"), Covered::Stale);
    }

    #[test]
    fn words_are_found_as_words() {
        assert!(holds(" help with drugs, and more ", "drugs") && !holds(" a drugstore ", "drugs"));
    }

    #[test]
    fn each_kind_is_named_once_and_says_who_expects_it() {
        let kinds = kinds().unwrap();
        assert!(kinds.len() >= 24, "{}", kinds.len());
        for (at, kind) in kinds.iter().enumerate() {
            assert!(kinds[..at].iter().all(|other| other.key != kind.key), "{}", kind.key);
            assert!(
                !kind.from.is_empty() && (!kind.needs.is_empty() || !kind.words.is_empty()),
                "{}",
                kind.key
            );
            assert!(kind.words.iter().all(|words| *words == words.to_lowercase()), "{}", kind.key);
        }
    }
}
