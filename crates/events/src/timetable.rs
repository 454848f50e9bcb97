//! The timetable of a town or a hub for a season, made from the dates: what is held every week is one line, and what
//! differs in single weeks is said under it. Nothing here waits, stores or answers.

use crate::{
    lines::{Standing, cost_words, day_month, day_words, for_whom, how_words},
    model::Kind,
    question::{day_name, town_slug},
    shelf::{At, Place, Session, Shelf, time, times},
};
use calendar::{Key, time_of_day};
use kernel::{Date, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A term, the holidays between two, or the next weeks where no terms have been entered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Season {
    pub name: String,
    pub first: Date,
    pub last: Date,
}

/// Weeks that are told where nobody knows the terms.
const WEEKS_UNKNOWN: i32 = 8;
/// Where a line has no more dates than this, each is named.
const DATES_NAMED: usize = 4;

/// This season, and the next one where it is known.
pub(crate) fn seasons(shelf: &Shelf) -> Vec<Season> {
    let mut all: Vec<Season> = Vec::new();
    for term in &shelf.terms.dates().terms {
        let (first, last) = (term.days.first(), term.days.last());
        let before = all.last().map(|season: &Season| season.last);
        if let Some(before) =
            before.and_then(|before| before.tomorrow().ok()).filter(|before| *before < first)
        {
            let last = first.yesterday().unwrap_or(first);
            all.push(Season { name: "School holidays".to_owned(), first: before, last });
        }
        all.push(Season { name: term.name.clone(), first, last });
    }
    all.retain(|season| season.last >= shelf.today);
    match all.first() {
        Some(season) if season.first <= shelf.today => {}
        // Before the first term that was entered, or after the last, nobody knows.
        _ => {
            let last = shelf.today.saturating_add(Span::new().weeks(WEEKS_UNKNOWN));
            all.insert(0, Season { name: "The next 8 weeks".to_owned(), first: shelf.today, last });
        }
    }
    all.truncate(2);
    all
}

/// A town or a place that has a timetable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Area {
    pub name: String,
    pub slug: String,
    pub is_town: bool,
}

/// The towns, then the places, at which something is held in a season.
pub(crate) fn areas(shelf: &Shelf, season: &Season) -> Vec<Area> {
    let mut areas: BTreeMap<(u8, String), Area> = BTreeMap::new();
    for at in shelf.between(season.first.max(shelf.today), season.last) {
        let Some(place) = at.place else { continue };
        if !place.town.is_empty() {
            let area = Area { name: place.town.clone(), slug: town_slug(&place.town), is_town: true };
            areas.insert((0, area.name.clone()), area);
        }
        if !place.is_sensitive {
            let area = Area { name: place.name.clone(), slug: place.slug.clone(), is_town: false };
            areas.insert((1, area.name.clone()), area);
        }
    }
    areas.into_values().collect()
}

/// The town or place of an address, whether or not anything is held there in a season.
pub(crate) fn find_area(shelf: &Shelf, slug: &str) -> Option<Area> {
    let mut places = shelf.places.values();
    if let Some(place) = places.clone().find(|place| !place.town.is_empty() && town_slug(&place.town) == slug)
    {
        return Some(Area { name: place.town.clone(), slug: slug.to_owned(), is_town: true });
    }
    let place = places.find(|place| place.slug == slug && !place.is_sensitive)?;
    Some(Area { name: place.name.clone(), slug: slug.to_owned(), is_town: false })
}

impl Area {
    fn holds(&self, place: &Place) -> bool {
        if self.is_town { town_slug(&place.town) == self.slug } else { place.slug == self.slug }
    }
}

/// A weekday of the timetable.
pub(crate) struct Weekday {
    pub words: &'static str,
    pub lines: Vec<Weekly>,
}

/// What is held on a weekday at a time.
pub(crate) struct Weekly {
    pub slug: String,
    pub title: String,
    pub times: String,
    pub place: String,
    pub for_whom: String,
    pub how: &'static str,
    pub is_drop_in: bool,
    pub cost: Option<String>,
    pub features: Vec<&'static str>,
    /// What differs from every week, each a sentence without its stop.
    pub notes: Vec<String>,
    /// Whether a note tells of a cancelled or moved date.
    pub is_changed: bool,
}

