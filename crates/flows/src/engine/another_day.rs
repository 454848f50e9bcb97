//! What was said on one day, as it is on another: a deadline that was still to come may have passed when somebody comes
//! back. Nothing of it is kept, and nobody is moved by it.

use super::Turn;
use crate::{
    flow::Flow,
    model::{Output, State},
    working_out::notes_on,
};
use kernel::Date;

/// What was said last, from the day it was said to the day it is looked at. Where the new day would lead to another
/// question, the one that was asked stays, and only what is told of each day is told anew.
pub(crate) fn said_anew(
    flow: &Flow,
    state: &State,
    mut said: Vec<Output>,
    (then, today): (Date, Date),
) -> Vec<Output> {
    if then == today {
        return said;
    }
    match (stretch(flow, state, then), stretch(flow, state, today)) {
        (Some(was), Some(is)) if said.ends_with(&was) => {
            said.truncate(said.len() - was.len());
            said.extend(is);
            said
        }
        _ => with_notes_anew(said, today),
    }
}

/// The same words, with what is told of each day that was worked out as it is today.
pub(crate) fn with_notes_anew(mut said: Vec<Output>, today: Date) -> Vec<Output> {
    for output in &mut said {
        let Output::Worked { lines, .. } = output else { continue };
        for line in lines {
            line.notes = line.day.map(|day| notes_on(day, today)).unwrap_or_default();
        }
    }
    said
}

/// Everything since the last answer, as a day leads; nothing where it leads to another question.
fn stretch(flow: &Flow, state: &State, today: Date) -> Option<Vec<Output>> {
    let mut turn = Turn { flow, state: state.clone(), outputs: Vec::new(), today };
    turn.run_from(&state.since).ok()?;
    let is_here = (&turn.state.node, turn.state.over) == (&state.node, state.over);
    is_here.then_some(turn.outputs)
}
