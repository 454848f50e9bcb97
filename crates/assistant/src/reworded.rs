//! The quotation in fewer words: what a language model is given, and what becomes of the turn when it has spoken.

use crate::{room::Assistant, status::Status, steps::Found, turn::Turn};
use rewording::Chunk;
use safety::{Level, Screened};

/// What a language model may put into fewer words. All else of the turn is settled, and can be shown before.
pub(crate) struct ToReword {
    asked: Screened,
    chunks: Vec<Chunk>,
}

/// Only where a model is on, one page is quoted, and nothing in the question brought a card.
pub(crate) fn to_reword(room: &Assistant, found: &Found, turn: &Turn) -> Option<ToReword> {
    let is_calm = found.asked.verdict().level == Level::Clear && !found.asked.verdict().loss;
    if !room.rewording().is_on() || turn.status != Status::Quoted || !is_calm {
        return None;
    }
    let chunks: Vec<Chunk> = turn
        .quotes
        .iter()
        .enumerate()
        .filter_map(|(at, quote)| {
            let page = room.passages().page(&quote.at.slug, found.today)?;
            let part = page.parts.get(quote.at.part)?;
            let text =
                part.pieces.iter().map(|piece| piece.text.replace('\n', " ")).collect::<Vec<_>>().join("\n");
            Some(Chunk {
                key: format!("c{}", at + 1),
                title: page.title.clone(),
                text,
                checked_on: page.checked_on?,
            })
        })
        .collect();
    (!chunks.is_empty()).then(|| ToReword { asked: found.asked.clone(), chunks })
}

impl ToReword {
    /// Asks the model. Whatever fails, the quotation stands as it is.
    pub async fn into_turn(self, room: &Assistant, turn: &mut Turn) {
        let sentences = room.rewording().reword(&self.asked, &self.chunks).await.unwrap_or_default();
        if !sentences.is_empty() && turn.status == Status::Quoted {
            turn.status = Status::Reworded;
        }
        turn.reworded = sentences;
    }
}
