use crate::model::{CallBackId, Outcome, Standing, State};
use access::PersonId;
use anyhow::Context;
use kernel::{Fault, Instant};
use store::{Migration, Tx, args, row};
use uuid::Uuid;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "callbacks", number: 1, name: "call backs", sql: FIRST },
    Migration { room: "callbacks", number: 2, name: "when workers were told", sql: TOLD },
];

const TOLD: &str = "
alter table call_back add column told_at {instant};
alter table call_back add column told_late_at {instant};
";

// One number has one open request: whoever asks again is joined to it, and one ring answers both. The key is the secret of
// the page on which a request is taken back; the reference is what somebody reads out on the phone.
const FIRST: &str = "
create table call_back_setting (
    single {int} not null primary key constraint call_back_setting_one check (single = 1),
    is_open {bool} not null, hours {text} not null, changed_at {instant} not null
) {strict};
create table call_back (
    id {id} not null primary key,
    secret {text} not null constraint call_back_secret_unique unique,
    reference {text} not null constraint call_back_reference_unique unique,
    form_key {text} not null constraint call_back_form_once unique,
    about {text} not null, name {text} not null, phone {text} not null, dialled {text} not null,
    how {text} not null constraint call_back_how check (how in ('ring','text')),
    whose {text} not null constraint call_back_whose check (whose in ('own','shared')),
    message {text} not null constraint call_back_message check (message in ('hub','discreet','none')),
    times {text} not null, language {text} not null, wants_interpreter {bool} not null, words {text} not null,
    safety_level {text} not null constraint call_back_safety check (safety_level in ('clear','amber','red')),
    state {text} not null constraint call_back_state check (state in ('asked','taken','rung','closed','cancelled','joined')),
    joins {id} constraint call_back_joins references call_back (id),
    taken_by {id}, tries {int} not null, due_at {instant} not null,
    outcome {text} constraint call_back_outcome check (outcome in ('reached','wrong_number','not_reached')),
    closed_at {instant}, version {int} not null,
    asked_at {instant} not null, promised_at {instant} not null, forgotten_at {instant},
    constraint call_back_taken check ((state = 'taken' or state = 'rung') = (taken_by is not null) or closed_at is not null)
) {strict};
create unique index call_back_one_open on call_back (dialled) where state in ('asked','taken','rung');
create index call_back_by_state on call_back (state, due_at);
create index call_back_by_number on call_back (dialled, asked_at);
create index call_back_by_joined on call_back (joins);
create table call_back_event (
    call_back_id {id} not null constraint call_back_event_of references call_back (id),
    number {int} not null, what {text} not null, by_person {id}, before {text} not null, at {instant} not null,
    constraint call_back_event_key primary key (call_back_id, number)
) {strict};
";

row! {
    /// A request as it is kept.
    #[derive(Clone, Debug)]
    pub(crate) struct CallBackRow {
        id: CallBackId, secret: String, reference: String, about: String, name: String, phone: String, dialled: String,
        how: String, whose: String, message: String, times: String, language: String, wants_interpreter: bool, words: String,
        safety_level: String, state: String, joins: Option<CallBackId>, taken_by: Option<Uuid>, tries: i64, due_at: Instant,
        outcome: Option<String>, closed_at: Option<Instant>, version: i64, asked_at: Instant, promised_at: Instant,
        forgotten_at: Option<Instant>,
    }
}

impl CallBackRow {
    /// Where it stands.
    pub fn standing(&self) -> Result<Standing, Fault> {
        Ok(Standing {
            state: State::of(&self.state).context("a call back stands in no known state")?,
            taken_by: self.taken_by,
            tries: self.tries,
            due_at: self.due_at,
            outcome: self.outcome.as_deref().and_then(Outcome::of),
            closed_at: self.closed_at,
        })
    }
}

