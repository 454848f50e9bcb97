//! 'What's on on Saturday?': the sessions that are held on that date, as the page of what is on has them, and the page for
//! all of them. Whatever else has the word 'sessions' in it was not asked for.

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
use directory::{AskHit, AskWith};
use kernel::{Date, Span};
use regex::Regex;
use safety::{Level, Screened};
use search::{AgeAsked, AgeBand, Document, Kind, Part, PartFilter, slot_is_within};
use std::{cmp::Ordering, sync::LazyLock};

/// So many are looked up, which is more than a council has, and so many shown.
const LOOKED_UP: usize = 400;
const SHOWN: usize = 4;
/// The days as the page names them, from Monday.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// The times of day as the page names them.
const TIMES: [(&str, (u16, u16)); 3] =
    [("morning", (360, 720)), ("afternoon", (720, 1_020)), ("evening", (1_020, 1_320))];
/// Said instead of what is not so, where nothing but sessions for babies was found.
const LEFT_OUT: &str = "I have left out what is for babies.";
/// What the name of a session for babies says.
const OF_BABIES: [&str; 9] =
    ["baby", "babies", "bump", "pregnan", "newborn", "breastfeed", "antenatal", "weaning", "infant"];

/// The sessions of a day, where nothing but a day, an age and a place is said.
pub(crate) async fn whats_on(
    room: &Assistant,
    conversation: &Conversation,
    words: &Screened,
    narrowed: &Narrowed,
) -> Step<()> {
    let said = narrowed.looked_for(words.as_typed());
    if words.verdict().level != Level::Clear || !asks_what_is_on(said) {
        return Ok(());
    }
    let understood = room.directory().understand(&room.site().screen(said));
    let names_something = search::words(&understood.words).iter().any(|word| !is_of_the_question(word));
    let has_day = understood.parts.iter().any(|part| matches!(part.filter, PartFilter::When { .. }));
    if names_something || !has_day {
        return Ok(());
    }
    let now = room.site().clock().now().to_zoned(kernel::london());
    let minute = u16::try_from(now.hour()).unwrap_or(0) * 60 + u16::try_from(now.minute()).unwrap_or(0);
    let asked = Asked::of(&understood.parts, now.date());
    let filters: Vec<&str> =
        understood.parts.iter().filter(|part| !is_town(part)).map(|part| part.typed.as_str()).collect();
    let with = AskWith { kinds: vec![Kind::Event], most: LOOKED_UP, ..AskWith::default() };
    let found = room.directory().ask_index(&room.site().screen(&filters.join(", ")), &with).await;
    // The plain way on says what broke.
    let Ok(found) = found else { return Ok(()) };
    let held = |hit: &AskHit| asked.held(hit.entry.document());
    let mut on: Vec<(Held, &AskHit)> = found.hits.iter().filter_map(|hit| Some((held(hit)?, hit))).collect();
    // What is over stands last, as nobody can go there any more.
    on.sort_by(|one, other| {
        let is_over = |held: &Held| held.date == now.date() && held.until <= minute;
        is_over(&one.0).cmp(&is_over(&other.0)).then_with(|| one.0.compare(&other.0))
    });
    let mourns = conversation.spoke_of_loss() && !means_a_living_baby(said);
    let count = on.len();
    on.retain(|(_, hit)| !(mourns && asked.is_left_out(hit.entry.document())));
    let has_left_out = on.len() < count;
    let mut turn = Turn::saying(Status::Entries, &[]);
    turn.say.extend(has_left_out.then(|| LEFT_OUT.to_owned()));
    match on.is_empty() {
        false => turn.say.push(say::ON_THEN.to_owned()),
        true if !has_left_out => turn.say.push(say::NOTHING_ON_THEN.to_owned()),
        true => {}
    }
    if !found.place_error.is_empty() {
        turn.say.insert(0, format!("{}.", found.place_error));
    }
    turn.entries = on.iter().take(SHOWN).map(|(held, hit)| shown(held, hit)).collect();
    turn.understood = understood.parts.iter().filter_map(told_back).collect();
    turn.about = About::of_whats_on(room, &understood.parts);
    let all = if has_left_out { "See all that is on, with what is for babies" } else { "See all that is on" };
    turn.links.push((all.to_owned(), whats_on_href(&understood.parts, now.date())));
    stop(turn)
}

/// What is asked of a session: on which dates, at what time of day, for what age, in which town.
struct Asked {
    dates: Vec<Date>,
    time: Option<(u16, u16)>,
    age: Option<AgeAsked>,
    town: Option<String>,
}

