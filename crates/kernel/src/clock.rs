use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::sync::{Arc, Mutex};

/// Where time comes from. The binary holds the one real clock; tests set theirs by hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Real,
    Set(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Clock {
        Clock(Source::Real)
    }

    /// A clock that stands still until [`Clock::set`]. RFC 3339, such as `2026-11-22T09:00:00Z`.
    pub fn standing_at(rfc3339: &str) -> Clock {
        let at = rfc3339.parse().expect("a test's clock is set to a time in RFC 3339");
        Clock(Source::Set(Arc::new(Mutex::new(at))))
    }

    /// Moves a standing clock. A real clock cannot be moved and stays as it is.
    pub fn set(&self, at: Timestamp) {
        if let Source::Set(held) = &self.0 {
            *held.lock().expect("the clock's lock is never held across a panic") = at;
        }
    }

    /// UTC, cut to whole microseconds: what both databases can keep.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::Real => Timestamp::now(),
            Source::Set(held) => *held.lock().expect("the clock's lock is never held across a panic"),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Today in Europe/London.
    pub fn today(&self) -> Date {
        civil_today(self.now())
    }
}

/// The time zone that people in England plan by.
pub fn london() -> TimeZone {
    static ZONE: std::sync::OnceLock<TimeZone> = std::sync::OnceLock::new();
    ZONE.get_or_init(|| TimeZone::get("Europe/London").expect("the zone database is built in")).clone()
}

/// The civil date in Europe/London at an instant.
pub fn civil_today(now: Timestamp) -> Date {
    now.to_zoned(london()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_a_day_in_london_not_in_utc() {
        let clock = Clock::standing_at("2026-06-30T23:30:00Z");
        assert_eq!(clock.today().to_string(), "2026-07-01");
        clock.set("2026-12-31T23:30:00Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-12-31");
    }

    #[test]
    fn now_is_what_a_database_can_keep() {
        let now = Clock::real().now();
        assert_eq!(now.as_nanosecond() % 1_000, 0);
    }
}
