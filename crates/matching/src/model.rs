//! What a family needs, which services suit and why, and what rules one out: no database, no clock, no page.
//!
//! Nothing rules a service out but what is known of it: 'not given' never does, and is said. THRIVE groups and severity are
//! the practitioner's own judgement; they order and rule nothing out, for THRIVE is no ladder.

use crate::heard::{Heard, Standing};
use crate::own_words::{how_much_is_known, is_for_those_who_hurt, open_words, referral_words};
use directory::{
    Access, Audience, MatchAges, MatchNear, MatchService, SendNeed, Severity, Status, Thrive, WayIn,
};
use std::collections::{BTreeMap, HashMap, VecDeque};
use web::say;

/// What a practitioner describes. It is asked once and kept nowhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Need {
    pub topics: Vec<Topic>,
    /// How well each service answers the words that were typed, from 0 to 1, by its address.
    pub words: HashMap<String, f32>,
    /// The words among them that nothing here knows.
    pub not_understood: Vec<String>,
    /// Words were typed, whether or not any service answers them.
    pub asks_words: bool,
    /// The age as it was typed.
    pub age_told: Option<String>,
    pub thrive: Option<Thrive>,
    pub severity: Option<Severity>,
    pub age: Option<Age>,
    pub near: Option<MatchNear>,
    /// Code and name.
    pub language: Option<(&'static str, &'static str)>,
    pub audiences: Vec<Audience>,
    pub send: SendAsked,
    pub route: Route,
    pub wait_weeks_max: Option<u16>,
    /// A baby was lost: what is about a live one is not for now.
    pub loss: bool,
    /// What the safety screen heard.
    pub heard: Heard,
}

impl Need {
    /// The needs that were chosen, and those behind what was heard.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        let heard = self.heard.topics.iter().filter(move |heard| !self.topics.contains(heard));
        self.topics.iter().chain(heard)
    }
}

/// A need that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Topic {
    pub slug: String,
    pub name: String,
    /// The wider need, if it is a narrow one.
    pub wider: Option<String>,
}

/// How old, or how far on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Pregnant,
    Months(u16),
}

/// Whether special needs are part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SendAsked {
    #[default]
    NotAsked,
    Any,
    One(SendNeed),
}

/// How they would get in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Route {
    #[default]
    Any,
    /// The family asks for itself.
    FamilyAsks,
    /// The practitioner refers.
    IRefer,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// The best first.
    pub ranked: Vec<Ranked>,
    /// For people who hurt somebody: never among what is for whoever is hurt, and never before it.
    pub for_those_who_hurt: Vec<Ranked>,
    /// Those about the need that are ruled out, by name.
    pub ruled_out: Vec<RuledOut>,
}

/// A service that suits.
#[derive(Debug)]
pub(crate) struct Ranked {
    pub service: MatchService,
    /// Why, each a few words.
    pub why: Vec<String>,
    /// What was asked and is not given: to be asked first.
    pub check: Vec<String>,
    standing: Standing,
    points: i32,
    metres: Option<f64>,
}

/// A service that does not.
#[derive(Debug)]
pub(crate) struct RuledOut {
    pub service: MatchService,
    /// Never empty.
    pub bars: Vec<Bar>,
}

/// One thing that rules a service out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub kind: BarKind,
    pub words: String,
}

/// What kind of thing that is, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BarKind {
    NotRunning,
    WayIn,
    Age,
    Area,
    Waiting,
    Loss,
}

impl BarKind {
    pub const ALL: [BarKind; 6] =
        [BarKind::WayIn, BarKind::Age, BarKind::Area, BarKind::Waiting, BarKind::NotRunning, BarKind::Loss];

    pub fn words(self) -> &'static str {
        match self {
            BarKind::NotRunning => "Not running now",
            BarKind::WayIn => "How to get in",
            BarKind::Age => "Age",
            BarKind::Area => "Area",
            BarKind::Waiting => "Waiting time",
            BarKind::Loss => "Not after losing a baby",
        }
    }
}

/// From this age on a service is for grown-ups, and a child's age says nothing about whether its parent may come.
const GROWN_UP_MONTHS: u16 = 216;
/// How well words must be answered to count, alone and beside a chosen need.
const WORDS_ALONE: f32 = 0.25;
const WORDS_BESIDE: f32 = 0.5;

