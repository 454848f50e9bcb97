use crate::days::{Days, days_after};
use crate::exceptions::{Exception, Key};
use crate::rule::{Ends, Rule};
use crate::terms::{TermCalendar, When};
use crate::zone::Zone;
use jiff::Span;
use jiff::civil::DateTime;
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// A session that repeats, or is held once, with all that was decided about single dates of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Plan", into = "Plan")]
pub struct Series(Plan);

/// What a series is made of, as a form would ask it and a table would keep it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Plan {
    /// The first date, and the time of day of every one, as the clock on the wall shows it.
    pub start: DateTime,
    /// How long each one is. Minutes that pass: a night session across a change of the clocks ends when they are over.
    pub minutes: u16,
    /// Where the clock hangs.
    pub zone: Zone,
    /// How it repeats. None is a session that is held once.
    pub repeats: Option<Rule>,
    /// In which part of the year.
    pub when: When,
    /// What was decided about single dates.
    pub exceptions: Vec<Exception>,
}

/// One date of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// Which one it is. It keeps this when it is moved.
    pub key: Key,
    /// When it is held, as kept.
    pub starts: DateTime,
    /// How long.
    pub minutes: u16,
    /// The instant at which it begins.
    pub starts_at: Instant,
    /// The instant at which it ends.
    pub ends_at: Instant,
    /// Another place than the series has.
    pub place: Option<String>,
    /// As planned, moved or cancelled.
    pub standing: Standing,
}

/// How one date stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// As the rule gave it.
    Planned,
    /// A date besides the rule's.
    Extra,
    /// Held at another time or place than first said; `key` tells when that was.
    Moved,
    /// Not held.
    Cancelled {
        /// Why, for families.
        reason: String,
    },
}

impl Series {
    /// The longest a date may be: a day and a night.
    pub const MINUTES_MAX: u16 = 1_440;
    /// How far a series may reach that has an end.
    pub const YEARS_MAX: i16 = 30;
    /// The most dates that may be decided about by hand.
    pub const EXCEPTIONS_MAX: usize = 1_000;

    /// Checks a plan.
    pub fn new(plan: Plan) -> Result<Series, SeriesRefusal> {
        if !(1990..=2150).contains(&plan.start.year()) {
            return Err(SeriesRefusal::Year);
        }
        Key::new(plan.start).map_err(|_| SeriesRefusal::Seconds)?;
        let lengths = plan.exceptions.iter().filter_map(Exception::minutes).chain([plan.minutes]);
        if lengths.into_iter().any(|minutes| minutes == 0 || minutes > Series::MINUTES_MAX) {
            return Err(SeriesRefusal::Length);
        }
        if plan.exceptions.len() > Series::EXCEPTIONS_MAX {
            return Err(SeriesRefusal::TooManyExceptions);
        }
        let mut seen = BTreeSet::new();
        for exception in &plan.exceptions {
            if let Exception::Moved { to, .. } = exception {
                Key::new(*to).map_err(|_| SeriesRefusal::Seconds)?;
            }
            let kind = match exception {
                Exception::Extra { .. } => 0,
                Exception::Moved { .. } => 1,
                Exception::Cancelled { .. } => 2,
            };
            if !seen.insert((exception.key(), kind)) {
                return Err(SeriesRefusal::Twice(exception.key()));
            }
        }
        let series = Series(plan);
        series.check_the_reach()?;
        Ok(series)
    }

    /// A part of a series that was checked whole.
    pub(crate) fn of_checked(plan: Plan) -> Series {
        Series(plan)
    }

