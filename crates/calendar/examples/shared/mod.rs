//! Makes rules, series and terms by chance, the same ones for the same seed: for the examples that others' libraries
//! judge, and for the tests.

#![allow(dead_code, reason = "each of the examples and tests uses its own part")]

use calendar::{
    BankHoliday, BankHolidays, DateTime, Days, Ends, Exception, Frequency, Key, Plan, Rule, RuleParts,
    Season, Series, Term, TermCalendar, TermDates, Weekday, WeekdayOf, When, Zone,
};
use kernel::{Date, Dice, Span};

/// Throws of the dice, by what is wanted.
pub struct Chance(Dice);

impl Chance {
    /// From a seed.
    pub fn of(seed: u64) -> Chance {
        Chance(Dice::loaded(seed))
    }

    /// A number from 0 up to, and without, `below`.
    pub fn below(&mut self, below: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes()) % below.max(1)
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn among<Item: Copy>(&mut self, items: &[Item]) -> Item {
        let at = self.below(items.len() as u64) as usize;
        items[at]
    }

    /// A day from 2020 to 2035, often one on which the clocks change.
    pub fn date(&mut self) -> Date {
        let year = 2020 + self.below(16) as i16;
        if self.one_in(8) {
            let month = self.among(&[3, 10]);
            return Date::constant(year, month, 1)
                .nth_weekday_of_month(-1, Weekday::Sunday)
                .expect("a last Sunday");
        }
        add_days(Date::constant(year, 1, 1), self.below(365) as i64)
    }

    /// A time of day, often one near a change of the clocks.
    pub fn start(&mut self) -> DateTime {
        let date = self.date();
        let (hour, minute) = if self.one_in(4) {
            (self.below(3), self.among(&[0, 15, 30, 59]))
        } else {
            (self.below(24), self.below(12) * 5)
        };
        date.at(hour as i8, minute as i8, 0, 0)
    }

    fn weekday(&mut self) -> Weekday {
        let number = self.below(7) as i8;
        Weekday::from_monday_zero_offset(number).expect("a number below seven is a weekday")
    }

    fn some<Item>(&mut self, most: u64, one: impl Fn(&mut Chance) -> Item) -> Vec<Item> {
        (0..=self.below(most)).map(|_| one(self)).collect()
    }

    fn number(&mut self, most: u64) -> i8 {
        let number = 1 + self.below(most) as i8;
        if self.one_in(3) { -number } else { number }
    }

    /// Any rule.
    pub fn rule(&mut self, start: Date) -> Rule {
        let frequency =
            self.among(&[Frequency::Daily, Frequency::Weekly, Frequency::Weekly, Frequency::Monthly]);
        let mut parts = RuleParts::every(frequency);
        parts.interval = if self.one_in(2) { 1 } else { 1 + self.below(13) as u16 };
        parts.ends = match self.below(3) {
            0 => Ends::Never,
            1 => Ends::After(1 + self.below(60) as u16),
            _ => Ends::On(add_days(start, self.below(900) as i64)),
        };
        parts.week_starts = self.weekday();
        match frequency {
            Frequency::Daily if self.one_in(3) => {
                parts.days = self.some(5, |c| WeekdayOf::every(c.weekday()))
            }
            Frequency::Daily => {}
            Frequency::Weekly if self.one_in(5) => {}
            Frequency::Weekly => parts.days = self.some(4, |c| WeekdayOf::every(c.weekday())),
            Frequency::Monthly => self.days_of_a_month(&mut parts),
        }
        Rule::new(parts).expect("what is made here is within the limits")
    }

    fn days_of_a_month(&mut self, parts: &mut RuleParts) {
        match self.below(5) {
            0 => {}
            1 => parts.days = self.some(3, |c| WeekdayOf::nth(c.number(5), c.weekday())),
            2 => parts.month_days = self.some(3, |c| c.number(31)),
            3 => parts.days = self.some(5, |c| WeekdayOf::every(c.weekday())),
            _ => {
                let nth = self.one_in(3);
                parts.days = self.some(3, |c| {
                    if nth { WeekdayOf::nth(c.number(5), c.weekday()) } else { WeekdayOf::every(c.weekday()) }
                });
                parts.month_days = self.some(9, |c| c.number(31));
            }
        }
        if !(parts.days.is_empty() && parts.month_days.is_empty()) && self.one_in(3) {
            parts.positions = self.some(2, |c| c.number(6));
        }
    }

