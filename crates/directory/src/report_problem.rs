//! 'Is something wrong here?' on every entry: what is wrong, in a visitor's words, kept for the people who review it.
//! The words go through the safety screen before anything else is looked at.

use crate::{
    catalogue::Directory,
    model::Service,
    show_service::find,
    store::{self as rows, ReportRow},
};
use accounts::{Counter, Heard, Sent, Wait};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jobs::{JobContext, Outcome};
use kernel::{Email, Fault, Id, Refusal};
use safety::Level;
use store::Tx;
use web::{
    CardView, Form, Nav, Page, Params, Reply, Site,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

/// The most letters a report may hold; a longer one is put back for the person to shorten.
const WORDS_MAX: usize = 2_000;
/// How long a settled report is kept, in days: long enough to see a pattern, as the privacy page promises.
const KEPT_DAYS: i64 = 90;

/// What can be wrong: the value kept, and the words.
pub(crate) const FIELDS: [(&str, &str); 7] = [
    ("closed", "It has closed or moved"),
    ("phone", "The phone number or email is wrong"),
    ("hours", "The days or times are wrong"),
    ("address", "The address is wrong"),
    ("cost", "The cost is wrong"),
    ("way_in", "How to get in is wrong"),
    ("other", "Something else"),
];

#[derive(Template)]
#[template(path = "report.html")]
struct ReportView {
    card: Option<CardView>,
    slug: String,
    name: String,
    summary: String,
    what: String,
    words: String,
    reply_to: String,
    form_key: String,
    seen: bool,
    /// Whom to ring instead, when others have said so often enough today; empty when nobody can be rung.
    heard: Option<String>,
}

#[derive(Template)]
#[template(path = "reported.html")]
struct ReportedView {
    card: Option<CardView>,
    slug: String,
    name: String,
    reference: String,
    answered: bool,
}

/// What a person typed, put back as it was.
#[derive(Default)]
struct Typed {
    what: String,
    words: String,
    reply_to: String,
    form_key: String,
    seen: bool,
}

/// `GET /services/{slug}/report`; with `?sent=` the thanks for the report of that reference.
pub(crate) async fn get(
    State(directory): State<Directory>,
    Path(slug): Path<String>,
    params: Params,
) -> Reply {
    let site = directory.site();
    let Some(service) = find(site, slug).await? else {
        return Ok(missing());
    };
    if let Some(thanks) = thanks(site, &service, params.get("sent")).await? {
        return thanks;
    }
    let typed = Typed { form_key: site.dice().hex::<16>(), ..Typed::default() };
    again(site, &service, &typed, &Errors::default(), None, None)
}

/// `POST /services/{slug}/report`.
pub(crate) async fn post(
    State(directory): State<Directory>,
    Path(slug): Path<String>,
    counter: Counter,
    form: Form,
) -> Reply {
    let site = directory.site();
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let Some(service) = find(site, slug).await? else {
        return Ok(missing());
    };
    let typed = Typed {
        what: form.get("what").to_owned(),
        words: form.get("words").to_owned(),
        reply_to: form.get("reply_to").to_owned(),
        form_key: form.get("form_key").to_owned(),
        seen: !form.get("seen").is_empty(),
    };
    // A red card stops the form; what was typed stays in it, and sending it again is the person's own choice.
    if level == Level::Red && !typed.seen {
        let typed = Typed { seen: true, ..typed };
        return again(site, &service, &typed, &Errors::default(), card, None);
    }
    let report = match parse(site, &service, &typed, level) {
        Ok(report) => report,
        Err(errors) => return again(site, &service, &typed, &errors, card, None),
    };
    match keep(site, counter, report).await? {
        // A page of its own, so that going back to it asks nobody to send the form again.
        Kept::Under(reference) => {
            Ok(see_other(&format!("/services/{}/report?sent={reference}", service.slug)))
        }
        Kept::Not(NotKept::TooMany(wait)) => {
            let errors = Errors(vec![Refusal::at("", sentence_of(wait, &site.council().phone))]);
            Ok(wait.told(again(site, &service, &typed, &errors, card, None)?))
        }
        // Whoever sent it has done right, so it is no error of theirs.
        Kept::Not(NotKept::Heard) => {
            let ring = Some(site.council().phone.clone());
            Ok(Wait::ADay.told(again(site, &service, &typed, &Errors::default(), card, ring)?))
        }
    }
}

/// The thanks with the reference, and the card that the words call for: nothing of them is in the address.
async fn thanks(site: &Site, service: &Service, reference: &str) -> Result<Option<Reply>, Fault> {
    if reference.is_empty() || !reference.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(None);
    }
    let (id, wanted) = (service.id, reference.to_owned());
    let sent = site.db().read(move |tx| rows::find_report_sent(tx, id, &wanted)).await?;
    let Some((words, answered)) = sent else { return Ok(None) };
    let body = ReportedView {
        card: site.card(site.screen(&words).verdict()).map(CardView::above),
        slug: service.slug.clone(),
        name: service.name.clone(),
        reference: reference.to_owned(),
        answered,
    };
    let page = Page::new("Thank you").under(Nav::Find).sensitive(service.sensitive);
    Ok(Some(show_with(site, StatusCode::OK, &page, &body)))
}

