//! `GET` and `POST /admin/call-backs/{id}`: a worker takes a request, rings, says how it ended, or undoes their last step.
//! Of two who do something at the same moment one does it, and the other is told and sees how it stands.

use crate::{
    hours::{bank_holidays, decide_due, due_words},
    joined::{names, together},
    model::{CallBackId, Deed, ENDINGS, Outcome, Refused, Standing, State, TRIES_ENOUGH, decide_deed},
    setting::find_setting,
    show_call_back::{TAKEN_BACK, TAKEN_BACK_BY_ANOTHER},
    store::{self as rows, CallBackRow, EventRow},
    words::{Again, Detail, asked_again, care_words, details, is_overdue},
};
use access::{CallBack, May, On, PersonId, audit};
use anyhow::Context;
use askama::Template;
use axum::{
    extract::{Path, State as Given},
    http::StatusCode,
};
use kernel::{Fault, Instant, Phone, Refusal};
use store::Tx;
use web::{Form, Page, Reply, Site, Who, fields::Errors, missing, see_other, show_with};

/// The key of undoing.
const UNDO: &str = "undo";

#[derive(Template)]
#[template(path = "call_back.html")]
struct OneView {
    id: CallBackId,
    version: i64,
    told: &'static str,
    field_error: &'static str,
    name: String,
    phone: String,
    dialled: String,
    by_text: bool,
    is_overdue: bool,
    is_urgent: bool,
    care: String,
    details: Vec<Detail>,
    words: String,
    times_asked: usize,
    has_more_names: bool,
    asked_again: Vec<Again>,
    state: String,
    can_take: bool,
    can_take_over: bool,
    is_yours: bool,
    can_undo: bool,
    endings: Vec<(&'static str, &'static str)>,
    ending: String,
    history: Vec<(String, String)>,
}

/// A request with what was done with it.
struct Case {
    row: CallBackRow,
    joined: Vec<CallBackRow>,
    events: Vec<EventRow>,
    names: Vec<(PersonId, String)>,
}

/// `GET /admin/call-backs/{id}`. Reading it is written down.
pub(crate) async fn get(Given(site): Given<Site>, who: Who, Path(id): Path<String>) -> Reply {
    page(&site, &who, &id, StatusCode::OK, "", "").await
}

/// `POST /admin/call-backs/{id}`.
pub(crate) async fn post(Given(site): Given<Site>, who: Who, Path(id): Path<String>, form: Form) -> Reply {
    let (Some(person), Ok(call_back)) = (who.actor.person(), id.parse::<CallBackId>()) else {
        return Ok(missing());
    };
    let may = who.may::<CallBack>(On::one("call_back", call_back))?;
    let wanted = match (form.get("do"), Deed::of(form.get("ending"))) {
        (UNDO, _) => Wanted::Undo,
        ("note", Some(deed)) if ENDINGS.iter().any(|(ending, _)| *ending == deed) => Wanted::Deed(deed),
        ("note", _) => {
            return page(&site, &who, &id, StatusCode::UNPROCESSABLE_ENTITY, "Choose how it ended", "").await;
        }
        (other, _) => match Deed::of(other) {
            Some(deed @ (Deed::Take | Deed::TakeOver | Deed::GiveBack)) => Wanted::Deed(deed),
            _ => return Ok(see_other(&format!("/admin/call-backs/{call_back}"))),
        },
    };
    let version: i64 = form.get("version").parse().unwrap_or(0);
    let now = site.clock().now();
    let done = site
        .db()
        .write(move |tx| match wanted {
            Wanted::Deed(deed) => do_deed(tx, &may, call_back, version, deed, person, now),
            Wanted::Undo => undo(tx, &may, call_back, version, person, now),
        })
        .await?;
    match done {
        Done::Gone => Ok(missing()),
        Done::Now(standing) => Ok(see_other(&match (wanted, standing.state) {
            (Wanted::Deed(Deed::GiveBack), _) => "/admin/call-backs?done=give_back".to_owned(),
            (Wanted::Deed(_), State::Closed) => "/admin/call-backs?done=ended".to_owned(),
            (Wanted::Deed(Deed::NoAnswer | Deed::AnotherDay), _) => "/admin/call-backs?done=later".to_owned(),
            _ => format!("/admin/call-backs/{call_back}"),
        })),
        Done::Overtaken => {
            let told = "This changed a moment ago, so nothing of yours was kept. This is how it stands now";
            page(&site, &who, &id, StatusCode::CONFLICT, told, form.get("ending")).await
        }
        Done::Refused(refused) => {
            page(&site, &who, &id, StatusCode::CONFLICT, refused.sentence(), form.get("ending")).await
        }
    }
}

#[derive(Clone, Copy)]
enum Wanted {
    Deed(Deed),
    Undo,
}

/// What became of it.
pub(crate) enum Done {
    /// It stands so now.
    Now(Standing),
    /// Somebody else changed it since it was read.
    Overtaken,
    /// It cannot be done.
    Refused(Refused),
    /// There is no such request, or not any more.
    Gone,
}

