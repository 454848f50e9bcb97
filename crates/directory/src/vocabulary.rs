//! The closed lists of the room. Each is one enum: the word kept in the database, and the words families read.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $kept:literal => $words:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$each])* #[doc = $words] #[serde(rename = $kept)] $variant),+ }
        impl $name {
            /// Every value, in the order families see them.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// The word kept in the database and in addresses.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $kept),+ } }
            /// The words families read.
            pub fn words(self) -> &'static str { match self { $($name::$variant => $words),+ } }
        }
        impl FromStr for $name {
            type Err = anyhow::Error;
            fn from_str(kept: &str) -> anyhow::Result<$name> {
                match kept { $($kept => Ok($name::$variant),)+ other => anyhow::bail!("{} has no value '{other}'", stringify!($name)) }
            }
        }
    };
}

vocabulary! {
    /// Who runs a service.
    OrganizationKind {
        Council = "council" => "The council",
        Nhs = "nhs" => "NHS",
        Charity = "charity" => "Charity",
        Community = "community" => "Community group",
        National = "national" => "National organisation",
        School = "school" => "School or nursery",
        Housing = "housing" => "Housing association",
        Private = "private" => "Private company",
    }
}
vocabulary! {
    /// Open Referral UK `location_type`.
    LocationType { Physical = "physical" => "A place you can go to", Postal = "postal" => "An address to write to", Virtual = "virtual" => "Online" }
}
vocabulary! {
    /// Open Referral UK `status`; a closed service keeps its page and says so.
    Status {
        Active = "active" => "Running",
        Inactive = "inactive" => "Not running at present",
        Defunct = "defunct" => "No longer running",
        TemporarilyClosed = "temporarily closed" => "Closed for now",
    }
}
vocabulary! {
    /// Where help is given. The programme guide's three ways in (at a hub, through the network, virtually), with the
    /// last told apart because a phone and a screen are not the same thing at 2 a.m.
    Access {
        Hub = "hub" => "At a family hub",
        Network = "network" => "Somewhere else nearby",
        Home = "home" => "At your home",
        Online = "online" => "Online",
        Phone = "phone" => "By phone or text",
    }
}
vocabulary! {
    /// How people get in. Unknown is an answer of its own and never reads as 'no'.
    WayIn {
        Open = "open" => "Drop in, nothing needed",
        OwnReferral = "self" => "No referral needed: ask yourself",
        Family = "family" => "Someone in your family can ask",
        Professional = "professional" => "A professional refers you",
        Unknown = "unknown" => "Not given: phone and ask",
    }
}
vocabulary! {
    /// What it costs the family.
    Cost { Free = "free" => "Free", SomeFree = "some_free" => "Free for some", Paid = "paid" => "There is a charge", Unknown = "unknown" => "Not given" }
}
vocabulary! {
    /// Whom it welcomes in particular.
    Audience {
        Dads = "dads" => "Open to dads",
        YoungParents = "young_parents" => "Young parents",
        Kinship = "kinship" => "Kinship carers and grandparents",
        Parents = "parents" => "Parents and carers",
        YoungPeople = "young_people" => "Young people themselves",
        Children = "children" => "Children themselves",
        FamiliesWithSend = "families_with_send" => "Families with SEND",
        Professionals = "professionals" => "Professionals",
    }
}
vocabulary! {
    /// The needs-based groups of i-THRIVE: a grouping of need at a point in time, never shown as a label on a person.
    Thrive {
        Thriving = "thriving" => "Thriving",
        GettingAdvice = "getting_advice" => "Getting advice",
        GettingHelp = "getting_help" => "Getting help",
        GettingMoreHelp = "getting_more_help" => "Getting more help",
        GettingRiskSupport = "getting_risk_support" => "Getting risk support",
    }
}
vocabulary! {
    /// How hard things are for the people a service is made for; kept apart from THRIVE, which is not a ladder.
    Severity { Mild = "mild" => "Mild", Moderate = "moderate" => "Moderate", Severe = "severe" => "Severe", Crisis = "crisis" => "Crisis" }
}
vocabulary! {
    /// The Department for Education's types of need, in plain words.
    SendNeed {
        Spld = "SPLD" => "Reading, writing or number difficulties, such as dyslexia",
        Mld = "MLD" => "Learning takes longer",
        Sld = "SLD" => "Severe learning difficulties",
        Pmld = "PMLD" => "Profound and multiple learning difficulties",
        Semh = "SEMH" => "Feelings, behaviour and mental health",
        Slcn = "SLCN" => "Speech, language and communication",
        Hi = "HI" => "Hearing",
        Vi = "VI" => "Sight",
        Msi = "MSI" => "Hearing and sight together",
        Pd = "PD" => "Physical disability",
        Asd = "ASD" => "Autism",
        Oth = "OTH" => "Another need",
        Nsa = "NSA" => "Support, no type of need named yet",
    }
}
vocabulary! {
    /// What a place has, or has not.
    Feature {
        StepFree = "step_free" => "Step-free",
        AccessibleToilet = "accessible_toilet" => "Accessible toilet",
        ChangingPlaces = "changing_places" => "Changing Places toilet",
        HearingLoop = "hearing_loop" => "Hearing loop",
        Bsl = "bsl" => "British Sign Language",
        Parking = "parking" => "Parking",
        PramSpace = "pram_space" => "Room for a pram",
        QuietSpace = "quiet_space" => "Quiet space",
        BreastfeedingSpace = "breastfeeding_space" => "Place to feed and change",
    }
}
vocabulary! {
    /// Known, known not to be, or nobody has told us.
    State { Yes = "yes" => "yes", No = "no" => "no", Unknown = "unknown" => "not given" }
}
vocabulary! {
    /// When in the year a schedule runs.
    Season { AllYear = "all_year" => "All year", TermTime = "term_time" => "Term time only", Holidays = "holidays" => "School holidays only" }
}
vocabulary! {
    /// How one attends.
    Attending { DropIn = "drop_in" => "Drop in", Book = "book" => "Book first", Phone = "phone" => "By phone", Online = "online" => "Online" }
}
vocabulary! {
    /// How often a schedule comes round; the only two that Open Referral UK knows.
    Frequency { Weekly = "weekly" => "Every week", Monthly = "monthly" => "Every month" }
}
vocabulary! {
    /// How exactly a point is known.
    PointQuality { Exact = "exact" => "exact", Sector = "sector" => "to the postcode sector", Town = "town" => "to the town" }
}