fn parse(site: &Site, service: &Service, typed: &Typed, level: Level) -> Result<ReportRow, Errors> {
    let mut errors = Errors::default();
    let field = FIELDS.iter().find(|(value, _)| *value == typed.what).map(|(value, _)| *value);
    if field.is_none() {
        errors.0.push(Refusal::at("what", "Choose what is wrong"));
    }
    let letters = typed.words.chars().count();
    if field == Some("other") && typed.words.is_empty() {
        errors.0.push(Refusal::at("words", "Say in a few words what is wrong"));
    }
    if letters > WORDS_MAX {
        errors.0.push(Refusal::at("words", format!("Use {WORDS_MAX} letters or fewer. You have {letters}")));
    }
    let reply_to = if typed.reply_to.is_empty() {
        None
    } else {
        errors.take("reply_to", typed.reply_to.parse::<Email>())
    };
    let own = if typed.form_key.len() == 32 && typed.form_key.bytes().all(|b| b.is_ascii_hexdigit()) {
        typed.form_key.clone()
    } else {
        site.dice().hex::<16>()
    };
    match field {
        Some(field) if errors.is_empty() => Ok(ReportRow {
            id: Id::new(site.clock(), site.dice()),
            reference: site.dice().reference(),
            service: service.id,
            field,
            words: typed.words.clone(),
            reply_to: reply_to.map(|email| email.as_str().to_owned()),
            safety_level: match level {
                Level::Red => "red",
                Level::Amber => "amber",
                Level::Clear => "clear",
            },
            form_key: key_of(&own, service, typed),
            reported_at: site.clock().now(),
        }),
        _ => Err(errors),
    }
}

/// The key that a form has for what it says: a second press finds the first report, and who goes back and says something
/// else is heard, too.
fn key_of(own: &str, service: &Service, typed: &Typed) -> String {
    let said =
        serde_json::json!([own, service.id.to_string(), typed.what, typed.words, typed.reply_to]).to_string();
    blake3::hash(said.as_bytes()).to_hex().to_string()
}

/// What somebody reads from whose network too much came.
fn sentence_of(wait: Wait, phone: &str) -> String {
    let when = match wait {
        Wait::AnHour => "in an hour",
        Wait::ADay => "tomorrow",
    };
    let ring = if phone.is_empty() { String::new() } else { format!(". If it cannot wait, ring {phone}") };
    format!(
        "We could not send this: too many reports came from your network in the last hour. What you typed is below. Send it again {when}{ring}"
    )
}

/// What became of a report.
enum Kept {
    /// It is kept, under this reference.
    Under(String),
    /// It is not.
    Not(NotKept),
}