/// Does something with a request that was read at a version.
pub(crate) fn do_deed(
    tx: &mut Tx<'_>,
    may: &May<CallBack>,
    id: CallBackId,
    version: i64,
    deed: Deed,
    person: PersonId,
    now: Instant,
) -> Result<Done, Fault> {
    let Some(row) = rows::find_call_back_to_change(tx, id)?.filter(|row| row.forgotten_at.is_none()) else {
        return Ok(Done::Gone);
    };
    let before = row.standing()?;
    // A second press of the same button finds done what it asks for.
    if deed == Deed::Take && before.state.is_open() && before.taken_by == Some(person.uuid()) {
        return Ok(Done::Now(before));
    }
    let hours = find_setting(tx)?.hours;
    // Where nobody rings any more, what is still open is due at once.
    let next_due = decide_due(now, &hours, bank_holidays()?).unwrap_or(now);
    let after = match decide_deed(before, deed, person, next_due, now) {
        Ok(_) if row.version != version => return Ok(Done::Overtaken),
        Ok(after) => after,
        Err(refused) => return Ok(Done::Refused(refused)),
    };
    if !rows::set_standing(tx, id, version, &after)? {
        return Ok(Done::Overtaken);
    }
    rows::insert_event(tx, id, deed.key(), Some(person), &before, now)?;
    if after.closed_at.is_some() {
        rows::set_joined_closed(tx, id, after.closed_at)?;
    }
    audit::record(tx, may, deed.done_words(), "", now);
    Ok(Done::Now(after))
}

/// Takes the last step back, when it was this person's own.
fn undo(
    tx: &mut Tx<'_>,
    may: &May<CallBack>,
    id: CallBackId,
    version: i64,
    person: PersonId,
    now: Instant,
) -> Result<Done, Fault> {
    let Some(row) = rows::find_call_back_to_change(tx, id)?.filter(|row| row.forgotten_at.is_none()) else {
        return Ok(Done::Gone);
    };
    let events = rows::list_events(tx, id)?;
    let Some(last) = events.last().filter(|last| can_undo(last, person)) else {
        return Ok(Done::Overtaken);
    };
    let (before, earlier) = (row.standing()?, serde_json::from_str::<Standing>(&last.before)?);
    // Meanwhile the family may have asked again: then that request stands, and this one stays at its end. Or they may have
    // said stop: then nothing that would ring them begins anew.
    let has_new = rows::find_open_of_to_change(tx, &row.dialled)?.is_some_and(|open| open != id);
    let said_stop = rows::was_taken_back_since(tx, &row.dialled, last.at)?;
    let begins_anew = earlier.state.is_open() && !before.state.is_open();
    if row.version != version || (begins_anew && (has_new || said_stop)) {
        return Ok(Done::Overtaken);
    }
    if !rows::set_standing(tx, id, version, &earlier)? {
        return Ok(Done::Overtaken);
    }
    rows::insert_event(tx, id, UNDO, Some(person), &before, now)?;
    rows::set_joined_closed(tx, id, earlier.closed_at)?;
    audit::record(tx, may, "undid the last step", "", now);
    Ok(Done::Now(earlier))
}

fn can_undo(last: &EventRow, person: PersonId) -> bool {
    last.by_person == Some(person) && last.what != UNDO
}

async fn page(
    site: &Site,
    who: &Who,
    id: &str,
    status: StatusCode,
    told: &'static str,
    ending: &str,
) -> Reply {
    let (Some(person), Ok(id)) = (who.actor.person(), id.parse::<CallBackId>()) else { return Ok(missing()) };
    let may = who.may::<CallBack>(On::one("call_back", id))?;
    let now = site.clock().now();
    let found = site
        .db()
        .write(move |tx| {
            let Some(case) = find(tx, id)? else { return Ok(None) };
            audit::record(tx, &may, "read a call back", "", now);
            Ok(Some(case))
        })
        .await?;
    let Some(case) = found else { return Ok(missing()) };
    let is_form_error = status == StatusCode::UNPROCESSABLE_ENTITY;
    let body = OneView {
        told: if is_form_error { "" } else { told },
        field_error: if is_form_error { told } else { "" },
        ending: ending.to_owned(),
        ..view(case, person, now)?
    };
    let wrong = Errors(is_form_error.then(|| Refusal::at("ending", told)).into_iter().collect());
    let (_, title) = wrong.page("A call back");
    show_with(site, status, &Page::new(title), &body)
}

fn find(tx: &mut Tx<'_>, id: CallBackId) -> Result<Option<Case>, Fault> {
    let Some(row) = rows::find_call_back(tx, id)?.filter(|row| row.forgotten_at.is_none()) else {
        return Ok(None);
    };
    // A request that is joined to another is worked with that one.
    let row = match row.joins {
        Some(stands) => {
            rows::find_call_back(tx, stands)?.context("the request that this one is joined to")?
        }
        None => row,
    };
    let (joined, events) = (rows::list_joined(tx, row.id)?, rows::list_events(tx, row.id)?);
    let mut names = Vec::new();
    let workers = events.iter().filter_map(|event| event.by_person);
    for worker in workers.chain(row.taken_by.map(PersonId::from_uuid)) {
        if names.iter().all(|(known, _)| *known != worker) {
            let name = accounts::find_name(tx, worker)?.unwrap_or_else(|| "Somebody".to_owned());
            names.push((worker, name));
        }
    }
    Ok(Some(Case { row, joined, events, names }))
}

