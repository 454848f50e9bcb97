//! Guides inside Ask: one that runs goes on, one that fits is offered and never begun unasked.

use crate::{
    asked_words::AskedWords,
    conversation::Conversation,
    markdown::{to_html, to_text},
    pipeline::{Ask, Step},
    room::Assistant,
    say,
    status::Status,
    turn::{Choice, FlowCite, FlowPart, Turn},
};
use directory::AskWith;
use flows::{Asks, Input, Offer, Output, Reply, SessionId};
use kernel::Fault;
use regex::Regex;
use safety::{Level, Screened};
use search::Document;
use std::sync::LazyLock;

/// A choice that says so.
const DO_NOT_KNOW: &str = "I do not know";
/// The key of that choice: no guide has one like it.
const DO_NOT_KNOW_KEY: &str = "?";

/// A choice under a guide that was put away, and its key.
const GO_ON: &str = "Go on with the guide";
const GO_ON_KEY: &str = ">";
/// What is said when a guide is put away.
const PUT_AWAY: &str = "That is fine. We stop here, and your place is kept. You can go on whenever you like.";
/// Who names this much of an entry asks for it.
const NAMED_MIN: f32 = 0.7;
/// So many entries are looked at for it.
const LOOKED_UP: usize = 8;
/// More words than this are a story, and may be an answer.
const NEED_WORDS_MAX: usize = 6;

/// A guide that runs takes the words first; what is a question of its own is answered, and the guide waits.
pub(crate) async fn running_flow(
    room: &Assistant,
    ask: &Ask<'_>,
    conversation: &Conversation,
    words: &Screened,
) -> Step<Option<Turn>> {
    let chosen = conversation.chosen(ask, words).or_else(|| meant(conversation, ask, words));
    if let Some(Choice::Flow { slug, .. }) = chosen {
        return begun(room, slug, "en").await;
    }
    let runs = match chosen {
        // Under a guide that was put away.
        Some(Choice::FlowAnswer { .. }) => last_session(conversation),
        _ => conversation.flow_session.as_deref(),
    };
    let Some(session) = runs.and_then(|id| id.parse::<SessionId>().ok()) else { return Ok(None) };
    let is_aside = chosen.is_none() && asks_for_other_help(room, &session, words).await;
    let reply = match chosen {
        Some(Choice::FlowAnswer { key, .. }) if key == DO_NOT_KNOW_KEY => {
            Reply::Pressed(Input::DoNotKnow { node: None })
        }
        Some(Choice::FlowAnswer { key, .. }) if key == GO_ON_KEY => Reply::Pressed(Input::GoOn),
        Some(Choice::FlowAnswer { key, .. }) => {
            Reply::Pressed(Input::Choice { node: None, key: key.clone() })
        }
        Some(_) => return Ok(None),
        None if words.as_typed().trim().is_empty() => return Ok(None),
        None if is_aside => Reply::Pressed(Input::Aside),
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

/// The session of the guide that spoke last.
fn last_session(conversation: &Conversation) -> Option<&str> {
    let mut guides = conversation.turns.iter().rev().filter_map(|turn| turn.kept.flow_turn.as_ref());
    guides.next().map(|(session, _)| session.as_str())
}

/// The choice that is meant by other words than its own: the one guide that is offered, by any plain yes, and the way on in
/// one that was put away.
fn meant<'a>(conversation: &'a Conversation, ask: &Ask<'_>, words: &Screened) -> Option<&'a Choice> {
    if ask.chosen.is_some() {
        return None;
    }
    let choices = conversation.choices();
    let said = search::words(words.as_typed()).join(" ");
    if choices.iter().any(|choice| matches!(choice, Choice::FlowAnswer { .. })) {
        let is_way_on =
            |choice: &&Choice| matches!(choice, Choice::FlowAnswer { key, .. } if key == GO_ON_KEY);
        return choices.iter().find(is_way_on).filter(|_| says_go_on(&said));
    }
    let mut guides = choices.iter().filter(|choice| matches!(choice, Choice::Flow { .. }));
    let first = guides.next()?;
    (guides.next().is_none() && is_a_yes(&said)).then_some(first)
}

fn says_go_on(said: &str) -> bool {
    let ways =
        ["go on", "carry on", "continue", "go back", "back", "back to the guide", "go back to the guide"];
    ways.contains(&said)
}

/// 'Yeah', 'ok then', 'yes please but im scared'. What names anything else is no plain yes.
fn is_a_yes(said: &str) -> bool {
    static YES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let yes = "yes|yeah|yeh|yep|yup|yea|ye|ya|y|aye|ok|okay|k|sure|alright|please|go on|go ahead|lets go|lets do it|lets do that|i would|i would like that|id like that";
        let more = "yes|please|pls|ok|thanks|thank you|thankyou|then|go on|go ahead|lets go|lets do it|i would|i do|why not|of course|id like that";
        let feels = "scared|frightened|nervous|worried|anxious|afraid|shy|embarrassed|ashamed|tired|upset|sad|stressed|confused|lost|overwhelmed|panicking|crying";
        let but = format!(
            "( but| and| though)?( (im|i am|i feel|were|we are))( (a|bit|little|so|really|very|quite|just|too|feeling))*( ({feels}))( (and|about) (it|this|{feels}))?"
        );
        Regex::new(&format!("^({yes})( ({more}))*({but})?$")).ok()
    });
    YES.as_ref().is_some_and(|yes| yes.is_match(said))
}

