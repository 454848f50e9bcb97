use crate::model::InvitationId;
use access::PersonId;
use events::SessionId;
use kernel::{Fault, Instant};
use store::{Migration, Tx, Value, args, places as marks, row};
use uuid::Uuid;

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "invitations", number: 1, name: "invitations", sql: FIRST }];

// Several slips printed together are a batch; any other invitation is a batch of one. Where an invitation was sent is kept
// only as a keyed hash, so that one address is not written to again and again.
const FIRST: &str = "
create table invitation_key (
    single {int} not null primary key constraint invitation_key_one check (single = 1), key {text} not null
) {strict};
create table invitation (
    id {id} not null primary key,
    batch_id {id} not null, number {int} not null,
    code {text} not null constraint invitation_code_unique unique,
    form_key {text} not null,
    session_id {id} not null, organization_id {id} not null, invited_by {id} not null,
    first_name {text} not null,
    how {text} not null constraint invitation_how check (how in ('link','text','email','slips')),
    sent_to_hash {text},
    made_at {instant} not null, ends_at {instant} not null,
    constraint invitation_form_once unique (form_key, number)
) {strict};
create index invitation_by_batch on invitation (batch_id, number);
create index invitation_by_person on invitation (invited_by, made_at);
create index invitation_by_address on invitation (sent_to_hash, made_at);
create table invitation_date (
    invitation_id {id} not null constraint invitation_date_of references invitation (id),
    date_id {id} not null,
    constraint invitation_date_key primary key (invitation_id, date_id)
) {strict};
create table invitation_event (
    invitation_id {id} not null constraint invitation_event_of references invitation (id),
    what {text} not null constraint invitation_event_what check (what in ('opened','withdrawn')),
    at {instant} not null,
    constraint invitation_event_key primary key (invitation_id, what)
) {strict};
";

row! {
    /// An invitation as it is kept.
    #[derive(Clone, Debug)]
    pub(crate) struct InvitationRow {
        id: InvitationId, batch_id: Uuid, number: i64, code: String, session_id: SessionId, organization_id: Uuid,
        invited_by: PersonId, first_name: String, how: String, made_at: Instant, ends_at: Instant,
    }
}

const INVITATIONS: &str =
    "select id, batch_id, number, code, session_id, organization_id, invited_by, first_name, how, made_at,
    ends_at from invitation";

pub(crate) fn find_by_code(tx: &mut Tx, code: &str) -> Result<Option<InvitationRow>, Fault> {
    tx.opt(&format!("{INVITATIONS} where code = $1"), args![code])
}

pub(crate) fn find_invitation(tx: &mut Tx, id: Uuid) -> Result<Option<InvitationRow>, Fault> {
    tx.opt(&format!("{INVITATIONS} where id = $1"), args![id])
}

/// The batch of a form that came before, and who sent it.
pub(crate) fn find_batch_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<(Uuid, PersonId)>, Fault> {
    tx.opt("select batch_id, invited_by from invitation where form_key = $1 and number = 1", args![form_key])
}

/// The invitations of a batch that somebody made, in their order; none of anybody else's.
pub(crate) fn list_batch(tx: &mut Tx, batch: Uuid, person: PersonId) -> Result<Vec<InvitationRow>, Fault> {
    tx.all(
        &format!("{INVITATIONS} where batch_id = $1 and invited_by = $2 order by number"),
        args![batch, person],
    )
}

/// The invitations that somebody made since an instant, the latest batch first. At most some thousand.
pub(crate) fn list_made_by(
    tx: &mut Tx,
    person: PersonId,
    since: Instant,
) -> Result<Vec<InvitationRow>, Fault> {
    tx.all(
        &format!(
            "{INVITATIONS} where invited_by = $1 and made_at >= $2 order by made_at desc, batch_id, number limit 3000"
        ),
        args![person, since],
    )
}

