use kernel::Date;

/// What a result is, in the words of the machine address `/api/v1/search`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Something a provider runs.
    Service,
    /// Something to read.
    Page,
    /// A session or an event with a time.
    Event,
    /// A guide that asks and answers, step by step.
    Flow,
}

impl Kind {
    /// All of them, in the order they are offered.
    pub const ALL: [Kind; 4] = [Kind::Service, Kind::Page, Kind::Event, Kind::Flow];

    /// The word used in addresses and in the machine answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Service => "service",
            Kind::Page => "page",
            Kind::Event => "event",
            Kind::Flow => "flow",
        }
    }

    /// The kind of that name.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Reading has no place and no opening hours, so filters of distance and time pass it by.
    pub fn is_reading(self) -> bool {
        matches!(self, Kind::Page | Kind::Flow)
    }
}

/// One thing that can be found. A room makes these from its own records; the engine knows no rooms.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Unique within its kind.
    pub slug: String,
    /// Its name, as shown.
    pub title: String,
    /// Where it lives on the site.
    pub url: String,
    /// One or two sentences.
    pub summary: String,
    /// Who runs it; empty when not given.
    pub organization: String,
    /// What people also call it: the editor's field.
    pub aliases: Vec<String>,
    /// Names of its taxonomy terms.
    pub terms: Vec<String>,
    /// The rest of its words.
    pub text: String,
    /// The parts of a page; the best one is told in the hit.
    pub sections: Vec<Section>,
    /// What it can be filtered by.
    pub tags: Vec<Tag>,
    /// Whom it is for by age; `None` is not given, and then no age is turned away.
    pub ages: Option<AgeBand>,
    /// Where it happens; empty is no place given.
    pub sites: Vec<Site>,
    /// Codes of the areas it serves, such as `E06000006` or `WA8`; `None` is not given: it may serve anyone.
    pub areas: Option<Vec<String>>,
    /// When it happens; empty is not given.
    pub slots: Vec<Slot>,
    /// When someone last said it was true.
    pub checked_on: Option<Date>,
    /// About a live baby: hidden from a person who speaks of losing one.
    pub baby: bool,
    /// Shown first to a person who speaks of losing a baby.
    pub loss: bool,
    /// About the site itself, such as its privacy notice: found by its name and by nothing else.
    pub about_site: bool,
    /// 1.0; a little more lifts it, a little less sinks it.
    pub weight: f32,
    /// What it means. `None` where that is not known: then its words alone speak for it. An index takes it out of the
    /// document and keeps it beside the others.
    pub vector: Option<meaning::Vector>,
}

impl Document {
    /// An entry with a name and nothing else given.
    pub fn new(kind: Kind, slug: &str, title: &str) -> Document {
        Document {
            kind,
            slug: slug.to_owned(),
            title: title.to_owned(),
            url: String::new(),
            summary: String::new(),
            organization: String::new(),
            aliases: Vec::new(),
            terms: Vec::new(),
            text: String::new(),
            sections: Vec::new(),
            tags: Vec::new(),
            ages: None,
            sites: Vec::new(),
            areas: None,
            slots: Vec::new(),
            checked_on: None,
            baby: false,
            loss: false,
            about_site: false,
            weight: 1.0,
            vector: None,
        }
    }
}

/// A part of a page that can be linked to.
#[derive(Clone, Debug)]
pub struct Section {
    /// What comes after `#` in its address.
    pub anchor: String,
    /// Its heading.
    pub heading: String,
    /// Its words.
    pub text: String,
}

/// One thing an entry can be filtered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// `topic`, `way_in`, `access`, `cost`, `audience`, `accessibility`, `send`, `town`, `stage` and so on.
    pub group: &'static str,
    /// Its value within the group. 'Unknown' is a value of its own where that matters, never the lack of a tag.
    pub value: String,
}

impl Tag {
    /// A tag.
    pub fn new(group: &'static str, value: &str) -> Tag {
        Tag { group, value: value.to_owned() }
    }
}

/// Whom an entry is for. Months, because 18 months is not the same as one year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBand {
    /// During pregnancy as well.
    pub pregnancy: bool,
    /// From this age.
    pub from_months: u16,
    /// Up to but not including this age; `None` has no upper end. A band for pregnancy alone is `0..0`.
    pub until_months: Option<u16>,
}

/// A place where it happens.
#[derive(Clone, Debug)]
pub struct Site {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// The point is only roughly right, as for a masked address.
    pub approximate: bool,
    /// What the place is called.
    pub label: String,
    /// The town it is in.
    pub town: String,
}

/// A time of the week. Day and time are matched within one slot, never across two.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Monday is bit 0, Sunday bit 6.
    pub days: u8,
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight of the same day; past 1440 it goes on into the next day.
    pub until: u16,
    /// Its first and last day, where it does not run all the time. Outside of them it answers no day and no time.
    pub lasting: (Option<Date>, Option<Date>),
    /// The next date of a session, which need not be held every week. None where it is: the hours of a service.
    pub next: Option<Date>,
    /// How it is told, such as 'Tuesdays, 10:00 to 11:30'.
    pub label: String,
}

/// Where in an entry a word was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Its name.
    Name,
    /// What people also call it.
    Alias,
    /// A taxonomy term.
    Term,
    /// Its summary.
    Summary,
    /// Its text and sections.
    Text,
    /// Who runs it.
    Organization,
}

impl Field {
    /// In the order in which a match is worth telling.
    pub const ALL: [Field; 6] =
        [Field::Name, Field::Alias, Field::Term, Field::Summary, Field::Text, Field::Organization];
}
