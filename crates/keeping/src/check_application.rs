//! An organisation that asks to be listed is accepted, and becomes an organisation with a keeper and a first entry to
//! fill in; or refused with a reason. It is written to either way.

use crate::{
    begin_entry::{FirstWords, first_entry, free_slug},
    entry::{age_words, card_for, day_words, person_of},
    mails,
    pages::Said,
    store::{self as rows, ApplicationRow, Ending},
};
use access::{CheckApplication, May, On};
use accounts::LinkWanted;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::{OrganizationDraft, OrganizationKind};
use kernel::{Email, Fault, Refusal, Slug};
use safety::Level;
use store::{Tx, outbox};
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Textarea},
    missing, show_with,
};

/// How long the link in the mail lives: two weeks, as for reminders.
const LINK_MINUTES: i64 = 14 * 24 * 60;

const NO_MAIL: &str = "This site is not set up to send mail yet, so nothing was done. Ask an administrator to give the site its address";

#[derive(Template)]
#[template(path = "applications.html")]
struct ListView {
    lines: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "application.html")]
struct ApplicationView {
    card: Option<CardView>,
    errors: String,
    id: Uuid,
    application: ApplicationRow,
    kind: &'static str,
    sent: String,
    danger: bool,
    same: Vec<String>,
    reason: String,
}

/// `GET /admin/applications`.
pub(crate) async fn list(State(site): State<Site>, who: Who) -> Reply {
    let may = who.may::<CheckApplication>(On::all("application"))?;
    let now = site.clock().now();
    let lines = site
        .db()
        .write(move |tx| {
            access::audit::record(tx, &may, "read the list of applications", "", now);
            let waiting = rows::list_applications(tx, "waiting")?;
            Ok(waiting
                .into_iter()
                .map(|it| (it.id.to_string(), it.organization, age_words(it.applied_at, now)))
                .collect())
        })
        .await?;
    show_with(&site, StatusCode::OK, &Page::new("Organisations that ask to be listed"), &ListView { lines })
}

/// `GET /admin/applications/{id}`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(id): Path<Uuid>) -> Reply {
    let may = who.may::<CheckApplication>(On::one("application", id))?;
    let now = site.clock().now();
    let found = site
        .db()
        .write(move |tx| {
            let Some(application) = rows::find_application(tx, id)? else {
                return Ok(None);
            };
            access::audit::record(tx, &may, "read an application", "", now);
            let same = list_alike(tx, &application)?;
            Ok(Some((application, same)))
        })
        .await?;
    match found {
        None => Ok(missing()),
        Some((application, _)) if application.state != "waiting" => already(&site),
        Some((application, same)) => show(&site, application, same, "", &Errors::default(), None),
    }
}

/// Organisations that are listed already and are called much the same.
fn list_alike(tx: &mut Tx, application: &ApplicationRow) -> Result<Vec<String>, Fault> {
    let wanted = Slug::from_name(&application.organization);
    let organizations = directory::list_organizations(tx)?;
    Ok(organizations
        .into_iter()
        .filter(|each| {
            wanted.as_ref().is_some_and(|slug| {
                each.slug.starts_with(slug.as_str()) || Slug::from_name(&each.name).as_ref() == Some(slug)
            })
        })
        .map(|each| each.name)
        .collect())
}

fn already(site: &Site) -> Reply {
    Said {
        title: "This one is settled, or not confirmed yet".to_owned(),
        paragraphs: vec!["There is nothing for you to do here.".to_owned()],
        ways: vec![("/admin/applications".to_owned(), "Who else asks".to_owned())],
        ..Said::default()
    }
    .show(site)
}

/// What came of a form that settles.
enum Outcome {
    Again(Box<ApplicationRow>, Vec<String>, Errors),
    Already,
    Accepted(String),
    Refused(String),
}

/// `POST /admin/applications/{id}`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(id): Path<Uuid>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let may = who.may::<CheckApplication>(On::one("application", id))?;
    let (inner, reason) = (site.clone(), form.get("reason").to_owned());
    let (verdict, typed) = (form.get("verdict").to_owned(), reason.clone());
    let outcome = site.db().write(move |tx| settle(tx, &inner, &may, id, &verdict, &reason)).await?;
    let (title, paragraph) = match outcome {
        None => return Ok(missing()),
        Some(Outcome::Already) => return already(&site),
        Some(Outcome::Again(application, same, errors)) => {
            return show(&site, *application, same, &typed, &errors, card);
        }
        Some(Outcome::Accepted(name)) => (
            format!("Accepted: {name}"),
            "They have a link to write their entry. It comes to you before families see it.",
        ),
        Some(Outcome::Refused(name)) => (format!("Refused: {name}"), "They are told why."),
    };
    Said {
        card,
        title,
        paragraphs: vec![paragraph.to_owned()],
        ways: vec![("/admin/applications".to_owned(), "Who else asks".to_owned())],
        ..Said::default()
    }
    .show(&site)
}