pub(crate) fn insert_invitation(
    tx: &mut Tx,
    row: &InvitationRow,
    form_key: &str,
    sent_to_hash: Option<&str>,
    dates: &[Uuid],
) -> Result<(), Fault> {
    tx.exec(
        "insert into invitation (id, batch_id, number, code, form_key, session_id, organization_id, invited_by, first_name, how,
            sent_to_hash, made_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![row.id, row.batch_id, row.number, row.code.as_str(), form_key, row.session_id, row.organization_id, row.invited_by, row.first_name.as_str(), row.how.as_str(), sent_to_hash.map(str::to_owned), row.made_at, row.ends_at],
    )?;
    for date in dates {
        tx.exec(
            "insert into invitation_date (invitation_id, date_id) values ($1, $2)",
            args![row.id, *date],
        )?;
    }
    Ok(())
}

/// The dates that an invitation names; none is any date.
pub(crate) fn list_dates(tx: &mut Tx, invitation: InvitationId) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = tx.all(
        "select date_id from invitation_date where invitation_id = $1 order by date_id",
        args![invitation],
    )?;
    Ok(rows.into_iter().map(|(date,)| date).collect())
}

/// Notes the first time that something happened to an invitation. Says whether it was the first.
pub(crate) fn insert_event(
    tx: &mut Tx,
    invitation: InvitationId,
    what: &'static str,
    now: Instant,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into invitation_event (invitation_id, what, at) values ($1, $2, $3) on conflict (invitation_id, what) do nothing",
        args![invitation, what, now],
    )
}

/// What happened to these invitations.
pub(crate) fn list_events(tx: &mut Tx, invitations: &[Uuid]) -> Result<Vec<(Uuid, String)>, Fault> {
    let mut all = Vec::new();
    for some in invitations.chunks(200) {
        let sql = format!(
            "select invitation_id, what from invitation_event where invitation_id in ({})",
            marks(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        all.extend(tx.all::<(Uuid, String)>(&sql, &ids)?);
    }
    Ok(all)
}

/// How many invitations were sent to an address since an instant.
pub(crate) fn count_sent_to(tx: &mut Tx, hash: &str, since: Instant) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from invitation where sent_to_hash = $1 and made_at >= $2",
        args![hash, since],
    )?;
    Ok(many)
}

/// The key from which addresses are hashed; kept the first time.
pub(crate) fn find_or_insert_key(tx: &mut Tx, fresh: &str) -> Result<String, Fault> {
    tx.exec(
        "insert into invitation_key (single, key) values (1, $1) on conflict (single) do nothing",
        args![fresh],
    )?;
    let (key,): (String,) = tx.one("select key from invitation_key where single = 1", args![])?;
    Ok(key)
}

/// Takes the family out of invitations that ended before an instant; says of how many.
pub(crate) fn set_forgotten_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update invitation set first_name = '', sent_to_hash = null
            where ends_at < $1 and (first_name <> '' or sent_to_hash is not null)",
        args![before],
    )
}

/// Takes the families out of somebody's invitations; says how many there were.
pub(crate) fn set_forgotten_of(tx: &mut Tx, person: PersonId) -> Result<u64, Fault> {
    tx.exec("update invitation set first_name = '', sent_to_hash = null where invited_by = $1", args![person])
}

row! {
    /// A session that one may be invited to, and its next date.
    #[derive(Clone, Debug)]
    pub(crate) struct NextOf { slug: String, title: String, organization_id: Uuid, starts_at: Instant }
}

/// Every session that families see and that has a date to come, by name.
pub(crate) fn list_next(tx: &mut Tx, now: Instant) -> Result<Vec<NextOf>, Fault> {
    tx.all(
        "select s.slug, s.title, s.organization_id, min(d.starts_at) from event_session s join event_date d on d.session_id = s.id
            where s.wanted = 'published' and s.kind <> 'referral' and d.state in ('on', 'moved') and d.starts_at > $1
            group by s.slug, s.title, s.organization_id order by s.title, s.slug limit 2000",
        args![now],
    )
}
