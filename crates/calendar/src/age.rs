use kernel::Date;
use serde::{Deserialize, Serialize};

/// When a child was born, and was due, where that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// The day of birth.
    pub born: Date,
    /// The day on which the child was due; only for children born early, and only where the council asks.
    pub due: Option<Date>,
}

/// From which day months are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeCount {
    /// From birth.
    #[default]
    FromBirth,
    /// From the day on which the child was due, until two years after it, as for growth and development (UK-WHO growth
    /// charts). Only where the council turns it on.
    Corrected,
}

impl Age {
    /// Months that a child has completed on a day; none before birth. A child born on the 31st completes a month on
    /// the 31st, and in a month that has none, on the 1st of the next.
    pub fn months(&self, on: Date, count: AgeCount) -> Option<u16> {
        let from_birth = months_between(self.born, on)?;
        let corrected = match (count, self.due) {
            (AgeCount::Corrected, Some(due)) if due > self.born => months_between(due, on).unwrap_or(0),
            _ => return Some(from_birth),
        };
        Some(if corrected < 24 { corrected } else { from_birth })
    }
}

fn months_between(from: Date, to: Date) -> Option<u16> {
    if to < from {
        return None;
    }
    let whole = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month())
        - i32::from(from.month());
    u16::try_from(whole - i32::from(to.day() < from.day())).ok()
}

/// For which ages something is, in months: '0 to 6 months' is everyone under 6 months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct AgeBand {
    /// From this many completed months on.
    pub from_months: u16,
    /// Until the day on which this many are completed. None means no upper limit.
    pub under_months: Option<u16>,
}

impl AgeBand {
    /// Whether a child of so many completed months is of age for it.
    pub fn fits(&self, months: u16) -> bool {
        months >= self.from_months && self.under_months.is_none_or(|under| months < under)
    }

    /// 'Under 6 months', '6 to 11 months', '8 to 11 years' (until the 12th birthday), '5 years and over'.
    pub fn words(&self) -> String {
        let years =
            |months: u16| if months == 12 { "1 year".to_owned() } else { format!("{} years", months / 12) };
        let age = |months: u16| match months {
            1 => "1 month".to_owned(),
            months if months >= 12 && months.is_multiple_of(12) => years(months),
            months => format!("{months} months"),
        };
        let whole_years = |months: u16| months.is_multiple_of(12);
        match (self.from_months, self.under_months) {
            (0, None) => "Any age".to_owned(),
            (from, None) => format!("{} and over", age(from)),
            (0, Some(under)) => format!("Under {}", age(under)),
            (from, Some(under)) if under <= from => "No age".to_owned(),
            (from, Some(under)) if under == from + 1 => age(from),
            (from, Some(under)) if whole_years(from) && whole_years(under) && from >= 12 => {
                let (first, last) = (from / 12, under / 12 - 1);
                if first == last { years(from) } else { format!("{first} to {last} years") }
            }
            (from, Some(under)) if under <= 24 => format!("{from} to {} months", under - 1),
            (from, Some(under)) => format!("{} to under {}", age(from), age(under)),
        }
    }
}

/// In which year at school a child is, on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchoolYear {
    /// Not yet of an age for Reception.
    BeforeSchool,
    /// Reception.
    Reception,
    /// Year 1 to year 11.
    Year(u8),
    /// Older than year 11.
    AfterYear11,
}

/// Primary or secondary, as the holiday programme's return asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reception to year 6.
    Primary,
    /// Year 7 to year 11.
    Secondary,
}

impl SchoolYear {
    /// The phase; none before Reception and after year 11.
    pub fn phase(self) -> Option<Phase> {
        match self {
            SchoolYear::Reception | SchoolYear::Year(..=6) => Some(Phase::Primary),
            SchoolYear::Year(_) => Some(Phase::Secondary),
            SchoolYear::BeforeSchool | SchoolYear::AfterYear11 => None,
        }
    }
}

