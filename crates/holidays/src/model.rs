//! What a holiday programme is, who may come and how often: every decision, and no database, no clock, no page.

use calendar::{Phase, SchoolYear, school_year};
use kernel::{Date, Id, Instant, Refusal, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// A programme's id.
pub type ProgrammeId = Id<Programme>;
/// A child's id in one programme.
pub type ChildId = Id<ChildOf>;
/// A family's id in one programme.
pub type FamilyId = Id<FamilyOf>;
/// A child whom a family named on a programme's form.
pub struct ChildOf;
/// A family that filled in a programme's form.
pub struct FamilyOf;

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident $key:literal $words:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $key)] $variant,)+ }

        impl $name {
            /// Each of them.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// As it is kept.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }
            /// As people read it.
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
    /// How places are given out on the morning on which booking opens.
    Opening {
        /// Whoever books first.
        FirstCome "first_come" "First come, first served",
        /// A place in a line, drawn by lot among those who came before it opened.
        Line "line" "A line: who comes before it opens is put in order by lot",
        /// Wishes are gathered, and families are served in an order that is drawn.
        Ballot "ballot" "A ballot: wishes are gathered, then drawn by lot",
    }
}

words! {
    /// Whether a programme is to be seen.
    Wanted {
        /// Being set up.
        Draft "draft" "Draft",
        /// For everybody to see.
        Published "published" "Published",
        /// Over.
        Ended "ended" "Ended",
    }
}

words! {
    /// What there is to eat.
    Meal {
        /// Nothing was said.
        NotGiven "not_given" "Food: not given",
        /// Cooked.
        Hot "hot" "A hot meal",
        /// Such as sandwiches.
        Cold "cold" "A cold meal",
        /// Food to take home.
        Hamper "hamper" "Food to take home",
    }
}

words! {
    /// The group that the national service puts a family in.
    Tier {
        /// Below the threshold that free school meals have had: who the programme is for.
        Targeted "targeted" "Free school meals",
        /// Only under the wider rule of autumn 2026.
        Expanded "expanded" "Free school meals under the wider rule",
    }
}

words! {
    /// Who pays for a child's places.
    Funding {
        /// The programme, because of free school meals.
        Targeted "targeted" "Free: free school meals",
        /// The programme, for a reason that the council decides.
        Discretionary "discretionary" "Free: another reason",
        /// The family.
        Paid "paid" "Paid by the family",
    }
}

words! {
    /// How it stands with a child's free place.
    Standing {
        /// An answer is awaited, or a code.
        Pending "pending" "Waiting for an answer",
        /// A free place may be booked.
        Eligible "eligible" "Can have free places",
        /// Not by the national rule; there may be another way.
        Not "not" "No free places yet",
        /// Somebody must look.
        NeedsAPerson "needs_a_person" "A person is looking",
        /// The family says that the answer is wrong.
        Appeal "appeal" "You asked us to look again",
        /// Another form named a child who may be the same.
        Twin "twin" "We need to talk to you",
    }
}

impl Standing {
    /// Whether there is an answer.
    pub fn is_settled(self) -> bool {
        matches!(self, Standing::Eligible | Standing::Not | Standing::Twin)
    }
}

/// A reason other than free school meals for which the council gives a free place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Reason {
    /// As it is kept.
    pub key: String,
    /// As families read it.
    pub words: String,
}

/// A holiday programme with its rules, all of which are the council's to set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// In its address; never changes.
    pub slug: String,
    /// Such as 'Summer 2027'.
    pub name: String,
    /// What it is, for families.
    pub summary: String,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// How many days each child may come: 4 at Easter and Christmas, 16 in summer, where the council keeps to the grant.
    pub days_each: i64,
    /// Such as 'four hours a day'.
    pub hours: String,
    /// The youngest year at school, counted at the start of the holiday.
    pub from_year: SchoolYear,
    /// The oldest.
    pub to_year: SchoolYear,
    /// The oldest age in years of a child with SEND, where that is older.
    pub send_until: Option<i16>,
    /// The groups of the national service that may have free places.
    pub tiers: BTreeSet<Tier>,
    /// Other reasons for a free place.
    pub reasons: Vec<Reason>,
    /// Free places there is money for, in child-days. Nought is: as many as are booked.
    pub funded_places: i64,
    /// The most of the funded places that may go to other reasons, in percent.
    pub share_percent: i64,
    /// From which share on staff are warned.
    pub warn_percent: i64,
    /// When booking opens. None is: at once.
    pub opens_at: Option<Instant>,
    /// How places are given out then.
    pub opening: Opening,
    /// How many families of the line are let in each minute.
    pub line_per_minute: i64,
    /// How a family pays. Empty where no place can be paid for.
    pub paid: String,
    /// Whether it is to be seen.
    pub wanted: Wanted,
}

