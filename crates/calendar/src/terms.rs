use crate::days::Days;
use kernel::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The school year as a council has entered it, checked and in order. There is no national feed of terms: what has not
/// been entered is not known, and nothing here guesses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "TermDates", into = "TermDates")]
pub struct TermCalendar(TermDates);

/// What a council enters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct TermDates {
    /// The terms. A half term may part one in two, or lie in the gap between two.
    pub terms: Vec<Term>,
    /// The half terms.
    pub half_terms: Vec<Days>,
    /// Days in a term on which teachers are trained and children stay at home.
    pub inset_days: Vec<Date>,
    /// The bank holidays of England and Wales.
    pub bank_holidays: Vec<BankHoliday>,
}

/// One term, its first and last day included.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Term {
    /// 'Autumn term 2026'.
    pub name: String,
    /// From when to when.
    pub days: Days,
}

/// A bank holiday.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct BankHoliday {
    /// The day on which it is kept, which may be a substitute.
    pub date: Date,
    /// 'Early May bank holiday'.
    pub name: String,
}

/// What kind of day it is for a child at school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// In a term, its weekends too.
    Term,
    /// In a term, but the school is shut to children.
    Inset,
    /// In a half term.
    HalfTerm,
    /// Between two terms.
    Holiday,
    /// Before the first term that was entered, or after the last.
    NotKnown,
}

impl TermCalendar {
    /// The most terms, half terms, days or bank holidays of each kind.
    pub const MOST: usize = 500;

    /// Checks what was entered and puts it in order.
    pub fn new(mut dates: TermDates) -> Result<TermCalendar, TermRefusal> {
        let most =
            [dates.terms.len(), dates.half_terms.len(), dates.inset_days.len(), dates.bank_holidays.len()];
        if most.iter().any(|length| *length > TermCalendar::MOST) {
            return Err(TermRefusal::TooMany);
        }
        dates.terms.sort_by_key(|term| term.days.first());
        dates.half_terms.sort_by_key(Days::first);
        dates.inset_days.sort_unstable();
        dates.inset_days.dedup();
        dates.bank_holidays.sort_by_key(|holiday| holiday.date);
        dates.bank_holidays.dedup_by_key(|holiday| holiday.date);
        for pair in dates.terms.windows(2) {
            if pair[1].days.first() <= pair[0].days.last() {
                return Err(TermRefusal::TermsOverlap(pair[0].name.clone(), pair[1].name.clone()));
            }
        }
        if dates.half_terms.windows(2).any(|pair| pair[1].first() <= pair[0].last()) {
            return Err(TermRefusal::HalfTermsOverlap);
        }
        Ok(TermCalendar(dates))
    }

    /// What was entered.
    pub fn dates(&self) -> &TermDates {
        &self.0
    }

    /// From the first day of the first term to the last day of the last: beyond, nobody knows. Who plans a season
    /// warns when a session reaches past it.
    pub fn known(&self) -> Option<(Date, Date)> {
        Some((self.0.terms.first()?.days.first(), self.0.terms.last()?.days.last()))
    }

    /// What kind of day it is.
    pub fn kind(&self, date: Date) -> DayKind {
        let known = self.known().is_some_and(|(first, last)| first <= date && date <= last);
        if !known {
            DayKind::NotKnown
        } else if one_holds(&self.0.half_terms, date, |days| *days) {
            DayKind::HalfTerm
        } else if !one_holds(&self.0.terms, date, |term| term.days) {
            DayKind::Holiday
        } else if self.0.inset_days.binary_search(&date).is_ok() {
            DayKind::Inset
        } else {
            DayKind::Term
        }
    }

    /// Which bank holiday it is.
    pub fn bank_holiday(&self, date: Date) -> Option<&str> {
        let at = self.0.bank_holidays.binary_search_by_key(&date, |holiday| holiday.date).ok()?;
        Some(&self.0.bank_holidays[at].name)
    }
}

/// Whether a day lies in one of several stretches that are in order and share no day.
fn one_holds<Stretch>(stretches: &[Stretch], date: Date, days: impl Fn(&Stretch) -> Days) -> bool {
    let begun = stretches.partition_point(|stretch| days(stretch).first() <= date);
    begun > 0 && days(&stretches[begun - 1]).holds(date)
}

