//! A guided flow as it runs: read once, checked, and never changed after. What changes is the revision.

use kernel::Date;
use std::collections::BTreeMap;

/// A whole guide.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The last part of its address. It never changes.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// One or two sentences for the list and for search.
    pub summary: String,
    /// Slugs of needs.
    pub topics: Vec<String>,
    /// What families type when this is what they want.
    pub also_say: Vec<String>,
    /// The team that answers for it.
    pub owner: String,
    /// When its facts were checked as a whole.
    pub checked_on: Date,
    /// By when somebody must look again.
    pub review_by: Date,
    /// The languages it is whole in. The first is the one it is written in.
    pub languages: Vec<String>,
    /// A neutral title and a way to leave at once.
    pub sensitive: bool,
    /// About babies or pregnancy: not put before somebody who has lost a baby.
    pub baby: bool,
    /// For somebody who has lost a baby: offered kindly in every other flow when words say so.
    pub loss: bool,
    /// About how many minutes it takes; nothing when nobody has tried.
    pub minutes: Option<u32>,
    /// The key of the first node.
    pub start: String,
    /// Where its facts come from.
    pub sources: Vec<Source>,
    /// What leads on at once, whatever is asked.
    pub urgent: Vec<Urgent>,
    /// Its steps, in the order they are written.
    pub nodes: Vec<Node>,
    /// Its words in other languages, by the language's short name.
    pub translations: BTreeMap<String, Translation>,
}

/// Signs that cannot wait: words with one of them lead on at once, whatever is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Urgent {
    /// What people type.
    pub words: Vec<String>,
    /// Where it leads.
    pub to: String,
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What `cites` calls it.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where it can be read.
    pub url: String,
    /// When it was read last.
    pub checked_on: Date,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name within the flow.
    pub key: String,
    /// What the person reads, as Markdown. Empty in a `branch`.
    pub say: String,
    /// What 'explain that' says, as Markdown; may be empty.
    pub explain: String,
    /// The sources of what it says.
    pub cites: Vec<String>,
    /// Whether it states a fact; one that does not says `facts = false`.
    pub facts: bool,
    /// What it does.
    pub kind: NodeKind,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Asks and waits for one of its answers. The answer's key is kept under `keep`.
    Choice {
        /// The name of what is kept; the node's own key unless it says otherwise.
        keep: String,
        /// The answers.
        choices: Vec<Choice>,
        /// Where an answer that nobody foresaw goes, after it was asked once more.
        otherwise: Option<String>,
    },
    /// Asks for a day and waits. 'I do not know' is always offered.
    Date {
        /// The name of what is kept.
        keep: String,
        /// Where a day leads.
        to: String,
        /// Where 'I do not know' leads; to the same unless it says otherwise.
        unknown: String,
    },
    /// Asks for something in the person's own words, which are never kept.
    Words {
        /// Where any answer leads.
        to: String,
        /// Where leaving it out leads.
        skip: String,
    },
    /// Says something and goes on.
    Say {
        /// Where it goes on.
        to: String,
    },
    /// Works days out, shows the sums, and goes on.
    WorkOut {
        /// The sums.
        steps: Vec<WorkStep>,
        /// Where it goes on.
        to: String,
    },
    /// Goes one way or another by what is known, and says nothing.
    Branch {
        /// Looked at from the top: the first that fits decides.
        cases: Vec<Case>,
        /// Where it goes when none fits.
        otherwise: String,
    },
    /// Leads to services by need.
    Services {
        /// The slug of the need, or empty.
        need: String,
        /// What is put into the search, or empty.
        words: String,
        /// Where it goes on; nothing ends the flow here.
        to: Option<String>,
    },
    /// Hands over to something that takes it from here.
    HandOver {
        /// To what.
        what: HandOver,
        /// Its address or number.
        target: String,
        /// What the link says.
        words: String,
        /// Where it goes on; nothing ends the flow here.
        to: Option<String>,
    },
    /// The end.
    End,
}

/// One answer to a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is kept.
    pub key: String,
    /// What the button says.
    pub words: String,
    /// What people also type for it.
    pub also: Vec<String>,
    /// The ages it stands for, in months: from the first, up to but not including the second.
    pub ages: Option<(u16, u16)>,
    /// Where it leads.
    pub to: String,
}

