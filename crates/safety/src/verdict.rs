//! What the screen says about one text: what to *show*, never how at risk a person is.

use std::{fmt, str::FromStr};

/// How much of the page a card takes. Two levels and clear; there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No card.
    Clear,
    /// The card first, then what they asked for.
    Amber,
    /// The card, and nothing else until they choose to carry on.
    Red,
}

impl Level {
    /// `clear`, `amber` or `red`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Clear => "clear",
            Level::Amber => "amber",
            Level::Red => "red",
        }
    }
}

impl FromStr for Level {
    type Err = String;
    fn from_str(text: &str) -> Result<Level, String> {
        [Level::Clear, Level::Amber, Level::Red]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("'{text}' is not clear, amber or red"))
    }
}

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What kind of help the card leads to. Declared in the order in which cards are shown when a text matches
        /// several: what may kill within the hour first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Category { $($(#[$doc])* $name),+ }

        impl Category {
            /// Every category, in the order of their cards.
            pub const ALL: &'static [Category] = &[$(Category::$name),+];

            /// The name that files and the machine address use.
            pub fn as_str(self) -> &'static str {
                match self { $(Category::$name => $text),+ }
            }
        }
    };
}

categories! {
    /// Someone may die or be badly hurt within minutes.
    MedicalEmergency = "medical_emergency",
    /// Sudden confusion, voices or false beliefs after a birth.
    PostpartumPsychosis = "postpartum_psychosis",
    /// Cannot go on, in pregnancy or with a baby.
    PerinatalMhUrgent = "perinatal_mh_urgent",
    /// A child or teenager is hurting themselves or wants to die.
    ChildSelfHarm = "child_self_harm",
    /// Suicide, overdose or self-harm.
    SuicideSelfharm = "suicide_selfharm",
    /// A parent is afraid of hurting a child, or has.
    HarmToChildRisk = "harm_to_child_risk",
    /// A child cannot be found.
    MissingChild = "missing_child",
    /// Sexual abuse of a child.
    ChildSexualAbuse = "child_sexual_abuse",
    /// A child is being hurt or frightened.
    ChildAbuseConcern = "child_abuse_concern",
    /// A child is being used by a gang or an adult.
    ChildExploitation = "child_exploitation",
    /// A child is left without food, care or safety.
    Neglect = "neglect",
    /// Cutting of girls, or a marriage not chosen.
    FgmForcedMarriage = "fgm_forced_marriage",
    /// Hurt, fear or control at home.
    DomesticAbuse = "domestic_abuse",
    /// Bleeding, waters or movements in pregnancy; very ill after a birth.
    UrgentMaternity = "urgent_maternity",
    /// Nowhere to sleep tonight.
    HomelessTonight = "homeless_tonight",
    /// Not safe, and we do not know why.
    UnspecifiedDanger = "unspecified_danger",
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Category {
    type Err = String;
    fn from_str(text: &str) -> Result<Category, String> {
        let found = Category::ALL.iter().find(|category| category.as_str() == text);
        found.copied().ok_or_else(|| format!("'{text}' is not a category"))
    }
}

/// What to show for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The highest level matched.
    pub level: Level,
    /// Every category matched: those at the highest level first, each part in the order of [`Category::ALL`].
    pub categories: Vec<Category>,
    /// Written about somebody else, so the card says 'them' and not 'you'.
    pub someone_else: bool,
    /// Words of losing a baby or a pregnancy. Not a level: it is for kindness, and for offering to stop messages.
    pub loss: bool,
}

impl Verdict {
    /// The card to show first.
    pub fn first(&self) -> Option<Category> {
        self.categories.first().copied()
    }
}

/// A text that has been through the screen. Only [`crate::Screen::read`] makes one, so a function that takes a
/// `Screened` cannot be handed words that were never looked at.
#[derive(Clone)]
pub struct Screened {
    text: String,
    verdict: Verdict,
}

impl Screened {
    pub(crate) fn new(text: &str, verdict: Verdict) -> Screened {
        Screened { text: text.to_owned(), verdict }
    }

    /// The text exactly as it was typed.
    pub fn as_typed(&self) -> &str {
        &self.text
    }

    /// What to show for it.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// Never the text: a debug line may end in a log.
impl fmt::Debug for Screened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screened").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_reads_back_and_none_is_missing() {
        assert_eq!(Category::ALL.len(), 16);
        for category in Category::ALL {
            assert_eq!(category.as_str().parse::<Category>().unwrap(), *category);
        }
        assert!("danger".parse::<Category>().is_err());
    }
}
