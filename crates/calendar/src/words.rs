use crate::rule::{Ends, Frequency, Rule, RuleParts, WeekdayOf};
use crate::series::{Plan, Series};
use crate::terms::{BankHolidays, Season, When};
use jiff::civil::{DateTime, Weekday};
use kernel::{Date, Time};

impl Series {
    /// 'Mondays, 9:30am to 11am, term time only, until 18 December 2026'. Exceptions are not told: they belong beside
    /// their dates.
    pub fn words(&self) -> String {
        let plan = self.plan();
        let days = match &plan.repeats {
            None => format!("{} {}", day_name(plan.start.weekday()), day_month_year(plan.start.date())),
            Some(rule) => rule.words(plan.start.date()),
        };
        let mut parts = vec![days, time_range(plan.start.time(), plan.minutes)];
        if plan.repeats.is_some() {
            parts.extend(when_words(plan.when));
            // A last day is said as it was given; a number of dates becomes the day of the last one, because terms and
            // exceptions take some of them away.
            let last = match plan.repeats.as_ref().map(|rule| rule.parts().ends) {
                Some(Ends::On(day)) => Some(day),
                _ => self.last_date(),
            };
            parts.extend(last.map(|last| format!("until {}", day_month_year(last))));
        }
        parts.join(", ")
    }

    /// The same, with the day on which it begins while that is still to come: '..., from 7 September 2026'.
    pub fn words_on(&self, today: Date) -> String {
        let Plan { start, repeats, .. } = self.plan();
        let first = self.rule_dates(start.date(), self.horizon()).next();
        match first.filter(|first| repeats.is_some() && *first > today) {
            Some(first) => format!("{}, from {}", self.words(), day_month_year(first)),
            None => self.words(),
        }
    }
}

impl Rule {
    /// On which days, without times and ends: 'Mondays and Thursdays', 'First Friday of the month'. Where a rule does
    /// not say on which day, it is that of the first date.
    pub fn words(&self, start: Date) -> String {
        let parts = self.parts();
        capital(&match parts.frequency {
            Frequency::Daily => daily(parts),
            Frequency::Weekly => weekly(parts, start),
            Frequency::Monthly => monthly(parts, start),
        })
    }

    /// When it ends, if it says so: 'until 18 December 2026', '10 dates'.
    pub fn end_words(&self) -> Option<String> {
        match self.parts().ends {
            Ends::Never => None,
            Ends::After(1) => Some("1 date".to_owned()),
            Ends::After(count) => Some(format!("{count} dates")),
            Ends::On(day) => Some(format!("until {}", day_month_year(day))),
        }
    }
}

fn daily(parts: &RuleParts) -> String {
    match (parts.interval, parts.days.is_empty()) {
        (1, true) => "every day".to_owned(),
        (1, false) => plural_days(&parts.days),
        (step, true) => format!("every {step} days"),
        (step, false) => format!("every {step} days if it is a {}", one_of(&parts.days)),
    }
}

fn weekly(parts: &RuleParts, start: Date) -> String {
    let days = match parts.days.as_slice() {
        [] => plural_days(&[WeekdayOf::every(start.weekday())]),
        days => plural_days(days),
    };
    if parts.interval == 1 { days } else { format!("every {} weeks on {days}", parts.interval) }
}

fn monthly(parts: &RuleParts, start: Date) -> String {
    match parts.interval {
        1 => in_a_month(parts, start, "of the month"),
        12 => in_a_month(parts, start, &format!("of {}", month_name(start.month()))),
        step => format!("{}, every {step} months", in_a_month(parts, start, "of the month")),
    }
}

