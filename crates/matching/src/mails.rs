//! The message that carries a list. It also fits into a text message, and says nothing of what is on the list: a phone may
//! show it to whoever holds it.

use notify::Template;

/// Every message this room sends.
pub static TEMPLATES: &[&Template] = &[&LIST_HANDED_OVER];

/// A list is handed over.
pub static LIST_HANDED_OVER: Template = Template {
    key: "matching.list_handed_over",
    name: "A list that was handed over",
    sent_when: "Sent when a practitioner hands a list of services to a family by email or text.",
    subject: "The list you asked for",
    body: "Here is the list you asked for:

((list_link))

You need no account to open it. It opens until ((until)). Nobody is told who opened it.",
    sample: &[("list_link", "https://hub.example.org/l/K7QM2XPD4RAB"), ("until", "21 February 2027")],
    can_be_turned_off: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_place_in_the_message_has_a_sample_and_every_sample_a_place() {
        let text = format!("{} {}", LIST_HANDED_OVER.subject, LIST_HANDED_OVER.body);
        let places = text.split("((").skip(1).filter_map(|rest| rest.split_once("))")).map(|(name, _)| name);
        let given = LIST_HANDED_OVER.sample.iter().map(|(name, _)| *name);
        assert_eq!(places.collect::<BTreeSet<_>>(), given.collect::<BTreeSet<_>>());
    }
}
