use crate::model::SessionId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

/// Where a reader of the open data has come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub told_at: Instant,
    pub id: Uuid,
}

row! {
    /// A session as the open data tells of it.
    #[derive(Clone, Debug)]
    pub(crate) struct ToldSession { id: SessionId, told_at: Instant }
}

row! {
    /// A date as the open data tells of it.
    #[derive(Clone, Debug)]
    pub(crate) struct ToldDate {
        id: Uuid, told_at: Instant, session_id: SessionId, date_key: String, starts_at: Instant, ends_at: Instant,
        minutes: i64, state: String, place_slug: Option<String>, places: Option<i64>,
    }
}

/// The sessions that families see or once saw, in the order in which they were last told, after a place and up to an
/// instant.
pub(crate) fn list_told_sessions(
    tx: &mut Tx,
    after: Place,
    until: Instant,
    limit: i64,
) -> Result<Vec<ToldSession>, Fault> {
    tx.all(
        "select id, told_at from event_session
            where (wanted <> 'draft' or exists (select 1 from event_date d where d.session_id = event_session.id))
                and (told_at > $1 or (told_at = $1 and id > $2)) and told_at <= $3
            order by told_at, id limit $4",
        args![after.told_at, after.id, until, limit],
    )
}

/// The dates, in the same way.
pub(crate) fn list_told_dates(
    tx: &mut Tx,
    after: Place,
    until: Instant,
    limit: i64,
) -> Result<Vec<ToldDate>, Fault> {
    tx.all(
        "select id, told_at, session_id, date_key, starts_at, ends_at, minutes, state, place_slug, places from event_date
            where (told_at > $1 or (told_at = $1 and id > $2)) and told_at <= $3 order by told_at, id limit $4",
        args![after.told_at, after.id, until, limit],
    )
}

/// Tells of every date of a session anew: what may be seen of it has changed.
pub(crate) fn set_dates_told(tx: &mut Tx, session: SessionId, now: Instant) -> Result<(), Fault> {
    tx.exec("update event_date set told_at = $2 where session_id = $1", args![session, now])?;
    Ok(())
}

/// Tells anew of what is held at a place, of which something has changed: its sessions with all their dates, and the
/// dates that were moved there.
pub(crate) fn set_told_at_place(tx: &mut Tx, place_slug: &str, now: Instant) -> Result<(), Fault> {
    tx.exec("update event_session set told_at = $2 where place_slug = $1", args![place_slug, now])?;
    tx.exec(
        "update event_date set told_at = $2 where place_slug = $1
            or session_id in (select id from event_session where place_slug = $1)",
        args![place_slug, now],
    )?;
    Ok(())
}

/// Tells anew of what an organisation holds: its name may have changed.
pub(crate) fn set_told_of_organization(tx: &mut Tx, organization: Uuid, now: Instant) -> Result<(), Fault> {
    tx.exec("update event_session set told_at = $2 where organization_id = $1", args![organization, now])?;
    Ok(())
}
