//! What a result's card says. Worked out once for each entry when the catalogue is read; a search adds only what
//! depends on the question: why it matched, how far it is, when it is next on.

use crate::{
    model::{Freshness, Schedule, Service},
    vocabulary::{Access, Cost, Feature, State, Status, WayIn},
};
use askama::Template;
use kernel::Date;
use search::{Document, Kind};

/// The parts of a card that do not depend on the question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub by: String,
    pub place: String,
    pub place_given: bool,
    pub way_in: String,
    pub way_in_given: bool,
    pub cost: String,
    pub cost_given: bool,
    pub step_free: Option<State>,
    pub schedules: Vec<Schedule>,
    pub any_hour: bool,
    pub doubt: bool,
    pub closed: bool,
}

impl Facts {
    pub fn of(service: &Service) -> Facts {
        let (place, place_given) = place_of(service);
        let way_in_given =
            service.how_to_get_in.is_some() || !matches!(service.way_in[..], [] | [WayIn::Unknown]);
        let states: Vec<State> =
            service.locations.iter().map(|location| location.state(Feature::StepFree)).collect();
        let step_free =
            [State::Yes, State::No, State::Unknown].into_iter().find(|state| states.contains(state));
        Facts {
            by: service.organization.1.clone(),
            place,
            place_given,
            way_in: way_in_words(service),
            way_in_given,
            cost: service.cost.words().to_owned(),
            cost_given: service.cost != Cost::Unknown,
            step_free: step_free.filter(|_| {
                service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network))
            }),
            any_hour: service
                .schedules
                .iter()
                .any(|schedule| schedule.days == 0x7f && schedule.minutes == Some((0, 1_440))),
            schedules: service.schedules.clone(),
            doubt: service.doubt.is_some(),
            closed: service.status != Status::Active,
        }
    }

    pub fn of_page(document: &Document) -> Facts {
        Facts { by: "Advice".to_owned(), place: document.organization.clone(), ..Facts::default() }
    }
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
fn way_in_words(service: &Service) -> String {
    let has = |way: WayIn| service.way_in.contains(&way);
    let goes_somewhere = service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network));
    match () {
        () if has(WayIn::Open) && goes_somewhere => "Drop in or just ask",
        () if has(WayIn::Open) => "Nothing needed: just get in touch",
        () if has(WayIn::OwnReferral) || has(WayIn::Family) => "No referral needed: phone or write",
        () if has(WayIn::Professional) => "A professional refers you",
        () => "How to get in: not given",
    }
    .to_owned()
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// One line of a card.
pub(crate) struct Fact {
    pub icon: &'static str,
    pub label: &'static str,
    pub value: String,
    pub note: String,
    pub given: bool,
}

/// A result as it is shown.
#[derive(Template)]
#[template(path = "card_result.html")]
pub(crate) struct ResultCard {
    pub token: String,
    pub title: String,
    pub url: String,
    pub by: String,
    pub summary: String,
    pub why: String,
    pub facts: Vec<Fact>,
    pub fresh: bool,
    pub freshness: String,
    pub back: String,
    pub heading: u8,
}

/// What of the question a card answers.
#[derive(Default)]
pub(crate) struct Asked {
    pub why: String,
    pub distance: Option<f64>,
    pub site_label: String,
    pub approximate: bool,
    pub slot_label: String,
    pub back: String,
}

impl ResultCard {
    pub fn new(document: &Document, facts: &Facts, asked: Asked, today: Date, minute: u16) -> ResultCard {
        let freshness = Freshness::of(document.checked_on, today);
        let token = match document.kind {
            Kind::Service => document.slug.clone(),
            _ => format!("page~{}", document.slug),
        };
        let facts_shown =
            if document.kind == Kind::Service { shown(facts, &asked, today, minute) } else { Vec::new() };
        let mut words = freshness.words();
        if facts.closed {
            words = "Closed for now. Phone first".to_owned();
        } else if facts.doubt && freshness.is_fresh() {
            words = format!("{words}. Something may have changed: phone first");
        }
        ResultCard {
            token,
            title: document.title.clone(),
            url: document.url.clone(),
            by: facts.by.clone(),
            summary: document.summary.clone(),
            why: asked.why,
            facts: facts_shown,
            fresh: freshness.is_fresh() && !facts.doubt && !facts.closed,
            freshness: words,
            back: asked.back,
            heading: 2,
        }
    }

    pub fn under(mut self, heading: u8) -> ResultCard {
        self.heading = heading;
        self
    }
}

/// Where and how far, next session, how to get in, cost: always this order, and an unknown names itself.
fn shown(facts: &Facts, asked: &Asked, today: Date, minute: u16) -> Vec<Fact> {
    let mut out = Vec::with_capacity(5);
    let note = match asked.distance {
        Some(metres) if asked.approximate => {
            format!("{}, roughly: {}", web::say::distance(metres), asked.site_label)
        }
        Some(metres) => format!("{}: {}", web::say::distance(metres), asked.site_label),
        None => String::new(),
    };
    out.push(Fact {
        icon: "pin",
        label: "Where",
        value: facts.place.clone(),
        note,
        given: facts.place_given,
    });
    let open = facts.schedules.iter().any(|schedule| schedule.open_at(today, minute));
    let when = match (&asked.slot_label, facts.schedules.first()) {
        _ if facts.any_hour => Some("Any hour, day or night".to_owned()),
        (slot, _) if !slot.is_empty() => Some(slot.clone()),
        (_, Some(first)) => Some(first.words()),
        (_, None) => None,
    };
    let note = if open { "Open now".to_owned() } else { String::new() };
    let given = when.is_some();
    out.push(Fact {
        icon: "calendar",
        label: "When",
        value: when.unwrap_or_else(|| "Days and times: not given".to_owned()),
        note,
        given,
    });
    out.push(Fact {
        icon: "door",
        label: "How to get in",
        value: facts.way_in.clone(),
        note: String::new(),
        given: facts.way_in_given,
    });
    let cost = if facts.cost_given { facts.cost.clone() } else { "Cost: not given".to_owned() };
    out.push(Fact {
        icon: "pound",
        label: "Cost",
        value: cost,
        note: String::new(),
        given: facts.cost_given,
    });
    if let Some(state) = facts.step_free.filter(|state| *state != State::Unknown) {
        out.push(Fact {
            icon: "stepfree",
            label: "Step-free",
            value: format!("Step-free: {}", state.words()),
            note: String::new(),
            given: true,
        });
    }
    out
}
