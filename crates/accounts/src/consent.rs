//! What people agreed to: to which words, when and how; and since when no more.

use crate::{
    rights_model::{ConsentHow, Purpose},
    store::data_rights as rows,
};
use access::PersonId;
use kernel::{Clock, Dice, Fault, Id, Instant};
use store::{Tx, row};

row! {
    /// A consent as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct ConsentRow {
        id: Id<()>,
        person_id: PersonId,
        purpose: String,
        wording: i64,
        given_at: Instant,
        given_how: String,
        evidence: String,
        withdrawn_at: Option<Instant>,
        withdrawn_how: Option<String>,
    }
}

/// Whether somebody agrees to this now, whatever the wording was when they agreed.
pub fn has_consent(tx: &mut Tx<'_>, person: PersonId, purpose: Purpose) -> Result<bool, Fault> {
    Ok(rows::find_consent(tx, person, purpose)?.is_some())
}

/// Keeps that somebody agrees, to the words that are shown now. Says whether that is new. `evidence` says where it can
/// be looked up, such as 'letter of 3 March in the post book'; the caller has screened it and writes the trail.
pub fn set_consent(
    tx: &mut Tx<'_>,
    (person, purpose): (PersonId, Purpose),
    how: ConsentHow,
    evidence: &str,
    clock: &Clock,
    dice: &Dice,
) -> Result<bool, Fault> {
    let consent = ConsentRow {
        id: Id::new(clock, dice),
        person_id: person,
        purpose: purpose.key().to_owned(),
        wording: purpose.wording(),
        given_at: clock.now(),
        given_how: how.key().to_owned(),
        evidence: evidence.to_owned(),
        withdrawn_at: None,
        withdrawn_how: None,
    };
    rows::insert_consent(tx, &consent)
}

/// Keeps that somebody agrees no more. Says whether they had. As easy as agreeing (UK GDPR Art. 7(3)).
pub fn withdraw(
    tx: &mut Tx<'_>,
    (person, purpose): (PersonId, Purpose),
    how: ConsentHow,
    now: Instant,
) -> Result<bool, Fault> {
    rows::set_withdrawn(tx, person, purpose, how.key(), now)
}
