//! A question that is sent twice, by a second tap or by loading the page anew, has the turn that it made, and makes no other.
//! What it is known by is a number made of it with a key that ends with the process: nobody can read it back, and another
//! server of the house does not know it, and answers as to a new question.

use crate::{
    conversation::{Conversation, PastTurn},
    flow_steps::said_by_flow,
    language::Spoken,
    pipeline::Ask,
    room::Assistant,
    turn::Turn,
    view::turn_of_past,
};

const KEY_FOR: &str = "hearth assistant: a question that was sent twice";
const LETTERS: usize = 32;

/// What a question is known by. The message id alone is not enough: whoever goes back in the browser may type something
/// else under it.
pub(crate) fn mark_of(room: &Assistant, ask: &Ask<'_>) -> String {
    let chosen = ask.chosen.map(|(turn, place)| format!("{turn}.{place}")).unwrap_or_default();
    let mut hasher = blake3::Hasher::new_keyed(&room.rates().key_for(KEY_FOR));
    for part in [ask.message, chosen.as_str(), ask.text.trim()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize().to_hex().chars().take(LETTERS).collect()
}

/// The turn as it stands in the conversation, with what its guide said.
pub(crate) async fn turn_again(
    room: &Assistant,
    conversation: &Conversation,
    past: &PastTurn,
    spoken: &Spoken<'_>,
) -> Turn {
    let flow = said_by_flow(room, past.kept.flow_turn.as_ref()).await;
    let mut turn = turn_of_past(room, past, flow);
    turn.flow_session.clone_from(&conversation.flow_session);
    if let Spoken::Known(language) = spoken {
        turn.language.clone_from(&language.code);
    }
    turn
}
