use crate::take_turn::CHANGED;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

row! {
    /// A session as it is kept.
    #[derive(Clone)]
    pub(crate) struct SessionRow {
        id: String,
        code: String,
        slug: String,
        number: i64,
        state: serde_json::Value,
        turn: i64,
        used_at: Instant,
        put_away_at: Option<Instant>,
    }
}

row! {
    /// An answer with its reply.
    #[derive(Clone)]
    pub(crate) struct AnswerRow {
        message_id: String,
        turn: i64,
        answered: serde_json::Value,
        outputs: serde_json::Value,
        at: Instant,
    }
}

const SESSIONS: &str = "select id, code, slug, number, state, turn, used_at, put_away_at from flow_session";
const ANSWERS: &str = "select message_id, turn, answered, outputs, at from flow_answer";

pub(crate) fn insert_session(tx: &mut Tx, session: &SessionRow) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_session (id, code, slug, number, state, turn, began_at, used_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![session.id.as_str(), session.code.as_str(), session.slug.as_str(), session.number, &session.state, session.turn, session.used_at, session.used_at],
    )?;
    Ok(())
}

pub(crate) fn find_session(tx: &mut Tx, id: &str) -> Result<Option<SessionRow>, Fault> {
    tx.opt(&format!("{SESSIONS} where id = $1"), args![id])
}

/// The same, held until the transaction ends: whoever else answers waits.
pub(crate) fn take_session(tx: &mut Tx, id: &str) -> Result<Option<SessionRow>, Fault> {
    let held = format!("{SESSIONS} where id = $1{}", tx.for_update());
    tx.opt(&held, args![id])
}

pub(crate) fn find_session_by_code(tx: &mut Tx, code: &str) -> Result<Option<SessionRow>, Fault> {
    tx.opt(&format!("{SESSIONS} where code = $1"), args![code])
}

/// Somebody came back to a session: it is kept from now.
pub(crate) fn set_used(tx: &mut Tx, code: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update flow_session set used_at = $2 where code = $1 and put_away_at is null",
        args![code, now],
    )?;
    Ok(())
}

/// Keeps where a session stands now, over the turn before it.
pub(crate) fn set_session(tx: &mut Tx, session: &SessionRow) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update flow_session set state = $2, turn = $3, used_at = $4, put_away_at = null where id = $1 and turn = $5",
        args![session.id.as_str(), &session.state, session.turn, session.used_at, session.turn - 1],
    )?;
    Ok(changed == 1)
}

pub(crate) fn insert_answer(tx: &mut Tx, session: &str, answer: &AnswerRow) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_answer (session_id, message_id, turn, answered, outputs, at) values ($1, $2, $3, $4, $5, $6)",
        args![session, answer.message_id.as_str(), answer.turn, &answer.answered, &answer.outputs, answer.at],
    )?;
    Ok(())
}

/// The last answer that came with a form: its own, or the one it was changed to.
pub(crate) fn find_answer(tx: &mut Tx, session: &str, message_id: &str) -> Result<Option<AnswerRow>, Fault> {
    let changed = format!("{message_id}{CHANGED}");
    let sql = format!(
        "{ANSWERS} where session_id = $1 and (message_id = $2 or substr(message_id, 1, length($3)) = $3) \
         order by turn desc limit 1"
    );
    tx.opt(&sql, args![session, message_id, changed])
}

pub(crate) fn find_last_answer(tx: &mut Tx, session: &str) -> Result<Option<AnswerRow>, Fault> {
    tx.opt(&format!("{ANSWERS} where session_id = $1 order by turn desc limit 1"), args![session])
}

/// What was said so far, oldest first.
pub(crate) fn list_answers(tx: &mut Tx, session: &str) -> Result<Vec<AnswerRow>, Fault> {
    tx.all(&format!("{ANSWERS} where session_id = $1 order by turn"), args![session])
}

/// Lets go of what was said long ago in a session that goes on and on.
pub(crate) fn delete_old_answers(tx: &mut Tx, session: &str, before_turn: i64) -> Result<u64, Fault> {
    tx.exec("delete from flow_answer where session_id = $1 and turn < $2", args![session, before_turn])
}

/// Sessions nobody came back to since an instant, that are not put away yet. The rows are held.
pub(crate) fn list_idle(tx: &mut Tx, before: Instant, limit: i64) -> Result<Vec<SessionRow>, Fault> {
    let held = format!(
        "{SESSIONS} where used_at < $1 and put_away_at is null order by used_at limit $2{}",
        tx.skip_locked()
    );
    tx.all(&held, args![before, limit])
}

/// Puts a session away: what is left of its state, and none of what was said. Only where nobody has come back meanwhile.
pub(crate) fn set_put_away(
    tx: &mut Tx,
    id: &str,
    state: &serde_json::Value,
    turn: i64,
    now: Instant,
) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update flow_session set state = $2, put_away_at = $4 where id = $1 and turn = $3 and put_away_at is null",
        args![id, state, turn, now],
    )?;
    if changed == 1 {
        tx.exec("delete from flow_answer where session_id = $1", args![id])?;
    }
    Ok(changed == 1)
}

/// Lets go of sessions that were put away before an instant; says how many.
pub(crate) fn delete_long_gone(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from flow_session where put_away_at < $1", args![before])
}

/// How many are in the middle of a guide.
pub(crate) fn count_running(tx: &mut Tx, slug: &str) -> Result<i64, Fault> {
    let sql = "select count(*) from flow_session where slug = $1 and put_away_at is null";
    let (many,): (i64,) = tx.one(sql, args![slug])?;
    Ok(many)
}
