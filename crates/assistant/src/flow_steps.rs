//! Guides inside Ask: one that runs goes on, one that fits is offered and never begun unasked.

use crate::{
    conversation::Conversation,
    markdown::{to_html, to_text},
    pipeline::{Ask, Step},
    room::Assistant,
    say,
    status::Status,
    turn::{Choice, FlowCite, FlowPart, Turn},
};
use flows::{Asks, Input, Offer, Output, Reply, SessionId};
use kernel::Fault;
use safety::Screened;

/// A choice that says so.
const DO_NOT_KNOW: &str = "I do not know";
/// The key of that choice: no guide has one like it.
const DO_NOT_KNOW_KEY: &str = "?";

/// A guide that runs takes the words first; what is a question of its own is answered, and the guide waits.
pub(crate) async fn running_flow(
    room: &Assistant,
    ask: &Ask<'_>,
    conversation: &Conversation,
    words: &Screened,
) -> Step<Option<Turn>> {
    let chosen = conversation.chosen(ask, words);
    if let Some(Choice::Flow { slug, .. }) = chosen {
        return begun(room, slug, "en").await;
    }
    let Some(session) = conversation.flow_session.as_deref().and_then(|id| id.parse::<SessionId>().ok())
    else {
        return Ok(None);
    };
    let reply = match chosen {
        Some(Choice::FlowAnswer { key, .. }) if key == DO_NOT_KNOW_KEY => {
            Reply::Pressed(Input::DoNotKnow { node: None })
        }
        Some(Choice::FlowAnswer { key, .. }) => {
            Reply::Pressed(Input::Choice { node: None, key: key.clone() })
        }
        Some(_) => return Ok(None),
        None if words.as_typed().trim().is_empty() => return Ok(None),
        None => Reply::Typed(words),
    };
    let today = room.site().clock().today();
    match room.flows().take_turn(&session, ask.message, reply, today).await {
        Ok(Some(turn)) if turn.is_aside() => Ok(Some(turn_of(&turn))),
        Ok(Some(turn)) => Err(Box::new(turn_of(&turn))),
        Ok(None) => Ok(None),
        Err(fault) => Err(broken(&fault)),
    }
}

async fn begun(room: &Assistant, slug: &str, language: &str) -> Step<Option<Turn>> {
    match room.flows().begin(slug, language).await {
        Ok(Some(turn)) => Err(Box::new(turn_of(&turn))),
        Ok(None) => Ok(None),
        Err(fault) => Err(broken(&fault)),
    }
}

fn broken(fault: &Fault) -> Box<Turn> {
    tracing::error!(fault = format!("{fault:#}"), "a guide could not go on");
    Box::new(Turn::saying(Status::Broken, &[say::BROKEN]))
}

/// The guide that was written for these words, if that is certain.
pub(crate) fn flow_for(room: &Assistant, conversation: &Conversation, words: &Screened) -> Option<Offer> {
    if conversation.flow_session.is_some() {
        return None;
    }
    room.flows().offer(words).or_else(|| guide_by_its_letters(room, words.as_typed()))
}

/// 'How long does an EHCP take': a short word of letters that a guide is called by is what the sentence is about, where it
/// asks when things come or tells that something was refused.
fn guide_by_its_letters(room: &Assistant, typed: &str) -> Option<Offer> {
    const ASKS: &str = " long when take takes late delay delayed overdue wait waiting refuse refused refuses refusing rejected reject declined denied turned appeal appealing apply deadline stuck draft review next ";
    const LETTERS_MAX: usize = 4;
    const WORDS_MAX: usize = 15;
    let words = search::words(typed);
    if words.len() > WORDS_MAX || !words.iter().any(|word| ASKS.contains(&format!(" {word} "))) {
        return None;
    }
    let guides = room.flows().list();
    let is_named = |guide: &&flows::Published| {
        let mut called = guide.flow.also_say.iter().filter(|said| said.chars().count() <= LETTERS_MAX);
        called.any(|said| words.iter().any(|word| word == said))
    };
    let mut named = guides.iter().filter(is_named);
    match (named.next(), named.next()) {
        (Some(guide), None) => {
            let flow = &guide.flow;
            Some(Offer { slug: flow.slug.clone(), title: flow.title.clone(), why: flow.summary.clone() })
        }
        _ => None,
    }
}

/// The answer with the guide offered under it.
pub(crate) fn with_offer(mut turn: Turn, offer: Option<Offer>) -> Turn {
    let Some(offer) = offer else { return turn };
    let choice = Choice::Flow { slug: offer.slug, words: offer.title };
    if turn.status == Status::Loss {
        turn.choices = vec![choice, Choice::SomethingElse];
        return turn;
    }
    turn.status = Status::FlowOffered;
    turn.say.insert(0, say::FLOW_OFFERED.to_owned());
    turn.choices = vec![choice, Choice::SomethingElse];
    turn
}

/// The answer to a question that was asked in between, with the guide's own question after it.
pub(crate) fn back_to_flow(mut turn: Box<Turn>, waiting: Option<Turn>) -> Box<Turn> {
    let Some(waiting) = waiting else { return turn };
    turn.flow_session = waiting.flow_session;
    turn.flow_turn = waiting.flow_turn;
    turn.flow = waiting.flow;
    turn.choices = waiting.choices;
    turn
}

