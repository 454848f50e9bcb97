//! Where somebody stands in a flow, what they can do there, and what the flow says in return. How one follows from the
//! other is in `engine.rs`.

use crate::{flow::HandOver, heard::Loss, working_out::WorkedLine};
use kernel::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Where somebody stands in a flow. It holds keys of answers and days, never words that were typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The node that waits for an answer, or the last one.
    pub node: String,
    /// The node at which the last stretch began: what was said since can be said again.
    pub since: String,
    /// The language that is spoken.
    pub language: String,
    /// What is kept and worked out.
    pub kept: BTreeMap<String, Kept>,
    /// The questions that were answered, oldest first.
    pub path: Vec<Passed>,
    /// How often in a row an answer was not understood.
    pub missed: u32,
    /// The flow has come to an end. Going back and starting again are still open.
    pub over: bool,
    /// It asks nothing of its own until they choose to go on.
    #[serde(default)]
    pub paused: bool,
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The key of an answer.
    Choice(String),
    /// A day.
    Day(Date),
}

/// A question that was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Where.
    pub node: String,
    /// What.
    pub answered: Answered,
    /// What was known before.
    pub known: BTreeMap<String, Kept>,
}

/// What somebody does. Its `Debug` never shows what was typed.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// Presses a button.
    Choice {
        /// The node the button stood at, where the page knows: an earlier answer is changed by it.
        node: Option<String>,
        /// The answer's key.
        key: String,
    },
    /// Gives a day.
    Day {
        /// The node that asked, where the page knows.
        node: Option<String>,
        /// The day.
        day: Date,
    },
    /// Does not know, or leaves it out.
    DoNotKnow {
        /// The node that asked, where the page knows.
        node: Option<String>,
    },
    /// Types something. It has been through the safety screen.
    Words(String),
    /// Types something on the page of a pause.
    WordsAtPause(String),
    /// Types something that tells of a loss, as the safety screen hears it.
    Loss(Loss),
    /// Goes back one question.
    Back,
    /// Starts again.
    Restart,
    /// Asks what that means.
    Explain,
    /// Asks for something that is none of this guide's, as the host hears it: the host answers.
    Aside,
    /// Would like a person.
    Person,
    /// Comes back, and would like to hear where they were.
    GoOn,
    /// Speaks another language from here.
    Language(String),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Input::Choice { .. } => "Choice",
            Input::Day { .. } => "Day",
            Input::DoNotKnow { .. } => "DoNotKnow",
            Input::Words(_) | Input::WordsAtPause(_) => "Words",
            Input::Loss(_) => "Loss",
            Input::Back => "Back",
            Input::Restart => "Restart",
            Input::Explain => "Explain",
            Input::Aside => "Aside",
            Input::Person => "Person",
            Input::GoOn => "GoOn",
            Input::Language(_) => "Language",
        })
    }
}

/// What is kept of an answer: never the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// The flow began.
    Began,
    /// One of the choices.
    Choice {
        /// Its key.
        key: String,
        /// What its button said.
        words: String,
    },
    /// A day.
    Day(Date),
    /// 'I do not know', or left out.
    DoNotKnow,
    /// Something in their own words.
    Words,
    /// Something nobody foresaw.
    Unforeseen,
    /// Went back.
    Back,
    /// Started again.
    Restart,
    /// Asked what it means.
    Explain,
    /// Asked for a person.
    Person,
    /// Came back.
    GoOn,
    /// Wants to stop for now.
    Stop,
    /// Asked something else.
    Aside,
    /// Chose a language.
    Language(String),
}

/// What the flow says in return, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// It says something.
    Said {
        /// Where.
        node: String,
        /// As Markdown.
        text: String,
        /// Where it comes from.
        cites: Vec<Cite>,
    },
    /// It worked days out.
    Worked {
        /// Where.
        node: String,
        /// What stands above them, as Markdown.
        text: String,
        /// The days with their sums.
        lines: Vec<WorkedLine>,
        /// Where the rules come from.
        cites: Vec<Cite>,
    },
    /// Services that may help.
    Services {
        /// Where.
        node: String,
        /// What stands above them, as Markdown.
        text: String,
        /// The slug of the need, or empty.
        need: String,
        /// What is searched for, or empty.
        words: String,
        /// Where it comes from.
        cites: Vec<Cite>,
    },
    /// Something else takes it from here.
    HandOver {
        /// Where.
        node: String,
        /// What stands above the link, as Markdown.
        text: String,
        /// To what.
        what: HandOver,
        /// Its address or number.
        target: String,
        /// What the link says.
        words: String,
        /// Where it comes from.
        cites: Vec<Cite>,
    },
    /// It asks and waits. At most one, and the last.
    Asked {
        /// Where.
        node: String,
        /// What kind of answer it waits for.
        kind: Asks,
        /// The question, as Markdown.
        text: String,
        /// The buttons; none for a day or words.
        choices: Vec<Offered>,
        /// Whether it can explain itself.
        explains: bool,
        /// Where what it says comes from.
        cites: Vec<Cite>,
    },
    /// It did not understand; the question follows.
    NotUnderstood {
        /// How often in a row.
        times: u32,
    },
    /// A person is offered.
    Person,
    /// What was typed sounds like a question of its own: whoever runs the flow answers it. The flow's question follows.
    Aside,
    /// They want to stop for now: the code to come back with is shown. The question follows.
    Stop,
    /// An earlier answer was changed.
    Changed,
    /// What it means, as Markdown. The question follows.
    Explained {
        /// The words, or empty when there are none.
        text: String,
    },
    /// Another flow is offered, because of what words say.
    Offered {
        /// Its slug.
        slug: String,
        /// Its name.
        title: String,
    },
    /// It went in circles and stopped. Somebody should look.
    Circles,
    /// It has come to its end.
    Ended {
        /// Where.
        node: String,
    },
}

/// What kind of answer a question waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// One of its buttons.
    Choice,
    /// A day.
    Day,
    /// Words.
    Words,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// What is sent.
    pub key: String,
    /// What it says.
    pub words: String,
}

/// Where something comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// Its name.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where it can be read.
    pub url: String,
    /// When it was read last.
    pub checked_on: Date,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// Where they stand now.
    pub state: State,
    /// What is kept of the answer.
    pub answered: Answered,
    /// What the flow says.
    pub outputs: Vec<Output>,
}
