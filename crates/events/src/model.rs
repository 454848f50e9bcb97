//! A session as it is entered, and what is checked of it before it is kept.

use calendar::{AgeBand, Plan, Series};
use kernel::{Id, Instant, Refusal, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A session's id.
pub type SessionId = Id<SessionOf>;
/// What is held, as against one date of it.
pub struct SessionOf;

/// The longest name, in letters.
pub(crate) const TITLE_MAX: usize = 120;
/// The longest text, in letters.
pub(crate) const TEXT_MAX: usize = 4_000;
/// The most places a session may have.
pub(crate) const PLACES_MAX: i64 = 2_000;
/// The most parts a session may have: each 'this and all that follow' is one more.
pub(crate) const PARTS_MAX: usize = 60;

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident $key:literal $words:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $key)] $variant,)+ }

        impl $name {
            /// Each of them, in the order a form shows them.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// As it is kept.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }
            /// As families read it.
            pub fn words(self) -> &'static str {
                match self { $($name::$variant => $words,)+ }
            }
            /// Reads what was kept.
            pub fn of(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.key() == key)
            }
        }
    };
}

words! {
    /// How one comes to a session.
    Kind {
        /// Nobody books; attendance is a count.
        DropIn "drop_in" "Just come along",
        /// A place on each date by itself.
        BookOn "book_on" "Book a place",
        /// All dates that are left, or none.
        Course "course" "A course: book all the dates",
        /// Booked by the link of an invitation.
        Invitation "invitation" "By invitation",
        /// Booked by a professional for a family.
        Referral "referral" "A professional can refer you",
        /// One family at a time, at a time of their own.
        OneToOne "one_to_one" "An appointment",
    }
}

words! {
    /// Who takes up a place.
    Counts {
        /// Each child; grown-ups come with them.
        Children "children" "each child",
        /// Everybody who comes.
        People "people" "each person",
        /// The whole family is one.
        Families "families" "each family",
    }
}

words! {
    /// What matters to some families before they come.
    Feature {
        /// Fathers and male carers are named as welcome.
        Dads "dads" "Dads welcome",
        /// Set up for children with special educational needs or disabilities.
        SendFriendly "send_friendly" "SEND friendly",
        /// Low noise and light, few people.
        Quiet "quiet" "A quiet session",
        /// An interpreter can be there.
        Interpreter "interpreter" "An interpreter can be asked for",
        /// The room is reached without a step.
        StepFree "step_free" "Step-free",
    }
}

words! {
    /// Whether a session is to be seen.
    Wanted {
        /// Being written.
        Draft "draft" "Draft",
        /// For everybody to see.
        Published "published" "Published",
        /// Over; its page says so.
        Ended "ended" "Ended",
    }
}

/// A session as a form, a file or the demonstration gives it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SessionDraft {
    /// In its address; never changes.
    pub slug: String,
    /// As families call it.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// The rest, in Markdown's plainest parts. May be empty.
    #[serde(default)]
    pub description: String,
    /// The organisation that holds it, by its address in the directory.
    pub organization: String,
    /// The entry of the directory that it belongs to, if there is one.
    #[serde(default)]
    pub service: Option<String>,
    /// The place, by its address in the directory. None for one that is only online.
    #[serde(default)]
    pub place: Option<String>,
    /// Where in the place. May be empty.
    #[serde(default)]
    pub room: String,
    /// Where to join online. Given to who has booked, not shown.
    #[serde(default)]
    pub online_link: String,
    /// How one comes.
    pub kind: Kind,
    /// The ages it is for, in completed months on the day.
    #[serde(default)]
    pub ages: AgeBand,
    /// Whether brothers and sisters outside that age may come too.
    #[serde(default)]
    pub siblings_welcome: bool,
    /// Places on each date. None where nobody counts.
    #[serde(default)]
    pub places: Option<i64>,
    /// Other numbers of places on single dates, by their key.
    #[serde(default)]
    pub places_on: BTreeMap<String, i64>,
    /// Who takes up a place.
    #[serde(default = "children")]
    pub counts: Counts,
    /// Empty is 'not given'; 'Free' is free.
    #[serde(default)]
    pub cost: String,
    /// What matters to some.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// Who leads it, as a team or a role. May be empty.
    #[serde(default)]
    pub led_by: String,
    /// What to bring. May be empty.
    #[serde(default)]
    pub bring: String,
    /// Needs that it answers, by their address in the directory.
    #[serde(default)]
    pub topics: Vec<String>,
    /// When it is held: parts that follow one another, the first first.
    pub parts: Vec<Plan>,
    /// From when it may be booked. None is: at once.
    #[serde(default)]
    pub opens_at: Option<Instant>,
    /// How long before the start the last booking is taken, in minutes.
    #[serde(default)]
    pub closes_minutes: i64,
    /// The page of this site on which its places are asked for instead, as those of a holiday programme are.
    #[serde(default)]
    pub booked_through: Option<String>,
    /// Whether it is to be seen.
    pub wanted: Wanted,
    /// Where the facts come from.
    pub source: String,
}

fn children() -> Counts {
    Counts::Children
}

impl SessionDraft {
    /// What is wrong with it, each with the name of its field; and the series that its parts make.
    pub(crate) fn check(&self) -> Result<Vec<Series>, Vec<Refusal>> {
        let mut wrong = Vec::new();
        let mut say = |field: &'static str, sentence: String| wrong.push(Refusal::at(field, sentence));
        if self.slug.parse::<Slug>().is_err() {
            say("slug", "The address may have small letters, digits and hyphens".to_owned());
        }
        for (field, text, most) in [
            ("title", &self.title, TITLE_MAX),
            ("summary", &self.summary, TEXT_MAX),
            ("source", &self.source, TITLE_MAX),
        ] {
            if text.trim().is_empty() {
                say(field, "Fill this in".to_owned());
            } else if text.chars().count() > most {
                say(field, format!("Use {most} letters or fewer"));
            }
        }
        for (field, text) in [
            ("description", &self.description),
            ("bring", &self.bring),
            ("led_by", &self.led_by),
            ("room", &self.room),
            ("cost", &self.cost),
        ] {
            if text.chars().count() > TEXT_MAX {
                say(field, format!("Use {TEXT_MAX} letters or fewer"));
            }
        }
        if self.place.is_none() && self.online_link.is_empty() {
            say("place", "Choose a place, or give the link to join online".to_owned());
        }
        if !self.online_link.is_empty() && !self.online_link.starts_with("https://") {
            say("online_link", "The link must begin with https://".to_owned());
        }
        if self.places.iter().chain(self.places_on.values()).any(|places| !(1..=PLACES_MAX).contains(places))
        {
            say("places", format!("Places must be between 1 and {PLACES_MAX}"));
        }
        if self.places.is_none() && self.kind != Kind::DropIn {
            say("places", "Say how many places there are".to_owned());
        }
        if self.ages.under_months.is_some_and(|under| under <= self.ages.from_months) {
            say("ages", "The oldest age must not be below the youngest".to_owned());
        }
        if !(0..=60 * 24 * 31).contains(&self.closes_minutes) {
            say("closes_minutes", "Bookings may close at most 31 days before".to_owned());
        }
        if self.parts.is_empty() || self.parts.len() > PARTS_MAX {
            say("parts", "Say when it is held".to_owned());
        }
        let mut series = Vec::new();
        for part in &self.parts {
            match Series::new(part.clone()) {
                Ok(one) => series.push(one),
                Err(why) => say("parts", why.to_string()),
            }
        }
        if wrong.is_empty() { Ok(series) } else { Err(wrong) }
    }
}
