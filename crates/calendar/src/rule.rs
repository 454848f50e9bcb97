use jiff::civil::Weekday;
use kernel::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How something repeats: the part of RFC 5545's recurrence rules that a timetable needs. Daily, weekly or monthly;
/// nothing more often than once a day, because the clocks change at night and nobody plans a hub by the hour.
///
/// Its text is canonical: two rules that were written differently and mean the same, such as `BYDAY=TU,MO` and
/// `BYDAY=MO,TU`, are equal and are written the same way. `UNTIL` is a civil day, itself included.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rule(RuleParts);

/// What a rule is made of, as a form would ask it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleParts {
    /// By days, weeks or months.
    pub frequency: Frequency,
    /// Every one, every second, every third.
    pub interval: u16,
    /// When it stops.
    pub ends: Ends,
    /// On which weekdays. Empty means the weekday of the first date (weekly), or no such wish.
    pub days: Vec<WeekdayOf>,
    /// On which days of the month: 1 the first, -1 the last. Monthly rules only.
    pub month_days: Vec<i8>,
    /// Which of a month's dates that fit: 1 the first, -1 the last. Monthly rules only.
    pub positions: Vec<i8>,
    /// The day on which a week begins: it matters to "every second week" alone.
    pub week_starts: Weekday,
}

/// By what a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks.
    Weekly,
    /// Months.
    Monthly,
}

/// When a rule stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ends {
    /// It goes on.
    Never,
    /// After so many dates of the rule, before terms and exceptions take any away.
    After(u16),
    /// On this day, which may still be one of its dates.
    On(Date),
}

/// A weekday, or the first, second or last such day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekdayOf {
    /// 1 the first of the month, -1 the last. None means every one.
    pub nth: Option<i8>,
    /// Which weekday.
    pub day: Weekday,
}

impl WeekdayOf {
    /// Every such day.
    pub fn every(day: Weekday) -> WeekdayOf {
        WeekdayOf { nth: None, day }
    }

    /// The first (1), second (2) or last (-1) such day of a month.
    pub fn nth(nth: i8, day: Weekday) -> WeekdayOf {
        WeekdayOf { nth: Some(nth), day }
    }
}

impl RuleParts {
    /// Every day, week or month, without end.
    pub fn every(frequency: Frequency) -> RuleParts {
        RuleParts {
            frequency,
            interval: 1,
            ends: Ends::Never,
            days: vec![],
            month_days: vec![],
            positions: vec![],
            week_starts: Weekday::Monday,
        }
    }
}

impl Rule {
    /// The widest step: every 99th day, week or month.
    pub const INTERVAL_MAX: u16 = 99;
    /// The most dates that a rule may count.
    pub const COUNT_MAX: u16 = 1_000;
    /// The longest text that is read.
    const TEXT_MAX: usize = 1_000;

    /// Checks the parts and puts them in order.
    pub fn new(mut parts: RuleParts) -> Result<Rule, RuleRefusal> {
        if parts.interval == 0 || parts.interval > Rule::INTERVAL_MAX {
            return Err(RuleRefusal::Interval);
        }
        match parts.ends {
            Ends::After(count) if count == 0 || count > Rule::COUNT_MAX => return Err(RuleRefusal::Count),
            Ends::On(day) if !(1990..=2200).contains(&day.year()) => return Err(RuleRefusal::Year),
            _ => {}
        }
        let with_nth = parts.days.iter().filter(|day| day.nth.is_some()).count();
        if parts.days.iter().filter_map(|day| day.nth).any(|nth| nth == 0 || nth.unsigned_abs() > 5) {
            return Err(RuleRefusal::Nth);
        }
        if parts.month_days.iter().any(|day| *day == 0 || day.unsigned_abs() > 31) {
            return Err(RuleRefusal::MonthDay);
        }
        if parts.positions.iter().any(|position| *position == 0 || position.unsigned_abs() > 31) {
            return Err(RuleRefusal::Position);
        }
        if parts.frequency != Frequency::Monthly {
            if with_nth > 0 {
                return Err(RuleRefusal::NthWithoutMonth);
            }
            if !parts.month_days.is_empty() || !parts.positions.is_empty() {
                return Err(RuleRefusal::MonthDayWithoutMonth);
            }
        }
        // 'Mondays and the first Tuesday' is read in two ways by the libraries that people's calendars use.
        if with_nth > 0 && with_nth < parts.days.len() {
            return Err(RuleRefusal::Mixed);
        }
        if !parts.positions.is_empty() && parts.days.is_empty() && parts.month_days.is_empty() {
            return Err(RuleRefusal::PositionOfNothing);
        }
        if parts.frequency != Frequency::Weekly || parts.interval == 1 {
            parts.week_starts = Weekday::Monday;
        }
        parts.days.sort_by_key(|of| (of.nth.map(from_the_front), i16::from(of.day.to_monday_zero_offset())));
        parts.days.dedup();
        for numbers in [&mut parts.month_days, &mut parts.positions] {
            numbers.sort_by_key(|number| from_the_front(*number));
            numbers.dedup();
        }
        Ok(Rule(parts))
    }

