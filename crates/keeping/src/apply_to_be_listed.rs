//! An organisation asks to be listed: a public form, a link to make sure that the address is theirs, and then a person
//! at the council looks.

use crate::{
    edit_section::IntoReply,
    mails,
    pages::Said,
    store::{self as rows, ApplicationRow},
};
use access::{ApplyToBeListed, On};
use accounts::{Counter, Sent, SignInName, Wait};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::OrganizationKind;
use kernel::{Fault, Id, Refusal};
use safety::Level;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "apply.html")]
struct ApplyView {
    card: Option<CardView>,
    errors: String,
    boxes: Vec<String>,
    form_key: String,
    seen: bool,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmView {
    token: String,
    organization: String,
}

/// What a person typed, put back as it was.
#[derive(Clone, Default)]
struct Typed {
    organization: String,
    kind: String,
    what: String,
    evidence: String,
    contact: String,
    email: String,
    form_key: String,
    seen: bool,
}

/// `GET /list-your-service`.
pub(crate) async fn get(State(site): State<Site>, who: Who) -> Reply {
    who.may::<ApplyToBeListed>(On::all("application"))?;
    let typed = Typed { form_key: site.dice().hex::<16>(), ..Typed::default() };
    show(&site, &typed, &Errors::default(), None)
}

/// `POST /list-your-service`.
pub(crate) async fn post(State(site): State<Site>, who: Who, counter: Counter, form: Form) -> Reply {
    let may = who.may::<ApplyToBeListed>(On::all("application"))?;
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict()).map(CardView::above);
    let get = |name: &str| form.get(name).to_owned();
    let typed = Typed {
        organization: kernel::one_line(form.get("organization")),
        kind: get("kind"),
        what: get("what"),
        evidence: get("evidence"),
        contact: kernel::one_line(form.get("contact")),
        email: get("email"),
        form_key: get("form_key"),
        seen: !form.get("seen").is_empty(),
    };
    // A red card stops the form; what was typed stays in it, and sending it again is the person's own choice.
    if level == Level::Red && !typed.seen {
        return show(&site, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let (name, mut errors) = decide_application(&typed);
    // The address is made sure of by a link, and a link needs the site's own address.
    if errors.is_empty() && !mails::can_lead_anywhere(&site) {
        let ask = other_way(&site);
        errors.0.push(Refusal::at(
            "",
            format!("We could not send this: the site is not set up to send mail yet. {ask}. What you typed is below"),
        ));
    }
    let Some(name) = name.filter(|_| errors.is_empty()) else {
        return show(&site, &typed, &errors, card);
    };
    let key_fits = typed.form_key.len() == 32 && typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let own_key = if key_fits { typed.form_key.clone() } else { site.dice().hex::<16>() };
    let token = site.dice().hex::<32>();
    let application = ApplicationRow {
        id: Id::<()>::new(site.clock(), site.dice()).uuid(),
        reference: site.dice().reference(),
        form_key: key_of(&own_key, &typed, &name),
        organization: typed.organization.clone(),
        what: typed.what.clone(),
        contact: typed.contact.clone(),
        email: name.email().as_str().to_owned(),
        evidence: typed.evidence.clone(),
        kind: typed.kind.clone(),
        state: "unconfirmed".to_owned(),
        token_hash: hash(&token),
        safety_level: match level {
            Level::Red => "red",
            Level::Amber => "amber",
            Level::Clear => "clear",
        }
        .to_owned(),
        applied_at: site.clock().now(),
        confirmed_at: None,
        settled_at: None,
        reason: String::new(),
        person: None,
    };
    let reference = match keep(&site, may, counter, application, name, token).await? {
        Ok(reference) => reference,
        Err(wait) => {
            errors.0.push(Refusal::at("", sentence_of(wait, &other_way(&site))));
            return Ok(wait.told(show(&site, &typed, &errors, card)?));
        }
    };
    Said {
        card,
        title: "Thank you. Now look at your email".to_owned(),
        paragraphs: vec![
            format!("Your reference is {reference}."),
            "We have sent a link to the address you gave. Open it and press the button, and we will look at what you sent.".to_owned(),
            "We write to you either way. If nothing comes, look in your junk mail, or ask us.".to_owned(),
        ],
        ways: vec![("/".to_owned(), "Back to the first page".to_owned())],
        ..Said::default()
    }
    .show(&site)
}

/// How to reach the council otherwise.
fn other_way(site: &Site) -> String {
    let phone = site.council().phone.clone();
    if phone.is_empty() { "Ask the council".to_owned() } else { format!("Ring {phone}") }
}

/// What somebody reads who sent too much.
fn sentence_of(wait: Wait, other_way: &str) -> String {
    match wait {
        Wait::AnHour => format!(
            "We could not send this: too many forms came from your network in the last hour. What you typed is below. Send it again in an hour. If it cannot wait: {other_way}"
        ),
        Wait::ADay => format!(
            "We could not send this: we have sent a few emails to this address today. Look for our link in them, also in the junk mail. What you typed is below. Send it again tomorrow. If it cannot wait: {other_way}"
        ),
    }
}

fn decide_application(typed: &Typed) -> (Option<SignInName>, Errors) {
    let mut errors = Errors::default();
    let mut needs = |field: &'static str, value: &str, max: usize, sentence: &str| {
        let letters = value.chars().count();
        if value.is_empty() {
            errors.0.push(Refusal::at(field, sentence));
        } else if letters > max {
            errors.0.push(Refusal::at(field, format!("Use {max} letters or fewer. You have {letters}")));
        }
    };
    needs("organization", &typed.organization, 120, "Give the name of your organisation");
    needs("what", &typed.what, 2_000, "Say what you do, in a few sentences");
    needs("evidence", &typed.evidence, 1_000, "Give something that we can check, such as a charity number");
    needs("contact", &typed.contact, 120, "Give your name");
    if typed.kind.parse::<OrganizationKind>().is_err() {
        errors.0.push(Refusal::at("kind", "Choose what kind of organisation it is"));
    }
    // Whoever is listed signs in with it, so it is read as strictly as there.
    let name = errors.take("email", typed.email.parse::<SignInName>());
    (name, errors)
}

/// The key that a form has for what it says: a second press finds the first application, and who goes back and corrects
/// their address gets the link there, too.
fn key_of(own: &str, typed: &Typed, name: &SignInName) -> String {
    let Typed { organization, kind, what, evidence, contact, .. } = typed;
    let said = serde_json::json!([own, organization, kind, what, evidence, contact, name.email().as_str()]);
    blake3::hash(said.to_string().as_bytes()).to_hex().to_string()
}

/// Keeps it and sends the link. A form that was sent twice with the same words is kept once and gets its first reference;
/// only another one counts against the limits.
async fn keep(
    site: &Site,
    may: access::May<ApplyToBeListed>,
    counter: Counter,
    application: ApplicationRow,
    name: SignInName,
    token: String,
) -> Result<Result<String, Wait>, Fault> {
    let link = site.absolute(&format!("/list-your-service/confirm/{token}"));
    let (dice, now, key) = (site.dice().clone(), site.clock().now(), application.form_key.clone());
    let kept = site
        .db()
        .write(move |tx| {
            if let Some(first) = rows::find_application_by_key(tx, &application.form_key)? {
                return Ok(Ok(first.reference));
            }
            if let Some(wait) = counter.count(tx, Sent::Application, Some(&name), now)? {
                return Ok(Err(wait));
            }
            rows::insert_application(tx, &application)?;
            let values = vec![
                ("organization", application.organization.clone()),
                ("reference", application.reference.clone()),
                ("link", link.clone()),
            ];
            mails::send(tx, &mails::CONFIRM_APPLICATION, (name.email(), None), values, &dice, now)?;
            access::audit::record(tx, &may, "asked for an organisation to be listed", "", now);
            store::outbox::announce(
                tx,
                "application_sent",
                Some(application.id),
                &serde_json::json!({}),
                now,
            )?;
            Ok(Ok(application.reference.clone()))
        })
        .await;
    match kept {
        Err(fault) if store::violation(&fault).is_some_and(|it| it.constraint == "application_once") => {
            let first = site.db().read(move |tx| rows::find_application_by_key(tx, &key)).await?;
            first.map(|first| Ok(first.reference)).ok_or(fault)
        }
        kept => kept,
    }
}

/// `GET /list-your-service/confirm/{token}`: a button, because mail programs open links by themselves.
pub(crate) async fn confirm(State(site): State<Site>, who: Who, Path(token): Path<String>) -> Reply {
    who.may::<ApplyToBeListed>(On::all("application"))?;
    let hashed = hash(&token);
    let found = site.db().read(move |tx| rows::find_application_by_token(tx, &hashed)).await?;
    match found {
        None => Ok(missing()),
        Some(application) if application.state != "unconfirmed" => confirmed(&site, &application.reference),
        Some(application) => {
            let body = ConfirmView { token, organization: application.organization };
            show_with(&site, StatusCode::OK, &Page::new("Confirm that this is you"), &body)
        }
    }
}

/// `POST /list-your-service/confirm/{token}`.
pub(crate) async fn post_confirm(State(site): State<Site>, who: Who, Path(token): Path<String>) -> Reply {
    let (hashed, now) = (hash(&token), site.clock().now());
    let found = site
        .db()
        .write(move |tx| {
            let Some(application) = rows::find_application_by_token(tx, &hashed)? else {
                return Ok(None);
            };
            let may = who.may::<ApplyToBeListed>(On::one("application", application.id))?;
            if rows::set_confirmed(tx, application.id, now)? > 0 {
                access::audit::record(tx, &may, "confirmed the address of an application", "", now);
                store::outbox::announce(
                    tx,
                    "application_confirmed",
                    Some(application.id),
                    &serde_json::json!({}),
                    now,
                )?;
            }
            Ok(Some(application.id))
        })
        .await?;
    match found {
        None => Ok(missing()),
        Some(_) => see_other(&format!("/list-your-service/confirm/{token}")).into_reply(),
    }
}

fn confirmed(site: &Site, reference: &str) -> Reply {
    Said {
        title: "Thank you. We will look at it".to_owned(),
        paragraphs: vec![format!(
            "Your reference is {reference}. A person at the council looks at it and writes to you."
        )],
        ways: vec![("/".to_owned(), "Back to the first page".to_owned())],
        ..Said::default()
    }
    .show(site)
}

fn show(site: &Site, typed: &Typed, errors: &Errors, card: Option<CardView>) -> Reply {
    let kinds: Vec<(&str, &str)> =
        OrganizationKind::ALL.iter().map(|kind| (kind.as_str(), kind.words())).collect();
    let input = |name: &'static str, label, hint, value, kind, autocomplete| {
        Input { name, label, hint, value, kind, autocomplete, error: errors.at(name) }.render()
    };
    let area = |name: &'static str, label, hint, value, rows| {
        Textarea { name, label, hint, value, rows, error: errors.at(name) }.render()
    };
    let boxes = vec![
        input("organization", "Name of your organisation", "", &typed.organization, "text", "organization")?,
        Radios {
            name: "kind",
            legend: "What kind is it?",
            hint: "",
            answers: &kinds,
            value: &typed.kind,
            error: errors.at("kind"),
        }
        .render()?,
        area("what", "What do you do for families?", "", &typed.what, 5)?,
        area(
            "evidence",
            "How can we check who you are?",
            "Such as a charity number, an Ofsted number, or your website.",
            &typed.evidence,
            3,
        )?,
        input("contact", "Your name", "", &typed.contact, "text", "name")?,
        input(
            "email",
            "Your email",
            "We use it to answer, and to let you sign in if we list you.",
            &typed.email,
            "email",
            "email",
        )?,
    ];
    let body = ApplyView {
        card,
        errors: ErrorSummary { errors }.render()?,
        boxes,
        form_key: typed.form_key.clone(),
        seen: typed.seen,
    };
    let (status, title) = errors.page("List your service");
    show_with(site, status, &Page::new(title).at("/list-your-service"), &body)
}

/// A secret is kept only as its hash.
fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}
