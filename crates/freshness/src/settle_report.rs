//! What visitors reported: read (and that is written down, because it may hold something personal), settled within 48
//! hours, and answered when they left an address.

use crate::{
    desk::Desk,
    mails::REPORT_ANSWERED,
    model::{Timeliness, decide_report_due, moment_words, report_due},
};
use access::{Action, May, On, SettleReport};
use askama::Template;
use axum::extract::{Path, State};
use directory::upkeep::{
    Report, ReportLine, ReportOutcome, ReportWords, Settled, find_report, find_upkeep, list_open_reports,
    list_settled_reports, settle_report, words_of_field,
};
use kernel::{Email, Fault, Id, Instant, Refusal};
use notify::{Message, To};
use settings::Council;
use store::Tx;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Radios, Textarea},
    missing, see_other, show, show_with,
};

/// The most letters an answer may hold.
const ANSWER_MAX: usize = 2_000;
const SETTLED_BEFORE: &str = "Somebody had settled it a moment before. What they chose stands.";

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsView {
    open: Vec<Line>,
    settled: Vec<Line>,
    in_time: String,
}

struct Line {
    id: String,
    name: String,
    what: &'static str,
    danger: bool,
    wants_answer: bool,
    came: String,
    due: String,
    late: bool,
    outcome: &'static str,
}

impl Line {
    fn of(line: &ReportLine, now: Instant) -> Line {
        let time = decide_report_due(line.reported_at, line.settled_at, now);
        Line {
            id: line.id.to_string(),
            name: line.name.clone(),
            what: words_of_field(&line.field),
            danger: line.safety_level != "clear",
            wants_answer: line.wants_answer,
            came: moment_words(line.reported_at),
            due: moment_words(report_due(line.reported_at)),
            late: time.is_late(),
            outcome: line.outcome.as_deref().and_then(ReportOutcome::parse).map_or("", ReportOutcome::words),
        }
    }
}

/// `GET /admin/reports`.
pub(crate) async fn list(State(desk): State<Desk>) -> Reply {
    let now = desk.site.clock().now();
    let since = Instant::from_second(now.as_second() - 28 * 24 * 3_600)?;
    let (open, settled) =
        desk.site.db().read(move |tx| Ok((list_open_reports(tx)?, list_settled_reports(tx, since)?))).await?;
    // What may be about somebody's safety is read first; the rest stays in its order.
    let mut open: Vec<Line> = open.iter().map(|line| Line::of(line, now)).collect();
    open.sort_by_key(|line| !line.danger);
    let in_time = settled
        .iter()
        .filter(|line| decide_report_due(line.reported_at, line.settled_at, now) == Timeliness::SettledInTime)
        .count();
    let body = ReportsView {
        in_time: if settled.is_empty() {
            "none settled".to_owned()
        } else {
            format!("{in_time} of {} within 48 hours", settled.len())
        },
        open,
        settled: settled.iter().map(|line| Line::of(line, now)).collect(),
    };
    show(&desk.site, &Page::new("Reports from visitors"), &body)
}

