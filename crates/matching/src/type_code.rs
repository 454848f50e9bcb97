//! `GET` and `POST /l`: a list opens by a code that somebody read out, or that stands on paper. What was typed and is no
//! code of a list goes into no address.

use crate::{list_model::read_code, store as rows};
use accounts::{Counter, Sent};
use askama::Template;
use axum::extract::State;
use directory::Directory;
use kernel::Refusal;
use web::{
    CardView, Form, Page, Reply,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

#[derive(Template)]
#[template(path = "type_code.html")]
struct TypeCodeView {
    card: Option<CardView>,
    summary: String,
    field: String,
    phone: String,
    dialled: String,
}

/// `GET /l`.
pub(crate) async fn get(State(directory): State<Directory>) -> Reply {
    page(&directory, "", &Errors::default(), None)
}

/// `POST /l`: leads to the list. It is counted like opening one, whatever was found: who guesses must not learn by the limit.
pub(crate) async fn post(State(directory): State<Directory>, counter: Counter, form: Form) -> Reply {
    let site = directory.site();
    let screened = site.screen(&form.typed(&["code"]));
    let card = site.card(screened.verdict());
    let typed = form.get("code");
    let refuse = |sentence: &str| Errors(vec![Refusal::at("code", sentence)]);
    let Some(code) = read_code(typed) else {
        let errors = refuse("Type all 12 letters and numbers of the code. There is no I, O, 0 or 1 in it");
        return page(&directory, typed, &errors, card);
    };
    let (now, looked) = (site.clock().now(), code.clone());
    let found = site
        .db()
        .write(move |tx| {
            if let Some(wait) = counter.count(tx, Sent::LookUp, None, now)? {
                return Ok(Err(wait));
            }
            Ok(Ok(rows::find_list_by_code(tx, &looked)?.is_some()))
        })
        .await?;
    match found {
        Ok(true) => Ok(see_other(&format!("/l/{code}"))),
        Ok(false) => {
            let errors =
                refuse("We do not know this code. Look at it once more, or ask whoever gave it to you");
            page(&directory, typed, &errors, card)
        }
        Err(wait) => {
            let errors = refuse("Too many codes were tried from here. Try again in an hour");
            Ok(wait.told(page(&directory, typed, &errors, card)?))
        }
    }
}

fn page(directory: &Directory, typed: &str, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let council = directory.site().council();
    let field = Input {
        name: "code",
        label: "Your code",
        hint: "12 letters and numbers. For example: AB23-CD45-EF67",
        value: typed,
        kind: "text",
        autocomplete: "off",
        error: errors.at("code"),
    };
    let body = TypeCodeView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        field: field.render()?,
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let (status, title) = errors.page("Open your list");
    // What is on the list may be dangerous to be seen with, and so may be looking for it.
    show_with(directory.site(), status, &Page::new(title).with_exit(), &body)
}