/// The weekdays on which something is still to come.
pub(crate) fn weekdays(shelf: &Shelf, area: &Area, season: &Season) -> Vec<Weekday> {
    let mut groups: BTreeMap<(i8, String, &str), Vec<At>> = BTreeMap::new();
    for at in shelf.between(season.first.max(shelf.today), season.last) {
        let own = at.session.draft.place.as_ref().and_then(|slug| shelf.places.get(slug));
        if ![own, at.place].into_iter().flatten().any(|place| area.holds(place)) {
            continue;
        }
        // A date that was moved stays with the others of its session, and is told as a note there.
        let Ok(key) = at.date.rule_key.parse::<Key>() else { continue };
        let weekday = key.at().date().weekday().to_monday_zero_offset();
        let time = key.at().time().strftime("%H:%M").to_string();
        groups.entry((weekday, time, at.session.draft.slug.as_str())).or_default().push(at);
    }
    let mut days: Vec<Weekday> = Vec::new();
    let mut last = -1;
    let mut appointments: BTreeSet<(i8, &str)> = BTreeSet::new();
    for ((weekday, _, slug), dates) in groups {
        // The times of one-to-one appointments are one line, at the first of them.
        if dates[0].session.draft.kind == Kind::OneToOne && !appointments.insert((weekday, slug)) {
            continue;
        }
        let Some(line) = weekly(&dates, area, season, shelf.today) else { continue };
        if weekday != last {
            days.push(Weekday { words: first_day(&dates), lines: Vec::new() });
            last = weekday;
        }
        if let Some(day) = days.last_mut() {
            day.lines.push(line);
        }
    }
    days
}

fn first_given(at: &At) -> Date {
    at.date.rule_key.parse::<Key>().map_or(at.date.day, |key| key.at().date())
}

fn first_day(dates: &[At]) -> &'static str {
    dates.first().map_or("", |at| day_name(first_given(at)))
}

fn weekly(dates: &[At], area: &Area, season: &Season, today: Date) -> Option<Weekly> {
    let usual = dates.iter().find(|at| at.date.state == "on").or(dates.first())?;
    let session: &Session = usual.session;
    let mut notes = Vec::new();
    notes.extend(which_dates(dates, season, today));
    let mut is_changed = false;
    for at in dates {
        let day = day_words(first_given(at));
        match Standing::of(at) {
            Standing::Cancelled(reason) if reason.is_empty() => {
                notes.push(format!("Not on {day}: cancelled"))
            }
            Standing::Cancelled(reason) => notes.push(format!("Not on {day}: {reason}")),
            Standing::Moved(_) => {
                let place = at.place.map_or_else(|| "online".to_owned(), |place| place.name.clone());
                let now = format!("{}, {}", day_words(at.date.day), times(at.date));
                notes.push(format!("Not on {day}, but on {now}, at {place}"));
            }
            Standing::On => continue,
        }
        is_changed = true;
    }
    let place = usual.place.map(|place| if area.is_town { place.name.clone() } else { String::new() });
    let room = usual.date.room.clone();
    let room = if usual.place.is_some_and(|place| place.is_sensitive) { String::new() } else { room };
    let place: Vec<String> = place.into_iter().chain([room]).filter(|part| !part.is_empty()).collect();
    Some(Weekly {
        slug: session.draft.slug.clone(),
        title: session.draft.title.clone(),
        times: match session.draft.kind {
            Kind::OneToOne => format!("{} or later", time_of_day(time(usual.date))),
            _ => usual_times(usual),
        },
        place: place.join(", "),
        for_whom: for_whom(session),
        how: how_words(session.draft.kind),
        is_drop_in: session.draft.is_drop_in(),
        cost: cost_words(session),
        features: session.draft.features.iter().map(|feature| feature.words()).collect(),
        notes,
        is_changed,
    })
}

/// The times of the weekday, where the only date that is left was moved away from it.
fn usual_times(at: &At) -> String {
    let key = at.moved_from().map(|key| key.at().time());
    let minutes = u16::try_from(at.date.minutes).unwrap_or(u16::MAX);
    key.map_or_else(|| times(at.date), |time| calendar::time_range(time, minutes))
}

/// Which weeks, where it is not each of them to the end of the season.
fn which_dates(dates: &[At], season: &Season, today: Date) -> Option<String> {
    let held: Vec<Date> = dates.iter().filter(|at| at.date.state == "on").map(|at| at.date.day).collect();
    let (first, last) = (*held.first()?, *held.last()?);
    let far = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
    let is_every_week = held.windows(2).any(|pair| far(pair[0], pair[1]) <= 7);
    let names = |some: &[Date]| -> String {
        let days: Vec<String> = some.iter().map(|date| day_month(*date)).collect();
        web::say::list(&days)
    };
    // To the end of a season of which few weeks are left, every week is every week.
    let ends_early = far(last, season.last) > 7;
    if !is_every_week && held.len() > DATES_NAMED {
        return Some(format!("Next on {}", names(&held[..DATES_NAMED])));
    }
    if (!is_every_week && far(today, season.last) > 7) || (ends_early && held.len() <= DATES_NAMED) {
        return Some(format!("Only on {}", names(&held)));
    }
    match (far(today, first) > 13, ends_early) {
        (true, true) => Some(format!("From {} to {}", day_month(first), day_month(last))),
        (true, false) => Some(format!("From {}", day_month(first))),
        (false, true) => Some(format!("Until {}", day_month(last))),
        (false, false) => None,
    }
}
