//! A message as a room wants it sent, and how it gets into the outbox.

use crate::{
    address,
    model::{Medium, Reason},
    store::{self as rows, RowToInsert},
    wording,
};
use access::PersonId;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kernel::{Dice, Email, Fault, Id, Instant, Phone};
use store::Tx;

/// A message's id.
pub type MessageId = Id<Queued>;
/// A message on its way.
pub struct Queued;

/// The most letters GOV.UK Notify takes in a text message.
const TEXT_MAX: usize = 918;

/// The wording of one kind of message. Plain text with `((name))` where a value stands; a blank line parts paragraphs,
/// a line that is only an address becomes a link in the HTML half, lines that begin with `- ` a list.
///
/// The name of a place says what its value may be: `link` and `..._link` are web addresses that the house made, `email`
/// and `..._email` an e-mail address, `..._lines` several lines. Anything else is a few words, out of which no link,
/// heading or second line can come, whoever typed them.
#[derive(Debug)]
pub struct Template {
    /// Such as `accounts.sign_in_link`: the room, a dot, what it is.
    pub key: &'static str,
    /// As an editor sees it in a list.
    pub name: &'static str,
    /// When it is sent, as a sentence for the editor.
    pub sent_when: &'static str,
    /// One line.
    pub subject: &'static str,
    /// The whole text.
    pub body: &'static str,
    /// An invented value for every `((name))`, for previews and tests.
    pub sample: &'static [(&'static str, &'static str)],
    /// A reminder one may turn off (it then carries list-unsubscribe), or part of what the person asked for.
    pub can_be_turned_off: bool,
}

/// Where to.
#[derive(Clone, Debug)]
pub enum To {
    /// An e-mail address.
    Email(Email),
    /// A mobile telephone.
    Phone(Phone),
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its wording.
    pub template: &'static Template,
    /// Where to.
    pub to: To,
    /// The person it goes to, when they are known: so that their copy can be shown and erased.
    pub person: Option<PersonId>,
    /// What stands in the places.
    pub values: Vec<(&'static str, String)>,
    /// With a key, only the first of its kind and key is ever sent.
    pub once: Option<String>,
}

/// Puts a message into the outbox, in the transaction of the fact it tells of. `None` when one with its `once` key is
/// there already or the address has turned this kind off.
///
/// An address that cannot be written to is kept as a message that was not sent, so that somebody sees it.
pub fn queue(
    tx: &mut Tx<'_>,
    message: &Message,
    dice: &Dice,
    now: Instant,
) -> Result<Option<MessageId>, Fault> {
    let template = message.template;
    let (medium, address) = match &message.to {
        To::Email(email) => (Medium::Email, address::mailbox(email)),
        To::Phone(phone) => (Medium::Text, address::mobile(phone)),
    };
    let (to_address, mut refused) = match address {
        Ok(to_address) => (to_address, None),
        Err(reason) => (message.to.typed().to_owned(), Some(reason)),
    };
    let address_hash = address::hashed(medium, &to_address);
    if template.can_be_turned_off && rows::is_stopped(tx, &address_hash, medium, template.key)? {
        return Ok(None);
    }
    let (subject, body) = rows::find_wording(tx, template.key)?
        .unwrap_or_else(|| (template.subject.to_owned(), template.body.to_owned()));
    let subject = wording::filled_line(&subject, &message.values)?;
    let mut body = wording::filled(&body, &message.values)?;
    let stop_token = template.can_be_turned_off.then(|| secret(dice));
    if let Some(token) = &stop_token {
        body.push_str(&stop_line(tx, token)?);
    }
    if medium == Medium::Text && body.chars().count() > TEXT_MAX {
        refused = refused.or(Some(Reason::TooLong));
    }
    let row = RowToInsert {
        id: fresh_id(dice, now),
        template: template.key,
        medium,
        to_address,
        address_hash,
        person: message.person,
        subject,
        body,
        once: message.once.clone(),
        can_be_turned_off: template.can_be_turned_off,
        stop_token,
        // Says nothing of anybody: the provider and its logs see it.
        reference: secret(dice),
        refused,
        now,
    };
    if !rows::insert_message(tx, &row)? {
        return Ok(None);
    }
    if refused.is_none() {
        let key = row.id.to_string();
        jobs::enqueue(tx, crate::SEND_WAITING_MESSAGES, &serde_json::Value::Null, now, now, Some(&key))?;
    }
    Ok(Some(row.id))
}

impl To {
    fn typed(&self) -> &str {
        match self {
            To::Email(email) => email.as_str(),
            To::Phone(phone) => phone.as_str(),
        }
    }
}

/// The last lines of a message that can be turned off. Without a known address of the site there is no link to give.
fn stop_line(tx: &mut Tx<'_>, token: &str) -> Result<String, Fault> {
    let public_url = settings::find_council(tx)?.map(|council| council.public_url).unwrap_or_default();
    Ok(if public_url.is_empty() {
        String::new()
    } else {
        format!("\n\nTo stop messages of this kind, open:\n{}", stop_address(&public_url, token))
    })
}

/// Where one kind of message is turned off.
pub(crate) fn stop_address(public_url: &str, token: &str) -> String {
    format!("{public_url}/notify/stop/{token}")
}

/// 128 bits for an address or a reference.
fn secret(dice: &Dice) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(dice.bytes::<16>())
}

/// As `Id::new`, of the moment that was handed in.
fn fresh_id(dice: &Dice, now: Instant) -> MessageId {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes::<10>()).into_uuid())
}
