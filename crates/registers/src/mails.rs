//! The messages of the room, with a sample of each.

use notify::Template;

/// Every message this room sends.
pub static TEMPLATES: &[&Template] = &[&ABOUT_YOUR_BOOKING, &PLACES_RELEASED];

/// What staff write to a family when they cancel a booking for them.
pub static ABOUT_YOUR_BOOKING: Template = Template {
    key: "registers.about_your_booking",
    name: "About your cancelled booking",
    sent_when: "Sent when somebody who runs a session cancels a booking for a family and writes a few words to them.",
    subject: "About your booking: ((session))",
    body: "We cancelled your booking for ((session)). The reference was ((reference)).

((words_lines))

Is this wrong, or do you have a question? Ring ((phone)) and say your reference.",
    sample: &[
        ("session", "Example stay and play"),
        ("reference", "7KQ4M2XH"),
        (
            "words_lines",
            "The room is too small for your party that day. The Thursday session has more space.",
        ),
        ("phone", "01632 960 100"),
    ],
    can_be_turned_off: false,
};

/// A person decided to give a family's coming places to others.
pub static PLACES_RELEASED: Template = Template {
    key: "registers.places_released",
    name: "Your places go to other families",
    sent_when: "Sent when a person decides to release a family's coming places after they did not come several times.",
    subject: "Your places at ((session))",
    body: "You were booked at ((session)) and we did not see you ((times)) times. ((why_lines))

((dates_lines))

Did something get in the way, or did we get this wrong? Ring ((phone)) and say your reference, ((reference)). A person will look at it again, and you can have your places back if they are still free.

You can book again at any time.",
    sample: &[
        ("session", "Example stay and play"),
        ("times", "2"),
        ("why_lines", "Other families are waiting, so we have given your next places to them:"),
        ("dates_lines", "Tuesday 1 December 2026, 9:30am"),
        ("phone", "01632 960 100"),
        ("reference", "7KQ4M2XH"),
    ],
    can_be_turned_off: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_a_message_has_a_sample_and_every_sample_a_place() {
        for template in TEMPLATES {
            let text = format!("{} {}", template.subject, template.body);
            let mut wanted: Vec<&str> = text
                .split("((")
                .skip(1)
                .filter_map(|rest| rest.split_once("))"))
                .map(|(name, _)| name)
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            let mut given: Vec<&str> = template.sample.iter().map(|(name, _)| *name).collect();
            given.sort_unstable();
            assert_eq!(wanted, given, "{}", template.key);
        }
    }
}
