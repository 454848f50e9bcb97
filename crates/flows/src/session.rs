//! A session's address and code, and what a turn of it is.

use crate::{
    flow::Flow,
    model::{Answered, Asks, Cite, Offered, Output, Passed, State},
};
use kernel::Date;
use std::{fmt, str::FromStr};

/// The secret part of a session's address: whoever has it has the session. It is never logged.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    pub(crate) fn new(dice: &kernel::Dice) -> SessionId {
        SessionId(dice.hex::<16>())
    }

    pub(crate) fn kept(id: String) -> SessionId {
        SessionId(id)
    }

    /// As it stands in the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionId {
    type Err = ();
    fn from_str(text: &str) -> Result<SessionId, ()> {
        let fits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits { Ok(SessionId(text.to_owned())) } else { Err(()) }
    }
}

/// Never the secret: a debug line may end in a log.
impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// A code as somebody typed it: eight letters and digits, in capitals or small, with or without a stroke. What looks
/// alike is read as the one that codes are made of.
pub fn read_code(typed: &str) -> Option<String> {
    let letters: Vec<char> = typed.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let code: String = letters.iter().flat_map(|letter| letter.to_uppercase()).collect();
    let known = |b: u8| matches!(b, b'2'..=b'9') || b.is_ascii_uppercase() && b != b'I' && b != b'O';
    (code.len() == 8 && code.bytes().all(known)).then_some(code)
}

/// A code as it is shown: 'ABCD-EFGH'.
pub(crate) fn shown_code(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

/// Where a session stands, with what was said last.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Whose.
    pub session: SessionId,
    /// The code to come back with, as it is shown.
    pub code: String,
    /// The guide.
    pub slug: String,
    /// Its name, in the language that is spoken.
    pub title: String,
    /// The language that is spoken.
    pub language: String,
    /// The languages there are.
    pub languages: Vec<String>,
    /// A neutral title and a way to leave at once.
    pub sensitive: bool,
    /// The revision it runs on.
    pub revision: i64,
    /// By when somebody was to look at that revision again.
    pub review_by: Date,
    /// How many answers there have been, of any kind; 0 is the beginning.
    pub turn: i64,
    /// What is kept of the last answer.
    pub answered: Answered,
    /// What the flow says.
    pub outputs: Vec<Output>,
    /// How many questions stand answered.
    pub questions_answered: usize,
    /// Whether there is a question to go back to.
    pub may_go_back: bool,
    /// Whether it has come to its end. Going back and starting again are still open.
    pub over: bool,
    /// The words called for a red card, so nothing was taken from them and the flow stands where it stood.
    pub paused: bool,
}

impl Turn {
    /// Everything it says, as Markdown, without the question's buttons.
    pub fn text(&self) -> String {
        let said = self.outputs.iter().filter_map(Output::text).filter(|text| !text.is_empty());
        said.collect::<Vec<_>>().join("\n\n")
    }

    /// The buttons of the question that waits.
    pub fn choices(&self) -> &[Offered] {
        match self.outputs.last() {
            Some(Output::Asked { choices, .. }) => choices,
            _ => &[],
        }
    }

    /// What kind of answer it waits for; nothing when it is over.
    pub fn asks(&self) -> Option<Asks> {
        match self.outputs.last() {
            Some(Output::Asked { kind, .. }) => Some(*kind),
            _ => None,
        }
    }

    /// The node that waits.
    pub fn node(&self) -> &str {
        match self.outputs.last() {
            Some(Output::Asked { node, .. } | Output::Ended { node }) => node,
            _ => "",
        }
    }

    /// Where what it says comes from, each once.
    pub fn cites(&self) -> Vec<&Cite> {
        let mut cites: Vec<&Cite> = Vec::new();
        for cite in self.outputs.iter().flat_map(Output::cites) {
            if !cites.contains(&cite) {
                cites.push(cite);
            }
        }
        cites
    }

    /// Whether what was typed is a question of its own, for the host to answer before the flow goes on.
    pub fn is_aside(&self) -> bool {
        self.outputs.contains(&Output::Aside)
    }

