use kernel::{Fault, Instant};
use store::{Tx, Value, args, places, row};
use uuid::Uuid;

row! {
    /// A conversation as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ConversationRow {
        /// Random, and the only way to it.
        id: Uuid,
        /// The guide that goes on in it.
        flow_session: Option<String>,
        /// The language of the last question.
        language: String,
    }
}

row! {
    /// A turn as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub struct TurnRow {
        /// From 1.
        number: i64,
        /// How it ended.
        status: String,
        /// Ids of what was shown.
        kept: String,
        /// Whether it was said to be useful.
        useful: Option<String>,
    }
}

/// A turn to be kept.
#[derive(Clone, Debug)]
pub(crate) struct TurnDraft {
    pub conversation: Uuid,
    pub begun_at: Instant,
    pub used_at: Instant,
    pub language: String,
    pub flow_session: Option<String>,
    pub status: &'static str,
    pub kept: String,
    pub abstained: bool,
    pub latency: &'static str,
}

/// Takes the rows of conversations for this transaction alone, in the order of their ids.
pub(crate) fn take_conversations(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Fault> {
    let sql = format!(
        "select id from ask_conversation where id in ({}) order by id{}",
        places(1, ids.len()),
        tx.for_update()
    );
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.all::<(Uuid,)>(&sql, &ids)?;
    Ok(())
}

/// A conversation that was used since then.
pub(crate) fn find_conversation(
    tx: &mut Tx<'_>,
    id: Uuid,
    since: Instant,
) -> Result<Option<ConversationRow>, Fault> {
    tx.opt(
        "select id, flow_session, language from ask_conversation where id = $1 and used_at >= $2",
        args![id, since],
    )
}

/// Its latest turns, oldest first.
pub(crate) fn list_turns(tx: &mut Tx<'_>, id: Uuid, most: i64) -> Result<Vec<TurnRow>, Fault> {
    let mut turns: Vec<TurnRow> = tx.all(
        "select number, status, kept, useful from ask_turn where conversation_id = $1 order by number desc limit $2",
        args![id, most],
    )?;
    turns.reverse();
    Ok(turns)
}

/// Keeps a turn, and says its number.
pub(crate) fn insert_turn(tx: &mut Tx<'_>, turn: &TurnDraft) -> Result<i64, Fault> {
    tx.exec(
        "insert into ask_conversation (id, begun_at, used_at, language, flow_session) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set used_at = excluded.used_at, language = excluded.language,
            flow_session = excluded.flow_session",
        args![turn.conversation, turn.begun_at, turn.used_at, turn.language.as_str(), turn.flow_session.clone()],
    )?;
    let (last,): (i64,) = tx.one(
        "select cast(coalesce(max(number), 0) as bigint) from ask_turn where conversation_id = $1",
        args![turn.conversation],
    )?;
    tx.exec(
        "insert into ask_turn (conversation_id, number, status, kept, abstained, latency) values ($1, $2, $3, $4, $5, $6)",
        args![turn.conversation, last + 1, turn.status, turn.kept.as_str(), turn.abstained, turn.latency],
    )?;
    Ok(last + 1)
}

/// Whether any turn of it ended so, however long ago.
pub(crate) fn has_status(tx: &mut Tx<'_>, id: Uuid, status: &str) -> Result<bool, Fault> {
    let sql = "select number from ask_turn where conversation_id = $1 and status = $2 limit 1";
    Ok(tx.opt::<(i64,)>(sql, args![id, status])?.is_some())
}

/// How a turn ended after all. One that was cleared meanwhile stays gone.
pub(crate) fn set_status(tx: &mut Tx<'_>, id: Uuid, number: i64, status: &str) -> Result<(), Fault> {
    tx.exec(
        "update ask_turn set status = $3 where conversation_id = $1 and number = $2",
        args![id, number, status],
    )?;
    Ok(())
}

/// Says whether a turn was useful; whether that is new.
pub(crate) fn set_useful(tx: &mut Tx<'_>, id: Uuid, number: i64, useful: &str) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update ask_turn set useful = $3 where conversation_id = $1 and number = $2 and useful is null",
        args![id, number, useful],
    )?;
    Ok(changed > 0)
}

/// Forgets a conversation.
pub(crate) fn delete_conversation(tx: &mut Tx<'_>, id: Uuid) -> Result<(), Fault> {
    tx.exec("delete from ask_turn where conversation_id = $1", args![id])?;
    tx.exec("delete from ask_conversation where id = $1", args![id])?;
    Ok(())
}

/// Forgets what nobody used since then; says how many.
pub(crate) fn delete_idle(tx: &mut Tx<'_>, since: Instant) -> Result<u64, Fault> {
    tx.exec(
        "delete from ask_turn where conversation_id in (select id from ask_conversation where used_at < $1)",
        args![since],
    )?;
    tx.exec("delete from ask_conversation where used_at < $1", args![since])
}
