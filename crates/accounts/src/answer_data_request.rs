//! Requests for data that came by letter, telephone or face to face: recorded, answered within a month, closed.

use crate::{
    Office,
    erase::erase,
    heard::{Heard, words_of},
    model::SignInName,
    my_data::{Copy, copy_file, list_parts, on_person},
    rights_model::{days_left, due_on},
    store::{data_rights as rows, people},
    words,
};
use access::{AnswerDataRequest, May, On, PersonId, audit};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Date, Fault, Id, Instant, Refusal};
use store::{Tx, row};
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

row! {
    /// A request as it is kept.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct RequestRow {
        id: Id<()>,
        reference: String,
        person_id: PersonId,
        wants: String,
        came_by: String,
        received_on: Date,
        due_on: Date,
        note: String,
        recorded_at: Instant,
        closed_at: Option<Instant>,
        outcome: Option<String>,
        closing_note: String,
    }
}

const WANTS: [(&str, &str); 2] = [("copy", "A copy of their data"), ("erase", "Their data erased")];
const CAME_BY: [(&str, &str); 5] = [
    ("letter", "By letter"),
    ("phone", "By phone"),
    ("email", "By email"),
    ("in_person", "Face to face"),
    ("page", "Through this site"),
];
const OUTCOMES: [(&str, &str); 3] = [
    ("done", "It was done"),
    ("refused", "It was refused, and they were told why"),
    ("withdrawn", "They took it back"),
];

fn words_for<'a>(list: &[(&'a str, &'a str)], key: &str) -> &'a str {
    list.iter().find(|(value, _)| *value == key).map_or("", |(_, words)| words)
}

/// The value of a list that was chosen.
fn chosen(
    list: &[(&'static str, &'static str)],
    field: &'static str,
    typed: &str,
    sentence: &str,
) -> Result<&'static str, Refusal> {
    let found = list.iter().find(|(value, _)| *value == typed).map(|(value, _)| *value);
    found.ok_or_else(|| Refusal::at(field, sentence))
}

#[derive(Template)]
#[template(path = "data_requests.html")]
struct ListView {
    card: String,
    summary: String,
    seen: bool,
    recorded: String,
    open: Vec<LineView>,
    closed: Vec<LineView>,
    fields: String,
}

struct LineView {
    href: String,
    reference: String,
    name: String,
    wants: &'static str,
    received: String,
    due: String,
    left: String,
    late: bool,
    closed: String,
    outcome: &'static str,
}

/// What was typed, put back.
#[derive(Default)]
struct Typed {
    email: String,
    wants: String,
    came_by: String,
    received_on: String,
    note: String,
}

/// `GET /admin/data-requests`.
pub(crate) async fn get(State(office): State<Office>, who: Who, params: Params) -> Reply {
    let recorded = Some(params.get("recorded")).filter(|it| it.len() == 8).unwrap_or_default().to_owned();
    list_page(&office, &who, &Typed::default(), &Heard::nothing(), &Errors::default(), recorded).await
}

async fn list_page(
    office: &Office,
    who: &Who,
    typed: &Typed,
    heard: &Heard,
    errors: &Errors,
    recorded: String,
) -> Reply {
    let may = who.may::<AnswerDataRequest>(On::all("data_request"))?;
    let site = office.site();
    let (now, today) = (site.clock().now(), site.clock().today());
    let (open, closed) = site
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "read the list of requests for data", "", now);
            let open = rows::list_open_requests(tx)?;
            let closed = rows::list_closed_requests(tx)?;
            Ok((with_names(tx, open)?, with_names(tx, closed)?))
        })
        .await?;
    let line = |(request, name): (RequestRow, String)| LineView {
        href: format!("/admin/data-requests/{}", request.id),
        name,
        wants: words_for(&WANTS, &request.wants),
        received: words::day(request.received_on),
        due: words::day(request.due_on),
        left: words::days_left(days_left(request.due_on, today)),
        late: days_left(request.due_on, today) < 0,
        closed: request.closed_at.map_or(String::new(), words::day_of),
        outcome: words_for(&OUTCOMES, request.outcome.as_deref().unwrap_or_default()),
        reference: request.reference,
    };
    let body = ListView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        recorded,
        open: open.into_iter().map(line).collect(),
        closed: closed.into_iter().map(line).collect(),
        fields: new_fields(typed, errors)?,
    };
    let (status, title) = errors.page("Requests for data");
    show_with(site, status, &Page::new(title), &body)
}