impl Programme {
    /// What is wrong with it, each with its field.
    pub fn check(&self) -> Vec<Refusal> {
        let mut wrong = Vec::new();
        let mut say = |field, sentence: &str| wrong.push(Refusal::at(field, sentence));
        if !self.name.trim().is_empty() && (self.slug.parse::<Slug>().is_err() || self.slug == "family") {
            say("name", "Use a name with letters or numbers");
        }
        if self.name.trim().is_empty() {
            say("name", "Type a name, such as Summer 2027");
        }
        if self.summary.trim().is_empty() {
            say("summary", "Say in a few words what it is");
        }
        if self.last < self.first || self.last.duration_since(self.first).as_hours() > 24 * 92 {
            say("last", "The last day must be after the first, by three months at most");
        }
        if !(1..=60).contains(&self.days_each) {
            say("days_each", "Type how many days each child may come, from 1 to 60");
        }
        if self.to_year < self.from_year {
            say("to_year", "The oldest year must not be below the youngest");
        }
        if !(0..=1_000_000).contains(&self.funded_places) {
            say("funded_places", "Type how many places there is money for, or 0 to count what is booked");
        }
        if self.warn_percent < 0
            || self.warn_percent > self.share_percent
            || !(0..=100).contains(&self.share_percent)
        {
            say("warn_percent", "The warning must come before the limit, and the limit is at most 100");
        }
        if self.send_until.is_some_and(|age| !(1..=25).contains(&age)) {
            say("send_until", "Type an age in years from 1 to 25, or nothing");
        }
        if !(1..=10_000).contains(&self.line_per_minute) {
            say("line_per_minute", "Let in from 1 to 10,000 families a minute");
        }
        if self.opening != Opening::FirstCome && self.opens_at.is_none() {
            say("opens_at", "A line or a ballot needs the time at which booking opens");
        }
        wrong
    }

    /// Primary or secondary at the start of the holiday: a child who goes from year 6 to year 7 in September is counted once,
    /// as primary. None is neither.
    pub fn phase(&self, born: Date) -> Option<Phase> {
        school_year(born, self.first).phase()
    }

    /// Whether a child is of an age for it.
    pub fn is_for(&self, born: Date, send: SendNeeds) -> bool {
        let year = school_year(born, self.first);
        let by_year = self.from_year <= year && year <= self.to_year;
        let age = self.first.year()
            - born.year()
            - i16::from((self.first.month(), self.first.day()) < (born.month(), born.day()));
        let by_send =
            send == SendNeeds::Yes && year > self.to_year && self.send_until.is_some_and(|most| age <= most);
        by_year || by_send
    }
}

/// Whether a child has special educational needs or a disability, as the family says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendNeeds {
    /// They have.
    Yes,
    /// They have not, or did not say.
    No,
}

impl From<bool> for SendNeeds {
    fn from(is_said: bool) -> SendNeeds {
        if is_said { SendNeeds::Yes } else { SendNeeds::No }
    }
}

/// What the national service found, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It has not looked yet.
    QueuedForProcessing,
    /// It knows no such parent.
    ParentNotFound,
    /// Yes.
    Eligible,
    /// No.
    NotEligible,
    /// It could not look.
    Error,
    /// It knows no such question.
    NotFound,
}

/// What is kept of a child once an answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// How it stands.
    pub standing: Standing,
    /// Who pays.
    pub funding: Option<Funding>,
    /// The group.
    pub tier: Option<Tier>,
}

