use serde::{Deserialize, Serialize};

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A look is still worth it.
    Maybe,
    /// Most of these are the same.
    Likely,
    /// Nearly all of these are the same.
    Certain,
}

impl Level {
    /// All, the surest first.
    pub const ALL: [Level; 3] = [Level::Certain, Level::Likely, Level::Maybe];

    /// Of a score; `None` when it is not worth a look.
    pub fn of(score: f64) -> Option<Level> {
        match score {
            score if score >= 0.98 => Some(Level::Certain),
            score if score >= LIKELY => Some(Level::Likely),
            score if score >= 0.5 => Some(Level::Maybe),
            _ => None,
        }
    }

    /// As it stands in an address and in the table.
    pub fn key(self) -> &'static str {
        match self {
            Level::Certain => "certain",
            Level::Likely => "likely",
            Level::Maybe => "maybe",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Level::Certain => "Nearly certain",
            Level::Likely => "Likely",
            Level::Maybe => "Maybe",
        }
    }

    /// The one of that name.
    pub fn parse(key: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.key() == key)
    }
}

/// From here on a pair is likely.
pub const LIKELY: f64 = 0.8;
