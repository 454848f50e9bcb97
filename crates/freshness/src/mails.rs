//! The mails of the room, with a sample of each.

use notify::Template;

/// Every mail this room sends.
pub static TEMPLATES: &[&Template] = &[&STILL_RIGHT, &TO_STEWARDS, &REPORT_ANSWERED];

/// Asks the keepers whether their entries are still right: one mail a day that names them all.
pub static STILL_RIGHT: Template = Template {
    key: "freshness.still_right",
    name: "Is this still right?",
    sent_when: "Sent to the people who keep an organisation’s entries when some are due to be checked: at most once a day to each person, with all their entries in it.",
    subject: "Is this still right? ((how_many)) to check",
    body: "Hello ((name)),

Families use what ((council)) shows about your services. Please look at this and tell us if it is still right:

((entries_lines))

Start here:

((start_link))

Press the button if nothing has changed. It takes a minute. If something has changed, you can put it right on the same page.

The link works once, within 14 days. Whoever has this email can use it to sign in as you, so please do not pass it on.

If you no longer look after this, tell us: ((contact)).",
    sample: &[
        ("name", "Demonstration keeper"),
        ("how_many", "2 entries"),
        ("council", "Halton family hubs"),
        (
            "entries_lines",
            "Example baby group. This is overdue. Last checked 1 July 2026.\nExample advice line. Last checked 3 August 2026.",
        ),
        ("start_link", "https://hub.example.org/sign-in/link/example"),
        ("contact", "0151 496 0000"),
    ],
    can_be_turned_off: true,
};

/// Tells the data stewards what was escalated, warned of or hidden today.
pub static TO_STEWARDS: Template = Template {
    key: "freshness.to_stewards",
    name: "Entries that need the council",
    sent_when: "Sent once a day to the council’s data stewards when entries that nobody answered for were passed to them, will be hidden, or were hidden.",
    subject: "((how_many)) that nobody has checked",
    body: "Nobody has answered our reminders about this.

((entries_lines))

Phone the service, or look at its website, and mark it as checked here:

((queue_link))",
    sample: &[
        ("how_many", "2 entries"),
        (
            "entries_lines",
            "Example baby group: told the council. Last checked 3 June 2026.\nExample advice line: hidden. Last checked 20 November 2025.",
        ),
        ("queue_link", "https://hub.example.org/admin/freshness"),
    ],
    can_be_turned_off: false,
};

/// Answers a visitor who reported that something was wrong and left an address.
pub static REPORT_ANSWERED: Template = Template {
    key: "freshness.report_answered",
    name: "Answer to a report",
    sent_when: "Sent when a report is settled, if the visitor left an e-mail address.",
    subject: "About your report ((reference))",
    body: "Hello,

Thank you for telling us that something was wrong.

((outcome))

((answer))

The page is here:

((page_link))

You do not need to do anything.",
    sample: &[
        ("reference", "7KQ4M2XH"),
        ("outcome", "We checked, and put it right."),
        ("answer", "The new phone number is on the page."),
        ("page_link", "https://hub.example.org/services/example-baby-group"),
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
    fn every_place_in_a_mail_has_a_sample_and_every_sample_a_place() {
        for template in TEMPLATES {
            let text = format!("{} {}", template.subject, template.body);
            let mut wanted = places(&text);
            wanted.sort_unstable();
            wanted.dedup();
            let mut given: Vec<&str> = template.sample.iter().map(|(name, _)| *name).collect();
            given.sort_unstable();
            assert_eq!(wanted, given, "{}", template.key);
            assert!(!text.contains("click here"), "{}", template.key);
        }
    }
}
