//! The whole of Ask as one list. Each step is a function of what it is handed: it goes on, or it stops the list with a
//! turn that has a status of its own and fixed sentences.

use crate::{
    conversation::Conversation,
    flow_steps::{back_to_flow, flow_for, running_flow, with_offer},
    heard::{more_after_a_loss, more_as_looked_for},
    language::Spoken,
    limits::{not_closed, within_length, within_rate, without_personal_data},
    loss_answer::loss,
    reworded::{ToReword, to_reword},
    room::Assistant,
    say,
    sent_again::{mark_of, turn_again},
    status::Status,
    steps::{
        abstention, choice_made, composed, follow_up, look_up, more_than_a_card, need_unclear, neighbour,
        safety_screen, something_said, stop, subject_missing,
    },
    turn::Turn,
    whats_on::whats_on,
};
use safety::{Category, Screened};
use std::{convert::Infallible, net::IpAddr};

/// Goes on with a value, or stops the list.
pub(crate) type Step<T> = Result<T, Box<Turn>>;

/// What somebody asked.
pub(crate) struct Ask<'a> {
    /// What was typed, whole.
    pub text: &'a str,
    /// The conversation it belongs to, as it was sent; may be empty, over, or never have been.
    pub conversation: &'a str,
    /// The choice that was pressed: the turn it was offered in, and its place in it.
    pub chosen: Option<(i64, usize)>,
    /// So that sending the same thing twice moves a guide once.
    pub message: &'a str,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

/// What came of it.
pub(crate) struct Answered {
    /// What is said.
    pub turn: Turn,
    /// The words with what the screen said of them.
    pub screened: Screened,
    /// The conversation it belongs to; none where it stopped before one was looked for.
    pub conversation: Option<Conversation>,
    /// What a language model has still to be asked, if it is to be asked anything. Nothing else of the turn waits for it.
    pub to_reword: Option<ToReword>,
    /// The question was sent before: its turn has this number, and is not kept once more.
    pub again: Option<i64>,
}

/// So many kinds of cards are kept in sight.
const CARDS_MAX: usize = 3;

/// Answers a question, in fewer words where a language model can say it so. Never fails: whatever breaks, somebody is
/// told whom to ring.
pub(crate) async fn answer(room: &Assistant, ask: &Ask<'_>) -> Answered {
    answer_by_quoting(room, ask).await.in_fewer_words(room).await
}

/// The same before any language model was asked.
pub(crate) async fn answer_by_quoting(room: &Assistant, ask: &Ask<'_>) -> Answered {
    // Before anything else, whatever is down, closed, too long or too fast.
    let screened = room.site().screen(ask.text);
    let (mut conversation, mut beside) = (None, Beside::default());
    let mut turn = match steps(room, ask, &screened, &mut conversation, &mut beside).await {
        Ok(never) => match never {},
        Err(turn) => *turn,
    };
    let screened = beside.heard.unwrap_or(screened);
    if turn.status == Status::Crisis {
        // Whenever it was heard: the card and nothing else, and nothing of it is kept.
        turn = Turn::saying(Status::Crisis, &[]);
        conversation = None;
    }
    turn.card = room.site().card(screened.verdict());
    let own = turn.card.as_ref().map(|card| card.category);
    turn.cards = latest_first(own, conversation.as_ref().map(Conversation::cards_before).unwrap_or_default());
    turn.sent = conversation.as_ref().map(|_| mark_of(room, ask));
    let again = beside.again.filter(|_| conversation.is_some());
    Answered { turn, screened, conversation, to_reword: beside.to_reword, again }
}

