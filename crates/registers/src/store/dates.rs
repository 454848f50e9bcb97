use events::SessionId;
use kernel::{Date, Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A date that is held, or was to be, with how many are marked.
    #[derive(Clone, Debug)]
    pub(crate) struct HeldRow {
        date_id: Uuid, session_id: SessionId, organization_id: Uuid, title: String, kind: String, day: Date,
        starts_at: Instant, state: String, marked: i64, steps: i64,
    }
}

/// The dates of published sessions in these days, in the order in which they are held.
pub(crate) fn list_held(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<HeldRow>, Fault> {
    tx.all(
        "select d.id, d.session_id, s.organization_id, s.title, s.kind, d.day, d.starts_at, d.state,
            (select count(*) from attendance a where a.date_id = d.id and a.came is not null),
            (select count(*) from drop_in_step p where p.date_id = d.id)
         from event_date d join event_session s on s.id = d.session_id
         where d.day >= $1 and d.day <= $2 and d.state in ('on', 'moved', 'cancelled') and s.wanted <> 'draft'
         order by d.starts_at, s.title, d.id",
        args![first, last],
    )
}
