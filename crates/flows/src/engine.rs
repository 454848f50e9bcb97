//! The engine: what follows from an answer. A pure function: the same state and the same answer on the same day always
//! give the same. It knows no clock, no database and no page.

mod another_day;
mod miss;
mod pause;

pub(crate) use another_day::{said_anew, with_notes_anew};
pub(crate) use pause::{PAUSE, breath, pause_question};

use crate::{
    days,
    flow::{Case, Choice, Day, Flow, Node, NodeKind, Rule, Source, Test},
    heard,
    model::{Answered, Asks, Cite, Input, Kept, Offered, Output, Passed, State, Stepped},
    understand::{self, Command},
    working_out::{WorkedLine, day_in_words, notes_on, work_out},
};
use kernel::Date;
use std::collections::BTreeMap;

/// How many nodes one answer may pass. A flow that goes in circles stops here with a friendly way out.
pub const STEPS_MAX: usize = 100;
/// How many answers are remembered for going back.
const PATH_MAX: usize = 200;

/// Begins a flow. A language it does not have becomes its own.
pub fn begin(flow: &Flow, language: &str, today: Date) -> Stepped {
    let language = flow.languages.iter().find(|known| *known == language);
    let state = State {
        node: flow.start.clone(),
        since: flow.start.clone(),
        language: language.map_or_else(|| flow.own_language().to_owned(), String::clone),
        kept: BTreeMap::new(),
        path: Vec::new(),
        missed: 0,
        over: false,
        paused: false,
    };
    let mut turn = Turn { flow, state, outputs: Vec::new(), today };
    if turn.run_from(&flow.start).is_err() {
        turn.state.over = true;
        turn.outputs = vec![Output::Circles, Output::Person, Output::Ended { node: flow.start.clone() }];
    }
    Stepped { state: turn.state, answered: Answered::Began, outputs: turn.outputs }
}

/// One answer, and what follows from it.
pub fn step(flow: &Flow, state: &State, input: &Input, today: Date) -> Stepped {
    // A state of a revision that is gone cannot be: sessions keep theirs. Should it, beginning anew is no dead end.
    if flow.node(&state.node).is_none() {
        return Stepped { answered: Answered::Restart, ..begin(flow, &state.language, today) };
    }
    let mut turn = Turn { flow, state: state.clone(), outputs: Vec::new(), today };
    match turn.take(input) {
        Ok(answered) => Stepped { state: turn.state, answered, outputs: turn.outputs },
        Err(Circles) => {
            let mut back =
                Turn { flow, state: state.clone(), outputs: vec![Output::Circles, Output::Person], today };
            back.ask_again();
            Stepped { state: back.state, answered: Answered::Unforeseen, outputs: back.outputs }
        }
    }
}

/// Whether words answer the question that waits, so that a host with other things to say knows whose they are.
pub fn understands(flow: &Flow, state: &State, text: &str, today: Date) -> bool {
    let Some(node) = flow.node(&state.node).filter(|_| !state.over) else { return false };
    let is_for_us = understand::command(text).is_some() || heard::urgent(flow, text).is_some();
    if is_for_us || heard::loss(text).is_some() && !flow.loss {
        return true;
    }
    match &node.kind {
        NodeKind::Choice { .. } => understand::choice(flow, node, &state.language, text, today).is_some(),
        NodeKind::Date { .. } => understand::is_unknown(text) || days::read_day(text, today).is_some(),
        NodeKind::Words { .. } => true,
        _ => false,
    }
}

/// What words answer at a question that was passed, if that is certain.
pub(crate) fn answer_at(flow: &Flow, state: &State, node: &str, text: &str, today: Date) -> Option<Input> {
    let is_passed = state.path.iter().any(|passed| passed.node == node);
    let asked = flow.node(node).filter(|_| is_passed && heard::urgent(flow, text).is_none())?;
    let at = Some(node.to_owned());
    match &asked.kind {
        NodeKind::Choice { .. } => {
            let choice = understand::choice(flow, asked, &state.language, text, today)?;
            Some(Input::Choice { node: at, key: choice.key.clone() })
        }
        NodeKind::Date { .. } if understand::is_unknown(text) => Some(Input::DoNotKnow { node: at }),
        NodeKind::Date { .. } => Some(Input::Day { node: at, day: days::read_day(text, today)? }),
        _ => None,
    }
}

