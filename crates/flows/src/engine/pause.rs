//! A guide that waits without asking: after a loss was told, after a card, or because somebody has lost the thread. Nothing
//! of why it waits is kept.

use super::{Circles, Turn};
use crate::{
    flow::HandOver,
    heard::Loss,
    model::{Answered, Asks, Input, Offered, Output},
    understand,
};

/// Where a pause says that it stands: no node, so that its buttons are told from a guide's.
pub(crate) const PAUSE: &str = "a-pause";
/// The buttons of a pause.
const GO_ON: &str = "go-on-now";
const STOP: &str = "stop-here";

/// What is said to somebody who comes back from a card that was hard to read, or has lost the thread: no word of what
/// they typed, and the numbers once more.
pub(crate) fn breath() -> Output {
    Output::Said {
        node: PAUSE.to_owned(),
        text: "There is no rush.\n\nIn danger, or could you hurt yourself? Ring [999](tel:999). \
            To talk at any hour, ring Samaritans on [116 123](tel:116123), or [111](tel:111) for the NHS. \
            More numbers are under [Urgent help](/urgent-help)."
            .to_owned(),
        cites: Vec::new(),
    }
}

/// The one thing that is asked at a pause.
pub(crate) fn pause_question() -> Output {
    asked(
        "Your place is kept. What would you like?",
        &[(GO_ON, "Go on with what I was doing"), (STOP, "Stop here")],
    )
}

fn asked(text: &str, choices: &[(&str, &str)]) -> Output {
    let offered =
        |(key, words): &(&str, &str)| Offered { key: (*key).to_owned(), words: (*words).to_owned() };
    Output::Asked {
        node: PAUSE.to_owned(),
        kind: Asks::Choice,
        text: text.to_owned(),
        choices: choices.iter().map(offered).collect(),
        explains: false,
        cites: Vec::new(),
    }
}

impl Turn<'_> {
    /// Somebody has died. The guide asks no more of its own unless they choose to go on; the host adds the guide for a
    /// loss where there is one.
    pub(super) fn hear_a_loss(&mut self, who: Loss) -> Answered {
        let node = PAUSE.to_owned();
        self.outputs.push(Output::Said {
            node: node.clone(),
            text: "We are so sorry. You do not have to answer anything here.".to_owned(),
            cites: Vec::new(),
        });
        if who != Loss::Child {
            self.outputs.push(Output::HandOver {
                node,
                text: "This page has the first steps, and people who listen.".to_owned(),
                what: HandOver::Page,
                target: "/pages/when-someone-dies".to_owned(),
                words: "When someone dies".to_owned(),
                cites: Vec::new(),
            });
        }
        self.pause();
        Answered::Words
    }

    /// Asks nothing of the guide's own until they choose to go on. At its end there is nothing to wait with.
    pub(super) fn pause(&mut self) {
        self.state.paused = !self.state.over;
        self.state.missed = 0;
        self.ask_again();
    }

    /// What is pressed while the guide is paused, or on the page of a pause that is over. Any answer of the guide itself,
    /// from a page that was left open, is a wish to go on.
    pub(super) fn take_at_a_pause(&mut self, input: &Input) -> Option<Result<Answered, Circles>> {
        match input {
            Input::Choice { node, key } => {
                let is_ours = match node.as_deref() {
                    Some(node) => node == PAUSE,
                    None => self.state.paused && [GO_ON, STOP].contains(&key.as_str()),
                };
                if is_ours && key == STOP {
                    return Some(Ok(self.stop_at_a_pause()));
                }
                self.state.paused = false;
                is_ours.then(|| {
                    self.ask_again();
                    Ok(Answered::GoOn)
                })
            }
            Input::Words(_)
            | Input::WordsAtPause(_)
            | Input::Loss(_)
            | Input::Aside
            | Input::Person
            | Input::Language(_) => None,
            Input::Explain if self.state.paused => {
                self.ask_again();
                Some(Ok(Answered::Explain))
            }
            _ => {
                self.state.paused = false;
                None
            }
        }
    }

    /// They have stopped: nothing is asked, and one button leads on.
    pub(super) fn stop_at_a_pause(&mut self) -> Answered {
        self.outputs.push(Output::Stop);
        if self.state.over {
            self.ask_again();
        } else {
            self.state.paused = true;
            let question = asked(
                "You can close this page. The guide waits for you.",
                &[(GO_ON, "Go on with what I was doing")],
            );
            self.outputs.push(question);
        }
        Answered::Stop
    }

    pub(super) fn take_words_at_a_pause(&mut self, text: &str) -> Result<Answered, Circles> {
        const ON: [&str; 8] =
            ["yes", "ok", "1", "yes please", "go on with what i was doing", "next", "yeah", "lets go on"];
        const OFF: [&str; 6] = ["no", "2", "stop here", "no thanks", "no thank you", "nope"];
        let typed = understand::plain(text);
        let press = |key: &str| Input::Choice { node: Some(PAUSE.to_owned()), key: key.to_owned() };
        if ON.contains(&typed.as_str()) {
            return self.take(&press(GO_ON));
        }
        if OFF.contains(&typed.as_str()) {
            return self.take(&press(STOP));
        }
        if let Some(command) = understand::command(text) {
            return self.obey(command);
        }
        // Nobody is told here that they were not understood: there was nothing to answer.
        let (output, answered) = match understand::is_question(text) {
            true => (Output::Aside, Answered::Aside),
            false => (Output::Person, Answered::Unforeseen),
        };
        self.outputs.push(output);
        self.ask_again();
        Ok(answered)
    }
}
