//! A session is kept, and its dates of the next months are worked out from its rule. What is already there keeps its id;
//! what the rule no longer gives is not deleted but dropped, since a booking or somebody's calendar may hang on it.

use crate::{
    model::{SessionDraft, SessionId, Wanted},
    store::{self as rows, SessionDate},
    terms::find_terms,
};
use access::{KeepSessions, May, audit};
use anyhow::anyhow;
use calendar::{Days, Occurrence, Series, Standing, TermCalendar};
use kernel::{Date, Fault, Id, Instant, Refusal, Span, civil_today};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, outbox};
use uuid::Uuid;

/// What the room announces. `session_changed`: a session was kept, with the ids of the dates that are new, changed,
/// cancelled or dropped. `session_terms_changed`: the terms were.
pub const ANNOUNCEMENTS: &[&str] = &["session_changed", "session_terms_changed"];

/// How far ahead dates are worked out: a school year and a month.
const AHEAD_DAYS: i32 = 400;
/// How far back, so that a season's page is whole in its last weeks.
const BACK_DAYS: i32 = 60;
/// The name that ids of sessions and dates are made from; they must stay the same for ever.
const SOURCE: &str = "https://hearth.example/events";

/// The id that the session of an address has or will have.
pub fn session_id(slug: &str) -> SessionId {
    Id::named(SOURCE, &format!("session/{slug}"))
}

/// The id of the date that a session's rule first gave for a key, such as `20261130T0930`.
pub fn date_id(session: SessionId, key: &str) -> Uuid {
    Id::<()>::named(SOURCE, &format!("date/{session}/{key}")).uuid()
}

/// Keeps a session and works out its dates; what is wrong is said field by field and nothing is kept. `may` is the right
/// to keep sessions of the draft's organisation.
pub fn publish_session(
    tx: &mut Tx,
    may: &May<KeepSessions>,
    draft: &SessionDraft,
    now: Instant,
) -> Result<Result<SessionId, Vec<Refusal>>, Fault> {
    let is_known = rows::find_session(tx, session_id(&draft.slug))?.is_some();
    let did = if is_known { "changed a session" } else { "added a session" };
    publish_session_as(tx, may, draft, did, now)
}

