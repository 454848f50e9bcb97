//! What a result's card says. Worked out once for each entry when the catalogue is read; a search adds only what
//! depends on the question: why it matched, how far it is, when it is next on.

use crate::{
    model::{Freshness, Schedule, Service, no_sessions_now},
    sessions_held::{HeldDate, HeldSession},
    vocabulary::{Access, Cost, Feature, State, Status, WayIn},
};
use askama::Template;
use kernel::{Date, Fault};
use search::{Document, Kind};
use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// The parts of a card that do not depend on the question. Cards share them: a search copies none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// What the list of the person calls it.
    pub token: String,
    pub title: String,
    pub url: String,
    pub summary: String,
    /// Each thing that families also say, with its words as [`word_key`] has them.
    pub sayings: Vec<(String, Box<[u64]>)>,
    /// It has a place, times and a way in, as reading has not.
    pub has_facts: bool,
    checked_on: Option<Date>,
    /// How fresh it is in words, within the line and past it.
    said_fresh: String,
    said_old: String,
    /// Markup of who runs it and what it is, of the facts that no question changes, of the way to keep it.
    about: String,
    fixed: String,
    save: String,
    pub by: String,
    pub place: String,
    pub place_given: bool,
    pub way_in: &'static str,
    pub way_in_given: bool,
    pub cost: &'static str,
    /// The price in words, where a session says it.
    price: Option<String>,
    pub cost_given: bool,
    pub step_free: Option<State>,
    pub schedules: Vec<Schedule>,
    /// The first of its times in words; where any of them begins or ends, the day decides and they are told then.
    first_time: Option<String>,
    dated: bool,
    any_hour: bool,
    /// For whom, of a session.
    for_whom: String,
    /// The dates of its sessions, the next first, each as 'Next: Tuesday 1 December, 9:30am'.
    next: Box<[HeldDate]>,
    is_session: bool,
    /// What to do first where something may have changed.
    first: &'static str,
    pub doubt: bool,
    pub closed: bool,
}

/// Where there is no number to phone.
const CHECK_FIRST: &str = "Check first";

impl Facts {
    /// Of a document, and of the service behind it where it is one, with the next dates of its sessions.
    pub fn of(document: &Document, service: Option<&Service>, next: Vec<HeldDate>) -> Result<Facts, Fault> {
        let own = match service {
            Some(service) => Facts::of_service(service),
            None if document.kind == Kind::Service => Facts { first: CHECK_FIRST, ..Facts::default() },
            None => Facts {
                by: "Advice".to_owned(),
                place: document.organization.clone(),
                first: CHECK_FIRST,
                ..Facts::default()
            },
        };
        let is_service = document.kind == Kind::Service;
        Facts {
            token: if is_service { document.slug.clone() } else { format!("page~{}", document.slug) },
            has_facts: is_service,
            checked_on: document.checked_on,
            said_fresh: document.checked_on.map_or_else(String::new, |on| own.said_of(Freshness::Fresh(on))),
            said_old: own.said_of(document.checked_on.map_or(Freshness::Never, Freshness::Old)),
            next: next.into_iter().map(told_as_next).collect(),
            ..own
        }
        .of_document(document)
        .rendered()
    }

    /// Of a session at one place.
    pub fn of_session(document: &Document, session: &HeldSession) -> Result<Facts, Fault> {
        let changed = format!("Last changed {}", web::say::day_month_year(session.changed_on));
        Facts {
            token: format!("session~{}", session.slug),
            has_facts: true,
            is_session: true,
            checked_on: Some(session.changed_on),
            said_fresh: changed.clone(),
            said_old: changed,
            by: document.organization.clone(),
            place: session.place.clone(),
            place_given: true,
            way_in: session.how,
            way_in_given: true,
            price: session.cost.clone(),
            cost_given: session.cost.is_some(),
            step_free: Some(State::Yes).filter(|_| session.is_step_free),
            for_whom: session.for_whom.clone(),
            next: session.dates.iter().cloned().map(told_as_next).collect(),
            first: CHECK_FIRST,
            ..Facts::default()
        }
        .of_document(document)
        .rendered()
    }

    /// With what every document has.
    fn of_document(self, document: &Document) -> Facts {
        let words = |saying: &String| search::words(saying).iter().map(|word| word_key(word)).collect();
        Facts {
            title: document.title.clone(),
            url: document.url.clone(),
            summary: document.summary.clone(),
            sayings: document.aliases.iter().map(|saying| (saying.clone(), words(saying))).collect(),
            ..self
        }
    }

    /// The next date that is not over, as the clock on the wall says it.
    fn next_at(&self, today: Date, minute: u16) -> Option<usize> {
        let ahead = |date: &HeldDate| date.day > today || (date.day == today && date.until > minute);
        self.next.iter().position(ahead)
    }

