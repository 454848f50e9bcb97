//! What an entry is made of, as those who keep it see it: sections, and in each the fields with their words.

use directory::{Access, Attending, Audience, Cost, DAYS, Season, SendNeed, ServiceDraft, Status, WayIn};
use kernel::{Date, Fault};
use serde_json::{Map, Value};

/// An entry's text, field by field, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EntryText(pub Map<String, Value>);

impl EntryText {
    /// Of a draft.
    pub fn of(draft: &ServiceDraft) -> Result<EntryText, Fault> {
        match serde_json::to_value(draft)? {
            Value::Object(map) => Ok(EntryText(map)),
            _ => anyhow::bail!("a draft is kept as an object"),
        }
    }

    /// As it was kept.
    pub fn read(kept: Value) -> Result<EntryText, Fault> {
        EntryText::of(&serde_json::from_value(kept)?)
    }

    /// As the directory takes it.
    pub fn draft(&self) -> Result<ServiceDraft, Fault> {
        Ok(serde_json::from_value(Value::Object(self.0.clone()))?)
    }

    /// To be kept.
    pub fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// One value of it.
    pub fn at(&self, key: &str) -> &Value {
        self.0.get(key).unwrap_or(&Value::Null)
    }
}

/// A part of an entry that is worked on in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    What,
    Who,
    WayIn,
    Where,
    When,
    Cost,
    Contact,
    Language,
    Closures,
    Needs,
}

impl Section {
    /// In the order of the task list.
    pub const ALL: [Section; 10] = [
        Section::What,
        Section::Who,
        Section::WayIn,
        Section::Where,
        Section::When,
        Section::Cost,
        Section::Contact,
        Section::Language,
        Section::Closures,
        Section::Needs,
    ];

    /// As it stands in an address.
    pub fn key(self) -> &'static str {
        match self {
            Section::What => "what",
            Section::Who => "who",
            Section::WayIn => "way-in",
            Section::Where => "where",
            Section::When => "when",
            Section::Cost => "cost",
            Section::Contact => "contact",
            Section::Language => "language",
            Section::Closures => "closures",
            Section::Needs => "needs",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Section::What => "What it is",
            Section::Who => "Who it is for",
            Section::WayIn => "How to get in",
            Section::Where => "Where",
            Section::When => "When",
            Section::Cost => "Cost",
            Section::Contact => "Phone, email and website",
            Section::Language => "Languages and interpreters",
            Section::Closures => "Closed days and warnings",
            Section::Needs => "Needs it is found under",
        }
    }

    /// The one of that name.
    pub fn parse(key: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.key() == key)
    }

    /// What it is made of.
    pub fn fields(self) -> impl Iterator<Item = &'static Field> {
        FIELDS.iter().filter(move |field| field.section == self)
    }
}

/// How far a keeper's word is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// May go straight through, when the council's rules say so; they do unless they are changed.
    Trusted,
    /// May go straight through when the rules say so; they do not unless they are changed.
    Reviewed,
    /// Settled by an editor, always: providers put their entries under too many needs.
    Settled,
    /// Takes two people, always.
    Sensitive,
}

/// One thing that an entry says.
#[derive(Debug)]
pub(crate) struct Field {
    /// In forms and in the trail.
    pub key: &'static str,
    /// As people read it.
    pub label: &'static str,
    /// A line above the box.
    pub hint: &'static str,
    /// Where it is worked on.
    pub section: Section,
    /// How it is typed.
    pub kind: Kind,
    /// Whether a keeper's word is enough.
    pub trust: Trust,
    /// What of the entry's text belongs to it.
    pub keys: &'static [&'static str],
    /// It must be given.
    pub required: Must,
}

/// Whether a field may be left empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    Give,
    MayLeave,
}

/// How a field is typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// One line of so many letters.
    Line(usize),
    /// An e-mail address.
    Email,
    /// An address on the web.
    Web,
    /// A few lines of so many letters.
    Area(usize),
    /// A list, one a line.
    Lines,
    /// One of a few.
    One(Source),
    /// Some of a few.
    Many(Source),
    /// Yes or not.
    Tick(&'static str),
    /// Pregnancy, youngest, oldest.
    Ages,
    /// Several of the same.
    Rows(&'static [Column]),
}

/// A part of a row.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    pub key: &'static str,
    pub label: &'static str,
    pub cell: Cell,
}

/// How a part of a row is typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    Text,
    /// Text that must be given when the row is.
    Must,
    Phone,
    Pounds,
    Time,
    Date,
    /// A date that must be given when the row is.
    MustDate,
    Days,
    /// Several things with semicolons between them.
    Items,
    One(Source),
}

/// Where the answers of a choice come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Cost,
    Status,
    Access,
    WayIn,
    Audience,
    SendNeed,
    Season,
    Attending,
    Often,
    Nth,
    Language,
    Needs,
    Places,
    Areas,
}