    /// What it is made of.
    pub fn parts(&self) -> &RuleParts {
        &self.0
    }

    /// The same rule with another end.
    pub(crate) fn ending(&self, ends: Ends) -> Rule {
        Rule(RuleParts { ends, ..self.0.clone() })
    }
}

/// 1, 2, 3 before -3, -2, -1: as they fall in a month.
fn from_the_front(number: i8) -> i16 {
    let number = i16::from(number);
    if number < 0 { 1_000 + number } else { number }
}

/// Why a rule is not taken, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleRefusal {
    /// Hourly and faster.
    #[error(
        "We cannot repeat something more than once a day. Choose daily, weekly or monthly, and add each time of day as its own session."
    )]
    TooOften,
    /// Yearly.
    #[error("We cannot repeat something by years. Choose monthly and every 12 months.")]
    Yearly,
    /// No FREQ, or one that RFC 5545 does not know.
    #[error("Say how often it repeats: daily, weekly or monthly.")]
    Frequency,
    /// A part that is not read here, by its name.
    #[error("We cannot use this part of a repeat rule: {0}. Take it out.")]
    Part(String),
    /// A part that stands there twice.
    #[error("This part of a repeat rule is given twice: {0}. Keep one.")]
    Twice(String),
    /// A value that cannot be read, by the part's name.
    #[error("We cannot read this part of a repeat rule: {0}. Check what it says.")]
    Value(&'static str),
    /// Much too long.
    #[error("This repeat rule is too long to read. Make it shorter, or add dates one by one.")]
    Long,
    /// 0, or too wide a step.
    #[error("Choose a number from 1 to 99 for 'repeat every'.")]
    Interval,
    /// 0, or too many.
    #[error("Choose a number of dates from 1 to 1,000.")]
    Count,
    /// A year that nobody means.
    #[error("Check the year of the last day.")]
    Year,
    /// A count and a last day.
    #[error("Choose either a number of dates or a last day, not both.")]
    TwoEnds,
    /// The sixth Monday.
    #[error("Choose from the first to the fifth such day of the month, or count back from the last.")]
    Nth,
    /// The 32nd.
    #[error("Choose a day of the month from 1 to 31, or count back from the last.")]
    MonthDay,
    /// A position that no month has.
    #[error("Choose a position from 1 to 31, or count back from the last.")]
    Position,
    /// The first Monday of a week.
    #[error("The first or last Monday needs a monthly repeat. Choose monthly.")]
    NthWithoutMonth,
    /// The 15th of a week.
    #[error("A day of the month needs a monthly repeat. Choose monthly.")]
    MonthDayWithoutMonth,
    /// Every Monday and the first Tuesday.
    #[error("Choose either every such day of the month or the first, second or last one, not both.")]
    Mixed,
    /// The last of nothing.
    #[error("Say which days to choose the first or the last from.")]
    PositionOfNothing,
}

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
    (Weekday::Sunday, "SU"),
];

impl FromStr for Rule {
    type Err = RuleRefusal;

