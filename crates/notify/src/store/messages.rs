use crate::{
    message::MessageId,
    model::{Medium, Next, Reason, State, WAIT_MAX_HOURS, later},
};
use access::PersonId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

/// A message on its way into the outbox.
pub(crate) struct RowToInsert {
    pub id: MessageId,
    pub template: &'static str,
    pub medium: Medium,
    pub to_address: String,
    pub address_hash: String,
    pub person: Option<PersonId>,
    pub subject: String,
    pub body: String,
    pub once: Option<String>,
    pub can_be_turned_off: bool,
    pub stop_token: Option<String>,
    pub reference: String,
    pub refused: Option<Reason>,
    pub now: Instant,
}

/// Keeps it, unless one with its `once` key is there; says whether it did.
pub(crate) fn insert_message(tx: &mut Tx<'_>, row: &RowToInsert) -> Result<bool, Fault> {
    let hash = blake3::hash(format!("{}\n{}", row.subject, row.body).as_bytes()).to_hex().to_string();
    let state = if row.refused.is_some() { State::Failed } else { State::Queued };
    let words = |text: &String| row.refused.is_none().then(|| text.clone());
    let kept = tx.exec(
        "insert into message (id, template, medium, to_address, address_hash, person_id, subject, body, body_hash,
            once_key, can_be_turned_off, stop_token, state, attempts, fence, due_at, reference, reason, queued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, $14, $15, $16, $14)
         on conflict (template, once_key) do nothing",
        args![
            row.id,
            row.template,
            row.medium.key(),
            row.to_address.as_str(),
            row.address_hash.as_str(),
            row.person,
            words(&row.subject),
            words(&row.body),
            hash,
            row.once.clone(),
            row.can_be_turned_off,
            row.stop_token.clone(),
            state.key(),
            row.now,
            row.reference.as_str(),
            row.refused.map(Reason::key)
        ],
    )?;
    Ok(kept == 1)
}

row! {
    /// A message as a worker needs it.
    #[derive(Clone, Debug)]
    pub(crate) struct Open {
        id: MessageId,
        medium: String,
        state: String,
        fence: i64,
        attempts: i64,
        template: String,
        to_address: String,
        address_hash: String,
        subject: Option<String>,
        body: Option<String>,
        can_be_turned_off: bool,
        stop_token: Option<String>,
        provider: Option<String>,
        reference: String,
        queued_at: Instant,
        tried_at: Option<Instant>,
    }
}

/// The message that has waited longest and is due, of the channels that may speak. A time further ahead than we ever
/// set was set by a clock that was wrong, so it counts as due.
pub(crate) fn find_open(tx: &mut Tx<'_>, media: &[Medium], now: Instant) -> Result<Option<Open>, Fault> {
    let (email, text) = (media.contains(&Medium::Email), media.contains(&Medium::Text));
    tx.opt(
        "select id, medium, state, fence, attempts, template, to_address, address_hash, subject, body,
            can_be_turned_off, stop_token, provider, reference, queued_at, tried_at
         from message where state = 'queued' and (due_at <= $1 or due_at > $2)
            and (($3 and medium = 'email') or ($4 and medium = 'text'))
         order by due_at, queued_at, id limit 1",
        args![now, later(now, WAIT_MAX_HOURS * 3_600), email, text],
    )
}

/// Messages that a worker took and has not settled, or that nobody knows about.
pub(crate) fn list_held(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Open>, Fault> {
    tx.all(
        "select id, medium, state, fence, attempts, template, to_address, address_hash, subject, body,
            can_be_turned_off, stop_token, provider, reference, queued_at, tried_at
         from message where state in ('submitting', 'unknown') order by due_at, id limit $1",
        args![limit],
    )
}

/// Whether it still stands as it was seen; nobody else may move it until this transaction ends.
pub(crate) fn list_still(tx: &mut Tx<'_>, seen: &Open) -> Result<bool, Fault> {
    let sql =
        format!("select id from message where id = $1 and state = $2 and fence = $3{}", tx.for_update());
    Ok(tx.opt::<(MessageId,)>(&sql, args![seen.id, seen.state.as_str(), seen.fence])?.is_some())
}

/// Takes it: whoever saw it before can no longer settle it. A submission counts as an attempt and names its provider.
pub(crate) fn set_taken(
    tx: &mut Tx<'_>,
    seen: &Open,
    state: State,
    provider: Option<&str>,
    now: Instant,
) -> Result<bool, Fault> {
    let attempt: i64 = provider.is_some().into();
    let taken = tx.exec(
        "update message set state = $4, fence = fence + 1, attempts = attempts + $5,
            provider = coalesce($6, provider),
            tried_at = case when $5 = 1 and tried_at is null then $7 else tried_at end
         where id = $1 and state = $2 and fence = $3",
        args![
            seen.id,
            seen.state.as_str(),
            seen.fence,
            state.key(),
            attempt,
            provider.map(str::to_owned),
            now
        ],
    )?;
    Ok(taken == 1)
}

/// How a message is settled.
pub(crate) struct Settled<'a> {
    pub id: MessageId,
    /// Only the worker that holds this fence may.
    pub fence: i64,
    pub next: &'a Next,
    /// Kept where the outbox can be read, in the demonstration.
    pub keeps_words: bool,
    pub now: Instant,
}

