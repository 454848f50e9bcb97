//! What the room keeps about those who hand lists over, for their own copy; and how it is forgotten. Of families it keeps
//! nothing.

use crate::{hand_over::said_on, list_model::KEPT_AFTER_DAYS, store as rows};
use access::PersonId;
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use store::Tx;

/// Every list that somebody handed over.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let (_, opens) = rows::list_counts(tx, person)?;
    let made = rows::list_made_by(tx, person)?;
    let mut all = Vec::new();
    for row in made {
        let services = rows::list_services_of(tx, row.id)?;
        all.push(json!({
            "title": said_on(&row).0, "how": row.how, "made_at": row.made_at, "ends_at": row.ends_at,
            "services": services, "opened": opens.get(&row.id).copied().unwrap_or(0),
        }));
    }
    Ok(all)
}

/// Forgets where somebody's lists were sent. The lists open until their end: families hold them. Says how many there are.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, _now: Instant) -> Result<u64, Fault> {
    rows::set_addresses_forgotten_of(tx, person)
}

/// The job that lets go of old lists, once a day.
pub const FORGET_OLD_LISTS: &str = "forget_old_lists";

/// Forgets where lists were sent after a day, and the lists themselves 90 days after they ended.
pub(crate) async fn forget_old_lists(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    let (a_day_ago, ended) =
        (now - SignedDuration::from_hours(24), now - SignedDuration::from_hours(24 * KEPT_AFTER_DAYS));
    let (addresses, lists) = context
        .db
        .write(move |tx| {
            Ok((rows::set_addresses_forgotten(tx, a_day_ago)?, rows::delete_ended_before(tx, ended)?))
        })
        .await?;
    if addresses + lists > 0 {
        tracing::info!(addresses, lists, "forgot old lists");
    }
    Ok(Outcome::Done)
}

/// The job that lets go of needs whose ten minutes are over.
pub const FORGET_HELD_NEEDS: &str = "forget_held_needs";

pub(crate) async fn forget_held_needs(context: JobContext) -> Result<Outcome, Fault> {
    let now = context.clock.now();
    context.db.write(move |tx| rows::delete_needs_ended(tx, now)).await?;
    Ok(Outcome::Done)
}
