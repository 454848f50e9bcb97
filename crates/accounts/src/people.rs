//! (Contract for the other rooms; to be built behind these signatures.)

use access::PersonId;
use kernel::{Clock, Dice, Email, Fault};
use store::Tx;
use uuid::Uuid;

/// Somebody who keeps an organisation's entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// Who.
    pub person: PersonId,
    /// As they want to be called.
    pub name: String,
    /// Where their reminders go.
    pub email: Email,
}

/// Who keeps the entries of an organisation, first added first. People who are disabled are left out.
pub fn list_keepers(_tx: &mut Tx<'_>, _organization: Uuid) -> Result<Vec<Keeper>, Fault> {
    anyhow::bail!("not built yet")
}

/// Makes somebody a keeper of an organisation's entries, adding the person when their address is new.
pub fn set_keeper(
    _tx: &mut Tx<'_>,
    _email: &Email,
    _name: &str,
    _organization: Uuid,
    _clock: &Clock,
    _dice: &Dice,
) -> Result<PersonId, Fault> {
    anyhow::bail!("not built yet")
}

/// A link that signs somebody in and leads on.
#[derive(Clone, Debug)]
pub struct LinkWanted {
    /// Whom.
    pub person: PersonId,
    /// Where it leads, such as `/provider/entries/infant-feeding-team`.
    pub leads_to: String,
    /// How long it may be used. A sign-in link that was asked for lives 15 minutes; one in a reminder may live 14 days.
    pub life_minutes: i64,
}

/// The path of a fresh link, `/sign-in/link/...`: single use, and only after a button is pressed in the browser. Put the
/// council's public address before it. The secret is kept only as a hash.
pub fn issue_link(
    _tx: &mut Tx<'_>,
    _wanted: &LinkWanted,
    _clock: &Clock,
    _dice: &Dice,
) -> Result<String, Fault> {
    anyhow::bail!("not built yet")
}

/// What a person is called, or `None` when they are not known or have been erased.
pub fn find_name(_tx: &mut Tx<'_>, _person: PersonId) -> Result<Option<String>, Fault> {
    anyhow::bail!("not built yet")
}
