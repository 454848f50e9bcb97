use crate::{answer_data_request::RequestRow, consent::ConsentRow, rights_model::Purpose};
use access::PersonId;
use kernel::{Fault, Id, Instant};
use store::{Migration, Tx, args, row};

/// What is agreed to is never changed: withdrawing closes the row, agreeing again is a new one. A request and a run
/// name people by id only.
pub(crate) const MIGRATION: Migration = Migration {
    room: "accounts",
    number: 4,
    name: "consent and requests for data",
    sql: "
create table consent (
    id {id} not null primary key,
    person_id {id} not null constraint consent_of references person (id),
    purpose {text} not null constraint consent_purpose check (purpose in ('news','feedback','research')),
    wording {int} not null,
    given_at {instant} not null,
    given_how {text} not null constraint consent_given_how check (given_how in ('page','phone','letter','in_person')),
    evidence {text} not null,
    withdrawn_at {instant},
    withdrawn_how {text} constraint consent_withdrawn_how check (withdrawn_how in ('page','phone','letter','in_person')),
    constraint consent_withdrawn_whole check ((withdrawn_at is null) = (withdrawn_how is null))
) {strict};
create unique index consent_one_at_a_time on consent (person_id, purpose) where withdrawn_at is null;
create index consent_by_person on consent (person_id, given_at);
create table data_request (
    id {id} not null primary key,
    reference {text} not null constraint data_request_reference unique,
    person_id {id} not null constraint data_request_of references person (id),
    wants {text} not null constraint data_request_wants check (wants in ('copy','erase')),
    came_by {text} not null constraint data_request_came_by check (came_by in ('page','letter','email','phone','in_person')),
    received_on {text} not null, due_on {text} not null,
    note {text} not null,
    recorded_at {instant} not null,
    closed_at {instant},
    outcome {text} constraint data_request_outcome check (outcome in ('done','refused','withdrawn')),
    closing_note {text} not null,
    constraint data_request_closed_whole check ((closed_at is null) = (outcome is null))
) {strict};
create unique index data_request_one_at_a_time on data_request (person_id, wants) where closed_at is null;
create index data_request_by_due on data_request (due_on, id);
create table retention_run (
    rule {text} not null primary key,
    ran_at {instant} not null,
    removed {int} not null,
    removed_in_all {int} not null
) {strict};
create table scrub_run (
    single {int} not null primary key constraint scrub_run_only_one check (single = 1),
    erased_at {instant} not null,
    scrubbed_at {instant}
) {strict};
",
};

const CONSENT: &str =
    "id, person_id, purpose, wording, given_at, given_how, evidence, withdrawn_at, withdrawn_how";

/// What somebody agreed to and has not withdrawn.
pub(crate) fn find_consent(
    tx: &mut Tx<'_>,
    person: PersonId,
    purpose: Purpose,
) -> Result<Option<ConsentRow>, Fault> {
    tx.opt(
        &format!(
            "select {CONSENT} from consent where person_id = $1 and purpose = $2 and withdrawn_at is null"
        ),
        args![person, purpose.key()],
    )
}

/// Everything somebody ever agreed to, first given first.
pub(crate) fn list_consents(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<ConsentRow>, Fault> {
    tx.all(
        &format!("select {CONSENT} from consent where person_id = $1 order by given_at, id"),
        args![person],
    )
}

/// Keeps a consent unless there is one. Says whether it was new.
pub(crate) fn insert_consent(tx: &mut Tx<'_>, consent: &ConsentRow) -> Result<bool, Fault> {
    let kept = tx.exec(
        &format!(
            "insert into consent ({CONSENT}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                on conflict (person_id, purpose) where withdrawn_at is null do nothing"
        ),
        args![
            consent.id,
            consent.person_id,
            consent.purpose.as_str(),
            consent.wording,
            consent.given_at,
            consent.given_how.as_str(),
            consent.evidence.as_str(),
            consent.withdrawn_at,
            consent.withdrawn_how.clone()
        ],
    )?;
    Ok(kept == 1)
}

/// Closes a consent. Says whether there was one.
pub(crate) fn set_withdrawn(
    tx: &mut Tx<'_>,
    person: PersonId,
    purpose: Purpose,
    how: &str,
    now: Instant,
) -> Result<bool, Fault> {
    let closed = tx.exec(
        "update consent set withdrawn_at = $4, withdrawn_how = $3
            where person_id = $1 and purpose = $2 and withdrawn_at is null",
        args![person, purpose.key(), how, now],
    )?;
    Ok(closed == 1)
}

/// Forgets consents that were withdrawn before an instant.
pub(crate) fn delete_withdrawn_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from consent where withdrawn_at < $1", args![before])
}

const REQUEST: &str = "id, reference, person_id, wants, came_by, received_on, due_on, note, recorded_at, closed_at, outcome, closing_note";

/// Keeps a request unless one of its kind is open for the person. Says whether it was new.
pub(crate) fn insert_request(tx: &mut Tx<'_>, request: &RequestRow) -> Result<bool, Fault> {
    let kept = tx.exec(
        &format!(
            "insert into data_request ({REQUEST}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                on conflict (person_id, wants) where closed_at is null do nothing"
        ),
        args![
            request.id,
            request.reference.as_str(),
            request.person_id,
            request.wants.as_str(),
            request.came_by.as_str(),
            request.received_on,
            request.due_on,
            request.note.as_str(),
            request.recorded_at,
            request.closed_at,
            request.outcome.clone(),
            request.closing_note.as_str()
        ],
    )?;
    Ok(kept == 1)
}

