//! An answer that nobody foresaw.

use super::{Circles, Turn};
use crate::{
    flow::{Node, NodeKind},
    model::{Answered, Output},
};

impl Turn<'_> {
    /// An answer nobody foresaw: once more with the choices; then where the flow says; then a person. It never ends, and
    /// nobody is led away from 'ring 999' by it.
    pub(super) fn miss(&mut self) -> Result<Answered, Circles> {
        let otherwise = match self.node().map(|node| &node.kind) {
            Some(NodeKind::Choice { otherwise: Some(otherwise), .. }) => Some(otherwise.clone()),
            _ => None,
        };
        match otherwise {
            Some(to)
                if self.state.missed == 1
                    && !self.flow.loss
                    && !self.stands_at_999()
                    && !self.leads_to_an_end(&to) =>
            {
                let answered = self.answer(Answered::Unforeseen, None, &to)?;
                // The next one that is not understood is the third.
                self.state.missed = 2;
                Ok(answered)
            }
            _ => Ok(self.miss_here()),
        }
    }

    /// The same, and it leads nowhere: the question stays, with a person from the second time on.
    pub(super) fn miss_here(&mut self) -> Answered {
        if self.flow.loss {
            return self.listen();
        }
        self.state.missed += 1;
        let times = self.state.missed;
        self.outputs.push(Output::NotUnderstood { times });
        if times > 1 {
            self.outputs.push(Output::Person);
        }
        if self.stands_at_999() {
            self.say_again()
        } else {
            self.ask_again()
        }
        Answered::Unforeseen
    }

    fn leads_to_an_end(&self, to: &str) -> bool {
        let mut ahead =
            Turn { flow: self.flow, state: self.state.clone(), outputs: Vec::new(), today: self.today };
        ahead.run_from(to).is_ok() && ahead.state.over
    }

    /// Whether the last thing said was to ring 999: until they answer, that stays.
    pub(super) fn stands_at_999(&self) -> bool {
        let since = &self.state.since;
        let is_call = self.flow.node(since).is_some_and(
            |node| matches!(&node.kind, NodeKind::HandOver { target, .. } if target == "tel:999"),
        );
        let is_urgent = self.flow.urgent.iter().any(|urgent| urgent.to == *since);
        (is_call || is_urgent) && !self.state.over && !self.state.paused
    }

    /// Whether what was said last names 999, past the beginning, where a guide only says when to ring: then 'what now?' is
    /// answered with the same once more.
    pub(super) fn speaks_of_999(&self) -> bool {
        let since = &self.state.since;
        let names = |node: &Node| self.flow.say_in(node, &self.state.language).contains("(tel:999)");
        let is_told = *since != self.flow.start && self.flow.node(since).is_some_and(names);
        self.stands_at_999() || is_told && !self.state.over && !self.state.paused
    }

    /// Nobody who has lost a baby is told that their words were not understood: the people who listen, and the same
    /// question. Nothing is counted, so it leads nowhere by itself however often it is said.
    fn listen(&mut self) -> Answered {
        const SORRY: &str = "We are so sorry.";
        let flow = self.flow;
        match flow.listening() {
            Some(people) => {
                let said = self.filled(flow.say_in(people, &self.state.language));
                let (text, cites) = (format!("{SORRY}\n\n{said}"), self.cites(people));
                self.outputs.push(Output::Said { node: people.key.clone(), text, cites });
            }
            None => {
                let node = self.state.node.clone();
                self.outputs.push(Output::Said { node, text: SORRY.to_owned(), cites: Vec::new() });
                self.outputs.push(Output::Person);
            }
        }
        self.ask_again();
        Answered::Words
    }
}