    /// What it is made of.
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// Its dates from one day to another, by the day on which they are held now, in order. What is cancelled is among
    /// them. No date comes twice, and it does not matter how the days that are asked for are cut up.
    pub fn occurrences(&self, terms: &TermCalendar, days: Days) -> Vec<Occurrence> {
        let decided = Decided::of(&self.0.exceptions);
        let mut keys: BTreeSet<Key> = self
            .rule_dates(days.first(), days.last())
            .filter(|date| self.0.when.allows(terms, *date))
            .map(|date| self.key_on(date))
            .collect();
        keys.extend(decided.extra.keys().filter(|key| days.holds(key.at().date())));
        keys.extend(decided.moved.iter().filter_map(|(key, (to, _, _))| {
            (days.holds(to.date()) && (decided.extra.contains_key(key) || self.gives(terms, *key)))
                .then_some(*key)
        }));
        let mut found: Vec<Occurrence> = keys
            .into_iter()
            .map(|key| self.occurrence(key, &decided))
            .filter(|occurrence| days.holds(occurrence.starts.date()))
            .collect();
        found.sort_by_key(|occurrence| (occurrence.starts_at, occurrence.key));
        found
    }

    /// One date by its key, wherever it was moved to.
    pub fn find(&self, terms: &TermCalendar, key: Key) -> Option<Occurrence> {
        let decided = Decided::of(&self.0.exceptions);
        (decided.extra.contains_key(&key) || self.gives(terms, key)).then(|| self.occurrence(key, &decided))
    }

    /// The same series with one more decision, in place of an earlier one of its kind about the same date.
    pub fn with(&self, exception: Exception) -> Result<Series, SeriesRefusal> {
        let key = exception.key();
        let is_extra = |known: &Exception| matches!(known, Exception::Extra { .. }) && known.key() == key;
        let known = self.0.exceptions.iter().any(is_extra) || self.is_by_rule(key);
        if !matches!(exception, Exception::Extra { .. }) && !known {
            return Err(SeriesRefusal::NotADate(key));
        }
        let mut plan = self.0.clone();
        plan.exceptions.retain(|other| other.key() != key || !other.same_kind(&exception));
        plan.exceptions.push(exception);
        Series::new(plan)
    }

    /// The same series with nothing decided about one date: it is held again as the rule says. An extra date is gone.
    pub fn without(&self, key: Key) -> Series {
        let mut plan = self.0.clone();
        plan.exceptions.retain(|exception| exception.key() != key);
        Series(plan)
    }

    /// The day of the last of so many dates that are held: what to end on when "ten sessions" means ten that take
    /// place. None where the rule, or what is known of the terms, gives out before.
    pub fn last_of(&self, held: u16, terms: &TermCalendar) -> Option<Date> {
        let cancelled = Decided::of(&self.0.exceptions).cancelled;
        let on =
            |date: &Date| self.0.when.allows(terms, *date) && !cancelled.contains_key(&self.key_on(*date));
        let last = self.horizon();
        self.rule_dates(self.0.start.date(), last).filter(on).nth(usize::from(held).checked_sub(1)?)
    }

    /// The last date that the rule can give, before terms; none for a rule that goes on.
    pub fn last_date(&self) -> Option<Date> {
        match self.0.repeats.as_ref().map(|rule| rule.parts().ends) {
            Some(Ends::Never) => None,
            _ => self.rule_dates(self.0.start.date(), self.horizon()).last(),
        }
    }

