//! What an invitation says of its session: what, when and where.

use calendar::{moment, time_range};
use directory::taken_in;
use events::{Kind, SessionDate, SessionDraft, SessionRow};
use kernel::{Fault, Instant, Time};
use std::collections::{BTreeMap, btree_map::Entry};
use store::Tx;
use uuid::Uuid;

/// A session with its dates to come.
pub(crate) struct Facts {
    pub row: SessionRow,
    pub draft: SessionDraft,
    /// Those that are held, in their order.
    pub dates: Vec<SessionDate>,
    places: BTreeMap<String, String>,
}

/// So many dates are offered to choose from, and looked up.
const DATES_MAX: usize = 40;

/// A session that families see, or that is to be booked by invitation, by its address.
pub(crate) fn find_by_slug(tx: &mut Tx, slug: &str, now: Instant) -> Result<Option<Facts>, Fault> {
    let row = events::find_session_by_slug(tx, slug)?;
    row.map(|row| facts(tx, row, now)).transpose().map(Option::flatten)
}

/// The same by its id.
pub(crate) fn find(tx: &mut Tx, id: events::SessionId, now: Instant) -> Result<Option<Facts>, Fault> {
    let row = events::find_session(tx, id)?;
    row.map(|row| facts(tx, row, now)).transpose().map(Option::flatten)
}

fn facts(tx: &mut Tx, row: SessionRow, now: Instant) -> Result<Option<Facts>, Fault> {
    if row.wanted != "published" {
        return Ok(None);
    }
    let draft = row.draft()?;
    let dates: Vec<SessionDate> = events::list_dates_of(tx, row.id, now)?
        .into_iter()
        .filter(|date| date.is_held() && date.starts_at > now)
        .take(DATES_MAX)
        .collect();
    let mut places = BTreeMap::new();
    for slug in dates.iter().filter_map(|date| date.place_slug.clone()).chain(draft.place.clone()) {
        if let Entry::Vacant(place) = places.entry(slug) {
            let words = place_words(tx, place.key())?;
            place.insert(words);
        }
    }
    Ok(Some(Facts { row, draft, dates, places }))
}

/// Nothing of a sensitive place but its town leaves this function.
fn place_words(tx: &mut Tx, slug: &str) -> Result<String, Fault> {
    let Some((place, _)) = taken_in::find_location_draft(tx, slug)? else { return Ok(String::new()) };
    if place.sensitive {
        return Ok(format!("A private address in {}. We tell you when you have a place", place.town));
    }
    let parts = [Some(place.name), place.address_1, Some(place.town)].into_iter().flatten();
    let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.extend(place.postal_code.map(|code| code.to_string()));
    parts.dedup();
    Ok(parts.join(", "))
}

impl Facts {
    /// The dates that an invitation names, of those to come; all of them where it names none.
    pub fn dates_of(&self, named: &[Uuid]) -> Vec<&SessionDate> {
        self.dates.iter().filter(|date| named.is_empty() || named.contains(&date.id)).collect()
    }

    /// Where a date, or else the session, is held.
    pub fn place(&self, date: Option<&SessionDate>) -> String {
        let slug = date.and_then(|date| date.place_slug.as_ref()).or(self.draft.place.as_ref());
        let place = slug.and_then(|slug| self.places.get(slug)).cloned().unwrap_or_default();
        let room = date.map_or(self.draft.room.as_str(), |date| date.room.as_str());
        match (room, place.as_str()) {
            (_, "") if !self.draft.online_link.is_empty() => {
                "Online. The link is sent to you when you have a place".to_owned()
            }
            ("", place) => place.to_owned(),
            (room, "") => room.to_owned(),
            (room, place) => format!("{room}, {place}"),
        }
    }

    /// Whether one just comes.
    pub fn is_drop_in(&self) -> bool {
        self.draft.kind == Kind::DropIn
    }
}

/// 'Tuesday 1 December 2026, 9:30am to 11am'.
pub(crate) fn date_words(date: &SessionDate) -> String {
    let starts: Time = date.starts.parse().unwrap_or(Time::midnight());
    let day = moment(date.day.to_datetime(starts));
    let day = day.rsplit_once(", ").map_or(day.as_str(), |(day, _)| day);
    format!("{day}, {}", time_range(starts, u16::try_from(date.minutes).unwrap_or(u16::MAX)))
}
