//! A turn as its page shows it, already worded: the template decides nothing.

use crate::{
    flow::{Flow, HandOver, NodeKind},
    list_guides::{direction, language_name},
    markdown::{Question, plain_question, split_question, to_html},
    model::{Asks, Cite, Offered, Output, State},
    session::{PastTurn, Turn},
    turn_page::answered_in_words,
    working_out::{WorkedLine, day_in_words},
};
use askama::Template;
use kernel::Fault;
use web::{
    CardView, Site,
    fields::{ErrorSummary, Errors, Input, Textarea},
};

/// What the request brought that no database has.
#[derive(Default)]
pub(crate) struct Typed {
    pub text: String,
    pub card: Option<CardView>,
    pub welcome: bool,
    pub notices: Vec<String>,
    /// Where they are now, on the page of an earlier question.
    pub leads_on: Option<String>,
    /// Whom the guide leads to by telephone.
    pub numbers: Vec<String>,
}

#[derive(Template)]
#[template(path = "guide_turn.html")]
pub(crate) struct TurnView {
    card: Option<CardView>,
    errors: String,
    summary: Vec<(String, String)>,
    welcome: bool,
    notices: Vec<String>,
    leads_on: Option<String>,
    slug: String,
    session: String,
    path: String,
    title: String,
    language: String,
    direction: &'static str,
    progress: String,
    past: Vec<PastView>,
    answered: Option<String>,
    blocks: Vec<BlockView>,
    question: Option<QuestionView>,
    over: bool,
    aside: Option<String>,
    may_go_back: bool,
    languages: Vec<(String, String, &'static str)>,
    code: String,
    phone: String,
    dialled: String,
    hours: String,
    /// Days that were worked out in earlier turns.
    days: Vec<LineView>,
    /// Whom the guide leads to by telephone, for its paper.
    numbers: Vec<String>,
    message: String,
}

pub(crate) struct PastView {
    answered: Option<String>,
    blocks: Vec<BlockView>,
    asked: String,
}

/// One thing the guide says.
#[derive(Default)]
pub(crate) struct BlockView {
    html: String,
    lines: Vec<LineView>,
    table_id: String,
    link: Option<LinkView>,
    note: &'static str,
    offers_person: bool,
    cites: Vec<CiteView>,
}

pub(crate) struct LineView {
    words: String,
    day: String,
    sum: String,
    notes: Vec<String>,
}

pub(crate) struct LinkView {
    href: String,
    words: String,
    icon: &'static str,
    is_call: bool,
}

pub(crate) struct CiteView {
    title: String,
    publisher: String,
    url: String,
    checked: String,
}

pub(crate) struct QuestionView {
    node: String,
    asked: Question,
    choices: Vec<Offered>,
    is_day: bool,
    is_words: bool,
    explains: bool,
    field: String,
    cites: Vec<CiteView>,
}

impl TurnView {
    pub(crate) fn new(
        site: &Site,
        turn: &Turn,
        past: Vec<PastTurn>,
        summary: Vec<(String, String)>,
        typed: Typed,
        errors: &Errors,
    ) -> Result<TurnView, Fault> {
        let council = site.council();
        let earlier = past.iter().filter(|said| said.turn < turn.turn);
        let days = days_worked_out(&past, turn);
        let other = |language: &&String| **language != turn.language;
        let named = |language: &String| (language.clone(), language_name(language), direction(language));
        Ok(TurnView {
            card: typed.card,
            errors: ErrorSummary { errors }.render()?,
            summary,
            welcome: typed.welcome,
            notices: typed.notices,
            leads_on: typed.leads_on,
            slug: turn.slug.clone(),
            session: turn.session.as_str().to_owned(),
            path: turn.path(),
            title: turn.title.clone(),
            direction: direction(&turn.language),
            progress: progress(turn),
            past: earlier.enumerate().map(|(place, said)| past_view(place, said)).collect(),
            answered: answered_in_words(&turn.answered),
            // What the errors say is said once.
            blocks: blocks(
                "now",
                turn.outputs.iter().filter(|output| errors.is_empty() || !is_first_miss(output)),
            ),
            question: question(turn, &typed.text, errors)?,
            over: turn.over,
            aside: Some(typed.text).filter(|text| turn.is_aside() && !text.is_empty()),
            may_go_back: turn.may_go_back,
            languages: turn.languages.iter().filter(other).map(named).collect(),
            language: turn.language.clone(),
            code: turn.code.clone(),
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
            hours: council.phone_hours.clone(),
            days,
            numbers: typed.numbers,
            message: site.dice().hex::<12>(),
        })
    }

