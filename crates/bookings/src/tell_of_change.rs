//! The word to a family that a date of theirs was cancelled or moved, with the reason that was given and what they can do.
//! What they were told is written down with it, so that no change is told twice, and one that was undone before it was
//! told is not told at all.

use crate::{
    desk::Desk,
    follow_dates::{CALLED_OFF, IS_OVER, is_news, news_of, pairs, set_told},
    mails,
    model::{BookingId, State},
    news::{News, decide_reminder_at, decide_tell_at},
    send_booking_message::{address_of, manage_link, moment_words},
    store::{self as rows, BookingRow, KnownDate},
};
use anyhow::Context;
use events::SessionDate;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Id, Instant};
use notify::{Message, Template};
use store::Tx;
use uuid::Uuid;

/// The job that tells a family of a change.
pub const TELL_OF_CHANGE: &str = "tell_of_booking_change";

pub(crate) async fn tell_of_change(job: JobContext, desk: Desk) -> Result<Outcome, Fault> {
    let id: BookingId = Id::from_uuid(job.payload()?);
    if desk.site().council().public_url.is_empty() {
        tracing::warn!(booking.id = %id, "no message was sent: the settings do not say the site's own address");
        return Ok(Outcome::Done);
    }
    let held = job.clone();
    job.db
        .write(move |tx| {
            held.hold(tx)?;
            let sessions = rows::list_sessions_of(tx, id)?;
            if !sessions.is_empty() {
                rows::take_sessions(tx, &sessions)?;
                tell_one(tx, &desk, &held, id)?;
            }
            held.finish(tx)
        })
        .await?;
    Ok(Outcome::Done)
}

fn tell_one(tx: &mut Tx, desk: &Desk, job: &JobContext, id: BookingId) -> Result<(), Fault> {
    let Some(booking) = rows::find_booking(tx, id)? else { return Ok(()) };
    let now = job.clock.now();
    let known = rows::list_known_dates(tx, id)?;
    let ids: Vec<Uuid> = known.iter().map(|date| date.date_id).collect();
    let dates = events::list_dates_by_id(tx, &ids)?;
    let news: Vec<(&KnownDate, &SessionDate)> =
        pairs(&known, &dates).filter(|(known, date)| is_news(known, date, now)).collect();
    let Some(word) = word_for(tx, &booking, &news, &dates)? else { return Ok(()) };
    let rules = rows::find_rules(tx)?;
    let soonest = news.iter().map(|(_, date)| date.starts_at).min().unwrap_or(booking.last_at);
    let tell_at = decide_tell_at(now, soonest, &rules);
    if tell_at > now {
        // Nobody worked at its hour, and now it is night.
        jobs::enqueue(tx, TELL_OF_CHANGE, &id.uuid(), tell_at, now, Some(&format!("{id}/late at {now}")))?;
        return Ok(());
    }
    if let Some(to) = address_of(&booking) {
        let session = events::find_session(tx, booking.session_id)?.context("the session of a booking")?;
        let session_link = format!("{}/whats-on/{}", desk.site().council().public_url, session.slug);
        let values = vec![
            ("session", session.title),
            ("changes_lines", word.lines.join("\n")),
            ("what_now", word.what_now.to_owned()),
            ("reference", booking.reference.clone()),
            ("manage_link", manage_link(desk, &booking)),
            ("session_link", session_link),
        ];
        let once = Some(format!("{id}/{}/{}", booking.turn, word.changes));
        let message = Message { template: word.template, to, person: None, values, once };
        notify::queue(tx, &message, &job.dice, now)?;
    }
    for (_, date) in &news {
        // Who has just been told of tomorrow needs no reminder of it.
        if decide_reminder_at(date.starts_at, &rules) <= now {
            rows::set_reminded(tx, id, date.id, date.starts_at)?;
        }
    }
    set_told(tx, &booking, &dates)
}

struct Word {
    template: &'static Template,
    lines: Vec<String>,
    what_now: &'static str,
    /// How often the dates were changed up to now: it only grows, so it tells one change from the next.
    changes: i64,
}

/// What to say, if there is anything that the family does not know.
fn word_for(
    tx: &mut Tx,
    booking: &BookingRow,
    news: &[(&KnownDate, &SessionDate)],
    dates: &[SessionDate],
) -> Result<Option<Word>, Fault> {
    let state = State::of(&booking.state).context("a booking's state")?;
    let changes = dates.iter().map(|date| date.changes).sum();
    if state == State::Cancelled {
        let what = rows::find_turn(tx, booking.id, booking.turn)?.map(|(_, what)| what);
        let was_waiting = rows::find_turn(tx, booking.id, booking.turn - 1)?
            .is_some_and(|(was, _)| was == State::Waiting.key());
        let why_not = match what.as_deref() {
            Some(CALLED_OFF) => "",
            Some(IS_OVER) => "No place came free.",
            _ => return Ok(None),
        };
        let template = if was_waiting { &mails::WAITING_CLOSED } else { &mails::CALLED_OFF };
        let lines = dates.iter().map(|date| over_words(date, why_not)).collect();
        return Ok(Some(Word { template, lines, what_now: "", changes }));
    }
    if news.is_empty() || !matches!(state, State::Booked | State::Offered | State::Waiting) {
        return Ok(None);
    }
    let places = directory::list_places(tx)?;
    let place_of = |date: &SessionDate| {
        let slug = date.place_slug.as_deref()?;
        places.iter().find(|place| place.slug == slug && !place.sensitive).map(|place| place.name.clone())
    };
    let some_cancelled = news.iter().any(|(_, date)| !date.is_held());
    let some_left = dates.iter().any(SessionDate::is_held);
    let what_now = match state {
        State::Waiting => "You are still on the waiting list. You do not need to do anything.",
        State::Offered => {
            "The place is still kept for you as long as we said. Say yes or no on your booking’s page."
        }
        _ if some_cancelled && some_left => "Your other dates stay as they are.",
        _ => "Your place is kept for you. If you can come, you do not need to do anything.",
    };
    let lines = news.iter().filter_map(|(known, date)| news_words(known, date, place_of(date))).collect();
    Ok(Some(Word { template: &mails::CHANGED, lines, what_now, changes }))
}

fn over_words(date: &SessionDate, why_not: &str) -> String {
    let when = moment_words(date.starts_at);
    if !date.is_held() {
        format!("{when}: cancelled. {}", reason_words(date))
    } else {
        format!("{when}. {why_not}")
    }
}

fn news_words(known: &KnownDate, date: &SessionDate, place: Option<String>) -> Option<String> {
    let knew: Instant = known.known_starts_at.unwrap_or(date.starts_at);
    let (knew, is) = (moment_words(knew), moment_words(date.starts_at));
    let at_place = place.map_or_else(String::new, |place| format!(", at {place}"));
    Some(match news_of(known, date)? {
        News::Cancelled => format!("Cancelled: {knew}. {}", reason_words(date)),
        News::OnAgain => format!("On again: {is}{at_place}"),
        News::Moved { elsewhere: true } if knew == is => format!("In another place: {is}{at_place}"),
        News::Moved { elsewhere: true } => format!("Moved: {knew} is now {is}{at_place}"),
        News::Moved { elsewhere: false } => format!("Moved: {knew} is now {is}"),
    })
}

fn reason_words(date: &SessionDate) -> String {
    match date.reason.trim().trim_end_matches('.') {
        "" => String::new(),
        reason => format!("{reason}."),
    }
}
