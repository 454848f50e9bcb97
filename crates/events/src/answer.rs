//! Which dates answer a question, and how many each choice beside it would leave.

use crate::{
    question::{
        AGE, AGES, COST, DAY, DAYS, DISTANCE, FEATURES, HOW, HOW_ONE_COMES, MILES, PLACE, Question, TIME,
        TIMES, WITH, how, is_at, is_near, is_of_age, is_on, is_within, metres_of, point_of, town_slug,
    },
    shelf::{At, OnceADay, Shelf},
};
use calendar::AgeBand;
use directory::TypedPlace;
use settings::Council;
use std::collections::BTreeMap;

/// One thing that may be chosen, with how many dates it would leave.
pub(crate) struct Choice {
    pub value: String,
    pub words: String,
    pub is_on: bool,
    pub count: usize,
}

/// Things of one kind to choose from.
pub(crate) struct Group {
    pub name: &'static str,
    pub legend: &'static str,
    /// At most one of them.
    pub is_single: bool,
    pub choices: Vec<Choice>,
}

impl Group {
    /// Whether nothing of it is chosen.
    pub fn is_open(&self) -> bool {
        self.choices.iter().all(|choice| !choice.is_on)
    }
}

/// What answers a question.
pub(crate) struct Answer<'a> {
    /// Every date that answers it, those too that are cancelled.
    pub dates: Vec<At<'a>>,
    /// How many of these are held.
    pub held: usize,
    pub groups: Vec<Group>,
}

/// Answers a question in one pass over its days: a date that misses one group alone counts for the choices of that one.
pub(crate) fn answer<'a>(
    shelf: &'a Shelf,
    council: &Council,
    question: &Question,
    here: Option<&TypedPlace>,
) -> Answer<'a> {
    let (first, last) = question.days(shelf.today);
    let once = question.read_once(here);
    let band = once.band;
    let mut dates = Vec::new();
    let mut once_a_day = OnceADay::default();
    let mut counted: Vec<(At, u16)> = Vec::new();
    for at in shelf.between(first, last) {
        let misses = question.misses(&once, &at);
        if misses == 0 && once_a_day.tells(&at) {
            dates.push(at);
        }
        if misses.count_ones() <= 1 && at.date.is_held() {
            counted.push((at, misses));
        }
    }
    let held = dates.iter().filter(|at| at.date.is_held()).count();
    let count = |group: usize, fits: &dyn Fn(&At) -> bool| {
        let mut once_a_day = OnceADay::default();
        let found = counted.iter().filter(|(at, misses)| misses & !(1 << group) == 0 && fits(at));
        found.filter(|(at, _)| once_a_day.tells(at)).count()
    };
    let places = places(shelf, council, &question.place)
        .into_iter()
        .map(|(value, words)| Choice {
            is_on: value == question.place,
            count: count(PLACE, &|at| is_at(at, &value)),
            value,
            words,
        })
        .collect();
    let mut ages: Vec<Choice> = AGES
        .iter()
        .map(|(value, words, from, under)| {
            let band = AgeBand { from_months: *from, under_months: Some(*under) };
            Choice {
                is_on: *value == question.age,
                count: count(AGE, &|at| is_of_age(at, band)),
                value: (*value).to_owned(),
                words: (*words).to_owned(),
            }
        })
        .collect();
    if let Some(band) = band.filter(|_| ages.iter().all(|choice| !choice.is_on)) {
        let count = count(AGE, &|at| is_of_age(at, band));
        ages.push(Choice { value: question.age.clone(), words: band.words(), is_on: true, count });
    }
    let days = DAYS.map(|(value, words, _)| Choice {
        is_on: question.days.iter().any(|day| day == value),
        count: count(DAY, &|at| is_on(at, value)),
        value: value.to_owned(),
        words: words.to_owned(),
    });
    let times = TIMES.map(|(value, words, time)| Choice {
        is_on: question.time == value,
        count: count(TIME, &|at| is_within(at, time)),
        value: value.to_owned(),
        words: words.to_owned(),
    });
    let miles = |here: &TypedPlace| {
        MILES.map(|value| Choice {
            is_on: question.within == value,
            count: count(DISTANCE, &|at| is_near(at, point_of(here), metres_of(value).unwrap_or_default())),
            value: value.to_owned(),
            words: if value == "1" { "1 mile".to_owned() } else { format!("{value} miles") },
        })
    };
    let hows = HOW.map(|(value, words)| Choice {
        is_on: question.how == value,
        count: count(HOW_ONE_COMES, &|at| how(at) == value),
        value: value.to_owned(),
        words: words.to_owned(),
    });
    let with = WITH.iter().enumerate().map(|(number, (value, feature))| Choice {
        is_on: question.with.iter().any(|with| with == value),
        count: count(FEATURES + number, &|at| at.has(*feature)),
        value: (*value).to_owned(),
        words: feature.words().to_owned(),
    });
    let free = Choice {
        value: "free".to_owned(),
        words: "Free".to_owned(),
        is_on: !question.is_free.is_empty(),
        count: count(COST, &|at| at.session.draft.is_free()),
    };
    let group = |name, legend, choices| Group { name, legend, is_single: true, choices };
    let within = here.map(|here| group("within", "How far", miles(here).into()));
    let rest = [
        group("where", "Town or hub", places),
        group("age", "Age of your child", ages),
        Group { is_single: false, ..group("day", "Day", days.into()) },
        group("time", "Time of day", times.into()),
        group("how", "How to come", hows.into()),
        Group { is_single: false, ..group("with", "What matters to you", with.collect()) },
        Group { is_single: false, ..group("cost", "Cost", vec![free]) },
    ];
    Answer { dates, held, groups: within.into_iter().chain(rest).collect() }
}

/// The towns of the council, then the places at which something is held, by name. What was asked for stays among them,
/// so that a link from elsewhere shows what it narrows to.
fn places(shelf: &Shelf, council: &Council, asked: &str) -> Vec<(String, String)> {
    let mut towns: BTreeMap<String, String> =
        council.towns.iter().map(|town| (town_slug(&town.name), town.name.clone())).collect();
    for place in shelf.places.values().filter(|place| !place.town.is_empty()) {
        towns.entry(town_slug(&place.town)).or_insert_with(|| place.town.clone());
    }
    let mut places: Vec<(String, String)> = shelf
        .places
        .values()
        .filter(|place| !place.is_sensitive)
        .map(|place| (place.slug.clone(), place.name.clone()))
        .collect();
    places.sort_by(|one, other| one.1.cmp(&other.1));
    let mut all: Vec<(String, String)> = towns.into_iter().chain(places).collect();
    if !asked.is_empty() && all.iter().all(|(value, _)| value != asked) {
        all.push((asked.to_owned(), "A place where nothing is planned".to_owned()));
    }
    all
}
