use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Which date of a series: the civil date and time that it was first given, however it has been moved since (RFC
/// 5545's RECURRENCE-ID). Bookings hold it, and the UID in people's calendars is made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(DateTime);

impl Key {
    /// The key of a date, to the minute.
    pub fn new(at: DateTime) -> Result<Key, KeyRefusal> {
        if at.second() == 0 && at.subsec_nanosecond() == 0 { Ok(Key(at)) } else { Err(KeyRefusal) }
    }

    /// The date and time that it was first given.
    pub fn at(&self) -> DateTime {
        self.0
    }
}

/// `20261109T0930`: sorts as time does, and can stand in an address.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0;
        let (year, month, day) = (at.year(), at.month(), at.day());
        write!(f, "{year:04}{month:02}{day:02}T{:02}{:02}", at.hour(), at.minute())
    }
}

impl FromStr for Key {
    type Err = KeyRefusal;
    fn from_str(text: &str) -> Result<Key, KeyRefusal> {
        let plain = text.len() == 13
            && text.bytes().enumerate().all(
                |(at, letter)| {
                    if at == 8 { letter == b'T' } else { letter.is_ascii_digit() }
                },
            );
        if !plain {
            return Err(KeyRefusal);
        }
        let number = |from: usize, to: usize| text[from..to].parse::<i8>().map_err(|_| KeyRefusal);
        let year = text[..4].parse().map_err(|_| KeyRefusal)?;
        let at = DateTime::new(year, number(4, 6)?, number(6, 8)?, number(9, 11)?, number(11, 13)?, 0, 0)
            .map_err(|_| KeyRefusal)?;
        Key::new(at)
    }
}

impl TryFrom<String> for Key {
    type Error = KeyRefusal;
    fn try_from(text: String) -> Result<Key, KeyRefusal> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.to_string()
    }
}

/// No key of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("We do not know this date. Choose one from the list.")]
pub struct KeyRefusal;

/// What somebody decided about one date, by hand. It stands beside the rule and wins over it. One date may be moved and
/// then cancelled; taking the exception away again undoes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Exception {
    /// A date besides those of the rule. It is held even where the season would leave it out.
    Extra {
        /// Its date and time, and from then on its key.
        key: Key,
        /// Another length than the series has.
        minutes: Option<u16>,
        /// Another place than the series has, as the room that keeps places writes it.
        place: Option<String>,
    },
    /// Held on another day, at another time, for longer, or elsewhere. It keeps its key.
    Moved {
        /// Which date.
        key: Key,
        /// When it is held now.
        to: DateTime,
        /// Another length than before.
        minutes: Option<u16>,
        /// Another place than before.
        place: Option<String>,
    },
    /// Not held. It stays in lists and calendars, said to be cancelled.
    Cancelled {
        /// Which date.
        key: Key,
        /// Why, for families: 'The hall is being painted'.
        reason: String,
    },
}

impl Exception {
    /// Which date it is about.
    pub fn key(&self) -> Key {
        match self {
            Exception::Extra { key, .. }
            | Exception::Moved { key, .. }
            | Exception::Cancelled { key, .. } => *key,
        }
    }

    /// Its length, if it sets one.
    pub(crate) fn minutes(&self) -> Option<u16> {
        match self {
            Exception::Extra { minutes, .. } | Exception::Moved { minutes, .. } => *minutes,
            Exception::Cancelled { .. } => None,
        }
    }

    pub(crate) fn same_kind(&self, other: &Exception) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = Key::new("2026-11-09T09:30".parse().unwrap()).unwrap();
        assert_eq!(key.to_string(), "20261109T0930");
        assert_eq!("20261109T0930".parse(), Ok(key));
        for wrong in ["", "20261109T093", "20261309T0930", "2026-11-09T9", "20261109 0930", "2026110éT0930"]
        {
            assert_eq!(wrong.parse::<Key>(), Err(KeyRefusal), "{wrong}");
        }
        assert_eq!(Key::new("2026-11-09T09:30:15".parse().unwrap()), Err(KeyRefusal));
    }
}