/// One sum of a `work_out`.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkStep {
    /// The name of what comes out, for later sums, branches and `{{name}}`.
    pub name: String,
    /// The day it is counted from: a kept day, an earlier sum, or `today`.
    pub from: String,
    /// How.
    pub rule: Rule,
    /// What stands before the day that comes out.
    pub words: String,
}

/// How a day is counted.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// So many days, weeks or months after it; before it where the number is negative.
    Add {
        /// How many.
        number: i32,
        /// Of what.
        unit: Unit,
    },
    /// The last day to appeal to the SEND Tribunal: two months from the letter or one month from the mediation
    /// certificate, whichever is later, with its rules for Christmas and August.
    Tribunal {
        /// The name of the kept day of the certificate, if the flow asks for one.
        certificate: Option<String>,
    },
}

/// Days, weeks or months of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Calendar days.
    Days,
    /// Of seven calendar days.
    Weeks,
    /// To the same day of the month, or its last where there is no such day.
    Months,
}

/// One way on from a `branch`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What is looked at: something kept or worked out.
    pub of: String,
    /// What it must be.
    pub test: Test,
    /// Where it leads then.
    pub to: String,
}

/// What a kept thing may be held against.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The answer with this key was chosen.
    Is(String),
    /// Something is known under that name.
    Known,
    /// Nothing is: 'I do not know', or not asked yet.
    Unknown,
    /// It is a day before this one.
    Before(Day),
    /// It is a day after this one.
    After(Day),
}

/// A day to hold another against.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    /// The day on which the answer is given.
    Today,
    /// This day.
    On(Date),
    /// A kept or worked-out day.
    Named(String),
}

/// To what a flow hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOver {
    /// A person rings back.
    CallBack,
    /// A session or an appointment is booked.
    Booking,
    /// A mistake in an entry is reported.
    Report,
    /// What messages somebody gets.
    Messages,
    /// A page of this site or of another.
    Page,
    /// A number to ring.
    Phone,
    /// A search.
    Search,
}

impl HandOver {
    /// Every one, with the word that the file says.
    pub const ALL: [(HandOver, &'static str); 7] = [
        (HandOver::CallBack, "call_back"),
        (HandOver::Booking, "booking"),
        (HandOver::Report, "report"),
        (HandOver::Messages, "messages"),
        (HandOver::Page, "page"),
        (HandOver::Phone, "phone"),
        (HandOver::Search, "search"),
    ];

    /// The word that the file says.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(what, _)| *what == self).map_or("page", |(_, key)| key)
    }
}

/// The words of a flow in another language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translation {
    /// Its name.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// By the node's key.
    pub nodes: BTreeMap<String, NodeWords>,
}

/// The words of a node in another language. What is empty is said in the flow's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeWords {
    /// As `say`.
    pub say: String,
    /// As `explain`.
    pub explain: String,
    /// As `words` of a hand-over.
    pub words: String,
    /// The buttons, by the choice's key.
    pub choice: BTreeMap<String, String>,
    /// What stands before each day, by the sum's name.
    pub step: BTreeMap<String, String>,
}

impl NodeKind {
    /// As the file says it.
    pub fn key(&self) -> &'static str {
        match self {
            NodeKind::Choice { .. } => "choice",
            NodeKind::Date { .. } => "date",
            NodeKind::Words { .. } => "words",
            NodeKind::Say { .. } => "say",
            NodeKind::WorkOut { .. } => "work_out",
            NodeKind::Branch { .. } => "branch",
            NodeKind::Services { .. } => "services",
            NodeKind::HandOver { .. } => "hand_over",
            NodeKind::End => "end",
        }
    }

    /// Whether it waits for an answer.
    pub fn asks(&self) -> bool {
        matches!(self, NodeKind::Choice { .. } | NodeKind::Date { .. } | NodeKind::Words { .. })
    }
}

/// A way from one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub to: String,
    /// What it is called on a picture: the answer's words, 'I do not know', 'otherwise', or nothing.
    pub words: String,
}