    /// A key for one of the page's forms: each is an answer of its own.
    fn key(&self, form: &str) -> String {
        format!("{}-{form}", self.message)
    }
}

/// Whom a guide leads to by telephone, in its own words, each once.
pub(crate) fn numbers(flow: &Flow) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for node in &flow.nodes {
        let NodeKind::HandOver { target, words, .. } = &node.kind else { continue };
        let Some(dialled) = target.strip_prefix("tel:") else { continue };
        let has_number = words.chars().filter(char::is_ascii_digit).count() >= 3;
        let told = if has_number { words.clone() } else { format!("{words}: {dialled}") };
        if !numbers.contains(&told) {
            numbers.push(told);
        }
    }
    numbers
}

/// What was answered so far, question by question, for somebody who comes back.
pub(crate) fn summary(flow: &Flow, state: &State) -> Vec<(String, String)> {
    let line = |passed: &crate::Passed| {
        let node = flow.node(&passed.node)?;
        Some((plain_question(flow.say_in(node, &state.language)), answered_in_words(&passed.answered)?))
    };
    state.path.iter().filter_map(line).collect()
}

fn progress(turn: &Turn) -> String {
    if turn.over {
        return "You have come to the end".to_owned();
    }
    match turn.questions_answered {
        0 => "The first question".to_owned(),
        answered => format!("Question {}", answered + 1),
    }
}

fn past_view(place: usize, said: &PastTurn) -> PastView {
    let asked = said.outputs.iter().find_map(|output| match output {
        Output::Asked { text, .. } => Some(to_html(text)),
        _ => None,
    });
    PastView {
        answered: answered_in_words(&said.answered),
        blocks: blocks(&format!("past-{place}"), said.outputs.iter()),
        asked: asked.unwrap_or_default(),
    }
}

/// Everything but the question itself.
fn blocks<'a>(place: &str, outputs: impl Iterator<Item = &'a Output>) -> Vec<BlockView> {
    outputs.enumerate().filter_map(|(number, output)| block(&format!("{place}-{number}"), output)).collect()
}

fn is_first_miss(output: &Output) -> bool {
    matches!(output, Output::NotUnderstood { times: 1 })
}

fn block(place: &str, output: &Output) -> Option<BlockView> {
    let said = |text: &str, cites: &[Cite]| BlockView {
        html: to_html(text),
        cites: cites.iter().map(cite_view).collect(),
        ..BlockView::default()
    };
    let note = |note: &'static str| BlockView { note, ..BlockView::default() };
    Some(match output {
        Output::Said { text, cites, .. } => said(text, cites),
        Output::Worked { text, lines, cites, .. } => BlockView {
            lines: lines.iter().map(line_view).collect(),
            table_id: format!("days-{place}"),
            ..said(text, cites)
        },
        Output::Services { text, need, words, cites, .. } => {
            let link = LinkView {
                href: search_address(need, words),
                words: "See who can help".to_owned(),
                icon: "search",
                is_call: false,
            };
            BlockView { link: Some(link), ..said(text, cites) }
        }
        Output::HandOver { text, what, target, words, cites, .. } => {
            let link = LinkView {
                href: target.clone(),
                words: words.clone(),
                icon: icon_of(*what),
                is_call: target.starts_with("tel:"),
            };
            BlockView { link: Some(link), ..said(text, cites) }
        }
        Output::NotUnderstood { times: 1 } => note("We did not understand that, so we asked again."),
        Output::NotUnderstood { .. } => note(
            "We still did not understand. That is our gap, not yours. You can choose an answer, or talk to a person.",
        ),
        Output::Person => BlockView {
            note: "You can talk to a person. The guide waits for you.",
            offers_person: true,
            ..BlockView::default()
        },
        Output::Aside => note("That sounds like another question. You can ask it, and come back here after."),
        Output::Stop => {
            note("You can stop here. Your place is kept: write the code down, and come back with it.")
        }
        Output::Changed => note("You changed an earlier answer, so we went on from there."),
        Output::Explained { text } if text.is_empty() => {
            note("We have no other words for this. A person can explain it to you.")
        }
        Output::Explained { text } => said(text, &[]),
        Output::Offered { slug, title } => BlockView {
            note: "If you would like, there is a guide for this. It asks very little.",
            link: Some(LinkView {
                href: format!("/guides/{slug}"),
                words: title.clone(),
                icon: "loss",
                is_call: false,
            }),
            ..BlockView::default()
        },
        Output::Circles => note(
            "This guide went round in circles. That is our mistake, and we have been told. Your answers are kept.",
        ),
        Output::Asked { .. } | Output::Ended { .. } => return None,
    })
}

