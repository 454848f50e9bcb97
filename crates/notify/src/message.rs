//! A message as a room wants it sent. (Contract for the other rooms; the sending is built behind it.)

use access::PersonId;
use kernel::{Dice, Email, Fault, Id, Instant, Phone};
use store::Tx;

/// A message's id.
pub type MessageId = Id<Queued>;
/// A message on its way.
pub struct Queued;

/// The wording of one kind of message. Plain text with `((name))` where a value stands; a blank line parts paragraphs,
/// a line that is only an address becomes a link or a button in the HTML half.
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
pub fn queue(
    _tx: &mut Tx<'_>,
    _message: &Message,
    _dice: &Dice,
    _now: Instant,
) -> Result<Option<MessageId>, Fault> {
    anyhow::bail!("not built yet")
}