/// Orders what suits and says what rules the rest out. Services that are about something else are in neither list.
pub(crate) fn decide_matches(services: Vec<MatchService>, need: &Need) -> Matched {
    let mut matched = Matched::default();
    for service in services {
        let about = about_points(&service, need);
        if about == 0 {
            continue;
        }
        let bars = decide_bars(&service, need);
        if bars.is_empty() {
            matched.ranked.push(ranked(service, need, about));
        } else {
            matched.ruled_out.push(RuledOut { service, bars });
        }
    }
    matched.ranked.sort_by(|a, b| {
        let far = |ranked: &Ranked| ranked.metres.unwrap_or(f64::MAX);
        b.points
            .cmp(&a.points)
            .then(far(a).total_cmp(&far(b)))
            .then(b.service.is_local.cmp(&a.service.is_local))
            .then(how_much_is_known(&b.service).cmp(&how_much_is_known(&a.service)))
            .then_with(|| a.service.name.cmp(&b.service.name))
            .then_with(|| a.service.slug.cmp(&b.service.slug))
    });
    (matched.for_those_who_hurt, matched.ranked) = std::mem::take(&mut matched.ranked)
        .into_iter()
        .partition(|ranked| is_for_those_who_hurt(&ranked.service));
    let topics: Vec<&Topic> = need.topics().collect();
    let mut of_each: BTreeMap<Standing, Vec<Ranked>> = BTreeMap::new();
    for ranked in std::mem::take(&mut matched.ranked) {
        of_each.entry(ranked.standing).or_default().push(ranked);
    }
    matched.ranked = of_each.into_values().flat_map(|ranked| in_turns(ranked, &topics)).collect();
    matched
        .ruled_out
        .sort_by(|a, b| (&a.service.name, &a.service.slug).cmp(&(&b.service.name, &b.service.slug)));
    matched
}

/// Where there are several needs: what meets more than one of them first, then the best of each need in turns, so that one
/// need with many services does not hide another with few.
fn in_turns(ranked: Vec<Ranked>, topics: &[&Topic]) -> Vec<Ranked> {
    if topics.len() < 2 {
        return ranked;
    }
    let mut first: Vec<Ranked> = Vec::new();
    let mut of_each: Vec<VecDeque<Ranked>> = topics.iter().map(|_| VecDeque::new()).collect();
    let mut of_none: Vec<Ranked> = Vec::new();
    for ranked in ranked {
        let met: Vec<usize> =
            (0..topics.len()).filter(|at| topic_points(&ranked.service, topics[*at]) > 0).collect();
        match met[..] {
            [] => of_none.push(ranked),
            [one] => of_each[one].push_back(ranked),
            _ => first.push(ranked),
        }
    }
    while of_each.iter().any(|queue| !queue.is_empty()) {
        first.extend(of_each.iter_mut().filter_map(VecDeque::pop_front));
    }
    first.extend(of_none);
    first
}

/// What rules a service out, in the order in which it is told.
pub(crate) fn decide_bars(service: &MatchService, need: &Need) -> Vec<Bar> {
    let bar = |kind: BarKind, words: String| Bar { kind, words };
    let mut bars = Vec::new();
    if service.status != Status::Active {
        bars.push(bar(BarKind::NotRunning, service.status.words().to_lowercase()));
    }
    if need.route == Route::FamilyAsks && takes_professionals_alone(service) {
        bars.push(bar(BarKind::WayIn, "does not take self-referral: a professional refers".to_owned()));
    }
    let age_bar = need.age.zip(service.ages.as_ref()).and_then(|(age, ages)| age_bar(age, ages));
    bars.extend(age_bar.map(|words| bar(BarKind::Age, words)));
    bars.extend(area_bar(service, need).map(|words| bar(BarKind::Area, words)));
    bars.extend(waiting_bar(service, need).map(|words| bar(BarKind::Waiting, words)));
    if need.loss && service.baby && !service.loss {
        bars.push(bar(BarKind::Loss, "is about pregnancy or a new baby".to_owned()));
    }
    bars
}

fn takes_professionals_alone(service: &MatchService) -> bool {
    service.way_in.contains(&WayIn::Professional)
        && !service.way_in.iter().any(|way| matches!(way, WayIn::Open | WayIn::OwnReferral | WayIn::Family))
}

