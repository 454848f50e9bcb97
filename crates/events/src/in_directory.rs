//! What the directory is told of the sessions: what its search finds and its pages show. It answers from memory.

use crate::{
    lines::{clock_words, cost_words, day_words, for_whom, place_words},
    model::{Feature, Kind, Wanted},
    shelf::{At, Events, OnceADay, Session, time},
    timetable::{areas, seasons},
};
use directory::{
    Access, Audience, Cost, HeldBy, HeldDate, HeldNext, HeldSession, SessionsHeld, WayIn, taken_in,
};
use kernel::{Date, civil_today};
use search::{Document, Site, Slot, Tag};
use std::collections::BTreeMap;

/// So many of the next dates go with a card: enough for a day on which some of them are over.
const DATES_TOLD: usize = 4;
/// A session that is for children under this age is about little ones, and is hidden from a person who speaks of losing one.
const LITTLE_MONTHS: u16 = 24;
/// What also says that a session is about little ones, whatever ages it gives.
const ABOUT_BABIES: [&str; 8] =
    ["baby", "babi", "bump", "pregnan", "newborn", "breastfeed", "antenatal", "weaning"];

impl SessionsHeld for Events {
    fn list_sessions(&self) -> Vec<HeldSession> {
        let shelf = self.shelf();
        let today = civil_today(self.site().clock().now());
        // A session that is held at two places is found at each with what is true of it there, and no other.
        let mut held: BTreeMap<(&str, Option<&str>), Vec<At>> = BTreeMap::new();
        for at in shelf.between(today, Date::MAX).filter(|at| at.date.is_held()) {
            held.entry((&at.session.draft.slug, at.date.place_slug.as_deref())).or_default().push(at);
        }
        let mut sessions: Vec<Vec<At>> = held.into_values().collect();
        sessions.sort_by_key(|dates| (dates[0].session.draft.slug.as_str(), dates[0].date.starts_at));
        let mut found: Vec<HeldSession> = Vec::with_capacity(sessions.len());
        let mut place_number = 1;
        for dates in &sessions {
            let mut session = session(dates[0].session, dates);
            let is_another_place = found.last().is_some_and(|before| before.slug == session.slug);
            place_number = if is_another_place { place_number + 1 } else { 1 };
            if is_another_place {
                session.document.slug = format!("{}~{place_number}", session.slug);
            }
            found.push(session);
        }
        found
    }

    fn list_next(&self, of: HeldBy, most: usize) -> Vec<HeldNext> {
        let (shelf, now) = (self.shelf(), self.site().clock().now());
        let own = |at: &At| match of {
            HeldBy::Place(slug) => at.date.place_slug.as_deref() == Some(slug),
            HeldBy::Service(slug) => at.session.draft.service.as_deref() == Some(slug),
            HeldBy::Organization(slug) => at.session.draft.organization == slug,
        };
        let mut once_a_day = OnceADay::default();
        let next = shelf.from(now).filter(|at| at.date.is_held() && own(at) && once_a_day.tells(at));
        next.take(most).map(|at| next_of(&at)).collect()
    }

    fn list_paths(&self) -> Vec<String> {
        let shelf = self.shelf();
        let seen = shelf.sessions.iter().filter(|session| session.draft.wanted == Wanted::Published);
        let sessions = seen.map(|session| format!("/whats-on/{}", session.draft.slug));
        let season = seasons(&shelf).into_iter().next();
        let areas = season.map(|season| areas(&shelf, &season)).unwrap_or_default();
        let sheets = areas.into_iter().map(|area| format!("/timetables/{}", area.slug));
        let fixed = ["/whats-on", "/timetables"].map(str::to_owned);
        fixed.into_iter().chain(sessions).chain(sheets).collect()
    }
}

fn next_of(at: &At) -> HeldNext {
    HeldNext {
        href: format!("/whats-on/{}", at.session.draft.slug),
        title: at.session.draft.title.clone(),
        when: when_words(at),
        place: place_words(at),
        how: at.session.draft.kind.words(),
    }
}

/// 'Tuesday 1 December, 9:30am'.
fn when_words(at: &At) -> String {
    format!("{}, {}", day_words(at.date.day), clock_words(at))
}

/// A session with its dates at one place, none of which is empty.
fn session(session: &Session, dates: &[At]) -> HeldSession {
    let (draft, first) = (&session.draft, &dates[0]);
    HeldSession {
        document: document(session, dates),
        slug: draft.slug.clone(),
        service: session.service.as_ref().map(|(slug, _)| slug.clone()),
        topics: draft.topics.clone(),
        place: place_words(first),
        for_whom: for_whom(session),
        how: draft.kind.words(),
        cost: cost_words(session),
        is_step_free: first.has(Feature::StepFree),
        dates: dates.iter().take(DATES_TOLD).map(held_date).collect(),
        changed_on: civil_today(session.changed_at),
    }
}

fn held_date(at: &At) -> HeldDate {
    let (from, until) = minutes(at);
    HeldDate { day: at.date.day, until: until.max(from), words: when_words(at) }
}

