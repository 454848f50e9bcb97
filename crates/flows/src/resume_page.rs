//! `/guides/resume`: coming back with a code. The code is in no address.

use crate::{
    catalogue::Flows,
    session::{PutAway, Resumed, read_code},
};
use accounts::{Counter, Sent};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use kernel::Refusal;
use web::{
    CardView, Form, Nav, Page, Reply,
    fields::{ErrorSummary, Errors, Input},
    missing, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "guide_resume.html")]
struct ResumeView {
    card: Option<CardView>,
    errors: String,
    field: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "guide_put_away.html")]
struct PutAwayView {
    slug: String,
    title: String,
    session: String,
    step: usize,
}

/// `GET /guides/resume`.
pub(crate) async fn get(State(flows): State<Flows>) -> Reply {
    form_again(&flows, "", &Errors::default(), None)
}

/// `POST /guides/resume`.
pub(crate) async fn post(State(flows): State<Flows>, counter: Counter, form: Form) -> Reply {
    let site = flows.site();
    let screened = site.screen(&form.typed(&["code"]));
    let card = site.card(screened.verdict());
    if !form.get("session").is_empty() {
        return carry_on(&flows, form.get("session")).await;
    }
    let typed = form.get("code");
    let refuse = |sentence: String| Errors(vec![Refusal::at("code", sentence)]);
    let Some(code) = read_code(typed) else {
        let errors =
            refuse("Type the code as you wrote it down: four letters or numbers, then four more".to_owned());
        return form_again(&flows, typed, &errors, card);
    };
    // Every look is counted, also one that finds something: who guesses must not learn by the answer that one was right.
    let now = site.clock().now();
    if let Some(wait) = site.db().write(move |tx| counter.count(tx, Sent::LookUp, None, now)).await? {
        let errors = refuse("Too many codes were tried from your network. Try again in an hour".to_owned());
        return Ok(wait.told(form_again(&flows, typed, &errors, card)?));
    }
    match flows.resume(&code).await? {
        Resumed::Here(turn) => Ok(see_other(&format!("{}?welcome=1", turn.path()))),
        Resumed::PutAway(away) => show_put_away(&flows, &away),
        Resumed::Nothing => {
            let sentence =
                "We do not know this code. Look whether it is as you wrote it down, or start the guide again";
            form_again(&flows, typed, &refuse(sentence.to_owned()), card)
        }
    }
}

async fn carry_on(flows: &Flows, session: &str) -> Reply {
    let Ok(session) = session.parse() else { return Ok(missing()) };
    match flows.carry_on(&session).await? {
        Some(turn) => Ok(see_other(&format!("{}?welcome=1", turn.path()))),
        None => Ok(missing()),
    }
}

/// The page of a session whose days were put away: what can be said, and carrying on from there.
pub(crate) fn show_put_away(flows: &Flows, away: &PutAway) -> Reply {
    let body = PutAwayView {
        slug: away.slug.clone(),
        title: away.title.clone(),
        session: away.session.as_str().to_owned(),
        step: away.step,
    };
    let page = Page::new("Carry on with your guide").under(Nav::Advice).with_exit().sensitive(away.sensitive);
    show(flows.site(), &page, &body)
}

fn form_again(flows: &Flows, typed: &str, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let site = flows.site();
    let body = ResumeView {
        card: card.map(CardView::above),
        errors: ErrorSummary { errors }.render()?,
        field: Input {
            name: "code",
            label: "Your code",
            hint: "Four letters or numbers, then four more. For example: AB23-CD45",
            value: typed,
            kind: "text",
            autocomplete: "off",
            error: errors.at("code"),
        }
        .render()?,
        phone: site.council().phone.clone(),
    };
    let (status, title) = errors.page("Come back to a guide");
    let page = Page::new(title).under(Nav::Advice).with_exit();
    if status == StatusCode::OK { show(site, &page, &body) } else { show_with(site, status, &page, &body) }
}
