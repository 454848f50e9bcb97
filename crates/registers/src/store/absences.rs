use crate::model::{AbsenceRule, Decision};
use anyhow::Context;
use bookings::BookingId;
use events::SessionId;
use kernel::{Date, Fault, Instant};
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A date to which nobody of a booking came, and nobody had told us.
    #[derive(Clone, Debug)]
    pub(crate) struct AbsenceRow {
        session_id: SessionId, organization_id: Uuid, title: String, slug: String, booking_id: BookingId, date_id: Uuid,
        starts_at: Instant,
    }
}

/// The absences since a day, of bookings of which everybody who was marked did not come: from dates that were held and are
/// over, since nobody is absent from what has not been.
pub(crate) fn list_absences(tx: &mut Tx, since: Date, now: Instant) -> Result<Vec<AbsenceRow>, Fault> {
    tx.all(
        "select a.session_id, s.organization_id, s.title, s.slug, a.subject, a.date_id, d.starts_at
         from attendance a join event_date d on d.id = a.date_id join event_session s on s.id = a.session_id
         where a.kind = 'booked' and a.came is not null and a.day >= $1 and d.ends_at <= $2 and d.state in ('on', 'moved')
         group by a.session_id, s.organization_id, s.title, s.slug, a.subject, a.date_id, d.starts_at
         having min(a.came) = 'did_not_come' and max(a.came) = 'did_not_come'
         order by d.starts_at, a.subject",
        args![since, now],
    )
}

/// The rule; what is usual where nobody has set one.
pub fn find_absence_rule(tx: &mut Tx) -> Result<AbsenceRule, Fault> {
    match tx.opt::<(serde_json::Value,)>("select rule from absence_rule where single = 1", args![])? {
        Some((rule,)) => serde_json::from_value(rule).context("reading the rule of absences"),
        None => Ok(AbsenceRule::default()),
    }
}

/// Keeps the rule.
pub(crate) fn set_absence_rule(tx: &mut Tx, rule: &AbsenceRule) -> Result<(), Fault> {
    tx.exec(
        "insert into absence_rule (single, rule) values (1, $1) on conflict (single) do update set rule = excluded.rule",
        args![serde_json::to_string(rule)?],
    )?;
    Ok(())
}

/// Absences on which somebody has decided for good, and those of families whom somebody is to ring, with since when.
pub(crate) struct Decided {
    pub done: BTreeSet<(BookingId, Uuid)>,
    pub to_ring: BTreeMap<(BookingId, Uuid), Instant>,
}

pub(crate) fn list_decided(tx: &mut Tx, since: Instant) -> Result<Decided, Fault> {
    let rows: Vec<(BookingId, Uuid, String, Instant)> = tx.all(
        "select d.booking_id, d.date_id, a.decision, a.made_at from absence_decided d
            join absence_decision a on a.id = d.decision_id where a.made_at >= $1 order by a.made_at",
        args![since],
    )?;
    let mut decided = Decided { done: BTreeSet::new(), to_ring: BTreeMap::new() };
    for (booking, date, decision, made_at) in rows {
        match Decision::of(&decision) {
            Some(Decision::Ring) => {
                decided.to_ring.insert((booking, date), made_at);
            }
            _ => {
                decided.done.insert((booking, date));
            }
        }
    }
    Ok(decided)
}

/// Keeps a decision with the absences it is about.
pub(crate) fn insert_decision(
    tx: &mut Tx,
    (id, session): (Uuid, SessionId),
    decision: Decision,
    absences: &[(BookingId, Uuid)],
    made_by: Option<Uuid>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into absence_decision (id, session_id, decision, made_by, made_at) values ($1, $2, $3, $4, $5)",
        args![id, session, decision.key(), made_by, now],
    )?;
    for (booking, date) in absences {
        tx.exec(
            "insert into absence_decided (decision_id, booking_id, date_id) values ($1, $2, $3)",
            args![id, *booking, *date],
        )?;
    }
    Ok(())
}
