//! One answer in a guide: load, decide (`engine.rs`), keep, reply. The answer and its reply are kept in one transaction
//! under the key that the form carries, so a form that is sent twice, or sent again after a crash, gets the same reply.

use crate::{
    catalogue::Flows,
    engine::{PAUSE, answer_at, begin, said_anew, step, understands, with_notes_anew},
    flow::Flow,
    heard::{self, Loss},
    model::{Answered, Input, Output, State, Stepped},
    session::{PastTurn, PutAway, Resumed, SessionId, Turn, carry_on, shown_code},
    store::{self as rows, AnswerRow, SessionRow},
};
use anyhow::Context;
use kernel::{Date, Fault, Instant, civil_today};
use safety::{Level, Screened};
use std::sync::Arc;
use store::Tx;

/// How many turns a page can show of one session. What was said before is forgotten; where it stands is not.
const TURNS_KEPT: i64 = 300;
/// What stands between the key of a form and the turn in which its answer was changed: no key of a form has it.
pub(crate) const CHANGED: &str = ":";
/// The longest key of a form.
const MESSAGE_ID_MAX: usize = 80;

/// What somebody does in a session.
#[derive(Clone, Debug)]
pub enum Reply<'a> {
    /// Anything but words.
    Pressed(Input),
    /// Words, which have been through the screen.
    Typed(&'a Screened),
}

impl Flows {
    /// Begins a guide, in a language where it has it. Nothing when there is no such guide.
    pub async fn begin(&self, slug: &str, language: &str) -> Result<Option<Turn>, Fault> {
        let Some(published) = self.find(slug) else { return Ok(None) };
        let site = self.site();
        let (now, today) = (site.clock().now(), site.clock().today());
        let flow = published.flow;
        let stepped = begin(&flow, language, today);
        complain_of_circles(&flow, &stepped);
        let session = SessionRow {
            id: SessionId::new(site.dice()).as_str().to_owned(),
            code: site.dice().reference(),
            slug: flow.slug.clone(),
            number: published.number,
            state: serde_json::to_value(&stepped.state)?,
            turn: 0,
            used_at: now,
            put_away_at: None,
        };
        let answer = answer_row("begin", 0, &stepped, now)?;
        let kept = (session.clone(), answer.clone());
        site.db()
            .write(move |tx| {
                rows::insert_session(tx, &kept.0)?;
                rows::insert_answer(tx, &kept.0.id, &kept.1)
            })
            .await?;
        turn_of(&flow, &session, &answer).map(Some)
    }

    /// Takes words as an answer. Words that call for a red card change nothing: the turn says that it is paused.
    pub async fn answer(
        &self,
        session: &SessionId,
        message_id: &str,
        words: &Screened,
        today: Date,
    ) -> Result<Option<Turn>, Fault> {
        self.take_turn(session, message_id, Reply::Typed(words), today).await
    }

    /// Takes one answer of any kind. Nothing when there is no such session, or it was put away.
    pub async fn take_turn(
        &self,
        session: &SessionId,
        message_id: &str,
        reply: Reply<'_>,
        today: Date,
    ) -> Result<Option<Turn>, Fault> {
        let Some((flow, _)) = self.find_open(session).await? else { return Ok(None) };
        let (input, lost) = match reply {
            Reply::Typed(words) if words.verdict().level == Level::Red => {
                let turn = self.find_turn(session).await?;
                return Ok(turn.map(|turn| Turn { paused: true, ..turn }));
            }
            // What the screen hears as a loss is one, whatever else the guide would make of it.
            Reply::Typed(words) if words.verdict().loss && !flow.loss => {
                (Input::Loss(Loss::Child), Some(Loss::Child))
            }
            Reply::Typed(words) => (Input::Words(words.as_typed().to_owned()), heard::loss(words.as_typed())),
            Reply::Pressed(input) => (input, None),
        };
        let is_for_it = matches!(lost, Some(Loss::Child | Loss::NotSaid));
        let offered =
            self.find_for_loss().filter(|loss| is_for_it && !flow.loss && loss.flow.slug != flow.slug);
        let offered = offered
            .map(|loss| Output::Offered { slug: loss.flow.slug.clone(), title: loss.flow.title.clone() });
        let message_id: String = message_id.chars().take(MESSAGE_ID_MAX).collect();
        let (id, now, known) = (session.clone(), self.site().clock().now(), flow.clone());
        let kept = self
            .site()
            .db()
            .write(move |tx| {
                let asked =
                    Asked { flow: &known, message_id: &message_id, input: &input, offered: offered.as_ref() };
                keep_answer(tx, &id, &asked, today, now)
            })
            .await?;
        kept.map(|(session, answer)| turn_of(&flow, &session, &answer)).transpose()
    }