/// The same, with what the trail says was done where that was less than the whole session.
pub(crate) fn publish_session_as(
    tx: &mut Tx,
    may: &May<KeepSessions>,
    draft: &SessionDraft,
    did: &'static str,
    now: Instant,
) -> Result<Result<SessionId, Vec<Refusal>>, Fault> {
    let series = match draft.check() {
        Ok(series) => series,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let organizations = directory::list_organizations(tx)?;
    let Some(organization) = organizations.iter().find(|line| line.slug == draft.organization) else {
        return Ok(Err(vec![Refusal::at("organization", "Choose an organisation of the directory")]));
    };
    let id = session_id(&draft.slug);
    let was = rows::find_session(tx, id)?;
    if was.is_some_and(|was| was.wanted != draft.wanted.key()) {
        rows::set_dates_told(tx, id, now)?;
    }
    let number = rows::set_session(tx, id, organization.id.uuid(), draft, now)?;
    rows::insert_version(tx, id, number, draft, now)?;
    audit::record(tx, may, did, "", now);
    let terms = find_terms(tx)?;
    renew_dates(tx, id, draft, &series, &terms, now)?;
    Ok(Ok(id))
}

/// Works out the dates of every session anew: once a day, so that the far end moves on, and when the terms changed.
/// Gives how many sessions there are.
pub fn work_out_dates(tx: &mut Tx, now: Instant) -> Result<usize, Fault> {
    let terms = find_terms(tx)?;
    let sessions = rows::list_sessions(tx)?;
    for session in &sessions {
        let draft = session.draft()?;
        let series = draft.check().map_err(|wrong| anyhow!("a kept session is refused: {wrong:?}"))?;
        renew_dates(tx, session.id, &draft, &series, &terms, now)?;
    }
    Ok(sessions.len())
}

fn renew_dates(
    tx: &mut Tx,
    id: SessionId,
    draft: &SessionDraft,
    series: &[Series],
    terms: &TermCalendar,
    now: Instant,
) -> Result<(), Fault> {
    let today = civil_today(now);
    let first = today.checked_sub(Span::new().days(BACK_DAYS))?;
    let last = today.checked_add(Span::new().days(AHEAD_DAYS))?;
    let wanted = worked_out(id, draft, series, terms, (first, last), now)?;
    let known = rows::list_dates_of(tx, id, first.to_zoned(kernel::london())?.timestamp())?;
    let wanted = recognise(draft, wanted, &known, now);
    let mut known: BTreeMap<Uuid, SessionDate> = known.into_iter().map(|date| (date.id, date)).collect();
    let mut changed = Vec::new();
    for mut date in wanted {
        match known.remove(&date.id) {
            None => rows::insert_date(tx, &date)?,
            // What is over stays as it was.
            Some(before) if before.starts_at <= now && date.starts_at <= now => continue,
            Some(before) => {
                (date.changes, date.changed_at) = (before.changes, before.changed_at);
                if date == before {
                    continue;
                }
                (date.changes, date.changed_at) = (before.changes + 1, now);
                rows::set_date(tx, &date)?;
            }
        }
        changed.push(date.id);
    }
    for (_, mut date) in known {
        if date.starts_at > now && date.state != "dropped" {
            (date.state, date.changes, date.changed_at) = ("dropped".to_owned(), date.changes + 1, now);
            rows::set_date(tx, &date)?;
            changed.push(date.id);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    outbox::announce(tx, "session_changed", Some(id.uuid()), &json!({ "dates": changed }), now)
}

fn worked_out(
    id: SessionId,
    draft: &SessionDraft,
    series: &[Series],
    terms: &TermCalendar,
    (first, last): (Date, Date),
    now: Instant,
) -> Result<Vec<SessionDate>, Fault> {
    if draft.wanted != Wanted::Published {
        return Ok(Vec::new());
    }
    let days = Days::new(first, last)?;
    let mut found = Vec::new();
    for (part, series) in series.iter().enumerate() {
        let part = i64::try_from(part)?;
        found.extend(
            series
                .occurrences(terms, days)
                .into_iter()
                .map(|occurrence| date(id, draft, part, occurrence, now)),
        );
    }
    // Two parts never share a key when one was split from the other; where somebody entered it so, the later part holds.
    let by_key: BTreeMap<String, SessionDate> =
        found.into_iter().map(|date| (date.rule_key.clone(), date)).collect();
    Ok(by_key.into_values().collect())
}

/// Tells which of the dates that are wanted are there already, under whatever time of day, so that what hangs on one goes
/// with it: first by what the rule calls it, then by its day, where one of that day has gone and another has come. A date
/// that is over by then stays what it was.
fn recognise(
    draft: &SessionDraft,
    wanted: Vec<SessionDate>,
    known: &[SessionDate],
    now: Instant,
) -> Vec<SessionDate> {
    let mut free: Vec<&SessionDate> = known.iter().collect();
    let mut take = |fits: &dyn Fn(&SessionDate) -> bool| {
        let at = free.iter().position(|date| fits(date))?;
        Some(free.remove(at))
    };
    let mut found: Vec<Option<&SessionDate>> = wanted
        .iter()
        .map(|date| take(&|known| known.state != "dropped" && known.rule_key == date.rule_key))
        .collect();
    let mut is_over = vec![false; wanted.len()];
    for (at, date) in wanted.iter().enumerate().filter(|(at, _)| found[*at].is_none()).collect::<Vec<_>>() {
        // Both are in the order of time.
        found[at] = take(&|known| known.state != "dropped" && day_of(known) == day_of(date));
        is_over[at] = found[at].is_some_and(|known| known.starts_at <= now);
    }
    for (date, found) in wanted.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        *found = take(&|known| known.rule_key == date.rule_key);
    }
    let mut used: BTreeSet<String> = known.iter().map(|date| date.date_key.clone()).collect();
    let mut recognised = Vec::new();
    for ((mut date, found), _) in wanted.into_iter().zip(found).zip(is_over).filter(|(_, is_over)| !is_over) {
        let key = found.map_or_else(|| first_unused(&used, &date.rule_key), |found| found.date_key.clone());
        date.id = found.map_or_else(|| date_id(date.session_id, &key), |found| found.id);
        date.places = draft.places_on.get(&date.rule_key).or(draft.places_on.get(&key)).copied();
        date.places = date.places.or(draft.places);
        used.insert(key.clone());
        date.date_key = key;
        recognised.push(date);
    }
    recognised
}

/// The day for which the rule has it, wherever it was moved to.
fn day_of(date: &SessionDate) -> &str {
    date.rule_key.split('T').next().unwrap_or_default()
}

/// What a new date is known by. Another date may have had its time of day before.
fn first_unused(used: &BTreeSet<String>, key: &str) -> String {
    if !used.contains(key) {
        return key.to_owned();
    }
    (2..).map(|number| format!("{key}-{number}")).find(|key| !used.contains(key)).unwrap_or_default()
}

fn date(id: SessionId, draft: &SessionDraft, part: i64, occurrence: Occurrence, now: Instant) -> SessionDate {
    let key = occurrence.key.to_string();
    let (state, reason) = match occurrence.standing {
        Standing::Planned | Standing::Extra => ("on", String::new()),
        Standing::Moved => ("moved", String::new()),
        Standing::Cancelled { reason } => ("cancelled", reason),
    };
    let (day, time) = (occurrence.starts.date(), occurrence.starts.time());
    SessionDate {
        id: date_id(id, &key),
        session_id: id,
        part,
        day,
        starts: format!("{:02}:{:02}", time.hour(), time.minute()),
        minutes: i64::from(occurrence.minutes),
        starts_at: occurrence.starts_at,
        ends_at: occurrence.ends_at,
        state: state.to_owned(),
        reason,
        place_slug: occurrence.place.or_else(|| draft.place.clone()),
        room: draft.room.clone(),
        places: draft.places,
        changes: 0,
        changed_at: now,
        rule_key: key.clone(),
        date_key: key,
    }
}
