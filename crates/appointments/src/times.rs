//! The free times of a team, day by day, as every page that picks one shows them.

use crate::store::{self as rows, AvailabilityRow};
use calendar::{day_month_year, time_of_day};
use directory::taken_in;
use events::{SessionDate, SessionDraft};
use jiff::SignedDuration;
use kernel::{Date, Fault, Instant, Time};
use store::Tx;
use uuid::Uuid;

/// What a team offers, with the times that are free.
pub(crate) struct Offer {
    pub availability: AvailabilityRow,
    pub session: SessionDraft,
    pub place: String,
    pub days: Vec<Day>,
}

/// A day with a free time.
pub(crate) struct Day {
    pub date: Date,
    /// 'Tuesday 1 December'.
    pub words: String,
    pub times: Vec<FreeTime>,
}

/// A free time.
pub(crate) struct FreeTime {
    pub id: Uuid,
    /// '9:30am'.
    pub words: String,
}

/// For whom times are looked up: a family has to give notice, the team and professionals need not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Family,
    Staff,
}

/// What a team of this address offers; none where there is no such team, or it is not published.
pub(crate) fn find_offer(tx: &mut Tx, slug: &str, whom: For, now: Instant) -> Result<Option<Offer>, Fault> {
    let Some(availability) = rows::find_availability(tx, slug)? else { return Ok(None) };
    let Some(row) = events::find_session(tx, availability.session_id)? else { return Ok(None) };
    if row.wanted != "published" {
        return Ok(None);
    }
    let session = row.draft()?;
    let closes = SignedDuration::from_mins(if whom == For::Family { session.closes_minutes } else { 0 });
    let coming: Vec<SessionDate> = events::list_dates_of(tx, row.id, now)?
        .into_iter()
        .filter(|date| date.is_held() && date.starts_at - closes > now)
        .collect();
    let ids: Vec<Uuid> = coming.iter().map(|date| date.id).collect();
    let rooms = bookings::list_rooms(tx, &ids)?;
    let is_free = |date: &SessionDate| rooms.get(&date.id).is_none_or(|room| room.free() > 0);
    let mut days: Vec<Day> = Vec::new();
    for date in coming.iter().filter(|date| is_free(date)) {
        let time = FreeTime { id: date.id, words: time_words(date) };
        match days.last_mut() {
            Some(day) if day.date == date.day => day.times.push(time),
            _ => days.push(Day { date: date.day, words: day_words(date.day), times: vec![time] }),
        }
    }
    let place = place_words(tx, &session)?;
    Ok(Some(Offer { availability, session, place, days }))
}

impl Offer {
    /// Whether a time is among those that are free.
    pub fn has(&self, id: Uuid) -> bool {
        self.days.iter().any(|day| day.times.iter().any(|time| time.id == id))
    }
}

/// Nothing of a sensitive place but its town leaves this function.
fn place_words(tx: &mut Tx, session: &SessionDraft) -> Result<String, Fault> {
    let place = match &session.place {
        Some(slug) => taken_in::find_location_draft(tx, slug)?.map(|(place, _)| place),
        None => None,
    };
    Ok(match place {
        Some(place) if place.sensitive => format!("a private address in {}", place.town),
        Some(place) if session.room.is_empty() => place.name,
        Some(place) => format!("{}, {}", session.room, place.name),
        None => "online".to_owned(),
    })
}

/// 'Tuesday 1 December'.
pub(crate) fn day_words(day: Date) -> String {
    let whole = day_month_year(day);
    let short = whole.rsplit_once(' ').map_or(whole.as_str(), |(day, _)| day);
    format!("{} {short}", day.strftime("%A"))
}

/// A child as the team reads of them: 'Robin, born 3 May 2025'.
pub(crate) fn child_words(name: &str, born: Option<Date>, needs: &str) -> String {
    let born = born.map_or_else(String::new, |born| format!("born {}", day_month_year(born)));
    let parts = [name, &born, needs];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// '9:30am'.
pub(crate) fn time_words(date: &SessionDate) -> String {
    time_of_day(date.starts.parse::<Time>().unwrap_or(Time::midnight()))
}

/// 'Tuesday 1 December, 9:30am'.
pub(crate) fn date_words(date: &SessionDate) -> String {
    format!("{}, {}", day_words(date.day), time_words(date))
}
