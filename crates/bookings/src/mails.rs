//! The messages of the room, with a sample of each. Each also fits into a text message.

use notify::Template;

/// Every message this room sends.
pub static TEMPLATES: &[&Template] = &[
    &BOOKED,
    &WAITING,
    &OFFERED,
    &LAPSED,
    &CANCELLED,
    &MOVED,
    &REMINDER,
    &CHANGED,
    &CALLED_OFF,
    &WAITING_CLOSED,
];

const SAMPLE: &[(&str, &str)] = &[
    ("session", "Example stay and play"),
    ("dates_lines", "Tuesday 1 December 2026, 9:30am\nTuesday 8 December 2026, 9:30am"),
    ("reference", "7KQ4M2XH"),
    ("manage_link", "https://hub.example.org/bookings/7KQ4M2XH/example"),
];

const OFFER_SAMPLE: &[(&str, &str)] = &[
    ("session", "Example stay and play"),
    ("dates_lines", "Tuesday 1 December 2026, 9:30am"),
    ("until", "Friday 27 November 2026, 12pm"),
    ("reference", "7KQ4M2XH"),
    ("manage_link", "https://hub.example.org/bookings/7KQ4M2XH/example"),
];

/// The party comes.
pub static BOOKED: Template = Template {
    key: "bookings.booked",
    name: "You are booked",
    sent_when: "Sent when a family books, or takes a place that was offered to them.",
    subject: "You are booked: ((session))",
    body: "You have a place at ((session)):

((dates_lines))

Your booking reference is ((reference)).

See your booking, change it or cancel it:

((manage_link))

If you cannot come, please cancel. Another family can then have your place.",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// The party joined the queue.
pub static WAITING: Template = Template {
    key: "bookings.waiting",
    name: "You are on the waiting list",
    sent_when: "Sent when a family joins a waiting list, or goes back to it.",
    subject: "You are on the waiting list: ((session))",
    body: "((session)) is full on these dates. You are on the waiting list:

((dates_lines))

We will write to you if a place comes free. You do not need to do anything.

Your reference is ((reference)). See your place on the list, or leave it:

((manage_link))",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// Places came free.
pub static OFFERED: Template = Template {
    key: "bookings.offered",
    name: "A place is free for you",
    sent_when: "Sent when a place comes free and the family is the next on the waiting list.",
    subject: "A place is free for you: ((session))",
    body: "A place has come free for you at ((session)):

((dates_lines))

We keep it for you until ((until)). Say yes or no here:

((manage_link))

If we do not hear from you by then, we offer it to the next family. Your reference is ((reference)).",
    sample: OFFER_SAMPLE,
    can_be_turned_off: false,
};

/// Nobody answered the offer.
pub static LAPSED: Template = Template {
    key: "bookings.lapsed",
    name: "The place went to another family",
    sent_when: "Sent when a family did not answer the offer of a place in time.",
    subject: "Your offer has ended: ((session))",
    body: "We did not hear from you in time, so the place at ((session)) was offered to another family:

((dates_lines))

Do you still want to come? You can go back on the waiting list here:

((manage_link))

Your reference is ((reference)).",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// The booking was taken back.
pub static CANCELLED: Template = Template {
    key: "bookings.cancelled",
    name: "Your booking is cancelled",
    sent_when: "Sent when a family cancels a booking or leaves a waiting list.",
    subject: "Cancelled: ((session))",
    body: "Your booking for ((session)) is cancelled. The reference was ((reference)).

You do not need to do anything. If you did not cancel it, tell us. Your booking is here:

((manage_link))",
    sample: &[
        ("session", "Example stay and play"),
        ("reference", "7KQ4M2XH"),
        ("manage_link", "https://hub.example.org/bookings/7KQ4M2XH/example"),
    ],
    can_be_turned_off: false,
};

/// The party goes to other dates.
pub static MOVED: Template = Template {
    key: "bookings.moved",
    name: "Your booking has moved",
    sent_when: "Sent when a booking is moved to other dates or times, by the family or by staff.",
    subject: "Your booking has moved: ((session))",
    body: "Your booking has moved. You now have a place at ((session)):

((dates_lines))

Your booking reference is still ((reference)).

See your booking, change it or cancel it:

((manage_link))",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// The day before.
pub static REMINDER: Template = Template {
    key: "bookings.reminder",
    name: "A reminder of your place",
    sent_when: "Sent the day before each date that a family has booked, while families are awake. Never for a date that is cancelled.",
    subject: "A reminder: ((session))",
    body: "This is a reminder. You have a place at ((session)):

((when_lines))

If you cannot come, tell us here. Another family can then have your place:

((manage_link))

Your booking reference is ((reference)).",
    sample: &[
        ("session", "Example stay and play"),
        ("when_lines", "Tuesday 1 December 2026, 9:30am\nExample hall, the green room\nBring: a drink"),
        ("reference", "7KQ4M2XH"),
        ("manage_link", "https://hub.example.org/bookings/7KQ4M2XH/example"),
    ],
    can_be_turned_off: true,
};

/// A date is cancelled, moved, or on again, and the booking stands.
pub static CHANGED: Template = Template {
    key: "bookings.changed",
    name: "A date has changed",
    sent_when: "Sent when staff cancel or move a date that a family has booked, is offered or waits for. On the day itself it is sent at once between 6am and 10pm.",
    subject: "A change to ((session))",
    body: "There is a change at ((session)):

((changes_lines))

((what_now))

See your booking, choose another date or give your place up:

((manage_link))

Your reference is ((reference)).",
    sample: &[
        ("session", "Example stay and play"),
        ("changes_lines", "Cancelled: Tuesday 1 December 2026, 9:30am. The hall is being painted."),
        ("what_now", "Your other dates stay as they are."),
        ("reference", "7KQ4M2XH"),
        ("manage_link", "https://hub.example.org/bookings/7KQ4M2XH/example"),
    ],
    can_be_turned_off: false,
};

/// Nothing is left of the booking, since none of its dates is held.
pub static CALLED_OFF: Template = Template {
    key: "bookings.called_off",
    name: "The session is cancelled",
    sent_when: "Sent when staff cancel every date that a family has booked or is offered.",
    subject: "Cancelled: ((session))",
    body: "We are sorry. ((session)) is cancelled:

((changes_lines))

Your booking is over and you do not need to do anything. The reference was ((reference)).

See when it is on next, and book another date:

((session_link))",
    sample: &[
        ("session", "Example stay and play"),
        ("changes_lines", "Tuesday 1 December 2026, 9:30am. The hall is being painted."),
        ("reference", "7KQ4M2XH"),
        ("session_link", "https://hub.example.org/whats-on/example"),
    ],
    can_be_turned_off: false,
};

/// Nobody can be offered what this party waited for any more.
pub static WAITING_CLOSED: Template = Template {
    key: "bookings.waiting_closed",
    name: "The waiting list is closed",
    sent_when: "Sent when a date that a family waits for is cancelled, or is over without a place for them.",
    subject: "The waiting list is closed: ((session))",
    body: "We are sorry. You were on the waiting list for ((session)), and it is closed:

((changes_lines))

You do not need to do anything. Your reference was ((reference)).

See when it is on next:

((session_link))",
    sample: &[
        ("session", "Example stay and play"),
        ("changes_lines", "Tuesday 1 December 2026, 9:30am. No place came free."),
        ("reference", "7KQ4M2XH"),
        ("session_link", "https://hub.example.org/whats-on/example"),
    ],
    can_be_turned_off: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in `((...))` of a text.
    fn places(text: &str) -> Vec<&str> {
        text.split("((").skip(1).filter_map(|rest| rest.split_once("))")).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_place_in_a_message_has_a_sample_and_every_sample_a_place() {
        for template in TEMPLATES {
            let text = format!("{} {}", template.subject, template.body);
            let mut wanted = places(&text);
            wanted.sort_unstable();
            wanted.dedup();
            let mut given: Vec<&str> = template.sample.iter().map(|(name, _)| *name).collect();
            given.sort_unstable();
            assert_eq!(wanted, given, "{}", template.key);
        }
    }
}