    /// The dates of the rule, before terms and exceptions.
    pub(crate) fn rule_dates(&self, from: Date, to: Date) -> Box<dyn Iterator<Item = Date> + '_> {
        let start = self.0.start.date();
        match &self.0.repeats {
            Some(rule) => Box::new(rule.dates(start, from, to)),
            None => Box::new((from <= start && start <= to).then_some(start).into_iter()),
        }
    }

    /// The last day to which a series is followed when nobody has named one.
    pub(crate) fn horizon(&self) -> Date {
        days_after(self.0.start.date(), i64::from(Series::YEARS_MAX) * 366)
    }

    fn check_the_reach(&self) -> Result<(), SeriesRefusal> {
        let Some(rule) = &self.0.repeats else { return Ok(()) };
        let found =
            self.rule_dates(self.0.start.date(), self.horizon()).take(usize::from(Rule::COUNT_MAX)).count();
        match rule.parts().ends {
            _ if found == 0 => Err(SeriesRefusal::NoDates),
            Ends::On(day) if day > self.horizon() => Err(SeriesRefusal::TooFar),
            Ends::After(count) if found < usize::from(count) => Err(SeriesRefusal::TooFar),
            _ => Ok(()),
        }
    }

    fn key_on(&self, date: Date) -> Key {
        // `Series::new` has seen that the time of day has no seconds.
        Key::new(date.to_datetime(self.0.start.time())).expect("a time of day without seconds makes a key")
    }

    fn is_by_rule(&self, key: Key) -> bool {
        let date = key.at().date();
        key.at().time() == self.0.start.time() && self.rule_dates(date, date).next() == Some(date)
    }

    fn gives(&self, terms: &TermCalendar, key: Key) -> bool {
        self.0.when.allows(terms, key.at().date()) && self.is_by_rule(key)
    }

    fn occurrence(&self, key: Key, decided: &Decided) -> Occurrence {
        let mut starts = key.at();
        let mut minutes = self.0.minutes;
        let mut place = None;
        let mut standing = Standing::Planned;
        if let Some((length, elsewhere)) = decided.extra.get(&key) {
            minutes = length.unwrap_or(minutes);
            place = elsewhere.map(str::to_owned);
            standing = Standing::Extra;
        }
        if let Some((to, length, elsewhere)) = decided.moved.get(&key) {
            starts = *to;
            minutes = length.unwrap_or(minutes);
            place = elsewhere.map(str::to_owned).or(place);
            standing = Standing::Moved;
        }
        if let Some(reason) = decided.cancelled.get(&key) {
            standing = Standing::Cancelled { reason: (*reason).to_owned() };
        }
        let starts_at = self.0.zone.instant(starts);
        let ends_at = starts_at.saturating_add(Span::new().minutes(i64::from(minutes))).unwrap_or(starts_at);
        Occurrence { key, starts, minutes, starts_at, ends_at, place, standing }
    }
}

/// The exceptions by key.
#[derive(Default)]
struct Decided<'a> {
    extra: BTreeMap<Key, (Option<u16>, Option<&'a str>)>,
    moved: BTreeMap<Key, (DateTime, Option<u16>, Option<&'a str>)>,
    cancelled: BTreeMap<Key, &'a str>,
}

impl<'a> Decided<'a> {
    fn of(exceptions: &'a [Exception]) -> Decided<'a> {
        let mut decided = Decided::default();
        for exception in exceptions {
            match exception {
                Exception::Extra { key, minutes, place } => {
                    decided.extra.insert(*key, (*minutes, place.as_deref()));
                }
                Exception::Moved { key, to, minutes, place } => {
                    decided.moved.insert(*key, (*to, *minutes, place.as_deref()));
                }
                Exception::Cancelled { key, reason } => {
                    decided.cancelled.insert(*key, reason);
                }
            }
        }
        decided
    }
}

/// Why a plan makes no series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SeriesRefusal {
    /// A year that nobody means.
    #[error("Check the year of the first date.")]
    Year,
    /// Seconds in a time of day.
    #[error("Give the time to the minute, like 9:30am.")]
    Seconds,
    /// No minutes, or more than a day and a night.
    #[error("Check when it ends. It must be longer than nothing and no longer than 24 hours.")]
    Length,
    /// The rule reaches more than thirty years.
    #[error("These dates go on for more than 30 years. Choose an earlier last day, or fewer dates.")]
    TooFar,
    /// The rule has no date at all.
    #[error("There is no such date. Check the days and the last day.")]
    NoDates,
    /// Two decisions of one kind about one date.
    #[error("The same change is there twice for one date. Keep one.")]
    Twice(Key),
    /// Not a date of this series.
    #[error("That is not one of the dates of this session. Choose one from the list.")]
    NotADate(Key),
    /// Far too many.
    #[error("More than 1,000 dates were changed by hand. Start a new session instead.")]
    TooManyExceptions,
}

impl TryFrom<Plan> for Series {
    type Error = SeriesRefusal;
    fn try_from(plan: Plan) -> Result<Series, SeriesRefusal> {
        Series::new(plan)
    }
}

impl From<Series> for Plan {
    fn from(series: Series) -> Plan {
        series.0
    }
}