fn in_a_month(parts: &RuleParts, start: Date, of: &str) -> String {
    let (days, month_days, positions) = (&parts.days, &parts.month_days, &parts.positions);
    let with_nth = days.iter().any(|of| of.nth.is_some());
    let whole = match (days.as_slice(), month_days.as_slice()) {
        ([], []) => format!("the {} {of}", ordinal(start.day())),
        ([], numbers) => format!("{} {of}", the_numbers(numbers)),
        (days, []) if with_nth => format!("{} {of}", nth_days(days)),
        (days, []) if !positions.is_empty() => {
            return format!("the {} {} {of}", nths(positions), set_name(days));
        }
        (days, []) => format!("every {} {of}", list(&names(days))),
        (days, numbers) if with_nth => format!("{} {of} if it is {}", the_numbers(numbers), nth_days(days)),
        (days, numbers) => format!("{} {of} if it is a {}", the_numbers(numbers), one_of(days)),
    };
    if positions.is_empty() { whole } else { format!("the {} of these: {whole}", nths(positions)) }
}

/// 'the 1st, the 15th and the last day'.
fn the_numbers(numbers: &[i8]) -> String {
    let one = |number: &i8| match number {
        1.. => format!("the {}", ordinal(*number)),
        _ => format!("the {} day", nth_word(*number)),
    };
    list(&numbers.iter().map(one).collect::<Vec<_>>())
}

/// 'first and last'.
fn nths(numbers: &[i8]) -> String {
    list(&numbers.iter().map(|number| nth_word(*number)).collect::<Vec<_>>())
}

/// 'the first and third Monday', 'the first Monday and the last Friday'.
fn nth_days(days: &[WeekdayOf]) -> String {
    let nth = |of: &WeekdayOf| nth_word(of.nth.unwrap_or(1));
    let same_day = days.iter().all(|of| of.day == days[0].day);
    if same_day {
        let which: Vec<String> = days.iter().map(nth).collect();
        return format!("the {} {}", list(&which), day_name(days[0].day));
    }
    list(&days.iter().map(|of| format!("the {} {}", nth(of), day_name(of.day))).collect::<Vec<_>>())
}

/// 'Mondays', 'Monday to Friday', 'Mondays and Thursdays'.
fn plural_days(days: &[WeekdayOf]) -> String {
    let numbers: Vec<i8> = days.iter().map(|of| of.day.to_monday_zero_offset()).collect();
    let in_a_row = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    match numbers.len() {
        7 => "every day".to_owned(),
        3.. if in_a_row => format!("{} to {}", day_name(days[0].day), day_name(days[days.len() - 1].day)),
        _ => list(&days.iter().map(|of| format!("{}s", day_name(of.day))).collect::<Vec<_>>()),
    }
}

/// 'weekday', 'day of the weekend', 'Monday or Thursday'.
fn set_name(days: &[WeekdayOf]) -> String {
    let bits = days.iter().fold(0u8, |bits, of| bits | 1 << of.day.to_monday_zero_offset());
    match bits {
        0b111_1111 => "day".to_owned(),
        0b001_1111 => "weekday".to_owned(),
        0b110_0000 => "weekend day".to_owned(),
        _ => one_of(days),
    }
}

fn one_of(days: &[WeekdayOf]) -> String {
    match names(days).as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn names(days: &[WeekdayOf]) -> Vec<&'static str> {
    days.iter().map(|of| day_name(of.day)).collect()
}

/// 'first', '12th', 'last', 'second to last'.
fn nth_word(number: i8) -> String {
    let word = |number: i8| match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        5 => "fifth".to_owned(),
        other => ordinal(other),
    };
    match number {
        -1 => "last".to_owned(),
        ..=-2 => format!("{} to last", word(number.saturating_neg())),
        _ => word(number),
    }
}

fn ordinal(number: i8) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

/// What is worth saying: that a session is held on bank holidays is not, where it is held all year.
fn when_words(when: When) -> Vec<String> {
    let words: &[&str] = match (when.season, when.bank_holidays) {
        (Season::AllYear, BankHolidays::Open) => &[],
        (Season::AllYear, BankHolidays::Closed) => &["not on bank holidays"],
        (Season::TermTime, BankHolidays::Closed) => &["term time only"],
        (Season::TermTime, BankHolidays::Open) => &["term time only", "bank holidays too"],
        (Season::SchoolHolidays, BankHolidays::Closed) => &["school holidays only", "not on bank holidays"],
        (Season::SchoolHolidays, BankHolidays::Open) => &["school holidays only"],
    };
    words.iter().map(|words| (*words).to_owned()).collect()
}

