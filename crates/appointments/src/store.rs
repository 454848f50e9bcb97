use crate::model::{AvailabilityDraft, By};
use access::PersonId;
use anyhow::Context;
use events::SessionId;
use kernel::{Fault, Instant};
use store::{Migration, Tx, args, row};
use uuid::Uuid;

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "appointments", number: 1, name: "when teams can be seen", sql: FIRST }];

// `appointment_made` says which professional booked for a family, by the key of the form: it is written before the booking,
// so that no booking is ever without it. `appointment_act` says who took a booking back, where it was not the family.
const FIRST: &str = "
create table availability (
    slug {text} not null primary key,
    session_id {id} not null constraint availability_session_unique unique,
    organization_id {id} not null,
    draft {text} not null, changes {int} not null, made_at {instant} not null, changed_at {instant} not null
) {strict};
create table appointment_made (
    form_key {text} not null primary key,
    slug {text} not null, made_by {id} not null, made_at {instant} not null
) {strict};
create table appointment_act (
    booking_id {id} not null, number {int} not null,
    what {text} not null constraint appointment_act_what check (what in ('cancelled','moved')),
    by_whom {text} not null constraint appointment_act_by check (by_whom in ('family','practitioner','team')),
    at {instant} not null,
    constraint appointment_act_key primary key (booking_id, number)
) {strict};
";

row! {
    /// What a team publishes, as it is kept.
    #[derive(Clone, Debug)]
    pub(crate) struct AvailabilityRow {
        slug: String, session_id: SessionId, organization_id: Uuid, draft: serde_json::Value, changes: i64,
    }
}

impl AvailabilityRow {
    pub(crate) fn draft(&self) -> Result<AvailabilityDraft, Fault> {
        serde_json::from_value(self.draft.clone()).context("reading when a team can be seen")
    }
}

const AVAILABILITIES: &str = "select slug, session_id, organization_id, draft, changes from availability";

pub(crate) fn find_availability(tx: &mut Tx, slug: &str) -> Result<Option<AvailabilityRow>, Fault> {
    tx.opt(&format!("{AVAILABILITIES} where slug = $1"), args![slug])
}

/// The same, held against everybody else until the end of the transaction.
pub(crate) fn take_availability(tx: &mut Tx, slug: &str) -> Result<Option<AvailabilityRow>, Fault> {
    let sql = format!("{AVAILABILITIES} where slug = $1{}", tx.for_update());
    tx.opt(&sql, args![slug])
}

pub(crate) fn list_availabilities(tx: &mut Tx) -> Result<Vec<AvailabilityRow>, Fault> {
    tx.all(&format!("{AVAILABILITIES} order by slug"), args![])
}

pub(crate) fn set_availability(
    tx: &mut Tx,
    session: SessionId,
    organization: Uuid,
    draft: &AvailabilityDraft,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into availability (slug, session_id, organization_id, draft, changes, made_at, changed_at)
         values ($1, $2, $3, $4, 1, $5, $5)
         on conflict (slug) do update set organization_id = excluded.organization_id, draft = excluded.draft,
            changes = availability.changes + 1, changed_at = excluded.changed_at",
        args![draft.slug.as_str(), session, organization, serde_json::to_string(draft)?, now],
    )?;
    Ok(())
}

/// Notes who books for a family, once for each form.
pub(crate) fn insert_made(
    tx: &mut Tx,
    form_key: &str,
    slug: &str,
    by: PersonId,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into appointment_made (form_key, slug, made_by, made_at) values ($1, $2, $3, $4)
            on conflict (form_key) do nothing",
        args![form_key, slug, by, now],
    )?;
    Ok(())
}

/// The professional who booked by a form.
pub(crate) fn find_made_by(tx: &mut Tx, form_key: &str) -> Result<Option<PersonId>, Fault> {
    Ok(tx
        .opt::<(PersonId,)>("select made_by from appointment_made where form_key = $1", args![form_key])?
        .map(|(by,)| by))
}

/// The forms by which a professional booked since an instant, with the team of each, the latest first.
pub(crate) fn list_made_by(
    tx: &mut Tx,
    by: PersonId,
    since: Instant,
) -> Result<Vec<(String, String)>, Fault> {
    tx.all(
        "select form_key, slug from appointment_made where made_by = $1 and made_at >= $2
            order by made_at desc, form_key limit 100",
        args![by, since],
    )
}

/// Notes who took back or moved an appointment.
pub(crate) fn insert_act(
    tx: &mut Tx,
    booking: Uuid,
    what: &'static str,
    by: By,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into appointment_act (booking_id, number, what, by_whom, at)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from appointment_act where booking_id = $1",
        args![booking, what, by.key(), now],
    )?;
    Ok(())
}

/// Who took an appointment back, where somebody of the house did.
pub(crate) fn find_cancelled_by(tx: &mut Tx, booking: Uuid) -> Result<Option<By>, Fault> {
    let row: Option<(String,)> = tx.opt(
        "select by_whom from appointment_act where booking_id = $1 and what = 'cancelled' order by number desc limit 1",
        args![booking],
    )?;
    Ok(row.and_then(|(by,)| By::of(&by)))
}
