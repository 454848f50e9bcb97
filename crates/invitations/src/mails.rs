//! The message that an invitation is. It also fits into a text message.

use notify::Template;

/// Every message this room sends.
pub static TEMPLATES: &[&Template] = &[&INVITED];

/// A family is asked to a session.
pub static INVITED: Template = Template {
    key: "invitations.invited",
    name: "You are invited",
    sent_when: "Sent when a practitioner invites a family to a session by text or email.",
    subject: "You are invited: ((session))",
    body: "((inviter)) thinks that you may like ((session)):

((dates_lines))

((place))

See what it is, and book a place if you would like to come:

((invitation_link))

You do not have to. Nobody else is told that you were invited.",
    sample: &[
        ("inviter", "Your health visiting team"),
        ("session", "Example stay and play"),
        ("dates_lines", "Tuesday 1 December 2026, 9:30am\nTuesday 8 December 2026, 9:30am"),
        ("place", "Example Family Hub, 1 Example Street"),
        ("invitation_link", "https://hub.example.org/i/K7QM2XPD4R"),
    ],
    can_be_turned_off: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_place_in_the_message_has_a_sample_and_every_sample_a_place() {
        let text = format!("{} {}", INVITED.subject, INVITED.body);
        let places = text.split("((").skip(1).filter_map(|rest| rest.split_once("))")).map(|(name, _)| name);
        let given = INVITED.sample.iter().map(|(name, _)| *name);
        assert_eq!(places.collect::<BTreeSet<_>>(), given.collect::<BTreeSet<_>>());
    }
}