const CALL_BACKS: &str =
    "select id, secret, reference, about, name, phone, dialled, how, whose, message, times, language,
    wants_interpreter, words, safety_level, state, joins, taken_by, tries, due_at, outcome, closed_at, version, asked_at,
    promised_at, forgotten_at from call_back";

pub(crate) fn find_by_secret(tx: &mut Tx, secret: &str) -> Result<Option<CallBackRow>, Fault> {
    tx.opt(&format!("{CALL_BACKS} where secret = $1"), args![secret])
}

/// A request, held until this transaction ends.
pub(crate) fn find_call_back_to_change(tx: &mut Tx, id: CallBackId) -> Result<Option<CallBackRow>, Fault> {
    let held = tx.for_update();
    tx.opt(&format!("{CALL_BACKS} where id = $1{held}"), args![id])
}

pub(crate) fn find_call_back(tx: &mut Tx, id: CallBackId) -> Result<Option<CallBackRow>, Fault> {
    tx.opt(&format!("{CALL_BACKS} where id = $1"), args![id])
}

/// The request that is kept under a form's key.
pub(crate) fn find_by_form(tx: &mut Tx, form_key: &str) -> Result<Option<CallBackRow>, Fault> {
    tx.opt(&format!("{CALL_BACKS} where form_key = $1"), args![form_key])
}

/// The open request of a number, held until this transaction ends: it cannot end while another one is joined to it.
pub(crate) fn find_open_of_to_change(tx: &mut Tx, dialled: &str) -> Result<Option<CallBackId>, Fault> {
    let held = tx.for_update();
    let found: Option<(CallBackId,)> = tx.opt(
        &format!("select id from call_back where dialled = $1 and state in ('asked', 'taken', 'rung'){held}"),
        args![dialled],
    )?;
    Ok(found.map(|(id,)| id))
}

/// Whether a request of a number was taken back since an instant.
pub(crate) fn was_taken_back_since(tx: &mut Tx, dialled: &str, since: Instant) -> Result<bool, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from call_back where dialled = $1 and state = 'cancelled' and closed_at >= $2",
        args![dialled, since],
    )?;
    Ok(many > 0)
}

/// How many requests named a number since an instant.
pub(crate) fn count_of_number(tx: &mut Tx, dialled: &str, since: Instant) -> Result<i64, Fault> {
    let (many,): (i64,) = tx
        .one("select count(*) from call_back where dialled = $1 and asked_at >= $2", args![dialled, since])?;
    Ok(many)
}

/// Keeps a request, unless its form is there or its number has an open one. Says whether it was kept.
pub(crate) fn insert_call_back(tx: &mut Tx, row: &CallBackRow, form_key: &str) -> Result<bool, Fault> {
    let kept = tx.exec(
        "insert into call_back (id, secret, reference, form_key, about, name, phone, dialled, how, whose, message, times, language,
            wants_interpreter, words, safety_level, state, joins, taken_by, tries, due_at, outcome, closed_at, version, asked_at,
            promised_at, forgotten_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, null, 0, $19, null, null, 1,
            $20, $19, null) on conflict do nothing",
        args![row.id, row.secret.as_str(), row.reference.as_str(), form_key, row.about.as_str(), row.name.as_str(), row.phone.as_str(), row.dialled.as_str(), row.how.as_str(), row.whose.as_str(), row.message.as_str(), row.times.as_str(), row.language.as_str(), row.wants_interpreter, row.words.as_str(), row.safety_level.as_str(), row.state.as_str(), row.joins, row.due_at, row.asked_at],
    )?;
    Ok(kept == 1)
}

/// Every request that is open, the one that is due first first.
pub(crate) fn list_open(tx: &mut Tx) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!(
            "{CALL_BACKS} where state in ('asked', 'taken', 'rung') order by due_at, asked_at, id limit 500"
        ),
        args![],
    )
}