fn with_names(tx: &mut Tx<'_>, requests: Vec<RequestRow>) -> Result<Vec<(RequestRow, String)>, Fault> {
    requests
        .into_iter()
        .map(|request| {
            let name = crate::find_name(tx, request.person_id)?.filter(|name| !name.is_empty());
            let gone = || format!("somebody who was erased ({})", words::short(request.person_id.uuid()));
            let name = name.unwrap_or_else(gone);
            Ok((request, name))
        })
        .collect()
}

fn new_fields(typed: &Typed, errors: &Errors) -> Result<String, Fault> {
    let radios = |name, legend, answers, value| {
        Radios { name, legend, hint: "", answers, value, error: errors.at(name) }.render()
    };
    Ok([
        Input {
            name: "email",
            label: "Their email address",
            hint: "The one on their account. Make sure that it is really them who asks.",
            value: &typed.email,
            kind: "email",
            autocomplete: "off",
            error: errors.at("email"),
        }
        .render()?,
        radios("wants", "What do they want?", &WANTS, &typed.wants)?,
        radios("came_by", "How did they ask?", &CAME_BY[..4], &typed.came_by)?,
        Input {
            name: "received_on",
            label: "The day we received it",
            hint: "It must be answered within one month of this day.",
            value: &typed.received_on,
            kind: "date",
            autocomplete: "off",
            error: errors.at("received_on"),
        }
        .render()?,
        Textarea {
            name: "note",
            label: "Note (optional)",
            hint: "Where the letter is kept, and how you made sure who they are. Leave out anything about their family.",
            value: &typed.note,
            rows: 3,
            error: errors.at("note"),
        }
        .render()?,
    ]
    .concat())
}

/// `POST /admin/data-requests`.
pub(crate) async fn post(State(office): State<Office>, who: Who, form: Form) -> Reply {
    who.may::<AnswerDataRequest>(On::all("data_request"))?;
    let site = office.site();
    let heard = Heard::of(site, &form);
    let typed = Typed {
        email: form.get("email").to_owned(),
        wants: form.get("wants").to_owned(),
        came_by: form.get("came_by").to_owned(),
        received_on: form.get("received_on").to_owned(),
        note: form.get("note").to_owned(),
    };
    let mut errors = Errors::default();
    let draft = parse(&typed, site.clock().today(), &mut errors);
    let Some((name, draft)) = draft.filter(|_| errors.is_empty() && !heard.waits) else {
        return list_page(&office, &who, &typed, &heard, &errors, String::new()).await;
    };
    let request = RequestRow {
        id: Id::new(site.clock(), site.dice()),
        reference: site.dice().reference(),
        recorded_at: site.clock().now(),
        ..draft
    };
    let reference = request.reference.clone();
    let asking = who.clone();
    let kept = site
        .db()
        .write(move |tx| {
            let Some(person) = people::find_person_by_skeleton(tx, name.skeleton())? else {
                return Ok(Err(Refusal::at(
                    "email",
                    "We keep no account with this address. Check it. If it is right, look by their phone number, then tell them what we keep",
                )));
            };
            let may = asking.may::<AnswerDataRequest>(on_person(person.id))?;
            let request = RequestRow { person_id: person.id, ..request.clone() };
            if !rows::insert_request(tx, &request)? {
                return Ok(Err(Refusal::at("wants", "They have asked for this already, and it is still open below")));
            }
            let did = format!("recorded a request: {}", request.wants);
            audit::record(tx, &may, did, format!("came by {}", request.came_by), request.recorded_at);
            Ok(Ok(()))
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other(&format!("/admin/data-requests?recorded={reference}"))),
        Err(refusal) => {
            errors.0.push(refusal);
            list_page(&office, &who, &typed, &heard, &errors, String::new()).await
        }
    }
}

