//! `GET` and `POST /guides/{slug}/{session}`: one question at a time, with everything that was said before. What is typed
//! goes through the safety screen before anything else is looked at.

use crate::{
    catalogue::Flows,
    days::{NotADay, day_of},
    engine::{breath, pause_question},
    model::{Answered, Asks, Input, Output},
    session::{Resumed, SessionId, Turn},
    take_turn::Reply as Said,
    turn_view::{self, TurnView, Typed},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kernel::{Date, Fault, Refusal};
use safety::{Level, Screened};
use std::cmp::Ordering;
use web::{CardView, Form, Page, Params, Reply, fields::Errors, missing, see_other, show, show_with};

/// The most letters an answer may have.
const WORDS_MAX: usize = 2_000;

/// `GET /guides/{slug}/{session}`; with `?welcome=1` for somebody who came back with a code, `?pause=1` for somebody who
/// comes from a card that stood alone, and `?turn=2` for the browser's own way back.
pub(crate) async fn get(
    State(flows): State<Flows>,
    Path((slug, session)): Path<(String, String)>,
    params: Params,
) -> Reply {
    let Ok(session) = session.parse::<SessionId>() else { return Ok(missing()) };
    match flows.look_at(&session).await? {
        Resumed::Here(turn) if turn.slug == slug => {
            let typed = Typed { welcome: !params.get("welcome").is_empty(), ..Typed::default() };
            if !params.get("pause").is_empty() {
                let outputs = vec![breath(), pause_question()];
                let turn = Turn { outputs, answered: Answered::GoOn, ..*turn };
                return page(&flows, &turn, typed, &Errors::default()).await;
            }
            if let Ok(number) = params.get("turn").parse()
                && let Some(past) = flows.find_past_turn(&turn, number).await?
            {
                let typed = Typed { leads_on: Some(address(&turn)), ..typed };
                return page(&flows, &past, typed, &Errors::default()).await;
            }
            page(&flows, &turn, typed, &Errors::default()).await
        }
        Resumed::PutAway(away) if away.slug == slug => crate::resume_page::show_put_away(&flows, &away),
        _ => Ok(missing()),
    }
}

/// `POST /guides/{slug}/{session}`: one answer.
pub(crate) async fn post(
    State(flows): State<Flows>,
    Path((slug, session)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let site = flows.site();
    // First of all, whatever else may be wrong with the form.
    let screened = site.screen(&form.typed(&["text"]));
    if screened.verdict().level == Level::Red {
        return red(&flows, &slug, &session, &screened);
    }
    let Some(turn) = find(&flows, &slug, &session).await? else { return gone(&flows, &slug, &session).await };
    let node = Some(form.get("node").to_owned()).filter(|node| !node.is_empty());
    let input = match (form.get("do"), form.get("choice")) {
        ("unknown", _) => Some(Input::DoNotKnow { node }),
        ("explain", _) => Some(Input::Explain),
        ("person", _) => Some(Input::Person),
        (_, "") => None,
        (_, key) => Some(Input::Choice { node, key: key.to_owned() }),
    };
    let text = form.get("text");
    if input.is_none()
        && let Err(sentence) = worth_reading(&turn, text)
    {
        let errors = Errors(vec![Refusal::at("text", sentence)]);
        let typed = Typed { text: text.to_owned(), card: card(&flows, &screened), ..Typed::default() };
        return page(&flows, &turn, typed, &errors).await;
    }
    let message = message_of(&flows, &form);
    let today = site.clock().today();
    let input = match input {
        None => flows.read_earlier(&turn.session, form.get("node"), &screened, today).await?,
        pressed => pressed,
    };
    let said = input.map_or(Said::Typed(&screened), Said::Pressed);
    let Some(turn) = flows.take_turn(&turn.session, &message, said, today).await? else {
        return gone(&flows, &slug, &session).await;
    };
    let card = card(&flows, &screened);
    // Whoever asks what a question means has not sent what stands in the box.
    let is_still_typing = form.get("do") == "explain" && !text.is_empty();
    let is_settled =
        card.is_none() && !is_still_typing && !turn.outputs.iter().any(Output::is_about_the_answer);
    if is_settled {
        return Ok(see_other(&address(&turn)));
    }
    // What was typed is in no address and in no database, so what is said about it is said at once.
    let errors = not_understood(&turn, text, today);
    let is_put_back = is_still_typing || turn.is_aside() || !errors.is_empty();
    let text = if is_put_back { text.to_owned() } else { String::new() };
    page(&flows, &turn, Typed { text, card, ..Typed::default() }, &errors).await
}

/// A turn's own address, so that the browser's way back has a page for each question. It holds no word.
pub(crate) fn address(turn: &Turn) -> String {
    format!("{}?turn={}", turn.path(), turn.turn)
}

impl Output {
    /// Whether it answers what was typed rather than going on.
    fn is_about_the_answer(&self) -> bool {
        matches!(self, Output::NotUnderstood { .. } | Output::Aside)
    }
}

fn worth_reading(turn: &Turn, text: &str) -> Result<(), String> {
    let letters = text.chars().count();
    if letters > WORDS_MAX {
        return Err(format!("Use {WORDS_MAX} letters or fewer. You have {letters}"));
    }
    if !text.is_empty() {
        return Ok(());
    }
    Err(match turn.asks() {
        Some(Asks::Choice) => "Choose one of the answers, or say it in your own words",
        Some(Asks::Day) => "Write the day with its year, such as 5 January 2026, or choose ‘I do not know’",
        Some(Asks::Words) => "Write a few words, or choose ‘Leave this out’",
        None => "Write a few words",
    }
    .to_owned())
}

fn not_understood(turn: &Turn, text: &str, today: Date) -> Errors {
    if !turn.outputs.iter().any(|output| matches!(output, Output::NotUnderstood { .. })) {
        return Errors::default();
    }
    let sentence = match turn.asks() {
        Some(Asks::Day) => match day_of(text, today) {
            Err(NotADay::NoYear) => {
                "Which year was that? Write the day with its year, such as 5 January 2026".to_owned()
            }
            Err(NotADay::NoSuchDay) => {
                "There is no such day. Look at the date again, and write it once more".to_owned()
            }
            Err(NotADay::OddYear) => {
                "Is that the right year? Look at the date again, and write it once more".to_owned()
            }
            Err(NotADay::OtherWeekday(day)) => format!(
                "That day is really {}. Look at the date again, and write it once more",
                crate::day_in_words(day)
            ),
            _ => "We could not read that as a day. Write it with its year, such as 5 January 2026".to_owned(),
        },
        Some(Asks::Choice) => {
            "We did not understand that. Choose the answer that is nearest, or use other words".to_owned()
        }
        _ => "We did not understand that".to_owned(),
    };
    Errors(vec![Refusal::at("text", sentence)])
}

fn card(flows: &Flows, screened: &Screened) -> Option<CardView> {
    flows.site().card(screened.verdict()).map(CardView::above)
}

/// The card stands alone, and the guide waits where it stood.
fn red(flows: &Flows, slug: &str, session: &str, screened: &Screened) -> Reply {
    let site = flows.site();
    let Some(card) = site.card(screened.verdict()) else { return Ok(missing()) };
    let is_session =
        session.parse::<SessionId>().is_ok() && slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let carry_on =
        if is_session { format!("/guides/{slug}/{session}?pause=1") } else { "/guides".to_owned() };
    show(site, &Page::new("").sensitive(true).bare(), &CardView { card, carry_on, heading: 1 })
}

/// `POST /guides/{slug}/{session}/back`.
pub(crate) async fn back(state: State<Flows>, path: Path<(String, String)>, form: Form) -> Reply {
    press(state.0, path.0, form, |_| Input::Back).await
}

/// `POST /guides/{slug}/{session}/restart`.
pub(crate) async fn restart(state: State<Flows>, path: Path<(String, String)>, form: Form) -> Reply {
    press(state.0, path.0, form, |_| Input::Restart).await
}

/// `POST /guides/{slug}/{session}/language`.
pub(crate) async fn language(state: State<Flows>, path: Path<(String, String)>, form: Form) -> Reply {
    press(state.0, path.0, form, |form| Input::Language(form.get("language").to_owned())).await
}

async fn press(
    flows: Flows,
    (slug, session): (String, String),
    form: Form,
    input: impl FnOnce(&Form) -> Input,
) -> Reply {
    let Some(turn) = find(&flows, &slug, &session).await? else { return gone(&flows, &slug, &session).await };
    let (message, today) = (message_of(&flows, &form), flows.site().clock().today());
    let turn = flows.take_turn(&turn.session, &message, Said::Pressed(input(&form)), today).await?;
    Ok(turn.map_or_else(missing, |turn| see_other(&address(&turn))))
}

async fn find(flows: &Flows, slug: &str, session: &str) -> Result<Option<Turn>, Fault> {
    let Ok(session) = session.parse::<SessionId>() else { return Ok(None) };
    Ok(flows.find_turn(&session).await?.filter(|turn| turn.slug == slug))
}

/// A form of a session that was put away leads to the page that says so.
async fn gone(flows: &Flows, slug: &str, session: &str) -> Reply {
    let Ok(session) = session.parse::<SessionId>() else { return Ok(missing()) };
    match flows.look_at(&session).await? {
        Resumed::PutAway(away) if away.slug == slug => crate::resume_page::show_put_away(flows, &away),
        _ => Ok(missing()),
    }
}

/// The key that makes a form one answer however often it is sent. A form without one is one of its own.
fn message_of(flows: &Flows, form: &Form) -> String {
    let key = form.get("message");
    let fits = (8..=80).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { key.to_owned() } else { flows.site().dice().hex::<16>() }
}

async fn page(flows: &Flows, turn: &Turn, typed: Typed, errors: &Errors) -> Reply {
    let site = flows.site();
    let past = flows.list_turns(&turn.session).await?;
    let summary = match typed.welcome {
        true => flows.find_state(&turn.session).await?.map(|(flow, state)| turn_view::summary(&flow, &state)),
        false => None,
    };
    let offered = flows.find(&turn.slug);
    let numbers = offered.map(|offered| turn_view::numbers(&offered.flow)).unwrap_or_default();
    let typed = Typed { notices: notices(flows, turn), numbers, ..typed };
    let body = TurnView::new(site, turn, past, summary.unwrap_or_default(), typed, errors)?;
    let (status, title) = errors.page(&turn.title);
    show_page(site, status, title, turn.sensitive, &body)
}

/// What to know before relying on what is said: that it is overdue, or that another revision is offered, or none.
fn notices(flows: &Flows, turn: &Turn) -> Vec<String> {
    let mut notices = Vec::new();
    if turn.review_by < flows.site().clock().today() {
        let by = web::say::day_month_year(turn.review_by);
        notices.push(format!(
            "This guide was to be checked again by {by}, and that has not been done. Ask a person before you rely on it."
        ));
    }
    let changed = match flows.find(&turn.slug).map(|offered| offered.number.cmp(&turn.revision)) {
        Some(Ordering::Equal) => return notices,
        Some(Ordering::Greater) => {
            "This guide has changed since you began. You can finish it as it was. To use the new one, choose ‘About this guide’ and start there."
        }
        // What was taken back may have been wrong, so nobody is told to finish it as if it were not.
        Some(Ordering::Less) => {
            "This guide has been changed back since you began. Something here may not be right. Ask a person before you rely on it. To use the guide as it is now, choose ‘About this guide’ and start there."
        }
        None => {
            "We do not offer this guide any more. You can finish it, but something here may not be right. Ask a person before you rely on it."
        }
    };
    notices.push(changed.to_owned());
    notices
}

fn show_page(
    site: &web::Site,
    status: StatusCode,
    title: String,
    sensitive: bool,
    body: &TurnView,
) -> Result<Response, web::Oops> {
    show_with(site, status, &Page::new(title).under(web::Nav::Advice).with_exit().sensitive(sensitive), body)
}

/// What somebody answered, as the page says it back.
pub(crate) fn answered_in_words(answered: &Answered) -> Option<String> {
    Some(match answered {
        Answered::Choice { words, .. } => words.clone(),
        Answered::Day(day) => crate::day_in_words(*day),
        Answered::DoNotKnow => "I do not know".to_owned(),
        Answered::Words => "You said it in your own words. We did not keep them.".to_owned(),
        Answered::Unforeseen | Answered::Aside => "You said something else. We did not keep it.".to_owned(),
        Answered::Back => "You went back.".to_owned(),
        Answered::Restart => "You started again.".to_owned(),
        Answered::Explain => "You asked what it means.".to_owned(),
        Answered::Person => "You asked for a person.".to_owned(),
        Answered::Stop => "You stopped for a while.".to_owned(),
        Answered::GoOn => "You came back.".to_owned(),
        Answered::Language(_) => "You changed the language.".to_owned(),
        Answered::Began => return None,
    })
}