    /// Reads `FREQ=WEEKLY;BYDAY=MO`, with or without `RRULE:` before it.
    fn from_str(text: &str) -> Result<Rule, RuleRefusal> {
        if text.len() > Rule::TEXT_MAX {
            return Err(RuleRefusal::Long);
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut seen: Vec<&str> = vec![];
        let mut parts = RuleParts::every(Frequency::Daily);
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| RuleRefusal::Part(shown(part)))?;
            if seen.contains(&name) {
                return Err(RuleRefusal::Twice(shown(name)));
            }
            seen.push(name);
            match name {
                "FREQ" => parts.frequency = read_frequency(value)?,
                "INTERVAL" => parts.interval = whole(value).ok_or(RuleRefusal::Interval)?,
                "COUNT" => parts.ends = Ends::After(whole(value).ok_or(RuleRefusal::Count)?),
                "UNTIL" => parts.ends = Ends::On(read_date(value).ok_or(RuleRefusal::Value("UNTIL"))?),
                "BYDAY" => parts.days = list(value, read_day).ok_or(RuleRefusal::Value("BYDAY"))?,
                "BYMONTHDAY" => {
                    parts.month_days = list(value, signed).ok_or(RuleRefusal::Value("BYMONTHDAY"))?;
                }
                "BYSETPOS" => {
                    parts.positions = list(value, signed).ok_or(RuleRefusal::Value("BYSETPOS"))?;
                }
                "WKST" => parts.week_starts = weekday(value).ok_or(RuleRefusal::Value("WKST"))?,
                _ => return Err(RuleRefusal::Part(shown(name))),
            }
        }
        if !seen.contains(&"FREQ") {
            return Err(RuleRefusal::Frequency);
        }
        if seen.contains(&"COUNT") && seen.contains(&"UNTIL") {
            return Err(RuleRefusal::TwoEnds);
        }
        Rule::new(parts)
    }
}

/// The name of a part as it may stand in a sentence: a few letters, nothing else that somebody pasted.
fn shown(part: &str) -> String {
    part.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(20).collect()
}

