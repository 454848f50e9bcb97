//! One turn: what is said to one question, with nothing in it of the question itself.

use crate::{about::About, passages::Quote, status::Status};
use directory::{AskEntry, AskHit};
use rewording::Sentence;
use safety::{Card, Category};
use search::Kind;
use serde::{Deserialize, Serialize};

/// What is said to one question.
#[derive(Clone, Debug)]
pub struct Turn {
    /// How it ended.
    pub status: Status,
    /// The safety card that stands above it.
    pub card: Option<Card>,
    /// What kinds of cards were shown in this conversation, the latest first: of this turn, and of those before it.
    pub cards: Vec<Category>,
    /// What the question is known by when it is sent again.
    pub sent: Option<String>,
    /// The language the question was in, by its code; `en` where it is English or not known.
    pub language: String,
    /// A telephone number or an e-mail address stood in the question.
    pub had_personal_data: bool,
    /// What was understood of it, such as 'Near Widnes'. Only in the first reply, never kept.
    pub understood: Vec<String>,
    /// Words read as other words. Only in the first reply, never kept.
    pub corrected: Vec<(String, String)>,
    /// Fixed sentences of ours.
    pub say: Vec<String>,
    /// What sources say, word for word.
    pub quotes: Vec<Quote>,
    /// The same in fewer words, each sentence checked against its quotation.
    pub reworded: Vec<Sentence>,
    /// Services, sessions and pages.
    pub entries: Vec<Shown>,
    /// Where else to go: words and address.
    pub links: Vec<(String, String)>,
    /// What may be chosen next, at most four.
    pub choices: Vec<Choice>,
    /// What a guide says, part by part.
    pub flow: Vec<FlowPart>,
    /// Which turn of which session of a guide that is.
    pub flow_turn: Option<(String, i64)>,
    /// The guide that goes on in this conversation.
    pub flow_session: Option<String>,
    /// What it was about, so that the next question need not say it again.
    pub about: About,
}

/// One thing that a guide says.
#[derive(Clone, Debug, Default)]
pub struct FlowPart {
    /// As clean markup.
    pub html: String,
    /// The same as plain words.
    pub text: String,
    /// Days that were worked out, each with its sum.
    pub lines: Vec<String>,
    /// Where it leads: words and address.
    pub link: Option<(String, String)>,
    /// Where it comes from.
    pub cites: Vec<FlowCite>,
}

/// Where something that a guide says comes from.
#[derive(Clone, Debug)]
pub struct FlowCite {
    /// Its name.
    pub title: String,
    /// Where it can be read.
    pub url: String,
    /// When it was read last.
    pub checked_on: kernel::Date,
}

/// An entry that is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it is.
    pub kind: Kind,
    /// Unique within its kind.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// Why it is here. Only in the first reply: it may hold the person's words.
    pub why: Vec<String>,
    /// Its card, as the search page shows it.
    pub card: String,
}

/// Something that may be chosen. In a form it is a token that code resolves; what a person types is never one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// One of the things that were shown.
    Entry {
        /// `service`, `page` or `event`.
        kind: String,
        /// Which.
        slug: String,
        /// Its name.
        words: String,
    },
    /// What a need is about.
    Need {
        /// Its slug.
        slug: String,
        /// Its name.
        words: String,
    },
    /// Begin a guide.
    Flow {
        /// Which.
        slug: String,
        /// Its name.
        words: String,
    },
    /// An answer to the guide's question.
    FlowAnswer {
        /// The answer's key.
        key: String,
        /// As it is read.
        words: String,
    },
    /// None of these.
    SomethingElse,
}

/// The words of the last choice.
pub const SOMETHING_ELSE: &str = "Something else";

impl Choice {
    /// As it is read.
    pub fn words(&self) -> &str {
        match self {
            Choice::Entry { words, .. }
            | Choice::Need { words, .. }
            | Choice::Flow { words, .. }
            | Choice::FlowAnswer { words, .. } => words,
            Choice::SomethingElse => SOMETHING_ELSE,
        }
    }

    /// Whether words that were typed are this choice: its own, or a plain yes to a guide that was offered.
    pub fn is_said_by(&self, typed: &str) -> bool {
        let said = search::words(typed).join(" ");
        let is_yes = matches!(said.as_str(), "yes" | "yes please" | "ok" | "go on" | "lets go");
        said == search::words(self.words()).join(" ") && !said.is_empty()
            || is_yes && matches!(self, Choice::Flow { .. })
    }
}

impl Turn {
    /// A turn that says only this.
    pub fn saying(status: Status, say: &[&str]) -> Turn {
        Turn {
            status,
            card: None,
            cards: Vec::new(),
            sent: None,
            language: "en".to_owned(),
            had_personal_data: false,
            understood: Vec::new(),
            corrected: Vec::new(),
            say: say.iter().map(|&sentence| sentence.to_owned()).collect(),
            quotes: Vec::new(),
            reworded: Vec::new(),
            entries: Vec::new(),
            links: Vec::new(),
            choices: Vec::new(),
            flow: Vec::new(),
            flow_turn: None,
            flow_session: None,
            about: About::default(),
        }
    }

    /// What is kept of it: ids of what was shown and sentences of ours.
    pub fn kept(&self) -> Kept {
        Kept {
            say: self.say.clone(),
            quotes: self.quotes.iter().map(|quote| quote.at.clone()).collect(),
            entries: self
                .entries
                .iter()
                .map(|shown| (shown.kind.as_str().to_owned(), shown.slug.clone()))
                .collect(),
            links: self.links.clone(),
            choices: self.choices.clone(),
            flow_turn: self.flow_turn.clone(),
            about: self.about.clone(),
            cards: self.cards.iter().map(|category| category.as_str().to_owned()).collect(),
            sent: self.sent.clone(),
        }
    }
}

impl Shown {
    /// What was found, with its reasons.
    pub fn of_hit(hit: &AskHit) -> Shown {
        Shown { why: hit.why.clone(), ..Shown::of_entry(&hit.entry) }
    }

    /// An entry as it stands now.
    pub fn of_entry(entry: &AskEntry) -> Shown {
        let document = entry.document();
        Shown {
            kind: document.kind,
            slug: document.slug.clone(),
            title: document.title.clone(),
            url: document.url.clone(),
            why: Vec::new(),
            card: entry.card.clone(),
        }
    }
}

/// What the database holds of a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Fixed sentences of ours.
    pub say: Vec<String>,
    /// Which pieces of which source.
    pub quotes: Vec<crate::passages::QuoteRef>,
    /// Kind and slug of what was shown.
    pub entries: Vec<(String, String)>,
    /// Words and address, both ours.
    pub links: Vec<(String, String)>,
    /// What could be chosen.
    pub choices: Vec<Choice>,
    /// The turn of a guide that was shown: its session and its number.
    #[serde(default)]
    pub flow_turn: Option<(String, i64)>,
    /// What it was about: ids of what was found, and filters in our own words.
    #[serde(default)]
    pub about: About,
    /// What kinds of cards were shown, the latest first.
    #[serde(default)]
    pub cards: Vec<String>,
    /// What the question is known by when it is sent again: no words, and nothing that leads to them.
    #[serde(default)]
    pub sent: Option<String>,
}

impl Kept {
    /// What kinds of cards were shown, as far as those kinds are still known.
    pub fn cards(&self) -> Vec<Category> {
        self.cards.iter().filter_map(|kind| kind.parse().ok()).collect()
    }
}