/// What an entry can name, and the day it is.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// Slug and name of each need.
    pub needs: Vec<(String, String)>,
    /// The needs about safety: an entry under one of them is handled by two people.
    pub needs_sensitive: Vec<String>,
    /// Slug and name of each place.
    pub places: Vec<(String, String)>,
    /// The places whose address is secret.
    pub places_sensitive: Vec<String>,
    /// Key and words of each area.
    pub areas: Vec<(String, String)>,
    /// Today.
    pub today: Date,
}

impl Source {
    /// Value and words of each answer.
    pub fn choices(self, names: &Names) -> Vec<(String, String)> {
        macro_rules! all {
            ($list:ty) => {
                <$list>::ALL.iter().map(|each| (each.as_str().to_owned(), each.words().to_owned())).collect()
            };
        }
        let fixed = |list: &[(&str, &str)]| {
            list.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
        };
        match self {
            Source::Cost => all!(Cost),
            Source::Status => all!(Status),
            Source::Access => all!(Access),
            Source::WayIn => all!(WayIn),
            Source::Audience => all!(Audience),
            Source::SendNeed => all!(SendNeed),
            Source::Season => all!(Season),
            Source::Attending => all!(Attending),
            Source::Often => fixed(&[("weekly", "Every week"), ("monthly", "Every month")]),
            Source::Nth => fixed(&[
                ("1", "First of the month"),
                ("2", "Second of the month"),
                ("3", "Third of the month"),
                ("4", "Fourth of the month"),
                ("-1", "Last of the month"),
            ]),
            Source::Language => fixed(LANGUAGES),
            Source::Needs => names.needs.clone(),
            Source::Places => names.places.clone(),
            Source::Areas => names.areas.clone(),
        }
    }
}

