//! The messages of the room, with a sample of each. Each booking has its own from the booking desk.

use crate::{room::Holidays, store as rows, store::FamilyRow};
use anyhow::Context;
use kernel::{Fault, Instant};
use notify::{Message, Template, To};
use store::Tx;

/// Every message this room sends.
pub static TEMPLATES: &[&Template] = &[&APPLIED, &ANSWERED, &DRAWN];

const SAMPLE: &[(&str, &str)] = &[
    ("programme", "Example holiday programme"),
    ("reference", "7KQ4M2XH"),
    ("manage_link", "https://hub.example.org/holidays/family/7KQ4M2XH/example"),
];

/// A family sent the form.
pub static APPLIED: Template = Template {
    key: "holidays.applied",
    name: "We have your holiday form",
    sent_when: "Sent when a family has filled in the form of a holiday programme.",
    subject: "We have your form: ((programme))",
    body: "We have your form for ((programme)). Your reference is ((reference)).

This is your family’s own page. Book days there, and see how it stands:

((manage_link))

Please do not share it.",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// There is an answer.
pub static ANSWERED: Template = Template {
    key: "holidays.answered",
    name: "We have looked at your holiday form",
    sent_when: "Sent when there is an answer about free places, by the national service or by a person.",
    subject: "We have looked at your form: ((programme))",
    body: "We have looked at your form for ((programme)). See what we found, and what you can do next:

((manage_link))

Your reference is ((reference)).",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// The ballot was drawn.
pub static DRAWN: Template = Template {
    key: "holidays.drawn",
    name: "The holiday ballot has been drawn",
    sent_when: "Sent to each family of a ballot when it has been drawn.",
    subject: "The ballot is drawn: ((programme))",
    body: "The ballot for ((programme)) has been drawn. See which days you have:

((manage_link))

If there are days left, you can book them there too. Your reference is ((reference)).",
    sample: SAMPLE,
    can_be_turned_off: false,
};

/// Writes to a family, once for each `once`.
pub(crate) fn tell(
    tx: &mut Tx,
    room: &Holidays,
    family: &FamilyRow,
    template: &'static Template,
    once: &str,
    now: Instant,
) -> Result<(), Fault> {
    let site = room.site();
    let email = family.email.as_ref().and_then(|email| email.parse().ok()).map(To::Email);
    let to = email.or_else(|| family.phone.as_ref().and_then(|phone| phone.parse().ok()).map(To::Phone));
    let Some(to) = to.filter(|_| !site.council().public_url.is_empty()) else { return Ok(()) };
    let programme =
        rows::find_programme_by_id(tx, family.programme_id)?.context("the programme of a family")?;
    let message = Message {
        template,
        to,
        person: None,
        values: vec![
            ("programme", programme.programme()?.name),
            ("reference", family.reference.clone()),
            ("manage_link", site.absolute(&room.family_path(family.id, &family.reference))),
        ],
        once: Some(format!("{}/{once}/{}", family.id, now.as_second())),
    };
    notify::queue(tx, &message, site.dice(), now).map(|_| ())
}