    /// Where a session stands and what was said last, with what follows from the day as it is today. Nothing when there is
    /// none, or it was put away.
    pub async fn find_turn(&self, session: &SessionId) -> Result<Option<Turn>, Fault> {
        let Some((flow, row)) = self.find_open(session).await? else { return Ok(None) };
        let id = row.id.clone();
        let last = self.site().db().read(move |tx| rows::find_last_answer(tx, &id)).await?;
        let Some(answer) = last else { return Ok(None) };
        let turn = turn_of(&flow, &row, &answer)?;
        let days = (civil_today(answer.at), self.site().clock().today());
        let outputs = said_anew(&flow, &state_of(&row)?, turn.outputs.clone(), days);
        Ok(Some(Turn { outputs, ..turn }))
    }

    /// Whether words answer the question that waits in a session, or are one of the things that can be said at any.
    pub async fn understands(
        &self,
        session: &SessionId,
        words: &Screened,
        today: Date,
    ) -> Result<bool, Fault> {
        let Some((flow, row)) = self.find_open(session).await? else { return Ok(false) };
        Ok(understands(&flow, &state_of(&row)?, words.as_typed(), today))
    }

    /// What was said so far, oldest first. Whether a day has passed is told as it is today.
    pub async fn list_turns(&self, session: &SessionId) -> Result<Vec<PastTurn>, Fault> {
        let (id, today) = (session.as_str().to_owned(), self.site().clock().today());
        let answers = self.site().db().read(move |tx| rows::list_answers(tx, &id)).await?;
        let past = |row: AnswerRow| -> Result<PastTurn, Fault> {
            let (answered, outputs) = read_answer(&row)?;
            Ok(PastTurn { turn: row.turn, answered, outputs: with_notes_anew(outputs, today) })
        };
        answers.into_iter().map(past).collect()
    }

    /// Where a session's state stands, with its guide: for a page that sums it up.
    pub(crate) async fn find_state(&self, session: &SessionId) -> Result<Option<(Arc<Flow>, State)>, Fault> {
        let Some((flow, row)) = self.find_open(session).await? else { return Ok(None) };
        Ok(Some((flow, state_of(&row)?)))
    }

    /// What a code leads to, the code as [`crate::read_code`] reads it. Coming back counts as use.
    pub async fn resume(&self, code: &str) -> Result<Resumed, Fault> {
        let (wanted, now) = (code.to_owned(), self.site().clock().now());
        let found = self.site().db().read(move |tx| rows::find_session_by_code(tx, &wanted)).await?;
        let Some(row) = found else { return Ok(Resumed::Nothing) };
        let code = row.code.clone();
        self.site().db().write(move |tx| rows::set_used(tx, &code, now)).await?;
        self.look_at(&SessionId::kept(row.id)).await
    }

    /// What a session's address leads to.
    pub async fn look_at(&self, session: &SessionId) -> Result<Resumed, Fault> {
        if let Some(turn) = self.find_turn(session).await? {
            return Ok(Resumed::Here(Box::new(turn)));
        }
        Ok(self.find_put_away(session).await?.map_or(Resumed::Nothing, |(_, _, away)| Resumed::PutAway(away)))
    }