fn view(case: Case, person: PersonId, now: Instant) -> Result<OneView, Fault> {
    let Case { row, joined, events, names: workers } = case;
    let whole = together(&row, &joined);
    let standing = row.standing()?;
    let name_of = |worker: PersonId| -> String {
        if worker == person {
            return "You".to_owned();
        }
        workers.iter().find(|(known, _)| *known == worker).map_or("Somebody", |(_, name)| name).to_owned()
    };
    let is_open = standing.state.is_open();
    let is_yours = is_open && row.taken_by == Some(person.uuid());
    let all_names = names(&row, &joined);
    let has_more_names = all_names.len() > 1;
    // Whoever knows a number can ask with it and take it back, so where the names differ nobody says that it was the family.
    let is_by_family = !has_more_names && events.iter().all(|event| event.what != TAKEN_BACK_BY_ANOTHER);
    let asker = if is_by_family { "The family" } else { "Somebody with a page for this number" };
    let said = |event: &EventRow| -> (Instant, String) {
        let (nobody, what) = match event.what.as_str() {
            UNDO => ("Somebody", "undid the step before"),
            TAKEN_BACK | TAKEN_BACK_BY_ANOTHER => (asker, "took the request back"),
            key => ("Somebody", Deed::of(key).map_or("did something", Deed::done_words)),
        };
        let who = event.by_person.map_or_else(|| nobody.to_owned(), name_of);
        (event.at, format!("{who} {what}"))
    };
    let asked_again_words = |other: &CallBackRow| -> (Instant, String) {
        let words = if other.name == row.name {
            "The family asked again"
        } else {
            "Somebody asked again, with another name"
        };
        (other.asked_at, words.to_owned())
    };
    let mut history: Vec<(Instant, String)> = std::iter::once((row.asked_at, "The family asked".to_owned()))
        .chain(joined.iter().map(asked_again_words))
        .chain(events.iter().map(said))
        .collect();
    history.sort_by_key(|(at, _)| *at);
    let taker = row.taken_by.map(|worker| name_of(PersonId::from_uuid(worker)));
    let state = match (standing.state, taker) {
        (State::Asked | State::Joined, _) => "Nobody has taken it yet".to_owned(),
        (State::Taken, Some(taker)) if is_yours => format!("{taker} have it"),
        (State::Taken, Some(taker)) => format!("{taker} has it"),
        (State::Rung, Some(taker)) => {
            let verb = if is_yours { "have" } else { "has" };
            format!("{taker} {verb} it. {}", tries_words(row.tries))
        }
        (State::Cancelled, _) => {
            let at = standing.closed_at.map(due_words).unwrap_or_default();
            if is_by_family {
                format!("The family took it back at {at}. Do not ring")
            } else {
                format!(
                    "{asker} took it back at {at}, and more than one name was given. Do not ring. \
                        Think about another way to see that they are safe"
                )
            }
        }
        (State::Closed, _) => standing.outcome.map_or("It is over", Outcome::words).to_owned(),
        (State::Taken | State::Rung, None) => "It is being worked on".to_owned(),
    };
    let may_let_go = row.tries + 1 >= TRIES_ENOUGH;
    Ok(OneView {
        id: row.id,
        version: row.version,
        told: "",
        field_error: "",
        // What was taken back stands without a link to ring it.
        dialled: match standing.state {
            State::Cancelled => String::new(),
            _ => row.phone.parse::<Phone>().map_or_else(|_| String::new(), |phone| phone.dialled()),
        },
        by_text: whole.how == "text",
        phone: row.phone.clone(),
        is_overdue: is_open && is_overdue(&row, now),
        is_urgent: whole.safety_level != "clear",
        care: care_words(&row, &joined),
        details: details(&row, &joined),
        times_asked: joined.len() + 1,
        has_more_names,
        asked_again: asked_again(&row, &joined),
        state,
        can_take: is_open && row.taken_by.is_none(),
        can_take_over: is_open && row.taken_by.is_some() && !is_yours,
        is_yours,
        can_undo: events.last().is_some_and(|last| can_undo(last, person)),
        endings: ENDINGS
            .iter()
            .filter(|(deed, _)| *deed != Deed::LetGo || may_let_go)
            .map(|(deed, words)| (deed.key(), *words))
            .collect(),
        ending: String::new(),
        history: history.into_iter().map(|(at, what)| (due_words(at), what)).collect(),
        name: all_names.join(" or "),
        words: row.words,
    })
}

fn tries_words(tries: i64) -> String {
    match tries {
        0 => "Not rung yet".to_owned(),
        1 => "Rung once".to_owned(),
        many => format!("Rung {many} times"),
    }
}