/// The kinds of the cards of a conversation, each once.
fn latest_first(own: Option<Category>, before: Vec<Category>) -> Vec<Category> {
    let mut kinds: Vec<Category> = Vec::new();
    for kind in own.into_iter().chain(before) {
        if kinds.len() < CARDS_MAX && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What comes of a question besides its turn.
#[derive(Default)]
struct Beside {
    /// What a language model has still to be asked.
    to_reword: Option<ToReword>,
    /// The words as they were looked for, where the screen hears more in them.
    heard: Option<Screened>,
    /// The number of the turn that the very same question made.
    again: Option<i64>,
}

impl Answered {
    /// Asks the language model what it has still to be asked, and waits for it.
    pub async fn in_fewer_words(mut self, room: &Assistant) -> Answered {
        if let Some(to_reword) = self.to_reword.take() {
            to_reword.into_turn(room, &mut self.turn).await;
        }
        self
    }
}

async fn steps(
    room: &Assistant,
    ask: &Ask<'_>,
    screened: &Screened,
    conversation: &mut Option<Conversation>,
    beside: &mut Beside,
) -> Step<Infallible> {
    let site = room.site();
    safety_screen(site, screened)?;
    within_length(screened)?;
    within_rate(room.rates(), ask.address, site.clock().now())?;
    not_closed(room).await?;
    let conversation = conversation.insert(Conversation::find_or_begin(room, ask.conversation).await);
    beside.heard = more_after_a_loss(site, conversation, screened);
    if let Some(heard) = &beside.heard {
        safety_screen(site, heard)?;
    }
    let (words, personal) = without_personal_data(site, screened);
    let spoken = room.languages().seen_in(words.as_typed());
    if let Some(past) = conversation.sent_again(&mark_of(room, ask)) {
        beside.again = Some(past.number);
        let had_personal_data = personal;
        let turn = turn_again(room, conversation, past, &spoken).await;
        return stop(Turn { had_personal_data, ..turn });
    }
    let stopped = after_reading(room, ask, conversation, &words, &spoken, beside).await;
    stopped.map_err(|turn| said_honestly(turn, conversation, &spoken, personal))
}

/// The steps that need the words read: the language is told in whatever they end with.
async fn after_reading(
    room: &Assistant,
    ask: &Ask<'_>,
    conversation: &Conversation,
    words: &Screened,
    spoken: &Spoken<'_>,
    beside: &mut Beside,
) -> Step<Infallible> {
    let waiting = running_flow(room, ask, conversation, words).await?;
    let stopped = answering(room, ask, conversation, words, spoken, beside).await;
    stopped.map_err(|turn| back_to_flow(turn, waiting))
}

async fn answering(
    room: &Assistant,
    ask: &Ask<'_>,
    conversation: &Conversation,
    words: &Screened,
    spoken: &Spoken<'_>,
    beside: &mut Beside,
) -> Step<Infallible> {
    let narrowed = choice_made(room, conversation, conversation.chosen(ask, words), words)?;
    something_said(words, &narrowed)?;
    neighbour(room, conversation, words)?;
    let offer = flow_for(room, conversation, words);
    loss(room, conversation, words, offer.clone()).await?;
    follow_up(room, conversation, words, &narrowed)?;
    whats_on(room, conversation, words, &narrowed).await?;
    more_than_a_card(room, words)?;
    subject_missing(room, &narrowed)?;
    let found = look_up(room, conversation, words, spoken, &narrowed).await?;
    beside.heard = more_as_looked_for(room.site(), words, &found).or(beside.heard.take());
    if let Some(heard) = &beside.heard {
        safety_screen(room.site(), heard)?;
    }
    need_unclear(room, &found)?;
    abstention(room, &found, offer.clone())?;
    let turn = composed(room, &found);
    beside.to_reword = to_reword(room, &found, &turn).filter(|_| beside.heard.is_none());
    Err(Box::new(with_offer(turn, offer)))
}

fn said_honestly(
    mut turn: Box<Turn>,
    conversation: &Conversation,
    spoken: &Spoken<'_>,
    had_personal_data: bool,
) -> Box<Turn> {
    turn.had_personal_data = had_personal_data;
    // A guide that runs goes on running whatever was asked in between.
    if turn.status != Status::FlowTurn {
        turn.flow_session.clone_from(&conversation.flow_session);
    }
    match spoken {
        Spoken::English => {}
        Spoken::Known(language) => turn.language.clone_from(&language.code),
        Spoken::Unknown => turn.say.insert(0, say::OTHER_LANGUAGE.to_owned()),
    }
    turn
}