fn age_bar(age: Age, ages: &MatchAges) -> Option<String> {
    let is_for_grown_ups = ages.from_months >= GROWN_UP_MONTHS;
    match age {
        _ if is_for_grown_ups => None,
        Age::Pregnant if ages.pregnancy => None,
        Age::Pregnant if ages.from_months > 0 => Some(format!("from {}", age_words(ages.from_months))),
        Age::Pregnant => Some("after the birth, not in pregnancy".to_owned()),
        Age::Months(_) if ages.until_months == Some(0) => Some("in pregnancy only".to_owned()),
        Age::Months(months) if months < ages.from_months => {
            Some(format!("from {}", age_words(ages.from_months)))
        }
        Age::Months(months) => {
            let until = ages.until_months.filter(|until| months >= *until)?;
            Some(format!("until {}", age_words(until)))
        }
    }
}

/// 'age 5', '18 months old'.
pub(crate) fn age_words(months: u16) -> String {
    if months >= 24 || months == 12 {
        format!("age {}", months / 12)
    } else {
        format!("{} old", say::count(usize::from(months), "month", "months"))
    }
}

fn area_bar(service: &MatchService, need: &Need) -> Option<String> {
    let (near, areas) = (need.near.as_ref()?, service.areas.as_ref()?);
    let is_in = |code: &String| near.areas.iter().any(|area| area.eq_ignore_ascii_case(code));
    if areas.iter().any(is_in) {
        return None;
    }
    Some(match &service.area {
        Some(area) => format!("only {area}"),
        None => "only another area".to_owned(),
    })
}

fn waiting_bar(service: &MatchService, need: &Need) -> Option<String> {
    let (most, (words, on)) = (need.wait_weeks_max?, service.waiting_time.as_ref()?);
    let weeks = wait_weeks(words)?;
    (weeks > most).then(|| format!("waiting time ‘{words}’{}", on.map_or(String::new(), given_in)))
}

fn given_in(on: kernel::Date) -> String {
    format!(" (given in {})", say::month_year(on))
}

/// A waiting time in weeks, as far as the words that a service gave can be read: the longest time they name.
pub(crate) fn wait_weeks(words: &str) -> Option<u16> {
    let lower = words.to_lowercase();
    let parts: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let longest = parts
        .windows(2)
        .filter_map(|pair| {
            let number: f64 = pair[0].parse().ok().filter(|number| (0.0..1_000.0).contains(number))?;
            let weeks = match pair[1].trim_end_matches('s') {
                "day" => number / 7.0,
                "week" => number,
                "month" => number * 52.0 / 12.0,
                "year" => number * 52.0,
                _ => return None,
            };
            Some(weeks.ceil() as u16)
        })
        .max();
    let none = ["no wait", "none", "straight away", "same day", "right away"];
    longest.or_else(|| none.iter().any(|said| lower.contains(said)).then_some(0))
}

/// How far a service is about the need; 0 is not at all.
fn about_points(service: &MatchService, need: &Need) -> i32 {
    let of_topics: i32 = need.topics().map(|topic| topic_points(service, topic)).sum();
    of_topics + words_points(service, need)
}

/// How well a service answers the words; 0 is not well enough to say so.
fn words_points(service: &MatchService, need: &Need) -> i32 {
    let rank = need.words.get(&service.slug).copied().unwrap_or(0.0);
    let is_alone = need.topics().next().is_none();
    let least = if is_alone { WORDS_ALONE } else { WORDS_BESIDE };
    if rank >= least { 1 + (rank * 40.0) as i32 } else { 0 }
}

/// The need itself, a narrower one of it, or the wider one of a service that names no narrower.
pub(crate) fn topic_points(service: &MatchService, topic: &Topic) -> i32 {
    let has = |slug: &str| service.topics.iter().any(|(own, _, _)| own == slug);
    let under = |slug: &str| service.topics.iter().any(|(_, _, wider)| wider.as_deref() == Some(slug));
    if has(&topic.slug) {
        30
    } else if under(&topic.slug) {
        24
    } else {
        let wider = topic.wider.as_deref().filter(|wider| has(wider) && !under(wider));
        if wider.is_some() { 12 } else { 0 }
    }
}