fn parse(typed: &Typed, today: Date, errors: &mut Errors) -> Option<(SignInName, RequestRow)> {
    let name = errors.take("email", typed.email.parse::<SignInName>());
    let mut choose = |list: &[(&'static str, &'static str)], field, value: &str, sentence| {
        chosen(list, field, value, sentence).map_err(|refusal| errors.0.push(refusal)).ok()
    };
    let wants = choose(&WANTS, "wants", &typed.wants, "Choose what they want");
    let came_by = choose(&CAME_BY, "came_by", &typed.came_by, "Choose how they asked");
    let received_on = match typed.received_on.parse::<Date>() {
        Ok(day) if day <= today => Some(day),
        Ok(_) => errors.take("received_on", Err("Enter a day that is not in the future".to_owned())),
        Err(_) => errors.take("received_on", Err("Enter the day we received it, like 2026-11-22".to_owned())),
    };
    let note = errors.take("note", words_of(&typed.note));
    let received_on = received_on?;
    Some((
        name?,
        RequestRow {
            id: Id::from_uuid(uuid::Uuid::nil()),
            reference: String::new(),
            person_id: Id::from_uuid(uuid::Uuid::nil()),
            wants: wants?.to_owned(),
            came_by: came_by?.to_owned(),
            received_on,
            due_on: due_on(received_on),
            note: note?,
            recorded_at: Instant::UNIX_EPOCH,
            closed_at: None,
            outcome: None,
            closing_note: String::new(),
        },
    ))
}

#[derive(Template)]
#[template(path = "data_request.html")]
struct OneView {
    card: String,
    summary: String,
    seen: bool,
    id: String,
    reference: String,
    name: String,
    email: String,
    erased: bool,
    wants: &'static str,
    came_by: &'static str,
    received: String,
    due: String,
    left: String,
    note: String,
    open: bool,
    closed: String,
    outcome: &'static str,
    closing_note: String,
    agree_error: Option<String>,
    outcomes: String,
    closing: String,
}

/// `GET /admin/data-requests/{id}`.
pub(crate) async fn get_one(State(office): State<Office>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(id) = id.parse() else { return Ok(missing()) };
    one_page(&office, &who, id, &Form::default(), &Heard::nothing(), &Errors::default()).await
}

async fn one_page(
    office: &Office,
    who: &Who,
    id: Id<()>,
    form: &Form,
    heard: &Heard,
    errors: &Errors,
) -> Reply {
    let site = office.site();
    let (asking, now) = (who.clone(), site.clock().now());
    let found = site
        .db()
        .write(move |tx| {
            let Some(request) = rows::find_request(tx, id)? else { return Ok(None) };
            let may = asking.may::<AnswerDataRequest>(on_person(request.person_id))?;
            audit::record(tx, &may, "read a request for data", format!("request {}", request.reference), now);
            let person = people::find_person(tx, request.person_id)?;
            Ok(Some((request, person)))
        })
        .await?;
    let Some((request, Some(person))) = found else { return Ok(missing()) };
    let open = request.closed_at.is_none();
    let outcomes = Radios {
        name: "outcome",
        legend: "How did it end?",
        hint: "",
        answers: &OUTCOMES,
        value: form.get("outcome"),
        error: errors.at("outcome"),
    };
    let closing = Textarea {
        name: "closing_note",
        label: "Note (optional)",
        hint: "What was sent and when, or why it was refused.",
        value: form.get("closing_note"),
        rows: 3,
        error: errors.at("closing_note"),
    };
    let body = OneView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        id: request.id.to_string(),
        erased: person.erased_at.is_some(),
        name: match person.erased_at {
            Some(_) => format!("somebody who was erased ({})", words::short(person.id.uuid())),
            None => person.name,
        },
        email: person.email.map_or(String::new(), |email| email.to_string()),
        wants: words_for(&WANTS, &request.wants),
        came_by: words_for(&CAME_BY, &request.came_by),
        received: words::day(request.received_on),
        due: words::day(request.due_on),
        left: words::days_left(days_left(request.due_on, site.clock().today())),
        note: request.note,
        open,
        closed: request.closed_at.map_or(String::new(), words::day_and_time),
        outcome: words_for(&OUTCOMES, request.outcome.as_deref().unwrap_or_default()),
        closing_note: request.closing_note,
        agree_error: errors.at("agree").map(str::to_owned),
        outcomes: outcomes.render()?,
        closing: closing.render()?,
        reference: request.reference,
    };
    let (status, title) = errors.page("A request for data");
    show_with(site, status, &Page::new(title), &body)
}

