//! When something is on, from the standard's rules to the directory's.

use directory::{
    DAYS, Season,
    taken_in::{Frequency, ScheduleDraft},
};
use kernel::{Id, Slug, Time};
use oruk::model::{Location, Schedule, Service};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The name under which a site like this one makes the ids of an entry's parts. By them the times come back in the
/// order in which they were typed.
const IDS: &str = "https://hearth.example/directory";

/// The times of an entry, those at one of its places included.
pub(crate) fn of_service(
    theirs: &Service,
    slug: &str,
    places: &HashMap<Uuid, Slug>,
    notes: &mut Vec<String>,
) -> Vec<ScheduleDraft> {
    let mut seen = HashSet::new();
    let own = theirs.schedules.iter().map(|schedule| (schedule, schedule.service_at_location_id));
    let at = theirs
        .service_at_locations
        .iter()
        .flat_map(|link| link.schedules.iter().map(|schedule| (schedule, Some(link.id))));
    let mut found: Vec<(&Schedule, Option<Slug>)> = own
        .chain(at)
        .filter(|(schedule, _)| schedule.id.is_nil() || seen.insert(schedule.id))
        .map(|(schedule, link)| (schedule, link.and_then(|link| places.get(&link).cloned())))
        .collect();
    in_typed_order(&mut found, |(schedule, _)| schedule.id, &format!("service/{slug}"));
    found.into_iter().flat_map(|(schedule, at)| drafts_of(schedule, at, notes)).collect()
}

/// When a place is open.
pub(crate) fn of_place(theirs: &Location, slug: &str, notes: &mut Vec<String>) -> Vec<ScheduleDraft> {
    let mut found: Vec<&Schedule> = theirs.schedules.iter().collect();
    in_typed_order(&mut found, |schedule| schedule.id, &format!("location/{slug}"));
    found.into_iter().flat_map(|schedule| drafts_of(schedule, None, notes)).collect()
}

fn in_typed_order<T>(found: &mut [T], id: impl Fn(&T) -> Uuid, whose: &str) {
    let places: HashMap<Uuid, usize> = (0..found.len().max(64))
        .map(|place| (Id::<()>::named(IDS, &format!("{whose}/schedule/{place}")).uuid(), place))
        .collect();
    found.sort_by_key(|it| places.get(&id(it)).copied().unwrap_or(usize::MAX));
}

/// One rule of theirs as rules of ours: a monthly one on the first Tuesday and the last Friday is two of ours.
fn drafts_of(theirs: &Schedule, at: Option<Slug>, notes: &mut Vec<String>) -> Vec<ScheduleDraft> {
    let monthly = theirs.freq.as_deref().is_some_and(|freq| freq.eq_ignore_ascii_case("monthly"));
    let mut words: Vec<String> =
        theirs.description.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
    if let Some(interval) = theirs.interval.filter(|interval| *interval > 1) {
        words.push(format!("Every {interval} {}", if monthly { "months" } else { "weeks" }));
    }
    words.extend(theirs.notes.iter().filter(|text| !text.trim().is_empty()).cloned());
    let (opens, closes) = times_of(theirs, notes);
    let one = |nth: Option<i64>, byday: Vec<String>| ScheduleDraft {
        freq: if monthly { Frequency::Monthly } else { Frequency::Weekly },
        byday,
        bymonthday: theirs
            .bymonthday
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .filter_map(|day| day.trim().parse().ok())
            .collect(),
        nth,
        opens: opens.clone(),
        closes: closes.clone(),
        valid_from: theirs.valid_from,
        valid_to: theirs.valid_to,
        term: theirs.term.as_deref().and_then(|term| term.parse().ok()).unwrap_or(Season::AllYear),
        attending: theirs.attending_type.as_deref().and_then(|way| way.parse().ok()),
        at: at.clone(),
        description: words.join(". "),
    };
    let days = days_of(theirs, notes);
    if days.is_empty() {
        return vec![one(None, Vec::new())];
    }
    days.into_iter().map(|(nth, days)| one(nth, days)).collect()
}

/// The days of a rule, those with the same place in the month together.
fn days_of(theirs: &Schedule, notes: &mut Vec<String>) -> Vec<(Option<i64>, Vec<String>)> {
    let mut days: Vec<(Option<i64>, Vec<String>)> = Vec::new();
    for part in
        theirs.byday.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
    {
        let (number, day) = part.split_at_checked(part.len().saturating_sub(2)).unwrap_or(("", part));
        let day = day.to_ascii_uppercase();
        let nth = if number.is_empty() { Ok(None) } else { number.trim_start_matches('+').parse().map(Some) };
        match nth {
            Ok(nth) if DAYS.iter().any(|(code, _)| *code == day) => {
                match days.iter_mut().find(|(have, _)| *have == nth) {
                    Some((_, same)) => same.push(day),
                    None => days.push((nth, vec![day])),
                }
            }
            _ => notes.push("A day of the week could not be read".to_owned()),
        }
    }
    days
}

/// Both times or none: one alone says too little to plan by, and is said in the notes.
fn times_of(theirs: &Schedule, notes: &mut Vec<String>) -> (Option<String>, Option<String>) {
    let read = |text: &Option<String>| -> Option<Time> { text.as_deref()?.trim().parse().ok() };
    match (read(&theirs.opens_at), read(&theirs.closes_at)) {
        (Some(opens), Some(closes)) => {
            let midnight = closes.hour() == 0 && closes.minute() == 0;
            let words = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
            (Some(words(opens)), Some(if midnight { "24:00".to_owned() } else { words(closes) }))
        }
        (None, None) => (None, None),
        _ => {
            notes.push("A time was left out, since only its beginning or its end is given".to_owned());
            (None, None)
        }
    }
}