/// Writes down what became of it; `false` when another worker has taken it since.
pub(crate) fn set_settled(tx: &mut Tx<'_>, settled: &Settled<'_>) -> Result<bool, Fault> {
    let (state, due_at, reason, provider_id, delivery) = match settled.next {
        Next::Accepted { provider_id, delivery } => {
            (State::Accepted, settled.now, None, provider_id.clone(), delivery.clone())
        }
        Next::Queued { due_at } => (State::Queued, *due_at, None, None, None),
        Next::Unknown => (State::Unknown, settled.now, None, None, None),
        Next::Ended { state, reason, .. } => (*state, settled.now, Some(reason.key()), None, None),
    };
    let wipe = matches!(state, State::Accepted | State::Failed) && !settled.keeps_words;
    let sent_at = (state == State::Accepted).then_some(settled.now);
    let done = tx.exec(
        "update message set state = $3, due_at = $4, reason = $5, provider_id = coalesce($6, provider_id),
            delivery = coalesce($7, delivery), sent_at = coalesce($8, sent_at),
            subject = case when $9 then null else subject end, body = case when $9 then null else body end
         where id = $1 and fence = $2
            and (state in ('queued', 'submitting', 'unknown') or (state = 'in_doubt' and $3 = 'accepted'))",
        args![settled.id, settled.fence, state.key(), due_at, reason, provider_id, delivery, sent_at, wipe],
    )?;
    Ok(done == 1)
}

/// A person has a message in doubt sent again. Its words are still there.
pub(crate) fn set_queued_again(tx: &mut Tx<'_>, id: MessageId, now: Instant) -> Result<bool, Fault> {
    let queued = tx.exec(
        "update message set state = 'queued', fence = fence + 1, due_at = $2, queued_at = $2, tried_at = null,
            reason = null where id = $1 and state = 'in_doubt' and body is not null",
        args![id, now],
    )?;
    Ok(queued == 1)
}

/// What a provider says of a delivery, by our reference or its own id. It proves that the message was taken, so one
/// that stood in doubt no longer does. Gives the message's address, hashed, and medium.
pub(crate) fn set_delivery(
    tx: &mut Tx<'_>,
    reference: &str,
    provider_id: &str,
    delivery: Option<&str>,
    now: Instant,
) -> Result<Option<(String, String)>, Fault> {
    let found: Option<(MessageId, String, String)> = tx.opt(
        "select id, address_hash, medium from message
         where (reference = $1 and $1 <> '') or (provider_id = $2 and $2 <> '') order by id limit 1",
        args![reference, provider_id],
    )?;
    let Some((id, hash, medium)) = found else { return Ok(None) };
    tx.exec(
        "update message set delivery = case when delivery is null or delivery in ('created', 'sending', 'pending')
                then coalesce($2, delivery) else delivery end,
            provider_id = coalesce(provider_id, nullif($3, '')),
            state = 'accepted', reason = null, sent_at = coalesce(sent_at, $4),
            fence = case when state = 'accepted' then fence else fence + 1 end,
            subject = null, body = null
         where id = $1 and state <> 'failed'",
        args![id, delivery.map(str::to_owned), provider_id, now],
    )?;
    Ok(Some((hash, medium)))
}

/// Accepted by a provider that tells of deliveries, and no last word for an hour: receipts can be lost.
pub(crate) fn list_stuck_deliveries(
    tx: &mut Tx<'_>,
    sent_before: Instant,
    sent_after: Instant,
    asked_before: Instant,
    limit: i64,
) -> Result<Vec<(MessageId, String, String)>, Fault> {
    tx.all(
        "select id, medium, provider_id from message
         where state = 'accepted' and provider = 'govuk_notify' and provider_id is not null
            and (delivery is null or delivery in ('created', 'sending', 'pending'))
            and sent_at < $1 and sent_at > $2 and (asked_at is null or asked_at < $3)
         order by asked_at nulls first, sent_at limit $4",
        args![sent_before, sent_after, asked_before, limit],
    )
}

/// It was asked after; the next time others come first.
pub(crate) fn set_delivery_seen(tx: &mut Tx<'_>, id: MessageId, now: Instant) -> Result<(), Fault> {
    tx.exec("update message set asked_at = $2 where id = $1", args![id, now])?;
    Ok(())
}

row! {
    /// A message as the staff's list shows it: never its words.
    #[derive(Clone, Debug)]
    pub(crate) struct Listed {
        id: MessageId,
        template: String,
        medium: String,
        to_address: String,
        state: String,
        reason: Option<String>,
        delivery: Option<String>,
        attempts: i64,
        queued_at: Instant,
        sent_at: Option<Instant>,
        can_be_sent_again: bool,
    }
}

