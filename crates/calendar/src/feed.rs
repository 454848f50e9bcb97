use crate::exceptions::Key;
use crate::series::{Occurrence, Standing};
use crate::zone::Zone;
use jiff::civil::DateTime;
use kernel::Instant;

/// A calendar that people subscribe to, written as iCalendar text (RFC 5545 and 7986). One event for each date and no
/// rule: a calendar programme then shows a moved or cancelled date of a term-time session as we do.
///
/// It names no METHOD, which belongs in mails, and no X-WR-TIMEZONE, which makes some readers turn times round that are
/// already said in full. It is no place for a secret link: people share calendars.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Who made it: `-//Halton Borough Council//Hearth//EN`.
    pub product: String,
    /// What people see in their list of calendars.
    pub name: String,
    /// Where it is fetched from.
    pub source: Option<String>,
    /// How often a programme may look again. Only a wish: many look once a day, so what changes today is also told by
    /// text or mail.
    pub refresh_minutes: u32,
    /// Its dates.
    pub entries: Vec<Entry>,
}

/// One date in a feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which date, in every feed and for good: see [`uid`].
    pub uid: String,
    /// How often it was changed: 0 when first published, one more for each move, cancellation or new wording. A
    /// programme may keep what it has as long as this stays.
    pub sequence: u32,
    /// When it was last changed. The text of a feed depends on its entries alone, never on when it is asked for.
    pub changed_at: Instant,
    /// Its beginning.
    pub starts_at: Instant,
    /// Its end.
    pub ends_at: Instant,
    /// Said as CANCELLED. It stays in the feed: a date that only vanished is kept by many programmes.
    pub is_cancelled: bool,
    /// What it is. Many programmes do not show the status, so say 'Cancelled:' here too.
    pub summary: String,
    /// More of it.
    pub description: String,
    /// Where, in words.
    pub location: String,
    /// Where, on a map.
    pub point: Option<Point>,
    /// Its page.
    pub url: Option<String>,
    /// What kind of thing it is.
    pub categories: Vec<String>,
}

/// A point on a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

impl Point {
    /// A point, if it lies on the earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Point> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        on_earth.then_some(Point { latitude, longitude })
    }
}

/// The UID of one date of a series: made from its key, so that it stays when the date is moved.
pub fn uid(series: &str, key: Key, host: &str) -> String {
    format!("{key}-{series}@{host}")
}

impl Entry {
    /// An entry for a date, still without its words.
    pub fn of(occurrence: &Occurrence, uid: String, sequence: u32, changed_at: Instant) -> Entry {
        Entry {
            uid,
            sequence,
            changed_at,
            starts_at: occurrence.starts_at,
            ends_at: occurrence.ends_at,
            is_cancelled: matches!(occurrence.standing, Standing::Cancelled { .. }),
            summary: String::new(),
            description: String::new(),
            location: String::new(),
            point: None,
            url: None,
            categories: vec![],
        }
    }
}

impl Feed {
    /// The text, to be sent as `text/calendar; charset=utf-8`.
    pub fn text(&self) -> String {
        let mut lines = Lines::default();
        lines.put("BEGIN", "VCALENDAR");
        lines.put("VERSION", "2.0");
        lines.put_text("PRODID", &self.product);
        lines.put("CALSCALE", "GREGORIAN");
        lines.put_text("NAME", &self.name);
        lines.put_text("X-WR-CALNAME", &self.name);
        if let Some(source) = &self.source {
            lines.put("SOURCE;VALUE=URI", &address(source));
        }
        let wait = format!("PT{}M", self.refresh_minutes.max(1));
        lines.put("REFRESH-INTERVAL;VALUE=DURATION", &wait);
        lines.put("X-PUBLISHED-TTL", &wait);
        for (name, value) in LONDON {
            lines.put(name, value);
        }
        let zone = Zone::london();
        for entry in &self.entries {
            entry.write(&mut lines, &zone);
        }
        lines.put("END", "VCALENDAR");
        lines.0
    }
}

const TIMEZONE: &str = "Europe/London";

