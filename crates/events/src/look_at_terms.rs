//! What new terms would do to the dates of every session, before they are kept.

use crate::{
    look::{LOOK_DAYS, occurrences},
    model::Wanted,
    shelf::Events,
    store as rows,
    terms::find_terms,
};
use calendar::{Days, TermCalendar, compare, moment};
use kernel::{Fault, Instant, Span, civil_today};
use std::collections::{BTreeMap, HashMap};
use store::Tx;
use uuid::Uuid;
use web::say;

/// So many dates of a session are named; the rest are counted.
const DATES_NAMED: usize = 6;

/// What new terms would do, in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TermsLook {
    /// A line for each session whose dates come or go.
    pub lines: Vec<SessionLine>,
    /// How many bookings families have of the dates that go.
    pub affected: i64,
    /// Terms were known, and none would be.
    pub empties: bool,
    /// Somebody must say that they know of it before it is kept.
    pub asks: bool,
}

/// What would happen to one session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionLine {
    pub title: String,
    pub words: String,
    /// The first of the dates that go.
    pub gone: String,
}

/// Holds the dates that every session has under the terms as they stand against those under the new ones.
pub(crate) fn look_at_terms(
    tx: &mut Tx,
    events: &Events,
    terms: &TermCalendar,
    now: Instant,
) -> Result<TermsLook, Fault> {
    let before = find_terms(tx)?;
    let today = civil_today(now);
    let days = Days::new(today, today.checked_add(Span::new().days(LOOK_DAYS))?)?;
    let mut lines = Vec::new();
    let mut affected = 0;
    for row in rows::list_sessions(tx)? {
        let draft = row.draft()?;
        if draft.wanted != Wanted::Published {
            continue;
        }
        let change = compare(&occurrences(&draft, &before, days), &occurrences(&draft, terms, days), today);
        // What has begun stays as it was.
        let gone: Vec<_> = change.gone.iter().filter(|date| date.starts_at > now).collect();
        let added = change.added.iter().filter(|date| date.starts_at > now).count();
        if gone.is_empty() && added == 0 {
            continue;
        }
        let ids: HashMap<String, Uuid> = rows::list_dates_of(tx, row.id, now)?
            .into_iter()
            .filter(|date| date.state != "dropped")
            .map(|date| (date.rule_key, date.id))
            .collect();
        let ids: Vec<Uuid> = gone.iter().filter_map(|date| ids.get(&date.key.to_string()).copied()).collect();
        let taken: BTreeMap<Uuid, i64> = events.count_taken_by_date(tx, &ids)?;
        let booked: i64 = taken.values().sum();
        affected += booked;
        let named: Vec<String> = gone.iter().take(DATES_NAMED).map(|date| moment(date.starts)).collect();
        let more = if gone.len() > DATES_NAMED { ", and more" } else { "" };
        lines.push(SessionLine {
            title: draft.title,
            words: words(gone.len(), added, booked),
            gone: if named.is_empty() { String::new() } else { format!("{}{more}", named.join("; ")) },
        });
    }
    let empties = terms.dates().terms.is_empty() && !before.dates().terms.is_empty();
    Ok(TermsLook { lines, affected, empties, asks: empties || affected > 0 })
}

fn words(gone: usize, added: usize, booked: i64) -> String {
    let mut parts = Vec::new();
    if gone > 0 {
        parts.push(format!("{} no longer held", say::count(gone, "date is", "dates are")));
    }
    if added > 0 {
        parts.push(say::count(added, "new date", "new dates"));
    }
    if booked > 0 {
        let bookings = usize::try_from(booked).unwrap_or(usize::MAX);
        parts.push(format!("{} of the dates that go", say::count(bookings, "booking", "bookings")));
    }
    parts.join(", ")
}