/// A guide's turn as one of ours.
fn turn_of(flow: &flows::Turn) -> Turn {
    let mut turn = Turn::saying(Status::FlowTurn, &[]);
    turn.flow_session = (!flow.over).then(|| flow.session.as_str().to_owned());
    turn.flow_turn = Some((flow.session.as_str().to_owned(), flow.turn));
    turn.flow = parts_of(&flow.outputs);
    turn.choices = choices_of(flow);
    if !flow.over {
        turn.links.push((
            format!("Save this and come back later with the code {}", flow.code),
            "/guides/resume".to_owned(),
        ));
    }
    turn
}

fn choices_of(flow: &flows::Turn) -> Vec<Choice> {
    let answer = |offered: &flows::Offered| Choice::FlowAnswer {
        key: offered.key.clone(),
        words: offered.words.clone(),
    };
    let mut choices: Vec<Choice> = flow.choices().iter().map(answer).collect();
    if matches!(flow.asks(), Some(Asks::Day | Asks::Words)) {
        choices.push(Choice::FlowAnswer { key: DO_NOT_KNOW_KEY.to_owned(), words: DO_NOT_KNOW.to_owned() });
    }
    for output in &flow.outputs {
        if let Output::Offered { slug, title } = output {
            choices.push(Choice::Flow { slug: slug.clone(), words: title.clone() });
        }
    }
    choices
}

/// What a guide says, part by part, for the page and for programs.
pub(crate) fn parts_of(outputs: &[Output]) -> Vec<FlowPart> {
    outputs.iter().filter_map(part_of).collect()
}

fn part_of(output: &Output) -> Option<FlowPart> {
    let said = output.text().unwrap_or_default();
    let mut part = FlowPart { html: to_html(said), text: to_text(said), ..FlowPart::default() };
    part.cites = output
        .cites()
        .iter()
        .map(|cite| FlowCite {
            title: cite.title.clone(),
            url: cite.url.clone(),
            checked_on: cite.checked_on,
        })
        .collect();
    match output {
        Output::Worked { lines, .. } => part.lines = lines.iter().map(line_in_words).collect(),
        Output::Services { need, words, .. } => {
            part.link = Some(("See who can help".to_owned(), services_href(need, words)))
        }
        Output::HandOver { target, words, .. } => part.link = Some((words.clone(), hand_over_href(target))),
        Output::NotUnderstood { .. } => {
            part.text = "I did not understand that. Choose one of these, or say it another way.".to_owned()
        }
        Output::Person => {
            part.text =
                "You can talk to a person instead. Ring the council, or walk into any family hub.".to_owned()
        }
        Output::Circles => {
            part.text = "This guide went round in a circle, and that is our mistake. Please ring the council."
                .to_owned()
        }
        Output::Offered { title, .. } => part.text = format!("There is a guide about this: {title}."),
        Output::Said { .. } | Output::Asked { .. } | Output::Explained { .. } => {}
        Output::Aside | Output::Stop | Output::Changed | Output::Ended { .. } => return None,
    }
    if part.html.is_empty() && !part.text.is_empty() {
        part.html = to_html(&part.text);
    }
    Some(part)
}

fn line_in_words(line: &flows::WorkedLine) -> String {
    let day = line.day.map_or_else(|| "not known yet".to_owned(), flows::day_in_words);
    let sum = if line.sum.is_empty() { String::new() } else { format!(" ({})", line.sum) };
    let notes = if line.notes.is_empty() { String::new() } else { format!(". {}", line.notes.join(" ")) };
    format!("{}: {day}{sum}{notes}", line.words.trim_end_matches(':'))
}

/// The way back to a guide that somebody left to ask something. Its address is the one that the guide's own pages have.
pub(crate) async fn way_back(room: &Assistant, session: &str) -> Option<(String, String)> {
    let session = session.parse::<SessionId>().ok()?;
    let turn = room.flows().find_turn(&session).await.ok().flatten()?;
    Some(("Go back to your guide".to_owned(), turn.path()))
}

/// What a guide said in a turn that was, from its own room.
pub(crate) async fn said_by_flow(room: &Assistant, turn: Option<&(String, i64)>) -> Vec<FlowPart> {
    let Some((session, number)) = turn else { return Vec::new() };
    let Ok(session) = session.parse::<SessionId>() else { return Vec::new() };
    let turns = room.flows().list_turns(&session).await.unwrap_or_default();
    turns.iter().find(|turn| turn.turn == *number).map(|turn| parts_of(&turn.outputs)).unwrap_or_default()
}

fn services_href(need: &str, words: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !words.is_empty() {
        query.append_pair("q", words);
    }
    if !need.is_empty() {
        query.append_pair("topic", need);
    }
    format!("/search?{}", query.finish())
}

fn hand_over_href(target: &str) -> String {
    if web::may_lead_to(target) {
        return target.to_owned();
    }
    let digits: String = target.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if digits.len() >= 3 { format!("tel:{digits}") } else { "/hubs".to_owned() }
}