/// It has passed more nodes than an answer may.
struct Circles;

struct Turn<'a> {
    flow: &'a Flow,
    state: State,
    outputs: Vec<Output>,
    today: Date,
}

impl Turn<'_> {
    fn take(&mut self, input: &Input) -> Result<Answered, Circles> {
        if let Some(answered) = self.take_at_a_pause(input) {
            return answered;
        }
        let at = match input {
            Input::Choice { node, .. } | Input::Day { node, .. } | Input::DoNotKnow { node } => {
                node.as_deref()
            }
            _ => None,
        };
        if let Some(earlier) = at.filter(|node| *node != self.state.node || self.state.over) {
            self.return_to(earlier);
        }
        match input {
            Input::Choice { key, .. } => self.take_choice(key),
            Input::Day { day, .. } => self.take_day(*day),
            Input::DoNotKnow { .. } => self.take_unknown(),
            Input::Words(text) => self.take_words(text),
            Input::WordsAtPause(text) => {
                self.state.paused = !self.state.over;
                self.take_words(text)
            }
            Input::Loss(who) => Ok(self.hear_a_loss(*who)),
            Input::Back => self.go_back(),
            Input::Restart => self.restart(),
            Input::Explain => self.explain(),
            Input::Aside => Ok(self.step_aside()),
            Input::Person => {
                self.outputs.push(Output::Person);
                self.ask_again();
                Ok(Answered::Person)
            }
            Input::GoOn => {
                self.say_again();
                Ok(Answered::GoOn)
            }
            Input::Language(language) => {
                if self.flow.languages.contains(language) {
                    self.state.language.clone_from(language);
                }
                self.say_again();
                Ok(Answered::Language(self.state.language.clone()))
            }
        }
    }

    /// An answer to an earlier question, from a page that was left open or sent at the same moment as another: it
    /// changes that answer, so that nothing that was said is lost.
    fn return_to(&mut self, node: &str) {
        let Some(place) = self.state.path.iter().rposition(|passed| passed.node == node) else { return };
        let known = self.state.path[place].known.clone();
        self.state.path.truncate(place);
        self.state.node = node.to_owned();
        self.state.since = node.to_owned();
        self.state.kept = known;
        self.state.over = false;
        self.outputs.push(Output::Changed);
    }

    fn node(&self) -> Option<&Node> {
        self.flow.node(&self.state.node).filter(|_| !self.state.over)
    }

    fn take_choice(&mut self, key: &str) -> Result<Answered, Circles> {
        let flow = self.flow;
        let Some((node, NodeKind::Choice { keep, choices, .. })) =
            flow.node(&self.state.node).filter(|_| !self.state.over).map(|node| (node, &node.kind))
        else {
            return self.miss();
        };
        let Some(choice) = choices.iter().find(|choice| choice.key == key) else { return self.miss() };
        let words = flow.choice_in(node, choice, &self.state.language).to_owned();
        let answered = Answered::Choice { key: choice.key.clone(), words };
        self.answer(answered, Some((keep, Some(Kept::Choice(choice.key.clone())))), &choice.to)
    }

    fn take_day(&mut self, day: Date) -> Result<Answered, Circles> {
        match self.node().map(|node| node.kind.clone()) {
            Some(NodeKind::Date { keep, to, .. }) => {
                self.answer(Answered::Day(day), Some((&keep, Some(Kept::Day(day)))), &to)
            }
            _ => self.miss(),
        }
    }

    fn take_unknown(&mut self) -> Result<Answered, Circles> {
        match self.node().map(|node| node.kind.clone()) {
            Some(NodeKind::Date { keep, unknown, .. }) => {
                self.answer(Answered::DoNotKnow, Some((&keep, None)), &unknown)
            }
            Some(NodeKind::Words { skip, .. }) => self.answer(Answered::DoNotKnow, None, &skip),
            _ => self.miss(),
        }
    }

    fn take_words(&mut self, text: &str) -> Result<Answered, Circles> {
        let flow = self.flow;
        if let Some(to) = heard::urgent(flow, text) {
            self.state.paused = false;
            return self.answer(Answered::Words, None, to);
        }
        if let Some(who) = heard::loss(text).filter(|_| !flow.loss) {
            return Ok(self.hear_a_loss(who));
        }
        if self.state.paused {
            return self.take_words_at_a_pause(text);
        }
        let found = self.node().and_then(|node| {
            understand::choice(flow, flow.node(&node.key)?, &self.state.language, text, self.today)
        });
        if let Some(choice) = found {
            return self.take_choice(&choice.key.clone());
        }
        if let Some(command) = understand::command(text) {
            return self.obey(command);
        }
        match self.node().map(|node| &node.kind) {
            Some(NodeKind::Date { .. }) => {
                if let Some(day) = days::read_day(text, self.today) {
                    return self.take_day(day);
                }
                if understand::is_unknown(text) {
                    return self.take_unknown();
                }
            }
            Some(NodeKind::Words { to, .. }) => {
                let to = to.clone();
                return self.answer(Answered::Words, None, &to);
            }
            _ => {}
        }
        // In a guide for a loss every other text is met with kindness: the need of a living child is not.
        let is_anothers = flow.loss && heard::needs_for_a_child(text);
        if is_anothers || understand::is_question(text) {
            return Ok(self.step_aside());
        }
        if days::is_meant_as_a_day(text, self.today) {
            return Ok(self.miss_here());
        }
        self.miss()
    }

    /// Somebody asks something else: it is answered by the host, and the question waits.
    fn step_aside(&mut self) -> Answered {
        self.outputs.push(Output::Aside);
        self.ask_again();
        Answered::Aside
    }

    fn obey(&mut self, command: Command) -> Result<Answered, Circles> {
        match command {
            Command::Back => self.take(&Input::Back),
            Command::Restart => self.take(&Input::Restart),
            Command::Explain => self.take(&Input::Explain),
            Command::Person => self.take(&Input::Person),
            Command::GoOn => self.take(&Input::GoOn),
            // In a guide for a loss nothing more is asked, not even the same.
            Command::Stop if self.state.paused || self.flow.loss => Ok(self.stop_at_a_pause()),
            Command::Stop => {
                self.outputs.push(Output::Stop);
                self.ask_again();
                Ok(Answered::Stop)
            }
            Command::Next if self.speaks_of_999() => {
                self.say_again();
                Ok(Answered::GoOn)
            }
            Command::Next => {
                self.outputs.push(breath());
                self.pause();
                Ok(Answered::GoOn)
            }
        }
    }

    /// Keeps an answer and goes on.
    fn answer(
        &mut self,
        answered: Answered,
        keep: Option<(&str, Option<Kept>)>,
        to: &str,
    ) -> Result<Answered, Circles> {
        let passed = Passed {
            node: self.state.node.clone(),
            answered: answered.clone(),
            known: self.state.kept.clone(),
        };
        self.state.path.push(passed);
        if self.state.path.len() > PATH_MAX {
            self.state.path.remove(0);
        }
        match keep {
            Some((name, Some(kept))) => {
                self.state.kept.insert(name.to_owned(), kept);
            }
            // What was known before and no longer is must not be counted from.
            Some((name, None)) => {
                self.state.kept.remove(name);
            }
            None => {}
        }
        self.state.missed = 0;
        self.run_from(to)?;
        Ok(answered)
    }

    fn go_back(&mut self) -> Result<Answered, Circles> {
        if let Some(passed) = self.state.path.pop() {
            self.state.node.clone_from(&passed.node);
            self.state.since = passed.node;
            self.state.kept = passed.known;
            self.state.over = false;
        }
        self.state.missed = 0;
        self.ask_again();
        Ok(Answered::Back)
    }

    fn restart(&mut self) -> Result<Answered, Circles> {
        let fresh = begin(self.flow, &self.state.language, self.today);
        self.state = fresh.state;
        self.outputs.extend(fresh.outputs);
        Ok(Answered::Restart)
    }

    fn explain(&mut self) -> Result<Answered, Circles> {
        let node = self.flow.node(&self.state.node);
        let text = node.map(|node| self.flow.explain_in(node, &self.state.language)).unwrap_or_default();
        let text = self.filled(text);
        self.outputs.push(Output::Explained { text });
        self.ask_again();
        Ok(Answered::Explain)
    }

    /// Says everything since the last answer again: in another language, or to somebody who comes back.
    fn say_again(&mut self) {
        if self.state.paused {
            return self.ask_again();
        }
        let mut again =
            Turn { flow: self.flow, state: self.state.clone(), outputs: Vec::new(), today: self.today };
        let since = self.state.since.clone();
        let came_out = again.run_from(&since);
        // A new day may lead another way; nobody is moved by changing the language.
        if came_out.is_ok() && (&again.state.node, again.state.over) == (&self.state.node, self.state.over) {
            self.outputs.append(&mut again.outputs);
        } else {
            self.ask_again();
        }
    }

    fn ask_again(&mut self) {
        if self.state.paused {
            self.outputs.push(pause_question());
            return;
        }
        let Some(node) = self.flow.node(&self.state.node) else { return };
        let output =
            if self.state.over { Output::Ended { node: node.key.clone() } } else { self.asked(node) };
        self.outputs.push(output);
    }

    /// Goes on from a node until something waits or it ends.
    fn run_from(&mut self, key: &str) -> Result<(), Circles> {
        self.state.since = key.to_owned();
        let mut key = key.to_owned();
        for _ in 0..STEPS_MAX {
            let flow = self.flow;
            let Some(node) = flow.node(&key) else { return Err(Circles) };
            match self.pass(node) {
                Some(to) => key = to,
                None => return Ok(()),
            }
        }
        Err(Circles)
    }

    /// Does what one node does, and says where it goes on.
    fn pass(&mut self, node: &Node) -> Option<String> {
        let (key, cites) = (node.key.clone(), self.cites(node));
        let text = self.filled(self.flow.say_in(node, &self.state.language));
        let go_on = match &node.kind {
            NodeKind::Choice { .. } | NodeKind::Date { .. } | NodeKind::Words { .. } => {
                self.state.node = key;
                let asked = self.asked(node);
                self.outputs.push(asked);
                return None;
            }
            NodeKind::Say { to } => {
                self.outputs.push(Output::Said { node: key, text, cites });
                Some(to.clone())
            }
            NodeKind::WorkOut { to, .. } => {
                let lines = self.work_out(node);
                // The words above may name what has just been worked out.
                let text = self.filled(self.flow.say_in(node, &self.state.language));
                self.outputs.push(Output::Worked { node: key, text, lines, cites });
                Some(to.clone())
            }
            NodeKind::Branch { cases, otherwise } => {
                let found = cases.iter().find(|case| self.fits(case)).map(|case| &case.to);
                Some(found.unwrap_or(otherwise).clone())
            }
            NodeKind::Services { need, words, to } => {
                let (need, words) = (need.clone(), self.filled(words));
                self.outputs.push(Output::Services { node: key, text, need, words, cites });
                to.clone()
            }
            NodeKind::HandOver { what, target, words, to } => {
                let (what, target) = (*what, target.clone());
                let words = self.flow.link_in(node, words, &self.state.language).to_owned();
                self.outputs.push(Output::HandOver { node: key, text, what, target, words, cites });
                to.clone()
            }
            NodeKind::End => {
                if !text.is_empty() {
                    self.outputs.push(Output::Said { node: key, text, cites });
                }
                None
            }
        };
        if go_on.is_none() {
            self.state.node.clone_from(&node.key);
            self.state.over = true;
            self.outputs.push(Output::Ended { node: node.key.clone() });
        }
        go_on
    }

    fn asked(&self, node: &Node) -> Output {
        let language = &self.state.language;
        let (kind, choices) = match &node.kind {
            NodeKind::Choice { choices, .. } => {
                let offered = |choice: &Choice| Offered {
                    key: choice.key.clone(),
                    words: self.flow.choice_in(node, choice, language).to_owned(),
                };
                (Asks::Choice, choices.iter().map(offered).collect())
            }
            NodeKind::Date { .. } => (Asks::Day, Vec::new()),
            _ => (Asks::Words, Vec::new()),
        };
        Output::Asked {
            node: node.key.clone(),
            kind,
            text: self.filled(self.flow.say_in(node, language)),
            choices,
            explains: !node.explain.is_empty(),
            cites: self.cites(node),
        }
    }

    fn cites(&self, node: &Node) -> Vec<Cite> {
        let found = node.cites.iter().filter_map(|key| self.flow.source(key));
        let cite = |source: &Source| Cite {
            title: source.title.clone(),
            publisher: source.publisher.clone(),
            url: source.url.clone(),
            checked_on: source.checked_on,
        };
        found.map(cite).collect()
    }

    fn work_out(&mut self, node: &Node) -> Vec<WorkedLine> {
        let NodeKind::WorkOut { steps, .. } = &node.kind else { return Vec::new() };
        let mut lines = Vec::new();
        for step in steps {
            let certificate = match &step.rule {
                Rule::Tribunal { certificate: Some(name) } => self.day(name),
                _ => None,
            };
            let worked = self.day(&step.from).and_then(|from| work_out(from, &step.rule, certificate));
            let (day, sum, notes) = match worked {
                Some((day, sum)) => {
                    self.state.kept.insert(step.name.clone(), Kept::Day(day));
                    (Some(day), sum, notes_on(day, self.today))
                }
                None => {
                    self.state.kept.remove(&step.name);
                    (None, String::new(), Vec::new())
                }
            };
            let words = self.flow.step_in(node, step, &self.state.language).to_owned();
            lines.push(WorkedLine { name: step.name.clone(), words, day, sum, notes });
        }
        lines
    }

    fn fits(&self, case: &Case) -> bool {
        let known = self.state.kept.get(&case.of);
        let than = |day: &Day| match day {
            Day::Today => Some(self.today),
            Day::On(day) => Some(*day),
            Day::Named(name) => self.day(name),
        };
        let held = |day: &Day, fits: fn(&Date, &Date) -> bool| matches!((self.day(&case.of), than(day)), (Some(kept), Some(other)) if fits(&kept, &other));
        match &case.test {
            Test::Is(key) => matches!(known, Some(Kept::Choice(kept)) if kept == key),
            Test::Known => known.is_some(),
            Test::Unknown => known.is_none(),
            Test::Before(day) => held(day, Date::lt),
            Test::After(day) => held(day, Date::gt),
        }
    }

    fn day(&self, name: &str) -> Option<Date> {
        match self.state.kept.get(name) {
            Some(Kept::Day(day)) => Some(*day),
            None if name == "today" => Some(self.today),
            _ => None,
        }
    }

    /// The words with what is known put in for each `{{name}}`.
    fn filled(&self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once("}}") {
                Some((name, rest)) => {
                    out.push_str(&self.in_words(name.trim()));
                    out.push_str(rest);
                }
                None => out.push_str(part),
            }
        }
        out
    }

    fn in_words(&self, name: &str) -> String {
        match self.state.kept.get(name) {
            Some(Kept::Day(day)) => day_in_words(*day),
            Some(Kept::Choice(key)) => self.choice_words(name, key).unwrap_or_else(|| key.clone()),
            None if name == "today" => day_in_words(self.today),
            None => "(not known)".to_owned(),
        }
    }

    fn choice_words(&self, name: &str, key: &str) -> Option<String> {
        self.flow.nodes.iter().find_map(|node| match &node.kind {
            NodeKind::Choice { keep, choices, .. } if keep == name => {
                let choice = choices.iter().find(|choice| choice.key == key)?;
                Some(self.flow.choice_in(node, choice, &self.state.language).to_owned())
            }
            _ => None,
        })
    }
}