    /// A turn of before, as it was said: for a page that the browser goes back to.
    pub(crate) async fn find_past_turn(&self, now: &Turn, number: i64) -> Result<Option<Turn>, Fault> {
        let past = self.list_turns(&now.session).await?.into_iter().find(|past| past.turn == number);
        let Some(past) = past.filter(|past| past.turn < now.turn) else { return Ok(None) };
        let state = self.find_state(&now.session).await?.map(|(_, state)| state);
        let mut turn =
            Turn { turn: past.turn, answered: past.answered, outputs: past.outputs, ..now.clone() };
        turn.over = matches!(turn.outputs.last(), Some(Output::Ended { .. }));
        let place = state.and_then(|state| state.path.iter().position(|passed| passed.node == turn.node()));
        turn.questions_answered = place.unwrap_or(turn.questions_answered);
        Ok(Some(turn))
    }

    /// What words typed on the page of an earlier question answer there: a day or a button. Nothing where the page shows
    /// the question that waits.
    pub(crate) async fn read_earlier(
        &self,
        session: &SessionId,
        node: &str,
        words: &Screened,
        today: Date,
    ) -> Result<Option<Input>, Fault> {
        let Some((flow, state)) = self.find_state(session).await? else { return Ok(None) };
        if words.verdict().loss || state.node == node && !state.over {
            return Ok(None);
        }
        if node == PAUSE {
            return Ok(Some(Input::WordsAtPause(words.as_typed().to_owned())));
        }
        Ok(answer_at(&flow, &state, node, words.as_typed(), today))
    }

    async fn find_put_away(
        &self,
        session: &SessionId,
    ) -> Result<Option<(Arc<Flow>, SessionRow, PutAway)>, Fault> {
        let id = session.as_str().to_owned();
        let Some(row) = self.site().db().read(move |tx| rows::find_session(tx, &id)).await? else {
            return Ok(None);
        };
        let Some(flow) = self.find_revision(&row.slug, row.number).await? else { return Ok(None) };
        let state = state_of(&row)?;
        let away = PutAway {
            session: session.clone(),
            slug: flow.slug.clone(),
            title: flow.title_in(&state.language).to_owned(),
            step: carry_on(&flow, &state, self.site().clock().today()).path.len() + 1,
            sensitive: flow.sensitive,
        };
        Ok(Some((flow, row, away)))
    }

    /// Carries on with a session that was put away, from as far as what is left of it reaches.
    pub async fn carry_on(&self, session: &SessionId) -> Result<Option<Turn>, Fault> {
        if let Some(turn) = self.find_turn(session).await? {
            return Ok(Some(turn));
        }
        let Some((flow, row, _)) = self.find_put_away(session).await? else { return Ok(None) };
        let (now, today) = (self.site().clock().now(), self.site().clock().today());
        let state = carry_on(&flow, &state_of(&row)?, today);
        let stepped = step(&flow, &state, &Input::GoOn, today);
        let answer = answer_row(&format!("carried on {}", row.turn + 1), row.turn + 1, &stepped, now)?;
        let row = SessionRow {
            state: serde_json::to_value(&stepped.state)?,
            turn: row.turn + 1,
            used_at: now,
            put_away_at: None,
            ..row
        };
        self.site()
            .db()
            .write(move |tx| {
                // Two presses of one button: the second finds it done.
                if rows::set_session(tx, &row)? {
                    rows::insert_answer(tx, &row.id, &answer)?;
                }
                Ok(())
            })
            .await?;
        self.find_turn(session).await
    }

    /// A session that is not put away, with the revision it began with.
    async fn find_open(&self, session: &SessionId) -> Result<Option<(Arc<Flow>, SessionRow)>, Fault> {
        let id = session.as_str().to_owned();
        let found = self.site().db().read(move |tx| rows::find_session(tx, &id)).await?;
        let Some(row) = found.filter(|row| row.put_away_at.is_none()) else { return Ok(None) };
        let flow = self.find_revision(&row.slug, row.number).await?;
        let flow = flow.context("the revision of a session is kept as long as the session")?;
        Ok(Some((flow, row)))
    }
}

struct Asked<'a> {
    flow: &'a Flow,
    message_id: &'a str,
    input: &'a Input,
    offered: Option<&'a Output>,
}

