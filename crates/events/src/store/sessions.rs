use crate::model::{SessionDraft, SessionId};
use anyhow::Context;
use kernel::{Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A session as it is kept: what is asked of it often, and the draft it was made from.
    #[derive(Clone, Debug)]
    pub struct SessionRow {
        /// Its id.
        id: SessionId,
        /// In its address.
        slug: String,
        /// As families call it.
        title: String,
        /// Who holds it.
        organization_id: Uuid,
        /// Where, by its address in the directory.
        place_slug: Option<String>,
        /// How one comes.
        kind: String,
        /// Places on each date.
        places: Option<i64>,
        /// Who takes up a place.
        counts: String,
        /// Whether it is to be seen.
        wanted: String,
        /// All of it, as JSON.
        draft: serde_json::Value,
        /// How often it was changed.
        changes: i64,
        /// When it was changed last.
        changed_at: Instant,
    }
}

impl SessionRow {
    /// All of it.
    pub fn draft(&self) -> Result<SessionDraft, Fault> {
        serde_json::from_value(self.draft.clone()).context("reading a session")
    }
}

const SESSIONS: &str = "select id, slug, title, organization_id, place_slug, kind, places, counts, wanted, draft, changes, changed_at
    from event_session";

/// A session by its id.
pub fn find_session(tx: &mut Tx, id: SessionId) -> Result<Option<SessionRow>, Fault> {
    tx.opt(&format!("{SESSIONS} where id = $1"), args![id])
}

/// A session by its address.
pub fn find_session_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<SessionRow>, Fault> {
    tx.opt(&format!("{SESSIONS} where slug = $1"), args![slug])
}

/// Every session that is not a draft.
pub(crate) fn list_sessions(tx: &mut Tx) -> Result<Vec<SessionRow>, Fault> {
    tx.all(&format!("{SESSIONS} where wanted <> 'draft' order by slug"), args![])
}

/// Every session that families see or once saw a date of: what was announced is never forgotten.
pub(crate) fn list_sessions_ever_seen(tx: &mut Tx) -> Result<Vec<SessionRow>, Fault> {
    tx.all(
        &format!(
            "{SESSIONS} where wanted <> 'draft' or exists (select 1 from event_date d where d.session_id = event_session.id)
                order by slug"
        ),
        args![],
    )
}

/// Every session, for those who keep them.
pub(crate) fn list_all_sessions(tx: &mut Tx) -> Result<Vec<SessionRow>, Fault> {
    tx.all(&format!("{SESSIONS} order by title, slug"), args![])
}

/// Keeps a session; says which change of it this is.
pub(crate) fn set_session(
    tx: &mut Tx,
    id: SessionId,
    organization: Uuid,
    draft: &SessionDraft,
    now: Instant,
) -> Result<i64, Fault> {
    let json = serde_json::to_string(draft)?;
    tx.exec(
        "insert into event_session (id, slug, title, summary, organization_id, place_slug, service_slug, kind, places, counts, wanted,
            draft, changes, made_at, changed_at, told_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13, $13)
         on conflict (id) do update set title = excluded.title, summary = excluded.summary,
            organization_id = excluded.organization_id, place_slug = excluded.place_slug, service_slug = excluded.service_slug,
            kind = excluded.kind, places = excluded.places, counts = excluded.counts, wanted = excluded.wanted,
            draft = excluded.draft, changes = event_session.changes + 1, changed_at = excluded.changed_at,
            told_at = excluded.told_at",
        args![id, draft.slug.as_str(), draft.title.as_str(), draft.summary.as_str(), organization, draft.place.clone(), draft.service.clone(), draft.kind.key(), draft.places, draft.counts.key(), draft.wanted.key(), json, now],
    )?;
    let (changes,): (i64,) = tx.one("select changes from event_session where id = $1", args![id])?;
    Ok(changes)
}

/// Keeps what a session was after one of its changes.
pub(crate) fn insert_version(
    tx: &mut Tx,
    id: SessionId,
    number: i64,
    draft: &SessionDraft,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into event_session_version (session_id, number, draft, kept_at) values ($1, $2, $3, $4)",
        args![id, number, serde_json::to_string(draft)?, now],
    )?;
    Ok(())
}