/// 'No dentist', in the middle of a guide to something else: words that are no answer, and name what is kept here about
/// another need. They are answered as a question of their own, and the guide waits.
async fn asks_for_other_help(room: &Assistant, session: &SessionId, words: &Screened) -> bool {
    let verdict = words.verdict();
    let is_short = search::words(words.as_typed()).len() <= NEED_WORDS_MAX;
    if verdict.level != Level::Clear || verdict.loss || !is_short {
        return false;
    }
    let today = room.site().clock().today();
    if !matches!(room.flows().understands(session, words, today).await, Ok(false)) {
        return false;
    }
    let Ok(Some(turn)) = room.flows().find_turn(session).await else { return false };
    let Some(guide) = room.flows().find(&turn.slug).filter(|guide| !guide.flow.loss && !turn.over) else {
        return false;
    };
    let with = AskWith { most: LOOKED_UP, ..AskWith::default() };
    let Ok(found) = room.directory().ask_index(words, &with).await else { return false };
    let matched = found.hits.iter().flat_map(|hit| &hit.matched);
    let asked = AskedWords::of(&found.words_left, matched, room.passages());
    let is_named = |document: &Document| asked.telling() > 0 && asked.named_by(&document.title) >= NAMED_MIN;
    let is_of_guide = |document: &Document| {
        let topics = &guide.flow.topics;
        document.tags.iter().any(|tag| tag.group == "topic" && topics.contains(&tag.value))
    };
    let mut named =
        found.hits.iter().map(|hit| hit.entry.document()).filter(|document| is_named(document)).peekable();
    !found.weak && named.peek().is_some() && !named.any(is_of_guide)
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
    let is_put_away = flow.outputs.contains(&Output::Stop);
    // Whatever is asked next is asked of the whole house: the guide is gone back to by its button or its link.
    turn.flow_session = (!flow.over && !is_put_away).then(|| flow.session.as_str().to_owned());
    turn.flow_turn = Some((flow.session.as_str().to_owned(), flow.turn));
    turn.flow = parts_of(&flow.outputs);
    turn.choices = choices_of(flow);
    if is_put_away && !flow.over {
        turn.choices = vec![Choice::FlowAnswer { key: GO_ON_KEY.to_owned(), words: GO_ON.to_owned() }];
        turn.links.push(("Go back to your guide".to_owned(), flow.path()));
    }
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
    // What waits after a stop is not asked again.
    let until = outputs.iter().position(|output| *output == Output::Stop).map_or(outputs.len(), |at| at + 1);
    outputs.iter().take(until).filter_map(part_of).collect()
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
        Output::Stop => part.text = PUT_AWAY.to_owned(),
        Output::Said { .. } | Output::Asked { .. } | Output::Explained { .. } => {}
        Output::Aside | Output::Changed | Output::Ended { .. } => return None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_yes_takes_up_a_guide_and_what_names_something_else_does_not() {
        for said in [
            "yes",
            "yeah",
            "yes please",
            "yes please but im scared",
            "yes but im a bit nervous about it",
            "ok",
            "ok then",
            "go on then",
            "yes i would thank you",
        ] {
            assert!(is_a_yes(said), "{said}");
        }
        for said in [
            "",
            "no",
            "no thanks",
            "yes but where is the foodbank",
            "ok so who can i ring",
            "yes but im scared of my partner",
            "please help",
            "im scared",
        ] {
            assert!(!is_a_yes(said), "{said}");
        }
    }

    #[test]
    fn a_guide_that_was_put_away_asks_nothing_more() {
        let asked =
            Output::Said { node: "n".to_owned(), text: "Where are you?".to_owned(), cites: Vec::new() };
        let parts = parts_of(&[Output::Stop, asked.clone()]);
        assert_eq!(parts.len(), 1);
        assert!(parts[0].text.contains("your place is kept") && !parts[0].html.is_empty());
        assert_eq!(parts_of(&[asked]).len(), 1);
    }
}
