//! What a holiday came to, in figures: counted by plain code from rows, the same on both databases.

use crate::model::{ChildId, Funding};
use calendar::Phase;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is counted of a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedChild {
    /// The child, or the one it was found to be the same as.
    pub id: ChildId,
    /// Who pays.
    pub funding: Option<Funding>,
    /// Whether it has special educational needs or a disability.
    pub send: bool,
    /// At the start of the holiday.
    pub phase: Option<Phase>,
}

/// One date that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedDate {
    /// Which.
    pub id: Uuid,
    /// Who held it.
    pub provider: String,
    /// How many places it had.
    pub places: i64,
    /// Whether it is over, and so was held.
    pub is_over: bool,
}

/// Somebody who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Came {
    /// Which date.
    pub date: Uuid,
    /// Who, if it is known: a walk-in may not have been matched yet.
    pub child: Option<ChildId>,
    /// Whether they had a meal.
    pub meal: bool,
}

/// The figures of a holiday, or of one provider in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Figures {
    /// Different children who came.
    pub children: i64,
    /// Of them with benefits-related free school meals.
    pub eligible: i64,
    /// Of them funded for another reason.
    pub discretionary: i64,
    /// Of them with SEND.
    pub send: i64,
    /// Of them in primary school at the start.
    pub primary: i64,
    /// Of them in secondary school.
    pub secondary: i64,
    /// Dates that were held.
    pub sessions_offered: i64,
    /// Places on them.
    pub places_offered: i64,
    /// Times that a child came.
    pub sessions_attended: i64,
    /// Meals.
    pub meals: i64,
    /// Times that somebody came of whom nobody said yet which child it was: in the attendances, not in the children.
    pub unmatched: i64,
}

/// The whole return.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Return {
    /// In all: a child who went to two providers is one.
    pub all: Figures,
    /// By provider.
    pub providers: BTreeMap<String, Figures>,
}

/// Counts. Whoever is marked twice on a date came once.
pub fn count_return(children: &[CountedChild], dates: &[CountedDate], came: &[Came]) -> Return {
    let by_id: BTreeMap<ChildId, &CountedChild> = children.iter().map(|child| (child.id, child)).collect();
    let provider_of: BTreeMap<Uuid, &CountedDate> = dates.iter().map(|date| (date.id, date)).collect();
    let mut once: BTreeMap<(Uuid, ChildId), bool> = BTreeMap::new();
    let mut unmatched = Vec::new();
    for one in came.iter().filter(|one| provider_of.contains_key(&one.date)) {
        match one.child {
            Some(child) => *once.entry((one.date, child)).or_default() |= one.meal,
            None => unmatched.push(*one),
        }
    }
    let known: Vec<Came> =
        once.into_iter().map(|((date, child), meal)| Came { date, child: Some(child), meal }).collect();
    let all: Vec<Came> = known.into_iter().chain(unmatched).collect();
    let of = |dates: &[&CountedDate], came: &[&Came]| figures(&by_id, dates, came);
    let mut providers: BTreeMap<String, (Vec<&CountedDate>, Vec<&Came>)> = BTreeMap::new();
    for date in dates {
        providers.entry(date.provider.clone()).or_default().0.push(date);
    }
    for one in &all {
        if let Some(date) = provider_of.get(&one.date) {
            providers.entry(date.provider.clone()).or_default().1.push(one);
        }
    }
    Return {
        all: of(&dates.iter().collect::<Vec<_>>(), &all.iter().collect::<Vec<_>>()),
        providers: providers.into_iter().map(|(name, (dates, came))| (name, of(&dates, &came))).collect(),
    }
}

fn figures(children: &BTreeMap<ChildId, &CountedChild>, dates: &[&CountedDate], came: &[&Came]) -> Figures {
    let different: BTreeSet<ChildId> = came.iter().filter_map(|one| one.child).collect();
    let count = |is: &dyn Fn(&CountedChild) -> bool| {
        to_i64(different.iter().filter_map(|id| children.get(id)).filter(|child| is(child)).count())
    };
    Figures {
        children: to_i64(different.len()),
        eligible: count(&|child| child.funding == Some(Funding::Targeted)),
        discretionary: count(&|child| child.funding == Some(Funding::Discretionary)),
        send: count(&|child| child.send),
        primary: count(&|child| child.phase == Some(Phase::Primary)),
        secondary: count(&|child| child.phase == Some(Phase::Secondary)),
        sessions_offered: to_i64(dates.iter().filter(|date| date.is_over).count()),
        places_offered: dates.iter().filter(|date| date.is_over).map(|date| date.places).sum(),
        sessions_attended: to_i64(came.len()),
        meals: to_i64(came.iter().filter(|one| one.meal).count()),
        unmatched: to_i64(came.iter().filter(|one| one.child.is_none()).count()),
    }
}

fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A figure as the public may read it: few are not counted out, and the rest is rounded to five, so that nobody is found by
/// taking one figure from another.
pub fn public_words(figure: i64) -> String {
    if figure < 5 { "fewer than 5".to_owned() } else { format!("about {}", (figure + 2) / 5 * 5) }
}

impl Figures {
    /// Each figure with its words, in the order of the return.
    pub fn lines(&self) -> [(&'static str, i64); 11] {
        [
            ("Children who came", self.children),
            ("with free school meals", self.eligible),
            ("funded for another reason", self.discretionary),
            ("with SEND", self.send),
            ("in primary school", self.primary),
            ("in secondary school", self.secondary),
            ("Sessions held", self.sessions_offered),
            ("Places offered", self.places_offered),
            ("Places attended", self.sessions_attended),
            ("Meals", self.meals),
            ("Attendances without a child", self.unmatched),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn few_are_not_counted_out_and_the_rest_is_rounded() {
        assert_eq!([0, 4].map(public_words), ["fewer than 5", "fewer than 5"]);
        assert_eq!(
            [5, 7, 8, 12, 500].map(public_words),
            ["about 5", "about 5", "about 10", "about 10", "about 500"]
        );
    }

    #[test]
    fn a_child_of_two_providers_is_one_and_a_mark_made_twice_is_one() {
        let child = |key: &str| Id::named("t", key);
        let date = |number| Uuid::from_u128(number);
        let children = [CountedChild {
            id: child("a"),
            funding: Some(Funding::Targeted),
            send: true,
            phase: Some(Phase::Primary),
        }];
        let dates = [("one", 1), ("two", 2), ("two", 3)].map(|(provider, number)| CountedDate {
            id: date(number),
            provider: provider.to_owned(),
            places: 10,
            is_over: number < 3,
        });
        let came = [
            (1, Some("a"), false),
            (1, Some("a"), true),
            (2, Some("a"), true),
            (2, None, true),
            (9, Some("a"), true),
        ]
        .map(|(number, who, meal)| Came { date: date(number), child: who.map(child), meal });
        let counted = count_return(&children, &dates, &came);
        assert_eq!(
            counted.all,
            Figures {
                children: 1,
                eligible: 1,
                send: 1,
                primary: 1,
                sessions_offered: 2,
                places_offered: 20,
                sessions_attended: 3,
                meals: 3,
                unmatched: 1,
                ..Figures::default()
            }
        );
        assert_eq!((counted.providers["one"].children, counted.providers["two"].sessions_attended), (1, 2));
    }
}