#[derive(Template)]
#[template(path = "report_to_settle.html")]
struct ReportView {
    card: Option<CardView>,
    summary: String,
    notice: &'static str,
    id: String,
    reference: String,
    name: String,
    slug: String,
    service: String,
    /// Whether the entry's own page behind this door is open to whoever looks.
    may_chase: bool,
    what: &'static str,
    words: String,
    danger: bool,
    came: String,
    due: String,
    late: bool,
    wants_answer: bool,
    settled: Option<(String, &'static str)>,
    answer_given: Option<String>,
    /// What was typed after somebody else had settled it.
    unused: String,
    outcome: String,
    answer: String,
}

/// `GET /admin/reports/{id}`.
pub(crate) async fn get(State(desk): State<Desk>, who: Who, Path(id): Path<String>, params: Params) -> Reply {
    let Ok(id) = id.parse::<Id<Report>>() else { return Ok(missing()) };
    let may = who.may::<SettleReport>(On::one("report", id))?;
    let notice = match params.get("done") {
        "settled" => "Settled.",
        "before" => SETTLED_BEFORE,
        _ => "",
    };
    page(&desk, may, id, notice, &Typed::default(), &Errors::default()).await
}

/// What an officer typed, put back as it was.
#[derive(Default)]
struct Typed {
    outcome: String,
    answer: String,
    card: Option<safety::Card>,
}

async fn page(
    desk: &Desk,
    may: May<SettleReport>,
    id: Id<Report>,
    notice: &'static str,
    typed: &Typed,
    errors: &Errors,
) -> Reply {
    let now = desk.site.clock().now();
    let may_chase = Action::ChaseEntries.is_open_to(may.actor());
    // Reading it is written down, so it is a write.
    let found = desk.site.db().write(move |tx| find_report(tx, &may, id, now)).await?;
    let Some(ReportWords { line, words, answer }) = found else { return Ok(missing()) };
    let shown = Line::of(&line, now);
    let answers = ReportOutcome::ALL.map(|outcome| (outcome.key(), outcome.words()));
    let body = ReportView {
        may_chase,
        card: typed.card.clone().map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        notice,
        id: shown.id,
        reference: line.reference.clone(),
        name: shown.name,
        slug: line.slug.clone(),
        service: line.service.to_string(),
        what: shown.what,
        words,
        danger: shown.danger,
        came: shown.came,
        due: shown.due,
        late: shown.late,
        wants_answer: line.wants_answer,
        settled: line.settled_at.map(|at| (moment_words(at), shown.outcome)),
        unused: Some(typed.answer.clone())
            .filter(|_| line.settled_at.is_some() && answer.as_deref() != Some(&typed.answer))
            .unwrap_or_default(),
        answer_given: answer,
        outcome: Radios {
            name: "outcome",
            legend: "What did you find?",
            hint: "",
            answers: &answers,
            value: &typed.outcome,
            error: errors.at("outcome"),
        }
        .render()?,
        answer: Textarea {
            name: "answer",
            label: "Your answer to the visitor (optional)",
            hint: if line.wants_answer {
                "We send it to the email they left, with what you found. Plain words, and no names."
            } else {
                "They left no email, so this is only kept with the report."
            },
            value: &typed.answer,
            rows: 4,
            error: errors.at("answer"),
        }
        .render()?,
    };
    let (status, title) = errors.page("A report from a visitor");
    show_with(&desk.site, status, &Page::new(title), &body)
}

/// `POST /admin/reports/{id}`.
pub(crate) async fn post(State(desk): State<Desk>, who: Who, Path(id): Path<String>, form: Form) -> Reply {
    let screened = desk.site.screen(&form.typed(&["answer", "outcome"]));
    let card = desk.site.card(screened.verdict());
    let Ok(id) = id.parse::<Id<Report>>() else { return Ok(missing()) };
    let may = who.may::<SettleReport>(On::one("report", id))?;
    let typed =
        Typed { outcome: form.get("outcome").to_owned(), answer: form.get("answer").to_owned(), card };
    let mut errors = Errors::default();
    let outcome = ReportOutcome::parse(&typed.outcome);
    if outcome.is_none() {
        errors.0.push(Refusal::at("outcome", "Choose what you found"));
    }
    let letters = typed.answer.chars().count();
    if letters > ANSWER_MAX {
        let sentence = format!("Use {ANSWER_MAX} letters or fewer. You have {letters}");
        errors.0.push(Refusal::at("answer", sentence));
    }
    let Some(outcome) = outcome.filter(|_| errors.is_empty()) else {
        return page(&desk, may, id, "", &typed, &errors).await;
    };
    let answer = Some(typed.answer.clone()).filter(|answer| !answer.is_empty());
    let (clock, dice) = (desk.site.clock().clone(), desk.site.dice().clone());
    let settled = desk
        .site
        .db()
        .write(move |tx| {
            let now = clock.now();
            let settled = settle_report(tx, &may, id, outcome, answer.as_deref(), now)?;
            if let Some(Settled::Now { line, reply_to: Some(email) }) = &settled {
                // Without a known address of the site there is nothing to lead to, and no mail.
                if let Some(page) = page_to_show(tx, line, clock.today())? {
                    let message = mail(line, email, outcome, answer.as_deref(), page);
                    notify::queue(tx, &message, &dice, now)?;
                }
            }
            Ok(settled)
        })
        .await?;
    match settled {
        None => Ok(missing()),
        Some(Settled::Now { .. }) => Ok(see_other(&format!("/admin/reports/{id}?done=settled"))),
        Some(Settled::Before) if !typed.answer.is_empty() => {
            let may = who.may::<SettleReport>(On::one("report", id))?;
            page(&desk, may, id, SETTLED_BEFORE, &typed, &Errors::default()).await
        }
        Some(Settled::Before) => Ok(see_other(&format!("/admin/reports/{id}?done=before"))),
    }
}

/// The address the answer leads to. A mailbox may be read by somebody else, so a sensitive entry is not named in it.
fn page_to_show(tx: &mut Tx, line: &ReportLine, today: kernel::Date) -> Result<Option<String>, Fault> {
    let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
    let quiet = find_upkeep(tx, line.service, today)?.is_none_or(|entry| entry.sensitive);
    let path = if quiet { "/".to_owned() } else { format!("/services/{}", line.slug) };
    Ok((!council.public_url.is_empty()).then(|| format!("{}{path}", council.public_url)))
}

fn mail(
    line: &ReportLine,
    email: &Email,
    outcome: ReportOutcome,
    answer: Option<&str>,
    page: String,
) -> Message {
    let found = match outcome {
        ReportOutcome::PutRight => "We checked, and put it right.",
        ReportOutcome::NotAProblem => "We checked, and what the page says is right.",
        ReportOutcome::PassedOn => "We have passed it on to the people who run the service.",
    };
    Message {
        template: &REPORT_ANSWERED,
        to: To::Email(email.clone()),
        person: None,
        values: vec![
            ("reference", line.reference.clone()),
            ("outcome", found.to_owned()),
            ("answer", answer.unwrap_or_default().to_owned()),
            ("page_link", page),
        ],
        once: Some(format!("report_answered {}", line.id)),
    }
}