/// `POST /admin/data-requests/{id}`: the button that was pressed says what for.
pub(crate) async fn post_one(
    State(office): State<Office>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Reply {
    who.may::<AnswerDataRequest>(On::all("data_request"))?;
    let Ok(id) = id.parse::<Id<()>>() else { return Ok(missing()) };
    let heard = Heard::of(office.site(), &form);
    if heard.waits {
        return one_page(&office, &who, id, &form, &heard, &Errors::default()).await;
    }
    let mut errors = Errors::default();
    match form.get("act") {
        "copy" => return send_copy(&office, &who, id, Copy::of(&form)).await,
        "erase" if form.get("agree") == "erase" => {
            if let Err(refusal) = erase_for(&office, &who, id).await? {
                errors.0.push(refusal);
            }
        }
        "erase" => errors.0.push(Refusal::at("agree", "Tick the box to say that everything is to be erased")),
        "close" => close(&office, &who, id, &form, &mut errors).await?,
        _ => return Ok(missing()),
    }
    if errors.is_empty() {
        return Ok(see_other(&format!("/admin/data-requests/{id}")));
    }
    one_page(&office, &who, id, &form, &heard, &errors).await
}

async fn send_copy(office: &Office, who: &Who, id: Id<()>, wanted: Copy) -> Reply {
    let (asking, gathering, now) = (who.clone(), office.clone(), office.site().clock().now());
    let parts = office
        .site()
        .db()
        .write(move |tx| {
            let Some(request) = rows::find_request(tx, id)? else { return Ok(None) };
            let may = asking.may::<AnswerDataRequest>(on_person(request.person_id))?;
            let why = format!("request {}", request.reference);
            audit::record(tx, &may, "took a copy of somebody’s data for them", why, now);
            Ok(Some(list_parts(tx, &gathering, request.person_id)?))
        })
        .await?;
    match parts {
        Some(parts) => Ok(copy_file(office, &parts, wanted)?),
        None => Ok(missing()),
    }
}

async fn erase_for(office: &Office, who: &Who, id: Id<()>) -> Result<Result<(), Refusal>, Fault> {
    let (asking, erasing, now) = (who.clone(), office.clone(), office.site().clock().now());
    office
        .site()
        .db()
        .write(move |tx| {
            let Some(request) = rows::find_request(tx, id)?.filter(|request| request.closed_at.is_none())
            else {
                return Ok(Err(Refusal::at("agree", "This request was closed meanwhile")));
            };
            let may = asking.may::<AnswerDataRequest>(on_person(request.person_id))?;
            if may.actor().person() == Some(request.person_id) {
                let sentence = "This request is your own. Erase your account on your own page, or ask a colleague to do it here";
                return Ok(Err(Refusal::at("agree", sentence)));
            }
            erase(tx, &erasing, &may, request.person_id, &format!("request {}", request.reference), now)
        })
        .await
}

async fn close(
    office: &Office,
    who: &Who,
    id: Id<()>,
    form: &Form,
    errors: &mut Errors,
) -> Result<(), Fault> {
    let outcome = chosen(&OUTCOMES, "outcome", form.get("outcome"), "Choose how it ended")
        .map_err(|refusal| errors.0.push(refusal))
        .ok();
    let note = errors.take("closing_note", words_of(form.get("closing_note")));
    let (Some(outcome), Some(note)) = (outcome, note) else { return Ok(()) };
    let (asking, now) = (who.clone(), office.site().clock().now());
    office
        .site()
        .db()
        .write(move |tx| {
            let Some(request) = rows::find_request(tx, id)? else { return Ok(()) };
            let may: May<AnswerDataRequest> = asking.may(on_person(request.person_id))?;
            if rows::set_request_closed(tx, id, outcome, &note, now)? {
                let why = format!("request {}", request.reference);
                audit::record(tx, &may, format!("closed a request: {outcome}"), why, now);
            }
            Ok(())
        })
        .await
}
