//! What is held in a programme: its sessions with their dates, places and food, as pages and decisions need them.

use crate::{
    model::{Meal, Programme, ProgrammeId},
    store as rows,
};
use calendar::{Age, AgeBand, AgeCount};
use events::{Feature, SessionId};
use kernel::{Date, Fault, Instant, london};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::say;

/// A session of a programme.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub session_id: SessionId,
    pub slug: String,
    pub title: String,
    pub provider: String,
    pub place: String,
    pub place_slug: String,
    pub ages: AgeBand,
    pub is_send_friendly: bool,
    pub meal: Meal,
    pub menu: String,
    /// The page on which its places are asked for, as its own settings say.
    pub booked_through: Option<String>,
    pub dates: Vec<HeldDate>,
}

/// A date of it that is held.
#[derive(Clone, Debug)]
pub(crate) struct HeldDate {
    pub id: Uuid,
    pub day: Date,
    pub starts_at: Instant,
    pub ends_at: Instant,
    /// '9:30am to 1:30pm'.
    pub time: String,
    pub places: i64,
    pub taken: i64,
}

impl HeldDate {
    pub(crate) fn is_full(&self) -> bool {
        self.taken >= self.places
    }
}

impl Held {
    /// Whether a child is of the session's age on a day.
    pub(crate) fn fits(&self, born: Option<Date>, on: Date) -> bool {
        let Some(born) = born else { return true };
        Age { born, due: None }.months(on, AgeCount::FromBirth).is_some_and(|months| self.ages.fits(months))
    }
}

/// The sessions of a programme with the dates that end after an instant.
pub(crate) fn list_held(
    tx: &mut Tx,
    id: ProgrammeId,
    programme: &Programme,
    after: Instant,
) -> Result<Vec<Held>, Fault> {
    let organizations: BTreeMap<Uuid, String> =
        directory::list_organizations(tx)?.into_iter().map(|line| (line.id.uuid(), line.name)).collect();
    let places: BTreeMap<String, String> = directory::list_places(tx)?
        .into_iter()
        .map(|place| {
            (
                place.slug,
                if place.sensitive { "The address is given when you book".to_owned() } else { place.name },
            )
        })
        .collect();
    let mut all = Vec::new();
    for kept in rows::list_sessions(tx, id)? {
        let Some(row) = events::find_session(tx, kept.session_id)? else { continue };
        let draft = row.draft()?;
        let dates: Vec<_> = events::list_dates_of(tx, row.id, after)?
            .into_iter()
            .filter(|date| date.is_held() && programme.first <= date.day && date.day <= programme.last)
            .collect();
        let ids: Vec<Uuid> = dates.iter().map(|date| date.id).collect();
        let taken: BTreeMap<Uuid, i64> = rows::list_taken(tx, &ids)?.into_iter().collect();
        let place_slug = row.place_slug.clone().unwrap_or_default();
        all.push(Held {
            session_id: row.id,
            title: row.title.clone(),
            provider: organizations.get(&row.organization_id).cloned().unwrap_or_default(),
            place: places.get(&place_slug).cloned().unwrap_or_default(),
            place_slug,
            ages: draft.ages,
            is_send_friendly: draft.features.contains(&Feature::SendFriendly),
            meal: Meal::of(&kept.meal).unwrap_or(Meal::NotGiven),
            menu: kept.menu,
            booked_through: draft.booked_through.clone(),
            slug: row.slug,
            dates: dates
                .into_iter()
                .map(|date| HeldDate {
                    id: date.id,
                    day: date.day,
                    time: format!("{} to {}", clock(date.starts_at), clock(date.ends_at)),
                    starts_at: date.starts_at,
                    ends_at: date.ends_at,
                    places: date.places.unwrap_or(i64::MAX),
                    taken: taken.get(&date.id).copied().unwrap_or(0),
                })
                .collect(),
        });
    }
    all.sort_by(|one, other| one.title.cmp(&other.title).then_with(|| one.slug.cmp(&other.slug)));
    Ok(all)
}

/// The instant at which a day begins in Europe/London.
pub(crate) fn begins(day: Date) -> Result<Instant, Fault> {
    Ok(day.to_zoned(london())?.timestamp())
}

/// 'Tuesday 1 December'.
pub(crate) fn day_words(day: Date) -> String {
    day.strftime("%A %-d %B").to_string()
}

/// 'Tuesday 1 December at 10am'.
pub(crate) fn moment_words(at: Instant) -> String {
    format!("{} at {}", day_words(at.to_zoned(london()).date()), clock(at))
}

fn clock(at: Instant) -> String {
    let at = at.to_zoned(london());
    say::time_of_day(u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0))
}
