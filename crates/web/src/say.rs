//! Dates, distances and lists in the words people use.

use kernel::Date;

const MONTHS: [&str; 12] = [
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

/// 'October 2024'.
pub fn month_year(date: Date) -> String {
    format!("{} {}", month(date), date.year())
}

/// '1 October 2024'.
pub fn day_month_year(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// '5 June to 31 July 2027': the year once where it is one year.
pub fn from_to(first: Date, last: Date) -> String {
    if first.year() == last.year() {
        return format!("{} {} to {}", first.day(), month(first), day_month_year(last));
    }
    format!("{} to {}", day_month_year(first), day_month_year(last))
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs()).clamp(1, 12) - 1]
}

/// Metres as people say miles: 'Under half a mile', 'About 1 mile', 'About 12 miles'.
pub fn distance(metres: f64) -> String {
    let miles = metres / 1_609.344;
    match miles {
        m if m < 0.5 => "Under half a mile".to_owned(),
        m if m < 1.5 => "About 1 mile".to_owned(),
        m => format!("About {m:.0} miles"),
    }
}

/// Minutes of a day as the NHS writes them: '9am', '5:30pm', 'midday', 'midnight'.
pub fn time_of_day(minutes: u16) -> String {
    let minutes = minutes % 1_440;
    let (hour, minute) = (minutes / 60, minutes % 60);
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

/// 'a, b and c'.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

/// '1 place', '2 places'.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_say_them() {
        assert_eq!(month_year("2024-10-01".parse().unwrap()), "October 2024");
        assert_eq!(day_month_year("2026-11-02".parse().unwrap()), "2 November 2026");
        assert_eq!(
            (distance(300.0), distance(1_609.0), distance(8_000.0)),
            ("Under half a mile".to_owned(), "About 1 mile".to_owned(), "About 5 miles".to_owned())
        );
        assert_eq!(
            (
                time_of_day(540),
                time_of_day(1_050),
                time_of_day(720),
                time_of_day(0),
                time_of_day(30),
                time_of_day(1_440)
            ),
            (
                "9am".to_owned(),
                "5:30pm".to_owned(),
                "midday".to_owned(),
                "midnight".to_owned(),
                "12:30am".to_owned(),
                "midnight".to_owned()
            )
        );
        assert_eq!(
            (list::<&str>(&[]), list(&["a"]), list(&["a", "b", "c"])),
            (String::new(), "a".to_owned(), "a, b and c".to_owned())
        );
    }
}
