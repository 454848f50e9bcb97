//! A write that changes one booking, under the rows of every session that the booking reaches into.

use crate::{
    desk::Desk,
    model::{BookingId, Refused},
    store as rows,
};
use anyhow::bail;
use kernel::{Fault, Instant};
use std::collections::BTreeSet;
use store::Tx;
use uuid::Uuid;

/// How often it begins anew when the booking was moved into another session between the look and the lock.
const TRIES_MAX: usize = 5;

/// Does `work` with the rows of the booking's sessions, and of `more`, taken. The work is told which are taken and the
/// time at which they were. A booking only ever reaches into more sessions, never into fewer, so what is taken and still
/// covers it is enough.
pub(crate) async fn over_sessions<T, W>(
    desk: &Desk,
    id: BookingId,
    more: Vec<Uuid>,
    work: W,
) -> Result<Result<T, Refused>, Fault>
where
    T: Send + 'static,
    W: Fn(&mut Tx, &[Uuid], Instant) -> Result<Result<T, Refused>, Fault> + Clone + Send + 'static,
{
    for _ in 0..TRIES_MAX {
        let mut sessions: BTreeSet<Uuid> =
            desk.site().db().read(move |tx| rows::list_sessions_of(tx, id)).await?.into_iter().collect();
        if sessions.is_empty() {
            return Ok(Err(Refused::Over));
        }
        sessions.extend(&more);
        let sessions: Vec<Uuid> = sessions.into_iter().collect();
        let (held, clock, work) = (sessions.clone(), desk.site().clock().clone(), work.clone());
        let done = desk
            .line()
            .write(sessions, move |tx| {
                if !is_covered(tx, id, &held)? {
                    return Ok(None);
                }
                work(tx, &held, clock.now()).map(Some)
            })
            .await?;
        if let Some(done) = done {
            return Ok(done);
        }
    }
    bail!("a booking was moved again and again while its sessions were taken")
}

/// Whether these sessions are all that a booking reaches into.
pub(crate) fn is_covered(tx: &mut Tx, id: BookingId, sessions: &[Uuid]) -> Result<bool, Fault> {
    Ok(rows::list_sessions_of(tx, id)?.iter().all(|session| sessions.contains(session)))
}
