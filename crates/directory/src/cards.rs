//! What a result's card says. Worked out once for each entry when the catalogue is read; a search adds only what
//! depends on the question: why it matched, how far it is, when it is next on.

use crate::{
    model::{Freshness, Schedule, Service},
    vocabulary::{Access, Cost, Feature, State, Status, WayIn},
};
use askama::Template;
use kernel::Date;
use search::{Document, Kind};
use std::{borrow::Cow, sync::Arc};

/// The parts of a card that do not depend on the question. Cards share them: a search copies none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// What the list of the person calls it.
    pub token: String,
    pub title: String,
    pub url: String,
    pub summary: String,
    /// The words of each thing that families also say.
    pub sayings: Vec<(String, Box<[Box<str>]>)>,
    pub is_service: bool,
    checked_on: Option<Date>,
    pub by: String,
    pub place: String,
    pub place_given: bool,
    pub way_in: &'static str,
    pub way_in_given: bool,
    pub cost: &'static str,
    pub cost_given: bool,
    pub step_free: Option<State>,
    pub schedules: Vec<Schedule>,
    /// The first of its times in words.
    pub first_time: Option<String>,
    pub any_hour: bool,
    pub doubt: bool,
    pub closed: bool,
}

impl Facts {
    /// Of a document, and of the service behind it where it is one.
    pub fn of(document: &Document, service: Option<&Service>) -> Facts {
        let own = match service {
            Some(service) => Facts::of_service(service),
            None if document.kind == Kind::Service => Facts::default(),
            None => {
                Facts { by: "Advice".to_owned(), place: document.organization.clone(), ..Facts::default() }
            }
        };
        let is_service = document.kind == Kind::Service;
        let words = |saying: &String| search::words(saying).into_iter().map(String::into_boxed_str).collect();
        Facts {
            token: if is_service { document.slug.clone() } else { format!("page~{}", document.slug) },
            title: document.title.clone(),
            url: document.url.clone(),
            summary: document.summary.clone(),
            sayings: document.aliases.iter().map(|saying| (saying.clone(), words(saying))).collect(),
            is_service,
            checked_on: document.checked_on,
            ..own
        }
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
            by: service.organization.1.clone(),
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
                .any(|schedule| schedule.days == 0x7f && schedule.minutes == Some((0, 1_440))),
            first_time: service.schedules.first().map(Schedule::words),
            schedules: service.schedules.clone(),
            doubt: service.doubt.is_some(),
            closed: service.status != Status::Active,
            ..Facts::default()
        }
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
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// One line of a card.
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
    /// The time that was asked for.
    slot: String,
    open: bool,
    pub fresh: bool,
    pub freshness: String,
    back: String,
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
    pub back: String,
}

impl ResultCard {
    pub fn new(of: &Arc<Facts>, asked: Asked, today: Date, minute: u16) -> ResultCard {
        let freshness = Freshness::of(of.checked_on, today);
        let mut words = freshness.words();
        if of.closed {
            words = "Closed for now. Phone first".to_owned();
        } else if of.doubt && freshness.is_fresh() {
            words.push_str(". Something may have changed: phone first");
        }
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
            slot: asked.slot_label.to_owned(),
            open: of.schedules.iter().any(|schedule| schedule.open_at(today, minute)),
            fresh: freshness.is_fresh() && !of.doubt && !of.closed,
            freshness: words,
            back: asked.back,
            heading: 2,
            of: of.clone(),
        }
    }

    pub fn under(mut self, heading: u8) -> ResultCard {
        self.heading = heading;
        self
    }

    /// Where and how far, next session, how to get in, cost: always this order, and an unknown names itself.
    pub fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        let of = &self.of;
        let fact = |icon, label, given, value: &'static str| {
            let value = Cow::Borrowed(value);
            Fact { icon, label, value, note: "", given }
        };
        let place = Fact {
            icon: "pin",
            label: "Where",
            value: Cow::Borrowed(&of.place),
            note: &self.distance,
            given: of.place_given,
        };
        let when = match &of.first_time {
            _ if of.any_hour => Some("Any hour, day or night"),
            _ if !self.slot.is_empty() => Some(self.slot.as_str()),
            first => first.as_deref(),
        };
        let when = Fact {
            icon: "calendar",
            label: "When",
            value: Cow::Borrowed(when.unwrap_or("Days and times: not given")),
            note: if self.open { "Open now" } else { "" },
            given: when.is_some(),
        };
        let way_in = fact("door", "How to get in", of.way_in_given, of.way_in);
        let cost = if of.cost_given { of.cost } else { "Cost: not given" };
        let cost = fact("pound", "Cost", of.cost_given, cost);
        let step_free = of.step_free.filter(|state| *state != State::Unknown).map(|state| Fact {
            icon: "stepfree",
            label: "Step-free",
            value: Cow::Owned(format!("Step-free: {}", state.words())),
            note: "",
            given: true,
        });
        let all = [Some(place), Some(when), Some(way_in), Some(cost), step_free];
        all.into_iter().flatten().filter(|_| of.is_service)
    }
}
