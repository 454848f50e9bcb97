//! The room's mails.

use access::PersonId;
use kernel::{Dice, Email, Fault, Instant};
use notify::{Message, Template, To};
use store::Tx;

/// Every wording of the room.
pub static TEMPLATES: &[&Template] = &[
    &SIGN_IN_LINK,
    &INVITATION,
    &RESET,
    &PASSWORD_CHANGED,
    &NEW_WAY_TO_SIGN_IN,
    &WAY_REMOVED,
    &crate::manage_people::LINK_FROM_STAFF,
];

/// The link somebody asked for.
pub static SIGN_IN_LINK: Template = Template {
    key: "accounts.sign_in_link",
    name: "Link to sign in",
    sent_when: "Somebody asks to sign in with a link.",
    subject: "Your link to sign in to ((council))",
    body: "Hello ((name)),

Use this link to sign in to ((council)). It works once, for 15 minutes.

((link))

Open it on the phone or computer where you asked for it. On another one we ask for the code that is shown where you asked.

If you did not ask for this, you need not do anything. Nobody can sign in without this email. Never give the link or the code to anybody, not even to us.",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration parent"),
        ("link", "https://hearth.example/sign-in/link/an-example"),
    ],
    can_be_turned_off: false,
};

/// Somebody was added.
pub static INVITATION: Template = Template {
    key: "accounts.invitation",
    name: "Invitation to set up an account",
    sent_when: "The council adds somebody who signs in with a password.",
    subject: "Set up your account with ((council))",
    body: "Hello ((name)),

((council)) has made an account for you. Use this link to choose a password. It works once, for 24 hours.

((link))

If you did not expect this, ask the council before you use the link.",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration editor"),
        ("link", "https://hearth.example/sign-in/link/an-example"),
    ],
    can_be_turned_off: false,
};

/// Everything was reset.
pub static RESET: Template = Template {
    key: "accounts.reset",
    name: "Sign-in was reset",
    sent_when: "The council resets somebody's ways of signing in.",
    subject: "Set up your sign-in to ((council)) again",
    body: "Hello ((name)),

Your ways of signing in to ((council)) were reset, and you were signed out everywhere. Use this link to choose a new password. It works once, for 24 hours.

((link))

If you did not ask for this, tell the council.",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration editor"),
        ("link", "https://hearth.example/sign-in/link/an-example"),
    ],
    can_be_turned_off: false,
};

/// The password was changed.
pub static PASSWORD_CHANGED: Template = Template {
    key: "accounts.password_changed",
    name: "Password changed",
    sent_when: "Somebody's password was changed.",
    subject: "Your password was changed",
    body: "Hello ((name)),

Your password for ((council)) was just changed.

If it was you, there is nothing to do. If it was not, tell the council at once: ((phone)).",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration editor"),
        ("phone", "0151 496 0000"),
    ],
    can_be_turned_off: false,
};

/// A way of signing in was added.
pub static NEW_WAY_TO_SIGN_IN: Template = Template {
    key: "accounts.new_way_to_sign_in",
    name: "New way to sign in",
    sent_when: "A way of signing in was added to somebody's account.",
    subject: "A new way to sign in was added",
    body: "Hello ((name)),

A new way to sign in was added to your account with ((council)): ((way)).

If it was you, there is nothing to do. If it was not, tell the council at once: ((phone)).",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration editor"),
        ("way", "codes from an app"),
        ("phone", "0151 496 0000"),
    ],
    can_be_turned_off: false,
};

/// A way of signing in was taken away.
pub static WAY_REMOVED: Template = Template {
    key: "accounts.way_removed",
    name: "Way to sign in removed",
    sent_when: "A way of signing in was taken from somebody's account.",
    subject: "A way to sign in was removed",
    body: "Hello ((name)),

A way to sign in was taken off your account with ((council)): ((way)).

If it was you, there is nothing to do. If it was not, tell the council at once: ((phone)).",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration editor"),
        ("way", "a passkey"),
        ("phone", "0151 496 0000"),
    ],
    can_be_turned_off: false,
};

/// Where mails go: into the house's outbox, or in a test onto a pile.
#[derive(Clone)]
pub(crate) enum Post {
    /// The outbox.
    Queued,
    /// A test's pile.
    #[cfg(test)]
    Pile(std::sync::Arc<std::sync::Mutex<Vec<Message>>>),
}

impl Post {
    /// Sends a mail with the transaction it tells of.
    pub(crate) fn send(
        &self,
        tx: &mut Tx<'_>,
        message: &Message,
        dice: &Dice,
        now: Instant,
    ) -> Result<(), Fault> {
        match self {
            Post::Queued => notify::queue(tx, message, dice, now).map(|_| ()),
            #[cfg(test)]
            Post::Pile(pile) => {
                pile.lock().expect("the pile's lock is never held across a panic").push(message.clone());
                Ok(())
            }
        }
    }
}

/// A mail to one person, with what every wording may name.
pub(crate) fn to_person(
    template: &'static Template,
    person: PersonId,
    (name, email): (&str, &Email),
    council: &settings::Council,
    more: &[(&'static str, String)],
) -> Message {
    let phone = if council.phone.is_empty() { council.email.clone() } else { council.phone.clone() };
    let mut values = vec![("name", name.to_owned()), ("council", council.name.clone()), ("phone", phone)];
    values.retain(|(key, _)| template.sample.iter().any(|(wanted, _)| wanted == key));
    values.extend(more.iter().cloned());
    Message { template, to: To::Email(email.clone()), person: Some(person), values, once: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_a_wording_has_a_sample_and_every_sample_a_place() {
        for template in TEMPLATES {
            let text = format!("{} {}", template.subject, template.body);
            let places: std::collections::BTreeSet<&str> =
                text.split("((").skip(1).filter_map(|rest| rest.split("))").next()).collect();
            let samples: std::collections::BTreeSet<&str> =
                template.sample.iter().map(|(name, _)| *name).collect();
            assert_eq!(places, samples, "{}", template.key);
        }
    }
}