enum NotKept {
    /// Too much came from where it came from.
    TooMany(Wait),
    /// The same was said about this entry often enough today.
    Heard,
}

/// Keeps the report and announces it. A form that was sent twice with the same words is kept once and gets its first
/// reference, also when both arrive at the same moment: then the table's own constraint decides.
async fn keep(site: &Site, counter: Counter, report: ReportRow) -> Result<Kept, Fault> {
    let key = report.form_key.clone();
    let kept = site
        .db()
        .write(move |tx| {
            if let Some(reference) = rows::find_report_by_key(tx, &report.form_key)? {
                return Ok(Kept::Under(reference));
            }
            if let Some(not_kept) = count(tx, &counter, &report)? {
                return Ok(Kept::Not(not_kept));
            }
            rows::insert_report(tx, &report)?;
            let what = serde_json::json!({"service": report.service.to_string(), "field": report.field});
            let now = report.reported_at;
            store::outbox::announce(tx, "problem_reported", Some(report.id.uuid()), &what, now)?;
            Ok(Kept::Under(report.reference.clone()))
        })
        .await;
    match kept {
        Err(fault) if store::violation(&fault).is_some_and(|v| v.constraint == "problem_report_once") => {
            let first = site.db().read(move |tx| rows::find_report_by_key(tx, &key)).await?;
            first.map(Kept::Under).ok_or(fault)
        }
        kept => kept,
    }
}

/// Counts a report about its entry, then from its network: one that says nothing new takes nothing from what a hub's
/// other visitors may send. Words that sound of danger are kept however often the entry was reported.
fn count(tx: &mut Tx<'_>, counter: &Counter, report: &ReportRow) -> Result<Option<NotKept>, Fault> {
    let now = report.reported_at;
    let heard = counter.count_about(tx, Sent::Report, &report.service.to_string(), now)?;
    if matches!(heard, Heard::Enough(_)) && report.safety_level == "clear" {
        return Ok(Some(NotKept::Heard));
    }
    Ok(counter.count(tx, Sent::Report, None, now)?.map(NotKept::TooMany))
}

fn again(
    site: &Site,
    service: &Service,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
    heard: Option<String>,
) -> Reply {
    let body = ReportView {
        card: card.map(CardView::above),
        slug: service.slug.clone(),
        name: service.name.clone(),
        summary: render(&ErrorSummary { errors })?,
        what: render(&Radios {
            name: "what",
            legend: "What is wrong?",
            hint: "",
            answers: &FIELDS,
            value: &typed.what,
            error: errors.at("what"),
        })?,
        words: render(&Textarea {
            name: "words",
            label: "Tell us more, if you can",
            hint: "Please leave out names and private things about your family.",
            value: &typed.words,
            rows: 5,
            error: errors.at("words"),
        })?,
        reply_to: render(&Input {
            name: "reply_to",
            label: "Your email, if you would like an answer (optional)",
            hint: "We use it for this answer only.",
            value: &typed.reply_to,
            kind: "email",
            autocomplete: "email",
            error: errors.at("reply_to"),
        })?,
        form_key: typed.form_key.clone(),
        seen: typed.seen,
        heard,
    };
    let (status, title) = errors.page("Is something wrong here?");
    show_with(
        site,
        status,
        &Page::new(title).under(Nav::Find).with_exit().sensitive(service.sensitive),
        &body,
    )
}

fn render<T: Template>(field: &T) -> Result<String, Fault> {
    Ok(field.render()?)
}

/// The job that forgets settled reports, once a day.
pub const FORGET_SETTLED_REPORTS: &str = "forget_settled_reports";

/// Forgets reports settled more than 90 days ago.
pub async fn forget_settled_reports(context: JobContext) -> Result<Outcome, Fault> {
    let before = context.clock.now() - jiff::SignedDuration::from_hours(24 * KEPT_DAYS);
    let forgotten = context.db.write(move |tx| rows::delete_settled_before(tx, before)).await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "forgot settled reports");
    }
    Ok(Outcome::Done)
}