fn read_frequency(value: &str) -> Result<Frequency, RuleRefusal> {
    match value {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Err(RuleRefusal::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(RuleRefusal::TooOften),
        _ => Err(RuleRefusal::Frequency),
    }
}

fn whole(value: &str) -> Option<u16> {
    value.bytes().all(|letter| letter.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

fn signed(value: &str) -> Option<i8> {
    value.parse().ok()
}

fn list<Item>(value: &str, read: fn(&str) -> Option<Item>) -> Option<Vec<Item>> {
    value.split(',').map(read).collect()
}

fn weekday(value: &str) -> Option<Weekday> {
    DAYS.iter().find(|(_, name)| *name == value).map(|(day, _)| *day)
}

fn read_day(value: &str) -> Option<WeekdayOf> {
    let (number, name) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let nth = if number.is_empty() { None } else { Some(signed(number)?) };
    Some(WeekdayOf { nth, day: weekday(name)? })
}

fn read_date(value: &str) -> Option<Date> {
    if value.len() != 8 || !value.bytes().all(|letter| letter.is_ascii_digit()) {
        return None;
    }
    Date::new(value[..4].parse().ok()?, value[4..6].parse().ok()?, value[6..].parse().ok()?).ok()
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0;
        f.write_str(match parts.frequency {
            Frequency::Daily => "FREQ=DAILY",
            Frequency::Weekly => "FREQ=WEEKLY",
            Frequency::Monthly => "FREQ=MONTHLY",
        })?;
        if parts.interval != 1 {
            write!(f, ";INTERVAL={}", parts.interval)?;
        }
        match parts.ends {
            Ends::Never => {}
            Ends::After(count) => write!(f, ";COUNT={count}")?,
            Ends::On(day) => write!(f, ";UNTIL={:04}{:02}{:02}", day.year(), day.month(), day.day())?,
        }
        let days = parts.days.iter().map(|of| {
            let nth = of.nth.map(|nth| nth.to_string()).unwrap_or_default();
            format!("{nth}{}", letters(of.day))
        });
        write_list(f, "BYDAY", days)?;
        write_list(f, "BYMONTHDAY", parts.month_days.iter().map(i8::to_string))?;
        write_list(f, "BYSETPOS", parts.positions.iter().map(i8::to_string))?;
        if parts.week_starts != Weekday::Monday {
            write!(f, ";WKST={}", letters(parts.week_starts))?;
        }
        Ok(())
    }
}

fn letters(day: Weekday) -> &'static str {
    DAYS[usize::from(day.to_monday_zero_offset().unsigned_abs()) % 7].1
}

fn write_list(f: &mut fmt::Formatter<'_>, name: &str, items: impl Iterator<Item = String>) -> fmt::Result {
    let items: Vec<String> = items.collect();
    if items.is_empty() { Ok(()) } else { write!(f, ";{name}={}", items.join(",")) }
}

impl TryFrom<String> for Rule {
    type Error = RuleRefusal;
    fn try_from(text: String) -> Result<Rule, RuleRefusal> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> String {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_in_one_way_only() {
        for (given, expected) in [
            ("FREQ=WEEKLY;BYDAY=TU,MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
            ("rrule:freq=daily;interval=1;wkst=su", "FREQ=DAILY"),
            ("BYDAY=-1FR,+1MO;FREQ=MONTHLY;COUNT=5", "FREQ=MONTHLY;COUNT=5;BYDAY=1MO,-1FR"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1,15,1;", "FREQ=MONTHLY;BYMONTHDAY=1,15,-1"),
            (
                "FREQ=WEEKLY;INTERVAL=2;WKST=SU;UNTIL=20261218",
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261218;WKST=SU",
            ),
            ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1"),
        ] {
            let rule: Rule = given.parse().unwrap();
            assert_eq!(rule.to_string(), expected);
            assert_eq!(expected.parse::<Rule>().unwrap(), rule);
        }
    }

    #[test]
    fn what_a_timetable_does_not_need_is_refused_with_what_to_do() {
        let refused = |text: &str| text.parse::<Rule>().unwrap_err();
        for (text, expected) in [
            ("FREQ=HOURLY", RuleRefusal::TooOften),
            ("FREQ=SECONDLY;COUNT=5", RuleRefusal::TooOften),
            ("FREQ=YEARLY", RuleRefusal::Yearly),
            ("", RuleRefusal::Frequency),
            ("BYDAY=MO", RuleRefusal::Frequency),
            ("FREQ=WEEKLY;BYHOUR=9", RuleRefusal::Part("BYHOUR".into())),
            ("FREQ=WEEKLY;<script>", RuleRefusal::Part("SCRIPT".into())),
            ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", RuleRefusal::Twice("BYDAY".into())),
            ("FREQ=WEEKLY;BYDAY=é", RuleRefusal::Value("BYDAY")),
            ("FREQ=WEEKLY;BYDAY=", RuleRefusal::Value("BYDAY")),
            ("FREQ=WEEKLY;UNTIL=20260231", RuleRefusal::Value("UNTIL")),
            ("FREQ=WEEKLY;UNTIL=20261218T093000Z", RuleRefusal::Value("UNTIL")),
            ("FREQ=WEEKLY;UNTIL=00260901", RuleRefusal::Year),
            ("FREQ=WEEKLY;INTERVAL=0", RuleRefusal::Interval),
            ("FREQ=WEEKLY;INTERVAL=100", RuleRefusal::Interval),
            ("FREQ=WEEKLY;COUNT=0", RuleRefusal::Count),
            ("FREQ=WEEKLY;COUNT=70000", RuleRefusal::Count),
            ("FREQ=WEEKLY;COUNT=5;UNTIL=20261218", RuleRefusal::TwoEnds),
            ("FREQ=WEEKLY;BYDAY=1MO", RuleRefusal::NthWithoutMonth),
            ("FREQ=DAILY;BYMONTHDAY=1", RuleRefusal::MonthDayWithoutMonth),
            ("FREQ=MONTHLY;BYDAY=6MO", RuleRefusal::Nth),
            ("FREQ=MONTHLY;BYMONTHDAY=-32", RuleRefusal::MonthDay),
            ("FREQ=MONTHLY;BYDAY=MO,1TU", RuleRefusal::Mixed),
            ("FREQ=MONTHLY;BYSETPOS=1", RuleRefusal::PositionOfNothing),
            ("FREQ=MONTHLY;BYDAY=-128MO", RuleRefusal::Nth),
        ] {
            assert_eq!(refused(text), expected, "{text}");
        }
        assert_eq!(refused(&"FREQ=DAILY;".repeat(100)), RuleRefusal::Long);
    }
}
