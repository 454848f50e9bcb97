//! What an answer has beside its cards: on a screen the first number of each service, to be rung with one press; on paper
//! all its numbers, its places and its address.

use crate::{room::Assistant, view::TurnView};
use askama::Template;
use directory::{Listed, MatchService, list_match_services_named};
use search::Kind;
use std::collections::HashMap;

/// One entry on paper.
#[derive(Clone, Debug)]
pub(crate) struct PaperLine {
    /// Its name.
    pub title: String,
    /// Whom to ring, where to go; each a sentence.
    pub told: Vec<String>,
    /// Its page, written out.
    pub address: String,
}

/// The end of a card, with its number.
#[derive(Template)]
#[template(path = "ask_phone.html")]
struct PhoneLine<'a> {
    name: &'a str,
    number: &'a str,
    dialled: String,
}

/// Puts the numbers into the cards and the lines for paper under the turns. Without them the answer is as good on a screen, so a database that does not
/// answer takes nothing else away.
pub(crate) async fn put_on_paper(room: &Assistant, turns: &mut [TurnView]) {
    let is_service = |kind: Kind| kind == Kind::Service;
    let shown = turns.iter().flat_map(|turn| &turn.shown);
    let mut slugs: Vec<String> =
        shown.filter(|shown| is_service(shown.kind)).map(|shown| shown.slug.clone()).collect();
    slugs.sort();
    slugs.dedup();
    let known: HashMap<String, Box<MatchService>> = match slugs.is_empty() {
        true => HashMap::new(),
        false => list_match_services_named(room.directory(), slugs).await.map(by_slug).unwrap_or_default(),
    };
    for turn in turns {
        let lines = turn.shown.iter().map(|shown| PaperLine {
            title: shown.title.clone(),
            told: known
                .get(&shown.slug)
                .filter(|_| is_service(shown.kind))
                .map_or_else(Vec::new, |it| told(it)),
            address: room.site().absolute(&shown.url),
        });
        turn.paper = lines.collect();
        for (card, shown) in turn.cards.iter_mut().zip(&turn.shown) {
            let service = known.get(&shown.slug).filter(|_| is_service(shown.kind));
            if let Some((number, ..)) = service.and_then(|service| service.phones.first()) {
                put_number(card, &shown.title, number);
            }
        }
    }
}

/// The number as the last line of the card. A card that ends in another way stays as it is.
fn put_number(card: &mut String, name: &str, number: &str) {
    const END: &str = "</li>";
    let dialled = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let Ok(line) = (PhoneLine { name, number, dialled }).render() else { return };
    if let Some(rest) = card.trim_end().strip_suffix(END) {
        *card = format!("{rest}{line}{END}");
    }
}

fn by_slug(listed: Vec<Listed>) -> HashMap<String, Box<MatchService>> {
    let shown = listed.into_iter().filter_map(|one| match one {
        Listed::Shown(service) => Some((service.slug.clone(), service)),
        Listed::Gone => None,
    });
    shown.collect()
}

/// Numbers, then places. A secret place has its town alone.
fn told(service: &MatchService) -> Vec<String> {
    let ring = service.phones.iter().map(|(number, what, hours)| {
        let rest: Vec<&str> =
            [what, hours].into_iter().map(String::as_str).filter(|some| !some.is_empty()).collect();
        if rest.is_empty() {
            format!("Phone {number}.")
        } else {
            format!("Phone {number} ({}).", rest.join(", "))
        }
    });
    let go = service.places.iter().map(|place| {
        if place.address.is_empty() || place.address.contains(&place.name) {
            format!("{}.", if place.address.is_empty() { &place.name } else { &place.address })
        } else {
            format!("{}, {}.", place.name, place.address)
        }
    });
    ring.chain(go).collect()
}
