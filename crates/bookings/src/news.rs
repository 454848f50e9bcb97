//! What is news to a family of the dates they have, and at which hour they are told: no database, no clock, no page.

use crate::model::Rules;
use jiff::{SignedDuration, ToSpan, civil::Time};
use kernel::{Date, Instant, london};

/// On the day itself a change is told between these hours at once, asleep or not: they may be about to set out.
const EARLIEST: Time = Time::constant(6, 0, 0, 0);
const LATEST: Time = Time::constant(22, 0, 0, 0);
/// Shorter before the start nobody is reminded any more, and nobody is left asleep who must hear of a change.
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// When a family is reminded of a date: the day before, at the same time on the clock, or as near to it as families are
/// awake.
pub(crate) fn decide_reminder_at(starts_at: Instant, rules: &Rules) -> Instant {
    let starts = starts_at.to_zoned(london());
    let before_bed = rules.sleeps.saturating_sub(1.hour());
    let time = starts.time().min(before_bed).max(rules.wakes);
    at(starts.date().saturating_sub(1.day()), time)
}

/// Whether a reminder may go out at this moment. One that is late (nobody worked at its time) may, by day and while there
/// is time to come.
pub(crate) fn may_remind(now: Instant, starts_at: Instant, rules: &Rules) -> bool {
    is_awake(now, rules) && decide_reminder_at(starts_at, rules) <= now && now <= starts_at - AN_HOUR
}

/// When a family is told that a date has changed: on the day itself at once between six and ten; otherwise by day, or
/// when they wake, unless that would be too late.
pub(crate) fn decide_tell_at(now: Instant, starts_at: Instant, rules: &Rules) -> Instant {
    let (today, day) = (day_of(now), day_of(starts_at));
    if is_awake(now, rules) || (today == day && at(today, EARLIEST) <= now && now < at(today, LATEST)) {
        return now;
    }
    let wakes_today = at(today, rules.wakes);
    let waking = if now < wakes_today { wakes_today } else { at(today.saturating_add(1.day()), rules.wakes) };
    let early = at(day, EARLIEST);
    if now < early && early < waking && (today == day || starts_at - AN_HOUR < waking) {
        early
    } else {
        waking
    }
}

/// Whether families are awake.
pub(crate) fn is_awake(now: Instant, rules: &Rules) -> bool {
    let time = now.to_zoned(london()).time();
    rules.wakes <= time && time < rules.sleeps
}

fn day_of(instant: Instant) -> Date {
    instant.to_zoned(london()).date()
}

fn at(day: Date, time: Time) -> Instant {
    // Every civil time has an instant in Europe/London; where a clock skips it, the one after the gap.
    day.to_datetime(time).to_zoned(london()).map_or(Instant::MAX, |zoned| zoned.timestamp())
}

/// What somebody knows, or should know, of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DateAs {
    /// Whether it is held.
    pub is_held: bool,
    /// When it starts.
    pub starts_at: Instant,
    /// Where, by its address in the directory; not known of who booked a moment ago.
    pub place: Option<String>,
}

/// What happened to a date since a family was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It is not held.
    Cancelled,
    /// It is held at another time, or another place, or both.
    Moved {
        /// Where it is held is another place than before.
        elsewhere: bool,
    },
    /// It was said not to be held, and is.
    OnAgain,
}