/// When a session is held, first of the dates that are asked.
#[derive(Debug, PartialEq)]
struct Held {
    date: Date,
    from: u16,
    until: u16,
    /// 'Tuesday 24 November, 9:30am'.
    words: String,
}

impl Held {
    fn compare(&self, other: &Held) -> Ordering {
        (self.date, self.from, self.until).cmp(&(other.date, other.from, other.until))
    }
}

impl Asked {
    fn of(parts: &[Part], today: Date) -> Asked {
        let mut asked = Asked { dates: dates_of(parts, today), time: None, age: None, town: None };
        for part in parts {
            match &part.filter {
                PartFilter::When { time, .. } => asked.time = asked.time.or(*time),
                PartFilter::Age(age) => asked.age = Some(*age),
                PartFilter::Near(near) if is_town(part) => asked.town = Some(near.label.clone()),
                _ => {}
            }
        }
        asked
    }

    /// When it is held, where it fits. The index tells of each weekday and time of a session its next date, so within a
    /// week a session is held on a date or its weekday tells another.
    fn held(&self, document: &Document) -> Option<Held> {
        let is_there = self.town.as_ref().is_none_or(|town| {
            document.tags.iter().any(|tag| tag.group == "town" && tag.value.eq_ignore_ascii_case(town))
        });
        if !is_there || !self.is_of_age(document.ages) {
            return None;
        }
        self.dates.iter().find_map(|date| self.held_on(document, *date))
    }

    fn held_on(&self, document: &Document, date: Date) -> Option<Held> {
        let mut times: Vec<(u16, u16, &str)> = document
            .slots
            .iter()
            .filter(|slot| slot.next == Some(date) && slot_is_within(slot, bit_of(date), self.time))
            .map(|slot| (slot.from, slot.until, slot.label.strip_prefix("Next: ").unwrap_or(&slot.label)))
            .collect();
        times.sort_unstable();
        let (from, _, told) = *times.first()?;
        let until = times.iter().map(|(_, until, _)| *until).max()?;
        let later = if times.len() > 1 { " and later" } else { "" };
        Some(Held { date, from, until, words: format!("{told}{later}") })
    }

    /// As the page reads an age; what gives none is for all.
    fn is_of_age(&self, ages: Option<AgeBand>) -> bool {
        let (Some(asked), Some(ages)) = (self.age, ages) else { return true };
        let (from, until) = match asked {
            AgeAsked::Pregnant => return true,
            AgeAsked::Months(months) => (months, months.saturating_add(1)),
            AgeAsked::Band { from_months, until_months } => (from_months, until_months),
        };
        ages.from_months < until && ages.until_months.is_none_or(|last| from < last)
    }

    /// Whether it is left out for somebody who mourns. What is for an older child who was named is not, though babies may
    /// come there too.
    fn is_left_out(&self, document: &Document) -> bool {
        let is_of_a_child = match self.age {
            Some(AgeAsked::Months(from) | AgeAsked::Band { from_months: from, .. }) => from >= 12,
            _ => false,
        };
        let is_for_them = is_of_a_child && !is_for_babies(document);
        document.baby && !is_for_them
    }
}

fn is_for_babies(document: &Document) -> bool {
    let title = document.title.to_lowercase();
    let ends_early = document.ages.and_then(|ages| ages.until_months).is_some_and(|until| until <= 24);
    ends_early || OF_BABIES.iter().any(|word| title.contains(word))
}

fn shown(held: &Held, hit: &AskHit) -> Shown {
    const SAID_ALREADY: [&str; 2] = ["on when you asked for", "something to go to"];
    let others = hit.why.iter().filter(|why| !SAID_ALREADY.contains(&why.as_str())).cloned();
    Shown { why: std::iter::once(held.words.clone()).chain(others).collect(), ..Shown::of_hit(hit) }
}

/// A town narrows what is on, and is no nearness.
fn is_town(part: &Part) -> bool {
    part.key == "place" && matches!(part.filter, PartFilter::Near(_))
}

fn told_back(part: &Part) -> Option<String> {
    match &part.filter {
        PartFilter::AskPlace => None,
        PartFilter::Near(near) if is_town(part) => Some(format!("In {}", near.label)),
        _ => Some(part.label.clone()),
    }
}

/// The dates that are meant by days of the week: those of the seven that begin today.
fn dates_of(parts: &[Part], today: Date) -> Vec<Date> {
    let days = parts.iter().fold(0, |all, part| match part.filter {
        PartFilter::When { days, .. } => all | days,
        _ => all,
    });
    let week = (0..7).map(|on| today.saturating_add(Span::new().days(on)));
    week.filter(|date| days == 0 || days & bit_of(*date) != 0).collect()
}

