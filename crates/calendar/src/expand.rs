use crate::days::{days_after, days_between};
use crate::rule::{Ends, Frequency, Rule, RuleParts, WeekdayOf};
use jiff::civil::Weekday;
use kernel::Date;

impl Rule {
    /// The dates of the rule, in order, that lie from `from` to `to`, both included. A rule that counts is followed
    /// from its start; any other is entered where the question begins.
    pub(crate) fn dates(&self, start: Date, from: Date, to: Date) -> impl Iterator<Item = Date> + use<'_> {
        let parts = self.parts();
        let (last, left) = match parts.ends {
            Ends::Never => (to, u32::MAX),
            Ends::On(day) => (to.min(day), u32::MAX),
            Ends::After(count) => (to, u32::from(count)),
        };
        let period = match parts.ends {
            Ends::After(_) => 0,
            _ => first_period(parts, start, from),
        };
        Dates { parts, start, last, left, period, ready: vec![] }.skip_while(move |date| *date < from)
    }
}

/// Walks from period to period: from day to day, week to week or month to month, as the rule counts.
struct Dates<'a> {
    parts: &'a RuleParts,
    start: Date,
    last: Date,
    left: u32,
    period: i64,
    /// The dates of the present period that are still to be given, the next one at the end.
    ready: Vec<Date>,
}

impl Iterator for Dates<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        while self.ready.is_empty() {
            let begins = period_begins(self.parts, self.start, self.period);
            if self.left == 0 || begins > self.last {
                return None;
            }
            fill(&mut self.ready, self.parts, self.start, begins);
            self.ready.retain(|date| *date >= self.start);
            self.ready.reverse();
            self.period += 1;
        }
        let date = self.ready.pop().filter(|date| *date <= self.last && self.left > 0)?;
        self.left -= 1;
        Some(date)
    }
}

/// The period in which `from` lies, or the last before it that the rule does not leave out.
fn first_period(parts: &RuleParts, start: Date, from: Date) -> i64 {
    let whole = match parts.frequency {
        Frequency::Daily => days_between(start, from),
        Frequency::Weekly => days_between(week_begins(start, parts.week_starts), from) / 7,
        Frequency::Monthly => month_number(from) - month_number(start),
    };
    (whole / i64::from(parts.interval)).max(0)
}

fn period_begins(parts: &RuleParts, start: Date, period: i64) -> Date {
    let steps = period.saturating_mul(i64::from(parts.interval));
    match parts.frequency {
        Frequency::Daily => days_after(start, steps),
        Frequency::Weekly => days_after(week_begins(start, parts.week_starts), steps.saturating_mul(7)),
        Frequency::Monthly => {
            start.first_of_month().saturating_add(jiff::Span::new().months(steps.min(100_000)))
        }
    }
}

fn week_begins(date: Date, week_starts: Weekday) -> Date {
    days_after(date, -i64::from(date.weekday().since(week_starts)))
}

fn month_number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month())
}

/// The dates of one period, in order.
fn fill(into: &mut Vec<Date>, parts: &RuleParts, start: Date, begins: Date) {
    match parts.frequency {
        Frequency::Daily => {
            if parts.days.is_empty() || parts.days.iter().any(|of| of.day == begins.weekday()) {
                into.push(begins);
            }
        }
        Frequency::Weekly if parts.days.is_empty() => {
            into.push(days_after(begins, i64::from(start.weekday().since(begins.weekday()))));
        }
        Frequency::Weekly => {
            into.extend(
                parts.days.iter().map(|of| days_after(begins, i64::from(of.day.since(begins.weekday())))),
            );
            into.sort_unstable();
        }
        Frequency::Monthly => fill_month(into, parts, start, begins),
    }
}

fn fill_month(into: &mut Vec<Date>, parts: &RuleParts, start: Date, begins: Date) {
    let length = begins.days_in_month();
    let plain = parts.days.is_empty() && parts.month_days.is_empty();
    for number in 1..=length {
        let date = days_after(begins, i64::from(number) - 1);
        let fits = if plain {
            number == start.day()
        } else {
            (parts.days.is_empty() || parts.days.iter().any(|of| is_such_a_day(*of, date)))
                && (parts.month_days.is_empty()
                    || parts.month_days.iter().any(|day| *day == number || *day == number - length - 1))
        };
        if fits {
            into.push(date);
        }
    }
    if !parts.positions.is_empty() {
        let size = i8::try_from(into.len()).unwrap_or(i8::MAX);
        let mut position = 0;
        into.retain(|_| {
            position += 1;
            parts.positions.iter().any(|wanted| *wanted == position || *wanted == position - size - 1)
        });
    }
}

/// Whether a date is the first, last, or any such weekday of its month.
fn is_such_a_day(of: WeekdayOf, date: Date) -> bool {
    date.weekday() == of.day
        && match of.nth {
            None => true,
            Some(nth) if nth > 0 => (date.day() - 1) / 7 + 1 == nth,
            Some(nth) => (date.days_in_month() - date.day()) / 7 + 1 == -nth,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(rule: &str, start: &str, to: &str) -> String {
        let rule: Rule = rule.parse().unwrap();
        let start: Date = start.parse().unwrap();
        let found: Vec<String> = rule
            .dates(start, start, to.parse().unwrap())
            .map(|date| format!("{}/{}", date.day(), date.month()))
            .collect();
        found.join(" ")
    }

    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        for (rule, start, to, expected) in [
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
                "1997-08-05",
                "1999-01-01",
                "5/8 10/8 19/8 24/8",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
                "1997-08-05",
                "1999-01-01",
                "5/8 17/8 19/8 31/8",
            ),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", "1998-12-01", "13/2 13/3 13/11"),
            ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1999-01-01", "4/9 7/10 6/11"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
                "1997-09-29",
                "1998-01-01",
                "29/9 30/10 27/11 30/12",
            ),
            (
                "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
                "1997-09-22",
                "1999-01-01",
                "22/9 20/10 17/11 22/12 19/1 16/2",
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "1998-02-28", "28/9 29/10 28/11 29/12 29/1 26/2"),
            ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU", "1997-09-07", "1997-12-01", "7/9 28/9 2/11 30/11"),
            ("FREQ=MONTHLY", "2026-01-31", "2026-06-01", "31/1 31/3 31/5"),
            ("FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-02-20", "2026-12-01", "20/2 2/3 12/3"),
            ("FREQ=DAILY;BYDAY=SU", "2026-11-22", "2026-12-01", "22/11 29/11"),
            ("FREQ=WEEKLY;BYDAY=SU", "2026-11-23", "2026-12-10", "29/11 6/12"),
        ] {
            assert_eq!(dates(rule, start, to), expected, "{rule}");
        }
    }

    #[test]
    fn a_rule_that_never_falls_ends_when_the_question_does() {
        assert_eq!(dates("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-02-01", "2100-01-01"), "");
        assert_eq!(
            dates("FREQ=MONTHLY;COUNT=5;BYMONTHDAY=31;BYDAY=5MO;BYSETPOS=31", "2026-02-01", "2100-01-01"),
            ""
        );
    }
}