fn settle(
    tx: &mut Tx,
    site: &Site,
    may: &May<CheckApplication>,
    id: Uuid,
    verdict: &str,
    reason: &str,
) -> Result<Option<Outcome>, Fault> {
    let Some(application) = rows::find_application_to_settle(tx, id)? else {
        return Ok(None);
    };
    if application.state != "waiting" {
        return Ok(Some(Outcome::Already));
    }
    let mut errors = Errors::default();
    match verdict {
        // Both ways end in a mail with a link: without one, somebody would wait for an answer that never comes.
        "accept" | "refuse" if !mails::can_lead_anywhere(site) => errors.0.push(Refusal::at("", NO_MAIL)),
        "accept" => return accept(tx, site, may, application).map(Some),
        "refuse" if reason.is_empty() => {
            errors.0.push(Refusal::at("reason", "Say why, so that they understand"))
        }
        "refuse" if reason.chars().count() > 1_000 => {
            errors.0.push(Refusal::at("reason", "Use 1000 letters or fewer"));
        }
        "refuse" => return refuse(tx, site, may, application, reason).map(Some),
        _ => errors.0.push(Refusal::at("", "Accept it or refuse it")),
    }
    let same = list_alike(tx, &application)?;
    Ok(Some(Outcome::Again(Box::new(application), same, errors)))
}

fn accept(
    tx: &mut Tx,
    site: &Site,
    may: &May<CheckApplication>,
    application: ApplicationRow,
) -> Result<Outcome, Fault> {
    let (now, dice) = (site.clock().now(), site.dice());
    let email: Email =
        application.email.parse().map_err(|_| anyhow::anyhow!("a kept address reads no more"))?;
    let taken: Vec<String> = directory::list_organizations(tx)?.into_iter().map(|each| each.slug).collect();
    let slug = free_slug(&application.organization, &application.reference, |slug| {
        taken.iter().any(|each| each == slug)
    });
    let organization = OrganizationDraft {
        slug: slug.clone(),
        name: application.organization.clone(),
        description: application.what.clone(),
        kind: application.kind.parse().unwrap_or(OrganizationKind::Community),
        website: None,
        email: None,
        phone: None,
        source: Some("The organisation itself".to_owned()),
        checked_on: Some(kernel::civil_today(now)),
        identifiers: Vec::new(),
    };
    let organization_id = directory::publish_organization(tx, &organization, now)?.uuid();
    let person = accounts::set_keeper(tx, &email, &application.contact, organization_id, site.clock(), dice)?;
    let about = FirstWords {
        name: &application.organization,
        description: &application.what,
        reference: &application.reference,
    };
    let entry = first_entry(tx, &about, &slug, organization_id)?;
    rows::insert_new_entry(tx, &entry, now)?;
    let ending = Ending {
        state: "accepted",
        reason: "",
        by: Some(person_of(may)?.uuid()),
        organization: Some(organization_id),
        person: Some(person.uuid()),
    };
    rows::set_settled(tx, application.id, &ending, now)?;
    let wanted = LinkWanted {
        person,
        leads_to: format!("/provider/entries/{}", entry.slug),
        life_minutes: LINK_MINUTES,
    };
    let link = accounts::issue_link(tx, &wanted, site.clock(), dice)?;
    let values = vec![("organization", application.organization.clone()), ("link", site.absolute(&link))];
    mails::send(tx, &mails::APPLICATION_ACCEPTED, (&email, Some(person)), values, dice, now)?;
    access::audit::record(tx, may, "accepted an organisation", "", now);
    outbox::announce(
        tx,
        "application_accepted",
        Some(application.id),
        &serde_json::json!({"organization": organization_id}),
        now,
    )?;
    Ok(Outcome::Accepted(application.organization))
}

fn refuse(
    tx: &mut Tx,
    site: &Site,
    may: &May<CheckApplication>,
    application: ApplicationRow,
    reason: &str,
) -> Result<Outcome, Fault> {
    let now = site.clock().now();
    let email: Email =
        application.email.parse().map_err(|_| anyhow::anyhow!("a kept address reads no more"))?;
    let ending = Ending {
        state: "refused",
        reason,
        by: Some(person_of(may)?.uuid()),
        organization: None,
        person: None,
    };
    rows::set_settled(tx, application.id, &ending, now)?;
    let values = vec![
        ("organization", application.organization.clone()),
        ("reference", application.reference.clone()),
        ("reason", reason.to_owned()),
        ("link", site.absolute("/list-your-service")),
    ];
    mails::send(tx, &mails::APPLICATION_REFUSED, (&email, None), values, site.dice(), now)?;
    access::audit::record(tx, may, "refused an organisation", "", now);
    outbox::announce(tx, "application_refused", Some(application.id), &serde_json::json!({}), now)?;
    Ok(Outcome::Refused(application.organization))
}

fn show(
    site: &Site,
    application: ApplicationRow,
    same: Vec<String>,
    reason: &str,
    errors: &Errors,
    card: Option<CardView>,
) -> Reply {
    let level = [("red", Level::Red), ("amber", Level::Amber)];
    let body = ApplicationView {
        card,
        errors: ErrorSummary { errors }.render()?,
        id: application.id,
        kind: application.kind.parse::<OrganizationKind>().map_or("Not given", |kind| kind.words()),
        sent: day_words(application.applied_at),
        danger: level.iter().any(|(key, _)| *key == application.safety_level),
        same,
        reason: Textarea {
            name: "reason",
            label: "If you refuse it, why. They will read this",
            hint: "",
            value: reason,
            rows: 3,
            error: errors.at("reason"),
        }
        .render()?,
        application,
    };
    let (status, title) = errors.page("Check an organisation");
    show_with(site, status, &Page::new(title), &body)
}