    /// How fresh it is in words.
    fn said_of(&self, freshness: Freshness) -> String {
        match freshness.words_and(self.first) {
            _ if self.closed => format!("Closed for now. {}", self.first),
            words if self.doubt && freshness.is_fresh() => {
                format!("{words}. Something may have changed: {}", uncapitalised(self.first))
            }
            words => words,
        }
    }

    /// With the markup that is the same in every answer.
    fn rendered(mut self) -> Result<Facts, Fault> {
        self.about = About { of: &self }.render()?;
        self.save = Save { of: &self }.render()?;
        let mut fixed = String::new();
        for fact in self.fixed_facts() {
            fact.render_into(&mut fixed)?;
        }
        self.fixed = fixed;
        Ok(self)
    }

    /// For whom, how to get in, cost and a step-free way: what no question changes.
    fn fixed_facts(&self) -> impl Iterator<Item = Fact<'_>> {
        fn fact<'a>(icon: &'static str, label: &'static str, value: Cow<'a, str>, given: bool) -> Fact<'a> {
            Fact { icon, label, value, note: "", given }
        }
        let for_whom = (!self.for_whom.is_empty())
            .then(|| fact("age", "Who it is for", self.for_whom.as_str().into(), true));
        let way_in = fact("door", "How to get in", self.way_in.into(), self.way_in_given);
        let cost = match &self.price {
            Some(price) => price,
            None if self.cost_given => self.cost,
            None => "Cost: not given",
        };
        let cost = fact("pound", "Cost", cost.into(), self.cost_given);
        let step_free = self.step_free.filter(|state| *state != State::Unknown);
        let step_free = step_free
            .map(|state| fact("stepfree", "Step-free", format!("Step-free: {}", state.words()).into(), true));
        [for_whom, Some(way_in), Some(cost), step_free].into_iter().flatten()
    }

    fn of_service(service: &Service) -> Facts {
        let (place, place_given) = place_of(service);
        let way_in_given =
            service.how_to_get_in.is_some() || !matches!(service.way_in[..], [] | [WayIn::Unknown]);
        let states: Vec<State> =
            service.locations.iter().map(|location| location.state(Feature::StepFree)).collect();
        let step_free =
            [State::Yes, State::No, State::Unknown].into_iter().find(|state| states.contains(state));
        Facts {
            by: match service.area.as_ref().filter(|area| area.is_outside()) {
                Some(area) => format!("{}. For {}", service.organization.1, area.name),
                None => service.organization.1.clone(),
            },
            place,
            place_given,
            way_in: way_in_words(service),
            way_in_given,
            cost: service.cost.words(),
            cost_given: service.cost != Cost::Unknown,
            step_free: step_free.filter(|_| {
                service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network))
            }),
            any_hour: service
                .schedules
                .iter()
                .any(|schedule| schedule.days == 0x7f && schedule.minutes == Some((0, 1_440)))
                && !service.schedules.iter().any(is_dated),
            first_time: service.schedules.first().map(Schedule::words),
            dated: service.schedules.iter().any(is_dated),
            first: if service.phones.is_empty() { CHECK_FIRST } else { "Phone first" },
            schedules: service.schedules.clone(),
            doubt: service.doubt.is_some(),
            closed: service.status != Status::Active,
            ..Facts::default()
        }
    }
}

/// A word as a number, so that many are compared in no time. Two words with one number would tell a reason that is not
/// quite one, and nothing worse.
pub(crate) fn word_key(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

fn told_as_next(date: HeldDate) -> HeldDate {
    HeldDate { words: format!("Next: {}", date.words), ..date }
}

fn is_dated(schedule: &Schedule) -> bool {
    schedule.valid != (None, None)
}

/// The time to tell of those that begin or end: one that runs now, else the next to come, else that all have ended.
fn dated_time(schedules: &[Schedule], today: Date) -> Option<String> {
    let running = schedules.iter().find(|schedule| schedule.runs_on(today));
    let ahead = schedules.iter().filter(|schedule| schedule.ended(today).is_none());
    let told = running.or_else(|| ahead.min_by_key(|schedule| schedule.valid.0));
    told.map(|schedule| schedule.words_on(today)).or_else(|| no_sessions_now(schedules, today))
}

fn place_of(service: &Service) -> (String, bool) {
    let hubs = service.locations.iter().filter(|location| location.hub).count();
    let named: Vec<&str> = service.locations.iter().map(|location| location.name.as_str()).collect();
    let place = match (named.len(), hubs) {
        (_, 6..) => Some("At the family hubs".to_owned()),
        (0, _) => None,
        (1..=2, _) => Some(web::say::list(&named)),
        (many, _) => Some(format!("{many} places")),
    };
    let other = |access: &Access| match access {
        Access::Home => Some("at your home"),
        Access::Online => Some("online"),
        Access::Phone => Some("by phone or text"),
        Access::Hub if place.is_none() => Some("at a family hub"),
        Access::Network if place.is_none() => Some("nearby"),
        _ => None,
    };
    let rest: Vec<&str> = service.access.iter().filter_map(other).collect();
    let all: Vec<String> = place.clone().into_iter().chain(rest.into_iter().map(str::to_owned)).collect();
    match all.is_empty() {
        true => ("Where: not given".to_owned(), false),
        false => (capitalised(&web::say::list(&all)), true),
    }
}

/// A word for how one gets in, short enough for a card.
fn way_in_words(service: &Service) -> &'static str {
    let has = |way: WayIn| service.way_in.contains(&way);
    let goes_somewhere = service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network));
    match () {
        () if has(WayIn::Open) && goes_somewhere => "Drop in or just ask",
        () if has(WayIn::Open) => "Nothing needed: just get in touch",
        () if has(WayIn::OwnReferral) || has(WayIn::Family) => "No referral needed: phone or write",
        () if has(WayIn::Professional) => "A professional refers you",
        () => "How to get in: not given",
    }
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut out = String::with_capacity(text.len() + 2);
    out.extend(first.to_uppercase());
    out.push_str(letters.as_str());
    out
}

