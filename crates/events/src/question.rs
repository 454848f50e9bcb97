//! What somebody asks of what's on, as the address of the page says it, and which dates answer. Nothing here waits,
//! stores or answers: the page does.

use crate::{
    model::{Feature, Kind},
    shelf::{At, Shelf},
};
use calendar::{AgeBand, Weekday};
use kernel::{Date, Span};
use settings::Council;
use std::collections::BTreeMap;

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Today,
    Week,
    Month,
}

impl Reach {
    /// Each of them, as the tabs show them: the value in the address, the words, how many days.
    pub const ALL: [(Reach, &'static str, &'static str, i32); 3] = [
        (Reach::Today, "today", "Today", 1),
        (Reach::Week, "week", "This week", 7),
        (Reach::Month, "month", "This month", 28),
    ];

    pub fn key(self) -> &'static str {
        Reach::ALL[self as usize].1
    }

    pub fn days(self) -> i32 {
        Reach::ALL[self as usize].3
    }
}

/// A question. An answer that is not known narrows nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub reach: Reach,
    /// The first day, if one was named.
    pub from: Option<Date>,
    pub place: String,
    pub age: String,
    pub days: Vec<String>,
    pub how: String,
    pub with: Vec<String>,
    pub is_free: String,
}

/// How one comes, as a family tells them apart.
const HOW: [(&str, &str); 3] =
    [("drop-in", "Just come along"), ("book", "Book first"), ("asked", "By invitation or referral")];
/// Ages as the search offers them, in months: from, and under.
const AGES: [(&str, &str, u16, u16); 7] = [
    ("0-1", "0 to 1", 0, 12),
    ("1-2", "1 to 2", 12, 24),
    ("2-4", "2 to 4", 24, 54),
    ("starting-school", "Starting school", 48, 66),
    ("5-11", "5 to 11", 60, 144),
    ("12-18", "12 to 18", 144, 228),
    ("18-25", "18 to 25, SEND", 216, 312),
];
const WITH: [(&str, Feature); 5] = [
    ("dads", Feature::Dads),
    ("send", Feature::SendFriendly),
    ("quiet", Feature::Quiet),
    ("interpreter", Feature::Interpreter),
    ("step-free", Feature::StepFree),
];
const DAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "Monday", Weekday::Monday),
    ("tuesday", "Tuesday", Weekday::Tuesday),
    ("wednesday", "Wednesday", Weekday::Wednesday),
    ("thursday", "Thursday", Weekday::Thursday),
    ("friday", "Friday", Weekday::Friday),
    ("saturday", "Saturday", Weekday::Saturday),
    ("sunday", "Sunday", Weekday::Sunday),
];

/// The name of a weekday.
pub(crate) fn day_name(date: Date) -> &'static str {
    DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)].1
}

/// A town as addresses name it.
pub(crate) fn town_slug(town: &str) -> String {
    let plain = town.to_lowercase();
    plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

impl Question {
    /// Reads an address. `all` gives every value of a field.
    pub fn read(get: impl Fn(&str) -> Vec<String>) -> Question {
        let one = |name: &str| get(name).into_iter().next().unwrap_or_default();
        let reach = Reach::ALL.iter().find(|(_, key, ..)| *key == one("when")).map(|(reach, ..)| *reach);
        let known = |name: &str, values: &[&str]| -> Vec<String> {
            let mut found: Vec<String> =
                get(name).into_iter().filter(|value| values.contains(&value.as_str())).collect();
            found.sort();
            found.dedup();
            found
        };
        Question {
            reach: reach.unwrap_or(Reach::Week),
            from: one("from").parse().ok().filter(|date: &Date| (2000..2200).contains(&date.year())),
            place: one("where"),
            age: one("age").to_lowercase().chars().take(30).collect(),
            days: known("day", &DAYS.map(|(key, ..)| key)),
            how: known("how", &HOW.map(|(key, _)| key)).pop().unwrap_or_default(),
            with: known("with", &WITH.map(|(key, _)| key)),
            is_free: known("cost", &["free"]).pop().unwrap_or_default(),
        }
    }

    /// The first and the last day.
    pub fn days(&self, today: Date) -> (Date, Date) {
        let first = self.from.unwrap_or(today);
        (first, first.saturating_add(Span::new().days(self.reach.days() - 1)))
    }

    /// Whether it asks for less than everything.
    pub fn is_narrowed(&self) -> bool {
        !self.pairs_narrowing().is_empty()
    }

    fn pairs_narrowing(&self) -> Vec<(&'static str, &str)> {
        let ones = [("where", &self.place), ("age", &self.age), ("how", &self.how), ("cost", &self.is_free)];
        let many = [("day", &self.days), ("with", &self.with)];
        let ones = ones.into_iter().filter(|(_, value)| !value.is_empty());
        ones.map(|(name, value)| (name, value.as_str()))
            .chain(
                many.into_iter().flat_map(|(name, all)| all.iter().map(move |value| (name, value.as_str()))),
            )
            .collect()
    }

    /// What narrows it, as an address says it; empty when nothing does.
    pub fn narrowing(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs_narrowing()).finish()
    }

    /// The address that asks this.
    pub fn href(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.reach != Reach::Week {
            query.append_pair("when", self.reach.key());
        }
        if let Some(from) = self.from {
            query.append_pair("from", &from.to_string());
        }
        let query = query.extend_pairs(self.pairs_narrowing()).finish();
        if query.is_empty() { "/whats-on".to_owned() } else { format!("/whats-on?{query}") }
    }

    /// The same without what narrows it.
    pub fn cleared(&self) -> Question {
        Question {
            place: String::new(),
            age: String::new(),
            days: Vec::new(),
            how: String::new(),
            with: Vec::new(),
            is_free: String::new(),
            ..self.clone()
        }
    }

    /// Which of its groups a date does not fit, a bit for each.
    fn misses(&self, band: Option<AgeBand>, at: &At) -> u16 {
        let mut misses = 0;
        let mut miss = |group: usize, fits: bool| misses |= u16::from(!fits) << group;
        miss(PLACE, self.place.is_empty() || is_at(at, &self.place));
        miss(AGE, band.is_none_or(|band| is_of_age(at, band)));
        miss(DAY, self.days.is_empty() || self.days.iter().any(|day| is_on(at, day)));
        miss(HOW_ONE_COMES, self.how.is_empty() || how(at) == self.how);
        miss(COST, self.is_free.is_empty() || at.session.draft.is_free());
        for (number, (key, feature)) in WITH.iter().enumerate() {
            miss(FEATURES + number, !self.with.iter().any(|with| with == key) || at.has(*feature));
        }
        misses
    }

    /// Whether a date answers it.
    pub fn holds(&self, at: &At) -> bool {
        self.misses(band_of(&self.age), at) == 0
    }

    /// Whether the age that was typed could be read.
    pub fn is_age_known(&self) -> bool {
        self.age.is_empty() || band_of(&self.age).is_some()
    }
}