/// British time since 1996, when its clocks began to change on the days that all of Europe's do.
const LONDON: [(&str, &str); 17] = [
    ("BEGIN", "VTIMEZONE"),
    ("TZID", TIMEZONE),
    ("BEGIN", "DAYLIGHT"),
    ("DTSTART", "19960331T010000"),
    ("TZOFFSETFROM", "+0000"),
    ("TZOFFSETTO", "+0100"),
    ("RRULE", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
    ("TZNAME", "BST"),
    ("END", "DAYLIGHT"),
    ("BEGIN", "STANDARD"),
    ("DTSTART", "19961027T020000"),
    ("TZOFFSETFROM", "+0100"),
    ("TZOFFSETTO", "+0000"),
    ("RRULE", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ("TZNAME", "GMT"),
    ("END", "STANDARD"),
    ("END", "VTIMEZONE"),
];

impl Entry {
    fn write(&self, lines: &mut Lines, zone: &Zone) {
        lines.put("BEGIN", "VEVENT");
        lines.put_text("UID", &self.uid);
        lines.put("DTSTAMP", &utc(self.changed_at));
        lines.put("LAST-MODIFIED", &utc(self.changed_at));
        lines.put("SEQUENCE", &self.sequence.to_string());
        lines.put("STATUS", if self.is_cancelled { "CANCELLED" } else { "CONFIRMED" });
        put_moment(lines, "DTSTART", self.starts_at, zone);
        put_moment(lines, "DTEND", self.ends_at, zone);
        lines.put_text("SUMMARY", &self.summary);
        if !self.description.is_empty() {
            lines.put_text("DESCRIPTION", &self.description);
        }
        if !self.location.is_empty() {
            lines.put_text("LOCATION", &self.location);
        }
        if let Some(point) = &self.point {
            lines.put("GEO", &format!("{:.6};{:.6}", point.latitude, point.longitude));
        }
        if let Some(url) = &self.url {
            lines.put("URL", &address(url));
        }
        if !self.categories.is_empty() {
            let categories: Vec<String> = self.categories.iter().map(|category| escaped(category)).collect();
            lines.put("CATEGORIES", &categories.join(","));
        }
        lines.put("END", "VEVENT");
    }
}

/// In London's time; in UTC for the two hours of the year that its clocks show by the same name. RFC 5545 says that the
/// first is meant, but not every programme reads it so (ical.js takes the second).
fn put_moment(lines: &mut Lines, name: &str, at: Instant, zone: &Zone) {
    let wall = zone.wall(at);
    if zone.is_one_instant(wall) {
        lines.put(&format!("{name};TZID={TIMEZONE}"), &basic(wall));
    } else {
        lines.put(name, &utc(at));
    }
}

fn utc(at: Instant) -> String {
    format!("{}Z", basic(jiff::tz::TimeZone::UTC.to_datetime(at)))
}

fn basic(at: DateTime) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}", at.hour(), at.minute(), at.second())
}

/// An address as it stands, without what could end its line.
fn address(url: &str) -> String {
    url.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect()
}

/// Text as RFC 5545, 3.3.11 writes it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let text = text.replace("\r\n", "\n");
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// The lines of a calendar, each folded as it is put down.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// The most octets in a line, its end not counted (RFC 5545, 3.1).
    const OCTETS_MAX: usize = 75;

    /// A line whose value is already as it must be.
    fn put(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut octets = 0;
        for letter in line.chars() {
            if octets + letter.len_utf8() > Lines::OCTETS_MAX {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(letter);
            octets += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A line whose value is a text that somebody wrote.
    fn put_text(&mut self, name: &str, text: &str) {
        self.put(name, &escaped(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_line_and_is_folded_between_letters() {
        let mut lines = Lines::default();
        lines.put_text("SUMMARY", "Tea; toast, and \\ play\r\nBEGIN:VEVENT\u{2028}\u{7}x");
        assert_eq!(lines.0, "SUMMARY:Tea\\; toast\\, and \\\\ play\\nBEGIN:VEVENT\\nx\r\n");
        let mut lines = Lines::default();
        let text = "Croeso 👶🏽 café ".repeat(30);
        lines.put_text("DESCRIPTION", &text);
        assert!(lines.0.split("\r\n").all(|line| line.len() <= 75), "{}", lines.0);
        assert_eq!(lines.0.replace("\r\n ", ""), format!("DESCRIPTION:{text}\r\n"));
    }

    #[test]
    fn an_hour_that_comes_twice_is_told_in_utc() {
        let mut lines = Lines::default();
        for at in
            ["2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T02:00:00Z", "2026-03-29T01:30:00Z"]
        {
            put_moment(&mut lines, "DTSTART", at.parse().unwrap(), &Zone::london());
        }
        assert_eq!(
            lines.0,
            "DTSTART:20251026T003000Z\r\nDTSTART:20251026T013000Z\r\n\
             DTSTART;TZID=Europe/London:20251026T020000\r\nDTSTART;TZID=Europe/London:20260329T023000\r\n"
        );
    }

    #[test]
    fn a_point_lies_on_the_earth() {
        assert!(Point::new(53.36, -2.73).is_some());
        assert!(Point::new(91.0, 0.0).is_none() && Point::new(f64::NAN, 0.0).is_none());
    }
}
