use crate::days::days_after;
use crate::exceptions::{Exception, Key};
use crate::rule::Ends;
use crate::series::{Occurrence, Plan, Series};
use crate::terms::When;
use kernel::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What an edit would do to the dates of a series: the preview that is shown before anything is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Dates to which nothing happens.
    pub kept: Vec<Occurrence>,
    /// Dates that come.
    pub added: Vec<Occurrence>,
    /// Dates that go. Who is booked on one must be told; it is never taken away in silence.
    pub gone: Vec<Occurrence>,
    /// Dates that are held at another time, for longer or shorter, elsewhere, or that are cancelled or on again.
    pub moved: Vec<Changed>,
}

/// One date before and after. Where the time of day of the whole series changes, the two have different keys: who
/// keeps bookings by key, writes the new one down as the old one moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// As it was.
    pub was: Occurrence,
    /// As it would be.
    pub now: Occurrence,
}

impl Change {
    /// Whether nothing at all happens.
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty() && self.moved.is_empty()
    }
}

/// Compares the dates of a series before and after an edit, of its rule, its exceptions or the terms, from one day on.
/// Dates are paired by key; what is left is paired by day, where each side has just one on it, so that "an hour later"
/// is one change and not a date gone and a date come. Ask both sides for the same days.
pub fn compare(old: &[Occurrence], new: &[Occurrence], from: Date) -> Change {
    let by_key: BTreeMap<Key, &Occurrence> = new.iter().map(|now| (now.key, now)).collect();
    let known: BTreeMap<Key, &Occurrence> = old.iter().map(|was| (was.key, was)).collect();
    let mut left: BTreeMap<Date, Vec<&Occurrence>> = BTreeMap::new();
    for was in old.iter().filter(|was| !by_key.contains_key(&was.key)) {
        left.entry(was.key.at().date()).or_default().push(was);
    }
    let mut fresh: BTreeMap<Date, Vec<&Occurrence>> = BTreeMap::new();
    for now in new.iter().filter(|now| !known.contains_key(&now.key)) {
        fresh.entry(now.key.at().date()).or_default().push(now);
    }
    let partner = |was: &Occurrence| -> Option<&Occurrence> {
        let day = was.key.at().date();
        match (by_key.get(&was.key), left.get(&day).map(Vec::as_slice), fresh.get(&day).map(Vec::as_slice)) {
            (Some(now), _, _) => Some(now),
            (None, Some([_]), Some([now])) => Some(now),
            _ => None,
        }
    };
    let is_near = |occurrence: &Occurrence| occurrence.starts.date() >= from;
    let mut change = Change::default();
    let mut taken = BTreeSet::new();
    for was in old {
        match partner(was) {
            Some(now) => {
                taken.insert(now.key);
                if !is_near(was) && !is_near(now) {
                    continue;
                }
                if was == now {
                    change.kept.push(now.clone());
                } else {
                    change.moved.push(Changed { was: was.clone(), now: now.clone() });
                }
            }
            None if is_near(was) => change.gone.push(was.clone()),
            None => {}
        }
    }
    change.added = new.iter().filter(|now| !taken.contains(&now.key) && is_near(now)).cloned().collect();
    change
}

/// A series cut in two before a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What comes before the day; none if nothing does.
    pub before: Option<Series>,
    /// What comes on the day and after it; none if nothing does.
    pub after: Option<Series>,
}

impl Series {
    /// Cuts the series before a day, by the days that its dates were first given: for "this date and all that follow".
    /// Together the two halves give the same dates with the same keys as the whole, until one of them is edited.
    pub fn split_at(&self, day: Date) -> Split {
        let plan = self.plan();
        // No series begins later than 2150, and a day typed wrongly is not counted up to.
        let day = day.min(Date::constant(2200, 1, 1));
        let (earlier, later): (Vec<Exception>, Vec<Exception>) =
            plan.exceptions.iter().cloned().partition(|exception| exception.key().at().date() < day);
        let eve = days_after(day, -1);
        let given = u16::try_from(self.rule_dates(plan.start.date(), eve).count()).unwrap_or(u16::MAX);
        let next = self.rule_dates(day, days_after(day, 366 * i64::from(Series::YEARS_MAX))).next();

        let before = if given == 0 {
            extras_alone(plan, earlier)
        } else {
            let ends = |ends| match ends {
                Ends::Never => Ends::On(eve),
                Ends::On(last) => Ends::On(last.min(eve)),
                Ends::After(count) => Ends::After(count.min(given)),
            };
            Some(half(plan, plan.start.date(), ends, earlier))
        };
        let after = match next {
            None => extras_alone(plan, later),
            Some(next) => {
                let ends = |ends| match ends {
                    Ends::After(count) => Ends::After(count.saturating_sub(given)),
                    other => other,
                };
                // Where nothing is cut off, the first date stays as it was written, fitting or not.
                let start = if day <= plan.start.date() { plan.start.date() } else { next };
                Some(half(plan, start, ends, later))
            }
        };
        Split { before, after }
    }
}

/// One half of a series, whose rule goes on in the same step: it begins on a date of the rule.
fn half(plan: &Plan, start: Date, ends: impl Fn(Ends) -> Ends, exceptions: Vec<Exception>) -> Series {
    Series::of_checked(Plan {
        start: start.to_datetime(plan.start.time()),
        repeats: plan.repeats.as_ref().map(|rule| rule.ending(ends(rule.parts().ends))),
        exceptions,
        ..plan.clone()
    })
}

/// A series of nothing but extra dates, where the rule gives none any more.
fn extras_alone(plan: &Plan, exceptions: Vec<Exception>) -> Option<Series> {
    let first = exceptions
        .iter()
        .filter(|exception| matches!(exception, Exception::Extra { .. }))
        .map(Exception::key)
        .min()?;
    let alone = Plan { start: first.at(), repeats: None, when: When::default(), exceptions, ..plan.clone() };
    Some(Series::of_checked(alone))
}
