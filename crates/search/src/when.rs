//! A day and a time against the sessions of an entry: both are for one session, and the night runs into the next day.

use crate::document::Slot;
use crate::query::Query;
use kernel::Date;

/// A day and a time that one slot must answer, and the day on which that is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub days: u8,
    pub time: Option<(u16, u16)>,
    pub today: Option<Date>,
}

impl When {
    pub fn of(query: &Query) -> When {
        When { days: query.days, time: query.time, today: query.today }
    }

    pub fn leaning(query: &Query) -> When {
        When { days: query.leanings.days, time: query.leanings.time, today: query.today }
    }

    pub fn is_any(&self) -> bool {
        self.days == 0 && self.time.is_none()
    }
}

const DAY: i32 = 1440;

/// A slot as days, from and until, against a day and a time.
pub(crate) fn slot_answers(
    (slot_days, from, until): (u8, u16, u16),
    days: u8,
    time: Option<(u16, u16)>,
) -> bool {
    let asked_days = if days == 0 { 0x7f } else { days & 0x7f };
    let Some((asked_from, asked_until)) = time else { return slot_days & asked_days != 0 };
    // The slot may start the day before the one asked about, or the hours asked about may run into its day.
    [-1i32, 0, 1].into_iter().any(|later| {
        let shift = later * DAY;
        let overlaps = i32::from(from).max(i32::from(asked_from) + shift)
            < i32::from(until).min(i32::from(asked_until) + shift);
        overlaps && turned(slot_days, later) & asked_days != 0
    })
}

/// The days as many days later in the week.
fn turned(days: u8, later: i32) -> u8 {
    let days = days & 0x7f;
    match later {
        1 => (days << 1 | days >> 6) & 0x7f,
        -1 => (days >> 1 | days << 6) & 0x7f,
        _ => days,
    }
}

/// Whether a slot answers a day and a time, both at once. A day mask of 0 is any day.
pub fn slot_is_within(slot: &Slot, days: u8, time: Option<(u16, u16)>) -> bool {
    slot_answers((slot.days, slot.from, slot.until), days, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(days: u8, from: u16, until: u16) -> Slot {
        Slot { days, from, until, lasting: (None, None), next: None, label: String::new() }
    }

    #[test]
    fn a_day_and_a_time_are_answered_by_one_slot_across_midnight_too() {
        let monday = 1;
        let tuesday = 2;
        for (slot, days, time, answer) in [
            (slot(monday, 600, 660), monday, None, true),
            (slot(monday, 600, 660), tuesday, None, false),
            (slot(monday, 600, 660), 0, Some((630, 700)), true),
            (slot(monday, 600, 660), 0, Some((660, 700)), false),
            (slot(monday, 600, 660), tuesday, Some((600, 660)), false),
            (slot(monday, 1320, 1800), tuesday, Some((120, 180)), true),
            (slot(monday, 1320, 1800), monday, Some((120, 180)), false),
            (slot(1 << 6, 1320, 1800), monday, Some((120, 180)), true),
            (slot(tuesday, 60, 120), monday, Some((1320, 1800)), true),
            (slot(0x7f, 0, 1440), tuesday, Some((1320, 1800)), true),
        ] {
            assert_eq!(slot_is_within(&slot, days, time), answer, "{slot:?} {days} {time:?}");
        }
    }
}
