//! What a conversation is between two questions: ids of what was found and shown, filters in our own words, and nothing of
//! what was typed.

use crate::{
    about::About,
    jobs::idle_since,
    pipeline::Ask,
    room::Assistant,
    status::Status,
    store::{self as rows, TurnDraft, TurnRow},
    turn::{Choice, Kept, Turn},
};
use kernel::{Fault, Instant};
use safety::{Category, Screened};
use uuid::Uuid;

/// How many turns a page shows, the latest ones.
const SHOWN_MAX: i64 = 8;

/// A conversation with its latest turns.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub id: Uuid,
    pub flow_session: Option<String>,
    pub turns: Vec<PastTurn>,
    /// Somebody spoke of losing a baby in it, in whichever turn.
    spoke_of_loss: bool,
}

/// A turn that was.
#[derive(Clone, Debug)]
pub(crate) struct PastTurn {
    pub number: i64,
    pub status: Status,
    pub kept: Kept,
    pub useful: Option<String>,
}

impl Conversation {
    /// One that begins now.
    pub fn begin(room: &Assistant) -> Conversation {
        let id = uuid::Builder::from_random_bytes(room.site().dice().bytes()).into_uuid();
        Conversation { id, flow_session: None, turns: Vec::new(), spoke_of_loss: false }
    }

    /// One that was used within the hour.
    pub async fn find(room: &Assistant, id: Uuid) -> Result<Option<Conversation>, Fault> {
        let since = idle_since(room.site().clock().now());
        let found = room
            .site()
            .db()
            .read(move |tx| {
                let Some(row) = rows::find_conversation(tx, id, since)? else { return Ok(None) };
                let spoke_of_loss = rows::has_status(tx, id, Status::Loss.key())?;
                Ok(Some((row, rows::list_turns(tx, id, SHOWN_MAX)?, spoke_of_loss)))
            })
            .await?;
        let Some((row, turns, spoke_of_loss)) = found else { return Ok(None) };
        let turns = turns.iter().filter_map(PastTurn::of).collect();
        Ok(Some(Conversation { id, flow_session: row.flow_session, turns, spoke_of_loss }))
    }

    /// The one of that id, or a new one where it is over or was never there. A database that does not answer is no
    /// reason not to answer the person: then it begins anew.
    pub async fn find_or_begin(room: &Assistant, id: &str) -> Conversation {
        let Ok(id) = id.parse::<Uuid>() else { return Conversation::begin(room) };
        match Conversation::find(room, id).await {
            Ok(Some(conversation)) => conversation,
            Ok(None) => Conversation::begin(room),
            Err(fault) => {
                tracing::error!(fault = format!("{fault:#}"), "a conversation could not be read");
                Conversation::begin(room)
            }
        }
    }

    /// Somebody spoke of losing a baby in it: nothing about babies is shown any more.
    pub fn spoke_of_loss(&self) -> bool {
        self.spoke_of_loss
    }

    /// What kinds of cards were shown in it, the latest first. Each turn hands them on to the next.
    pub fn cards_before(&self) -> Vec<Category> {
        self.turns.last().map(|turn| turn.kept.cards()).unwrap_or_default()
    }

    /// The latest turn, where the very same question made it.
    pub fn sent_again(&self, mark: &str) -> Option<&PastTurn> {
        self.turns.last().filter(|turn| turn.kept.sent.as_deref() == Some(mark))
    }

    /// The number of the latest turn.
    pub fn last_number(&self) -> Option<i64> {
        self.turns.last().map(|turn| turn.number)
    }

    /// What could be chosen last.
    pub fn choices(&self) -> &[Choice] {
        self.turns.last().map_or(&[], |turn| &turn.kept.choices)
    }

    /// The choice that was pressed, or whose words were typed. Only what was offered last can be chosen.
    pub fn chosen(&self, ask: &Ask<'_>, words: &Screened) -> Option<&Choice> {
        let typed = words.as_typed().trim();
        match ask.chosen {
            Some((turn, place)) => self.choices().get(place).filter(|_| self.last_number() == Some(turn)),
            None => self.choices().iter().find(|choice| choice.is_said_by(typed)),
        }
    }

    /// Kind and slug of what was shown last.
    pub fn shown_last(&self) -> &[(String, String)] {
        let shown = self.turns.iter().rev().find(|turn| !turn.kept.entries.is_empty());
        shown.map_or(&[], |turn| &turn.kept.entries)
    }

    /// What was asked last. A greeting, and a question back that named nothing, leave it as it was.
    pub fn about(&self) -> About {
        let passes = |turn: &&PastTurn| {
            !matches!(turn.status, Status::SmallTalk | Status::ClarifyElse | Status::ClarifyWhich)
        };
        self.turns.iter().rev().find(passes).map(|turn| turn.kept.about.clone()).unwrap_or_default()
    }

    /// Keeps a turn and says its number. A red card is not to be kept: nobody calls this for one.
    pub async fn keep(&self, room: &Assistant, turn: &Turn, latency: &'static str) -> Result<i64, Fault> {
        let now = room.site().clock().now();
        let draft = TurnDraft {
            conversation: self.id,
            begun_at: cut_to(now, 3_600),
            used_at: cut_to(now, 60),
            language: turn.language.clone(),
            flow_session: turn.flow_session.clone(),
            status: turn.status.key(),
            kept: serde_json::to_string(&turn.kept())?,
            abstained: turn.status.abstains(),
            latency,
        };
        room.turns().write(vec![self.id], move |tx| rows::insert_turn(tx, &draft)).await
    }
}

impl PastTurn {
    fn of(row: &TurnRow) -> Option<PastTurn> {
        Some(PastTurn {
            number: row.number,
            status: Status::parse(&row.status)?,
            kept: serde_json::from_str(&row.kept).ok()?,
            useful: row.useful.clone(),
        })
    }
}

/// An instant without what is finer than so many seconds: nobody needs to know when exactly somebody asked.
fn cut_to(now: Instant, seconds: i64) -> Instant {
    let whole = now.as_second() - now.as_second().rem_euclid(seconds);
    Instant::from_second(whole).unwrap_or(now)
}