/// Why terms are not taken as entered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TermRefusal {
    /// Two terms share a day, by their names.
    #[error("'{0}' and '{1}' share at least one day. Check when they begin and end.")]
    TermsOverlap(String, String),
    /// Two half terms share a day.
    #[error("Two half terms share at least one day. Check when they begin and end.")]
    HalfTermsOverlap,
    /// Far too many.
    #[error("That is more than 500 dates of one kind. Take out the years that are over.")]
    TooMany,
}

/// In which part of the year a session is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct When {
    /// All year, in term time, in the holidays.
    pub season: Season,
    /// Whether it is held on bank holidays too.
    pub bank_holidays: BankHolidays,
}

/// All year, in term time, in the holidays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// All year. Needs no terms.
    #[default]
    AllYear,
    /// In term time, never on an INSET day.
    TermTime,
    /// In half terms and between terms. An INSET day is no holiday: no programme is planned by it.
    SchoolHolidays,
}

/// Whether a session is held on bank holidays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BankHolidays {
    /// No.
    #[default]
    Closed,
    /// Yes, as on any other day.
    Open,
}

impl When {
    /// Whether a session of this kind is held on a date. A day of which nobody knows whether it lies in a term is
    /// neither in a term nor in a holiday.
    pub fn allows(&self, terms: &TermCalendar, date: Date) -> bool {
        if self.bank_holidays == BankHolidays::Closed && terms.bank_holiday(date).is_some() {
            return false;
        }
        match self.season {
            Season::AllYear => true,
            Season::TermTime => terms.kind(date) == DayKind::Term,
            Season::SchoolHolidays => matches!(terms.kind(date), DayKind::HalfTerm | DayKind::Holiday),
        }
    }
}

impl TryFrom<TermDates> for TermCalendar {
    type Error = TermRefusal;
    fn try_from(dates: TermDates) -> Result<TermCalendar, TermRefusal> {
        TermCalendar::new(dates)
    }
}

impl From<TermCalendar> for TermDates {
    fn from(terms: TermCalendar) -> TermDates {
        terms.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Days {
        Days::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
    }

    fn term(name: &str, first: &str, last: &str) -> Term {
        Term { name: name.into(), days: days(first, last) }
    }

    #[test]
    fn each_day_is_of_one_kind_and_beyond_the_terms_nobody_knows() {
        let terms = TermCalendar::new(TermDates {
            terms: vec![
                term("Spring", "2027-01-04", "2027-03-25"),
                term("Autumn", "2026-09-07", "2026-12-18"),
            ],
            half_terms: vec![days("2026-10-26", "2026-10-30")],
            inset_days: vec!["2026-11-02".parse().unwrap()],
            bank_holidays: vec![BankHoliday {
                date: "2026-12-25".parse().unwrap(),
                name: "Christmas Day".into(),
            }],
        })
        .unwrap();
        for (date, expected) in [
            ("2026-09-06", DayKind::NotKnown),
            ("2026-09-07", DayKind::Term),
            ("2026-10-24", DayKind::Term),
            ("2026-10-26", DayKind::HalfTerm),
            ("2026-11-02", DayKind::Inset),
            ("2026-12-19", DayKind::Holiday),
            ("2027-03-25", DayKind::Term),
            ("2027-03-26", DayKind::NotKnown),
        ] {
            assert_eq!(terms.kind(date.parse().unwrap()), expected, "{date}");
        }
        let christmas = "2026-12-25".parse().unwrap();
        assert_eq!(terms.bank_holiday(christmas), Some("Christmas Day"));
        let mut when = When { season: Season::SchoolHolidays, bank_holidays: BankHolidays::Closed };
        assert!(!when.allows(&terms, christmas));
        when.bank_holidays = BankHolidays::Open;
        assert!(when.allows(&terms, christmas));
        assert!(!when.allows(&terms, "2027-04-01".parse().unwrap()));
        assert!(When::default().allows(&terms, "2030-01-01".parse().unwrap()));
    }

    #[test]
    fn terms_that_cannot_be_are_refused_by_name() {
        let terms =
            vec![term("Autumn", "2026-09-07", "2026-12-18"), term("Spring", "2026-12-18", "2027-03-25")];
        let refused = TermCalendar::new(TermDates { terms, ..TermDates::default() }).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "'Autumn' and 'Spring' share at least one day. Check when they begin and end."
        );
    }
}
