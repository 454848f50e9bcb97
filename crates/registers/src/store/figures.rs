use events::SessionId;
use kernel::{Date, Fault};
use store::{Tx, args, row};

row! {
    /// How many were marked in one way on the dates of a session in a month.
    #[derive(Clone, Debug)]
    pub(crate) struct CountedRow { session_id: SessionId, month: String, kind: String, came: String, people: i64 }
}

/// Marks that count, by session, month and what they say.
pub(crate) fn list_counted(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<CountedRow>, Fault> {
    tx.all(
        "select session_id, substr(day, 1, 7), kind, came, count(*) from attendance
            where came is not null and day >= $1 and day <= $2 group by session_id, substr(day, 1, 7), kind, came
            order by substr(day, 1, 7), session_id",
        args![first, last],
    )
}

/// How many came to drop-ins, by session and month: children and grown-ups together.
pub(crate) fn list_drop_ins_by_month(
    tx: &mut Tx,
    first: Date,
    last: Date,
) -> Result<Vec<(SessionId, String, i64)>, Fault> {
    tx.all(
        "select session_id, substr(day, 1, 7), cast(sum(children + grown_ups) as bigint) from drop_in_step
            where day >= $1 and day <= $2 group by session_id, substr(day, 1, 7)
            having sum(children + grown_ups) > 0",
        args![first, last],
    )
}

/// The names of the sessions that have figures.
pub(crate) fn list_titles(tx: &mut Tx) -> Result<Vec<(SessionId, String)>, Fault> {
    tx.all("select id, title from event_session order by title, id", args![])
}

/// Appointments that were marked, before a day and from it on: how many there were, and to how many nobody came. Told is not
/// counted: they are somebody else's time again.
pub(crate) fn list_appointments(tx: &mut Tx, since: Date) -> Result<Vec<(i64, i64, i64)>, Fault> {
    tx.all(
        "select after, count(*), cast(sum(missed) as bigint) from (
            select case when a.day >= $1 then 1 else 0 end as after,
                case when max(case when a.came = 'came' then 1 else 0 end) = 1 then 0 else 1 end as missed
            from attendance a join event_session s on s.id = a.session_id
            where s.kind = 'one_to_one' and a.kind = 'booked' and a.came in ('came', 'did_not_come')
            group by a.date_id, a.subject, a.day) marked
         group by after order by after",
        args![since],
    )
}
