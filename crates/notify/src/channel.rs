//! A way out of the house. Every provider answers the same three questions; what differs is said in [`Abilities`].

use crate::{
    message::MessageId,
    model::{Answer, Found},
};
use kernel::Instant;
use std::pin::Pin;

/// What a provider is given. `Debug` is left out so that it cannot be logged.
pub(crate) struct Letter {
    pub id: MessageId,
    /// Opaque: it says nothing of the person.
    pub reference: String,
    /// An e-mail address, or a mobile number as `+447...`.
    pub to: String,
    pub subject: String,
    pub body: String,
    /// Where one press turns this kind off.
    pub stop_address: Option<String>,
    pub council_name: String,
    pub now: Instant,
}

/// What a provider can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abilities {
    /// Kept with each message that was given to it.
    pub name: &'static str,
    /// It can be asked for a message by our reference, so that no answer is not the end.
    pub can_look: bool,
    /// Its messages stay readable, because they never leave the house.
    pub keeps_words: bool,
}

pub(crate) type Working<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) trait Channel: Send + Sync {
    fn abilities(&self) -> Abilities;

    /// Whether it may be given a message now: asked before one is taken.
    fn may_begin(&self) -> bool {
        true
    }

    fn submit<'a>(&'a self, letter: &'a Letter) -> Working<'a, Answer>;

    /// Asks for a message by our reference.
    fn look<'a>(&'a self, _reference: &'a str, _now: Instant) -> Working<'a, Found> {
        Box::pin(async { Found::NoWord(None) })
    }

    /// Asks how a delivery went, by the provider's own id.
    fn delivery<'a>(&'a self, _provider_id: &'a str, _now: Instant) -> Working<'a, Option<String>> {
        Box::pin(async { None })
    }
}

/// The demonstration: everything is 'sent' at once and nothing leaves the house.
pub(crate) struct Demonstration;

impl Channel for Demonstration {
    fn abilities(&self) -> Abilities {
        Abilities { name: "demonstration", can_look: false, keeps_words: true }
    }

    fn submit<'a>(&'a self, _letter: &'a Letter) -> Working<'a, Answer> {
        Box::pin(async { Answer::Accepted { provider_id: None } })
    }
}