/// The languages that families here most often ask for, as BCP 47 writes them.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("bfi", "British Sign Language"),
    ("zh", "Chinese"),
    ("fa", "Farsi"),
    ("ku", "Kurdish"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("es", "Spanish"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
];

const PHONES: &[Column] = &[
    Column { key: "number", label: "Number", cell: Cell::Phone },
    Column { key: "description", label: "What it is for", cell: Cell::Text },
    Column { key: "hours", label: "When it is answered", cell: Cell::Text },
];
const PRICES: &[Column] = &[
    Column { key: "option", label: "For what, such as ‘One session’", cell: Cell::Must },
    Column { key: "amount", label: "Pounds, such as 2.50", cell: Cell::Pounds },
    Column { key: "amount_description", label: "Such as ‘a child’", cell: Cell::Text },
];
const OFFERS: &[Column] = &[
    Column { key: "title", label: "Group, such as ‘At home’", cell: Cell::Must },
    Column { key: "items", label: "The things, with a semicolon between them", cell: Cell::Items },
];
const SESSIONS: &[Column] = &[
    Column { key: "byday", label: "Days", cell: Cell::Days },
    Column { key: "opens", label: "From, such as 09:30", cell: Cell::Time },
    Column { key: "closes", label: "Until, such as 11:00", cell: Cell::Time },
    Column { key: "term", label: "In the year", cell: Cell::One(Source::Season) },
    Column { key: "attending", label: "How people come", cell: Cell::One(Source::Attending) },
    Column { key: "at", label: "Place", cell: Cell::One(Source::Places) },
    Column { key: "description", label: "In a few words", cell: Cell::Text },
    Column { key: "freq", label: "How often", cell: Cell::One(Source::Often) },
    Column { key: "nth", label: "If every month, which one", cell: Cell::One(Source::Nth) },
    Column { key: "valid_from", label: "First day, if it has one", cell: Cell::Date },
    Column { key: "valid_to", label: "Last day, if it has one", cell: Cell::Date },
];
const CLOSURES: &[Column] = &[
    Column { key: "from", label: "First day closed", cell: Cell::MustDate },
    Column { key: "until", label: "Last day closed", cell: Cell::MustDate },
    Column { key: "reason", label: "Why, for families to read", cell: Cell::Text },
];

macro_rules! field {
    ($section:ident $key:literal $label:literal $hint:literal $kind:expr, $trust:ident, $must:ident) => {
        field!($section $key $label $hint $kind, $trust, $must, [$key])
    };
    ($section:ident $key:literal $label:literal $hint:literal $kind:expr, $trust:ident, $must:ident, [$($keys:literal),+]) => {
        Field {
            key: $key,
            label: $label,
            hint: $hint,
            section: Section::$section,
            kind: $kind,
            trust: Trust::$trust,
            keys: &[$($keys),+],
            required: Must::$must,
        }
    };
}

/// Everything that a keeper may change. What is not here (who checked it, where facts come from, THRIVE) is the
/// council's.
pub(crate) static FIELDS: &[Field] = &[
    field!(What "name" "Name" "" Kind::Line(120), Reviewed, Give),
    field!(What "summary" "In one sentence" "What families read first. Up to 200 letters." Kind::Area(200), Reviewed, Give),
    field!(What "description" "More about it" "A few short sentences in plain words." Kind::Area(4_000), Reviewed, Give),
    field!(What "offers" "What it offers" "" Kind::Rows(OFFERS), Reviewed, MayLeave),
    field!(Who "who_for" "Who it is for" "As you would say it to a parent." Kind::Line(300), Reviewed, MayLeave),
    field!(Who "age" "Ages" "Type months or years, such as ‘18 months’ or ‘5 years’. Leave both empty for any age." Kind::Ages, Reviewed, MayLeave),
    field!(Who "audiences" "It welcomes in particular" "" Kind::Many(Source::Audience), Reviewed, MayLeave),
    field!(Who "send_needs" "Special needs it knows well" "" Kind::Many(Source::SendNeed), Reviewed, MayLeave),
    field!(Who "eligibility" "Rules about who may come, and who decides" "" Kind::Area(1_000), Reviewed, MayLeave),
    field!(Who "area" "Whom it serves" "" Kind::One(Source::Areas), Reviewed, MayLeave),
    field!(WayIn "way_in" "How people get in" "" Kind::Many(Source::WayIn), Reviewed, Give),
    field!(WayIn "how_to_get_in" "How to get in, in a sentence" "" Kind::Area(600), Reviewed, MayLeave),
    field!(WayIn "what_happens" "What happens when people get in touch" "One step on each line." Kind::Lines, Reviewed, MayLeave),
    field!(WayIn "waiting_time" "How long the wait is" "We show today’s date beside it." Kind::Line(200), Trusted, MayLeave, ["waiting_time", "waiting_time_on"]),
    field!(Where "access" "Where help is given" "" Kind::Many(Source::Access), Reviewed, MayLeave),
    field!(Where "locations" "Places" "If a place is missing, say so in the note when you send this." Kind::Many(Source::Places), Reviewed, MayLeave),
    field!(When "schedules" "Sessions and hours" "Leave the last box empty if there is nothing to add." Kind::Rows(SESSIONS), Trusted, MayLeave),
    field!(Cost "cost" "What it costs" "" Kind::One(Source::Cost), Reviewed, Give),
    field!(Cost "cost_note" "More about the cost" "" Kind::Line(300), Reviewed, MayLeave),
    field!(Cost "cost_options" "Prices" "" Kind::Rows(PRICES), Reviewed, MayLeave),
    field!(Contact "phones" "Phone numbers" "" Kind::Rows(PHONES), Reviewed, MayLeave),
    field!(Contact "email" "Email" "Families will see this." Kind::Email, Reviewed, MayLeave),
    field!(Contact "website" "Website" "" Kind::Web, Reviewed, MayLeave),
    field!(Language "languages" "Languages spoken" "" Kind::Many(Source::Language), Reviewed, MayLeave),
    field!(Language "interpretation" "Interpreters" "Whether one can come, and how to ask." Kind::Line(300), Reviewed, MayLeave),
    field!(Closures "status" "Is it running?" "" Kind::One(Source::Status), Reviewed, Give),
    field!(Closures "alert" "A short warning for families" "Shown first on the page. Leave empty for none." Kind::Line(200), Trusted, MayLeave),
    field!(Closures "closures" "Closed days" "Families see them until the last day has passed." Kind::Rows(CLOSURES), Trusted, MayLeave),
    field!(Needs "topics" "Needs it meets" "Tick what fits best. The council’s editors settle these with you." Kind::Many(Source::Needs), Settled, Give),
    field!(Needs "aliases" "Other words people use for it" "One on each line." Kind::Lines, Settled, MayLeave),
    field!(Needs "sensitive" "Private page" "" Kind::Tick("Someone could be harmed if another person saw this page. Give it a plain title and an exit."), Sensitive, MayLeave),
    field!(Needs "baby" "Babies or pregnancy" "" Kind::Tick("It is about babies or pregnancy. Do not show it to someone who has lost a baby."), Sensitive, MayLeave),
    field!(Needs "loss" "Loss of a baby" "" Kind::Tick("It is for someone who has lost a baby."), Sensitive, MayLeave),
];

impl Field {
    /// The one of that key.
    pub fn find(key: &str) -> Option<&'static Field> {
        FIELDS.iter().find(|field| field.key == key)
    }

    /// Whether two texts say the same here.
    pub fn same(&self, one: &EntryText, other: &EntryText) -> bool {
        self.keys.iter().all(|key| one.at(key) == other.at(key))
    }

    /// Makes one text say what another says.
    pub fn copy(&self, from: &EntryText, to: &mut EntryText) {
        for key in self.keys {
            to.0.insert((*key).to_owned(), from.at(key).clone());
        }
    }
}

/// The day of a code, and the code of a day.
pub(crate) fn day_name(code: &str) -> Option<&'static str> {
    DAYS.iter().find(|(each, _)| each.eq_ignore_ascii_case(code.trim())).map(|(_, name)| *name)
}

/// `TU` for 'Tuesday', 'tue' or 'TU'.
pub(crate) fn day_code(typed: &str) -> Option<&'static str> {
    let typed = typed.trim().to_lowercase();
    let starts = |name: &str| typed.len() >= 2 && name.to_lowercase().starts_with(&typed);
    DAYS.iter().find(|(_, name)| starts(name)).map(|(code, _)| *code)
}
