//! What the room writes to people, and to whom.

use access::{Actor, KeepEntry, May, On, PersonId, Signed};
use kernel::{Dice, Email, Fault, Instant};
use notify::{Message, Template, To};
use store::Tx;
use uuid::Uuid;
use web::Site;

/// Every message of the room.
pub static TEMPLATES: &[&Template] = &[
    &CHANGE_SETTLED,
    &CHANGE_TAKEN,
    &CHANGE_NOT_TAKEN,
    &ENTRY_PUBLISHED,
    &PICTURE_REFUSED,
    &CONFIRM_APPLICATION,
    &APPLICATION_ACCEPTED,
    &APPLICATION_REFUSED,
];

/// To whoever sent a change, when some of it was taken and some was not.
pub static CHANGE_SETTLED: Template = Template {
    key: "keeping.change_settled",
    name: "Your changes were checked: some were taken",
    sent_when: "When an editor has settled what a provider sent, and took some of it.",
    subject: "Your changes to ((entry)) were checked",
    body: "Thank you for keeping ((entry)) right.\n\nWhat families see now:\n((taken_lines))\n\nWhat we did not take, and why:\n((refused_lines))\n\nLook at your entry:\n\n((link))",
    sample: &[
        ("entry", "Demonstration playgroup"),
        ("taken_lines", "Phone numbers"),
        ("refused_lines", "Name: we use the name on your sign"),
        ("link", "https://hub.example.org/provider/entries/demonstration-playgroup"),
    ],
    can_be_turned_off: false,
};

/// To whoever sent a change, when all of it was taken.
pub static CHANGE_TAKEN: Template = Template {
    key: "keeping.change_taken",
    name: "Your changes were checked: all were taken",
    sent_when: "When an editor has settled what a provider sent, and took all of it.",
    subject: "Your changes to ((entry)) were checked",
    body: "Thank you for keeping ((entry)) right. We took everything you sent.\n\nWhat families see now:\n((taken_lines))\n\nLook at your entry:\n\n((link))",
    sample: &[
        ("entry", "Demonstration playgroup"),
        ("taken_lines", "Phone numbers"),
        ("link", "https://hub.example.org/provider/entries/demonstration-playgroup"),
    ],
    can_be_turned_off: false,
};

/// To whoever sent a change, when nothing of it was taken.
pub static CHANGE_NOT_TAKEN: Template = Template {
    key: "keeping.change_not_taken",
    name: "Your changes were checked: none were taken",
    sent_when: "When an editor has settled what a provider sent, and took none of it.",
    subject: "Your changes to ((entry)) were checked",
    body: "Thank you for writing to us about ((entry)). What families see stays as it was.\n\nWhat we did not take, and why:\n((refused_lines))\n\nLook at your entry:\n\n((link))",
    sample: &[
        ("entry", "Demonstration playgroup"),
        ("refused_lines", "Name: we use the name on your sign"),
        ("link", "https://hub.example.org/provider/entries/demonstration-playgroup"),
    ],
    can_be_turned_off: false,
};

/// To whoever watches an entry.
pub static ENTRY_PUBLISHED: Template = Template {
    key: "keeping.entry_published",
    name: "An entry you watch has changed",
    sent_when: "When a new version of an entry is published, to those who watch it.",
    subject: "((entry)) has changed",
    body: "Families see a new version of ((entry)). What changed:\n((changed_lines))\n\nSee what it said before:\n\n((link))",
    sample: &[
        ("entry", "Demonstration playgroup"),
        ("changed_lines", "Sessions and hours"),
        ("link", "https://hub.example.org/admin/entries/demonstration-playgroup/history"),
    ],
    can_be_turned_off: true,
};

/// To whoever sent a picture that is not shown.
pub static PICTURE_REFUSED: Template = Template {
    key: "keeping.picture_refused",
    name: "We cannot show your picture",
    sent_when: "When an editor has refused a picture that a provider sent.",
    subject: "About your picture for ((entry))",
    body: "Thank you for sending a picture for ((entry)). We cannot show it.\n\nWhy:\n((reason))\n\nYou can send another one:\n\n((link))",
    sample: &[
        ("entry", "Demonstration playgroup"),
        ("reason", "A child’s face can be seen in it"),
        ("link", "https://hub.example.org/provider/entries/demonstration-playgroup/pictures"),
    ],
    can_be_turned_off: false,
};