const PLACE: usize = 0;
const AGE: usize = 1;
const DAY: usize = 2;
const HOW_ONE_COMES: usize = 3;
const COST: usize = 4;
const FEATURES: usize = 5;

fn is_at(at: &At, asked: &str) -> bool {
    at.place.is_some_and(|place| place.slug == asked || town_slug(&place.town) == asked)
}

fn is_on(at: &At, day: &str) -> bool {
    DAYS.iter().any(|(key, _, weekday)| *key == day && *weekday == at.date.day.weekday())
}

fn is_of_age(at: &At, asked: AgeBand) -> bool {
    let ages = at.session.draft.ages;
    let begins = asked.under_months.is_none_or(|under| ages.from_months < under);
    begins && ages.under_months.is_none_or(|under| asked.from_months < under)
}

fn how(at: &At) -> &'static str {
    match at.session.draft.kind {
        Kind::DropIn => "drop-in",
        Kind::BookOn | Kind::Course | Kind::OneToOne => "book",
        Kind::Invitation | Kind::Referral => "asked",
    }
}

/// An age as an address gives it: one of the list, or what people write: '3', '18 months', '2 years', '2y'.
fn band_of(age: &str) -> Option<AgeBand> {
    if let Some((_, _, from, under)) = AGES.iter().find(|(key, ..)| *key == age) {
        return Some(AgeBand { from_months: *from, under_months: Some(*under) });
    }
    let digits = age.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(age.len());
    let number: u16 = age[..digits].parse().ok().filter(|number| *number < 400)?;
    let months = match age[digits..].trim() {
        "" | "y" | "yr" | "yrs" | "year" | "years" | "years old" | "year old" => number * 12,
        "m" | "mo" | "month" | "months" | "months old" | "month old" => number,
        _ => return None,
    };
    Some(AgeBand { from_months: months, under_months: Some(months + 1) })
}

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
pub(crate) fn answer<'a>(shelf: &'a Shelf, council: &Council, question: &Question) -> Answer<'a> {
    let (first, last) = question.days(shelf.today);
    let band = band_of(&question.age);
    let mut dates = Vec::new();
    let mut counted: Vec<(At, u16)> = Vec::new();
    for at in shelf.between(first, last) {
        let misses = question.misses(band, &at);
        if misses == 0 {
            dates.push(at);
        }
        if misses.count_ones() <= 1 && at.date.is_held() {
            counted.push((at, misses));
        }
    }
    let held = dates.iter().filter(|at| at.date.is_held()).count();
    let count = |group: usize, fits: &dyn Fn(&At) -> bool| {
        counted.iter().filter(|(at, misses)| misses & !(1 << group) == 0 && fits(at)).count()
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
    let groups = vec![
        group("where", "Town or hub", places),
        group("age", "Age of your child", ages),
        Group { is_single: false, ..group("day", "Day", days.into()) },
        group("how", "How to come", hows.into()),
        Group { is_single: false, ..group("with", "What matters to you", with.collect()) },
        Group { is_single: false, ..group("cost", "Cost", vec![free]) },
    ];
    Answer { dates, held, groups }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Question {
        Question::read(|name| {
            form_urlencoded::parse(query.as_bytes())
                .filter(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.into_owned())
                .collect()
        })
    }

    #[test]
    fn a_question_is_read_as_it_is_written_and_what_is_not_known_narrows_nothing() {
        let question =
            read("when=month&from=2026-12-01&where=widnes&day=monday&day=friday&with=dads&cost=free");
        assert_eq!(
            question.href(),
            "/whats-on?when=month&from=2026-12-01&where=widnes&cost=free&day=friday&day=monday&with=dads"
        );
        assert_eq!(read(&question.href()[10..]), question);
        let odd = read("when=never&from=tomorrow&day=someday&how=flying&with=x&cost=0&page=3");
        assert_eq!((odd.href().as_str(), odd.is_narrowed()), ("/whats-on", false));
        assert_eq!(question.cleared().href(), "/whats-on?when=month&from=2026-12-01");
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(odd.days(today).1.to_string(), "2026-11-28");
    }

    #[test]
    fn an_age_is_read_however_it_is_written() {
        for (typed, from) in [
            ("3", Some(36)),
            ("18 months", Some(18)),
            ("18m", Some(18)),
            ("2 years", Some(24)),
            ("0-1", Some(0)),
            ("soon", None),
            ("99999", None),
            ("", None),
        ] {
            assert_eq!(band_of(typed).map(|band| band.from_months), from, "{typed}");
        }
    }
}
