//! The answer to a loss, and to what belongs to one that was told before: kind words of ours, what our own page says of
//! just that, and those who listen.

use crate::{
    after_loss::{OfTheLoss, is_about_grief, of_the_loss},
    asked_words::AskedWords,
    conversation::Conversation,
    death,
    flow_steps::with_offer,
    passages::{Quotable, Quote},
    pipeline::Step,
    quoting::AS_GOOD,
    room::Assistant,
    say,
    status::Status,
    steps::{ENTRIES_MAX, HITS, link, opening_of, stop},
    turn::{Shown, Turn},
};
use directory::{AskHit, AskWith};
use flows::Offer;
use safety::Screened;
use search::Kind;

/// Somebody lost a baby, or speaks of what such a loss brings. A rule, not a ranking: the page first, nothing about babies,
/// nobody asked anything.
pub(crate) async fn loss(
    room: &Assistant,
    conversation: &Conversation,
    words: &Screened,
    offer: Option<Offer>,
) -> Step<()> {
    let typed = words.as_typed();
    let is_told = words.verdict().loss || search::speaks_of_loss(typed) || death::ended_a_pregnancy(typed);
    let of = Some(words).filter(|_| !is_told).and_then(|words| belongs_to_a_loss(conversation, words));
    if !is_told && of.is_none() {
        return Ok(());
    }
    let said: &[&str] = match of {
        Some(of) => of.say(),
        None => &say::LOSS,
    };
    let mut turn = Turn::saying(Status::Loss, said);
    let looked_for = of.map_or_else(|| words.clone(), |of| room.site().screen(of.looked_for()));
    let with = AskWith { loss: true, most: HITS, kinds: vec![Kind::Service], ..AskWith::default() };
    if let Ok(found) = room.directory().ask_index(&looked_for, &with).await {
        let is_own = |hit: &&AskHit| {
            let document = hit.entry.document();
            let is_of_it = document.loss || of.is_some() && is_about_grief(document);
            is_of_it && !document.baby && !document.kind.is_reading()
        };
        let own = found.hits.iter().filter(is_own);
        turn.entries = own.take(ENTRIES_MAX).map(Shown::of_hit).collect();
    }
    let page = room.passages().page(room.loss_page(), room.site().clock().today());
    turn.quotes.extend(quoted(room, words, of, page));
    turn.links.extend(page.map(|page| (page.title.clone(), page.url.clone())));
    let everything = link("Everything about loss and grief", "/topics/loss-and-grief");
    if let Some(of) = of {
        turn.links.extend(of.links().iter().map(|(words, href)| link(words, href)));
        turn.links.push(everything);
        return stop(turn);
    }
    turn.links.push(link("Stop messages about the baby", "/pages/stop-messages"));
    turn.links.push(everything);
    stop(with_offer(turn, offer))
}

/// What words have to do with a loss that was told before in their conversation.
pub(crate) fn belongs_to_a_loss(conversation: &Conversation, words: &Screened) -> Option<OfTheLoss> {
    of_the_loss(words.as_typed()).filter(|_| conversation.spoke_of_loss())
}

/// What our own pages say of it: the part that is known to speak of that, or the words that hold most of what was typed.
fn quoted(
    room: &Assistant,
    words: &Screened,
    of: Option<OfTheLoss>,
    page: Option<&Quotable>,
) -> Option<Quote> {
    if let Some(told) = of.and_then(OfTheLoss::told) {
        let today = room.site().clock().today();
        let of_it = told.page.map_or(page, |slug| room.passages().page(slug, today));
        return of_it.and_then(|page| part_of(page, told.part, told.with));
    }
    let page = page?;
    let asked = AskedWords::of(words.as_typed(), std::iter::empty(), room.passages());
    let best =
        asked.best_quote(page).filter(|best| best.fit >= AS_GOOD && best.is_short).map(|best| best.quote);
    best.or_else(|| opening_of(page).filter(|_| of.is_none()))
}

/// A part of a page, or the one sentence or point of it that has these words.
fn part_of(page: &Quotable, anchor: &str, with: &str) -> Option<Quote> {
    let at = page.parts.iter().position(|part| part.anchor == anchor)?;
    let part = page.parts.get(at)?;
    let (first, last) = match with {
        "" => (0, part.pieces.len().checked_sub(1)?),
        with => {
            let only = part.pieces.iter().position(|piece| piece.text.contains(with))?;
            (only, only)
        }
    };
    let may_stand = part.is_contiguous(first, last) && part.is_short(first, last);
    may_stand.then(|| page.quote(at, first, last)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passages::Passages;
    use content::Library;

    #[test]
    fn our_own_pages_have_what_is_quoted_after_a_loss() {
        let passages = Passages::of(&Library::builtin().unwrap());
        let today = "2026-11-23".parse().unwrap();
        for (of, says) in [
            (OfTheLoss::Letters, "They can stop visits, letters and texts"),
            (OfTheLoss::Registering, "For an earlier loss you can ask for a certificate"),
            (OfTheLoss::Funeral, "It may be free."),
            (OfTheLoss::Holding, "You may be able to see, hold or name your baby."),
            (OfTheLoss::Why, "You can ask why it happened"),
            (OfTheLoss::Body, "milk"),
            (OfTheLoss::WantingBack, "None of it is wrong"),
            (OfTheLoss::Feelings, "None of it is wrong"),
        ] {
            let told = of.told().unwrap();
            let page = passages.page(told.page.unwrap_or("loss-of-a-baby"), today).unwrap();
            let quote = part_of(page, told.part, told.with).unwrap();
            assert!(quote.text().contains(says), "{of:?}: {}", quote.text());
        }
        assert!(OfTheLoss::Milk.told().is_none() && OfTheLoss::AnotherChild.told().is_none());
    }
}