/// To whoever asks for an organisation to be listed.
pub static CONFIRM_APPLICATION: Template = Template {
    key: "keeping.confirm_application",
    name: "Is this your email address?",
    sent_when: "When somebody asks for an organisation to be listed, before anybody looks at it.",
    subject: "Please confirm that you asked to be listed",
    body: "Somebody, we think you, asked us to list ((organization)). The reference is ((reference)).\n\nOpen this and press the button, and we will look at it:\n\n((link))\n\nIf it was not you, do nothing. We will forget it.",
    sample: &[
        ("organization", "Demonstration charity"),
        ("reference", "7K3MP2QX"),
        ("link", "https://hub.example.org/list-your-service/confirm/0123456789abcdef"),
    ],
    can_be_turned_off: false,
};

/// When it is accepted.
pub static APPLICATION_ACCEPTED: Template = Template {
    key: "keeping.application_accepted",
    name: "Your organisation is accepted",
    sent_when: "When an application to be listed is accepted.",
    subject: "((organization)) can be listed",
    body: "We have accepted ((organization)). Now tell families about your service. It takes about ten minutes, and you can stop and carry on later:\n\n((link))\n\nFamilies see it after we have checked it.",
    sample: &[
        ("organization", "Demonstration charity"),
        ("link", "https://hub.example.org/provider/entries/demonstration-charity"),
    ],
    can_be_turned_off: false,
};

/// When it is refused.
pub static APPLICATION_REFUSED: Template = Template {
    key: "keeping.application_refused",
    name: "We cannot list your organisation",
    sent_when: "When an application to be listed is refused.",
    subject: "About listing ((organization))",
    body: "We looked at what you sent about ((organization)), reference ((reference)). We cannot list it now.\n\nWhy:\n((reason))\n\nIf that can be put right, ask again:\n\n((link))",
    sample: &[
        ("organization", "Demonstration charity"),
        ("reference", "7K3MP2QX"),
        ("reason", "We could not find the number in the charity register"),
        ("link", "https://hub.example.org/list-your-service"),
    ],
    can_be_turned_off: false,
};

/// Puts a message to an address into the outbox.
pub(crate) fn send(
    tx: &mut Tx,
    template: &'static Template,
    to: (&Email, Option<PersonId>),
    values: Vec<(&'static str, String)>,
    dice: &Dice,
    now: Instant,
) -> Result<(), Fault> {
    let message = Message { template, to: To::Email(to.0.clone()), person: to.1, values, once: None };
    notify::queue(tx, &message, dice, now)?;
    Ok(())
}

/// Whether the house knows its own public address: without it no mail can lead anywhere, and what is told in it can be
/// seen by signing in. `hearth check` asks for the address.
pub(crate) fn can_lead_anywhere(site: &Site) -> bool {
    let known = !site.council().public_url.is_empty();
    if !known {
        tracing::warn!("a message was not written: the site does not know its public address");
    }
    known
}

/// Somebody who may keep an entry, and where their own page of it is.
pub(crate) struct Reader {
    pub email: Email,
    /// `/provider` for a keeper, `/admin` for the council's people.
    pub door: Door,
}

/// Which of the two doors somebody comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Provider,
    Council,
}

/// Where somebody gets mail about an organisation's entries: its keepers, and the council's people who may keep every
/// entry. Nobody else, so that who has left an organisation hears no more of it.
pub(crate) fn find_address(
    tx: &mut Tx,
    organization: Uuid,
    person: PersonId,
) -> Result<Option<Reader>, Fault> {
    let keepers = accounts::list_keepers(tx, organization)?;
    if let Some(keeper) = keepers.into_iter().find(|keeper| keeper.person == person) {
        return Ok(Some(Reader { email: keeper.email, door: Door::Provider }));
    }
    let roles = accounts::find_roles(tx, person)?;
    let staff = Actor::Person(Signed { person, roles, organizations: Vec::new() });
    if May::<KeepEntry>::decide(&staff, On::all("service")).is_err() {
        return Ok(None);
    }
    Ok(accounts::find_email(tx, person)?.map(|email| Reader { email, door: Door::Council }))
}
