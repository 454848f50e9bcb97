//! `GET /admin/call-backs`: who is to be rung, the one that is due first first. Reading it is written down.

use crate::{
    hours::{bank_holidays, due_words},
    joined::{names, together},
    model::{CallBackId, Outcome, State},
    setting::{find_setting, has_workers},
    store::{self as rows, CallBackRow},
    words::{about_words, all_language_words, all_times_words, is_overdue},
};
use access::{Action, CallBack, On, PersonId, audit};
use askama::Template;
use axum::extract::State as Given;
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use web::{Page, Params, Reply, Site, Who, missing, say, show};

/// How long what somebody brought to an end stays on their list, to be undone, and what families took back on everybody's.
const DONE_DAYS: i64 = 7;

#[derive(Template)]
#[template(path = "call_backs.html")]
struct ListView {
    back: (&'static str, &'static str),
    said: &'static str,
    is_open: bool,
    has_workers: bool,
    hours: String,
    holidays_end: Option<String>,
    holidays_reviewed: String,
    overdue: usize,
    to_take: Vec<Line>,
    yours: Vec<Line>,
    others: Vec<Line>,
    done: Vec<Line>,
    taken_back: Vec<Line>,
}

/// A request in a list.
struct Line {
    id: CallBackId,
    version: i64,
    name: String,
    about: &'static str,
    due: String,
    is_overdue: bool,
    is_urgent: bool,
    asked_again: bool,
    has_more_names: bool,
    times: String,
    language: String,
    by_text: bool,
    tries: String,
    outcome: &'static str,
    ended: String,
    can_take: bool,
}

impl Line {
    /// Something stands beside it that is to be seen first.
    fn has_tags(&self) -> bool {
        self.is_urgent
            || self.is_overdue
            || self.asked_again
            || self.by_text
            || !self.language.is_empty()
            || !self.tries.is_empty()
    }
}

pub(crate) async fn get(Given(site): Given<Site>, who: Who, params: Params) -> Reply {
    let Some(person) = who.actor.person() else { return Ok(missing()) };
    let may = who.may::<CallBack>(On::all("call_back"))?;
    let now = site.clock().now();
    let since = now - SignedDuration::from_hours(24 * DONE_DAYS);
    let (all, setting, has_workers) = site
        .db()
        .write(move |tx| {
            let all = Listed {
                open: rows::list_open(tx)?,
                done: rows::list_closed_by(tx, person, since)?,
                taken_back: rows::list_taken_back(tx, since)?,
                joined: rows::list_joined_to_any(tx, since)?,
            };
            if !all.open.is_empty() || !all.done.is_empty() || !all.taken_back.is_empty() {
                audit::record(tx, &may, "read the list of call backs", "", now);
            }
            Ok((all, find_setting(tx)?, has_workers(tx)?))
        })
        .await?;
    let Listed { open, done, taken_back, joined } = all;
    let holidays = bank_holidays()?;
    let lines = |keep: &dyn Fn(&CallBackRow) -> bool| -> Result<Vec<Line>, Fault> {
        open.iter().filter(|row| keep(row)).map(|row| line(row, &joined, now)).collect()
    };
    let body = ListView {
        back: way_back(&who),
        said: said(params.get("done")),
        is_open: setting.is_open,
        has_workers,
        hours: setting.hours.words(),
        holidays_end: holidays.ends_soon(site.clock().today()).then(|| say::day_month_year(holidays.until)),
        holidays_reviewed: say::day_month_year(holidays.reviewed_on),
        overdue: open.iter().filter(|row| is_overdue(row, now)).count(),
        to_take: lines(&|row| row.taken_by.is_none())?,
        yours: lines(&|row| is_of(row, person))?,
        others: lines(&|row| row.taken_by.is_some() && !is_of(row, person))?,
        done: done.iter().map(|row| line(row, &joined, now)).collect::<Result<_, Fault>>()?,
        taken_back: taken_back.iter().map(|row| line(row, &joined, now)).collect::<Result<_, Fault>>()?,
    };
    show(&site, &Page::new("Call backs"), &body)
}

/// What the page shows.
struct Listed {
    open: Vec<CallBackRow>,
    done: Vec<CallBackRow>,
    taken_back: Vec<CallBackRow>,
    joined: Vec<CallBackRow>,
}

fn is_of(row: &CallBackRow, person: PersonId) -> bool {
    row.taken_by == Some(person.uuid())
}

/// A request with what is joined to it, out of all that is joined.
fn line(first: &CallBackRow, joined: &[CallBackRow], now: Instant) -> Result<Line, Fault> {
    let own: Vec<CallBackRow> = joined.iter().filter(|row| row.joins == Some(first.id)).cloned().collect();
    let row = &together(first, &own);
    let standing = row.standing()?;
    Ok(Line {
        id: row.id,
        version: row.version,
        name: row.name.clone(),
        about: about_words(row),
        due: due_words(row.due_at),
        is_overdue: standing.state.is_open() && is_overdue(row, now),
        is_urgent: row.safety_level != "clear",
        asked_again: !own.is_empty(),
        has_more_names: names(first, &own).len() > 1,
        times: all_times_words(first, &own),
        language: all_language_words(first, &own),
        by_text: row.how == "text",
        tries: match (standing.state, row.tries) {
            (State::Rung, 1) => "Tried once".to_owned(),
            (State::Rung, tries) => format!("Tried {tries} times"),
            _ => String::new(),
        },
        outcome: standing.outcome.map_or("", Outcome::words),
        ended: standing.closed_at.map(due_words).unwrap_or_default(),
        can_take: standing.state == State::Asked,
    })
}

/// What the page says after something was done.
fn said(done: &str) -> &'static str {
    match done {
        "give_back" => "You gave it back. A colleague can take it.",
        "ended" => "Noted. It is among what you brought to an end, where you can undo it.",
        "later" => "Noted. It is due again the next working day.",
        "hours" => "Saved.",
        _ => "",
    }
}

/// The way back from the room's pages to one that is open to whoever looks.
fn way_back(who: &Who) -> (&'static str, &'static str) {
    if Action::OpenCouncilDoor.is_open_to(&who.actor) {
        ("/admin", "To do")
    } else {
        ("/account", "Your account")
    }
}