/// Minutes after midnight at which a date begins and ends.
pub(crate) fn minutes(at: &At) -> (u16, u16) {
    let starts = time(at.date);
    let from = u16::from(starts.hour().unsigned_abs()) * 60 + u16::from(starts.minute().unsigned_abs());
    (from, from.saturating_add(u16::try_from(at.date.minutes).unwrap_or(u16::MAX)))
}

fn document(session: &Session, dates: &[At]) -> Document {
    let (draft, first) = (&session.draft, &dates[0]);
    let mut document = Document::new(search::Kind::Event, &draft.slug, &draft.title);
    document.url = format!("/whats-on/{}", draft.slug);
    document.summary = draft.summary.clone();
    document.organization = session.organization.clone();
    let mut words = vec![draft.description.clone(), draft.kind.words().to_owned(), place_words(first)];
    words.extend(session.when.iter().cloned());
    words.extend(draft.features.iter().map(|feature| feature.words().to_owned()));
    words.extend([draft.led_by.clone(), draft.bring.clone()]);
    document.text = words.join("\n");
    document.aliases = sayings(session);
    document.tags = tags(session, first);
    let (from_months, until_months) = (draft.ages.from_months, draft.ages.under_months);
    let is_for_all = (from_months, until_months) == (0, None);
    document.ages = (!is_for_all).then_some(search::AgeBand { pregnancy: false, from_months, until_months });
    document.sites = site(first).into_iter().collect();
    document.slots = slots(dates);
    document.checked_on = Some(civil_today(session.changed_at));
    let said = format!("{} {}", draft.title, draft.summary).to_lowercase();
    document.baby =
        (!is_for_all && from_months < LITTLE_MONTHS) || ABOUT_BABIES.iter().any(|word| said.contains(word));
    document
}

/// What families also say for it, as far as it says so itself.
fn sayings(session: &Session) -> Vec<String> {
    let draft = &session.draft;
    draft
        .features
        .iter()
        .flat_map(|feature| match feature {
            Feature::Dads => ["dads group", "something for dads"].as_slice(),
            Feature::SendFriendly => &["send group", "group for children with additional needs"],
            Feature::Quiet => &["quiet session", "autism friendly session"],
            Feature::StepFree | Feature::Interpreter => &[],
        })
        .map(|saying| (*saying).to_owned())
        .collect()
}

/// Nothing of a sensitive place but its town.
fn site(at: &At) -> Option<Site> {
    let place = at.place.filter(|place| !place.is_sensitive)?;
    let (lat, lon) = place.point?;
    Some(Site {
        lat,
        lon,
        approximate: place.is_point_rough,
        label: place.name.clone(),
        town: place.town.clone(),
    })
}

fn tags(session: &Session, first: &At) -> Vec<Tag> {
    let draft = &session.draft;
    let ways: &[WayIn] = match draft.kind {
        Kind::DropIn => &[WayIn::Open, WayIn::OwnReferral],
        Kind::BookOn | Kind::Course | Kind::OneToOne => &[WayIn::OwnReferral],
        Kind::Invitation | Kind::Referral => &[WayIn::Professional],
    };
    let mut tags: Vec<Tag> = ways.iter().map(|way| Tag::new("way_in", way.as_str())).collect();
    let cost = match draft.cost.trim() {
        "" => Cost::Unknown,
        _ if draft.is_free() => Cost::Free,
        _ => Cost::Paid,
    };
    tags.push(Tag::new("cost", cost.as_str()));
    match first.place {
        Some(place) if place.is_hub => tags.push(Tag::new("access", Access::Hub.as_str())),
        Some(_) => tags.push(Tag::new("access", Access::Network.as_str())),
        None => {}
    }
    if !draft.online_link.is_empty() {
        tags.push(Tag::new("access", Access::Online.as_str()));
    }
    for feature in Feature::ALL.iter().filter(|feature| first.has(**feature)) {
        tags.extend(match feature {
            Feature::Dads => Some(Tag::new("audience", Audience::Dads.as_str())),
            Feature::SendFriendly => Some(Tag::new("audience", Audience::FamiliesWithSend.as_str())),
            Feature::Quiet => Some(Tag::new("accessibility", taken_in::Feature::QuietSpace.as_str())),
            Feature::StepFree => Some(Tag::new("accessibility", taken_in::Feature::StepFree.as_str())),
            Feature::Interpreter => None,
        });
    }
    tags.extend(
        first.place.filter(|place| !place.town.is_empty()).map(|place| Tag::new("town", &place.town)),
    );
    tags
}

/// One for each weekday and time of its dates, told by the first of them. They need no last day: the index is made anew
/// when a day begins.
fn slots(dates: &[At]) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for at in dates {
        let days = 1u8 << at.date.day.weekday().to_monday_zero_offset();
        let (from, until) = minutes(at);
        if slots.iter().all(|slot| (slot.days, slot.from, slot.until) != (days, from, until)) {
            let label = format!("Next: {}", when_words(at));
            slots.push(Slot { days, from, until, lasting: (None, None), next: Some(at.date.day), label });
        }
    }
    slots
}