pub(crate) fn find_request(tx: &mut Tx<'_>, id: Id<()>) -> Result<Option<RequestRow>, Fault> {
    let lock = tx.for_update();
    tx.opt(&format!("select {REQUEST} from data_request where id = $1{lock}"), args![id])
}

/// The open requests, the one that is due first at the top.
pub(crate) fn list_open_requests(tx: &mut Tx<'_>) -> Result<Vec<RequestRow>, Fault> {
    tx.all(
        &format!(
            "select {REQUEST} from data_request where closed_at is null order by due_on, recorded_at, id limit 500"
        ),
        args![],
    )
}

/// The requests that were closed last.
pub(crate) fn list_closed_requests(tx: &mut Tx<'_>) -> Result<Vec<RequestRow>, Fault> {
    tx.all(
        &format!(
            "select {REQUEST} from data_request where closed_at is not null order by closed_at desc, id limit 50"
        ),
        args![],
    )
}

pub(crate) fn list_requests_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<RequestRow>, Fault> {
    tx.all(
        &format!("select {REQUEST} from data_request where person_id = $1 order by recorded_at, id"),
        args![person],
    )
}

/// Closes a request. Says whether it was open.
pub(crate) fn set_request_closed(
    tx: &mut Tx<'_>,
    id: Id<()>,
    outcome: &str,
    note: &str,
    now: Instant,
) -> Result<bool, Fault> {
    let closed = tx.exec(
        "update data_request set closed_at = $2, outcome = $3, closing_note = $4
            where id = $1 and closed_at is null",
        args![id, now, outcome, note],
    )?;
    Ok(closed == 1)
}

/// Forgets the requests that were closed before an instant.
pub(crate) fn delete_closed_requests_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from data_request where closed_at < $1", args![before])
}

/// Takes away everything of a person but the id that the trail names, and what was written about their requests.
pub(crate) fn delete_person_data(tx: &mut Tx<'_>, person: PersonId, now: Instant) -> Result<(), Fault> {
    for sql in [
        "delete from consent where person_id = $1",
        "delete from person_role where person_id = $1",
        "delete from keeper where person_id = $1",
        "delete from session where person_id = $1",
        "delete from sign_in_link where person_id = $1",
        "delete from sign_in_step where person_id = $1",
        "delete from password where person_id = $1",
        "delete from one_time_code where person_id = $1",
        "delete from recovery_code where person_id = $1",
        "update data_request set note = '', closing_note = '' where person_id = $1",
    ] {
        tx.exec(sql, args![person])?;
    }
    tx.exec(
        "update data_request set closed_at = $2, outcome = case wants when 'erase' then 'done' else 'withdrawn' end
            where person_id = $1 and closed_at is null",
        args![person, now],
    )?;
    tx.exec(
        "update person set name = '', email = null, email_skeleton = null, language = 'en', erased_at = $2
            where id = $1 and erased_at is null",
        args![person, now],
    )?;
    tx.exec(
        "insert into scrub_run (single, erased_at) values (1, $1)
            on conflict (single) do update set erased_at = excluded.erased_at",
        args![now],
    )?;
    Ok(())
}

row! {
    /// When somebody was last erased, and when the database was last written anew.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct ScrubRow {
        erased_at: Instant,
        scrubbed_at: Option<Instant>,
    }
}

pub(crate) fn find_scrub(tx: &mut Tx<'_>) -> Result<Option<ScrubRow>, Fault> {
    tx.opt("select erased_at, scrubbed_at from scrub_run where single = 1", args![])
}

pub(crate) fn set_scrubbed(tx: &mut Tx<'_>, now: Instant) -> Result<(), Fault> {
    tx.exec("update scrub_run set scrubbed_at = $1 where single = 1", args![now])?;
    Ok(())
}

row! {
    /// When a rule last ran.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct RunRow {
        rule: String,
        ran_at: Instant,
        removed: i64,
        removed_in_all: i64,
    }
}

pub(crate) fn list_runs(tx: &mut Tx<'_>) -> Result<Vec<RunRow>, Fault> {
    tx.all("select rule, ran_at, removed, removed_in_all from retention_run order by rule", args![])
}

pub(crate) fn set_run(tx: &mut Tx<'_>, rule: &str, removed: i64, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into retention_run (rule, ran_at, removed, removed_in_all) values ($1, $2, $3, $3)
            on conflict (rule) do update set ran_at = excluded.ran_at, removed = excluded.removed,
                removed_in_all = retention_run.removed_in_all + excluded.removed",
        args![rule, now, removed],
    )?;
    Ok(())
}

/// The accounts at the council's own provider that somebody signs in with.
pub(crate) fn list_council_sign_ins(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<(String, String)>, Fault> {
    tx.all("select issuer, subject from council_sign_in where person_id = $1 order by issuer", args![person])
}

/// Forgets the counters of sign-ins from before an instant.
pub(crate) fn delete_attempts_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from sign_in_attempt where at < $1", args![before])
}

/// Forgets half-done sign-ins that ended before an instant.
pub(crate) fn delete_steps_before(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from sign_in_step where expires_at < $1", args![before])
}
