//! `GET` and `POST /i/{code}`: what a family sees who was invited. It names nobody. That it was opened is counted only
//! when somebody presses to go on: programs that look at links in mails press nothing.

use crate::{
    Invitations,
    model::{InvitationId, read_code},
    session_facts::{self, Facts, date_words},
    store::{self as rows, InvitationRow},
};
use accounts::{Counter, Sent, Wait};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use events::{Kind, SessionId};
use kernel::{Fault, Instant};
use store::Tx;
use uuid::Uuid;
use web::{Page, Reply, missing, see_other, show, show_with};

#[derive(Template)]
#[template(path = "open_invitation.html")]
struct OpenView {
    code: String,
    session: String,
    summary: String,
    dates: Vec<String>,
    more: usize,
    place: String,
    for_whom: String,
    cost: String,
    is_drop_in: bool,
    phone: String,
    dialled: String,
}

#[derive(Template)]
#[template(path = "over.html")]
struct OverView {
    heading: &'static str,
    words: &'static str,
    phone: String,
}

/// How many dates are named.
const DATES_NAMED: usize = 4;

struct Found {
    row: InvitationRow,
    dates: Vec<Uuid>,
    facts: Option<Facts>,
    is_withdrawn: bool,
}

fn find(tx: &mut Tx<'_>, code: &str, now: Instant) -> Result<Option<Found>, Fault> {
    let Some(row) = rows::find_by_code(tx, code)? else { return Ok(None) };
    Ok(Some(Found {
        dates: rows::list_dates(tx, row.id)?,
        facts: session_facts::find(tx, row.session_id, now)?,
        is_withdrawn: is_withdrawn(tx, row.id)?,
        row,
    }))
}

fn is_withdrawn(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool, Fault> {
    Ok(rows::list_events(tx, &[id.uuid()])?.iter().any(|(_, what)| what == "withdrawn"))
}

/// Whether an invitation is still open for a session: what `bookings` asks before it takes a booking that came by one.
pub fn is_open_for(
    tx: &mut Tx<'_>,
    invitation: Uuid,
    session: SessionId,
    now: Instant,
) -> Result<bool, Fault> {
    let Some(row) = rows::find_invitation(tx, invitation)? else { return Ok(false) };
    Ok(row.session_id == session && row.ends_at > now && !is_withdrawn(tx, row.id)?)
}

/// `GET /i/{code}`. Looks are counted by network, so that nobody tries codes by the thousand.
pub(crate) async fn get(
    State(room): State<Invitations>,
    Path(code): Path<String>,
    counter: Counter,
) -> Reply {
    let site = room.site();
    let Some(code) = read_code(&code) else { return Ok(missing()) };
    let now = site.clock().now();
    let looked = code.clone();
    let found = site
        .db()
        .write(move |tx| {
            if let Some(wait) = counter.count(tx, Sent::LookUp, None, now)? {
                return Ok(Err(wait));
            }
            find(tx, &looked, now).map(Ok)
        })
        .await?;
    let found = match found {
        Ok(found) => found,
        Err(wait) => return too_many(&room, wait),
    };
    let Some(found) = found else { return Ok(missing()) };
    let Some((facts, dates)) = open(&found, now) else { return over(&room) };
    let council = site.council();
    let named: Vec<String> = dates.iter().take(DATES_NAMED).map(|date| date_words(date)).collect();
    let body = OpenView {
        code,
        session: facts.draft.title.clone(),
        summary: facts.draft.summary.clone(),
        more: dates.len() - named.len(),
        dates: named,
        place: facts.place(dates.first().copied()),
        for_whom: facts.draft.ages.words(),
        cost: facts.draft.cost.clone(),
        is_drop_in: facts.is_drop_in(),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    show(site, &Page::new("You are invited"), &body)
}

/// `POST /i/{code}`: somebody goes on, to the booking or to the session's page.
pub(crate) async fn post(State(room): State<Invitations>, Path(code): Path<String>) -> Reply {
    let site = room.site();
    let Some(code) = read_code(&code) else { return Ok(missing()) };
    let now = site.clock().now();
    let found = site
        .db()
        .write(move |tx| {
            let found = find(tx, &code, now)?;
            if let Some(found) = &found
                && open(found, now).is_some()
            {
                rows::insert_event(tx, found.row.id, "opened", now)?;
            }
            Ok(found)
        })
        .await?;
    let Some(found) = found else { return Ok(missing()) };
    let Some((facts, _)) = open(&found, now) else { return over(&room) };
    let (slug, invitation) = (&facts.draft.slug, found.row.id);
    Ok(match (facts.draft.kind, found.dates.as_slice()) {
        (Kind::DropIn | Kind::Referral, _) => see_other(&format!("/whats-on/{slug}")),
        (Kind::OneToOne, dates) if dates.len() != 1 => {
            see_other(&format!("/appointments/{slug}?invitation={invitation}"))
        }
        (_, [date]) => see_other(&format!("/whats-on/{slug}/book?invitation={invitation}&date={date}")),
        _ => see_other(&format!("/whats-on/{slug}/book?invitation={invitation}")),
    })
}

/// The session and the dates to come that an invitation is still open for.
fn open(found: &Found, now: Instant) -> Option<(&Facts, Vec<&events::SessionDate>)> {
    let facts = found.facts.as_ref().filter(|_| found.row.ends_at > now && !found.is_withdrawn)?;
    let dates = facts.dates_of(&found.dates);
    (found.dates.is_empty() || !dates.is_empty()).then_some((facts, dates))
}

fn over(room: &Invitations) -> Reply {
    let body = OverView {
        heading: "This invitation is over",
        words: "The date has been, or the invitation was taken back. You can still look for something else that is on.",
        phone: room.site().council().phone.clone(),
    };
    show_with(room.site(), StatusCode::GONE, &Page::new("This invitation is over"), &body)
}

fn too_many(room: &Invitations, wait: Wait) -> Result<Response, web::Oops> {
    let body = OverView {
        heading: "Too many invitations were opened from here",
        words: "Try this link again in an hour. If you have a paper slip, you can also ring.",
        phone: room.site().council().phone.clone(),
    };
    let page = show(room.site(), &Page::new("Try again in an hour"), &body)?;
    Ok(wait.told(page.into_response()))
}
