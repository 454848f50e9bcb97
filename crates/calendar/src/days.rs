use kernel::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Whole days, both ends included, as people say them: "7 September to 23 October".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Ends")]
pub struct Days {
    first: Date,
    last: Date,
}

impl Days {
    /// The most that can be asked for at once: five years.
    pub const MOST: i64 = 5 * 366;

    /// From the first day to the last.
    pub fn new(first: Date, last: Date) -> Result<Days, DaysRefusal> {
        if last < first {
            Err(DaysRefusal::Backwards)
        } else if days_between(first, last) >= Days::MOST {
            Err(DaysRefusal::TooLong)
        } else {
            Ok(Days { first, last })
        }
    }

    /// One day.
    pub fn one(day: Date) -> Days {
        Days { first: day, last: day }
    }

    /// The first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> Date {
        self.last
    }

    /// Whether a day is one of them.
    pub fn holds(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// Why two days are no beginning and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DaysRefusal {
    /// The end comes first.
    #[error("The last day is before the first day. Check both dates.")]
    Backwards,
    /// More than five years.
    #[error("That is more than 5 years. Choose dates that are nearer to each other.")]
    TooLong,
}

/// How many days lie from one day to another; negative when the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// A number of days later, never past the end of the calendar.
pub(crate) fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(jiff::Span::new().days(days.clamp(-3_000_000, 3_000_000)))
}

#[derive(Deserialize)]
struct Ends {
    first: Date,
    last: Date,
}

impl TryFrom<Ends> for Days {
    type Error = DaysRefusal;
    fn try_from(ends: Ends) -> Result<Days, DaysRefusal> {
        Days::new(ends.first, ends.last)
    }
}