/// Days of the week as iCalendar writes them, Monday first.
pub const DAYS: [(&str, &str); 7] = [
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
];

/// `['MO','WE']` as a set of bits, Monday lowest; `None` when a word is no day.
pub fn day_bits<'a>(days: impl IntoIterator<Item = &'a str>) -> Option<u8> {
    days.into_iter().try_fold(0, |bits, day| {
        let at = DAYS.iter().position(|(code, _)| day.trim().eq_ignore_ascii_case(code))?;
        Some(bits | 1 << at)
    })
}

/// 'Monday to Thursday', 'Tuesday and Friday', 'Every day'.
pub fn day_words(bits: u8) -> String {
    let days: Vec<usize> = (0..7).filter(|day| bits & (1 << day) != 0).collect();
    match days[..] {
        [] => String::new(),
        _ if days.len() == 7 => "Every day".to_owned(),
        [first, .., last] if days.len() > 2 && last - first + 1 == days.len() => {
            format!("{} to {}", DAYS[first].1, DAYS[last].1)
        }
        _ => web::say::list(&days.iter().map(|day| DAYS[*day].1).collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_as_people_say_them() {
        let words = |codes: &[&str]| day_words(day_bits(codes.iter().copied()).unwrap());
        assert_eq!(words(&["MO", "TU", "WE", "TH"]), "Monday to Thursday");
        assert_eq!(words(&["tu", " FR"]), "Tuesday and Friday");
        assert_eq!(words(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), "Every day");
        assert_eq!(day_bits(["XX"]), None);
    }
}