pub(crate) fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[derive(Template)]
#[template(path = "card_about.html")]
struct About<'a> {
    of: &'a Facts,
}

#[derive(Template)]
#[template(path = "card_save.html")]
struct Save<'a> {
    of: &'a Facts,
}

/// One line of a card.
#[derive(Template)]
#[template(path = "card_fact.html")]
pub(crate) struct Fact<'a> {
    pub icon: &'static str,
    pub label: &'static str,
    pub value: Cow<'a, str>,
    pub note: &'a str,
    pub given: bool,
}

/// A result as it is shown: what is known of the entry, and what the question adds.
#[derive(Template)]
#[template(path = "card_result.html")]
pub(crate) struct ResultCard {
    pub of: Arc<Facts>,
    /// The part of a page that answers best.
    anchor: String,
    why: String,
    /// How far it is.
    distance: String,
    /// The time that was asked for, or the one to tell today.
    slot: String,
    /// Which of the dates is next.
    next: Option<usize>,
    open: bool,
    /// Within the line, and past it only of age: then the words still say when.
    checked_lately: bool,
    pub fresh: bool,
    heading: u8,
}

/// What of the question a card answers.
#[derive(Default)]
pub(crate) struct Asked<'a> {
    pub why: String,
    pub distance: Option<f64>,
    pub site_label: &'a str,
    pub approximate: bool,
    pub slot_label: &'a str,
    pub anchor: &'a str,
}

impl ResultCard {
    pub fn new(of: &Arc<Facts>, asked: Asked, today: Date, minute: u16) -> ResultCard {
        let freshness = Freshness::of(of.checked_on, today);
        let distance = match asked.distance {
            Some(metres) if asked.approximate => {
                format!("{}, roughly: {}", web::say::distance(metres), asked.site_label)
            }
            Some(metres) => format!("{}: {}", web::say::distance(metres), asked.site_label),
            None => String::new(),
        };
        ResultCard {
            anchor: asked.anchor.to_owned(),
            why: asked.why,
            distance,
            slot: match asked.slot_label {
                "" if of.dated => dated_time(&of.schedules, today).unwrap_or_default(),
                label => label.to_owned(),
            },
            next: of.next_at(today, minute),
            open: of.schedules.iter().any(|schedule| schedule.open_at(today, minute)),
            fresh: freshness.is_fresh() && !of.doubt && !of.closed,
            checked_lately: freshness.is_fresh(),
            heading: 2,
            of: of.clone(),
        }
    }

    pub fn under(mut self, heading: u8) -> ResultCard {
        self.heading = heading;
        self
    }

    /// When it was checked last, and what to do if that is long ago.
    pub fn freshness(&self) -> &str {
        if self.checked_lately { &self.of.said_fresh } else { &self.of.said_old }
    }

    /// Where and how far, next session, how to get in, cost: always this order, and an unknown names itself.
    pub fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        let all = [self.place(), self.time()].into_iter().chain(self.of.fixed_facts());
        all.filter(|_| self.of.has_facts)
    }

    fn place(&self) -> Fact<'_> {
        let value = Cow::Borrowed(self.of.place.as_str());
        Fact { icon: "pin", label: "Where", value, note: &self.distance, given: self.of.place_given }
    }

    fn time(&self) -> Fact<'_> {
        let next = self.next.and_then(|at| self.of.next.get(at)).map(|date| date.words.as_str());
        let when = match &self.of.first_time {
            _ if self.of.any_hour => Some("Any hour, day or night"),
            _ if !self.slot.is_empty() => Some(self.slot.as_str()),
            Some(first) => Some(first.as_str()),
            None => next,
        };
        // A session says the time that was asked for, or its next date, and no more.
        let is_told = self.of.is_session || when == next;
        Fact {
            icon: "calendar",
            label: "When",
            value: Cow::Borrowed(when.unwrap_or("Days and times: not given")),
            note: match next {
                _ if self.open => "Open now",
                Some(next) if !is_told => next,
                _ => "",
            },
            given: when.is_some(),
        }
    }
}