/// What an answer of the national service means here. None is: ask again. Who is eligible only under the wider rule has no
/// place of this programme, and is offered another way. An answer that leaves the group open, or knows no such parent, is a
/// person's to settle: nobody is turned away by a machine that is not sure.
pub fn decide_eligibility(
    outcome: Outcome,
    tier: Option<Tier>,
    accepted: &BTreeSet<Tier>,
) -> Option<Settled> {
    let settled = |standing, funding| Some(Settled { standing, funding, tier });
    match (outcome, tier) {
        (Outcome::QueuedForProcessing | Outcome::Error | Outcome::NotFound, _) => None,
        (Outcome::Eligible, Some(group)) if accepted.contains(&group) => {
            settled(Standing::Eligible, Some(Funding::Targeted))
        }
        (Outcome::Eligible, Some(_)) | (Outcome::NotEligible, _) => settled(Standing::Not, None),
        (Outcome::Eligible, None) | (Outcome::ParentNotFound, _) => settled(Standing::NeedsAPerson, None),
    }
}

/// How many days a child has left after it gets so many more, or how many it has when that is too many. Paid days are not
/// counted.
pub fn decide_entitlement(programme: &Programme, taken: i64, wanted: i64) -> Result<i64, i64> {
    let left = programme.days_each - taken;
    if wanted > left { Err(left.max(0)) } else { Ok(left - wanted) }
}

/// Where the share of places that go to other reasons stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Below the warning.
    Fine,
    /// Near the limit.
    Near,
    /// One more would be over it.
    Over,
}

/// The share of funded places that go to reasons other than free school meals, were so many more booked. `funded` is every
/// funded place, those of other reasons among them; paid places are in neither number.
pub fn decide_discretionary(programme: &Programme, funded: i64, discretionary: i64, more: i64) -> Share {
    let all = if programme.funded_places > 0 { programme.funded_places } else { funded + more };
    let after = (discretionary + more) * 100;
    if after > programme.share_percent * all {
        Share::Over
    } else if after >= programme.warn_percent * all && after > 0 {
        Share::Near
    } else {
        Share::Fine
    }
}

/// A name as it is compared: without capitals, accents and signs.
pub fn name_key(name: &str) -> String {
    name.nfkd().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).collect()
}

/// A code as it is compared: typed with spaces, in small letters, with O for 0 or I and L for 1, it is the same code.
pub fn code_key(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// What tells whether two forms name the same child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// First and last name, by [`name_key`].
    pub name_key: String,
    /// Date of birth.
    pub born: Date,
    /// Where the family lives.
    pub postcode: String,
    /// The school, by [`name_key`]. May be empty.
    pub school_key: String,
}

impl Identity {
    /// The same name and birthday, and the same postcode or the same school: parents who live apart share the school.
    pub fn is_same(&self, other: &Identity) -> bool {
        let same_school = !self.school_key.is_empty() && self.school_key == other.school_key;
        self.name_key == other.name_key
            && self.born == other.born
            && (self.postcode == other.postcode || same_school)
    }
}

/// A National Insurance number in one form, or what to do about it. Its form is that of the national service.
pub fn read_national_insurance(text: &str) -> Result<String, String> {
    let letters: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    let bytes = letters.as_bytes();
    let sound = bytes.len() == 9
        && b"ABCEGHJKLMNOPRSTWXYZ".contains(&bytes[0])
        && b"ABCEGHJKLMNPRSTWXYZ".contains(&bytes[1])
        && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(&&letters[..2])
        && bytes[2..8].iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&bytes[8]);
    if sound { Ok(letters) } else { Err("Type a National Insurance number, like QQ 12 34 56 C".to_owned()) }
}

/// An asylum support reference in one form: year, month, then five or six digits.
pub fn read_asylum_support(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let month = digits.get(2..4).and_then(|month| month.parse::<u8>().ok());
    if (9..=10).contains(&digits.len()) && month.is_some_and(|month| (1..=12).contains(&month)) {
        Ok(digits)
    } else {
        Err("Type the asylum support reference number: 9 or 10 digits".to_owned())
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