impl Node {
    /// Every way on, in the order they are written. None from an end.
    pub fn ways(&self) -> Vec<Way> {
        let way = |to: &str, words: &str| Way { to: to.to_owned(), words: words.to_owned() };
        match &self.kind {
            NodeKind::Choice { choices, otherwise, .. } => {
                let foreseen = choices.iter().map(|choice| way(&choice.to, &choice.words));
                foreseen.chain(otherwise.iter().map(|to| way(to, "anything else"))).collect()
            }
            NodeKind::Date { to, unknown, .. } => vec![way(to, "a day"), way(unknown, "I do not know")],
            NodeKind::Words { to, skip } if to == skip => vec![way(to, "")],
            NodeKind::Words { to, skip } => vec![way(to, "words"), way(skip, "nothing")],
            NodeKind::Say { to } | NodeKind::WorkOut { to, .. } => vec![way(to, "")],
            NodeKind::Branch { cases, otherwise } => {
                let cases = cases.iter().map(|case| way(&case.to, &case.in_words()));
                cases.chain([way(otherwise, "otherwise")]).collect()
            }
            NodeKind::Services { to, .. } | NodeKind::HandOver { to, .. } => {
                to.iter().map(|to| way(to, "")).collect()
            }
            NodeKind::End => Vec::new(),
        }
    }
}

impl Case {
    /// As it stands beside an arrow.
    pub fn in_words(&self) -> String {
        let day = |day: &Day| match day {
            Day::Today => "today".to_owned(),
            Day::On(date) => web::say::day_month_year(*date),
            Day::Named(name) => name.clone(),
        };
        match &self.test {
            Test::Is(key) => format!("{} is {key}", self.of),
            Test::Known => format!("{} is known", self.of),
            Test::Unknown => format!("{} is not known", self.of),
            Test::Before(than) => format!("{} is before {}", self.of, day(than)),
            Test::After(than) => format!("{} is after {}", self.of, day(than)),
        }
    }
}

impl Flow {
    /// The node of a key.
    pub fn node(&self, key: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.key == key)
    }

    /// The people who listen, in a guide for a loss: what its first question says to an answer nobody foresaw.
    pub(crate) fn listening(&self) -> Option<&Node> {
        let NodeKind::Choice { otherwise: Some(otherwise), .. } = &self.node(&self.start)?.kind else {
            return None;
        };
        self.node(otherwise).filter(|node| self.loss && matches!(node.kind, NodeKind::Say { .. }))
    }

    /// The source of a key.
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.key == key)
    }

    /// The language it is written in.
    pub fn own_language(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }

    /// Its name in a language.
    pub fn title_in(&self, language: &str) -> &str {
        self.translations.get(language).map(|words| words.title.as_str()).or_own(&self.title)
    }

    /// Its summary in a language.
    pub fn summary_in(&self, language: &str) -> &str {
        self.translations.get(language).map(|words| words.summary.as_str()).or_own(&self.summary)
    }

    /// What a node says in a language.
    pub fn say_in<'a>(&'a self, node: &'a Node, language: &str) -> &'a str {
        self.words_of(node, language).map(|words| words.say.as_str()).or_own(&node.say)
    }

    /// What 'explain that' says at a node in a language.
    pub fn explain_in<'a>(&'a self, node: &'a Node, language: &str) -> &'a str {
        self.words_of(node, language).map(|words| words.explain.as_str()).or_own(&node.explain)
    }

    /// What a button says in a language.
    pub fn choice_in<'a>(&'a self, node: &'a Node, choice: &'a Choice, language: &str) -> &'a str {
        let words = self.words_of(node, language).and_then(|words| words.choice.get(&choice.key));
        words.map(String::as_str).or_own(&choice.words)
    }

    /// What stands before a worked-out day in a language.
    pub fn step_in<'a>(&'a self, node: &'a Node, step: &'a WorkStep, language: &str) -> &'a str {
        let words = self.words_of(node, language).and_then(|words| words.step.get(&step.name));
        words.map(String::as_str).or_own(&step.words)
    }

    /// What a hand-over's link says in a language.
    pub fn link_in<'a>(&'a self, node: &'a Node, own: &'a str, language: &str) -> &'a str {
        self.words_of(node, language).map(|words| words.words.as_str()).or_own(own)
    }

    fn words_of(&self, node: &Node, language: &str) -> Option<&NodeWords> {
        self.translations.get(language)?.nodes.get(&node.key)
    }
}

trait OrOwn<'a> {
    fn or_own(self, own: &'a str) -> &'a str;
}

impl<'a> OrOwn<'a> for Option<&'a str> {
    fn or_own(self, own: &'a str) -> &'a str {
        self.filter(|words| !words.is_empty()).unwrap_or(own)
    }
}