/// What somebody brought to an end since an instant, the latest first.
pub(crate) fn list_closed_by(
    tx: &mut Tx,
    worker: PersonId,
    since: Instant,
) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!(
            "{CALL_BACKS} where state = 'closed' and taken_by = $1 and closed_at >= $2 and forgotten_at is null
                order by closed_at desc, id limit 50"
        ),
        args![worker, since],
    )
}

/// What families took back since an instant, the latest first: each number once.
pub(crate) fn list_taken_back(tx: &mut Tx, since: Instant) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!(
            "{CALL_BACKS} where state = 'cancelled' and joins is null and closed_at >= $1 and forgotten_at is null
                order by closed_at desc, id limit 50"
        ),
        args![since],
    )
}

/// What is joined to any request that is open, or that was taken back since an instant, oldest first.
pub(crate) fn list_joined_to_any(tx: &mut Tx, since: Instant) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!(
            "{CALL_BACKS} where forgotten_at is null and joins in (select id from call_back
                where state in ('asked', 'taken', 'rung') or (state = 'cancelled' and closed_at >= $1))
                order by asked_at, id"
        ),
        args![since],
    )
}

/// What somebody has and has not brought to an end.
pub(crate) fn list_taken_by(tx: &mut Tx, worker: PersonId) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!("{CALL_BACKS} where state in ('taken', 'rung') and taken_by = $1 order by due_at, id"),
        args![worker],
    )
}

/// The requests that were joined to one, oldest first.
pub(crate) fn list_joined(tx: &mut Tx, to: CallBackId) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!("{CALL_BACKS} where joins = $1 and forgotten_at is null order by asked_at, id"),
        args![to],
    )
}

/// Every request of a number that is not forgotten.
pub(crate) fn list_of_number(tx: &mut Tx, dialled: &str) -> Result<Vec<CallBackRow>, Fault> {
    tx.all(
        &format!("{CALL_BACKS} where dialled = $1 and forgotten_at is null order by asked_at, id"),
        args![dialled],
    )
}

/// Writes down where a request stands, if nobody else did since it was read. Says whether.
pub(crate) fn set_standing(
    tx: &mut Tx,
    id: CallBackId,
    version: i64,
    standing: &Standing,
) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update call_back set state = $3, taken_by = $4, tries = $5, due_at = $6, outcome = $7, closed_at = $8, version = version + 1
            where id = $1 and version = $2 and forgotten_at is null",
        args![id, version, standing.state.key(), standing.taken_by, standing.tries, standing.due_at, standing.outcome.map(Outcome::key), standing.closed_at],
    )?;
    Ok(changed == 1)
}

/// Moves a request's version on, so that whoever read it before another was joined to it looks again before they act.
pub(crate) fn set_asked_again(tx: &mut Tx, id: CallBackId) -> Result<(), Fault> {
    tx.exec("update call_back set version = version + 1 where id = $1", args![id])?;
    Ok(())
}

/// Says of the requests that are joined to one when it came to an end, or that it has not.
pub(crate) fn set_joined_closed(
    tx: &mut Tx,
    to: CallBackId,
    closed_at: Option<Instant>,
) -> Result<(), Fault> {
    tx.exec(
        "update call_back set closed_at = $2 where joins = $1 and state = 'joined'",
        args![to, closed_at],
    )?;
    Ok(())
}

row! {
    /// Something that was done with a request.
    #[derive(Clone, Debug)]
    pub(crate) struct EventRow { number: i64, what: String, by_person: Option<PersonId>, before: String, at: Instant }
}

/// What was done with a request, the first first.
pub(crate) fn list_events(tx: &mut Tx, id: CallBackId) -> Result<Vec<EventRow>, Fault> {
    tx.all(
        "select number, what, by_person, before, at from call_back_event where call_back_id = $1 order by number",
        args![id],
    )
}

