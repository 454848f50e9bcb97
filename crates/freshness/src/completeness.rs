//! How whole an entry is against what families need to know: who it is for, how to get in, where, when, what it costs,
//! whom to ask, and whether they can get through the door. A share for editors; families never see a score.

use directory::upkeep::UpkeepLine;

/// What families need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Who it is for.
    WhoFor,
    /// How to get in.
    WayIn,
    /// Where it is.
    Place,
    /// When it is on.
    Times,
    /// What it costs.
    Cost,
    /// Whom to ask.
    Contact,
    /// Whether everybody can get in.
    Accessibility,
}

impl Need {
    /// All, in the order of the page.
    pub const ALL: [Need; 7] =
        [Need::WhoFor, Need::WayIn, Need::Place, Need::Times, Need::Cost, Need::Contact, Need::Accessibility];

    /// As it is kept in the daily figures.
    pub fn key(self) -> &'static str {
        match self {
            Need::WhoFor => "who_for",
            Need::WayIn => "way_in",
            Need::Place => "place",
            Need::Times => "times",
            Need::Cost => "cost",
            Need::Contact => "contact",
            Need::Accessibility => "accessibility",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Need::WhoFor => "Who it is for",
            Need::WayIn => "How to get in",
            Need::Place => "Where",
            Need::Times => "When",
            Need::Cost => "Cost",
            Need::Contact => "Contact",
            Need::Accessibility => "Accessibility",
        }
    }
}

/// How far a need is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// Nothing is given.
    Not,
    /// Something is missing.
    Partly,
    /// All of it.
    Whole,
}

impl Given {
    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Given::Not => "Not given",
            Given::Partly => "Partly given",
            Given::Whole => "Given",
        }
    }

    fn of(any: bool, all: bool) -> Given {
        match (any, all) {
            (_, true) => Given::Whole,
            (true, false) => Given::Partly,
            (false, false) => Given::Not,
        }
    }
}

/// How whole an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// Need by need, in the order of [`Need::ALL`].
    pub needs: [(Need, Given); 7],
}

impl Completeness {
    /// Of an entry. What cannot be asked of it is not held against it: a telephone line has no steps to climb.
    pub fn of(line: &UpkeepLine) -> Completeness {
        let nowhere_to_go = line.places == 0 && line.access_marked;
        let all_places = |places: i64| line.places > 0 && places == line.places;
        let given = |need: Need| match need {
            Need::WhoFor => {
                Given::of(line.who_in_words || line.who_marked, line.who_in_words && line.who_marked)
            }
            Need::WayIn => Given::of(
                line.way_in_marked || line.way_in_in_words,
                line.way_in_marked && line.way_in_in_words,
            ),
            Need::Place => Given::of(line.places > 0, nowhere_to_go || all_places(line.places_with_address)),
            Need::Times => Given::of(line.times > 0 || line.phones_with_hours > 0, line.times_whole > 0),
            Need::Cost => Given::of(line.cost_given, line.cost_given),
            Need::Contact => Given::of(
                line.phones > 0 || line.online_contact,
                line.phones_with_hours > 0 || (line.phones > 0 && line.online_contact),
            ),
            Need::Accessibility => Given::of(
                line.places_with_step_free + line.places_with_access > 0,
                nowhere_to_go
                    || (all_places(line.places_with_step_free) && all_places(line.places_with_access)),
            ),
        };
        Completeness { needs: Need::ALL.map(|need| (need, given(need))) }
    }

    /// In whole per cent: what is partly given counts half.
    pub fn share(&self) -> i64 {
        let points: i64 = self.needs.iter().map(|(_, given)| *given as i64).sum();
        points * 100 / (2 * 7)
    }

    /// The needs of which nothing is given.
    pub fn missing(&self) -> impl Iterator<Item = Need> {
        self.needs.into_iter().filter(|(_, given)| *given == Given::Not).map(|(need, _)| need)
    }

    /// '5 of 7 in full. Not given: when, accessibility'.
    pub fn words(&self) -> String {
        let whole = self.needs.iter().filter(|(_, given)| *given == Given::Whole).count();
        let missing: Vec<String> = self.missing().map(|need| need.words().to_lowercase()).collect();
        match (whole, missing.is_empty()) {
            (7, _) => "All 7 in full".to_owned(),
            (_, true) => format!("{whole} of 7 in full"),
            (_, false) => format!("{whole} of 7 in full. Not given: {}", missing.join(", ")),
        }
    }
}