/// What is news of a date to who knew it as `known`.
pub(crate) fn decide_news(known: &DateAs, now: &DateAs) -> Option<News> {
    match (known.is_held, now.is_held) {
        (true, false) => Some(News::Cancelled),
        (false, true) => Some(News::OnAgain),
        (false, false) => None,
        (true, true) => {
            let elsewhere = known.place.is_some() && known.place != now.place;
            (elsewhere || known.starts_at != now.starts_at).then_some(News::Moved { elsewhere })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_reminder_comes_the_day_before_while_families_are_awake() {
        let rows = [
            // A morning session: the morning before.
            ("2026-12-01T09:00:00Z", "2026-11-30T09:00:00Z"),
            // Before families wake, and after they sleep.
            ("2026-12-01T07:00:00Z", "2026-11-30T08:00:00Z"),
            ("2026-12-01T21:00:00Z", "2026-11-30T19:00:00Z"),
            // By the clock on the wall, over its change: half past nine is half past nine.
            ("2026-10-25T09:30:00Z", "2026-10-24T08:30:00Z"),
        ];
        for (starts, reminded) in rows {
            assert_eq!(decide_reminder_at(at(starts), &Rules::default()), at(reminded), "{starts}");
        }
    }

    #[test]
    fn a_change_of_today_is_told_at_once_and_any_other_by_day() {
        let rows = [
            // By day: at once.
            ("2026-12-01T10:00:00Z", "2026-12-20T09:30:00Z", "2026-12-01T10:00:00Z"),
            // Of today, before families wake and after they sleep: at once.
            ("2026-12-01T06:30:00Z", "2026-12-01T09:30:00Z", "2026-12-01T06:30:00Z"),
            ("2026-12-01T20:30:00Z", "2026-12-01T22:30:00Z", "2026-12-01T20:30:00Z"),
            // Of today, in the night: at six.
            ("2026-12-01T05:00:00Z", "2026-12-01T09:30:00Z", "2026-12-01T06:00:00Z"),
            // Of another day, in the evening: in the morning.
            ("2026-12-01T21:00:00Z", "2026-12-02T09:30:00Z", "2026-12-02T08:00:00Z"),
            ("2026-12-01T03:00:00Z", "2026-12-09T09:30:00Z", "2026-12-01T08:00:00Z"),
            // Of tomorrow, so early that waking would be too late.
            ("2026-12-01T23:00:00Z", "2026-12-02T08:30:00Z", "2026-12-02T06:00:00Z"),
        ];
        for (now, starts, told) in rows {
            assert_eq!(decide_tell_at(at(now), at(starts), &Rules::default()), at(told), "{now} of {starts}");
        }
    }

    #[test]
    fn only_what_a_family_does_not_know_is_news() {
        let date = |is_held: bool, hour: i64, place: Option<&str>| DateAs {
            is_held,
            starts_at: at("2026-12-01T00:00:00Z") + SignedDuration::from_hours(hour),
            place: place.map(str::to_owned),
        };
        let rows = [
            (date(true, 9, Some("hall")), date(true, 9, Some("hall")), None),
            (date(true, 9, None), date(true, 9, Some("hall")), None),
            (date(true, 9, Some("hall")), date(false, 9, Some("hall")), Some(News::Cancelled)),
            (date(true, 9, None), date(true, 10, Some("hall")), Some(News::Moved { elsewhere: false })),
            (date(true, 9, Some("hall")), date(true, 9, Some("hub")), Some(News::Moved { elsewhere: true })),
            (date(false, 9, None), date(true, 9, None), Some(News::OnAgain)),
            (date(false, 9, None), date(false, 10, None), None),
        ];
        for (known, now, news) in rows {
            assert_eq!(decide_news(&known, &now), news, "{known:?} {now:?}");
        }
    }

    proptest! {
        #[test]
        fn no_reminder_comes_in_the_night_and_none_on_the_day_itself(minutes in 0_i64..600_000) {
            let (starts, rules) = (at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes), Rules::default());
            let reminded = decide_reminder_at(starts, &rules);
            prop_assert!(is_awake(reminded, &rules), "{reminded} for {starts}");
            prop_assert_eq!(day_of(reminded).saturating_add(1.day()), day_of(starts));
        }

        #[test]
        fn nobody_is_woken_for_another_day_unless_waking_would_be_too_late(
            minutes in 0_i64..600_000, until_start in 1_i64..20_000,
        ) {
            let (now, rules) = (at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes), Rules::default());
            let starts = now + SignedDuration::from_mins(until_start);
            let told = decide_tell_at(now, starts, &rules);
            prop_assert!(told >= now);
            let time = told.to_zoned(london()).time();
            prop_assert!(is_awake(told, &rules) || (EARLIEST <= time && time < LATEST && day_of(told) == day_of(starts)));
            prop_assert!(told <= starts || until_start < 9 * 60, "{now} {starts} {told}");
        }
    }
}