pub(crate) fn insert_event(
    tx: &mut Tx,
    id: CallBackId,
    what: &str,
    by: Option<PersonId>,
    before: &Standing,
    now: Instant,
) -> Result<(), Fault> {
    let before = serde_json::to_string(before)?;
    let (last,): (i64,) =
        tx.one("select coalesce(max(number), 0) from call_back_event where call_back_id = $1", args![id])?;
    tx.exec(
        "insert into call_back_event (call_back_id, number, what, by_person, before, at) values ($1, $2, $3, $4, $5, $6)",
        args![id, last + 1, what, by, before, now],
    )?;
    Ok(())
}

/// Whether requests are taken, and the hours as they are kept; nothing where nobody ever said.
pub(crate) fn find_setting(tx: &mut Tx) -> Result<Option<(bool, String)>, Fault> {
    tx.opt("select is_open, hours from call_back_setting where single = 1", args![])
}

pub(crate) fn set_setting(tx: &mut Tx, is_open: bool, hours: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into call_back_setting (single, is_open, hours, changed_at) values (1, $1, $2, $3)
            on conflict (single) do update set is_open = excluded.is_open, hours = excluded.hours, changed_at = excluded.changed_at",
        args![is_open, hours, now],
    )?;
    Ok(())
}

/// How many nobody has taken, and how many are open past the hour that was promised.
pub(crate) fn count_waiting(tx: &mut Tx, now: Instant) -> Result<(i64, i64), Fault> {
    tx.one(
        "select count(*) filter (where state = 'asked'), count(*) filter (where due_at < $1) from call_back
            where state in ('asked', 'taken', 'rung')",
        args![now],
    )
}

/// When workers were last told that somebody waits.
pub(crate) fn find_last_told(tx: &mut Tx) -> Result<Option<Instant>, Fault> {
    let (told,): (Option<Instant>,) = tx.one("select max(told_at) from call_back", args![])?;
    Ok(told)
}

/// The first due of those that nobody has taken and of which no worker was told.
pub(crate) fn find_first_due_untold(tx: &mut Tx) -> Result<Option<Instant>, Fault> {
    let (due,): (Option<Instant>,) =
        tx.one("select min(due_at) from call_back where state = 'asked' and told_at is null", args![])?;
    Ok(due)
}

/// Says of all that nobody has taken that workers were told.
pub(crate) fn set_told(tx: &mut Tx, now: Instant) -> Result<(), Fault> {
    tx.exec("update call_back set told_at = $1 where state = 'asked' and told_at is null", args![now])?;
    Ok(())
}

/// The first due of those that are late and of which no worker was told so.
pub(crate) fn find_first_late_untold(tx: &mut Tx, now: Instant) -> Result<Option<Instant>, Fault> {
    let (due,): (Option<Instant>,) = tx.one(
        "select min(due_at) from call_back where state in ('asked', 'taken', 'rung') and due_at < $1 and told_late_at is null",
        args![now],
    )?;
    Ok(due)
}

/// Says of all that are late that workers were told so.
pub(crate) fn set_told_late(tx: &mut Tx, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update call_back set told_late_at = $1
            where state in ('asked', 'taken', 'rung') and due_at < $1 and told_late_at is null",
        args![now],
    )?;
    Ok(())
}

/// Forgets who asked, of what came to an end before an instant. When it was asked and how it ended stays. Says of how many.
pub(crate) fn set_forgotten_before(tx: &mut Tx, before: Instant, now: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update call_back set name = '', phone = '', dialled = '', times = '', language = '', words = '', safety_level = 'clear',
            forgotten_at = $2 where closed_at < $1 and forgotten_at is null",
        args![before, now],
    )
}

/// Forgets who asked, of one request.
pub(crate) fn set_forgotten(tx: &mut Tx, id: CallBackId, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update call_back set name = '', phone = '', dialled = '', times = '', language = '', words = '', safety_level = 'clear',
            forgotten_at = $2 where id = $1",
        args![id, now],
    )?;
    Ok(())
}