fn ranked(service: MatchService, need: &Need, about: i32) -> Ranked {
    let standing = need.heard.standing(&service, need);
    let points = need.heard.points(&service, need, about, words_points(&service, need));
    let mut told = Told { points, ..Told::default() };
    told.about(&service, need);
    told.age(&service, need);
    let metres = told.place(&service, need);
    told.way_in(&service, need);
    told.people(&service, need);
    told.waiting(&service, need);
    told.judgement(&service, need);
    // Words of a live baby are often words of grief as well.
    if service.loss && !need.loss && about == words_points(&service, need) {
        told.points -= 20;
        told.check.push("for families who have lost a baby or a child".to_owned());
    }
    if service.is_fresh {
        told.points += 2;
    }
    if service.alert.is_some() {
        told.points -= 2;
    }
    Ranked { why: told.why, check: told.check, standing, points: told.points, service, metres }
}

/// What is told of a service while its points are counted: so that nothing counts that is not told.
#[derive(Default)]
struct Told {
    why: Vec<String>,
    check: Vec<String>,
    points: i32,
}

impl Told {
    fn good(&mut self, points: i32, words: impl Into<String>) {
        self.points += points;
        self.why.push(words.into());
    }

    fn about(&mut self, service: &MatchService, need: &Need) {
        let names: Vec<&str> = need
            .topics()
            .filter(|topic| topic_points(service, topic) > 0)
            .map(|topic| topic.name.as_str())
            .collect();
        if !names.is_empty() {
            self.why.push(format!("about {}", say::list(&names)));
        }
        if words_points(service, need) > 0 {
            self.why.push("answers your words".to_owned());
        }
    }

    fn age(&mut self, service: &MatchService, need: &Need) {
        match (&service.ages, need.age) {
            (Some(ages), Some(_)) if ages.from_months >= GROWN_UP_MONTHS => {
                self.good(4, "for grown-ups, whatever the child’s age");
            }
            (Some(ages), Some(_)) => self.good(8, lower_first(&ages.words)),
            (Some(_), None) => {}
            // As the service's own page says it.
            (None, Some(_)) => self.why.push("any age".to_owned()),
            (None, None) => {}
        }
    }

    fn place(&mut self, service: &MatchService, need: &Need) -> Option<f64> {
        let comes = [
            (Access::Home, "comes to the home"),
            (Access::Phone, "by phone or text"),
            (Access::Online, "online"),
        ];
        let come_words: Vec<&str> = comes
            .iter()
            .filter(|(access, _)| service.access.contains(access))
            .map(|(_, words)| *words)
            .collect();
        let near = need.near.as_ref().filter(|near| near.tells_distance);
        let nearest = near.and_then(|near| {
            let far = |point: (f64, f64)| metres_between(near.point, point);
            service.places.iter().filter_map(|place| place.point).map(far).min_by(f64::total_cmp)
        });
        if let Some(metres) = nearest {
            let points = match metres {
                metres if metres < 1_609.0 => 12,
                metres if metres < 4_828.0 => 8,
                metres if metres < 8_047.0 => 4,
                metres if metres > 24_000.0 => -8,
                _ => 0,
            };
            self.good(points, miles_words(metres));
        }
        if !come_words.is_empty() {
            // A website to read is not somebody who comes or answers.
            let is_reached = nearest.is_none() && how_much_is_known(service).0;
            self.good(if is_reached { 6 } else { 2 }, say::list(&come_words));
        } else if nearest.is_none()
            && need.near.is_some()
            && service.places.is_empty()
            && service.access.is_empty()
        {
            self.check.push("where: not given".to_owned());
        }
        nearest
    }

    fn way_in(&mut self, service: &MatchService, need: &Need) {
        let has = |way: WayIn| service.way_in.contains(&way);
        let is_known = service.way_in.iter().any(|way| *way != WayIn::Unknown);
        if !is_known {
            let unknown = match service.how_to_get_in {
                Some(_) => "whether a referral is needed: not given",
                None => "how to get in: not given",
            };
            self.check.push(unknown.to_owned());
            return;
        }
        if has(WayIn::Open) {
            self.good(6, open_words(service));
        } else if has(WayIn::OwnReferral) {
            self.good(6, "the family can ask for itself");
        } else if has(WayIn::Family) {
            self.good(5, "someone in the family can ask");
        }
        if has(WayIn::Professional) {
            let points = if need.route == Route::IRefer { 8 } else { 2 };
            self.good(points, referral_words(service.how_to_get_in.as_deref().unwrap_or_default()));
        } else if need.route == Route::IRefer {
            self.check.push("the family asks for itself: no referral is named".to_owned());
        }
    }

