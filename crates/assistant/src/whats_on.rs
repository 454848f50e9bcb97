//! 'What's on on Saturday?': the sessions of that day, and the page that has all of them. Whatever else has the word
//! 'sessions' in it was not asked for.

use crate::{
    about::About,
    after_loss::means_a_living_baby,
    asked_words::is_small,
    conversation::Conversation,
    pipeline::Step,
    room::Assistant,
    say,
    status::Status,
    steps::{Found, Narrowed, stop},
    turn::{Shown, Turn},
};
use directory::AskWith;
use kernel::{Date, Span};
use regex::Regex;
use safety::{Level, Screened};
use search::{AgeAsked, Kind, Part, PartFilter, slot_is_within};
use std::sync::LazyLock;

/// So many are looked up, and so many shown.
const LOOKED_UP: usize = 8;
const SHOWN: usize = 4;
/// The days as the page names them, from Monday.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The sessions of a day, where nothing but a day, an age and a place is said.
pub(crate) async fn whats_on(
    room: &Assistant,
    conversation: &Conversation,
    words: &Screened,
    narrowed: &Narrowed,
) -> Step<()> {
    if words.verdict().level != Level::Clear || !asks_what_is_on(words.as_typed()) {
        return Ok(());
    }
    let asked = room.site().screen(narrowed.looked_for(words.as_typed()));
    let understood = room.directory().understand(&asked);
    let names_something = search::words(&understood.words).iter().any(|word| !is_of_the_question(word));
    let has_day = understood.parts.iter().any(|part| matches!(part.filter, PartFilter::When { .. }));
    if names_something || !has_day {
        return Ok(());
    }
    let filters: Vec<&str> = understood.parts.iter().map(|part| part.typed.as_str()).collect();
    let with = AskWith { kinds: vec![Kind::Event], most: LOOKED_UP, ..AskWith::default() };
    let found = room.directory().ask_index(&room.site().screen(&filters.join(", ")), &with).await;
    // The plain way on says what broke.
    let Ok(found) = found else { return Ok(()) };
    let mourns = conversation.spoke_of_loss() && !means_a_living_baby(words.as_typed());
    let suits = |hit: &&directory::AskHit| !(mourns && hit.entry.document().baby);
    let entries: Vec<Shown> = found.hits.iter().filter(suits).take(SHOWN).map(Shown::of_hit).collect();
    let first = if entries.is_empty() { say::NOTHING_ON_THEN } else { say::ON_THEN };
    let mut turn = Turn::saying(Status::Entries, &[first]);
    turn.entries = entries;
    turn.understood.clone_from(&found.understood);
    turn.about = About::of(room, Vec::new(), &understood.parts);
    let href = whats_on_href(&understood.parts, room.site().clock().today());
    turn.links.push(("See all that is on".to_owned(), href));
    stop(turn)
}

/// 'What's on', and not 'what is on my mind'.
fn asks_what_is_on(typed: &str) -> bool {
    static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^((hi|hello|hiya|so|and|ok|please|tell me|can you tell me) )*(whats|what is|wats|wots|what s) (all )?(on|happening|going on)\b").ok()
    });
    let said = search::words(typed).join(" ");
    ASKED.as_ref().is_some_and(|asked| asked.is_match(&said))
}

/// Whether a word only asks what is on, or says for whom.
fn is_of_the_question(word: &str) -> bool {
    const SAID: &str = " whats wats wots happening going do kid kids child childs children baby babies toddler toddlers son daughter boy girl little family families us round around local locally event events activity activities session sessions old year years yr yrs month months ";
    is_small(word) || SAID.contains(&format!(" {word} ")) || word.chars().all(|c| c.is_ascii_digit())
}

/// The page of what is on, for that day, age and town. Never with a postcode: an address is seen by others.
fn whats_on_href(parts: &[Part], today: Date) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for part in parts {
        match &part.filter {
            PartFilter::When { days, .. } => add_days(&mut query, *days, today),
            PartFilter::Age(AgeAsked::Months(months)) if *months >= 24 => {
                query.append_pair("age", &(months / 12).to_string());
            }
            PartFilter::Age(AgeAsked::Months(months)) => {
                query.append_pair("age", &format!("{months} months"));
            }
            PartFilter::Near(near) if part.key == "place" => {
                query.append_pair("where", &near.label.to_lowercase().replace(' ', "-"));
            }
            _ => {}
        }
    }
    format!("/whats-on?{}", query.finish())
}

/// One day is that day alone; several are those of the week that begins with the first.
fn add_days(query: &mut form_urlencoded::Serializer<'_, String>, days: u8, today: Date) {
    let is_on = |date: Date| days & (1u8 << date.weekday().to_monday_zero_offset()) != 0;
    let week = (0..7).map(|on| today.saturating_add(Span::new().days(on)));
    let asked: Vec<Date> = week.filter(|date| is_on(*date)).collect();
    let Some(first) = asked.first() else { return };
    if asked.len() == 1 {
        query.append_pair("when", "today").append_pair("from", &first.to_string());
        return;
    }
    for date in asked.iter().take(DAYS.len() - 1) {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        query.append_pair("day", DAYS[day]);
    }
}

/// Whether what is open now was asked for, and of nothing that is shown the hours say that it is.
pub(crate) fn none_is_known_open(found: &Found, shown: &[Shown]) -> bool {
    let asked = found.found.parts.iter().filter(|part| part.key == "time" && part.label == "Open now");
    let Some(PartFilter::When { days, time }) = asked.map(|part| &part.filter).next() else { return false };
    let is_open = |one: &Shown| {
        found.found.hits.iter().any(|hit| {
            let document = hit.entry.document();
            let is_it = document.kind == one.kind && document.slug == one.slug;
            is_it && document.slots.iter().any(|slot| slot_is_within(slot, *days, *time))
        })
    };
    !shown.is_empty() && !shown.iter().any(is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_is_told_from_other_questions() {
        for typed in
            ["whats on today", "what's on this weekend", "What is on on Saturday", "whats happening tomorrow"]
        {
            assert!(asks_what_is_on(typed), "{typed}");
        }
        for typed in
            ["what goes on at a scan", "is there anything on for a 4 year old", "on what day is yoga"]
        {
            assert!(!asks_what_is_on(typed), "{typed}");
        }
    }

    #[test]
    fn the_link_leads_to_that_day_age_and_town() {
        let part = |key, filter| Part { key, label: String::new(), typed: String::new(), filter };
        let monday: Date = "2026-11-23".parse().unwrap();
        let saturday = part("day", PartFilter::When { days: 1 << 5, time: None });
        let four = part("age", PartFilter::Age(AgeAsked::Months(48)));
        assert_eq!(whats_on_href(&[saturday, four], monday), "/whats-on?when=today&from=2026-11-28&age=4");
        let weekend = part("day", PartFilter::When { days: 0b110_0000, time: None });
        assert_eq!(whats_on_href(&[weekend], monday), "/whats-on?day=saturday&day=sunday");
    }
}
