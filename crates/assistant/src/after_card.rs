//! The first numbers of safety cards, for the rest of the conversation that brought them: whoever asks on does not lose
//! them, nor does a later card take the place of an earlier one. Only what kinds of cards they were is kept, and never a
//! word.

use crate::turn::Turn;
use safety::{CardContact, Category, Level};
use web::Site;

/// So many lines of one card stay in sight, and so many of several.
const LINES_OF_ONE: usize = 3;
const LINES_MAX: usize = 4;

/// What stays in sight of the cards that earlier questions brought.
#[derive(Clone, Debug)]
pub(crate) struct AfterCard {
    /// Whom to ring.
    pub contacts: Vec<CardContact>,
    /// Urgent help, at the part that speaks of it.
    pub href: String,
}

impl AfterCard {
    /// Of a turn without a card of its own, or whose card lacks the lines of those before it.
    pub fn of(site: &Site, turn: &Turn) -> Option<AfterCard> {
        let own = turn.card.as_ref();
        let before: Vec<Category> =
            turn.cards.iter().copied().filter(|kind| own.is_none_or(|card| card.category != *kind)).collect();
        let first = *before.first()?;
        let shown: &[CardContact] = own.map_or(&[], |card| &card.contacts);
        let contacts = first_lines(before.iter().map(|kind| lines_of(site, *kind)).collect(), shown);
        (!contacts.is_empty())
            .then(|| AfterCard { href: urgent_help_about(site, first, &contacts), contacts })
    }
}

/// The lines of the card of a kind that can be rung, in their order.
fn lines_of(site: &Site, kind: Category) -> Vec<CardContact> {
    let mut verdict = site.screen("").verdict().clone();
    verdict.level = Level::Amber;
    verdict.categories = vec![kind];
    let lines = site.card(&verdict).map(|card| card.contacts).unwrap_or_default();
    lines.into_iter().filter(|line| !line.href.is_empty()).collect()
}

/// The first lines of each card in turn, none twice and none that is shown already.
fn first_lines(cards: Vec<Vec<CardContact>>, shown: &[CardContact]) -> Vec<CardContact> {
    let most = if cards.len() > 1 { LINES_MAX } else { LINES_OF_ONE };
    let mut cards: Vec<_> = cards.into_iter().map(Vec::into_iter).collect();
    let mut lines: Vec<CardContact> = Vec::new();
    loop {
        let before = lines.len();
        for card in &mut cards {
            let next = card.find(|line| !lines.iter().chain(shown).any(|known| known.number == line.number));
            lines.extend(next.filter(|_| lines.len() < most));
        }
        if lines.len() == before || lines.len() >= most {
            return lines;
        }
    }
}

/// The part of the urgent help page that has most of these lines; where several have as many, the first.
fn urgent_help_about(site: &Site, category: Category, contacts: &[CardContact]) -> String {
    // Another's life is the first part's, whose only line is 999.
    if category == Category::MedicalEmergency {
        return "/urgent-help".to_owned();
    }
    let groups = site.safety().urgent_help(&site.local_contacts(), site.clock().today());
    let is_there = |wanted: &&CardContact, lines: &[CardContact]| {
        lines.iter().any(|line| line.number == wanted.number && line.name == wanted.name)
    };
    let held = groups
        .iter()
        .enumerate()
        .map(|(at, group)| (contacts.iter().filter(|wanted| is_there(wanted, &group.contacts)).count(), at));
    let best = held.reduce(|best, other| if other.0 > best.0 { other } else { best });
    match best {
        Some((1.., at)) => format!("/urgent-help#u{}", at + 1),
        _ => "/urgent-help".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(numbers: &[&str]) -> Vec<CardContact> {
        let line = |number: &&str| CardContact {
            name: format!("Line {number}"),
            number: (*number).to_owned(),
            href: format!("tel:{number}"),
            note: String::new(),
            when: String::new(),
        };
        numbers.iter().map(line).collect()
    }

    fn numbers(lines: &[CardContact]) -> Vec<&str> {
        lines.iter().map(|line| line.number.as_str()).collect()
    }

    #[test]
    fn each_card_keeps_its_first_lines_and_no_line_comes_twice() {
        let (low, abuse) =
            (card(&["999", "111", "116 123", "85258"]), card(&["999", "0808 2000 247", "111"]));
        assert_eq!(numbers(&first_lines(vec![low.clone()], &[])), ["999", "111", "116 123"]);
        assert_eq!(
            numbers(&first_lines(vec![low.clone(), abuse.clone()], &[])),
            ["999", "0808 2000 247", "111", "116 123"]
        );
        assert_eq!(numbers(&first_lines(vec![abuse.clone()], &low)), ["0808 2000 247"]);
        assert!(first_lines(vec![abuse.clone()], &abuse).is_empty());
        assert!(first_lines(Vec::new(), &[]).is_empty());
    }
}
