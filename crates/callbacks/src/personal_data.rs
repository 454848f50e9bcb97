//! What the room keeps about those who asked to be rung and those who ring, for their own copy; and how it is forgotten.
//!
//! Who asks has no account, so their copy is found by the number that they name, once it is known to be theirs.

use crate::{
    model::{Deed, Standing, State, national},
    store::{self as rows, CallBackRow},
    words::about_words,
};
use access::PersonId;
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Instant, Phone};
use serde_json::{Value, json};
use store::Tx;

/// How long a request is kept after its end, as the form promises.
pub const KEPT_DAYS: i64 = 90;

/// The job that forgets who asked, once a day.
pub const FORGET_CALL_BACKS: &str = "forget_call_backs";

/// What somebody who rings has taken and not brought to an end. Of the families in it nothing is told: it is theirs.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let taken = rows::list_taken_by(tx, person)?;
    Ok(taken
        .iter()
        .map(|row| json!({"about": about_words(row), "asked_at": row.asked_at, "state": row.state}))
        .collect())
}

/// Gives back what somebody who rings has taken, so that no family waits for somebody who is gone. Says how many.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, now: Instant) -> Result<u64, Fault> {
    let taken = rows::list_taken_by(tx, person)?;
    for row in &taken {
        let before = row.standing()?;
        let after = Standing { state: State::Asked, taken_by: None, ..before };
        rows::set_standing(tx, row.id, row.version, &after)?;
        rows::insert_event(tx, row.id, Deed::GiveBack.key(), None, &before, now)?;
    }
    Ok(u64::try_from(taken.len())?)
}

/// Every request that names a number.
pub fn export_about_number(tx: &mut Tx<'_>, phone: &Phone) -> Result<Vec<Value>, Fault> {
    let asked = of_number(tx, phone)?;
    Ok(asked
        .iter()
        .map(|row| {
            json!({
                "reference": row.reference, "name": row.name, "phone": row.phone, "about": about_words(row), "words": row.words,
                "language": row.language, "state": row.state, "asked_at": row.asked_at, "closed_at": row.closed_at,
            })
        })
        .collect())
}

/// Forgets who asked to be rung on a number; what is still open is taken back first. Says how many requests there were.
pub fn erase_number(tx: &mut Tx<'_>, phone: &Phone, now: Instant) -> Result<u64, Fault> {
    let asked = of_number(tx, phone)?;
    for row in &asked {
        let before = row.standing()?;
        if before.state.is_open() || before.state == State::Joined {
            let after = Standing { state: State::Cancelled, closed_at: Some(now), ..before };
            rows::set_standing(tx, row.id, row.version, &after)?;
        }
        rows::set_forgotten(tx, row.id, now)?;
    }
    Ok(u64::try_from(asked.len())?)
}

fn of_number(tx: &mut Tx<'_>, phone: &Phone) -> Result<Vec<CallBackRow>, Fault> {
    // Also a number that the form would refuse today: what was kept under it is still theirs.
    rows::list_of_number(tx, &national(phone))
}

/// Forgets who asked, of what came to an end before an instant. When they asked and how it ended stays. Says of how many.
pub fn forget_who_asked(tx: &mut Tx<'_>, before: Instant, now: Instant) -> Result<u64, Fault> {
    rows::set_forgotten_before(tx, before, now)
}

/// Forgets who asked, of what came to an end more than 90 days ago.
pub(crate) async fn forget_call_backs(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let before = now - SignedDuration::from_hours(24 * KEPT_DAYS);
    let forgotten = context.db.write(move |tx| forget_who_asked(tx, before, now)).await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "forgot who asked to be rung");
    }
    Ok(Outcome::Done)
}