    /// Its page.
    pub fn path(&self) -> String {
        format!("/guides/{}/{}", self.slug, self.session.as_str())
    }
}

impl Output {
    /// Its words as Markdown, if it has any of the flow's own.
    pub fn text(&self) -> Option<&str> {
        match self {
            Output::Said { text, .. }
            | Output::Worked { text, .. }
            | Output::Services { text, .. }
            | Output::HandOver { text, .. }
            | Output::Asked { text, .. }
            | Output::Explained { text } => Some(text),
            _ => None,
        }
    }

    /// Where it comes from.
    pub fn cites(&self) -> &[Cite] {
        match self {
            Output::Said { cites, .. }
            | Output::Worked { cites, .. }
            | Output::Services { cites, .. }
            | Output::HandOver { cites, .. }
            | Output::Asked { cites, .. } => cites,
            _ => &[],
        }
    }
}

/// What was said in a turn of a session, for the page that shows the conversation.
#[derive(Clone, Debug)]
pub struct PastTurn {
    /// Its place.
    pub turn: i64,
    /// What is kept of the answer.
    pub answered: Answered,
    /// What the flow said.
    pub outputs: Vec<Output>,
}

/// What a code leads to.
#[derive(Clone, Debug)]
pub enum Resumed {
    /// The session, as it was left.
    Here(Box<Turn>),
    /// Nobody came back for so long that the days were put away. What can still be said is said.
    PutAway(PutAway),
    /// There is nothing under that code, or nothing any more.
    Nothing,
}

/// A session whose days were put away.
#[derive(Clone, Debug)]
pub struct PutAway {
    /// Whose.
    pub session: SessionId,
    /// The guide.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// At which question it was left, from 1.
    pub step: usize,
    /// Whether a neutral title is wanted.
    pub sensitive: bool,
}

/// What is left of a session that nobody came back to: which buttons were pressed, as far as no day stands between.
pub(crate) fn without_days(state: &State) -> State {
    let stays = |passed: &&Passed| {
        matches!(passed.answered, Answered::Choice { .. } | Answered::DoNotKnow | Answered::Words)
    };
    let path: Vec<Passed> = state.path.iter().take_while(stays).cloned().collect();
    let bare = |passed: Passed| Passed { known: Default::default(), ..passed };
    State {
        path: path.into_iter().map(bare).collect(),
        kept: Default::default(),
        missed: 0,
        paused: false,
        ..state.clone()
    }
}

/// Begins again and gives the answers that are left, as far as they fit: they carry on from there.
pub(crate) fn carry_on(flow: &Flow, left: &State, today: Date) -> State {
    use crate::{
        engine::{begin, step},
        model::Input,
    };
    let mut state = begin(flow, &left.language, today).state;
    for passed in &left.path {
        if state.over || state.node != passed.node {
            break;
        }
        let input = match &passed.answered {
            Answered::Choice { key, .. } => Input::Choice { node: None, key: key.clone() },
            Answered::DoNotKnow => Input::DoNotKnow { node: None },
            // Nothing of the words was kept, and none are needed to go on.
            Answered::Words => Input::DoNotKnow { node: None },
            _ => break,
        };
        state = step(flow, &state, &input, today).state;
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_written_down() {
        for typed in ["ABCD-2345", "abcd 2345", " Abcd2345 ", "AB.CD.23.45"] {
            assert_eq!(read_code(typed).as_deref(), Some("ABCD2345"), "{typed}");
        }
        for typed in ["", "ABCD-234", "ABCD-23456", "ABCD-2O45", "ABCD-1345", "ÄBCD-2345"] {
            assert_eq!(read_code(typed), None, "{typed}");
        }
        assert_eq!(shown_code("ABCD2345"), "ABCD-2345");
    }

    #[test]
    fn a_secret_is_never_shown_by_its_debug() {
        let secret = SessionId::new(&kernel::Dice::loaded(1));
        assert!(!format!("{secret:?}").contains(secret.as_str()));
        assert!(
            "0123".parse::<SessionId>().is_err()
                && "../../../../etc/passwd/aaaaaaaaaa".parse::<SessionId>().is_err()
        );
    }
}