fn bit_of(date: Date) -> u8 {
    1u8 << date.weekday().to_monday_zero_offset()
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

/// The page of what is on, for that day, time, age and town. Never with a postcode: an address is seen by others.
fn whats_on_href(parts: &[Part], today: Date) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    add_days(&mut query, &dates_of(parts, today));
    for part in parts {
        match &part.filter {
            PartFilter::When { time: Some(time), .. } => {
                if let Some((name, _)) = TIMES.iter().find(|(_, of)| of == time) {
                    query.append_pair("time", name);
                }
            }
            PartFilter::Age(AgeAsked::Months(months)) if *months >= 24 && months % 12 == 0 => {
                query.append_pair("age", &(months / 12).to_string());
            }
            PartFilter::Age(AgeAsked::Months(months)) => {
                query.append_pair("age", &format!("{months} months"));
            }
            PartFilter::Near(near) if is_town(part) => {
                query.append_pair("where", &near.label.to_lowercase().replace(' ', "-"));
            }
            _ => {}
        }
    }
    format!("/whats-on?{}", query.finish())
}

/// One day is that day alone; several are those of the week that begins today.
fn add_days(query: &mut form_urlencoded::Serializer<'_, String>, asked: &[Date]) {
    if let [only] = asked {
        query.append_pair("when", "today").append_pair("from", &only.to_string());
        return;
    }
    for date in asked.iter().filter(|_| asked.len() < DAYS.len()) {
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
    use search::{Slot, Tag};

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

    fn asked(days: u8, age: Option<AgeAsked>, town: Option<&str>) -> Asked {
        let part = |key, filter| Part { key, label: String::new(), typed: String::new(), filter };
        let tuesday: Date = "2026-11-24".parse().unwrap();
        let day = part("day", PartFilter::When { days, time: None });
        let age = age.map(|age| part("age", PartFilter::Age(age)));
        let parts: Vec<Part> = std::iter::once(day).chain(age).collect();
        Asked { town: town.map(str::to_owned), ..Asked::of(&parts, tuesday) }
    }

    fn session(title: &str, town: &str, days: u8, held: &[(&str, &str)]) -> Document {
        let mut document = Document::new(Kind::Event, "one", title);
        let slot = |(next, label): &(&str, &str)| Slot {
            days,
            from: 570,
            until: 660,
            lasting: (None, None),
            next: next.parse().ok(),
            label: (*label).to_owned(),
        };
        document.slots = held.iter().map(slot).collect();
        document.tags.push(Tag::new("town", town));
        document
    }

    #[test]
    fn a_session_is_on_only_where_it_is_held_on_that_date() {
        let tuesday = 1 << 1;
        let today = asked(tuesday, None, None);
        let held = [("2026-11-24", "Next: Tuesday 24 November, 9:30am")];
        let play = session("Stay and play", "Widnes", tuesday, &held);
        assert_eq!(today.held(&play).unwrap().words, "Tuesday 24 November, 9:30am");
        let holiday =
            session("Holiday play", "Widnes", tuesday, &[("2026-12-22", "Next: Tuesday 22 December, 10am")]);
        assert_eq!(today.held(&holiday), None);
        assert_eq!(asked(1 << 2, None, None).held(&play), None);
        assert!(asked(tuesday, None, Some("Widnes")).held(&play).is_some());
        assert_eq!(asked(tuesday, None, Some("Runcorn")).held(&play), None);
    }

    #[test]
    fn an_age_leaves_out_what_is_for_others_and_a_loss_what_is_for_babies() {
        let three = asked(1 << 1, Some(AgeAsked::Months(36)), None);
        let mut play = session("Stay and play", "Widnes", 1 << 1, &[]);
        let mut massage = session("Baby massage", "Widnes", 1 << 1, &[]);
        let ages = |until| Some(AgeBand { pregnancy: false, from_months: 0, until_months: Some(until) });
        (play.ages, massage.ages) = (ages(60), ages(6));
        (play.baby, massage.baby) = (true, true);
        assert!(three.is_of_age(play.ages) && !three.is_of_age(massage.ages));
        assert!(!three.is_left_out(&play) && three.is_left_out(&massage));
        let anyone = asked(1 << 1, None, None);
        assert!(anyone.is_left_out(&play) && anyone.is_left_out(&massage));
        assert!(!anyone.is_left_out(&session("Dads and food", "Widnes", 1 << 1, &[])));
    }
}