/// The transition itself. Whoever answers in the same session waits for the row; what was answered under this key
/// before is answered the same. Another button of the same form, as after going back in the browser, is a changed answer.
fn keep_answer(
    tx: &mut Tx<'_>,
    session: &SessionId,
    asked: &Asked<'_>,
    today: Date,
    now: Instant,
) -> Result<Option<(SessionRow, AnswerRow)>, Fault> {
    let Some(row) = rows::take_session(tx, session.as_str())?.filter(|row| row.put_away_at.is_none()) else {
        return Ok(None);
    };
    let mut message_id = asked.message_id.to_owned();
    if let Some(answer) = rows::find_answer(tx, &row.id, asked.message_id)? {
        if !is_changed(asked.input, &read_answer(&answer)?.0) {
            return Ok(Some((row, answer)));
        }
        message_id = format!("{message_id}{CHANGED}{}", row.turn + 1);
    }
    let mut stepped = step(asked.flow, &state_of(&row)?, asked.input, today);
    complain_of_circles(asked.flow, &stepped);
    if let Some(offered) = asked.offered {
        // After the kind words, which come first.
        let place = usize::from(stepped.state.paused).min(stepped.outputs.len());
        stepped.outputs.insert(place, offered.clone());
    }
    let turn = row.turn + 1;
    let answer = answer_row(&message_id, turn, &stepped, now)?;
    let row = SessionRow { state: serde_json::to_value(&stepped.state)?, turn, used_at: now, ..row };
    anyhow::ensure!(rows::set_session(tx, &row)?, "two answers were taken at once");
    rows::insert_answer(tx, &row.id, &answer)?;
    if turn > TURNS_KEPT {
        rows::delete_old_answers(tx, &row.id, turn - TURNS_KEPT)?;
    }
    Ok(Some((row, answer)))
}

/// Whether a form that was answered before is sent with another answer: only from a page that knows its question.
fn is_changed(input: &Input, answered: &Answered) -> bool {
    match (input, answered) {
        (Input::Choice { node: Some(_), key }, Answered::Choice { key: before, .. }) => key != before,
        (Input::Day { node: Some(_), day }, Answered::Day(before)) => day != before,
        (Input::Day { node: Some(_), .. }, Answered::DoNotKnow) => true,
        (Input::DoNotKnow { node: Some(_) }, Answered::Day(_)) => true,
        _ => false,
    }
}

/// A flow that goes in circles is somebody's to mend. What was answered is not said.
fn complain_of_circles(flow: &Flow, stepped: &Stepped) {
    if stepped.outputs.contains(&Output::Circles) {
        tracing::error!(
            flow.slug = flow.slug,
            flow.node = stepped.state.node,
            "a guide goes in circles: its author must break the loop"
        );
    }
}

fn answer_row(message_id: &str, turn: i64, stepped: &Stepped, at: Instant) -> Result<AnswerRow, Fault> {
    Ok(AnswerRow {
        message_id: message_id.to_owned(),
        turn,
        answered: serde_json::to_value(&stepped.answered)?,
        outputs: serde_json::to_value(&stepped.outputs)?,
        at,
    })
}

fn read_answer(row: &AnswerRow) -> Result<(Answered, Vec<Output>), Fault> {
    Ok((serde_json::from_value(row.answered.clone())?, serde_json::from_value(row.outputs.clone())?))
}

pub(crate) fn state_of(row: &SessionRow) -> Result<State, Fault> {
    serde_json::from_value(row.state.clone()).context("reading where a session stands")
}

fn turn_of(flow: &Flow, row: &SessionRow, answer: &AnswerRow) -> Result<Turn, Fault> {
    let state = state_of(row)?;
    let (answered, outputs) = read_answer(answer)?;
    Ok(Turn {
        session: SessionId::kept(row.id.clone()),
        code: shown_code(&row.code),
        slug: flow.slug.clone(),
        title: flow.title_in(&state.language).to_owned(),
        languages: flow.languages.clone(),
        sensitive: flow.sensitive,
        revision: row.number,
        review_by: flow.review_by,
        turn: answer.turn,
        over: matches!(outputs.last(), Some(Output::Ended { .. })),
        answered,
        outputs,
        questions_answered: state.path.len(),
        may_go_back: !state.path.is_empty(),
        language: state.language,
        paused: false,
    })
}
