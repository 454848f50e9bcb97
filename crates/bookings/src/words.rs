//! What families read: dates, places that are left, and one sentence for each refusal.

use crate::{
    model::{Refused, Room, State},
    tell_again::Told,
};
use kernel::{Instant, london};
use web::say;

/// 'Tuesday 1 December, 9:30am'.
pub(crate) fn date_words(starts_at: Instant) -> String {
    let at = starts_at.to_zoned(london());
    let minutes = u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0);
    format!("{} {}, {}", at.strftime("%A"), at.strftime("%-d %B"), say::time_of_day(minutes))
}

/// 'Tuesday 24 November at 6pm'.
pub(crate) fn until_words(until: Instant) -> String {
    date_words(until).replace(", ", " at ")
}

/// How many places are left, for somebody who looks. Many are not counted out.
pub(crate) fn left_words(room: Room, waiting: usize) -> String {
    match (room.free(), waiting) {
        (..=0, 0) => "Full".to_owned(),
        (free, waiting) if free <= 0 || waiting > 0 => {
            format!("Full, and {} waiting", say::count(waiting, "family is", "families are"))
        }
        (1, _) => "1 place left".to_owned(),
        (free @ 2..=5, _) => format!("{free} places left"),
        _ => "Places free".to_owned(),
    }
}

/// How full a date is, for those who keep it; the numbers add up: '3 of 6 places taken, 1 more allowed, 4 free'.
pub fn places_words(room: Room) -> String {
    let mut parts = vec![format!("{} of {} places taken", room.taken, room.capacity)];
    if room.allowance > 0 {
        parts.push(format!("{} more allowed", room.allowance));
    }
    if room.held > 0 {
        parts.push(format!("{} kept for somebody", room.held));
    }
    parts.push(format!("{} free", room.free().max(0)));
    parts.join(", ")
}

/// Where a booking stands, as a heading.
pub(crate) fn state_words(state: State) -> &'static str {
    match state {
        State::Held => "Your places are kept while you type",
        State::Waiting => "You are on the waiting list",
        State::Offered => "There is a place for you",
        State::Booked => "You have a place",
        State::Cancelled => "This booking is cancelled",
        State::Lapsed => "This offer has ended",
        State::Declined => "You said no to this place",
    }
}

/// The box a refusal belongs to, and its sentence.
pub(crate) fn refused_words(why: &Refused) -> (&'static str, String) {
    let (field, words) = match why {
        Refused::Dates => ("date", "Choose at least one date"),
        Refused::NotHeld => ("date", "One of these dates is not on any more. Choose another date"),
        Refused::NotYet(opens) => {
            return ("", format!("Booking opens on {}. What you typed is below", until_words(*opens)));
        }
        Refused::TooLate => ("date", "It is too late to book one of these dates. Choose another date"),
        Refused::NotThisWay => ("", "This session is not booked here. Its page says how to come"),
        Refused::WholeCourse(_) => ("date", "This is a course: you book all of its dates together"),
        Refused::Party => ("child_1_name", "Say who is coming, at most 12 people"),
        Refused::Age { guest, .. } => {
            return (
                CHILD_BORN.get(*guest).copied().unwrap_or("child_1_born"),
                "This session is for children of another age on that day. Choose another session or date"
                    .to_owned(),
            );
        }
        Refused::Full(_) => (
            "date",
            "There is no room for all of you on a date you chose. Join the waiting list below, or choose another date",
        ),
        Refused::QueueForOne => ("date", "You can join one waiting list at a time"),
        Refused::OtherContent => (
            "",
            "This form was sent before with other answers, and that booking stands. Open a new form to change it",
        ),
        Refused::Twice(_) => ("again", "You already have a place on this date"),
        Refused::Over => ("", "This booking is over, so it cannot be changed"),
        Refused::Ended => ("", "The time for this offer has ended"),
    };
    (field, words.to_owned())
}

/// What somebody is told who asks for what they have. It shows neither the reference nor the link: whoever typed the
/// address may be another.
pub(crate) fn twice_words(told: Told) -> String {
    let (Told::Sent(state) | Told::NotSent(state)) = told;
    let has = match state {
        State::Waiting | State::Offered => "You are already on the waiting list for this date",
        _ => "You already have a place on this date",
    };
    match told {
        Told::Sent(_) => format!("{has}. We have sent you the link again, so look at your messages"),
        Told::NotSent(_) => format!("{has}. You can look it up with your reference"),
    }
}

/// The boxes for dates of birth, in their order.
pub(crate) const CHILD_BORN: [&str; 6] =
    ["child_1_born", "child_2_born", "child_3_born", "child_4_born", "child_5_born", "child_6_born"];
/// The boxes for names, in their order.
pub(crate) const CHILD_NAME: [&str; 6] =
    ["child_1_name", "child_2_name", "child_3_name", "child_4_name", "child_5_name", "child_6_name"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_places_read_as_people_say_them() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(date_words(at("2026-12-01T09:30:00Z")), "Tuesday 1 December, 9:30am");
        assert_eq!(until_words(at("2026-07-04T11:00:00Z")), "Saturday 4 July at midday");
        let room = |taken| Room { capacity: 10, taken, ..Room::default() };
        let left = |taken, waiting| left_words(room(taken), waiting);
        assert_eq!([left(0, 0), left(6, 0), left(9, 0)], ["Places free", "4 places left", "1 place left"]);
        assert_eq!(
            [left(10, 0), left(11, 0), left(10, 1)],
            ["Full", "Full", "Full, and 1 family is waiting"]
        );
        let full = |taken, held, allowance| places_words(Room { capacity: 6, allowance, taken, held });
        assert_eq!(full(3, 0, 1), "3 of 6 places taken, 1 more allowed, 4 free");
        assert_eq!(full(7, 1, 2), "7 of 6 places taken, 2 more allowed, 1 kept for somebody, 0 free");
        assert_eq!(full(8, 0, 0), "8 of 6 places taken, 0 free", "places that were cut");
        assert_eq!(left(9, 2), "Full, and 2 families are waiting", "what is free is theirs");
    }
}