fn line_view(line: &WorkedLine) -> LineView {
    LineView {
        words: line.words.clone(),
        day: line
            .day
            .map_or_else(|| "We cannot work this out without a date you know".to_owned(), day_in_words),
        sum: line.sum.clone(),
        notes: line.notes.clone(),
    }
}

/// The days that earlier turns worked out, the latest of each name; none that this turn shows itself.
fn days_worked_out(past: &[PastTurn], turn: &Turn) -> Vec<LineView> {
    let of = |outputs: &[Output]| -> Vec<WorkedLine> {
        let lines = outputs.iter().filter_map(|output| match output {
            Output::Worked { lines, .. } => Some(lines.clone()),
            _ => None,
        });
        lines.flatten().collect()
    };
    let shown = of(&turn.outputs);
    let mut days: Vec<WorkedLine> = Vec::new();
    // What was worked out before a new beginning is of answers that are gone.
    let since = past.iter().rposition(|said| said.answered == crate::Answered::Restart).unwrap_or(0);
    for line in past[since.min(past.len())..].iter().flat_map(|said| of(&said.outputs)) {
        days.retain(|known| known.name != line.name);
        if line.day.is_some() && !shown.iter().any(|now| now.name == line.name) {
            days.push(line);
        }
    }
    days.iter().map(line_view).collect()
}

fn cite_view(cite: &Cite) -> CiteView {
    CiteView {
        title: cite.title.clone(),
        publisher: cite.publisher.clone(),
        url: cite.url.clone(),
        checked: web::say::day_month_year(cite.checked_on),
    }
}

fn icon_of(what: HandOver) -> &'static str {
    match what {
        HandOver::CallBack | HandOver::Phone => "phone",
        HandOver::Booking => "calendar",
        HandOver::Report => "edit",
        HandOver::Messages => "mail",
        HandOver::Page => "next",
        HandOver::Search => "search",
    }
}

/// A search for services by need and words.
pub(crate) fn search_address(need: &str, words: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in [("q", words), ("topic", need)] {
        if !value.is_empty() {
            query.append_pair(key, value);
        }
    }
    format!("/search?{}", query.finish())
}

fn question(turn: &Turn, typed: &str, errors: &Errors) -> Result<Option<QuestionView>, Fault> {
    let Some(Output::Asked { node, kind, text, choices, explains, cites }) = turn.outputs.last() else {
        return Ok(None);
    };
    let error = errors.at("text");
    let typed = if turn.is_aside() { "" } else { typed };
    let field = match kind {
        Asks::Choice => Input {
            name: "text",
            label: "Or say it in your own words",
            hint: "A few words are enough. Please leave out names. We do not keep them.",
            value: typed,
            kind: "text",
            autocomplete: "off",
            error,
        }
        .render()?,
        Asks::Day => Input {
            name: "text",
            label: "The day",
            hint: "With the year. For example: 5 January 2026, or 5/1/2026",
            value: typed,
            kind: "text",
            autocomplete: "off",
            error,
        }
        .render()?,
        Asks::Words => Textarea {
            name: "text",
            label: "In your own words",
            hint: "Please leave out names. We do not keep what you write.",
            value: typed,
            rows: 4,
            error,
        }
        .render()?,
    };
    Ok(Some(QuestionView {
        node: node.clone(),
        asked: split_question(text),
        choices: choices.clone(),
        is_day: *kind == Asks::Day,
        is_words: *kind == Asks::Words,
        explains: *explains,
        field,
        cites: cites.iter().map(cite_view).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_of_the_guide_to_a_plan_says_whom_to_ring() {
        let flows = crate::builtin().into_iter().filter_map(|text| crate::parse(&text).ok());
        let plan = flows.into_iter().find(|flow| flow.slug == "ehc-plan").expect("it comes with the house");
        assert_eq!(numbers(&plan), ["Ring the SEND Partnership on 0151 511 7733"]);
    }
}
