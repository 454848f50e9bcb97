//! `GET` and `POST /admin/data-requests/by-number`: what somebody without an account left under a phone number, for their
//! copy and to erase it. The number comes with the form and stands in no address and not in the trail.

use crate::{
    Office,
    erase::WRITE_THE_DATABASE_ANEW,
    heard::Heard,
    my_data::{Copy, copy_file},
    office::Part,
};
use access::{AnswerDataRequest, May, On, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Instant, Phone, Refusal};
use store::Tx;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    say, see_other, show_with,
};

#[derive(Template)]
#[template(path = "data_by_number.html")]
struct NumberView {
    card: String,
    summary: String,
    seen: bool,
    erased: Option<String>,
    field: String,
    found: Option<FoundView>,
    agree_error: Option<String>,
}

/// What is kept under a number: how much of what, and not the words.
struct FoundView {
    phone: String,
    parts: Vec<(String, String, String)>,
    is_empty: bool,
}

/// `GET /admin/data-requests/by-number`.
pub(crate) async fn get(State(office): State<Office>, who: Who, params: Params) -> Reply {
    who.may::<AnswerDataRequest>(on_numbers())?;
    let erased = params.get("erased").parse::<usize>().ok();
    page(&office, "", None, erased, &Heard::nothing(), &Errors::default())
}

/// `POST /admin/data-requests/by-number`: the button that was pressed says what for.
pub(crate) async fn post(State(office): State<Office>, who: Who, form: Form) -> Reply {
    let may = who.may::<AnswerDataRequest>(on_numbers())?;
    let heard = Heard::of(office.site(), &form);
    let mut errors = Errors::default();
    let typed = form.get("phone");
    let phone = errors.take("phone", typed.parse::<Phone>());
    let Some(phone) = phone.filter(|_| !heard.waits) else {
        return page(&office, typed, None, None, &heard, &errors);
    };
    match form.get("act") {
        "copy" => {
            let parts = read(&office, may, &phone, "took a copy of what a phone number left").await?;
            return Ok(copy_file(&office, &parts, Copy::of(&form))?);
        }
        "erase" if form.get("agree") == "erase" => {
            let many = erase(&office, may, &phone).await?;
            return Ok(see_other(&format!("/admin/data-requests/by-number?erased={many}")));
        }
        "erase" => {
            errors.0.push(Refusal::at("agree", "Tick the box to say that everything is to be erased"));
        }
        _ => {}
    }
    let parts = read(&office, may, &phone, "looked up what a phone number left").await?;
    page(&office, typed, Some((&phone, parts)), None, &heard, &errors)
}

fn on_numbers() -> On {
    On::all("phone_number")
}

type Parts = Vec<(&'static str, Part)>;

/// Everything the rooms keep under a number, with what was done written down.
async fn read(
    office: &Office,
    may: May<AnswerDataRequest>,
    phone: &Phone,
    did: &'static str,
) -> Result<Parts, Fault> {
    let (gathering, phone, now) = (office.clone(), phone.clone(), office.site().clock().now());
    office
        .site()
        .db()
        .write(move |tx| {
            let parts = list_parts(tx, &gathering, &phone)?;
            audit::record(tx, &may, did, count_words(count(&parts)), now);
            Ok(parts)
        })
        .await
}

fn list_parts(tx: &mut Tx<'_>, office: &Office, phone: &Phone) -> Result<Parts, Fault> {
    let mut parts = Vec::new();
    for source in office.number_sources() {
        let found = (source.export)(tx, phone)
            .map_err(|fault| fault.context(format!("gathering what {} keeps under a number", source.room)))?;
        parts.extend(found.into_iter().map(|part| (source.room, part)));
    }
    Ok(parts)
}

/// Erases it all, in one transaction, and has the tables written anew. Says how many records there were; where there were
/// none, as when it is asked for twice, nothing was done and the trail says nothing.
async fn erase(office: &Office, may: May<AnswerDataRequest>, phone: &Phone) -> Result<u64, Fault> {
    let (erasing, phone, now) = (office.clone(), phone.clone(), office.site().clock().now());
    office.site().db().write(move |tx| erase_in(tx, &erasing, &may, &phone, now)).await
}

fn erase_in(
    tx: &mut Tx<'_>,
    office: &Office,
    may: &May<AnswerDataRequest>,
    phone: &Phone,
    now: Instant,
) -> Result<u64, Fault> {
    let mut many = 0;
    for source in office.number_sources() {
        many += (source.erase)(tx, phone, now)
            .map_err(|fault| fault.context(format!("erasing what {} keeps under a number", source.room)))?;
    }
    if many > 0 {
        audit::record(tx, may, "erased what a phone number left", count_words(usize::try_from(many)?), now);
        let tables: Vec<&str> =
            office.number_sources().iter().flat_map(|source| source.tables).copied().collect();
        jobs::enqueue(tx, WRITE_THE_DATABASE_ANEW, &tables, now, now, None)?;
    }
    Ok(many)
}

fn count(parts: &Parts) -> usize {
    parts.iter().map(|(_, part)| part.records.len()).sum()
}

fn count_words(many: usize) -> String {
    say::count(many, "record", "records")
}

fn page(
    office: &Office,
    typed: &str,
    found: Option<(&Phone, Parts)>,
    erased: Option<usize>,
    heard: &Heard,
    errors: &Errors,
) -> Reply {
    let field = Input {
        name: "phone",
        label: "Their phone number",
        hint: "Ring it first, or make sure in another way that it is theirs.",
        value: typed,
        kind: "tel",
        autocomplete: "off",
        error: errors.at("phone"),
    };
    let body = NumberView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        erased: erased.map(count_words),
        field: field.render()?,
        found: found.map(|(phone, parts)| FoundView {
            phone: phone.to_string(),
            is_empty: count(&parts) == 0,
            parts: parts
                .into_iter()
                .map(|(_, part)| (part.heading, count_words(part.records.len()), part.why))
                .collect(),
        }),
        agree_error: errors.at("agree").map(str::to_owned),
    };
    let (status, title) = errors.page("What a phone number left");
    show_with(office.site(), status, &Page::new(title), &body)
}
