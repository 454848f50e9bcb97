use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kernel::Instant;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where the clock on the wall hangs. Here that is always Europe/London, but it is written down, never assumed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone that people in England plan by.
    pub fn london() -> Zone {
        Zone(kernel::london())
    }

    /// A zone by its name in the zone database.
    pub fn named(name: &str) -> Result<Zone, ZoneRefusal> {
        let zone = TimeZone::get(name).map_err(|_| ZoneRefusal)?;
        zone.iana_name().ok_or(ZoneRefusal)?;
        Ok(Zone(zone))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("Etc/Unknown")
    }

    /// The instant at which the wall clock shows this. Where the clocks go forward and never show it, the time is as
    /// far after the change as it was meant to be (1:30am becomes 2:30am); where they show it twice, the first is
    /// meant. Both as RFC 5545, 3.3.5 asks.
    pub fn instant(&self, wall: DateTime) -> Instant {
        // Only the ends of the calendar, 11,000 years away, are refused; a series cannot be there.
        self.0.to_ambiguous_zoned(wall).compatible().map_or(Instant::UNIX_EPOCH, |zoned| zoned.timestamp())
    }

    /// Whether the wall clock shows this once and only once.
    pub(crate) fn is_one_instant(&self, wall: DateTime) -> bool {
        !self.0.to_ambiguous_zoned(wall).is_ambiguous()
    }

    /// What the wall clock shows at an instant.
    pub fn wall(&self, at: Instant) -> DateTime {
        self.0.to_datetime(at)
    }
}

/// No zone has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("We do not know that time zone. Use a name like Europe/London.")]
pub struct ZoneRefusal;

impl TryFrom<String> for Zone {
    type Error = ZoneRefusal;
    fn try_from(name: String) -> Result<Zone, ZoneRefusal> {
        Zone::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_the_clocks_leave_out_or_show_twice_is_one_instant() {
        for (wall, expected) in [
            ("2026-03-29T01:30", "2026-03-29T01:30:00Z"),
            ("2025-10-26T01:30", "2025-10-26T00:30:00Z"),
            ("2026-03-29T00:30", "2026-03-29T00:30:00Z"),
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
        ] {
            let at = Zone::london().instant(wall.parse().unwrap());
            assert_eq!(at.to_string(), expected, "{wall}");
        }
        let moved = Zone::london().wall("2026-03-29T01:30:00Z".parse().unwrap());
        assert_eq!(moved.to_string(), "2026-03-29T02:30:00");
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert_eq!(Zone::named("Europe/Widnes"), Err(ZoneRefusal));
        assert_eq!(Zone::named("Europe/London"), Ok(Zone::london()));
        assert_eq!(Zone::london().name(), "Europe/London");
    }
}