    /// A series that repeats, with no terms and nothing decided by hand.
    pub fn bare_series(&mut self) -> Series {
        // A rule by chance may have no date at all, and is then refused.
        loop {
            let start = self.start();
            let plan = Plan {
                start,
                minutes: self.among(&[30, 45, 60, 90, 120, 150, 240, 600, 1_440]),
                zone: Zone::london(),
                repeats: (!self.one_in(20)).then(|| self.rule(start.date())),
                when: When { season: Season::AllYear, bank_holidays: BankHolidays::Open },
                exceptions: vec![],
            };
            if let Ok(series) = Series::new(plan) {
                return series;
            }
        }
    }

    /// A series with a season and with dates moved, cancelled and added.
    pub fn series(&mut self, terms: &TermCalendar) -> Series {
        let mut plan = Plan::from(self.bare_series());
        plan.when = When {
            season: self.among(&[Season::AllYear, Season::TermTime, Season::SchoolHolidays]),
            bank_holidays: self.among(&[BankHolidays::Closed, BankHolidays::Open]),
        };
        let mut series = Series::new(plan).expect("a season changes nothing that is refused");
        let dates = series.occurrences(terms, year_from(series.plan().start.date()));
        for _ in 0..self.below(6) {
            let about = if dates.is_empty() || self.one_in(4) {
                Key::new(self.start_near(series.plan().start)).expect("no seconds")
            } else {
                dates[self.below(dates.len() as u64) as usize].key
            };
            let exception = self.exception(about);
            series = series.with(exception).unwrap_or(series);
        }
        series
    }

    fn start_near(&mut self, start: DateTime) -> DateTime {
        let date = add_days(start.date(), self.below(200) as i64 - 10);
        date.at(self.below(24) as i8, 30, 0, 0)
    }

    fn exception(&mut self, key: Key) -> Exception {
        let minutes = self.one_in(2).then_some(75);
        let place = self.one_in(2).then(|| "the-other-hall".to_owned());
        match self.below(3) {
            0 => Exception::Extra { key, minutes, place },
            1 => Exception::Moved { key, to: self.start_near(key.at()), minutes, place },
            _ => Exception::Cancelled { key, reason: "The hall is being painted".to_owned() },
        }
    }

    /// Three terms a year from 2020 to 2036, with half terms, INSET days and bank holidays.
    pub fn terms(&mut self) -> TermCalendar {
        let mut dates = TermDates::default();
        let holiday = |date: Date, name: &str| BankHoliday { date, name: name.to_owned() };
        for year in 2020..=2036 {
            for (name, from, half, to) in [
                ("Spring", (1, 4), (2, 15), (3, 25)),
                ("Summer", (4, 12), (5, 25), (7, 20)),
                ("Autumn", (9, 4), (10, 24), (12, 18)),
            ] {
                let day = |(month, day): (i8, i8)| Date::constant(year, month, day);
                let late = self.below(4) as i64;
                let days = Days::new(add_days(day(from), late), day(to)).expect("a term");
                dates.terms.push(Term { name: format!("{name} {year}"), days });
                dates.half_terms.push(Days::new(day(half), add_days(day(half), 4)).expect("a half term"));
                dates.inset_days.push(add_days(days.first(), self.below(40) as i64));
            }
            dates.bank_holidays.push(holiday(Date::constant(year, 12, 25), "Christmas Day"));
            dates.bank_holidays.push(holiday(
                Date::constant(year, 5, 1).nth_weekday_of_month(1, Weekday::Monday).expect("a first Monday"),
                "Early May bank holiday",
            ));
        }
        TermCalendar::new(dates).expect("terms that do not overlap")
    }
}

/// So many days later, or earlier.
pub fn add_days(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// A year of days from one on.
pub fn year_from(date: Date) -> Days {
    Days::new(date, add_days(date, 365)).expect("a year is no more than five")
}