/// Where it stands, and its reference: for tests.
#[cfg(test)]
pub(crate) fn find_state(tx: &mut Tx<'_>, id: MessageId) -> Result<(String, String), Fault> {
    tx.one("select state, reference from message where id = $1", args![id])
}

/// Latest first; of one state or of all.
pub(crate) fn list_latest(
    tx: &mut Tx<'_>,
    state: Option<State>,
    limit: i64,
    skip: i64,
) -> Result<Vec<Listed>, Fault> {
    tx.all(
        "select id, template, medium, to_address, state, reason, delivery, attempts, queued_at, sent_at,
            state = 'in_doubt' and body is not null
         from message where ($1 = '' or state = $1) order by queued_at desc, id desc limit $2 offset $3",
        args![state.map_or("", State::key), limit, skip],
    )
}

/// One of them.
pub(crate) fn find_listed(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Listed>, Fault> {
    tx.opt(
        "select id, template, medium, to_address, state, reason, delivery, attempts, queued_at, sent_at,
            state = 'in_doubt' and body is not null
         from message where id = $1",
        args![id],
    )
}

row! {
    /// How many stand so.
    #[derive(Clone, Debug)]
    pub(crate) struct Counted {
        state: String,
        count: i64,
        oldest: Instant,
    }
}

pub(crate) fn count_by_state(tx: &mut Tx<'_>) -> Result<Vec<Counted>, Fault> {
    tx.all("select state, count(*), min(queued_at) from message group by state order by state", args![])
}

row! {
    /// A message of the demonstration, with its words.
    #[derive(Clone, Debug)]
    pub(crate) struct Readable {
        template: String,
        to_address: String,
        subject: String,
        body: String,
        queued_at: Instant,
    }
}

/// The demonstration's outbox, latest first.
pub(crate) fn list_outbox(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Readable>, Fault> {
    tx.all(
        "select template, to_address, coalesce(subject, ''), body, queued_at from message
         where body is not null order by queued_at desc, id desc limit $1",
        args![limit],
    )
}

/// By the secret in a stop link: the message, its kind, its address, hashed, and its medium.
pub(crate) fn find_by_token(
    tx: &mut Tx<'_>,
    token: &str,
) -> Result<Option<(MessageId, String, String, String)>, Fault> {
    tx.opt(
        "select id, template, address_hash, medium from message where stop_token = $1 and address_hash <> ''",
        args![token],
    )
}

row! {
    /// A message in a person's copy of their data.
    #[derive(Clone, Debug, PartialEq)]
    pub struct PersonMessage {
        /// Its kind.
        template: String,
        /// `email` or `text`.
        medium: String,
        /// Where it went.
        to_address: String,
        /// Where it stands.
        state: String,
        /// When it was asked for.
        queued_at: Instant,
        /// When the provider took it.
        sent_at: Option<Instant>,
    }
}

const FOR_A_COPY: &str = "select template, medium, to_address, state, queued_at, sent_at from message";

pub(crate) fn list_for_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PersonMessage>, Fault> {
    tx.all(&format!("{FOR_A_COPY} where person_id = $1 order by queued_at, id"), args![person])
}

/// Those that still hold the address of this hash.
pub(crate) fn list_for_address(tx: &mut Tx<'_>, hash: &str) -> Result<Vec<PersonMessage>, Fault> {
    tx.all(
        &format!("{FOR_A_COPY} where address_hash = $1 and to_address <> '' order by queued_at, id"),
        args![hash],
    )
}

/// Takes whom it went to, and its words, out of a message; one that waits is not sent.
const FORGET: &str =
    "update message set to_address = '', address_hash = '', subject = null, body = null, person_id = null,
        stop_token = null, reason = case when state = 'queued' then 'erased' else reason end,
        fence = case when state = 'queued' then fence + 1 else fence end,
        state = case when state = 'queued' then 'failed' else state end";

/// Takes a person out of every message.
pub(crate) fn set_forgotten(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, Fault> {
    tx.exec(&format!("{FORGET} where person_id = $1"), args![person])
}

/// Takes an address out of every message.
pub(crate) fn set_address_forgotten(tx: &mut Tx<'_>, hash: &str) -> Result<u64, Fault> {
    tx.exec(&format!("{FORGET} where address_hash = $1"), args![hash])
}

/// Wipes addresses and the words in doubt of what was asked for before an instant.
pub(crate) fn set_wiped_old(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update message set to_address = '', subject = null, body = null, person_id = null
         where queued_at < $1 and to_address <> '' and state in ('accepted', 'failed', 'in_doubt')",
        args![before],
    )
}

pub(crate) fn delete_old(tx: &mut Tx<'_>, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "delete from message where queued_at < $1 and state in ('accepted', 'failed', 'in_doubt')",
        args![before],
    )
}
