//! The first numbers of a safety card, for the rest of the conversation that brought it: whoever asks on does not lose them.
//! Only what kind of card it was is kept, and never a word.

use crate::turn::Turn;
use safety::{CardContact, Category, Level};
use web::Site;

/// So many lines stay in sight.
const LINES_MAX: usize = 3;

/// What stays in sight of a card that an earlier question brought.
#[derive(Clone, Debug)]
pub(crate) struct AfterCard {
    /// Whom to ring.
    pub contacts: Vec<CardContact>,
    /// Urgent help, at the part that speaks of it.
    pub href: String,
}

impl AfterCard {
    /// Of a turn that has no card of its own.
    pub fn of(site: &Site, turn: &Turn) -> Option<AfterCard> {
        let category = turn.card_before.filter(|_| turn.card.is_none())?;
        let mut verdict = site.screen("").verdict().clone();
        verdict.level = Level::Amber;
        verdict.categories = vec![category];
        let card = site.card(&verdict)?;
        let can_be_rung = card.contacts.into_iter().filter(|contact| !contact.href.is_empty());
        let contacts: Vec<CardContact> = can_be_rung.take(LINES_MAX).collect();
        (!contacts.is_empty())
            .then(|| AfterCard { href: urgent_help_about(site, category, &contacts), contacts })
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