    fn people(&mut self, service: &MatchService, need: &Need) {
        for audience in &need.audiences {
            if service.audiences.contains(audience) {
                self.good(10, audience_words(*audience));
            }
        }
        let is_for_send =
            service.audiences.contains(&Audience::FamiliesWithSend) || !service.send_needs.is_empty();
        match need.send {
            SendAsked::NotAsked => {}
            SendAsked::One(one) if service.send_needs.contains(&one) => {
                self.good(12, format!("for {}", lower_first(one.words())));
            }
            SendAsked::Any | SendAsked::One(_) if is_for_send => self.good(8, "welcomes families with SEND"),
            SendAsked::Any | SendAsked::One(_) => self.check.push("SEND: not given".to_owned()),
        }
        if let Some((code, name)) = need.language {
            let speaks =
                service.languages.iter().any(|own| own.split('-').next().unwrap_or_default() == code);
            match &service.interpretation {
                _ if speaks => self.good(10, format!("in {name}")),
                Some(words) => self.good(4, format!("interpreter: {}", lower_first(words))),
                None => self.check.push(format!("{name} or an interpreter: not given")),
            }
        }
    }

    fn waiting(&mut self, service: &MatchService, need: &Need) {
        match &service.waiting_time {
            Some((words, on)) => {
                let points = match wait_weeks(words) {
                    Some(0..=2) => 6,
                    Some(27..) => -6,
                    _ => 0,
                };
                self.good(points, format!("waiting time ‘{words}’{}", on.map_or(String::new(), given_in)));
                if need.wait_weeks_max.is_some() && wait_weeks(words).is_none() {
                    self.check.push("the wait, as its words say no number".to_owned());
                }
            }
            None if need.wait_weeks_max.is_some() => {
                self.check.push("waiting time: not given".to_owned());
            }
            None => {}
        }
    }

    fn judgement(&mut self, service: &MatchService, need: &Need) {
        if let Some(thrive) = need.thrive {
            if service.thrive.contains(&thrive) {
                self.good(14, format!("meant for ‘{}’", thrive.words()));
            } else if !service.thrive.is_empty() {
                self.points -= 6;
                let words: Vec<&str> = service.thrive.iter().map(|group| group.words()).collect();
                self.check.push(format!("meant for ‘{}’", words.join("’, ‘")));
            }
        }
        // Where no severity is named or heard, nobody is led to what is made for severe need alone.
        let is_for_severe_alone = !service.severity.is_empty()
            && service.severity.iter().all(|own| matches!(own, Severity::Severe | Severity::Crisis));
        if need.severity.is_none() && is_for_severe_alone && !need.heard.takes_severe(service) {
            self.points -= 12;
            self.check.push("made for severe need".to_owned());
        }
        if let Some(severity) = need.severity {
            if service.severity.contains(&severity) {
                self.good(12, format!("made for {} need", severity.words().to_lowercase()));
            } else if !service.severity.is_empty() {
                self.points -= 12;
                let words: Vec<String> =
                    service.severity.iter().map(|severity| severity.words().to_lowercase()).collect();
                self.check.push(format!("made for {} need", say::list(&words)));
            }
        }
    }
}

fn audience_words(audience: Audience) -> &'static str {
    match audience {
        Audience::Dads => "works with dads",
        Audience::YoungParents => "works with young parents",
        Audience::Kinship => "works with kinship carers and grandparents",
        _ => "welcomes them",
    }
}

/// 'about 1.2 miles away'.
fn miles_words(metres: f64) -> String {
    let miles = metres / 1_609.344;
    if miles < 10.0 { format!("about {miles:.1} miles away") } else { format!("about {miles:.0} miles away") }
}

/// Along a great circle, on a ball: good to half a per cent.
fn metres_between(one: (f64, f64), other: (f64, f64)) -> f64 {
    const EARTH_METRES: f64 = 6_371_000.0;
    let (north, north_other) = (one.0.to_radians(), other.0.to_radians());
    let (dn, de) = (north_other - north, (other.1 - one.1).to_radians());
    let half = (dn / 2.0).sin().powi(2) + north.cos() * north_other.cos() * (de / 2.0).sin().powi(2);
    2.0 * EARTH_METRES * half.sqrt().min(1.0).asin()
}

/// As it goes on in a sentence; 'NHS' and 'SEND' keep their capitals.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// As a sentence begins.
pub(crate) fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