/// '9:30am', '9am', 'midday', 'midnight', as the GOV.UK style guide writes times.
pub fn time_of_day(time: Time) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        _ => {
            let half = if hour < 12 { "am" } else { "pm" };
            let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
            if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") }
        }
    }
}

/// '9:30am to 11am'.
pub fn time_range(start: Time, minutes: u16) -> String {
    let end = start.wrapping_add(jiff::Span::new().minutes(i64::from(minutes)));
    if minutes == Series::MINUTES_MAX {
        return format!("{} to {} the next day", time_of_day(start), time_of_day(end));
    }
    format!("{} to {}", time_of_day(start), time_of_day(end))
}

/// '18 December 2026'.
pub fn day_month_year(date: Date) -> String {
    format!("{} {} {}", date.day(), month_name(date.month()), date.year())
}

/// 'Monday 9 November 2026, 9:30am'.
pub fn moment(at: DateTime) -> String {
    format!("{} {}, {}", day_name(at.weekday()), day_month_year(at.date()), time_of_day(at.time()))
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[usize::from(month.unsigned_abs()).clamp(1, 12) - 1]
}

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// 'a, b and c'.
fn list<Item: AsRef<str>>(items: &[Item]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_as_people_say_them() {
        let start = "2026-09-07".parse().unwrap();
        for (rule, expected) in [
            ("FREQ=DAILY", "Every day"),
            ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Monday to Friday"),
            ("FREQ=DAILY;INTERVAL=3", "Every 3 days"),
            ("FREQ=DAILY;INTERVAL=3;BYDAY=MO,WE,SU", "Every 3 days if it is a Monday, Wednesday or Sunday"),
            ("FREQ=WEEKLY", "Mondays"),
            ("FREQ=WEEKLY;BYDAY=MO,TH", "Mondays and Thursdays"),
            ("FREQ=WEEKLY;BYDAY=MO,TU", "Mondays and Tuesdays"),
            ("FREQ=WEEKLY;BYDAY=TU,WE,TH", "Tuesday to Thursday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "Every 2 weeks on Fridays"),
            ("FREQ=MONTHLY", "The 7th of the month"),
            ("FREQ=MONTHLY;BYDAY=1MO", "The first Monday of the month"),
            ("FREQ=MONTHLY;BYDAY=1MO,3MO", "The first and third Monday of the month"),
            ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "The first Monday and the last Friday of the month"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "The 1st, the 15th and the last day of the month"),
            ("FREQ=MONTHLY;BYMONTHDAY=-2", "The second to last day of the month"),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "The 13th of the month if it is a Friday"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "The last weekday of the month"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=-1",
                "The last of these: the 1st and the 15th of the month",
            ),
            ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "The first weekend day of the month"),
            ("FREQ=MONTHLY;INTERVAL=3;BYDAY=2WE", "The second Wednesday of the month, every 3 months"),
            ("FREQ=MONTHLY;INTERVAL=12;BYDAY=1SA", "The first Saturday of September"),
        ] {
            assert_eq!(rule.parse::<Rule>().unwrap().words(start), expected, "{rule}");
        }
    }

    #[test]
    fn times_read_as_govuk_writes_them() {
        for (start, minutes, expected) in [
            ("09:30", 90, "9:30am to 11am"),
            ("12:00", 60, "midday to 1pm"),
            ("10:00", 120, "10am to midday"),
            ("22:00", 120, "10pm to midnight"),
            ("00:15", 30, "12:15am to 12:45am"),
            ("18:00", 1_440, "6pm to 6pm the next day"),
        ] {
            assert_eq!(time_range(start.parse().unwrap(), minutes), expected);
        }
        assert_eq!(moment("2026-11-09T09:30".parse().unwrap()), "Monday 9 November 2026, 9:30am");
    }
}