/// The year at school by date of birth: who is 4 on 31 August begins Reception on 1 September (England). In the
/// summer holidays a child still counts to the year that has ended. A child taught out of their year group is an
/// answer that a person gives, not one to be worked out.
pub fn school_year(born: Date, on: Date) -> SchoolYear {
    let began = if on.month() >= 9 { on.year() } else { on.year() - 1 };
    // Who is born on 1 September or later has their birthday after the cut.
    let age = i32::from(began) - i32::from(born.year()) - i32::from(born.month() >= 9);
    match u8::try_from(age) {
        Err(_) | Ok(..=3) => SchoolYear::BeforeSchool,
        Ok(4) => SchoolYear::Reception,
        Ok(age @ 5..=15) => SchoolYear::Year(age - 4),
        Ok(_) => SchoolYear::AfterYear11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(born: &str, on: &str) -> Option<u16> {
        Age { born: born.parse().unwrap(), due: None }.months(on.parse().unwrap(), AgeCount::FromBirth)
    }

    #[test]
    fn a_child_fits_until_the_day_the_sixth_month_is_complete() {
        let band = AgeBand { from_months: 0, under_months: Some(6) };
        for (born, on, completed, fits) in [
            ("2026-05-10", "2026-11-09", 5, true),
            ("2026-05-10", "2026-11-10", 6, false),
            ("2026-11-10", "2026-11-10", 0, true),
            ("2026-08-31", "2027-02-28", 5, true),
            ("2026-08-31", "2027-03-01", 6, false),
            ("2024-02-29", "2025-02-28", 11, false),
            ("2024-02-29", "2025-03-01", 12, false),
        ] {
            assert_eq!(months(born, on), Some(completed), "{born} on {on}");
            assert_eq!(band.fits(completed), fits, "{born} on {on}");
        }
        assert_eq!(months("2026-11-10", "2026-11-09"), None);
    }

    #[test]
    fn a_child_born_early_is_counted_from_the_due_date_only_where_asked_and_until_two() {
        let age = Age { born: "2026-01-01".parse().unwrap(), due: Some("2026-03-01".parse().unwrap()) };
        let on = |on: &str, count| age.months(on.parse().unwrap(), count);
        assert_eq!(on("2026-07-01", AgeCount::FromBirth), Some(6));
        assert_eq!(on("2026-07-01", AgeCount::Corrected), Some(4));
        assert_eq!(on("2026-02-01", AgeCount::Corrected), Some(0));
        assert_eq!(on("2028-02-29", AgeCount::Corrected), Some(23));
        assert_eq!(on("2028-03-01", AgeCount::Corrected), Some(26));
        assert_eq!(on("2025-12-31", AgeCount::Corrected), None);
        let late = Age { due: Some("2025-12-20".parse().unwrap()), ..age };
        assert_eq!(late.months("2026-07-01".parse().unwrap(), AgeCount::Corrected), Some(6));
    }

    #[test]
    fn ages_read_as_people_say_them() {
        for (from, under, expected) in [
            (0, None, "Any age"),
            (0, Some(6), "Under 6 months"),
            (0, Some(60), "Under 5 years"),
            (6, Some(12), "6 to 11 months"),
            (12, Some(24), "1 year"),
            (96, Some(144), "8 to 11 years"),
            (60, None, "5 years and over"),
            (18, Some(60), "18 months to under 5 years"),
            (5, Some(6), "5 months"),
            (5, Some(5), "No age"),
        ] {
            assert_eq!(AgeBand { from_months: from, under_months: under }.words(), expected);
        }
    }

    #[test]
    fn the_school_year_is_cut_on_1_september() {
        for (born, on, expected, phase) in [
            ("2022-08-31", "2026-08-31", SchoolYear::BeforeSchool, None),
            ("2022-08-31", "2026-09-01", SchoolYear::Reception, Some(Phase::Primary)),
            ("2022-09-01", "2026-09-01", SchoolYear::BeforeSchool, None),
            ("2015-10-01", "2027-08-31", SchoolYear::Year(6), Some(Phase::Primary)),
            ("2015-10-01", "2027-09-01", SchoolYear::Year(7), Some(Phase::Secondary)),
            ("2010-09-01", "2027-07-31", SchoolYear::Year(11), Some(Phase::Secondary)),
            ("2010-09-01", "2027-09-01", SchoolYear::AfterYear11, None),
            ("2026-09-01", "2026-11-22", SchoolYear::BeforeSchool, None),
        ] {
            let year = school_year(born.parse().unwrap(), on.parse().unwrap());
            assert_eq!((year, year.phase()), (expected, phase), "{born} on {on}");
        }
    }
}
