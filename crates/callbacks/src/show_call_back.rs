//! `GET` and `POST /call-back/{secret}`: how a request stands, and taking it back. The page names nobody and shows no
//! number: it may stay open on a phone that others hold.

use crate::{
    hours::due_words,
    joined::names,
    model::{Outcome, State, decide_cancelled},
    store::{self as rows, CallBackRow},
};
use askama::Template;
use axum::extract::{Path, State as Given};
use kernel::{Fault, Instant};
use store::Tx;
use web::{CardView, Form, Page, Reply, Site, missing, see_other, show};

/// In the history: a page of a request took it back.
pub(crate) const TAKEN_BACK: &str = "cancelled";
/// In the history: a page took it back on which somebody of another name had asked to be rung on this number.
pub(crate) const TAKEN_BACK_BY_ANOTHER: &str = "cancelled_by_another_name";

#[derive(Template)]
#[template(path = "asked.html")]
struct AskedView {
    card: Option<CardView>,
    secret: String,
    heading: String,
    lead: String,
    is_open: bool,
    is_new: bool,
    by_text: bool,
    reference: String,
    phone: String,
    dialled: String,
}

/// `GET /call-back/{secret}`.
pub(crate) async fn get(Given(site): Given<Site>, Path(secret): Path<String>) -> Reply {
    if !is_secret(&secret) {
        return Ok(missing());
    }
    let found = site.db().read(move |tx| rows::find_by_secret(tx, &secret)).await?;
    let Some(row) = found else { return Ok(missing()) };
    let standing = row.standing()?;
    let (heading, lead) = said(&row, site.clock().now())?;
    let council = site.council();
    let is_open = !is_over(&row, site.clock().now())?;
    let body = AskedView {
        card: site.card(site.screen(&row.words).verdict()).filter(|_| is_open).map(CardView::above),
        secret: row.secret.clone(),
        heading,
        lead,
        is_open,
        is_new: is_open && standing.tries == 0,
        by_text: row.how == "text",
        reference: row.reference.clone(),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    show(&site, &Page::new("Your call back").sensitive(true), &body)
}

/// `POST /call-back/{secret}`: the family takes it back.
pub(crate) async fn post(Given(site): Given<Site>, Path(secret): Path<String>, form: Form) -> Reply {
    if !is_secret(&secret) {
        return Ok(missing());
    }
    if form.get("do") == "cancel" {
        let (now, wanted) = (site.clock().now(), secret.clone());
        let is_known = site.db().write(move |tx| cancel(tx, &wanted, now)).await?;
        if !is_known {
            return Ok(missing());
        }
    }
    Ok(see_other(&format!("/call-back/{secret}")))
}

fn is_secret(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Takes a request back with every other of its number, whichever of them this page is for; says whether it is there. One
/// that is over stays as it is. Whoever works on it meanwhile is told when they next press something: the version has moved on.
///
/// All of them, because a ring after somebody said stop may harm them, while a stop by somebody else is seen on every page
/// and by every worker, and can be put right by asking again.
fn cancel(tx: &mut Tx<'_>, secret: &str, now: Instant) -> Result<bool, Fault> {
    let Some(asked) = rows::find_by_secret(tx, secret)? else { return Ok(false) };
    // The one that the others are joined to is held first, as by whoever works on it, so that neither waits for the other.
    let Some(first) = rows::find_call_back_to_change(tx, asked.joins.unwrap_or(asked.id))? else {
        return Ok(false);
    };
    let joined = rows::list_joined(tx, first.id)?;
    let own = joined.iter().find(|row| row.id == asked.id).unwrap_or(&first);
    if decide_cancelled(own.standing()?, now).is_err() || is_joined_over(own, now) {
        return Ok(true);
    }
    cancel_all(tx, &first, &joined, TAKEN_BACK, now)?;
    // The number may have been asked for anew since the first one ended.
    if let Some(open) = rows::find_open_of_to_change(tx, &own.dialled)?
        && let Some(newer) = rows::find_call_back(tx, open)?
    {
        let joined = rows::list_joined(tx, newer.id)?;
        let is_their_own = names(&newer, &joined).iter().all(|name| *name == own.name);
        let what = if is_their_own { TAKEN_BACK } else { TAKEN_BACK_BY_ANOTHER };
        cancel_all(tx, &newer, &joined, what, now)?;
    }
    Ok(true)
}

/// Takes back a request and what is joined to it, and tells it in the history of the first, also where that one had ended.
fn cancel_all(
    tx: &mut Tx<'_>,
    first: &CallBackRow,
    joined: &[CallBackRow],
    what: &str,
    now: Instant,
) -> Result<(), Fault> {
    for row in std::iter::once(first).chain(joined) {
        if let Ok(after) = decide_cancelled(row.standing()?, now) {
            rows::set_standing(tx, row.id, row.version, &after)?;
        }
    }
    rows::insert_event(tx, first.id, what, None, &first.standing()?, now)
}

/// Whether a request is over for whoever has its page.
pub(crate) fn is_over(row: &CallBackRow, now: Instant) -> Result<bool, Fault> {
    Ok(match row.standing()?.state {
        State::Joined => is_joined_over(row, now),
        state => !state.is_open(),
    })
}

/// Whether a request that was joined is over: not as soon as the other one is, which may be somebody else's to know.
fn is_joined_over(row: &CallBackRow, now: Instant) -> bool {
    row.closed_at.is_some() && row.due_at < now
}

/// What the family reads: a heading and a sentence.
fn said(row: &CallBackRow, now: Instant) -> Result<(String, String), Fault> {
    let standing = row.standing()?;
    let verb = if row.how == "text" { "text" } else { "ring" };
    let by = due_words(standing.due_at);
    let is_late = standing.due_at < now;
    let late =
        format!("We said that we would {verb} you by {by}. If nobody has, we are sorry. Please ring us.");
    Ok(match (standing.state, standing.outcome) {
        (State::Joined, _) if is_joined_over(row, now) => {
            ("This request is over".to_owned(), "You can ask again at any time.".to_owned())
        }
        (State::Asked | State::Taken | State::Rung | State::Joined, _) if is_late => {
            ("We are late".to_owned(), late)
        }
        (State::Asked | State::Joined, _) => {
            (format!("We will {verb} you by {by}"), "That is the end of the next working day.".to_owned())
        }
        (State::Taken, _) => {
            (format!("We will {verb} you by {by}"), "Somebody has your request now.".to_owned())
        }
        (State::Rung, _) => (
            "We tried to reach you".to_owned(),
            format!("We try again by {by}. If another time is better, ring us and say your reference."),
        ),
        (State::Closed, Some(Outcome::Reached)) => {
            ("We have spoken".to_owned(), "This request is closed. You can ask again at any time.".to_owned())
        }
        (State::Closed, Some(Outcome::WrongNumber)) => (
            "The number did not work".to_owned(),
            "We could not reach you on the number you gave. Please check it and ask again.".to_owned(),
        ),
        (State::Closed, _) => (
            "We did not reach you".to_owned(),
            "We tried several times. Would another time suit? You can ask again, or ring us.".to_owned(),
        ),
        // The same words for whoever took it back and whoever asked with the same number, and true for both.
        (State::Cancelled, _) => (
            "Your request is taken back".to_owned(),
            "Nobody will ring you about it. If you would still like a call, ask again at any time."
                .to_owned(),
        ),
    })
}
